"""The base of the entities that send commands.

Each has a twin that only shows what the vehicle reports: a binary sensor, or for the charge limit a
sensor. The twin stays. It has the history, also that of API v2.0 where nothing can be commanded; it
is there without the grant to control; and it never shows what is merely assumed.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later

from .commands import Commands, is_granted
from .coordinator import SmartcarCoordinator
from .entity import SmartcarEntity, async_add_vehicle_entities
from .ordered_value import EXPIRES_AFTER, Order
from .runtime import SmartcarConfigEntry
from .smartcar.commands import Command, Outcome
from .smartcar.model import Value
from .vehicle import VehicleState


@dataclass(frozen=True, kw_only=True)
class SmartcarCommandEntityDescription(EntityDescription):
    """Describes an entity that sends commands; `key` is its reading's, `permission` its grant."""

    permission: str


class SmartcarCommandEntity[ValueT: bool | float](SmartcarEntity):
    """An entity that shows a reading, and orders another value of it.

    What was ordered is shown as assumed until a reading confirms or contradicts it, or for some
    minutes. An order of which nobody knows what became is shown as unknown.
    """

    entity_description: SmartcarCommandEntityDescription

    def __init__(
        self,
        commands: Commands,
        coordinator: SmartcarCoordinator,
        vehicle: VehicleState,
        description: SmartcarCommandEntityDescription,
    ) -> None:
        """Initialize with the newest reading."""
        self._commands = commands
        self._order: Order[ValueT] | None = None
        self._under_way: list[ValueT] = []
        self._cancel_expiry: CALLBACK_TYPE | None = None
        self._is_removed = False
        self._shown: tuple[object, ...] = ()
        super().__init__(coordinator, vehicle, description)

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Forget the order."""
        self._is_removed = True
        self._end_order()

    @override
    @callback
    def _async_add_listener(self) -> CALLBACK_TYPE:
        """Listen for the vehicle's reports, also of unchanged values, and for its grant."""
        remove_report_listener = self._coordinator.async_add_vehicle_report_listener(
            self._vehicle.id, self._async_changed
        )

        @callback
        def vehicle_changed(vehicle: VehicleState) -> None:
            if vehicle is self._vehicle:
                self._async_changed()

        remove_vehicle_listener = self._coordinator.async_add_vehicle_listener(vehicle_changed)

        @callback
        def remove() -> None:
            remove_report_listener()
            remove_vehicle_listener()

        return remove

    @override
    @callback
    def _async_changed(self) -> None:
        """Write the state if it has changed: most reports do not concern it."""
        shown = self._shown
        self._update()
        if self._shown != shown:
            self.async_write_ha_state()

    @override
    def _update(self) -> None:
        vehicle, code = self._vehicle, self._key
        signal = vehicle.signals.get(code)
        reading = vehicle.readings.get(code)
        known = None
        if signal is not None and reading is not None and vehicle.is_available(code):
            known = self._parse(reading.value)
            recorded_at = signal.recorded_at or signal.delivered_at
            if self._order is not None and self._order.is_ended_by(known, recorded_at):
                self._end_order()
        value = known if self._order is None else self._order.assumed(known)
        under_way = self._under_way[0] if self._under_way else None
        is_available = (
            is_granted(vehicle.info, self.entity_description.permission)
            and not vehicle.needs_reauthentication
        )
        self._attr_available = is_available
        self._attr_assumed_state = self._order is not None or known is None
        self._show(value, under_way)
        self._shown = (is_available, self._attr_assumed_state, value, under_way)

    @abstractmethod
    def _parse(self, value: Value | None) -> ValueT | None:
        """Return a reading's value if it is of the entity's kind."""

    @abstractmethod
    def _show(self, value: ValueT | None, under_way: ValueT | None) -> None:
        """Set the entity's state: its value, and the ordered one that has no answer yet."""

    async def _async_order(self, value: ValueT, command: Command) -> None:
        """Send the command for a value; raise unless the vehicle has obeyed."""
        self._under_way.append(value)
        self._async_changed()
        try:
            execution = await self._commands.async_execute(self._vehicle, command)
            accepted = execution.result.outcome is Outcome.SUCCESS
            self._end_order()
            if not self._is_removed:
                self._order = Order(value, execution.sent_at, execution.answered_at, accepted)
                self._cancel_expiry = async_call_later(self.hass, EXPIRES_AFTER, self._async_expire)
        finally:
            self._under_way.remove(value)
            self._async_changed()
        if not accepted:
            raise self._commands.unknown_outcome(self._vehicle)

    @callback
    def _async_expire(self, _now: datetime) -> None:
        """Show the reading again: nothing has confirmed the order."""
        self._end_order()
        self._async_changed()

    def _end_order(self) -> None:
        self._order = None
        if self._cancel_expiry is not None:
            self._cancel_expiry()
            self._cancel_expiry = None


class SmartcarFlagCommandEntity(SmartcarCommandEntity[bool]):
    """An entity that orders one of two states."""

    @override
    def _parse(self, value: Value | None) -> bool | None:
        return value if isinstance(value, bool) else None


type CommandEntityFactory[DescriptionT: SmartcarCommandEntityDescription] = Callable[
    [Commands, SmartcarCoordinator, VehicleState, DescriptionT], SmartcarEntity
]


@callback
def async_add_command_entity[DescriptionT: SmartcarCommandEntityDescription](
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: CommandEntityFactory[DescriptionT],
    description: DescriptionT,
) -> None:
    """Add an entity of each vehicle whose grant has the permission, as soon as it has.

    API v2.0 has no commands, so its entries have no such entities.
    """
    runtime = entry.runtime_data
    commands = runtime.commands
    if commands is None:
        return

    def create_if_granted(vehicle: VehicleState) -> list[SmartcarEntity]:
        if not is_granted(vehicle.info, description.permission):
            return []
        return [create(commands, runtime.coordinator, vehicle, description)]

    async_add_vehicle_entities(entry, async_add_entities, create_if_granted)
