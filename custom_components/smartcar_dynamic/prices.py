"""The owner's prices of a kWh: numbers, or the states of entities."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, callback

from .const import (
    CONF_PRICE_AWAY,
    CONF_PRICE_AWAY_ENTITY,
    CONF_PRICE_HOME,
    CONF_PRICE_HOME_ENTITY,
)

_PER_MWH = "/MWh"


class Prices:
    """What a kWh costs now, at home and away. An entity stands before a number."""

    def __init__(self, hass: HomeAssistant, options: Mapping[str, Any]) -> None:
        """Initialize from an entry's options."""
        self._hass = hass
        self._home = options.get(CONF_PRICE_HOME_ENTITY) or options.get(CONF_PRICE_HOME)
        self._away = options.get(CONF_PRICE_AWAY_ENTITY) or options.get(CONF_PRICE_AWAY)

    @property
    def is_set(self) -> bool:
        """Tell whether the owner has named any price."""
        return self._home is not None or self._away is not None

    @callback
    def async_get(self, at_home: bool) -> float | None:  # noqa: FBT001 - as `Price` has it
        """Return a price; `None` where none is set, or its entity has none now."""
        price = self._home if at_home else self._away
        if not isinstance(price, str):
            return price
        state = self._hass.states.get(price)
        if state is None:
            return None
        try:
            value = float(state.state)
        except ValueError:
            return None
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        value /= 1000 if isinstance(unit, str) and unit.endswith(_PER_MWH) else 1
        return value if isfinite(value) else None
