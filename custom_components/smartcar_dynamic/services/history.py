"""The actions that answer with charging sessions and trips."""

from collections.abc import Iterator
from math import inf
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..history import History
from ..records import session_record, trip_record
from .target import DEVICES, vehicle_of

SERVICE_GET_CHARGING_SESSIONS: Final = "get_charging_sessions"
SERVICE_GET_TRIPS: Final = "get_trips"
ATTR_END: Final = "end"
ATTR_START: Final = "start"

_PERIOD_SCHEMA = vol.Schema(
    DEVICES | {vol.Optional(ATTR_START): cv.datetime, vol.Optional(ATTR_END): cv.datetime}
)


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the actions."""
    for service, answer in (
        (SERVICE_GET_CHARGING_SESSIONS, _async_get_charging_sessions),
        (SERVICE_GET_TRIPS, _async_get_trips),
    ):
        hass.services.async_register(
            DOMAIN,
            service,
            answer,
            schema=_PERIOD_SCHEMA,
            supports_response=SupportsResponse.ONLY,
        )


@callback
def _async_get_charging_sessions(call: ServiceCall) -> ServiceResponse:
    """Return the charging sessions of vehicles that fall into a period, oldest first.

    Answers `{device ID: {"charging_sessions": [...]}}`; see `session_record`.
    """
    start, end = _period(call)
    answer: dict[str, JsonValueType] = {}
    for device_id, history in _histories(call):
        answer[device_id] = {
            "charging_sessions": [
                {**session_record(session), "cost": history.costs.of_session(session.stay)}
                for session in history.charging.sessions
                if session.started_at < end and (session.ended_at or end) >= start
            ]
        }
    return answer


@callback
def _async_get_trips(call: ServiceCall) -> ServiceResponse:
    """Return the trips of vehicles that fall into a period, oldest first.

    Answers `{device ID: {"trips": [...]}}`; see `trip_record`.
    """
    start, end = _period(call)
    answer: dict[str, JsonValueType] = {}
    for device_id, history in _histories(call):
        answer[device_id] = {
            "trips": [
                {**trip_record(trip)}
                for trip in history.trips.trips
                if trip.started_after < end and trip.ended_by >= start
            ]
        }
    return answer


def _period(call: ServiceCall) -> tuple[float, float]:
    """Return the period that is asked for in milliseconds; without a limit it has none."""
    start, end = (
        None if time is None else dt_util.as_utc(time).timestamp() * 1000
        for time in (call.data.get(ATTR_START), call.data.get(ATTR_END))
    )
    return -inf if start is None else start, inf if end is None else end


def _histories(call: ServiceCall) -> Iterator[tuple[str, History]]:
    """Yield the devices that are asked for, and their vehicles' histories."""
    for device_id in call.data[ATTR_DEVICE_ID]:
        entry, vehicle_id = vehicle_of(call.hass, device_id)
        vehicle = entry.runtime_data.coordinator.vehicles.get(vehicle_id)
        yield device_id, History() if vehicle is None else vehicle.history
