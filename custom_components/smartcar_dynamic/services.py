"""The actions: addressed by device, answered with data."""

from collections.abc import Iterator
from math import inf
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .checks.result import CheckStatus
from .checks.text import async_result_text
from .const import DOMAIN
from .device import vehicle_id_of
from .history import History
from .records import session_record, trip_record
from .runtime import SmartcarConfigEntry

SERVICE_CHECK: Final = "check"
SERVICE_GET_CHARGING_SESSIONS: Final = "get_charging_sessions"
SERVICE_GET_TRIPS: Final = "get_trips"

ATTR_END: Final = "end"
ATTR_START: Final = "start"
_SCHEMA = vol.Schema({vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])})

_PERIOD_SCHEMA = _SCHEMA.extend(
    {vol.Optional(ATTR_START): cv.datetime, vol.Optional(ATTR_END): cv.datetime}
)


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_CHECK,
        _async_check,
        schema=_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
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


async def _async_check(call: ServiceCall) -> ServiceResponse:
    """Check the connection of vehicles, once per entry; costs no billed call.

    Answers `{device ID: {"ok": bool, "results": [{check, status, reason, text}]}}`.
    """
    answer: dict[str, JsonValueType] = {}
    checked: dict[str, list[tuple[str | None, dict[str, JsonValueType]]]] = {}
    for device_id in call.data[ATTR_DEVICE_ID]:
        entry, vehicle_id = _vehicle(call.hass, device_id)
        if entry.entry_id not in checked:
            results = await entry.runtime_data.monitor.async_check()
            checked[entry.entry_id] = [
                (
                    result.vehicle_id,
                    {
                        "check": result.check,
                        "status": result.status,
                        "reason": result.reason,
                        "text": await async_result_text(call.hass, result),
                    },
                )
                for result in results
            ]
        own = [text for of, text in checked[entry.entry_id] if of in {None, vehicle_id}]
        answer[device_id] = {
            "ok": all(text["status"] != CheckStatus.FAILED for text in own),
            "results": [*own],
        }
    return answer


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
                {**session_record(session)}
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
        entry, vehicle_id = _vehicle(call.hass, device_id)
        vehicle = entry.runtime_data.coordinator.vehicles.get(vehicle_id)
        yield device_id, History() if vehicle is None else vehicle.history


def _vehicle(hass: HomeAssistant, device_id: str) -> tuple[SmartcarConfigEntry, str]:
    """Return the loaded entry and the vehicle of a device."""
    device = dr.async_get(hass).async_get(device_id)
    vehicle_id = None if device is None else vehicle_id_of(device)
    if device is None or vehicle_id is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_vehicle",
            translation_placeholders={"device": device_id},
        )
    entry = hass.config_entries.async_get_entry(device.config_entry_id or "")
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        return entry, vehicle_id
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_loaded",
        translation_placeholders={"device": device.name_by_user or device.name or device_id},
    )
