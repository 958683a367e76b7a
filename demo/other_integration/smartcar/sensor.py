"""The sensors."""

from typing import Any

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities import SmartcarEntity, add


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entities."""
    add(Platform.SENSOR, entry, async_add_entities, SmartcarSensor)


class SmartcarSensor(SmartcarEntity, SensorEntity):
    """A sensor."""

    def describe(self, description: dict[str, Any]) -> None:
        """Take value, unit and class."""
        self._attr_native_value = self.fixed
        self._attr_native_unit_of_measurement = description.get("unit")
        self._attr_state_class = description.get("state_class")
