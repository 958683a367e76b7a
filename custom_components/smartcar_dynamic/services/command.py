"""The actions that send commands: a destination, charge schedules."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.components.zone import ENTITY_ID_HOME
from homeassistant.const import ATTR_DEVICE_ID, ATTR_LATITUDE, ATTR_LONGITUDE, CONF_LOCATION
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..commands import Commands
from ..const import DOMAIN
from ..smartcar.commands import (
    ChargeHours,
    Command,
    CommandResult,
    delete_charge_schedule,
    set_daily_schedule,
    set_destination,
    set_weekly_schedule,
    set_workweek_schedule,
)
from ..smartcar.model import Position
from ..vehicle import VehicleState
from .target import DEVICES, invalid, vehicle_of

SERVICE_DELETE_CHARGE_SCHEDULE: Final = "delete_charge_schedule"
SERVICE_SEND_DESTINATION: Final = "send_destination"
SERVICE_SET_CHARGE_SCHEDULE: Final = "set_charge_schedule"
ATTR_DAYS: Final = "days"
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

_DESTINATION_SCHEMA = vol.Schema(DEVICES | _POSITION_FIELDS)

_SCHEDULE_SCHEMA = vol.Schema(
    DEVICES
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
    DEVICES | {vol.Required(ATTR_SCHEDULE_ID): vol.All(cv.string, vol.Length(min=1, max=100))}
)


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the actions."""
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
    entry, vehicle_id = vehicle_of(hass, device_id)
    runtime = entry.runtime_data
    vehicle = runtime.coordinator.vehicles.get(vehicle_id)
    if vehicle is None:
        raise invalid("no_vehicle", device=device_id)
    if runtime.commands is None:
        raise invalid("current_platform_needed", entry=entry.title)
    return runtime.commands, vehicle


def _position(call: ServiceCall, default: str | None) -> Position:
    """Return the position that is given, or that of the entity given, or of the default one."""
    location, place = call.data.get(CONF_LOCATION), call.data.get(ATTR_PLACE)
    if (location is not None and place is not None) or not (location or place or default):
        raise invalid("one_position")
    if location is None:
        place = place or default
        state = call.hass.states.get(place or "")
        location = {} if state is None else state.attributes
    try:
        return Position(float(location[ATTR_LATITUDE]), float(location[ATTR_LONGITUDE]))
    except (KeyError, TypeError, ValueError) as error:
        raise invalid("no_position", place=str(place)) from error


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
    raise invalid("schedule_fields", kind=kind, fields=", ".join(fields))


def _hours(data: Mapping[str, Any], start: str, stop: str) -> ChargeHours | None:
    return ChargeHours(data[start], data[stop]) if start in data and stop in data else None
