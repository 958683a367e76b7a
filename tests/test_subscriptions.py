"""Smartcar's list of subscribed cars is kept equal to ours, and costs what it may."""

from datetime import timedelta
from http import HTTPStatus
import logging

from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Car, Kind, Webhook

from .home import Home

KINDS = [Kind.DYNAMIC, Kind.CURRENT]
V2_SUBSCRIBE = "/webhooks/"
OURS = "custom_components.smartcar_dynamic"


def is_subscribed(home: Home, webhook: Webhook, car: Car) -> bool:
    return home.sim.cloud.subscription(webhook, home.sim.connection(car)) is not None


def cars_of(home: Home, kind: Kind, *more: str) -> list[Car]:
    first = home.sim.dynamic_car if kind.is_v2 else home.sim.current_car
    return [first, *(home.sim.add_car(name, application=kind) for name in more)]


@pytest.mark.parametrize("kind", KINDS)
async def test_every_car_is_subscribed(home: Home, kind: Kind) -> None:
    cars = cars_of(home, kind, "Second", "Third")
    _, webhook = await home.live(kind)
    assert all(is_subscribed(home, webhook, car) for car in cars)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [HTTPStatus.OK, HTTPStatus.CONFLICT])
async def test_a_car_that_is_subscribed_already_is_fine(
    home: Home, kind: Kind, status: HTTPStatus
) -> None:
    (car,) = cars_of(home, kind)
    home.sim.cloud.repeated_subscribe_status = status
    webhook = await home.webhook(kind)
    home.sim.subscribe(webhook, car)
    entry = await home.set_up(home.new_entry(webhook, kind))
    assert home.data(entry).coordinator.vehicles[car.id].subscribed_to == webhook.id
    assert home.data(entry).subscriptions.error is None


async def test_setting_up_costs_three_calls_and_one_per_car(home: Home) -> None:
    cars_of(home, Kind.CURRENT, "Second", "Third")
    webhook = await home.webhook()
    home.sim.cloud.meter.reset()
    await home.set_up(home.new_entry(webhook))
    assert home.sim.cloud.meter.unbilled <= 3 + 3
    assert home.sim.cloud.meter.billed.total() == 0


async def test_only_the_cars_that_are_not_subscribed_yet_cost_a_call(home: Home) -> None:
    first, _, _ = cars_of(home, Kind.CURRENT, "Second", "Third")
    webhook = await home.webhook()
    home.sim.subscribe(webhook, first)
    home.sim.cloud.meter.reset()
    await home.set_up(home.new_entry(webhook))
    assert home.sim.cloud.meter.unbilled <= 3 + 2


async def test_a_restart_with_all_subscribed_costs_three_calls(home: Home) -> None:
    cars_of(home, Kind.CURRENT, "Second")
    entry, _ = await home.live()
    await home.deliver()
    home.sim.cloud.meter.reset()
    await home.restart(entry)
    assert home.sim.cloud.meter.unbilled <= 3
    assert home.sim.cloud.meter.billed.total() == 0


async def test_deliveries_of_known_cars_cost_no_call(home: Home) -> None:
    cars_of(home, Kind.CURRENT, "Second")
    await home.live()
    home.sim.cloud.meter.reset()
    for _ in range(3):
        await home.deliver()
    assert home.sim.cloud.meter.calls.total() == 0


async def test_a_restart_of_a_dynamic_entry_asks_for_the_list_only(home: Home) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    home.sim.cloud.meter.reset()
    await home.restart(entry)
    assert list(home.sim.cloud.meter.calls) == ["GET /api/v2.0/vehicles"]


async def test_an_entry_without_a_webhook_id_finds_it_by_the_callback_uri(home: Home) -> None:
    webhook = await home.webhook()
    await home.webhook(name="Another", callback_uri="https://elsewhere.example/")
    entry = await home.set_up(home.new_entry(None))
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert is_subscribed(home, webhook, home.sim.current_car)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_entry_whose_webhook_nobody_knows_waits_for_the_challenge(
    home: Home, kind: Kind
) -> None:
    entry = await home.set_up(home.new_entry(None, kind))
    webhook = await home.webhook(kind, verify=True)
    await home.settle()
    (car,) = cars_of(home, kind)
    if kind.is_v2:
        # The API does not tell, and an unsigned challenge names nobody whom we would subscribe to.
        assert not is_subscribed(home, webhook, car)
        await home.sim.send_test(webhook)
        await home.settle()
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert is_subscribed(home, webhook, car)


# What fails


@pytest.mark.parametrize("kind", KINDS)
async def test_what_smartcar_cannot_do_now_is_tried_again(home: Home, kind: Kind) -> None:
    (car,) = cars_of(home, kind)
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, times=-1)
    _, webhook = await home.live(kind)
    assert not is_subscribed(home, webhook, car)
    home.sim.clear_faults()
    await home.pass_time(seconds=31)
    assert is_subscribed(home, webhook, car)


async def test_the_pauses_between_attempts_grow(home: Home) -> None:
    home.sim.fail_api(0, times=-1)
    await home.live()
    meter = home.sim.cloud.meter
    meter.reset()
    await home.pass_time(seconds=31)
    await home.pass_time(seconds=31)
    assert meter.calls.total() == 1
    await home.pass_time(seconds=31)
    assert meter.calls.total() == 2


async def test_smartcars_retry_after_is_honoured(home: Home) -> None:
    home.sim.rate_limit(600, times=1)
    _, webhook = await home.live()
    await home.pass_time(seconds=590)
    assert not is_subscribed(home, webhook, home.sim.current_car)
    await home.pass_time(seconds=11)
    assert is_subscribed(home, webhook, home.sim.current_car)


async def test_a_failure_and_its_end_are_logged_once(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, OURS)
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, times=-1)
    await home.live()
    await home.pass_hours(3)
    home.sim.clear_faults()
    await home.pass_hours(1)
    told = [record for record in caplog.records if record.name == f"{OURS}.subscriptions"]
    assert [record.levelname for record in told] == ["INFO", "INFO"]


async def test_a_car_that_is_refused_does_not_keep_others_from_being_subscribed(
    home: Home,
) -> None:
    first, second = cars_of(home, Kind.DYNAMIC, "Second")
    home.sim.fail_api(430, path=f"{first.id}{V2_SUBSCRIBE}", problem="VEHICLE_LIMIT")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert not is_subscribed(home, webhook, first)
    assert is_subscribed(home, webhook, second)


async def test_a_car_that_has_to_wait_does_not_keep_others_from_being_subscribed(
    home: Home,
) -> None:
    first, second = cars_of(home, Kind.DYNAMIC, "Second")
    home.sim.rate_limit(300, path=f"{first.id}{V2_SUBSCRIBE}")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert is_subscribed(home, webhook, second)
    await home.pass_time(seconds=301)
    assert is_subscribed(home, webhook, first)


async def test_smartcar_is_left_alone_when_it_wants_no_more_calls(home: Home) -> None:
    _, second = cars_of(home, Kind.DYNAMIC, "Second")
    home.sim.fail_api(429, path=V2_SUBSCRIBE, problem="RATE_LIMIT.SMARTCAR_API")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert not is_subscribed(home, webhook, second)
    await home.pass_time(seconds=31)
    assert is_subscribed(home, webhook, second)


async def test_attributes_that_cannot_be_read_keep_no_car_from_being_subscribed(
    home: Home,
) -> None:
    (car,) = cars_of(home, Kind.DYNAMIC)
    home.sim.fail_api(HTTPStatus.FORBIDDEN, path=f"/vehicles/{car.id}", problem="PERMISSION")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert is_subscribed(home, webhook, car)


async def test_a_new_vehicle_waits_for_its_name(home: Home) -> None:
    (car,) = cars_of(home, Kind.DYNAMIC)
    path = f"/vehicles/{car.id}"
    home.sim.fail_api(HTTPStatus.INTERNAL_SERVER_ERROR, path=path, problem="SERVER.INTERNAL")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert home.device(car) is None
    await home.pass_time(minutes=1)
    assert is_subscribed(home, webhook, car)
    device = home.device(car)
    assert device is not None
    assert device.name == "Renault Zoe"


async def test_a_reset_connection_costs_no_other_vehicle_its_subscription(home: Home) -> None:
    first, second = cars_of(home, Kind.DYNAMIC, "Second")
    webhook = await home.webhook(Kind.DYNAMIC)
    home.sim.fail_api(0, path=f"/webhooks/{webhook.id}")
    await home.set_up(home.new_entry(webhook, Kind.DYNAMIC))
    assert sum(is_subscribed(home, webhook, car) for car in (first, second)) == 1
    await home.pass_time(minutes=1)
    assert all(is_subscribed(home, webhook, car) for car in (first, second))


async def test_many_unknown_vehicles_cost_one_list(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    home.sim.cloud.meter.reset()
    for number in range(20):
        home.sim.add_car(f"Van {number}", application=Kind.DYNAMIC)
    await home.deliver()
    lists = [call for call in home.sim.cloud.meter.calls if call.endswith("/vehicles")]
    assert len(lists) <= 1


async def test_an_idle_reconfigure_dialog_does_not_keep_a_login_away(home: Home) -> None:
    entry, _ = await home.live()
    await entry.start_reconfigure_flow(home.hass)
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    await home.data(entry).subscriptions.async_reconcile()
    await home.settle()
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


@pytest.mark.parametrize("kind", KINDS)
async def test_rejected_credentials_ask_for_new_ones_once(home: Home, kind: Kind) -> None:
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    await home.live(kind)
    await home.pass_hours(26)
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


@pytest.mark.parametrize("path", ["/vehicles/", "/webhooks/"])
async def test_a_token_that_is_revoked_on_the_way_asks_for_new_credentials(
    home: Home, path: str
) -> None:
    home.sim.fail_api(401, path=path, times=-1, problem="AUTHENTICATION")
    await home.live(Kind.DYNAMIC)
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


async def test_an_api_that_is_down_keeps_nothing_from_arriving(home: Home) -> None:
    home.sim.fail_api(0, times=-1)
    entry, webhook = await home.live()
    home.sim.subscribe(webhook, home.sim.current_car)
    await home.deliver()
    assert home.data(entry).store.data.status.last_delivery


# Cars that come


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_car_appears_and_is_subscribed_within_a_day(home: Home, kind: Kind) -> None:
    _, webhook = await home.live(kind)
    car = home.sim.add_car("Second", application=kind)
    await home.pass_time(days=1, seconds=1)
    assert is_subscribed(home, webhook, car)
    assert home.device(car) is not None


async def test_a_new_car_is_found_by_the_hourly_check_and_subscribed(home: Home) -> None:
    _, webhook = await home.live()
    car = home.sim.add_car("Second")
    await home.pass_hours(1)
    assert is_subscribed(home, webhook, car)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_car_that_delivers_is_there_at_once_and_known(home: Home, kind: Kind) -> None:
    entry, webhook = await home.live(kind)
    car = home.sim.add_car("Second", application=kind)
    home.sim.subscribe(webhook, car)
    await home.deliver(car)
    state = home.data(entry).coordinator.vehicles[car.id]
    assert state.subscribed_to == webhook.id
    assert state.info.make == car.model.make


async def test_a_car_that_smartcar_does_not_list_is_asked_about_once(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    other = home.sim.add_car("Other", application=Kind.DYNAMIC, owner_id="another-owner")
    home.sim.subscribe("Dynamic webhook", other)
    await home.deliver(other)
    home.sim.cloud.meter.reset()
    await home.deliver(other)
    assert home.sim.cloud.meter.calls.total() == 0


# Cars that go


def reload_without(entry: MockConfigEntry, car: Car) -> dict[str, list[str]]:
    return {**entry.options, "excluded_vehicles": [car.id]}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_car_that_is_left_out_is_unsubscribed(home: Home, kind: Kind) -> None:
    first, second = cars_of(home, kind, "Second")
    entry, webhook = await home.live(kind)
    home.hass.config_entries.async_update_entry(entry, options=reload_without(entry, second))
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert is_subscribed(home, webhook, first)
    assert not is_subscribed(home, webhook, second)
    assert home.device(second) is None


async def test_a_car_that_is_left_out_and_not_subscribed_costs_no_call(home: Home) -> None:
    (car,) = cars_of(home, Kind.CURRENT)
    webhook = await home.webhook()
    home.sim.cloud.meter.reset()
    await home.set_up(home.new_entry(webhook, options={"excluded_vehicles": [car.id]}))
    assert home.sim.cloud.meter.unbilled <= 3


async def test_a_car_that_could_not_be_left_out_is_unsubscribed_later(home: Home) -> None:
    (car,) = cars_of(home, Kind.DYNAMIC)
    webhook = await home.webhook(Kind.DYNAMIC)
    home.sim.subscribe(webhook, car)
    home.sim.fail_api(401, path=V2_SUBSCRIBE, problem="AUTHENTICATION")
    options = {"excluded_vehicles": [car.id]}
    await home.set_up(home.new_entry(webhook, Kind.DYNAMIC, options=options))
    assert is_subscribed(home, webhook, car)
    assert home.hass.config_entries.flow.async_progress() == []
    await home.pass_time(days=1, seconds=1)
    assert not is_subscribed(home, webhook, car)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_car_that_left_the_account_can_be_deleted(home: Home, kind: Kind) -> None:
    (car,) = cars_of(home, kind)
    await home.live(kind)
    home.sim.remove_car(car)
    await home.pass_time(days=1, seconds=1)
    assert (await home.remove_device(car))["success"]
    assert home.device(car) is None


async def test_a_car_of_the_account_cannot_be_deleted(home: Home) -> None:
    (car,) = cars_of(home, Kind.CURRENT)
    await home.live()
    assert not (await home.remove_device(car))["success"]


async def test_a_device_of_no_car_can_be_deleted(home: Home) -> None:
    (car,) = cars_of(home, Kind.CURRENT)
    entry, _ = await home.live()
    home.data(entry).coordinator.async_forget(car.id)
    assert (await home.remove_device(car))["success"]


async def gone_but_subscribed(home: Home) -> tuple[Car, Webhook]:
    """Return a car that is not listed any more while its subscription stands."""
    (car,) = cars_of(home, Kind.DYNAMIC)
    entry, webhook = await home.live(Kind.DYNAMIC)
    home.data(entry).coordinator.vehicles[car.id].listed = False
    return car, webhook


async def test_deleting_a_car_unsubscribes_it(home: Home) -> None:
    car, webhook = await gone_but_subscribed(home)
    assert (await home.remove_device(car))["success"]
    assert not is_subscribed(home, webhook, car)


async def test_a_deleted_car_that_could_not_be_unsubscribed_is_told(home: Home) -> None:
    car, _ = await gone_but_subscribed(home)
    home.sim.fail_api(0, times=-1)
    assert (await home.remove_device(car))["success"]
    issue = await home.issue("vehicle_not_unsubscribed")
    assert issue["translation_placeholders"]["vehicle"] == "Renault Zoe"
    assert (await home.fix("vehicle_not_unsubscribed"))["type"] == "create_entry"


async def test_deleting_a_car_of_an_entry_that_knows_no_webhook_asks_nobody(home: Home) -> None:
    (car,) = cars_of(home, Kind.DYNAMIC)
    entry = await home.set_up(home.new_entry(None, Kind.DYNAMIC))
    home.data(entry).coordinator.vehicles[car.id].listed = False
    home.sim.cloud.meter.reset()
    assert (await home.remove_device(car))["success"]
    assert home.sim.cloud.meter.calls.total() == 0


# Removing the entry


async def remove(home: Home) -> None:
    await home.hass.config_entries.async_remove(home.entries[0].entry_id)
    await home.settle()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_success_that_is_not_smartcars_subscribes_no_car(home: Home, kind: Kind) -> None:
    (car,) = cars_of(home, kind)
    webhook = await home.webhook(kind)
    path, times = (V2_SUBSCRIBE, 1) if kind.is_v2 else ("/subscriptions", 2)
    home.sim.fail_api(HTTPStatus.OK, path=path, times=times)
    await home.set_up(home.new_entry(webhook, kind))
    assert not is_subscribed(home, webhook, car)
    await home.pass_hours(26)
    assert is_subscribed(home, webhook, car)


@pytest.mark.parametrize("kind", KINDS)
async def test_removing_the_entry_unsubscribes_all(home: Home, kind: Kind) -> None:
    cars = cars_of(home, kind, "Second", "Third")
    _, webhook = await home.live(kind)
    await remove(home)
    assert not any(is_subscribed(home, webhook, car) for car in cars)
    assert await home.raised() == set()


@pytest.mark.parametrize("kind", KINDS)
async def test_removing_the_entry_unsubscribes_all_with_old_tokens(home: Home, kind: Kind) -> None:
    (car,) = cars_of(home, kind)
    _, webhook = await home.live(kind)
    home.time.tick(timedelta(days=90))
    home.sim.expire_tokens()
    await remove(home)
    assert not is_subscribed(home, webhook, car)


async def test_removing_a_dynamic_entry_needs_no_token_of_the_owner(home: Home) -> None:
    (car,) = cars_of(home, Kind.DYNAMIC)
    _, webhook = await home.live(Kind.DYNAMIC)
    home.sim.revoke_tokens(home.sim.application(Kind.DYNAMIC))
    home.sim.reject_credentials()
    await remove(home)
    assert not is_subscribed(home, webhook, car)


async def test_removing_the_entry_unsubscribes_also_what_was_left_out_in_vain(
    home: Home,
) -> None:
    (car,) = cars_of(home, Kind.DYNAMIC)
    webhook = await home.webhook(Kind.DYNAMIC)
    home.sim.subscribe(webhook, car)
    home.sim.fail_api(0)
    options = {"excluded_vehicles": [car.id]}
    await home.set_up(home.new_entry(webhook, Kind.DYNAMIC, options=options))
    await remove(home)
    assert not is_subscribed(home, webhook, car)


async def test_a_removal_that_smartcar_does_not_hear_of_is_told(home: Home) -> None:
    await home.live()
    home.sim.fail_api(0, times=-1)
    await remove(home)
    issue = await home.issue("not_unsubscribed")
    assert issue["translation_placeholders"]["entry"] == "Our cars"
    assert (await home.fix("not_unsubscribed"))["type"] == "create_entry"
    assert await home.raised() == set()


async def test_a_car_that_cannot_be_unsubscribed_keeps_no_other_subscribed(home: Home) -> None:
    first, second = cars_of(home, Kind.DYNAMIC, "Second")
    _, webhook = await home.live(Kind.DYNAMIC)
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path=f"{first.id}{V2_SUBSCRIBE}", times=-1)
    await remove(home)
    assert not is_subscribed(home, webhook, second)
    assert await home.raised() == {"not_unsubscribed"}


async def test_removing_an_entry_that_knows_no_webhook_asks_nobody(home: Home) -> None:
    await home.set_up(home.new_entry(None, Kind.DYNAMIC))
    home.sim.cloud.meter.reset()
    await remove(home)
    assert home.sim.cloud.meter.calls.total() == 0


async def test_no_device_is_left_of_a_removed_entry(home: Home) -> None:
    await home.live()
    await remove(home)
    entry_id = home.entries[0].entry_id
    assert dr.async_entries_for_config_entry(dr.async_get(home.hass), entry_id) == []
