"""Device tracker: where a vehicle is."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.device_tracker import TrackerEntity, TrackerEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SmartcarCoordinator
from .entity import (
    SmartcarEntityDescription,
    SmartcarReadingEntity,
    async_add_reading_entities,
    by_key,
)
from .positions import find_description
from .runtime import SmartcarConfigEntry
from .smartcar.model import Position, Value
from .vehicle import VehicleState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarTrackerEntityDescription(SmartcarEntityDescription, TrackerEntityDescription):
    """Describes a device tracker."""


DEVICE_TRACKERS: Final = by_key(
    SmartcarTrackerEntityDescription(
        key="location-preciselocation",
        translation_key="location",
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add device trackers as their readings appear."""
    async_add_reading_entities(entry, async_add_entities, create_device_tracker)


def create_device_tracker(
    coordinator: SmartcarCoordinator, vehicle: VehicleState, key: str
) -> SmartcarDeviceTracker | None:
    """Return the device tracker for a key that is a device tracker's."""
    description = find_description(DEVICE_TRACKERS, key)
    if description is None:
        return None
    return SmartcarDeviceTracker(coordinator, vehicle, description)


class SmartcarDeviceTracker(SmartcarReadingEntity, TrackerEntity):
    """A device tracker."""

    entity_description: SmartcarTrackerEntityDescription

    @property
    @override
    def entity_category(self) -> EntityCategory | None:
        """Return none: a diagnostic entity's triggers are not offered for its device."""
        return None

    @override
    def _set_value(self, value: Value | None) -> None:
        position = value if isinstance(value, Position) else None
        self._attr_latitude = None if position is None else position.latitude
        self._attr_longitude = None if position is None else position.longitude
