"""What the dialogs ask about reads: once at set-up, and what they may cost."""

import pytest

from custom_components.smartcar_dynamic.const import CONF_READ_ON_NEWS
from simulator import Kind

from ..home import Home


def billed(home: Home) -> int:
    """Return what Smartcar bills."""
    return home.sim.cloud.meter.billed.total()


@pytest.mark.parametrize("answer", [{"read_once": True}, {"read_once": False}, {}])
async def test_set_up_asks_whether_to_read_once(home: Home, answer: dict[str, bool]) -> None:
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    await dialog.submit(vehicles=list(dialog.options), **answer)
    await dialog.settle()
    await home.created(dialog)
    await home.sim.deliver()
    await home.settle()
    await home.sim.deliver()
    await home.settle()
    assert billed(home) == len(answer) * answer.get("read_once", 0)


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_planned_reads_are_offered_where_the_webhook_lacks_charge(
    home: Home,
    is_wanted: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    dialog = await home.at_callback()
    webhook = await home.webhook_for(dialog, data=["odometer-traveleddistance"])
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await dialog.submit(vehicles=list(dialog.options), read_on_news=is_wanted)
    await dialog.settle()
    entry = await home.created(dialog)
    assert (home.runtime(entry).planned_reads is not None) == is_wanted


async def test_planned_reads_are_not_offered_where_all_is_pushed(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    with pytest.raises(KeyError):
        dialog.suggested(CONF_READ_ON_NEWS)


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
    assert billed(home) == 0


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


async def test_a_larger_plan_ends_that_the_last_one_was_used_up(home: Home) -> None:
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
    assert billed(home) == 1


async def test_options_of_an_entry_that_was_unloaded_meanwhile_are_kept(home: Home) -> None:
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
