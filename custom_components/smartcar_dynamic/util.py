"""The clock, listeners, and tracebacks without a message."""

from collections.abc import Callable, Iterator
from datetime import datetime
from time import time
from traceback import format_tb

from homeassistant.core import CALLBACK_TYPE
from homeassistant.util import dt as dt_util

HOUR = 3_600_000
"""An hour in milliseconds."""
DAY = 24 * HOUR
"""A day in milliseconds."""


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return round(time() * 1000)


def utc_from_ms(milliseconds: float) -> datetime:
    """Return a time in UTC from milliseconds since 1970."""
    return dt_util.utc_from_timestamp(milliseconds / 1000)


def format_traceback(error: Exception) -> str:
    """Return an exception's type and traceback without its message, which may hold content."""
    return "\n".join((type(error).__name__, *format_tb(error.__traceback__))).rstrip()


_MARKUP = str.maketrans({"<": "(", ">": ")", "[": "(", "]": ")", "`": "'", "*": "", "\n": " "})


def plain_text(text: str) -> str:
    """Return a name for a placeholder: nothing in it is Markdown or HTML."""
    return text.translate(_MARKUP)


class Listeners[*Ts]:
    """Functions to call when something happens, in the order in which they were added."""

    def __init__(self) -> None:
        """Initialize without listeners."""
        self._listeners: list[Callable[[*Ts], None]] = []

    def add(self, listener: Callable[[*Ts], None]) -> CALLBACK_TYPE:
        """Add a listener; return a function that removes it."""
        self._listeners.append(listener)

        def remove() -> None:
            self._listeners.remove(listener)

        return remove

    def __iter__(self) -> Iterator[Callable[[*Ts], None]]:
        """Iterate over the listeners; they may be added and removed meanwhile."""
        return iter(tuple(self._listeners))
