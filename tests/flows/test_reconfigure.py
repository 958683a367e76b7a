"""Reconfiguring: each job ends with a loaded entry that has just that changed."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Kind

from .conftest import HOOK, PUBLIC, Dialog, Owner

NEW_TOKEN = "a-new-management-token"


async def changed(owner: Owner, dialog: Dialog, entry: ConfigEntry) -> None:
    """See the flow end, and the entry loaded again."""
    assert dialog.reason == "reconfigure_successful"
    await owner.settle()
    assert entry.state is ConfigEntryState.LOADED
    assert owner.handlers() == {HOOK}


async def test_moving_is_what_an_entry_of_api_v2_should_do_first(owner: Owner) -> None:
    dialog = await owner.reconfigure(await owner.live(Kind.DYNAMIC))
    assert dialog.result["menu_options"][0] == "move"
    assert "application" not in dialog.result["menu_options"]


async def test_an_entry_of_the_current_platform_has_nothing_to_move_to_but_an_application(
    owner: Owner,
) -> None:
    dialog = await owner.reconfigure(await owner.live())
    assert "move" not in dialog.result["menu_options"]
    assert dialog.result["menu_options"][-1] == "application"


@pytest.mark.usefixtures("no_name_server")
async def test_the_check_shows_every_proof(owner: Owner) -> None:
    dialog = await owner.reconfigure(await owner.live(), "check")
    assert dialog.shown["findings"].count("\n\n") >= 5
    assert "✅" in dialog.shown["findings"]
    await dialog.choose("check")
    assert dialog.step == "check"
    await dialog.choose("reconfigure")
    assert dialog.step == "reconfigure"


async def test_the_callback_uri_is_shown_and_verified_again(owner: Owner) -> None:
    entry = await owner.live()
    webhook = owner.webhook_of(entry)
    dialog = await owner.reconfigure(entry, "callback")
    assert dialog.callback_uri == webhook.callback_uri
    await dialog.submit()
    assert dialog.step == "wait"
    assert (await owner.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await changed(owner, dialog, entry)
    assert owner.data(entry).store.data.status.confirmed_at is not None
    assert entry.data["smartcar_webhook_id"] == webhook.id


async def test_deliveries_go_on_while_a_flow_waits_for_the_challenge(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.reconfigure(entry, "callback")
    await dialog.submit()
    deliveries = await owner.sim.deliver()
    assert [it.status for it in deliveries] == [204]
    await dialog.close()
    assert owner.handlers() == {HOOK}
    assert (await owner.sim.verify(owner.webhook_of(entry))).succeeded


async def test_a_new_webhook_at_the_same_address_is_taken_from_its_challenge(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await owner.reconfigure(entry, "callback")
    dialog, webhook = await owner.verified(dialog, Kind.DYNAMIC)
    await changed(owner, dialog, entry)
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert entry.unique_id == webhook.id


@pytest.mark.usefixtures("impatient")
async def test_verifying_again_can_be_finished_later(owner: Owner) -> None:
    entry = await owner.live()
    before = dict(entry.data)
    dialog = await owner.reconfigure(entry, "callback")
    await dialog.submit()
    await dialog.settle()
    assert dialog.step == "not_verified"
    await dialog.choose("webhook")
    assert dialog.reason == "verify_later"
    assert dict(entry.data) == before


async def test_the_wait_outlives_a_reload_of_the_entry(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await owner.live()
    dialog = await owner.reconfigure(entry, "callback")
    with monkeypatch.context() as patch:
        patch.setattr("custom_components.smartcar_dynamic.flows.challenge._WAIT_TIMEOUT", 0)
        await dialog.submit()
        await dialog.settle()
    await owner.hass.config_entries.async_reload(entry.entry_id)
    await owner.settle()
    await dialog.choose("wait")
    assert (await owner.sim.verify(owner.webhook_of(entry))).succeeded
    await dialog.confirm()
    await changed(owner, dialog, entry)


async def test_a_new_management_token_is_taken(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.reconfigure(entry, "management_token")
    await dialog.submit(management_token=f" {NEW_TOKEN} ")
    await changed(owner, dialog, entry)
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
    owner: Owner, kind: Kind, look_alike: str, error: str
) -> None:
    entry = await owner.live(kind)
    values = {**entry.data, **entry.data.get("token", {})}
    dialog = await owner.reconfigure(entry, "management_token")
    await dialog.submit(management_token=values[look_alike])
    assert dialog.errors == {"management_token": error}
    await dialog.submit(management_token=NEW_TOKEN)
    await changed(owner, dialog, entry)


async def test_a_management_token_is_proven_on_what_was_refused(owner: Owner) -> None:
    entry = await owner.live()
    token = owner.sim.rotate_management_token(Kind.CURRENT)
    (delivery,) = await owner.sim.deliver()
    assert delivery.status == 401
    dialog = await owner.reconfigure(entry, "management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    assert dialog.errors == {"management_token": "wrong_management_token"}
    await dialog.submit(management_token=token)
    await changed(owner, dialog, entry)
    (delivery,) = await owner.sim.deliver()
    assert delivery.status == 204


async def test_what_was_refused_before_a_good_delivery_proves_nothing(owner: Owner) -> None:
    entry = await owner.live()
    owner.sim.faults.corrupt_signatures = 1
    (delivery,) = await owner.sim.deliver()
    assert delivery.status == 401
    (delivery,) = await owner.sim.deliver()
    assert delivery.status == 204
    dialog = await owner.reconfigure(entry, "management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    await changed(owner, dialog, entry)


async def test_a_new_secret_is_taken(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.reconfigure(entry, "credentials")
    owner.current.m2m_secret = "a-new-secret"
    await dialog.submit(client_id=owner.current.m2m_id, client_secret=owner.current.m2m_id)
    assert dialog.errors == {"client_secret": "is_the_client_id"}
    await dialog.submit(client_id=owner.current.m2m_id, client_secret="a-new-secret")
    await changed(owner, dialog, entry)
    assert entry.data["client_secret"] == "a-new-secret"


async def test_an_entry_with_an_access_token_alone_learns_to_renew_it(owner: Owner) -> None:
    tokens = owner.sim.issue_tokens(Kind.DYNAMIC)
    token = {"access_token": tokens.access_token, "expires_at": 4_000_000_000.0}
    entry = await owner.live(Kind.DYNAMIC, token=token)
    data = {name: entry.data[name] for name in entry.data if not name.startswith("client_")}
    owner.hass.config_entries.async_update_entry(entry, data=data)
    dialog = await owner.reconfigure(entry, "credentials")
    values = owner.v2()
    del values["management_token"]
    await dialog.submit(**values)
    await changed(owner, dialog, entry)
    assert entry.data["client_id"] == owner.dynamic.id
    assert entry.data["token"]["refresh_token"]


async def test_a_token_renewed_behind_an_open_flow_is_not_undone(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await owner.reconfigure(entry, "webhook_id")
    renewed = {"access_token": "a", "refresh_token": "r", "expires_at": 4_000_000_000.0}
    owner.hass.config_entries.async_update_entry(entry, data={**entry.data, "token": renewed})
    webhook = await owner.sim.create_webhook(Kind.DYNAMIC, f"{PUBLIC}/api/webhook/{HOOK}")
    await dialog.submit(smartcar_webhook_id=webhook.id)
    await changed(owner, dialog, entry)
    assert entry.data["token"] == renewed


async def test_another_webhook_is_chosen_from_the_list(owner: Owner) -> None:
    entry = await owner.live()
    old = owner.webhook_of(entry)
    new = await owner.sim.create_webhook(Kind.CURRENT, "https://elsewhere.example/hook")
    dialog = await owner.reconfigure(entry, "webhook_id")
    assert list(dialog.options) == [old.id, new.id]
    await dialog.submit(smartcar_webhook_id=new.id)
    await changed(owner, dialog, entry)
    assert entry.data["smartcar_webhook_id"] == new.id
    assert entry.unique_id == owner.current.m2m_id
    assert owner.subscribed(new) == {"Crossover"}


async def test_the_webhook_in_use_comes_first_where_none_has_our_address(owner: Owner) -> None:
    entry = await owner.live()
    used = owner.webhook_of(entry)
    used.callback_uri = "https://old.example/hook"
    await owner.sim.create_webhook(Kind.CURRENT, "https://elsewhere.example/hook")
    dialog = await owner.reconfigure(entry, "webhook_id")
    assert dialog.suggested("smartcar_webhook_id") == used.id
    assert next(iter(dialog.options)) == used.id


async def test_choosing_no_webhook_keeps_the_one_in_use(owner: Owner) -> None:
    entry = await owner.live()
    before = dict(entry.data)
    dialog = await owner.reconfigure(entry, "webhook_id")
    await dialog.submit()
    await changed(owner, dialog, entry)
    assert dict(entry.data) == before


async def test_another_dynamic_webhook_is_typed(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await owner.reconfigure(entry, "webhook_id")
    assert dialog.suggested("smartcar_webhook_id") == entry.data["smartcar_webhook_id"]
    new = await owner.sim.create_webhook(Kind.DYNAMIC, f"{PUBLIC}/api/webhook/{HOOK}")
    await dialog.submit(smartcar_webhook_id="mine")
    assert dialog.errors == {"smartcar_webhook_id": "smartcar_webhook_id_is_no_uuid"}
    await dialog.submit(smartcar_webhook_id=new.id)
    await changed(owner, dialog, entry)
    assert entry.data["smartcar_webhook_id"] == entry.unique_id == new.id


async def test_another_entrys_webhook_is_refused(owner: Owner) -> None:
    entry = await owner.live()
    used = "865ca68d-a9b6-4d74-856e-605db0209eca"
    data = {**entry.data, "smartcar_webhook_id": used, "webhook_id": "another"}
    await owner.set_up(MockConfigEntry(domain="smartcar_dynamic", data=data))
    webhook = owner.webhook_of(entry)
    webhook.id = used
    owner.sim.cloud.webhooks = {used: webhook}
    dialog = await owner.reconfigure(entry, "webhook_id")
    await dialog.submit(smartcar_webhook_id=used)
    assert dialog.reason == "already_configured"


async def test_a_list_that_smartcar_does_not_give_ends_the_choice(owner: Owner) -> None:
    entry = await owner.live()
    owner.sim.fail_api(500, path="/webhooks", problem="SERVER.INTERNAL")
    dialog = await owner.reconfigure(entry, "webhook_id")
    assert dialog.reason == "cannot_connect"


async def test_without_webhooks_there_is_nothing_to_choose(owner: Owner) -> None:
    entry = await owner.live()
    owner.sim.delete_webhook(owner.webhook_of(entry))
    dialog = await owner.reconfigure(entry, "webhook_id")
    assert dialog.reason == "no_webhooks"


async def test_an_entry_that_is_not_loaded_can_have_its_secrets_changed(owner: Owner) -> None:
    entry = await owner.live()
    await owner.hass.config_entries.async_unload(entry.entry_id)
    dialog = await owner.reconfigure(entry)
    assert dialog.result["menu_options"] == ["management_token", "credentials"]
    await dialog.choose("management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    await changed(owner, dialog, entry)
    assert entry.data["management_token"] == NEW_TOKEN


@pytest.mark.parametrize("option", ["check", "callback", "webhook_id", "application"])
async def test_an_entry_that_stops_behind_an_open_flow_ends_it(owner: Owner, option: str) -> None:
    entry = await owner.live()
    dialog = await owner.reconfigure(entry)
    await owner.hass.config_entries.async_unload(entry.entry_id)
    await dialog.choose(option)
    assert dialog.reason == "not_loaded"
