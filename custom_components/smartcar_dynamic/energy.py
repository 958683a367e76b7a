"""How much energy a vehicle has taken up: from its own counter, or from its state of charge.

Energies are whole watt-hours, states of charge percent, times milliseconds since 1970.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .smartcar.jsonvalues import as_dict, as_int, as_list, as_number
from .timeline import HOUR

_TRACE = 50
_HYSTERESIS = 300
_DEEP = 1000
_ROUNDING = 1500
_LONG = HOUR // 2
_LITTLE = 0.4
_MUCH = 0.75
_TYPICAL_CAPACITY = 60.0
_FLICKER = 1.0
_UNSEEN_RISE = 3.0
_UNSEEN_RISE_MOVED = 5.0
_DOUBTFUL_FALL = 20.0
_EMPTY = 1.0
_MAX_HOURS = 100


@dataclass(frozen=True, slots=True)
class Increment:
    """Energy that was charged between two times, kWh.

    `at_home` is `None` while nobody knows where. `is_estimated` tells that it is worked out from
    the state of charge. `stay` is the same for all that belongs to one charging session.
    """

    start: int
    end: int
    energy: float
    at_home: bool | None
    is_estimated: bool
    stay: int


def by_hour(increments: Iterable[Increment]) -> dict[int, float]:
    """Return the energy of each hour, kWh, by the hour's start in milliseconds since 1970.

    What was charged over several hours is divided among them evenly in time.
    """
    hours: dict[int, float] = {}
    for increment in increments:
        hour = increment.start - increment.start % HOUR
        length = increment.end - increment.start
        while True:
            within = min(hour + HOUR, increment.end) - max(hour, increment.start)
            share = within / length if length else 1.0
            hours[hour] = hours.get(hour, 0.0) + increment.energy * share
            hour += HOUR
            if hour >= increment.end:
                break
    return hours


class Hours:
    """The energy of the latest hours, kWh, and the sum of all before them.

    What is told of an earlier hour than the first of them counts in that one. `raw` is what
    `to_json` returned; what is not of its form is left out.
    """

    def __init__(self, raw: object = None) -> None:
        """Go on where `to_json` was called, or begin with nothing."""
        data = as_dict(raw)
        self._before = as_number(data.get("before")) or 0.0
        self._energies: dict[int, float] = {}
        for row in as_list(data.get("hours"))[-_MAX_HOURS:]:
            match row:
                case [int() as hour, int() | float() as energy] if hour % HOUR == 0:
                    self._energies[hour] = float(energy)
        changed = as_int(data.get("changed"))
        self._changed_since = changed

    def to_json(self) -> dict[str, object]:
        """Return everything as plain JSON."""
        return {
            "before": self._before,
            "hours": [[hour, energy] for hour, energy in self._energies.items()],
            "changed": self._changed_since,
        }

    @property
    def is_changed(self) -> bool:
        """Tell whether an hour has changed since the last `take`."""
        return self._changed_since is not None

    def add(self, increments: Iterable[Increment]) -> None:
        """Add energy to the hours in which it was charged."""
        for at, energy in by_hour(increments).items():
            first = min(self._energies, default=at) if len(self._energies) >= _MAX_HOURS else at
            hour = max(at, first)
            self._energies[hour] = self._energies.get(hour, 0.0) + energy
            known = self._changed_since
            self._changed_since = hour if known is None else min(known, hour)
        self._energies = dict(sorted(self._energies.items()))
        while len(self._energies) > _MAX_HOURS:
            self._before += self._energies.pop(next(iter(self._energies)))

    def take(self) -> list[tuple[int, float, float]]:
        """Return the hours that have changed, and all later ones: start, energy, sum of all."""
        since, self._changed_since = self._changed_since, None
        rows, total = [], self._before
        for hour, energy in self._energies.items():
            total += energy
            if since is not None and hour >= since:
                rows.append((hour, energy, total))
        return rows


def worth(percent: float, capacity: float) -> int:
    """Return a part of a battery of so many kWh, Wh."""
    return round(percent * capacity * 10)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else is known at the time of a counter's value; `None` is unknown.

    `charged_until` is when it was last known to charge, `capacity` is in kWh.
    """

    is_charging: bool | None
    is_connected: bool | None
    charged_until: int
    state_of_charge: float | None
    capacity: float | None


@dataclass(slots=True)
class Counter:
    """The vehicle's own counter, which starts again with each charge, as a sum that never falls.

    `top` is what has been added up of the present run, `low` the lowest value since. A value of
    almost nothing, or far below the last one, suspends a run (`is_suspended`): it may be another
    one, or nothing but a pause. After the vehicle was unplugged or has moved, the value may be an
    old one (`is_old`) until it differs.
    """

    value: int | None = None
    at: int = 0
    top: int = 0
    low: int = 0
    is_suspended: bool = False
    is_old: bool = False
    has_moved: bool = False
    was_charging: bool = False
    state_of_charge: float | None = None

    def interrupt(self, *, has_moved: bool) -> None:
        """Take into account that what follows may be another charge."""
        self.is_old = True
        self.has_moved |= has_moved

    def take(self, value: int, at: int, now: Circumstances) -> int:
        """Take a value; return by how much the sum grows."""
        if self.value is None:
            self._begin_at(value)
            added = 0
        elif self.is_old and self.value >= _TRACE:
            added = self._after_interruption(self.value, value, now)
        else:
            if self.is_old:
                self._begin_at(self.value)
            added = self._within_run(value, at, now)
        if not self.is_old:
            self.value = value
        self.at = at
        self.was_charging = now.is_charging is True
        self.state_of_charge = now.state_of_charge
        return added

    def _begin_at(self, value: int) -> None:
        """Add up from a value on."""
        self.value = self.top = self.low = value
        self.is_suspended = self.is_old = self.has_moved = False

    def _risen(self, now: Circumstances) -> int | None:
        """Return what the state of charge has risen by since the last value, Wh."""
        if now.state_of_charge is None or self.state_of_charge is None:
            return None
        rise = now.state_of_charge - self.state_of_charge
        return worth(rise, now.capacity or _TYPICAL_CAPACITY)

    def _within_run(self, value: int, at: int, now: Circumstances) -> int:
        last = self.value or 0
        has_charged = now.is_charging is not False or now.charged_until > self.at
        if value >= self.top:
            return self._beyond(value, at, now, has_charged=has_charged)
        if _is_deep(last, value):
            return self._fallen(value, now, has_charged=has_charged)
        if self.is_suspended and self.top - value < _HYSTERESIS:
            self.is_suspended = False
            self.low = value
        elif has_charged and value - self.low >= _HYSTERESIS:
            added = value - self.low
            self._begin_at(value)
            return added
        self.low = min(self.low, value)
        return 0

    def _beyond(self, value: int, at: int, now: Circumstances, *, has_charged: bool) -> int:
        """Take a value that is higher than what was added up, or as high."""
        added = value - self.top
        if not has_charged and added < _HYSTERESIS:
            return 0
        risen = self._risen(now)
        if has_charged and not self.is_suspended and self.top - self.low >= _HYSTERESIS:
            # It had fallen slowly while nothing was charged, and was topped up.
            added = value - self.low
        elif risen is not None and at - self.at >= _LONG:
            # If far more was charged than that, it started again unseen.
            is_little = added <= _LITTLE * value
            added = value if is_little and risen >= _MUCH * value else added
        self._begin_at(value)
        return added

    def _fallen(self, value: int, now: Circumstances, *, has_charged: bool) -> int:
        """Take a value that is so low that it may have started again."""
        risen = self._risen(now)
        if value < _TRACE:
            has_started_again = now.is_charging is True
        elif has_charged:
            has_started_again = risen is None or risen + _ROUNDING >= value
        else:
            has_started_again = risen is not None and 2 * risen >= value
        if has_started_again:
            self._begin_at(value)
            return value
        self.is_suspended = True
        self.low = value
        return 0

    def _after_interruption(self, old: int, value: int, now: Circumstances) -> int:
        """Take a value after the vehicle was unplugged or has moved."""
        difference = value - old
        risen = self._risen(now)
        is_another = risen is not None and difference != 0 and 2 * risen >= max(value, _ROUNDING)
        if not is_another:
            is_near = abs(difference) < _HYSTERESIS
            is_shallow = is_near or not _is_deep(old, value)
            if difference < 0 and is_shallow and now.is_charging is not True:
                # The old value goes on falling.
                self.value = self.top = self.low = value
                return 0
            if is_near:
                return 0
        added = value
        if difference > 0:
            rest = max(0, value - self.top)
            is_rest = now.is_connected is False and self.was_charging
            if not is_rest and not self.has_moved and risen is not None:
                # The cable's signal was wrong if no more than the rest was charged.
                is_rest = abs(risen - rest) < abs(risen - value)
            if is_rest:
                added = rest
        self._begin_at(value)
        # Not connected, it is still the value of a charge that is over.
        self.is_old = now.is_connected is False
        return added


def _is_deep(last: int, value: int) -> bool:
    fall = last - value
    return value < _TRACE <= last or (fall > _DEEP and fall > last / 10)


@dataclass(slots=True)
class Rises:
    """The state of charge as a sum of what charging added to it, percent.

    `base` is what has been added up to, and `base_at` when it was seen last.
    """

    base: float | None = None
    base_at: int = 0
    at: int = 0
    has_moved: bool = False
    doubted: float | None = None

    def take(self, value: float, at: int, *, has_charged: bool, knows_odometer: bool) -> float:
        """Take a state of charge; return by how much the sum grows.

        Without a sign of charging a small rise is no charge: warmth or recuperation bring 2 %.
        """
        self.at = at
        if self.base is None or value == self.base:
            self._begin_at(value, at)
            return 0.0
        rise = value - self.base
        if rise > 0:
            least = _UNSEEN_RISE_MOVED if self.has_moved else _UNSEEN_RISE
            if not has_charged and rise < least:
                return 0.0
            self._begin_at(value, at)
            return rise
        if has_charged and -rise <= _FLICKER:
            return 0.0
        if self._is_doubtful(value, -rise, knows_odometer=knows_odometer):
            self.doubted = value
            return 0.0
        self._begin_at(value, at)
        return 0.0

    def _begin_at(self, value: float, at: int) -> None:
        if value != self.base:
            self.has_moved = False
        self.base, self.base_at = value, at
        self.doubted = None

    def _is_doubtful(self, value: float, fall: float, *, knows_odometer: bool) -> bool:
        """Tell whether a fall must be seen twice: to nothing, or far without a drive."""
        if self.doubted is not None and abs(value - self.doubted) <= _UNSEEN_RISE_MOVED:
            return False
        has_stood = knows_odometer and not self.has_moved
        return value < _EMPTY or (has_stood and fall > _DOUBTFUL_FALL)
