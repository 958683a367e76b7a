"""When a read is worth its call."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
import json
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smartcar_dynamic.allowance import Allowance, Plan, ReadBudget
import custom_components.smartcar_dynamic.read_planner as module
from custom_components.smartcar_dynamic.read_planner import (
    Baselines,
    Charge,
    Look,
    Occurrence,
    PlannedRead,
    ReadPlanner,
    ReadReason,
    Values,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
BASELINES = Baselines(UTC)
START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 12, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
CAR = "a-car"

PARKED = Values(odometer=100, is_locked=True, is_plugged_in=False, is_charging=False)
ASLEEP = replace(PARKED, is_asleep=True)
PLUGGED = replace(PARKED, is_plugged_in=True, state_of_charge=50, charge_limit=80)
CHARGING = replace(PLUGGED, is_charging=True, power=7000, capacity=60)


def budget(left: int = 400, total: int = 450) -> ReadBudget:
    """Return what is left of November, by default more than an even pace wants."""
    return ReadBudget(left, total, START, END)


def parked(values: Values = PARKED, at: datetime = NOON - HOUR) -> ReadPlanner:
    """Return the planner of a vehicle that was read a while ago."""
    return ReadPlanner().read_finished(values, at, is_news=True)


def planned(
    planner: ReadPlanner, now: datetime = NOON, left: int = 400, total: int = 450
) -> PlannedRead | None:
    return planner.next_read(now, budget(left, total), BASELINES)


def reason(planner: ReadPlanner, now: datetime = NOON, left: int = 400) -> ReadReason | None:
    read = planned(planner, now, left)
    return None if read is None else read.reason


def minutes(planner: ReadPlanner, now: datetime = NOON, left: int = 400) -> float:
    """Return in how many minutes the next read is."""
    read = planned(planner, now, left)
    assert read is not None
    return (read.at - now) / MINUTE


def wishes(planner: ReadPlanner, now: datetime = NOON) -> dict[ReadReason, float]:
    """Return in how many minutes which looks are wished for."""
    return {look.reason: (look.at - now) / MINUTE for look in planner.looks}


def stored(planner: ReadPlanner) -> ReadPlanner:
    """Return the planner after a restart."""
    return ReadPlanner.from_json(json.loads(json.dumps(planner.to_json())))


def test_it_knows_nothing_of_home_assistant() -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    imported = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not [name for name in imported if name and name.startswith("homeassistant")]


# What happens


@pytest.mark.parametrize(
    ("occurrence", "expected", "after"),
    [
        (Occurrence.TRIP_ENDED, ReadReason.TRIP_ENDED, 1),
        (Occurrence.LOCKED, ReadReason.LOCKED, 1),
        (Occurrence.PLUGGED_IN, ReadReason.PLUGGED_IN, 2),
        (Occurrence.UNPLUGGED, ReadReason.UNPLUGGED, 1),
        (Occurrence.CHARGING_STARTED, ReadReason.CHARGING_STARTED, 4),
        (Occurrence.CHARGING_STOPPED, ReadReason.CHARGING_ENDED, 1),
        (Occurrence.MOVED, ReadReason.MOVING, 10),
        (Occurrence.ONLINE, ReadReason.AWAKE, 6),
        (Occurrence.AWAKE, ReadReason.AWAKE, 6),
    ],
)
def test_what_happened_is_looked_at_soon(
    occurrence: Occurrence, expected: ReadReason, after: int
) -> None:
    read = planned(parked().happened(occurrence, NOON))
    assert read == PlannedRead(NOON + after * MINUTE, expected)


@pytest.mark.parametrize("occurrence", [Occurrence.UNLOCKED, Occurrence.OFFLINE])
def test_what_tells_of_no_change_is_not_looked_at(occurrence: Occurrence) -> None:
    assert not parked().happened(occurrence, NOON).looks


def test_unlocking_is_no_reason_to_read_a_waking_vehicle() -> None:
    planner = parked().happened(Occurrence.AWAKE, NOON).happened(Occurrence.UNLOCKED, NOON)
    assert not planner.looks


def test_a_parked_vehicle_is_looked_at_twice() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    planner = planner.read_finished(PARKED, NOON + MINUTE, is_news=True)
    assert planned(planner, NOON + MINUTE) == PlannedRead(NOON + 12 * MINUTE, ReadReason.PARKED)


def test_no_second_look_at_a_plug_already_seen() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    planner = planner.read_finished(CHARGING, NOON + MINUTE, is_news=True)
    assert ReadReason.PARKED not in wishes(planner)


def test_a_lock_that_a_read_shows_is_looked_at_again() -> None:
    planner = parked(replace(PARKED, is_locked=False)).happened(Occurrence.MOVED, NOON)
    planner = planner.read_finished(PARKED, NOON + 10 * MINUTE, is_news=True)
    assert wishes(planner) == {ReadReason.PARKED: 22}


def test_a_moving_vehicle_is_not_read_with_each_push() -> None:
    planner = parked()
    for after in (0, 5, 10, 15, 20):
        planner = planner.happened(Occurrence.MOVED, NOON + after * MINUTE)
    assert minutes(planner, NOON + 20 * MINUTE) == 0
    planner = planner.read_finished(PARKED, NOON + 20 * MINUTE, is_news=True)
    planner = planner.happened(Occurrence.MOVED, NOON + 25 * MINUTE)
    assert planned(planner, NOON + 25 * MINUTE, left=450) == PlannedRead(
        NOON + 35 * MINUTE, ReadReason.MOVING
    )


def test_a_moving_vehicle_is_read_less_without_savings() -> None:
    planner = parked().happened(Occurrence.MOVED, NOON - 10 * MINUTE)
    planner = planner.read_finished(PARKED, NOON, is_news=True)
    planner = planner.happened(Occurrence.MOVED, NOON + 15 * MINUTE)
    assert planned(planner, NOON + 15 * MINUTE, left=222) == PlannedRead(
        NOON + 25 * MINUTE, ReadReason.MOVING
    )


def test_a_vehicle_that_stops_moving_is_read_in_any_case() -> None:
    planner = parked().happened(Occurrence.MOVED, NOON)
    planner = planner.read_finished(PARKED, NOON + 10 * MINUTE, is_news=True)
    assert planned(planner, NOON + 10 * MINUTE) == PlannedRead(
        NOON + 20 * MINUTE, ReadReason.STANDING
    )


def test_a_vehicle_that_moves_is_unplugged() -> None:
    planner = parked(CHARGING).happened(Occurrence.MOVED, NOON)
    assert planner.values.is_plugged_in is False
    assert planner.charge is None
    assert set(wishes(planner)) == {ReadReason.MOVING, ReadReason.STANDING}


def test_no_baseline_is_read_while_driving() -> None:
    planner = parked().happened(Occurrence.MOVED, NOON.replace(hour=17, minute=45))
    assert reason(planner, NOON.replace(hour=17, minute=50)) is ReadReason.MOVING


def test_an_event_that_repeats_puts_no_look_off() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    planner = planner.happened(Occurrence.LOCKED, NOON + MINUTE)
    assert wishes(planner)[ReadReason.LOCKED] == 1


def test_a_look_that_comes_too_late_is_dropped() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    assert reason(planner, NOON + 40 * MINUTE) is ReadReason.LOCKED
    assert reason(planner, NOON + HOUR) is ReadReason.IDLE
    assert ReadReason.LOCKED not in wishes(planner.happened(Occurrence.ONLINE, NOON + HOUR))


# What is pushed


@pytest.mark.parametrize(
    ("before", "news", "expected"),
    [
        pytest.param(Values(odometer=1), Values(odometer=2), ["moved"], id="odometer"),
        pytest.param(Values(odometer=2), Values(odometer=1), [], id="odometer falls"),
        pytest.param(Values(), Values(odometer=2, is_locked=True), [], id="first values"),
        pytest.param(Values(is_locked=False), Values(is_locked=True), ["locked"], id="lock"),
        pytest.param(Values(is_locked=True), Values(is_locked=False), ["unlocked"], id="unlock"),
        pytest.param(Values(is_asleep=False), Values(is_asleep=True), ["asleep"], id="sleep"),
        pytest.param(Values(is_asleep=True), Values(is_asleep=False), ["awake"], id="wake"),
        pytest.param(Values(is_online=True), Values(is_online=False), ["offline"], id="offline"),
        pytest.param(
            Values(is_plugged_in=False), Values(is_plugged_in=True), ["plugged_in"], id="plug"
        ),
        pytest.param(Values(), Values(is_charging=True), ["charging_started"], id="charging"),
        pytest.param(Values(is_charging=True), Values(is_charging=True), [], id="still charging"),
        pytest.param(
            Values(is_charging=True), Values(is_charging=False), ["charging_stopped"], id="stopped"
        ),
        pytest.param(
            Values(state_of_charge=50), Values(state_of_charge=51), ["charging_started"], id="rises"
        ),
        pytest.param(
            Values(state_of_charge=50, is_charging=True),
            Values(state_of_charge=51),
            [],
            id="rises as expected",
        ),
        pytest.param(
            Values(state_of_charge=50),
            Values(state_of_charge=51, is_charging=False),
            [],
            id="rises by itself",
        ),
        pytest.param(
            Values(state_of_charge=50, odometer=1),
            Values(state_of_charge=51, odometer=2),
            ["moved"],
            id="rises downhill",
        ),
    ],
)
def test_values_tell_what_happened(before: Values, news: Values, expected: list[str]) -> None:
    assert list(before.occurrences(news)) == expected


def test_pushed_values_are_looked_at_and_kept() -> None:
    planner = parked(replace(PARKED, is_locked=False))
    planner = planner.pushed(Values(odometer=110, is_locked=True), NOON)
    assert planner.values == replace(PARKED, odometer=110)
    assert reason(planner) is ReadReason.LOCKED


def test_values_that_say_nothing_new_change_no_plan() -> None:
    planner = parked()
    assert planner.pushed(PARKED, NOON) == planner


# Asleep


def test_a_vehicle_asleep_and_unchanged_is_not_read() -> None:
    assert planned(parked(ASLEEP)) is None
    assert planned(parked().pushed(ASLEEP, NOON)) is None


def test_a_vehicle_offline_and_unchanged_is_not_read() -> None:
    assert planned(parked(replace(PARKED, is_online=False))) is None


def test_falling_asleep_with_news_is_read_at_once() -> None:
    planner = parked(replace(PARKED, is_asleep=False)).happened(Occurrence.UNLOCKED, NOON)
    planner = planner.pushed(ASLEEP, NOON)
    assert planned(planner) == PlannedRead(NOON + MINUTE, ReadReason.ASLEEP)
    assert set(wishes(planner)) == {ReadReason.ASLEEP}


def test_falling_asleep_after_a_charge_is_read_at_once() -> None:
    planner = parked(replace(CHARGING, is_asleep=False)).pushed(Values(is_asleep=True), NOON)
    assert reason(planner) is ReadReason.ASLEEP


def test_falling_asleep_with_all_known_needs_no_look() -> None:
    planner = parked(replace(PLUGGED, is_asleep=False)).pushed(Values(is_asleep=True), NOON)
    assert not planner.looks


def test_a_plug_that_may_wake_the_vehicle_keeps_the_baselines() -> None:
    assert reason(parked(replace(PLUGGED, is_asleep=True))) is ReadReason.IDLE


def test_a_vehicle_waking_at_its_plug_may_charge() -> None:
    planner = parked(replace(PLUGGED, is_asleep=True)).happened(Occurrence.AWAKE, NOON)
    assert wishes(planner) == {ReadReason.CHARGING_STARTED: 6}


def test_a_full_vehicle_waking_at_its_plug_is_just_awake() -> None:
    full = replace(PLUGGED, state_of_charge=79, is_asleep=True)
    assert wishes(parked(full).happened(Occurrence.AWAKE, NOON)) == {ReadReason.AWAKE: 6}


# Baselines


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (2, PlannedRead(datetime(2026, 11, 16, 6, 50, tzinfo=UTC), ReadReason.MORNING)),
        (12, PlannedRead(datetime(2026, 11, 16, 17, 50, tzinfo=UTC), ReadReason.EVENING)),
        (20, PlannedRead(datetime(2026, 11, 17, 6, 50, tzinfo=UTC), ReadReason.MORNING)),
    ],
)
def test_morning_and_evening_are_read(hour: int, expected: PlannedRead) -> None:
    now = NOON.replace(hour=hour)
    assert planned(parked(at=now - HOUR), now, left=200) == expected


def test_a_vehicle_never_read_is_read_at_the_next_baseline() -> None:
    assert reason(ReadPlanner()) is ReadReason.EVENING


def test_a_baseline_just_after_a_read_is_not_needed() -> None:
    planner = parked(at=datetime(2026, 11, 16, 17, 30, tzinfo=UTC))
    assert planned(planner, planner.last_read or NOON, left=200) == PlannedRead(
        datetime(2026, 11, 17, 6, 50, tzinfo=UTC), ReadReason.MORNING
    )


def test_a_baseline_missed_by_little_is_caught_up() -> None:
    late = datetime(2026, 11, 16, 18, 20, tzinfo=UTC)
    assert planned(parked(), late, left=200) == PlannedRead(late, ReadReason.EVENING)
    assert planned(parked(), late + HOUR, left=200) == PlannedRead(
        datetime(2026, 11, 17, 6, 50, tzinfo=UTC), ReadReason.MORNING
    )


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        pytest.param(datetime(2026, 10, 23, 12, tzinfo=UTC), 5, id="summer"),
        pytest.param(datetime(2026, 10, 24, 12, tzinfo=UTC), 6, id="winter"),
    ],
)
def test_baselines_are_in_local_time(day: datetime, hour: int) -> None:
    baselines = Baselines(BERLIN, morning=time(7), evening=time(7))
    october = ReadBudget(
        60, 450, datetime(2026, 10, 1, tzinfo=BERLIN), datetime(2026, 11, 1, tzinfo=BERLIN)
    )
    read = parked(at=day).next_read(day, october, baselines)
    assert read is not None
    assert read.at == (day + DAY).replace(hour=hour)


# Patience


def test_reads_with_nothing_new_make_it_patient() -> None:
    planner = parked()
    gaps = []
    for _ in range(5):
        planner = planner.read_finished(PARKED, NOON, is_news=False)
        gaps.append(minutes(planner.happened(Occurrence.ONLINE, NOON - 6 * MINUTE)))
    assert gaps[:3] == [5, 15, 30]
    # An hour later is too late for it.
    assert min(gaps[3:]) > 60


def test_news_ends_the_patience() -> None:
    planner = replace(parked(), unchanged=4)
    assert planner.read_finished(PARKED, NOON, is_news=True).unchanged == 0
    assert planner.happened(Occurrence.LOCKED, NOON).unchanged == 0
    assert planner.happened(Occurrence.ONLINE, NOON).unchanged == 4


def test_a_vehicle_with_nothing_new_is_not_read_every_evening() -> None:
    planner = replace(parked(at=NOON - 5 * HOUR), unchanged=2)
    assert planned(planner, left=200) == PlannedRead(
        datetime(2026, 11, 17, 6, 50, tzinfo=UTC), ReadReason.MORNING
    )


def test_saved_calls_are_spent_on_a_vehicle_long_unread() -> None:
    assert planned(parked()) == PlannedRead(NOON + 30 * MINUTE, ReadReason.IDLE)
    assert reason(parked(), left=225) is ReadReason.EVENING


# The allowance


def test_an_even_pace_may_be_outrun_by_two_days() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    assert reason(planner, left=190) is ReadReason.LOCKED
    assert reason(planner, left=180) is ReadReason.MORNING


def test_a_look_waits_until_the_pace_allows_it() -> None:
    planner = parked(CHARGING).happened(Occurrence.CHARGING_STOPPED, NOON)
    # An even pace leaves 217.5 calls at noon of the 16th, and two days are 30.
    assert minutes(planner, left=187) == pytest.approx(48)
    assert reason(planner, left=187) is ReadReason.CHARGING_ENDED


def test_calls_are_kept_for_the_later_days() -> None:
    day = datetime(2026, 11, 29, 12, tzinfo=UTC)
    planner = parked(at=day - HOUR).happened(Occurrence.LOCKED, day)
    assert reason(planner, day, left=3) is ReadReason.LOCKED
    assert reason(planner, day, left=2) is ReadReason.MORNING


def test_the_last_calls_are_for_the_mornings() -> None:
    read = planned(parked(), left=15)
    assert read == PlannedRead(datetime(2026, 11, 17, 6, 50, tzinfo=UTC), ReadReason.MORNING)


def test_the_last_day_may_use_up_everything() -> None:
    last_day = datetime(2026, 11, 30, 12, tzinfo=UTC)
    planner = parked(at=last_day - HOUR).happened(Occurrence.LOCKED, last_day)
    assert reason(planner, last_day, left=1) is ReadReason.LOCKED


def test_used_calls_leave_the_next_month() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    last_day = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert planned(planner, last_day, left=0) == PlannedRead(
        datetime(2026, 12, 1, 6, 50, tzinfo=UTC), ReadReason.MORNING
    )


def test_without_calls_for_reads_none_is_planned() -> None:
    assert planned(parked().happened(Occurrence.LOCKED, NOON), left=0, total=0) is None


def test_a_small_plan_is_spread_over_its_month() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON)
    assert planner.next_read(NOON, budget(10, 20), BASELINES) == PlannedRead(
        NOON + MINUTE, ReadReason.LOCKED
    )


# Answers other than values


def test_a_limit_is_respected() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON).read_started(NOON + MINUTE)
    planner = planner.read_limited(NOON + MINUTE, timedelta(seconds=120))
    assert planned(planner, NOON + MINUTE) == PlannedRead(NOON + 3 * MINUTE, ReadReason.LOCKED)


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        pytest.param(timedelta(seconds=-5), MINUTE, id="in the past"),
        pytest.param(timedelta(days=400), DAY, id="next year"),
    ],
)
def test_a_limit_is_bounded(retry_after: timedelta, expected: timedelta) -> None:
    assert parked().read_limited(NOON, retry_after).limited_until == NOON + expected


def test_failures_are_retried_less_and_less() -> None:
    planner = parked()
    waits = []
    for _ in range(8):
        planner = planner.read_failed(NOON)
        assert planner.limited_until is not None
        waits.append((planner.limited_until - NOON) / MINUTE)
    assert waits == [10, 20, 40, 80, 160, 320, 320, 320]
    planner = planner.read_finished(PARKED, NOON, is_news=True)
    assert (planner.failures, planner.limited_until) == (0, None)


def test_an_exhausted_plan_is_left_alone_until_the_period_ends() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON).read_exhausted(END)
    assert planned(planner) == PlannedRead(
        datetime(2026, 12, 1, 6, 50, tzinfo=UTC), ReadReason.MORNING
    )
    december = ReadBudget(450, 450, END, datetime(2027, 1, 1, tzinfo=UTC))
    planner = planner.happened(Occurrence.LOCKED, END)
    read = planner.next_read(END, december, BASELINES)
    assert read is not None
    assert read.reason is ReadReason.LOCKED


def test_a_read_that_succeeds_ends_the_exhaustion() -> None:
    planner = parked().read_exhausted(END).read_finished(PARKED, NOON, is_news=True)
    assert planner.exhausted_until is None


def test_nothing_is_planned_beside_a_read() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON).read_started(NOON)
    assert planned(planner, NOON + 5 * MINUTE) is None
    assert planned(planner, NOON - 5 * MINUTE) is None


def test_a_read_that_never_came_back_is_forgotten() -> None:
    planner = parked().happened(Occurrence.LOCKED, NOON).read_started(NOON)
    assert reason(planner, NOON + 10 * MINUTE) is ReadReason.LOCKED


# Charging


def test_a_charge_is_read_half_way_and_around_its_end() -> None:
    # 30 % of 60 kWh at 7 kW are 162 minutes.
    looks = wishes(parked(CHARGING, NOON))
    assert looks[ReadReason.CHARGING_HALF_WAY] == pytest.approx(81, abs=1)
    assert looks[ReadReason.CHARGING_ENDS] == pytest.approx(138, abs=1)
    assert looks[ReadReason.CHARGING_ENDED] == pytest.approx(167, abs=1)


def test_what_is_measured_half_way_moves_the_end() -> None:
    half_way = replace(CHARGING, state_of_charge=60)
    planner = parked(CHARGING, NOON).read_finished(half_way, NOON + HOUR, is_news=True)
    looks = wishes(planner, NOON + HOUR)
    assert ReadReason.CHARGING_HALF_WAY not in looks
    assert looks[ReadReason.CHARGING_ENDS] == pytest.approx(108)
    assert looks[ReadReason.CHARGING_ENDED] == pytest.approx(125)
    assert planner.rate == pytest.approx(10 / 60)


def test_what_was_recorded_earlier_ends_earlier() -> None:
    early = ReadPlanner().read_finished(
        replace(CHARGING, minutes_to_complete=30),
        NOON,
        recorded_at=NOON - 10 * MINUTE,
        is_news=True,
    )
    looks = wishes(early)
    assert looks[ReadReason.CHARGING_ENDS] == pytest.approx(16)
    assert looks[ReadReason.CHARGING_ENDED] == pytest.approx(30)


def test_a_time_of_recording_in_the_future_is_now() -> None:
    planner = ReadPlanner().read_finished(CHARGING, NOON, recorded_at=END, is_news=True)
    assert planner.charge == Charge(NOON, 50)


def test_the_vehicle_knows_best_when_it_is_full() -> None:
    looks = wishes(parked(replace(CHARGING, minutes_to_complete=60), NOON))
    assert looks[ReadReason.CHARGING_ENDED] == pytest.approx(65)


def test_a_short_charge_is_read_at_its_end_alone() -> None:
    looks = wishes(parked(replace(CHARGING, minutes_to_complete=7), NOON))
    assert looks == {ReadReason.CHARGING_ENDED: 12}


def test_the_last_rate_serves_a_vehicle_that_tells_no_power() -> None:
    silent = replace(CHARGING, power=None)
    planner = replace(ReadPlanner(), rate=0.25).read_finished(silent, NOON, is_news=True)
    assert wishes(planner)[ReadReason.CHARGING_ENDED] == pytest.approx(125)


def test_a_charge_of_unknown_end_is_read_less_and_less() -> None:
    unknown = replace(PARKED, is_charging=True)
    planner = ReadPlanner()
    waits = []
    for _ in range(5):
        planner = planner.read_finished(unknown, NOON, is_news=True)
        waits.append(wishes(planner)[ReadReason.CHARGING_HALF_WAY])
    assert waits == [30, 60, 120, 240, 240]


def test_an_overdue_charge_is_read_less_and_less() -> None:
    at_limit = replace(CHARGING, state_of_charge=80)
    planner = ReadPlanner()
    waits = []
    for _ in range(5):
        planner = planner.read_finished(at_limit, NOON, is_news=True)
        waits.append(wishes(planner)[ReadReason.CHARGING_ENDED])
    assert waits == [10, 20, 40, 80, 80]


def test_beyond_its_limit_a_charge_ends_at_100() -> None:
    looks = wishes(parked(replace(CHARGING, state_of_charge=90), NOON))
    assert looks[ReadReason.CHARGING_ENDED] == pytest.approx(59, abs=1)


def test_no_charge_lasts_for_ever() -> None:
    looks = wishes(parked(replace(CHARGING, power=1e-9), NOON))
    assert looks[ReadReason.CHARGING_ENDED] == pytest.approx(2 * 24 * 60 + 5)


def test_a_charge_that_is_over_needs_no_looks() -> None:
    planner = parked(CHARGING, NOON)
    planner = planner.read_finished(replace(PLUGGED, state_of_charge=80), NOON + HOUR, is_news=True)
    assert planner.charge is None
    assert not planner.looks


def test_a_plug_pulled_needs_no_looks() -> None:
    planner = parked(CHARGING, NOON).read_finished(PARKED, NOON + HOUR, is_news=True)
    assert (planner.charge, planner.plugged, planner.looks) == (None, None, ())


def test_what_was_true_for_a_moment_is_forgotten() -> None:
    planner = parked(replace(CHARGING, minutes_to_complete=60))
    planner = planner.read_finished(PLUGGED, NOON, is_news=True)
    assert (planner.values.power, planner.values.minutes_to_complete) == (None, None)


# A plug that waits


def test_a_plug_that_waits_is_looked_at_less_and_less() -> None:
    planner = ReadPlanner()
    now = NOON
    waits = []
    for _ in range(5):
        planner = planner.read_finished(PLUGGED, now, is_news=True)
        waits.append(wishes(planner, now)[ReadReason.WAITING])
        now += waits[-1] * MINUTE
    assert waits == [45, 45, 90, 180, 180]


def test_a_plug_is_known_from_when_it_was_pushed() -> None:
    planner = parked().happened(Occurrence.PLUGGED_IN, NOON)
    planner = planner.read_finished(PLUGGED, NOON + HOUR, is_news=True)
    assert wishes(planner, NOON + HOUR) == {ReadReason.WAITING: 60}


def test_a_plug_is_looked_at_when_charging_began_last() -> None:
    planner = parked(PLUGGED, NOON - 2 * HOUR)
    # 8 % at 7 kW take 43 minutes, so it began at 11:17.
    planner = planner.read_finished(replace(CHARGING, state_of_charge=58), NOON, is_news=True)
    assert planner.started is not None
    assert (planner.started - NOON) / MINUTE == pytest.approx(-43, abs=1)
    next_day = planner.started + DAY
    planner = replace(planner, charge=None, plugged=None)
    planner = planner.read_finished(PLUGGED, next_day - 20 * MINUTE, is_news=True)
    assert wishes(planner, next_day) == {ReadReason.WAITING: 10}
    planner = planner.read_finished(PLUGGED, next_day + 10 * MINUTE, is_news=True)
    assert wishes(planner, next_day) == {ReadReason.WAITING: 25}
    planner = planner.read_finished(PLUGGED, next_day + HOUR, is_news=True)
    assert wishes(planner, next_day + HOUR)[ReadReason.WAITING] == 80


def test_a_start_without_any_rate_is_when_it_was_seen() -> None:
    planner = parked(PLUGGED, NOON - 2 * HOUR)
    planner = planner.read_finished(replace(CHARGING, power=None), NOON, is_news=True)
    assert planner.started == NOON


def test_a_charge_that_begins_with_its_plug_teaches_nothing() -> None:
    planner = parked(PLUGGED, NOON - 10 * MINUTE).read_finished(CHARGING, NOON, is_news=True)
    assert planner.started is None


# A clock that is wrong


def test_a_clock_set_back_stops_no_reads() -> None:
    planner = parked(CHARGING, NOON).read_limited(NOON, HOUR)
    earlier = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert planned(planner, earlier) == PlannedRead(
        datetime(2026, 11, 2, 17, 50, tzinfo=UTC), ReadReason.EVENING
    )
    planner = planner.happened(Occurrence.LOCKED, earlier)
    assert planned(planner, earlier) == PlannedRead(earlier + MINUTE, ReadReason.LOCKED)


def test_a_clock_set_back_into_another_period_forgets_the_exhaustion() -> None:
    planner = parked().read_exhausted(datetime(2027, 1, 1, tzinfo=UTC))
    assert reason(planner) is ReadReason.IDLE


# In the store


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({"values": 1, "looks": 1, "charge": 1, "last_read": 1}, id="numbers"),
        pytest.param({"values": {"state_of_charge": True}}, id="a boolean for a number"),
        pytest.param({"values": {"state_of_charge": float("nan")}}, id="not a number"),
        pytest.param({"values": {"power": 1e300}}, id="a huge number"),
        pytest.param({"values": {"is_locked": 1}}, id="a number for a boolean"),
        pytest.param({"looks": [{"at": "2026-11-16T12:00:00Z", "reason": "whim"}]}, id="a whim"),
        pytest.param({"looks": [{"at": "soon", "reason": "locked"}]}, id="no time"),
        pytest.param({"charge": {"since": 1, "state_of_charge": 1, "overdue": 1}}, id="no start"),
        pytest.param({"last_read": "2026-11-16T12:00:00"}, id="no zone"),
        pytest.param({"last_read": "1026-11-16T12:00:00Z"}, id="long ago"),
        pytest.param({"rate": -1, "unchanged": -1, "failures": "1"}, id="negative"),
    ],
)
def test_what_is_of_another_form_is_unknown(raw: object) -> None:
    assert ReadPlanner.from_json(raw) == ReadPlanner()


def test_counts_from_the_store_are_bounded() -> None:
    charge = {"since": "2026-11-16T12:00:00Z", "state_of_charge": 5, "overdue": 99}
    planner = ReadPlanner.from_json({"unchanged": 99, "failures": 99, "charge": charge})
    assert (planner.unchanged, planner.failures) == (4, 6)
    assert planner.charge == Charge(NOON, 5, 3)


def test_the_store_keeps_one_look_for_each_reason() -> None:
    looks = [{"at": f"2026-11-{day}T13:00:00+01:00", "reason": "locked"} for day in (17, 16, 18)]
    assert ReadPlanner.from_json({"looks": looks}).looks == (Look(NOON, ReadReason.LOCKED),)


def test_a_restart_loses_the_read_being_made() -> None:
    planner = parked(CHARGING).happened(Occurrence.LOCKED, NOON).read_started(NOON)
    assert stored(planner) == replace(planner, reading_since=None)


# Whatever happens

PERCENT = st.none() | st.integers(0, 100).map(float)
FLAG = st.none() | st.booleans()
VALUES = st.builds(
    Values,
    state_of_charge=PERCENT,
    charge_limit=PERCENT,
    capacity=st.none() | st.floats(-1, 200),
    power=st.none() | st.floats(-1, 1e9),
    minutes_to_complete=st.none() | st.floats(-1, 1e9),
    odometer=st.none() | st.integers(0, 5).map(float),
    is_plugged_in=FLAG,
    is_charging=FLAG,
    is_locked=FLAG,
    is_online=FLAG,
    is_asleep=FLAG,
)
ANSWERS = st.sampled_from(["values", "nothing new", "failed", "limited", "exhausted"])
type Event = tuple[timedelta, Occurrence | Values]
EVENTS: st.SearchStrategy[list[Event]] = st.lists(
    st.tuples(
        st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
        st.sampled_from(list(Occurrence)) | VALUES,
    ),
    max_size=25,
)


def told(planner: ReadPlanner, event: Occurrence | Values, now: datetime) -> ReadPlanner:
    if isinstance(event, Values):
        return planner.pushed(event, now)
    return planner.happened(event, now)


class Owner:
    """A vehicle's owner who reads whenever the planner says so, and counts."""

    def __init__(self, plan: Plan, answers: list[str], values: Values) -> None:
        """Initialize at the month's first midnight of UTC; answers repeat in their order."""
        self.allowance = Allowance(plan, BERLIN)
        self.baselines = Baselines(BERLIN)
        self.planner = ReadPlanner()
        self.answers = answers
        self.values = values
        self.now = START
        self.reads: list[tuple[datetime, ReadReason]] = []

    def next_read(self) -> PlannedRead | None:
        budget = self.allowance.read_budget(CAR, self.now)
        read = self.planner.next_read(self.now, budget, self.baselines)
        assert read == self.planner.next_read(self.now, budget, self.baselines)
        assert read is None or read.at >= self.now
        return read

    def wait(self, until: datetime) -> None:
        """Let time pass, and make the reads that become due."""
        while (read := self.next_read()) is not None and read.at <= until:
            self.now = read.at
            assert self.next_read() == PlannedRead(read.at, read.reason)
            self.read(read.reason)
        self.now = until

    def read(self, reason: ReadReason) -> None:
        budget = self.allowance.read_budget(CAR, self.now)
        assert self.allowance.read_refusal(CAR, self.now) is None
        self.allowance.count(CAR, self.now)
        self.reads.append((self.now, reason))
        self.planner = self.planner.read_started(self.now)
        assert self.next_read() is None
        answer = self.answers[len(self.reads) % len(self.answers)]
        match answer:
            case "failed":
                self.planner = self.planner.read_failed(self.now)
            case "limited":
                self.planner = self.planner.read_limited(self.now, timedelta(seconds=120))
            case "exhausted":
                self.allowance.exhaust(CAR, self.now)
                self.planner = self.planner.read_exhausted(budget.end)
            case _:
                self.planner = self.planner.read_finished(
                    self.values, self.now, is_news=answer == "values"
                )

    def months(self) -> Iterator[tuple[str, list[datetime]]]:
        by_month: dict[str, list[datetime]] = {}
        for at, _ in self.reads:
            local = at.astimezone(BERLIN)
            by_month.setdefault(f"{local:%Y-%m}", []).append(local)
        yield from by_month.items()


@settings(deadline=None, max_examples=60)
@given(
    EVENTS,
    VALUES,
    st.lists(ANSWERS, min_size=1, max_size=5),
    st.integers(0, 120),
    st.integers(0, 20),
)
def test_never_more_reads_than_the_allowance(
    events: list[Event], values: Values, answers: list[str], calls: int, reserve: int
) -> None:
    owner = Owner(Plan(calls, reserve), answers, values)
    for after, event in events:
        owner.wait(owner.now + after)
        owner.planner = told(owner.planner, event, owner.now)
    owner.wait(owner.now + 5 * DAY)
    total = max(0, calls - reserve)
    for _, days in owner.months():
        assert len(days) <= total
        if len(days) == total:
            assert (days[-1] + DAY).month != days[-1].month


@settings(deadline=None, max_examples=60)
@given(EVENTS, VALUES, st.lists(ANSWERS, min_size=1, max_size=5))
def test_reads_are_minutes_apart(events: list[Event], values: Values, answers: list[str]) -> None:
    owner = Owner(Plan(), answers, values)
    for after, event in events:
        owner.wait(owner.now + after)
        owner.planner = told(owner.planner, event, owner.now)
    times = [at for at, _ in owner.reads]
    assert all(later - earlier >= MINUTE for earlier, later in pairwise(times))


@settings(deadline=None, max_examples=60)
@given(EVENTS, VALUES, st.lists(ANSWERS, min_size=1, max_size=5))
def test_a_restart_changes_no_plan(events: list[Event], values: Values, answers: list[str]) -> None:
    owner = Owner(Plan(), answers, values)
    for after, event in events:
        owner.wait(owner.now + after)
        owner.planner = told(owner.planner, event, owner.now)
        assert stored(owner.planner) == owner.planner


@settings(deadline=None, max_examples=100)
@given(EVENTS, VALUES, st.floats(0, 0.999))
def test_a_plan_stands_until_its_time(events: list[Event], values: Values, part: float) -> None:
    planner, now = ReadPlanner().read_finished(values, START, is_news=True), START
    for after, event in events:
        now = min(now + after, NOON)
        planner = told(planner, event, now)
    read = planned(planner, now)
    if read is not None and read.at < END:
        assert planned(planner, now + (read.at - now) * part) == read


@settings(deadline=None, max_examples=100)
@given(EVENTS, VALUES, st.integers(0, 15 * 24).map(lambda hours: timedelta(hours=hours)))
def test_a_clock_set_back_stops_no_planner(
    events: list[Event], values: Values, back: timedelta
) -> None:
    planner, now = ReadPlanner().read_finished(values, START, is_news=True), NOON
    for _, event in events:
        planner = told(planner, event, now)
    now -= back
    read = planned(planner.happened(Occurrence.LOCKED, now), now, left=450)
    assert read is not None
    assert now <= read.at <= now + HOUR


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["values", "looks", "charge", "at", "reason", "since", "rate"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_is_read_as_a_planner(raw: object) -> None:
    planner = ReadPlanner.from_json(raw)
    assert stored(planner) == planner


def test_an_owner_who_saves_has_more_for_a_long_drive() -> None:
    owner = Owner(Plan(), ["values"], PARKED)
    owner.planner = owner.planner.read_finished(ASLEEP, START, is_news=True)
    owner.wait(START + 14 * DAY)
    assert not owner.reads
    owner.planner = owner.planner.happened(Occurrence.AWAKE, owner.now)
    for _ in range(24):
        for _ in range(6):
            owner.planner = owner.planner.happened(Occurrence.MOVED, owner.now)
            owner.wait(owner.now + 5 * MINUTE)
        owner.planner = owner.planner.happened(Occurrence.LOCKED, owner.now)
        owner.wait(owner.now + 30 * MINUTE)
    reasons = Counter(reason for _, reason in owner.reads)
    assert reasons[ReadReason.LOCKED] == 24
    assert reasons[ReadReason.PARKED] == 24
    assert len(owner.reads) > 60
