"""The options: which cars are left out."""

from homeassistant.helpers import device_registry as dr

from simulator import Kind

from .conftest import DOMAIN, Owner


async def test_a_car_is_left_out_and_taken_back(owner: Owner) -> None:
    van = owner.sim.add_car("Van")
    entry = await owner.live()
    webhook = owner.webhook_of(entry)
    crossover = owner.sim.current_car
    registry = dr.async_get(owner.hass)
    assert registry.async_get_device_by_identifier((DOMAIN, van.id), entry.entry_id)

    dialog = await owner.open_options(entry)
    assert set(dialog.suggested("vehicles")) == {crossover.id, van.id}
    await dialog.submit(vehicles=[crossover.id])
    await owner.settle()
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert owner.subscribed(webhook) == {"Crossover"}
    assert registry.async_get_device_by_identifier((DOMAIN, van.id), entry.entry_id) is None
    owner.sim.subscribe(webhook, van)
    assert {it.status for it in await owner.sim.deliver(van)} == {204}
    assert set(owner.data(entry).coordinator.vehicles) == {crossover.id}

    dialog = await owner.open_options(entry)
    assert dialog.suggested("vehicles") == [crossover.id]
    assert set(dialog.options) == {crossover.id, van.id}
    await dialog.submit(vehicles=[crossover.id, van.id])
    await owner.settle()
    assert entry.options == {"excluded_vehicles": []}
    assert owner.subscribed(webhook) == {"Crossover", "Van"}
    assert registry.async_get_device_by_identifier((DOMAIN, van.id), entry.entry_id)


async def test_a_car_that_was_left_out_is_told_by_its_make_and_model(owner: Owner) -> None:
    van = owner.sim.add_car("Van", application=Kind.DYNAMIC)
    entry = await owner.live(Kind.DYNAMIC)
    await (await owner.open_options(entry)).submit(vehicles=[owner.sim.dynamic_car.id])
    await owner.settle()
    dialog = await owner.open_options(entry)
    assert dialog.options[van.id].startswith("Hyundai IONIQ 5 (")


async def test_a_car_that_comes_while_the_form_is_open_is_not_left_out(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.open_options(entry)
    van = owner.sim.add_car("Van")
    await owner.data(entry).subscriptions.async_reconcile()
    await dialog.submit(vehicles=[owner.sim.current_car.id])
    await owner.settle()
    assert entry.options == {"excluded_vehicles": []}
    assert van.id in owner.data(entry).coordinator.vehicles


async def test_the_cars_are_known_without_smartcar(owner: Owner) -> None:
    entry = await owner.live()
    owner.sim.fail_api(500, problem="SERVER.INTERNAL", times=-1)
    dialog = await owner.open_options(entry)
    assert set(dialog.options) == {owner.sim.current_car.id}


async def test_without_a_car_there_is_nothing_to_choose(owner: Owner) -> None:
    owner.sim.remove_car(owner.sim.current_car)
    entry = await owner.live()
    dialog = await owner.open_options(entry)
    assert dialog.reason == "no_vehicles"


async def test_an_entry_that_is_not_loaded_has_no_options(owner: Owner) -> None:
    entry = await owner.live()
    await owner.hass.config_entries.async_unload(entry.entry_id)
    dialog = await owner.open_options(entry)
    assert dialog.reason == "not_loaded"
