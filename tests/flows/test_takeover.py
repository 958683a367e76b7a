"""Taking over from another Smartcar integration: nothing is lost on the way, there and back."""

import asyncio

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.data_entry_flow import AbortFlow, FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.smartcar_dynamic.config_flow import SmartcarConfigFlow
from custom_components.smartcar_dynamic.smartcar.client import SmartcarConnectionError
from custom_components.smartcar_dynamic.smartcar.client_v3 import ClientV3
from simulator import Kind, Webhook

from ..dialog import Dialog
from ..entries import DOMAIN, WEBHOOK_ID
from ..home import Home
from ..other import OTHER, Other, add_other, install, uninstall


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


async def take_over(home: Home) -> ConfigEntry:
    """Go the whole way, submitting each form as it is filled in."""
    return await finish(home, await home.add("takeover"))


async def finish(home: Home, dialog: Dialog) -> ConfigEntry:
    while dialog.result["type"] is FlowResultType.FORM:
        await dialog.submit_as_shown()
    return await home.created(dialog)


async def verified(home: Home, kind: Kind = Kind.CURRENT) -> Webhook:
    """Return a webhook that Smartcar has verified and that delivers all cars."""
    webhook = await home.webhook(kind)
    assert (await home.sim.verify(webhook)).succeeded
    home.sim.subscribe(webhook, home.car(kind))
    return webhook


def registry_entry(home: Home, entity_id: str) -> er.RegistryEntry:
    entity = er.async_get(home.hass).async_get(entity_id)
    assert entity is not None
    return entity


def ours(home: Home, entry: ConfigEntry) -> set[str]:
    entities = er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id)
    return {entity.entity_id for entity in entities}


def value(home: Home, entity_id: str) -> str:
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state.state


# Where it is offered


async def test_taking_over_is_offered_beside_an_entry_of_the_other(home: Home) -> None:
    await add_other(home)
    dialog = await home.add()
    assert dialog.result["menu_options"] == ["current", "dynamic", "takeover"]


async def test_a_disabled_entry_is_offered_too(home: Home) -> None:
    other = await add_other(home, disabled=True)
    entry = await take_over(home)
    assert other.entry.disabled_by is not None
    assert len(ours(home, entry)) > 20


async def test_what_was_taken_over_is_not_offered_again(home: Home) -> None:
    await add_other(home)
    await take_over(home)
    dialog = await home.add()
    assert dialog.result["menu_options"] == ["current", "dynamic"]


async def test_one_of_several_entries_is_chosen(home: Home) -> None:
    await add_other(home, webhook_id="first", title="Theirs")
    second = await add_other(home, credential=False, vehicles={})
    dialog = await home.add("takeover")
    assert dialog.step == "takeover"
    assert list(dialog.options.values()) == ["Theirs", "Family car"]
    await dialog.submit(entry=second.entry.entry_id)
    entry = await finish(home, dialog)
    assert entry.title == "Family car"


# On the current platform


async def test_an_entry_is_taken_over_with_its_credentials(home: Home) -> None:
    webhook = await home.webhook()
    other = await add_other(home)
    entry = await take_over(home)
    assert dict(entry.data) == {
        "api": "v3",
        "client_id": home.current.m2m_id,
        "client_secret": home.current.m2m_secret,
        "management_token": home.current.management_token,
        "smartcar_webhook_id": webhook.id,
        "webhook_id": WEBHOOK_ID,
    }
    assert entry.title == "Family car"
    assert other.entry.disabled_by is not None
    assert other.entry.state is ConfigEntryState.NOT_LOADED
    assert home.runtime(entry).store.data.application_id == home.current.id


async def test_everything_with_a_counterpart_moves(home: Home) -> None:
    other = await add_other(home)
    before, device = other.entity_ids, other.device
    stays = {other.entity_id("sensor", "diag_abs"), other.entity_id("switch", "climate")}
    dialog = await home.add("takeover")
    assert dialog.shown["moved"] == str(len(before - stays))
    assert all(entity_id in dialog.shown["left"] for entity_id in stays)
    entry = await finish(home, dialog)
    assert ours(home, entry) >= before - stays
    assert other.entity_ids == stays
    moved = dr.async_get(home.hass).async_get(device.id)
    assert isinstance(moved, dr.DeviceEntry)
    assert moved.identifiers == {(DOMAIN, home.car().id)}
    assert moved.config_entry_id == entry.entry_id
    assert {registry_entry(home, it).device_id for it in before - stays} == {device.id}


async def test_what_stays_keeps_a_device_there(home: Home) -> None:
    other = await add_other(home)
    climate = other.entity_id("switch", "climate")
    await take_over(home)
    assert registry_entry(home, climate).device_id == other.device.id
    assert registry_entry(home, climate).disabled_by is er.RegistryEntryDisabler.CONFIG_ENTRY


async def test_what_the_owner_changed_stays(home: Home) -> None:
    other = await add_other(home)
    registry = er.async_get(home.hass)
    battery, online = (
        other.entity_id("sensor", "battery_level"),
        other.entity_id("binary_sensor", "online"),
    )
    registry.async_update_entity(
        battery,
        new_entity_id="sensor.our_charge",
        name="Our charge",
        aliases=["charge of the car"],
        area_id="garage",
        icon="mdi:battery",
        labels={"car"},
        hidden_by=er.RegistryEntryHider.USER,
    )
    registry.async_update_entity(online, disabled_by=er.RegistryEntryDisabler.USER)
    dr.async_get(home.hass).async_update_device(other.device.id, name_by_user="Blue", area_id="x")
    before = registry_entry(home, "sensor.our_charge")
    device_id = other.device.id
    await home.settle()
    entry = await take_over(home)
    after = registry_entry(home, "sensor.our_charge")
    kept = ("id", "name", "aliases", "area_id", "icon", "labels", "hidden_by", "disabled_by")
    assert [getattr(after, it) for it in kept] == [getattr(before, it) for it in kept]
    assert registry_entry(home, online).disabled_by is er.RegistryEntryDisabler.USER
    assert registry_entry(home, online).config_entry_id == entry.entry_id
    device = dr.async_get(home.hass).async_get(device_id)
    assert isinstance(device, dr.DeviceEntry)
    assert (device.name_by_user, device.area_id) == ("Blue", "x")


async def test_deliveries_reach_the_entities_that_moved(home: Home) -> None:
    other = await add_other(home)
    battery = other.entity_id("sensor", "battery_level")
    entry = await take_over(home)
    await verified(home)
    home.sim.act(home.car(), lambda car: car.set_state_of_charge(33))
    await home.deliver()
    assert float(value(home, battery)) == 33
    assert registry_entry(home, battery).config_entry_id == entry.entry_id


async def test_a_kept_device_is_the_one_that_is_updated(home: Home) -> None:
    other = await add_other(home)
    device_id = other.device.id
    entry = await take_over(home)
    await verified(home)
    await home.deliver()
    devices = dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
    assert [device.id for device in devices] == [device_id]


# During the switch


async def test_deliveries_during_the_switch_come_again(home: Home) -> None:
    await add_other(home)
    dialog = await home.add("takeover")
    answers: list[int] = []

    async def knock() -> None:
        while dialog.step == "takeover_confirm":
            answer = await home.http.post(f"/api/webhook/{WEBHOOK_ID}", data=b"{}")
            if await answer.text() != "smartcar":
                answers.append(answer.status)

    knocking = asyncio.ensure_future(knock())
    await asyncio.sleep(0)
    await dialog.submit()
    await knocking
    assert answers
    assert set(answers) <= {401, 503}


async def test_an_entry_that_cannot_be_unloaded_is_left_alone(home: Home) -> None:
    other = await add_other(home, stays=True)
    dialog = await home.add("takeover")
    await dialog.submit()
    assert dialog.reason == "other_entry_busy"
    assert not home.hass.config_entries.async_entries(DOMAIN)
    assert len(other.entity_ids) > 20


async def fail(*_: object) -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    "part",
    [
        "SmartcarStore.async_load",
        "SmartcarWebhook.async_register",
        "Monitor.async_start",
    ],
)
async def test_a_failed_set_up_puts_everything_back(
    home: Home, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    other = await add_other(home)
    before, device = other.entity_ids, other.device
    unique_ids = {registry_entry(home, it).unique_id for it in before}
    dialog = await home.add("takeover")
    with monkeypatch.context() as patch:
        patch.setattr(f"custom_components.smartcar_dynamic.{part}", failing(part))
        await dialog.submit()
        await home.settle()
    assert dialog.reason == "takeover_failed"
    assert not home.hass.config_entries.async_entries(DOMAIN)
    assert other.entry.state is ConfigEntryState.LOADED
    assert other.entity_ids == before
    assert {registry_entry(home, it).unique_id for it in before} == unique_ids
    assert other.device.id == device.id
    assert value(home, other.entity_id("sensor", "battery_level")) == "55"


def failing(part: str) -> object:
    if "store" in part.lower():
        return fail

    def fail_now(*_: object) -> None:
        raise RuntimeError

    return fail_now


async def test_a_failed_set_up_leaves_a_disabled_entry_disabled(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await add_other(home, disabled=True)
    dialog = await home.add("takeover")
    with monkeypatch.context() as patch:
        patch.setattr("custom_components.smartcar_dynamic.SmartcarStore.async_load", fail)
        await dialog.submit()
    assert dialog.reason == "takeover_failed"
    assert other.entry.disabled_by is not None


async def test_two_windows_take_over_once(home: Home) -> None:
    await add_other(home)
    first = await home.add("takeover")
    second = await home.add("takeover")
    assert second.reason == "already_in_progress"
    await finish(home, first)
    assert len(home.hass.config_entries.async_entries(DOMAIN)) == 1


async def test_an_entry_removed_meanwhile_ends_the_flow(home: Home) -> None:
    other = await add_other(home)
    dialog = await home.add("takeover")
    await home.hass.config_entries.async_remove(other.entry.entry_id)
    await dialog.submit()
    assert dialog.reason == "other_entry_gone"


# Asked for


async def test_missing_values_are_asked_for(home: Home) -> None:
    await add_other(home, credential=False, application_management_token=None)
    dialog = await home.add("takeover")
    assert dialog.step == "takeover_credentials"
    fields = [str(it) for it in dialog.result["data_schema"].schema]
    assert fields == ["client_id", "client_secret", "management_token"]
    await dialog.submit(**home.values_v3())
    entry = await finish(home, dialog)
    assert entry.data["client_secret"] == home.current.m2m_secret


async def test_a_rejected_secret_is_asked_for_before_anything_moves(home: Home) -> None:
    other = await add_other(home)
    before = other.entity_ids
    secret, home.current.m2m_secret = home.current.m2m_secret, "a-new-secret"
    dialog = await home.add("takeover")
    assert dialog.step == "takeover_credentials"
    assert dialog.errors == {"client_id": "invalid_client"}
    assert dialog.suggested("client_secret") == secret
    assert other.entity_ids == before
    assert other.entry.state is ConfigEntryState.LOADED
    await dialog.submit(**home.values_v3())
    await finish(home, dialog)


async def test_an_unreachable_smartcar_changes_nothing(home: Home) -> None:
    other = await add_other(home)
    home.sim.fail_api(500, path="/connections", problem="SERVER.INTERNAL")
    dialog = await home.add("takeover")
    assert dialog.errors == {"base": "cannot_connect"}
    assert other.entry.state is ConfigEntryState.LOADED


async def test_an_application_that_is_set_up_is_not_set_up_again(home: Home) -> None:
    await home.live()
    await add_other(home, webhook_id="another")
    dialog = await home.add("takeover")
    assert dialog.reason == "already_configured"


async def test_an_entry_without_a_webhook_gets_one_in_the_normal_step(home: Home) -> None:
    await add_other(home, webhook_id=None)
    dialog = await home.add("takeover")
    assert dialog.step == "callback"
    dialog, webhook = await home.verified(dialog)
    entry = await finish(home, dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


# API v2.0


async def test_a_dynamic_webhook_is_taken_over(home: Home) -> None:
    other = await add_other(home, Kind.DYNAMIC)
    assert other.prefix == home.car(Kind.DYNAMIC).vin
    before = other.entity_ids
    dialog = await home.add("takeover")
    assert "December 1, 2026" in dialog.shown["note"]
    entry = await finish(home, dialog)
    assert entry.data["api"] == "v2"
    assert entry.data["webhook_id"] == WEBHOOK_ID
    assert entry.data["client_id"] == home.dynamic.id
    assert entry.data["client_secret"] == home.dynamic.client_secret
    assert entry.data["management_token"] == home.dynamic.management_token
    assert entry.data["token"]["refresh_token"]
    assert ours(home, entry) >= before - other.entity_ids
    assert len(before - other.entity_ids) > 20
    unique_ids = {registry_entry(home, it).unique_id for it in before - other.entity_ids}
    assert {it.partition("_")[0] for it in unique_ids} == {home.car(Kind.DYNAMIC).id}


async def test_a_renewed_token_belongs_to_the_other_entry_too(home: Home) -> None:
    other = await add_other(home, Kind.DYNAMIC)
    old = dict(other.entry.data["token"])
    await home.pass_time(hours=3)
    dialog = await home.add("takeover")
    renewed = dict(other.entry.data["token"])
    assert renewed["refresh_token"] != old["refresh_token"]
    assert renewed["scopes"] == []
    entry = await finish(home, dialog)
    assert entry.data["token"]["refresh_token"] == renewed["refresh_token"]


async def test_a_vin_that_nobody_stored_is_asked_for(home: Home) -> None:
    other = await add_other(home, Kind.DYNAMIC)
    before = other.entity_ids
    data = {**other.entry.data, "vehicles": {home.car(Kind.DYNAMIC).id: {"vin": None}}}
    home.hass.config_entries.async_update_entry(other.entry, data=data)
    entry = await take_over(home)
    assert len(ours(home, entry) & before) > 20


async def test_a_rejected_token_is_asked_for(home: Home) -> None:
    await add_other(home, Kind.DYNAMIC, token={"access_token": "no", "refresh_token": "old"})
    dialog = await home.add("takeover")
    assert dialog.errors == {"refresh_token": "invalid_refresh_token"}
    await dialog.submit(**home.values_v2())
    await finish(home, dialog)


# Going back


async def go_back(home: Home, entry: ConfigEntry) -> Dialog:
    dialog = await home.reconfigure(entry, "go_back")
    assert dialog.step == "go_back"
    await dialog.submit()
    await home.settle()
    return dialog


@pytest.mark.parametrize("kind", [Kind.CURRENT, Kind.DYNAMIC])
async def test_going_back_gives_everything_back(home: Home, kind: Kind) -> None:
    other = await add_other(home, kind)
    before = {it: registry_entry(home, it) for it in other.entity_ids}
    device, data = other.device, dict(other.entry.data)
    entry = await take_over(home)
    await verified(home, kind)
    await home.deliver()
    dialog = await go_back(home, entry)
    assert dialog.reason == "went_back"
    assert not home.hass.config_entries.async_entries(DOMAIN)
    assert other.entry.state is ConfigEntryState.LOADED
    assert other.entity_ids == before.keys()
    for entity_id, entity in before.items():
        now = registry_entry(home, entity_id)
        assert (now.id, now.unique_id, now.platform, now.device_id, now.disabled_by) == (
            entity.id,
            entity.unique_id,
            OTHER,
            entity.device_id,
            None,
        )
    assert other.device.id == device.id
    assert other.device.identifiers == device.identifiers
    assert value(home, other.entity_id("sensor", "battery_level")) == "55"
    assert other.entry.data["webhook_id"] == data["webhook_id"]
    answer = await home.http.post(f"/api/webhook/{WEBHOOK_ID}", data=b"{}")
    assert await answer.text() == "smartcar"


async def test_going_back_leaves_the_subscriptions_alone(home: Home) -> None:
    await add_other(home)
    webhook = await home.webhook()
    entry = await take_over(home)
    await verified(home)
    home.sim.subscribe(webhook, home.car())
    await go_back(home, entry)
    assert home.subscribed(webhook) == {"Crossover"}


async def test_going_back_brings_the_newest_tokens(home: Home) -> None:
    other = await add_other(home, Kind.DYNAMIC)
    entry = await take_over(home)
    newest = {**entry.data["token"], "refresh_token": "the-newest"}
    home.hass.config_entries.async_update_entry(entry, data={**entry.data, "token": newest})
    await go_back(home, entry)
    assert other.entry.data["token"] == {"scopes": [], **newest}


async def test_what_was_made_again_there_gives_way(home: Home) -> None:
    other = await add_other(home)
    battery = other.entity_id("sensor", "battery_level")
    unique_id = registry_entry(home, battery).unique_id
    entry = await take_over(home)
    er.async_get(home.hass).async_get_or_create(
        "sensor", OTHER, unique_id, config_entry=other.entry
    )
    await go_back(home, entry)
    assert other.entity_id("sensor", "battery_level") == battery


async def test_going_back_needs_the_other_integration(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await add_other(home)
    entry = await take_over(home)
    uninstall(home.hass, monkeypatch)
    dialog = await go_back(home, entry)
    assert dialog.errors == {"base": "other_integration_missing"}
    assert entry.state is ConfigEntryState.LOADED
    assert other.entry.disabled_by is not None


async def test_an_other_that_does_not_load_is_said(home: Home) -> None:
    other = await add_other(home)
    entry = await take_over(home)
    data = {**other.entry.data, "fails": True}
    home.hass.config_entries.async_update_entry(other.entry, data=data)
    dialog = await go_back(home, entry)
    assert dialog.reason == "went_back_not_loaded"


async def test_an_unloaded_entry_can_go_back(home: Home) -> None:
    other = await add_other(home)
    before = other.entity_ids
    entry = await take_over(home)
    await home.unload(entry)
    dialog = await go_back(home, entry)
    assert dialog.reason == "went_back"
    assert other.entity_ids == before


async def test_going_back_is_offered_for_thirty_days(home: Home) -> None:
    await add_other(home)
    entry = await take_over(home)
    await home.pass_time(days=29)
    dialog = await home.reconfigure(entry)
    assert dialog.result["menu_options"][-1] == "go_back"
    await home.pass_time(days=2)
    await dialog.choose("go_back")
    assert dialog.reason == "other_entry_gone"
    dialog = await home.reconfigure(entry)
    assert "go_back" not in dialog.result["menu_options"]


async def test_deleting_the_entry_gives_everything_back(home: Home) -> None:
    other = await add_other(home)
    before = other.entity_ids
    entry = await take_over(home)
    await home.remove(entry)
    assert other.entity_ids == before


async def test_deleting_both_leaves_nothing(home: Home) -> None:
    other = await add_other(home)
    entry = await take_over(home)
    await home.hass.config_entries.async_remove(other.entry.entry_id)
    await home.remove(entry)
    assert not er.async_get(home.hass).entities


async def test_an_integration_that_is_not_installed_is_taken_over(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await add_other(home)
    before = other.entity_ids
    await home.hass.config_entries.async_unload(other.entry.entry_id)
    uninstall(home.hass, monkeypatch)
    entry = await take_over(home)
    assert len(ours(home, entry) & before) > 20


# What may be otherwise


async def test_an_entry_that_is_gone_cannot_be_chosen(home: Home) -> None:
    await add_other(home, webhook_id="first", title="Theirs")
    second = await add_other(home, credential=False, vehicles={})
    dialog = await home.add("takeover")
    await home.hass.config_entries.async_remove(second.entry.entry_id)
    await dialog.submit(entry=second.entry.entry_id)
    assert dialog.reason == "other_entry_gone"


async def test_credentials_of_no_entry_end_the_flow() -> None:
    with pytest.raises(AbortFlow, match="other_entry_gone"):
        await SmartcarConfigFlow().async_step_takeover_credentials()


async def test_a_look_alike_is_named(home: Home) -> None:
    await add_other(home, application_management_token=home.current.m2m_secret)
    dialog = await home.add("takeover")
    assert dialog.errors == {"management_token": "is_the_client_secret"}


async def test_an_entry_removed_while_its_token_is_renewed_ends_the_flow(home: Home) -> None:
    token = {"access_token": "no", "refresh_token": "old"}
    other = await add_other(home, Kind.DYNAMIC, token=token)
    dialog = await home.add("takeover")
    await home.hass.config_entries.async_remove(other.entry.entry_id)
    await dialog.submit(**home.values_v2())
    assert dialog.reason == "other_entry_gone"


async def test_vehicles_that_cannot_be_listed_change_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await add_other(home)

    async def fail_to_list(_: ClientV3) -> None:
        raise SmartcarConnectionError("unreachable")

    # The check of the credentials asks the same address just before.
    monkeypatch.setattr(ClientV3, "vehicles", fail_to_list)
    dialog = await home.add("takeover")
    assert dialog.errors == {"base": "cannot_connect"}
    assert other.entry.state is ConfigEntryState.LOADED


async def test_a_list_of_webhooks_is_not_needed(home: Home) -> None:
    await add_other(home)
    await home.webhook()
    home.sim.fail_api(500, path="/webhooks", problem="SERVER.INTERNAL")
    dialog = await home.add("takeover")
    assert dialog.step == "takeover_confirm"


async def test_a_token_is_not_needed_on_the_current_platform(home: Home) -> None:
    await add_other(home, credential=False, token={})
    dialog = await home.add("takeover")
    values = home.values_v3()
    del values["management_token"]
    await dialog.submit(**values)
    await finish(home, dialog)


async def by_vin(home: Home) -> Other:
    """Have an entry of the current platform whose entities are known by a VIN nobody stored."""
    token = {"access_token": "an-access-token", "refresh_token": "a-refresh-token"}
    other = await add_other(home, token=token)
    data = {**other.entry.data, "vehicles": [home.car().id]}
    home.hass.config_entries.async_update_entry(other.entry, data=data)
    return other


@pytest.mark.parametrize(("status", "problem"), [(403, "PERMISSION"), (500, "SERVER.INTERNAL")])
async def test_without_a_vin_the_entities_stay(home: Home, status: int, problem: str) -> None:
    other = await by_vin(home)
    before = other_entities(home, other)
    home.sim.fail_api(status, path="/signals/", problem=problem)
    dialog = await home.add("takeover")
    assert dialog.shown["moved"] == "0"
    entry = await finish(home, dialog)
    assert not ours(home, entry) & before
    assert other_entities(home, other) == before


def other_entities(home: Home, other: Other) -> set[str]:
    return ours(home, other.entry)


async def test_a_cloudhook_is_ours_until_the_way_back(home: Home) -> None:
    other = await add_other(home, cloudhook=True)
    entry = await take_over(home)
    assert other.entry.data["cloudhook"] is False
    await go_back(home, entry)
    assert other.entry.data["cloudhook"] is True


async def test_a_device_moves_whole_where_nothing_stays(home: Home) -> None:
    other = await add_other(home)
    registry = er.async_get(home.hass)
    for platform, key in (("sensor", "diag_abs"), ("switch", "climate")):
        registry.async_remove(other.entity_id(platform, key))
    await take_over(home)
    registered = dr.async_get(home.hass)
    assert dr.async_entries_for_config_entry(registered, other.entry.entry_id) == []


async def test_a_device_of_no_vehicle_stays(home: Home) -> None:
    other = await add_other(home)
    device = dr.async_get(home.hass).async_get_or_create(
        config_entry_id=other.entry.entry_id, identifiers={("elsewhere", "1")}
    )
    await take_over(home)
    kept = dr.async_get(home.hass).async_get(device.id)
    assert isinstance(kept, dr.DeviceEntry)
    assert kept.config_entry_id == other.entry.entry_id


async def test_an_entry_that_failed_to_unload_is_still_left_alone(home: Home) -> None:
    other = await add_other(home, stays=True)
    for _ in range(2):
        dialog = await home.add("takeover")
        await dialog.submit()
        assert dialog.reason == "other_entry_busy"
    assert other.entry.state is ConfigEntryState.FAILED_UNLOAD


async def test_going_back_leaves_another_entry_alone(home: Home) -> None:
    other = await add_other(home)
    entry = await take_over(home)
    webhook = await home.webhook(Kind.DYNAMIC, callback_uri="https://elsewhere.example/x")
    own = await home.set_up(home.new_entry(webhook, Kind.DYNAMIC, webhook_id="another"))
    before = ours(home, own)
    await home.remove(entry)
    assert len(other.entity_ids) > 20
    assert own.state is ConfigEntryState.LOADED
    assert ours(home, own) == before


# The end


async def test_after_thirty_days_the_other_entry_can_be_deleted(home: Home) -> None:
    other = await add_other(home)
    entry = await take_over(home)
    await home.pass_time(days=29)
    assert "other_entry_removable" not in await home.raised()
    await home.pass_time(days=2)
    result = await home.fix("other_entry_removable")
    assert result["type"] == "create_entry"
    assert home.hass.config_entries.async_get_entry(other.entry.entry_id) is None
    assert "other_entry_removable" not in await home.raised()
    assert entry.state is ConfigEntryState.LOADED
    await home.reload(entry)
    assert "other_entry_removable" not in await home.raised()


async def test_the_note_comes_again_after_a_restart(home: Home) -> None:
    await add_other(home)
    entry = await take_over(home)
    await home.restart(entry, hours=31 * 24)
    assert "other_entry_removable" in await home.raised()
    await home.restart(entry)
    assert "other_entry_removable" in await home.raised()
