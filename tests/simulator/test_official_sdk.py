"""Smartcar's own Python SDK gets from the simulator what it gets from Smartcar."""

from asyncio import to_thread

import pytest
from smartcar import AuthClient, SmartcarException, Vehicle, config, smartcar as sdk

from simulator import Simulator, Webhook

from .conftest import Receiver


@pytest.fixture(autouse=True)
def origins(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "API_ORIGIN", f"{sim.url}/api")
    monkeypatch.setattr(config, "AUTH_ORIGIN", f"{sim.url}/auth/oauth/token")
    monkeypatch.setattr(config, "MANAGEMENT_API_ORIGIN", f"{sim.url}/management")
    monkeypatch.setattr(config, "VEHICLE_API_ORIGIN", f"{sim.url}/vehicle")


@pytest.fixture
def access_token(sim: Simulator) -> str:
    return sim.issue_tokens("dynamic").access_token


@pytest.fixture
def vehicle(sim: Simulator, access_token: str) -> Vehicle:
    return Vehicle(sim.dynamic_car.id, access_token)


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
async def test_a_refresh_token_is_exchanged(sim: Simulator) -> None:
    application = sim.application("dynamic")
    client = AuthClient(application.id, application.client_secret, "https://home.example/")
    before = sim.issue_tokens("dynamic").refresh_token
    access = await to_thread(client.exchange_refresh_token, before)
    assert access.refresh_token != before
    assert (await to_thread(sdk.get_user, access.access_token)).id


async def test_the_owner_and_the_vehicles_are_found(sim: Simulator, access_token: str) -> None:
    user = await to_thread(sdk.get_user, access_token)
    vehicles = await to_thread(sdk.get_vehicles, access_token)
    assert user.id == sim.connection(sim.dynamic_car).owner_id
    assert vehicles.vehicles == [sim.dynamic_car.id]


async def test_attributes_are_read_with_a_trailing_slash(vehicle: Vehicle) -> None:
    attributes = await to_thread(vehicle.attributes)
    assert (attributes.make, attributes.model) == ("RENAULT", "Zoe")


async def test_vin_and_permissions_are_read(sim: Simulator, vehicle: Vehicle) -> None:
    assert (await to_thread(vehicle.vin)).vin == sim.dynamic_car.vin
    permissions = await to_thread(vehicle.permissions)
    assert "read_battery" in permissions.permissions


async def test_a_read_is_metric_by_default(sim: Simulator, vehicle: Vehicle) -> None:
    battery = await to_thread(vehicle.battery)
    assert battery.range == pytest.approx(sim.dynamic_car.range, abs=0.01)
    assert battery.meta.unit_system == "metric"


async def test_a_read_can_be_imperial(sim: Simulator, access_token: str) -> None:
    vehicle = Vehicle(sim.dynamic_car.id, access_token, {"unit_system": "imperial"})
    battery = await to_thread(vehicle.battery)
    assert battery.range == pytest.approx(sim.dynamic_car.range / 1.609344, abs=0.01)
    assert battery.percent_remaining == 0.62
    assert battery.meta.unit_system == "imperial"


async def test_a_batch_has_values_and_errors(sim: Simulator, vehicle: Vehicle) -> None:
    batch = await to_thread(vehicle.batch, ["/battery", "/charge", "/odometer", "/"])
    assert batch.battery().percent_remaining == 0.62
    assert batch.charge().is_plugged_in is False
    assert batch.attributes().id == sim.dynamic_car.id
    with pytest.raises(SmartcarException, match="COMPATIBILITY:VEHICLE_NOT_CAPABLE"):
        batch.odometer()


async def test_a_webhook_is_subscribed_and_unsubscribed(
    sim: Simulator, vehicle: Vehicle, dynamic: Webhook
) -> None:
    sim.unsubscribe(dynamic, sim.dynamic_car)
    subscribed = await to_thread(vehicle.subscribe, dynamic.id)
    assert subscribed.webhook_id == dynamic.id
    assert sim.cloud.subscriptions
    token = sim.application("dynamic").management_token
    await to_thread(vehicle.unsubscribe, token, dynamic.id)
    assert not sim.cloud.subscriptions


@pytest.mark.usefixtures("dynamic")
async def test_a_delivery_has_a_valid_signature(sim: Simulator, receiver: Receiver) -> None:
    await sim.deliver()
    (received,) = receiver.received
    signature = received.headers["SC-Signature"]
    token = sim.application("dynamic").management_token
    assert sdk.verify_payload(token, signature, received.raw.decode())


async def test_connections_are_listed_with_the_management_token(sim: Simulator) -> None:
    token = sim.application("dynamic").management_token
    listed = await to_thread(sdk.get_connections, token)
    assert [it.vehicle_id for it in listed.connections] == [sim.dynamic_car.id]


async def test_an_error_has_type_code_and_resolution(sim: Simulator, vehicle: Vehicle) -> None:
    sim.revoke(sim.dynamic_car)
    with pytest.raises(SmartcarException) as raised:
        await to_thread(vehicle.charge)
    assert raised.value.code == "AUTHENTICATION_FAILED"
    assert raised.value.resolution["type"] == "REAUTHENTICATE"


async def test_a_rate_limit_says_when_to_retry(sim: Simulator, vehicle: Vehicle) -> None:
    sim.rate_limit(120)
    with pytest.raises(SmartcarException) as raised:
        await to_thread(vehicle.charge)
    assert raised.value.retry_after == "120"


async def test_a_vehicle_of_api_v3_is_read(sim: Simulator) -> None:
    token = sim.cloud.tokens.issue_application(sim.application("current").id)
    vehicle = await to_thread(sdk.get_vehicle, token, sim.current_car.id)
    assert vehicle["body"]["data"]["attributes"]["make"] == "HYUNDAI"
