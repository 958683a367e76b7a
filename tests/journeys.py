"""A made-up car that drives and charges by a plan, and what it would have recorded.

It lives by the minute and knows the truth: energy charged in all and at home, distances. Its
counter of energy added, its flags and its percentages have the habits of real ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random

from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.timeline import Observation, Sample

MINUTE = 60_000
START = 1_790_000_000_000
CAPACITY = 60.0
_CONSUMPTION = 18.0


class Habit(Enum):
    """When the counter of energy added starts again."""

    AT_PLUG_IN = auto()
    AT_START = auto()
    AT_UNPLUG = auto()
    NONE_AT_ALL = auto()
    """There is no such counter."""


@dataclass(frozen=True, slots=True)
class Park:
    """Stand for some minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Drive:
    """Drive some km, and arrive at home or elsewhere."""

    distance: float
    to_home: bool
    speed: float = 60.0


@dataclass(frozen=True, slots=True)
class Charge:
    """Plug in, charge up to a percentage with so many kW, stay plugged in for a while, unplug.

    `pause` minutes are made halfway.
    """

    to: float
    power: float = 11.0
    linger: int = 60
    pause: int = 0


type Step = Park | Drive | Charge


@dataclass(slots=True)
class Journey:
    """The car and the truth of what it has done; energies in kWh, distances in km."""

    habit: Habit = Habit.AT_PLUG_IN
    has_odometer: bool = True
    has_cable: bool = True
    limit: float = 80.0
    skew: int = 0
    now: int = START
    state_of_charge: float = 50.0
    odometer: float = 12_345.6
    counter: float = 0.0
    plugged_in: bool = False
    charging: bool = False
    driving: bool = False
    at_home: bool = True
    charged: float = 0.0
    charged_home: float = 0.0
    sessions: int = 0
    drives: list[float] = field(default_factory=list)

    def live(self, plan: Sequence[Step]) -> Iterator[None]:
        """Live by a plan, a minute at a time."""
        for step in plan:
            match step:
                case Park(minutes):
                    yield from self._wait(minutes)
                case Drive():
                    yield from self._drive(step)
                case Charge():
                    yield from self._charge(step)

    def observe(self, *, lag: int = 3000) -> Observation:
        """Return what it would deliver now."""
        samples = [
            Sample("tractionbattery-stateofcharge", float(round(self.state_of_charge)), self.now),
            Sample("charge-ischarging", self.charging, self.now),
            Sample("charge-chargelimits", self.limit, self.now),
            Sample("tractionbattery-nominalcapacity", CAPACITY),
            Sample("location-preciselocation", Position(1.0, 2.0), self.now + self.skew),
        ]
        if self.has_cable:
            samples.append(Sample("charge-ischargingcableconnected", self.plugged_in, self.now))
        if self.has_odometer:
            samples.append(Sample("odometer-traveleddistance", round(self.odometer, 1), self.now))
        if self.habit is not Habit.NONE_AT_ALL:
            samples.append(Sample("charge-energyadded", round(self.counter, 1), self.now))
        at_home = self.at_home and not self.driving
        zone = "home" if at_home else None
        return Observation(self.now + lag, tuple(samples), zone=zone, at_home=at_home)

    def _wait(self, minutes: int) -> Iterator[None]:
        for _ in range(minutes):
            self.now += MINUTE
            yield

    def _drive(self, step: Drive) -> Iterator[None]:
        self.driving = True
        left = min(step.distance, max(0.0, self.state_of_charge - 5) * CAPACITY / _CONSUMPTION)
        self.drives.append(left)
        while left > 0:
            part = min(left, step.speed / 60)
            left -= part
            self.odometer += part
            self.state_of_charge -= part * _CONSUMPTION / CAPACITY
            yield from self._wait(1)
        self.driving = False
        self.at_home = step.to_home

    def _charge(self, step: Charge) -> Iterator[None]:
        yield from self._wait(2)
        self.plugged_in = True
        self.sessions += 1
        if self.habit is Habit.AT_PLUG_IN:
            self.counter = 0.0
        halfway = (self.state_of_charge + step.to) / 2
        if step.pause and self.state_of_charge < halfway:
            yield from self._take_up(halfway, step.power)
            yield from self._wait(step.pause)
        yield from self._take_up(step.to, step.power)
        yield from self._wait(step.linger)
        self.plugged_in = False
        if self.habit is Habit.AT_UNPLUG:
            self.counter = 0.0
        yield from self._wait(2)

    def _take_up(self, to: float, power: float) -> Iterator[None]:
        if self.habit is Habit.AT_START:
            self.counter = 0.0
        while self.state_of_charge < to:
            self.charging = True
            energy = min(power / 60, (to - self.state_of_charge) * CAPACITY / 100)
            self.state_of_charge += energy * 100 / CAPACITY
            self.counter += energy
            self.charged += energy
            if self.at_home:
                self.charged_home += energy
            yield from self._wait(1)
            if to - self.state_of_charge < 1e-6:
                break
        self.charging = False


def play(
    journey: Journey, plan: Sequence[Step], cadence: int, missing: float = 0.0, seed: int = 0
) -> list[Observation]:
    """Return what a car delivers every so many minutes, some deliveries missing."""
    random = Random(seed)  # noqa: S311 - a test's dice
    observations = [journey.observe()]
    for minute, _ in enumerate(journey.live(plan), 1):
        if minute % cadence == 0 and random.random() >= missing:
            observations.append(journey.observe())
    journey.now += cadence * MINUTE
    observations.append(journey.observe())
    return observations
