"""The options: which cars are left out."""

from homeassistant.helpers import device_registry as dr

from simulator import Kind

from ..entries import DOMAIN
from ..home import Home


async def test_a_car_is_left_out_and_taken_back(home: Home) -> None:
    van = home.sim.add_car("Van")
    entry = await home.delivering()
    webhook = home.webhook_of(entry)
    crossover = home.car()
    registry = dr.async_get(home.hass)
    assert registry.async_get_device_by_identifier((DOMAIN, van.id), entry.entry_id)

    dialog = await home.open_options(entry)
    assert set(dialog.suggested("vehicles")) == {crossover.id, van.id}
    await dialog.submit(vehicles=[crossover.id])
    await home.settle()
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert home.subscribed(webhook) == {"Crossover"}
    assert registry.async_get_device_by_identifier((DOMAIN, van.id), entry.entry_id) is None
    home.sim.subscribe(webhook, van)
    assert {it.status for it in await home.sim.deliver(van)} == {204}
    assert set(home.runtime(entry).coordinator.vehicles) == {crossover.id}

    dialog = await home.open_options(entry)
    assert dialog.suggested("vehicles") == [crossover.id]
    assert set(dialog.options) == {crossover.id, van.id}
    await dialog.submit(vehicles=[crossover.id, van.id])
    await home.settle()
    assert entry.options == {"excluded_vehicles": []}
    assert home.subscribed(webhook) == {"Crossover", "Van"}
    assert registry.async_get_device_by_identifier((DOMAIN, van.id), entry.entry_id)


async def test_an_excluded_car_is_shown_with_make_and_model(home: Home) -> None:
    van = home.sim.add_car("Van", application=Kind.DYNAMIC)
    entry = await home.delivering(Kind.DYNAMIC)
    await (await home.open_options(entry)).submit(vehicles=[home.car(Kind.DYNAMIC).id])
    await home.settle()
    dialog = await home.open_options(entry)
    assert dialog.options[van.id].startswith("Hyundai IONIQ 5 (")


async def test_a_car_found_while_the_form_is_open_stays(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.open_options(entry)
    van = home.sim.add_car("Van")
    await home.runtime(entry).subscriptions.async_reconcile()
    await dialog.submit(vehicles=[home.car().id])
    await home.settle()
    assert entry.options == {"excluded_vehicles": []}
    assert van.id in home.runtime(entry).coordinator.vehicles


async def test_the_cars_are_known_without_smartcar(home: Home) -> None:
    entry = await home.delivering()
    home.sim.fail_api(500, problem="SERVER.INTERNAL", times=-1)
    dialog = await home.open_options(entry)
    assert set(dialog.options) == {home.car().id}


async def test_without_a_car_there_is_nothing_to_choose(home: Home) -> None:
    home.sim.remove_car(home.car())
    entry = await home.delivering()
    dialog = await home.open_options(entry)
    assert dialog.reason == "no_vehicles"


async def test_an_entry_that_is_not_loaded_has_no_options(home: Home) -> None:
    entry = await home.delivering()
    await home.unload(entry)
    dialog = await home.open_options(entry)
    assert dialog.reason == "not_loaded"
