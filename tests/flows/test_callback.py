"""The callback URI and Smartcar's challenge."""

from homeassistant.components.webhook import async_generate_path
import pytest

from simulator import Kind

from ..cloud import Cloud
from ..dialog import Dialog
from ..home import PUBLIC, Home
from .conftest import NO_TIME


async def at_callback(home: Home, kind: Kind = Kind.CURRENT) -> Dialog:
    if kind.is_v2:
        return await (await home.add("dynamic")).submit(**home.values_v2())
    return await (await home.add("current")).submit(**home.values_v3())


async def unverified(home: Home, kind: Kind = Kind.CURRENT) -> Dialog:
    """Wait in vain."""
    dialog = await at_callback(home, kind)
    await dialog.submit()
    await dialog.settle()
    assert dialog.step == "not_verified"
    return dialog


@pytest.mark.parametrize(
    ("external_url", "obstacle"),
    [
        (None, "no_url"),
        ("http://car-home.example", "not_https"),
        ("https://homeassistant.local:8123", "not_public"),
        ("https://192.168.1.5", "not_public"),
    ],
)
async def test_an_address_that_smartcar_cannot_reach_is_explained_and_mended(
    home: Home, external_url: str | None, obstacle: str
) -> None:
    await home.hass.config.async_update(external_url=external_url)
    dialog = await at_callback(home)
    assert dialog.step == "no_address"
    assert dialog.errors == {"base": obstacle}
    assert home.webhook_ids() == set()
    await dialog.submit()
    assert dialog.errors == {"base": obstacle}
    await home.hass.config.async_update(external_url=PUBLIC)
    await dialog.submit()
    await home.finished((await home.verified(dialog))[0])


async def test_the_callback_uri_stays_the_same_while_the_address_is_mended(home: Home) -> None:
    dialog = await at_callback(home)
    uri = dialog.callback_uri
    await home.hass.config.async_update(external_url=None)
    await dialog.submit()
    assert dialog.step == "no_address"
    await home.hass.config.async_update(external_url=PUBLIC)
    await dialog.submit()
    assert dialog.callback_uri == uri
    assert len(home.webhook_ids()) == 1


async def test_a_cloudhook_is_the_callback_uri_where_there_is_the_cloud(
    home: Home, cloud: Cloud
) -> None:
    await home.hass.config.async_update(external_url=None)
    dialog = await at_callback(home)
    ((webhook_id, cloudhook),) = cloud.cloudhooks.items()
    assert dialog.callback_uri == cloudhook
    path = async_generate_path(webhook_id)
    async with home.http.post(
        path, json={"eventType": "VERIFY", "data": {"challenge": "challenge_1"}}
    ) as answer:
        assert answer.status == 200
    await dialog.submit()
    await dialog.settle()
    await home.created(await dialog.submit(vehicles=list(dialog.options)))
    assert cloud.cloudhooks == {webhook_id: cloudhook}


async def test_a_closed_window_leaves_no_cloudhook_behind(home: Home, cloud: Cloud) -> None:
    dialog = await at_callback(home)
    assert cloud.cloudhooks
    await dialog.close()
    assert cloud.cloudhooks == {}
    assert home.webhook_ids() == set()


async def test_a_cloud_that_is_not_connected_is_explained(home: Home, cloud: Cloud) -> None:
    cloud.is_connected = False
    dialog = await at_callback(home)
    assert dialog.errors == {"base": "cloud_disconnected"}
    cloud.is_connected = True
    await dialog.submit()
    assert [dialog.callback_uri] == list(cloud.cloudhooks.values())
    await dialog.close()


async def test_the_challenge_may_come_after_waiting_again(home: Home) -> None:
    with NO_TIME:
        dialog = await unverified(home)
    webhook = await home.webhook_for(dialog)
    await dialog.choose("wait")
    assert dialog.step == "wait"
    assert (await home.sim.verify(webhook)).succeeded
    await home.finished(await dialog.settle())


@pytest.mark.usefixtures("no_time_to_wait")
async def test_the_address_is_shown_again(home: Home) -> None:
    dialog = await unverified(home)
    uri = dialog.callback_uri
    await dialog.choose("callback")
    assert dialog.step == "callback"
    assert dialog.callback_uri == uri
    await home.webhook_for(dialog, verify=True)
    await dialog.submit()
    await home.finished(await dialog.settle())


@pytest.mark.usefixtures("no_time_to_wait")
async def test_a_challenge_that_comes_late_is_still_taken(home: Home) -> None:
    dialog = await unverified(home)
    webhook = await home.webhook_for(dialog, verify=True)
    await dialog.choose("webhook")
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


@pytest.mark.usefixtures("no_time_to_wait")
async def test_what_is_verified_later_is_answered_by_the_entry(home: Home) -> None:
    dialog = await unverified(home)
    webhook = await home.webhook_for(dialog)
    await dialog.choose("webhook")
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert home.runtime(entry).store.data.status.verified_at is None
    assert (await home.sim.verify(webhook)).succeeded
    await home.settle()
    assert home.runtime(entry).store.data.status.verified_at is not None


@pytest.mark.usefixtures("no_time_to_wait")
async def test_the_webhook_with_our_callback_uri_is_found_among_others(home: Home) -> None:
    dialog = await unverified(home)
    await home.webhook(callback_uri="https://elsewhere.example/hook")
    ours = await home.webhook_for(dialog)
    await home.webhook(callback_uri="https://else.example/hook")
    await dialog.choose("webhook")
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == ours.id


@pytest.mark.usefixtures("no_time_to_wait")
async def test_without_one_of_our_address_the_owner_chooses_a_webhook(home: Home) -> None:
    dialog = await unverified(home)
    other = await home.webhook(callback_uri="https://a.example/hook", name="House")
    await dialog.choose("webhook")
    assert dialog.step == "choose_webhook"
    assert dialog.options == {other.id: f"House · {other.id[-4:]}"}
    assert dialog.suggested("smartcar_webhook_id") is None
    await dialog.submit(smartcar_webhook_id=other.id)
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == other.id


@pytest.mark.usefixtures("no_time_to_wait")
async def test_webhooks_with_our_address_come_first(home: Home) -> None:
    dialog = await unverified(home)
    one = await home.webhook_for(dialog, name="One")
    two = await home.webhook_for(dialog, name="Two")
    other = await home.webhook(callback_uri="https://a.example/hook")
    await dialog.choose("webhook")
    assert set(list(dialog.options)[:2]) == {one.id, two.id}
    assert list(dialog.options)[2] == other.id
    assert dialog.suggested("smartcar_webhook_id") in {one.id, two.id}
    await dialog.close()


@pytest.mark.usefixtures("no_time_to_wait")
async def test_no_webhook_need_be_chosen(home: Home) -> None:
    dialog = await unverified(home)
    await home.webhook(callback_uri="https://a.example/hook")
    await dialog.choose("webhook")
    await dialog.submit()
    await dialog.submit(vehicles=list(dialog.options))
    entry = await home.created(dialog)
    assert "smartcar_webhook_id" not in entry.data


@pytest.mark.usefixtures("no_time_to_wait")
async def test_a_webhook_that_is_made_later_is_found_by_its_address(home: Home) -> None:
    dialog = await unverified(home)
    uri = dialog.callback_uri
    await dialog.choose("webhook")
    await dialog.submit(vehicles=list(dialog.options))
    entry = await home.created(dialog)
    webhook = await home.webhook(callback_uri=uri, verify=True)
    await home.settle()
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert home.subscribed(webhook) == {"Crossover"}


@pytest.mark.usefixtures("no_time_to_wait")
async def test_a_list_that_smartcar_does_not_give_is_asked_for_later(home: Home) -> None:
    dialog = await unverified(home)
    webhook = await home.webhook_for(dialog)
    home.sim.fail_api(500, path="/webhooks", problem="SERVER.INTERNAL")
    await dialog.choose("webhook")
    await dialog.submit(vehicles=list(dialog.options))
    entry = await home.created(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


@pytest.mark.usefixtures("no_time_to_wait")
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("my webhook", "smartcar_webhook_id_is_no_uuid"),
        ("https://dashboard.example/webhooks/1", "is_a_url"),
    ],
)
async def test_the_id_of_a_dynamic_webhook_is_typed(home: Home, typed: str, error: str) -> None:
    dialog = await unverified(home, Kind.DYNAMIC)
    webhook = await home.webhook_for(dialog, Kind.DYNAMIC)
    await dialog.choose("webhook")
    await dialog.submit(smartcar_webhook_id=typed)
    assert dialog.errors == {"smartcar_webhook_id": error}
    await dialog.submit(smartcar_webhook_id=f" {webhook.id} ")
    entry = await home.finished(dialog)
    assert entry.unique_id == webhook.id
