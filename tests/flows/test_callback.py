"""The steps of the callback URI: shown, verified, and its webhook found."""

from homeassistant.components.webhook import async_generate_path
from homeassistant.data_entry_flow import InvalidData
import pytest

from simulator import Kind

from ..cloud import Cloud
from ..entries import new_entry
from ..home import PUBLIC, Home


@pytest.mark.parametrize(
    ("external_url", "obstacle"),
    [
        (None, "no_url"),
        ("http://car-home.example", "not_https"),
        ("https://homeassistant.local:8123", "not_public"),
        ("https://192.168.1.5", "not_public"),
    ],
)
async def test_an_address_that_smartcar_cannot_reach_is_explained(
    home: Home, external_url: str | None, obstacle: str
) -> None:
    await home.hass.config.async_update(external_url=external_url)
    dialog = await home.at_callback()
    assert dialog.step == "no_address"
    assert dialog.errors == {"base": obstacle}
    assert home.webhook_ids() == set()
    await dialog.submit()
    assert dialog.errors == {"base": obstacle}
    await home.hass.config.async_update(external_url=PUBLIC)
    await dialog.submit()
    await home.finished((await home.verified(dialog))[0])


async def test_the_callback_uri_stays_while_the_address_is_corrected(home: Home) -> None:
    dialog = await home.at_callback()
    uri = dialog.callback_uri
    await home.hass.config.async_update(external_url=None)
    await dialog.submit()
    assert dialog.step == "no_address"
    await home.hass.config.async_update(external_url=PUBLIC)
    await dialog.submit()
    assert dialog.callback_uri == uri
    assert len(home.webhook_ids()) == 1


async def test_a_cloudhook_is_the_callback_uri_with_the_cloud(home: Home, cloud: Cloud) -> None:
    await home.hass.config.async_update(external_url=None)
    dialog = await home.at_callback()
    ((webhook_id, cloudhook),) = cloud.cloudhooks.items()
    assert dialog.callback_uri == cloudhook
    path = async_generate_path(webhook_id)
    async with home.http.post(
        path, json={"eventType": "VERIFY", "data": {"challenge": "challenge_1"}}
    ) as answer:
        assert answer.status == 200
    await dialog.submit()
    await dialog.confirm()
    await home.created(await dialog.submit(vehicles=list(dialog.options)))
    assert cloud.cloudhooks == {webhook_id: cloudhook}


async def test_a_closed_window_keeps_its_cloudhook_for_a_day(home: Home, cloud: Cloud) -> None:
    dialog = await home.at_callback()
    before = dict(cloud.cloudhooks)
    await dialog.close()
    assert home.webhook_ids() == set()
    assert cloud.cloudhooks == before
    await home.pass_time(days=1, seconds=1)
    assert cloud.cloudhooks == {}


async def test_an_abandoned_callback_uri_is_used_again(home: Home) -> None:
    dialog = await home.at_callback()
    callback_uri = dialog.callback_uri
    await dialog.close()
    dialog = await home.at_callback()
    assert dialog.callback_uri == callback_uri
    await dialog.close()


async def test_an_abandoned_callback_uri_is_forgotten_after_a_day(home: Home) -> None:
    dialog = await home.at_callback()
    callback_uri = dialog.callback_uri
    await dialog.close()
    await home.pass_time(days=1, seconds=1)
    dialog = await home.at_callback()
    assert dialog.callback_uri != callback_uri
    await dialog.close()


async def test_a_failed_verification_asks_for_another_token(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3(management_token="not-the-right-one"))
    webhook = await home.webhook_for(dialog)
    await dialog.submit()
    assert not (await home.sim.verify(webhook)).succeeded
    await dialog.settle()
    await dialog.submit(verification="failed")
    assert dialog.step == "management_token"
    await dialog.submit(management_token=home.current.management_token)
    assert dialog.step == "callback"
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await home.finished(await dialog.confirm())


async def test_a_signed_message_verifies_without_a_question(home: Home) -> None:
    dialog = await home.at_callback()
    webhook = await home.webhook_for(dialog)
    await dialog.submit()
    await home.sim.send_test(webhook)
    await dialog.settle()
    assert dialog.step == "vehicles"
    await home.finished(dialog)


async def test_a_cloud_that_is_not_connected_is_explained(home: Home, cloud: Cloud) -> None:
    cloud.is_connected = False
    dialog = await home.at_callback()
    assert dialog.errors == {"base": "cloud_disconnected"}
    cloud.is_connected = True
    await dialog.submit()
    assert [dialog.callback_uri] == list(cloud.cloudhooks.values())
    await dialog.close()


async def test_the_address_is_shown_again(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    uri = dialog.callback_uri
    await dialog.choose("callback")
    assert dialog.step == "callback"
    assert dialog.callback_uri == uri
    await home.webhook_for(dialog, verify=True)
    await dialog.submit()
    await home.finished(await dialog.confirm())


async def test_the_webhook_with_our_callback_uri_is_found_among_others(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    await home.webhook(callback_uri="https://elsewhere.example/hook")
    ours = await home.webhook_for(dialog)
    await home.webhook(callback_uri="https://else.example/hook")
    await dialog.choose("webhook")
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == ours.id


async def test_without_one_of_our_address_the_owner_chooses_a_webhook(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    other = await home.webhook(callback_uri="https://a.example/hook", name="House")
    await dialog.choose("webhook")
    assert dialog.step == "choose_webhook"
    assert dialog.options == {other.id: f"House · {other.id[-4:]}"}
    assert dialog.suggested("smartcar_webhook_id") is None
    await dialog.submit(smartcar_webhook_id=other.id)
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == other.id


async def test_webhooks_with_our_address_come_first(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    one = await home.webhook_for(dialog, name="One")
    two = await home.webhook_for(dialog, name="Two")
    other = await home.webhook(callback_uri="https://a.example/hook")
    await dialog.choose("webhook")
    assert dialog.step == "choose_of_several"
    assert set(list(dialog.options)[:2]) == {one.id, two.id}
    assert list(dialog.options)[2] == other.id
    assert dialog.suggested("smartcar_webhook_id") in {one.id, two.id}
    await dialog.close()


@pytest.mark.parametrize("slip", [slice(None, -1), slice(None, -8)])
async def test_an_address_that_was_cut_is_recognised(home: Home, slip: slice) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    await home.webhook(callback_uri="https://a.example/hook")
    uri = dialog.callback_uri
    cut = await home.webhook(callback_uri=uri[slip], name="House")
    await dialog.choose("webhook")
    assert dialog.step == "almost_right_webhook"
    shown = {name: dialog.shown[name] for name in ("name", "found", "expected")}
    assert shown == {"name": "House", "found": uri[slip][-12:], "expected": uri[-12:]}
    assert dialog.suggested("smartcar_webhook_id") == cut.id
    await dialog.submit(smartcar_webhook_id=cut.id)
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == cut.id


async def test_of_several_webhooks_the_chosen_one_is_taken(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    await home.webhook_for(dialog, name="One")
    two = await home.webhook_for(dialog, name="Two")
    await dialog.choose("webhook")
    await dialog.submit(smartcar_webhook_id=two.id)
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == two.id


async def test_no_webhook_need_be_chosen(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    await home.webhook(callback_uri="https://a.example/hook")
    await dialog.choose("webhook")
    await dialog.submit()
    await dialog.submit(vehicles=list(dialog.options))
    entry = await home.created(dialog)
    assert "smartcar_webhook_id" not in entry.data


async def test_a_webhook_made_later_is_found_by_its_address(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    uri = dialog.callback_uri
    await dialog.choose("webhook")
    await dialog.submit(vehicles=list(dialog.options))
    entry = await home.created(dialog)
    webhook = await home.webhook(callback_uri=uri, verify=True)
    await home.settle()
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert home.subscribed(webhook) == {"Crossover"}


async def test_a_list_of_webhooks_that_fails_is_asked_for_later(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    webhook = await home.webhook_for(dialog)
    home.sim.fail_api(500, path="/webhooks", problem="SERVER.INTERNAL")
    await dialog.choose("webhook")
    await dialog.submit(vehicles=list(dialog.options))
    entry = await home.created(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("my webhook", "smartcar_webhook_id_is_no_uuid"),
        ("https://dashboard.example/webhooks/1", "is_a_url"),
    ],
)
async def test_the_id_of_a_dynamic_webhook_is_typed(home: Home, typed: str, error: str) -> None:
    dialog = await home.wait_in_vain(await home.at_callback(Kind.DYNAMIC))
    webhook = await home.webhook_for(dialog, Kind.DYNAMIC)
    await dialog.choose("webhook")
    await dialog.submit(smartcar_webhook_id=typed)
    assert dialog.errors == {"smartcar_webhook_id": error}
    await dialog.submit(smartcar_webhook_id=f" {webhook.id} ")
    entry = await home.finished(dialog)
    assert entry.unique_id == webhook.id


# Reconfiguring


async def test_the_callback_uri_is_shown_and_verified_again(home: Home) -> None:
    entry = await home.delivering()
    webhook = home.webhook_of(entry)
    dialog = await home.reconfigure(entry, "callback")
    assert dialog.callback_uri == webhook.callback_uri
    await dialog.submit()
    assert dialog.step == "wait"
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await home.reconfigured(dialog, entry)
    assert home.runtime(entry).store.data.status.confirmed_at is not None
    assert entry.data["smartcar_webhook_id"] == webhook.id


async def test_the_challenge_names_a_new_webhook(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "callback")
    dialog, webhook = await home.verified(dialog, Kind.DYNAMIC)
    await home.reconfigured(dialog, entry)
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert entry.unique_id == webhook.id


async def test_verifying_again_can_be_finished_later(home: Home) -> None:
    entry = await home.delivering()
    before = dict(entry.data)
    dialog = await home.wait_in_vain(await home.reconfigure(entry, "callback"))
    await dialog.choose("webhook")
    assert dialog.reason == "verify_later"
    assert dict(entry.data) == before


async def test_another_webhook_is_chosen_from_the_list(home: Home) -> None:
    entry = await home.delivering()
    old = home.webhook_of(entry)
    new = await home.webhook(callback_uri="https://elsewhere.example/hook")
    dialog = await home.reconfigure(entry, "webhook_id")
    assert list(dialog.options) == [old.id, new.id]
    await dialog.submit(smartcar_webhook_id=new.id)
    await home.reconfigured(dialog, entry)
    assert entry.data["smartcar_webhook_id"] == new.id
    assert entry.unique_id == home.current.m2m_id
    assert home.subscribed(new) == {"Crossover"}


async def test_the_webhook_in_use_comes_first_without_a_better_one(home: Home) -> None:
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
    await home.reconfigured(dialog, entry)
    assert dict(entry.data) == before


async def test_another_dynamic_webhook_is_typed(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "webhook_id")
    assert dialog.suggested("smartcar_webhook_id") == entry.data["smartcar_webhook_id"]
    new = await home.webhook(Kind.DYNAMIC)
    await dialog.submit(smartcar_webhook_id="mine")
    assert dialog.errors == {"smartcar_webhook_id": "smartcar_webhook_id_is_no_uuid"}
    await dialog.submit(smartcar_webhook_id=new.id)
    await home.reconfigured(dialog, entry)
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


async def test_a_token_renewed_behind_an_open_flow_is_not_undone(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "webhook_id")
    renewed = {"access_token": "a", "refresh_token": "r", "expires_at": 4_000_000_000.0}
    home.hass.config_entries.async_update_entry(entry, data={**entry.data, "token": renewed})
    webhook = await home.webhook(Kind.DYNAMIC)
    await dialog.submit(smartcar_webhook_id=webhook.id)
    await home.reconfigured(dialog, entry)
    assert entry.data["token"] == renewed


async def test_a_setup_may_leave_the_dashboard_unseen(home: Home) -> None:
    dialog = await home.at_callback()
    webhook = await home.webhook_for(dialog, Kind.CURRENT)
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.settle()
    await dialog.submit_as_shown()
    entry = await home.finished(dialog)
    assert home.runtime(entry).store.data.status.confirmed_at is None


async def test_a_migration_asks_what_the_dashboard_shows(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "move")
    await dialog.submit(**home.values_v3(home.dynamic))
    webhook = await home.webhook_for(dialog, application=home.dynamic)
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.settle()
    with pytest.raises(InvalidData):
        await dialog.submit_as_shown()
    assert entry.data["api"] == "v2"
