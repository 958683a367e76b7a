"""The device tracker."""

from typing import Any

from homeassistant.components.device_tracker import TrackerEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities import SmartcarEntity, add


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entities."""
    add(Platform.DEVICE_TRACKER, entry, async_add_entities, SmartcarTracker)


class SmartcarTracker(SmartcarEntity, TrackerEntity):
    """A position."""

    def describe(self, description: dict[str, Any]) -> None:  # noqa: ARG002 - see above
        """Have the position of the home."""
        self._attr_latitude, self._attr_longitude = 52.4, 13.0
