"""A car: its state, what can be done to it, and how it changes with time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, log, pi

from .geo import Place, Route
from .problems import Problem

_STEP = timedelta(seconds=30)
_TAPER_START = 80.0
_FULL = 100.0
_POWER_SHARE_WHEN_FULL = 0.25
_EFFICIENCY = 0.92


class ImpossibleError(Exception):
    """A car cannot do that now."""


class ChargingStatus(StrEnum):
    """The charging status, spelled alike in both generations of the API."""

    CHARGING = "CHARGING"
    FULLY_CHARGED = "FULLY_CHARGED"
    NOT_CHARGING = "NOT_CHARGING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A car model: capacity in kWh, consumption in kWh per 100 km, on-board charger in kW.

    `capable` are the codes of the signals it has, `incapable` of those that Smartcar answers
    with VEHICLE_NOT_CAPABLE.
    """

    make: str
    model: str
    year: int
    capacity: float
    consumption: float
    charger: float
    capable: frozenset[str]
    incapable: frozenset[str] = frozenset()
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
    plugged_in: bool = False
    charging: bool = False
    energy_added: float = 0
    charge_rate_before: float = 0
    asleep: bool = False
    online: bool = True
    speed: float = 0
    route: Route | None = None
    destination: str | None = None
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
    def driving(self) -> bool:
        """Whether it is driving."""
        return self.route is not None

    @property
    def full(self) -> bool:
        """Whether the charge limit is reached."""
        return self.state_of_charge >= self.charge_limit - 0.05

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
        return self.model.charger * _power_share(self.state_of_charge) if self.charging else 0

    @property
    def amperage(self) -> float:
        """The current of each phase, A."""
        return 1000 * self.power / (self.model.volts * self.model.phases)

    @property
    def voltage(self) -> float:
        """The voltage at the charging port, V."""
        return self.model.volts if self.plugged_in else 0

    @property
    def charge_rate(self) -> float:
        """The range added per hour, km/h."""
        return 100 * self.power * _EFFICIENCY / self.model.consumption

    @property
    def time_to_complete(self) -> float:
        """Minutes until the charge limit."""
        if not self.charging:
            return 0
        here, limit = self.state_of_charge, self.charge_limit
        per_percent = self.model.capacity / 100 / (self.model.charger * _EFFICIENCY)
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

    def plug_in(self) -> None:
        """Plug the cable in; the car charges unless it is full."""
        self._require(not self.driving, "is driving")
        self.wake()
        if not self.plugged_in:
            self.plugged_in = True
            self.energy_added = 0
            self.charging = not self.full

    def unplug(self) -> None:
        """Unplug the cable."""
        self.wake()
        self.stop_charging()
        self.plugged_in = False

    def start_charging(self) -> None:
        """Charge until the limit."""
        self._require(self.plugged_in, "is not plugged in")
        self._require(not self.full, "is charged to its limit")
        self.wake()
        self.charging = True

    def stop_charging(self) -> None:
        """Stop charging; the cable stays plugged in."""
        if self.charging:
            self.charge_rate_before = self.charge_rate
            self.charging = False

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
        self._require(not self.driving, "is driving already")
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
        self.place = None
        self.speed = self.cruising_speed
        self.lock()

    def sleep(self) -> None:
        """Fall asleep: the car records nothing until something wakes it."""
        self._require(not self.driving, "is driving")
        self._require(not self.charging, "is charging")
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

    def unlock(self) -> None:
        """Unlock doors and trunks."""
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
            if self.charging:
                self._charge_for(hours)
            if not self.asleep:
                self._update_temperatures()

    def _drive_for(self, route: Route, hours: float) -> None:
        distance = min(self.speed * hours, route.length - self.travelled, self.range)
        self.travelled += distance
        self.odometer += distance
        self.energy = max(0.0, self.energy - distance * self.model.consumption / 100)
        self.position, self.heading = route.at(self.travelled)
        arrived = self.travelled >= route.length
        if arrived or self.energy == 0:
            self.place = self.destination if arrived else None
            self.route = self.destination = None
            self.speed = 0

    def _charge_for(self, hours: float) -> None:
        limit = self.charge_limit * self.model.capacity / 100
        gain = min(self.power * _EFFICIENCY * hours, limit - self.energy)
        self.energy += max(0.0, gain)
        self.energy_added += max(0.0, gain)
        if self.full:
            self.stop_charging()
            self.energy = max(self.energy, limit)

    def _update_temperatures(self) -> None:
        hour = self.now.hour + self.now.minute / 60
        self.outside = 12 - 6 * cos(2 * pi * (hour - 3) / 24)
        self.inside = 21 if self.driving else self.outside + 3

    def _require(self, condition: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as an assertion
        if not condition:
            raise ImpossibleError(f"{self.name} {otherwise}")


def _power_share(state_of_charge: float) -> float:
    """Return the share of the charger's power that a battery accepts at this state of charge."""
    if state_of_charge <= _TAPER_START:
        return 1
    return 1 - (1 - _POWER_SHARE_WHEN_FULL) * (state_of_charge - _TAPER_START) / (
        _FULL - _TAPER_START
    )
