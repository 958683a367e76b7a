"""What all entities share: a vehicle's device, a vocabulary key, and silence without news."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
import logging
import re
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .coordinator import SmartcarCoordinator
from .data import SmartcarConfigEntry
from .smartcar.model import Reading, Value
from .vehicle import VehicleState

_LOGGER = logging.getLogger(__name__)

_ANOTHERS: HassKey[set[tuple[str, str]]] = HassKey(f"{DOMAIN}_anothers")


@dataclass(frozen=True, kw_only=True)
class SmartcarEntityDescription(EntityDescription):
    """Describes an entity; `key` is a key of the vocabulary, with `*` for a position's name."""


class SmartcarEntity(Entity):
    """An entity for one key of one vehicle."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    entity_description: SmartcarEntityDescription

    def __init__(
        self,
        coordinator: SmartcarCoordinator,
        state: VehicleState,
        key: str,
        description: SmartcarEntityDescription,
    ) -> None:
        """Take the newest value that is known."""
        self.entity_description = description
        self._coordinator = coordinator
        self._state = state
        self._key = key
        self._code = key.partition(".")[0]
        self._attr_unique_id = f"{state.vehicle.id}_{key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, state.vehicle.id)})
        self._update()

    @override
    async def async_added_to_hass(self) -> None:
        """Listen for news."""
        self.async_on_remove(
            self._coordinator.async_listen(self._state.vehicle.id, self._key, self._async_news)
        )
        # News may have come while Home Assistant was adding the entity.
        self._update()

    @callback
    def _async_news(self) -> None:
        """Write the state: there is news."""
        self._update()
        self.async_write_ha_state()

    def _update(self) -> None:
        """Take over value and availability."""
        state = self._state
        available = state.is_available(self._code)
        if available is not self._attr_available:
            self._attr_available = available
        reading = state.readings.get(self._key)
        self._take(None if reading is None else reading.value)

    def _take(self, value: Value | None) -> None:
        """Make the entity's own state of a value."""
        raise NotImplementedError


@callback
def async_is_anothers(
    hass: HomeAssistant, entry: SmartcarConfigEntry, platform: str, state: VehicleState, key: str
) -> bool:
    """Tell whether another entry of ours has this entity; log that once per vehicle."""
    registry, vehicle = er.async_get(hass), state.vehicle
    entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{vehicle.id}_{key}")
    if entity_id is None:
        return False
    if registry.entities[entity_id].config_entry_id in {None, entry.entry_id}:
        return False
    logged = hass.data.setdefault(_ANOTHERS, set())
    if (entry.entry_id, vehicle.id) not in logged:
        logged.add((entry.entry_id, vehicle.id))
        _LOGGER.info(
            "Vehicle %s has entities of another entry; %s adds none of those",
            vehicle.tail,
            entry.title,
        )
    return True


type EntityFactory = Callable[[SmartcarCoordinator, VehicleState, str], Entity | None]
"""Makes the entity for a key, or none where the key belongs to another platform."""


@callback
def async_add_entities_for_readings(
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: EntityFactory,
) -> None:
    """Add an entity for each key as it first appears."""
    coordinator = entry.runtime_data.coordinator
    platform = async_get_current_platform().domain
    known: dict[str, tuple[VehicleState, set[str]]] = {}

    @callback
    def add(state: VehicleState, keys: Iterable[str]) -> None:
        of, seen = known.get(state.vehicle.id, (state, set()))
        if of is not state:
            # The vehicle was deleted and has come back.
            seen = set()
        known[state.vehicle.id] = (state, seen)
        new = [key for key in keys if key not in seen]
        seen.update(new)
        entities = [
            entity
            for key in new
            if (entity := create(coordinator, state, key)) is not None
            and not async_is_anothers(coordinator.hass, entry, platform, state, key)
        ]
        if entities:
            async_add_entities(entities)

    entry.async_on_unload(coordinator.async_listen_readings(add))


def table[DescriptionT: SmartcarEntityDescription](
    *descriptions: DescriptionT,
) -> Mapping[str, DescriptionT]:
    """Return descriptions by key."""
    return {description.key: description for description in descriptions}


def describe[DescriptionT: SmartcarEntityDescription](
    descriptions: Mapping[str, DescriptionT], key: str
) -> DescriptionT | None:
    """Return the description for a key; one for a position bears its name."""
    if (description := descriptions.get(key)) is not None:
        return description
    code, *parts = key.split(".")
    position = _POSITION.fullmatch(parts[0]) if parts else None
    if position is None:
        return None
    description = descriptions.get(".".join((code, "*", *parts[1:])))
    if description is None:
        return None
    if position["row"] is None and position["column"] is None:
        return replace(
            description, key=key, translation_key=f"{description.translation_key}_{parts[0]}"
        )
    # A word in a placeholder could not be translated.
    place = {
        "row": position["row"] or _NUMBERS[position["end"]],
        "column": position["column"] or _NUMBERS[position["side"]],
    }
    return replace(description, key=key, translation_placeholders=place)


_POSITION = re.compile(
    r"(?:(?P<end>front|back)|row(?P<row>\d+))_(?:(?P<side>left|right)|column(?P<column>\d+))"
)
_NUMBERS = {"front": "1", "back": "2", "left": "1", "right": "2"}


def unlisted(state: VehicleState, key: str) -> tuple[str, Reading] | None:
    """Return the label and the reading of a signal that the vocabulary does not list."""
    latest, reading = state.signals.get(key), state.readings.get(key)
    if latest is None or latest.label is None or reading is None:
        return None
    return latest.label, reading
