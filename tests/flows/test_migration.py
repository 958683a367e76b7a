"""Moving to the current platform, and to another application: nothing is lost on the way."""

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.smartcar_dynamic.config_flow import SmartcarConfigFlow
from simulator import Car, Kind, Webhook

from .conftest import HOOK, Dialog, Owner

BATTERY = "tractionbattery-stateofcharge"


def entities(owner: Owner, entry: ConfigEntry) -> dict[str, str]:
    """Return entity IDs by unique ID."""
    registry = er.async_get(owner.hass)
    return {
        it.unique_id: it.entity_id
        for it in er.async_entries_for_config_entry(registry, entry.entry_id)
    }


def devices(owner: Owner, entry: ConfigEntry) -> dict[str, str]:
    """Return device IDs by vehicle ID."""
    return {
        identifier: device.id
        for device in dr.async_entries_for_config_entry(dr.async_get(owner.hass), entry.entry_id)
        for _, identifier in device.identifiers
    }


async def begin(owner: Owner, entry: ConfigEntry) -> Dialog:
    dialog = await owner.reconfigure(entry, "move")
    return await dialog.submit(**owner.v3(owner.dynamic))


async def go(owner: Owner, dialog: Dialog) -> Webhook:
    """Make the new webhook, and let its challenge come."""
    webhook = await owner.paste(dialog, application=owner.dynamic)
    await dialog.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await dialog.confirm()
    return webhook


async def moved(owner: Owner, dialog: Dialog, entry: ConfigEntry) -> None:
    assert dialog.reason == "reconfigure_successful"
    await owner.settle()
    assert entry.data["api"] == "v3"
    assert entry.state is ConfigEntryState.LOADED
    assert owner.handlers() == {HOOK}


async def test_an_entry_moves_with_all_its_entities(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    old = owner.webhook_of(entry)
    before = entities(owner, entry), devices(owner, entry)
    assert before[0][f"{owner.sim.dynamic_car.id}_{BATTERY}"]
    dialog = await begin(owner, entry)
    webhook = await go(owner, dialog)
    await moved(owner, dialog, entry)
    after = entities(owner, entry)
    assert before[0].items() <= after.items()
    assert devices(owner, entry) == before[1]
    assert entry.unique_id == owner.dynamic.m2m_id
    assert dict(entry.data) == {
        "api": "v3",
        "client_id": owner.dynamic.m2m_id,
        "client_secret": owner.dynamic.m2m_secret,
        "management_token": owner.dynamic.management_token,
        "smartcar_webhook_id": webhook.id,
        "webhook_id": HOOK,
    }
    assert owner.subscribed(webhook) == {"Hatchback"}
    assert owner.subscribed(old) == set()


async def test_deliveries_of_the_new_webhook_reach_the_same_entities(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    battery = entities(owner, entry)[f"{owner.sim.dynamic_car.id}_{BATTERY}"]
    dialog = await begin(owner, entry)
    await go(owner, dialog)
    await moved(owner, dialog, entry)
    owner.sim.act("Hatchback", Car.set_state_of_charge, 33)
    assert {it.status for it in await owner.sim.deliver()} == {204}
    await owner.settle()
    state = owner.hass.states.get(battery)
    assert state is not None
    assert float(state.state) == 33


async def test_a_car_with_a_new_id_is_known_by_its_vin(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    before, of = entities(owner, entry), devices(owner, entry)
    old_id = owner.sim.dynamic_car.id
    new_id = owner.sim.reissue("Hatchback")
    dialog = await begin(owner, entry)
    webhook = await owner.paste(dialog, application=owner.dynamic, auto_subscribe=True)
    owner.sim.subscribe(webhook, "Hatchback")
    await dialog.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await moved(owner, dialog, entry)
    after = entities(owner, entry)
    renamed = {key.replace(old_id, new_id): value for key, value in before.items()}
    assert renamed.items() <= after.items()
    assert devices(owner, entry) == {new_id: of[old_id]}
    assert set(owner.data(entry).coordinator.vehicles) == {new_id}


async def test_a_car_that_the_new_webhook_has_brought_already_is_not_there_twice(
    owner: Owner,
) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    before, of = entities(owner, entry), devices(owner, entry)
    old_id = owner.sim.dynamic_car.id
    new_id = owner.sim.reissue("Hatchback")
    dialog = await begin(owner, entry)
    webhook = await owner.paste(dialog, application=owner.dynamic)
    owner.sim.subscribe(webhook, "Hatchback")
    await dialog.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await owner.sim.deliver()
    await owner.settle()
    assert set(devices(owner, entry)) == {old_id, new_id}
    await dialog.look()
    await dialog.submit(verification="verified")
    await moved(owner, dialog, entry)
    assert devices(owner, entry) == {new_id: of[old_id]}
    battery = f"{{}}_{BATTERY}"
    after = entities(owner, entry)
    assert after[battery.format(new_id)] == before[battery.format(old_id)]
    assert not [unique_id for unique_id in after if unique_id.startswith(old_id)]


async def asked(owner: Owner, *, cars: int = 1) -> tuple[ConfigEntry, Dialog, list[str]]:
    """Come to the question which car is which: no VIN decides it."""
    for number in range(1, cars):
        owner.sim.add_car(f"Van {number}", application=Kind.DYNAMIC)
    entry = await owner.live(Kind.DYNAMIC)
    names = list(owner.data(entry).coordinator.vehicles)
    for car_id in names:
        owner.sim.reissue(car_id)
    dialog = await begin(owner, entry)
    await go(owner, dialog)
    assert dialog.step == "match"
    return entry, dialog, names


async def test_a_car_that_no_vin_tells_is_asked_for(owner: Owner) -> None:
    entry, dialog, (old_id,) = await asked(owner)
    of = devices(owner, entry)
    new_id = owner.sim.dynamic_car.id
    (question,) = dialog.result["data_schema"].schema
    assert question == f"Renault Zoe (2022) · {old_id[-4:]}"
    assert dialog.options == {new_id: f"Renault Zoe (2022) · {new_id[-4:]}"}
    await dialog.submit(**{str(question): new_id})
    await moved(owner, dialog, entry)
    assert devices(owner, entry) == {new_id: of[old_id]}


async def test_one_car_cannot_become_two(owner: Owner) -> None:
    entry, dialog, old_ids = await asked(owner, cars=2)
    questions = [str(marker) for marker in dialog.result["data_schema"].schema]
    new_ids = [it.car.id for it in owner.sim.cloud.connections.values()][:1]
    await dialog.submit(**dict.fromkeys(questions, new_ids[0]))
    assert dialog.errors == {"base": "same_car"}
    await dialog.submit(**{questions[0]: new_ids[0]})
    await moved(owner, dialog, entry)
    assert new_ids[0] in devices(owner, entry)
    assert len(old_ids) == 2


async def test_a_plan_without_reads_leaves_the_question_to_the_owner(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    owner.sim.reissue("Hatchback")
    owner.sim.exhaust_plan()
    dialog = await begin(owner, entry)
    await go(owner, dialog)
    assert dialog.step == "match"


async def test_a_car_without_a_known_vin_costs_no_read(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    state = owner.data(entry).coordinator.vehicles[owner.sim.dynamic_car.id]
    state.info = type(state.info)(state.info.id, make="RENAULT", model="Zoe")
    owner.sim.reissue("Hatchback")
    owner.sim.cloud.meter.reset()
    dialog = await begin(owner, entry)
    await go(owner, dialog)
    assert dialog.step == "match"
    assert owner.sim.cloud.meter.billed.total() == 0


async def test_a_car_whose_device_was_deleted_moves_too(owner: Owner) -> None:
    entry, dialog, (old_id,) = await asked(owner)
    dr.async_get(owner.hass).async_remove_device(devices(owner, entry)[old_id])
    (question,) = dialog.result["data_schema"].schema
    (new_id,) = dialog.options
    await dialog.submit(**{str(question): new_id})
    await moved(owner, dialog, entry)
    assert set(devices(owner, entry)) == {new_id}


async def test_cars_that_cannot_be_listed_are_asked_for_again(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await begin(owner, entry)
    owner.sim.fail_api(500, path="/connections", problem="SERVER.INTERNAL")
    await go(owner, dialog)
    assert dialog.step == "match_unknown"
    assert entry.data["api"] == "v2"
    await dialog.choose("match")
    await moved(owner, dialog, entry)


async def test_a_car_that_was_left_out_stays_out(owner: Owner) -> None:
    van = owner.sim.add_car("Van", application=Kind.DYNAMIC)
    entry = await owner.live(Kind.DYNAMIC)
    owner.hass.config_entries.async_update_entry(entry, options={"excluded_vehicles": [van.id]})
    await owner.hass.config_entries.async_reload(entry.entry_id)
    await owner.settle()
    dialog = await begin(owner, entry)
    webhook = await go(owner, dialog)
    await moved(owner, dialog, entry)
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert owner.subscribed(webhook) == {"Hatchback"}


@pytest.mark.usefixtures("impatient")
async def test_without_a_challenge_nothing_is_migrated(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    old = owner.webhook_of(entry)
    dialog = await begin(owner, entry)
    webhook = await owner.paste(dialog, application=owner.dynamic)
    await dialog.submit()
    await dialog.settle()
    assert dialog.result["menu_options"] == ["wait", "callback"]
    await dialog.close()
    assert entry.data["smartcar_webhook_id"] == old.id != webhook.id
    assert owner.subscribed(old) == {"Hatchback"}
    assert {it.status for it in await owner.sim.deliver()} == {204}


async def test_an_old_webhook_that_cannot_be_left_does_not_stop_the_move(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    old = owner.webhook_of(entry)
    dialog = await begin(owner, entry)
    owner.sim.fail_api(500, path=f"/webhooks/{old.id}", problem="SERVER.INTERNAL")
    await go(owner, dialog)
    await moved(owner, dialog, entry)
    assert owner.subscribed(old) == {"Hatchback"}


@pytest.mark.parametrize("step", ["move", "callback", "wait", "match"])
async def test_a_move_given_up_half_way_leaves_the_entry_as_it_was(owner: Owner, step: str) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    before = dict(entry.data), entities(owner, entry), devices(owner, entry)
    dialog = await owner.reconfigure(entry, "move")
    if step != "move":
        await dialog.submit(**owner.v3(owner.dynamic))
    if step == "wait":
        await dialog.submit()
    if step == "match":
        owner.sim.reissue("Hatchback")
        await go(owner, dialog)
        old_id = next(iter(before[2]))
        owner.sim.car("Hatchback").id = old_id
    assert dialog.step == step
    await dialog.close()
    assert (dict(entry.data), entities(owner, entry), devices(owner, entry)) == before
    webhook = owner.webhook_of(entry)
    assert (await owner.sim.verify(webhook)).succeeded
    assert {it.status for it in await owner.sim.deliver()} == {204}
    assert owner.handlers() == {HOOK}


async def test_deliveries_of_the_old_webhook_are_taken_until_the_end(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await owner.reconfigure(entry, "move")
    # The new application has another management token.
    await dialog.submit(**owner.v3())
    await dialog.submit()
    (delivery,) = await owner.sim.deliver("Hatchback")
    assert delivery.status == 204
    await dialog.close()


@pytest.mark.parametrize(
    ("mistake", "errors"),
    [
        ({"client_id": "865ca68d-a9b6-4d74-856e-605db0209eca"}, {"client_id": "legacy_client_id"}),
        ({"client_secret": "wrong"}, {"client_id": "invalid_client"}),
    ],
)
async def test_a_mistake_is_named_and_mended(
    owner: Owner, mistake: dict[str, str], errors: dict[str, str]
) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await owner.reconfigure(entry, "move")
    assert dialog.suggested("management_token") == owner.dynamic.management_token
    await dialog.submit(**(owner.v3(owner.dynamic) | mistake))
    assert dialog.errors == errors
    await dialog.submit(**owner.v3(owner.dynamic))
    await go(owner, dialog)
    await moved(owner, dialog, entry)


async def test_an_application_that_is_set_up_already_is_no_place_to_move_to(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3(owner.dynamic))
    await go(owner, dialog)
    await owner.created(await dialog.submit(vehicles=[]))
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await begin(owner, entry)
    assert dialog.reason == "already_configured"


async def test_a_move_that_is_open_in_another_window_is_led_back_to(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    first = await begin(owner, entry)
    second = await begin(owner, entry)
    assert second.reason == "already_in_progress"
    assert second.result["next_flow"] == ("config_flow", first.result["flow_id"])


async def test_an_entry_moves_to_another_application(owner: Owner) -> None:
    entry = await owner.live()
    before = devices(owner, entry)
    (old_id,) = before
    dialog = await owner.reconfigure(entry, "application")
    await dialog.submit(**owner.v3())
    assert dialog.errors == {"client_id": "same_application"}
    await dialog.submit(**owner.v3(owner.dynamic))
    await go(owner, dialog)
    assert dialog.step == "match"
    (question,) = dialog.result["data_schema"].schema
    (new_id,) = dialog.options
    await dialog.submit(**{str(question): new_id})
    await moved(owner, dialog, entry)
    assert entry.unique_id == owner.dynamic.m2m_id
    assert entry.data["management_token"] == owner.dynamic.management_token
    assert devices(owner, entry) == {new_id: before[old_id]}


async def test_matching_without_a_move_ends_the_flow() -> None:
    with pytest.raises(AbortFlow, match="not_loaded"):
        await SmartcarConfigFlow().async_step_match()
