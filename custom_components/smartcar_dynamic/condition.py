"""Conditions: what a vehicle is doing, with the vehicle as target.

Charging, the battery's level and the place have conditions of Home Assistant's own.
"""

from typing import ClassVar, Final, override

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.core import HomeAssistant
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.condition import Condition, EntityStateConditionBase

from .charging import CHARGE_CONNECTION, ChargeConnection
from .key_filter import async_entities_with_key
from .trips import TRIP, TripEventType

_EVENTS: Final = {EVENT: DomainSpec(value_source=ATTR_EVENT_TYPE)}
_SENSORS: Final = {SENSOR: DomainSpec()}
_DISCONNECTED: Final[set[str | bool]] = {ChargeConnection.DISCONNECTED.value}
_CONNECTED: Final[set[str | bool]] = {
    ChargeConnection.CHARGING.value,
    ChargeConnection.COMPLETE.value,
    ChargeConnection.CONNECTED.value,
}
_STARTED: Final[set[str | bool]] = {TripEventType.STARTED.value}


class _SmartcarCondition(EntityStateConditionBase):
    """A condition on the entity of a vehicle that has a key."""

    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave only the entities with this key."""
        found = super().entity_filter(entities)
        return async_entities_with_key(self._hass, found, self._key)


class _ConnectionCondition(_SmartcarCondition):
    """A condition on the charge connection."""

    _domain_specs = _SENSORS
    _key = CHARGE_CONNECTION


class _PluggedInCondition(_ConnectionCondition):
    """Tests whether a vehicle is plugged in, whatever it does there."""

    _states = _CONNECTED


class _NotPluggedInCondition(_ConnectionCondition):
    """Tests whether a vehicle is not plugged in."""

    _states = _DISCONNECTED


class _OnTripCondition(_SmartcarCondition):
    """Tests whether a vehicle has set out and not been seen to stand since."""

    _domain_specs = _EVENTS
    _key = TRIP
    _states = _STARTED


CONDITIONS: dict[str, type[Condition]] = {
    "is_not_plugged_in": _NotPluggedInCondition,
    "is_on_trip": _OnTripCondition,
    "is_plugged_in": _PluggedInCondition,
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions."""
    return CONDITIONS
