"""Typed access to values of decoded JSON."""

from collections.abc import Mapping
from itertools import islice
from math import isfinite

MAX_PERMISSIONS = 100
"""More permissions of a vehicle are not kept: there are 28."""

_MAX_ID = 128
_MAX_NAME = 100


def as_dict(value: object) -> Mapping[str, object]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_str(value: object) -> str | None:
    """Return a text that is not empty."""
    return value if isinstance(value, str) and value else None


def as_int(value: object) -> int | None:
    """Return a whole number; a boolean is none."""
    return value if type(value) is int else None


def as_number(value: object) -> float | None:
    """Return a finite number; a boolean is none."""
    if type(value) is int or (type(value) is float and isfinite(value)):
        return float(value)
    return None


def as_id(value: object) -> str | None:
    """Return an ID: a short text in one line, which can be written anywhere."""
    if isinstance(value, str) and 0 < len(value) <= _MAX_ID and value.isprintable():
        return value
    return None


def as_ids(value: object, limit: int) -> tuple[str, ...]:
    """Return the IDs in a list, up to a number of them."""
    return tuple(islice(filter(None, map(as_id, as_list(value))), limit))


def as_name(value: object) -> str | None:
    """Return the name of something, cut where it is too long."""
    return (clean_text(value, _MAX_NAME) or None) if isinstance(value, str) else None


def clean_text(value: str, limit: int) -> str:
    """Return a text in one line, of limited length and without what cannot be written as UTF-8."""
    if len(value) > limit:
        value = value[:limit]
    if not value.isprintable():
        value = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return value.strip()


def as_year(value: object) -> int | None:
    """Return a model year, which comes as a number or a text."""
    if isinstance(value, str) and len(value) == 4 and value.isdecimal():  # noqa: PLR2004 - digits
        value = int(value)
    return value if type(value) is int and 1900 < value < 2200 else None  # noqa: PLR2004 - years
