"""The bases of all entities, and how they are added as vehicles and readings appear."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import override

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import Platform
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)

from .const import DOMAIN, LAST_DELIVERY
from .coordinator import SmartcarCoordinator
from .runtime import SmartcarConfigEntry
from .smartcar.model import Reading, Value
from .vehicle import VehicleState

# As many take some ten milliseconds.
_ADDED_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class SmartcarEntityDescription(EntityDescription):
    """Describes an entity; `key` is a reading's, with `*` for a position, or a derived value's."""


class SmartcarEntity(Entity):
    """An entity of a vehicle, written only when its key has changed."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        coordinator: SmartcarCoordinator,
        vehicle: VehicleState,
        description: EntityDescription,
    ) -> None:
        """Initialize with the value that is known."""
        self.entity_description = description
        self._coordinator = coordinator
        self._vehicle = vehicle
        self._key = description.key
        self._attr_unique_id = f"{vehicle.id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, vehicle.id)})
        self._update()

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for changes."""
        self.async_on_remove(self._async_add_listener())
        # The value may have changed while Home Assistant was adding the entity.
        self._update()

    async def async_update(self) -> None:
        """Read the vehicle, as `homeassistant.update_entity` asks for; several entities are one.

        Home Assistant tells the caller of no error here, so it is logged.
        """
        entry: SmartcarConfigEntry | None = self.platform.config_entry
        if entry is not None and (reader := entry.runtime_data.reader) is not None:
            await reader.async_read_or_log(self._vehicle)

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Keep listening: a renamed entity has the same key."""

    @callback
    def _async_add_listener(self) -> CALLBACK_TYPE:
        """Listen for changes; return a function that ends it."""
        return self._coordinator.async_add_key_listener(
            self._vehicle.id, self._key, self._async_changed
        )

    @callback
    def _async_changed(self) -> None:
        """Write the changed state."""
        self._update()
        self.async_write_ha_state()

    def _update(self) -> None:
        """Set the entity's attributes from what is known."""
        raise NotImplementedError


class SmartcarReadingEntity(SmartcarEntity):
    """An entity of one reading of a vehicle."""

    entity_description: SmartcarEntityDescription

    def __init__(
        self,
        coordinator: SmartcarCoordinator,
        vehicle: VehicleState,
        description: SmartcarEntityDescription,
    ) -> None:
        """Initialize with the newest reading."""
        self._code = description.key.partition(".")[0]
        super().__init__(coordinator, vehicle, description)

    @override
    def _update(self) -> None:
        available = self._vehicle.is_available(self._code)
        if available is not self._attr_available:
            self._attr_available = available
        reading = self._vehicle.readings.get(self._key)
        self._set_value(None if reading is None else reading.value)

    def _set_value(self, value: Value | None) -> None:
        """Set the entity's state from a reading's value."""
        raise NotImplementedError


type ReadingEntityFactory = Callable[[SmartcarCoordinator, VehicleState, str], Entity | None]
"""Creates the entity for a key, or `None` where the key belongs to another platform."""
type VehicleEntityFactory = Callable[[VehicleState], Iterable[SmartcarEntity]]
"""Creates a platform's entities of a vehicle."""


@callback
def async_add_reading_entities(
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: ReadingEntityFactory,
) -> None:
    """Add an entity for each key as it first appears."""
    coordinator = entry.runtime_data.coordinator
    platform = async_get_current_platform().domain
    known: dict[str, tuple[VehicleState, set[str]]] = {}

    @callback
    def add(vehicle: VehicleState, keys: Iterable[str]) -> None:
        known_vehicle, known_keys = known.get(vehicle.id, (vehicle, set()))
        if known_vehicle is not vehicle:
            # The vehicle was deleted and has come back.
            known_keys = set()
        known[vehicle.id] = (vehicle, known_keys)
        entities = []
        for key in keys:
            if key in known_keys or async_is_owned_by_other_entry(
                coordinator.hass, entry, platform, vehicle, key
            ):
                continue
            known_keys.add(key)
            if (entity := create(coordinator, vehicle, key)) is not None:
                entities.append(entity)
        async_add_entities(entities[:_ADDED_AT_ONCE])
        if later := entities[_ADDED_AT_ONCE:]:
            entry.async_create_task(
                coordinator.hass,
                _async_add_later(entry, async_add_entities, later),
                "Smartcar entities",
            )

    @callback
    def add_all() -> None:
        for vehicle in coordinator.vehicles.values():
            add(vehicle, vehicle.keys)

    entry.async_on_unload(coordinator.async_add_new_key_listener(add))
    entry.async_on_unload(_async_add_removal_listener(coordinator.hass, add_all))


async def _async_add_later(
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities: list[Entity],
) -> None:
    """Add entities in slices, so that others can work meanwhile, until the entry unloads."""
    for start in range(0, len(entities), _ADDED_AT_ONCE):
        await asyncio.sleep(0)
        if entry.state is ConfigEntryState.UNLOAD_IN_PROGRESS:
            return
        async_add_entities(entities[start : start + _ADDED_AT_ONCE])


@callback
def async_add_vehicle_entities(
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: VehicleEntityFactory,
) -> None:
    """Add a vehicle's entities as the vehicle appears, or later where it has none at first."""
    coordinator = entry.runtime_data.coordinator
    platform = async_get_current_platform().domain
    known: dict[str, VehicleState] = {}

    @callback
    def add(vehicle: VehicleState) -> None:
        # One that was deleted and has come back is another object.
        if known.get(vehicle.id) is vehicle:
            return
        entities = list(create(vehicle))
        # Each vehicle has that sensor: whose it is, theirs is the vehicle.
        owned: list[tuple[str, str]] = [(Platform.SENSOR, LAST_DELIVERY)]
        owned += [(platform, entity.entity_description.key) for entity in entities]
        if not entities or any(
            async_is_owned_by_other_entry(coordinator.hass, entry, of_platform, vehicle, key)
            for of_platform, key in owned
        ):
            return
        known[vehicle.id] = vehicle
        async_add_entities(entities)

    @callback
    def add_all() -> None:
        for vehicle in coordinator.vehicles.values():
            add(vehicle)

    add_all()
    entry.async_on_unload(coordinator.async_add_vehicle_listener(add))
    entry.async_on_unload(_async_add_removal_listener(coordinator.hass, add_all))


@callback
def _async_add_removal_listener(hass: HomeAssistant, listener: Callable[[], None]) -> CALLBACK_TYPE:
    """Call back when another entry of ours was removed: its entities may be ours now."""

    @callback
    def changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if change is ConfigEntryChange.REMOVED and entry.domain == DOMAIN:
            listener()

    return async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)


@callback
def async_is_owned_by_other_entry(
    hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    platform: str,
    vehicle: VehicleState,
    key: str,
) -> bool:
    """Tell whether an entity belongs to another entry of ours; a repair says so."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{vehicle.id}_{key}")
    if entity_id is None:
        return False
    return registry.entities[entity_id].config_entry_id not in {None, entry.entry_id}


def by_key[DescriptionT: EntityDescription](
    *descriptions: DescriptionT,
) -> Mapping[str, DescriptionT]:
    """Return descriptions by key."""
    return {description.key: description for description in descriptions}


def unlisted_reading(vehicle: VehicleState, key: str) -> tuple[str, Reading] | None:
    """Return the label and the reading of a signal that the catalogue does not list."""
    signal, reading = vehicle.signals.get(key), vehicle.readings.get(key)
    if signal is None or signal.label is None or reading is None:
        return None
    return signal.label, reading
