"""How a car stands with Smartcar, as diagnostic entities: what came last, and what is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.util import dt as dt_util

from .const import DOMAIN, LAST_DELIVERY
from .data import SmartcarConfigEntry, SmartcarData
from .entity import async_is_anothers
from .vehicle import VehicleState

type Notify = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class StandingDescription(EntityDescription):
    """Describes one question about a car's standing, and who tells that the answer changed."""

    listen: Callable[[SmartcarData, VehicleState, Notify], CALLBACK_TYPE]


@dataclass(frozen=True, kw_only=True)
class StandingSensorDescription(StandingDescription, SensorEntityDescription):
    """Describes a time; in milliseconds."""

    value: Callable[[SmartcarData, VehicleState], int | None]


@dataclass(frozen=True, kw_only=True)
class StandingBinarySensorDescription(StandingDescription, BinarySensorEntityDescription):
    """Describes a yes or no."""

    value: Callable[[SmartcarData, VehicleState], bool | None]


def _vehicle(data: SmartcarData, state: VehicleState, notify: Notify) -> CALLBACK_TYPE:
    """Tell when something about the vehicle itself has changed."""

    @callback
    def changed(of: VehicleState) -> None:
        if of is state:
            notify()

    return data.coordinator.async_listen_vehicles(changed)


STANDING_SENSORS = (
    StandingSensorDescription(
        key=LAST_DELIVERY,
        translation_key="last_delivery",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        # Each delivery is a row in the recorder.
        entity_registry_enabled_default=False,
        value=lambda _, state: state.last_delivery,
        listen=lambda data, state, notify: data.coordinator.async_listen(
            state.vehicle.id, LAST_DELIVERY, notify
        ),
    ),
)
STANDING_BINARY_SENSORS = (
    StandingBinarySensorDescription(
        key="account_problem",
        translation_key="account_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda _, state: bool(state.troubles),
        listen=_vehicle,
    ),
    StandingBinarySensorDescription(
        key="callback_verified",
        translation_key="callback_verified",
        entity_category=EntityCategory.DIAGNOSTIC,
        value=lambda data, _: data.issues.is_verified,
        listen=lambda data, _, notify: data.issues.async_listen_verified(notify),
    ),
)


class _StandingEntity(Entity):
    """An entity that is written only when its answer changes; never unavailable."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    entity_description: StandingDescription

    def __init__(
        self, data: SmartcarData, state: VehicleState, description: StandingDescription
    ) -> None:
        """Take the answer that is known."""
        self.entity_description = description
        self._data = data
        self._state = state
        self._attr_unique_id = f"{state.vehicle.id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, state.vehicle.id)})
        self._update()

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for another answer."""
        listen = self.entity_description.listen
        self.async_on_remove(listen(self._data, self._state, self._async_news))
        self._update()

    @callback
    def _async_news(self) -> None:
        if self._update():
            self.async_write_ha_state()

    def _update(self) -> bool:
        """Take the answer over; tell whether it is another one."""
        raise NotImplementedError


class StandingSensor(_StandingEntity, SensorEntity):
    """A time."""

    entity_description: StandingSensorDescription

    @override
    def _update(self) -> bool:
        before = self._attr_native_value
        value = self.entity_description.value(self._data, self._state)
        self._attr_native_value = (
            None if value is None else dt_util.utc_from_timestamp(value / 1000)
        )
        return self._attr_native_value != before


class StandingBinarySensor(_StandingEntity, BinarySensorEntity):
    """A yes or no."""

    entity_description: StandingBinarySensorDescription

    @override
    def _update(self) -> bool:
        before = self._attr_is_on
        self._attr_is_on = self.entity_description.value(self._data, self._state)
        return self._attr_is_on is not before


@callback
def async_add_standing[DescriptionT: StandingDescription](
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[SmartcarData, VehicleState, DescriptionT], Entity],
    descriptions: tuple[DescriptionT, ...],
) -> None:
    """Add a car's entities as the car appears."""
    data = entry.runtime_data
    hass, platform = data.coordinator.hass, async_get_current_platform().domain
    known: dict[str, VehicleState] = {}

    @callback
    def add(state: VehicleState) -> None:
        # One that was deleted and has come back has a new state.
        if known.get(state.vehicle.id) is not state:
            known[state.vehicle.id] = state
            async_add_entities(
                create(data, state, description)
                for description in descriptions
                if not async_is_anothers(hass, entry, platform, state, description.key)
            )

    for state in data.coordinator.vehicles.values():
        add(state)
    entry.async_on_unload(data.coordinator.async_listen_vehicles(add))
