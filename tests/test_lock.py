"""The lock: what is ordered, what is assumed, and what the car reports of it."""

import asyncio
from datetime import timedelta

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import ALL_CONTROLS, ALL_READS, Car, Kind

from .cars import Writes
from .commanded import Commanded, commanded as commanded  # noqa: PLC0414 - a fixture
from .home import Home

KEY = "closure-islocked"


def state(commanded: Commanded) -> str:
    return commanded.state("lock", KEY).state


def is_assumed(commanded: Commanded) -> bool:
    return commanded.is_assumed("lock", KEY)


async def test_the_lock_shows_the_reading(commanded: Commanded) -> None:
    assert state(commanded) == "locked"
    assert not is_assumed(commanded)


async def test_an_order_is_assumed_until_it_is_reported(commanded: Commanded) -> None:
    await commanded.unlock()
    assert not commanded.car.locked
    assert (state(commanded), is_assumed(commanded)) == ("unlocked", True)
    await commanded.report()
    assert (state(commanded), is_assumed(commanded)) == ("unlocked", False)


async def test_the_binary_sensor_never_shows_what_is_assumed(commanded: Commanded) -> None:
    await commanded.unlock()
    assert commanded.state("binary_sensor", KEY).state == "off"
    await commanded.report()
    assert commanded.state("binary_sensor", KEY).state == "on"


async def test_a_contradiction_ends_the_assumption(commanded: Commanded) -> None:
    commanded.sim.fail_commands(status="SUCCESS", obeyed=False)
    await commanded.unlock()
    assert state(commanded) == "unlocked"
    await commanded.report()
    assert (state(commanded), is_assumed(commanded)) == ("locked", False)


async def test_a_report_from_before_contradicts_nothing(commanded: Commanded) -> None:
    commanded.sim.command_lag = timedelta(minutes=2)
    await commanded.unlock()
    await commanded.home.deliver()
    assert (state(commanded), is_assumed(commanded)) == ("unlocked", True)


async def test_an_assumption_ends_after_five_minutes(commanded: Commanded) -> None:
    commanded.sim.fail_commands(status="SUCCESS", obeyed=False)
    await commanded.unlock()
    await commanded.home.pass_time(minutes=4, seconds=58)
    assert state(commanded) == "unlocked"
    await commanded.home.pass_time(seconds=3)
    assert (state(commanded), is_assumed(commanded)) == ("locked", False)


@pytest.mark.parametrize("obeyed", [False, True])
async def test_a_pending_command_is_unknown_until_reported(
    commanded: Commanded, *, obeyed: bool
) -> None:
    commanded.sim.fail_commands(status="PENDING", obeyed=obeyed)
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_outcome_unknown"
    assert (state(commanded), is_assumed(commanded)) == (STATE_UNKNOWN, True)
    await commanded.report()
    assert state(commanded) == ("unlocked" if obeyed else "locked")
    assert not is_assumed(commanded)


async def test_a_command_under_way_is_shown_as_such(commanded: Commanded) -> None:
    commanded.sim.fail_commands(held=True)
    order = asyncio.create_task(commanded.unlock())
    await until(commanded, "unlocking")
    commanded.sim.release_commands()
    await order
    assert state(commanded) == "unlocked"


async def test_a_second_command_waits_for_the_first(commanded: Commanded) -> None:
    commanded.sim.fail_commands("security-unlock", held=True)
    orders = [asyncio.create_task(it()) for it in (commanded.unlock, commanded.lock)]
    await until(commanded, "unlocking")
    assert commanded.billed == 1
    commanded.sim.release_commands()
    await asyncio.gather(*orders)
    assert commanded.billed == 2
    assert commanded.car.locked
    assert state(commanded) == "locked"


async def test_a_refused_command_leaves_the_state(commanded: Commanded) -> None:
    commanded.sim.fail_commands(problem="ASLEEP")
    with pytest.raises(HomeAssistantError):
        await commanded.unlock()
    assert (state(commanded), is_assumed(commanded)) == ("locked", False)


async def test_a_report_that_changes_nothing_writes_nothing(commanded: Commanded) -> None:
    await commanded.report()
    writes = Writes(commanded.home.hass)
    await commanded.report()
    entity_id = commanded.home.entity_id("lock", commanded.car, KEY)
    assert entity_id not in {*writes.changed, *writes.unchanged}


async def test_a_command_that_outlives_its_entity_ends_quietly(commanded: Commanded) -> None:
    commanded.sim.fail_commands(held=True)
    order = asyncio.create_task(commanded.unlock())
    await until(commanded, "unlocking")
    assert await commanded.home.hass.config_entries.async_unload(commanded.entry.entry_id)
    commanded.sim.release_commands()
    await order
    assert state(commanded) == STATE_UNAVAILABLE


async def test_without_a_reading_the_state_is_assumed_and_unknown(home: Home) -> None:
    car = home.sim.current_car
    home.sim.set_permissions(car, ALL_CONTROLS)
    entry, _ = await home.live(data=["tractionbattery-stateofcharge"])
    commanded = Commanded(home, entry)
    assert (state(commanded), is_assumed(commanded)) == (STATE_UNKNOWN, True)
    await commanded.unlock()
    assert (state(commanded), is_assumed(commanded)) == ("unlocked", True)


# The grant


def entities(home: Home, car: Car) -> set[str]:
    registry = er.async_get(home.hass)
    platforms = ("cover", "lock", "number", "switch")
    return {
        f"{entry.domain} {entry.unique_id.removeprefix(f'{car.id}_')}"
        for entry in registry.entities.values()
        if entry.domain in platforms and entry.unique_id.startswith(car.id)
    }


CHARGING = {
    "cover charge-ischargingportflapopen",
    "number charge-chargelimits",
    "switch charge-ischarging",
}


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (set[str](), set[str]()),
        ({"control_security"}, {f"lock {KEY}"}),
        ({"control_charge"}, CHARGING),
        ({"control_charge", "control_security"}, {f"lock {KEY}"} | CHARGING),
    ],
)
async def test_the_grant_decides_which_entities_there_are(
    home: Home, permissions: set[str], expected: set[str]
) -> None:
    home.sim.set_permissions(home.sim.current_car, ALL_READS | permissions)
    await home.live()
    await home.deliver()
    assert entities(home, home.sim.current_car) == expected


async def test_the_entities_appear_when_the_grant_does(home: Home) -> None:
    car = home.sim.current_car
    home.sim.set_permissions(car, ALL_READS)
    entry, _ = await home.live()
    home.sim.set_permissions(car, ALL_READS | ALL_CONTROLS)
    home.data(entry).subscriptions.async_request()
    await home.settle()
    assert entities(home, car) == {f"lock {KEY}"} | CHARGING


async def test_the_entities_are_unavailable_without_the_grant(commanded: Commanded) -> None:
    commanded.sim.set_permissions(commanded.car, ALL_READS)
    commanded.home.data(commanded.entry).subscriptions.async_request()
    await commanded.home.settle()
    assert state(commanded) == STATE_UNAVAILABLE


async def test_the_entities_are_unavailable_while_the_owner_must_reauthenticate(
    commanded: Commanded,
) -> None:
    commanded.sim.revoke(commanded.car)
    await commanded.report()
    assert state(commanded) == STATE_UNAVAILABLE


async def test_another_vehicles_change_is_not_ours(commanded: Commanded) -> None:
    other = commanded.sim.add_car("Second", permissions=ALL_READS | ALL_CONTROLS)
    commanded.home.data(commanded.entry).subscriptions.async_request()
    await commanded.home.settle()
    assert entities(commanded.home, other) == {f"lock {KEY}"} | CHARGING
    assert state(commanded) == "locked"


async def test_api_v2_has_no_such_entities(home: Home) -> None:
    car = home.sim.dynamic_car
    home.sim.set_permissions(car, ALL_READS | ALL_CONTROLS)
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    assert entities(home, car) == set()


async def until(commanded: Commanded, expected: str) -> None:
    """Wait until the lock is in a state, and the command for it has reached Smartcar."""
    for _ in range(10_000):
        if state(commanded) == expected and commanded.billed:
            return
        await asyncio.sleep(0)
    pytest.fail(f"The lock is {state(commanded)}, {commanded.billed} billed")
