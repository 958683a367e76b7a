"""The control API does over HTTP what the simulator does."""

from typing import Any

from aiohttp import ClientSession
import pytest

from simulator import Simulator, Webhook

from .conftest import CALLBACK, Receiver


async def post(
    client: ClientSession,
    path: str,
    arguments: dict[str, object] | None = None,
    *,
    status: int = 200,
) -> dict[str, Any]:
    async with client.post(f"/control/{path}", json=arguments or {}) as response:
        assert response.status == status, await response.text()
        body: dict[str, Any] = await response.json()
        return body


async def get(client: ClientSession, path: str) -> dict[str, Any]:
    async with client.get(f"/control/{path}") as response:
        assert response.status == 200
        body: dict[str, Any] = await response.json()
        return body


async def test_the_state_is_the_whole_truth(
    sim: Simulator, client: ClientSession, current: Webhook
) -> None:
    await sim.deliver()
    state = await get(client, "state")
    assert state["cars"][sim.current_car.id]["state_of_charge"] == 62
    assert state["webhooks"][current.id]["verified"] is True
    assert state["subscriptions"][0]["car_id"] == sim.current_car.id
    assert state["deliveries"]["delivered"] == 2
    assert state["applications"][0]["management_token"]
    assert state["time"]["running"] is False


async def test_a_cars_truth_is_found_by_its_name(sim: Simulator, client: ClientSession) -> None:
    car = await get(client, "cars/Hatchback")
    assert car["id"] == sim.dynamic_car.id
    assert car["paths"]["/battery"]["percentRemaining"] == 0.62


@pytest.mark.parametrize("kind", ["dynamic", "current"])
async def test_a_webhook_is_created_and_verified(
    sim: Simulator, client: ClientSession, receiver: Receiver, kind: str
) -> None:
    receiver.token = sim.application(kind).management_token
    webhook = await post(
        client, "webhooks", {"kind": kind, "name": "Mine", "callback_uri": CALLBACK, "verify": True}
    )
    assert webhook["verified"]
    assert webhook["kind"] == kind


async def test_a_webhook_is_verified_tested_disabled_enabled_and_deleted(
    sim: Simulator, client: ClientSession, current: Webhook
) -> None:
    path = f"webhooks/{current.id}"
    assert (await post(client, f"{path}/verify"))["succeeded"]
    assert (await post(client, f"{path}/test", {"event": "VEHICLE_ERROR"}))[
        "outcome"
    ] == "delivered"
    assert not (await post(client, f"{path}/disable"))["enabled"]
    assert (await post(client, f"{path}/enable"))["enabled"]
    async with client.delete(f"/control/{path}") as response:
        assert response.status == 200
    assert not sim.cloud.webhooks


async def test_what_a_webhook_is_for_can_be_changed(
    client: ClientSession, current: Webhook
) -> None:
    path = f"webhooks/{current.id}/change"
    changed = await post(client, path, {"triggers": [], "data": ["odometer-traveleddistance"]})
    assert (changed["triggers"], changed["data"]) == ([], ["odometer-traveleddistance"])
    assert changed["verified"]


async def test_a_changed_callback_uri_has_to_be_verified(
    client: ClientSession, current: Webhook
) -> None:
    uri = "https://elsewhere.example/hook"
    changed = await post(client, f"webhooks/{current.id}/change", {"callback_uri": uri})
    assert (changed["callback_uri"], changed["verified"]) == (uri, False)


async def test_a_car_is_subscribed_and_unsubscribed(
    sim: Simulator, client: ClientSession, current: Webhook
) -> None:
    await post(client, f"webhooks/{current.id}/unsubscribe", {"car": "Crossover"})
    assert not sim.cloud.subscriptions
    await post(client, f"webhooks/{current.id}/subscribe", {"car": "Crossover"})
    assert sim.cloud.subscriptions


@pytest.mark.parametrize(
    ("verb", "arguments", "expected"),
    [
        ("plug-in", {}, {"plugged_in": True, "charging": True}),
        ("plug-in", {"at": "fast"}, {"plugged_in": True, "charging_power_w": 150_000}),
        ("charge-limit", {"percent": 90}, {"charge_limit": 90}),
        ("state-of-charge", {"percent": 33}, {"state_of_charge": 33}),
        ("drive", {"to": "work"}, {"driving": True, "destination": "work"}),
        ("drive", {"latitude": 52.4, "longitude": 13.1}, {"driving": True, "destination": None}),
        ("sleep", {}, {"asleep": True}),
        ("unlock", {}, {"locked": False}),
        ("open", {"opening": "front_left_door"}, {"locked": False}),
        ("permissions", {"permissions": ["read_vin"]}, {"permissions": ["read_vin"]}),
        ("request-limit", {"limit": 9}, {"requests": {"used": 0, "limit": 9}}),
        (
            "problem",
            {"problem": "ACCOUNT_ISSUE"},
            {"problem": {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "ACCOUNT_ISSUE"}},
        ),
        ("day", {}, {"day": {"step": "waiting", "done": False}}),
    ],
)
async def test_a_car_does_what_it_is_told(
    client: ClientSession, verb: str, arguments: dict[str, object], expected: dict[str, object]
) -> None:
    car = await post(client, f"cars/Crossover/{verb}", arguments)
    assert {key: car[key] for key in expected} == expected


@pytest.mark.usefixtures("current")
async def test_revoking_and_healing_tell_the_webhooks(
    client: ClientSession, receiver: Receiver
) -> None:
    await post(client, "cars/Crossover/revoke")
    await post(client, "cars/Crossover/heal")
    states = [it["data"]["errors"][0]["state"] for it in receiver.of("VEHICLE_ERROR")]
    assert states[:2] == ["ERROR", "RESOLVED"]


async def test_what_a_car_cannot_do_is_a_conflict(client: ClientSession) -> None:
    await post(client, "cars/Crossover/plug-in")
    assert (
        "plugged in"
        in (await post(client, "cars/Crossover/drive", {"to": "work"}, status=409))["error"]
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("cars/Nobody/wake", 404),
        ("cars/Crossover/fly", 404),
        ("cars/Crossover/problem", 400),
        ("webhooks/nothing/verify", 404),
        ("webhooks", 400),
    ],
)
async def test_mistakes_are_named(client: ClientSession, path: str, status: int) -> None:
    assert (await post(client, path, status=status))["error"]


async def test_a_car_is_added_and_removed(sim: Simulator, client: ClientSession) -> None:
    car = await post(client, "cars", {"name": "Second", "application": "dynamic"})
    assert car["id"] in sim.cloud.cars
    async with client.delete("/control/cars/Second") as response:
        assert response.status == 200
    assert car["id"] not in sim.cloud.cars


async def test_time_is_advanced(sim: Simulator, client: ClientSession) -> None:
    before = sim.clock.now
    await post(client, "time", {"advance": 3600})
    assert (sim.clock.now - before).total_seconds() == 3600


async def test_time_is_let_run(sim: Simulator, client: ClientSession) -> None:
    assert (await post(client, "time", {"speed": 120}))["running"]
    assert sim.clock.speed == 120


async def test_the_management_token_is_rotated(sim: Simulator, client: ClientSession) -> None:
    before = sim.application("current").management_token
    await post(client, "credentials/rotate", {"application": "current", "signing_key_too": False})
    application = sim.application("current")
    assert application.management_token != before == application.signing_key


async def test_credentials_are_rejected_expired_revoked_and_issued(
    sim: Simulator, client: ClientSession
) -> None:
    before = sim.application("dynamic").tokens
    await post(client, "credentials/reject")
    await post(client, "credentials/expire")
    await post(client, "credentials/revoke", {"application": "dynamic"})
    await post(client, "credentials/issue")
    assert sim.cloud.faults.reject_credentials
    assert sim.application("dynamic").tokens != before


async def test_faults_are_set_and_ended(sim: Simulator, client: ClientSession) -> None:
    await post(client, "faults/deliveries", {"delay": 5, "duplicates": 1, "corrupt_signatures": 2})
    await post(client, "faults/api", {"status": 500, "path": "/iam", "times": 3})
    faults = (await get(client, "state"))["faults"]
    assert faults["deliveries"]["duplicates"] == 1
    assert faults["api"] == [{"status": 500, "path": "/iam", "times": 3}]
    async with client.delete("/control/faults") as response:
        assert response.status == 200
    assert sim.faults.duplicates == 0
    assert not sim.cloud.faults.planned


async def test_a_command_is_made_to_fail_and_held(sim: Simulator, client: ClientSession) -> None:
    await post(client, "faults/commands", {"command": "security-lock", "problem": "DOOR_OPEN"})
    await post(client, "commands/release")
    (fault,) = (await get(client, "state"))["faults"]["commands"]
    assert (fault["command"], fault["problem"], fault["obeyed"]) == (
        "security-lock", "DOOR_OPEN", False,
    )  # fmt: skip
    await post(client, "faults/commands", {"problem": "NONSENSE"}, status=400)
    await post(client, "time", {"command_lag": 90})
    assert sim.command_lag.total_seconds() == 90


async def test_the_delivery_log_has_the_payloads(client: ClientSession, current: Webhook) -> None:
    await post(client, "deliver")
    log = (await get(client, "deliveries"))["deliveries"]
    assert log[0]["envelope"]["meta"]["webhookId"] == current.id
    assert log[0]["attempts"][0]["status"] == 200


async def test_another_site_controls_nothing(sim: Simulator, client: ClientSession) -> None:
    async with client.post(
        "/control/cars/Crossover/plug-in", headers={"Origin": "https://elsewhere.example"}
    ) as response:
        assert response.status == 403
    assert not sim.current_car.plugged_in


async def test_the_dashboard_page_needs_nothing_from_elsewhere(client: ClientSession) -> None:
    async with client.get("/") as response:
        page = await response.text()
    assert response.content_type == "text/html"
    assert "https://" not in page.replace('"https://…', "")
    assert "src=" not in page
