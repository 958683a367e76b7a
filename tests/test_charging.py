"""Charging sessions and charged energy: made-up situations, look-alikes and recordings."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smartcar_dynamic.charging import (
    CHARGE_CONNECTION,
    CHARGED_ENERGY,
    CHARGED_ENERGY_HOME,
    CHARGING_FINISHED_AT,
    CHARGING_SESSION,
    LAST_CHARGING_SESSION,
    ChargeConnection,
    ChargeEvent,
    ChargeEventType,
    ChargeUpdate,
    Charging,
)
from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.timeline import Observation

from .journeys import Charge, Drive, Habit, Journey, Park, Step, play
from .series import FIXTURES, RECORDINGS, at, observations_of, placed, rows_of, seen

needs_recordings = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="the recordings are not beside the checkout"
)

PLUGGED_IN = ChargeEventType.PLUGGED_IN
STARTED = ChargeEventType.STARTED
STOPPED = ChargeEventType.STOPPED
FINISHED = ChargeEventType.FINISHED
INTERRUPTED = ChargeEventType.INTERRUPTED
UNPLUGGED = ChargeEventType.UNPLUGGED


def take(charging: Charging, *observations: Observation) -> list[ChargeEvent]:
    """Hand over observations; return the events."""
    return [event for each in observations for event in charging.observe(each).events]


def types(events: Iterable[ChargeEvent]) -> list[ChargeEventType]:
    """Return what happened."""
    return [event.type for event in events]


def exact(charging: Charging) -> float:
    """Return the lifetime total without steps, kWh."""
    return charging._told.total / 1000


def connection(charging: Charging) -> ChargeConnection | None:
    """Return what the vehicle and the cable are doing."""
    return charging.connection


def again(charging: Charging) -> Charging:
    """Return what goes on after a restart."""
    return Charging(
        json.loads(json.dumps(charging.to_json())), usable_capacity=charging._usable_capacity
    )


# The vehicle's own counter


def test_what_the_counter_shows_first_is_not_counted() -> None:
    charging = Charging()
    take(charging, seen(0, energy=8.0, charging=True))
    assert charging.energy == 0
    take(charging, seen(60, energy=12.0, charging=True))
    assert charging.energy == 4.0


def test_a_larger_first_value_after_unplugging_counts_whole() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0, plugged=True, charging=True),
        seen(60, energy=10, plugged=True, charging=True),
        seen(70, plugged=False, charging=False),
        seen(120, energy=12, plugged=True, charging=True),
        seen(180, energy=30, plugged=True, charging=True),
    )
    assert charging.energy == 40


def test_a_larger_first_value_after_a_drive_counts_whole() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0, odometer=100.0),
        seen(60, energy=10, odometer=100.0),
        seen(120, energy=12, odometer=120.0),
        seen(180, energy=30, odometer=120.0),
    )
    assert charging.energy == 40


def test_a_fallen_charge_alone_shows_a_drive() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0, soc=50),
        seen(60, energy=10, soc=66),
        seen(120, soc=40),
        seen(180, energy=12, soc=60),
        seen(240, energy=30, soc=90),
    )
    assert charging.energy == 40


def test_nothing_tells_a_larger_next_charge_from_the_same_one() -> None:
    charging = Charging()
    take(charging, *(seen(60 * hour, energy=value) for hour, value in enumerate((0, 10, 12, 30))))
    assert charging.energy == 30


def test_zero_in_a_pause_counts_nothing_twice() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0, plugged=True, charging=True),
        seen(30, energy=5, plugged=True, charging=True),
        seen(40, energy=0, plugged=True, charging=False),
        seen(50, energy=0, plugged=True, charging=False),
        seen(60, energy=4.9, plugged=True, charging=True),
        seen(90, energy=7, plugged=True, charging=True),
    )
    assert charging.energy == 7


def test_a_counter_restarted_after_a_pause_goes_on_counting() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0, plugged=True, charging=True),
        seen(30, energy=5, plugged=True, charging=True),
        seen(40, energy=5, plugged=True, charging=False),
        seen(60, energy=0, plugged=True, charging=True),
        seen(90, energy=3, plugged=True, charging=True),
    )
    assert charging.energy == 8


def test_a_counter_restarted_in_a_pause_goes_on_counting() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0, plugged=True, charging=True),
        seen(30, energy=5, plugged=True, charging=True),
        seen(40, energy=0, plugged=True, charging=False),
        seen(90, energy=3, plugged=True, charging=True),
    )
    assert charging.energy == 8


def test_a_slow_fall_while_parked_counts_nothing() -> None:
    charging = Charging()
    values = (9.8, 9.9, 9.8, 9.6, 9.7, 9.4, 9.5, 9.0)
    take(
        charging,
        *(
            seen(30 * turn, energy=value, plugged=True, charging=False)
            for turn, value in enumerate(values)
        ),
    )
    assert charging.energy == 0


def test_topping_up_after_a_slow_fall_counts() -> None:
    charging = Charging()
    parked = [
        seen(30 * turn, energy=value, plugged=True, charging=False)
        for turn, value in enumerate((10.0, 9.8, 9.6, 9.4))
    ]
    take(charging, *parked, seen(120, energy=9.6, plugged=True, charging=True))
    take(charging, seen(125, energy=9.9, plugged=True, charging=True))
    assert exact(charging) == 0.5
    take(charging, seen(130, energy=10.6, plugged=True, charging=True))
    assert exact(charging) == 1.2


def test_topping_up_beyond_the_old_value_counts_from_the_lowest() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, plugged=True, charging=False),
        seen(60, energy=9.4, plugged=True, charging=False),
        seen(120, energy=10.4, plugged=True, charging=True),
    )
    assert exact(charging) == 1.0


def test_an_old_value_that_falls_after_a_drive_counts_nothing() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, odometer=10.0, plugged=True, charging=False),
        seen(60, energy=9.9, odometer=15.0, plugged=False, charging=False),
        seen(120, energy=9.5, odometer=15.0, plugged=False, charging=False),
        seen(180, energy=9.6, odometer=15.0, plugged=False, charging=False),
        seen(240, energy=9.4, odometer=15.0, plugged=True, charging=True),
    )
    assert charging.energy == 0


def test_a_new_charge_counts_once_its_value_differs() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, odometer=10.0, plugged=True, charging=False),
        seen(60, energy=9.9, odometer=15.0, plugged=True, charging=True),
    )
    assert charging.energy == 0
    take(charging, seen(70, energy=11.0, odometer=15.0, plugged=True, charging=True))
    assert charging.energy == 11.0


def test_the_state_of_charge_shows_a_new_charge() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, odometer=10.0, soc=60, plugged=True, charging=False),
        seen(60, energy=9.9, odometer=15.0, soc=72, plugged=True, charging=True),
    )
    assert exact(charging) == 9.9


def test_a_charge_seen_only_after_unplugging_counts_whole() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=5.0, odometer=10.0, plugged=False, charging=False),
        seen(600, energy=18.0, odometer=90.0, plugged=False, charging=False),
        seen(660, energy=18.0, odometer=90.0, plugged=False, charging=False),
    )
    assert charging.energy == 18


def test_a_rest_after_unplugging_is_not_counted_twice() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0.0, odometer=10.0, plugged=True, charging=True),
        seen(60, energy=8.0, odometer=10.0, plugged=True, charging=True),
        seen(120, energy=10.2, odometer=10.0, plugged=False, charging=False),
        seen(180, energy=10.2, odometer=30.0, plugged=False, charging=False),
    )
    assert exact(charging) == 10.2


def test_a_cable_signal_that_drops_out_does_not_count_twice() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0.0, soc=50, plugged=True, charging=True),
        seen(60, energy=6.0, soc=60, plugged=True, charging=True),
        seen(65, plugged=False),
        seen(70, energy=6.5, soc=61, plugged=True, charging=True),
        seen(120, energy=12.0, soc=70, plugged=True, charging=True),
    )
    assert exact(charging) == 12.0


def test_an_old_reading_under_a_new_time_counts_nothing_twice() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0.0, soc=54, plugged=True, charging=True),
        seen(60, energy=10.0, soc=70, plugged=True, charging=True),
        seen(65, energy=4.0, soc=60, plugged=True, charging=True),
        seen(70, energy=10.5, soc=71, plugged=True, charging=True),
    )
    assert exact(charging) == 10.5


def test_the_state_of_charge_tells_of_an_unseen_new_run() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0.0, soc=10, plugged=True, charging=True),
        seen(60, energy=10.0, soc=26, plugged=True, charging=True),
        seen(180, energy=12.0, soc=46, plugged=True, charging=True),
    )
    assert charging.energy == 22


def test_a_confirmed_lower_value_is_a_new_run() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, soc=50, plugged=True, charging=False),
        seen(600, energy=6.0, soc=60, plugged=True, charging=False),
    )
    assert charging.energy == 6


def test_a_lower_value_that_nothing_confirms_is_none() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, plugged=True, charging=False),
        seen(600, energy=6.0, plugged=True, charging=False),
        seen(700, energy=6.5, plugged=True, charging=True),
    )
    assert charging.energy == 0.5


def test_a_lower_value_while_charging_is_a_new_run() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, plugged=True, charging=True),
        seen(60, energy=4.0, plugged=True, charging=True),
    )
    assert charging.energy == 4


def test_a_little_more_after_the_end_is_not_counted() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=10.0, plugged=True, charging=True),
        seen(10, energy=10.5, plugged=True, charging=False),
        seen(20, energy=10.7, plugged=True, charging=False),
        seen(30, energy=10.9, plugged=True, charging=False),
    )
    assert exact(charging) == 0.9


# The state of charge


def test_without_a_counter_the_state_of_charge_tells() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, soc=50, charging=False),
        seen(10, soc=50, charging=True),
        seen(60, soc=61, charging=True),
        seen(90, soc=64, charging=False),
    )
    assert charging.energy == 7
    assert charging.is_estimated is True


def test_the_reported_capacity_is_taken_without_a_usable_one() -> None:
    charging = Charging()
    take(charging, seen(0, soc=50, charging=True), seen(60, soc=60, charging=True))
    assert charging.energy == 0
    assert charging.is_estimated is None
    update = charging.observe(seen(61, capacity=80.0))
    assert charging.energy == 8
    assert update.changed == {CHARGED_ENERGY}


def test_another_capacity_counts_from_now_on() -> None:
    charging = Charging(usable_capacity=50)
    take(charging, seen(0, soc=50, charging=True), seen(60, soc=60, charging=True))
    charging.set_usable_capacity(100)
    take(charging, seen(120, soc=70, charging=True))
    assert charging.energy == 15


def test_an_absurd_capacity_is_none() -> None:
    charging = Charging()
    take(charging, seen(0, capacity=0.0), seen(1, capacity="much"), seen(2, capacity=None))
    assert charging.is_estimated is None


@pytest.mark.parametrize(("rise", "energy"), [(2, 0.0), (3, 1.5)])
def test_an_unseen_rise_counts_from_three_percent(rise: int, energy: float) -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, soc=50, charging=False, odometer=10.0),
        seen(600, soc=50 + rise, charging=False, odometer=10.0),
    )
    assert charging.energy == energy


@pytest.mark.parametrize(("rise", "energy"), [(4, 0.0), (5, 2.5)])
def test_an_unseen_rise_over_a_drive_counts_from_five(rise: int, energy: float) -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, soc=50, charging=False, odometer=10.0),
        seen(600, soc=50 + rise, charging=False, odometer=20.0),
    )
    assert charging.energy == energy


def test_an_unseen_charge_is_no_session() -> None:
    charging = Charging(usable_capacity=50)
    events = take(
        charging,
        seen(0, soc=50, plugged=False, charging=False, odometer=10.0),
        seen(600, soc=80, plugged=False, charging=False, odometer=10.0),
    )
    assert charging.energy == 15
    assert not events
    assert not charging.sessions


def test_a_flicker_while_charging_counts_nothing_twice() -> None:
    charging = Charging(usable_capacity=50)
    values = (50, 51, 50, 51, 52, 51, 52)
    take(charging, *(seen(turn, soc=value, charging=True) for turn, value in enumerate(values)))
    assert charging.energy == 1


def test_nothing_at_all_for_a_moment_is_no_charge_afterwards() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, soc=70, charging=False, odometer=10.0),
        seen(10, soc=0, charging=False, odometer=10.0),
        seen(20, soc=70, charging=False, odometer=10.0),
    )
    assert charging.energy == 0


def test_a_far_fall_without_a_drive_must_be_seen_twice() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, soc=70, charging=False, odometer=10.0),
        seen(10, soc=40, charging=False, odometer=10.0),
        seen(20, soc=69, charging=False, odometer=10.0),
    )
    assert charging.energy == 0
    take(
        charging,
        seen(30, soc=40, charging=False, odometer=10.0),
        seen(40, soc=41, charging=False, odometer=10.0),
        seen(50, soc=50, charging=False, odometer=10.0),
    )
    assert charging.energy == 4.5


def test_what_the_counter_is_silent_of_is_estimated_on_leaving() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, energy=0.0, soc=50, odometer=10.0, charging=False),
        seen(30, energy=0.0, soc=65, odometer=10.0, charging=False),
        seen(60, energy=0.0, soc=80, odometer=10.0, charging=False),
    )
    assert charging.energy == 0
    assert charging.is_estimated is False
    take(charging, seen(120, energy=0.0, soc=70, odometer=50.0, charging=False))
    assert charging.energy == 15
    assert charging.is_estimated is True


def test_a_silent_counter_that_speaks_again_counts_nothing_twice() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, energy=0.0, soc=50, odometer=10.0, charging=False),
        seen(60, energy=0.0, soc=80, odometer=10.0, charging=False),
        seen(120, energy=0.0, soc=70, odometer=50.0, charging=False),
        seen(180, energy=0.0, soc=72, odometer=50.0, charging=True),
        seen(240, energy=0.0, soc=82, odometer=50.0, charging=True),
    )
    assert charging.energy == 21
    take(charging, seen(300, energy=9.0, soc=88, odometer=50.0, charging=True))
    assert charging.energy == 24
    assert charging.is_estimated is False


def test_a_rest_that_the_counter_did_not_tell_is_estimated() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, energy=0.0, soc=50, odometer=10.0, plugged=True, charging=True),
        seen(60, energy=6.0, soc=62, odometer=10.0, plugged=True, charging=True),
        seen(120, energy=0.0, soc=70, odometer=10.0, plugged=False, charging=False),
        seen(180, energy=0.0, soc=70, odometer=10.0, plugged=False, charging=False),
    )
    assert charging.energy == 10
    (session,) = charging.sessions
    assert session.energy == 10
    assert session.is_estimated


def test_a_late_state_of_charge_adds_nothing_to_the_counter() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, energy=0.0, soc=50, odometer=10.0, plugged=True, charging=True),
        seen(60, energy=9.9, soc=62, odometer=10.0, plugged=True, charging=False),
        seen(70, energy=9.9, soc=70, odometer=10.0, plugged=True, charging=False),
        seen(180, energy=9.9, soc=60, odometer=40.0, plugged=False, charging=False),
    )
    assert exact(charging) == 9.9


# Where it was charged


def test_only_what_is_charged_at_home_counts_there() -> None:
    charging = Charging()
    take(
        charging,
        placed(0, "home", at_home=True, energy=0.0, odometer=10.0, charging=True),
        placed(60, "home", at_home=True, energy=7.0, odometer=10.0, charging=True),
        placed(600, "work", at_home=False, energy=3.0, odometer=30.0, charging=True),
        placed(660, "work", at_home=False, energy=9.0, odometer=30.0, charging=True),
    )
    assert charging.energy == 16
    assert charging.energy_home == 7


def test_what_the_vehicle_says_of_home_is_enough() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0.0, home=True, charging=True),
        seen(60, energy=7.0, home=True, charging=True),
        seen(120, energy=8.0, home=False, charging=True),
    )
    assert charging.energy_home == 7


def test_the_place_may_become_known_later() -> None:
    charging = Charging()
    take(
        charging,
        placed(0, "work", at_home=False, energy=0.0, odometer=10.0, charging=False),
        seen(60, energy=2.0, odometer=30.0, charging=True),
        seen(120, energy=9.0, odometer=30.0, charging=True),
    )
    assert charging.energy == 9
    assert charging.energy_home == 0
    update = charging.observe(placed(180, "home", at_home=True))
    assert charging.energy_home == 9
    assert update.changed == {CHARGED_ENERGY_HOME}
    assert [(each.start, each.end, each.energy) for each in update.home_increments] == [
        (at(0), at(60), 2.0),
        (at(60), at(120), 7.0),
    ]


def test_a_place_from_before_the_drive_is_none() -> None:
    charging = Charging()
    take(
        charging,
        placed(0, "home", at_home=True, energy=0.0, odometer=10.0, charging=False),
        seen(60, energy=5.0, odometer=30.0, charging=True),
        placed(120, "home", at_home=True, energy=5.0, odometer=50.0, charging=False),
    )
    assert charging.energy == 5
    assert charging.energy_home == 0


def test_a_place_told_before_the_odometer_is_the_new_one() -> None:
    charging = Charging()
    take(
        charging,
        placed(0, "work", at_home=False, energy=0.0, odometer=10.0, charging=False),
        placed(50, "home", at_home=True),
        seen(60, energy=5.0, odometer=30.0, charging=True),
    )
    assert charging.energy_home == 5


def test_a_zone_without_a_word_on_home_tells_the_zone() -> None:
    charging = Charging()
    charging.observe(replace(seen(0, position=Position(0, 0), home=True), zone="garage"))
    (event,) = take(charging, seen(1, plugged=False), seen(2, plugged=True))
    assert (event.zone, event.at_home) == ("garage", None)


def test_much_that_is_held_for_a_place_stays_bounded() -> None:
    charging = Charging()
    take(charging, *(seen(turn, energy=turn / 10, charging=True) for turn in range(300)))
    assert len(charging._head.held) <= 65
    take(charging, placed(300, "home", at_home=True))
    assert charging._told.home == charging._told.total == 29900


def test_the_present_session_follows_the_place() -> None:
    charging = Charging()
    take(charging, seen(0, energy=0.0, charging=False), seen(10, energy=1.0, charging=True))
    session = charging.session
    assert session is not None
    assert session.zone is None
    take(charging, placed(20, "home", at_home=True))
    session = charging.session
    assert session is not None
    assert (session.zone, session.at_home) == ("home", True)


# When it was charged


def test_increments_lie_where_it_was_charged() -> None:
    charging = Charging()
    take(charging, seen(0, energy=5.0, plugged=False, charging=False))
    take(charging, seen(600, energy=5.0, plugged=False, charging=False))
    update = charging.observe(seen(660, energy=8.0, plugged=True, charging=True))
    (increment,) = update.increments
    assert (increment.start, increment.end, increment.energy) == (at(600), at(660), 8.0)
    update = charging.observe(
        replace(
            seen(780, energy=10.0, plugged=True),
            samples=(
                *seen(780, energy=10.0, plugged=True).samples,
                *seen(700, charging=False).samples,
            ),
        )
    )
    (increment,) = update.increments
    assert (increment.start, increment.end, increment.energy) == (at(660), at(700), 2.0)


def test_increments_add_up_to_the_total() -> None:
    charging = Charging()
    observations = observations_of(rows_of(FIXTURES / "day_with_counter.csv"))
    increments = [each for one in observations for each in charging.observe(one).increments]
    assert sum(each.energy for each in increments) == pytest.approx(exact(charging))
    assert all(each.start < each.end for each in increments)
    assert all(one.end <= other.start for one, other in pairwise(increments))


# Sessions and their events


def test_a_session_from_plugging_in_to_unplugging() -> None:
    charging = Charging()
    take(charging, placed(0, "home", at_home=True, plugged=False, charging=False, soc=40))
    events = take(
        charging,
        seen(10, plugged=True, charging=False, soc=40, energy=0.0, limit=80),
        seen(20, plugged=True, charging=True, soc=40, energy=0.0),
        seen(30, plugged=True, charging=True, soc=43, energy=2.0),
        seen(120, plugged=True, charging=False, soc=80, energy=24.0),
        seen(200, plugged=False, charging=False, soc=80),
    )
    assert types(events) == [PLUGGED_IN, STARTED, FINISHED, UNPLUGGED]
    assert [event.at for event in events] == [at(10), at(20), at(120), at(200)]
    assert events[0].session is None
    session = events[-1].session
    assert session is not None
    assert (session.started_after, session.started_at) == (at(10), at(20))
    assert (session.ended_after, session.ended_at) == (at(30), at(120))
    assert (session.plugged_in_at, session.unplugged_at) == (at(10), at(200))
    assert session.duration == 100 * 60
    assert (session.state_of_charge_from, session.state_of_charge_to) == (40, 80)
    assert (session.energy, session.is_estimated) == (24.0, False)
    assert (session.zone, session.at_home) == ("home", True)
    assert session.outcome is FINISHED
    assert charging.last_session == session
    take(charging, seen(300, plugged=False))
    assert charging.sessions == (session,)
    assert charging.session is None


def test_a_pause_is_interrupted_and_started_again_in_one_session() -> None:
    charging = Charging()
    events = take(
        charging,
        seen(0, plugged=False, charging=False, soc=40, energy=0.0, limit=80),
        seen(10, plugged=True, charging=True, soc=41, energy=0.5),
        seen(60, plugged=True, charging=False, soc=50, energy=6.0),
        seen(120, plugged=True, charging=True, soc=51, energy=6.5),
        seen(180, plugged=True, charging=False, soc=60, energy=12.0),
    )
    assert types(events) == [PLUGGED_IN, STARTED, INTERRUPTED, STARTED, INTERRUPTED]
    (session,) = charging.sessions
    assert session.duration == 110 * 60
    assert session.energy == 12.0


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"soc": 79, "limit": 80}, FINISHED),
        ({"soc": 78, "limit": 80}, INTERRUPTED),
        ({"soc": 99}, FINISHED),
        ({"soc": 60}, STOPPED),
        ({"soc": 60, "status": "fully_charged"}, FINISHED),
        ({"soc": 60, "status": "not_charging"}, INTERRUPTED),
        ({"limit": 80}, STOPPED),
        ({"soc": 60, "limit": 80, "plugged": False}, STOPPED),
        ({"soc": 80, "limit": 80, "plugged": False}, FINISHED),
    ],
)
def test_how_charging_ends(values: dict[str, float], outcome: ChargeEventType) -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=False),
        seen(10, plugged=True, charging=True),
        seen(30, plugged=True, charging=True),
    )
    events = take(charging, seen(60, **{"plugged": True, "charging": False, **values}))
    assert events[0].type is outcome
    session = charging.last_session
    assert session is not None
    assert session.outcome is outcome


def test_the_end_may_turn_out_to_be_the_limit() -> None:
    charging = Charging()
    events = take(
        charging,
        seen(0, plugged=True, charging=False, limit=80, soc=50),
        seen(10, plugged=True, charging=True),
        seen(12),
        seen(60, plugged=True, charging=False, soc=77),
        seen(70, soc=80),
        seen(80, soc=80, status="fully_charged"),
    )
    assert types(events) == [STARTED, INTERRUPTED, FINISHED]


def test_a_stop_right_before_unplugging_is_no_interruption() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=False, limit=80, soc=50),
        seen(10, plugged=True, charging=True),
        seen(60, plugged=True, charging=False, soc=70),
        seen(62, plugged=False, charging=False, soc=70),
    )
    session = charging.last_session
    assert session is not None
    assert session.outcome is STOPPED


def test_an_interruption_stays_one_when_unplugged_later() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=False, limit=80, soc=50),
        seen(10, plugged=True, charging=True),
        seen(60, plugged=True, charging=False, soc=70),
        seen(90, plugged=False, charging=False, soc=70),
    )
    session = charging.last_session
    assert session is not None
    assert session.outcome is INTERRUPTED


def test_a_handshake_is_no_event_and_no_session() -> None:
    charging = Charging()
    events = take(
        charging,
        seen(0, plugged=False, charging=False, soc=40),
        seen(10, plugged=True, charging=True, soc=40),
        seen(11, plugged=True, charging=False, soc=40),
        seen(30, plugged=True, charging=False, soc=40),
        seen(40, plugged=False, charging=False, soc=40),
        seen(60, plugged=False, charging=False, soc=40),
    )
    assert types(events) == [PLUGGED_IN, UNPLUGGED]
    assert not charging.sessions


def test_a_handshake_in_a_session_leaves_it_as_it_was() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=False, limit=80, soc=50),
        seen(10, plugged=True, charging=True, soc=50),
        seen(60, plugged=True, charging=False, soc=70),
    )
    before = charging.last_session
    events = take(
        charging,
        seen(70, plugged=True, charging=True, soc=70),
        seen(71, plugged=True, charging=False, soc=70),
    )
    assert not events
    after = charging.last_session
    assert before is not None
    assert after is not None
    assert after.ended_at == before.ended_at == at(60)


def test_time_alone_makes_a_start_certain() -> None:
    charging = Charging()
    take(charging, seen(0, plugged=True, charging=False))
    assert not take(charging, seen(10, plugged=True, charging=True))
    assert charging.session is None
    assert charging.due_at == at(12)
    assert not take(charging, seen(11))
    (event,) = take(charging, seen(12))
    assert (event.type, event.at) == (STARTED, at(10))
    assert event.session is not None
    assert charging.due_at is None
    (event,) = take(charging, seen(60, plugged=True, charging=False))
    assert event.type is STOPPED


def test_a_reported_start_ends_though_it_was_a_handshake() -> None:
    charging = Charging()
    take(charging, seen(0, plugged=True, charging=False), seen(10, charging=True), seen(12))
    (event,) = take(charging, seen(11, delivered=13, charging=False))
    assert event.type is STOPPED
    assert event.session is None
    assert not charging.sessions


def test_what_is_known_first_is_no_event() -> None:
    charging = Charging()
    assert not take(charging, seen(0, plugged=True, charging=True, energy=3.0))
    (event,) = take(charging, seen(10, plugged=True, charging=False))
    assert event.type is STOPPED


def test_a_drive_closes_the_session_whatever_the_flags_say() -> None:
    charging = Charging()
    events = take(
        charging,
        seen(0, plugged=False, charging=False, soc=40, odometer=10.0),
        seen(10, plugged=True, charging=True, soc=40, odometer=10.0),
        seen(60, plugged=True, charging=True, soc=50, odometer=10.0),
        seen(120, plugged=True, charging=True, soc=45, odometer=40.0),
    )
    assert types(events) == [PLUGGED_IN, STARTED, STOPPED, UNPLUGGED]
    assert events[-1].at == at(120)
    assert connection(charging) is ChargeConnection.DISCONNECTED
    events = take(charging, seen(123, plugged=False, charging=False, soc=44, odometer=40.0))
    assert not events


def test_a_drive_closes_a_handshake_too() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=False, odometer=10.0),
        seen(59, plugged=True, charging=True, odometer=10.0),
        seen(60, plugged=True, charging=True, odometer=12.0),
    )
    assert not charging.sessions
    assert charging.session is None


def test_flags_that_last_after_a_drive_are_believed_again() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=False, charging=False, soc=40, odometer=10.0),
        seen(10, plugged=True, charging=True, soc=40, odometer=10.0),
        seen(60, plugged=True, charging=True, soc=50, odometer=10.0),
        seen(120, plugged=True, charging=True, soc=45, odometer=40.0),
        seen(123, plugged=True, charging=True, soc=45, odometer=40.0),
    )
    assert connection(charging) is ChargeConnection.DISCONNECTED
    events = take(charging, seen(126, plugged=True, charging=True, soc=46, odometer=40.0))
    assert types(events) == [PLUGGED_IN, STARTED]
    assert len(charging.sessions) == 2


def test_a_charging_flag_alone_is_believed_again() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, charging=False, soc=40, odometer=10.0),
        seen(10, charging=True, soc=40, odometer=10.0),
        seen(60, charging=True, soc=50, odometer=10.0),
        seen(180, charging=True, soc=45, odometer=40.0),
    )
    assert connection(charging) is ChargeConnection.DISCONNECTED
    take(charging, seen(190, charging=True, soc=45, odometer=40.0))
    assert connection(charging) is ChargeConnection.CHARGING
    take(charging, seen(200, charging=False, soc=50, odometer=40.0))
    assert len(charging.sessions) == 2


def test_a_charging_flag_that_ends_after_a_drive_is_over() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, charging=False, soc=40, odometer=10.0),
        seen(10, charging=True, soc=40, odometer=10.0),
        seen(180, charging=True, soc=35, odometer=40.0),
        seen(181, charging=False, soc=35, odometer=40.0),
    )
    assert connection(charging) is None


def test_energy_proves_that_it_charges_after_a_drive() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=True, energy=1.0, odometer=10.0),
        seen(60, plugged=True, charging=True, energy=9.0, odometer=10.0),
        seen(180, plugged=True, charging=True, energy=9.0, odometer=40.0),
    )
    assert connection(charging) is ChargeConnection.DISCONNECTED
    take(charging, seen(183, energy=2.0))
    assert connection(charging) is ChargeConnection.CHARGING


def test_a_late_odometer_leaves_the_session_alone() -> None:
    charging = Charging()
    events = take(
        charging,
        seen(0, plugged=False, charging=False, soc=40, odometer=10.0),
        seen(30, plugged=True, charging=True, soc=30),
        seen(50, plugged=True, charging=True, soc=33, odometer=42.0),
    )
    assert types(events) == [PLUGGED_IN, STARTED]
    assert connection(charging) is ChargeConnection.CHARGING


def test_a_fallen_charge_shows_a_drive_after_plugging_in() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=False, charging=False, soc=40, odometer=10.0),
        seen(10, plugged=True, charging=True, soc=40),
        seen(30, plugged=True, charging=True, soc=44),
        seen(60, plugged=True, charging=True, soc=41, odometer=30.0),
    )
    assert connection(charging) is ChargeConnection.DISCONNECTED


def test_an_odometer_that_was_frozen_leaves_the_session_alone() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, charging=False, soc=40, odometer=100.0),
        seen(30, charging=True, soc=30, odometer=50.0),
        seen(300, charging=True, soc=60, odometer=50.0),
        seen(330, charging=True, soc=65, odometer=140.0),
    )
    assert connection(charging) is ChargeConnection.CHARGING


def test_plugging_in_again_is_another_session() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=False, charging=False, energy=0.0),
        seen(10, plugged=True, charging=True, energy=0.0),
        seen(60, plugged=True, charging=True, energy=5.0),
        seen(62, plugged=False, charging=False, energy=5.0),
        seen(65, plugged=True, charging=True, energy=0.0),
        seen(90, plugged=True, charging=True, energy=2.0),
    )
    assert [session.energy for session in charging.sessions] == [5.0, 2.0]


def test_charging_again_tells_that_it_was_plugged_in_again() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, plugged=True, charging=True, energy=0.0),
        seen(60, plugged=True, charging=True, energy=5.0),
        seen(70, plugged=False, charging=False, energy=5.0),
        seen(100, plugged=False, charging=False, energy=5.0),
        seen(130, charging=True, energy=0.5),
        seen(160, plugged=True, charging=True, energy=3.0),
    )
    assert [session.energy for session in charging.sessions] == [5.0, 3.0]


def test_a_cable_that_says_unplugged_while_charging_is_wrong() -> None:
    charging = Charging()
    take(charging, seen(0, plugged=False, charging=True), seen(9, plugged=False, charging=True))
    assert connection(charging) is ChargeConnection.CHARGING
    assert charging.session is not None
    assert charging.session.plugged_in_at is None
    take(charging, seen(20, plugged=True, charging=True))
    assert len(charging.sessions) == 1


def test_unplugging_ends_charging_that_is_not_told_of() -> None:
    charging = Charging()
    events = take(
        charging,
        seen(0, plugged=True, charging=False),
        seen(10, plugged=True, charging=True),
        seen(60, plugged=True, charging=True),
        seen(70, plugged=False),
    )
    assert types(events) == [STARTED, STOPPED, UNPLUGGED]


def test_power_tells_of_charging_where_nothing_else_does() -> None:
    charging = Charging()
    take(charging, seen(0, power=0.0))
    assert connection(charging) is None
    take(charging, seen(10, power=7000.0))
    assert connection(charging) is ChargeConnection.CHARGING
    take(charging, seen(20, charging=False), seen(30, power=7000.0))
    assert connection(charging) is None


def test_the_status_alone_tells_of_charging() -> None:
    charging = Charging()
    take(charging, seen(0, plugged=True, status="not_charging"))
    events = take(
        charging,
        seen(10, status="charging"),
        seen(30, status="charging"),
        seen(60, status="fully_charged"),
    )
    assert types(events) == [STARTED, FINISHED]


def test_only_the_latest_sessions_are_kept() -> None:
    charging = Charging()
    for turn in range(210):
        minute = 100 * turn
        take(
            charging,
            seen(minute, plugged=True, charging=True, energy=0.0),
            seen(minute + 50, plugged=True, charging=True, energy=5.0),
            seen(minute + 60, plugged=False, charging=False, energy=5.0),
            seen(minute + 80, plugged=False, charging=False, energy=5.0),
        )
    assert len(charging.sessions) == 200
    assert charging.sessions[-1].started_at == at(20900)
    assert charging.energy == 1050


# What is shown


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({"soc": 50}, None),
        ({"plugged": False}, ChargeConnection.DISCONNECTED),
        ({"plugged": True}, ChargeConnection.CONNECTED),
        ({"plugged": True, "charging": False}, ChargeConnection.CONNECTED),
        ({"plugged": True, "charging": True}, ChargeConnection.CHARGING),
        ({"charging": True}, ChargeConnection.CHARGING),
        ({"plugged": True, "status": "fully_charged"}, ChargeConnection.COMPLETE),
        ({"plugged": False, "status": "fully_charged"}, ChargeConnection.DISCONNECTED),
        ({"plugged": True, "soc": 80, "limit": 80}, ChargeConnection.COMPLETE),
        ({"plugged": True, "soc": 70, "limit": 80}, ChargeConnection.CONNECTED),
        ({"plugged": True, "soc": 100}, ChargeConnection.CONNECTED),
    ],
)
def test_the_charge_connection(values: dict[str, float], expected: ChargeConnection | None) -> None:
    charging = Charging()
    charging.observe(seen(0, **values))
    assert connection(charging) is expected


def test_the_time_of_the_end_ignores_small_changes() -> None:
    charging = Charging()
    update = charging.observe(seen(0, charging=True, minutes=60.0))
    assert charging.finished_at == at(60)
    assert CHARGING_FINISHED_AT in update.changed
    update = charging.observe(seen(10, charging=True, minutes=51.0))
    assert charging.finished_at == at(60)
    assert CHARGING_FINISHED_AT not in update.changed
    charging.observe(seen(20, charging=True, minutes=50.0))
    assert charging.finished_at == at(70)


def test_the_time_of_the_end_is_kept_after_it() -> None:
    charging = Charging()
    take(charging, seen(0, charging=True, minutes=60.0), seen(58, charging=False, minutes=0.0))
    take(charging, seen(100, minutes=500.0))
    assert charging.finished_at == at(60)


def test_what_to_write_is_named() -> None:
    charging = Charging()
    charging.observe(placed(0, "home", at_home=True, energy=0.0, plugged=False, charging=False))
    update = charging.observe(seen(10, energy=0.0, plugged=True, charging=True))
    assert update.changed == {CHARGE_CONNECTION, CHARGING_SESSION}
    update = charging.observe(seen(20, energy=0.04, plugged=True, charging=True))
    assert update.changed == {CHARGING_SESSION}
    update = charging.observe(seen(21, energy=0.06, plugged=True, charging=True))
    assert update.changed == set()
    update = charging.observe(seen(30, energy=0.2, plugged=True, charging=True))
    assert update.changed == {CHARGED_ENERGY, CHARGED_ENERGY_HOME}
    update = charging.observe(seen(40, energy=0.2, plugged=True, charging=False))
    assert update.changed == {CHARGE_CONNECTION, CHARGING_SESSION, LAST_CHARGING_SESSION}
    update = charging.observe(seen(50, energy=0.2, plugged=True, charging=False))
    assert update.changed == set()


def test_a_repeated_observation_changes_nothing() -> None:
    charging = Charging()
    observation = seen(0, energy=1.0, plugged=True, charging=True, soc=50)
    charging.observe(observation)
    before = charging.to_json()
    assert charging.observe(observation) == ChargeUpdate()
    assert charging.observe(replace(observation, delivered_at=at(30))) == ChargeUpdate()
    assert charging.to_json() == before


def test_what_does_not_matter_changes_nothing() -> None:
    charging = Charging()
    assert charging.observe(seen(0, speed=50.0)) == ChargeUpdate()
    assert charging.observe(Observation(at(1))) == ChargeUpdate()


# Order, time and restarts


def test_a_late_reading_is_put_where_it_belongs() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, energy=0.0, odometer=10.0, charging=True),
        seen(120, energy=12.0, odometer=20.0, charging=True),
    )
    assert charging.energy == 12
    update = charging.observe(seen(60, delivered=121, energy=10.0, odometer=10.0, charging=True))
    assert charging.energy == 22
    assert sum(each.energy for each in update.increments) == 10
    assert not update.events


def test_a_late_lower_reading_is_made_up_for_later() -> None:
    charging = Charging(usable_capacity=50)
    take(charging, seen(0, soc=50, odometer=10.0), seen(60, soc=54))
    assert charging.energy == 2
    update = charging.observe(seen(30, delivered=61, odometer=20.0))
    assert update.increments == ()
    assert charging.energy == 2
    update = charging.observe(seen(120, soc=60))
    assert sum(each.energy for each in update.increments) == 3
    assert charging.energy == 5


def test_what_has_no_time_is_as_new_as_its_delivery() -> None:
    charging = Charging()
    for minute, value in ((0, 0.0), (30, 4.0), (60, 8.0)):
        observation = seen(minute, energy=value, charging=True)
        samples = tuple(replace(sample, recorded_at=None) for sample in observation.samples)
        charging.observe(replace(observation, samples=samples))
    assert charging.energy == 8


@pytest.mark.parametrize("time", [0, -5, 10**15, 10**30, 3])
def test_absurd_times_cost_no_energy(time: int) -> None:
    charging = Charging()
    take(charging, seen(0, energy=0.0, charging=True), seen(30, energy=4.0, charging=True))
    observation = seen(60, energy=8.0, charging=True)
    samples = tuple(replace(sample, recorded_at=time) for sample in observation.samples)
    take(charging, replace(observation, samples=samples))
    assert charging.energy == 8
    take(charging, replace(seen(80, energy=9.0, charging=True), delivered_at=time))
    assert charging.energy >= 8
    take(charging, seen(90, energy=10.0, charging=True))
    assert charging.energy == 10


def test_a_clock_that_was_far_ahead_does_no_lasting_harm() -> None:
    charging = Charging()
    take(charging, seen(0, energy=0.0, plugged=True, charging=True))
    ahead = Observation(at(5_000_000), seen(30, energy=4.0).samples)
    samples = tuple(replace(sample, recorded_at=None) for sample in ahead.samples)
    take(charging, replace(ahead, samples=samples))
    events = take(
        charging,
        seen(60, energy=8.0, plugged=True, charging=True),
        seen(90, energy=8.0, plugged=True, charging=False),
        seen(100, energy=8.0, plugged=False, charging=False),
    )
    assert charging.energy == 8
    assert types(events) == [STOPPED, UNPLUGGED]


def test_a_clock_that_is_set_back_never_lowers_the_total() -> None:
    charging = Charging()
    total = 0.0
    for minute, value in ((0, 0.0), (60, 4.0), (30, 5.0), (40, 6.0), (70, 7.0), (80, 8.0)):
        observation = seen(minute, energy=value, charging=True)
        samples = tuple(replace(sample, recorded_at=None) for sample in observation.samples)
        take(charging, replace(observation, samples=samples))
        assert charging.energy >= total
        total = charging.energy
    assert total >= 8


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "rubbish",
        {"base": 5, "timeline": "x", "told": [1]},
        {"timeline": {"rows": [[1, 2]], "newest": {"a": 1}}},
        {"base": {"total": "much", "held": [[1]], "sessions": [3], "stay": {"session": 7}}},
        {"told": {"total": float("nan"), "outcome": "exploded"}},
    ],
)
def test_rubbish_in_the_store_is_an_empty_state(raw: object) -> None:
    charging = Charging(raw)
    assert charging.energy == 0
    assert connection(charging) is None
    assert not charging.sessions
    take(charging, seen(0, energy=0.0, charging=True), seen(60, energy=5.0, charging=True))
    assert charging.energy == 5


def test_the_total_survives_the_loss_of_everything_else() -> None:
    charging = Charging({"told": {"total": 500_000, "home": 200_000}})
    assert (charging.energy, charging.energy_home) == (500, 200)
    take(
        charging,
        placed(0, "home", at_home=True, energy=0.0, charging=True),
        seen(60, energy=5.0, charging=True),
    )
    assert (charging.energy, charging.energy_home) == (505, 205)


def test_a_restart_in_the_middle_of_a_charge_loses_nothing() -> None:
    observations = [
        seen(0, plugged=False, charging=False, soc=40, energy=7.0, limit=80),
        seen(10, plugged=True, charging=True, soc=40, energy=0.0),
        seen(40, plugged=True, charging=True, soc=45, energy=3.0),
        seen(90, plugged=True, charging=False, soc=60, energy=12.0),
        seen(95, plugged=False, charging=False, soc=60, energy=12.0),
    ]
    steady = Charging()
    events = take(steady, *observations)
    restarted = Charging()
    for observation in observations:
        restarted = again(restarted)
        for event in take(restarted, observation):
            assert event == events.pop(0)
    assert not events
    assert restarted.to_json() == steady.to_json()


# Properties

steps = st.one_of(
    st.builds(Park, minutes=st.integers(5, 300)),
    st.builds(Drive, distance=st.floats(1, 60), to_home=st.booleans()),
    st.builds(
        Charge,
        to=st.integers(30, 95).map(float),
        power=st.sampled_from([2.3, 7.4, 11.0, 50.0]),
        linger=st.integers(0, 120),
        pause=st.sampled_from([0, 0, 45]),
    ),
)


@st.composite
def days(draw: st.DrawFn) -> list[Observation]:
    """Draw what a car delivers, few enough rows that none is too late."""
    plan: list[Step] = draw(st.lists(steps, min_size=1, max_size=6))
    journey = Journey(
        habit=draw(st.sampled_from(Habit)),
        has_cable=draw(st.booleans()),
        has_odometer=draw(st.booleans()),
    )
    return play(journey, plan, draw(st.sampled_from([15, 30, 60])))[:45]


@settings(max_examples=60, deadline=None)
@given(days(), st.data())
def test_order_repetition_and_restarts_do_not_matter(
    observations: list[Observation], data: st.DataObject
) -> None:
    steady = Charging()
    take(steady, *observations)
    shuffled = data.draw(st.permutations([*observations, *observations[::3]]))
    unsteady = Charging()
    totals = [0]
    for turn, observation in enumerate(shuffled):
        if turn % 7 == 3:
            unsteady = again(unsteady)
        unsteady.observe(observation)
        totals.append(unsteady._told.total)
    assert unsteady._head.total == steady._head.total
    assert unsteady._head.home == steady._head.home
    assert unsteady.connection is steady.connection
    assert totals == sorted(totals)


@settings(max_examples=60, deadline=None)
@given(days())
def test_increments_always_add_up(observations: list[Observation]) -> None:
    charging = Charging(usable_capacity=60)
    updates = [charging.observe(observation) for observation in observations]
    told = charging._told
    added = sum(each.energy for update in updates for each in update.increments)
    added_home = sum(each.energy for update in updates for each in update.home_increments)
    assert added == pytest.approx(told.total / 1000)
    assert added_home == pytest.approx(told.home / 1000)
    assert told.home <= told.total


values = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=True),
    st.integers(-(10**20), 10**20),
    st.text(max_size=5),
)
KEYS = st.sampled_from(
    ["plugged", "charging", "status", "energy", "power", "limit", "minutes", "soc", "odometer"]
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-100, 10_000), st.floats(-100, 10_000), st.dictionaries(KEYS, values)),
        max_size=30,
    )
)
def test_any_values_and_times_are_survived(
    rows: list[tuple[float, float, dict[str, None]]],
) -> None:
    charging = Charging(usable_capacity=60)
    total = 0.0
    for minute, delivered, row in rows:
        charging.observe(seen(minute, delivered=delivered, **row))
        assert charging.energy >= total
        total = charging.energy
    assert again(charging).to_json() == charging.to_json()


# Accuracy

MONTH: list[Step] = []
for day in range(28):
    MONTH += [Park(400 + day), Drive(12.5 + day, to_home=False)]
    if day % 5 == 3:
        MONTH += [Charge(80, power=50, linger=20)]
    MONTH += [Park(300 - day), Drive(14.0, to_home=True)]
    if day % 2:
        MONTH += [Charge(75, power=7.4, linger=200, pause=60 if day % 4 == 1 else 0)]


@pytest.mark.parametrize("cadence", [1, 5, 15, 30, 60])
def test_a_month_with_a_counter_is_right_within_two_percent(cadence: int) -> None:
    journey = Journey()
    charging = Charging()
    take(charging, *play(journey, MONTH, cadence))
    assert exact(charging) == pytest.approx(journey.charged, rel=0.02)
    assert charging._told.home / 1000 == pytest.approx(journey.charged_home, rel=0.02)


@pytest.mark.parametrize("cadence", [5, 15, 30])
def test_a_month_with_missing_deliveries_is_right_within_two_percent(cadence: int) -> None:
    journey = Journey()
    charging = Charging()
    take(charging, *play(journey, MONTH, cadence, missing=0.2))
    assert exact(charging) == pytest.approx(journey.charged, rel=0.02)


@pytest.mark.parametrize("cadence", [1, 5])
def test_a_month_without_a_counter_is_right_within_two_percent(cadence: int) -> None:
    journey = Journey(habit=Habit.NONE_AT_ALL)
    charging = Charging()
    take(charging, *play(journey, MONTH, cadence))
    assert exact(charging) == pytest.approx(journey.charged, rel=0.02)


def test_the_look_alike_with_a_counter() -> None:
    charging = Charging()
    home = Position(51.5, 2.25)
    events = take(charging, *observations_of(rows_of(FIXTURES / "day_with_counter.csv"), home))
    assert exact(charging) == pytest.approx(14.2, rel=0.02)
    assert charging.energy_home == charging.energy
    assert types(events) == [UNPLUGGED, PLUGGED_IN, STARTED, FINISHED]
    assert connection(charging) is ChargeConnection.COMPLETE


def test_the_look_alike_without_a_counter() -> None:
    charging = Charging(usable_capacity=50)
    home = Position(52.5, 3.25)
    take(charging, *observations_of(rows_of(FIXTURES / "weeks_without_counter.csv"), home))
    assert charging.energy == 65.5
    assert charging.energy_home == 37
    assert [session.energy for session in charging.sessions] == [14.5, 14, 14]


@needs_recordings
@pytest.mark.parametrize("cadence", ["", "_05min", "_15min", "_30min", "_60min"])
def test_a_recorded_day_is_right_at_every_cadence(cadence: str) -> None:
    charging = Charging()
    events = take(charging, *observations_of(rows_of(RECORDINGS / f"tesla_day{cadence}.csv")))
    assert exact(charging) == pytest.approx(10.2, rel=0.02)
    assert types(events) == [UNPLUGGED, PLUGGED_IN, STARTED, FINISHED]
    (session,) = charging.sessions
    assert (session.state_of_charge_from, session.state_of_charge_to) == (57, 70)


@needs_recordings
@pytest.mark.parametrize("cadence", ["", "_05min", "_15min", "_30min", "_60min"])
def test_a_recorded_night_parked_is_nothing(cadence: str) -> None:
    charging = Charging(usable_capacity=75)
    events = take(charging, *observations_of(rows_of(RECORDINGS / f"tesla_idle_a{cadence}.csv")))
    assert exact(charging) == 0
    assert not events
    assert not charging.sessions


@needs_recordings
def test_recorded_weeks_of_whole_percents_are_right() -> None:
    charging = Charging(usable_capacity=72.6)
    home = Position(54.2145, 6.5694)
    take(charging, *observations_of(rows_of(RECORDINGS / "ioniq5_7weeks.csv"), home))
    assert exact(charging) == pytest.approx(302.7, rel=0.02)
    assert 0 < charging.energy_home < charging.energy


@needs_recordings
def test_the_case_of_the_larger_next_charge() -> None:
    case = json.loads(next((RECORDINGS.parent / "cases").glob("14*")).read_text(encoding="utf-8"))
    charging = Charging()
    for turn, delivery in enumerate(case):
        (signal,) = delivery["data"]["signals"]
        minute = (signal["meta"]["oemUpdatedAt"] - at(0)) / 60_000
        charging.observe(
            seen(minute, energy=signal["body"]["value"], odometer=100.0 + 9 * (turn // 2))
        )
    assert charging.energy == 40


# What a session and an event tell

IN_TWO_SEGMENTS = (
    seen(0, soc=20, plugged=True, charging=True),
    seen(30, soc=30, plugged=True, charging=True),
    seen(31, soc=30, plugged=True, charging=False),
    seen(90, soc=30, plugged=True, charging=True),
    seen(120, soc=40, plugged=True, charging=True),
)


def test_the_time_of_a_session_is_that_of_all_its_segments() -> None:
    charging = Charging(usable_capacity=50)
    take(charging, *IN_TWO_SEGMENTS)
    assert charging.session is not None
    assert charging.session.duration == pytest.approx(60 * 60, abs=120)


def test_a_session_that_goes_on_has_no_end() -> None:
    charging = Charging(usable_capacity=50)
    take(charging, *IN_TWO_SEGMENTS)
    session = charging.session
    assert session is not None
    assert (session.ended_at, session.ended_after, session.outcome) == (None, None, None)


def test_a_session_of_an_unknown_capacity_has_no_energy() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, soc=20, plugged=True, charging=True),
        seen(60, soc=40, plugged=True, charging=True),
        seen(61, soc=40, plugged=True, charging=False),
    )
    session = charging.last_session
    assert session is not None
    assert session.energy is None


def test_a_session_that_reported_nothing_yet_has_charged_nothing() -> None:
    charging = Charging()
    take(
        charging,
        seen(0, soc=20, energy=0, plugged=True, charging=True),
        seen(60, soc=20, energy=0, plugged=True, charging=True),
    )
    session = charging.session
    assert session is not None
    assert session.energy == 0


def test_an_event_tells_the_charge_and_the_place() -> None:
    charging = Charging(usable_capacity=50)
    events = take(
        charging,
        placed(0, "Office", at_home=False, soc=20, plugged=False, charging=False),
        placed(5, "Office", at_home=False, soc=21, plugged=True, charging=False),
    )
    (event,) = (event for event in events if event.type is PLUGGED_IN)
    assert (event.state_of_charge, event.zone, event.at_home) == (21, "Office", False)


def test_a_session_without_reports_is_said_to_be_estimated() -> None:
    charging = Charging(usable_capacity=50)
    take(
        charging,
        seen(0, soc=20, plugged=True, charging=True),
        seen(60, soc=40, plugged=True, charging=True),
        seen(61, soc=40, plugged=True, charging=False),
    )
    session = charging.last_session
    assert session is not None
    assert session.is_estimated
    assert session.energy == pytest.approx(10, abs=0.5)
