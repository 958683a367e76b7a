"""What the dialogs ask about reads: once at set-up, and what they may cost."""

import pytest

from custom_components.smartcar_dynamic.const import CONF_READ_ON_NEWS
from simulator import Kind

from .conftest import Owner


def billed(owner: Owner) -> int:
    """Return what Smartcar bills."""
    return owner.sim.cloud.meter.billed.total()


@pytest.mark.parametrize("answer", [{"read_once": True}, {"read_once": False}, {}])
async def test_set_up_asks_whether_to_read_once(owner: Owner, answer: dict[str, bool]) -> None:
    dialog = await (await owner.add("current")).submit(**owner.v3())
    dialog, _ = await owner.verified(dialog)
    await dialog.submit(vehicles=list(dialog.options), **answer)
    await dialog.settle()
    await owner.created(dialog)
    await owner.sim.deliver()
    await owner.settle()
    await owner.sim.deliver()
    await owner.settle()
    assert billed(owner) == len(answer) * answer.get("read_once", 0)


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_planned_reads_are_offered_where_the_webhook_lacks_charge(
    owner: Owner,
    is_wanted: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    dialog = await (await owner.add("current")).submit(**owner.v3())
    webhook = await owner.paste(dialog, data=["odometer-traveleddistance"])
    await dialog.submit()
    assert (await owner.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await dialog.submit(vehicles=list(dialog.options), read_on_news=is_wanted)
    await dialog.settle()
    entry = await owner.created(dialog)
    assert (owner.data(entry).planned_reads is not None) == is_wanted


async def test_planned_reads_are_not_offered_where_all_is_pushed(owner: Owner) -> None:
    dialog = await (await owner.add("current")).submit(**owner.v3())
    dialog, _ = await owner.verified(dialog)
    with pytest.raises(KeyError):
        dialog.suggested(CONF_READ_ON_NEWS)


async def test_the_options_are_submitted_as_shown(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.open_options(entry)
    await dialog.submit_as_shown()
    await owner.settle()
    assert entry.options == {
        "calls_per_month": 500,
        "reserve": 50,
        "read_on_news": False,
        "excluded_vehicles": [],
    }
    assert billed(owner) == 0


async def test_the_plan_is_the_owners(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.open_options(entry)
    vehicles = list(dialog.options)
    await dialog.submit(vehicles=vehicles, calls_per_month=100, reserve=10, read_on_news=True)
    await owner.settle()
    plan = owner.data(entry).coordinator.allowance.plan
    assert (plan.calls_per_month, plan.reserve) == (100, 10)
    assert owner.data(entry).planned_reads is not None
    dialog = await owner.open_options(entry)
    assert dialog.suggested("calls_per_month") == 100
    await dialog.submit(vehicles=vehicles)
    await owner.settle()
    assert entry.options == {"excluded_vehicles": []}
    assert owner.data(entry).planned_reads is None


async def test_a_reserve_is_not_larger_than_the_plan(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.open_options(entry)
    vehicles = list(dialog.options)
    await dialog.submit(vehicles=vehicles, calls_per_month=10, reserve=11)
    assert dialog.errors == {"reserve": "reserve_too_large"}
    assert dialog.suggested("calls_per_month") == 10
    await dialog.submit(vehicles=vehicles, calls_per_month=11, reserve=11)
    await owner.settle()
    assert entry.options["reserve"] == 11


async def test_a_larger_plan_ends_that_the_last_one_was_used_up(owner: Owner) -> None:
    entry = await owner.live()
    car = owner.sim.current_car
    coordinator = owner.data(entry).coordinator
    coordinator.async_exhaust(coordinator.vehicles[car.id])
    dialog = await owner.open_options(entry)
    await dialog.submit(vehicles=list(dialog.options), calls_per_month=1000)
    await owner.settle()
    runtime = owner.data(entry)
    assert runtime.reader is not None
    await runtime.reader.async_read(runtime.coordinator.vehicles[car.id])
    assert billed(owner) == 1


async def test_options_of_an_entry_that_was_unloaded_meanwhile_are_kept(owner: Owner) -> None:
    entry = await owner.live()
    dialog = await owner.open_options(entry)
    await owner.hass.config_entries.async_unload(entry.entry_id)
    await dialog.submit(vehicles=[owner.sim.current_car.id], calls_per_month=1000)
    assert entry.options["calls_per_month"] == 1000


async def test_a_v2_entry_is_not_asked_about_reads(owner: Owner) -> None:
    entry = await owner.live(Kind.DYNAMIC)
    dialog = await owner.open_options(entry)
    with pytest.raises(KeyError):
        dialog.suggested(CONF_READ_ON_NEWS)
