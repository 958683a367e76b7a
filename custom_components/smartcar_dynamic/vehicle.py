"""What is known of one vehicle: the newest reading of each signal, and its active problems."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from enum import IntEnum

from .const import ACCOUNT_PROBLEM, LAST_DELIVERY, LAST_REPORTED
from .history import History
from .smartcar.model import (
    Content,
    Problem,
    Reading,
    Remedy,
    Report,
    Signal,
    Value,
    VehicleInfo,
)
from .smartcar.problems import concerns_vehicle, ends_value
from .smartcar.signals import SIGNALS
from .util import HOUR

SILENT_FOR = 6 * HOUR
"""Six hours of silence is not a coincidence: a dynamic webhook is hourly."""

MAX_SEEN = 256
"""More IDs are not kept: repetitions of what has a time come within minutes, or change nothing."""
MAX_SEEN_UNDATED = 4096
"""More IDs of reports that nothing but them tells from news are not kept."""

_REPEAT_TOLERANCE = 500
_MAX_PROBLEMS = 16
_MAX_UNLISTED = 200
_ODOMETER = "odometer-traveleddistance"
_ODOMETER_TOLERANCE = 2
_ODOMETER_RISES = 3
_VIN = "vehicleidentification-vin"
# What a vehicle does not know has not ceased to be. A receiver without a fix says null or 0, 0: an
# unknown position would be "left home" to an automation, and a new arrival with the next fix.
_KEPT_WHEN_UNKNOWN = (_ODOMETER, "location-preciselocation")
# No charging is no power and no rate; there is no time until its end.
_WHEN_NOT_CHARGING = {"charge-amperage": 0, "charge-chargerate": 0, "charge-wattage": 0}

LASTING = (Remedy.REAUTHENTICATE, Remedy.OWNER, Remedy.PLAN)
"""The remedies of a vehicle's problems that stay active until they are resolved."""
WITHHOLDING = (Remedy.NOT_CAPABLE, Remedy.PERMISSION, Remedy.REAUTHENTICATE)
"""The remedies of a signal's problems that make its entities unavailable."""
_KEPT = (*WITHHOLDING, *LASTING)
_OF_SIGNALS = tuple(remedy for remedy in (*WITHHOLDING, *Remedy) if remedy not in LASTING)


@dataclass(slots=True)
class SignalState:
    """The newest state of one signal.

    `recorded_at` is the vehicle's time, `delivered_at` Smartcar's; both in milliseconds. `problem`
    concerns this signal alone. `lower` is the last of a series of odometer readings below the
    newest, and `rises` how often the series rose.
    """

    delivered_at: int
    recorded_at: int | None = None
    readings: tuple[Reading, ...] = ()
    problem: Problem | None = None
    label: str | None = None
    lower: float | None = None
    rises: int = 0

    @property
    def is_withheld(self) -> bool:
        """Tell whether the signal's problem makes its entities unavailable."""
        return self.problem is not None and self.problem.remedy in WITHHOLDING


@dataclass(frozen=True, slots=True)
class ActiveProblem:
    """A problem of the vehicle as a whole; `since` and `delivered_at` are in milliseconds."""

    problem: Problem
    since: int
    delivered_at: int


class Freshness(IntEnum):
    """How strongly a signal shows that the vehicle's connection works."""

    NONE = 0
    SEEN = 1
    NEW = 2


@dataclass(slots=True)
class Changes:
    """What a report changed.

    `keys` are those of readings and derived values. `vehicle`: the vehicle's attributes, problems
    or place in the account. `availability`: that of all its readings.
    """

    keys: list[str] = field(default_factory=list)
    vehicle: bool = False
    availability: bool = False


@dataclass(slots=True)
class VehicleState:
    """One vehicle.

    `signals` is by signal code, `readings` by key, `active_problems` by the error's name.
    `recovered_at` is when the vehicle last proved that its connection works, and `resolved_at` when
    Smartcar called each problem resolved. `listed` is `False` once it is gone from the account.
    `subscribed_to` is Smartcar's ID of a webhook; `refused` is why Smartcar would not subscribe it.
    `seen` are the IDs of the latest reports, oldest first, and `seen_undated` those of the reports
    without which an old value would be taken for a new one. `retrieved` has the signals whose time
    is that at which Smartcar got them, by code: with the vehicle's own newest time, 0 if unknown.
    """

    info: VehicleInfo
    signals: dict[str, SignalState] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    active_problems: dict[str, ActiveProblem] = field(default_factory=dict)
    recovered_at: int = 0
    resolved_at: dict[str, int] = field(default_factory=dict)
    last_reported: int | None = None
    last_delivery: int | None = None
    listed: bool = True
    subscribed_to: str | None = field(default=None, repr=False)
    refused: Problem | None = None
    seen: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)
    seen_undated: OrderedDict[str, None] = field(default_factory=OrderedDict, repr=False)
    retrieved: dict[str, int] = field(default_factory=dict)
    history: History = field(default_factory=History, repr=False, compare=False)

    @property
    def id(self) -> str:
        """Return Smartcar's ID of the vehicle."""
        return self.info.id

    @property
    def keys(self) -> list[str]:
        """Return the keys of all that is known: readings and derived values."""
        return [
            *self.readings,
            *([LAST_REPORTED] if self.last_reported else []),
            *self.history.keys,
        ]

    @property
    def needs_reauthentication(self) -> bool:
        """Tell whether the owner must go through Smartcar Connect again."""
        return bool(self.active_problems) and any(
            active.problem.remedy is Remedy.REAUTHENTICATE
            for active in self.active_problems.values()
        )

    def is_available(self, code: str) -> bool:
        """Tell whether a signal's readings can be shown; silence does not make them unavailable."""
        signal = self.signals.get(code)
        return (
            signal is not None
            and (signal.problem is None or not signal.is_withheld)
            and not self.needs_reauthentication
        )

    def is_silent(self, now: int) -> bool:
        """Tell whether nothing was delivered for hours, or only by a clock that was wrong."""
        return abs(now - (self.last_delivery or 0)) > SILENT_FOR

    def is_gone(self, now: int) -> bool:
        """Tell whether the vehicle is gone from the account.

        A vehicle that still delivers is not gone, even if the account no longer lists it: right
        after connecting the list may be empty, and on API v2.0 it may be another owner's.
        """
        return not self.listed and self.is_silent(now)

    def is_seen(self, report_id: str) -> bool:
        """Tell whether a report with this ID was applied before."""
        return report_id in self.seen or report_id in self.seen_undated

    def update_info(self, info: VehicleInfo) -> bool:
        """Merge attributes; tell whether that changed any."""
        if info == self.info:
            return False
        merged = self.info.merged_with(info)
        if merged == self.info:
            return False
        self.info = merged
        return True

    def forget_after(self, latest: int) -> None:
        """Forget what happened after a time: the clock by which it did was wrong.

        What comes next is newer than that, whatever its time.
        """
        for signal in self.signals.values():
            if signal.delivered_at > latest:
                signal.delivered_at = 0
            if signal.recorded_at is not None and signal.recorded_at > latest:
                signal.recorded_at = None
        self.retrieved = {code: min(own_at, latest) for code, own_at in self.retrieved.items()}
        for name, active in self.active_problems.items():
            if active.delivered_at > latest:
                self.active_problems[name] = replace(
                    active, since=min(active.since, latest), delivered_at=0
                )
        for name in [name for name, time in self.resolved_at.items() if time > latest]:
            del self.resolved_at[name]
        if self.recovered_at > latest:
            self.recovered_at = 0
        if self.last_delivery is not None:
            self.last_delivery = min(self.last_delivery, latest)
        if self.last_reported is not None and self.last_reported > latest:
            times = (signal.recorded_at for signal in self.signals.values())
            self.last_reported = max(filter(None, times), default=None)
        self.history.forget_after(latest)

    def absorb(self, other: VehicleState) -> None:
        """Take what is newer in another state, in which the same vehicle was kept meanwhile."""
        for code, signal in other.signals.items():
            content = Content(code, signal.readings, signal.problem, signal.label)
            self.apply(
                Report(
                    self.info.merged_with(other.info),
                    None,
                    signal.delivered_at,
                    (Signal(content, signal.recorded_at),),
                    retrieved=frozenset({code} & other.retrieved.keys()),
                )
            )
        for report_id in other.seen:
            self._remember(report_id, undated=False)
        for report_id in other.seen_undated:
            self._remember(report_id, undated=True)

    def apply(self, report: Report) -> Changes:
        """Apply what a report says that is newer than what is known; return what changed."""
        changes = Changes(vehicle=self.update_info(report.vehicle))
        last_reported = self.last_reported
        had_problem, needed_reauthentication = (
            bool(self.active_problems),
            self.needs_reauthentication,
        )
        self._apply_signals(report, changes)
        for problem in report.problems:
            if concerns_vehicle(problem):
                self._apply_vehicle_problem(problem, report.delivered_at, changes)
            else:
                self._apply_signal_problem(problem, report.delivered_at, changes)
        self.last_delivery = max(self.last_delivery or 0, report.delivered_at)
        changes.keys.append(LAST_DELIVERY)
        if self.last_reported != last_reported:
            changes.keys.append(LAST_REPORTED)
        if bool(self.active_problems) is not had_problem:
            changes.keys.append(ACCOUNT_PROBLEM)
        changes.availability = self.needs_reauthentication is not needed_reauthentication
        if report.id is not None:
            self._remember(report.id, undated=report.undated)
        return changes

    def _remember(self, report_id: str, *, undated: bool) -> None:
        seen, limit = (self.seen_undated, MAX_SEEN_UNDATED) if undated else (self.seen, MAX_SEEN)
        seen[report_id] = None
        if len(seen) > limit:
            seen.popitem(last=False)

    def _apply_signals(self, report: Report, changes: Changes) -> None:
        """Apply a report's signals; an account's problem on one of them needs a look at all."""
        delivered_at = report.delivered_at
        freshness = Freshness.NONE
        account_problems: list[Problem] = []
        for signal in report.signals:
            content = signal.content
            problem = content.problem
            if problem is None:
                if not content.readings:
                    continue
                seen = self._apply_signal(content, signal.recorded_at, report, changes)
                if seen is not freshness:
                    freshness = max(freshness, seen)
            elif problem.remedy in _OF_SIGNALS:
                self._apply_signal_problem(problem, delivered_at, changes)
            else:
                account_problems.append(problem)
        if freshness:
            self._recover(report, freshness, changes)
        if not account_problems:
            return
        # A dynamic delivery's values were asked for at the same time as what failed.
        if freshness >= (Freshness.SEEN if report.errors_included else Freshness.NEW):
            for problem in account_problems:
                self._apply_signal_problem(problem, delivered_at, changes)
        else:
            self._apply_account_problems(account_problems, report, changes)

    def _apply_signal(
        self, content: Content, recorded_at: int | None, report: Report, changes: Changes
    ) -> Freshness:
        """Apply what one signal says; return how strongly it shows that the connection works.

        Newer is what was recorded later or, of one time or an unknown one, delivered later.
        """
        code, readings, delivered_at = content.code, content.readings, report.delivered_at
        signal = self.signals.get(code)
        if signal is None:
            if code not in SIGNALS and self._has_max_unlisted():
                return Freshness.NONE
            signal = self.signals[code] = SignalState(delivered_at)
        # A problem that was delivered after this reading stays, though the reading came last.
        elif signal.problem is not None and delivered_at >= signal.delivered_at:
            self._set_problem(code, signal, None, changes)
        if self._is_old(signal, code, recorded_at, report):
            return Freshness.NONE
        if code == _ODOMETER and self._is_too_low(signal, readings[0].value):
            return Freshness.NONE
        signal.label = content.label
        if delivered_at > signal.delivered_at:  # noqa: PLR1730 - a call costs as much as the rest
            signal.delivered_at = delivered_at
        is_new = False
        if recorded_at is not None:
            if report.retrieved or self.retrieved:
                is_new = self._apply_mixed_time(signal, code, recorded_at, report)
            else:
                is_new = self._apply_time(signal, recorded_at)
        if signal.readings is not readings:
            is_new |= self._apply_readings(signal, readings, changes)
        return Freshness.NEW if is_new else Freshness.SEEN

    def _is_old(
        self, signal: SignalState, code: str, recorded_at: int | None, report: Report
    ) -> bool:
        """Tell whether a reading is older than what is known of its signal."""
        known_at, delivered_at = signal.recorded_at, report.delivered_at
        if recorded_at is None or known_at is None or recorded_at == known_at:
            return delivered_at < signal.delivered_at
        if (code in report.retrieved) is (code in self.retrieved):
            return recorded_at < known_at
        # Smartcar's time is later than the vehicle's, nobody knows by how much.
        own_at = self.retrieved.get(code, known_at)
        return delivered_at < signal.delivered_at or recorded_at < own_at

    def _apply_mixed_time(
        self, signal: SignalState, code: str, recorded_at: int, report: Report
    ) -> bool:
        """Apply a time where some are the vehicle's and some Smartcar's; tell whether it is new.

        A signal's time never goes back; the vehicle's own is kept beside a later one of Smartcar's.
        """
        known_at = signal.recorded_at
        if code in report.retrieved:
            self.retrieved.setdefault(code, known_at or 0)
        elif code in self.retrieved and known_at is not None and recorded_at < known_at:
            is_new = self.retrieved[code] != recorded_at
            self.retrieved[code] = recorded_at
            return is_new
        else:
            self.retrieved.pop(code, None)
        return self._apply_time(signal, recorded_at)

    def _apply_time(self, signal: SignalState, recorded_at: int) -> bool:
        """Apply the time at which a signal was recorded; tell whether it changed."""
        if recorded_at == signal.recorded_at:
            return False
        signal.recorded_at = recorded_at
        if self.last_reported is None or recorded_at > self.last_reported:
            self.last_reported = recorded_at
        return True

    def _is_too_low(self, signal: SignalState, value: Value | None) -> bool:
        """Tell whether an odometer reads less than it did, or 0, which is no reading.

        Some cars say 0, or one and the same old number, whenever they are parked. Another
        instrument cluster begins anew, but drives on: it is believed once it has risen a few times
        without the higher number coming back.
        """
        last = self.readings.get(_ODOMETER)
        known = None if last is None else last.value
        if not isinstance(value, int | float):
            return False
        if not isinstance(known, int | float):
            return not value
        if value >= known - _ODOMETER_TOLERANCE and (value or not known):
            signal.lower, signal.rises = None, 0
            return False
        if signal.lower is None or value < signal.lower:
            signal.lower, signal.rises = value, 0
        elif signal.lower < value:
            signal.lower, signal.rises = value, signal.rises + (signal.lower > 0)
        if signal.rises < _ODOMETER_RISES:
            return True
        signal.lower, signal.rises = None, 0
        return False

    def _has_max_unlisted(self) -> bool:
        return len(self.signals.keys() - SIGNALS.keys()) >= _MAX_UNLISTED

    def _apply_readings(
        self, signal: SignalState, readings: tuple[Reading, ...], changes: Changes
    ) -> bool:
        """Apply readings; tell whether one of them changed."""
        known = len(changes.keys)
        signal.readings = readings
        for reading in readings:
            last = self.readings.get(reading.key)
            if last is None or last.value != reading.value or last.unit != reading.unit:
                if reading.value is None and last is not None and reading.key in _KEPT_WHEN_UNKNOWN:
                    continue
                self.readings[reading.key] = reading
                changes.keys.append(reading.key)
                if reading.key == _VIN and isinstance(reading.value, str):
                    changes.vehicle |= self.update_info(replace(self.info, vin=reading.value))
        return len(changes.keys) > known

    def _apply_signal_problem(self, problem: Problem, delivered_at: int, changes: Changes) -> None:
        """Apply a problem that concerns its signals alone."""
        for code in problem.signals:
            signal = self.signals.get(code)
            if signal is None:
                # What has no reading and no name in the catalogue is nothing to show.
                if problem.resolved or problem.remedy not in _KEPT or code not in SIGNALS:
                    continue
                signal = self.signals[code] = SignalState(delivered_at)
            elif delivered_at < signal.delivered_at:
                continue
            if signal.problem is not problem:
                self._change_problem(code, signal, problem, changes)
            if problem.remedy in _KEPT:
                signal.delivered_at = delivered_at

    def _change_problem(
        self, code: str, signal: SignalState, problem: Problem, changes: Changes
    ) -> None:
        if problem.resolved:
            if signal.problem is not None and signal.problem.type == problem.type:
                self._set_problem(code, signal, None, changes)
        elif problem.remedy in _KEPT:
            self._set_problem(code, signal, problem, changes)
        elif ends_value(problem):
            ended = _WHEN_NOT_CHARGING.get(code)
            nothing = (replace(self.readings[key], value=ended) for key in self._keys_of(code))
            self._apply_readings(signal, tuple(nothing), changes)

    def _set_problem(
        self, code: str, signal: SignalState, problem: Problem | None, changes: Changes
    ) -> None:
        was_withheld = signal.is_withheld
        signal.problem = problem
        if signal.is_withheld is not was_withheld:
            changes.keys += self._keys_of(code)

    def _keys_of(self, code: str) -> list[str]:
        """Return the keys of a signal's readings, also of those that it no longer sends."""
        return [key for key, reading in self.readings.items() if reading.code == code]

    def _apply_account_problems(
        self, problems: list[Problem], report: Report, changes: Changes
    ) -> None:
        """Apply the account's problems on signals of a report that brings nothing newer.

        They are the vehicle's, except where an earlier report has shown that they are the signals'
        own: Smartcar repeats an old error of one signal with every delivery.
        """
        by_name: dict[str, list[Problem]] = {}
        for problem in problems:
            by_name.setdefault(problem.name, []).append(problem)
        is_all = len(problems) == len(report.signals)
        for same in by_name.values():
            codes = () if is_all else tuple(code for problem in same for code in problem.signals)
            self._apply_vehicle_problem(
                replace(same[-1], signals=codes), report.delivered_at, changes
            )

    def _apply_vehicle_problem(self, problem: Problem, delivered_at: int, changes: Changes) -> None:
        if problem.remedy not in LASTING:
            return
        name = problem.name
        if problem.resolved:
            for code, signal in self.signals.items():
                if (
                    signal.problem is not None
                    and signal.problem.name == name
                    and (not problem.signals or code in problem.signals)
                ):
                    self._apply_signal_problem(
                        replace(problem, signals=(code,)), delivered_at, changes
                    )
        elif problem.signals and all(self._has_problem(code, name) for code in problem.signals):
            self._apply_signal_problem(problem, delivered_at, changes)
            return
        known = self.active_problems.get(name)
        over = max(self.recovered_at, self.resolved_at.get(name, 0))
        if delivered_at < (known.delivered_at if known else over):
            return
        if problem.resolved:
            self.resolved_at[name] = delivered_at
            changes.vehicle |= self.active_problems.pop(name, None) is not None
            if len(self.resolved_at) > _MAX_PROBLEMS:
                del self.resolved_at[min(self.resolved_at, key=self.resolved_at.__getitem__)]
            return
        since = known.since if known else delivered_at
        self.active_problems[name] = ActiveProblem(problem, since, delivered_at)
        changes.vehicle |= known is None
        if len(self.active_problems) > _MAX_PROBLEMS:
            # Those that the owner can end by logging in again are the last to go.
            del self.active_problems[min(self.active_problems, key=self._weight)]

    def _weight(self, name: str) -> tuple[bool, int]:
        active = self.active_problems[name]
        return active.problem.remedy is Remedy.REAUTHENTICATE, active.delivered_at

    def _has_problem(self, code: str, name: str) -> bool:
        signal = self.signals.get(code)
        return signal is not None and signal.problem is not None and signal.problem.name == name

    def _recover(self, report: Report, freshness: Freshness, changes: Changes) -> None:
        """Drop the problems that are older than a good reading.

        Those that named signals go on to concern them, as far as the report has not read them.
        """
        delivered_at = report.delivered_at
        if freshness is Freshness.SEEN and not report.errors_included:
            # A repeated value says little beside an error that was sent at the same time.
            delivered_at -= _REPEAT_TOLERANCE
        self.recovered_at = max(self.recovered_at, delivered_at)
        for name, active in list(self.active_problems.items()):
            if active.delivered_at >= delivered_at:
                continue
            changes.vehicle = True
            del self.active_problems[name]
            read = {signal.content.code for signal in report.signals if signal.content.readings}
            left = tuple(code for code in active.problem.signals if code not in read)
            self._apply_signal_problem(
                replace(active.problem, signals=left), active.delivered_at, changes
            )
