"""An entry sets up whatever Smartcar's API says, and leaves nothing behind."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta
import logging
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from simulator import Kind, Simulator, Webhook

from .cars import Car
from .conftest import SetUp
from .senders import WEBHOOK_ID, Sender
from .smartcar.payloads import (
    TUTORIAL,
    VEHICLE_ID,
    dynamic,
    entry as data,
    error,
    signal,
    state,
)

CHARGE = "tractionbattery-stateofcharge"
CALLBACK = f"https://home.example/api/webhook/{WEBHOOK_ID}"
GENERATIONS = pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT], ids=["v2", "v3"])


@pytest.fixture(autouse=True)
async def _commands(hass: HomeAssistant) -> None:
    """Have Home Assistant know the commands of its frontend, before anybody connects."""
    for component in ("websocket_api", "config"):
        assert await async_setup_component(hass, component, {})


@pytest.fixture
def minimal(kind: Kind, entry_v2: MockConfigEntry, entry_v3: MockConfigEntry) -> MockConfigEntry:
    return entry_v2 if kind.is_v2 else entry_v3


async def webhook_of(simulator: Simulator, kind: Kind) -> Webhook:
    return await simulator.create_webhook(kind, CALLBACK)


def entry_at(simulator: Simulator, kind: Kind, webhook: Webhook, **more: object) -> MockConfigEntry:
    """Return an entry with credentials that the simulator knows."""
    application = simulator.application(kind)
    common = {
        "webhook_id": WEBHOOK_ID,
        "smartcar_webhook_id": webhook.id,
        "management_token": application.management_token,
    }
    if kind.is_v2:
        tokens = simulator.issue_tokens(application)
        own: dict[str, object] = {
            "api": "v2",
            "token": {"access_token": tokens.access_token, "expires_at": 4_000_000_000.0},
        }
    else:
        own = {
            "api": "v3",
            "client_id": application.m2m_id,
            "client_secret": application.m2m_secret,
        }
    return MockConfigEntry(domain="smartcar_dynamic", title="Cars", data={**common, **own}, **more)


async def settled(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def reauth_flows(hass: HomeAssistant) -> list[str]:
    flows = hass.config_entries.flow.async_progress_by_handler("smartcar_dynamic")
    return [flow["flow_id"] for flow in flows if flow["context"]["source"] == "reauth"]


@GENERATIONS
async def test_an_entry_with_what_it_needs_sets_up_and_receives_though_nobody_is_reached(
    hass: HomeAssistant, set_up: SetUp, minimal: MockConfigEntry, sender: Sender, car: Car
) -> None:
    assert minimal.version == 1
    await set_up(minimal)
    assert minimal.state is ConfigEntryState.LOADED
    await sender.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    assert reauth_flows(hass) == []


@GENERATIONS
async def test_an_entry_sets_up_and_receives_though_the_api_is_broken(
    hass: HomeAssistant,
    set_up: SetUp,
    simulator: Simulator,
    minimal: MockConfigEntry,
    sender: Sender,
    car: Car,
) -> None:
    simulator.fail_api(500, times=1000)
    await set_up(minimal)
    assert simulator.cloud.meter.log
    assert minimal.state is ConfigEntryState.LOADED
    await sender.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    assert reauth_flows(hass) == []


@GENERATIONS
async def test_rejected_credentials_ask_for_new_ones_once_and_deliveries_go_on(
    hass: HomeAssistant,
    set_up: SetUp,
    simulator: Simulator,
    minimal: MockConfigEntry,
    sender: Sender,
    car: Car,
) -> None:
    simulator.reject_credentials()
    await set_up(minimal)
    assert minimal.state is ConfigEntryState.LOADED
    flows = reauth_flows(hass)
    assert len(flows) == 1
    await sender.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    for _ in range(3):
        minimal.runtime_data.subscriptions.async_request()
        await settled(hass)
    assert reauth_flows(hass) == flows
    await hass.config_entries.async_reload(minimal.entry_id)
    await settled(hass)
    assert len(reauth_flows(hass)) == 1


@GENERATIONS
async def test_the_accounts_cars_are_found_and_subscribed(
    hass: HomeAssistant, set_up: SetUp, simulator: Simulator, kind: Kind
) -> None:
    webhook = await webhook_of(simulator, kind)
    entry = await set_up(entry_at(simulator, kind, webhook))
    sim_car = simulator.dynamic_car if kind.is_v2 else simulator.current_car
    device = Car(hass, sim_car.id).device
    assert device is not None
    assert device.config_entry_id == entry.entry_id
    assert [it.connection.car.id for it in simulator.cloud.subscriptions.values()] == [sim_car.id]


@GENERATIONS
async def test_nothing_remains_of_an_entry_that_is_removed(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    simulator: Simulator,
    kind: Kind,
    sender: Sender,
    freezer: FrozenDateTimeFactory,
) -> None:
    webhook = await webhook_of(simulator, kind)
    entry = await set_up(entry_at(simulator, kind, webhook))
    sender = sender.knowing(entry.data["management_token"])
    await sender.deliver(TUTORIAL)
    await settled(hass)
    assert hass.states.async_all(["sensor"])
    client = await hass_ws_client()
    await hass.config_entries.async_remove(entry.entry_id)
    await settled(hass)
    await client.send_json_auto_id({"type": "webhook/list"})
    assert (await client.receive_json())["result"] == []
    await client.close()
    freezer.tick(3600)
    async_fire_time_changed(hass)
    await settled(hass)
    assert simulator.cloud.subscriptions == {}
    assert f"smartcar_dynamic.{entry.entry_id}" not in hass_storage
    assert hass.states.async_all(["sensor", "binary_sensor", "device_tracker"]) == []
    assert not er.async_get(hass).entities.get_entries_for_config_entry_id(entry.entry_id)
    assert not dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert [
        issue_id for domain, issue_id in ir.async_get(hass).issues if domain == "smartcar_dynamic"
    ] == []
    assert (await sender.deliver(TUTORIAL)).status == 200


async def test_who_removes_an_entry_is_told_that_its_cars_could_not_be_unsubscribed(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    sender: Sender,
) -> None:
    await sender.deliver(TUTORIAL)
    await hass.config_entries.async_remove(entry.entry_id)
    await settled(hass)
    issue_ids = [issue_id for _, issue_id in ir.async_get(hass).issues]
    assert issue_ids == [f"not_unsubscribed_{entry.entry_id}"]
    assert f"smartcar_dynamic.{entry.entry_id}" not in hass_storage


async def test_one_car_that_is_not_unsubscribed_keeps_no_other_subscribed(
    hass: HomeAssistant, set_up: SetUp, simulator: Simulator
) -> None:
    webhook = await webhook_of(simulator, Kind.CURRENT)
    for name in ("Second", "Third"):
        simulator.add_car(name, application="current")
    entry = await set_up(entry_at(simulator, Kind.CURRENT, webhook))
    assert len(simulator.cloud.subscriptions) == 3
    first = next(iter(entry.runtime_data.coordinator.vehicles))
    (subscription,) = (
        it for it in simulator.cloud.subscriptions.values() if it.connection.car.id == first
    )
    simulator.fail_api(403, path=subscription.id, times=1000)
    await hass.config_entries.async_remove(entry.entry_id)
    assert [it.connection.car.id for it in simulator.cloud.subscriptions.values()] == [first]
    issue_ids = [issue_id for _, issue_id in ir.async_get(hass).issues]
    assert f"not_unsubscribed_{entry.entry_id}" in issue_ids


async def test_an_entry_that_was_never_verified_is_removed_without_asking_anybody(
    hass: HomeAssistant, set_up: SetUp, simulator: Simulator, entry_v2: MockConfigEntry
) -> None:
    entry = MockConfigEntry(
        domain="smartcar_dynamic", data={**entry_v2.data, "smartcar_webhook_id": None}
    )
    await set_up(entry)
    simulator.cloud.meter.reset()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.cloud.meter.log
    issue_ids = [issue_id for _, issue_id in ir.async_get(hass).issues]
    assert f"not_unsubscribed_{entry.entry_id}" not in issue_ids


async def test_an_entry_that_is_not_loaded_is_removed_all_the_same(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    sender: Sender,
) -> None:
    await sender.deliver(TUTORIAL)
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_remove(entry.entry_id)
    assert f"smartcar_dynamic.{entry.entry_id}" not in hass_storage
    assert (await sender.deliver(TUTORIAL)).status == 200


async def test_an_entry_whose_entities_cannot_be_unloaded_goes_on_receiving(
    hass: HomeAssistant, entry: MockConfigEntry, sender: Sender, car: Car
) -> None:
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    await sender.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    # Home Assistant does not try again: what follows is for the test's own order.
    entry.mock_state(hass, ConfigEntryState.LOADED)


async def test_two_entries_do_not_disturb_each_other(
    hass: HomeAssistant,
    set_up: SetUp,
    entry_v2: MockConfigEntry,
    entry_v3: MockConfigEntry,
    sender: Sender,
    car: Car,
) -> None:
    other = MockConfigEntry(
        domain="smartcar_dynamic",
        data={**entry_v3.data, "webhook_id": "another", "management_token": "another"},
    )
    await set_up(entry_v2)
    await set_up(other)
    await sender.deliver(TUTORIAL)
    to_other = Sender(hass, sender.client, "another", "another")
    battery = data("/battery", {"percentRemaining": 0.05})
    assert (await to_other.deliver(dynamic(battery, vehicleId="another"))).status == 204
    assert Car(hass, "another").value(CHARGE) == "5"
    await hass.config_entries.async_remove(other.entry_id)
    assert car.value(CHARGE) == "58"
    assert (await sender.deliver(TUTORIAL)).status == 204


async def test_a_new_car_appears_with_its_first_delivery(
    hass: HomeAssistant, entry: MockConfigEntry, sender: Sender
) -> None:
    await sender.deliver(TUTORIAL)
    new = Car(hass, "a-new-car-9999")
    assert new.device is None
    await sender.deliver(dynamic(data("/battery", {"percentRemaining": 0.5}), vehicleId=new.id))
    assert new.value(CHARGE) == "50"
    assert new.device is not None
    assert new.device.name == "Vehicle 9999"
    assert new.device.config_entry_id == entry.entry_id


@GENERATIONS
async def test_no_secret_is_in_the_log_of_a_whole_run(
    hass: HomeAssistant,
    set_up: SetUp,
    simulator: Simulator,
    kind: Kind,
    sender: Sender,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "custom_components.smartcar_dynamic")
    await hass.config.async_update(external_url="https://127.0.0.1:9")
    webhook = await webhook_of(simulator, kind)
    entry = await set_up(entry_at(simulator, kind, webhook))
    management_token = entry.data["management_token"]
    sender = sender.knowing(management_token)
    sim_car = simulator.dynamic_car if kind.is_v2 else simulator.current_car
    known = deepcopy(TUTORIAL)
    known["payload"]["vehicles"][0]["vehicleId"] = sim_car.id
    challenge = {"eventType": "VERIFY", "data": {"challenge": "a-challenge"}}
    account = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}
    await sender.deliver(challenge)
    await sender.deliver({**challenge, "data": {"challenge": "{}"}})
    await sender.deliver(known)
    await sender.deliver(TUTORIAL)
    await sender.deliver(
        state(
            signal("vehicleidentification-vin", {"value": "SIM9"}),
            signal("location-preciselocation", {"latitude": "52.40421", "longitude": None}),
            signal("37.4292", {"value": 1}),
        )
    )
    await sender.deliver(error(account, eventId="2"))
    await sender.deliver(dynamic(data(f"/{VEHICLE_ID}", {"x": 37.4292}), requestId="2"))
    await sender.knowing("another").deliver(TUTORIAL)
    await sender.post(b"no json")
    await sender.deliver_bytes(b"[]")
    problems: list[Callable[[], object]] = [
        lambda: simulator.fail_api(500, times=3),
        simulator.rate_limit,
        simulator.exhaust_plan,
        lambda: simulator.fail_api(0, times=3),
        simulator.reject_credentials,
    ]
    for problem in problems:
        problem()
        entry.runtime_data.subscriptions.async_request()
        await settled(hass)
        await entry.runtime_data.monitor.async_check()
        simulator.clear_faults()
    await hass.config_entries.async_reload(entry.entry_id)
    simulator.fail_api(500, times=100)
    await hass.config_entries.async_remove(entry.entry_id)
    application = simulator.application(kind)
    secrets = {
        *(VEHICLE_ID, sim_car.id, sim_car.vin, "SIM9", WEBHOOK_ID, webhook.id, management_token),
        *("127.0.0.1", "37.429", "122.138", "52.404", sender.webhook_id, "a-challenge"),
        *(application.client_secret, application.m2m_secret, application.m2m_id, application.id),
        str(entry.data.get("token", {}).get("access_token") or management_token),
    }
    logged = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if record.name.startswith("custom_components")
    )
    assert "Smartcar" in logged
    assert [secret for secret in secrets if secret and secret in logged] == []


async def _delete(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, car: Car
) -> dict[str, Any]:
    assert car.device is not None
    client = await hass_ws_client(hass)
    answer: dict[str, Any] = await client.remove_device(car.device.id)
    await settled(hass)
    return answer


async def test_a_car_of_the_account_cannot_be_deleted(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entry: MockConfigEntry,
    sender: Sender,
    car: Car,
) -> None:
    await sender.deliver(TUTORIAL)
    assert not (await _delete(hass, hass_ws_client, car))["success"]
    assert car.device is not None
    assert entry.runtime_data.coordinator.vehicles


async def test_a_car_that_is_gone_from_the_account_can_be_deleted_which_unsubscribes_it(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    set_up: SetUp,
    simulator: Simulator,
    sender: Sender,
    freezer: FrozenDateTimeFactory,
) -> None:
    webhook = await webhook_of(simulator, Kind.CURRENT)
    entry = await set_up(entry_at(simulator, Kind.CURRENT, webhook))
    sender = sender.knowing(entry.data["management_token"])
    car = Car(hass, simulator.current_car.id)
    payload = state(signal(CHARGE, {"value": 50}))
    payload["data"]["vehicle"]["id"] = car.id
    await sender.deliver(payload)
    await settled(hass)
    entry.runtime_data.coordinator.async_update_account([])
    simulator.cloud.meter.reset()
    assert (await _delete(hass, hass_ws_client, car))["success"]
    assert car.device is None
    assert car.states == {}
    assert simulator.cloud.subscriptions == {}
    # What was on its way is ignored.
    await sender.deliver({**payload, "eventId": "late"})
    assert car.device is None
    # A vehicle that comes back is a new one, also where it says what it said before.
    freezer.tick(timedelta(minutes=6))
    await sender.deliver({**payload, "eventId": "later"})
    assert car.value(CHARGE) == "50"


async def test_a_device_that_is_no_car_of_ours_can_be_deleted(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, entry: MockConfigEntry, car: Car
) -> None:
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("smartcar_dynamic", VEHICLE_ID)}
    )
    assert (await _delete(hass, hass_ws_client, car))["success"]
    assert car.device is None
