"""What the logs must not have: errors of ours, and secrets."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
import logging
import re
from typing import override

from simulator import Simulator

_RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:.]+ (?P<level>[A-Z]+) \([^)]*\) \[(?P<logger>[^\]]+)\] ", re.MULTILINE
)
_OURS = "smartcar_dynamic"
_ALARMING = {"WARNING", "ERROR", "CRITICAL"}
# Home Assistant says so of every custom integration.
_EXPECTED = "has not been tested by Home Assistant"


def complaints(log: str) -> tuple[str, ...]:
    """Return the records at warning or above, with their tracebacks, that have to do with us."""
    starts = list(_RECORD.finditer(log))
    ends = [*(start.start() for start in starts[1:]), len(log)]
    records = (
        (start["level"], log[start.start() : end].strip())
        for start, end in zip(starts, ends, strict=True)
    )
    return tuple(
        text
        for level, text in records
        if level in _ALARMING and _OURS in text and _EXPECTED not in text
    )


def leaks(log: str, simulator: Simulator, more: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the kinds of secrets that stand in a log, not the secrets."""
    return tuple(
        sorted({kind for kind, secret in _secrets(simulator, more) if secret and secret in log})
    )


def _secrets(simulator: Simulator, more: Iterable[str]) -> Iterator[tuple[str, str]]:
    cloud = simulator.cloud
    for application in cloud.applications.values():
        yield "client secret", application.client_secret
        yield "client secret", application.m2m_secret
        yield "client ID", application.m2m_id
        yield "management token", application.management_token
        if application.tokens is not None:
            yield "access token", application.tokens.access_token
            yield "refresh token", application.tokens.refresh_token
    for webhook in cloud.webhooks.values():
        yield "Smartcar's webhook ID", webhook.id
        yield "webhook URL", webhook.callback_uri.rpartition("/")[2]
    for connection in cloud.connections.values():
        car = connection.car
        yield "VIN", car.vin
        yield "vehicle ID", car.id
        yield "owner ID", connection.owner_id
        for place in car.places.values():
            yield "position", f"{place.latitude:.4f}"
            yield "position", f"{place.longitude:.4f}"
    for secret in more:
        yield "former token", secret


@contextmanager
def own_complaints() -> Iterator[list[str]]:
    """Collect what this process logs at warning or above: the simulator runs in it."""
    handler = _Collector(logging.WARNING)
    logging.getLogger().addHandler(handler)
    try:
        yield handler.texts
    finally:
        logging.getLogger().removeHandler(handler)


class _Collector(logging.Handler):
    """Keeps what is logged as text."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.setFormatter(logging.Formatter("%(levelname)s [%(name)s] %(message)s"))
        self.texts: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))
