"""Cover: the charge port.

Home Assistant has covers for what opens and closes, and its integrations for cars show a charge
port's door as one: a cover tells whether it is open, which two buttons could not. Its key is the
reading's.
"""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.cover import (
    CoverDeviceClass,
    CoverEntity,
    CoverEntityDescription,
    CoverEntityFeature,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .command_entity import (
    SmartcarCommandEntityDescription,
    SmartcarFlagCommandEntity,
    async_add_command_entity,
)
from .runtime import SmartcarConfigEntry
from .smartcar.commands import CLOSE_CHARGE_PORT, CONTROL_CHARGE, OPEN_CHARGE_PORT

# The vehicle's commands wait for each other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarCoverEntityDescription(SmartcarCommandEntityDescription, CoverEntityDescription):
    """Describes a cover."""


CHARGE_PORT: Final = SmartcarCoverEntityDescription(
    key="charge-ischargingportflapopen",
    translation_key="charge_port",
    device_class=CoverDeviceClass.DOOR,
    permission=CONTROL_CHARGE,
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the charge port of each vehicle whose charging may be controlled."""
    async_add_command_entity(entry, async_add_entities, SmartcarChargePort, CHARGE_PORT)


class SmartcarChargePort(SmartcarFlagCommandEntity, CoverEntity):
    """A vehicle's charge port; its value is whether it is open."""

    entity_description: SmartcarCoverEntityDescription
    _attr_supported_features = CoverEntityFeature.OPEN | CoverEntityFeature.CLOSE

    @override
    async def async_open_cover(self, **kwargs: Any) -> None:
        """Open the charge port."""
        await self._async_order(value=True, command=OPEN_CHARGE_PORT)

    @override
    async def async_close_cover(self, **kwargs: Any) -> None:
        """Close the charge port."""
        await self._async_order(value=False, command=CLOSE_CHARGE_PORT)

    @override
    def _show(self, value: bool | None, under_way: bool | None) -> None:
        self._attr_is_closed = None if value is None else not value
        self._attr_is_opening = under_way is True
        self._attr_is_closing = under_way is False
