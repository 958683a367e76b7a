"""Typed access to values of decoded JSON."""

from collections.abc import Mapping


def as_dict(value: object) -> Mapping[str, object]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Return a JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def as_str(value: object) -> str | None:
    """Return a text that is not empty."""
    return value if isinstance(value, str) and value else None


def as_year(value: object) -> int | None:
    """Return a model year, which comes as a number or a text."""
    if isinstance(value, str) and len(value) == 4 and value.isdecimal():  # noqa: PLR2004 - digits
        value = int(value)
    return value if type(value) is int and 1900 < value < 2200 else None  # noqa: PLR2004 - years


def as_int(value: object) -> int | None:
    """Return a whole number; a boolean is none."""
    return value if type(value) is int else None
