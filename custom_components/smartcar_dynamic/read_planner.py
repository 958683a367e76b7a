"""When a billed read is worth its call.

A planner for each vehicle: told what was pushed and what reads brought, it says when to read next
and why. It wishes for a look at the vehicle where values have probably changed, spends on it what
the month's allowance can bear, and gives a look up that the allowance cannot bear in time.
Everything is a function of what was told and of the time that is handed in.

It is made for the free plan, some fifteen calls a day. With three it is no better than an interval:
benchmarks/reads.py measures that.
"""

from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum, auto
from math import isfinite
from typing import Any

from .allowance import ReadBudget

_NONE = timedelta()
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)

# By how many reads in a row brought nothing new: how far reads are apart, how old what is known
# may be at a baseline, and after how long a vehicle is read of which nothing was heard.
_GAPS = tuple(timedelta(minutes=minutes) for minutes in (5, 5, 15, 30, 60))
_BASELINE_AGES = tuple(timedelta(hours=hours) for hours in (0.5, 0.5, 20, 20, 44))
_IDLE_AGES = tuple(timedelta(hours=hours) for hours in (1.5, 1.5, 3, 6, 12))
_MOST_UNCHANGED = len(_GAPS) - 1

_READ_TIMEOUT = timedelta(minutes=10)
_RETRY = timedelta(minutes=10)
_MOST_RETRIES = 6
_LONGEST_LIMIT = timedelta(days=1)
_OVERDUE = timedelta(hours=1)
_BASELINE_DAYS = 4
_FURTHEST_LOOK = timedelta(days=3)
_SATISFIED = timedelta(minutes=2)
_MOST_KEPT = 0.25

_SETTING_OUT = timedelta(minutes=10)
_STANDING = timedelta(minutes=20)
_PARKED = timedelta(minutes=12)
_AWAKE = timedelta(minutes=6)

_LONGEST_CHARGE = timedelta(days=2)
_HALVED = timedelta(minutes=20)
_BEFORE_END = timedelta(minutes=4)
_AT_END = timedelta(minutes=1)
_AFTER_END = timedelta(minutes=5)
_LONGEST_LAG = timedelta(minutes=15)
_UNKNOWN_END = timedelta(minutes=30)
_AFTER_LIMIT = timedelta(minutes=10)
_MOST_OVERDUE = 3
_DOUBT_MEASURED = 0.10
_DOUBT_POWER = 0.15
_EFFICIENCY = 0.95
_FULL = 100.0
_ROOM = 2.0
_LEAST_RISE = 3.0

_WAITING = timedelta(minutes=45)
_LONGEST_WAITING = timedelta(hours=3)
_AFTER_START = timedelta(minutes=10)
_START_LATE = timedelta(minutes=15)

_FIRST_YEAR = 2000
_LAST_YEAR = 2200
_LARGEST = 1e9


class Occurrence(StrEnum):
    """What can happen to a vehicle and make a read worth its call."""

    TRIP_ENDED = auto()
    MOVED = auto()
    """The odometer has changed."""
    LOCKED = auto()
    UNLOCKED = auto()
    PLUGGED_IN = auto()
    UNPLUGGED = auto()
    CHARGING_STARTED = auto()
    CHARGING_STOPPED = auto()
    ONLINE = auto()
    OFFLINE = auto()
    AWAKE = auto()
    ASLEEP = auto()


class ReadReason(StrEnum):
    """Why a vehicle is to be read."""

    TRIP_ENDED = auto()
    LOCKED = auto()
    UNPLUGGED = auto()
    PLUGGED_IN = auto()
    CHARGING_STARTED = auto()
    CHARGING_HALF_WAY = auto()
    CHARGING_ENDS = auto()
    """The end is near: what is read now is almost the final charge, and says when the end is."""
    CHARGING_ENDED = auto()
    STANDING = auto()
    """It was moving, and has not said so for a while."""
    PARKED = auto()
    """A second look after parking: plugs go in after doors are locked."""
    ASLEEP = auto()
    """It has gone to sleep: what is read now stays true until it wakes."""
    AWAKE = auto()
    """It has woken up, or is online again, and has not moved."""
    WAITING = auto()
    """It is plugged in and does not charge yet."""
    MOVING = auto()
    IDLE = auto()
    """It has not been read for long, may be awake, and calls have been saved."""
    MORNING = auto()
    EVENING = auto()


@dataclass(frozen=True, slots=True)
class Baselines:
    """When a vehicle is read each day unless it sleeps and all is known, in local time."""

    time_zone: tzinfo
    morning: time = time(6, 50)
    evening: time = time(17, 50)


@dataclass(frozen=True, slots=True)
class PlannedRead:
    """When a vehicle is to be read next, and why: now, if `at` is not in the future."""

    at: datetime
    reason: ReadReason


@dataclass(frozen=True, slots=True)
class Values:
    """What is known of a vehicle; `None` is unknown.

    `state_of_charge` and `charge_limit` are in %, `capacity` in kWh, `power` in W, `odometer` in
    km, `minutes_to_complete` is what the vehicle says is left of its charge.
    """

    state_of_charge: float | None = None
    charge_limit: float | None = None
    capacity: float | None = None
    power: float | None = None
    minutes_to_complete: float | None = None
    odometer: float | None = None
    is_plugged_in: bool | None = None
    is_charging: bool | None = None
    is_locked: bool | None = None
    is_online: bool | None = None
    is_asleep: bool | None = None

    def updated(self, news: Values) -> Values:
        """Return the values with the news where there is any."""
        known: dict[str, Any] = {name: value for name, value in news.by_name() if value is not None}
        return replace(self, **known)

    def occurrences(self, news: Values) -> Iterator[Occurrence]:
        """Yield what must have happened between these values and the news."""
        moved = _rise(self.odometer, news.odometer) > 0
        if moved:
            yield Occurrence.MOVED
        for before, after, came, went in (
            (self.is_asleep, news.is_asleep, Occurrence.ASLEEP, Occurrence.AWAKE),
            (self.is_online, news.is_online, Occurrence.ONLINE, Occurrence.OFFLINE),
            (self.is_locked, news.is_locked, Occurrence.LOCKED, Occurrence.UNLOCKED),
            (self.is_plugged_in, news.is_plugged_in, Occurrence.PLUGGED_IN, Occurrence.UNPLUGGED),
        ):
            if before is not None and after is not None and before is not after:
                yield came if after else went
        # A vehicle that stands and has more charge than before is charging, whatever else it says.
        rises = not moved and _rise(self.state_of_charge, news.state_of_charge) >= 1
        if not self.is_charging and (news.is_charging or (news.is_charging is None and rises)):
            yield Occurrence.CHARGING_STARTED
        elif self.is_charging and news.is_charging is False:
            yield Occurrence.CHARGING_STOPPED

    def by_name(self) -> Iterator[tuple[str, bool | float | None]]:
        """Yield each value by its name."""
        for item in fields(self):
            yield item.name, getattr(self, item.name)


@dataclass(frozen=True, slots=True)
class Look:
    """A wish to look at the vehicle from a time on."""

    at: datetime
    reason: ReadReason

    @property
    def expires_at(self) -> datetime:
        """Return after when it is too late for it."""
        return self.at + _POLICIES[self.reason].expires


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge in progress: the time and the state of charge (%) of the first read that saw it.

    `overdue` counts the reads that found it going on without knowing until when.
    """

    since: datetime
    state_of_charge: float | None = None
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class _Policy:
    """What a look is worth.

    `debt` is how far reads may be ahead of an even pace, in days' worth of calls: below 0, so many
    must have been saved. `keep` is how many calls stay for each later day of the period. A look is
    given up `expires` after its time, and has to be `gap` apart from the last read.
    """

    debt: float
    keep: int = 2
    expires: timedelta = timedelta(minutes=40)
    gap: timedelta = _GAPS[0]


# In this order if two are due at once.
_POLICIES: Mapping[ReadReason, _Policy] = {
    ReadReason.TRIP_ENDED: _Policy(2),
    ReadReason.LOCKED: _Policy(2),
    ReadReason.UNPLUGGED: _Policy(2),
    ReadReason.PLUGGED_IN: _Policy(2),
    ReadReason.CHARGING_STARTED: _Policy(1.5),
    ReadReason.CHARGING_ENDED: _Policy(2, expires=timedelta(hours=2)),
    ReadReason.CHARGING_ENDS: _Policy(1),
    ReadReason.CHARGING_HALF_WAY: _Policy(0.5),
    ReadReason.STANDING: _Policy(1.5),
    ReadReason.PARKED: _Policy(1, gap=timedelta(minutes=8)),
    ReadReason.ASLEEP: _Policy(3, expires=timedelta(hours=6)),
    ReadReason.AWAKE: _Policy(0.5),
    ReadReason.WAITING: _Policy(1),
    ReadReason.MOVING: _Policy(0.5, expires=_STANDING, gap=timedelta(minutes=25)),
    ReadReason.IDLE: _Policy(-1, expires=_DAY),
    ReadReason.MORNING: _Policy(31, keep=1, expires=_OVERDUE),
    ReadReason.EVENING: _Policy(2, expires=_OVERDUE),
}
_ORDER = {reason: number for number, reason in enumerate(_POLICIES)}
_WITH_SAVINGS: Mapping[ReadReason, _Policy] = {
    ReadReason.MOVING: _Policy(-0.5, gap=timedelta(minutes=15)),
}

_CHARGING = frozenset(
    {
        ReadReason.CHARGING_STARTED,
        ReadReason.CHARGING_HALF_WAY,
        ReadReason.CHARGING_ENDS,
        ReadReason.CHARGING_ENDED,
        ReadReason.WAITING,
    }
)
_DRIVING = frozenset({ReadReason.MOVING, ReadReason.STANDING})
_STANDING_STILL = _CHARGING | {ReadReason.PARKED, ReadReason.AWAKE, ReadReason.STANDING}


@dataclass(frozen=True, slots=True)
class _Effect:
    """What an occurrence makes of the looks: which it drops, which it wishes after how long.

    `changes` ends the patience with a vehicle that had nothing new.
    """

    drops: AbstractSet[ReadReason] = frozenset()
    wishes: Mapping[ReadReason, timedelta] = field(default_factory=dict)
    changes: bool = True


_EFFECTS: Mapping[Occurrence, _Effect] = {
    Occurrence.TRIP_ENDED: _Effect(
        _DRIVING, {ReadReason.TRIP_ENDED: _MINUTE, ReadReason.PARKED: _PARKED}
    ),
    Occurrence.LOCKED: _Effect(_DRIVING, {ReadReason.LOCKED: _MINUTE, ReadReason.PARKED: _PARKED}),
    Occurrence.MOVED: _Effect(
        _STANDING_STILL, {ReadReason.MOVING: _SETTING_OUT, ReadReason.STANDING: _STANDING}
    ),
    # What follows says more: a trip, a lock, a plug.
    Occurrence.UNLOCKED: _Effect({ReadReason.AWAKE}, changes=False),
    Occurrence.PLUGGED_IN: _Effect({ReadReason.PARKED}, {ReadReason.PLUGGED_IN: 2 * _MINUTE}),
    Occurrence.UNPLUGGED: _Effect(_CHARGING, {ReadReason.UNPLUGGED: _MINUTE}),
    Occurrence.CHARGING_STARTED: _Effect(
        {ReadReason.WAITING, ReadReason.AWAKE}, {ReadReason.CHARGING_STARTED: 4 * _MINUTE}
    ),
    Occurrence.CHARGING_STOPPED: _Effect(_CHARGING, {ReadReason.CHARGING_ENDED: _MINUTE}),
    # Most often somebody is about to drive off: then it moves before this is due.
    Occurrence.ONLINE: _Effect(wishes={ReadReason.AWAKE: _AWAKE}, changes=False),
    Occurrence.AWAKE: _Effect(wishes={ReadReason.AWAKE: _AWAKE}, changes=False),
    Occurrence.ASLEEP: _Effect(set(ReadReason), {ReadReason.ASLEEP: _MINUTE}, changes=False),
}


@dataclass(frozen=True, slots=True)
class ReadPlanner:
    """What is known for planning the reads of one vehicle; all times are aware, kept in UTC.

    `touched` is when something happened that no read has looked at, `unchanged` how many reads in a
    row brought nothing new, `rate` how fast the vehicle charged last (% a minute), and `started`
    when a charge last began long after the plug went in.
    """

    values: Values = Values()
    looks: tuple[Look, ...] = ()
    charge: Charge | None = None
    rate: float | None = None
    started: datetime | None = None
    plugged: datetime | None = None
    touched: datetime | None = None
    last_read: datetime | None = None
    unchanged: int = 0
    failures: int = 0
    limited_until: datetime | None = None
    exhausted_until: datetime | None = None
    reading_since: datetime | None = None

    # What happens

    def happened(self, occurrence: Occurrence, at: datetime) -> ReadPlanner:
        """Take note of what happened to the vehicle."""
        at = at.astimezone(UTC)
        if occurrence is Occurrence.OFFLINE:
            return self
        if occurrence is Occurrence.ASLEEP and not self._has_news_to_read():
            # A plug may wait for its time meanwhile: the vehicle wakes then, and says so.
            return replace(self, looks=())
        effect = _EFFECTS[occurrence]
        wishes = {reason: at + delay for reason, delay in effect.wishes.items()}
        if occurrence is Occurrence.MOVED and self._is_driving(at):
            wishes[ReadReason.MOVING] = at
        elif occurrence is Occurrence.AWAKE and self._may_charge():
            wishes = {ReadReason.CHARGING_STARTED: at + _AWAKE}
        planner = replace(
            self,
            looks=_merged(
                (look for look in _without(self.looks, effect.drops) if look.expires_at >= at),
                (Look(time, reason) for reason, time in wishes.items()),
            ),
            touched=at,
            unchanged=0 if effect.changes else self.unchanged,
        )
        match occurrence:
            case Occurrence.MOVED | Occurrence.UNPLUGGED:
                values = replace(self.values, is_plugged_in=False, is_charging=False)
                planner = replace(planner, values=values, charge=None, plugged=None)
            case Occurrence.PLUGGED_IN:
                planner = replace(planner, plugged=at)
            case Occurrence.CHARGING_STOPPED:
                planner = replace(planner, charge=None)
        return planner

    def pushed(self, values: Values, at: datetime) -> ReadPlanner:
        """Take note of values that were pushed and are newer than those known."""
        planner = replace(self, values=self.values.updated(values))
        for occurrence in self.values.occurrences(values):
            planner = planner.happened(occurrence, at)
        return planner

    def read_started(self, at: datetime) -> ReadPlanner:
        """Take note of a read that is being made: none is planned beside it."""
        return replace(self, reading_since=at.astimezone(UTC))

    def read_finished(
        self, values: Values, at: datetime, *, recorded_at: datetime | None = None, is_news: bool
    ) -> ReadPlanner:
        """Take note of what a read brought, planned or not.

        `recorded_at` is when the vehicle recorded its state of charge, as far as that is known, and
        `is_news` tells whether it has recorded anything since what was known before.
        """
        at = at.astimezone(UTC)
        recorded_at = at if recorded_at is None else min(recorded_at.astimezone(UTC), at)
        looks = tuple(look for look in self.looks if look.at > at + _SATISFIED)
        if Occurrence.LOCKED in self.values.occurrences(values):
            looks = _merged(_without(looks, _DRIVING), [Look(at + _PARKED, ReadReason.PARKED)])
        planner: ReadPlanner = replace(
            self,
            # These hold only for the moment at which they were read.
            values=replace(
                self.values.updated(values),
                power=values.power,
                minutes_to_complete=values.minutes_to_complete,
            ),
            looks=looks,
            touched=None,
            last_read=at,
            unchanged=0 if is_news else min(self.unchanged + 1, _MOST_UNCHANGED),
            failures=0,
            limited_until=None,
            exhausted_until=None,
            reading_since=None,
        )
        return planner._with_charge(self.values, at, recorded_at)

    def read_failed(self, at: datetime) -> ReadPlanner:
        """Take note of a read that brought no answer."""
        return self.read_limited(at, None)

    def read_limited(self, at: datetime, retry_after: timedelta | None) -> ReadPlanner:
        """Take note of a refusal (429) and how long it lasts, `None` if Smartcar did not say."""
        if retry_after is None:
            retry_after = _RETRY * 2 ** min(self.failures, _MOST_RETRIES - 1)
        return replace(
            self,
            failures=min(self.failures + 1, _MOST_RETRIES),
            limited_until=at.astimezone(UTC) + min(max(retry_after, _MINUTE), _LONGEST_LIMIT),
            reading_since=None,
        )

    def read_exhausted(self, period_end: datetime) -> ReadPlanner:
        """Take note that the plan has no more calls in this period (430)."""
        return replace(self, exhausted_until=period_end.astimezone(UTC), reading_since=None)

    # What to do

    def next_read(
        self, now: datetime, budget: ReadBudget, baselines: Baselines
    ) -> PlannedRead | None:
        """Return the next read; `None` while nothing is worth one, or one is being made.

        It stays the next one until something happens, is read or is counted.
        """
        now = now.astimezone(UTC)
        if budget.total <= 0 or self._is_reading(now):
            return None
        planner: ReadPlanner = self._at(now)
        earliest = planner._earliest(now, budget)
        looks = (*planner.looks, *planner._regular_looks(earliest, baselines))
        planned = [
            PlannedRead(at, look.reason)
            for look in looks
            if (at := planner._time_of(look, earliest, budget)) is not None
        ]
        return min(planned, key=lambda read: (read.at, _ORDER[read.reason]), default=None)

    def _at(self, now: datetime) -> ReadPlanner:
        """Return the planner without what a clock left behind that has been set back."""
        looks = tuple(look for look in self.looks if look.at <= now + _FURTHEST_LOOK)
        if self.last_read is not None and self.last_read > now:
            return replace(self, looks=looks, last_read=None)
        return replace(self, looks=looks)

    def _is_reading(self, now: datetime) -> bool:
        return self.reading_since is not None and abs(now - self.reading_since) < _READ_TIMEOUT

    def _earliest(self, now: datetime, budget: ReadBudget) -> datetime:
        """Return from when on Smartcar will answer."""
        earliest = now
        # What lasts longer than it can was set by another clock.
        if self.limited_until is not None and self.limited_until <= now + _LONGEST_LIMIT:
            earliest = max(earliest, self.limited_until)
        if self.exhausted_until == budget.end:
            earliest = max(earliest, budget.end.astimezone(UTC))
        return earliest

    def _time_of(self, look: Look, earliest: datetime, budget: ReadBudget) -> datetime | None:
        """Return when a look can be had; `None` if that is too late for it."""
        at = min(
            max(look.at, earliest, self._apart(policy, earliest), _affordable_from(policy, budget))
            for policy in (_POLICIES[look.reason], _WITH_SAVINGS.get(look.reason))
            if policy is not None
        )
        return at if at <= look.expires_at else None

    def _apart(self, policy: _Policy, earliest: datetime) -> datetime:
        """Return from when on a read is far enough from the last one."""
        if self.last_read is None:
            return earliest
        return self.last_read + max(policy.gap, _GAPS[self.unchanged])

    def _regular_looks(self, earliest: datetime, baselines: Baselines) -> Iterator[Look]:
        """Yield the looks that nothing calls for but time, if something can have changed."""
        if self._is_at_rest() or self._is_driving(earliest):
            return
        if self.last_read is not None and not any(
            look.expires_at >= earliest for look in self.looks
        ):
            yield Look(self.last_read + _IDLE_AGES[self.unchanged], ReadReason.IDLE)
        age = _BASELINE_AGES[self.unchanged]
        today = earliest.astimezone(baselines.time_zone).date()
        for days in range(_BASELINE_DAYS):
            for reason, local_time in (
                (ReadReason.MORNING, baselines.morning),
                (ReadReason.EVENING, baselines.evening),
            ):
                local = datetime.combine(
                    today + timedelta(days), local_time, tzinfo=baselines.time_zone
                )
                at = local.astimezone(UTC)
                if self.last_read is None or self.last_read < at - age:
                    yield Look(at, reason)

    def _is_at_rest(self) -> bool:
        """Tell whether the vehicle reports nothing, all of it known, and no plug may wake it."""
        return (
            (self.values.is_asleep is True or self.values.is_online is False)
            and not self._has_news_to_read()
            and not self._may_charge()
        )

    def _is_driving(self, now: datetime) -> bool:
        return any(
            look.reason is ReadReason.STANDING and look.expires_at >= now for look in self.looks
        )

    def _has_news_to_read(self) -> bool:
        """Tell whether something is, or was, going on that no read has seen the end of."""
        return (
            self.touched is not None
            or self.last_read is None
            or self.charge is not None
            or any(look.reason is not ReadReason.WAITING for look in self.looks)
        )

    # Charging

    def _may_charge(self) -> bool:
        """Tell whether the vehicle is plugged in with something left to charge."""
        charge, limit = self.values.state_of_charge, self.values.charge_limit
        has_room = charge is None or charge < (limit or _FULL) - _ROOM
        return self.values.is_plugged_in is True and has_room

    def _with_charge(self, before: Values, at: datetime, recorded_at: datetime) -> ReadPlanner:
        """Return the planner with the looks that a plug or a charge wants after a read."""
        values = self.values
        if not values.is_plugged_in and not values.is_charging:
            return replace(self, looks=_without(self.looks, _CHARGING), charge=None, plugged=None)
        looks = _without(self.looks, _CHARGING | {ReadReason.PARKED})
        plugged = self.plugged or at
        if values.is_charging:
            planner: ReadPlanner = replace(self, looks=looks)
            return replace(planner._charging(before, at, recorded_at), plugged=plugged)
        if self._may_charge() and not values.is_asleep:
            looks = (*looks, self._waiting(plugged, at))
        return replace(self, looks=looks, charge=None, plugged=plugged)

    def _waiting(self, plugged: datetime, at: datetime) -> Look:
        """Return the look at a plug that waits: less and less often, and when it began last."""
        next_at = at + min(max(_WAITING, at - plugged), _LONGEST_WAITING)
        if self.started is not None:
            last = self.started + (at - self.started) // _DAY * _DAY + _AFTER_START
            if _NONE <= at - last < 2 * _START_LATE:
                next_at = min(next_at, at + _START_LATE)
            else:
                next_at = min(next_at, last if last > at else last + _DAY)
        return Look(next_at, ReadReason.WAITING)

    def _charging(self, before: Values, at: datetime, recorded_at: datetime) -> ReadPlanner:
        """Return the planner with looks half-way, at the expected end and just after it."""
        values = self.values
        charge = self.charge or Charge(recorded_at, values.state_of_charge)
        measured = _measured_rate(charge, values, recorded_at)
        rate = measured or _power_rate(values) or self.rate
        started = self.started
        if self.charge is None and self.plugged is not None and at - self.plugged >= _WAITING:
            rise = _rise(before.state_of_charge, values.state_of_charge)
            started = recorded_at - (_minutes(rise / rate, _DAY) if rate else _NONE)
        left = _time_left(values, rate)
        if left is None:
            wishes = [Look(at + _UNKNOWN_END * 2**charge.overdue, ReadReason.CHARGING_HALF_WAY)]
        elif left - (at - recorded_at) <= _AT_END:
            wishes = [Look(at + _AFTER_LIMIT * 2**charge.overdue, ReadReason.CHARGING_ENDED)]
        else:
            lag = at - recorded_at
            left -= lag
            after = max(_AFTER_END, min(lag, _LONGEST_LAG))
            ahead = max(_BEFORE_END, left * (_DOUBT_MEASURED if measured else _DOUBT_POWER))
            wishes = [Look(at + left + after, ReadReason.CHARGING_ENDED)]
            if left > 2 * _BEFORE_END:
                wishes.append(Look(at + left - ahead, ReadReason.CHARGING_ENDS))
            if left > _HALVED and self.charge is None:
                wishes.append(Look(at + left / 2, ReadReason.CHARGING_HALF_WAY))
        if len(wishes) == 1:
            charge = replace(charge, overdue=min(charge.overdue + 1, _MOST_OVERDUE))
        return replace(
            self,
            charge=charge,
            rate=measured or self.rate,
            started=started,
            looks=(*self.looks, *wishes),
        )

    # In the store

    def to_json(self) -> dict[str, object]:
        """Return what the store keeps; a read that was being made is lost with a restart."""
        return {
            "values": {name: value for name, value in self.values.by_name() if value is not None},
            "looks": [{"at": look.at.isoformat(), "reason": look.reason} for look in self.looks],
            "charge": self.charge
            and {
                "since": self.charge.since.isoformat(),
                "state_of_charge": self.charge.state_of_charge,
                "overdue": self.charge.overdue,
            },
            "rate": self.rate,
            "unchanged": self.unchanged,
            "failures": self.failures,
            **{name: _time_to_json(getattr(self, name)) for name in _TIMES},
        }

    @classmethod
    def from_json(cls, raw: object) -> ReadPlanner:
        """Return what the store kept; what is of another form is unknown."""
        data = raw if isinstance(raw, dict) else {}
        looks = data.get("looks")
        rate = _number_from_json(data.get("rate"))
        return cls(
            values=_values_from_json(data.get("values")),
            looks=_merged(filter(None, map(_look_from_json, looks)))
            if isinstance(looks, list)
            else (),
            charge=_charge_from_json(data.get("charge")),
            rate=rate if rate is not None and rate > 0 else None,
            unchanged=_count_from_json(data.get("unchanged"), _MOST_UNCHANGED),
            failures=_count_from_json(data.get("failures"), _MOST_RETRIES),
            **{name: _time_from_json(data.get(name)) for name in _TIMES},
        )


_TIMES = ("started", "plugged", "touched", "last_read", "limited_until", "exhausted_until")


def _without(looks: Iterable[Look], reasons: AbstractSet[ReadReason]) -> tuple[Look, ...]:
    return tuple(look for look in looks if look.reason not in reasons)


def _merged(looks: Iterable[Look], wishes: Iterable[Look] = ()) -> tuple[Look, ...]:
    """Return one look for each reason: the earliest."""
    merged: dict[ReadReason, Look] = {}
    for look in (*looks, *wishes):
        known = merged.setdefault(look.reason, look)
        if look.at < known.at:
            merged[look.reason] = look
    return tuple(merged.values())


def _affordable_from(policy: _Policy, budget: ReadBudget) -> datetime:
    """Return from when on the period's calls can bear one more read of this kind."""
    end = budget.end.astimezone(UTC)
    if budget.left <= 0:
        return end
    days = (budget.end.date() - budget.start.date()).days
    a_day = budget.total / days
    even_from = end - (end - budget.start) * ((budget.left + policy.debt * a_day) / budget.total)
    # A small plan keeps a part of its calls, too, but not all of them.
    keep = min(policy.keep, a_day * _MOST_KEPT)
    kept_days = min(int((budget.left - 1) / keep), days)
    kept_from = datetime.combine(
        budget.end.date() - timedelta(kept_days + 1), time.min, tzinfo=budget.end.tzinfo
    )
    return min(end, max(even_from, kept_from.astimezone(UTC)))


def _rise(before: float | None, after: float | None) -> float:
    return 0 if before is None or after is None else after - before


def _measured_rate(charge: Charge, values: Values, at: datetime) -> float | None:
    """Return how fast the vehicle has charged so far, in % a minute."""
    rise = _rise(charge.state_of_charge, values.state_of_charge)
    minutes = (at - charge.since) / _MINUTE
    return rise / minutes if rise >= _LEAST_RISE and minutes > 0 else None


def _power_rate(values: Values) -> float | None:
    """Return how fast the vehicle charges by its power, in % a minute."""
    power, capacity = values.power or 0, values.capacity or 0
    if power <= 0 or capacity <= 0:
        return None
    return power / 1000 * _EFFICIENCY / capacity * _FULL / 60


def _time_left(values: Values, rate: float | None) -> timedelta | None:
    """Return how long a charge will go on; `None` if nothing tells."""
    if values.minutes_to_complete:
        return _minutes(values.minutes_to_complete, _LONGEST_CHARGE)
    if values.state_of_charge is None or not rate:
        return None
    limit = values.charge_limit or _FULL
    if limit < values.state_of_charge:
        limit = _FULL
    return _minutes((limit - values.state_of_charge) / rate, _LONGEST_CHARGE)


def _minutes(minutes: float, longest: timedelta) -> timedelta:
    """Return minutes as a time that is neither negative nor longer than can be."""
    return timedelta(minutes=max(0.0, min(minutes, longest / _MINUTE)))


def _time_to_json(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _time_from_json(raw: object) -> datetime | None:
    if not isinstance(raw, str):
        return None
    try:
        value = datetime.fromisoformat(raw)
    except ValueError:
        return None
    if value.tzinfo is None or not _FIRST_YEAR <= value.year < _LAST_YEAR:
        return None
    return value.astimezone(UTC)


def _number_from_json(raw: object) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    return raw if isfinite(raw) and abs(raw) <= _LARGEST else None


def _flag_from_json(raw: object) -> bool | None:
    return raw if isinstance(raw, bool) else None


def _count_from_json(raw: object, most: int) -> int:
    return min(max(0, raw), most) if type(raw) is int else 0


def _values_from_json(raw: object) -> Values:
    if not isinstance(raw, dict):
        return Values()
    known: dict[str, Any] = {
        item.name: _flag_from_json(raw.get(item.name))
        if item.name.startswith("is_")
        else _number_from_json(raw.get(item.name))
        for item in fields(Values)
    }
    return Values(**known)


def _look_from_json(raw: object) -> Look | None:
    match raw:
        case {"at": at, "reason": str() as reason} if reason in _REASONS:
            time = _time_from_json(at)
            return None if time is None else Look(time, ReadReason(reason))
        case _:
            return None


_REASONS = frozenset(ReadReason)


def _charge_from_json(raw: object) -> Charge | None:
    match raw:
        case {"since": since, "state_of_charge": charge, "overdue": overdue}:
            time = _time_from_json(since)
            if time is not None:
                overdue = _count_from_json(overdue, _MOST_OVERDUE)
                return Charge(time, _number_from_json(charge), overdue)
    return None
