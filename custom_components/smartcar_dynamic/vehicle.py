"""What is known of one vehicle: the newest reading of each signal, and its problems."""

from dataclasses import dataclass, field, replace
from enum import IntEnum

from .smartcar.model import Content, Problem, Reading, Remedy, Report, Vehicle
from .smartcar.problems import concerns_vehicle, ends_value

_DOUBT = 500
_MOST_UNLISTED = 200
_VIN = "vehicleidentification-vin"

LASTING = frozenset({Remedy.REAUTHENTICATE, Remedy.OWNER, Remedy.PLAN})
"""What a vehicle's own problem must ask for to be kept until it is over."""
WITHHOLDING = frozenset({Remedy.NOT_CAPABLE, Remedy.PERMISSION})
"""What a signal's problem must ask for to make its entities unavailable."""


@dataclass(slots=True)
class Latest:
    """The newest that was said about one signal.

    `recorded_at` is the vehicle's time, `delivered_at` Smartcar's; both in milliseconds.
    """

    delivered_at: int
    recorded_at: int | None = None
    readings: tuple[Reading, ...] = ()
    problem: Problem | None = None
    label: str | None = None

    def is_newer_than(self, recorded_at: int | None, delivered_at: int) -> bool:
        """Tell whether what came before was recorded, or else delivered, later."""
        if (
            recorded_at is not None
            and self.recorded_at is not None
            and recorded_at != self.recorded_at
        ):
            return recorded_at < self.recorded_at
        return delivered_at < self.delivered_at


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem of the vehicle as a whole; `since` is in milliseconds."""

    problem: Problem
    since: int
    delivered_at: int


class Proof(IntEnum):
    """What a signal proves of the vehicle's connection: that it works, if it says something new."""

    NONE = 0
    REPEATED = 1
    NEW = 2


@dataclass(slots=True)
class News:
    """What a report changed: keys of readings, and whether anything about the vehicle itself."""

    keys: list[str] = field(default_factory=list)
    vehicle: bool = False


@dataclass(slots=True)
class VehicleState:
    """One vehicle.

    `listed` is `False` once it is gone from the account. `subscribed_to` is Smartcar's ID of a
    webhook; `refused` is why Smartcar would not subscribe it.
    """

    vehicle: Vehicle
    signals: dict[str, Latest] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    recovered_at: int = 0
    resolved_at: dict[str, int] = field(default_factory=dict)
    last_reported: int | None = None
    last_delivery: int | None = None
    listed: bool = True
    subscribed_to: str | None = None
    refused: Problem | None = None

    @property
    def needs_reauthentication(self) -> bool:
        """Tell whether the owner must go through Smartcar Connect again."""
        return bool(self.troubles) and any(
            trouble.problem.remedy is Remedy.REAUTHENTICATE for trouble in self.troubles.values()
        )

    def is_available(self, code: str) -> bool:
        """Tell whether a signal is worth showing; silence is no reason against it."""
        latest = self.signals.get(code)
        return latest is not None and latest.problem is None and not self.needs_reauthentication

    def learn(self, facts: Vehicle) -> bool:
        """Take over what is known of the facts; tell whether that changed anything."""
        if facts == self.vehicle:
            return False
        merged = self.vehicle.updated(facts)
        if merged == self.vehicle:
            return False
        self.vehicle = merged
        return True

    def apply(self, report: Report) -> News:
        """Take over what a report says that is newer than what is known."""
        news = News(vehicle=self.learn(report.vehicle))
        proof = Proof.NONE
        for signal in report.signals:
            proof = max(
                proof,
                self._apply_signal(signal.content, signal.recorded_at, report.delivered_at, news),
            )
        if proof:
            # A repetition is no proof beside an error that was on its way at the same time.
            doubt = _DOUBT if proof is Proof.REPEATED and not report.is_whole else 0
            news.vehicle |= self._recover(report.delivered_at - doubt)
        for problem in report.problems:
            self._apply_problem(problem, report.delivered_at, news)
        self.last_delivery = max(self.last_delivery or 0, report.delivered_at)
        return news

    def _apply_signal(
        self, content: Content, recorded_at: int | None, delivered_at: int, news: News
    ) -> Proof:
        """Take over one signal; return what it proves of the vehicle's connection."""
        latest = self.signals.get(content.code)
        if content.problem is not None:
            if latest is None or latest.problem is not content.problem:
                self._apply_problem(content.problem, delivered_at, news)
            else:
                latest.delivered_at = max(latest.delivered_at, delivered_at)
            return Proof.NONE
        if not content.readings:
            return Proof.NONE
        if latest is None:
            if content.label is not None and self._has_many_unlisted():
                return Proof.NONE
            latest = self.signals[content.code] = Latest(delivered_at)
        # A problem that was told after this reading stands, though the reading came last.
        elif latest.problem is not None and delivered_at >= latest.delivered_at:
            latest.problem = None
            news.keys += self._keys_of(content.code)
        if latest.is_newer_than(recorded_at, delivered_at):
            return Proof.NONE
        latest.label = content.label
        latest.delivered_at = max(latest.delivered_at, delivered_at)
        is_new = self._take_time(latest, recorded_at)
        if latest.readings is not content.readings:
            is_new |= self._take(latest, content.readings, news)
        return Proof.NEW if is_new else Proof.REPEATED

    def _take_time(self, latest: Latest, recorded_at: int | None) -> bool:
        """Take over when a signal was recorded; tell whether that is another time.

        What has no time of its own is no older than what was known; nor is what follows it.
        """
        if recorded_at is None or recorded_at == latest.recorded_at:
            return False
        latest.recorded_at = recorded_at
        if recorded_at > (self.last_reported or 0):
            self.last_reported = recorded_at
        return True

    def _has_many_unlisted(self) -> bool:
        return sum(latest.label is not None for latest in self.signals.values()) >= _MOST_UNLISTED

    def _take(self, latest: Latest, readings: tuple[Reading, ...], news: News) -> bool:
        """Take over readings; tell whether one of them is another one."""
        known = len(news.keys)
        latest.readings = readings
        for reading in readings:
            last = self.readings.get(reading.key)
            if last is None or last.value != reading.value or last.unit != reading.unit:
                self.readings[reading.key] = reading
                news.keys.append(reading.key)
                if reading.key == _VIN and isinstance(reading.value, str):
                    news.vehicle |= self.learn(replace(self.vehicle, vin=reading.value))
        return len(news.keys) > known

    def _apply_problem(self, problem: Problem, delivered_at: int, news: News) -> None:
        if concerns_vehicle(problem):
            news.vehicle |= self._apply_trouble(problem, delivered_at)
            return
        for code in problem.signals:
            latest = self.signals.get(code)
            if latest is not None and delivered_at < latest.delivered_at:
                continue
            if ends_value(problem) and latest is not None and not problem.resolved:
                nothing = (replace(self.readings[key], value=None) for key in self._keys_of(code))
                self._take(latest, tuple(nothing), news)
            if problem.remedy not in WITHHOLDING:
                continue
            if latest is None:
                latest = self.signals[code] = Latest(delivered_at)
            if (latest.problem is None) is not problem.resolved:
                news.keys += self._keys_of(code)
            latest.problem = None if problem.resolved else problem
            latest.delivered_at = delivered_at

    def _keys_of(self, code: str) -> list[str]:
        """Return the keys of a signal's readings, also of those that came earlier."""
        return [key for key in self.readings if key.partition(".")[0] == code]

    def _apply_trouble(self, problem: Problem, delivered_at: int) -> bool:
        if problem.remedy not in LASTING:
            return False
        name = problem.name
        known = self.troubles.get(name)
        over = max(self.recovered_at, self.resolved_at.get(name, 0))
        if delivered_at < (known.delivered_at if known else over):
            return False
        if problem.resolved:
            self.resolved_at[name] = delivered_at
            return self.troubles.pop(name, None) is not None
        since = known.since if known else delivered_at
        self.troubles[name] = Trouble(problem, since, delivered_at)
        return known is None

    def _recover(self, delivered_at: int) -> bool:
        """Drop the troubles that were told before a good reading."""
        self.recovered_at = max(self.recovered_at, delivered_at)
        over = [
            name for name, trouble in self.troubles.items() if trouble.delivered_at < delivered_at
        ]
        for name in over:
            del self.troubles[name]
        return bool(over)
