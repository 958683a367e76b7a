"""What one vehicle recorded, in the order of its own clock: late, repeated or without a time."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol, Self

from .dataclass_json import from_plain
from .smartcar.model import Value

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

PLUGGED_IN = "charge-ischargingcableconnected"
CHARGING = "charge-ischarging"
CHARGING_STATUS = "charge-detailedchargingstatus"
ENERGY_ADDED = "charge-energyadded"
STATE_OF_CHARGE = "tractionbattery-stateofcharge"
NOMINAL_CAPACITY = "tractionbattery-nominalcapacity"
ODOMETER = "odometer-traveleddistance"
POSITION = "location-preciselocation"
AT_HOME = "location-isathome"
ZONE = "zone"

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_MOST_ROWS = 48
_WRONG_CLOCK = 30 * DAY
_MOMENT = 2 * MINUTE
_EARLIEST = 1_262_304_000_000
_LATEST = 4_102_444_800_000
_MOST_TEXT = 255

type Scalar = bool | float | str
type Reader = Callable[[object], Scalar | None]
"""Returns a reading's value as it is kept, `None` for what is no value of that reading."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of a vehicle: `key` is a signal code, `value` in its canonical unit.

    `recorded_at` is when the vehicle recorded it, in milliseconds since 1970; `None` is unknown.
    """

    key: str
    value: Value | None
    recorded_at: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What one delivery, or one read, says about one vehicle.

    `samples` are its readings, also those that say again what is known: an odometer that still
    shows the same tells how long the vehicle has stood. `delivered_at` (milliseconds since 1970)
    is the time of what has none of its own: it must not go back where the clock does. `zone` and
    `at_home` are where the position among these samples is: the name of a zone, and whether it is
    in the home zone. Without a position both are `None`, and so is `zone` outside of all zones.

    One without samples only says that time has passed.
    """

    delivered_at: int
    samples: tuple[Sample, ...] = ()
    zone: str | None = None
    at_home: bool | None = None


class Row(NamedTuple):
    """What a vehicle recorded at one moment; both times in milliseconds since 1970."""

    at: int
    delivered_at: int
    values: dict[str, Scalar]


class Change(Enum):
    """What an observation did to a timeline."""

    NONE = auto()
    """It says nothing new."""
    NEWER = auto()
    """It goes on where the timeline ended."""
    EARLIER = auto()
    """A part of it belongs before what was known, so that the state was made anew."""


class State(Protocol):
    """What is made of the rows, one after another: a dataclass, whose times are whole numbers."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    def copy(self) -> Self:
        """Return a state that shares nothing which changes."""

    def fold(self, row: Row) -> None:
        """Take the next row."""


@dataclass(slots=True)
class _Kept:
    base_at: int = 0
    rows: list[tuple[int, int, dict[str, bool | float | str]]] | None = None
    newest: dict[str, tuple[int, bool | float | str]] | None = None


class Timeline[S: State]:
    """The latest rows of a vehicle, and the state that they lead to.

    `base` is the state before the first of the rows, `head` that after the last. A row that comes
    late is put where it belongs, and the head is made anew from the base.
    """

    def __init__(self, base: S, readers: Mapping[str, Reader], raw: object = None) -> None:
        """Begin with a base; `raw` is what `to_json` made of the rows that follow it."""
        kept = from_plain(_Kept, raw)
        self.base = base
        self._base_at = kept.base_at
        self._readers = readers
        self._rows = [Row(*row) for row in (kept.rows or [])[-_MOST_ROWS:]]
        self._newest: dict[str, tuple[int, Scalar]] = {
            key: newest for key, newest in (kept.newest or {}).items() if key in {*readers, ZONE}
        }
        self.head = self._replay(self._rows)
        self.previous = self.head
        self.now = self._base_at
        self.was_set_back = False

    def to_json(self) -> dict[str, object]:
        """Return the rows as plain JSON; their base is its owner's to keep."""
        return {
            "base_at": self._base_at,
            "rows": list(self._rows),
            "newest": dict(self._newest),
        }

    def add(self, observation: Observation) -> Change:
        """Take what an observation says that is new.

        Afterwards `now` is when it was delivered, and `was_set_back` tells whether the clock was
        found to have been wrong. After `Change.EARLIER`, `previous` is the head as it would be
        without the observation.
        """
        delivered_at = self.now = self._time_of(observation)
        moments = self._moments(observation, delivered_at)
        if not moments:
            return Change.NONE
        rows = [Row(at, delivered_at, moments[at]) for at in sorted(moments)]
        if not self._rows or _order(self._rows[-1]) <= _order(rows[0]):
            for row in rows:
                self._rows.append(row)
                self.head.fold(row)
            change = Change.NEWER
        else:
            self.previous = self._replay(self._rows)
            for row in rows:
                self._rows.insert(bisect_right(self._rows, _order(row), key=_order), row)
            self.rebuild()
            change = Change.EARLIER
        while len(self._rows) > _MOST_ROWS:
            row = self._rows.pop(0)
            self.base.fold(row)
            self._base_at = max(self._base_at, row.at)
        return change

    def rebuild(self) -> None:
        """Make the head anew."""
        self.head = self._replay(self._rows)

    def _replay(self, rows: Iterable[Row]) -> S:
        head = self.base.copy()
        for row in rows:
            head.fold(row)
        return head

    def _time_of(self, observation: Observation) -> int:
        """Return when it was delivered; no earlier than everything known if that is absurd."""
        delivered_at = observation.delivered_at
        newest = self._rows[-1].at if self._rows else self._base_at
        self.was_set_back = False
        if not _EARLIEST <= delivered_at < _LATEST:
            return newest
        if delivered_at < newest - _WRONG_CLOCK:
            # No delivery is that late: the clock was wrong, and is right again.
            self.was_set_back = True
            self._set_back(delivered_at - HOUR)
        return delivered_at

    def forget_after(self, latest: int) -> bool:
        """Know of no time after another one if there is any; tell whether there was.

        What comes next is newer than that, whatever its time.
        """
        times = (self._base_at, *(row.at for row in self._rows[-1:]))
        if max(times) <= latest:
            return False
        self._set_back(latest - HOUR)
        self.now = min(self.now, latest)
        return True

    def _set_back(self, at: int) -> None:
        self._base_at = at
        set_back(self.head, at)
        self.base = self.head.copy()
        self._rows.clear()
        self._newest = {key: (min(time, at), value) for key, (time, value) in self._newest.items()}

    def _moments(self, observation: Observation, delivered_at: int) -> dict[int, dict[str, Scalar]]:
        """Return what is new, by when it was recorded.

        What was recorded shortly before something else is taken for one moment with it: a vehicle
        tells of its charge some seconds before or after it tells of the drive there.
        """
        news: list[tuple[int, str, Scalar]] = []
        for key, value, recorded_at in self._readings(observation):
            at = delivered_at
            if recorded_at is not None and _EARLIEST <= recorded_at < delivered_at:
                at = recorded_at
            newest = self._newest.get(key)
            if newest == (at, value):
                continue
            if newest is None or at > newest[0]:
                self._newest[key] = (at, value)
                at = max(at, self._base_at)
            elif at <= self._base_at or self._has(key, value, at):
                continue
            elif at == newest[0]:
                self._newest[key] = (at, value)
            news.append((at, key, value))
        moments: dict[int, dict[str, Scalar]] = {}
        moment = 0
        for at, key, value in sorted(news, key=_time_of_news, reverse=True):
            if at < moment - _MOMENT or not moment:
                moment = at
            moments.setdefault(moment, {})[key] = value
        return moments

    def _readings(self, observation: Observation) -> Iterator[tuple[str, Scalar, int | None]]:
        """Yield the readings that matter here, and the place."""
        is_placed = observation.zone is not None or observation.at_home is not None
        placed_at = None
        for sample in observation.samples:
            if sample.key == POSITION:
                placed_at = sample.recorded_at
                continue
            reader = self._readers.get(sample.key)
            if reader is None or (sample.key == AT_HOME and is_placed):
                continue
            value = reader(sample.value)
            if value is not None:
                yield sample.key, value, sample.recorded_at
        if is_placed:
            yield ZONE, (observation.zone or "")[:_MOST_TEXT], placed_at
            if observation.at_home is not None:
                yield AT_HOME, observation.at_home, placed_at

    def _has(self, key: str, value: Scalar, at: int) -> bool:
        return any(
            at <= row.at <= at + _MOMENT and row.values.get(key) == value for row in self._rows
        )


def set_back(instance: DataclassInstance, at: int) -> None:
    """Let a dataclass, and those in it, know of no time after another one.

    In what is kept of a vehicle no other whole number is as large as a time.
    """
    for field in fields(instance):
        value = getattr(instance, field.name)
        if isinstance(value, int) and value > at:
            setattr(instance, field.name, at)
        elif is_dataclass(value) and not isinstance(value, type):
            set_back(value, at)


def _time_of_news(news: tuple[int, str, Scalar]) -> int:
    return news[0]


def _order(row: Row) -> tuple[int, int]:
    return row.at, row.delivered_at


def number(low: float, high: float) -> Reader:
    """Return what reads a number within limits."""

    def read(value: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if low <= value <= high else None

    return read


def flag(value: object) -> bool | None:
    """Read a boolean."""
    return value if isinstance(value, bool) else None


def text(value: object) -> str | None:
    """Read a text."""
    return value[:_MOST_TEXT] if isinstance(value, str) else None


def number_at(values: Mapping[str, Scalar], key: str) -> float:
    """Return the number of a reading that `number` has read."""
    value = values[key]
    return value if isinstance(value, float) else 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vehicle is, as far as that is known."""

    zone: str | None = None
    at_home: bool | None = None


SOMEWHERE = Place()


def place_in(values: Mapping[str, Scalar], known: Place) -> Place | None:
    """Return the place that a row tells of, with what was known of the same moment."""
    if ZONE not in values and AT_HOME not in values:
        return None
    return Place(
        zone=(str(values[ZONE]) or None) if ZONE in values else known.zone,
        at_home=values[AT_HOME] is True if AT_HOME in values else known.at_home,
    )


class Motion(Enum):
    """What an odometer's value tells."""

    UNKNOWN = auto()
    """Nothing: it is not believed."""
    NONE = auto()
    """The vehicle has not moved."""
    MOVED = auto()
    """The vehicle has moved as far as `Odometer.value` has grown."""
    REPLACED = auto()
    """What is believed from now on does not go on where it was: the distance is unknown."""


_STILL = 0.05
_FARTHEST = 500.0
_FASTEST = 100.0
_RISES = 2


@dataclass(slots=True)
class Odometer:
    """The highest value that is believed, km, and when it was seen last.

    A fall is not believed, however often it is seen, unless the lower values rise for a day:
    vehicles show 0 or some old value while they are parked. A leap is believed once it is seen
    again; it is one if it is farther than the time allows, or from a value that never rose.
    """

    value: float | None = None
    at: int = 0
    has_risen: bool = False
    leap: float | None = None
    low: float | None = None
    low_since: int = 0
    low_rises: int = 0

    def take(self, value: float, at: int) -> Motion:
        """Take a value, km; tell what follows from it."""
        if self.value is None:
            self._believe(value, at)
            return Motion.NONE
        rise = value - self.value
        if rise < -_STILL:
            return self._fall(value, at)
        if rise <= _STILL:
            self._believe(self.value, at)
            return Motion.NONE
        if self._is_leap(rise, at):
            if self.leap is None or not 0 <= value - self.leap < _FARTHEST:
                self.leap = value
                return Motion.UNKNOWN
            self._believe(value, at)
            return Motion.REPLACED
        self._believe(value, at)
        self.has_risen = True
        return Motion.MOVED

    def _believe(self, value: float, at: int) -> None:
        self.value, self.at = value, at
        self.leap = self.low = None

    def _is_leap(self, rise: float, at: int) -> bool:
        hours = max(0, at - self.at) / HOUR if self.has_risen else 0.0
        return rise > _FARTHEST + hours * _FASTEST

    def _fall(self, value: float, at: int) -> Motion:
        if self.low is None or value < self.low - _STILL:
            self.low, self.low_since, self.low_rises = value, at, 0
        elif value > self.low + _STILL:
            self.low = value
            self.low_rises += 1
            if self.low_rises >= _RISES and at - self.low_since >= DAY:
                self._believe(value, at)
                return Motion.REPLACED
        return Motion.UNKNOWN
