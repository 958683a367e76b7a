"""Simulated time, and the wall time with which messages and tokens are dated."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

INSTANT = timedelta(milliseconds=1)


@dataclass(slots=True)
class Clock:
    """Two times: the cars are simulated in `now`; messages and tokens are dated with `wall`.

    They move together when a test advances by hand. When the clock runs, `now` runs `speed` times
    as fast as `wall`, which stays with the real time: nothing is ever dated in the future.
    """

    now: datetime
    wall: datetime
    speed: float = 0

    @classmethod
    def starting(cls, start: datetime | None, speed: float) -> Clock:
        """Return a clock that shows `start` (or the real time), `speed` simulated s per real s."""
        moment = (start or datetime.now(UTC)).astimezone(UTC)
        return cls(moment, moment, speed)

    def move_to(self, moment: datetime, rate: float = 1) -> None:
        """Move to a simulated moment; `rate` is simulated seconds per second of wall time."""
        if moment > self.now:
            self.wall += max((moment - self.now) / rate, INSTANT)
            self.now = moment

    def tick(self) -> datetime:
        """Let a millisecond pass, so that no two events have the same time; return wall time."""
        self.now += INSTANT
        self.wall += INSTANT
        return self.wall


def epoch_ms(moment: datetime) -> int:
    """Return epoch milliseconds, as webhook payloads of version 4.0 date things."""
    return round(moment.timestamp() * 1000)


def iso(moment: datetime) -> str:
    """Return ISO 8601 with milliseconds and Z, as API v3 and payloads of version 2.0 do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
