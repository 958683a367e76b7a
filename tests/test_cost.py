"""What energy cost, apart from Home Assistant."""

import pytest

from custom_components.smartcar_dynamic.cost import Cost, Costs


def test_the_cost_sums_each_energy_at_its_price() -> None:
    cost = Cost().plus(10, 0.3).plus(20, 0.6)
    assert cost == Cost(15.0, 30.0, 0.0)
    assert cost.is_known


def test_a_cost_is_unknown_where_much_had_no_price() -> None:
    assert not Cost().plus(10, 0.3).plus(1, None).is_known


def test_a_trifle_without_a_price_leaves_it_known() -> None:
    assert Cost().plus(20, 0.3).plus(0.5, None).is_known


def test_without_any_price_there_is_no_cost() -> None:
    costs = Costs()
    costs.add(1, 20, None)
    assert costs.of_session(1) is None
    assert not costs.is_any_known


def test_energy_in_an_unknown_place_leaves_the_cost_unknown() -> None:
    costs = Costs()
    costs.add(1, 10, 0.3)
    costs.add_unplaced(1, 5)
    assert costs.of_session(1) is None
    assert Costs(costs.to_json()).of_session(1) is None


def test_energy_that_was_charged_at_home_after_all_is_priced() -> None:
    costs = Costs()
    costs.add_unplaced(1, 5)
    costs.add(1, 5, 0.3)
    assert costs.of_session(1) == 1.5


def test_sessions_are_told_apart() -> None:
    costs = Costs()
    costs.add(1, 10, 0.3)
    costs.add(2, 10, 0.5)
    costs.add(1, 10, 0.3)
    assert (costs.of_session(1), costs.of_session(2), costs.of_session(3)) == (6.0, 5.0, None)
    assert costs.total == 11.0


def test_the_oldest_sessions_are_forgotten() -> None:
    costs = Costs()
    for stay in range(1, 203):
        costs.add(stay, 1, 1)
    assert (costs.of_session(2), costs.of_session(3)) == (None, 1.0)
    assert costs.total == 202


def test_costs_are_kept() -> None:
    costs = Costs()
    costs.add(1, 10, 0.3)
    costs.add(2, 10, None)
    kept = Costs(costs.to_json())
    assert kept.to_json() == costs.to_json()
    assert kept.of_session(1) == 3.0


@pytest.mark.parametrize(
    "raw", [None, 1, {"total": "5", "stays": [1, [], [1, "a"], ["a", 1], [1, True, 1, 1]]}]
)
def test_what_is_not_of_its_form_is_left_out(raw: object) -> None:
    assert Costs(raw).to_json() == Costs().to_json()
