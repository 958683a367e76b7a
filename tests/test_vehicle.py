"""What a vehicle's state makes of reports: which problem concerns what, and what is believed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.json import json_bytes
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.diagnostics import async_get_config_entry_diagnostics
from custom_components.smartcar_dynamic.smartcar.model import Report, VehicleInfo
from custom_components.smartcar_dynamic.store import data_to_json
from custom_components.smartcar_dynamic.vehicle import MAX_SEEN_UNDATED, VehicleState
from simulator import Kind

from .cars import Car, Writes
from .home import Home
from .smartcar.payloads import (
    NOW,
    SMARTCAR_WEBHOOK_ID,
    TUTORIAL,
    VEHICLE_ID,
    Json,
    decode,
    dynamic,
    endpoint,
    error,
    signal,
    state,
)
from .webhook_client import WebhookClient

CHARGE = "tractionbattery-stateofcharge"
RANGE = "tractionbattery-range"
FUEL = "internalcombustionengine-fuellevel"
POSITION = "location-preciselocation"
CABLE = "charge-ischargingcableconnected"

REAUTHENTICATE = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
REVOKED = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "PERMISSION"}
SUBSCRIPTION = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "SUBSCRIPTION"}
MOVED = {"type": "COMPATIBILITY", "code": "PLATFORM_NOT_CAPABLE"}
PLAN = {"type": "BILLING", "code": "INVALID_PLAN"}

TUTORIAL_REQUEST = "25d743b8-14cf-4744-b067-bd8d7daf3f1a"

type Get = Callable[[], VehicleState]


def _meta(at: int) -> Json:
    return {"version": "4.0", "deliveredAt": NOW + at * 1000, "mode": "LIVE"}


def values(at: int, *signals: object) -> Json:
    """Return a state delivered at a second, which is its ID, too."""
    return state(*signals, eventId=f"state {at}", meta=_meta(at))


def errors(at: int, *problems: object) -> Json:
    return error(*problems, eventId=f"error {at}", meta=_meta(at))


def value(code: str, value: object, at: int | None = None, **body: object) -> Json:
    meta = {} if at is None else {"oemUpdatedAt": NOW + at * 1000}
    return signal(code, {"value": value, **body}, meta=meta)


def failed(code: str, problem: Json, value: object = None) -> Json:
    return signal(code, {"value": value}, meta={}, status={"value": "ERROR", "error": problem})


def of_signals(problem: Json, *codes: str, resolved: bool = False) -> Json:
    return {**problem, "signals": [*codes], "state": "RESOLVED" if resolved else "ERROR"}


@pytest.fixture
def vehicle(entry: MockConfigEntry) -> Get:
    return lambda: entry.runtime_data.coordinator.vehicles[VEHICLE_ID]


# An account's problem on single signals


@pytest.mark.parametrize("problem", [REAUTHENTICATE, REVOKED, MOVED], ids=lambda it: it["code"])
async def test_an_account_error_beside_new_values_is_the_signals_alone(
    smartcar: WebhookClient, car: Car, vehicle: Get, problem: Json
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    for at in (2, 3, 4):
        await smartcar.deliver(values(at, value(CHARGE, 80 - at, at), failed(FUEL, problem, 25)))
        assert car.value(CHARGE) == str(80 - at)
        assert not car.is_available(FUEL)
        assert vehicle().active_problems == {}


@pytest.mark.parametrize("problem", [SUBSCRIPTION, PLAN], ids=lambda it: it["code"])
async def test_an_owners_or_plans_error_beside_new_values_changes_nothing(
    smartcar: WebhookClient, car: Car, vehicle: Get, writes: Writes, problem: Json
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    writes.clear()
    for at in (2, 3):
        await smartcar.deliver(values(at, value(CHARGE, 80 - at, at), failed(FUEL, problem)))
    assert car.value(FUEL) == "25"
    assert car.entity_id(FUEL) not in writes.changed + writes.unchanged
    assert vehicle().active_problems == {}


@pytest.mark.usefixtures("entry")
async def test_a_signals_own_account_error_ends_with_its_next_reading(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), failed(FUEL, REAUTHENTICATE)))
    await smartcar.deliver(values(2, value(CHARGE, 79, 2), value(FUEL, 20, 2)))
    assert car.value(FUEL) == "20"


async def test_an_account_error_that_nothing_newer_accompanies_is_the_vehicles(
    smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    await smartcar.deliver(values(2, value(CHARGE, 80, 1), failed(FUEL, REAUTHENTICATE)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(values(3, value(CHARGE, 79, 3), failed(FUEL, REAUTHENTICATE)))
    assert car.value(CHARGE) == "79"
    assert not car.is_available(FUEL)
    assert vehicle().active_problems == {}


async def test_a_signals_own_error_stays_so_beside_repetitions(
    smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), failed(FUEL, REAUTHENTICATE)))
    await smartcar.deliver(values(2, value(CHARGE, 80, 1), failed(FUEL, REAUTHENTICATE)))
    assert car.value(CHARGE) == "80"
    assert vehicle().active_problems == {}
    await smartcar.deliver(errors(3, of_signals(REAUTHENTICATE, FUEL)))
    assert car.value(CHARGE) == "80"


@pytest.mark.usefixtures("entry")
async def test_an_account_error_of_all_signals_is_the_vehicles(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), failed(FUEL, REAUTHENTICATE)))
    await smartcar.deliver(values(2, failed(CHARGE, REAUTHENTICATE), failed(FUEL, REAUTHENTICATE)))
    assert not car.is_available(CHARGE)
    await smartcar.deliver(values(3, value(CHARGE, 79, 3)))
    assert car.value(CHARGE) == "79"


async def test_an_error_event_without_signals_is_the_vehicles(
    smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), failed(FUEL, REAUTHENTICATE)))
    await smartcar.deliver(errors(2, REAUTHENTICATE))
    assert not car.is_available(CHARGE)
    assert vehicle().needs_reauthentication


async def test_an_error_event_about_signals_becomes_theirs_once_others_arrive(
    smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    await smartcar.deliver(errors(2, of_signals(REAUTHENTICATE, FUEL)))
    assert vehicle().needs_reauthentication
    await smartcar.deliver(values(3, value(CHARGE, 79, 3)))
    for at in (4, 6):
        await smartcar.deliver(errors(at, of_signals(REAUTHENTICATE, FUEL)))
        assert car.value(CHARGE) == "79"
        assert not car.is_available(FUEL)
    assert vehicle().active_problems == {}


@pytest.mark.usefixtures("entry")
async def test_an_error_of_signals_ends_for_those_arriving(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    await smartcar.deliver(errors(2, of_signals(REAUTHENTICATE, FUEL)))
    await smartcar.deliver(values(3, value(CHARGE, 79, 3), value(FUEL, 24, 0)))
    assert (car.value(CHARGE), car.value(FUEL)) == ("79", "25")


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("codes", [(), (FUEL,)], ids=["of all", "of the signal"])
async def test_a_signals_own_account_error_ends_when_it_is_resolved(
    smartcar: WebhookClient, car: Car, codes: tuple[str, ...]
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    await smartcar.deliver(values(2, value(CHARGE, 79, 2), failed(FUEL, REAUTHENTICATE)))
    other = of_signals(REAUTHENTICATE, CHARGE, resolved=True)
    await smartcar.deliver(errors(3, other, of_signals(SUBSCRIPTION, FUEL, resolved=True)))
    assert not car.is_available(FUEL)
    await smartcar.deliver(errors(4, of_signals(REAUTHENTICATE, *codes, resolved=True)))
    assert car.value(FUEL) == "25"


@pytest.mark.usefixtures("entry")
async def test_one_error_resolved_leaves_another_of_the_same_signal(
    smartcar: WebhookClient, car: Car
) -> None:
    permission = {"type": "PERMISSION", "code": None}
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    await smartcar.deliver(errors(2, of_signals(permission, FUEL)))
    not_capable = {"type": "COMPATIBILITY", "code": "VEHICLE_NOT_CAPABLE"}
    await smartcar.deliver(errors(3, of_signals(not_capable, FUEL, resolved=True)))
    assert not car.is_available(FUEL)


async def test_an_account_error_of_one_path_is_that_paths_alone(
    smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(TUTORIAL)
    for n in (59, 60):
        await smartcar.deliver(
            dynamic(
                endpoint("/battery", {"percentRemaining": n / 100}),
                endpoint("/location", REVOKED, code=400),
                requestId=f"r{n}",
            )
        )
        assert car.value(CHARGE) == str(n)
        assert not car.is_available(POSITION)
        assert vehicle().active_problems == {}


async def test_an_unchanged_answer_shows_that_the_account_works(
    smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(TUTORIAL)
    (battery, *_) = TUTORIAL["payload"]["vehicles"][0]["data"]
    await smartcar.deliver(dynamic(battery, endpoint("/location", REAUTHENTICATE, code=400)))
    assert car.value(CHARGE) == "58"
    assert vehicle().active_problems == {}


@pytest.mark.parametrize("path", ["/diagnostics/system_status", "/unheard/of"])
async def test_an_account_error_without_signals_is_its_paths_alone(
    smartcar: WebhookClient, car: Car, vehicle: Get, path: str
) -> None:
    await smartcar.deliver(TUTORIAL)
    failing = endpoint(path, REAUTHENTICATE, code=400)
    await smartcar.deliver(dynamic(endpoint("/battery", {"percentRemaining": 0.5}), failing))
    assert car.value(CHARGE) == "50"
    assert vehicle().active_problems == {}
    await smartcar.deliver(dynamic(failing, requestId="alone"))
    assert not car.is_available(CHARGE)


@pytest.mark.parametrize("problem", [REAUTHENTICATE, REVOKED, MOVED], ids=lambda it: it["code"])
async def test_a_delivery_in_which_every_path_fails_is_the_vehicles(
    smartcar: WebhookClient, car: Car, vehicle: Get, problem: Json
) -> None:
    await smartcar.deliver(TUTORIAL)
    failing = endpoint("/location", problem, code=400)
    await smartcar.deliver(dynamic(endpoint("/battery", {"percentRemaining": 0.5}), failing))
    paths = [endpoint(path, problem, code=400) for path in ("/battery", "/charge")]
    await smartcar.deliver(dynamic(*paths, failing, requestId="all"))
    assert not any(car.is_available(key) for key in (CHARGE, RANGE, CABLE, POSITION))
    assert vehicle().needs_reauthentication


async def test_a_signals_own_account_error_outlives_a_restart(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1), value(FUEL, 25, 1)))
    await smartcar.deliver(values(2, value(CHARGE, 79, 2), failed(FUEL, REAUTHENTICATE)))
    await smartcar.hass.config_entries.async_reload(entry.entry_id)
    assert not car.is_available(FUEL)
    await smartcar.deliver(values(3, value(CHARGE, 79, 2), failed(FUEL, REAUTHENTICATE)))
    assert car.value(CHARGE) == "79"
    assert vehicle().active_problems == {}


# What a payload can make us keep


async def test_errors_of_unlisted_signals_are_bounded_too(
    hass: HomeAssistant, smartcar: WebhookClient, vehicle: Get
) -> None:
    codes = [f"odd-n{n}" for n in range(6000)]
    await smartcar.deliver(errors(1, of_signals({"type": "PERMISSION"}, *codes)))
    assert vehicle().signals == {}
    for at, start in enumerate(range(0, 6000, 300), 2):
        odd = [value(code, 1, at, unit="km") for code in codes[start : start + 300]]
        await smartcar.deliver(values(at, value(CHARGE, 80, at), *odd))
    assert len(vehicle().signals) == 201
    entities = er.async_get(hass).entities.values()
    assert sum("_odd-" in entity.unique_id for entity in entities) == 200


async def test_errors_of_the_account_are_bounded(smartcar: WebhookClient, vehicle: Get) -> None:
    account = "CONNECTED_SERVICES_ACCOUNT"
    await smartcar.deliver(errors(1, REAUTHENTICATE))
    for at in range(2, 7):
        problems = [{"type": account, "code": f"C_{at}_N{n}"} for n in range(60)]
        await smartcar.deliver(errors(at, *problems))
    assert len(vehicle().active_problems) == 16
    assert vehicle().needs_reauthentication
    resolved = [{"type": account, "code": f"C_N{n}", "state": "RESOLVED"} for n in range(60)]
    await smartcar.deliver(errors(9, *resolved))
    assert len(vehicle().resolved_at) == 16


async def test_a_code_like_a_vin_is_in_no_diagnostics(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, vehicle: Get
) -> None:
    vin = "WVWZZZE1ZMP000001"
    problem = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": vin}
    await smartcar.deliver(
        errors(1, problem, of_signals({"type": "PERMISSION", "code": vin}, FUEL))
    )
    assert vehicle().active_problems
    assert vin not in str(await async_get_config_entry_diagnostics(hass, entry))


async def test_half_an_emoji_in_a_payload_can_be_stored(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car, vehicle: Get
) -> None:
    payload = values(1, value("vehicleidentification-nickname", "Odd \ud83d"), value(CHARGE, 80, 1))
    payload["data"]["vehicle"]["model"] = "Model \ud83d"
    assert (await smartcar.deliver(payload)).status == 204
    assert car.value(CHARGE) == "80"
    assert vehicle().info.model == "Model ?"
    json_bytes(data_to_json(entry.runtime_data.store.data))
    assert car.device is not None
    json_bytes(car.device.dict_repr)


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
async def test_half_an_emoji_of_the_api_can_be_stored(home: Home, kind: Kind) -> None:
    car = home.sim.dynamic_car if kind is Kind.DYNAMIC else home.sim.current_car
    car.model = replace(car.model, model="Odd \ud83d")
    entry, _ = await home.live(kind)
    device = home.device(car)
    assert device is not None
    assert str(device.model).startswith("Odd ?")
    json_bytes(device.dict_repr)
    json_bytes(data_to_json(home.runtime(entry).store.data))


@pytest.mark.usefixtures("entry")
async def test_a_true_after_ones_is_no_number(smartcar: WebhookClient, car: Car) -> None:
    for at in (1, 2):
        await smartcar.deliver(values(at, value(CHARGE, 1, at)))
    before = car.value("last_reported")
    await smartcar.deliver(values(3, value(CHARGE, value=True, at=3)))
    assert (car.value(CHARGE), car.value("last_reported")) == ("1", before)


# Time


MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TODAY = datetime(2026, 11, 25, 10, tzinfo=UTC)


def now() -> int:
    """Return the clock's time in seconds after `NOW`."""
    return round(dt_util.utcnow().timestamp()) - NOW // 1000


@pytest.mark.parametrize("ahead", [2 * MINUTE, HOUR, 300 * DAY, 4000 * DAY])
async def test_a_delivery_ahead_of_our_clock_stops_nothing_after_it(
    smartcar: WebhookClient,
    car: Car,
    vehicle: Get,
    freezer: FrozenDateTimeFactory,
    ahead: int,
) -> None:
    freezer.move_to(TODAY)
    await smartcar.deliver(values(now() + ahead, value(CHARGE, 50)))
    freezer.tick(MINUTE)
    await smartcar.deliver(values(now(), value(CHARGE, 60)))
    assert car.value(CHARGE) == "60"
    freezer.tick(MINUTE)
    await smartcar.deliver(errors(now(), REAUTHENTICATE))
    assert vehicle().needs_reauthentication


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("ahead", [2 * MINUTE, HOUR, 300 * DAY])
async def test_a_reading_after_its_delivery_stops_nothing_after_it(
    smartcar: WebhookClient, car: Car, ahead: int
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 50, 1 + ahead)))
    await smartcar.deliver(values(2, value(CHARGE, 60, 2)))
    await smartcar.deliver(values(3, value(CHARGE, 70, 1)))
    assert car.value(CHARGE) == "60"
    assert car.value("last_reported") == "2025-12-08T01:35:02+00:00"


@pytest.mark.usefixtures("entry")
async def test_a_delivery_slightly_ahead_keeps_its_place(
    smartcar: WebhookClient, car: Car, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(TODAY)
    await smartcar.deliver(values(now() + 20, value(CHARGE, 50)))
    await smartcar.deliver(values(now() + 10, value(CHARGE, 60)))
    assert car.value(CHARGE) == "50"


@pytest.mark.usefixtures("entry")
async def test_a_wrong_sequence_leaves_the_time_of_delivery(
    smartcar: WebhookClient, car: Car
) -> None:
    def sequenced(at: int, charge: int) -> Json:
        payload = values(at, value(CHARGE, charge))
        payload["meta"]["sequence"] = 4_000_000_000_000
        return payload

    await smartcar.deliver(sequenced(2, 50))
    await smartcar.deliver(sequenced(1, 60))
    assert car.value(CHARGE) == "50"


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_set_forward_and_back_stops_nothing_after_it(
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    vehicle: Get,
    freezer: FrozenDateTimeFactory,
    *,
    restarted: bool,
) -> None:
    freezer.move_to(TODAY)

    def battery(charge: int, age: str | None = None) -> Json:
        headers = {} if age is None else {"sc-data-age": age}
        body = {"percentRemaining": charge / 100}
        return dynamic(endpoint("/battery", body, headers=headers), requestId=f"r{charge}")

    await smartcar.deliver(battery(50))
    freezer.tick(360 * DAY)
    await smartcar.deliver(battery(51, dt_util.utcnow().isoformat()))
    await smartcar.deliver(dynamic(error=SUBSCRIPTION, requestId="error"))
    await smartcar.deliver(dynamic(error={**PLAN, "state": "RESOLVED"}, requestId="resolved"))
    assert vehicle().active_problems
    freezer.move_to(TODAY + timedelta(minutes=1))
    assert vehicle().is_silent(now() * 1000 + NOW)
    if restarted:
        await smartcar.hass.config_entries.async_reload(entry.entry_id)
    await smartcar.deliver(battery(52))
    assert car.value(CHARGE) == "52"
    assert vehicle().active_problems == {}
    assert vehicle().last_reported is None
    freezer.tick(MINUTE)
    await smartcar.deliver(battery(53, dt_util.utcnow().isoformat()))
    assert car.value(CHARGE) == "53"
    assert car.value("last_reported") == dt_util.utcnow().isoformat()
    freezer.tick(1)
    await smartcar.deliver(errors(now(), PLAN, REAUTHENTICATE))
    assert len(vehicle().active_problems) == 2
    assert not car.is_available(CHARGE)
    freezer.tick(MINUTE)
    await smartcar.deliver(values(now(), value(CHARGE, 54)))
    assert car.value(CHARGE) == "54"
    assert not vehicle().is_silent(now() * 1000 + NOW)


async def test_what_a_wrong_clock_did_not_touch_is_kept(
    smartcar: WebhookClient, car: Car, vehicle: Get, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(TODAY)
    await smartcar.deliver(values(now(), value(CHARGE, 80, now() - 9), value(FUEL, 25)))
    await smartcar.deliver(errors(now(), SUBSCRIPTION, {**PLAN, "state": "RESOLVED"}))
    freezer.tick(360 * DAY)
    await smartcar.deliver(dynamic(endpoint("/odometer", {"distance": 5}), requestId="ahead"))
    freezer.move_to(TODAY + timedelta(minutes=1))
    old = [value(CHARGE, 70, now() - 99), value(FUEL, 20)]
    await smartcar.deliver(values(now() - 90, *old))
    assert (car.value(CHARGE), car.value(FUEL)) == ("80", "25")
    assert vehicle().last_reported == NOW + (now() - 69) * 1000
    assert vehicle().resolved_at == {"BILLING:INVALID_PLAN": NOW + (now() - 60) * 1000}


def battery(charge: int, request: str, **more: object) -> Json:
    return dynamic(
        endpoint("/battery", {"percentRemaining": charge / 100}, **more), requestId=request
    )


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_late_repetition_without_a_time_is_no_news(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car, *, restarted: bool
) -> None:
    error = dynamic(error=REAUTHENTICATE, requestId="old error")
    await smartcar.deliver(battery(11, "old"))
    await smartcar.deliver(error)
    for n in range(1030):
        await smartcar.deliver(battery(50, f"r{n}"))
    if restarted:
        await smartcar.hass.config_entries.async_reload(entry.entry_id)
    await smartcar.deliver(battery(11, "old"))
    await smartcar.deliver(error)
    assert car.value(CHARGE) == "50"


@pytest.mark.usefixtures("entry")
async def test_one_vehicles_reports_make_no_others_forgotten(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(battery(11, "old"))
    await smartcar.deliver(battery(50, "new"))
    for n in range(300):
        other = dynamic(endpoint("/battery", {"percentRemaining": 0.3}), requestId=f"r{n}")
        other["payload"]["vehicles"][0]["vehicleId"] = f"other {n % 3}"
        await smartcar.deliver(other)
    await smartcar.deliver(battery(11, "old"))
    assert car.value(CHARGE) == "50"


async def test_ids_of_reports_are_as_many_as_repetitions_can_be(
    smartcar: WebhookClient, vehicle: Get
) -> None:
    headers = {"sc-data-age": "2025-11-20T10:00:00Z"}
    for n in range(300):
        await smartcar.deliver(battery(50, f"r{n}", headers=headers))
    assert len(vehicle().seen) == 256
    assert not vehicle().seen_undated
    for n in range(MAX_SEEN_UNDATED + 5):
        vehicle().apply(Report(VehicleInfo(VEHICLE_ID), f"u{n}", NOW, undated=True))
    assert len(vehicle().seen_undated) == MAX_SEEN_UNDATED
    assert vehicle().is_seen("u5")
    assert not vehicle().is_seen("u4")


@pytest.mark.parametrize(
    ("payload", "undated"),
    [
        (TUTORIAL, False),
        (dynamic(endpoint("/battery", {"percentRemaining": 0.5})), True),
        (dynamic(error=REAUTHENTICATE), True),
        (dynamic(), False),
        (values(1, value(CHARGE, 5)), False),
        (state(value(CHARGE, 5), meta={}), True),
        (state(value(CHARGE, 5, 1), meta={}), False),
        (error(REAUTHENTICATE, meta={}), True),
    ],
)
def test_a_report_without_a_time_is_undated(payload: Json, *, undated: bool) -> None:
    (report,) = decode(payload, now=NOW + 5000).reports
    assert report.undated is undated


# What is stored


async def test_a_late_error_raises_nothing_after_a_restart(
    entry: MockConfigEntry, smartcar: WebhookClient, vehicle: Get
) -> None:
    await smartcar.deliver(values(1, value(CHARGE, 80, 1)))
    await smartcar.deliver(errors(4, {**REAUTHENTICATE, "state": "RESOLVED"}))
    await smartcar.hass.config_entries.async_reload(entry.entry_id)
    await smartcar.deliver(errors(3, REAUTHENTICATE))
    assert vehicle().active_problems == {}
    await smartcar.deliver(errors(5, REAUTHENTICATE))
    assert vehicle().active_problems


async def test_no_repr_tells_a_vehicle_or_a_webhook(
    entry: MockConfigEntry, smartcar: WebhookClient, vehicle: Get
) -> None:
    await smartcar.deliver(TUTORIAL)
    await smartcar.deliver(values(1, value("vehicleidentification-vin", "WVWZZZE1ZMP000001")))
    vehicle().subscribed_to = SMARTCAR_WEBHOOK_ID
    shown = repr(vehicle()) + repr(entry.runtime_data.store.data) + repr(entry.runtime_data)
    secrets = (VEHICLE_ID, SMARTCAR_WEBHOOK_ID, "WVWZZZE1ZMP000001", "37.4292", TUTORIAL_REQUEST)
    assert not [secret for secret in secrets if secret in shown]


# Readings that cannot be right


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    ("series", "shown"),
    [
        pytest.param([25000, 0, 25010], 25010, id="one 0"),
        pytest.param([25000, 0, 0, 0, 0, 0], 25000, id="zeros"),
        pytest.param([25000, None, 0, None], 25000, id="unknown"),
        pytest.param([25000, 24999, 24998.5], 24998.5, id="rounded"),
        pytest.param([1, 0], 1, id="a new car's 0"),
        pytest.param([0, 0, 5], 5, id="a new car"),
        pytest.param([0, 25000, 0], 25000, id="0 at first"),
        pytest.param([795.4, 1847.1, 795.4, 1850.6, *[795.4] * 9], 1850.6, id="frozen"),
        pytest.param([1850, 5, 1850, 6, 1851, 7, 1851, 8], 1851, id="by turns"),
        pytest.param([1850, 5, 4, 5, 6], 1850, id="not yet again"),
        pytest.param([1850, 0, 1, 2, 3], 1850, id="from 0"),
        pytest.param([1850, 5, 5, 9, 12], 1850, id="not yet"),
        pytest.param([1850, 5, 5, 9, 12, 20], 20, id="another cluster"),
        pytest.param([1850, 5, 9, 12, 20, 21, 10], 21, id="another cluster goes on"),
        pytest.param([1850, 999999, 1851, 1852, 1853, 1854], 1854, id="too much once"),
    ],
)
async def test_an_odometer_falls_only_where_it_drives_on(
    smartcar: WebhookClient, car: Car, series: list[float | None], shown: float
) -> None:
    code = "odometer-traveleddistance"
    for at, reading in enumerate(series):
        await smartcar.deliver(values(at, value(code, reading, at, unit="km")))
    assert float(car.value(code)) == shown


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("generation", ["v2", "v4"])
async def test_an_odometer_of_0_is_never_shown(
    smartcar: WebhookClient, car: Car, generation: str
) -> None:
    code = "odometer-traveleddistance"
    if generation == "v2":
        await smartcar.deliver(dynamic(endpoint("/odometer", {"distance": 0})))
    else:
        await smartcar.deliver(values(1, value(code, 0, 1, unit="km")))
    # From 0 to what it has driven, the statistics would add all of it.
    assert car.entity_id(code) is None


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize("latitude", [0, None, 91], ids=["no fix", "null", "beyond the pole"])
async def test_a_car_without_a_position_has_not_left(
    smartcar: WebhookClient, car: Car, writes: Writes, latitude: float | None
) -> None:
    def position(at: int, latitude: float | None, longitude: float | None) -> Json:
        body = {"latitude": latitude, "longitude": longitude, "heading": at}
        return values(at, signal(POSITION, body, meta={"oemUpdatedAt": NOW + at * 1000}))

    await smartcar.deliver(position(1, 52.5, 13.4))
    writes.clear()
    await smartcar.deliver(position(2, latitude, latitude))
    assert car.state(POSITION).attributes["latitude"] == 52.5
    assert car.entity_id(POSITION) not in writes.changed + writes.unchanged
    await smartcar.deliver(position(3, 52.6, 13.4))
    assert car.state(POSITION).attributes["latitude"] == 52.6


@pytest.mark.usefixtures("entry")
async def test_a_car_that_never_knew_where_it_is_is_nowhere(
    smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver(values(1, signal(POSITION, {"latitude": 0, "longitude": 0})))
    assert car.value(POSITION) == "unknown"


async def test_an_unlisted_signal_never_shows_a_wrong_unit(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    er.async_get(smartcar.hass).async_get_or_create(
        "sensor", "smartcar_dynamic", f"{VEHICLE_ID}_foo-bar"
    )
    shown = []
    for at, body in enumerate(
        [(64, "percent"), (310, "km"), ("good", None), (65, "percent"), (True, None), (311, "km")]
    ):
        await smartcar.deliver(values(at, value("foo-bar", body[0], at, unit=body[1])))
        shown.append(car.value("foo-bar"))
    assert shown == ["64", "unknown", "unknown", "65", "unknown", "unknown"]
    await smartcar.hass.config_entries.async_reload(entry.entry_id)
    await smartcar.hass.async_block_till_done()
    assert car.value("foo-bar") == "311"
    assert car.state("foo-bar").attributes["unit_of_measurement"] == "km"


# Two states of one vehicle, and two kinds of times


def _applied(*payloads: Json) -> VehicleState:
    """Return what deliveries make of a vehicle."""
    state_ = VehicleState(VehicleInfo(VEHICLE_ID))
    for payload in payloads:
        for report in decode(payload).reports:
            state_.apply(report)
    return state_


def _retrieved(at: int, code: str, number: float) -> Json:
    return signal(code, {"value": number}, meta={"retrievedAt": NOW + at * 1000})


def _shown(vehicle: VehicleState) -> dict[str, object]:
    return {key: reading.value for key, reading in vehicle.readings.items()}


def test_what_is_newer_in_another_state_is_taken() -> None:
    known = _applied(values(10, value(CHARGE, 80, 10), value(FUEL, 25, 2)))
    early = _applied(
        values(11, value(CHARGE, 70, 5), value(FUEL, 24, 9), value(RANGE, 300, 9)),
        values(12, failed(CABLE, {"type": "PERMISSION", "code": None})),
        values(13, signal("foo-bar", {"value": True}, meta={}, group="Foo", name="Bar")),
    )
    known.absorb(early)
    assert _shown(known) == {CHARGE: 80, FUEL: 24, RANGE: 300, "foo-bar": True}
    assert known.signals["foo-bar"].label == early.signals["foo-bar"].label
    assert [known.is_seen(f"state {at}") for at in (10, 11, 12, 13, 14)] == [True] * 4 + [False]
    assert list(known.seen) == [*(f"state {at}" for at in (10, 11, 12, 13))]


def test_reports_without_a_time_are_remembered_as_such() -> None:
    undated = dynamic(endpoint("/battery", {"percentRemaining": 0.5}, headers={}))
    known, early = _applied(values(1, value(CHARGE, 80, 1))), _applied(undated)
    known.absorb(early)
    assert early.seen_undated
    assert known.seen_undated == early.seen_undated
    assert list(known.seen) == ["state 1"]


def test_smartcars_times_stay_smartcars_in_another_state() -> None:
    known = _applied(values(1, value(CHARGE, 80, 1)))
    known.absorb(_applied(values(10, _retrieved(10, CHARGE, 75))))
    assert CHARGE in known.retrieved
    for report in decode(values(11, value(CHARGE, 74, 2))).reports:
        known.apply(report)
    assert _shown(known) == {CHARGE: 74}


@pytest.mark.parametrize(
    ("deliveries", "shown", "recorded_at", "own_at"),
    [
        pytest.param([("own", 5, 1)], 1, 5, None, id="the vehicle's"),
        pytest.param([("smartcar", 5, 1)], 1, 5, 0, id="Smartcar's"),
        pytest.param([("own", 5, 1), ("smartcar", 9, 2)], 2, 9, 5, id="Smartcar's after"),
        pytest.param(
            [("own", 5, 1), ("smartcar", 9, 2), ("own", 4, 3)], 2, 9, 5, id="older than its own"
        ),
        pytest.param(
            [("smartcar", 9, 1), ("own", 4, 2), ("own", 3, 3)], 2, 9, 4, id="its own beside it"
        ),
        pytest.param([("smartcar", 9, 1), ("own", 12, 2)], 2, 12, None, id="its own again"),
        pytest.param([("smartcar", 9, 1), ("smartcar", 8, 2)], 1, 9, 0, id="two of Smartcar's"),
        pytest.param([("own", 9, 1), ("smartcar", 8, 2)], 1, 9, None, id="Smartcar's before"),
    ],
)
def test_a_time_is_compared_with_its_own_kind(
    deliveries: list[tuple[str, int, int]], shown: int, recorded_at: int, own_at: int | None
) -> None:
    vehicle = _applied(
        *(
            values(
                20 + number,
                value(CHARGE, number, at) if kind == "own" else _retrieved(at, CHARGE, number),
            )
            for kind, at, number in deliveries
        )
    )
    assert _shown(vehicle) == {CHARGE: shown}
    assert vehicle.signals[CHARGE].recorded_at == NOW + recorded_at * 1000
    own = vehicle.retrieved.get(CHARGE)
    assert own == (own_at if not own_at else NOW + own_at * 1000)
