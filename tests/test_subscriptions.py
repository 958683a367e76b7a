"""Smartcar's list of subscribed cars is kept equal to ours, and costs what it may."""

from http import HTTPStatus
import logging

import pytest

from simulator import Kind

from .home import Home

KINDS = [Kind.DYNAMIC, Kind.CURRENT]
V2_SUBSCRIBE = "/webhooks/"
OURS = "custom_components.smartcar_dynamic"


@pytest.mark.parametrize("kind", KINDS)
async def test_every_car_is_subscribed(home: Home, kind: Kind) -> None:
    cars = home.cars(kind, "Second", "Third")
    _, webhook = await home.live(kind)
    assert all(home.is_subscribed(webhook, car) for car in cars)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [HTTPStatus.OK, HTTPStatus.CONFLICT])
async def test_a_car_that_is_subscribed_already_is_fine(
    home: Home, kind: Kind, status: HTTPStatus
) -> None:
    car = home.car(kind)
    home.sim.cloud.repeated_subscribe_status = status
    webhook = await home.webhook(kind)
    home.sim.subscribe(webhook, car)
    entry = await home.set_up(home.new_entry(webhook, kind))
    assert home.runtime(entry).coordinator.vehicles[car.id].subscribed_to == webhook.id
    assert home.runtime(entry).subscriptions.error is None


async def test_setting_up_costs_three_calls_and_one_per_car(home: Home) -> None:
    home.cars(Kind.CURRENT, "Second", "Third")
    webhook = await home.webhook()
    home.sim.cloud.meter.reset()
    await home.set_up(home.new_entry(webhook))
    assert home.sim.cloud.meter.unbilled <= 3 + 3
    assert home.sim.cloud.meter.billed.total() == 0


async def test_only_cars_without_a_subscription_cost_a_call(home: Home) -> None:
    first, _, _ = home.cars(Kind.CURRENT, "Second", "Third")
    webhook = await home.webhook()
    home.sim.subscribe(webhook, first)
    home.sim.cloud.meter.reset()
    await home.set_up(home.new_entry(webhook))
    assert home.sim.cloud.meter.unbilled <= 3 + 2


async def test_a_restart_with_all_subscribed_costs_three_calls(home: Home) -> None:
    home.cars(Kind.CURRENT, "Second")
    entry = await home.delivering()
    home.sim.cloud.meter.reset()
    await home.restart(entry)
    assert home.sim.cloud.meter.unbilled <= 3
    assert home.sim.cloud.meter.billed.total() == 0


async def test_deliveries_of_known_cars_cost_no_call(home: Home) -> None:
    home.cars(Kind.CURRENT, "Second")
    await home.live()
    home.sim.cloud.meter.reset()
    for _ in range(3):
        await home.deliver()
    assert home.sim.cloud.meter.calls.total() == 0


async def test_a_restart_of_api_v2_only_lists_the_vehicles(home: Home) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    home.sim.cloud.meter.reset()
    await home.restart(entry)
    assert list(home.sim.cloud.meter.calls) == ["GET /api/v2.0/vehicles"]


async def test_the_callback_uri_identifies_an_unknown_webhook(home: Home) -> None:
    webhook = await home.webhook()
    await home.webhook(name="Another", callback_uri="https://elsewhere.example/")
    entry = await home.set_up(home.new_entry(None))
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert home.is_subscribed(webhook, home.car())


@pytest.mark.parametrize("kind", KINDS)
async def test_an_entry_whose_webhook_nobody_knows_waits_for_the_challenge(
    home: Home, kind: Kind
) -> None:
    entry = await home.set_up(home.new_entry(None, kind))
    webhook = await home.webhook(kind, verify=True)
    await home.settle()
    car = home.car(kind)
    if kind.is_v2:
        # The API does not tell, and an unsigned challenge names nobody whom we would subscribe to.
        assert not home.is_subscribed(webhook, car)
        await home.sim.send_test(webhook)
        await home.settle()
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert home.is_subscribed(webhook, car)


# What fails


@pytest.mark.parametrize("kind", KINDS)
async def test_what_smartcar_cannot_do_now_is_tried_again(home: Home, kind: Kind) -> None:
    car = home.car(kind)
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, times=-1)
    _, webhook = await home.live(kind)
    assert not home.is_subscribed(webhook, car)
    home.sim.clear_faults()
    await home.pass_time(seconds=31)
    assert home.is_subscribed(webhook, car)


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
    assert not home.is_subscribed(webhook, home.car())
    await home.pass_time(seconds=11)
    assert home.is_subscribed(webhook, home.car())


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


async def test_a_refused_subscription_does_not_stop_the_others(
    home: Home,
) -> None:
    first, second = home.cars(Kind.DYNAMIC, "Second")
    home.sim.fail_api(430, path=f"{first.id}{V2_SUBSCRIBE}", problem="VEHICLE_LIMIT")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert not home.is_subscribed(webhook, first)
    assert home.is_subscribed(webhook, second)


async def test_a_delayed_subscription_does_not_stop_the_others(
    home: Home,
) -> None:
    first, second = home.cars(Kind.DYNAMIC, "Second")
    home.sim.rate_limit(300, path=f"{first.id}{V2_SUBSCRIBE}")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert home.is_subscribed(webhook, second)
    await home.pass_time(seconds=301)
    assert home.is_subscribed(webhook, first)


async def test_smartcar_is_left_alone_when_it_wants_no_more_calls(home: Home) -> None:
    _, second = home.cars(Kind.DYNAMIC, "Second")
    home.sim.fail_api(429, path=V2_SUBSCRIBE, problem="RATE_LIMIT.SMARTCAR_API")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert not home.is_subscribed(webhook, second)
    await home.pass_time(seconds=31)
    assert home.is_subscribed(webhook, second)


async def test_a_car_without_attributes_is_subscribed(
    home: Home,
) -> None:
    car = home.car(Kind.DYNAMIC)
    home.sim.fail_api(HTTPStatus.FORBIDDEN, path=f"/vehicles/{car.id}", problem="PERMISSION")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert home.is_subscribed(webhook, car)


async def test_a_car_whose_attributes_are_refused_is_subscribed(home: Home) -> None:
    car = home.car(Kind.DYNAMIC)
    path = f"/vehicles/{car.id}"
    home.sim.fail_api(430, path=path, problem="BILLING.INVALID_PLAN")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert home.is_subscribed(webhook, car)


async def test_a_new_vehicle_waits_for_its_name(home: Home) -> None:
    car = home.car(Kind.DYNAMIC)
    path = f"/vehicles/{car.id}"
    home.sim.fail_api(HTTPStatus.INTERNAL_SERVER_ERROR, path=path, problem="SERVER.INTERNAL")
    _, webhook = await home.live(Kind.DYNAMIC)
    assert home.device(car) is None
    await home.pass_time(minutes=1)
    assert home.is_subscribed(webhook, car)
    device = home.device(car)
    assert device is not None
    assert device.name == "Renault Zoe"


async def test_a_reset_connection_does_not_stop_the_others(home: Home) -> None:
    cars = home.cars(Kind.DYNAMIC, "Second")
    webhook = await home.webhook(Kind.DYNAMIC)
    home.sim.fail_api(0, path=f"/webhooks/{webhook.id}")
    await home.set_up(home.new_entry(webhook, Kind.DYNAMIC))
    assert sum(home.is_subscribed(webhook, car) for car in cars) == 1
    await home.pass_time(minutes=1)
    assert all(home.is_subscribed(webhook, car) for car in cars)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_that_is_not_smartcars_subscribes_no_car(home: Home, kind: Kind) -> None:
    car = home.car(kind)
    webhook = await home.webhook(kind)
    path, times = ("/webhooks/", 1) if kind.is_v2 else ("/subscriptions", 2)
    home.sim.fail_api(HTTPStatus.OK, path=path, times=times)
    await home.set_up(home.new_entry(webhook, kind))
    assert not home.is_subscribed(webhook, car)
    await home.pass_hours(26)
    assert home.is_subscribed(webhook, car)


async def test_many_unknown_vehicles_cost_one_list(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    home.sim.cloud.meter.reset()
    for number in range(20):
        home.sim.add_car(f"Van {number}", application=Kind.DYNAMIC)
    await home.deliver()
    lists = [call for call in home.sim.cloud.meter.calls if call.endswith("/vehicles")]
    assert len(lists) <= 1


async def test_a_login_waits_for_a_dialog_in_use(home: Home) -> None:
    entry, _ = await home.live()
    dialog = await home.reconfigure(entry, "management_token")
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    await home.runtime(entry).subscriptions.async_reconcile()
    await home.settle()
    await dialog.close()
    assert home.hass.config_entries.flow.async_progress() == []
    await home.pass_hours(1)
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


async def test_an_abandoned_dialog_prevents_a_login_for_an_hour_only(home: Home) -> None:
    entry, _ = await home.live()
    await home.reconfigure(entry, "management_token")
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    await home.runtime(entry).subscriptions.async_reconcile()
    await home.pass_hours(1)
    flows = home.hass.config_entries.flow.async_progress()
    assert [flow["context"]["source"] for flow in flows] == ["reauth"]


async def test_an_idle_reconfigure_dialog_does_not_prevent_a_login(home: Home) -> None:
    entry, _ = await home.live()
    await entry.start_reconfigure_flow(home.hass)
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    await home.runtime(entry).subscriptions.async_reconcile()
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
async def test_a_token_revoked_meanwhile_asks_for_new_credentials(home: Home, path: str) -> None:
    home.sim.fail_api(401, path=path, times=-1, problem="AUTHENTICATION")
    await home.live(Kind.DYNAMIC)
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


async def test_an_api_that_is_down_keeps_nothing_from_arriving(home: Home) -> None:
    home.sim.fail_api(0, times=-1)
    entry, webhook = await home.live()
    home.sim.subscribe(webhook, home.car())
    await home.deliver()
    assert home.runtime(entry).store.data.status.last_delivery


# Cars that come


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_car_appears_and_is_subscribed_within_a_day(home: Home, kind: Kind) -> None:
    _, webhook = await home.live(kind)
    car = home.sim.add_car("Second", application=kind)
    await home.pass_time(days=1, seconds=1)
    assert home.is_subscribed(webhook, car)
    assert home.device(car) is not None


async def test_the_hourly_check_subscribes_a_new_car(home: Home) -> None:
    _, webhook = await home.live()
    car = home.sim.add_car("Second")
    await home.pass_hours(1)
    assert home.is_subscribed(webhook, car)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_new_car_that_delivers_is_known_at_once(home: Home, kind: Kind) -> None:
    entry, webhook = await home.live(kind)
    car = home.sim.add_car("Second", application=kind)
    home.sim.subscribe(webhook, car)
    await home.deliver(car)
    state = home.runtime(entry).coordinator.vehicles[car.id]
    assert state.subscribed_to == webhook.id
    assert state.info.make == car.model.make


async def test_an_unlisted_car_is_asked_about_once(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    other = home.sim.add_car("Other", application=Kind.DYNAMIC, owner_id="another-owner")
    home.sim.subscribe("Dynamic webhook", other)
    await home.deliver(other)
    home.sim.cloud.meter.reset()
    await home.deliver(other)
    assert home.sim.cloud.meter.calls.total() == 0


# Cars that go


@pytest.mark.parametrize("kind", KINDS)
async def test_a_car_that_is_left_out_is_unsubscribed(home: Home, kind: Kind) -> None:
    first, second = home.cars(kind, "Second")
    entry, webhook = await home.live(kind)
    options = {"excluded_vehicles": [second.id]}
    home.hass.config_entries.async_update_entry(entry, options=options)
    await home.reload(entry)
    assert home.is_subscribed(webhook, first)
    assert not home.is_subscribed(webhook, second)
    assert home.device(second) is None


async def test_an_excluded_car_without_a_subscription_costs_no_call(home: Home) -> None:
    car = home.car()
    webhook = await home.webhook()
    home.sim.cloud.meter.reset()
    await home.set_up(home.new_entry(webhook, options={"excluded_vehicles": [car.id]}))
    assert home.sim.cloud.meter.unbilled <= 3


async def test_an_excluded_car_is_unsubscribed_later_if_need_be(home: Home) -> None:
    car = home.car(Kind.DYNAMIC)
    webhook = await home.webhook(Kind.DYNAMIC)
    home.sim.subscribe(webhook, car)
    home.sim.fail_api(401, path=V2_SUBSCRIBE, problem="AUTHENTICATION")
    options = {"excluded_vehicles": [car.id]}
    await home.set_up(home.new_entry(webhook, Kind.DYNAMIC, options=options))
    assert home.is_subscribed(webhook, car)
    assert home.hass.config_entries.flow.async_progress() == []
    await home.pass_time(days=1, seconds=1)
    assert not home.is_subscribed(webhook, car)


async def test_an_excluded_car_that_is_not_reached_keeps_no_other(home: Home) -> None:
    kind = Kind.DYNAMIC
    first, second, third = home.cars(kind, "Second", "Third")
    entry, webhook = await home.live(kind)
    home.sim.fail_api(0, path=f"{second.id}/webhooks", times=-1)
    home.sim.fail_api(0, path=f"{third.id}/webhooks")
    options = {"excluded_vehicles": [second.id, third.id]}
    home.hass.config_entries.async_update_entry(entry, options=options)
    await home.reload(entry)
    await home.pass_time(minutes=2)
    assert [home.is_subscribed(webhook, car) for car in (first, second, third)] == [
        True,
        True,
        False,
    ]
