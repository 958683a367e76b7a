"""Increments by the hour, and rises of the state of charge."""

import pytest

from custom_components.smartcar_dynamic.energy import Hours, Increment, Rises, by_hour, worth

HOUR = 3_600_000


def charged(start: float, end: float, energy: float, *, at_home: bool | None = True) -> Increment:
    """Return an increment between two hours."""
    return Increment(
        round(start * HOUR), round(end * HOUR), energy, at_home, is_estimated=False, stay=1
    )


@pytest.mark.parametrize(
    ("increments", "hours"),
    [
        ([], {}),
        ([charged(1.25, 1.5, 2)], {1: 2}),
        ([charged(1.5, 3.5, 4)], {1: 1, 2: 2, 3: 1}),
        ([charged(1, 2, 3)], {1: 3}),
        ([charged(1.5, 1.5, 3)], {1: 3}),
        ([charged(2, 2, 3)], {2: 3}),
        ([charged(1.2, 1.4, 2), charged(1.5, 2.5, 2)], {1: 3, 2: 1}),
    ],
)
def test_energy_lies_in_the_hours_it_was_charged(
    increments: list[Increment], hours: dict[int, float]
) -> None:
    expected = {hour * HOUR: energy for hour, energy in hours.items()}
    assert by_hour(increments) == pytest.approx(expected)


def test_percent_are_worth_their_share_of_the_capacity() -> None:
    assert worth(10, 72.6) == 7260


def test_a_doubted_fall_is_believed_when_it_is_seen_again() -> None:
    rises = Rises()
    values = (50, 0, 0, 30)
    assert [
        rises.take(value, turn, has_charged=False, knows_odometer=True)
        for turn, value in enumerate(values)
    ] == [0, 0, 0, 30]


def test_late_energy_changes_the_sums_from_its_hour_on() -> None:
    hours = Hours()
    hours.add([charged(1, 2, 3), charged(4, 5, 2)])
    assert hours.take() == [(HOUR, 3, 3), (4 * HOUR, 2, 5)]
    assert hours.take() == []
    hours.add([charged(2, 3, 1)])
    assert hours.is_changed
    assert Hours(hours.to_json()).take() == hours.take() == [(2 * HOUR, 1, 4), (4 * HOUR, 2, 6)]


def test_the_sum_of_forgotten_hours_stays() -> None:
    hours = Hours()
    hours.add([charged(hour, hour + 1, 1) for hour in range(150)])
    rows = hours.take()
    assert len(rows) == 100
    assert rows[0] == (50 * HOUR, 1, 51)
    hours.add([charged(3, 4, 7)])
    assert hours.take()[0] == (50 * HOUR, 8, 58)


@pytest.mark.parametrize("raw", [None, {"before": "1", "hours": [1, [1, 2], ["a", 2]]}])
def test_hours_of_another_form_are_left_out(raw: object) -> None:
    assert Hours(raw).to_json() == Hours().to_json()
