"""Smartcar's errors, and how each generation of API and payload renders them."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

DOCUMENTATION = "https://smartcar.com/docs/errors/api-errors"


@dataclass(frozen=True, slots=True)
class Problem:
    """An error: type, code, HTTP status, what Smartcar says to do about it, and a sentence."""

    type: str
    code: str | None
    status: int
    resolution: str | None
    description: str

    @property
    def title(self) -> str:
        """The code in words."""
        return (self.code or self.type).replace("_", " ").title()

    @property
    def link(self) -> str:
        """The address of the page that explains it."""
        page = self.type.lower().replace("_", "-")
        return f"{DOCUMENTATION}/{page}-errors#{(self.code or 'null').lower().replace('_', '-')}"

    @property
    def of_account(self) -> bool:
        """Whether the whole car is cut off, not one request or signal."""
        return self.type == "CONNECTED_SERVICES_ACCOUNT" or self.code == "PLATFORM_NOT_CAPABLE"


_TABLE = (
    Problem("CONNECTED_SERVICES_ACCOUNT", "AUTHENTICATION_FAILED", 400, "REAUTHENTICATE",
            "The owner's account refuses the stored login."),
    Problem("CONNECTED_SERVICES_ACCOUNT", "PERMISSION", 400, "REAUTHENTICATE",
            "The owner withdrew the access to the account."),
    Problem("CONNECTED_SERVICES_ACCOUNT", "ACCOUNT_ISSUE", 400, None,
            "The owner's account waits for an action of the owner."),
    Problem("CONNECTED_SERVICES_ACCOUNT", "SUBSCRIPTION", 400, None,
            "The car's connected services are not paid for."),
    Problem("CONNECTED_SERVICES_ACCOUNT", "VEHICLE_MISSING", 400, None,
            "The car is not in the owner's account any more."),
    Problem("CONNECTED_SERVICES_ACCOUNT", "NO_VEHICLES", 400, None,
            "There is no car in the owner's account."),
    Problem("CONNECTED_SERVICES_ACCOUNT", "VIRTUAL_KEY_REQUIRED", 400, "ACTION_REQUIRED",
            "The car asks for a virtual key."),
    Problem("PERMISSION", None, 403, "REAUTHENTICATE", "The grant does not cover this."),
    Problem("AUTHENTICATION", None, 401, None, "The authorization is missing or not valid."),
    Problem("COMPATIBILITY", "VEHICLE_NOT_CAPABLE", 501, None, "The car cannot do this."),
    Problem("COMPATIBILITY", "SMARTCAR_NOT_CAPABLE", 501, None, "Not supported for this car."),
    Problem("COMPATIBILITY", "MAKE_NOT_COMPATIBLE", 501, None, "Not supported for this make."),
    Problem("COMPATIBILITY", "PLATFORM_NOT_CAPABLE", 501, "REAUTHENTICATE",
            "The maker moved the car to another platform."),
    Problem("VEHICLE_STATE", "ASLEEP", 409, None, "The car is asleep."),
    Problem("VEHICLE_STATE", "UNREACHABLE", 409, None, "The car cannot be reached."),
    Problem("VEHICLE_STATE", "REMOTE_ACCESS_DISABLED", 409, None,
            "Remote access is switched off in the car."),
    Problem("VEHICLE_STATE", "NOT_CHARGING", 409, None, "The car is not charging."),
    Problem("VEHICLE_STATE", "CHARGE_FAULT", 409, None, "The car reports a charging fault."),
    Problem("VEHICLE_STATE", "CHARGING_IN_PROGRESS", 409, None, "The car is charging."),
    Problem("VEHICLE_STATE", "CHARGING_PLUG_NOT_CONNECTED", 409, None,
            "The car is not plugged in."),
    Problem("VEHICLE_STATE", "DEVICE_PAIRING_REQUIRED", 409, None,
            "The car asks for a paired device."),
    Problem("VEHICLE_STATE", "DOOR_OPEN", 409, None, "A door is open."),
    Problem("VEHICLE_STATE", "FULLY_CHARGED", 409, None, "The car is charged to its limit."),
    Problem("VEHICLE_STATE", "HOOD_OPEN", 409, None, "The hood is open."),
    Problem("VEHICLE_STATE", "IGNITION_ON", 409, None, "The ignition is on."),
    Problem("VEHICLE_STATE", "IN_MOTION", 409, None, "The car is in motion."),
    Problem("VEHICLE_STATE", "TRUNK_OPEN", 409, None, "A trunk is open."),
    Problem("VEHICLE_STATE", "VEHICLE_OFFLINE_FOR_SERVICE", 409, None, "The car is in service."),
    Problem("VEHICLE_STATE", "UNKNOWN", 409, "RETRY_LATER", "The car is in an unknown state."),
    Problem("RATE_LIMIT", "SMARTCAR_API", 429, "RETRY_LATER", "Too many requests of this client."),
    Problem("RATE_LIMIT", "VEHICLE", 429, "RETRY_LATER", "Too many requests to this car."),
    Problem("BILLING", "VEHICLE_LIMIT", 430, "CONTACT_SUPPORT", "The plan covers fewer cars."),
    Problem("BILLING", "INVALID_PLAN", 430, "CONTACT_SUPPORT", "The plan lacks this feature."),
    Problem("BILLING", "VEHICLE_REQUEST_LIMIT", 430, "CONTACT_SUPPORT",
            "The car's requests of this period are used up."),
    Problem("BILLING", "ACCOUNT_SUSPENDED", 430, "FINANCE", "The account is suspended."),
    Problem("UPSTREAM", "NO_RESPONSE", 502, "RETRY_LATER", "The maker's service does not answer."),
    Problem("UPSTREAM", "INVALID_DATA", 502, "RETRY_LATER", "The maker's service sent nonsense."),
    Problem("UPSTREAM", "RATE_LIMIT", 502, "RETRY_LATER", "The maker's service is overloaded."),
    Problem("UPSTREAM", "KNOWN_ISSUE", 502, "RETRY_LATER", "The maker's service has a fault."),
    Problem("UPSTREAM", "UNKNOWN_ISSUE", 502, "RETRY_LATER", "The maker's service failed."),
    Problem("SERVER", "INTERNAL", 500, "RETRY_LATER", "Something broke in the simulated cloud."),
    Problem("VALIDATION", None, 400, None, "The request is not valid."),
    Problem("VALIDATION", "MISSING_PARAMETER", 400, None, "A parameter is missing."),
    Problem("VALIDATION", "INVALID_INPUT_FORMAT", 400, None, "A parameter has the wrong form."),
    Problem("RESOURCE_NOT_FOUND", "PATH", 404, None, "There is nothing at this path."),
    Problem("RESOURCE_NOT_FOUND", "VERSION", 404, None, "There is no such version of the API."),
    Problem("RESOURCE_NOT_FOUND", "SIGNAL_NOT_FOUND", 404, None, "The car has no such signal."),
    Problem("RESOURCE_CONFLICT", "ALREADY_EXISTS", 409, None, "That exists already."),
)  # fmt: skip

UNAUTHORIZED = Problem(
    "AUTHENTICATION", "UNAUTHORIZED", 401, None, "The token is missing or not valid."
)


_BY_NAME = {
    **{problem.type: problem for problem in _TABLE if problem.code is None},
    **{problem.code: problem for problem in reversed(_TABLE) if problem.code is not None},
    **{f"{problem.type}.{problem.code}": problem for problem in _TABLE},
    # A bare PERMISSION is the owner's: that is what a dashboard's button means.
    "PERMISSION.null": Problem("PERMISSION", None, 403, "REAUTHENTICATE", _TABLE[7].description),
}


def find(name: str) -> Problem:
    """Return the problem called TYPE.CODE, TYPE:CODE, CODE, or TYPE where there is no code."""
    return _BY_NAME[name.replace(":", ".")]


def of_status(status: int) -> Problem:
    """Return a problem with this HTTP status; there is none for a method: its path is not found."""
    if status == HTTPStatus.BAD_REQUEST:
        return find("VALIDATION")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return find("RESOURCE_NOT_FOUND.PATH")
    known = next((problem for problem in _TABLE if problem.status == status), None)
    return known or Problem("SERVER", "INTERNAL", status, "RETRY_LATER", "A simulated failure.")


def body_v2(
    problem: Problem, request_id: str, *, detail: str | None = None, url: str | None = None
) -> dict[str, Any]:
    """Return the error object of API v2.0, also the body of a webhook's path that failed."""
    resolution: dict[str, Any] = {"type": problem.resolution}
    if url is not None:
        resolution["url"] = url
    return {
        "type": problem.type,
        "code": problem.code,
        "description": detail or problem.description,
        "docURL": problem.link,
        "statusCode": problem.status,
        "requestId": request_id,
        "resolution": resolution,
    }


def body_v3(problem: Problem, request_id: str, detail: str | None = None) -> dict[str, Any]:
    """Return the error object of API v3 as clients meet it."""
    return {
        "type": problem.type,
        "code": problem.code,
        "title": problem.title,
        "detail": detail or problem.description,
        "status": problem.status,
        "resolution": {"type": problem.resolution},
        "suggestedUserMessage": None,
        "links": {"about": problem.link},
        "meta": {"requestId": request_id},
    }


def body_v3_list(problem: Problem, detail: str | None = None) -> dict[str, Any]:
    """Return the error list that the older description of API v3 shows."""
    return {
        "errors": [
            {
                "status": str(problem.status),
                "code": (problem.code or problem.type).lower(),
                "title": problem.title,
                "detail": detail or problem.description,
            }
        ]
    }
