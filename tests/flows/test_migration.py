"""Moving to the current platform, and to another application: nothing is lost on the way."""

from dataclasses import replace

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smartcar_dynamic.migration import async_rename_vehicles
from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo
from simulator import Car, Kind, Webhook

from ..dialog import Dialog
from ..entries import WEBHOOK_ID
from ..home import Home

BATTERY = "tractionbattery-stateofcharge"


def entities(home: Home, entry: ConfigEntry) -> dict[str, str]:
    """Return entity IDs by unique ID."""
    registry = er.async_get(home.hass)
    return {
        it.unique_id: it.entity_id
        for it in er.async_entries_for_config_entry(registry, entry.entry_id)
    }


def devices(home: Home, entry: ConfigEntry) -> dict[str, str]:
    """Return device IDs by vehicle ID."""
    return {
        identifier: device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
        for _, identifier in device.identifiers
    }


async def begin(home: Home, entry: ConfigEntry) -> Dialog:
    dialog = await home.reconfigure(entry, "move")
    return await dialog.submit(**home.values_v3(home.dynamic))


async def go(home: Home, dialog: Dialog) -> Webhook:
    """Make the new webhook, and let its challenge come."""
    webhook = await home.webhook_for(dialog, application=home.dynamic)
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    return webhook


async def moved(home: Home, dialog: Dialog, entry: ConfigEntry) -> None:
    assert dialog.reason == "moved"
    await home.settle()
    assert entry.data["api"] == "v3"
    assert entry.state is ConfigEntryState.LOADED
    assert home.webhook_ids() == {WEBHOOK_ID}


async def test_an_entry_moves_with_all_its_entities(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    old = home.webhook_of(entry)
    before = entities(home, entry), devices(home, entry)
    assert before[0][f"{home.car(Kind.DYNAMIC).id}_{BATTERY}"]
    dialog = await begin(home, entry)
    webhook = await go(home, dialog)
    await moved(home, dialog, entry)
    after = entities(home, entry)
    assert before[0].items() <= after.items()
    assert devices(home, entry) == before[1]
    assert entry.unique_id == home.dynamic.m2m_id
    assert dict(entry.data) == {
        "api": "v3",
        "client_id": home.dynamic.m2m_id,
        "client_secret": home.dynamic.m2m_secret,
        "management_token": home.dynamic.management_token,
        "smartcar_webhook_id": webhook.id,
        "webhook_id": WEBHOOK_ID,
    }
    assert home.subscribed(webhook) == {"Hatchback"}
    assert home.subscribed(old) == set()


async def test_deliveries_of_the_new_webhook_reach_the_same_entities(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    battery = entities(home, entry)[f"{home.car(Kind.DYNAMIC).id}_{BATTERY}"]
    dialog = await begin(home, entry)
    await go(home, dialog)
    await moved(home, dialog, entry)
    home.sim.act("Hatchback", Car.set_state_of_charge, 33)
    assert {it.status for it in await home.sim.deliver()} == {204}
    await home.settle()
    state = home.hass.states.get(battery)
    assert state is not None
    assert float(state.state) == 33


async def test_a_car_with_a_new_id_keeps_its_entities(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    before, of = entities(home, entry), devices(home, entry)
    old_id = home.car(Kind.DYNAMIC).id
    new_id = home.sim.reissue("Hatchback")
    dialog = await begin(home, entry)
    webhook = await home.webhook_for(dialog, application=home.dynamic, auto_subscribe=True)
    home.sim.subscribe(webhook, "Hatchback")
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await moved(home, dialog, entry)
    after = entities(home, entry)
    renamed = {key.replace(old_id, new_id): value for key, value in before.items()}
    assert renamed.items() <= after.items()
    assert devices(home, entry) == {new_id: of[old_id]}
    assert set(home.runtime(entry).coordinator.vehicles) == {new_id}


async def test_a_vin_that_is_asked_for_is_counted(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    new_id = home.sim.reissue("Hatchback")
    dialog = await begin(home, entry)
    webhook = await home.webhook_for(dialog, application=home.dynamic, auto_subscribe=True)
    home.sim.subscribe(webhook, "Hatchback")
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    home.sim.cloud.meter.reset()
    await dialog.confirm()
    await moved(home, dialog, entry)
    allowance = home.runtime(entry).coordinator.allowance
    assert allowance.used(new_id, dt_util.utcnow()) == home.billed == 1


async def test_a_car_the_new_webhook_brought_is_not_there_twice(
    home: Home,
) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    before, of = entities(home, entry), devices(home, entry)
    old_id = home.car(Kind.DYNAMIC).id
    new_id = home.sim.reissue("Hatchback")
    dialog = await begin(home, entry)
    webhook = await home.webhook_for(dialog, application=home.dynamic)
    home.sim.subscribe(webhook, "Hatchback")
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await home.sim.deliver()
    await home.settle()
    assert set(devices(home, entry)) == {old_id, new_id}
    await dialog.look()
    await dialog.submit(verification="verified")
    await moved(home, dialog, entry)
    assert devices(home, entry) == {new_id: of[old_id]}
    battery = f"{{}}_{BATTERY}"
    after = entities(home, entry)
    assert after[battery.format(new_id)] == before[battery.format(old_id)]
    assert not [unique_id for unique_id in after if unique_id.startswith(old_id)]


async def asked(home: Home, *, cars: int = 1) -> tuple[ConfigEntry, Dialog, list[str]]:
    """Come to the question which car is which: no VIN decides it."""
    for number in range(1, cars):
        home.sim.add_car(f"Van {number}", application=Kind.DYNAMIC)
    entry = await home.delivering(Kind.DYNAMIC)
    names = list(home.runtime(entry).coordinator.vehicles)
    for car_id in names:
        home.sim.reissue(car_id)
    dialog = await begin(home, entry)
    await go(home, dialog)
    assert dialog.step == "match"
    return entry, dialog, names


async def test_a_car_without_a_known_vin_is_asked_for(home: Home) -> None:
    entry, dialog, (old_id,) = await asked(home)
    of = devices(home, entry)
    new_id = home.car(Kind.DYNAMIC).id
    (question,) = dialog.result["data_schema"].schema
    assert question == f"Renault Zoe (2022) · {old_id[-4:]}"
    assert dialog.options == {new_id: f"Renault Zoe (2022) · {new_id[-4:]}"}
    await dialog.submit(**{str(question): new_id})
    await moved(home, dialog, entry)
    assert devices(home, entry) == {new_id: of[old_id]}


async def test_cars_of_the_same_make_are_offered_first(home: Home) -> None:
    home.sim.add_car("Van", application=Kind.CURRENT)
    home.sim.remove_car("Crossover")
    same = home.sim.add_car("Same", application=Kind.CURRENT, model=home.car(Kind.DYNAMIC).model)
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "move")
    await dialog.submit(**home.values_v3())
    webhook = await home.webhook_for(dialog, application=home.current)
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    assert dialog.step == "match"
    assert next(iter(dialog.options)) == same.id
    assert len(dialog.options) == 2


async def test_one_car_cannot_become_two(home: Home) -> None:
    entry, dialog, old_ids = await asked(home, cars=2)
    questions = [str(marker) for marker in dialog.result["data_schema"].schema]
    new_ids = [it.car.id for it in home.sim.cloud.connections.values()][:1]
    await dialog.submit(**dict.fromkeys(questions, new_ids[0]))
    assert dialog.errors == {"base": "same_car"}
    await dialog.submit(**{questions[0]: new_ids[0]})
    await moved(home, dialog, entry)
    assert new_ids[0] in devices(home, entry)
    assert len(old_ids) == 2


async def test_a_plan_without_reads_leaves_the_question_to_the_owner(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    home.sim.reissue("Hatchback")
    home.sim.exhaust_plan()
    dialog = await begin(home, entry)
    await go(home, dialog)
    assert dialog.step == "match"


async def test_a_car_without_a_known_vin_costs_no_read(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    state = home.runtime(entry).coordinator.vehicles[home.car(Kind.DYNAMIC).id]
    state.info = type(state.info)(state.info.id, make="RENAULT", model="Zoe")
    home.sim.reissue("Hatchback")
    home.sim.cloud.meter.reset()
    dialog = await begin(home, entry)
    await go(home, dialog)
    assert dialog.step == "match"
    assert home.sim.cloud.meter.billed.total() == 0


async def test_a_car_whose_device_was_deleted_moves_too(home: Home) -> None:
    entry, dialog, (old_id,) = await asked(home)
    dr.async_get(home.hass).async_remove_device(devices(home, entry)[old_id])
    (question,) = dialog.result["data_schema"].schema
    (new_id,) = dialog.options
    await dialog.submit(**{str(question): new_id})
    await moved(home, dialog, entry)
    assert set(devices(home, entry)) == {new_id}


async def test_cars_that_cannot_be_listed_are_asked_for_again(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await begin(home, entry)
    home.sim.fail_api(500, path="/connections", problem="SERVER.INTERNAL")
    await go(home, dialog)
    assert dialog.step == "match_unknown"
    assert "SERVER" in dialog.shown["error"]
    assert entry.data["api"] == "v2"
    await dialog.choose("match")
    await moved(home, dialog, entry)


async def test_a_car_that_was_left_out_stays_out(home: Home) -> None:
    van = home.sim.add_car("Van", application=Kind.DYNAMIC)
    entry = await home.delivering(Kind.DYNAMIC)
    home.hass.config_entries.async_update_entry(entry, options={"excluded_vehicles": [van.id]})
    await home.reload(entry)
    dialog = await begin(home, entry)
    webhook = await go(home, dialog)
    await moved(home, dialog, entry)
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert home.subscribed(webhook) == {"Hatchback"}


async def test_without_a_challenge_nothing_is_migrated(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    old = home.webhook_of(entry)
    dialog = await begin(home, entry)
    webhook = await home.webhook_for(dialog, application=home.dynamic)
    await home.wait_in_vain(dialog)
    assert dialog.result["menu_options"] == ["wait", "callback"]
    await dialog.close()
    assert entry.data["smartcar_webhook_id"] == old.id != webhook.id
    assert home.subscribed(old) == {"Hatchback"}
    assert {it.status for it in await home.sim.deliver()} == {204}


async def test_a_slow_unsubscription_does_not_stop_the_migration(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    monkeypatch.setattr("custom_components.smartcar_dynamic.migration._UNSUBSCRIBE_TIMEOUT", 0)
    dialog = await begin(home, entry)
    await go(home, dialog)
    await moved(home, dialog, entry)


async def test_a_failing_unsubscription_does_not_stop_the_migration(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    old = home.webhook_of(entry)
    dialog = await begin(home, entry)
    home.sim.fail_api(500, path=f"/webhooks/{old.id}", problem="SERVER.INTERNAL")
    await go(home, dialog)
    await moved(home, dialog, entry)
    assert home.subscribed(old) == {"Hatchback"}


async def test_a_car_that_is_not_reached_keeps_no_other_subscribed(home: Home) -> None:
    first, *_ = home.cars(Kind.DYNAMIC, "Second", "Third")
    entry = await home.delivering(Kind.DYNAMIC)
    old = home.webhook_of(entry)
    dialog = await begin(home, entry)
    home.sim.fail_api(0, path=f"{first.id}/webhooks/{old.id}", times=-1)
    await go(home, dialog)
    await moved(home, dialog, entry)
    assert home.subscribed(old) == {"Hatchback"}


async def test_vehicles_are_renamed_whatever_their_ids_look_like(home: Home) -> None:
    entry, _ = await home.live()
    runtime = home.runtime(entry)
    ids = {"my": "one", "my_car": "two", "my_car_2": "three"}
    infos = [VehicleInfo(id_, make="Audi") for id_ in ids]
    runtime.coordinator.async_update_account(infos)
    await home.settle()
    async_rename_vehicles(home.hass, entry, ids)
    keys = {key for key in entities(home, entry) if key.endswith("_account_problem")}
    assert keys > {f"{id_}_account_problem" for id_ in ids.values()}
    assert not [key for key in keys if key.startswith("my")]


@pytest.mark.parametrize("step", ["move", "callback", "wait", "match"])
async def test_a_migration_given_up_leaves_the_entry_alone(home: Home, step: str) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    before = dict(entry.data), entities(home, entry), devices(home, entry)
    dialog = await home.reconfigure(entry, "move")
    if step != "move":
        await dialog.submit(**home.values_v3(home.dynamic))
    if step == "wait":
        await dialog.submit()
    if step == "match":
        home.sim.reissue("Hatchback")
        await go(home, dialog)
        old_id = next(iter(before[2]))
        home.sim.car("Hatchback").id = old_id
    assert dialog.step == step
    await dialog.close()
    assert (dict(entry.data), entities(home, entry), devices(home, entry)) == before
    webhook = home.webhook_of(entry)
    assert (await home.sim.verify(webhook)).succeeded
    assert {it.status for it in await home.sim.deliver()} == {204}
    assert home.webhook_ids() == {WEBHOOK_ID}


async def test_deliveries_of_the_old_webhook_are_taken_until_the_end(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "move")
    # The new application has another management token.
    await dialog.submit(**home.values_v3())
    await dialog.submit()
    (delivery,) = await home.sim.deliver("Hatchback")
    assert delivery.status == 204
    await dialog.close()


@pytest.mark.parametrize(
    ("mistake", "errors"),
    [
        ({"client_id": "865ca68d-a9b6-4d74-856e-605db0209eca"}, {"client_id": "legacy_client_id"}),
        ({"client_secret": "wrong"}, {"client_id": "invalid_client"}),
    ],
)
async def test_a_mistake_is_named_and_can_be_corrected(
    home: Home, mistake: dict[str, str], errors: dict[str, str]
) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reconfigure(entry, "move")
    assert dialog.suggested("management_token") == home.dynamic.management_token
    await dialog.submit(**(home.values_v3(home.dynamic) | mistake))
    assert dialog.errors == errors
    await dialog.submit(**home.values_v3(home.dynamic))
    await go(home, dialog)
    await moved(home, dialog, entry)


async def test_an_entry_cannot_migrate_to_another_entrys_application(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3(home.dynamic))
    await go(home, dialog)
    await home.created(await dialog.submit(vehicles=[]))
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await begin(home, entry)
    assert dialog.reason == "already_configured"


async def test_a_second_window_leads_to_the_open_migration(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    first = await begin(home, entry)
    second = await begin(home, entry)
    assert second.reason == "already_in_progress"
    assert second.result["next_flow"] == ("config_flow", first.result["flow_id"])


async def test_an_entry_moves_to_another_application(home: Home) -> None:
    entry = await home.delivering()
    before = devices(home, entry)
    (old_id,) = before
    dialog = await home.reconfigure(entry, "application")
    await dialog.submit(**home.values_v3())
    assert dialog.errors == {"client_id": "same_application"}
    await dialog.submit(**home.values_v3(home.dynamic))
    await go(home, dialog)
    assert dialog.step == "match"
    (question,) = dialog.result["data_schema"].schema
    (new_id,) = dialog.options
    await dialog.submit(**{str(question): new_id})
    await moved(home, dialog, entry)
    assert entry.unique_id == home.dynamic.m2m_id
    assert entry.data["management_token"] == home.dynamic.management_token
    assert devices(home, entry) == {new_id: before[old_id]}


async def beside(home: Home) -> tuple[ConfigEntry, Dialog]:
    """Add the dynamic webhook's application on the current platform, beside its entry."""
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3(home.dynamic))
    return entry, dialog


async def test_a_second_entry_with_the_same_cars_leads_to_the_move(home: Home) -> None:
    entry, dialog = await beside(home)
    before = entities(home, entry)
    assert dialog.result["menu_options"] == ["move_existing", "callback"]
    assert "Renault Zoe" in dialog.shown["vehicles"]
    await dialog.choose("move_existing")
    assert dialog.reason == "continue_in_move"
    _, flow_id = dialog.result["next_flow"]
    move = await Dialog(home.hass, {"flow_id": flow_id}).look()
    assert move.step == "callback"
    await go(home, move)
    await moved(home, move, entry)
    assert before.items() <= entities(home, entry).items()


async def test_the_same_application_is_known_by_its_id(home: Home) -> None:
    home.sim.reissue("Hatchback")
    entry = await home.delivering(Kind.DYNAMIC)
    home.sim.reissue("Hatchback")
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3(home.dynamic))
    assert dialog.step == "same_vehicles"
    assert dialog.shown["entry"] == entry.title


async def test_a_vehicles_name_in_a_dialog_is_no_markdown(home: Home) -> None:
    car = home.car(Kind.DYNAMIC)
    car.model = replace(car.model, model="[x](javascript:alert) <img src=x>")
    _, dialog = await beside(home)
    assert dialog.step == "same_vehicles"
    assert not set("[]<>") & set(dialog.shown["vehicles"])


async def test_a_second_entry_can_be_had_anyway(home: Home) -> None:
    _, dialog = await beside(home)
    await dialog.choose("callback")
    assert dialog.step == "callback"


async def test_other_cars_are_set_up_beside(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    dialog = await home.at_callback()
    assert dialog.step == "callback"


async def test_cars_that_cannot_be_compared_are_set_up_beside(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    home.sim.fail_api(500, path="/applications", problem="SERVER.INTERNAL")
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3(home.dynamic))
    assert dialog.step == "callback"


async def test_an_entry_that_is_not_loaded_is_not_moved(home: Home) -> None:
    entry, dialog = await beside(home)
    await home.unload(entry)
    await dialog.choose("move_existing")
    assert dialog.reason == "not_loaded"


async def test_an_application_set_up_meanwhile_is_not_moved_to(home: Home) -> None:
    entry, dialog = await beside(home)
    other = await home.set_up(home.new_entry(None, webhook_id="another"))
    home.hass.config_entries.async_update_entry(other, unique_id=home.dynamic.m2m_id)
    await dialog.choose("move_existing")
    assert dialog.reason == "already_configured"
    assert entry.data["api"] == "v2"
