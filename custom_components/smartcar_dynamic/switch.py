"""Switch: charging."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .command_entity import (
    SmartcarCommandEntityDescription,
    SmartcarFlagCommandEntity,
    async_add_command_entity,
)
from .runtime import SmartcarConfigEntry
from .smartcar.commands import CONTROL_CHARGE, START_CHARGING, STOP_CHARGING

# The vehicle's commands wait for each other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarSwitchEntityDescription(SmartcarCommandEntityDescription, SwitchEntityDescription):
    """Describes a switch."""


CHARGING: Final = SmartcarSwitchEntityDescription(
    key="charge-ischarging", translation_key="charging", permission=CONTROL_CHARGE
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the charging switch of each vehicle whose charging may be controlled."""
    async_add_command_entity(entry, async_add_entities, SmartcarChargingSwitch, CHARGING)


class SmartcarChargingSwitch(SmartcarFlagCommandEntity, SwitchEntity):
    """A switch that starts and stops charging."""

    entity_description: SmartcarSwitchEntityDescription

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Start charging."""
        await self._async_order(value=True, command=START_CHARGING)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Stop charging."""
        await self._async_order(value=False, command=STOP_CHARGING)

    @override
    def _show(self, value: bool | None, under_way: bool | None) -> None:
        self._attr_is_on = value
