"""Every public capture and example goes through the callback URI and shows what it says."""

from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .cars import PLATFORMS, Car
from .smartcar.payloads import Json, load, shared
from .webhook_client import WebhookClient

DELIVERIES = [
    path
    for pattern in ("v4_webhook_real/*.json", "v4_webhook_docs/*.json", "v2_webhook/*.json")
    for path in shared(pattern)
]
CAPTURES = pytest.mark.parametrize("path", DELIVERIES, ids=[path.stem for path in DELIVERIES])


def payload_of(path: Path) -> Json:
    payload: Json = load(path)
    if "eventType" not in payload and "eventName" not in payload:
        pytest.skip("a signal alone")
    if "<" in str((payload.get("data") or {}).get("challenge")):
        pytest.skip("its challenge is a placeholder, which is not to be signed")
    return payload


def vehicle_of(payload: Json) -> str | None:
    data = payload.get("data") or {}
    found: Any = (data.get("vehicle") or {}).get("id") or payload.get("vehicleId")
    if found is None:
        vehicles = payload.get("payload", {}).get("vehicles", [])
        found = vehicles[0]["vehicleId"] if vehicles else None
    return None if found is None else str(found)


def is_good(signal: Json) -> bool:
    status = signal.get("status")
    value = status.get("value") if isinstance(status, dict) else status
    return value in {None, "SUCCESS"} and bool(signal.get("body"))


def keys_of(hass: HomeAssistant, vehicle_id: str) -> set[str]:
    return {
        entity.unique_id.removeprefix(f"{vehicle_id}_")
        for entity in er.async_get(hass).entities.values()
        if entity.unique_id.startswith(vehicle_id)
    }


@CAPTURES
async def test_a_capture_is_taken_without_a_warning(
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    payload = payload_of(path)
    for _ in range(2):
        assert (await smartcar.deliver(payload)).status in {200, 204}
    assert entry.runtime_data.store.data.status.rejection is None
    assert [
        record
        for record in caplog.records
        if record.name.startswith("custom_components") and record.levelname != "INFO"
    ] == []


@CAPTURES
async def test_each_good_signal_of_a_capture_has_an_entity(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, path: Path
) -> None:
    payload = payload_of(path)
    if (payload.get("mode") or payload.get("meta", {}).get("mode", "")).upper() == "TEST":
        pytest.skip("a test delivery")
    await smartcar.deliver(payload)
    signals = (payload.get("data") or {}).get("signals") or []
    good = {signal["code"] for signal in signals if is_good(signal)}
    keys = keys_of(hass, vehicle_of(payload) or "")
    missing = good - {key.partition(".")[0] for key in keys}
    # A body may be there and say nothing.
    assert {code for code in missing if _says_something(entry, payload, code)} == set()


def _says_something(entry: MockConfigEntry, payload: Json, code: str) -> bool:
    (state,) = entry.runtime_data.coordinator.vehicles.values()
    bodies = [it["body"] for it in payload["data"]["signals"] if it["code"] == code]
    return code not in state.signals or any(_has_value(body) for body in bodies)


def _has_value(body: object) -> bool:
    if isinstance(body, dict):
        return any(_has_value(value) for name, value in body.items() if name != "unit")
    if isinstance(body, list):
        return any(_has_value(value) for value in body)
    return body is not None


@CAPTURES
async def test_every_scalar_of_a_capture_is_a_state(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, path: Path
) -> None:
    payload = payload_of(path)
    vehicle_id = vehicle_of(payload)
    if vehicle_id is None or "data" not in payload:
        pytest.skip("no signals")
    signals = (payload.get("data") or {}).get("signals") or []
    good = {signal["code"]: signal["body"] for signal in signals if is_good(signal)}
    registry = er.async_get(hass)
    for code in good:
        for platform in PLATFORMS:
            registry.async_get_or_create(platform, "smartcar_dynamic", f"{vehicle_id}_{code}")
    await smartcar.deliver(payload)
    assert entry.runtime_data.store.data.status.last_delivery
    shown = {
        entity.unique_id.removeprefix(f"{vehicle_id}_"): state.state
        for entity in registry.entities.values()
        if entity.unique_id.startswith(vehicle_id)
        and (state := hass.states.get(entity.entity_id)) is not None
        and not state.attributes.get("restored")
    }
    if payload.get("meta", {}).get("mode", "").upper() == "TEST":
        assert shown == {}
        return
    compared = 0
    for code, body in good.items():
        value = body.get("value") if isinstance(body, dict) else None
        match value:
            case bool():
                if code.startswith("closure-islocked"):
                    expected = "off" if value else "on"
                else:
                    expected = "on" if value else "off"
                assert shown[code] == expected, code
                compared += 1
            case int() | float() if body.get("unit") in {"percent", "km", "kilometers"}:
                assert float(shown[code]) == pytest.approx(value), code
                compared += 1
            case _:
                assert "Error" not in shown.get(code, "")
    assert compared or len(good) < 4


@pytest.mark.skipif(not DELIVERIES, reason="no captures here")
async def test_the_captured_cars_show_what_their_owners_saw(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    for path in shared("v4_webhook_real/*.json"):
        payload = payload_of(path)
        car = Car(hass, str(vehicle_of(payload)))
        await smartcar.deliver(payload)
        signals = {it["code"]: it for it in payload["data"]["signals"] if is_good(it)}
        for code in {"tractionbattery-stateofcharge", "odometer-traveleddistance"} & set(signals):
            assert float(car.value(code)) == pytest.approx(signals[code]["body"]["value"])
        position = signals.get("location-preciselocation")
        if position is not None:
            shown = car.state("location-preciselocation").attributes
            assert shown["latitude"] == pytest.approx(position["body"]["latitude"])
            assert shown["longitude"] == pytest.approx(position["body"]["longitude"])
        assert car.device is not None
        assert car.device.manufacturer
    assert len(entry.runtime_data.coordinator.vehicles) == len(shared("v4_webhook_real/*.json"))
