"""A read of API v3 brings what Smartcar stores of a car, and costs a request."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any, Literal

from aiohttp import ClientSession
import pytest

from simulator import Car, Kind, Simulator, Webhook, presets

from .conftest import CALLBACK, START, Receiver, webhook_for

type Json = dict[str, Any]


def headers(sim: Simulator, car: Car) -> dict[str, str]:
    connection = sim.connection(car)
    token = sim.cloud.tokens.issue_application(connection.application_id)
    return {"Authorization": f"Bearer {token}", "sc-user-id": connection.owner_id}


async def read(sim: Simulator, car: Car | None = None, path: str = "", status: int = 200) -> Json:
    """Read all signals of a car, or one."""
    car = car or sim.current_car
    url = f"{sim.url}/vehicle/v3/vehicles/{car.id}/signals{path}"
    async with ClientSession() as client, client.get(url, headers=headers(sim, car)) as response:
        body: Json = await response.json()
        assert response.status == status, body
        return body


async def stored(sim: Simulator, car: Car | None = None) -> dict[str, Json]:
    return {it["id"]: it for it in (await read(sim, car))["data"]}


@pytest.fixture
async def free(receiver: Receiver) -> AsyncGenerator[Simulator]:
    """Yield the simulator of an owner on the free plan, with all that its webhook may carry."""
    routes = {"https://home.example": receiver.url}
    populate = presets.free_plan_account
    async with Simulator(routes=routes, start=START, populate=populate) as simulator:
        receiver.token = simulator.application("current").management_token
        await simulator.create_webhook(
            "current",
            CALLBACK,
            triggers=presets.FREE_PLAN_SIGNALS,
            data=presets.FREE_PLAN_SIGNALS,
            auto_subscribe=True,
            verify=True,
        )
        receiver.received.clear()
        yield simulator


async def test_the_free_plan_stores_25_signals_and_sends_9(
    free: Simulator, receiver: Receiver
) -> None:
    await free.deliver()
    (state,) = receiver.of("VEHICLE_STATE")
    assert state["meta"]["signalCount"] == len(state["data"]["signals"]) == 9
    assert len(await stored(free)) == 25


async def test_only_a_read_shows_charging_range_and_position(
    free: Simulator, receiver: Receiver
) -> None:
    free.act(free.current_car, Car.plug_in)
    await free.deliver()
    sent = {it["code"] for it in receiver.of("VEHICLE_STATE")[0]["data"]["signals"]}
    read_only = {"charge-ischarging", "tractionbattery-range", "location-preciselocation"}
    assert not sent & read_only
    signals = await stored(free)
    assert signals["charge-ischarging"]["attributes"]["body"] == {"value": True}
    assert {signals[code]["attributes"]["status"]["value"] for code in read_only} == {"SUCCESS"}


async def test_a_first_delivery_names_what_the_van_lacks(
    free: Simulator, receiver: Receiver
) -> None:
    await free.deliver()
    (error,) = receiver.of("VEHICLE_ERROR")[0]["data"]["errors"]
    assert error["code"] == "VEHICLE_NOT_CAPABLE"
    assert len(error["signals"]) == 5


async def test_the_store_is_one_page(free: Simulator) -> None:
    body = await read(free, path="?page[size]=5")
    assert body["meta"] == {"totalCount": 25, "pageSize": 25, "pageNumber": 1}


@pytest.mark.parametrize("state", ["unverified", "disabled", "unsubscribed"])
async def test_without_an_active_subscription_nothing_is_stored(
    sim: Simulator, current: Webhook, state: str
) -> None:
    match state:
        case "unverified":
            current.verified = False
        case "disabled":
            sim.set_enabled(current, enabled=False)
        case _:
            sim.unsubscribe(current, sim.current_car)
    body = await read(sim)
    assert (body["data"], body["meta"]["totalCount"]) == ([], 0)
    missing = await read(sim, path="/tractionbattery-range", status=404)
    assert missing["code"] == "SIGNAL_NOT_FOUND"


@pytest.mark.usefixtures("current")
async def test_times_are_iso_and_follow_the_car(sim: Simulator) -> None:
    sim.act(sim.current_car, Car.sleep)
    await sim.advance(timedelta(hours=1))
    meta = (await stored(sim))["tractionbattery-stateofcharge"]["meta"]
    assert meta.keys() == {"ingestedAt", "retrievedAt", "oemUpdatedAt"}
    recorded = datetime.fromisoformat(meta["oemUpdatedAt"])
    assert abs(recorded - sim.current_car.recorded_at) < timedelta(milliseconds=1)


@pytest.mark.usefixtures("current")
async def test_a_static_signal_has_only_its_ingestion_time(sim: Simulator) -> None:
    meta = (await stored(sim))["vehicleidentification-vin"]["meta"]
    assert meta.keys() == {"ingestedAt"}


@pytest.mark.usefixtures("current")
async def test_an_incapable_signal_has_neither_body_nor_times(sim: Simulator) -> None:
    sunroof = (await stored(sim))["closure-sunroof"]
    error = sunroof["attributes"]["status"]["error"]
    assert (error["type"], error["code"]) == ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE")
    assert error["resolution"] == {"type": "UNKNOWN_RESOLUTION_TYPE"}
    assert "body" not in sunroof["attributes"]
    assert sunroof["meta"].keys() == {"ingestedAt"}


@pytest.mark.usefixtures("current")
@pytest.mark.parametrize("code", ["charge-chargerate", "charge-wattage", "charge-timetocomplete"])
async def test_not_charging_comes_with_a_body_of_null(sim: Simulator, code: str) -> None:
    signal = (await stored(sim))[code]
    assert signal["attributes"]["status"]["error"]["code"] == "NOT_CHARGING"
    assert signal["attributes"]["body"]["value"] is None
    assert signal["meta"].keys() == {"ingestedAt", "retrievedAt", "oemUpdatedAt"}


@pytest.mark.usefixtures("current")
@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("absent", None),
        ("null", {"value": None, "unit": "percent"}),
        ("stale", {"value": 62, "unit": "percent"}),
    ],
)
async def test_an_error_has_any_form_in_store_and_webhook(
    sim: Simulator, receiver: Receiver, form: Literal["absent", "null", "stale"], body: Json | None
) -> None:
    code = "tractionbattery-stateofcharge"
    sim.set_signal_problem(sim.current_car, code, "AUTHENTICATION_FAILED", form)
    sim.act(sim.current_car, Car.set_state_of_charge, 40)
    await sim.deliver()
    (sent,) = [
        it for it in receiver.of("VEHICLE_STATE")[0]["data"]["signals"] if it["code"] == code
    ]
    read = (await stored(sim))[code]["attributes"]
    assert sent.get("body") == read.get("body") == body
    assert sent["status"]["error"]["code"] == "AUTHENTICATION_FAILED"
    assert read["status"]["error"]["code"] == "AUTHENTICATION_FAILED"


@pytest.mark.usefixtures("current")
async def test_a_signal_problem_ends(sim: Simulator) -> None:
    code = "location-preciselocation"
    sim.set_signal_problem(sim.current_car, code, "PERMISSION.null")
    sim.set_signal_problem(sim.current_car, code, None)
    assert (await stored(sim))[code]["attributes"]["status"] == {"value": "SUCCESS"}


@pytest.mark.usefixtures("current")
async def test_a_permission_error_has_an_unknown_code(sim: Simulator) -> None:
    code = "closure-fronttrunk"
    sim.set_signal_problem(sim.current_car, code, "PERMISSION.null")
    error = (await stored(sim))[code]["attributes"]["status"]["error"]
    assert (error["type"], error["code"]) == ("PERMISSION", "UNKNOWN")


@pytest.mark.usefixtures("current")
async def test_one_signal_is_read_and_billed(sim: Simulator) -> None:
    body = await read(sim, path="/tractionbattery-range")
    assert body["data"]["attributes"]["code"] == "tractionbattery-range"
    assert body["included"]["vehicle"]["id"] == sim.current_car.id
    assert sim.cloud.meter.billed.total() == 1


async def test_an_empty_store_is_billed_too(sim: Simulator) -> None:
    await read(sim)
    assert sim.cloud.meter.billed.total() == 1


@pytest.mark.usefixtures("current")
async def test_a_used_up_plan_answers_430_until_its_next_period(sim: Simulator) -> None:
    sim.set_request_limit(sim.current_car, 2)
    await read(sim)
    await read(sim, path="/tractionbattery-range")
    refused = await read(sim, status=430)
    assert (refused["type"], refused["code"]) == ("BILLING", "VEHICLE_REQUEST_LIMIT")
    assert sim.connection(sim.current_car).requests == 2
    sim.set_request_limit(sim.current_car, 2)
    await read(sim)


@pytest.mark.usefixtures("current")
async def test_a_rate_limit_is_not_billed(sim: Simulator) -> None:
    sim.rate_limit(120, path="/signals")
    url = f"{sim.url}/vehicle/v3/vehicles/{sim.current_car.id}/signals"
    async with (
        ClientSession() as client,
        client.get(url, headers=headers(sim, sim.current_car)) as response,
    ):
        assert (response.status, response.headers["Retry-After"]) == (429, "120")
    assert sim.cloud.meter.billed.total() == 0


async def test_the_plan_of_api_v2_counts_each_path(sim: Simulator) -> None:
    car = sim.dynamic_car
    sim.set_request_limit(car, 1)
    tokens = sim.issue_tokens("dynamic")
    async with (
        ClientSession() as client,
        client.post(
            f"{sim.url}/api/v2.0/vehicles/{car.id}/batch",
            json={"requests": [{"path": "/battery"}, {"path": "/charge"}]},
            headers={"Authorization": f"Bearer {tokens.access_token}"},
        ) as response,
    ):
        assert response.status == 430


async def test_a_webhook_of_another_car_fills_no_store(sim: Simulator, receiver: Receiver) -> None:
    await webhook_for(sim, receiver, Kind.CURRENT)
    assert (await read(sim, sim.add_car("Second")))["data"] == []
