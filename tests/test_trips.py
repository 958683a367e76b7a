"""Trips: made-up situations, look-alikes and recordings."""

from collections.abc import Iterable
from dataclasses import replace
import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.timeline import Observation
from custom_components.smartcar_dynamic.trips import (
    LAST_TRIP,
    TRIP,
    Trip,
    TripEvent,
    TripEventType,
    Trips,
    TripUpdate,
)

from .journeys import Charge, Drive, Journey, Park, Step, play
from .series import (
    FIXTURES,
    MINUTE,
    RECORDINGS,
    at,
    observations_of,
    placed,
    rows_of,
    seen,
    time_of,
)

needs_recordings = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="the recordings are not beside the checkout"
)

STARTED = TripEventType.STARTED
ENDED = TripEventType.ENDED


def take(trips: Trips, *observations: Observation) -> list[TripEvent]:
    """Hand over observations; return the events."""
    return [event for each in observations for event in trips.observe(each).events]


def live(trips: Trips, observations: Iterable[Observation]) -> list[TripEvent]:
    """Hand over observations, and between them the time that passes; return the events."""
    events: list[TripEvent] = []
    for observation in observations:
        due_at = trips.due_at
        if due_at is not None and due_at < observation.delivered_at:
            events += trips.observe(Observation(due_at)).events
        events += trips.observe(observation).events
    return events


def types(events: Iterable[TripEvent]) -> list[TripEventType]:
    """Return what happened."""
    return [event.type for event in events]


def only(trips: Trips) -> Trip:
    """Return the one trip."""
    (trip,) = trips.trips
    return trip


def again(trips: Trips) -> Trips:
    """Return what goes on after a restart."""
    return Trips(json.loads(json.dumps(trips.to_json())), usable_capacity=trips._usable_capacity)


# Bounds and distance


def test_a_trip_lies_between_two_times() -> None:
    trips = Trips()
    events = take(trips, seen(0, odometer=100.0), seen(60, odometer=120.0))
    (event,) = events
    assert (event.type, event.at) == (STARTED, at(60))
    assert trips.trip == event.trip
    assert trips.last_trip is None
    (event,) = take(trips, seen(120, odometer=120.0))
    assert (event.type, event.at) == (ENDED, at(60))
    trip = only(trips)
    assert event.trip == trip == trips.last_trip
    assert (trip.started_after, trip.started_by) == (at(0), at(60))
    assert (trip.ended_after, trip.ended_by) == (at(0), at(60))
    assert (trip.shortest, trip.longest) == (0, 3600)
    assert trip.distance == 20
    assert trips.trip is None


def test_a_closely_watched_trip_has_narrow_bounds() -> None:
    trips = Trips()
    rows = [seen(minute, odometer=100.0 + max(0, minute - 5)) for minute in range(26)]
    take(trips, *rows, *(seen(minute, odometer=120.0) for minute in range(26, 37)))
    trip = only(trips)
    assert (trip.shortest, trip.longest) == (18 * 60, 20 * 60)
    assert trip.distance == 20


@pytest.mark.parametrize("distance", [0.1, 0.4])
def test_less_than_half_a_kilometre_is_no_trip(distance: float) -> None:
    trips = Trips()
    assert not live(
        trips, (seen(0, odometer=100.0), seen(60, odometer=100.0 + distance), seen(200))
    )
    assert not trips.trips


def test_a_slow_start_is_a_part_of_the_trip() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0),
        seen(1, odometer=100.2),
        seen(2, odometer=100.4),
        seen(3, odometer=100.9),
        seen(20, odometer=100.9),
    )
    assert only(trips).distance == 0.9
    assert only(trips).started_after == at(0)


def test_a_little_way_long_before_is_no_part_of_the_trip() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0),
        seen(1, odometer=100.3),
        seen(5, odometer=100.3),
        seen(30, odometer=100.3),
        seen(60, odometer=110.3),
        seen(90, odometer=110.3),
    )
    assert only(trips).distance == 10
    assert only(trips).started_after == at(30)


def test_a_stop_of_less_than_ten_minutes_is_a_part_of_it() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0),
        seen(5, odometer=105.0),
        seen(10, odometer=105.0),
        seen(14, odometer=109.0),
        seen(30, odometer=109.0),
    )
    assert only(trips).distance == 9


def test_a_stop_of_ten_minutes_ends_a_trip() -> None:
    trips = Trips()
    events = take(
        trips,
        seen(0, odometer=100.0),
        seen(5, odometer=105.0),
        seen(15, odometer=105.0),
        seen(20, odometer=110.0),
        seen(30, odometer=110.0),
    )
    assert types(events) == [STARTED, ENDED, STARTED, ENDED]
    assert [trip.distance for trip in trips.trips] == [5, 5]


def test_time_enough_to_have_stood_ends_a_trip() -> None:
    trips = Trips()
    events = take(
        trips,
        seen(0, odometer=100.0),
        seen(60, odometer=120.0),
        seen(120, odometer=140.0),
        seen(180, odometer=140.0),
    )
    assert types(events) == [STARTED, ENDED, STARTED, ENDED]
    assert [trip.distance for trip in trips.trips] == [20, 20]


def test_no_time_to_have_stood_goes_on_with_it() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0),
        seen(30, odometer=140.0),
        seen(60, odometer=185.0),
        seen(90, odometer=185.0),
    )
    assert only(trips).distance == 85


@pytest.mark.parametrize("evidence", [{"gear": "drive"}, {"speed": 50.0}, {"gear": "reverse"}])
def test_a_vehicle_that_says_it_drives_has_not_stood(evidence: dict[str, float]) -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0, gear="park"),
        seen(30, odometer=105.0, **evidence),
        seen(60, odometer=110.0, gear="park"),
        seen(90, odometer=110.0, gear="park"),
    )
    assert only(trips).distance == 10


@pytest.mark.parametrize("evidence", [{"gear": "neutral"}, {"speed": 0.0}, {"gear": "park"}])
def test_a_vehicle_that_does_not_say_so_may_have_stood(evidence: dict[str, float]) -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0),
        seen(30, odometer=105.0, **evidence),
        seen(60, odometer=110.0),
        seen(90, odometer=110.0),
    )
    assert len(trips.trips) == 2


def test_driving_an_hour_ago_is_not_driving_all_the_time() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0),
        seen(30, odometer=105.0, gear="drive"),
        seen(300, odometer=110.0),
        seen(330, odometer=110.0),
    )
    assert len(trips.trips) == 2


def test_distance_is_the_odometers_alone() -> None:
    trips = Trips()
    events = live(
        trips,
        (
            seen(0, speed=50.0, gear="drive", soc=80),
            seen(30, speed=70.0, gear="drive", soc=70),
            placed(60, "work", at_home=False),
        ),
    )
    assert not events
    assert not trips.trips


# The odometer's moods


def test_a_fall_to_zero_is_no_trip() -> None:
    trips = Trips()
    events = live(
        trips,
        (
            seen(0, odometer=25_000.0),
            seen(60, odometer=0.0),
            seen(120, odometer=25_000.0),
            seen(180, odometer=0.0),
        ),
    )
    assert not events


def test_the_distance_after_a_fall_to_zero_is_right() -> None:
    trips = Trips()
    live(
        trips,
        (seen(0, odometer=25_000.0), seen(60, odometer=0.0), seen(120, odometer=25_010.0)),
    )
    take(trips, Observation(at(200)))
    assert only(trips).distance == 10


def test_a_frozen_odometer_makes_no_trip() -> None:
    trips = Trips()
    rows = [seen(30 * turn, odometer=2000.0 if turn % 3 else 795.4) for turn in range(60)]
    assert not live(trips, rows)


def test_a_frozen_odometer_is_not_believed_however_long() -> None:
    trips = Trips()
    frozen = (seen(60 * turn, odometer=795.4) for turn in range(1, 100))
    live(trips, (seen(0, odometer=2000.0), *frozen, seen(6000, odometer=2060.0)))
    take(trips, Observation(at(6100)))
    assert only(trips).distance == 60


def test_a_jitter_makes_no_trip() -> None:
    trips = Trips()
    rows = [seen(turn, odometer=100.0 + 0.02 * (turn % 2)) for turn in range(100)]
    assert not live(trips, rows)


def test_a_leap_makes_no_trip() -> None:
    trips = Trips()
    rows = (
        seen(0, odometer=2000.0),
        seen(60, odometer=250_000.0),
        seen(120, odometer=2000.0),
        seen(180, odometer=9000.0),
        seen(240, odometer=9001.0),
        seen(300, odometer=9001.0),
    )
    assert not live(trips, rows)
    take(trips, seen(360, odometer=9011.0), seen(400, odometer=9011.0))
    assert only(trips).distance == 10


def test_a_replaced_odometer_goes_on_from_where_it_is() -> None:
    trips = Trips()
    day = 24 * 60
    rows = (
        seen(0, odometer=90_000.0),
        seen(60, odometer=90_010.0),
        seen(day, odometer=5.0),
        seen(day + 60, odometer=15.0),
        seen(2 * day + 60, odometer=35.0),
    )
    live(trips, rows)
    assert [trip.distance for trip in trips.trips] == [10]
    live(trips, (seen(3 * day, odometer=55.0), seen(3 * day + 60, odometer=55.0)))
    assert [trip.distance for trip in trips.trips] == [10, 20]


def test_a_towed_vehicle_makes_no_trip() -> None:
    trips = Trips()
    events = live(
        trips,
        (
            placed(0, "home", at_home=True, odometer=100.0),
            placed(60, None, at_home=False, odometer=100.0),
            placed(120, "garage", at_home=False, odometer=100.0),
        ),
    )
    assert not events
    take(trips, seen(180, odometer=110.0), seen(240, odometer=110.0))
    assert only(trips).from_zone == "garage"


def test_a_missing_delivery_makes_no_trip() -> None:
    trips = Trips()
    assert not live(trips, (seen(0, odometer=100.0), seen(5000, soc=50), seen(9000, soc=40)))


# Energy


def test_a_long_trip_tells_its_consumption() -> None:
    trips = Trips(usable_capacity=50)
    take(
        trips,
        seen(0, odometer=100.0, soc=80),
        seen(60, odometer=150.0, soc=62),
        seen(90, odometer=150.0, soc=62),
    )
    trip = only(trips)
    assert (trip.state_of_charge_from, trip.state_of_charge_to) == (80, 62)
    assert trip.state_of_charge_used == 18
    assert trip.energy_used == 9
    assert trip.consumption == 18


def test_the_reported_capacity_is_taken_without_a_usable_one() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0, soc=80, capacity=100.0),
        seen(60, odometer=150.0, soc=70, capacity=100.0),
        seen(90, odometer=150.0, soc=70, capacity=None),
    )
    assert only(trips).energy_used == 10
    trips.set_usable_capacity(50)
    take(trips, seen(200, odometer=200.0, soc=60), seen(230, odometer=200.0, soc=60))
    assert trips.trips[-1].energy_used == 5


def test_without_a_capacity_only_the_charge_is_told() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0, soc=80),
        seen(60, odometer=150.0, soc=62),
        seen(90, odometer=150.0, soc=62),
    )
    assert only(trips).state_of_charge_used == 18
    assert only(trips).energy_used is None


@pytest.mark.parametrize(
    ("distance", "used", "energy", "consumption"),
    [(14.0, 5, 2.5, None), (15.0, 2, None, None), (15.0, 3, 1.5, 10.0), (40.0, 0, None, None)],
)
def test_whole_percents_tell_nothing_of_little(
    distance: float, used: float, energy: float | None, consumption: float | None
) -> None:
    trips = Trips(usable_capacity=50)
    take(
        trips,
        seen(0, odometer=100.0, soc=80),
        seen(60, odometer=100.0 + distance, soc=80 - used),
        seen(90, odometer=100.0 + distance, soc=80 - used),
    )
    trip = only(trips)
    assert (trip.energy_used, trip.consumption) == (energy, consumption)


def test_the_charge_may_be_corrected_after_arrival() -> None:
    trips = Trips(usable_capacity=50)
    events = live(
        trips,
        (
            seen(0, odometer=100.0, soc=83),
            seen(60, odometer=177.0, soc=83),
            seen(64, odometer=177.0, soc=67),
            seen(75, odometer=177.0, soc=67),
            seen(200, odometer=177.0, soc=65),
        ),
    )
    assert events[-1].trip.state_of_charge_used == 16
    assert only(trips).state_of_charge_to == 67


def test_a_correction_after_the_end_changes_the_last_trip() -> None:
    trips = Trips()
    take(trips, seen(0, odometer=100.0, soc=83), seen(60, odometer=177.0, soc=83))
    take(trips, seen(72, odometer=177.0))
    update = trips.observe(seen(75, odometer=177.0, soc=67))
    assert update.changed == {LAST_TRIP}
    assert only(trips).state_of_charge_used == 16


def test_a_charge_where_it_has_arrived_is_not_of_the_trip() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0, soc=80, charging=False),
        seen(60, odometer=150.0, soc=62, charging=False),
        seen(65, odometer=150.0, soc=64, charging=True),
        seen(75, odometer=150.0, soc=68, charging=True),
    )
    assert only(trips).state_of_charge_to == 62


def test_a_rise_where_it_has_arrived_is_not_of_the_trip() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0, soc=80),
        seen(60, odometer=150.0, soc=62),
        seen(75, odometer=150.0, soc=68),
    )
    assert only(trips).state_of_charge_to == 62


@pytest.mark.parametrize(
    "rows",
    [
        # It was charging when it was seen last before the trip.
        (
            seen(0, odometer=100.0, soc=80, charging=True),
            seen(60, odometer=150.0, soc=62, charging=False),
        ),
        # It charged on the way.
        (
            seen(0, odometer=100.0, soc=80),
            seen(30, odometer=140.0, soc=70, charging=True),
            seen(31, charging=True),
            seen(60, odometer=190.0, soc=62, charging=False),
        ),
        # Its counter has grown.
        (
            seen(0, odometer=100.0, soc=80, energy=5.0),
            seen(60, odometer=150.0, soc=62, energy=9.0),
        ),
        # Its charge has risen on the way.
        (
            seen(0, odometer=100.0, soc=80),
            seen(30, odometer=140.0, soc=50),
            seen(60, odometer=190.0, soc=60),
        ),
        # It has more than before.
        (seen(0, odometer=100.0, soc=60), seen(60, odometer=150.0, soc=70)),
        # It has not told since.
        (seen(0, odometer=100.0, soc=60), seen(60, odometer=150.0)),
    ],
)
def test_a_charge_on_the_way_hides_what_was_used(rows: tuple[Observation, ...]) -> None:
    trips = Trips(usable_capacity=50)
    take(trips, *rows, Observation(at(200)))
    assert only(trips).state_of_charge_used is None
    assert only(trips).energy_used is None


def test_a_charge_before_the_trip_hides_nothing() -> None:
    trips = Trips(usable_capacity=50)
    take(
        trips,
        seen(0, odometer=100.0, soc=40, charging=False, energy=0.0),
        seen(100, odometer=100.0, soc=60, charging=True, energy=9.0),
        seen(200, odometer=100.0, soc=80, charging=False, energy=20.0),
        seen(260, odometer=150.0, soc=62, charging=False, energy=20.0),
        seen(300, odometer=150.0, soc=62),
    )
    assert only(trips).state_of_charge_used == 18


def test_an_odometer_told_only_on_arrival_hides_nothing() -> None:
    trips = Trips(usable_capacity=50)
    take(
        trips,
        seen(0, odometer=100.0, soc=40, charging=False),
        seen(100, soc=60, charging=True),
        seen(200, soc=80, charging=False),
        seen(250, soc=75, charging=False),
        seen(300, odometer=150.0),
        seen(301, soc=62, charging=False),
        Observation(at(400)),
    )
    trip = only(trips)
    assert (trip.state_of_charge_from, trip.state_of_charge_to) == (80, 62)


# Places


def test_a_trip_leads_from_one_zone_to_another() -> None:
    trips = Trips()
    take(
        trips,
        placed(0, "home", at_home=True, odometer=100.0),
        placed(60, "work", at_home=False, odometer=120.0),
        placed(120, "work", at_home=False, odometer=120.0),
        placed(200, "home", at_home=True, odometer=140.0),
        placed(260, "home", at_home=True, odometer=140.0),
    )
    there, back = trips.trips
    assert (there.from_zone, there.from_home) == ("home", True)
    assert (there.to_zone, there.to_home) == ("work", False)
    assert (back.from_zone, back.to_zone) == ("work", "home")


def test_an_unknown_place_is_none() -> None:
    trips = Trips()
    take(trips, placed(0, "home", at_home=True, odometer=100.0), seen(60, odometer=120.0))
    take(trips, Observation(at(100)))
    assert only(trips).from_zone == "home"
    assert (only(trips).to_zone, only(trips).to_home) == (None, None)


def test_the_first_place_after_arrival_may_be_corrected() -> None:
    trips = Trips()
    take(
        trips,
        placed(0, "home", at_home=True, odometer=100.0),
        placed(60, None, at_home=False, odometer=120.0),
        placed(75, "work", at_home=False, odometer=120.0),
    )
    assert only(trips).to_zone == "work"


def test_a_place_told_long_after_arrival_is_one_on_the_way() -> None:
    trips = Trips()
    take(
        trips,
        placed(0, "home", at_home=True, odometer=100.0),
        placed(200, None, at_home=False),
        placed(260, "work", at_home=False, odometer=150.0),
        Observation(at(400)),
    )
    assert (only(trips).from_zone, only(trips).to_zone) == ("home", "work")


def test_what_the_vehicle_says_of_home_is_enough() -> None:
    trips = Trips()
    take(
        trips,
        seen(0, odometer=100.0, home=True),
        seen(60, odometer=120.0, home=False),
        seen(120, odometer=120.0, home=False),
    )
    assert (only(trips).from_home, only(trips).to_home) == (True, False)


def test_a_zone_and_home_of_one_moment_belong_together() -> None:
    trips = Trips()
    take(trips, replace(seen(0, odometer=1.0, position=Position(0, 0)), zone="garage"))
    take(trips, seen(0, delivered=1, home=True), seen(60, odometer=20.0), Observation(at(99)))
    assert (only(trips).from_zone, only(trips).from_home) == ("garage", True)


# Events


def test_silence_ends_a_trip() -> None:
    trips = Trips()
    take(trips, seen(0, odometer=100.0), seen(60, odometer=120.0))
    assert trips.due_at == at(90)
    assert not take(trips, Observation(at(89)))
    (event,) = take(trips, Observation(at(90)))
    assert event.type is ENDED
    assert event.trip == trips.last_trip == only(trips)
    assert trips.due_at is None
    assert not take(trips, seen(120, odometer=120.0), seen(200, odometer=120.0))


@pytest.mark.parametrize("evidence", [{"gear": "park"}, {"plugged": True}])
def test_a_parked_vehicle_ends_its_trip_sooner(evidence: dict[str, bool]) -> None:
    trips = Trips()
    take(trips, seen(0, odometer=100.0, plugged=False, gear="park"))
    take(trips, seen(30, odometer=110.0, gear="drive"), seen(60, odometer=120.0, gear="drive"))
    assert trips.due_at == at(90)
    take(trips, seen(61, **evidence))
    assert trips.due_at == at(65)
    (event,) = take(trips, Observation(at(65)))
    assert event.type is ENDED


def test_a_trip_that_goes_on_after_silence_ends_once_more() -> None:
    trips = Trips()
    events = live(
        trips,
        (
            seen(0, odometer=100.0, gear="park"),
            seen(20, odometer=120.0, gear="drive"),
            seen(60, odometer=160.0, gear="drive"),
            seen(90, odometer=160.0, gear="park"),
        ),
    )
    assert types(events) == [STARTED, ENDED, ENDED]
    assert [event.trip.distance for event in events[1:]] == [20, 60]
    assert only(trips).distance == 60


def test_what_to_write_is_named() -> None:
    trips = Trips()
    assert trips.observe(seen(0, odometer=100.0)) == TripUpdate()
    assert trips.observe(seen(60, odometer=120.0)).changed == {TRIP}
    assert trips.observe(seen(75, odometer=120.0)).changed == {TRIP, LAST_TRIP}
    assert trips.observe(seen(200, odometer=120.0)) == TripUpdate()


def test_what_does_not_matter_changes_nothing() -> None:
    trips = Trips()
    before = trips.to_json()
    assert trips.observe(seen(0, minutes=5.0)) == TripUpdate()
    assert trips.to_json() == before


def test_only_the_latest_trips_are_kept() -> None:
    trips = Trips()
    for turn in range(210):
        take(trips, seen(100 * turn, odometer=10.0 * turn))
        take(trips, seen(100 * turn + 50, odometer=10.0 * turn))
    assert len(trips.trips) == 200
    assert trips.trips[-1].ended_by == at(20900)


# Order, time and restarts


def test_a_late_reading_is_put_where_it_belongs() -> None:
    trips = Trips()
    take(trips, seen(0, odometer=100.0), seen(100, odometer=130.0), seen(120, odometer=130.0))
    assert only(trips).started_after == at(0)
    events = take(trips, seen(60, delivered=121, odometer=100.0))
    assert not events
    assert only(trips).started_after == at(60)
    assert only(trips).distance == 30


def test_a_clock_that_was_far_ahead_does_no_lasting_harm() -> None:
    trips = Trips()
    ahead = Observation(at(5_000_000), seen(0, odometer=110.0).samples)
    samples = tuple(replace(sample, recorded_at=None) for sample in ahead.samples)
    take(trips, seen(0, odometer=100.0), replace(ahead, samples=samples))
    take(trips, Observation(at(5_000_100)))
    assert len(trips.trips) == 1
    events = live(
        trips,
        (seen(60, odometer=110.0), seen(120, odometer=130.0), seen(180, odometer=130.0)),
    )
    assert types(events) == [STARTED, ENDED]


def test_a_trip_before_the_clock_was_set_back_is_not_told_again() -> None:
    trips = Trips()
    ahead = 5_000_000
    rows = [
        seen(ahead + minute, odometer=100.0 + distance)
        for minute, distance in ((0, 0), (30, 20), (60, 20), (120, 40), (180, 40))
    ]
    assert types(take(trips, *rows)) == [STARTED, ENDED, STARTED, ENDED]
    events = take(trips, seen(0, odometer=140.0), seen(60, odometer=160.0))
    assert types(events) == [STARTED]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "rubbish",
        {"base": [], "timeline": 3, "told": "x"},
        {"base": {"odometer": {"value": "far"}, "trips": [{"ended_by": [1]}], "place": 1}},
    ],
)
def test_rubbish_in_the_store_is_an_empty_state(raw: object) -> None:
    trips = Trips(raw)
    assert not trips.trips
    assert trips.last_trip is None
    take(trips, seen(0, odometer=100.0), seen(60, odometer=120.0), seen(90, odometer=120.0))
    assert only(trips).distance == 20


def test_a_restart_on_the_way_loses_nothing() -> None:
    observations = [
        placed(0, "home", at_home=True, odometer=100.0, soc=80),
        seen(20, odometer=120.0, soc=75),
        seen(40, odometer=150.0, soc=65),
        placed(60, "work", at_home=False, odometer=150.0, soc=64),
        seen(300, odometer=150.0, soc=64),
    ]
    steady = Trips(usable_capacity=60)
    events = take(steady, *observations)
    restarted = Trips(usable_capacity=60)
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
    st.builds(Charge, to=st.integers(30, 95).map(float), linger=st.integers(0, 60)),
)


@st.composite
def days(draw: st.DrawFn) -> list[Observation]:
    """Draw what a car delivers, few enough rows that none is too late."""
    plan: list[Step] = draw(st.lists(steps, min_size=1, max_size=6))
    return play(Journey(), plan, draw(st.sampled_from([15, 30, 60])))[:45]


@settings(max_examples=60, deadline=None)
@given(days(), st.data())
def test_order_repetition_and_restarts_do_not_matter(
    observations: list[Observation], data: st.DataObject
) -> None:
    steady = Trips()
    take(steady, *observations)
    unsteady = Trips()
    shuffled = data.draw(st.permutations([*observations, *observations[::3]]))
    for turn, observation in enumerate(shuffled):
        if turn % 7 == 3:
            unsteady = again(unsteady)
        unsteady.observe(observation)
    assert unsteady._head.trips == steady._head.trips
    assert unsteady._head.odometer.value == steady._head.odometer.value


@settings(max_examples=60, deadline=None)
@given(days())
def test_every_trip_starts_and_ends_once(observations: list[Observation]) -> None:
    trips = Trips()
    events = live(trips, observations)
    if trips.due_at is not None:
        events += take(trips, Observation(trips.due_at))
    assert types(events).count(STARTED) == len(trips.trips)
    assert types(events).count(ENDED) >= len(trips.trips)
    first, last = observations[0], observations[-1]
    driven = _odometer(last) - _odometer(first)
    assert sum(trip.distance for trip in trips.trips) == pytest.approx(driven, abs=0.5)


def _odometer(observation: Observation) -> float:
    (value,) = (
        sample.value for sample in observation.samples if sample.key == "odometer-traveleddistance"
    )
    assert isinstance(value, float)
    return value


values = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=True),
    st.integers(-(10**20), 10**20),
    st.text(max_size=5),
)
KEYS = st.sampled_from(["odometer", "soc", "energy", "charging", "plugged", "speed", "gear"])


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
    trips = Trips(usable_capacity=60)
    for minute, delivered, row in rows:
        trips.observe(seen(minute, delivered=delivered, **row))
    assert again(trips).to_json() == trips.to_json()


# Accuracy


@pytest.mark.parametrize("cadence", [1, 5])
def test_days_of_trips_are_told_apart(cadence: int) -> None:
    plan: list[Step] = []
    for day in range(10):
        plan += [Park(400), Drive(12.5 + day, to_home=False), Park(300)]
        plan += [Drive(14.0, to_home=True), Charge(70)]
    journey = Journey()
    trips = Trips()
    live(trips, play(journey, plan, cadence))
    assert [trip.distance for trip in trips.trips] == pytest.approx(journey.drives, abs=0.11)


def test_the_look_alike_with_a_counter() -> None:
    trips = Trips(usable_capacity=70)
    home = Position(51.5, 2.25)
    events = live(trips, observations_of(rows_of(FIXTURES / "day_with_counter.csv"), home))
    assert types(events) == [STARTED, ENDED, STARTED, ENDED]
    assert [trip.distance for trip in trips.trips] == [18.2, 18.2]
    assert [(trip.from_home, trip.to_home) for trip in trips.trips] == [
        (True, False),
        (False, True),
    ]


def test_the_look_alike_without_a_counter() -> None:
    trips = Trips(usable_capacity=50)
    live(trips, observations_of(rows_of(FIXTURES / "weeks_without_counter.csv")))
    distances = [4.6, 4.6, 81.5, 81.4, 26.4, 77.4, 2.7, 77.2, 6.8, 6.8, 91.5]
    assert [trip.distance for trip in trips.trips] == distances


@needs_recordings
@pytest.mark.parametrize(
    ("cadence", "distances"),
    [
        ("", [1.8, 5.0]),
        ("_05min", [1.8, 5.0]),
        ("_15min", [1.8, 5.0]),
        ("_30min", [1.8, 5.0]),
        ("_60min", [6.8]),
    ],
)
def test_a_recorded_day_at_every_cadence(cadence: str, distances: list[float]) -> None:
    trips = Trips()
    live(trips, observations_of(rows_of(RECORDINGS / f"tesla_day{cadence}.csv")))
    assert [trip.distance for trip in trips.trips] == distances


@needs_recordings
@pytest.mark.parametrize("cadence", ["", "_05min", "_15min", "_30min", "_60min"])
def test_a_recorded_night_parked_is_no_trip(cadence: str) -> None:
    trips = Trips()
    assert not live(trips, observations_of(rows_of(RECORDINGS / f"tesla_idle_a{cadence}.csv")))


@needs_recordings
def test_recorded_weeks_agree_with_the_vehicles_own_trips() -> None:
    trips = Trips(usable_capacity=72.6)
    live(trips, observations_of(rows_of(RECORDINGS / "ioniq5_7weeks.csv")))
    take(trips, Observation(time_of("2026-06-01T00:00:00Z")))
    mine: dict[int, list[float]] = {}
    for row in rows_of(RECORDINGS / "ioniq5_7weeks_trips.csv"):
        start = time_of(row["start"])
        end = start + int(row["drive_min"]) * MINUTE
        overlaps = [
            min(end, trip.ended_by) - max(start, trip.started_after) for trip in trips.trips
        ]
        best = max(range(len(overlaps)), key=overlaps.__getitem__)
        mine.setdefault(best, []).append(float(row["distance_km"]))
    agreeing = 0
    for index, trip in enumerate(trips.trips):
        theirs = mine.get(index, [])
        # They are whole kilometres, cut off.
        agreeing += sum(theirs) - 1 <= trip.distance <= sum(theirs) + len(theirs) + 1
    assert len(trips.trips) == 86
    assert agreeing >= 84
    assert sum(trip.distance for trip in trips.trips) == pytest.approx(1742.4, abs=1)


@needs_recordings
def test_the_case_of_an_odometer_that_falls_to_zero() -> None:
    case = json.loads(next((RECORDINGS.parent / "cases").glob("12*")).read_text(encoding="utf-8"))
    trips = Trips()
    for delivery in case:
        (signal,) = delivery["data"]["signals"]
        minute = (signal["meta"]["oemUpdatedAt"] - at(0)) / MINUTE
        live(trips, [seen(minute, odometer=float(signal["body"]["value"]))])
    take(trips, Observation(at(500)))
    assert only(trips).distance == 10
