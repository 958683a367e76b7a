"""The actions: addressed by device, answered with data."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.components.zone import ENTITY_ID_HOME
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, ATTR_LATITUDE, ATTR_LONGITUDE, CONF_LOCATION
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .checks.result import CheckStatus
from .checks.text import async_result_text
from .commands import Commands
from .const import DOMAIN
from .device import vehicle_id_of, vehicle_name
from .reader import Reader
from .runtime import SmartcarConfigEntry
from .smartcar.commands import (
    ChargeHours,
    Command,
    CommandResult,
    delete_charge_schedule,
    set_daily_schedule,
    set_destination,
    set_weekly_schedule,
    set_workweek_schedule,
)
from .smartcar.model import Position, Reading
from .util import plain_text, utc_from_ms
from .vehicle import VehicleState

SERVICE_CHECK: Final = "check"
SERVICE_DELETE_CHARGE_SCHEDULE: Final = "delete_charge_schedule"
SERVICE_READ_SIGNALS: Final = "read_signals"
SERVICE_SEND_DESTINATION: Final = "send_destination"
SERVICE_SET_CHARGE_SCHEDULE: Final = "set_charge_schedule"

ATTR_DAYS: Final = "days"
ATTR_FORCE: Final = "force"
ATTR_KIND: Final = "kind"
ATTR_PLACE: Final = "place"
ATTR_SCHEDULE_ID: Final = "schedule_id"
ATTR_START_TIME: Final = "start_time"
ATTR_STOP_TIME: Final = "stop_time"
ATTR_WEEKEND_START_TIME: Final = "weekend_start_time"
ATTR_WEEKEND_STOP_TIME: Final = "weekend_stop_time"

DAILY: Final = "daily"
WEEKLY: Final = "weekly"
WORKWEEK: Final = "workweek"

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = (ATTR_START_TIME, ATTR_STOP_TIME)
_WEEKEND_HOURS = (ATTR_WEEKEND_START_TIME, ATTR_WEEKEND_STOP_TIME)
_FIELDS: Mapping[str, tuple[str, ...]] = {
    DAILY: _HOURS,
    WEEKLY: (ATTR_DAYS,),
    WORKWEEK: (*_HOURS, *_WEEKEND_HOURS),
}
_DEVICES = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])}
_SCHEMA = vol.Schema(_DEVICES)
_READ_SCHEMA = vol.Schema(_DEVICES | {vol.Optional(ATTR_FORCE, default=False): cv.boolean})
_HOURS_SCHEMA = vol.Schema(
    {vol.Required(ATTR_START_TIME): cv.time, vol.Required(ATTR_STOP_TIME): cv.time}
)
_POSITION_FIELDS = {
    # The map's radius means nothing here.
    vol.Optional(CONF_LOCATION): vol.Schema(
        {vol.Required(ATTR_LATITUDE): cv.latitude, vol.Required(ATTR_LONGITUDE): cv.longitude},
        extra=vol.REMOVE_EXTRA,
    ),
    vol.Optional(ATTR_PLACE): cv.entity_id,
}
_DESTINATION_SCHEMA = vol.Schema(_DEVICES | _POSITION_FIELDS)
_SCHEDULE_SCHEMA = vol.Schema(
    _DEVICES
    | _POSITION_FIELDS
    | {
        vol.Required(ATTR_KIND): vol.In([DAILY, WEEKLY, WORKWEEK]),
        vol.Optional(ATTR_START_TIME): cv.time,
        vol.Optional(ATTR_STOP_TIME): cv.time,
        vol.Optional(ATTR_WEEKEND_START_TIME): cv.time,
        vol.Optional(ATTR_WEEKEND_STOP_TIME): cv.time,
        vol.Optional(ATTR_DAYS): vol.Schema({vol.In(_DAYS): _HOURS_SCHEMA}),
    }
)
_DELETION_SCHEMA = vol.Schema(
    _DEVICES | {vol.Required(ATTR_SCHEDULE_ID): vol.All(cv.string, vol.Length(min=1, max=100))}
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
    hass.services.async_register(
        DOMAIN,
        SERVICE_READ_SIGNALS,
        _async_read_signals,
        schema=_READ_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN, SERVICE_SEND_DESTINATION, _async_send_destination, schema=_DESTINATION_SCHEMA
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_SET_CHARGE_SCHEDULE,
        _async_set_charge_schedule,
        schema=_SCHEDULE_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_DELETE_CHARGE_SCHEDULE,
        _async_delete_charge_schedule,
        schema=_DELETION_SCHEMA,
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


async def _async_read_signals(call: ServiceCall) -> ServiceResponse:
    """Read vehicles: one billed call for each.

    Answers `{device ID: {key: {value, unit, recorded_at}}}` with all that is known after the read.
    Where one of several vehicles cannot be read, the others are, and then the error is raised.
    """
    reads = {
        device_id: _readable(call.hass, device_id)
        for device_id in dict.fromkeys(call.data[ATTR_DEVICE_ID])
    }
    results = await asyncio.gather(
        *(
            reader.async_read(vehicle, force=call.data[ATTR_FORCE])
            for reader, vehicle in reads.values()
        ),
        return_exceptions=True,
    )
    for result in results:
        if result is not None:
            raise result
    if not call.return_response:
        return None
    return {device_id: _readings(vehicle) for device_id, (_, vehicle) in reads.items()}


def _readable(hass: HomeAssistant, device_id: str) -> tuple[Reader, VehicleState]:
    """Return the vehicle of a device, and what reads it."""
    entry, vehicle_id = _vehicle(hass, device_id)
    runtime = entry.runtime_data
    vehicle = runtime.coordinator.vehicles.get(vehicle_id)
    if vehicle is None:
        raise _invalid("no_vehicle", device=device_id)
    if runtime.reader is None:
        raise _invalid("reads_not_available", vehicle=plain_text(vehicle_name(vehicle.info)))
    return runtime.reader, vehicle


def _readings(vehicle: VehicleState) -> dict[str, JsonValueType]:
    answer: dict[str, JsonValueType] = {}
    for key, reading in sorted(vehicle.readings.items()):
        signal = vehicle.signals.get(reading.code)
        recorded_at = None if signal is None else signal.recorded_at
        answer[key] = {
            "value": _value(reading),
            "unit": reading.unit,
            "recorded_at": None if recorded_at is None else utc_from_ms(recorded_at).isoformat(),
        }
    return answer


def _value(reading: Reading) -> JsonValueType:
    match reading.value:
        case Position() as position:
            return {"latitude": position.latitude, "longitude": position.longitude}
        case datetime() as time:
            return time.isoformat()
        case value:
            return value


async def _async_send_destination(call: ServiceCall) -> None:
    """Send a destination to the navigation systems of vehicles; one billed call each."""
    await _async_command(call, set_destination(_position(call, default=None)))


async def _async_set_charge_schedule(call: ServiceCall) -> ServiceResponse:
    """Create a charge schedule in vehicles; one billed call each.

    Answers `{device ID: {"schedule_id": str | None}}`.
    """
    position = _position(call, default=ENTITY_ID_HOME)
    results = await _async_command(call, _charge_schedule(call.data, position))
    return {
        device_id: {ATTR_SCHEDULE_ID: result.schedule_id} for device_id, result in results.items()
    }


async def _async_delete_charge_schedule(call: ServiceCall) -> None:
    """Delete a charge schedule of a vehicle; one billed call."""
    await _async_command(call, delete_charge_schedule(call.data[ATTR_SCHEDULE_ID]))


async def _async_command(call: ServiceCall, command: Command) -> dict[str, CommandResult]:
    """Send a command to each vehicle, none if one of them cannot have commands."""
    vehicles = {
        device_id: _commanded_vehicle(call.hass, device_id)
        for device_id in call.data[ATTR_DEVICE_ID]
    }
    return {
        device_id: await commands.async_send(vehicle, command)
        for device_id, (commands, vehicle) in vehicles.items()
    }


def _commanded_vehicle(hass: HomeAssistant, device_id: str) -> tuple[Commands, VehicleState]:
    """Return a device's vehicle, and what sends its commands."""
    entry, vehicle_id = _vehicle(hass, device_id)
    runtime = entry.runtime_data
    vehicle = runtime.coordinator.vehicles.get(vehicle_id)
    if vehicle is None:
        raise _invalid("no_vehicle", device=device_id)
    if runtime.commands is None:
        raise _invalid("current_platform_needed", entry=entry.title)
    return runtime.commands, vehicle


def _position(call: ServiceCall, default: str | None) -> Position:
    """Return the position that is given, or that of the entity given, or of the default one."""
    location, place = call.data.get(CONF_LOCATION), call.data.get(ATTR_PLACE)
    if (location is not None and place is not None) or not (location or place or default):
        raise _invalid("one_position")
    if location is None:
        place = place or default
        state = call.hass.states.get(place or "")
        location = {} if state is None else state.attributes
    try:
        return Position(float(location[ATTR_LATITUDE]), float(location[ATTR_LONGITUDE]))
    except (KeyError, TypeError, ValueError) as error:
        raise _invalid("no_position", place=str(place)) from error


def _charge_schedule(data: Mapping[str, Any], position: Position) -> Command:
    """Return the command for a charge schedule; each kind has its own fields."""
    kind = data[ATTR_KIND]
    fields = _FIELDS[kind]
    given = {name for names in _FIELDS.values() for name in names if name in data}
    hours, weekend_hours = _hours(data, *_HOURS), _hours(data, *_WEEKEND_HOURS)
    # Half a pair would be left out silently.
    is_whole = all((start in data) is (stop in data) for start, stop in (_HOURS, _WEEKEND_HOURS))
    if is_whole and given and given <= set(fields):
        if kind == WEEKLY and data[ATTR_DAYS]:
            days = {
                day: ChargeHours(times[ATTR_START_TIME], times[ATTR_STOP_TIME])
                for day, times in data[ATTR_DAYS].items()
            }
            return set_weekly_schedule(position, days)
        if kind == WORKWEEK:
            return set_workweek_schedule(position, hours, weekend_hours)
        if hours is not None:
            return set_daily_schedule(position, hours)
    raise _invalid("schedule_fields", kind=kind, fields=", ".join(fields))


def _hours(data: Mapping[str, Any], start: str, stop: str) -> ChargeHours | None:
    return ChargeHours(data[start], data[stop]) if start in data and stop in data else None


def _invalid(key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def _vehicle(hass: HomeAssistant, device_id: str) -> tuple[SmartcarConfigEntry, str]:
    """Return the loaded entry and the vehicle of a device."""
    device = dr.async_get(hass).async_get(device_id)
    vehicle_id = None if device is None else vehicle_id_of(device)
    if device is None or vehicle_id is None:
        raise _invalid("no_vehicle", device=device_id)
    entry = hass.config_entries.async_get_entry(device.config_entry_id or "")
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        return entry, vehicle_id
    raise _invalid("not_loaded", device=device.name_by_user or device.name or device_id)
