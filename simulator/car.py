"""A car: its state, what can be done to it, and how it changes with time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, log, pi

from .charge_schedule import ChargeSchedule
from .charging_point import WALLBOX, ChargingPoint
from .geo import Place, Route
from .history import ChargingEnd, ChargingSegment, ChargingSession, Trip
from .problems import Problem

_STEP = timedelta(seconds=30)
_TAPER_START = 80.0
_FULL = 100.0
_POWER_SHARE_WHEN_FULL = 0.25
_LIMIT_TOLERANCE = 0.05
_FAST_CHARGER_VOLTS = 400


class ImpossibleError(Exception):
    """A car cannot do that now; `code` is Smartcar's code of type VEHICLE_STATE."""

    def __init__(self, message: str, code: str = "UNKNOWN") -> None:
        """Initialize."""
        super().__init__(message)
        self.code = code


class ChargingStatus(StrEnum):
    """The charging status, spelled alike in both generations of the API."""

    CHARGING = "CHARGING"
    FULLY_CHARGED = "FULLY_CHARGED"
    NOT_CHARGING = "NOT_CHARGING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A car model: capacity in kWh, consumption in kWh per 100 km, on-board charger in kW.

    `capable` are the codes of the signals it has, `incapable` of those that Smartcar answers
    with VEHICLE_NOT_CAPABLE, `commands` the types of the commands it obeys.
    """

    make: str
    model: str
    year: int
    capacity: float
    consumption: float
    charger: float
    capable: frozenset[str]
    incapable: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    phases: int = 1
    volts: float = 230


@dataclass(slots=True)
class Opening:
    """A door, window, trunk or flap."""

    is_open: bool = False
    is_locked: bool = True


def _corners() -> dict[str, Opening]:
    return {name: Opening() for name in ("front_left", "front_right", "back_left", "back_right")}


@dataclass(slots=True, kw_only=True)
class Car:
    """One car; distances in km, energy in kWh, power in kW, pressure in kPa, heat in °C.

    `now` is simulated time, `recorded_at` the wall time of what the car reports.
    """

    id: str
    vin: str
    name: str
    model: Model
    capable: frozenset[str]
    incapable: frozenset[str]
    commands: frozenset[str]
    places: dict[str, Place]
    routes: dict[tuple[str, str], Route]
    position: Place
    place: str | None
    now: datetime
    recorded_at: datetime
    energy: float
    odometer: float
    firmware: str = "2026.40.1"
    charge_limit: int = 80
    heading: int = 0
    charging_point: ChargingPoint | None = None
    charge_port_open: bool = False
    charge_schedules: list[ChargeSchedule] = field(default_factory=list)
    charging: bool = False
    energy_added: float = 0
    charging_sessions: list[ChargingSession] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    charge_rate_before: float = 0
    asleep: bool = False
    online: bool = True
    speed: float = 0
    route: Route | None = None
    destination: str | None = None
    navigation_destination: Place | None = None
    travelled: float = 0
    cruising_speed: float = 55
    doors: dict[str, Opening] = field(default_factory=_corners)
    windows: dict[str, Opening] = field(default_factory=_corners)
    front_trunk: Opening = field(default_factory=Opening)
    rear_trunk: Opening = field(default_factory=Opening)
    cold_tires: dict[str, float] = field(
        default_factory=lambda: {
            "front_left": 250,
            "front_right": 252,
            "back_left": 260,
            "back_right": 258,
        }
    )
    outside: float = 12
    inside: float = 15
    problem: Problem | None = None

    @property
    def state_of_charge(self) -> float:
        """Percent of the battery's energy, 0..100."""
        return 100 * self.energy / self.model.capacity

    @property
    def range(self) -> float:
        """The remaining range, km."""
        return 100 * self.energy / self.model.consumption

    @property
    def plugged_in(self) -> bool:
        """Whether the cable is plugged in."""
        return self.charging_point is not None

    @property
    def charged_energy(self) -> float:
        """The energy of all charging sessions, in the battery."""
        return sum(session.energy for session in self.charging_sessions)

    @property
    def charged_energy_home(self) -> float:
        """The energy of the charging sessions at home, in the battery."""
        return sum(session.energy for session in self.charging_sessions if session.is_home)

    @property
    def driving(self) -> bool:
        """Whether it is driving."""
        return self.route is not None

    @property
    def full(self) -> bool:
        """Whether the charge limit is reached."""
        return self.state_of_charge >= self.charge_limit - _LIMIT_TOLERANCE

    @property
    def status(self) -> ChargingStatus:
        """The charging status."""
        if self.charging:
            return ChargingStatus.CHARGING
        if self.plugged_in and self.full:
            return ChargingStatus.FULLY_CHARGED
        return ChargingStatus.NOT_CHARGING

    @property
    def power(self) -> float:
        """The charging power at the plug, kW."""
        if self.charging_point is None or not self.charging:
            return 0
        return self._max_power(self.charging_point) * _power_share(self.state_of_charge)

    @property
    def amperage(self) -> float:
        """The current of each phase, A."""
        if self.charging_point is None:
            return 0
        phases = min(self.model.phases, self.charging_point.phases)
        return 1000 * self.power / (self.voltage * phases)

    @property
    def voltage(self) -> float:
        """The voltage at the charging port, V."""
        if self.charging_point is None:
            return 0
        return _FAST_CHARGER_VOLTS if self.charging_point.is_fast else self.model.volts

    @property
    def charge_rate(self) -> float:
        """The range added per hour, km/h."""
        if self.charging_point is None:
            return 0
        return 100 * self.power * self.charging_point.efficiency / self.model.consumption

    @property
    def time_to_complete(self) -> float:
        """Minutes until the charge limit."""
        point = self.charging_point
        if point is None or not self.charging:
            return 0
        here, limit = self.state_of_charge, self.charge_limit
        power = self._max_power(point) * point.efficiency
        per_percent = self.model.capacity / 100 / power
        below = max(0.0, min(limit, _TAPER_START) - here)
        above = 0.0
        if limit > _TAPER_START:
            slope = (1 - _POWER_SHARE_WHEN_FULL) / (_FULL - _TAPER_START)
            above = log(_power_share(max(here, _TAPER_START)) / _power_share(limit)) / slope
        return 60 * per_percent * (below + above)

    @property
    def locked(self) -> bool:
        """Whether every door is locked."""
        return all(door.is_locked for door in self.doors.values())

    @property
    def tires(self) -> dict[str, float]:
        """The tire pressures, higher while driving, kPa."""
        warm = 12 if self.driving else 0
        return {position: cold + warm for position, cold in self.cold_tires.items()}

    def plug_in(self, charging_point: ChargingPoint = WALLBOX) -> None:
        """Plug the cable in; the car charges unless it is full."""
        self._require(not self.driving, "is driving", "IN_MOTION")
        self.wake()
        if self.charging_point is None:
            self.charging_point = charging_point
            self.charge_port_open = True
            self.energy_added = 0
            self.charging_sessions.append(
                ChargingSession(
                    plugged_in_at=self.now,
                    position=self.position,
                    place=self.place,
                    is_public=charging_point.is_public,
                    odometer=self.odometer,
                )
            )
            if not self.full:
                self._begin_charging()

    def unplug(self) -> None:
        """Unplug the cable."""
        self.wake()
        self._end_charging(ChargingEnd.UNPLUGGED)
        if self.charging_point is not None:
            self.charging_point = None
            self.charge_port_open = False
            self.charging_sessions[-1].unplugged_at = self.now

    def start_charging(self) -> None:
        """Charge until the limit."""
        self._require(self.plugged_in, "is not plugged in", "CHARGING_PLUG_NOT_CONNECTED")
        self._require(not self.full, "is charged to its limit", "FULLY_CHARGED")
        self._require(not self.charging, "is charging already", "CHARGING_IN_PROGRESS")
        self.wake()
        self._begin_charging()

    def stop_charging(self) -> None:
        """Stop charging; the cable stays plugged in."""
        self._require(self.charging, "is not charging", "NOT_CHARGING")
        self._end_charging(ChargingEnd.INTERRUPTED)

    def open_charge_port(self) -> None:
        """Open the flap of the charging port."""
        self._require(not self.driving, "is driving", "IN_MOTION")
        self.wake()
        self.charge_port_open = True

    def close_charge_port(self) -> None:
        """Close the flap of the charging port."""
        self._require(not self.plugged_in, "is plugged in")
        self.wake()
        self.charge_port_open = False

    def add_charge_schedule(self, schedule: ChargeSchedule) -> None:
        """Store a charge schedule; the simulated car reports it but charges at once."""
        self.wake()
        self.charge_schedules.append(schedule)

    def delete_charge_schedule(self, schedule_id: str) -> None:
        """Delete a charge schedule."""
        self.wake()
        self.charge_schedules = [it for it in self.charge_schedules if it.id != schedule_id]

    def set_charge_limit(self, percent: int) -> None:
        """Set the charge limit, percent."""
        self.wake()
        self.charge_limit = percent

    def set_state_of_charge(self, percent: float) -> None:
        """Fill or empty the battery at once, percent."""
        self.wake()
        self.energy = self.model.capacity * percent / 100

    def drive(self, destination: str | Place) -> None:
        """Drive to one of its places or to a position, along a known route or straight."""
        self._require(not self.driving, "is driving already", "IN_MOTION")
        self._require(not self.plugged_in, "is plugged in")
        self._require(self.energy > 0, "has an empty battery")
        if isinstance(destination, Place):
            end, self.destination = destination, None
        else:
            self._require(destination in self.places, f"knows no place called {destination}")
            self._require(destination != self.place, f"is at {destination} already")
            end, self.destination = self.places[destination], destination
        self.wake()
        known = self.routes.get((self.place or "", self.destination or ""))
        self.route = known or Route((self.position, end))
        self.travelled = 0
        self.trips.append(
            Trip(
                started_at=self.now,
                origin=self.position,
                origin_place=self.place,
                start_odometer=self.odometer,
                start_charge=self.state_of_charge,
            )
        )
        self.place = None
        self.speed = self.cruising_speed
        self.lock()

    def set_destination(self, destination: Place) -> None:
        """Set the destination of the navigation system; the car stays where it is."""
        self.wake()
        self.navigation_destination = destination

    def sleep(self) -> None:
        """Fall asleep: the car records nothing until something wakes it."""
        self._require(not self.driving, "is driving", "IN_MOTION")
        self._require(not self.charging, "is charging", "CHARGING_IN_PROGRESS")
        self.asleep = True

    def wake(self) -> None:
        """Wake up."""
        self.asleep = False

    def lock(self) -> None:
        """Close and lock everything."""
        for opening in (*self.doors.values(), *self.windows.values()):
            opening.is_open = False
            opening.is_locked = True
        for trunk in (self.front_trunk, self.rear_trunk):
            trunk.is_open = False
            trunk.is_locked = True

    def lock_remotely(self) -> None:
        """Lock a car whose doors and trunks are closed."""
        doors_open = any(door.is_open for door in self.doors.values())
        trunks_open = self.front_trunk.is_open or self.rear_trunk.is_open
        self._require(not doors_open, "has an open door", "DOOR_OPEN")
        self._require(not trunks_open, "has an open trunk", "TRUNK_OPEN")
        self.wake()
        for opening in (*self.doors.values(), self.front_trunk, self.rear_trunk):
            opening.is_locked = True

    def unlock(self) -> None:
        """Unlock doors and trunks."""
        self._require(not self.driving, "is driving", "IN_MOTION")
        self.wake()
        for opening in (*self.doors.values(), self.front_trunk, self.rear_trunk):
            opening.is_locked = False

    def openings(self) -> dict[str, Opening]:
        """Return what opens: `front_left_door`, `back_right_window`, `rear_trunk` and so on."""
        return {
            **{f"{position}_door": door for position, door in self.doors.items()},
            **{f"{position}_window": window for position, window in self.windows.items()},
            "front_trunk": self.front_trunk,
            "rear_trunk": self.rear_trunk,
        }

    def set_opening(self, name: str, *, is_open: bool) -> None:
        """Open or close a door, window or trunk; opening it unlocks it."""
        opening = self.openings().get(name)
        if opening is None:
            raise ImpossibleError(f"{self.name} has no {name}")
        self.wake()
        opening.is_open = is_open
        opening.is_locked = opening.is_locked and not is_open

    def step(self, until: datetime) -> None:
        """Simulate the car until a moment of simulated time."""
        while self.now < until:
            span = min(_STEP, until - self.now)
            hours = span / timedelta(hours=1)
            self.now += span
            if self.route is not None:
                self._drive_for(self.route, hours)
            if self.charging and self.charging_point is not None:
                self._charge_for(self.charging_point, hours)
            if not self.asleep:
                self._update_temperatures()

    def _drive_for(self, route: Route, hours: float) -> None:
        trip = self.trips[-1]
        distance = min(self.speed * hours, route.length - self.travelled)
        energy = distance * self.model.consumption / 100
        empty = energy >= self.energy
        if empty:
            distance, energy = self.range, self.energy
        self.travelled += distance
        self.odometer += distance
        self.energy -= energy
        trip.distance += distance
        trip.energy += energy
        self.position, self.heading = route.at(self.travelled)
        arrived = self.travelled >= route.length
        if arrived or empty:
            self.place = self.destination if arrived else None
            self.route = self.destination = None
            self.speed = 0
            trip.ended_at = self.now
            trip.destination, trip.destination_place = self.position, self.place
            trip.end_charge = self.state_of_charge

    def _begin_charging(self) -> None:
        if not self.charging:
            self.charging = True
            segment = ChargingSegment(started_at=self.now, start_charge=self.state_of_charge)
            self.charging_sessions[-1].segments.append(segment)

    def _charge_for(self, point: ChargingPoint, hours: float) -> None:
        percent = self.model.capacity / 100
        energy = self.power * point.efficiency * hours
        remaining = max(0.0, self.charge_limit * percent - self.energy)
        if energy > remaining - _LIMIT_TOLERANCE * percent:
            energy = remaining
        self.energy += energy
        self.energy_added += energy
        segment = self.charging_sessions[-1].segments[-1]
        segment.energy += energy
        segment.metered += energy / point.efficiency
        if self.full:
            self._end_charging(ChargingEnd.FINISHED)

    def _end_charging(self, end: ChargingEnd) -> None:
        if self.charging:
            self.charge_rate_before = self.charge_rate
            self.charging = False
            segment = self.charging_sessions[-1].segments[-1]
            segment.ended_at, segment.end = self.now, end
            segment.end_charge = self.state_of_charge

    def _max_power(self, point: ChargingPoint) -> float:
        return point.power if point.is_fast else min(self.model.charger, point.power)

    def _update_temperatures(self) -> None:
        hour = self.now.hour + self.now.minute / 60
        self.outside = 12 - 6 * cos(2 * pi * (hour - 3) / 24)
        self.inside = 21 if self.driving else self.outside + 3

    def _require(self, condition: bool, otherwise: str, code: str = "UNKNOWN") -> None:  # noqa: FBT001 - reads as an assertion
        if not condition:
            raise ImpossibleError(f"{self.name} {otherwise}", code)


def _power_share(state_of_charge: float) -> float:
    """Return the share of the charger's power that a battery accepts at this state of charge."""
    if state_of_charge <= _TAPER_START:
        return 1
    return 1 - (1 - _POWER_SHARE_WHEN_FULL) * (state_of_charge - _TAPER_START) / (
        _FULL - _TAPER_START
    )
