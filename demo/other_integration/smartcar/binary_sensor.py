"""The binary sensors."""

from typing import Any

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities import SmartcarEntity, add


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entities."""
    add(Platform.BINARY_SENSOR, entry, async_add_entities, SmartcarBinarySensor)


class SmartcarBinarySensor(SmartcarEntity, BinarySensorEntity):
    """A binary sensor."""

    def describe(self, description: dict[str, Any]) -> None:  # noqa: ARG002 - see above
        """Take the value."""
        self._attr_is_on = self.fixed
