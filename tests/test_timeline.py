"""What a vehicle recorded, in order; and how far an odometer is believed."""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from custom_components.smartcar_dynamic import timeline as module
from custom_components.smartcar_dynamic.timeline import (
    DAY,
    HOUR,
    ODOMETER,
    STATE_OF_CHARGE,
    Change,
    Motion,
    Observation,
    Odometer,
    Row,
    Sample,
    Timeline,
    flag,
    number,
    number_at,
    set_back,
    text,
)

from .series import at, placed, seen

READERS = {STATE_OF_CHARGE: number(0, 100), ODOMETER: number(0, 1000), "location-isathome": flag}


@dataclass(slots=True)
class Record:
    """All rows, as they came."""

    rows: list[tuple[int, dict[str, object]]] = field(default_factory=list)

    def copy(self) -> Self:
        return type(self)(list(self.rows))

    def fold(self, row: Row) -> None:
        self.rows.append((row.at, dict(row.values)))


def timeline_of(*observations: Observation) -> Timeline[Record]:
    """Return a timeline that has taken observations."""
    timeline = Timeline(Record(), READERS)
    for observation in observations:
        timeline.add(observation)
    return timeline


def charges(timeline: Timeline[Record]) -> list[object]:
    """Return the states of charge in their order."""
    return [
        values[STATE_OF_CHARGE] for _, values in timeline.head.rows if STATE_OF_CHARGE in values
    ]


def test_rows_come_in_the_order_of_recording() -> None:
    timeline = timeline_of(seen(0, soc=1), seen(30, soc=3), seen(15, delivered=31, soc=2))
    assert charges(timeline) == [1, 2, 3]


def test_what_an_observation_does_is_told() -> None:
    timeline = timeline_of()
    assert timeline.add(seen(0, soc=1)) is Change.NEWER
    assert timeline.add(seen(0, soc=1)) is Change.NONE
    assert timeline.add(seen(0, delivered=5, soc=1)) is Change.NONE
    assert timeline.add(seen(30, soc=2)) is Change.NEWER
    assert timeline.add(seen(10, delivered=31, soc=3)) is Change.EARLIER
    assert timeline.add(seen(10, delivered=32, soc=3)) is Change.NONE
    assert timeline.add(seen(40, speed=3.0)) is Change.NONE


def test_the_head_without_a_late_row_is_kept() -> None:
    timeline = timeline_of(seen(0, soc=1), seen(30, soc=3))
    timeline.add(seen(15, delivered=31, soc=2))
    assert [values[STATE_OF_CHARGE] for _, values in timeline.previous.rows] == [1, 3]


def test_two_values_of_one_time_both_count_in_their_order() -> None:
    timeline = timeline_of(
        seen(0, odometer=5), seen(9, odometer=7), seen(9, delivered=10, odometer=6)
    )
    assert [values[ODOMETER] for _, values in timeline.head.rows] == [5, 7, 6]
    assert timeline.add(seen(9, delivered=11, odometer=7)) is Change.NONE


def test_what_is_recorded_seconds_apart_is_one_row() -> None:
    timeline = timeline_of()
    samples = (
        *seen(10, odometer=5).samples,
        *seen(10.5, soc=1).samples,
        *seen(5, home=True).samples,
    )
    timeline.add(Observation(at(11), samples))
    assert timeline.head.rows == [
        (at(5), {"location-isathome": True}),
        (at(10.5), {STATE_OF_CHARGE: 1, ODOMETER: 5}),
    ]


@pytest.mark.parametrize("time", [None, 0, -1, 10**18, at(99)])
def test_an_impossible_time_is_that_of_the_delivery(time: int | None) -> None:
    timeline = timeline_of(Observation(at(10), (Sample(STATE_OF_CHARGE, 5, time),)))
    assert timeline.head.rows == [(at(10), {STATE_OF_CHARGE: 5})]


def test_an_impossible_delivery_is_as_new_as_what_is_known() -> None:
    timeline = timeline_of(seen(10, soc=5))
    timeline.add(Observation(-7, (Sample(ODOMETER, 5),)))
    assert timeline.now == at(10)
    assert timeline.head.rows[-1] == (at(10), {ODOMETER: 5})


@pytest.mark.parametrize("value", [None, True, "5", float("nan"), -1, 101, 10**400])
def test_what_is_no_value_is_left_out(value: float | str | None) -> None:
    assert not timeline_of(seen(0, soc=value)).head.rows


def test_flags_and_texts_are_read() -> None:
    assert [flag(value) for value in (True, False, 1, "on")] == [True, False, None, None]
    assert [text("on"), text("x" * 999), text(1)] == ["on", "x" * 255, None]


def test_a_number_that_is_none_is_nothing() -> None:
    assert number_at({"a": "b"}, "a") == 0


def test_a_place_is_a_reading_of_its_position() -> None:
    timeline = timeline_of(placed(5, "work", at_home=False))
    assert timeline.head.rows == [(at(5), {"zone": "work", "location-isathome": False})]


def test_the_resolved_place_wins_over_what_the_vehicle_says() -> None:
    timeline = timeline_of(placed(5, None, at_home=False, home=True))
    assert timeline.head.rows == [(at(5), {"zone": "", "location-isathome": False})]


def test_only_the_latest_rows_are_kept() -> None:
    timeline = timeline_of(*(seen(10 * turn, soc=turn) for turn in range(90)))
    assert len(timeline._rows) == 48
    assert charges(timeline) == list(range(90))
    assert [values[STATE_OF_CHARGE] for _, values in timeline.base.rows] == list(range(42))


def test_what_is_too_late_is_left_out() -> None:
    timeline = timeline_of(*(seen(10 * turn, soc=turn) for turn in range(90)))
    assert timeline.add(seen(5, delivered=900, soc=50)) is Change.NONE


def test_the_newest_of_its_kind_counts_however_old() -> None:
    timeline = timeline_of(*(seen(10 * turn, soc=turn) for turn in range(90)))
    assert timeline.add(seen(5, delivered=900, odometer=50)) is Change.EARLIER
    assert timeline.add(seen(5, delivered=901, odometer=50)) is Change.NONE
    assert timeline.head.rows[42] == (at(410), {ODOMETER: 50})


def test_a_clock_that_was_a_month_ahead_is_forgotten() -> None:
    timeline = timeline_of(seen(0, soc=1), seen(50_000, soc=2))
    assert timeline.add(seen(30, soc=3)) is Change.NEWER
    assert timeline.was_set_back
    assert timeline.add(seen(40, soc=4)) is Change.NEWER
    assert not timeline.was_set_back
    assert charges(timeline) == [1, 2, 3, 4]


def test_it_goes_on_after_a_restart() -> None:
    timeline = timeline_of(*(seen(10 * turn, soc=turn) for turn in range(60)))
    again = Timeline(timeline.base.copy(), READERS, timeline.to_json())
    assert again.head == timeline.head
    assert again.add(seen(590, soc=59)) is Change.NONE
    assert again.add(seen(595, soc=60)) is Change.NEWER


def test_times_after_another_are_set_back() -> None:
    odometer = Odometer(value=5.0, at=at(9), low_since=at(1), low_rises=2)
    set_back(odometer, at(3))
    assert odometer == Odometer(value=5.0, at=at(3), low_since=at(1), low_rises=2)


@pytest.mark.parametrize(
    ("values", "motions"),
    [
        ((5, 5.02, 5.5), (Motion.NONE, Motion.NONE, Motion.MOVED)),
        ((5, 0, 5, 4.9), (Motion.NONE, Motion.UNKNOWN, Motion.NONE, Motion.UNKNOWN)),
        (
            (5, 9000, 5, 9000, 5),
            (Motion.NONE, Motion.UNKNOWN, Motion.NONE, Motion.UNKNOWN, Motion.NONE),
        ),
        ((5, 9000, 9003, 9010), (Motion.NONE, Motion.UNKNOWN, Motion.REPLACED, Motion.MOVED)),
        ((5, 9000, 20_000), (Motion.NONE, Motion.UNKNOWN, Motion.UNKNOWN)),
    ],
)
def test_what_an_odometer_tells(values: tuple[float, ...], motions: tuple[Motion, ...]) -> None:
    odometer = Odometer()
    assert tuple(odometer.take(value, at(turn)) for turn, value in enumerate(values)) == motions


def test_a_long_way_takes_its_time() -> None:
    odometer = Odometer()
    odometer.take(100, 0)
    odometer.take(110, HOUR)
    assert odometer.take(2000, DAY) is Motion.MOVED


def test_a_long_way_without_a_rise_before_is_unknown() -> None:
    odometer = Odometer()
    odometer.take(100, 0)
    assert odometer.take(2000, DAY) is Motion.UNKNOWN


@pytest.mark.parametrize(
    ("values", "is_believed"),
    [
        ((50, 50, 50, 50), False),
        ((50, 60, 60, 60), False),
        ((50, 60, 70, 80), True),
        ((50, 60, 40, 80), False),
    ],
)
def test_lower_values_are_believed_once_they_rise(
    values: tuple[float, ...], *, is_believed: bool
) -> None:
    odometer = Odometer()
    odometer.take(100, 0)
    motions = [odometer.take(value, turn * DAY) for turn, value in enumerate(values, 1)]
    assert (Motion.REPLACED in motions) is is_believed


@pytest.mark.parametrize(
    "name", ["dataclass_json", "timeline", "energy", "charge_state", "charging", "trips"]
)
def test_nothing_here_imports_home_assistant(name: str) -> None:
    path = Path(str(module.__file__)).with_name(f"{name}.py")
    imported = [
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert imported
    assert not [each for each in imported if each and "homeassistant" in each]
