"""What a vehicle's rows say of its charging: the cable, the energy, the session.

Times are milliseconds since 1970, energies Wh, states of charge percent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum, auto

from .dataclass_json import Flat, to_flat
from .energy import Circumstances, Counter, Increment, Rises, worth
from .timeline import (
    AT_HOME,
    CHARGING,
    CHARGING_STATUS,
    ENERGY_ADDED,
    HOUR,
    MINUTE,
    ODOMETER,
    PLUGGED_IN,
    SOMEWHERE,
    STATE_OF_CHARGE,
    Motion,
    Odometer,
    Place,
    Reader,
    Row,
    Scalar,
    flag,
    number,
    number_at,
    place_in,
    text,
)

_POWER = "charge-wattage"
_LIMIT = "charge-chargelimits"
_TIME_TO_COMPLETE = "charge-timetocomplete"
_STATUS_CHARGING = "charging"
_STATUS_FULL = "fully_charged"
_STATUS_NOT_CHARGING = "not_charging"

READERS: Mapping[str, Reader] = {
    PLUGGED_IN: flag,
    CHARGING: flag,
    CHARGING_STATUS: text,
    ENERGY_ADDED: number(0, 1000),
    STATE_OF_CHARGE: number(0, 100),
    ODOMETER: number(0, 5_000_000),
    AT_HOME: flag,
    _POWER: number(-1_000_000, 1_000_000),
    _LIMIT: number(1, 100),
    _TIME_TO_COMPLETE: number(0, 10080),
}

MOST_SESSIONS = 200
HANDSHAKE = 2 * MINUTE
"""A charge so short that brings nothing is none: some vehicles try before a scheduled charge."""
_HANDSHAKE_ENERGY = 100
_HANDSHAKE_RISE = 1.0
_MOST_HELD = 64
_CHARGING_POWER = 500
_MOVED = 0.3
_DOUBT = 5 * MINUTE
_LATE_ODOMETER = HOUR
_TAIL = 10 * MINUTE
_PROMPT = 5 * MINUTE
_DRIVEN = 3.0
_LEAST_UNREPORTED = 3.0
_LEAST_MISSING = 1500
_LEAST_MISSING_SHARE = 0.15
_SILENT_RISE = 5.0
_BELOW_LIMIT = 1.0
_FULL = 99.0


class ChargeConnection(StrEnum):
    """What the vehicle and the cable are doing."""

    DISCONNECTED = auto()
    CONNECTED = auto()
    CHARGING = auto()
    COMPLETE = auto()


class ChargeEventType(StrEnum):
    """What happened."""

    PLUGGED_IN = auto()
    STARTED = auto()
    STOPPED = auto()
    """Charging has ended, and nothing tells whether early: it was unplugged, or has no limit."""
    FINISHED = auto()
    """The limit is reached."""
    INTERRUPTED = auto()
    """Charging has ended short of the limit, and the cable is still connected."""
    UNPLUGGED = auto()


@dataclass(frozen=True, slots=True)
class Session:
    """What was charged between plugging in and unplugging, pauses included.

    It began between `started_after` and `started_at`, where it was first seen to charge; it ended
    between `ended_after` and `ended_at`, and is charging where that is `None`. `duration` is that
    of charging in seconds, without pauses. `state_of_charge_from` and `state_of_charge_to` are
    percent; `energy` is kWh, `None` where neither the vehicle nor its capacity tells. `outcome` is
    how it ended. `stay` is what its increments carry, too.
    """

    stay: int = 0
    started_at: int = 0
    started_after: int = 0
    ended_at: int | None = None
    ended_after: int | None = None
    plugged_in_at: int | None = None
    unplugged_at: int | None = None
    duration: int = 0
    state_of_charge_from: float | None = None
    state_of_charge_to: float | None = None
    energy: float | None = None
    is_estimated: bool = False
    zone: str | None = None
    at_home: bool | None = None
    outcome: ChargeEventType | None = None


@dataclass(slots=True)
class Cable:
    """Whether the vehicle is plugged in and charges, and since when.

    Both are doubted from `doubted_at` on, when the vehicle had moved although they said so: many
    vehicles repeat what they said before the drive. They are believed again once they change, or
    have lasted where the vehicle stands, or energy proves them.
    """

    plugged_in: bool | None = None
    plugged_in_at: int = 0
    charging: bool | None = None
    charging_at: int = 0
    charged_until: int = 0
    doubted_at: int | None = None
    has_flag: bool = False
    status: str | None = None

    @property
    def is_charging(self) -> bool | None:
        """Return whether it charges, as far as that is to be believed."""
        return False if self.charging and self.doubted_at is not None else self.charging

    @property
    def is_connected(self) -> bool | None:
        """Return whether the cable is connected, as far as that is to be believed."""
        if self.doubted_at is not None:
            return False
        return True if self.charging else self.plugged_in

    @property
    def connected_at(self) -> int | None:
        """Return since when the cable is connected."""
        if not self.is_connected:
            return None
        return self.plugged_in_at if self.plugged_in else self.charging_at

    def charging_in(self, values: Mapping[str, Scalar]) -> bool | None:
        """Return what a row says of charging: the flag, else the status, else the power."""
        if CHARGING_STATUS in values:
            self.status = str(values[CHARGING_STATUS])
        if CHARGING in values:
            self.has_flag = True
            return values[CHARGING] is True
        if CHARGING_STATUS in values:
            self.has_flag = True
            return self.status == _STATUS_CHARGING
        if _POWER in values and not self.has_flag:
            return number_at(values, _POWER) >= _CHARGING_POWER
        return None

    def doubt(self, at: int) -> None:
        """Doubt that it is connected: it has moved."""
        if self.plugged_in or self.charging:
            self.doubted_at = at

    def prove(self, at: int) -> None:
        """Believe what it says: it does charge."""
        if self.charging and self.doubted_at is not None:
            self.doubted_at = None
            self.charging_at = at

    def plug_in(self, at: int) -> bool:
        """Be plugged in; tell whether it was unplugged before."""
        if self.plugged_in:
            if self.doubted_at is not None and at - self.doubted_at >= _DOUBT:
                self.doubted_at = None
                self.plugged_in_at = at
            return False
        was_unplugged = self.plugged_in is False and not self.charging
        self.plugged_in = True
        self.plugged_in_at = at
        return was_unplugged

    def unplug(self, at: int) -> bool:
        """Be unplugged; tell whether it was plugged in before."""
        was_plugged_in = self.plugged_in is True
        if self.plugged_in is not False:
            self.plugged_in_at = at
        self.plugged_in = False
        if self.charging:
            self.stop(at)
        self.doubted_at = None
        return was_plugged_in

    def start(self, at: int) -> bool:
        """Charge; tell whether it did not before."""
        if self.charging:
            if self.doubted_at is not None and at - self.doubted_at >= _DOUBT:
                self.prove(at)
            return False
        self.charging = True
        self.charging_at = at
        self.doubted_at = None
        return True

    def stop(self, at: int) -> None:
        """Do not charge."""
        if self.charging:
            self.charging_at = at
            if self.doubted_at is None:
                self.charged_until = at
        self.charging = False
        if not self.plugged_in:
            self.doubted_at = None


@dataclass(slots=True)
class Running:
    """A session that may go on; a segment of it is a charge without a pause."""

    started_at: int = 0
    started_after: int = 0
    ended_at: int | None = None
    ended_after: int | None = None
    plugged_in_at: int | None = None
    unplugged_at: int | None = None
    state_of_charge_from: float | None = None
    state_of_charge_to: float | None = None
    place: Place = SOMEWHERE
    outcome: ChargeEventType | None = None
    charged_for: int = 0
    seen_at: int = 0
    segment_at: int | None = None
    segment_energy: int = 0
    segment_rise: float = 0.0
    is_segment_real: bool = False
    is_real: bool = False


@dataclass(slots=True)
class Stay:
    """The time from plugging in, or from arriving, until the next plugging in or departure.

    `energy` (Wh) and `rise` (percent) were charged in it; `unreported` (percent) is what the state
    of charge has risen by since the vehicle's counter told of energy.
    """

    since: int = 0
    odometer: float | None = None
    energy: int = 0
    rise: float = 0.0
    is_estimated: bool = False
    was_unplugged: bool = False
    state_of_charge_from: float | None = None
    unreported: float = 0.0
    unreported_from: int = 0
    unreported_to: int = 0
    session: Running | None = None


@dataclass(slots=True)
class ChargeState:
    """What a vehicle's rows lead to.

    The odometer was delivered last at `seen_delivered_at`. A place counts where it was delivered
    after `moved_after`: what came along with the last distance before a drive was that of before
    it. `heard_at` is the newest time that an earlier delivery brought: what is news now has
    happened since. `ahead` is what was estimated of which the vehicle's counter may tell yet.
    `increments` and `home_increments` are those since they were cleared.
    """

    at: int = 0
    delivered_at: int = 0
    heard_at: int = 0
    charged_after: int = 0
    limit: float | None = None
    state_of_charge: float | None = None
    minutes: float | None = None
    minutes_at: int = 0
    place: Place = SOMEWHERE
    placed_at: int = 0
    placed_delivered_at: int = 0
    seen_delivered_at: int = 0
    moved_after: int = 0
    capacity: float | None = None
    total: int = 0
    home: int = 0
    is_silent: bool = False
    ahead: int = 0
    cable: Cable = field(default_factory=Cable)
    odometer: Odometer = field(default_factory=Odometer)
    counter: Counter = field(default_factory=Counter)
    rises: Rises = field(default_factory=Rises)
    stay: Stay = field(default_factory=Stay)
    held: list[tuple[int, int, int, bool, int]] = field(default_factory=list)
    sessions: list[Flat] = field(default_factory=list)
    increments: list[Increment] = field(default_factory=list)
    home_increments: list[Increment] = field(default_factory=list)

    def copy(self) -> ChargeState:
        """Return a state that shares nothing which changes, and has not grown yet."""
        session = self.stay.session
        return replace(
            self,
            cable=replace(self.cable),
            odometer=replace(self.odometer),
            counter=replace(self.counter),
            rises=replace(self.rises),
            stay=replace(self.stay, session=None if session is None else replace(session)),
            held=list(self.held),
            sessions=list(self.sessions),
            increments=[],
            home_increments=[],
        )

    @property
    def here(self) -> Place:
        """Return where it stands, as far as that is known since it moved."""
        return self.place if self.placed_delivered_at > self.moved_after else SOMEWHERE

    @property
    def is_reported(self) -> bool:
        """Return whether the vehicle tells what it charges."""
        return self.counter.value is not None and not self.is_silent

    @property
    def connection(self) -> ChargeConnection | None:
        """Return what the vehicle and the cable are doing."""
        if self.cable.is_charging:
            return ChargeConnection.CHARGING
        is_connected = self.cable.is_connected
        if is_connected is None:
            return None
        if not is_connected:
            return ChargeConnection.DISCONNECTED
        session = self.stay.session
        has_finished = session is not None and session.outcome is ChargeEventType.FINISHED
        if has_finished or self._is_full(can_tell=self.limit is not None):
            return ChargeConnection.COMPLETE
        return ChargeConnection.CONNECTED

    def snapshot(self, session: Running) -> Session:
        """Return this stay's session as others see it."""
        stay, segment_at = self.stay, session.segment_at
        is_over = segment_at is None
        duration = session.charged_for
        if segment_at is not None:
            duration += max(0, session.seen_at - segment_at)
        is_known = stay.energy or self.is_reported or self.capacity is not None
        return Session(
            stay=stay.since,
            started_at=session.started_at,
            started_after=session.started_after,
            ended_at=session.ended_at if is_over else None,
            ended_after=session.ended_after if is_over else None,
            plugged_in_at=session.plugged_in_at,
            unplugged_at=session.unplugged_at,
            duration=duration // 1000,
            state_of_charge_from=session.state_of_charge_from,
            state_of_charge_to=session.state_of_charge_to,
            energy=stay.energy / 1000 if is_known else None,
            is_estimated=stay.is_estimated or not self.is_reported,
            zone=session.place.zone,
            at_home=session.place.at_home,
            outcome=session.outcome if is_over else None,
        )

    def fold(self, row: Row) -> None:
        """Take the next row."""
        at, values = row.at, row.values
        if row.delivered_at > self.delivered_at:
            self.delivered_at, self.heard_at = row.delivered_at, self.at
        self.at = max(self.at, at)
        if ODOMETER in values:
            self._take_odometer(values, at)
        self._take_flags(values, at)
        if _LIMIT in values:
            self.limit = number_at(values, _LIMIT)
        if _TIME_TO_COMPLETE in values:
            self.minutes, self.minutes_at = number_at(values, _TIME_TO_COMPLETE), at
        place = place_in(values, self.place if at == self.placed_at else SOMEWHERE)
        if place is not None:
            self._take_place(place, at)
        energy, rise = self.stay.energy, self.stay.rise
        if STATE_OF_CHARGE in values:
            self._take_state_of_charge(number_at(values, STATE_OF_CHARGE), at)
        if ENERGY_ADDED in values:
            self._take_energy(round(number_at(values, ENERGY_ADDED) * 1000), at)
        if self.cable.is_charging:
            self._go_on(at, energy, rise)
        elif self.stay.session is not None:
            self._pause(self.stay.session, at)

    # Where it stands, and whether it is connected

    def _take_odometer(self, values: Mapping[str, Scalar], at: int) -> None:
        odometer, stay = self.odometer, self.stay
        seen_at, was_frozen = odometer.at, odometer.low is not None
        motion = odometer.take(number_at(values, ODOMETER), at)
        if motion is Motion.UNKNOWN:
            return
        seen_delivered_at, self.seen_delivered_at = self.seen_delivered_at, self.delivered_at
        now = odometer.value or 0.0
        if stay.odometer is None:
            stay.odometer = now
            return
        if motion is Motion.NONE or (motion is Motion.MOVED and now - stay.odometer < _MOVED):
            return
        self.rises.has_moved = True
        self.moved_after = seen_delivered_at
        if self._has_arrived_before(values, seen_at, at, was_frozen=was_frozen):
            stay.odometer = now
            return
        self._leave(at, has_moved=True)
        self.cable.doubt(at)

    def _has_arrived_before(
        self, values: Mapping[str, Scalar], seen_at: int, at: int, *, was_frozen: bool
    ) -> bool:
        """Tell whether it was plugged in after the drive, of which the odometer tells late."""
        connected_at = self.cable.connected_at
        if connected_at is None or connected_at <= seen_at:
            return False
        known = self.state_of_charge or 0.0
        has_fallen = STATE_OF_CHARGE in values and number_at(values, STATE_OF_CHARGE) < known
        return not has_fallen and (was_frozen or at - connected_at < _LATE_ODOMETER)

    def _take_flags(self, values: Mapping[str, Scalar], at: int) -> None:
        cable = self.cable
        charging = cable.charging_in(values)
        plugged_in = values.get(PLUGGED_IN)
        if plugged_in is True:
            if cable.plug_in(at):
                self._leave(at, has_moved=False)
        elif plugged_in is False and charging is not True and cable.unplug(at):
            self.stay.was_unplugged = True
            self.counter.interrupt(has_moved=False)
        if charging is True:
            if cable.start(at):
                if self.stay.was_unplugged and not cable.plugged_in:
                    self._leave(at, has_moved=False)
                self.charged_after = self.heard_at
        elif charging is False:
            cable.stop(at)

    def _leave(self, at: int, *, has_moved: bool) -> None:
        """Close what belongs to this stay: it was unplugged, seen or not."""
        self._settle()
        session = self.stay.session
        if session is not None:
            if session.segment_at is not None:
                self._end_segment(session, at, is_connected=False)
            if session.unplugged_at is None:
                session.unplugged_at = at
            self._record(session)
        if has_moved:
            self.held.clear()
        else:
            self.ahead = 0
        self.counter.interrupt(has_moved=has_moved)
        self.charged_after = self.heard_at
        self.stay = Stay(since=at, odometer=self.odometer.value)

    def _take_place(self, place: Place, at: int) -> None:
        self.place = place
        self.placed_at, self.placed_delivered_at = at, self.delivered_at
        if self.stay.session is not None:
            self.stay.session.place = self.here
        at_home = self.here.at_home
        if at_home is None:
            return
        if at_home:
            for start, end, energy, is_estimated, stay in self.held:
                increment = Increment(start, end, energy / 1000, at_home, is_estimated, stay)
                self._add_home(increment)
        self.held.clear()

    # Energy

    def _take_state_of_charge(self, value: float, at: int) -> None:
        self.state_of_charge = value
        rises, stay, cable = self.rises, self.stay, self.cable
        base, since = rises.base, rises.base_at
        rise = rises.take(
            value,
            at,
            has_charged=cable.is_charging is True or cable.charged_until > rises.at,
            knows_odometer=self.odometer.value is not None,
        )
        # Where nothing else can tell, a fall tells that it was driven.
        is_mute = self.odometer.value is None and cable.plugged_in is None
        if is_mute and base is not None and base - value >= _DRIVEN:
            self.counter.interrupt(has_moved=True)
        if not rise:
            return
        stay.rise += rise
        if stay.state_of_charge_from is None:
            stay.state_of_charge_from = base
        if not self.is_reported:
            self._estimate(rise, since, at)
            return
        if not stay.unreported:
            stay.unreported_from = since
        stay.unreported += rise
        stay.unreported_to = at

    def _estimate(self, rise: float, start: int, end: int) -> None:
        if self.capacity is None:
            return
        energy = worth(rise, self.capacity)
        self._count(energy, start, end, is_estimated=True)
        if self.counter.value is not None:
            self.ahead += energy

    def _take_energy(self, value: int, at: int) -> None:
        since, cable = self.counter.at, self.cable
        added = self.counter.take(
            value,
            at,
            Circumstances(
                is_charging=cable.is_charging,
                is_connected=None if cable.doubted_at is not None else cable.is_connected,
                charged_until=cable.charged_until,
                state_of_charge=self.state_of_charge,
                capacity=self.capacity,
            ),
        )
        if not added:
            return
        self.stay.unreported = 0.0
        self.is_silent = False
        ahead, self.ahead = self.ahead, 0
        if added > ahead:
            self._count(added - ahead, since, at, is_estimated=False)

    def _settle(self) -> None:
        """Estimate what was charged in this stay, and of which the vehicle's counter is silent."""
        stay = self.stay
        unreported, stay.unreported = stay.unreported, 0.0
        if unreported < _LEAST_UNREPORTED or self.capacity is None:
            return
        expected = worth(stay.rise, self.capacity)
        missing = min(expected - stay.energy, worth(unreported, self.capacity))
        if missing < max(_LEAST_MISSING, _LEAST_MISSING_SHARE * expected):
            return
        if not stay.energy and unreported >= _SILENT_RISE:
            self.is_silent = True
        self._count(missing, stay.unreported_from, stay.unreported_to, is_estimated=True)
        self.ahead = missing

    def _count(self, energy: int, start: int, end: int, *, is_estimated: bool) -> None:
        """Add energy that was charged between two times, or a part of that time."""
        stay, cable = self.stay, self.cable
        if start < self.charged_after < end:
            start = self.charged_after
        if not cable.is_charging and start < cable.charged_until < end:
            end = cable.charged_until
        start = min(start, end)
        self.total += energy
        stay.energy += energy
        stay.is_estimated |= is_estimated
        at_home = self.here.at_home
        increment = Increment(start, end, energy / 1000, at_home, is_estimated, stay.since)
        self.increments.append(increment)
        if at_home is None:
            self._hold(start, end, energy, is_estimated=is_estimated)
        elif at_home:
            self._add_home(increment)
        cable.prove(end)

    def _hold(self, start: int, end: int, energy: int, *, is_estimated: bool) -> None:
        """Keep what may have been charged at home until the place is known."""
        held = self.held
        held.append((start, end, energy, is_estimated, self.stay.since))
        if len(held) > _MOST_HELD:
            first, second = held[:2]
            held[:2] = [(first[0], second[1], first[2] + second[2], *second[3:])]

    def _add_home(self, increment: Increment) -> None:
        self.home += round(increment.energy * 1000)
        self.home_increments.append(increment)

    # Sessions

    def _go_on(self, at: int, energy: int, rise: float) -> None:
        """Charge; `energy` and `rise` are what the stay had before this row."""
        stay, cable = self.stay, self.cable
        session = stay.session
        if session is None:
            known = stay.state_of_charge_from
            session = stay.session = Running(
                started_at=cable.charging_at,
                started_after=min(self.charged_after or cable.charging_at, cable.charging_at),
                plugged_in_at=cable.plugged_in_at if cable.plugged_in else None,
                state_of_charge_from=self.rises.base if known is None else known,
                place=self.here,
            )
        if session.segment_at is None:
            session.segment_at = cable.charging_at
            session.segment_energy = energy
            session.segment_rise = rise
            session.is_segment_real = False
            session.outcome = None
        session.seen_at = at
        self._judge(session, at)
        self._raise(session)

    def _judge(self, session: Running, at: int) -> None:
        """Tell whether a segment is more than a handshake."""
        stay = self.stay
        session.is_segment_real |= (
            stay.energy - session.segment_energy >= _HANDSHAKE_ENERGY
            or stay.rise - session.segment_rise >= _HANDSHAKE_RISE
            or at - (session.segment_at or at) >= HANDSHAKE
        )

    def _raise(self, session: Running) -> bool:
        """Let the session's state of charge follow; tell whether it has risen."""
        now, known = self.state_of_charge, session.state_of_charge_to
        if now is None or (known is not None and known >= now):
            return False
        session.state_of_charge_to = now
        return True

    def _pause(self, session: Running, at: int) -> None:
        """Charge no longer, or not yet again."""
        cable = self.cable
        if session.segment_at is not None:
            ended_at = cable.charging_at if cable.charging_at > session.segment_at else at
            self._end_segment(session, ended_at, is_connected=cable.plugged_in is True)
        if self.stay.session is None:
            return
        if cable.plugged_in is False and session.unplugged_at is None:
            session.unplugged_at = cable.plugged_in_at
            is_prompt = cable.plugged_in_at - (session.ended_at or 0) < _PROMPT
            if is_prompt and session.outcome is ChargeEventType.INTERRUPTED:
                session.outcome = ChargeEventType.STOPPED
        if session.unplugged_at is not None and at - session.unplugged_at >= _TAIL:
            self._settle()
            self._record(session)
        elif self._is_full(can_tell=self._raise(session)):
            session.outcome = ChargeEventType.FINISHED

    def _end_segment(self, session: Running, at: int, *, is_connected: bool) -> None:
        began_at = session.segment_at or at
        self._judge(session, at)
        session.segment_at = None
        if not session.is_segment_real:
            if not session.is_real:
                self.stay.session = None
            return
        self._raise(session)
        session.is_real = True
        session.charged_for += max(0, at - began_at)
        session.ended_at = at
        session.ended_after = min(session.seen_at, at)
        session.outcome = self._outcome(is_connected=is_connected)

    def _is_full(self, *, can_tell: bool) -> bool:
        """Tell whether the limit is reached; `can_tell` is whether the state of charge tells."""
        if self.cable.status == _STATUS_FULL:
            return True
        limit = _FULL if self.limit is None else self.limit - _BELOW_LIMIT
        return can_tell and self.state_of_charge is not None and self.state_of_charge >= limit

    def _outcome(self, *, is_connected: bool) -> ChargeEventType:
        if self._is_full(can_tell=True):
            return ChargeEventType.FINISHED
        is_short = (
            self.cable.status == _STATUS_NOT_CHARGING
            if self.limit is None
            else self.state_of_charge is not None
        )
        return ChargeEventType.INTERRUPTED if is_connected and is_short else ChargeEventType.STOPPED

    def _record(self, session: Running) -> None:
        if session.is_real:
            self.sessions.append(to_flat(self.snapshot(session)))
            del self.sessions[:-MOST_SESSIONS]
        self.stay.session = None
