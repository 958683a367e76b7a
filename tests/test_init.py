"""An entry's life: it sets up whatever Smartcar says, and leaves nothing behind."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.util import plain_text
from simulator import Car as SimulatedCar, Kind, Webhook

from .cars import Car
from .conftest import SetUp
from .entries import DOMAIN, new_entry
from .home import Home
from .smartcar.payloads import TUTORIAL, VEHICLE_ID, dynamic, endpoint, signal, state
from .webhook_client import WebhookClient

CHARGE = "tractionbattery-stateofcharge"
KINDS = [Kind.DYNAMIC, Kind.CURRENT]
APIS = pytest.mark.parametrize("api", ["v2", "v3"])


def sources_of_flows(hass: HomeAssistant) -> list[str]:
    return [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()]


# Setting up


@APIS
async def test_an_entry_receives_though_nobody_is_reached(
    hass: HomeAssistant, set_up: SetUp, api: str, smartcar: WebhookClient, car: Car
) -> None:
    entry = await set_up(new_entry(api))
    assert entry.state is ConfigEntryState.LOADED
    await smartcar.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    assert sources_of_flows(hass) == []


@APIS
async def test_an_entry_receives_though_the_api_is_broken(
    home: Home, api: str, smartcar: WebhookClient, car: Car
) -> None:
    home.sim.fail_api(HTTPStatus.INTERNAL_SERVER_ERROR, times=-1)
    entry = await home.set_up(new_entry(api))
    assert home.sim.cloud.meter.log
    assert entry.state is ConfigEntryState.LOADED
    await smartcar.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    assert sources_of_flows(home.hass) == []


@APIS
async def test_an_entry_receives_though_its_credentials_are_rejected(
    home: Home, api: str, smartcar: WebhookClient, car: Car
) -> None:
    home.sim.reject_credentials()
    entry = await home.set_up(new_entry(api))
    assert entry.state is ConfigEntryState.LOADED
    await smartcar.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"


@APIS
async def test_rejected_credentials_ask_for_new_ones_once(home: Home, api: str) -> None:
    home.sim.reject_credentials()
    entry = await home.set_up(new_entry(api))
    for _ in range(3):
        home.runtime(entry).subscriptions.async_request()
        await home.settle()
    await home.reload(entry)
    assert sources_of_flows(home.hass) == ["reauth"]


@pytest.mark.parametrize("kind", KINDS)
async def test_the_accounts_cars_are_found(home: Home, kind: Kind) -> None:
    entry, _ = await home.live(kind)
    device = home.device(home.car(kind))
    assert device is not None
    assert device.config_entry_id == entry.entry_id


async def test_two_entries_do_not_disturb_each_other(
    hass: HomeAssistant,
    set_up: SetUp,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
) -> None:
    other = await set_up(new_entry("v3", webhook_id="another", management_token="another"))
    await smartcar.deliver(TUTORIAL)
    to_other = WebhookClient(hass, smartcar.client, "another", "another")
    battery = endpoint("/battery", {"percentRemaining": 0.05})
    assert (await to_other.deliver(dynamic(battery, vehicleId="another"))).status == 204
    assert Car(hass, "another").value(CHARGE) == "5"
    await hass.config_entries.async_remove(other.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert car.value(CHARGE) == "58"
    assert (await smartcar.deliver(TUTORIAL)).status == 204


async def test_a_new_car_appears_with_its_first_delivery(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    await smartcar.deliver(TUTORIAL)
    new = Car(hass, "a-new-car-9999")
    assert new.device is None
    await smartcar.deliver(
        dynamic(endpoint("/battery", {"percentRemaining": 0.5}), vehicleId=new.id)
    )
    assert new.value(CHARGE) == "50"
    assert new.device is not None
    assert new.device.name == "Vehicle 9999"
    assert new.device.config_entry_id == entry.entry_id


# Unloading


async def test_an_entry_that_cannot_be_unloaded_goes_on_receiving(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    with patch.object(hass.config_entries, "async_unload_platforms", return_value=False):
        assert not await hass.config_entries.async_unload(entry.entry_id)
    await smartcar.deliver(TUTORIAL)
    assert car.value(CHARGE) == "58"
    # Home Assistant does not try again: what follows is for the test's own order.
    entry.mock_state(hass, ConfigEntryState.LOADED)


# Removing the entry


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_remains_of_an_entry_that_is_removed(
    home: Home, hass_storage: dict[str, Any], kind: Kind
) -> None:
    entry = await home.delivering(kind)
    assert home.hass.states.async_all("sensor")
    await home.remove(entry)
    await home.pass_time(hours=1)
    assert home.webhook_ids() == set()
    assert home.sim.cloud.subscriptions == {}
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
    assert home.hass.states.async_all(["sensor", "binary_sensor", "device_tracker"]) == []
    assert er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id) == []
    assert dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id) == []
    assert await home.raised() == set()


async def test_a_removed_entry_answers_as_an_unknown_webhook_does(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    await hass.config_entries.async_remove(entry.entry_id)
    assert (await smartcar.deliver(TUTORIAL)).status == 200


async def test_an_entry_that_is_not_loaded_is_removed(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    entry = await home.delivering()
    await home.unload(entry)
    await home.remove(entry)
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
    assert home.webhook_ids() == set()


@pytest.mark.parametrize("kind", KINDS)
async def test_removing_the_entry_unsubscribes_all(home: Home, kind: Kind) -> None:
    cars = home.cars(kind, "Second", "Third")
    entry, webhook = await home.live(kind)
    await home.remove(entry)
    assert not any(home.is_subscribed(webhook, car) for car in cars)
    assert await home.raised() == set()


@pytest.mark.parametrize("kind", KINDS)
async def test_removing_the_entry_unsubscribes_all_with_old_tokens(home: Home, kind: Kind) -> None:
    car = home.car(kind)
    entry, webhook = await home.live(kind)
    home.time.tick(timedelta(days=90))
    home.sim.expire_tokens()
    await home.remove(entry)
    assert not home.is_subscribed(webhook, car)


async def test_removing_a_dynamic_entry_needs_no_token_of_the_owner(home: Home) -> None:
    car = home.car(Kind.DYNAMIC)
    entry, webhook = await home.live(Kind.DYNAMIC)
    home.sim.revoke_tokens(home.sim.application(Kind.DYNAMIC))
    home.sim.reject_credentials()
    await home.remove(entry)
    assert not home.is_subscribed(webhook, car)


async def test_removing_the_entry_unsubscribes_excluded_cars_too(
    home: Home,
) -> None:
    car = home.car(Kind.DYNAMIC)
    webhook = await home.webhook(Kind.DYNAMIC)
    home.sim.subscribe(webhook, car)
    home.sim.fail_api(0)
    options = {"excluded_vehicles": [car.id]}
    entry = await home.set_up(home.new_entry(webhook, Kind.DYNAMIC, options=options))
    await home.remove(entry)
    assert not home.is_subscribed(webhook, car)


async def test_a_removal_that_smartcar_misses_is_reported(home: Home) -> None:
    entry, _ = await home.live()
    home.hass.config_entries.async_update_entry(entry, title="Our <b>cars</b>")
    home.sim.fail_api(0, times=-1)
    await home.remove(entry)
    issue = await home.issue("not_unsubscribed")
    assert issue["translation_placeholders"]["entry"] == plain_text("Our <b>cars</b>")
    assert (await home.fix("not_unsubscribed"))["type"] == "create_entry"
    assert await home.raised() == set()


@pytest.mark.parametrize("status", [HTTPStatus.FORBIDDEN, 0], ids=["refused", "reset"])
@pytest.mark.parametrize("kind", KINDS)
async def test_one_car_that_stays_subscribed_keeps_no_other(
    home: Home, kind: Kind, status: int
) -> None:
    first, *others = home.cars(kind, "Second", "Third")
    entry, webhook = await home.live(kind)
    subscription = home.sim.cloud.subscription(webhook, home.sim.connection(first))
    assert subscription is not None
    path = f"{first.id}/webhooks/" if kind.is_v2 else subscription.id
    home.sim.fail_api(status, path=path, times=-1)
    await home.remove(entry)
    assert [home.is_subscribed(webhook, car) for car in (first, *others)] == [True, False, False]
    assert await home.raised() == {"not_unsubscribed"}


async def test_removing_an_entry_that_knows_no_webhook_asks_nobody(home: Home) -> None:
    entry = await home.set_up(home.new_entry(None, Kind.DYNAMIC))
    home.sim.cloud.meter.reset()
    await home.remove(entry)
    assert home.sim.cloud.meter.calls.total() == 0
    assert await home.raised() == set()


# Deleting a vehicle


@pytest.mark.parametrize("kind", KINDS)
async def test_a_car_that_left_the_account_can_be_deleted(home: Home, kind: Kind) -> None:
    car = home.car(kind)
    await home.live(kind)
    home.sim.remove_car(car)
    await home.pass_time(days=1, seconds=1)
    assert (await home.remove_device(car))["success"]
    assert home.device(car) is None


async def test_a_car_of_the_account_cannot_be_deleted(home: Home) -> None:
    car = home.car()
    await home.live()
    assert not (await home.remove_device(car))["success"]


async def test_a_device_of_no_known_car_can_be_deleted(home: Home) -> None:
    car = home.car()
    entry, _ = await home.live()
    home.runtime(entry).coordinator.async_forget(car.id)
    assert (await home.remove_device(car))["success"]
    assert home.device(car) is None


async def gone_but_subscribed(
    home: Home, kind: Kind = Kind.DYNAMIC
) -> tuple[SimulatedCar, Webhook]:
    """Return a car that is not listed any more while its subscription stands."""
    car = home.car(kind)
    entry, webhook = await home.live(kind)
    home.runtime(entry).coordinator.vehicles[car.id].listed = False
    return car, webhook


async def test_removing_does_not_wait_for_ever(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = await home.delivering()
    monkeypatch.setattr("custom_components.smartcar_dynamic._REMOVAL_TIMEOUT", 0)
    await home.remove(entry)
    assert await home.raised() == {"not_unsubscribed"}


@pytest.mark.parametrize("kind", KINDS)
async def test_deleting_a_car_unsubscribes_it(home: Home, kind: Kind) -> None:
    car, webhook = await gone_but_subscribed(home, kind)
    assert (await home.remove_device(car))["success"]
    assert not home.is_subscribed(webhook, car)


async def test_nothing_remains_of_a_deleted_car(home: Home) -> None:
    car, _ = await gone_but_subscribed(home)
    await home.deliver()
    home.runtime(home.entries[0]).coordinator.vehicles[car.id].listed = False
    assert (await home.remove_device(car))["success"]
    assert home.device(car) is None
    assert Car(home.hass, car.id).states == {}


async def test_a_deleted_car_that_comes_back_is_a_new_one(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    freezer: FrozenDateTimeFactory,
) -> None:
    payload = state(signal(CHARGE, {"value": 50}))
    await smartcar.deliver(payload)
    await entry.runtime_data.async_forget(VEHICLE_ID)
    dr.async_get(hass).async_remove_device(car.device.id if car.device else "")
    assert car.device is None
    # What was on its way is ignored.
    await smartcar.deliver({**payload, "eventId": "late"})
    assert car.device is None
    # Also where it says what it said before.
    freezer.tick(timedelta(minutes=6))
    await smartcar.deliver({**payload, "eventId": "later"})
    assert car.value(CHARGE) == "50"


async def test_a_deleted_car_that_stays_subscribed_is_reported(home: Home) -> None:
    car, _ = await gone_but_subscribed(home)
    home.sim.fail_api(0, times=-1)
    assert (await home.remove_device(car))["success"]
    issue = await home.issue("vehicle_not_unsubscribed")
    assert issue["translation_placeholders"]["vehicle"] == "Renault Zoe"
    assert (await home.fix("vehicle_not_unsubscribed"))["type"] == "create_entry"


async def test_deleting_a_car_without_a_webhook_asks_nobody(home: Home) -> None:
    car = home.car(Kind.DYNAMIC)
    entry = await home.set_up(home.new_entry(None, Kind.DYNAMIC))
    home.runtime(entry).coordinator.vehicles[car.id].listed = False
    home.sim.cloud.meter.reset()
    assert (await home.remove_device(car))["success"]
    assert home.sim.cloud.meter.calls.total() == 0
