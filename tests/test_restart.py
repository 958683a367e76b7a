"""A restart loses neither a value nor its time, and order and duplicates are judged rightly."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smartcar_dynamic.store import SmartcarStore, data_from_json, data_to_json
from custom_components.smartcar_dynamic.webhook.status import CallbackStatus

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
DOOR = "closure-doors.front_left.is_open"
RECORDS = "charge-chargerecords.ended"


def rich(**more: object) -> Json:
    meta = {"oemUpdatedAt": NOW - 9000}
    return state(
        signal(CHARGE, {"value": 80.5, "unit": "percent"}, meta=meta),
        signal("charge-ischarging", {"value": True}, meta=meta),
        signal("charge-detailedchargingstatus", {"value": "CHARGING"}, meta=meta),
        signal("location-preciselocation", {"latitude": 1.5, "longitude": -2.5}, meta=meta),
        signal("closure-doors", {"values": [{"row": 0, "column": 0, "isOpen": True}]}, meta=meta),
        signal("odometer-traveleddistance", {"value": 1000, "unit": "mi"}, meta=meta),
        signal(
            "charge-chargerecords",
            {"values": [{"startTime": "2026-11-01T10:00:00Z", "endTime": "2026-11-01T11:00:00Z"}]},
            meta=meta,
        ),
        signal("foo-bar", {"value": 5, "unit": "km"}, group="Foo", name="BarBaz", meta=meta),
        **more,
    )


def enable_all(hass: HomeAssistant) -> None:
    """Have Home Assistant know the entities already, as an owner who switched them on does."""
    for platform, key in (("sensor", RECORDS), ("sensor", "foo-bar")):
        er.async_get(hass).async_get_or_create(platform, "smartcar_dynamic", f"{VEHICLE_ID}_{key}")


def entities_of_readings(car: Car) -> dict[str, Any]:
    return {
        entity_id: state
        for entity_id, state in car.states.items()
        if entity_id not in {car.entity_id("callback"), car.entity_id("last_delivery")}
    }


async def test_every_value_comes_back_at_once(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    enable_all(hass)
    await smartcar.deliver(rich())
    before = entities_of_readings(car)
    assert {car.entity_id(key) for key in (CHARGE, DOOR, RECORDS, "foo-bar")} <= before.keys()
    await hass.config_entries.async_unload(entry.entry_id)
    assert {state for state, _ in entities_of_readings(car).values()} == {"unavailable"}
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entities_of_readings(car) == before
    assert car.value("last_reported") == "2025-12-08T01:34:51+00:00"


async def test_a_repetition_after_a_restart_writes_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    writes: Writes,
) -> None:
    enable_all(hass)
    await smartcar.deliver(rich())
    await hass.config_entries.async_reload(entry.entry_id)
    writes.clear()
    await smartcar.deliver(rich())
    await smartcar.deliver(rich(eventId="another"))
    keys = (CHARGE, DOOR, RECORDS, "foo-bar", "location-preciselocation", "last_reported")
    written = {*writes.changed, *writes.unchanged}
    assert not written & {car.entity_id(key) for key in keys}


async def test_duplicates_and_order_are_judged_rightly_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(rich())
    await hass.config_entries.async_reload(entry.entry_id)
    newer = {"oemUpdatedAt": NOW}
    older = {"oemUpdatedAt": NOW - 10_000}
    await smartcar.deliver(state(signal(CHARGE, {"value": 1}, meta=newer)))
    assert car.value(CHARGE) == "80.5"
    await smartcar.deliver(state(signal(CHARGE, {"value": 2}, meta=older), eventId="2"))
    assert car.value(CHARGE) == "80.5"
    await smartcar.deliver(state(signal(CHARGE, {"value": 3}, meta=newer), eventId="3"))
    assert car.value(CHARGE) == "3"


async def test_a_time_of_smartcars_is_known_as_such_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(state(signal(CHARGE, {"value": 1}, meta={"retrievedAt": NOW - 1000})))
    await hass.config_entries.async_reload(entry.entry_id)
    lagging = {"oemUpdatedAt": NOW - 3_600_000}
    await smartcar.deliver(state(signal(CHARGE, {"value": 2}, meta=lagging), eventId="2"))
    assert car.value(CHARGE) == "2"


async def test_the_order_of_deliveries_is_judged_rightly_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    async def deliver(at: int, value: int) -> None:
        meta = {"version": "4.0", "deliveredAt": NOW + at}
        body = signal(CHARGE, {"value": value}, meta={})
        await smartcar.deliver(state(body, eventId=f"at {at}", meta=meta))

    await deliver(10, 50)
    await hass.config_entries.async_reload(entry.entry_id)
    await deliver(9, 51)
    assert car.value(CHARGE) == "50"
    await deliver(11, 52)
    assert car.value(CHARGE) == "52"


def test_only_home_assistant_may_read_what_is_stored(hass: HomeAssistant) -> None:
    assert SmartcarStore(hass, "an-entry")._store._private


async def test_errors_outlive_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    permission = {"type": "PERMISSION", "signals": [CHARGE]}
    account = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
    await smartcar.deliver(rich())
    await smartcar.deliver(error(permission, eventId="2"))
    await hass.config_entries.async_reload(entry.entry_id)
    assert not car.is_available(CHARGE)
    assert car.is_available(DOOR)
    await smartcar.deliver(error(account, eventId="3"))
    (first,) = entry.runtime_data.coordinator.vehicles[VEHICLE_ID].active_problems.values()
    since = first.since
    again = {"version": "4.0", "deliveredAt": NOW + 500}
    await smartcar.deliver(error(account, eventId="3 again", meta=again))
    await hass.config_entries.async_reload(entry.entry_id)
    assert not car.is_available(DOOR)
    (trouble,) = entry.runtime_data.coordinator.vehicles[VEHICLE_ID].active_problems.values()
    assert trouble.since == since
    meta = {"version": "4.0", "deliveredAt": NOW + 2000}
    await smartcar.deliver(rich(eventId="4", meta=meta))
    assert (car.value(CHARGE), car.is_available(DOOR)) == ("80.5", True)


async def test_a_late_error_does_not_count_after_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(rich())
    await hass.config_entries.async_reload(entry.entry_id)
    account = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
    await smartcar.deliver(
        error(account, eventId="3", meta={"version": "4.0", "deliveredAt": NOW - 1000})
    )
    assert car.is_available(CHARGE)


async def test_a_home_assistant_that_was_killed_has_what_was_stored(
    hass_storage: dict[str, Any],
    set_up: SetUp,
    entry_v2: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
) -> None:
    hass_storage[f"smartcar_dynamic.{entry_v2.entry_id}"] = {
        "version": 1,
        "key": f"smartcar_dynamic.{entry_v2.entry_id}",
        "data": {
            "vehicles": [
                {
                    "id": VEHICLE_ID,
                    "make": "TESLA",
                    "model": "Model 3",
                    "year": 2020,
                    "signals": {CHARGE: {"recorded_at": NOW, "delivered_at": NOW}},
                    "readings": [{"key": CHARGE, "value": 42, "unit": "%"}],
                    "last_reported": NOW,
                    "seen": ["known"],
                }
            ],
        },
    }
    await set_up(entry_v2)
    assert car.value(CHARGE) == "42"
    assert car.value("last_reported") == "2025-12-08T01:35:00+00:00"
    assert car.device is not None
    assert (car.device.name, car.device.model) == ("Tesla Model 3", "Model 3 (2020)")
    await smartcar.deliver(state(signal(CHARGE, {"value": 1}, meta={}), eventId="known"))
    assert car.value(CHARGE) == "42"


async def test_a_steady_stream_is_stored_within_20_seconds(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    key = f"smartcar_dynamic.{entry.entry_id}"
    stored: list[float] = []
    for n in range(1, 60):
        await smartcar.deliver(
            dynamic(endpoint("/battery", {"percentRemaining": n / 100}), requestId=f"r{n}")
        )
        freezer.tick(timedelta(seconds=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        vehicles = hass_storage[key]["data"]["vehicles"] if key in hass_storage else []
        stored.append(vehicles[0]["readings"][0]["value"] if vehicles else 0)
        assert n - stored[-1] <= 21
    assert len(set(stored)) <= 4


async def test_what_came_is_stored_when_home_assistant_stops(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    smartcar: WebhookClient,
) -> None:
    await smartcar.deliver(TUTORIAL)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    (vehicle,) = hass_storage[f"smartcar_dynamic.{entry.entry_id}"]["data"]["vehicles"]
    assert vehicle["id"] == VEHICLE_ID
    assert hass.state is CoreState.running


async def test_how_the_callback_is_doing_outlives_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    await smartcar.deliver({**TUTORIAL, "mode": "TEST"})
    await smartcar.with_token("another").deliver(TUTORIAL)
    payload = rich()
    payload["meta"]["applicationId"] = "an application"
    await smartcar.deliver(payload)
    await smartcar.with_token("another").deliver(TUTORIAL)
    before: CallbackStatus = entry.runtime_data.store.data.status
    assert before.wrong_signatures == 1
    await hass.config_entries.async_reload(entry.entry_id)
    after: CallbackStatus = entry.runtime_data.store.data.status
    assert after is not before
    assert after.deliveries == before.deliveries
    assert (after.signed_at, after.last_delivery) == (before.signed_at, before.last_delivery)
    assert entry.runtime_data.store.data.application_id == "an application"
    assert after.rejection is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        5,
        {},
        {"vehicles": 5, "health": []},
        {"vehicles": [None, {}, {"id": 5}, {"id": ""}]},
    ],
)
def test_what_is_not_of_our_form_is_left_out(raw: object) -> None:
    stored = data_from_json(raw)
    assert not stored.vehicles
    assert stored.status == CallbackStatus()


def test_what_is_half_of_our_form_is_kept_by_half() -> None:
    stored = data_from_json(
        {
            "vehicles": [
                {
                    "id": "one",
                    "make": 5,
                    "year": "2020",
                    "permissions": ["read_battery", None],
                    "listed": None,
                    "last_reported": True,
                    "signals": {CHARGE: None, "a-b": {"problem": {"type": 5}, "label": 3}},
                    "readings": [
                        None,
                        {"value": 5},
                        {"key": CHARGE, "value": {"time": "yesterday"}},
                        {"key": "t-1", "value": {"time": "2026-11-01T10:00:00"}},
                        {"key": "t-2", "value": {"time": "2026-11-01T10:00:00+00:00"}},
                        {"key": "p-1", "value": {"latitude": "x", "longitude": 5}},
                        {"key": "l-1", "value": [5]},
                    ],
                    "troubles": [
                        None,
                        {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "SUBSCRIPTION"},
                        {"type": "RATE_LIMIT"},
                    ],
                },
            ],
            "health": {"rejection": "new", "counts": {"state": 2, "x": "y"}, "rejected": "1"},
        }
    )
    state = stored.vehicles["one"]
    assert (state.info.make, state.info.year) == (None, 2020)
    assert state.info.permissions == frozenset({"read_battery"})
    assert state.listed
    assert state.last_reported is None
    assert state.signals["a-b"].label is None
    values = {key: reading.value for key, reading in state.readings.items()}
    assert values.pop("t-1") == values.pop("t-2") == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert values == {CHARGE: None, "p-1": None, "l-1": None}
    assert list(state.active_problems) == ["CONNECTED_SERVICES_ACCOUNT:SUBSCRIPTION"]
    assert (stored.status.rejection, stored.status.deliveries) == (None, {"state": 2})
    assert data_from_json(data_to_json(stored)).vehicles["one"].readings == state.readings


async def test_a_car_that_is_left_out_is_forgotten(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(TUTORIAL)
    assert car.device is not None
    hass.config_entries.async_update_entry(entry, options={"excluded_vehicles": [VEHICLE_ID]})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert car.device is None
    assert car.states == {}
    await smartcar.deliver(dynamic(endpoint("/battery", {"percentRemaining": 0.5}), requestId="2"))
    assert car.device is None
