"""The number."""

from typing import Any

from homeassistant.components.number import NumberEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities import SmartcarEntity, add


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entities."""
    add(Platform.NUMBER, entry, async_add_entities, SmartcarNumber)


class SmartcarNumber(SmartcarEntity, NumberEntity):
    """A number."""

    def describe(self, description: dict[str, Any]) -> None:  # noqa: ARG002 - see above
        """Take the value."""
        self._attr_native_value = self.fixed
