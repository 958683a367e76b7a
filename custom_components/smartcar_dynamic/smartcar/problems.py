"""Smartcar's error table: type and code to a remedy.

Sources: the API errors pages and the VEHICLE_ERROR event page; see each error's `docURL`.
"""

from collections.abc import Mapping
import re
from urllib.parse import urlsplit

from .jsonvalues import clean_text
from .model import Problem, Remedy

# A code of its own comes before its type's rule.
_BY_CODE: Mapping[tuple[str, str], Remedy] = {
    ("CONNECTED_SERVICES_ACCOUNT", "AUTHENTICATION_FAILED"): Remedy.REAUTHENTICATE,
    ("CONNECTED_SERVICES_ACCOUNT", "PERMISSION"): Remedy.REAUTHENTICATE,
    ("COMPATIBILITY", "PLATFORM_NOT_CAPABLE"): Remedy.REAUTHENTICATE,
    ("RESOURCE_NOT_FOUND", "SIGNAL_NOT_FOUND"): Remedy.WAIT,
    ("SERVER", "RECORD_NOT_FOUND"): Remedy.NOT_CAPABLE,
    ("SERVER", "MULTIPLE_RECORDS_FOUND"): Remedy.NOT_CAPABLE,
}
_BY_TYPE: Mapping[str, Remedy] = {
    "AUTHENTICATION": Remedy.CREDENTIALS,
    "BILLING": Remedy.PLAN,
    "COMPATIBILITY": Remedy.NOT_CAPABLE,
    "CONNECTED_SERVICES_ACCOUNT": Remedy.OWNER,
    "PERMISSION": Remedy.PERMISSION,
    "RATE_LIMIT": Remedy.WAIT,
    "RESOURCE_NOT_FOUND": Remedy.OURS,
    "SERVER": Remedy.WAIT,
    "UNAVAILABLE": Remedy.WAIT,
    "UPSTREAM": Remedy.WAIT,
    "VALIDATION": Remedy.OURS,
    "VEHICLE_STATE": Remedy.WAIT,
}
_BY_STATUS: Mapping[int, str] = {
    400: "VALIDATION",
    401: "AUTHENTICATION",
    403: "PERMISSION",
    404: "RESOURCE_NOT_FOUND",
    409: "VEHICLE_STATE",
    429: "RATE_LIMIT",
    430: "BILLING",
    501: "COMPATIBILITY",
    502: "UPSTREAM",
    504: "UPSTREAM",
}
# The tutorial's spelling, and those of the API's first version.
_ALIASES: Mapping[str, str] = {
    "CONNECT_SERVICES_ACCOUNT": "CONNECTED_SERVICES_ACCOUNT",
    "AUTHENTICATION_ERROR": "AUTHENTICATION",
    "PERMISSION_ERROR": "PERMISSION",
    "RATE_LIMITING_ERROR": "RATE_LIMIT",
    "RESOURCE_NOT_FOUND_ERROR": "RESOURCE_NOT_FOUND",
    "SERVER_ERROR": "SERVER",
    "SMARTCAR_NOT_CAPABLE_ERROR": "COMPATIBILITY",
    "VALIDATION_ERROR": "VALIDATION",
    "VEHICLE_NOT_CAPABLE_ERROR": "COMPATIBILITY",
    "VEHICLE_STATE_ERROR": "VEHICLE_STATE",
    "VERSION_NOT_FOUND_ERROR": "RESOURCE_NOT_FOUND",
}
_ABOUT_THE_ACCOUNT = "CONNECTED_SERVICES_ACCOUNT"
# A type or code is words; an ID, a VIN or a token never is.
_IS_WORD = re.compile(r"(?=.{1,80}$)[A-Z]+(?:_[A-Z0-9]+)*(?::[A-Z]+(?:_[A-Z0-9]+)*)?").fullmatch
_MAX_DESCRIPTION = 1000
_MAX_URL = 2048


def remedy_of(type_: str, code: str | None) -> Remedy:
    """Return what an error asks for; an unknown type is waited for."""
    return _BY_CODE.get((type_, code or "")) or _BY_TYPE.get(type_, Remedy.WAIT)


def concerns_vehicle(problem: Problem) -> bool:
    """Tell whether a problem is the vehicle's or its account's rather than single signals'."""
    return (
        not problem.signals
        or problem.type == _ABOUT_THE_ACCOUNT
        or problem.remedy in {Remedy.REAUTHENTICATE, Remedy.PLAN}
    )


def parse_problem(
    raw: object, *, status: int | None = None, signals: tuple[str, ...] = ()
) -> Problem:
    """Return the problem in an error object of any shape that Smartcar has used.

    Known: `{type, code, description, resolution}` (v2.0, v4.0), `{type, code, title, detail}` and
    `{errors: [{status, code, title, detail}]}` (v3), `{error, message, code}` (v1),
    `{error, error_description}` (OAuth). `resolution` is an object, a string, null or absent.
    A type may name its code, too: `VEHICLE_STATE:ASLEEP`. What cannot be read is told by the HTTP
    status.
    """
    error = _innermost(raw)
    type_, _, code_of_type = (as_word(error.get("type")) or as_word(error.get("error"))).partition(
        ":"
    )
    type_ = _ALIASES.get(type_, type_)
    code = as_word(error.get("code")) or code_of_type or None
    if type_ not in _BY_TYPE:
        status = status or _number(error.get("status")) or _number(error.get("statusCode"))
        by_status = _BY_STATUS.get(status or 0, "SERVER" if status and status >= 500 else "")  # noqa: PLR2004 - HTTP
        type_ = by_status or type_ or "UNKNOWN"
    remedy = remedy_of(type_, code)
    return Problem(
        type=type_,
        code=code,
        remedy=remedy,
        signals=signals,
        resolved=as_word(error.get("state")) == "RESOLVED",
        description=_first_text(error, "detail", "description", "error_description", "message"),
        # Other remedies' URLs, such as that of Tesla's virtual key, do not lead to Connect.
        reauthenticate_url=as_reauthenticate_url(_url_of(error))
        if remedy is Remedy.REAUTHENTICATE
        else None,
    )


def as_reauthenticate_url(value: object) -> str | None:
    """Return an HTTPS URL of a host, as an error or the store has it."""
    if not isinstance(value, str) or len(value) > _MAX_URL or not value.isprintable():
        return None
    try:
        url = urlsplit(value)
    except ValueError:
        return None
    return value if url.scheme == "https" and url.hostname else None


def _url_of(error: Mapping[str, object]) -> object:
    resolution = error.get("resolution")
    return resolution.get("url") if isinstance(resolution, Mapping) else None


def _innermost(raw: object) -> Mapping[str, object]:
    while True:
        match raw:
            case {"errors": [inner, *_]} | {"error": {} as inner}:
                raw = inner
            case {}:
                return raw
            case str():
                return {"type": raw}
            case _:
                return {}


def as_word(value: object) -> str:
    """Return a type or code in upper case; nothing for a text that is none, such as a page."""
    if not isinstance(value, str):
        return ""
    word = value.upper()
    return word if _IS_WORD(word) else ""


def _number(value: object) -> int | None:
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():  # noqa: PLR2004 - digits
        return int(value)
    if type(value) is float and value.is_integer():
        return int(value)
    return value if type(value) is int else None


def _first_text(error: Mapping[str, object], *names: str) -> str:
    texts = (text for name in names if isinstance(text := error.get(name), str) and text)
    return clean_text(next(texts, ""), _MAX_DESCRIPTION)


def ends_value(problem: Problem) -> bool:
    """Tell whether a problem says that there is nothing to measure: no rate without charging."""
    return problem.type == "VEHICLE_STATE" and problem.code == "NOT_CHARGING"
