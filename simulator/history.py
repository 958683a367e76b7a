"""What truly happened to a car: charging sessions and trips, for tests to compare with.

Times are simulated time, energy is in kWh, distance in km, charge in percent.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .geo import Place

HOME = "home"


class ChargingEnd(StrEnum):
    """Why charging ended: the limit was reached, it was stopped before, or unplugged before."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    UNPLUGGED = "unplugged"


@dataclass(slots=True)
class ChargingSegment:
    """Charging without a pause: `energy` is in the battery, `metered` at the wall."""

    started_at: datetime
    start_charge: float
    energy: float = 0
    metered: float = 0
    ended_at: datetime | None = None
    end_charge: float | None = None
    end: ChargingEnd | None = None


@dataclass(slots=True)
class ChargingSession:
    """From plugging in to unplugging, with a segment for each time the car charged in between."""

    plugged_in_at: datetime
    position: Place
    place: str | None
    is_public: bool
    odometer: float
    unplugged_at: datetime | None = None
    segments: list[ChargingSegment] = field(default_factory=list)

    @property
    def is_home(self) -> bool:
        """Whether it is at home."""
        return self.place == HOME

    @property
    def started_at(self) -> datetime | None:
        """When the car began to charge, None if it never did."""
        return self.segments[0].started_at if self.segments else None

    @property
    def ended_at(self) -> datetime | None:
        """When the car last ended charging, None if it never did or still charges."""
        return self.segments[-1].ended_at if self.segments else None

    @property
    def energy(self) -> float:
        """The energy that went into the battery."""
        return sum(segment.energy for segment in self.segments)

    @property
    def metered(self) -> float:
        """The energy that a meter at the wall shows: the battery's and the losses."""
        return sum(segment.metered for segment in self.segments)

    @property
    def interrupted(self) -> bool:
        """Whether charging last ended before the limit with the cable plugged in."""
        return bool(self.segments) and self.segments[-1].end is ChargingEnd.INTERRUPTED


@dataclass(slots=True)
class Trip:
    """From one place to another: the end is None while the car drives."""

    started_at: datetime
    origin: Place
    origin_place: str | None
    start_odometer: float
    start_charge: float
    distance: float = 0
    energy: float = 0
    ended_at: datetime | None = None
    destination: Place | None = None
    destination_place: str | None = None
    end_charge: float | None = None
