"""Diagnostics and system health: all that a maintainer asks for, not who or where somebody is."""

import json
from typing import Any

from homeassistant.const import __version__
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from simulator import Kind

from .home import CALLBACK, DOMAIN, HOOK, PUBLIC, Home

KINDS = [Kind.DYNAMIC, Kind.CURRENT]


async def diagnostics(home: Home, path: str) -> dict[str, Any]:
    """Download diagnostics as the frontend does."""
    headers = {"Authorization": f"Bearer {home.token}"}
    async with home.http.get(f"/api/diagnostics/config_entry/{path}", headers=headers) as answer:
        assert answer.status == 200
        downloaded: dict[str, Any] = await answer.json()
        return downloaded


async def of_entry(home: Home) -> dict[str, Any]:
    downloaded = await diagnostics(home, home.entries[0].entry_id)
    data: dict[str, Any] = downloaded["data"]
    return data


async def eventful(home: Home, kind: Kind) -> None:
    """Live through much: deliveries of every outcome, a car in trouble, a car with a name."""
    entry, webhook = await home.live(kind)
    await home.deliver()
    await home.sim.send_test(webhook)
    home.sim.faults.corrupt_signatures = 1
    await home.deliver()
    home.sim.faults.missing_signatures = 1
    await home.deliver()
    home.sim.revoke(home.sim.dynamic_car if kind.is_v2 else home.sim.current_car)
    await home.deliver()
    home.sim.fail_api(430, problem="VEHICLE_LIMIT")
    await home.data(entry).subscriptions.async_reconcile()
    await home.data(entry).monitor.async_check()
    await home.settle()


def secrets_of(home: Home) -> dict[str, str]:
    """Return everything that must not be in a file that is posted in public."""
    sim, entry = home.sim, home.entries[0]
    secrets = {"hook": HOOK, "callback": CALLBACK, "public": PUBLIC, "simulator": sim.url}
    secrets["title"] = entry.title
    for application in sim.cloud.applications.values():
        for name in ("id", "client_secret", "m2m_id", "m2m_secret", "management_token"):
            secrets[f"{application.name} {name}"] = getattr(application, name)
        if application.tokens is not None:
            secrets[f"{application.name} access"] = application.tokens.access_token
            secrets[f"{application.name} refresh"] = application.tokens.refresh_token
    for car in sim.cloud.cars.values():
        secrets[f"{car.name} id"] = car.id
        secrets[f"{car.name} vin"] = car.vin
        secrets[f"{car.name} latitude"] = f"{car.position.latitude:.3f}"
        secrets[f"{car.name} longitude"] = f"{car.position.longitude:.3f}"
        secrets[f"{car.name} nickname"] = car.name
    for connection in sim.cloud.connections.values():
        secrets[f"owner of {connection.car.name}"] = connection.owner_id
    for webhook in sim.cloud.webhooks.values():
        secrets[f"{webhook.name} id"] = webhook.id
    for name, value in entry.data.items():
        if isinstance(value, str) and name != "api":
            secrets[f"entry's {name}"] = value
    return secrets


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_secret_or_personal_is_in_the_diagnostics_of_an_entry(
    home: Home, kind: Kind
) -> None:
    await eventful(home, kind)
    text = json.dumps(await of_entry(home)).casefold()
    for name, secret in secrets_of(home).items():
        assert secret.casefold() not in text, name


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_secret_or_personal_is_in_the_diagnostics_of_a_car(
    home: Home, kind: Kind
) -> None:
    await eventful(home, kind)
    device = home.device(home.sim.dynamic_car if kind.is_v2 else home.sim.current_car)
    assert device is not None
    downloaded = await diagnostics(home, f"{home.entries[0].entry_id}/device/{device.id}")
    text = json.dumps(downloaded["data"]).casefold()
    for name, secret in secrets_of(home).items():
        assert secret.casefold() not in text, name


async def test_the_versions_of_home_assistant_and_of_ours_are_in_the_file(home: Home) -> None:
    await home.live()
    downloaded = await diagnostics(home, home.entries[0].entry_id)
    assert downloaded["home_assistant"]["version"] == __version__
    assert downloaded["integration_manifest"]["version"]


async def test_the_callback_is_described(home: Home) -> None:
    await home.live()
    await home.deliver()
    data = await of_entry(home)
    assert data["api"] == "v3"
    assert data["smartcar_webhook_id_known"] is True
    assert data["callback"] == {"cloudhook": False, "obstacle": None, "same_as_delivering": True}
    assert data["answered_at"]
    assert data["signed_at"]
    assert data["subscribed_at"]
    assert data["last_delivery"]


async def test_an_address_that_was_never_verified_is_compared_with_nothing(home: Home) -> None:
    await home.live(verify=False)
    data = await of_entry(home)
    assert data["callback"]["same_as_delivering"] is None
    assert data["answered_at"] is None
    assert data["signed_at"] is None


async def test_what_came_is_counted_by_kind_and_outcome(home: Home) -> None:
    await eventful(home, Kind.CURRENT)
    data = await of_entry(home)
    assert data["deliveries"]["state"] >= 1
    assert data["deliveries"]["state_test"] == 1
    assert data["rejections"] == {"wrong_signature": 1, "unsigned": 1}
    assert data["last_rejection"] == "unsigned"
    assert data["last_rejected"]
    assert data["last_test"]


async def test_a_car_is_described_with_its_signals_and_their_status(home: Home) -> None:
    await eventful(home, Kind.CURRENT)
    (car,) = (await of_entry(home))["vehicles"]
    assert (car["make"], car["model"], car["year"]) == ("HYUNDAI", "IONIQ 5", 2025)
    assert car["vin_known"] is True
    assert car["listed"] is True
    assert car["subscribed"] is True
    assert car["refused"] is None
    assert "read_battery" in car["permissions"]
    assert car["signals"]["tractionbattery-stateofcharge"]["status"] == "ok"
    assert car["signals"]["closure-sunroof"]["status"] == "COMPATIBILITY:VEHICLE_NOT_CAPABLE"
    assert car["signals"]["closure-doors"]["parts"]
    (problem,) = car["problems"]
    assert problem["error"] == "CONNECTED_SERVICES_ACCOUNT:AUTHENTICATION_FAILED"
    assert problem["remedy"] == "reauthenticate"


async def test_the_last_check_is_in_the_file(home: Home) -> None:
    await eventful(home, Kind.CURRENT)
    data = await of_entry(home)
    assert data["last_check"]["at"]
    assert {"check": "webhook", "status": "ok", "reason": "ok"} in data["last_check"]["results"]
    assert data["results"]


async def test_the_last_error_of_the_api_is_in_the_file(home: Home) -> None:
    await home.live()
    home.sim.fail_api(502, times=-1)
    await home.data(home.entries[0]).subscriptions.async_reconcile()
    assert "UPSTREAM" in (await of_entry(home))["last_api_error"]


async def test_a_car_that_is_refused_and_of_no_known_grant_is_described(home: Home) -> None:
    home.sim.fail_api(430, path="/webhooks/", times=-1, problem="VEHICLE_LIMIT")
    await home.live(Kind.DYNAMIC)
    (car,) = (await of_entry(home))["vehicles"]
    assert car["refused"] == "BILLING:VEHICLE_LIMIT"
    assert car["permissions"] is None


async def test_a_device_of_no_car_has_the_callback_only(home: Home) -> None:
    entry, _ = await home.live()
    device = home.device(home.sim.current_car)
    assert device is not None
    home.data(entry).coordinator.async_forget(home.sim.current_car.id)
    downloaded = await diagnostics(home, f"{entry.entry_id}/device/{device.id}")
    assert downloaded["data"]["vehicles"] == []


async def test_a_device_has_only_its_own_car(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    device = home.device(second)
    assert device is not None
    downloaded = await diagnostics(home, f"{home.entries[0].entry_id}/device/{device.id}")
    assert len(downloaded["data"]["vehicles"]) == 1


# System health


async def health(home: Home) -> dict[str, Any]:
    info: dict[str, Any] = await get_system_health_info(home.hass, DOMAIN)
    return info


async def test_system_health_without_an_entry_is_empty(home: Home) -> None:
    assert await async_setup_component(home.hass, DOMAIN, {})
    await home.settle()
    info = await health(home)
    info["can_reach_server"].close()
    assert info["callback"] == ""
    assert info["vehicles"] == 0
    assert info["last_delivery"] is None


@pytest.mark.parametrize("kind", KINDS)
async def test_system_health_reaches_smartcar(home: Home, kind: Kind) -> None:
    await home.live(kind)
    assert await (await health(home))["can_reach_server"] == "ok"


async def test_system_health_says_that_smartcar_is_not_reached(home: Home) -> None:
    await home.live()
    home.sim.fail_api(0, times=-1)
    assert (await (await health(home))["can_reach_server"])["error"] == "unreachable"


async def test_system_health_tells_address_cars_and_last_delivery(home: Home) -> None:
    await home.live()
    await home.deliver()
    info = await health(home)
    info["can_reach_server"].close()
    assert info["callback"] == "external"
    assert info["vehicles"] == 1
    assert info["last_delivery"].tzinfo is not None


async def test_system_health_tells_what_is_wrong_with_the_address(home: Home) -> None:
    await home.live()
    await home.move_to("http://home.example")
    info = await health(home)
    info["can_reach_server"].close()
    assert info["callback"] == "not_https"
