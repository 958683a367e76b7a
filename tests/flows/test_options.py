"""The options: which cars are left out, and what reads may cost."""

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.smartcar_dynamic.const import CONF_READ_ON_NEWS
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


# Reads, and what they may cost


async def test_the_options_are_submitted_as_shown(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.open_options(entry)
    await dialog.submit_as_shown()
    await home.settle()
    assert entry.options == {
        "calls_per_month": 500,
        "reserve": 50,
        "read_on_news": False,
        "excluded_vehicles": [],
    }
    assert home.billed == 0


async def test_the_plan_is_the_owners(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.open_options(entry)
    vehicles = list(dialog.options)
    await dialog.submit(vehicles=vehicles, calls_per_month=100, reserve=10, read_on_news=True)
    await home.settle()
    plan = home.runtime(entry).coordinator.allowance.plan
    assert (plan.calls_per_month, plan.reserve) == (100, 10)
    assert home.runtime(entry).planned_reads is not None
    dialog = await home.open_options(entry)
    assert dialog.suggested("calls_per_month") == 100
    await dialog.submit(vehicles=vehicles)
    await home.settle()
    assert entry.options == {"excluded_vehicles": []}
    assert home.runtime(entry).planned_reads is None


async def test_a_reserve_is_not_larger_than_the_plan(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.open_options(entry)
    vehicles = list(dialog.options)
    await dialog.submit(vehicles=vehicles, calls_per_month=10, reserve=11)
    assert dialog.errors == {"reserve": "reserve_too_large"}
    assert dialog.suggested("calls_per_month") == 10
    await dialog.submit(vehicles=vehicles, calls_per_month=11, reserve=11)
    await home.settle()
    assert entry.options["reserve"] == 11


async def test_a_larger_plan_allows_reads_again(home: Home) -> None:
    entry = await home.delivering()
    car = home.sim.current_car
    coordinator = home.runtime(entry).coordinator
    coordinator.async_exhaust(coordinator.vehicles[car.id])
    dialog = await home.open_options(entry)
    await dialog.submit(vehicles=list(dialog.options), calls_per_month=1000)
    await home.settle()
    runtime = home.runtime(entry)
    assert runtime.reader is not None
    await runtime.reader.async_read(runtime.coordinator.vehicles[car.id])
    assert home.billed == 1


async def test_options_of_an_unloaded_entry_are_kept(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.open_options(entry)
    await home.unload(entry)
    await dialog.submit(vehicles=[home.sim.current_car.id], calls_per_month=1000)
    assert entry.options["calls_per_month"] == 1000


async def test_a_v2_entry_is_not_asked_about_reads(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.open_options(entry)
    with pytest.raises(KeyError):
        dialog.suggested(CONF_READ_ON_NEWS)
