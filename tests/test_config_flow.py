"""The config flow: adding, reconfiguring and logging in again, from the menu to the entry."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulator import Kind

from .entries import DOMAIN
from .home import PUBLIC, Home


async def test_the_current_platform_is_offered_first(home: Home) -> None:
    dialog = await home.add()
    assert dialog.step == "user"
    assert dialog.result["menu_options"] == ["current", "dynamic"]


async def test_an_application_of_the_current_platform_is_set_up(home: Home) -> None:
    dialog = await home.at_callback()
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
    dialog = await home.at_callback(Kind.DYNAMIC)
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
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    await home.finished(dialog)
    (delivery, *_) = await home.sim.deliver()
    assert delivery.status == 204
    await home.settle()
    assert home.hass.states.get("sensor.hyundai_ioniq_5_battery") is not None


async def test_the_entry_is_named_after_three_cars_at_most(home: Home) -> None:
    for name in ("Van", "Truck", "Tractor"):
        home.sim.add_car(name)
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    entry = await home.finished(dialog)
    assert entry.title.count(",") == 2


async def test_the_same_application_is_set_up_once(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.at_callback()
    assert dialog.reason == "already_configured"
    assert dialog.shown == {"entry": entry.title}
    assert home.hass.config_entries.async_entries(DOMAIN) == [entry]


async def test_the_same_dynamic_webhook_is_set_up_once(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    webhook = home.webhook_of(entry)
    dialog = await home.at_callback(Kind.DYNAMIC)
    webhook.callback_uri = dialog.callback_uri
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    assert dialog.reason == "already_configured"


async def test_a_webhook_of_another_entry_is_refused(home: Home) -> None:
    other = await home.delivering(Kind.DYNAMIC)
    dialog = await home.at_callback()
    webhook = await home.webhook_for(dialog)
    home.hass.config_entries.async_update_entry(
        other, data={**other.data, "smartcar_webhook_id": webhook.id}
    )
    await dialog.submit()
    await home.sim.verify(webhook)
    await dialog.confirm()
    assert dialog.reason == "already_configured"


async def test_a_second_window_leads_back_to_the_first(home: Home) -> None:
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
    await second.confirm()
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


async def test_an_entry_that_does_not_start_is_created(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    monkeypatch.setattr("custom_components.smartcar_dynamic.PLATFORMS", ["no_platform"])
    await dialog.submit(vehicles=[])
    assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
    assert dialog.result["result"].state is ConfigEntryState.SETUP_ERROR


async def test_a_reload_of_the_page_changes_nothing(home: Home) -> None:
    dialog = await home.at_callback()
    uri = dialog.callback_uri
    await dialog.look()
    assert dialog.callback_uri == uri
    await dialog.submit()
    await dialog.look()
    assert dialog.step == "wait"
    assert dialog.callback_uri == uri
    await dialog.close()


# Reconfiguring


async def test_an_entry_of_api_v2_is_offered_to_migrate_first(home: Home) -> None:
    dialog = await home.reconfigure(await home.delivering(Kind.DYNAMIC))
    assert dialog.result["menu_options"][0] == "move"
    assert "application" not in dialog.result["menu_options"]


async def test_an_entry_of_api_v3_can_change_its_application(
    home: Home,
) -> None:
    dialog = await home.reconfigure(await home.delivering())
    assert "move" not in dialog.result["menu_options"]
    assert dialog.result["menu_options"][-1] == "application"


async def test_the_check_can_be_repeated(home: Home) -> None:
    dialog = await home.reconfigure(await home.delivering(), "check")
    assert dialog.shown["findings"].count("\n\n") >= 5
    assert "✅" in dialog.shown["findings"]
    await dialog.choose("check")
    assert dialog.step == "check"
    await dialog.choose("reconfigure")
    assert dialog.step == "reconfigure"


async def test_the_check_step_lists_every_result(home: Home) -> None:
    entry = await home.delivering()
    step = await entry.start_reconfigure_flow(home.hass)
    step = await home.hass.config_entries.flow.async_configure(
        step["flow_id"], {"next_step_id": "check"}
    )
    placeholders = step["description_placeholders"]
    assert placeholders is not None
    summary, *lines = placeholders["findings"].split("\n\n")
    assert summary == "**Everything that was checked works.**"
    assert all(line[0] == "✅" for line in lines)
    # The last delivery is told once: that of the car.
    assert len(lines) == len(home.runtime(entry).monitor.results) - 1
    home.hass.config_entries.flow.async_abort(step["flow_id"])


@pytest.mark.parametrize("option", ["check", "callback", "webhook_id", "application"])
async def test_an_entry_that_stops_behind_an_open_flow_ends_it(home: Home, option: str) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry)
    await home.unload(entry)
    await dialog.choose(option)
    assert dialog.reason == "not_loaded"


# Logging in again


async def test_there_is_one_login_however_often_smartcar_says_no(home: Home) -> None:
    entry = await home.delivering()
    home.sim.expire_tokens()
    home.sim.reject_credentials()
    for _ in range(3):
        await home.runtime(entry).subscriptions.async_reconcile()
        await home.settle()
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


async def test_an_open_login_does_not_allow_a_second_entry(
    home: Home,
) -> None:
    entry = await home.delivering()
    await home.reauth(entry)
    dialog = await home.at_callback()
    assert dialog.reason == "already_configured"


async def test_deliveries_go_on_while_the_login_waits(home: Home) -> None:
    entry = await home.delivering()
    await home.reauth(entry)
    deliveries = await home.sim.deliver()
    assert [it.status for it in deliveries] == [204]
