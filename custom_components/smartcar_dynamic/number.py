"""Number: the charge limit."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import NumberEntity, NumberEntityDescription
from homeassistant.const import UnitOfRatio
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .command_entity import (
    SmartcarCommandEntity,
    SmartcarCommandEntityDescription,
    async_add_command_entity,
)
from .runtime import SmartcarConfigEntry
from .smartcar.commands import (
    CONTROL_CHARGE,
    MAX_CHARGE_LIMIT,
    MIN_CHARGE_LIMIT,
    set_charge_limit,
)
from .smartcar.model import Value

# The vehicle's commands wait for each other.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarNumberEntityDescription(SmartcarCommandEntityDescription, NumberEntityDescription):
    """Describes a number."""


CHARGE_LIMIT: Final = SmartcarNumberEntityDescription(
    key="charge-chargelimits",
    translation_key="charge_limit",
    native_min_value=MIN_CHARGE_LIMIT,
    native_max_value=MAX_CHARGE_LIMIT,
    native_step=1,
    native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
    permission=CONTROL_CHARGE,
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the charge limit of each vehicle whose charging may be controlled."""
    async_add_command_entity(entry, async_add_entities, SmartcarChargeLimit, CHARGE_LIMIT)


class SmartcarChargeLimit(SmartcarCommandEntity[float], NumberEntity):
    """A vehicle's charge limit in percent; Smartcar takes whole ones."""

    entity_description: SmartcarNumberEntityDescription

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the charge limit."""
        percent = round(value)
        await self._async_order(float(percent), set_charge_limit(percent))

    @override
    def _parse(self, value: Value | None) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value)

    @override
    def _show(self, value: float | None, under_way: float | None) -> None:
        self._attr_native_value = value
