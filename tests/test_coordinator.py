"""Newest wins, nothing is written without news, and no neighbour is lost."""

from datetime import UTC, datetime, timedelta
import json
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.coordinator import SmartcarCoordinator
from custom_components.smartcar_dynamic.read_planner import ReadPlanner
from custom_components.smartcar_dynamic.smartcar import payload, payload_v4, signals
from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import Reading, VehicleInfo
from custom_components.smartcar_dynamic.store import SmartcarStore

from .cars import Car, Writes
from .conftest import SetUp
from .smartcar.payloads import (
    NOW,
    TUTORIAL,
    VEHICLE_ID,
    Json,
    dynamic,
    endpoint,
    error,
    signal,
    state,
)
from .webhook_client import WebhookClient

CHARGE = "tractionbattery-stateofcharge"
RANGE = "tractionbattery-range"
POSITION = "location-preciselocation"
DOORS = "closure-doors"
CABLE = "charge-ischargingcableconnected"

RATE_LIMIT = {"type": "RATE_LIMIT", "code": "VEHICLE", "resolution": {"type": "RETRY_LATER"}}
ASLEEP = {"type": "VEHICLE_STATE", "code": "ASLEEP"}
UPSTREAM = {"type": "UPSTREAM", "code": "NO_RESPONSE"}
PERMISSION = {"type": "PERMISSION", "code": None}
NOT_CAPABLE = {"type": "COMPATIBILITY", "code": "VEHICLE_NOT_CAPABLE"}
NOT_CHARGING = {"type": "VEHICLE_STATE", "code": "NOT_CHARGING"}
REAUTHENTICATE = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
SUBSCRIPTION = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "SUBSCRIPTION"}


def receive(coordinator: SmartcarCoordinator, payload: Json) -> None:
    """Decode a payload, and have it applied."""
    received_at = coordinator.async_next_time()
    coordinator.async_receive(
        Decoder().decode(payload, received_at=received_at, is_known=coordinator.async_is_seen)
    )


class PayloadFactory:
    """Makes payloads with an event ID of their own; `at` is in seconds."""

    def __init__(self) -> None:
        """Start with the first event."""
        self.events = 0

    def _meta(self, at: int) -> Json:
        self.events += 1
        meta = {"version": "4.0", "deliveredAt": NOW + at * 1000, "mode": "LIVE"}
        return {"eventId": f"event-{self.events}", "meta": meta}

    def state(self, at: int, *signals: object) -> Json:
        """Return a payload with signals that was delivered at a time."""
        return state(*signals, **self._meta(at))

    def error(self, at: int, *errors: object) -> Json:
        """Return a payload with errors that was delivered at a time."""
        return error(*errors, **self._meta(at))


@pytest.fixture
def payloads() -> PayloadFactory:
    return PayloadFactory()


def value(code: str, value: object, at: int | None = None, **body: object) -> Json:
    """Return a signal that the vehicle recorded at a time, or without a time."""
    meta = {} if at is None else {"oemUpdatedAt": NOW + at * 1000}
    return signal(code, {"value": value, **body}, meta=meta)


def failed(code: str, problem: Json) -> Json:
    """Return a signal with an error."""
    return signal(code, None, status={"value": "ERROR", "error": problem})


def error_of(problem: Json, *codes: str, resolved: bool = False) -> Json:
    """Return an error of signals, or its end."""
    return {**problem, "signals": [*codes], "state": "RESOLVED" if resolved else "ERROR"}


def warnings(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [
        record
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name.startswith("custom_components")
    ]


@pytest.mark.usefixtures("entry")
async def test_the_tutorials_payload_shows_the_car(smartcar: WebhookClient, car: Car) -> None:
    await smartcar.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    assert float(car.value(RANGE)) == pytest.approx(283.244544)
    assert car.state(RANGE).attributes["unit_of_measurement"] == "km"
    assert car.value("charge-ischarging") == "off"
    assert car.value("charge-detailedchargingstatus") == "not_charging"
    assert car.value(CABLE) == "off"
    position = car.state(POSITION)
    assert (position.attributes["latitude"], position.attributes["longitude"]) == (
        37.4292,
        122.1381,
    )
    assert car.value("last_reported") == "2024-09-20T21:58:48+00:00"


@pytest.mark.usefixtures("entry")
async def test_both_generations_bring_the_same_entities(
    hass: HomeAssistant, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(TUTORIAL)
    before = {entry.unique_id for entry in er.async_get(hass).entities.values()}
    await smartcar.deliver(
        state(
            signal(CHARGE, {"value": 60, "unit": "percent"}),
            signal(RANGE, {"value": 300, "unit": "km"}),
            signal("charge-ischarging", {"value": True}),
            signal("charge-detailedchargingstatus", {"value": "CHARGING"}),
            signal(CABLE, {"value": True}),
            signal(POSITION, {"latitude": 52.5, "longitude": 13.4}),
        )
    )
    assert {entry.unique_id for entry in er.async_get(hass).entities.values()} == before
    assert car.value(CHARGE) == "60"
    assert float(car.value(RANGE)) == 300
    assert car.value("charge-ischarging") == "on"
    assert car.value("charge-detailedchargingstatus") == "charging"
    assert car.value(CABLE) == "on"
    assert car.state(POSITION).attributes["latitude"] == 52.5


@pytest.mark.usefixtures("entry")
async def test_an_older_reading_does_not_overwrite_a_newer_one(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory, writes: Writes
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80, 9)))
    writes.clear()
    await smartcar.deliver(payloads.state(11, value(CHARGE, 20, 5)))
    assert car.value(CHARGE) == "80"
    assert writes.changed == writes.unchanged == []


@pytest.mark.usefixtures("entry")
async def test_the_vehicles_time_counts_and_not_the_order_of_deliveries(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(20, value(CHARGE, 80, 5)))
    await smartcar.deliver(payloads.state(10, value(CHARGE, 81, 6)))
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
async def test_of_equal_times_the_last_delivery_is_newer(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80, 5)))
    await smartcar.deliver(payloads.state(11, value(CHARGE, 81, 5)))
    assert car.value(CHARGE) == "81"
    await smartcar.deliver(payloads.state(9, value(CHARGE, 79, 5)))
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
async def test_readings_without_a_time_follow_the_order_of_deliveries(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80)))
    await smartcar.deliver(payloads.state(9, value(CHARGE, 79)))
    assert car.value(CHARGE) == "80"
    await smartcar.deliver(payloads.state(11, value(CHARGE, 81)))
    assert car.value(CHARGE) == "81"
    assert car.entity_id("last_reported") is None


@pytest.mark.usefixtures("entry")
async def test_an_older_reading_loses_to_one_without_a_time(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80, 9)))
    await smartcar.deliver(payloads.state(11, value(CHARGE, 81)))
    assert car.value(CHARGE) == "81"
    await smartcar.deliver(payloads.state(12, value(CHARGE, 20, 5)))
    assert car.value(CHARGE) == "81"


async def test_a_late_delivery_sets_no_clock_back(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(20, value(CHARGE, 80, 5)))
    await smartcar.deliver(payloads.state(10, value(CHARGE, 81, 6)))
    assert car.value(CHARGE) == "81"
    await smartcar.deliver(payloads.state(15, value(CHARGE, 82)))
    assert car.value(CHARGE) == "81"
    vehicle = entry.runtime_data.coordinator.vehicles[VEHICLE_ID]
    assert vehicle.signals[CHARGE].delivered_at == NOW + 20_000


@pytest.mark.usefixtures("entry")
async def test_each_signal_of_a_payload_is_judged_alone(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(
        payloads.state(10, value(CHARGE, 80, 9), value(RANGE, 100, 3, unit="km"))
    )
    await smartcar.deliver(payloads.state(11, value(CHARGE, 20, 5), value(RANGE, 90, 5, unit="km")))
    assert (car.value(CHARGE), float(car.value(RANGE))) == ("80", 90)


@pytest.mark.usefixtures("entry")
async def test_last_reported_never_goes_back(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80, 9)))
    newest = car.value("last_reported")
    await smartcar.deliver(payloads.state(11, value(RANGE, 100, 3, unit="km")))
    assert car.value("last_reported") == newest


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "payload",
    [
        dynamic(endpoint("/battery", {"percentRemaining": 0.5}), requestId="r-1"),
        dynamic(endpoint("/battery", {"percentRemaining": 0.5}), requestId="r-1", eventId="e"),
        state(signal(CHARGE, {"value": 50})),
    ],
    ids=["requestId", "eventId of 2.0", "eventId of 4.0"],
)
async def test_a_repeated_delivery_changes_and_writes_nothing(
    smartcar: WebhookClient, car: Car, payload: Json, writes: Writes
) -> None:
    await smartcar.deliver(payload)
    assert car.value(CHARGE) == "50"
    # What has a known ID was read before, whatever it says.
    text = json.dumps(payload).replace('"percentRemaining": 0.5', '"percentRemaining": 0.9')
    changed: Json = json.loads(text.replace('"value": 50', '"value": 90'))
    assert changed != payload
    writes.clear()
    for repeated in (payload, changed):
        assert (await smartcar.deliver(repeated)).status == 204
        assert car.value(CHARGE) == "50"
    written = {*writes.changed, *writes.unchanged}
    assert not written & {car.entity_id(key) for key in (CHARGE, "last_reported")}


@pytest.mark.usefixtures("entry")
async def test_one_request_may_be_about_two_vehicles(smartcar: WebhookClient) -> None:
    one = dynamic(endpoint("/battery", {"percentRemaining": 0.5}), vehicleId="one")
    two = dynamic(endpoint("/battery", {"percentRemaining": 0.6}), vehicleId="two")
    one["payload"]["vehicles"] += two["payload"]["vehicles"]
    await smartcar.deliver(one)
    assert Car(smartcar.hass, "one").value(CHARGE) == "50"
    assert Car(smartcar.hass, "two").value(CHARGE) == "60"


async def test_an_id_is_forgotten_after_many_others(hass: HomeAssistant) -> None:
    coordinator = SmartcarCoordinator(hass, SmartcarStore(hass, "an-entry"))

    def receive_event(event_id: str, charge: int) -> object:
        payload = state(signal(CHARGE, {"value": charge}, meta={}), eventId=event_id)
        receive(coordinator, payload)
        return coordinator.vehicles[VEHICLE_ID].readings[CHARGE].value

    receive_event("first", 50)
    for n in range(255):
        receive_event(f"event-{n}", 51)
    assert receive_event("first", 50) == 51
    receive_event("one more", 51)
    assert receive_event("first", 50) == 50
    await coordinator._store.async_close()
    await coordinator._store.async_remove()


@pytest.mark.usefixtures("entry")
async def test_repeated_values_write_only_the_time_of_the_report(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory, writes: Writes
) -> None:
    def signals(at: int) -> list[Json]:
        position = signal(
            POSITION,
            {"latitude": 1.5, "longitude": 2.5},
            meta={"oemUpdatedAt": NOW + at * 1000},
        )
        return [value(CHARGE, 80, at), value(CABLE, value=True, at=at), position]

    await smartcar.deliver(payloads.state(1, *signals(1)))
    writes.clear()
    for at in (2, 3):
        await smartcar.deliver(payloads.state(at, *signals(at)))
    keys = [CHARGE, CABLE, POSITION]
    assert not {*writes.changed, *writes.unchanged} & {car.entity_id(key) for key in keys}
    assert writes.changed.count(str(car.entity_id("last_reported"))) == 2


@pytest.mark.usefixtures("entry")
async def test_only_the_entity_whose_value_changed_is_written(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory, writes: Writes
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80), value(CABLE, value=True)))
    writes.clear()
    await smartcar.deliver(payloads.state(2, value(CHARGE, 79), value(CABLE, value=True)))
    assert writes.changed.count(str(car.entity_id(CHARGE))) == 1
    assert car.entity_id(CABLE) not in writes.changed + writes.unchanged


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("problem", [RATE_LIMIT, ASLEEP, UPSTREAM, {"type": "NEVER_HEARD_OF"}])
async def test_a_passing_error_keeps_the_value(
    smartcar: WebhookClient,
    car: Car,
    payloads: PayloadFactory,
    writes: Writes,
    problem: Json,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80, 1)))
    await smartcar.deliver(TUTORIAL)
    before = car.states
    writes.clear()
    await smartcar.deliver(payloads.state(2, failed(CHARGE, problem)))
    await smartcar.deliver(payloads.error(3, error_of(problem, "TractionBattery.StateOfCharge")))
    await smartcar.deliver(payloads.error(4, problem))
    for n, code in enumerate((409, 429, 502)):
        await smartcar.deliver(dynamic(endpoint("/battery", problem, code=code), requestId=f"r{n}"))
    keys = [CHARGE, RANGE, POSITION]
    entity_ids = {str(car.entity_id(key)) for key in keys}
    assert {entity_id: car.states[entity_id] for entity_id in entity_ids} == {
        entity_id: before[entity_id] for entity_id in entity_ids
    }
    assert not entity_ids & {*writes.changed, *writes.unchanged}
    assert warnings(caplog) == []


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("problem", [PERMISSION, NOT_CAPABLE])
async def test_a_missing_permission_or_capability_makes_one_entity_unavailable(
    smartcar: WebhookClient,
    car: Car,
    payloads: PayloadFactory,
    writes: Writes,
    problem: Json,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80), value(CABLE, value=True)))
    writes.clear()
    for at in (2, 3):
        await smartcar.deliver(payloads.state(at, failed(CHARGE, problem)))
        assert not car.is_available(CHARGE)
        assert car.value(CABLE) == "on"
    entity_id = str(car.entity_id(CHARGE))
    assert writes.changed.count(entity_id) + writes.unchanged.count(entity_id) == 1
    await smartcar.deliver(payloads.state(4, value(CHARGE, 80)))
    assert car.value(CHARGE) == "80"
    assert writes.changed.count(entity_id) + writes.unchanged.count(entity_id) == 2
    assert warnings(caplog) == []


@pytest.mark.usefixtures("entry")
async def test_an_error_in_other_words_writes_nothing(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory, writes: Writes
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80)))
    writes.clear()
    for at, words in enumerate(("not granted", "really not granted"), 2):
        problem = {**PERMISSION, "description": words}
        await smartcar.deliver(payloads.state(at, failed(CHARGE, problem)))
    entity_id = car.entity_id(CHARGE)
    assert (writes.changed.count(str(entity_id)), entity_id in writes.unchanged) == (1, False)


@pytest.mark.usefixtures("entry")
async def test_a_signal_that_is_not_permitted_has_no_entity(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, failed(CHARGE, PERMISSION)))
    assert car.entity_id(CHARGE) is None
    await smartcar.deliver(payloads.state(2, value(CHARGE, 80)))
    assert car.value(CHARGE) == "80"


@pytest.mark.usefixtures("entry")
async def test_a_signals_error_that_is_resolved_makes_its_entity_available(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    name = "TractionBattery.StateOfCharge"
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80)))
    await smartcar.deliver(payloads.error(2, error_of(PERMISSION, name)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.error(3, error_of(RATE_LIMIT, name, resolved=True)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.error(4, error_of(PERMISSION, name, resolved=True)))
    assert car.value(CHARGE) == "80"
    await smartcar.deliver(payloads.error(5, error_of(PERMISSION, "Foo.Bar", resolved=True)))
    assert car.entity_id("foo-bar") is None


@pytest.mark.usefixtures("entry")
async def test_errors_and_recoveries_count_in_order_of_delivery(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80, 1)))
    await smartcar.deliver(payloads.state(5, failed(CHARGE, PERMISSION)))
    assert car.value(CHARGE) == "80"
    await smartcar.deliver(payloads.state(20, failed(CHARGE, PERMISSION)))
    await smartcar.deliver(payloads.error(15, error_of(PERMISSION, CHARGE, resolved=True)))
    assert not car.is_available(CHARGE)
    # Recorded later than what is known, but delivered before the error was.
    await smartcar.deliver(payloads.state(19, value(CHARGE, 70, 2)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.error(21, error_of(PERMISSION, CHARGE, resolved=True)))
    assert car.value(CHARGE) == "70"


@pytest.mark.usefixtures("entry")
async def test_a_repeated_error_is_as_new_as_its_repetition(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80, 1)))
    for at in (2, 8):
        await smartcar.deliver(payloads.state(at, failed(CHARGE, PERMISSION)))
    await smartcar.deliver(payloads.state(5, value(CHARGE, 70, 2)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.state(9, value(CHARGE, 70, 2)))
    assert car.value(CHARGE) == "70"


@pytest.mark.usefixtures("entry")
async def test_an_error_concerns_all_known_parts_of_a_signal(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    def doors(*columns: int) -> Json:
        values = [{"row": 0, "column": column, "isLocked": True} for column in columns]
        return signal(DOORS, {"values": values}, meta={})

    keys = [f"{DOORS}.front_left.is_locked", f"{DOORS}.front_right.is_locked"]
    registry = er.async_get(smartcar.hass)
    for key in keys:
        registry.async_get_or_create("binary_sensor", "smartcar_dynamic", f"{VEHICLE_ID}_{key}")
    await smartcar.deliver(payloads.state(1, doors(0, 1)))
    await smartcar.deliver(payloads.state(2, doors(0)))
    assert [car.is_available(key) for key in keys] == [True, True]
    await smartcar.deliver(payloads.state(3, failed(DOORS, PERMISSION)))
    assert [car.is_available(key) for key in keys] == [False, False]
    await smartcar.deliver(payloads.state(4, doors(1)))
    assert [car.is_available(key) for key in keys] == [True, True]


@pytest.mark.usefixtures("entry")
async def test_there_is_no_rate_without_charging(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    power = "charge-wattage"
    await smartcar.deliver(payloads.state(1, failed(power, NOT_CHARGING)))
    assert car.entity_id(power) is None
    await smartcar.deliver(payloads.state(2, value(power, 7.2, unit="kw")))
    assert float(car.value(power)) == 7.2
    await smartcar.deliver(payloads.state(3, failed(power, NOT_CHARGING)))
    assert car.value(power) == "0.0"
    await smartcar.deliver(payloads.state(4, value(power, 7.2, unit="kw")))
    assert float(car.value(power)) == 7.2
    await smartcar.deliver(payloads.error(5, error_of(NOT_CHARGING, power, resolved=True)))
    assert float(car.value(power)) == 7.2


@pytest.mark.usefixtures("entry")
async def test_a_required_reauthentication_makes_the_car_unavailable(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory, writes: Writes
) -> None:
    other = Car(smartcar.hass, "another")
    await smartcar.deliver(
        dynamic(endpoint("/battery", {"percentRemaining": 0.5}), vehicleId="another")
    )
    position = signal(POSITION, {"latitude": 1.5, "longitude": 2.5}, meta={})
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80), position))
    writes.clear()
    for at in (2, 3):
        await smartcar.deliver(payloads.error(at, REAUTHENTICATE))
        assert [car.is_available(key) for key in (CHARGE, POSITION)] == [False, False]
        assert other.value(CHARGE) == "50"
    tracker = str(car.entity_id(POSITION))
    assert writes.changed.count(tracker) == 1
    moved = signal(POSITION, {"latitude": 1.6, "longitude": 2.5}, meta={})
    await smartcar.deliver(payloads.state(4, moved))
    assert car.value(CHARGE) == "80"
    assert car.state(POSITION).attributes["latitude"] == 1.6
    assert writes.changed.count(tracker) == 2
    assert writes.unchanged.count(tracker) == 0


@pytest.mark.usefixtures("entry")
async def test_an_account_that_is_resolved_makes_the_car_available(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80)))
    await smartcar.deliver(payloads.error(2, REAUTHENTICATE))
    await smartcar.deliver(payloads.error(3, {**SUBSCRIPTION, "state": "RESOLVED"}))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.error(4, {**REAUTHENTICATE, "state": "RESOLVED"}))
    assert car.value(CHARGE) == "80"


@pytest.mark.usefixtures("entry")
async def test_the_tutorials_account_error_makes_the_car_unavailable(
    smartcar: WebhookClient, car: Car, freezer: FrozenDateTimeFactory
) -> None:
    await smartcar.deliver(TUTORIAL)
    wrong = {
        "type": "CONNECT_SERVICES_ACCOUNT",
        "code": "AUTHENTICATION_FAILED",
        "description": "x",
        "resolution": {"type": "REAUTHENTICATE"},
    }
    paths = [endpoint(path, wrong, code=409) for path in ("/battery", "/charge", "/location")]
    await smartcar.deliver(dynamic(*paths, requestId="2"))
    assert not any(car.is_available(key) for key in (CHARGE, RANGE, CABLE, POSITION))
    # The next delivery may come in the same moment; it is the next one all the same.
    freezer.tick(0)
    await smartcar.deliver(dynamic(endpoint("/battery", {"percentRemaining": 0.6}), requestId="3"))
    assert all(car.is_available(key) for key in (CHARGE, RANGE, CABLE, POSITION))


@pytest.mark.usefixtures("entry")
async def test_an_account_error_that_comes_late_does_not_count(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 80)))
    await smartcar.deliver(payloads.error(9, REAUTHENTICATE))
    assert car.is_available(CHARGE)
    await smartcar.deliver(payloads.error(20, REAUTHENTICATE))
    await smartcar.deliver(payloads.error(19, {**REAUTHENTICATE, "state": "RESOLVED"}))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.state(18, value(CHARGE, 81)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.error(21, {**REAUTHENTICATE, "state": "RESOLVED"}))
    await smartcar.deliver(payloads.error(20, REAUTHENTICATE))
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
async def test_an_account_error_outlives_readings_of_the_same_moment(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80)))
    await smartcar.deliver(payloads.error(5, REAUTHENTICATE))
    await smartcar.deliver(payloads.state(5, value(CHARGE, 81)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.state(6, value(CHARGE, 81)))
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
async def test_an_old_reading_does_not_end_an_account_error(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80, 1)))
    await smartcar.deliver(payloads.error(2, REAUTHENTICATE))
    await smartcar.deliver(payloads.state(3, value(CHARGE, 70, 0)))
    assert not car.is_available(CHARGE)


@pytest.mark.usefixtures("entry")
async def test_an_account_that_needs_its_owner_elsewhere_keeps_the_values(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80)))
    await smartcar.deliver(
        payloads.error(2, SUBSCRIPTION, {"type": "BILLING", "code": "INVALID_PLAN"})
    )
    assert car.value(CHARGE) == "80"


async def test_a_car_that_was_left_out_is_ignored(
    set_up: SetUp, entry_v2: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    entry = MockConfigEntry(
        domain="smartcar_dynamic",
        data=dict(entry_v2.data),
        options={"excluded_vehicles": [VEHICLE_ID]},
    )
    await set_up(entry)
    assert (await smartcar.deliver(TUTORIAL)).status == 204
    assert car.device is None
    assert entry.runtime_data.coordinator.vehicles == {}
    assert entry.runtime_data.store.data.status.deliveries == {"state": 1}


@pytest.mark.usefixtures("entry")
async def test_deliveries_keep_their_order_though_the_clock_is_set_back(
    smartcar: WebhookClient, car: Car, freezer: FrozenDateTimeFactory
) -> None:
    def battery(n: int) -> Json:
        return dynamic(endpoint("/battery", {"percentRemaining": n / 100}), requestId=f"r{n}")

    await smartcar.deliver(battery(50))
    freezer.tick(timedelta(hours=-1))
    await smartcar.deliver(battery(51))
    assert car.value(CHARGE) == "51"
    await smartcar.deliver(dynamic(error=REAUTHENTICATE, requestId="error"))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(battery(52))
    assert car.value(CHARGE) == "52"


async def test_a_clock_set_back_over_a_restart_stops_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    freezer: FrozenDateTimeFactory,
) -> None:
    await smartcar.deliver(dynamic(endpoint("/battery", {"percentRemaining": 0.5}), requestId="1"))
    freezer.tick(timedelta(hours=-1))
    await hass.config_entries.async_reload(entry.entry_id)
    await smartcar.deliver(dynamic(endpoint("/battery", {"percentRemaining": 0.6}), requestId="2"))
    assert car.value(CHARGE) == "60"
    health = entry.runtime_data.store.data.status
    assert health.last_delivery == round(dt_util.utcnow().timestamp() * 1000)


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "bad",
    [
        None,
        5,
        {},
        {"code": CHARGE},
        {"code": CHARGE, "body": None, "status": None, "meta": None},
        {"code": CHARGE, "body": {"value": None}},
        {"code": CHARGE, "body": {"value": {}}},
        {"code": CHARGE, "status": "ERROR"},
        {"code": DOORS, "body": {"values": [None, {"row": "x"}]}},
        {"code": [], "body": {"value": 5}},
    ],
)
async def test_a_bad_signal_costs_no_neighbour(
    smartcar: WebhookClient, car: Car, bad: object
) -> None:
    await smartcar.deliver(
        state(
            bad,
            signal(RANGE, {"value": 100, "unit": "km"}),
            bad,
            signal(CABLE, {"value": True}),
            bad,
        )
    )
    assert float(car.value(RANGE)) == 100
    assert car.value(CABLE) == "on"


@pytest.mark.usefixtures("entry")
async def test_a_bad_vehicle_costs_no_neighbour(smartcar: WebhookClient, car: Car) -> None:
    payload = dynamic(endpoint("/battery", {"percentRemaining": 0.5}))
    (good,) = payload["payload"]["vehicles"]
    payload["payload"]["vehicles"] = [None, {}, {"vehicleId": "x", "data": 5}, good, "x"]
    await smartcar.deliver(payload)
    assert car.value(CHARGE) == "50"


async def test_a_bug_about_one_vehicle_costs_no_other(
    entry: MockConfigEntry, smartcar: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []

    def broken(state: Any) -> None:  # noqa: ANN401 - whatever it is
        raise ValueError(state.info.id, "37.4292")

    coordinator: SmartcarCoordinator = entry.runtime_data.coordinator
    stop = coordinator.async_add_vehicle_listener(broken)
    stop_also = coordinator.async_add_vehicle_listener(lambda state: told.append(state.info.id))
    payload = dynamic(endpoint("/battery", {"percentRemaining": 0.5}), vehicleId="the-1st")
    other = dynamic(endpoint("/battery", {"percentRemaining": 0.6}), vehicleId="the-2nd")
    payload["payload"]["vehicles"] += other["payload"]["vehicles"]
    assert (await smartcar.deliver(payload)).status == 204
    assert Car(smartcar.hass, "the-1st").value(CHARGE) == "50"
    assert Car(smartcar.hass, "the-2nd").value(CHARGE) == "60"
    assert told == ["the-1st", "the-2nd"]
    for vehicle_id in ("the-1st", "the-2nd"):
        coordinator.async_update_info(VehicleInfo(vehicle_id, make="TESLA"))
    stop()
    stop_also()
    messages = [record.getMessage() for record in warnings(caplog)]
    assert [message.partition("\n")[0] for message in messages] == [
        "Could not update vehicle -1st: ValueError",
        "Could not update vehicle -2nd: ValueError",
    ]
    assert "the-1st" not in "".join(messages)


async def test_a_bug_in_one_entity_costs_no_other(
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(VEHICLE_ID)

    await smartcar.deliver(TUTORIAL)
    coordinator: SmartcarCoordinator = entry.runtime_data.coordinator
    coordinator.async_add_key_listener(VEHICLE_ID, CHARGE, broken)
    remove = coordinator._new_key_listeners.add(broken)
    payload = dynamic(
        endpoint("/battery", {"percentRemaining": 0.6, "range": 300}),
        endpoint("/charge", {"isPluggedIn": True, "state": "CHARGING"}),
        endpoint("/odometer", {"distance": 1000}),
        requestId="2",
    )
    await smartcar.deliver(payload)
    remove()
    assert float(car.value(RANGE)) == 300
    assert car.value(CABLE) == "on"
    assert float(car.value("odometer-traveleddistance")) == 1000
    messages = [record.getMessage() for record in warnings(caplog)]
    assert [message.partition("\n")[0] for message in messages] == [
        f"Could not update {CHARGE}: ValueError",
        "Could not update odometer-traveleddistance: ValueError",
        "Could not update trip: ValueError",
    ]
    assert VEHICLE_ID not in "".join(messages)


@pytest.mark.usefixtures("entry")
async def test_what_cannot_be_read_is_noted_once_by_its_place(
    smartcar: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "custom_components.smartcar_dynamic")
    for n in range(3):
        await smartcar.deliver(dynamic(endpoint("/secret/path", {"x": 1}), requestId=f"r{n}"))
    messages = [record.getMessage() for record in caplog.records if "Skipped" in record.msg]
    assert messages == ["Skipped a part of a delivery: payload.vehicles[0].data[0]: unknown path"]


@pytest.mark.usefixtures("entry")
async def test_notes_end_where_they_would_flood_the_log(
    smartcar: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "custom_components.smartcar_dynamic")
    await smartcar.deliver(dynamic(*(endpoint("/unknown", {}) for _ in range(300))))
    assert sum("Skipped" in record.msg for record in caplog.records) == 256


@pytest.mark.usefixtures("entry")
async def test_a_bug_in_parsing_is_logged_once_by_its_place(
    smartcar: WebhookClient,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    car: Car,
) -> None:
    read = signals.parse_body

    def broken(code: str, *rest: Any) -> Any:  # noqa: ANN401 - handed on
        if code == CHARGE:
            raise ValueError(VEHICLE_ID)
        return read(code, *rest)

    for module in (payload, payload_v4):
        monkeypatch.setattr(module, "parse_body", broken)
    for n in range(2):
        await smartcar.deliver(
            state(
                signal(CHARGE, {"value": 5}),
                signal(RANGE, {"value": 100, "unit": "km"}),
                eventId=f"event {n}",
            )
        )
    assert float(car.value(RANGE)) == 100
    assert [record.getMessage() for record in warnings(caplog)] == [
        "Could not decode a part of a delivery: data.signals[0]: ValueError"
    ]


async def test_a_car_that_was_gone_returns_with_a_delivery(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    await smartcar.deliver(TUTORIAL)
    coordinator: SmartcarCoordinator = entry.runtime_data.coordinator
    told: list[bool] = []
    stop = coordinator.async_add_vehicle_listener(lambda state: told.append(state.listed))
    assert coordinator.async_update_account([]) == []
    assert told == [False]
    await smartcar.deliver(
        dynamic(endpoint("/battery", {"percentRemaining": 0.5}), requestId="a new one")
    )
    assert told == [False, True]
    coordinator.async_update_account([VehicleInfo(VEHICLE_ID)])
    assert told == [False, True]
    stop()


async def test_an_empty_list_is_doubted_once_while_cars_deliver(hass: HomeAssistant) -> None:
    coordinator = SmartcarCoordinator(hass, SmartcarStore(hass, "an-entry"))
    coordinator.async_update_account([VehicleInfo("parked")])
    receive(coordinator, dynamic(endpoint("/battery", {"percentRemaining": 0.5})))
    listed = [state.listed for state in coordinator.vehicles.values()]
    coordinator.async_update_account([])
    assert [state.listed for state in coordinator.vehicles.values()] == listed == [True, True]
    coordinator.async_update_account([])
    assert [state.listed for state in coordinator.vehicles.values()] == [False, False]
    await coordinator._store.async_close()
    await coordinator._store.async_remove()


async def test_an_empty_list_is_believed_where_no_car_delivers(hass: HomeAssistant) -> None:
    coordinator = SmartcarCoordinator(hass, SmartcarStore(hass, "an-entry"))
    coordinator.async_update_account([VehicleInfo("one"), VehicleInfo("two")])
    coordinator.async_update_account([])
    assert [state.listed for state in coordinator.vehicles.values()] == [False, False]
    await coordinator._store.async_close()
    await coordinator._store.async_remove()


async def test_the_accounts_list_brings_new_vehicles_and_attributes(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store = SmartcarStore(hass, "an-entry")
    await store.async_load()
    coordinator = SmartcarCoordinator(hass, store, ["left-out"])
    told: list[str] = []
    coordinator.async_add_vehicle_listener(lambda state: told.append(state.info.id))
    states = coordinator.async_update_account(
        [VehicleInfo("one"), VehicleInfo("left-out"), VehicleInfo("two", make="TESLA")]
    )
    assert [state.info.id for state in states] == ["one", "two"]
    assert told == ["one", "two"]
    (one, _) = coordinator.async_update_account(
        [VehicleInfo("one", make="AUDI", vin="V"), VehicleInfo("two", make="TESLA")]
    )
    assert told == ["one", "two", "one"]
    assert (one.info.make, one.info.vin) == ("AUDI", "V")
    coordinator.async_update_info(VehicleInfo("one", model="A3"))
    assert (one.info.make, one.info.model) == ("AUDI", "A3")
    coordinator.async_update_info(VehicleInfo("one", model="A3"))
    assert told == ["one", "two", "one", "one"]
    await store.async_close()
    assert len(hass_storage["smartcar_dynamic.an-entry"]["data"]["vehicles"]) == 2


async def test_vehicles_with_new_ids_keep_their_readings(hass: HomeAssistant) -> None:
    coordinator = SmartcarCoordinator(hass, SmartcarStore(hass, "an-entry"))
    receive(coordinator, dynamic(endpoint("/battery", {"percentRemaining": 0.5})))
    coordinator.vehicles[VEHICLE_ID].subscribed_to = "a webhook"
    coordinator.async_rename({VEHICLE_ID: "new", "unknown": "other"})
    assert list(coordinator.vehicles) == ["new"]
    assert coordinator.vehicles["new"].id == "new"
    assert coordinator.vehicles["new"].readings[CHARGE] == Reading(CHARGE, 50, "%")
    assert coordinator.vehicles["new"].subscribed_to is None
    await coordinator._store.async_close()
    await coordinator._store.async_remove()


async def test_a_vehicle_with_a_new_id_keeps_history_and_plan(hass: HomeAssistant) -> None:
    store = SmartcarStore(hass, "an-entry")
    coordinator = SmartcarCoordinator(hass, store)
    receive(coordinator, dynamic(endpoint("/battery", {"percentRemaining": 0.5})))
    history = coordinator.vehicles[VEHICLE_ID].history
    planner = store.data.planners[VEHICLE_ID] = ReadPlanner(unchanged=2)
    coordinator.async_rename({VEHICLE_ID: "new"})
    assert coordinator.vehicles["new"].history is history
    assert store.data.planners == {"new": planner}
    await store.async_close()
    await store.async_remove()


async def test_what_came_under_the_new_id_is_kept(hass: HomeAssistant) -> None:
    store = SmartcarStore(hass, "an-entry")
    coordinator = SmartcarCoordinator(hass, store)
    receive(coordinator, dynamic(endpoint("/battery", {"percentRemaining": 0.5, "range": 300})))
    early = {**dynamic(endpoint("/battery", {"percentRemaining": 0.6}), vehicleId="new")}
    receive(coordinator, early)
    seen = set(coordinator.vehicles["new"].seen_undated)
    coordinator.async_rename({VEHICLE_ID: "new"})
    vehicle = coordinator.vehicles["new"]
    assert vehicle.readings[CHARGE].value == 60
    assert vehicle.readings["tractionbattery-range"].value == 300
    assert seen <= set(vehicle.seen_undated)
    await store.async_close()
    await store.async_remove()


async def test_no_entry_has_more_vehicles_than_anybody_could_have(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    store = SmartcarStore(hass, "an-entry")
    coordinator = SmartcarCoordinator(hass, store)
    coordinator.async_update_account(VehicleInfo(f"car-{n}") for n in range(3000))
    assert len(coordinator.vehicles) == 2048
    receive(coordinator, dynamic(endpoint("/battery", {"percentRemaining": 0.5})))
    assert VEHICLE_ID not in coordinator.vehicles
    assert caplog.text.count("More than 2048 vehicles") == 1
    await store.async_close()
    await store.async_remove()


@pytest.mark.usefixtures("entry")
async def test_the_vehicles_own_time_counts_after_smartcars(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    retrieved = value(CHARGE, 80)
    retrieved["meta"] = {"retrievedAt": NOW + 10_000}
    await smartcar.deliver(payloads.state(10, retrieved))
    await smartcar.deliver(payloads.state(11, value(CHARGE, 79, 2)))
    assert car.value(CHARGE) == "79"
    await smartcar.deliver(payloads.state(12, value(CHARGE, 78, 1)))
    assert car.value(CHARGE) == "79"


@pytest.mark.usefixtures("entry")
async def test_the_vehicles_own_order_holds_across_smartcars_times(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(10, value(CHARGE, 81, 2)))
    retrieved = value(CHARGE, 80)
    retrieved["meta"] = {"retrievedAt": NOW + 11_000}
    await smartcar.deliver(payloads.state(11, retrieved))
    await smartcar.deliver(payloads.state(12, value(CHARGE, 82, 1)))
    assert car.value(CHARGE) == "80"
    await smartcar.deliver(payloads.state(13, value(CHARGE, 79, 3)))
    assert car.value(CHARGE) == "79"
    await smartcar.deliver(payloads.state(20, value(CHARGE, 78, 15)))
    assert car.value(CHARGE) == "78"


@pytest.mark.usefixtures("entry")
async def test_smartcars_time_overwrites_no_later_delivery(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(11, value(CHARGE, 79, 2)))
    late = value(CHARGE, 80)
    late["meta"] = {"retrievedAt": NOW + 10_000}
    await smartcar.deliver(payloads.state(10, late))
    assert car.value(CHARGE) == "79"
    newer = value(CHARGE, 81)
    newer["meta"] = {"retrievedAt": NOW + 12_000}
    await smartcar.deliver(payloads.state(12, newer))
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
async def test_the_vin_of_a_signal_is_the_cars(smartcar: WebhookClient, car: Car) -> None:
    await smartcar.deliver(state(signal("vehicleidentification-vin", {"value": "SIM0123456789"})))
    assert car.device is not None
    assert car.device.serial_number == "SIM0123456789"
    await smartcar.deliver(
        state(signal("vehicleidentification-vin", {"value": None}, meta={}), eventId="2")
    )
    assert car.device.serial_number == "SIM0123456789"


@pytest.mark.usefixtures("entry")
async def test_a_repetition_does_not_end_an_account_error(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    charge = value(CHARGE, 80, 1)
    await smartcar.deliver(payloads.state(1, charge))
    trouble = payloads.error(5, REAUTHENTICATE)
    beside = payloads.state(5, charge)
    beside["meta"]["deliveredAt"] += 300
    await smartcar.deliver(trouble)
    await smartcar.deliver(beside)
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.state(7, charge))
    assert car.is_available(CHARGE)


@pytest.mark.usefixtures("entry")
async def test_a_reading_after_an_account_error_ends_it(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80, 1)))
    await smartcar.deliver(payloads.error(5, REAUTHENTICATE))
    later = payloads.state(5, value(CHARGE, 81, 4))
    later["meta"]["deliveredAt"] += 300
    await smartcar.deliver(later)
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("resolved", [SUBSCRIPTION, ASLEEP], ids=["another", "transient"])
async def test_a_resolved_error_leaves_one_of_another_kind(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory, resolved: Json
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80)))
    await smartcar.deliver(payloads.error(9, {**resolved, "state": "RESOLVED"}))
    await smartcar.deliver(payloads.error(8, REAUTHENTICATE))
    assert not car.is_available(CHARGE)


@pytest.mark.usefixtures("entry")
async def test_a_restored_permission_counts_with_an_old_reading(
    smartcar: WebhookClient, car: Car, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(payloads.state(1, value(CHARGE, 80, 1)))
    await smartcar.deliver(payloads.state(2, failed(CHARGE, PERMISSION)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(payloads.state(3, value(CHARGE, 79, 0)))
    assert car.value(CHARGE) == "80"


@pytest.mark.usefixtures("entry")
async def test_a_delivery_from_another_decade_does_not_stop_the_next(
    smartcar: WebhookClient,
    car: Car,
    payloads: PayloadFactory,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to(datetime.fromtimestamp(NOW / 1000, UTC))
    decades = 1_000_000_000
    await smartcar.deliver(payloads.state(decades, value(CHARGE, 80, decades)))
    await smartcar.deliver(payloads.state(2, value(CHARGE, 81, 2)))
    assert car.value(CHARGE) == "81"


@pytest.mark.usefixtures("entry")
async def test_no_car_has_more_unlisted_signals_than_anybody_could_want(
    hass: HomeAssistant, smartcar: WebhookClient, payloads: PayloadFactory
) -> None:
    await smartcar.deliver(
        payloads.state(1, *(value(f"foo-bar{n}", n, unit="km") for n in range(250)))
    )
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    unlisted = [entity for entity in registry.entities.values() if "_foo-bar" in entity.unique_id]
    assert len(unlisted) == 200
