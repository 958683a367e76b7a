"""Where a bug is, and not what it was about: an exception's message may hold content."""

from traceback import format_tb


def trace_of(error: Exception) -> str:
    """Return an exception's type and its way through the code."""
    return "\n".join((type(error).__name__, *format_tb(error.__traceback__))).rstrip()
