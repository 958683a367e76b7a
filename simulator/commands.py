"""The remote commands of API v3: their parameters, and what they do to a car."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from re import fullmatch
from typing import Any

from .car import Car
from .charge_schedule import DAYS, WEEKDAYS, WEEKENDS, ChargeHours, ChargeSchedule
from .geo import Place

type Parameters = dict[str, Any]

_MIN_LIMIT, _MAX_LIMIT = 50, 100
_MAX_LATITUDE, _MAX_LONGITUDE = 90, 180
_TIME = r"([01]\d|2[0-3]):[0-5]\d"


class ParameterError(Exception):
    """A parameter is missing or not valid."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `parse` takes `data.attributes`, if it has any, and may raise ParameterError.

    `schedule_type` is that of a charge schedule to create; such a command and the one that
    deletes a schedule have the parameter `scheduleId`.
    """

    type: str
    permission: str
    apply: Callable[[Car, Parameters], object]
    parse: Callable[[Parameters], Parameters] | None = None
    schedule_type: str | None = None

    @property
    def is_of_schedule(self) -> bool:
        """Whether it creates or deletes a charge schedule."""
        return self.type.startswith("charge-schedules-")


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ParameterError(f"must be a number from {low} to {high}")
    return value


def _limit(attributes: Parameters) -> Parameters:
    percent = attributes.get("percent")
    if not isinstance(percent, int):
        raise ParameterError("percent must be an integer")
    return {"percent": _number(percent, _MIN_LIMIT, _MAX_LIMIT)}


def _position(attributes: object) -> Parameters:
    if not isinstance(attributes, dict):
        raise ParameterError("latitude and longitude are required")
    return {
        "latitude": _number(attributes.get("latitude"), -_MAX_LATITUDE, _MAX_LATITUDE),
        "longitude": _number(attributes.get("longitude"), -_MAX_LONGITUDE, _MAX_LONGITUDE),
    }


def _hours(attributes: object) -> Parameters:
    if not isinstance(attributes, dict):
        raise ParameterError("startTime and stopTime are required")
    times = {key: attributes.get(key) for key in ("startTime", "stopTime")}
    for key, value in times.items():
        if not isinstance(value, str) or fullmatch(_TIME, value) is None:
            raise ParameterError(f"{key} must be HH:MM")
    return times


def _daily(attributes: Parameters) -> Parameters:
    return {"location": _position(attributes.get("location")), **_hours(attributes)}


def _weekly(attributes: Parameters) -> Parameters:
    days = attributes.get("days")
    if not isinstance(days, dict) or not days:
        raise ParameterError("days is required")
    if unknown := [day for day in days if day.upper() not in DAYS]:
        raise ParameterError(f"no such day: {unknown[0]}")
    return {
        "location": _position(attributes.get("location")),
        "days": {day: _hours(hours) for day, hours in days.items()},
    }


def _workweek(attributes: Parameters) -> Parameters:
    parts = {key: attributes[key] for key in ("weekdays", "weekends") if key in attributes}
    if not parts:
        raise ParameterError("weekdays or weekends is required")
    return {
        "location": _position(attributes.get("location")),
        **{key: _hours(hours) for key, hours in parts.items()},
    }


def _scheduled_hours(parameters: Parameters) -> tuple[ChargeHours, ...]:
    by_days: list[tuple[tuple[str, ...], Parameters]] = [
        ((day.upper(),), hours) for day, hours in parameters.get("days", {}).items()
    ]
    if "startTime" in parameters:
        by_days.append((DAYS, parameters))
    for key, days in (("weekdays", WEEKDAYS), ("weekends", WEEKENDS)):
        if key in parameters:
            by_days.append((days, parameters[key]))
    return tuple(ChargeHours(days, it["startTime"], it["stopTime"]) for days, it in by_days)


def _create_schedule(schedule_type: str) -> Callable[[Car, Parameters], None]:
    def create(car: Car, parameters: Parameters) -> None:
        location = Place(**parameters["location"])
        hours = _scheduled_hours(parameters)
        car.add_charge_schedule(
            ChargeSchedule(parameters["scheduleId"], schedule_type.upper(), location, hours)
        )

    return create


def _schedule_command(schedule_type: str, parse: Callable[[Parameters], Parameters]) -> Command:
    return Command(
        f"charge-schedules-{schedule_type}",
        "control_charge",
        _create_schedule(schedule_type),
        parse,
        schedule_type,
    )


COMMANDS: Mapping[str, Command] = {
    command.type: command
    for command in (
        Command("charge-start", "control_charge", lambda car, _: car.start_charging()),
        Command("charge-stop", "control_charge", lambda car, _: car.stop_charging()),
        Command(
            "charge-set-limit",
            "control_charge",
            lambda car, it: car.set_charge_limit(it["percent"]),
            _limit,
        ),
        Command("charge-port-open", "control_charge", lambda car, _: car.open_charge_port()),
        Command("charge-port-close", "control_charge", lambda car, _: car.close_charge_port()),
        Command("security-lock", "control_security", lambda car, _: car.lock_remotely()),
        Command("security-unlock", "control_security", lambda car, _: car.unlock()),
        Command(
            "navigation-set-destination",
            "control_navigation",
            lambda car, it: car.set_destination(Place(**it)),
            _position,
        ),
        _schedule_command("daily", _daily),
        _schedule_command("weekly", _weekly),
        _schedule_command("workweek", _workweek),
        Command(
            "charge-schedules-delete",
            "control_charge",
            lambda car, it: car.delete_charge_schedule(it["scheduleId"]),
        ),
    )
}
