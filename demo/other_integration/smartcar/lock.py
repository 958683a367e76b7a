"""The lock."""

from typing import Any

from homeassistant.components.lock import LockEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entities import SmartcarEntity, add


async def async_setup_entry(
    _hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the entities."""
    add(Platform.LOCK, entry, async_add_entities, SmartcarLock)


class SmartcarLock(SmartcarEntity, LockEntity):
    """A lock."""

    def describe(self, description: dict[str, Any]) -> None:  # noqa: ARG002 - see above
        """Take the value."""
        self._attr_is_locked = self.fixed
