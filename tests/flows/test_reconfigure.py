"""Reconfiguring: each job ends with a loaded entry that has just that changed."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
import pytest

from simulator import Kind

from ..dialog import Dialog
from ..entries import WEBHOOK_ID, new_entry
from ..home import Home
from .conftest import NO_TIME

NEW_TOKEN = "a-new-management-token"


async def changed(home: Home, dialog: Dialog, entry: ConfigEntry) -> None:
    """See the flow end, and the entry loaded again."""
    assert dialog.reason == "reconfigure_successful"
    await home.settle()
    assert entry.state is ConfigEntryState.LOADED
    assert home.webhook_ids() == {WEBHOOK_ID}


async def test_moving_is_what_an_entry_of_api_v2_should_do_first(home: Home) -> None:
    dialog = await home.reconfigure(await home.delivering(Kind.DYNAMIC))
    assert dialog.result["menu_options"][0] == "move"
    assert "application" not in dialog.result["menu_options"]


async def test_an_entry_of_the_current_platform_has_nothing_to_move_to_but_an_application(
    home: Home,
) -> None:
    dialog = await home.reconfigure(await home.delivering())
    assert "move" not in dialog.result["menu_options"]
    assert dialog.result["menu_options"][-1] == "application"


async def test_the_check_shows_every_proof(home: Home) -> None:
    dialog = await home.reconfigure(await home.delivering(), "check")
    assert dialog.shown["findings"].count("\n\n") >= 5
    assert "✅" in dialog.shown["findings"]
    await dialog.choose("check")
    assert dialog.step == "check"
    await dialog.choose("reconfigure")
    assert dialog.step == "reconfigure"


async def test_the_callback_uri_is_shown_and_verified_again(home: Home) -> None:
    entry = await home.delivering()
    webhook = home.webhook_of(entry)
    dialog = await home.reconfigure(entry, "callback")
    assert dialog.callback_uri == webhook.callback_uri
    await dialog.submit()
    assert dialog.step == "wait"
    home.runtime(entry).store.data.status.verified_at = None
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.settle()
    await changed(home, dialog, entry)
    assert home.runtime(entry).store.data.status.verified_at is not None
    assert entry.data["smartcar_webhook_id"] == webhook.id


async def test_deliveries_go_on_while_a_flow_waits_for_the_challenge(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "callback")
    await dialog.submit()
    deliveries = await home.sim.deliver()
    assert [it.status for it in deliveries] == [204]
    await dialog.close()
    assert home.webhook_ids() == {WEBHOOK_ID}
    assert (await home.sim.verify(home.webhook_of(entry))).succeeded


async def test_a_new_webhook_at_the_same_address_is_taken_from_its_challenge(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "callback")
    dialog, webhook = await home.verified(dialog, Kind.DYNAMIC)
    await changed(home, dialog, entry)
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert entry.unique_id == webhook.id


@pytest.mark.usefixtures("no_time_to_wait")
async def test_verifying_again_can_be_finished_later(home: Home) -> None:
    entry = await home.delivering()
    before = dict(entry.data)
    dialog = await home.reconfigure(entry, "callback")
    await dialog.submit()
    await dialog.settle()
    assert dialog.step == "not_verified"
    await dialog.choose("webhook")
    assert dialog.reason == "verify_later"
    assert dict(entry.data) == before


async def test_the_wait_outlives_a_reload_of_the_entry(
    home: Home,
) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "callback")
    with NO_TIME:
        await dialog.submit()
        await dialog.settle()
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    await dialog.choose("wait")
    assert (await home.sim.verify(home.webhook_of(entry))).succeeded
    await dialog.settle()
    await changed(home, dialog, entry)


async def test_a_new_management_token_is_taken(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=f" {NEW_TOKEN} ")
    await changed(home, dialog, entry)
    assert entry.data["management_token"] == NEW_TOKEN


@pytest.mark.parametrize(
    ("kind", "look_alike", "error"),
    [
        (Kind.CURRENT, "client_id", "is_the_client_id"),
        (Kind.CURRENT, "client_secret", "is_the_client_secret"),
        (Kind.DYNAMIC, "access_token", "is_the_access_token"),
        (Kind.DYNAMIC, "refresh_token", "is_the_refresh_token"),
    ],
)
async def test_a_look_alike_of_the_management_token_is_refused(
    home: Home, kind: Kind, look_alike: str, error: str
) -> None:
    entry = await home.delivering(kind)
    values = {**entry.data, **entry.data.get("token", {})}
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=values[look_alike])
    assert dialog.errors == {"management_token": error}
    await dialog.submit(management_token=NEW_TOKEN)
    await changed(home, dialog, entry)


async def test_a_management_token_is_proven_on_what_was_refused(home: Home) -> None:
    entry = await home.delivering()
    token = home.sim.rotate_management_token(Kind.CURRENT)
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 401
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    assert dialog.errors == {"management_token": "wrong_management_token"}
    await dialog.submit(management_token=token)
    await changed(home, dialog, entry)
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 204


async def test_what_was_refused_before_a_good_delivery_proves_nothing(home: Home) -> None:
    entry = await home.delivering()
    home.sim.faults.corrupt_signatures = 1
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 401
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 204
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    await changed(home, dialog, entry)


async def test_a_new_secret_is_taken(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "credentials")
    home.current.m2m_secret = "a-new-secret"
    await dialog.submit(client_id=home.current.m2m_id, client_secret=home.current.m2m_id)
    assert dialog.errors == {"client_secret": "is_the_client_id"}
    await dialog.submit(client_id=home.current.m2m_id, client_secret="a-new-secret")
    await changed(home, dialog, entry)
    assert entry.data["client_secret"] == "a-new-secret"


async def test_an_entry_with_an_access_token_alone_learns_to_renew_it(home: Home) -> None:
    access_token = home.sim.issue_tokens(Kind.DYNAMIC).access_token
    webhook = await home.webhook(Kind.DYNAMIC)
    entry = await home.set_up(
        home.new_entry(
            webhook,
            Kind.DYNAMIC,
            token={"access_token": access_token, "expires_at": 4_000_000_000.0},
            client_id=None,
            client_secret=None,
        )
    )
    dialog = await home.reconfigure(entry, "credentials")
    values = home.values_v2()
    del values["management_token"]
    await dialog.submit(**values)
    await changed(home, dialog, entry)
    assert entry.data["client_id"] == home.dynamic.id
    assert entry.data["token"]["refresh_token"]


async def test_a_token_renewed_behind_an_open_flow_is_not_undone(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "webhook_id")
    renewed = {"access_token": "a", "refresh_token": "r", "expires_at": 4_000_000_000.0}
    home.hass.config_entries.async_update_entry(entry, data={**entry.data, "token": renewed})
    webhook = await home.webhook(Kind.DYNAMIC)
    await dialog.submit(smartcar_webhook_id=webhook.id)
    await changed(home, dialog, entry)
    assert entry.data["token"] == renewed


async def test_another_webhook_is_chosen_from_the_list(home: Home) -> None:
    entry = await home.delivering()
    old = home.webhook_of(entry)
    new = await home.webhook(callback_uri="https://elsewhere.example/hook")
    dialog = await home.reconfigure(entry, "webhook_id")
    assert list(dialog.options) == [old.id, new.id]
    await dialog.submit(smartcar_webhook_id=new.id)
    await changed(home, dialog, entry)
    assert entry.data["smartcar_webhook_id"] == new.id
    assert entry.unique_id == home.current.m2m_id
    assert home.subscribed(new) == {"Crossover"}


async def test_the_webhook_in_use_comes_first_where_none_has_our_address(home: Home) -> None:
    entry = await home.delivering()
    used = home.webhook_of(entry)
    used.callback_uri = "https://old.example/hook"
    await home.webhook(callback_uri="https://elsewhere.example/hook")
    dialog = await home.reconfigure(entry, "webhook_id")
    assert dialog.suggested("smartcar_webhook_id") == used.id
    assert next(iter(dialog.options)) == used.id


async def test_choosing_no_webhook_keeps_the_one_in_use(home: Home) -> None:
    entry = await home.delivering()
    before = dict(entry.data)
    dialog = await home.reconfigure(entry, "webhook_id")
    await dialog.submit()
    await changed(home, dialog, entry)
    assert dict(entry.data) == before


async def test_another_dynamic_webhook_is_typed(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "webhook_id")
    assert dialog.suggested("smartcar_webhook_id") == entry.data["smartcar_webhook_id"]
    new = await home.webhook(Kind.DYNAMIC)
    await dialog.submit(smartcar_webhook_id="mine")
    assert dialog.errors == {"smartcar_webhook_id": "smartcar_webhook_id_is_no_uuid"}
    await dialog.submit(smartcar_webhook_id=new.id)
    await changed(home, dialog, entry)
    assert entry.data["smartcar_webhook_id"] == entry.unique_id == new.id


async def test_another_entrys_webhook_is_refused(home: Home) -> None:
    entry = await home.delivering()
    used = "865ca68d-a9b6-4d74-856e-605db0209eca"
    await home.set_up(new_entry("v3", smartcar_webhook_id=used, webhook_id="another"))
    webhook = home.webhook_of(entry)
    webhook.id = used
    home.sim.cloud.webhooks = {used: webhook}
    dialog = await home.reconfigure(entry, "webhook_id")
    await dialog.submit(smartcar_webhook_id=used)
    assert dialog.reason == "already_configured"


async def test_a_list_that_smartcar_does_not_give_ends_the_choice(home: Home) -> None:
    entry = await home.delivering()
    home.sim.fail_api(500, path="/webhooks", problem="SERVER.INTERNAL")
    dialog = await home.reconfigure(entry, "webhook_id")
    assert dialog.reason == "cannot_connect"


async def test_without_webhooks_there_is_nothing_to_choose(home: Home) -> None:
    entry = await home.delivering()
    home.sim.delete_webhook(home.webhook_of(entry))
    dialog = await home.reconfigure(entry, "webhook_id")
    assert dialog.reason == "no_webhooks"


async def test_an_entry_that_is_not_loaded_can_have_its_secrets_changed(home: Home) -> None:
    entry = await home.delivering()
    await home.hass.config_entries.async_unload(entry.entry_id)
    dialog = await home.reconfigure(entry)
    assert dialog.result["menu_options"] == ["management_token", "credentials"]
    await dialog.choose("management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    await changed(home, dialog, entry)
    assert entry.data["management_token"] == NEW_TOKEN


@pytest.mark.parametrize("option", ["check", "callback", "webhook_id", "application"])
async def test_an_entry_that_stops_behind_an_open_flow_ends_it(home: Home, option: str) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry)
    await home.hass.config_entries.async_unload(entry.entry_id)
    await dialog.choose(option)
    assert dialog.reason == "not_loaded"
