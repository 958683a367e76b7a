"""Diagnostics: all that a maintainer asks for, not who or where somebody is."""

from http import HTTPStatus
from typing import Any

from homeassistant.const import __version__
from syrupy.assertion import SnapshotAssertion

from simulator import Car, Kind

from .home import Home
from .smartcar.payloads import Json, error, signal, state
from .webhook_client import WebhookClient

NOT_CAPABLE = {"type": "COMPATIBILITY", "code": "VEHICLE_NOT_CAPABLE"}
REAUTHENTICATE = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}


async def download(home: Home, car: Car | None = None) -> dict[str, Any]:
    """Download the diagnostics of the entry, or of a car's device, as the frontend does."""
    path = f"/api/diagnostics/config_entry/{home.entries[0].entry_id}"
    if car is not None:
        device = home.device(car)
        assert device is not None
        path += f"/device/{device.id}"
    return await home.get(path)


async def data_of(home: Home, car: Car | None = None) -> dict[str, Any]:
    data: dict[str, Any] = (await download(home, car))["data"]
    return data


def payload_of(car: Car, payload: Json, **fields: object) -> Json:
    """Return a payload about a car of the simulator."""
    payload["data"]["vehicle"]["id"] = car.id
    return {**payload, **fields}


async def deliver_everything(smartcar: WebhookClient, car: Car) -> None:
    """Deliver signals of every status, an account problem, a test, and what is refused."""
    signals = state(
        signal("tractionbattery-stateofcharge", {"value": 58, "unit": "percent"}),
        signal("closure-doors", {"values": [{"row": 0, "column": 1, "isOpen": None}]}),
        signal("closure-sunroof", None, status={"value": "ERROR", "error": NOT_CAPABLE}),
    )
    await smartcar.deliver(payload_of(car, signals))
    await smartcar.deliver(payload_of(car, error(REAUTHENTICATE), eventId="2"))
    await smartcar.deliver(payload_of(car, state(), meta={"mode": "TEST", "version": "4.0"}))
    await smartcar.with_token("another").deliver(signals)
    await smartcar.post(b"{}")


async def test_diagnostics_of_an_entry(
    home: Home, smartcar: WebhookClient, snapshot: SnapshotAssertion
) -> None:
    entry, _ = await home.live()
    smartcar = smartcar.with_token(entry.data["management_token"])
    await deliver_everything(smartcar, home.car())
    await home.runtime(entry).monitor.async_check()
    assert await data_of(home) == snapshot


async def test_diagnostics_of_a_vehicle(
    home: Home, smartcar: WebhookClient, snapshot: SnapshotAssertion
) -> None:
    home.sim.add_car("Second")
    entry, _ = await home.live()
    smartcar = smartcar.with_token(entry.data["management_token"])
    await deliver_everything(smartcar, home.car())
    assert await data_of(home, home.car()) == snapshot


async def test_the_versions_are_in_the_file(home: Home) -> None:
    await home.live()
    downloaded = await download(home)
    assert downloaded["home_assistant"]["version"] == __version__
    assert downloaded["integration_manifest"]["version"]


async def test_a_callback_uri_is_compared_only_once_verified(home: Home) -> None:
    await home.live(verify=False)
    data = await data_of(home)
    assert data["callback"]["same_as_delivering"] is None
    assert data["answered_at"] is None
    assert data["signed_at"] is None


async def test_the_last_error_of_the_api_is_in_the_file(home: Home) -> None:
    entry, _ = await home.live()
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, times=-1)
    await home.runtime(entry).subscriptions.async_reconcile()
    assert "UPSTREAM" in (await data_of(home))["last_api_error"]


async def test_a_refused_car_is_described_with_the_reason(home: Home) -> None:
    home.sim.fail_api(430, path="/webhooks/", times=-1, problem="VEHICLE_LIMIT")
    await home.live(Kind.DYNAMIC)
    (car,) = (await data_of(home))["vehicles"]
    assert car["refused"] == "BILLING:VEHICLE_LIMIT"
    assert car["permissions"] is None


async def test_a_device_of_no_car_has_no_vehicle(home: Home) -> None:
    entry, _ = await home.live()
    home.runtime(entry).coordinator.async_forget(home.car().id)
    assert (await data_of(home, home.car()))["vehicles"] == []


async def test_a_device_has_only_its_own_car(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    assert len((await data_of(home))["vehicles"]) == 2
    assert len((await data_of(home, second))["vehicles"]) == 1
