"""What a charge amounted to: energy, sessions, connection; from readings and their times alone.

`Charging` takes a vehicle's observations and tells what follows from them. The sums and sessions
are a function of what the vehicle recorded, not of the order in which it was delivered. Events
are what differs between before and after an observation: what came and went within one is none.

Times are milliseconds since 1970.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .charge_state import (
    HANDSHAKE,
    MOST_SESSIONS,
    READERS,
    ChargeConnection,
    ChargeEventType,
    ChargeState,
    Running,
    Session,
)
from .dataclass_json import LastRead, from_plain, to_plain
from .energy import Increment
from .timeline import MINUTE, NOMINAL_CAPACITY, Change, Observation, Timeline, number

__all__ = [
    "CHARGED_ENERGY",
    "CHARGED_ENERGY_HOME",
    "CHARGE_CONNECTION",
    "CHARGING_FINISHED_AT",
    "CHARGING_SESSION",
    "LAST_CHARGING_SESSION",
    "SIGNALS",
    "ChargeConnection",
    "ChargeEvent",
    "ChargeEventType",
    "ChargeUpdate",
    "Charging",
    "Session",
]

CHARGED_ENERGY = "charged_energy"
CHARGED_ENERGY_HOME = "charged_energy_home"
CHARGE_CONNECTION = "charge_connection"
CHARGING_FINISHED_AT = "charging_finished_at"
CHARGING_SESSION = "charging_session"
LAST_CHARGING_SESSION = "last_charging_session"

SIGNALS = frozenset({*READERS, NOMINAL_CAPACITY})
"""The keys of the readings that matter here, beside the position."""

_STEP = 100
_FINISH_MOVED = 2 * MINUTE
_FINISH_MOVED_SHARE = 0.02

_MARKS = (
    "started_at",
    "ended_at",
    "unplugged_at",
    "outcome",
    "zone",
    "at_home",
    "energy",
)

_read_capacity = number(1, 1000)


@dataclass(frozen=True, slots=True)
class ChargeEvent:
    """Something that has happened, and when the vehicle recorded it.

    `session` is what it is about: none for plugging in, and for unplugging only if it charged.
    """

    type: ChargeEventType
    at: int
    session: Session | None = None
    state_of_charge: float | None = None
    zone: str | None = None
    at_home: bool | None = None


@dataclass(frozen=True, slots=True)
class ChargeUpdate:
    """What an observation has changed.

    `increments` add up to what the lifetime total has grown by, `home_increments` to what the one
    at home has: they come later where the place was not known. `changed` names what to write.
    """

    events: tuple[ChargeEvent, ...] = ()
    increments: tuple[Increment, ...] = ()
    home_increments: tuple[Increment, ...] = ()
    changed: frozenset[str] = frozenset()


_NOTHING = ChargeUpdate()


@dataclass(slots=True)
class _Told:
    """What has been told already.

    `pending_at` is when a start was delivered that may be a handshake; `since` is when the charge
    began that was told last, and `outcome` how it ended.
    """

    total: int = 0
    home: int = 0
    is_connected: bool | None = None
    is_charging: bool | None = None
    since: int = 0
    outcome: ChargeEventType | None = None
    pending_at: int | None = None
    connection: ChargeConnection | None = None
    finished_at: int | None = None
    reported_capacity: float | None = None


class Charging:
    """What one vehicle has charged.

    `usable_capacity` is what its battery holds at 100 %, kWh, as the owner knows it; without it
    the capacity that the vehicle reports is taken. It matters where the vehicle reports no energy.
    `raw` is what `to_json` returned; what is not of its form is left out.
    """

    def __init__(self, raw: object = None, *, usable_capacity: float | None = None) -> None:
        """Go on where `to_json` was called, or begin with nothing."""
        data = raw if isinstance(raw, Mapping) else {}
        base = from_plain(ChargeState, data.get("base"))
        self._told = from_plain(_Told, data.get("told"))
        self._usable_capacity = usable_capacity
        base.capacity = self._capacity
        self._timeline = Timeline(base, READERS, data.get("timeline"))
        if not self._head.total:
            # Whatever became of the rest: what was told is not told again.
            base.total, base.home = self._told.total, self._told.home
            self._timeline.rebuild()
        self._clear()
        self._last_closed = LastRead(Session)
        self._last_mark: tuple[object, ...] = ()
        self._follow()

    def to_json(self) -> dict[str, object]:
        """Return everything as plain JSON; it shares nothing that changes."""
        return {
            "base": to_plain(self._timeline.base),
            "timeline": self._timeline.to_json(),
            "told": to_plain(self._told),
        }

    @property
    def energy(self) -> float:
        """Return what has been charged in all, kWh, in steps of 0.1."""
        return self._told.total // _STEP / 10

    @property
    def energy_home(self) -> float:
        """Return what has been charged at home, kWh, in steps of 0.1."""
        return self._told.home // _STEP / 10

    @property
    def is_estimated(self) -> bool | None:
        """Return whether the energy is worked out from the state of charge.

        `None` while neither is possible: the vehicle reports no energy, and nobody its capacity.
        """
        if self._head.is_reported:
            return False
        return None if self._capacity is None else True

    @property
    def connection(self) -> ChargeConnection | None:
        """Return what the vehicle and the cable are doing, `None` while that is unknown."""
        return self._told.connection

    @property
    def finished_at(self) -> int | None:
        """Return when charging will be, or was expected to be, finished."""
        return self._told.finished_at

    @property
    def session(self) -> Session | None:
        """Return the session of the present stay, if it is more than a handshake."""
        session = self._running
        return None if session is None else self._head.snapshot(session)

    @property
    def last_session(self) -> Session | None:
        """Return the session that ended last; it may still go on after a pause."""
        session = self._running
        if session is not None and session.is_real and session.segment_at is None:
            return self._head.snapshot(session)
        sessions = self._head.sessions
        return self._last_closed.read(sessions[-1]) if sessions else None

    @property
    def sessions(self) -> tuple[Session, ...]:
        """Return the latest sessions, oldest first, the present one included."""
        closed = tuple(from_plain(Session, session) for session in self._head.sessions)
        session = self.session
        return closed if session is None else (*closed, session)[-MOST_SESSIONS:]

    @property
    def due_at(self) -> int | None:
        """Return when to observe that time has passed, on the clock of `delivered_at`.

        So much later than the last delivery, hand over an observation of that time without
        samples, unless another one has come.
        """
        pending_at = self._told.pending_at
        return None if pending_at is None else pending_at + HANDSHAKE

    def set_usable_capacity(self, usable_capacity: float | None) -> None:
        """Take another capacity, kWh, for what is charged from now on."""
        self._usable_capacity = usable_capacity
        self._use_capacity()

    def observe(self, observation: Observation) -> ChargeUpdate:
        """Take what a vehicle says; return what that changes."""
        was_unknown = self._take_capacity(observation)
        timeline, told = self._timeline, self._told
        change = timeline.add(observation)
        now = timeline.now
        if timeline.was_set_back:
            told.since, told.pending_at = min(told.since, now), None
        elif change is Change.NONE and not was_unknown:
            due_at = self.due_at
            if due_at is None or now < due_at:
                return _NOTHING
        changed = set()
        energy, energy_home = self.energy, self.energy_home
        increments, home_increments = self._grow(change)
        if self.energy != energy:
            changed.add(CHARGED_ENERGY)
        if self.energy_home != energy_home:
            changed.add(CHARGED_ENERGY_HOME)
        events = tuple(self._events(now))
        if events:
            changed.add(CHARGING_SESSION)
        changed |= self._follow()
        return ChargeUpdate(events, increments, home_increments, frozenset(changed))

    def forget_after(self, latest: int) -> bool:
        """Know of no time after another one; tell whether any was known."""
        if not self._timeline.forget_after(latest):
            return False
        self._told.since, self._told.pending_at = min(self._told.since, self._timeline.now), None
        return True

    @property
    def _head(self) -> ChargeState:
        return self._timeline.head

    @property
    def _capacity(self) -> float | None:
        return self._usable_capacity or self._told.reported_capacity

    @property
    def _running(self) -> Running | None:
        session = self._head.stay.session
        if session is None or session.is_real or session.is_segment_real or self._told.is_charging:
            return session
        return None

    def _take_capacity(self, observation: Observation) -> bool:
        """Take the capacity that a vehicle reports; tell whether it was needed before."""
        for sample in observation.samples:
            if sample.key == NOMINAL_CAPACITY:
                capacity = _read_capacity(sample.value)
                if isinstance(capacity, float) and capacity != self._told.reported_capacity:
                    self._told.reported_capacity = capacity
                    return self._use_capacity()
        return False

    def _use_capacity(self) -> bool:
        timeline = self._timeline
        was_unknown = timeline.base.capacity is None
        timeline.base.capacity = timeline.head.capacity = self._capacity
        if was_unknown:
            timeline.rebuild()
        return was_unknown

    def _grow(self, change: Change) -> tuple[tuple[Increment, ...], tuple[Increment, ...]]:
        """Let the totals follow; they never fall, and wait where less is known than before."""
        head, told, known = self._head, self._told, None
        if change is Change.EARLIER:
            known = self._timeline.previous
        grown: tuple[Increment, ...] = ()
        grown_home: tuple[Increment, ...] = ()
        if head.total > told.total:
            known_increments = [] if known is None else known.increments
            grown = _grown(head.increments, known_increments, head.total - told.total)
            told.total = head.total
        if head.home > told.home:
            known_increments = [] if known is None else known.home_increments
            grown_home = _grown(head.home_increments, known_increments, head.home - told.home)
            told.home = head.home
        self._clear()
        return grown, grown_home

    def _mark(self) -> tuple[object, ...]:
        """Return by what to tell whether the session that ended last has changed."""
        head, session = self._head, self._running
        if session is not None and session.is_real and session.segment_at is None:
            return (
                session.started_at,
                session.ended_at,
                session.unplugged_at,
                session.outcome,
                session.place.zone,
                session.place.at_home,
                head.stay.energy / 1000,
            )
        return tuple(map(head.sessions[-1].get, _MARKS)) if head.sessions else ()

    def _clear(self) -> None:
        for state in (self._timeline.head, self._timeline.base):
            state.increments.clear()
            state.home_increments.clear()

    def _events(self, now: int) -> Iterator[ChargeEvent]:
        """Yield what is different from what was told."""
        head, told = self._head, self._told
        cable = head.cable
        was_connected, told.is_connected = told.is_connected, cable.is_connected
        was_charging = told.is_charging
        is_charging = self._is_charging(now)
        if is_charging is not None:
            told.is_charging = is_charging
        if not cable.is_charging:
            yield from self._ends(was_charging=was_charging is True)
        if was_connected and cable.is_connected is False:
            at = cable.plugged_in_at if cable.doubted_at is None else cable.doubted_at
            last = self.last_session
            is_its = last is not None and last.unplugged_at == at
            yield self._event(ChargeEventType.UNPLUGGED, at, last if is_its else None)
        if was_connected is False and cable.is_connected:
            yield self._event(ChargeEventType.PLUGGED_IN, cable.connected_at or head.at)
        if is_charging and head.stay.session is not None:
            if was_charging is False:
                yield self._event(ChargeEventType.STARTED, cable.charging_at, self.session)
            if not was_charging:
                told.since, told.outcome = cable.charging_at, None

    def _is_charging(self, now: int) -> bool | None:
        """Tell whether it charges for certain; `None` is unknown, or may be a handshake."""
        told = self._told
        session = self._head.stay.session
        pending_at, told.pending_at = told.pending_at, None
        if not self._head.cable.is_charging or session is None:
            return self._head.cable.is_charging
        if told.is_charging is not False or session.is_segment_real:
            return True
        if pending_at is not None and now - pending_at >= HANDSHAKE:
            return True
        told.pending_at = now if pending_at is None else pending_at
        return None

    def _ends(self, *, was_charging: bool) -> Iterator[ChargeEvent]:
        """Yield how charging has ended, and once more if it turns out to have finished."""
        told, finished = self._told, ChargeEventType.FINISHED
        if not was_charging and told.outcome in {None, finished}:
            return
        session = self.last_session
        outcome, at = ChargeEventType.STOPPED, self._head.cable.charging_at
        if session is not None and session.outcome and (session.ended_at or 0) > told.since:
            outcome, at = session.outcome, session.ended_at or at
        else:
            session = None
        if was_charging or outcome is finished:
            told.outcome = outcome
            yield self._event(outcome, at, session)

    def _event(
        self, type_: ChargeEventType, at: int, session: Session | None = None
    ) -> ChargeEvent:
        head = self._head
        here = head.here
        return ChargeEvent(type_, at, session, head.state_of_charge, here.zone, here.at_home)

    def _follow(self) -> set[str]:
        """Let the rest follow that is told; return what of it has changed."""
        head, told = self._head, self._told
        changed = set()
        connection = head.connection
        if connection is not told.connection:
            told.connection = connection
            changed.add(CHARGE_CONNECTION)
        if head.minutes and head.cable.is_charging is not False:
            finished_at = round(head.minutes_at + head.minutes * MINUTE)
            least = max(_FINISH_MOVED, head.minutes * MINUTE * _FINISH_MOVED_SHARE)
            if told.finished_at is None or abs(finished_at - told.finished_at) >= least:
                told.finished_at = finished_at
                changed.add(CHARGING_FINISHED_AT)
        mark = self._mark()
        if mark != self._last_mark:
            self._last_mark = mark
            changed.add(LAST_CHARGING_SESSION)
        return changed


def _grown(
    increments: list[Increment], known: list[Increment], growth: int
) -> tuple[Increment, ...]:
    """Return the increments that are not known; beyond a growth (Wh) the oldest are left out."""
    news = list((Counter(increments) - Counter(known)).elements()) if known else list(increments)
    news.sort(key=lambda increment: increment.end, reverse=True)
    grown: list[Increment] = []
    for increment in news:
        energy = min(round(increment.energy * 1000), growth)
        if energy <= 0:
            break
        growth -= energy
        grown.append(replace(increment, energy=energy / 1000))
    return tuple(reversed(grown))
