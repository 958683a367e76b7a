"""Billed calls, and what a plan leaves of them."""

import ast
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

import custom_components.smartcar_dynamic.allowance as module
from custom_components.smartcar_dynamic.allowance import (
    Allowance,
    MonthUsage,
    Plan,
    ReadBudget,
    Refusal,
    RefusalReason,
    VehicleUsage,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=BERLIN)
LATER = datetime(2026, 12, 15, 12, tzinfo=UTC)
LONG_AGO = datetime(2026, 8, 15, 12, tzinfo=UTC)
FAR_AHEAD = datetime(2099, 1, 15, 12, tzinfo=UTC)
CAR = "a-car"
OTHER = "another-car"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["vehicles", "id", "months", "month", "calls", "behind"]),
            inner,
            max_size=4,
        )
    ),
)


def moments(first: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.integers(0, days * 24).map(lambda hours: first + timedelta(hours=hours))


@pytest.fixture
def allowance() -> Allowance:
    """Return an allowance of ten calls, three of them for commands."""
    return Allowance(Plan(calls_per_month=10, reserve=3), BERLIN)


def count(allowance: Allowance, calls: int, now: datetime = NOW, *, command: bool = False) -> None:
    for _ in range(calls):
        allowance.count(CAR, now, command=command)


def stored(allowance: Allowance) -> Allowance:
    """Return the allowance after a restart."""
    raw = json.loads(json.dumps(allowance.to_json()))
    return Allowance.from_json(raw, allowance.plan, allowance.time_zone)


def test_it_knows_nothing_of_home_assistant() -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("homeassistant")]


# Counting


def test_each_vehicle_has_its_own_calls(allowance: Allowance) -> None:
    count(allowance, 4)
    allowance.count(OTHER, NOW)
    assert allowance.used(CAR, NOW) == 4
    assert allowance.used(OTHER, NOW) == 1
    assert allowance.left(CAR, NOW) == 6


def test_a_month_begins_at_local_midnight(allowance: Allowance) -> None:
    count(allowance, 1, datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    count(allowance, 2, datetime(2026, 11, 30, 23, 1, tzinfo=UTC))
    assert allowance.used(CAR, DECEMBER) == 2


def test_a_new_month_has_all_its_calls(allowance: Allowance) -> None:
    count(allowance, 10)
    assert allowance.left(CAR, LATER) == 10


def test_looking_at_a_vehicle_keeps_nothing_of_it(allowance: Allowance) -> None:
    assert allowance.left(CAR, NOW) == 10
    assert not allowance.usages


# Refusing


def test_a_read_within_the_allowance_is_not_refused(allowance: Allowance) -> None:
    count(allowance, 6)
    assert allowance.read_refusal(CAR, NOW) is None


def test_a_read_does_not_break_into_the_reserve(allowance: Allowance) -> None:
    count(allowance, 7)
    assert allowance.read_refusal(CAR, NOW) == Refusal(
        RefusalReason.RESERVED, used=7, allowed=10, reserve=3, until=DECEMBER
    )
    assert allowance.command_refusal(CAR, NOW) is None


def test_a_forced_read_takes_from_the_reserve(allowance: Allowance) -> None:
    count(allowance, 7)
    assert allowance.read_refusal(CAR, NOW, force=True) is None


def test_commands_use_the_reserve_and_not_the_reads(allowance: Allowance) -> None:
    count(allowance, 2, command=True)
    count(allowance, 6)
    assert allowance.read_refusal(CAR, NOW) is None
    count(allowance, 1)
    refusal = allowance.read_refusal(CAR, NOW)
    assert refusal is not None
    assert (refusal.reason, refusal.used, refusal.reserve) == (RefusalReason.RESERVED, 9, 1)


def test_commands_beyond_the_reserve_take_from_the_reads(allowance: Allowance) -> None:
    count(allowance, 5, command=True)
    budget = allowance.read_budget(CAR, NOW)
    assert (budget.left, budget.total) == (5, 5)


@pytest.mark.parametrize("force", [False, True])
def test_used_calls_refuse_everything(allowance: Allowance, force: bool) -> None:  # noqa: FBT001 - a parameter of the test
    count(allowance, 10)
    expected = Refusal(RefusalReason.ALLOWANCE_USED, used=10, allowed=10, reserve=3, until=DECEMBER)
    assert allowance.read_refusal(CAR, NOW, force=force) == expected
    assert allowance.command_refusal(CAR, NOW) == expected


def test_a_plan_without_calls_refuses_the_first_one() -> None:
    allowance = Allowance(Plan(calls_per_month=0, reserve=50), UTC)
    assert allowance.command_refusal(CAR, NOW) is not None
    assert allowance.read_budget(CAR, NOW).total == 0


@pytest.mark.parametrize("force", [False, True])
def test_an_exhausted_plan_refuses_until_the_month_ends(allowance: Allowance, force: bool) -> None:  # noqa: FBT001 - a parameter of the test
    count(allowance, 1)
    allowance.exhaust(CAR, NOW)
    refusal = allowance.read_refusal(CAR, NOW, force=force)
    assert refusal == allowance.command_refusal(CAR, NOW)
    assert refusal == Refusal(
        RefusalReason.EXHAUSTED, used=1, allowed=10, reserve=3, until=DECEMBER
    )
    assert allowance.left(CAR, NOW) == 0
    assert allowance.read_budget(CAR, NOW).left == 0
    assert allowance.read_refusal(CAR, LATER) is None


def test_one_exhausted_vehicle_does_not_stop_another(allowance: Allowance) -> None:
    allowance.exhaust(CAR, NOW)
    assert allowance.command_refusal(OTHER, NOW) is None


def test_a_call_that_succeeds_ends_the_exhaustion(allowance: Allowance) -> None:
    count(allowance, 1, LONG_AGO)
    allowance.exhaust(CAR, NOW)
    allowance.resume(CAR, NOW)
    assert allowance.command_refusal(CAR, NOW) is None


def test_resuming_what_is_not_exhausted_changes_nothing(allowance: Allowance) -> None:
    allowance.resume(CAR, NOW)
    assert not allowance.usages


def test_the_budget_is_the_local_month(allowance: Allowance) -> None:
    count(allowance, 2)
    assert allowance.read_budget(CAR, NOW) == ReadBudget(
        left=5, total=7, start=datetime(2026, 11, 1, tzinfo=BERLIN), end=DECEMBER
    )


def test_december_ends_with_the_year(allowance: Allowance) -> None:
    assert allowance.period_end(LATER) == datetime(2027, 1, 1, tzinfo=BERLIN)


# A clock that is wrong


def test_a_clock_set_back_gives_no_calls_back(allowance: Allowance) -> None:
    count(allowance, 6, NOW)
    count(allowance, 3, LONG_AGO)
    assert allowance.used(CAR, LONG_AGO) == 9
    assert allowance.used(CAR, NOW) == 9


def test_a_clock_that_ran_ahead_loses_no_calls(allowance: Allowance) -> None:
    count(allowance, 6, NOW)
    count(allowance, 3, FAR_AHEAD)
    assert allowance.used(CAR, NOW) == 9


def test_an_exhausted_plan_outlasts_a_clock_set_back(allowance: Allowance) -> None:
    allowance.exhaust(CAR, NOW)
    assert allowance.command_refusal(CAR, LONG_AGO) is not None
    allowance.resume(CAR, LONG_AGO)
    assert allowance.command_refusal(CAR, NOW) is None


def test_a_month_in_the_future_is_forgotten_in_time(allowance: Allowance) -> None:
    count(allowance, 10, FAR_AHEAD)
    for month in (11, 12):
        assert allowance.left(CAR, datetime(2026, month, 15, tzinfo=UTC)) == 0
    assert allowance.left(CAR, datetime(2027, 1, 1, tzinfo=BERLIN)) == 10


def test_forgetting_the_future_keeps_the_calls_of_today(allowance: Allowance) -> None:
    count(allowance, 4, NOW)
    count(allowance, 3, FAR_AHEAD)
    allowance.used(CAR, LONG_AGO)
    assert allowance.used(CAR, NOW) == 4


def test_a_clock_that_is_right_again_is_trusted(allowance: Allowance) -> None:
    count(allowance, 5, NOW)
    allowance.used(CAR, LONG_AGO)
    assert allowance.usages[CAR].behind is not None
    allowance.used(CAR, NOW)
    assert allowance.usages[CAR].behind is None


def test_the_earliest_month_behind_is_remembered(allowance: Allowance) -> None:
    count(allowance, 5, NOW)
    allowance.used(CAR, datetime(2026, 9, 15, tzinfo=UTC))
    allowance.used(CAR, LONG_AGO)
    assert allowance.usages[CAR].behind == 2026 * 12 + 7


@given(
    st.lists(
        moments(datetime(2026, 10, 1, tzinfo=UTC), days=59),
        min_size=1,
    )
)
def test_a_restless_clock_never_lowers_the_count(times: list[datetime]) -> None:
    allowance = Allowance(Plan(), UTC)
    last = datetime(2026, 11, 30, tzinfo=UTC)
    used = 0
    for number, time in enumerate(times, 1):
        allowance.count(CAR, time)
        assert allowance.used(CAR, last) >= used
        used = allowance.used(CAR, last)
        assert allowance.used(CAR, min(times[:number])) == number


# In the store


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["count", "command", "exhaust", "resume"]),
            st.sampled_from([CAR, OTHER]),
            moments(datetime(2026, 1, 1, tzinfo=UTC), days=700),
        )
    )
)
def test_the_store_keeps_everything(happened: list[tuple[str, str, datetime]]) -> None:
    allowance = Allowance(Plan(), BERLIN)
    for what, vehicle, time in happened:
        match what:
            case "count":
                allowance.count(vehicle, time)
            case "command":
                allowance.count(vehicle, time, command=True)
            case "exhaust":
                allowance.exhaust(vehicle, time)
            case _:
                allowance.resume(vehicle, time)
    assert stored(allowance) == allowance


@given(JSON)
def test_any_json_is_read_as_an_allowance(raw: object) -> None:
    allowance = Allowance.from_json(raw, Plan(), UTC)
    assert allowance.used(CAR, NOW) >= 0
    assert stored(allowance) == allowance


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(None, id="nothing"),
        pytest.param({"id": CAR}, id="no months"),
        pytest.param({"id": CAR, "months": []}, id="an empty list"),
        pytest.param({"id": "", "months": [{"month": 24322, "calls": 1}]}, id="no ID"),
        pytest.param({"id": "x" * 101, "months": [{"month": 24322, "calls": 1}]}, id="a long ID"),
        pytest.param({"id": CAR, "months": [7]}, id="no object"),
        pytest.param({"id": CAR, "months": [{"month": 1, "calls": 1}]}, id="before 2000"),
        pytest.param({"id": CAR, "months": [{"month": 99999, "calls": 1}]}, id="after 2199"),
        pytest.param({"id": CAR, "months": [{"month": 24322.0, "calls": 1}]}, id="a fraction"),
        pytest.param({"id": CAR, "months": [{"month": 24322, "calls": True}]}, id="a boolean"),
        pytest.param({"id": CAR, "months": [{"month": 24322, "calls": -1}]}, id="less than none"),
    ],
)
def test_what_is_no_usage_is_left_out(item: object) -> None:
    good = {"id": OTHER, "months": [{"month": 2026 * 12 + 10, "calls": 3, "exhausted": True}]}
    allowance = Allowance.from_json({"vehicles": [item, good]}, Plan(), UTC)
    assert allowance.usages == {
        OTHER: VehicleUsage((MonthUsage(2026 * 12 + 10, 3, exhausted=True),))
    }


def test_numbers_from_the_store_are_bounded() -> None:
    months = [{"month": 24300 + month, "calls": 10**9, "commands": 10**12} for month in range(9)]
    raw = {"vehicles": [{"id": CAR, "months": months, "behind": 24290}]}
    usage = Allowance.from_json(raw, Plan(), UTC).usages[CAR]
    assert [month.month for month in usage.months] == [24306, 24307, 24308]
    assert usage.months[0] == MonthUsage(24306, 1_000_000, 1_000_000)
    assert usage.behind == 24290


def test_the_store_names_at_most_a_thousand_vehicles() -> None:
    months = [{"month": 24322, "calls": 1}]
    raw = {"vehicles": [{"id": str(number), "months": months} for number in range(1001)]}
    assert len(Allowance.from_json(raw, Plan(), UTC).usages) == 1000


def test_months_of_long_ago_are_dropped(allowance: Allowance) -> None:
    for month in range(1, 12):
        count(allowance, month, datetime(2026, month, 15, tzinfo=UTC))
    assert [month.calls for month in allowance.usages[CAR].months] == [9, 10, 11]


def test_the_vehicle_called_longest_ago_makes_room(allowance: Allowance) -> None:
    allowance.count("0", NOW)
    allowance.count(CAR, LONG_AGO)
    for number in range(1, 1000):
        allowance.count(str(number), NOW + timedelta(hours=1))
    assert len(allowance.usages) == 1000
    assert CAR not in allowance.usages


def test_a_representation_names_no_vehicle(allowance: Allowance) -> None:
    allowance.count(CAR, NOW)
    assert CAR not in repr(allowance)
