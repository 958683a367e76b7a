"""Payloads have the shapes of the documentation and of captures, and tell the truth."""

from typing import Any

import pytest

from simulator import Car, Kind, Simulator, Webhook
from simulator.signals import CATALOGUE, bodies

from .conftest import Receiver, webhook_for


def paths_of(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {it["path"]: it for it in body["payload"]["vehicles"][0]["data"]}


def signals_of(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {it["code"]: it for it in body["data"]["signals"]}


def test_the_catalogue_has_every_signal() -> None:
    assert len(CATALOGUE) == 93


async def test_a_dynamic_delivery_has_the_shape_of_the_tutorial(
    sim: Simulator, receiver: Receiver, dynamic: Webhook
) -> None:
    await sim.deliver()
    (body,) = receiver.of("dynamic")
    assert body.keys() == {"version", "webhookId", "eventName", "mode", "payload"}
    assert (body["version"], body["mode"], body["webhookId"]) == ("2.0", "live", dynamic.id)
    assert body["payload"]["vehicles"][0].keys() == {"vehicleId", "requestId", "data"}
    data = paths_of(body)
    assert list(data) == ["/battery", "/charge", "/location"]
    assert data["/charge"]["body"] == {"isPluggedIn": False, "state": "NOT_CHARGING"}
    assert data["/battery"]["body"]["percentRemaining"] == 0.62
    assert data["/battery"]["headers"].keys() == {"sc-data-age"}


async def test_a_scheduled_delivery_has_more_paths(sim: Simulator, receiver: Receiver) -> None:
    await webhook_for(sim, receiver, Kind.SCHEDULE, data=("/battery", "/odometer"))
    await sim.deliver()
    (body,) = receiver.of("schedule")
    assert paths_of(body)["/odometer"]["code"] == 501


@pytest.mark.usefixtures("dynamic")
async def test_a_path_outside_the_grant_comes_with_its_error(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.set_permissions(sim.dynamic_car, ["read_battery", "read_charge"])
    await sim.deliver()
    location = paths_of(receiver.of("dynamic")[0])["/location"]
    assert location["code"] == 403
    assert location["body"]["type"] == "PERMISSION"
    assert "headers" not in location


@pytest.mark.usefixtures("dynamic")
async def test_a_revoked_account_fails_every_path_with_a_reconnect_url(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.revoke(sim.dynamic_car)
    await sim.deliver()
    for path in paths_of(receiver.of("dynamic")[0]).values():
        assert path["code"] == 400
        assert path["body"]["code"] == "AUTHENTICATION_FAILED"
        assert path["body"]["resolution"]["url"].startswith(f"{sim.url}/connect/oauth/reauth")


async def test_a_vehicle_state_has_the_shape_of_captures(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    await sim.deliver()
    (body,) = receiver.of("VEHICLE_STATE")
    assert body.keys() == {"eventId", "eventType", "data", "triggers", "meta"}
    assert body["triggers"] == [{"type": "FIRST_DELIVERY"}]
    assert body["meta"].keys() == {
        "version", "webhookId", "webhookName", "applicationId", "mode", "sequence",
        "signalCount", "deliveryId", "deliveredAt",
    }  # fmt: skip
    assert body["meta"]["signalCount"] == len(current.data)
    charge = signals_of(body)["tractionbattery-stateofcharge"]
    assert charge["status"] == {"value": "SUCCESS"}
    assert charge["body"] == {"value": 62, "unit": "percent"}
    assert charge["meta"].keys() == {"oemUpdatedAt", "retrievedAt"}


@pytest.mark.usefixtures("current")
async def test_a_vehicle_state_tells_the_truth(sim: Simulator, receiver: Receiver) -> None:
    sim.act(sim.current_car, Car.plug_in)
    await sim.deliver()
    told = signals_of(receiver.of("VEHICLE_STATE")[0])
    truth = bodies(sim.current_car)
    del truth["charge-chargetimers"]  # not carried by the webhook
    assert {code: told[code]["body"] for code in truth} == truth


@pytest.mark.usefixtures("current")
async def test_a_static_signal_has_time_zero(sim: Simulator, receiver: Receiver) -> None:
    await sim.deliver()
    vin = signals_of(receiver.of("VEHICLE_STATE")[0])["vehicleidentification-vin"]
    assert vin["meta"] == {"oemUpdatedAt": 0, "retrievedAt": 0}


@pytest.mark.usefixtures("current")
async def test_what_the_car_lacks_is_an_error_without_body(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.deliver()
    sunroof = signals_of(receiver.of("VEHICLE_STATE")[0])["closure-sunroof"]
    assert sunroof["status"]["error"] == {"type": "COMPATIBILITY", "code": "VEHICLE_NOT_CAPABLE"}
    assert "body" not in sunroof


@pytest.mark.usefixtures("current")
async def test_what_the_grant_lacks_is_a_permission_error(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.set_permissions(sim.current_car, ["read_battery"])
    await sim.deliver()
    locked = signals_of(receiver.of("VEHICLE_STATE")[0])["closure-islocked"]
    assert locked["status"]["error"] == {"type": "PERMISSION", "code": None}


@pytest.mark.usefixtures("current")
async def test_an_old_charging_power_stays_beside_its_error(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.act(sim.current_car, Car.plug_in)
    sim.act(sim.current_car, Car.stop_charging)
    await sim.deliver()
    rate = signals_of(receiver.of("VEHICLE_STATE")[0])["charge-chargerate"]
    assert rate["status"]["error"]["code"] == "NOT_CHARGING"
    assert rate["body"]["value"] == 56


@pytest.mark.usefixtures("current")
async def test_the_first_delivery_brings_what_can_never_come(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.deliver()
    await sim.deliver()
    (body,) = receiver.of("VEHICLE_ERROR")
    (error,) = body["data"]["errors"]
    assert (error["code"], error["state"]) == ("VEHICLE_NOT_CAPABLE", "ERROR")
    assert "closure-sunroof" in {it["code"] for it in error["signals"]}


@pytest.mark.parametrize(
    ("name", "kind", "resolution"),
    [
        ("AUTHENTICATION_FAILED", "CONNECTED_SERVICES_ACCOUNT", "REAUTHENTICATE"),
        ("PERMISSION", "CONNECTED_SERVICES_ACCOUNT", "REAUTHENTICATE"),
        ("ACCOUNT_ISSUE", "CONNECTED_SERVICES_ACCOUNT", None),
        ("SUBSCRIPTION", "CONNECTED_SERVICES_ACCOUNT", None),
        ("VEHICLE_MISSING", "CONNECTED_SERVICES_ACCOUNT", None),
        ("NO_VEHICLES", "CONNECTED_SERVICES_ACCOUNT", None),
        ("PLATFORM_NOT_CAPABLE", "COMPATIBILITY", "REAUTHENTICATE"),
    ],
)
@pytest.mark.usefixtures("current")
async def test_an_account_problem_is_announced_once_without_signals(
    sim: Simulator,
    receiver: Receiver,
    name: str,
    kind: str,
    resolution: str | None,
) -> None:
    await sim.deliver()
    receiver.received.clear()
    sim.set_problem(sim.current_car, name)
    await sim.deliver()
    await sim.deliver()
    (received,) = receiver.received
    (error,) = received.body["data"]["errors"]
    assert (error["type"], error["code"], error["state"]) == (kind, name, "ERROR")
    assert error["resolution"] == {"type": resolution}
    assert "signals" not in error


@pytest.mark.usefixtures("current")
async def test_a_healed_account_is_resolved_and_reported(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.deliver()
    sim.revoke(sim.current_car)
    await sim.deliver()
    receiver.received.clear()
    await sim.heal(sim.current_car)
    (error,) = receiver.of("VEHICLE_ERROR")[0]["data"]["errors"]
    assert error["state"] == "RESOLVED"
    assert "resolution" not in error
    assert len(receiver.of("VEHICLE_STATE")) == 1


async def test_a_car_that_cannot_be_reached_names_the_signals(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    await sim.deliver()
    receiver.received.clear()
    sim.set_problem(sim.current_car, "VEHICLE_STATE.UNREACHABLE")
    await sim.deliver()
    (error,) = receiver.of("VEHICLE_ERROR")[0]["data"]["errors"]
    assert len(error["signals"]) == len(current.data)


async def test_a_test_state_is_about_a_car_that_nobody_has(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    delivery = await sim.send_test(current)
    (body,) = receiver.of("VEHICLE_STATE")
    assert delivery.outcome == "delivered"
    assert body["meta"]["mode"] == "TEST"
    assert body["data"]["vehicle"]["id"] not in sim.cloud.cars
    assert receiver.received[0].signed_with(sim.application("current").signing_key)


async def test_a_test_error_has_neither_triggers_nor_sequence(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    await sim.send_test(current, "VEHICLE_ERROR")
    (body,) = receiver.of("VEHICLE_ERROR")
    assert "triggers" not in body
    assert "sequence" not in body["meta"]


async def test_a_dynamic_webhook_has_a_test_too(
    sim: Simulator, receiver: Receiver, dynamic: Webhook
) -> None:
    await sim.send_test(dynamic)
    assert receiver.of("dynamic")[0]["mode"] == "test"
