"""Increments by the hour, and what they cost."""

import pytest

from custom_components.smartcar_dynamic.energy import (
    Cost,
    Increment,
    Rises,
    Tariff,
    by_hour,
    cost_of,
    worth,
)

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


@pytest.mark.parametrize(
    ("tariff", "at_home", "price"),
    [
        (Tariff(0.3, 0.6), True, 0.3),
        (Tariff(0.3, 0.6), False, 0.6),
        (Tariff(0.3, 0.6), None, None),
        (Tariff(0.3, 0.3), None, 0.3),
        (Tariff(0.3), False, None),
        (Tariff(), True, None),
    ],
)
def test_the_price_depends_on_the_place(
    tariff: Tariff, *, at_home: bool | None, price: float | None
) -> None:
    assert tariff.price(at_home=at_home) == price


def test_the_cost_is_the_sum_of_each_energy_at_its_price() -> None:
    tariff = Tariff(0.3, 0.6)
    increments = [charged(1, 2, 10), charged(5, 6, 20, at_home=False)]
    cost = cost_of(increments, lambda each: tariff.price(at_home=each.at_home))
    assert cost == Cost(15.0, 30.0, 0.0)
    assert cost.is_known
    assert not cost.is_partial


def test_a_cost_is_partial_where_much_had_no_price() -> None:
    tariff = Tariff(0.3)
    increments = [charged(1, 2, 10), charged(5, 6, 1, at_home=False)]
    assert cost_of(increments, lambda each: tariff.price(at_home=each.at_home)).is_partial


def test_a_cost_is_not_partial_for_a_trifle() -> None:
    assert not Cost().plus(20, 0.3).plus(0.5, None).is_partial


def test_without_any_price_there_is_no_cost() -> None:
    cost = Cost().plus(20, None)
    assert not cost.is_known
    assert cost.is_partial


def test_percent_are_worth_their_share_of_the_capacity() -> None:
    assert worth(10, 72.6) == 7260


def test_a_doubted_fall_is_believed_when_it_is_seen_again() -> None:
    rises = Rises()
    values = (50, 0, 0, 30)
    assert [
        rises.take(value, turn, has_charged=False, knows_odometer=True)
        for turn, value in enumerate(values)
    ] == [0, 0, 0, 30]
