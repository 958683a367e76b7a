"""Triggers: what an owner automates on, with the vehicle as target.

Arriving and leaving are the zone's own triggers.
"""

from typing import ClassVar, Final, override

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    EntityTargetStateTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)

from .charging import CHARGE_CONNECTION, CHARGING_SESSION, ChargeConnection, ChargeEventType
from .key_filter import async_entities_with_key
from .trips import TRIP, TripEventType

_EVENTS: Final = {EVENT: DomainSpec()}
_SENSORS: Final = {SENSOR: DomainSpec()}
_CONNECTED: Final = {ChargeConnection.CONNECTED.value}


class _EventTrigger(StatelessEntityTriggerBase):
    """Triggers on one type of a vehicle's events."""

    _domain_specs = _EVENTS
    _key: ClassVar[str]
    _event_type: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave only the event entities that have this type."""
        found = super().entity_filter(entities)
        return async_entities_with_key(self._hass, found, self._key)

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether the event is of this type."""
        return state.attributes.get(ATTR_EVENT_TYPE) == self._event_type


class _PluggedInNotChargingTrigger(EntityTargetStateTriggerBase):
    """Triggers when a vehicle is plugged in, not full, and does not charge."""

    _domain_specs = _SENSORS
    _to_states = _CONNECTED

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave only the sensors of the charge connection."""
        found = super().entity_filter(entities)
        return async_entities_with_key(self._hass, found, CHARGE_CONNECTION)


def _on_event(key: str, event_type: str) -> type[Trigger]:
    """Return the trigger for one type of a vehicle's events."""

    class EventTrigger(_EventTrigger):
        _key = key
        _event_type = event_type

    return EventTrigger


TRIGGERS: dict[str, type[Trigger]] = {
    "charging_finished": _on_event(CHARGING_SESSION, ChargeEventType.FINISHED),
    "charging_interrupted": _on_event(CHARGING_SESSION, ChargeEventType.INTERRUPTED),
    "charging_started": _on_event(CHARGING_SESSION, ChargeEventType.STARTED),
    "plugged_in": _on_event(CHARGING_SESSION, ChargeEventType.PLUGGED_IN),
    "plugged_in_not_charging": _PluggedInNotChargingTrigger,
    "trip_ended": _on_event(TRIP, TripEventType.ENDED),
    "trip_started": _on_event(TRIP, TripEventType.STARTED),
    "unplugged": _on_event(CHARGING_SESSION, ChargeEventType.UNPLUGGED),
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
