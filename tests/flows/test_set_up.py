"""Adding the integration, from the menu to the created entry."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulator import Kind

from ..entries import DOMAIN
from ..home import PUBLIC, Home


async def test_the_current_platform_is_offered_first(home: Home) -> None:
    dialog = await home.add()
    assert dialog.step == "user"
    assert dialog.result["menu_options"] == ["current", "dynamic"]


async def test_an_application_of_the_current_platform_is_set_up(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    entry = await home.finished(dialog)
    assert entry.title == "Hyundai IONIQ 5"
    assert entry.unique_id == home.current.m2m_id
    assert entry.version == 1
    assert dict(entry.options) == {}
    assert dict(entry.data) == {
        "api": "v3",
        "client_id": home.current.m2m_id,
        "client_secret": home.current.m2m_secret,
        "management_token": home.current.management_token,
        "smartcar_webhook_id": webhook.id,
        "webhook_id": entry.data["webhook_id"],
    }
    assert webhook.callback_uri == f"{PUBLIC}/api/webhook/{entry.data['webhook_id']}"
    assert home.subscribed(webhook) == {"Crossover"}


async def test_a_dynamic_webhook_is_set_up(home: Home) -> None:
    dialog = await home.add("dynamic")
    await dialog.submit(**home.values_v2())
    dialog, webhook = await home.verified(dialog, Kind.DYNAMIC)
    entry = await home.finished(dialog)
    assert entry.title == "Renault Zoe"
    assert entry.unique_id == webhook.id
    token = entry.data["token"]
    assert dict(entry.data) == {
        "api": "v2",
        "client_id": home.dynamic.id,
        "client_secret": home.dynamic.client_secret,
        "management_token": home.dynamic.management_token,
        "smartcar_webhook_id": webhook.id,
        "token": token,
        "webhook_id": entry.data["webhook_id"],
    }
    assert set(token) == {"access_token", "refresh_token", "expires_at"}
    assert home.subscribed(webhook) == {"Hatchback"}


async def test_an_access_token_alone_is_enough_for_a_dynamic_webhook(home: Home) -> None:
    dialog = await home.add("dynamic")
    values = home.values_v2(refresh_token=None, client_id=None, client_secret=None)
    await dialog.submit(**values)
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    entry = await home.finished(dialog)
    assert set(entry.data["token"]) == {"access_token", "expires_at"}
    assert entry.data["token"]["access_token"] == values["access_token"]
    assert "client_id" not in entry.data


async def test_deliveries_after_the_set_up_reach_the_entities(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, _ = await home.verified(dialog)
    await home.finished(dialog)
    (delivery, *_) = await home.sim.deliver()
    assert delivery.status == 204
    await home.settle()
    assert home.hass.states.get("sensor.hyundai_ioniq_5_battery") is not None


async def test_a_delivery_before_the_entry_exists_is_asked_to_come_again(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    home.sim.subscribe(webhook, home.sim.current_car)
    (delivery, *_) = await home.sim.deliver()
    assert delivery.status == 503
    await dialog.close()


async def test_a_stranger_at_the_callback_is_refused_before_the_entry_exists(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    path = dialog.callback_uri.removeprefix(PUBLIC)
    async with home.http.post(path, json={"eventType": "VEHICLE_STATE"}) as answer:
        assert answer.status == 401
    await dialog.close()


async def test_the_new_entry_knows_that_its_callback_was_verified(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    entry = await home.finished(dialog)
    health = home.runtime(entry).store.data.status
    assert health.verified_at is not None
    assert health.callback_uri == webhook.callback_uri


async def test_a_car_that_is_not_chosen_is_left_out(home: Home) -> None:
    van = home.sim.add_car("Van")
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    assert set(dialog.options) == {van.id, home.sim.current_car.id}
    await dialog.submit(vehicles=[home.sim.current_car.id])
    entry = await home.created(await dialog.settle())
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert home.subscribed(webhook) == {"Crossover"}
    assert set(home.runtime(entry).coordinator.vehicles) == {home.sim.current_car.id}


async def test_choosing_no_car_leaves_all_of_them_out(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    entry = await home.created(await dialog.submit(vehicles=[]))
    assert entry.title == "Smartcar"
    assert entry.options == {"excluded_vehicles": [home.sim.current_car.id]}
    assert home.subscribed(webhook) == set()


async def test_the_entry_is_named_after_three_cars_at_most(home: Home) -> None:
    for name in ("Van", "Truck", "Tractor"):
        home.sim.add_car(name)
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, _ = await home.verified(dialog)
    entry = await home.finished(dialog)
    assert entry.title.count(",") == 2


async def test_one_car_that_cannot_be_subscribed_keeps_no_other_from_it(home: Home) -> None:
    home.sim.add_car("Van")
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    home.sim.fail_api(400, path="/subscriptions", problem="VALIDATION")
    entry = await home.finished(dialog)
    assert entry.title.count(",") == 1
    assert home.subscribed(webhook) == {"Crossover", "Van"}


async def test_cars_are_subscribed_later_where_smartcar_is_down(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    home.sim.fail_api(0, path="/subscriptions")
    await home.finished(dialog)
    assert home.subscribed(webhook) == {"Crossover"}


async def test_a_car_that_cannot_be_described_is_shown_by_its_id(home: Home) -> None:
    dialog = await home.add("dynamic")
    await dialog.submit(**home.values_v2())
    car = home.sim.dynamic_car
    home.sim.fail_api(500, path=f"/vehicles/{car.id}", problem="SERVER.INTERNAL", times=-1)
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    assert dialog.options == {car.id: f"Vehicle {car.id[-4:]} · {car.id[-4:]}"}


async def test_where_the_cars_cannot_be_asked_for_the_owner_may_ask_again(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    home.sim.fail_api(500, path="/connections")
    dialog, _ = await home.verified(dialog)
    assert dialog.step == "vehicles_unknown"
    await dialog.choose("vehicles")
    await home.finished(dialog)


async def test_where_the_cars_cannot_be_asked_for_they_are_found_later(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    home.sim.fail_api(500, path="/connections")
    dialog, webhook = await home.verified(dialog)
    entry = await home.created(await dialog.choose("finish"))
    assert entry.title == "Smartcar"
    assert home.subscribed(webhook) == {"Crossover"}


async def test_the_same_application_is_set_up_once(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    assert dialog.reason == "already_configured"
    assert home.hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_the_same_dynamic_webhook_is_set_up_once(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    webhook = home.webhook_of(entry)
    dialog = await home.add("dynamic")
    await dialog.submit(**home.values_v2())
    webhook.callback_uri = dialog.callback_uri
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.settle()
    assert dialog.reason == "already_configured"


async def test_a_webhook_of_another_entry_is_refused(home: Home) -> None:
    other = await home.delivering(Kind.DYNAMIC)
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    webhook = await home.webhook_for(dialog)
    home.hass.config_entries.async_update_entry(
        other, data={**other.data, "smartcar_webhook_id": webhook.id}
    )
    await dialog.submit()
    await home.sim.verify(webhook)
    await dialog.settle()
    assert dialog.reason == "already_configured"


async def test_a_second_window_leads_to_the_first_where_it_was_left(home: Home) -> None:
    first = await home.add("current")
    await first.submit(**home.values_v3())
    await first.submit()
    second = await home.add("current")
    await second.submit(**home.values_v3())
    assert second.reason == "already_in_progress"
    assert second.result["next_flow"] == ("config_flow", first.result["flow_id"])
    await first.look()
    assert first.step == "wait"
    await first.close()


async def test_a_second_window_does_not_use_up_the_refresh_token(home: Home) -> None:
    values = home.values_v2()
    first = await home.add("dynamic")
    await first.submit(**values)
    home.sim.cloud.meter.reset()
    second = await home.add("dynamic")
    await second.submit(**values)
    assert second.reason == "already_in_progress"
    assert not home.sim.cloud.meter.log
    await first.close()


async def test_two_windows_for_the_same_dynamic_webhook_become_one_entry(home: Home) -> None:
    alone = {"refresh_token": None, "client_id": None, "client_secret": None}
    first = await home.add("dynamic")
    await first.submit(**home.values_v2(**alone))
    first, webhook = await home.verified(first, Kind.DYNAMIC)
    second = await home.add("dynamic")
    await second.submit(**home.values_v2(**alone))
    webhook.callback_uri = second.callback_uri
    await second.submit()
    await home.sim.verify(webhook)
    await second.settle()
    assert second.reason == "already_in_progress"
    await home.finished(first)


@pytest.mark.parametrize("step", ["user", "current", "callback", "wait", "vehicles"])
async def test_a_closed_window_leaves_nothing_behind(home: Home, step: str) -> None:
    dialog = await home.add()
    if step != "user":
        await dialog.choose("current")
    if step in {"callback", "wait", "vehicles"}:
        await dialog.submit(**home.values_v3())
        assert len(home.webhook_ids()) == 1
    if step == "wait":
        await dialog.submit()
    if step == "vehicles":
        await home.verified(dialog)
    assert dialog.step == step
    await dialog.close()
    assert home.webhook_ids() == set()
    assert home.hass.config_entries.async_entries(DOMAIN) == []


async def test_a_window_closed_while_subscribing_leaves_nothing_behind(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, webhook = await home.verified(dialog)
    await dialog.submit(vehicles=list(dialog.options))
    assert dialog.step == "subscribe"
    await dialog.close()
    await home.settle()
    assert home.webhook_ids() == set()
    assert home.subscribed(webhook) == set()


async def test_an_entry_that_does_not_start_is_created_all_the_same(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    dialog, _ = await home.verified(dialog)
    monkeypatch.setattr("custom_components.smartcar_dynamic.PLATFORMS", ["no_platform"])
    await dialog.submit(vehicles=[])
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    assert dialog.result["result"].state is ConfigEntryState.SETUP_ERROR


async def test_a_reload_of_the_page_changes_nothing(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    uri = dialog.callback_uri
    await dialog.look()
    assert dialog.callback_uri == uri
    await dialog.submit()
    await dialog.look()
    assert dialog.step == "wait"
    assert dialog.callback_uri == uri
    await dialog.close()
