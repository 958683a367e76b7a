"""Nothing secret and nothing personal gets into the log or into diagnostics."""

from collections.abc import Callable
from copy import deepcopy
import json
import logging

import pytest

from simulator import Kind

from .entries import WEBHOOK_ID
from .home import CALLBACK, PUBLIC, Home
from .smartcar.payloads import TUTORIAL, VEHICLE_ID, dynamic, endpoint, error, signal, state
from .webhook_client import WebhookClient

KINDS = [Kind.DYNAMIC, Kind.CURRENT]


def secrets_of(home: Home) -> dict[str, str]:
    """Return what must not be in a text that is posted in public, by what it is."""
    sim, entry = home.sim, home.entries[0]
    secrets = {
        "webhook ID": WEBHOOK_ID,
        "callback URI": CALLBACK,
        "external URL": PUBLIC,
        "Smartcar's address": sim.url,
    }
    for application in sim.cloud.applications.values():
        for name in ("id", "client_secret", "m2m_id", "m2m_secret", "management_token"):
            secrets[f"{application.name}: {name}"] = getattr(application, name)
        if application.tokens is not None:
            secrets[f"{application.name}: access token"] = application.tokens.access_token
            secrets[f"{application.name}: refresh token"] = application.tokens.refresh_token
    for car in sim.cloud.cars.values():
        secrets[f"{car.name}: ID"] = car.id
        secrets[f"{car.name}: VIN"] = car.vin
        secrets[f"{car.name}: latitude"] = f"{car.position.latitude:.3f}"
        secrets[f"{car.name}: longitude"] = f"{car.position.longitude:.3f}"
    for connection in sim.cloud.connections.values():
        secrets[f"{connection.car.name}: owner"] = connection.owner_id
    for webhook in sim.cloud.webhooks.values():
        secrets[f"{webhook.name}: ID"] = webhook.id
    for name, value in entry.data.items():
        if isinstance(value, str) and name != "api":
            secrets[f"entry: {name}"] = value
    return secrets


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    """Return which secrets are in a text."""
    return [name for name, secret in secrets.items() if secret.casefold() in text.casefold()]


async def everything_happens(home: Home, kind: Kind) -> None:
    """Live through deliveries of every outcome, and a car with a problem."""
    entry, webhook = await home.live(kind)
    await home.deliver()
    await home.sim.send_test(webhook)
    home.sim.faults.corrupt_signatures = 1
    await home.deliver()
    home.sim.faults.missing_signatures = 1
    await home.deliver()
    home.sim.revoke(home.car(kind))
    await home.deliver()
    home.sim.fail_api(430, problem="VEHICLE_LIMIT")
    await home.runtime(entry).subscriptions.async_reconcile()
    await home.runtime(entry).monitor.async_check()
    await home.settle()


@pytest.mark.parametrize("kind", KINDS)
async def test_no_secret_is_in_the_diagnostics_of_an_entry(home: Home, kind: Kind) -> None:
    await everything_happens(home, kind)
    downloaded = await home.get(f"/api/diagnostics/config_entry/{home.entries[0].entry_id}")
    names = {car.name: car.name for car in home.sim.cloud.cars.values()}
    secrets = secrets_of(home) | names | {"title": home.entries[0].title}
    assert found_in(json.dumps(downloaded["data"]), secrets) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_no_secret_is_in_the_diagnostics_of_a_vehicle(home: Home, kind: Kind) -> None:
    await everything_happens(home, kind)
    device = home.device(home.car(kind))
    assert device is not None
    path = f"/api/diagnostics/config_entry/{home.entries[0].entry_id}/device/{device.id}"
    downloaded = await home.get(path)
    names = {car.name: car.name for car in home.sim.cloud.cars.values()}
    secrets = secrets_of(home) | names | {"title": home.entries[0].title}
    assert found_in(json.dumps(downloaded["data"]), secrets) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_no_secret_is_in_the_log(
    home: Home, kind: Kind, smartcar: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "custom_components.smartcar_dynamic")
    await everything_happens(home, kind)
    (entry,) = home.entries
    await deliver_oddities(smartcar.with_token(entry.data["management_token"]), home.car(kind).id)
    await smartcar.with_token("another").deliver(TUTORIAL)
    home.internet.routes.clear()
    problems: list[Callable[[], object]] = [
        lambda: home.sim.fail_api(500, times=3),
        home.sim.rate_limit,
        home.sim.exhaust_plan,
        lambda: home.sim.fail_api(0, times=3),
        home.sim.reject_credentials,
    ]
    for problem in problems:
        problem()
        home.runtime(entry).subscriptions.async_request()
        await home.settle()
        await home.runtime(entry).monitor.async_check()
        home.sim.clear_faults()
    await home.reload(entry)
    home.sim.fail_api(500, times=-1)
    secrets = secrets_of(home) | {
        name: name for name in (VEHICLE_ID, "SIM9", "37.429", "122.138", "52.404", "a-challenge")
    }
    await home.remove(entry)
    logged = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if record.name.startswith("custom_components")
    )
    assert "Smartcar" in logged
    assert found_in(logged, secrets) == []


async def deliver_oddities(smartcar: WebhookClient, vehicle_id: str) -> None:
    """Deliver what is noted, skipped and refused."""
    known = deepcopy(TUTORIAL)
    known["payload"]["vehicles"][0]["vehicleId"] = vehicle_id
    challenge = {"eventType": "VERIFY", "data": {"challenge": "a-challenge"}}
    account = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
    for payload in (
        challenge,
        {**challenge, "data": {"challenge": "{}"}},
        known,
        TUTORIAL,
        state(
            signal("vehicleidentification-vin", {"value": "SIM9"}),
            signal("location-preciselocation", {"latitude": "52.40421", "longitude": None}),
            signal("37.4292", {"value": 1}),
        ),
        error(account, eventId="2"),
        dynamic(endpoint(f"/{VEHICLE_ID}", {"x": 37.4292}), requestId="2"),
    ):
        await smartcar.deliver(payload)
    await smartcar.post(b"no json")
    await smartcar.deliver_bytes(b"[]")
