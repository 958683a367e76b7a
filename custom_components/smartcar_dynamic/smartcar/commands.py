"""The commands of API v3: what each asks for, and what Smartcar's answer to it says.

Sources: the "Commands overview" page, the pages of each command, the API reference.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum, auto
from http import HTTPStatus

from .jsonvalues import as_dict, as_int, as_list, as_str
from .model import Position, Problem
from .problems import parse_problem

CONTROL_CHARGE = "control_charge"
CONTROL_NAVIGATION = "control_navigation"
CONTROL_SECURITY = "control_security"

MIN_CHARGE_LIMIT = 50
MAX_CHARGE_LIMIT = 100

_FAILURES = frozenset({"ERROR", "FAILED", "FAILURE"})


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `permission` is the one of the grant that it needs.

    `purpose` completes "Smartcar was asked to …". `path` follows the vehicle's, `attributes` are
    those of the body.
    """

    purpose: str
    permission: str
    path: tuple[str, ...] = field(repr=False)
    attributes: Mapping[str, object] | None = field(default=None, repr=False)
    method: str = "POST"

    @property
    def body(self) -> Mapping[str, object] | None:
        """Return the JSON body; most commands have none."""
        return None if self.attributes is None else {"data": {"attributes": self.attributes}}


class Outcome(StrEnum):
    """What became of a command that Smartcar did not refuse."""

    SUCCESS = auto()
    """The vehicle has obeyed; its signals may lag."""
    UNKNOWN = auto()
    """Nobody knows: it is pending, or no answer came in time. Smartcar cannot be asked later."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of a command; `schedule_id` is that of a charge schedule that was created."""

    outcome: Outcome
    schedule_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CommandFailure:
    """What the body of a successful response says went wrong, and its HTTP status."""

    problem: Problem
    status: int


@dataclass(frozen=True, slots=True)
class ChargeHours:
    """When a vehicle may charge, in its own local time; past midnight where `stop` is earlier."""

    start: time
    stop: time

    def to_json(self) -> dict[str, str]:
        """Return the hours as Smartcar takes them."""
        return {"startTime": f"{self.start:%H:%M}", "stopTime": f"{self.stop:%H:%M}"}


LOCK = Command("lock a vehicle", CONTROL_SECURITY, ("commands", "security", "lock"))
UNLOCK = Command("unlock a vehicle", CONTROL_SECURITY, ("commands", "security", "unlock"))
START_CHARGING = Command("start charging", CONTROL_CHARGE, ("commands", "charge", "start"))
STOP_CHARGING = Command("stop charging", CONTROL_CHARGE, ("commands", "charge", "stop"))
OPEN_CHARGE_PORT = Command(
    "open a charge port", CONTROL_CHARGE, ("commands", "charge-port", "open")
)
CLOSE_CHARGE_PORT = Command(
    "close a charge port", CONTROL_CHARGE, ("commands", "charge-port", "close")
)


def set_charge_limit(percent: int) -> Command:
    """Return the command for a charge limit of 50 to 100 %."""
    return Command(
        "set a charge limit",
        CONTROL_CHARGE,
        ("commands", "charge", "set-limit"),
        {"percent": percent},
    )


def set_destination(position: Position) -> Command:
    """Return the command that sends a destination to the navigation system."""
    return Command(
        "set a destination",
        CONTROL_NAVIGATION,
        ("commands", "navigation", "set-destination"),
        _position_to_json(position),
    )


def set_daily_schedule(location: Position, hours: ChargeHours) -> Command:
    """Return the command for a charge schedule with the same hours each day."""
    return _set_schedule("daily", location, hours.to_json())


def set_weekly_schedule(location: Position, days: Mapping[str, ChargeHours]) -> Command:
    """Return the command for a charge schedule with hours by day, `monday` to `sunday`."""
    by_day = {day: hours.to_json() for day, hours in days.items()}
    return _set_schedule("weekly", location, {"days": by_day})


def set_workweek_schedule(
    location: Position, weekdays: ChargeHours | None, weekends: ChargeHours | None
) -> Command:
    """Return the command for a charge schedule with hours for weekdays, weekends, or both."""
    parts = {"weekdays": weekdays, "weekends": weekends}
    given = {name: hours.to_json() for name, hours in parts.items() if hours is not None}
    return _set_schedule("workweek", location, given)


def delete_charge_schedule(schedule_id: str) -> Command:
    """Return the command that deletes a charge schedule."""
    return Command(
        "delete a charge schedule",
        CONTROL_CHARGE,
        ("charge-schedules", schedule_id),
        method="DELETE",
    )


def parse_result(answer: object) -> CommandResult | CommandFailure:
    """Return what the body of a 200 or 202 says; one that says nothing legible is unknown.

    Known: `data.attributes.status.value` SUCCESS, PENDING or FAILURE (beside it `error`), and after
    a streamed 202 an error of any shape whose status differs from the HTTP one.
    """
    body = as_dict(answer)
    attributes = as_dict(as_dict(body.get("data")).get("attributes"))
    status = attributes.get("status")
    value = (as_str(as_dict(status).get("value")) or as_str(status) or "").upper()
    if value == "SUCCESS":
        return CommandResult(Outcome.SUCCESS, as_str(attributes.get("scheduleId")))
    if value in _FAILURES:
        error = as_dict(as_dict(status).get("error")) or as_dict(attributes.get("error"))
        return CommandFailure(parse_problem(error), HTTPStatus.OK)
    if "data" not in body and body.keys() & {"errors", "error", "type"}:
        error_status = _status(body)
        if error_status != HTTPStatus.GATEWAY_TIMEOUT:
            return CommandFailure(parse_problem(body, status=error_status), error_status)
    return CommandResult(Outcome.UNKNOWN)


def _status(error: Mapping[str, object]) -> int:
    """Return the status that an error names itself, a number or the text of one."""
    first = next(iter(as_list(error.get("errors"))), None)
    for raw in (error.get("status"), error.get("statusCode"), as_dict(first).get("status")):
        if (number := as_int(raw)) is not None:
            return number
        if isinstance(raw, str) and raw.isdecimal():
            return int(raw)
    return HTTPStatus.OK


def _set_schedule(kind: str, location: Position, attributes: Mapping[str, object]) -> Command:
    return Command(
        "set a charge schedule",
        CONTROL_CHARGE,
        ("charge-schedules", kind),
        {"location": _position_to_json(location), **attributes},
    )


def _position_to_json(position: Position) -> dict[str, object]:
    return {"latitude": position.latitude, "longitude": position.longitude}
