"""The switches."""

from typing import Any

from homeassistant.components.switch import SwitchEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities import SmartcarEntity, add


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entities."""
    add(Platform.SWITCH, entry, async_add_entities, SmartcarSwitch)


class SmartcarSwitch(SmartcarEntity, SwitchEntity):
    """A switch."""

    def describe(self, description: dict[str, Any]) -> None:  # noqa: ARG002 - see above
        """Take the value."""
        self._attr_is_on = self.fixed
