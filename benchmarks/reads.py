"""How old is what an owner sees: the planner beside a fixed interval, with the same calls a month.

Twelve simulated months of five drivers. A vehicle reports to Smartcar's store in its manufacturer's
cadence while it is awake and online, and a push comes when one of the free plan's triggers changes;
charge and plug come by reads of the store alone. All times are UTC, which is also local time here.

A value's age is 0 while it is what the store has, else the minutes since the store got another one.
This is what the planner is built for, and other measures judge it differently: by the time since
the last read (the last columns) the interval is far ahead at departure, 7:00 and 18:00, since it
reads a vehicle again whose values have not changed. A goal for that would be one for such reads.

Ends with 1 if the mean or the 95th percentile of the planner's ages is more than a third of the
interval's (for each driver in the first run, for all of them in the others), or if a month's calls
are used up before its last day.
"""
# ruff: noqa: PLR2004, S311 - the numbers of a simulation say most where they are used

from argparse import ArgumentParser
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from math import ceil
from random import Random
from statistics import fmean
import sys

from custom_components.smartcar_dynamic.allowance import Allowance, Plan
from custom_components.smartcar_dynamic.read_planner import Baselines, ReadPlanner, Values

_START = datetime(2026, 1, 1, tzinfo=UTC)
_DAYS = 365
_DAY = 24 * 60
_MINUTES = _DAYS * _DAY
_CALLS = 450
_RESERVE = 50
_VEHICLE = "vehicle"
_GOAL = 1 / 3

_CAPACITY = 58.0
_NAMED_CAPACITY = 62.0
_EFFICIENCY = 0.93
_AWAKE = 20

_SIGNALS = ("state of charge", "plug")
_DEPARTURE = "departure"
_TRIP_ENDED = "trip's end + 10 min"
_CHARGE_STARTED = "charge's start"
_CHARGE_ENDED = "charge's end"
_MORNING = "7:00"
_EVENING = "18:00"
_MOMENTS = (_DEPARTURE, _TRIP_ENDED, _CHARGE_STARTED, _CHARGE_ENDED, _MORNING, _EVENING)


def _time(minute: int) -> datetime:
    return _START + timedelta(minutes=minute)


# Five drivers


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive: the minute at which it begins, how many minutes and km it takes."""

    start: int
    minutes: int
    distance: float


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A plug that goes in some minutes after an arrival.

    `power` is in kW. Charging begins at once, or at `timer`, a minute of the day.
    """

    after: int
    power: float
    timer: int | None = None


@dataclass(frozen=True, slots=True)
class Driver:
    """Somebody's habits.

    `drives` gives a day's drives, `plug` what is plugged in after an arrival (its minute, the state
    of charge in %). `basement` is a place of work without reception.
    """

    name: str
    drives: Callable[[int, Random], list[Drive]]
    plug: Callable[[int, float, Random], PlugIn | None]
    basement: bool = False


def _about(random: Random, value: float, spread: float, least: float = 0) -> int:
    return round(max(least, random.gauss(value, spread)))


def _is_weekend(day: int) -> bool:
    return _time(day * _DAY).weekday() >= 5


def _there_and_back(random: Random, start: int, stay: int, distance: float) -> list[Drive]:
    minutes = max(8, round(distance * random.uniform(1.1, 1.6)))
    back = start + minutes + stay
    return [Drive(start, minutes, distance), Drive(back, minutes + random.randint(0, 5), distance)]


def _commuter(day: int, random: Random) -> list[Drive]:
    if _is_weekend(day):
        if random.random() < 0.4:
            return []
        return _there_and_back(random, _about(random, 660, 90), _about(random, 120, 50, 20), 18)
    drives = [
        Drive(_about(random, 450, 10), _about(random, 35, 4, 20), 28),
        Drive(_about(random, 1020, 20), _about(random, 38, 6, 20), 28),
    ]
    if random.random() < 0.3:
        stay = _about(random, 50, 20, 15)
        drives += _there_and_back(random, _about(random, 1170, 20), stay, 7)
    return drives


def _weekend_driver(day: int, random: Random) -> list[Drive]:
    if not _is_weekend(day):
        if random.random() < 0.15:
            return _there_and_back(random, _about(random, 960, 90), _about(random, 45, 20, 15), 6)
        return []
    drives = _there_and_back(random, _about(random, 580, 60), _about(random, 150, 60, 30), 60)
    if random.random() < 0.7:
        start = drives[-1].start + drives[-1].minutes + _about(random, 90, 40, 30)
        drives += _there_and_back(random, start, _about(random, 100, 30, 20), 15)
    return drives


def _shift_worker(day: int, random: Random) -> list[Drive]:
    week, weekday = divmod(day, 7)
    if weekday >= 5:
        if random.random() < 0.5:
            return []
        return _there_and_back(random, _about(random, 840, 120), _about(random, 90, 40, 20), 12)
    start = (310, 790, 1270)[week % 3]
    return _there_and_back(random, _about(random, start, 6), _about(random, 500, 8), 22)


def _long_commuter(day: int, random: Random) -> list[Drive]:
    if _is_weekend(day):
        return _there_and_back(random, _about(random, 700, 60), _about(random, 180, 60, 30), 55)
    return [
        Drive(_about(random, 420, 10), _about(random, 55, 6, 40), 65),
        Drive(_about(random, 990, 20), _about(random, 60, 8, 40), 65),
    ]


def _is_road_trip(day: int) -> bool:
    return 90 <= day < 100


def _holiday_maker(day: int, random: Random) -> list[Drive]:
    if 190 <= day < 204:  # The car stands at the airport.
        return []
    if not _is_road_trip(day):
        return _commuter(day, random)
    drives, start = [], _about(random, 520, 30)
    for _ in range(4):
        drives.append(Drive(start, _about(random, 80, 10, 50), 110))
        start += drives[-1].minutes + _about(random, 50, 10, 30)
    return drives


def _at_home(minute: int, random: Random, plug: PlugIn) -> PlugIn | None:
    if minute % _DAY < 900:
        return None
    if random.random() < 0.2:  # Remembered late.
        return replace(plug, after=_about(random, 90, 40, 20))
    return replace(plug, after=random.randint(1, 5))


def _below_65(minute: int, charge: float, random: Random) -> PlugIn | None:
    return _at_home(minute, random, PlugIn(0, 11)) if charge < 65 else None


def _off_peak(minute: int, charge: float, random: Random) -> PlugIn | None:
    return _at_home(minute, random, PlugIn(0, 7.4, timer=23 * 60)) if charge < 70 else None


def _slowly(_minute: int, charge: float, random: Random) -> PlugIn | None:
    return PlugIn(random.randint(1, 6), 3.6) if charge < 55 else None


def _at_each_end(_minute: int, charge: float, random: Random) -> PlugIn | None:
    return PlugIn(random.randint(1, 4), 11) if charge < 76 else None


def _fast_on_the_road(minute: int, charge: float, random: Random) -> PlugIn | None:
    if _is_road_trip(minute // _DAY):
        return PlugIn(random.randint(1, 4), 90) if charge < 65 else None
    return _below_65(minute, charge, random)


_DRIVERS = (
    Driver("commuter", _commuter, _below_65),
    Driver("weekend", _weekend_driver, _off_peak),
    Driver("shift worker", _shift_worker, _slowly, basement=True),
    Driver("two charges a day", _long_commuter, _at_each_end),
    Driver("holiday", _holiday_maker, _fast_on_the_road),
)


# A year of a vehicle


@dataclass(slots=True)
class World:
    """A year of one vehicle: a value for each minute, and the moments at which somebody looks."""

    charge: list[float] = field(default_factory=lambda: [70.0] * _MINUTES)
    limit: float = 80.0
    odometer: list[float] = field(default_factory=lambda: [1000.0] * _MINUTES)
    power: list[float] = field(default_factory=lambda: [0.0] * _MINUTES)
    is_plugged_in: list[bool] = field(default_factory=lambda: [False] * _MINUTES)
    is_locked: list[bool] = field(default_factory=lambda: [False] * _MINUTES)
    is_online: list[bool] = field(default_factory=lambda: [True] * _MINUTES)
    is_asleep: list[bool] = field(default_factory=lambda: [False] * _MINUTES)
    moments: list[tuple[int, str]] = field(default_factory=list)


def _fill[T](series: list[T], start: int, stop: int, value: T) -> None:
    start, stop = max(0, start), min(stop, _MINUTES)
    if start < stop:
        series[start:stop] = [value] * (stop - start)


class Builder:
    """Takes a vehicle through its year, drive by drive."""

    def __init__(self, driver: Driver, seed: int) -> None:
        """Initialize at the year's first minute."""
        self._driver = driver
        self._random = Random(f"{driver.name} {seed}")
        self._minute = 0
        self._charge = 70.0
        self._odometer = 1000.0
        self._active: list[bool] = [False] * _MINUTES
        self._world = World()

    def build(self) -> World:
        """Return the vehicle's year."""
        plug = None
        for drive in self._drives():
            self._park(drive.start, plug)
            self._drive(drive)
            plug = self._driver.plug(self._minute, self._charge, self._random)
        self._park(_MINUTES, plug)
        self._sleep()
        moments = self._world.moments
        for day in range(_DAYS):
            moments += [(day * _DAY + 7 * 60, _MORNING), (day * _DAY + 18 * 60, _EVENING)]
        # The planner knows nothing on the first day.
        self._world.moments = sorted(m for m in moments if _DAY <= m[0] < _MINUTES)
        return self._world

    def _drives(self) -> Iterator[Drive]:
        free = 30
        for day in range(_DAYS - 1):
            for drive in self._driver.drives(day, self._random):
                start = max(day * _DAY + drive.start, free)
                free = start + drive.minutes + 15
                yield replace(drive, start=start)

    def _drive(self, drive: Drive) -> None:
        world, start, stop = self._world, drive.start, drive.start + drive.minutes
        used = drive.distance * self._random.uniform(0.16, 0.23) / _CAPACITY * 100
        used = min(used, self._charge - 5)
        for minute in range(start, stop):
            done = (minute - start + 1) / drive.minutes
            world.charge[minute] = self._charge - used * done
            world.odometer[minute] = self._odometer + drive.distance * done
        _fill(self._active, start, stop, value=True)
        self._charge -= used
        self._odometer += drive.distance
        self._minute = stop
        world.moments += [(start, _DEPARTURE), (stop + 10, _TRIP_ENDED)]

    def _park(self, until: int, plug: PlugIn | None) -> None:
        """Stand until a minute, and charge meanwhile."""
        world, random, arrived = self._world, self._random, self._minute
        _fill(world.charge, arrived, until, self._charge)
        _fill(world.odometer, arrived, until, self._odometer)
        locked, unlocked = arrived + random.choice((1, 2, 2, 3, 5)), until - random.randint(1, 2)
        if random.random() > 0.05:  # Else forgotten.
            _fill(world.is_locked, locked, unlocked, value=True)
        for minute in (arrived, locked, unlocked):
            _fill(self._active, minute, minute + 1, value=True)
        if plug is not None and arrived + plug.after < until - 5:
            self._plug_in(plug, until)
        elif self._driver.basement and 400 < until - arrived < 620:
            _fill(world.is_online, arrived - 1, until + 3, value=False)
        self._minute = until

    def _plug_in(self, plug: PlugIn, until: int) -> None:
        world, minute = self._world, self._minute + plug.after
        _fill(world.is_plugged_in, minute, until - 1, value=True)
        _fill(self._active, minute, minute + 1, value=True)
        if plug.after > 10 and self._random.random() < 0.6:  # Some ports open with the doors.
            _fill(world.is_locked, minute - 2, minute + 2, value=False)
        if plug.timer is not None:
            minute += (plug.timer - minute) % _DAY
        if minute >= until - 10 or self._charge >= world.limit:
            return
        world.moments.append((minute, _CHARGE_STARTED))
        while minute < until - 3 and self._charge < world.limit:
            power = plug.power * _EFFICIENCY
            if plug.power > 22 and self._charge > 50:  # A fast charger slows down.
                power *= 1 - (self._charge - 50) / 60
            self._charge = min(world.limit, self._charge + power / 60 / _CAPACITY * 100)
            world.charge[minute] = self._charge
            world.power[minute] = power
            self._active[minute] = True
            minute += 1
        _fill(world.charge, minute, until, self._charge)
        world.moments.append((minute, _CHARGE_ENDED))

    def _sleep(self) -> None:
        """Let the vehicle sleep when nothing has happened for a while, and wake now and then."""
        last, wakes = 0, self._random.randint(600, 2000)
        for minute in range(_MINUTES):
            if minute == wakes:
                wakes += self._random.randint(600, 2000)
                last = minute
            elif self._active[minute]:
                last = minute
            self._world.is_asleep[minute] = minute - last > _AWAKE


# Smartcar


@dataclass(frozen=True, slots=True)
class Brand:
    """What a manufacturer and a plan make of a vehicle's data.

    `cadence` is how many minutes lie between two reports, `delay` how many more a push may take.
    Lock and odometer are always pushed, plug, charging, range and position never. The goal is set
    for each driver, or for all of them together.
    """

    title: str
    cadence: int = 5
    delay: tuple[int, int] = (1, 1)
    pushes_sleep: bool = True
    pushes_charge: bool = False
    for_each_driver: bool = False


_BRANDS = (
    Brand("Lock, odometer, online, asleep are pushed; a report every 5 min", for_each_driver=True),
    Brand("The same with state of charge in each push", pushes_charge=True),
    Brand("Lock and odometer alone are pushed", pushes_sleep=False),
    Brand("All pushes come late by 5 to 30 min: a report every 15 min, 5 to 15 min on the way",
          cadence=15, delay=(5, 15)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Push:
    """A delivery: when it comes, when Smartcar looked, and the report that it carries."""

    at: int
    made: int
    report: int
    values: Values


class Store:
    """Smartcar's store of one vehicle: the reports that it got, and the pushes they led to."""

    def __init__(self, world: World, brand: Brand, random: Random) -> None:
        """Collect a year's reports."""
        self._world = world
        self._brand = brand
        self.reports: list[int] = []
        self.pushes: list[Push] = []
        pushed: Values | None = None
        for minute in range(0, _MINUTES, brand.cadence):
            if world.is_online[minute] and not world.is_asleep[minute]:
                self.reports.append(minute)
            report, values = self._pushed(minute)
            triggers = replace(values, state_of_charge=None)
            if triggers != pushed:
                pushed = triggers
                delay = random.randint(*brand.delay)
                self.pushes.append(Push(minute + delay, minute, report, values))
        self.pushes.sort(key=lambda push: push.at)

    def report_at(self, minute: int) -> int:
        """Return the minute of the newest report at a minute."""
        return self.reports[max(0, bisect_right(self.reports, minute) - 1)]

    def read(self, minute: int) -> tuple[int, Values]:
        """Return the newest report at a minute: its minute, and all its values."""
        report, values = self._pushed(minute)
        power = self._world.power[report]
        return report, replace(
            values,
            state_of_charge=self.charge(report),
            charge_limit=self._world.limit,
            capacity=_NAMED_CAPACITY,
            power=round(power / _EFFICIENCY * 1000, -2),
            is_plugged_in=self.plug(report),
            is_charging=power > 0,
        )

    def charge(self, report: int) -> float:
        """Return a report's state of charge in whole %."""
        return float(int(self._world.charge[report]))

    def plug(self, report: int) -> bool:
        """Return whether the plug is in, in a report."""
        return self._world.is_plugged_in[report]

    def age(self, value_in: Callable[[int], object], report: int, minute: int) -> int:
        """Return for how long the store has had another value than the one shown of a report."""
        shown, since = value_in(report), minute
        index = bisect_right(self.reports, minute) - 1
        while self.reports[index] > report and value_in(self.reports[index]) != shown:
            since = self.reports[index]
            index -= 1
        return minute - since

    def _pushed(self, minute: int) -> tuple[int, Values]:
        report = self.report_at(minute)
        world, brand = self._world, self._brand
        return report, Values(
            state_of_charge=self.charge(report) if brand.pushes_charge else None,
            odometer=round(world.odometer[report], 1),
            is_locked=world.is_locked[report],
            is_asleep=world.is_asleep[minute] if brand.pushes_sleep else None,
            is_online=world.is_online[minute] if brand.pushes_sleep else None,
        )


# Two strategies


@dataclass(frozen=True, slots=True)
class Read:
    """A read: when and why it was made, and the report that it brought."""

    at: int
    report: int
    reason: str


def read_at_intervals(store: Store, calls: int) -> list[Read]:
    """Return a year's reads at the interval that uses up each month's calls."""
    reads = []
    start = _START
    while start < _time(_MINUTES):
        end = (start + timedelta(32)).replace(day=1)
        for number in range(calls):
            minute = int((start + (end - start) * number / calls - _START) / timedelta(minutes=1))
            reads.append(Read(minute, store.report_at(minute), "interval"))
        start = end
    return reads


def read_as_planned(store: Store, calls: int) -> list[Read]:
    """Return a year's reads as the planner wants them."""
    allowance = Allowance(Plan(calls + _RESERVE, _RESERVE), UTC)
    baselines = Baselines(UTC)
    planner = ReadPlanner()
    reads: list[Read] = []
    pushes = iter(store.pushes)
    push = next(pushes, None)
    minute, looked, known = 0, -1, -1
    while True:
        now = _time(minute)
        plan = planner.next_read(now, allowance.read_budget(_VEHICLE, now), baselines)
        due = _MINUTES if plan is None else ceil((plan.at - _START) / timedelta(minutes=1))
        if push is not None and push.at <= due:
            minute = push.at
            if push.made > looked:  # Else older than what is known.
                looked = push.made
                planner = planner.pushed(push.values, _time(minute))
            push = next(pushes, None)
            continue
        if plan is None or due >= _MINUTES:
            return reads
        minute, now = due, _time(due)
        if allowance.read_refusal(_VEHICLE, now) is not None:
            message = f"The planner wants more than the allowance at {now}"
            raise AssertionError(message)
        allowance.count(_VEHICLE, now)
        report, values = store.read(minute)
        planner = planner.read_started(now).read_finished(
            values, now, recorded_at=_time(report), is_news=report > known
        )
        looked, known = minute, max(known, report)
        reads.append(Read(minute, report, plan.reason))


# The ages


type Ages = dict[tuple[str, str], list[int]]
"""Ages in minutes by signal and moment; the signal "read" is how long ago the last read was."""


def ages(world: World, store: Store, brand: Brand, reads: list[Read]) -> Ages:
    """Return how old is what a strategy shows, at each moment of the year."""
    result: Ages = defaultdict(list)
    plugs = [(read.at, read.report) for read in reads]
    pushes = [(push.at, push.report) for push in store.pushes] if brand.pushes_charge else []
    charges = sorted(plugs + pushes)
    times = [at for at, _ in plugs]
    charge_times = [at for at, _ in charges]
    for minute, moment in world.moments:
        last = bisect_right(times, minute) - 1
        # A late push of an older report changes nothing.
        nearby = charges[max(0, bisect_right(charge_times, minute) - 20) :]
        charge = max(report for at, report in nearby if at <= minute)
        result["state of charge", moment].append(store.age(store.charge, charge, minute))
        result["plug", moment].append(store.age(store.plug, plugs[last][1], minute))
        result["read", moment].append(minute - times[last])
    return result


def mean_and_95th(values: Iterable[int]) -> tuple[float, float]:
    """Return the mean and the 95th percentile."""
    ordered = sorted(values)
    return fmean(ordered), ordered[ceil(0.95 * len(ordered)) - 1]


def is_exhausted_early(reads: list[Read], calls: int) -> bool:
    """Tell whether a month's calls were used up before its last day."""
    used: dict[tuple[int, int], list[date]] = defaultdict(list)
    for read in reads:
        day = _time(read.at).date()
        used[day.year, day.month].append(day)
    return any(
        len(days) >= calls and (days[calls - 1] + timedelta(1)).month == month
        for (_, month), days in used.items()
    )


def _select(all_ages: Iterable[Ages], signal: str, moments: Iterable[str]) -> Iterator[int]:
    wanted = set(moments)
    for by_moment in all_ages:
        for (of_signal, moment), values in by_moment.items():
            if of_signal == signal and moment in wanted:
                yield from values


def _line(
    name: str, planner: Iterable[Ages], interval: Iterable[Ages], moments: Iterable[str]
) -> bool:
    """Print a line of the table; tell whether it is within the goal."""
    text, within = f"  {name:22}", True
    for signal in _SIGNALS:
        ours = mean_and_95th(_select(planner, signal, moments))
        theirs = mean_and_95th(_select(interval, signal, moments))
        within &= all(our <= _GOAL * their for our, their in zip(ours, theirs, strict=True))
        text += f"{ours[0]:7.1f} {ours[1]:4.0f} {theirs[0]:7.1f} {theirs[1]:4.0f}"
        text += f" {ours[0] / theirs[0] if theirs[0] else 0:6.2f} |"
    reads = [fmean(_select(who, "read", moments)) for who in (planner, interval)]
    print(f"{text} {reads[0]:6.0f} {reads[1]:6.0f}", end="")
    return within


def _compare(brand: Brand, worlds: dict[str, World], calls: int) -> bool:
    """Print the table of a brand; tell whether its goal is reached."""
    print(f"\n{brand.title}")
    print(f"  {'':22}{'state of charge':^31}|{'plug':^31}|  since last read")
    heading = f"{'planner':>12}{'interval':>12}{'ratio':>7}"
    print(f"  {'':22}{heading}|{heading}| planner, interval")
    planner, interval, reached = [], [], True
    reasons: Counter[str] = Counter()
    for name, world in worlds.items():
        store = Store(world, brand, Random(name))
        planned, fixed = read_as_planned(store, calls), read_at_intervals(store, calls)
        reasons.update(read.reason for read in planned)
        planner.append(ages(world, store, brand, planned))
        interval.append(ages(world, store, brand, fixed))
        within = _line(name, planner[-1:], interval[-1:], _MOMENTS)
        exhausted = is_exhausted_early(planned, calls)
        print(f"  {len(planned) / 12:4.0f} calls", end="")
        print(f"{'' if within else '  misses'}{'  exhausted early' if exhausted else ''}")
        reached &= not exhausted and (within or not brand.for_each_driver)
    reached &= _line("all drivers", planner, interval, _MOMENTS)
    print()
    for moment in _MOMENTS:
        _line(moment, planner, interval, [moment])
        print()
    print("  reads:", ", ".join(f"{count} {reason}" for reason, count in reasons.most_common()))
    return reached


def main() -> int:
    """Print the tables; return 1 if the goal is missed."""
    parser = ArgumentParser(description="Age of what an owner sees: planner and fixed interval.")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated year")
    parser.add_argument("--calls", type=int, default=_CALLS, help="a month, all for reads")
    options = parser.parse_args()
    print(f"{options.calls} calls a month, seed {options.seed}; minutes: mean, 95th percentile")
    worlds = {driver.name: Builder(driver, options.seed).build() for driver in _DRIVERS}
    reached = [_compare(brand, worlds, options.calls) for brand in _BRANDS]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
