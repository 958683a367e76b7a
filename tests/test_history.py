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


def connection(history: History) -> object:
    return history.values["charge_connection"]


@pytest.mark.parametrize("days", [0.05, 5, 400])
def test_a_clock_set_back_stops_no_history(days: float) -> None:
    history = History()
    ahead = NOW + int(days * 24 * 60) * MINUTE
    undated = Signal(PLUG)
    history.observe(Report(VehicleInfo("vehicle-1"), None, ahead, (undated,)), nowhere)
    assert connection(history) == "connected"
    history.forget_after(NOW + MINUTE)
    assert connection(history) == "connected"
    unplugged = content("charge-ischargingcableconnected", value=False)
    history.observe(report(NOW, unplugged), nowhere)
    assert connection(history) == "disconnected"


def test_a_clock_set_back_ends_no_trip_in_the_future() -> None:
    history = History()
    for hours, odometer in ((0, 100), (48, 110)):
        at = NOW + hours * 60 * MINUTE
        history.observe(report(at, content("odometer-traveleddistance", odometer)), nowhere)
    history.forget_after(NOW + MINUTE)
    assert history.due_at is not None
    assert history.due_at < NOW + 60 * MINUTE
    history.pass_time(NOW + 60 * MINUTE)
    trip = history.trips.last_trip
    assert trip is None or trip.ended_by <= NOW + MINUTE


def test_a_right_clock_forgets_nothing() -> None:
    history = History()
    history.observe(report(NOW, PLUG), nowhere)
    before = history.to_json()
    history.forget_after(NOW)
    assert history.to_json() is before


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


def test_energy_charged_nobody_knows_where_has_no_price() -> None:
    def at_home(_position: Position) -> tuple[str | None, bool | None]:
        return "Home", True

    history = History()
    odometer = "odometer-traveleddistance"
    home = content("location-preciselocation", Position(52.0, 13.0))
    history.observe(report(NOW, home, content(odometer, 100)), at_home)
    charging = content("charge-ischarging", value=True)
    for minute, energy in enumerate((0, 1, 5, 9)):
        history.observe(
            report(
                NOW + (60 + 10 * minute) * MINUTE,
                content(odometer, 140),
                PLUG,
                charging,
                content("charge-energyadded", energy),
            ),
            at_home,
        )
    history.apply_prices(lambda _at_home: 1.0)
    assert history.charging.energy > 5
    assert history.costs.total == 0
    assert not history.costs.is_any_known
