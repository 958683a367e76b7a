"""What one vehicle has charged and driven: its sums, its last session and trip, what has happened.

Apart from Home Assistant; times are milliseconds since 1970.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .charging import (
    CHARGE_CONNECTION,
    CHARGED_ENERGY,
    CHARGED_ENERGY_HOME,
    CHARGING_FINISHED_AT,
    CHARGING_SESSION,
    LAST_CHARGING_SESSION,
    SIGNALS as CHARGING_SIGNALS,
    ChargeConnection,
    ChargeEvent,
    Charging,
    Session,
)
from .cost import Costs, Price
from .energy import Hours, Increment
from .smartcar.jsonvalues import as_dict, as_list
from .smartcar.model import Position, Report, Signal
from .timeline import AT_HOME, ODOMETER, POSITION, Observation, Sample
from .trips import LAST_TRIP, SIGNALS as TRIP_SIGNALS, TRIP, TripEvent, Trips

CHARGING_COST = "charging_cost"
LAST_SESSION_COST = f"{LAST_CHARGING_SESSION}.cost"
LAST_SESSION_DURATION = f"{LAST_CHARGING_SESSION}.duration"
LAST_SESSION_ENDED_AT = f"{LAST_CHARGING_SESSION}.ended_at"
LAST_SESSION_ENERGY = f"{LAST_CHARGING_SESSION}.energy"
LAST_SESSION_PLACE = f"{LAST_CHARGING_SESSION}.place"
LAST_SESSION_STATE_OF_CHARGE_ADDED = f"{LAST_CHARGING_SESSION}.state_of_charge_added"
LAST_TRIP_CONSUMPTION = f"{LAST_TRIP}.consumption"
LAST_TRIP_DISTANCE = f"{LAST_TRIP}.distance"
LAST_TRIP_ENERGY_USED = f"{LAST_TRIP}.energy_used"
LAST_TRIP_FROM = f"{LAST_TRIP}.from"
LAST_TRIP_LONGEST_DURATION = f"{LAST_TRIP}.longest_duration"
LAST_TRIP_SHORTEST_DURATION = f"{LAST_TRIP}.shortest_duration"
LAST_TRIP_STATE_OF_CHARGE_USED = f"{LAST_TRIP}.state_of_charge_used"
LAST_TRIP_TO = f"{LAST_TRIP}.to"

HOME = "home"
AWAY = "not_home"

_KEYS = CHARGING_SIGNALS | TRIP_SIGNALS | {POSITION}
_CODES = frozenset(key.partition(".")[0] for key in _KEYS)
_SENSORS = (
    CHARGED_ENERGY,
    CHARGED_ENERGY_HOME,
    CHARGE_CONNECTION,
    CHARGING_FINISHED_AT,
    CHARGING_COST,
    LAST_SESSION_COST,
    LAST_SESSION_DURATION,
    LAST_SESSION_ENDED_AT,
    LAST_SESSION_ENERGY,
    LAST_SESSION_PLACE,
    LAST_SESSION_STATE_OF_CHARGE_ADDED,
    LAST_TRIP_CONSUMPTION,
    LAST_TRIP_DISTANCE,
    LAST_TRIP_ENERGY_USED,
    LAST_TRIP_FROM,
    LAST_TRIP_LONGEST_DURATION,
    LAST_TRIP_SHORTEST_DURATION,
    LAST_TRIP_STATE_OF_CHARGE_USED,
    LAST_TRIP_TO,
)
_ALL = frozenset({*_SENSORS, CHARGING_SESSION, TRIP})
_MOST_PENDING = 16

type Locate = Callable[[Position], tuple[str | None, bool | None]]
"""Returns the name of the zone at a position, and whether it is in the home zone."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Signals by code that repeat what was known at later times, and their latest delivery."""

    signals: dict[str, Signal]
    delivered_at: int
    locate: Locate


class History:
    """What one vehicle has charged and driven.

    `values` are the sensors' by key: kWh, km, percent, seconds, milliseconds since 1970, words.
    `keys` are those that had a value once, and those of events that can happen: they stay.
    `raw` is what `to_json` returned; what is not of its form is left out.
    """

    def __init__(self, raw: object = None) -> None:
        """Go on where `to_json` was called, or begin with nothing."""
        data = as_dict(raw)
        self.charging = Charging(data.get("charging"))
        self.trips = Trips(data.get("trips"))
        self.costs = Costs(data.get("costs"))
        self.hours = Hours(data.get("hours"))
        # Sorted, so that entities appear in the same order every time.
        known = as_list(data.get("keys"))
        self.keys: dict[str, None] = {key: None for key in sorted(_ALL) if key in known}
        self.values: Mapping[str, float | str | None] = {}
        self._is_placed = CHARGED_ENERGY_HOME in self.keys
        self._has_odometer = TRIP in self.keys
        self._charge_events: deque[ChargeEvent] = deque(maxlen=_MOST_PENDING)
        self._trip_events: deque[TripEvent] = deque(maxlen=_MOST_PENDING)
        self._newest: dict[str, Signal] = {}
        self._unpriced: list[tuple[Increment, bool | None]] = []
        self._waiting: _Waiting | None = None
        self._place: tuple[str | None, bool | None] = None, None
        self._untold: list[str] = []
        self._json: dict[str, object] | None = None
        self._told_possible = self._possible
        self._is_idle = self._stands_idle()
        self._update()

    def to_json(self) -> dict[str, object]:
        """Return everything as plain JSON; it shares nothing that changes."""
        if self._json is None:
            self._untold = self._catch_up()
            self._json = {
                "charging": self.charging.to_json(),
                "trips": self.trips.to_json(),
                "costs": self.costs.to_json(),
                "hours": self.hours.to_json(),
                "keys": list(self.keys),
            }
        return self._json

    @property
    def due_at(self) -> int | None:
        """Return when to call `pass_time`, on the clock of the reports' `delivered_at`."""
        dues = (self.charging.due_at, self.trips.due_at)
        return min((due_at for due_at in dues if due_at is not None), default=None)

    def observe(self, report: Report, locate: Locate) -> list[str]:
        """Take what a report says; return the keys of what has changed.

        While the vehicle neither drives nor charges, later times of the same readings only wait for
        what comes next: they cost next to nothing.
        """
        news, is_same = self._news(report)
        if not news:
            return []
        if is_same and self._is_idle:
            signals = {} if self._waiting is None else self._waiting.signals
            for signal in news:
                signals[signal.content.code] = signal
            self._waiting = _Waiting(signals, report.delivered_at, locate)
            self._json = None
            return []
        changed = self._catch_up()
        if samples := self._samples(news, locate):
            changed += self._observe(Observation(report.delivered_at, tuple(samples), *self._place))
        return changed

    def _news(self, report: Report) -> tuple[list[Signal], bool]:
        """Return the signals that matter and are new; tell whether only their times are."""
        newest = self._newest
        news: list[Signal] = []
        is_same = True
        for signal in report.signals:
            content = signal.content
            code = content.code
            if code not in _CODES or not content.readings:
                continue
            recorded_at, known = signal.recorded_at, newest.get(code)
            if recorded_at is None:
                is_same = False
            else:
                if known is None or known.content is not content or known.recorded_at is None:
                    is_same = False
                elif known.recorded_at >= recorded_at:
                    if known.recorded_at == recorded_at:
                        continue
                    is_same = False
                newest[code] = signal
            news.append(signal)
        return news, is_same

    def pass_time(self, now: int) -> list[str]:
        """Take that nothing was delivered until now; return the keys of what has changed."""
        return [*self._catch_up(), *self._observe(Observation(now))]

    def _catch_up(self) -> list[str]:
        """Take what has waited; return the keys of what has changed by that, or earlier."""
        changed, self._untold = self._untold, []
        if (waiting := self._waiting) is not None:
            self._waiting = None
            samples = self._samples(waiting.signals.values(), waiting.locate)
            changed += self._observe(
                Observation(waiting.delivered_at, tuple(samples), *self._place)
            )
        return changed

    def _samples(self, signals: Iterable[Signal], locate: Locate) -> list[Sample]:
        """Return the readings of signals that matter; note the place that they tell of."""
        samples: list[Sample] = []
        self._place = None, None
        for signal in signals:
            for reading in signal.content.readings:
                key, value = reading.key, reading.value
                if key not in _KEYS or value is None:
                    continue
                samples.append(Sample(key, value, signal.recorded_at))
                if isinstance(value, Position):
                    self._place = locate(value)
                self._is_placed |= key in {POSITION, AT_HOME}
                self._has_odometer |= key == ODOMETER
        return samples

    def set_usable_capacity(self, usable_capacity: float | None) -> None:
        """Take the capacity that the owner names, kWh, for what is charged and driven from now."""
        self.charging.set_usable_capacity(usable_capacity)
        self.trips.set_usable_capacity(usable_capacity)

    def apply_prices(self, price: Price) -> list[str]:
        """Price what was charged since the last call; return the keys of what has changed."""
        unpriced, self._unpriced = self._unpriced, []
        if not unpriced:
            return []
        for increment, at_home in unpriced:
            if at_home is None:
                self.costs.add_unplaced(increment.stay, increment.energy)
            else:
                self.costs.add(increment.stay, increment.energy, price(at_home))
        self._json = None
        return self._update()

    def drop_unpriced(self) -> None:
        """Forget what was charged since the last call: there are no prices."""
        self._unpriced.clear()

    def forget_after(self, latest: int) -> None:
        """Forget that anything happened after a time: the clock by which it did was wrong."""
        self._untold = self._catch_up()
        if self.charging.forget_after(latest) | self.trips.forget_after(latest):
            self._json = None
            self._newest.clear()
            self._is_idle = self._stands_idle()
            self._untold += self._update()

    def take_charge_events(self) -> list[ChargeEvent]:
        """Return what has happened since the last call, oldest first."""
        events = list(self._charge_events)
        self._charge_events.clear()
        return events

    def take_trip_events(self) -> list[TripEvent]:
        """Return what has happened since the last call, oldest first."""
        events = list(self._trip_events)
        self._trip_events.clear()
        return events

    def _observe(self, observation: Observation) -> list[str]:
        self._json = None
        charge, trip = self.charging.observe(observation), self.trips.observe(observation)
        self._is_idle = self._stands_idle()
        self.hours.add(charge.increments)
        # A vehicle that never tells its place is taken to charge at home.
        self._unpriced += [
            (increment, increment.at_home if self._is_placed else True)
            for increment in charge.increments
            if not increment.at_home
        ]
        # What was charged at home is told here, at once or as soon as the place is known.
        self._unpriced += [(increment, True) for increment in charge.home_increments]
        self._charge_events.extend(charge.events)
        self._trip_events.extend(trip.events)
        possible = self._possible
        if not charge.changed and not trip.changed and possible == self._told_possible:
            return []
        self._told_possible = possible
        changed = self._update()
        if charge.events:
            changed.append(CHARGING_SESSION)
        if trip.events:
            changed.append(TRIP)
        return changed

    def _stands_idle(self) -> bool:
        """Return whether later times of the same readings tell nothing before something changes."""
        return (
            self.due_at is None
            and self.charging.connection is not ChargeConnection.CHARGING
            and self.trips.trip is None
        )

    @property
    def _possible(self) -> tuple[bool, bool, bool]:
        """Return what can be told: the energy, that at home, and trips."""
        has_energy = self.charging.is_estimated is not None
        return has_energy, has_energy and self._is_placed, self._has_odometer

    def _update(self) -> list[str]:
        """Work the values out; return the keys that are new, or whose value has changed."""
        last, values = self.values, self._values()
        self.values = values
        changed = [key for key, value in values.items() if value != last.get(key)]
        keys = {key for key, value in values.items() if value is not None}
        if values[CHARGE_CONNECTION] is not None:
            keys.add(CHARGING_SESSION)
        if self._has_odometer:
            keys.add(TRIP)
        for key in sorted(keys - self.keys.keys()):
            self.keys[key] = None
            if key not in changed:
                changed.append(key)
        return changed

    def _values(self) -> dict[str, float | str | None]:
        charging = self.charging
        has_energy, has_energy_home, _ = self._possible
        session, trip = charging.last_session, self.trips.last_trip
        values: dict[str, float | str | None] = dict.fromkeys(_SENSORS)
        values[CHARGED_ENERGY] = charging.energy if has_energy else None
        values[CHARGED_ENERGY_HOME] = charging.energy_home if has_energy_home else None
        connection = charging.connection
        values[CHARGE_CONNECTION] = None if connection is None else connection.value
        values[CHARGING_FINISHED_AT] = charging.finished_at
        if self.costs.is_any_known:
            values[CHARGING_COST] = round(self.costs.total, 2)
        if session is not None:
            cost = self.costs.of_session(session.stay)
            values[LAST_SESSION_COST] = None if cost is None else round(cost, 2)
            values[LAST_SESSION_DURATION] = session.duration
            values[LAST_SESSION_ENDED_AT] = session.ended_at
            values[LAST_SESSION_ENERGY] = session.energy
            values[LAST_SESSION_PLACE] = _place(session.zone, at_home=session.at_home)
            values[LAST_SESSION_STATE_OF_CHARGE_ADDED] = _added(session)
        if trip is not None:
            values[LAST_TRIP_CONSUMPTION] = trip.consumption
            values[LAST_TRIP_DISTANCE] = trip.distance
            values[LAST_TRIP_ENERGY_USED] = trip.energy_used
            values[LAST_TRIP_FROM] = _place(trip.from_zone, at_home=trip.from_home)
            values[LAST_TRIP_LONGEST_DURATION] = trip.longest
            values[LAST_TRIP_SHORTEST_DURATION] = trip.shortest
            values[LAST_TRIP_STATE_OF_CHARGE_USED] = trip.state_of_charge_used
            values[LAST_TRIP_TO] = _place(trip.to_zone, at_home=trip.to_home)
        return values


def _place(zone: str | None, *, at_home: bool | None) -> str | None:
    """Return the zone's name, else whether it is at home."""
    if zone is not None or at_home is None:
        return zone
    return HOME if at_home else AWAY


def _added(session: Session) -> float | None:
    """Return by how many percent points the state of charge has risen."""
    from_, to = session.state_of_charge_from, session.state_of_charge_to
    return None if from_ is None or to is None else to - from_
