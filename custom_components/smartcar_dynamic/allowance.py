"""Billed calls per vehicle and calendar month, and how many the plan leaves.

Smartcar bills each request to a vehicle, whatever becomes of it, and tells nobody how many are
left. The limit is the vehicle's own: the error for it is `VEHICLE_REQUEST_LIMIT`, and the paid
plans sell their calls by the vehicle. So one vehicle's calls never take another one's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import StrEnum, auto

_MOST_VEHICLES = 1000
_MOST_MONTHS = 3
_MOST_CALLS = 1_000_000
_LONGEST_ID = 100
_FIRST_YEAR = 2000
_LAST_YEAR = 2200
_MONTHS = 12
_ERROR_AFTER = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What the owner's plan allows: calls per vehicle and month, some of them for commands."""

    calls_per_month: int = 500
    reserve: int = 50


class RefusalReason(StrEnum):
    """Why a billed call is not made."""

    EXHAUSTED = auto()
    """Smartcar has answered 430: the plan has no more calls in this month."""
    ALLOWANCE_USED = auto()
    """By our count the month's calls are used."""
    RESERVED = auto()
    """What is left is for commands."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a billed call is not made, in numbers; calls are allowed again at `until`.

    `reserve` is what is still kept for commands: those that were made have used their part of it.
    """

    reason: RefusalReason
    used: int
    allowed: int
    reserve: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """Calls that reads of one vehicle may take in a period, and how many of them are left.

    `start` and `end` are local midnights in the time zone by which months are counted.
    """

    left: int
    total: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class MonthUsage:
    """One vehicle's calls in a month, which is counted from January of the year 0.

    `calls` are all of them, `commands` those of commands.
    """

    month: int
    calls: int = 0
    commands: int = 0
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class VehicleUsage:
    """One vehicle's calls in the last months, oldest first.

    A clock that was set back finds the calls of the later month still counted, and adds to them. A
    clock that had run ahead leaves a month in the future: `behind` is the first month in which the
    clock was seen behind it, and after a whole month of that the future one is dropped.
    """

    months: tuple[MonthUsage, ...] = ()
    behind: int | None = None

    def in_month(self, month: int) -> MonthUsage:
        """Return the usage of a month together with what was counted under later ones."""
        counted = [usage for usage in self.months if usage.month >= month]
        return MonthUsage(
            month,
            sum(usage.calls for usage in counted),
            sum(usage.commands for usage in counted),
            any(usage.exhausted for usage in counted),
        )

    def seen_in(self, month: int) -> VehicleUsage:
        """Return the usage after the clock has shown a month."""
        if not self.months or month >= self.months[-1].month:
            return self if self.behind is None else replace(self, behind=None)
        if self.behind is None or month < self.behind:
            return replace(self, behind=month)
        if month < self.behind + _ERROR_AFTER:
            return self
        past = VehicleUsage(tuple(usage for usage in self.months if usage.month <= month))
        return replace(past, months=past._up_to(month))

    def with_call(self, month: int, *, command: bool) -> VehicleUsage:
        """Return the usage with one more call in a month, or in a later one if there is one."""
        *earlier, last = self._up_to(month)
        last = replace(last, calls=last.calls + 1, commands=last.commands + command)
        return replace(self, months=(*earlier, last))

    def with_exhausted(self, month: int, *, exhausted: bool) -> VehicleUsage:
        """Return the usage with the month's plan, and that of later months, exhausted or not."""
        if not exhausted:
            months = (
                replace(usage, exhausted=False) if usage.month >= month else usage
                for usage in self.months
            )
            return replace(self, months=tuple(months))
        *earlier, last = self._up_to(month)
        return replace(self, months=(*earlier, replace(last, exhausted=True)))

    def _up_to(self, month: int) -> tuple[MonthUsage, ...]:
        """Return the months, the last of them being this one or a later one."""
        if self.months and self.months[-1].month >= month:
            return self.months
        return (*self.months, MonthUsage(month))[-_MOST_MONTHS:]


@dataclass(slots=True)
class Allowance:
    """Counts billed calls, and says whether the next one is within the plan.

    `now` is always an aware time; a month begins at midnight in `time_zone`. Smartcar's own billing
    period is not known.
    """

    plan: Plan
    time_zone: tzinfo
    usages: dict[str, VehicleUsage] = field(default_factory=dict, repr=False)

    def count(self, vehicle_id: str, now: datetime, *, command: bool = False) -> None:
        """Count a call before it is made: one that fails, or is made again, is billed, too."""
        usage = self._usage(vehicle_id, now)
        self._set(vehicle_id, usage.with_call(self._month(now), command=command))

    def exhaust(self, vehicle_id: str, now: datetime) -> None:
        """Take Smartcar's word (430) that the plan has no more calls until the month's end."""
        usage = self._usage(vehicle_id, now)
        self._set(vehicle_id, usage.with_exhausted(self._month(now), exhausted=True))

    def resume(self, vehicle_id: str, now: datetime) -> None:
        """Note that a call succeeded, so the plan is not, or no longer, exhausted."""
        usage = self._usage(vehicle_id, now)
        if usage.in_month(self._month(now)).exhausted:
            self._set(vehicle_id, usage.with_exhausted(self._month(now), exhausted=False))

    def used(self, vehicle_id: str, now: datetime) -> int:
        """Return the calls of this month."""
        return self._in_month(vehicle_id, now).calls

    def left(self, vehicle_id: str, now: datetime) -> int:
        """Return the calls that are left in this month, the reserve included."""
        usage = self._in_month(vehicle_id, now)
        return 0 if usage.exhausted else max(0, self.plan.calls_per_month - usage.calls)

    def read_budget(self, vehicle_id: str, now: datetime) -> ReadBudget:
        """Return what this month leaves for reads."""
        usage = self._in_month(vehicle_id, now)
        total = max(0, self.plan.calls_per_month - max(self.plan.reserve, usage.commands))
        return ReadBudget(
            left=0 if usage.exhausted else max(0, total - (usage.calls - usage.commands)),
            total=total,
            start=self._midnight(self._month(now)),
            end=self.period_end(now),
        )

    def read_refusal(
        self, vehicle_id: str, now: datetime, *, force: bool = False
    ) -> Refusal | None:
        """Return why a read is refused; a forced one may take from the reserve like a command."""
        refusal = self.command_refusal(vehicle_id, now)
        if refusal is None and not force and self.read_budget(vehicle_id, now).left <= 0:
            return self._refusal(RefusalReason.RESERVED, vehicle_id, now)
        return refusal

    def command_refusal(self, vehicle_id: str, now: datetime) -> Refusal | None:
        """Return why a command is refused."""
        if self._in_month(vehicle_id, now).exhausted:
            return self._refusal(RefusalReason.EXHAUSTED, vehicle_id, now)
        if self.left(vehicle_id, now) <= 0:
            return self._refusal(RefusalReason.ALLOWANCE_USED, vehicle_id, now)
        return None

    def period_end(self, now: datetime) -> datetime:
        """Return the midnight at which the next month begins."""
        return self._midnight(self._month(now) + 1)

    def to_json(self) -> dict[str, object]:
        """Return what the store keeps."""
        return {
            "vehicles": [
                {
                    "id": vehicle_id,
                    "behind": usage.behind,
                    "months": [
                        {
                            "month": month.month,
                            "calls": month.calls,
                            "commands": month.commands,
                            "exhausted": month.exhausted,
                        }
                        for month in usage.months
                    ],
                }
                for vehicle_id, usage in self.usages.items()
            ]
        }

    @classmethod
    def from_json(cls, raw: object, plan: Plan, time_zone: tzinfo) -> Allowance:
        """Return what the store kept; items of another form are left out."""
        return cls(plan, time_zone, dict(_usages_from_json(raw)))

    def _usage(self, vehicle_id: str, now: datetime) -> VehicleUsage:
        """Return a vehicle's usage, with the clock's month noted."""
        known = self.usages.get(vehicle_id)
        if known is None:
            return VehicleUsage()
        usage = self.usages[vehicle_id] = known.seen_in(self._month(now))
        return usage

    def _in_month(self, vehicle_id: str, now: datetime) -> MonthUsage:
        return self._usage(vehicle_id, now).in_month(self._month(now))

    def _set(self, vehicle_id: str, usage: VehicleUsage) -> None:
        """Keep a vehicle's usage; the one that was called the longest ago makes room for it."""
        if vehicle_id not in self.usages and len(self.usages) >= _MOST_VEHICLES:
            del self.usages[min(self.usages, key=lambda id_: self.usages[id_].months[-1].month)]
        self.usages[vehicle_id] = usage

    def _refusal(self, reason: RefusalReason, vehicle_id: str, now: datetime) -> Refusal:
        usage = self._in_month(vehicle_id, now)
        return Refusal(
            reason,
            used=usage.calls,
            allowed=self.plan.calls_per_month,
            reserve=max(0, self.plan.reserve - usage.commands),
            until=self.period_end(now),
        )

    def _month(self, now: datetime) -> int:
        local = now.astimezone(self.time_zone)
        return local.year * _MONTHS + local.month - 1

    def _midnight(self, month: int) -> datetime:
        year, index = divmod(month, _MONTHS)
        return datetime(year, index + 1, 1, tzinfo=self.time_zone)


def _usages_from_json(raw: object) -> Iterator[tuple[str, VehicleUsage]]:
    vehicles = raw.get("vehicles") if isinstance(raw, dict) else None
    for item in vehicles[:_MOST_VEHICLES] if isinstance(vehicles, list) else ():
        match item:
            case {"id": str() as id_, "months": list() as months} if 0 < len(id_) <= _LONGEST_ID:
                usages = {usage.month: usage for usage in _months_from_json(months)}
                if usages:
                    kept = tuple(usages[month] for month in sorted(usages)[-_MOST_MONTHS:])
                    yield id_, VehicleUsage(kept, _month_from_json(item.get("behind")))


def _months_from_json(raw: list[object]) -> Iterator[MonthUsage]:
    for item in raw:
        if not isinstance(item, dict):
            continue
        month = _month_from_json(item.get("month"))
        calls = _calls_from_json(item.get("calls"))
        if month is not None and calls is not None:
            commands = min(_calls_from_json(item.get("commands")) or 0, calls)
            yield MonthUsage(month, calls, commands, item.get("exhausted") is True)


def _month_from_json(raw: object) -> int | None:
    if type(raw) is int and _FIRST_YEAR * _MONTHS <= raw < _LAST_YEAR * _MONTHS:
        return raw
    return None


def _calls_from_json(raw: object) -> int | None:
    return min(raw, _MOST_CALLS) if type(raw) is int and raw >= 0 else None
