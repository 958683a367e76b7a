"""Lock: the vehicle's central locking."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.lock import LockEntity, LockEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .command_entity import (
    SmartcarCommandEntityDescription,
    SmartcarFlagCommandEntity,
    async_add_command_entity,
)
from .runtime import SmartcarConfigEntry
from .smartcar.commands import CONTROL_SECURITY, LOCK, UNLOCK

# The vehicle's commands wait for each other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarLockEntityDescription(SmartcarCommandEntityDescription, LockEntityDescription):
    """Describes a lock."""


CENTRAL_LOCKING: Final = SmartcarLockEntityDescription(
    key="closure-islocked", translation_key="lock", permission=CONTROL_SECURITY
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the lock of each vehicle that may be locked."""
    async_add_command_entity(entry, async_add_entities, SmartcarLock, CENTRAL_LOCKING)


class SmartcarLock(SmartcarFlagCommandEntity, LockEntity):
    """A vehicle's lock."""

    entity_description: SmartcarLockEntityDescription

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock the vehicle."""
        await self._async_order(value=True, command=LOCK)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock the vehicle."""
        await self._async_order(value=False, command=UNLOCK)

    @override
    def _show(self, value: bool | None, under_way: bool | None) -> None:
        self._attr_is_locked = value
        self._attr_is_locking = under_way is True
        self._attr_is_unlocking = under_way is False
