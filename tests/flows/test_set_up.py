"""Adding the integration, from the menu to the created entry."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulator import Kind

from .conftest import DOMAIN, PUBLIC, Owner


async def test_the_current_platform_is_offered_first(owner: Owner) -> None:
    dialog = await owner.add()
    assert dialog.step == "user"
    assert dialog.result["menu_options"] == ["current", "dynamic"]


async def test_an_application_of_the_current_platform_is_set_up(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    entry = await owner.finished(dialog)
    assert entry.title == "Hyundai IONIQ 5"
    assert entry.unique_id == owner.current.m2m_id
    assert entry.version == 1
    assert dict(entry.options) == {}
    assert dict(entry.data) == {
        "api": "v3",
        "client_id": owner.current.m2m_id,
        "client_secret": owner.current.m2m_secret,
        "management_token": owner.current.management_token,
        "smartcar_webhook_id": webhook.id,
        "webhook_id": entry.data["webhook_id"],
    }
    assert webhook.callback_uri == f"{PUBLIC}/api/webhook/{entry.data['webhook_id']}"
    assert owner.subscribed(webhook) == {"Crossover"}


async def test_a_dynamic_webhook_is_set_up(owner: Owner) -> None:
    dialog = await owner.add("dynamic")
    await dialog.submit(**owner.v2())
    dialog, webhook = await owner.verified(dialog, Kind.DYNAMIC)
    entry = await owner.finished(dialog)
    assert entry.title == "Renault Zoe"
    assert entry.unique_id == webhook.id
    token = entry.data["token"]
    assert dict(entry.data) == {
        "api": "v2",
        "client_id": owner.dynamic.id,
        "client_secret": owner.dynamic.client_secret,
        "management_token": owner.dynamic.management_token,
        "smartcar_webhook_id": webhook.id,
        "token": token,
        "webhook_id": entry.data["webhook_id"],
    }
    assert set(token) == {"access_token", "refresh_token", "expires_at"}
    assert owner.subscribed(webhook) == {"Hatchback"}


async def test_an_access_token_alone_is_enough_for_a_dynamic_webhook(owner: Owner) -> None:
    dialog = await owner.add("dynamic")
    values = owner.v2(refresh_token=None, client_id=None, client_secret=None)
    await dialog.submit(**values)
    dialog, _ = await owner.verified(dialog, Kind.DYNAMIC)
    entry = await owner.finished(dialog)
    assert set(entry.data["token"]) == {"access_token", "expires_at"}
    assert entry.data["token"]["access_token"] == values["access_token"]
    assert "client_id" not in entry.data


async def test_deliveries_after_the_set_up_reach_the_entities(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, _ = await owner.verified(dialog)
    await owner.finished(dialog)
    (delivery, *_) = await owner.sim.deliver()
    assert delivery.status == 204
    await owner.settle()
    assert owner.hass.states.get("sensor.hyundai_ioniq_5_battery") is not None


async def test_a_delivery_before_the_entry_exists_is_asked_to_come_again(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    owner.sim.subscribe(webhook, owner.sim.current_car)
    (delivery, *_) = await owner.sim.deliver()
    assert delivery.status == 503
    await dialog.close()


async def test_a_stranger_at_the_callback_is_refused_before_the_entry_exists(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    path = dialog.callback_uri.removeprefix(PUBLIC)
    async with owner.http.post(path, json={"eventType": "VEHICLE_STATE"}) as answer:
        assert answer.status == 401
    await dialog.close()


async def test_the_new_entry_knows_that_its_callback_was_verified(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    entry = await owner.finished(dialog)
    health = owner.data(entry).store.data.status
    assert health.confirmed_at is not None
    assert health.answered_uri == webhook.callback_uri


async def test_a_car_that_is_not_chosen_is_left_out(owner: Owner) -> None:
    van = owner.sim.add_car("Van")
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    assert set(dialog.options) == {van.id, owner.sim.current_car.id}
    await dialog.submit(vehicles=[owner.sim.current_car.id])
    entry = await owner.created(await dialog.settle())
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert owner.subscribed(webhook) == {"Crossover"}
    assert set(owner.data(entry).coordinator.vehicles) == {owner.sim.current_car.id}


async def test_choosing_no_car_leaves_all_of_them_out(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    entry = await owner.created(await dialog.submit(vehicles=[]))
    assert entry.title == "Smartcar"
    assert entry.options == {"excluded_vehicles": [owner.sim.current_car.id]}
    assert owner.subscribed(webhook) == set()


async def test_the_entry_is_named_after_three_cars_at_most(owner: Owner) -> None:
    for name in ("Van", "Truck", "Tractor"):
        owner.sim.add_car(name)
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, _ = await owner.verified(dialog)
    entry = await owner.finished(dialog)
    assert entry.title.count(",") == 2


async def test_one_car_that_cannot_be_subscribed_keeps_no_other_from_it(owner: Owner) -> None:
    owner.sim.add_car("Van")
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    owner.sim.fail_api(400, path="/subscriptions", problem="VALIDATION")
    entry = await owner.finished(dialog)
    assert entry.title.count(",") == 1
    assert owner.subscribed(webhook) == {"Crossover", "Van"}


async def test_cars_are_subscribed_later_where_smartcar_is_down(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    owner.sim.fail_api(0, path="/subscriptions")
    await owner.finished(dialog)
    assert owner.subscribed(webhook) == {"Crossover"}


async def test_a_car_that_cannot_be_described_is_shown_by_its_id(owner: Owner) -> None:
    dialog = await owner.add("dynamic")
    await dialog.submit(**owner.v2())
    car = owner.sim.dynamic_car
    owner.sim.fail_api(500, path=f"/vehicles/{car.id}", problem="SERVER.INTERNAL", times=-1)
    dialog, _ = await owner.verified(dialog, Kind.DYNAMIC)
    assert dialog.options == {car.id: f"Vehicle {car.id[-4:]} · {car.id[-4:]}"}


async def test_where_the_cars_cannot_be_asked_for_the_owner_may_ask_again(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    owner.sim.fail_api(500, path="/connections")
    dialog, _ = await owner.verified(dialog)
    assert dialog.step == "vehicles_unknown"
    await dialog.choose("vehicles")
    await owner.finished(dialog)


async def test_where_the_cars_cannot_be_asked_for_they_are_found_later(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    owner.sim.fail_api(500, path="/connections")
    dialog, webhook = await owner.verified(dialog)
    entry = await owner.created(await dialog.choose("finish"))
    assert entry.title == "Hyundai IONIQ 5"
    assert owner.subscribed(webhook) == {"Crossover"}


async def test_the_same_application_is_set_up_once(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    assert dialog.reason == "already_configured"
    assert owner.hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_the_same_dynamic_webhook_is_set_up_once(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    webhook = owner.webhook_of(entry)
    dialog = await owner.add("dynamic")
    await dialog.submit(**owner.v2())
    webhook.callback_uri = dialog.callback_uri
    await dialog.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await dialog.confirm()
    assert dialog.reason == "already_configured"


async def test_a_webhook_of_another_entry_is_refused(owner: Owner) -> None:
    other = await owner.live(Kind.DYNAMIC)
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    webhook = await owner.paste(dialog)
    owner.hass.config_entries.async_update_entry(
        other, data={**other.data, "smartcar_webhook_id": webhook.id}
    )
    await dialog.submit()
    await owner.sim.verify(webhook)
    await dialog.confirm()
    assert dialog.reason == "already_configured"


async def test_a_second_window_leads_to_the_first_where_it_was_left(owner: Owner) -> None:
    first = await owner.add("current")
    await first.submit(**owner.v3())
    await first.submit()
    second = await owner.add("current")
    await second.submit(**owner.v3())
    assert second.reason == "already_in_progress"
    assert second.result["next_flow"] == ("config_flow", first.result["flow_id"])
    await first.look()
    assert first.step == "wait"
    await first.close()


async def test_a_second_window_does_not_use_up_the_refresh_token(owner: Owner) -> None:
    values = owner.v2()
    first = await owner.add("dynamic")
    await first.submit(**values)
    owner.sim.cloud.meter.reset()
    second = await owner.add("dynamic")
    await second.submit(**values)
    assert second.reason == "already_in_progress"
    assert not owner.sim.cloud.meter.log
    await first.close()


async def test_two_windows_for_the_same_dynamic_webhook_become_one_entry(owner: Owner) -> None:
    alone = {"refresh_token": None, "client_id": None, "client_secret": None}
    first = await owner.add("dynamic")
    await first.submit(**owner.v2(**alone))
    first, webhook = await owner.verified(first, Kind.DYNAMIC)
    second = await owner.add("dynamic")
    await second.submit(**owner.v2(**alone))
    webhook.callback_uri = second.callback_uri
    await second.submit()
    await owner.sim.verify(webhook)
    await second.confirm()
    assert second.reason == "already_in_progress"
    await owner.finished(first)


@pytest.mark.parametrize("step", ["user", "current", "callback", "wait", "vehicles"])
async def test_a_closed_window_leaves_nothing_behind(owner: Owner, step: str) -> None:
    dialog = await owner.add()
    if step != "user":
        await dialog.choose("current")
    if step in {"callback", "wait", "vehicles"}:
        await dialog.submit(**owner.v3())
        assert len(owner.handlers()) == 1
    if step == "wait":
        await dialog.submit()
    if step == "vehicles":
        await owner.verified(dialog)
    assert dialog.step == step
    await dialog.close()
    assert owner.handlers() == set()
    assert owner.hass.config_entries.async_entries(DOMAIN) == []


async def test_a_window_closed_while_subscribing_leaves_nothing_behind(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, webhook = await owner.verified(dialog)
    await dialog.submit(vehicles=list(dialog.options))
    assert dialog.step == "subscribe"
    await dialog.close()
    await owner.settle()
    assert owner.handlers() == set()
    assert owner.subscribed(webhook) == set()


async def test_an_entry_that_does_not_start_is_created_all_the_same(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    dialog, _ = await owner.verified(dialog)
    monkeypatch.setattr("custom_components.smartcar_dynamic.PLATFORMS", ["no_platform"])
    await dialog.submit(vehicles=[])
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    assert dialog.result["result"].state is ConfigEntryState.SETUP_ERROR


async def test_a_reload_of_the_page_changes_nothing(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3())
    uri = dialog.callback_uri
    await dialog.look()
    assert dialog.callback_uri == uri
    await dialog.submit()
    await dialog.look()
    assert dialog.step == "wait"
    assert dialog.callback_uri == uri
    await dialog.close()
