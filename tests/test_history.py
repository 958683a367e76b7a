"""One vehicle's history, apart from Home Assistant."""

import pytest

from custom_components.smartcar_dynamic.history import History
from custom_components.smartcar_dynamic.smartcar.model import (
    Content,
    Position,
    Reading,
    Report,
    Signal,
    Value,
    VehicleInfo,
)

NOW = 1_760_000_000_000
MINUTE = 60_000


def content(key: str, value: Value | None) -> Content:
    return Content(key.partition(".")[0], (Reading(key, value),))


def report(at: int, *contents: Content) -> Report:
    signals = tuple(Signal(each, at) for each in contents)
    return Report(VehicleInfo("vehicle-1"), None, at, signals)


def nowhere(_position: Position) -> tuple[str | None, bool | None]:
    return None, False


PLUG = content("charge-ischargingcableconnected", value=True)


def test_a_history_without_readings_has_nothing_to_tell() -> None:
    history = History()
    assert history.keys == {}
    assert set(history.values.values()) == {None}
    assert history.due_at is None


@pytest.mark.parametrize(
    "raw", [None, 1, [], {"charging": 1, "trips": [], "keys": 5}, {"keys": ["other", None, {}]}]
)
def test_what_is_not_of_its_form_is_left_out(raw: object) -> None:
    assert History(raw).to_json() == History().to_json()


def test_a_key_that_had_a_value_stays() -> None:
    history = History()
    assert history.observe(report(NOW, PLUG), nowhere) == ["charge_connection", "charging_session"]
    assert list(History(history.to_json()).keys) == ["charge_connection", "charging_session"]


def test_what_was_said_before_changes_nothing() -> None:
    history = History()
    history.observe(report(NOW, PLUG), nowhere)
    before = history.to_json()
    assert history.observe(report(NOW, PLUG), nowhere) == []
    assert history.to_json() is before


def test_what_matters_to_no_history_changes_nothing() -> None:
    history = History()
    others = (content("wheel-tires.front_left", 250), content("charge-ischarging", None))
    assert history.observe(report(NOW, *others), nowhere) == []


def test_a_newer_time_of_the_same_reading_is_kept() -> None:
    history = History()
    history.observe(report(NOW, PLUG), nowhere)
    before = history.to_json()
    assert history.observe(report(NOW + MINUTE, PLUG), nowhere) == []
    assert history.to_json() != before


def test_at_home_without_a_position_is_a_place() -> None:
    history = History()
    home = content("location-isathome", value=True)
    for minute, charge in ((0, 50), (30, 55), (60, 60)):
        now = NOW + minute * MINUTE
        history.observe(
            report(
                now,
                home,
                PLUG,
                content("charge-ischarging", minute < 60),
                content("charge-energyadded", float(minute)),
                content("tractionbattery-stateofcharge", charge),
            ),
            nowhere,
        )
    assert history.values["last_charging_session.place"] == "home"
    assert history.values["charged_energy_home"] == history.values["charged_energy"] == 60.0


def test_a_later_time_is_known_when_something_changes() -> None:
    history = History()
    far = content("odometer-traveleddistance", 120)
    history.observe(report(NOW, content("odometer-traveleddistance", 100)), nowhere)
    standing = content("odometer-traveleddistance", 110)
    for minute in (1, 60, 90, 200):
        history.observe(report(NOW + minute * MINUTE, standing), nowhere)
    history.observe(report(NOW + 210 * MINUTE, far), nowhere)
    trip = history.trips.trip
    assert trip is not None
    assert trip.started_after == NOW + 200 * MINUTE


def test_an_earlier_time_that_comes_late_is_no_later_one() -> None:
    history = History()
    history.observe(report(NOW, PLUG), nowhere)
    history.observe(report(NOW + 2 * MINUTE, PLUG), nowhere)
    before = history.to_json()
    assert history.observe(report(NOW + MINUTE, PLUG), nowhere) == []
    assert history.to_json()["charging"] != {}
    assert before["keys"] == history.to_json()["keys"]
