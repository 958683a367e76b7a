"""Smartcar's times, ISO 8601 or since 1970, as milliseconds since 1970 in UTC."""

from datetime import UTC, datetime
from math import isfinite

CLOCK_TOLERANCE = 60_000
"""How far apart two clocks may be, in milliseconds, of which neither is wrong."""

_FIRST_MILLISECONDS = 100_000_000_000
_LAST_MILLISECONDS = 4_102_444_800_000
YEAR_2000 = 946_684_800_000


def milliseconds(value: object) -> int | None:
    """Return a time in milliseconds; `None` for 0, which means unknown, and for what is no time."""
    if type(value) is int and YEAR_2000 <= value < _LAST_MILLISECONDS:
        return value
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            return None
        value = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000
    elif type(value) is int:
        pass
    elif type(value) is not float or not isfinite(value):
        return None
    if 0 < value < _FIRST_MILLISECONDS:
        value *= 1000
    return round(value) if YEAR_2000 <= value < _LAST_MILLISECONDS else None


def as_time(value: object) -> int | None:
    """Return a time in whole milliseconds, as the store has it."""
    return value if type(value) is int and YEAR_2000 <= value < _LAST_MILLISECONDS else None
