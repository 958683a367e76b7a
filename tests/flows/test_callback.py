"""The callback URI and Smartcar's challenge."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
import sys
from types import ModuleType
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.webhook import async_generate_path
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from simulator import Kind

from .conftest import PUBLIC, Dialog, Owner

CLOUDHOOK = "https://hooks.nabu.example/gAAAAABsomething="


async def at_callback(owner: Owner, kind: Kind = Kind.CURRENT) -> Dialog:
    if kind.is_v2:
        return await (await owner.add("dynamic")).submit(**owner.v2())
    return await (await owner.add("current")).submit(**owner.v3())


async def unverified(owner: Owner, kind: Kind = Kind.CURRENT) -> Dialog:
    """Wait in vain."""
    dialog = await at_callback(owner, kind)
    await dialog.submit()
    await dialog.settle()
    assert dialog.step == "not_verified"
    return dialog


@pytest.mark.parametrize(
    ("external_url", "obstacle"),
    [
        (None, "no_url"),
        ("http://car-owner.example", "not_https"),
        ("https://homeassistant.local:8123", "not_public"),
        ("https://192.168.1.5", "not_public"),
    ],
)
async def test_an_address_that_smartcar_cannot_reach_is_explained_and_mended(
    owner: Owner, external_url: str | None, obstacle: str
) -> None:
    await owner.hass.config.async_update(external_url=external_url)
    dialog = await at_callback(owner)
    assert dialog.step == "no_address"
    assert dialog.errors == {"base": obstacle}
    assert owner.handlers() == set()
    await dialog.submit()
    assert dialog.errors == {"base": obstacle}
    await owner.hass.config.async_update(external_url=PUBLIC)
    await dialog.submit()
    await owner.finished((await owner.verified(dialog))[0])


async def test_the_callback_uri_stays_the_same_while_the_address_is_mended(owner: Owner) -> None:
    dialog = await at_callback(owner)
    uri = dialog.callback_uri
    await owner.hass.config.async_update(external_url=None)
    await dialog.submit()
    assert dialog.step == "no_address"
    await owner.hass.config.async_update(external_url=PUBLIC)
    await dialog.submit()
    assert dialog.callback_uri == uri
    assert len(owner.handlers()) == 1


@dataclass
class Cloud:
    """A Nabu Casa subscription: what Home Assistant's cloud component would answer."""

    connected: bool = True
    hooks: dict[str, str] = field(default_factory=dict)

    def async_active_subscription(self, _hass: object) -> bool:
        return True

    async def async_get_or_create_cloudhook(self, _hass: object, webhook_id: str) -> str:
        from homeassistant.components import cloud  # noqa: PLC0415

        if not self.connected:
            raise cloud.CloudNotConnected
        return self.hooks.setdefault(webhook_id, CLOUDHOOK)

    async def async_delete_cloudhook(self, _hass: object, webhook_id: str) -> None:
        del self.hooks[webhook_id]

    def async_listen_connection_change(self, _hass: object, _changed: object) -> object:
        return lambda: None

    def async_listen_cloudhook_change(self, _hass: object, _id: str, _changed: object) -> object:
        return lambda: None


@pytest.fixture
def cloud(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> Generator[Cloud]:
    """Subscribe to Nabu Casa; the voice packages that its component imports stay away."""
    for name, attribute in (("pymicro_vad", "MicroVad"), ("pyspeex_noise", "AudioProcessor")):
        module = ModuleType(name)
        setattr(module, attribute, type(attribute, (), {}))
        monkeypatch.setitem(sys.modules, name, module)
    cloud = Cloud()
    owner.hass.config.components.add("cloud")
    names = [name for name in dir(cloud) if name.startswith("async_")]
    with patch.multiple(
        "homeassistant.components.cloud", **{name: getattr(cloud, name) for name in names}
    ):
        yield cloud


async def test_a_cloudhook_is_the_callback_uri_where_there_is_the_cloud(
    owner: Owner, cloud: Cloud
) -> None:
    await owner.hass.config.async_update(external_url=None)
    dialog = await at_callback(owner)
    assert dialog.callback_uri == CLOUDHOOK
    (webhook_id,) = cloud.hooks
    path = async_generate_path(webhook_id)
    async with owner.http.post(
        path, json={"eventType": "VERIFY", "data": {"challenge": "challenge_1"}}
    ) as answer:
        assert answer.status == 200
    await dialog.submit()
    await dialog.confirm()
    await owner.created(await dialog.submit(vehicles=list(dialog.options)))
    assert cloud.hooks == {webhook_id: CLOUDHOOK}


async def test_a_closed_window_keeps_its_cloudhook_for_a_day(
    owner: Owner, cloud: Cloud, freezer: FrozenDateTimeFactory
) -> None:
    dialog = await at_callback(owner)
    before = dict(cloud.hooks)
    await dialog.close()
    assert owner.handlers() == set()
    assert cloud.hooks == before
    freezer.tick(timedelta(days=1, seconds=1))
    async_fire_time_changed(owner.hass)
    await owner.settle()
    assert cloud.hooks == {}


async def test_an_abandoned_set_up_leaves_its_callback_uri_to_the_next(owner: Owner) -> None:
    dialog = await at_callback(owner)
    callback_uri = dialog.callback_uri
    await dialog.close()
    dialog = await at_callback(owner)
    assert dialog.callback_uri == callback_uri
    await dialog.close()


async def test_a_failed_verification_asks_for_another_token(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3(management_token="not-the-right-one"))
    webhook = await owner.paste(dialog)
    await dialog.submit()
    assert not (await owner.sim.verify(webhook)).succeeded
    await dialog.settle()
    await dialog.submit(verification="failed")
    assert dialog.step == "management_token"
    await dialog.submit(management_token=owner.current.management_token)
    assert dialog.step == "callback"
    await dialog.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await owner.finished(await dialog.confirm())


async def test_a_signed_message_verifies_without_a_question(owner: Owner) -> None:
    dialog = await at_callback(owner)
    webhook = await owner.paste(dialog)
    await dialog.submit()
    await owner.sim.send_test(webhook)
    await dialog.settle()
    assert dialog.step == "vehicles"
    await owner.finished(dialog)


async def test_a_cloud_that_is_not_connected_is_explained(owner: Owner, cloud: Cloud) -> None:
    cloud.connected = False
    dialog = await at_callback(owner)
    assert dialog.errors == {"base": "cloud_disconnected"}
    cloud.connected = True
    await dialog.submit()
    assert dialog.callback_uri == CLOUDHOOK
    await dialog.close()


@pytest.mark.usefixtures("impatient")
async def test_the_challenge_may_come_after_waiting_again(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = await unverified(owner)
    monkeypatch.undo()
    monkeypatch.setenv("SMARTCAR_DYNAMIC_SIMULATOR", owner.sim.url)
    webhook = await owner.paste(dialog)
    await dialog.choose("wait")
    assert dialog.step == "wait"
    assert (await owner.sim.verify(webhook)).succeeded
    await owner.finished(await dialog.confirm())


@pytest.mark.usefixtures("impatient")
async def test_the_address_is_shown_again(owner: Owner) -> None:
    dialog = await unverified(owner)
    uri = dialog.callback_uri
    await dialog.choose("callback")
    assert dialog.step == "callback"
    assert dialog.callback_uri == uri
    await owner.paste(dialog, verify=True)
    await dialog.submit()
    await owner.finished(await dialog.confirm())


@pytest.mark.usefixtures("impatient")
async def test_a_challenge_that_comes_late_is_still_taken(owner: Owner) -> None:
    dialog = await unverified(owner)
    webhook = await owner.paste(dialog, verify=True)
    await dialog.choose("webhook")
    entry = await owner.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


@pytest.mark.usefixtures("impatient")
async def test_what_is_verified_later_is_answered_by_the_entry(owner: Owner) -> None:
    dialog = await unverified(owner)
    webhook = await owner.paste(dialog)
    await dialog.choose("webhook")
    entry = await owner.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert owner.data(entry).store.data.status.answered_at is None
    assert (await owner.sim.verify(webhook)).succeeded
    await owner.settle()
    assert owner.data(entry).store.data.status.answered_at is not None


@pytest.mark.usefixtures("impatient")
async def test_the_webhook_with_our_callback_uri_is_found_among_others(owner: Owner) -> None:
    dialog = await unverified(owner)
    await owner.sim.create_webhook(Kind.CURRENT, "https://elsewhere.example/hook")
    ours = await owner.paste(dialog)
    await owner.sim.create_webhook(Kind.CURRENT, "https://else.example/hook")
    await dialog.choose("webhook")
    entry = await owner.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == ours.id


@pytest.mark.usefixtures("impatient")
async def test_without_one_of_our_address_the_owner_chooses_a_webhook(owner: Owner) -> None:
    dialog = await unverified(owner)
    other = await owner.sim.create_webhook(Kind.CURRENT, "https://a.example/hook", name="House")
    await dialog.choose("webhook")
    assert dialog.step == "choose_webhook"
    assert dialog.options == {other.id: f"House · {other.id[-4:]}"}
    assert dialog.suggested("smartcar_webhook_id") is None
    await dialog.submit(smartcar_webhook_id=other.id)
    entry = await owner.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == other.id


@pytest.mark.usefixtures("impatient")
async def test_webhooks_with_our_address_come_first(owner: Owner) -> None:
    dialog = await unverified(owner)
    one = await owner.paste(dialog, name="One")
    two = await owner.paste(dialog, name="Two")
    other = await owner.sim.create_webhook(Kind.CURRENT, "https://a.example/hook")
    await dialog.choose("webhook")
    assert set(list(dialog.options)[:2]) == {one.id, two.id}
    assert list(dialog.options)[2] == other.id
    assert dialog.suggested("smartcar_webhook_id") in {one.id, two.id}
    await dialog.close()


@pytest.mark.usefixtures("impatient")
async def test_no_webhook_need_be_chosen(owner: Owner) -> None:
    dialog = await unverified(owner)
    await owner.sim.create_webhook(Kind.CURRENT, "https://a.example/hook")
    await dialog.choose("webhook")
    await dialog.submit()
    await dialog.submit(vehicles=list(dialog.options))
    entry = await owner.created(dialog)
    assert "smartcar_webhook_id" not in entry.data


@pytest.mark.usefixtures("impatient")
async def test_a_webhook_that_is_made_later_is_found_by_its_address(owner: Owner) -> None:
    dialog = await unverified(owner)
    uri = dialog.callback_uri
    await dialog.choose("webhook")
    await dialog.submit(vehicles=list(dialog.options))
    entry = await owner.created(dialog)
    webhook = await owner.sim.create_webhook(Kind.CURRENT, uri, verify=True)
    await owner.settle()
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert owner.subscribed(webhook) == {"Crossover"}


@pytest.mark.usefixtures("impatient")
async def test_a_list_that_smartcar_does_not_give_is_asked_for_later(owner: Owner) -> None:
    dialog = await unverified(owner)
    webhook = await owner.paste(dialog)
    owner.sim.fail_api(500, path="/webhooks", problem="SERVER.INTERNAL")
    await dialog.choose("webhook")
    await dialog.submit(vehicles=list(dialog.options))
    entry = await owner.created(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("my webhook", "smartcar_webhook_id_is_no_uuid"),
        ("https://dashboard.example/webhooks/1", "is_a_url"),
    ],
)
async def test_the_id_of_a_dynamic_webhook_is_typed(owner: Owner, typed: str, error: str) -> None:
    dialog = await unverified(owner, Kind.DYNAMIC)
    webhook = await owner.paste(dialog, Kind.DYNAMIC)
    await dialog.choose("webhook")
    await dialog.submit(smartcar_webhook_id=typed)
    assert dialog.errors == {"smartcar_webhook_id": error}
    await dialog.submit(smartcar_webhook_id=f" {webhook.id} ")
    entry = await owner.finished(dialog)
    assert entry.unique_id == webhook.id
