"""What a trip amounted to: distance, bounds in time, energy used; from readings alone.

`Trips` takes a vehicle's observations and tells what follows from them. The distance is the
odometer's. A vehicle that reports every hour tells that it has driven between two times, not
when: times are bounds. A trip ends where the vehicle is seen to have stood for ten minutes, or can
have stood as long unseen. It is one only with half a kilometre or more: what a tow truck or a
ferry brings elsewhere makes none.

Times are milliseconds since 1970, distances km, states of charge percent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto

from .dataclass_json import Flat, LastRead, from_plain, to_flat, to_plain
from .timeline import (
    AT_HOME,
    CHARGING,
    ENERGY_ADDED,
    HOUR,
    MINUTE,
    NOMINAL_CAPACITY,
    ODOMETER,
    PLUGGED_IN,
    SOMEWHERE,
    STATE_OF_CHARGE,
    Change,
    Motion,
    Observation,
    Odometer,
    Place,
    Reader,
    Row,
    Scalar,
    Timeline,
    flag,
    number,
    number_at,
    place_in,
    set_back,
    text,
)

TRIP = "trip"
LAST_TRIP = "last_trip"

_SPEED = "motion-currentspeed"
_GEAR = "transmission-gearstate"
_DRIVING_GEARS = frozenset({"drive", "reverse"})
_PARKED_GEAR = "park"

READERS: Mapping[str, Reader] = {
    ODOMETER: number(0, 5_000_000),
    STATE_OF_CHARGE: number(0, 100),
    ENERGY_ADDED: number(0, 1000),
    CHARGING: flag,
    PLUGGED_IN: flag,
    AT_HOME: flag,
    _SPEED: number(0, 500),
    _GEAR: text,
}
SIGNALS = frozenset({*READERS, NOMINAL_CAPACITY})
"""The keys of the readings that matter here, beside the position."""

MOST_TRIPS = 200
_LEAST_DISTANCE = 0.5
_STOP = 10 * MINUTE
_STOP_DRIVING = HOUR
_FAST_SPEED = 100.0
_SETTLED = 30 * MINUTE
_SILENT = 30 * MINUTE
_PARKED = 5 * MINUTE
_SKEW = MINUTE
_WALKING_SPEED = 5.0
_CHARGED_ENERGY = 0.3
_CHARGED_RISE = 3.0
_LEAST_DISTANCE_TO_TELL = 15.0
_LEAST_USED_TO_TELL = 3.0

_read_capacity = number(1, 1000)


class TripEventType(StrEnum):
    """What happened."""

    STARTED = auto()
    ENDED = auto()


@dataclass(frozen=True, slots=True)
class Trip:
    """A drive.

    It began between `started_after` and `started_by`, and ended between `ended_after` and
    `ended_by`. `state_of_charge_used` (percent) is `None` where the vehicle was charged on the way
    or has not said. `energy_used` (kWh, from the state of charge and the capacity) and
    `consumption` (kWh per 100 km) are `None` for what whole percents cannot tell.
    """

    started_after: int = 0
    started_by: int = 0
    ended_after: int = 0
    ended_by: int = 0
    distance: float = 0.0
    state_of_charge_from: float | None = None
    state_of_charge_to: float | None = None
    state_of_charge_used: float | None = None
    energy_used: float | None = None
    consumption: float | None = None
    from_zone: str | None = None
    from_home: bool | None = None
    to_zone: str | None = None
    to_home: bool | None = None

    @property
    def shortest(self) -> int:
        """Return how long it took at least, seconds."""
        return max(0, self.ended_after - self.started_by) // 1000

    @property
    def longest(self) -> int:
        """Return how long it took at most, seconds."""
        return max(0, self.ended_by - self.started_after) // 1000


@dataclass(frozen=True, slots=True)
class TripEvent:
    """Something that has happened, and when the vehicle recorded it."""

    type: TripEventType
    at: int
    trip: Trip


@dataclass(frozen=True, slots=True)
class TripUpdate:
    """What an observation has changed; `changed` names what to write."""

    events: tuple[TripEvent, ...] = ()
    changed: frozenset[str] = frozenset()


_NOTHING = TripUpdate()


@dataclass(slots=True)
class Drive:
    """A trip that may go on."""

    odometer: float = 0.0
    started_after: int = 0
    started_by: int = 0
    ended_after: int = 0
    ended_by: int = 0
    distance: float = 0.0
    state_of_charge_from: float | None = None
    state_of_charge_to: float | None = None
    was_charged: bool = False
    begins_at: Place = SOMEWHERE


@dataclass(slots=True)
class Departure:
    """With what a vehicle would leave: what was known before the present delivery."""

    place: Place = SOMEWHERE
    peak: float | None = None
    is_charging: bool = False
    is_driving: bool = False


@dataclass(slots=True)
class TripState:
    """What a vehicle's rows lead to.

    The odometer has shown what it shows since `arrived_at`, and did so last at `seen_at`. The
    vehicle stood at `stand` (km) at `stood_at`. `peak` is the highest state of charge since it
    arrived or was last seen to stand. `place` is where it stands, `newest_place` where it was last.
    """

    delivered_at: int = 0
    arrived_at: int = 0
    seen_at: int = 0
    stand: float = 0.0
    stood_at: int = 0
    stood_delivered_at: int = 0
    state_of_charge: float | None = None
    state_of_charge_at: int = 0
    peak: float | None = None
    energy: float | None = None
    is_charging: bool = False
    is_plugged_in: bool | None = None
    is_driving: bool = False
    driving_at: int = 0
    parked_at: int = 0
    capacity: float | None = None
    place: Place = SOMEWHERE
    newest_place: Place = SOMEWHERE
    placed_at: int = 0
    placed_delivered_at: int = 0
    seen_delivered_at: int = 0
    departure: Departure = field(default_factory=Departure)
    odometer: Odometer = field(default_factory=Odometer)
    drive: Drive | None = None
    trips: list[Flat] = field(default_factory=list)

    def copy(self) -> TripState:
        """Return a state that shares nothing which changes."""
        drive = self.drive
        return replace(
            self,
            departure=replace(self.departure),
            odometer=replace(self.odometer),
            drive=None if drive is None else replace(drive),
            trips=list(self.trips),
        )

    @property
    def has_stood(self) -> bool:
        """Return whether it was seen to stand for so long that a trip has ended."""
        return self.seen_at - self.arrived_at >= _STOP

    @property
    def is_parked(self) -> bool:
        """Return whether it said that it is parked since it arrived."""
        return self.parked_at >= self.arrived_at - _SKEW

    def fold(self, row: Row) -> None:
        """Take the next row."""
        at, values = row.at, row.values
        if row.delivered_at > self.delivered_at:
            self.delivered_at = row.delivered_at
            departure = self.departure
            departure.place, departure.peak = self.place, self.peak
            departure.is_charging = self.is_charging
            departure.is_driving = self.is_driving and self.driving_at >= self.arrived_at - _SKEW
        self._take_motion(values, at)
        if ODOMETER in values:
            self._take_odometer(number_at(values, ODOMETER), at)
        place = place_in(values, self.newest_place if at == self.placed_at else SOMEWHERE)
        if place is not None:
            self._take_place(place, at)
        if STATE_OF_CHARGE in values:
            self._take_state_of_charge(number_at(values, STATE_OF_CHARGE), at)
        self._take_charging(values, at)

    def trip_of(self, drive: Drive) -> Trip:
        """Return a trip as others see it."""
        from_, to = drive.state_of_charge_from, drive.state_of_charge_to
        is_far = drive.distance >= _LEAST_DISTANCE_TO_TELL
        used = None if from_ is None or to is None or drive.was_charged else from_ - to
        if used is not None and (used < 0 or (is_far and used < 1)):
            # It was charged unseen, or the state of charge is still that of before.
            used = None
        energy = None
        if used is not None and used >= _LEAST_USED_TO_TELL and self.capacity is not None:
            energy = used * self.capacity / 100
        return Trip(
            started_after=drive.started_after,
            started_by=drive.started_by,
            ended_after=drive.ended_after,
            ended_by=drive.ended_by,
            distance=round(drive.distance, 1),
            state_of_charge_from=from_,
            state_of_charge_to=to,
            state_of_charge_used=used,
            energy_used=None if energy is None else round(energy, 2),
            consumption=(
                round(100 * energy / drive.distance, 1) if is_far and energy is not None else None
            ),
            from_zone=drive.begins_at.zone,
            from_home=drive.begins_at.at_home,
            to_zone=self.place.zone,
            to_home=self.place.at_home,
        )

    def _take_motion(self, values: Mapping[str, Scalar], at: int) -> None:
        gear = values.get(_GEAR)
        is_fast = _SPEED in values and number_at(values, _SPEED) > _WALKING_SPEED
        if is_fast or gear in _DRIVING_GEARS:
            self.is_driving = True
            self.driving_at = at
        elif gear is not None or _SPEED in values:
            if gear == _PARKED_GEAR and (self.is_driving or not self.is_parked):
                self.parked_at = at
            self.is_driving = False

    def _take_odometer(self, value: float, at: int) -> None:
        last = self.odometer.value
        match self.odometer.take(value, at):
            case Motion.MOVED if last is not None:
                self._move(last, value, at)
            case Motion.NONE if last is not None:
                self._stay(last, at)
            case Motion.NONE | Motion.REPLACED:
                self._close()
                self.arrived_at = at
                self._stand_at(value, at)
            case _:
                pass

    def _stay(self, value: float, at: int) -> None:
        """Show the same distance as before."""
        self.seen_at, self.seen_delivered_at = at, self.delivered_at
        if self.drive is not None and at - self.arrived_at >= _SETTLED:
            self._close()
        if self.drive is None and (self.has_stood or value == self.stand):
            self._stand_at(value, at)

    def _stand_at(self, value: float, at: int) -> None:
        self.stand, self.stood_at, self.seen_at = value, at, at
        self.stood_delivered_at = self.seen_delivered_at = self.delivered_at
        self.peak = self.state_of_charge

    def _move(self, last: float, value: float, at: int) -> None:
        """Show another distance than before."""
        if self._can_have_stood(value - last, at):
            self._close()
            self.stand, self.stood_at = last, self.seen_at
        before, self.arrived_at, self.seen_at = self.seen_at, at, at
        delivered_before, self.seen_delivered_at = self.seen_delivered_at, self.delivered_at
        drive = self.drive
        if drive is None:
            if value - self.stand < _LEAST_DISTANCE:
                return
            drive = self.drive = Drive(
                odometer=self.stand,
                started_after=self.stood_at,
                started_by=at,
                state_of_charge_from=self.departure.peak,
                begins_at=self.departure.place,
            )
            if self.state_of_charge_at > before:
                drive.state_of_charge_to = self.state_of_charge
        is_new = self.placed_delivered_at > delivered_before
        self.place = self.newest_place if is_new else SOMEWHERE
        drive.was_charged |= self.departure.is_charging
        drive.ended_after, drive.ended_by = before, at
        drive.distance = value - drive.odometer

    def _can_have_stood(self, distance: float, at: int) -> bool:
        """Tell whether it has stood for ten minutes since it arrived, or can have."""
        if self.has_stood:
            return True
        idle = at - self.arrived_at - distance / _FAST_SPEED * HOUR
        return idle >= (_STOP_DRIVING if self.departure.is_driving else _STOP)

    def _close(self) -> None:
        """Record the trip that has ended, if there is one."""
        if self.drive is not None:
            self.trips.append(to_flat(self.trip_of(self.drive)))
            del self.trips[:-MOST_TRIPS]
            self.drive = None

    def _take_place(self, place: Place, at: int) -> None:
        self.newest_place = place
        self.placed_at, self.placed_delivered_at = at, self.delivered_at
        is_standing = self.drive is None and self.stood_delivered_at == self.delivered_at
        if is_standing or at <= self.arrived_at + _SETTLED or self.place == SOMEWHERE:
            self.place = place

    def _take_state_of_charge(self, value: float, at: int) -> None:
        known = self.state_of_charge
        self.state_of_charge, self.state_of_charge_at = value, at
        drive = self.drive
        has_arrived = drive is not None and at <= drive.ended_by + _SETTLED
        is_standing = has_arrived or self.stood_delivered_at == self.delivered_at
        if self.peak is None or value > self.peak or is_standing:
            self.peak = value
        if drive is None or not has_arrived:
            return
        if at <= drive.ended_by:
            drive.was_charged |= known is not None and value - known >= _CHARGED_RISE
        elif self.is_charging or value > (drive.state_of_charge_to or value):
            # It is charged where it has arrived.
            return
        drive.state_of_charge_to = value

    def _take_charging(self, values: Mapping[str, Scalar], at: int) -> None:
        drive = self.drive
        was_charged = False
        if PLUGGED_IN in values:
            is_plugged_in = values[PLUGGED_IN] is True
            if is_plugged_in and self.is_plugged_in is False:
                self.parked_at = at
            self.is_plugged_in = is_plugged_in
        if CHARGING in values:
            self.is_charging = values[CHARGING] is True
            was_charged = self.is_charging and drive is not None and at < drive.ended_by
        if ENERGY_ADDED in values:
            known, self.energy = self.energy, number_at(values, ENERGY_ADDED)
            was_charged |= known is not None and self.energy - known >= _CHARGED_ENERGY
        if drive is not None and at <= drive.ended_by:
            drive.was_charged |= was_charged


@dataclass(slots=True)
class _Told:
    """What has been told already; `moved_at` is when it was delivered that it moved last."""

    started_by: int = 0
    ended_by: int = 0
    moved_by: int = 0
    moved_at: int = 0
    reported_capacity: float | None = None


class Trips:
    """What one vehicle has driven.

    `usable_capacity` is what its battery holds at 100 %, kWh, as the owner knows it; without it
    the capacity that the vehicle reports is taken. `raw` is what `to_json` returned; what is not
    of its form is left out.
    """

    def __init__(self, raw: object = None, *, usable_capacity: float | None = None) -> None:
        """Go on where `to_json` was called, or begin with nothing."""
        data = raw if isinstance(raw, Mapping) else {}
        base = from_plain(TripState, data.get("base"))
        self._told = from_plain(_Told, data.get("told"))
        self._usable_capacity = usable_capacity
        base.capacity = usable_capacity or self._told.reported_capacity
        self._timeline = Timeline(base, READERS, data.get("timeline"))
        self._last_ended = LastRead(Trip)
        self._last_mark = self._mark()

    def to_json(self) -> dict[str, object]:
        """Return everything as plain JSON; it shares nothing that changes."""
        return {
            "base": to_plain(self._timeline.base),
            "timeline": self._timeline.to_json(),
            "told": to_plain(self._told),
        }

    @property
    def trip(self) -> Trip | None:
        """Return the trip that goes on."""
        drive = self._head.drive
        return None if drive is None or self._has_ended(drive) else self._head.trip_of(drive)

    @property
    def last_trip(self) -> Trip | None:
        """Return the trip that ended last."""
        drive, trips = self._head.drive, self._head.trips
        if drive is not None and self._has_ended(drive):
            return self._head.trip_of(drive)
        return self._last_ended.read(trips[-1]) if trips else None

    @property
    def trips(self) -> tuple[Trip, ...]:
        """Return the latest trips that have ended, oldest first."""
        closed = tuple(from_plain(Trip, trip) for trip in self._head.trips)
        drive = self._head.drive
        if drive is None or not self._has_ended(drive):
            return closed
        return (*closed, self._head.trip_of(drive))[-MOST_TRIPS:]

    @property
    def due_at(self) -> int | None:
        """Return when to observe that time has passed, on the clock of `delivered_at`.

        So much later than the last delivery, hand over an observation of that time without
        samples, unless another one has come.
        """
        drive = self._head.drive
        if drive is None or self._has_ended(drive):
            return None
        return self._told.moved_at + (_PARKED if self._head.is_parked else _SILENT)

    def set_usable_capacity(self, usable_capacity: float | None) -> None:
        """Take another capacity, kWh, for trips that end from now on."""
        self._usable_capacity = usable_capacity
        self._use_capacity()

    def forget_after(self, latest: int) -> bool:
        """Know of no time after another one; tell whether any was known."""
        if not self._timeline.forget_after(latest):
            return False
        set_back(self._told, self._timeline.now)
        return True

    def observe(self, observation: Observation) -> TripUpdate:
        """Take what a vehicle says; return what that changes."""
        for sample in observation.samples:
            if sample.key == NOMINAL_CAPACITY:
                capacity = _read_capacity(sample.value)
                if isinstance(capacity, float) and capacity != self._told.reported_capacity:
                    self._told.reported_capacity = capacity
                    self._use_capacity()
        timeline = self._timeline
        change = timeline.add(observation)
        now = timeline.now
        if timeline.was_set_back:
            set_back(self._told, now)
        else:
            due_at = self.due_at
            if change is Change.NONE and (due_at is None or now < due_at):
                return _NOTHING
        events = tuple(self._events(now))
        changed = {TRIP} if events else set()
        mark = self._mark()
        if mark != self._last_mark:
            self._last_mark = mark
            changed.add(LAST_TRIP)
        return TripUpdate(events, frozenset(changed))

    @property
    def _head(self) -> TripState:
        return self._timeline.head

    def _use_capacity(self) -> None:
        capacity = self._usable_capacity or self._told.reported_capacity
        self._timeline.base.capacity = self._timeline.head.capacity = capacity

    def _has_ended(self, drive: Drive) -> bool:
        return drive.ended_by <= self._told.ended_by

    def _mark(self) -> object:
        """Return by what to tell whether the trip that ended last has changed."""
        drive, trips = self._head.drive, self._head.trips
        if drive is not None and self._has_ended(drive):
            return to_flat(self._head.trip_of(drive))
        return trips[-1] if trips else None

    def _events(self, now: int) -> Iterator[TripEvent]:
        """Yield what is different from what was told."""
        head, told = self._head, self._told
        for trip in self._news(now):
            yield from self._starts(trip)
            yield self._ends(trip)
        drive = head.drive
        if drive is None:
            return
        if drive.ended_by != told.moved_by:
            told.moved_by, told.moved_at = drive.ended_by, now
        if self._has_ended(drive):
            return
        yield from self._starts(head.trip_of(drive))
        due_at = self.due_at
        if head.has_stood or (due_at is not None and now >= due_at):
            yield self._ends(head.trip_of(drive))

    def _news(self, now: int) -> list[Trip]:
        """Return the trips whose end was not told, oldest first."""
        news: list[Trip] = []
        for raw in reversed(self._head.trips):
            if raw.get("ended_by") == self._told.ended_by:
                break
            trip = from_plain(Trip, raw)
            # One from the time after now was told before the clock was set back.
            if not self._told.ended_by < trip.ended_by <= now:
                break
            news.append(trip)
        return news[::-1]

    def _starts(self, trip: Trip) -> Iterator[TripEvent]:
        if trip.started_by > self._told.started_by:
            self._told.started_by = trip.started_by
            yield TripEvent(TripEventType.STARTED, trip.started_by, trip)

    def _ends(self, trip: Trip) -> TripEvent:
        self._told.ended_by = trip.ended_by
        return TripEvent(TripEventType.ENDED, trip.ended_by, trip)
