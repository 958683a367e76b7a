"""Conditions: an automation that has the car as target asks what the car does."""

from homeassistant.core import Event

from .automations import automate, device_of
from .entries import DOMAIN
from .life import Life
from .texts import ENGLISH

ASK = "ask"
OWN = {f"{DOMAIN}.{name}" for name in ENGLISH["conditions"]}


async def asking(life: Life, name: str) -> list[Event]:
    """Add an automation that runs if a condition is true; return its runs."""
    condition = {"condition": f"{DOMAIN}.{name}", "target": {"device_id": device_of(life)}}
    return await automate(
        life.home.hass, {"trigger": "event", "event_type": ASK}, conditions=[condition]
    )


async def is_true(life: Life, runs: list[Event]) -> bool:
    """Tell whether the condition is true now."""
    runs.clear()
    life.home.hass.bus.async_fire(ASK)
    await life.home.settle()
    return bool(runs)


async def test_a_car_that_charges_is_plugged_in(life: Life) -> None:
    runs = await asking(life, "is_plugged_in")
    assert not await is_true(life, runs)
    await life.act(life.car.plug_in, minutes=30)
    assert await is_true(life, runs)


async def test_a_car_that_is_full_is_plugged_in(life: Life) -> None:
    runs = await asking(life, "is_plugged_in")
    await life.act(life.car.plug_in, hours=4)
    assert await is_true(life, runs)


async def test_a_car_without_its_cable_is_not_plugged_in(life: Life) -> None:
    runs = await asking(life, "is_not_plugged_in")
    assert await is_true(life, runs)
    await life.act(life.car.plug_in, minutes=30)
    assert not await is_true(life, runs)


async def test_a_car_is_on_a_trip_until_it_has_stood(life: Life) -> None:
    runs = await asking(life, "is_on_trip")
    assert not await is_true(life, runs)
    await life.drive("work", minutes=15)
    assert await is_true(life, runs)
    await life.go_on(hours=1)
    assert not await is_true(life, runs)


async def test_the_editor_offers_the_conditions(life: Life) -> None:
    await life.act(life.car.plug_in, minutes=10)
    answer = await life.home.ask(
        {"type": "get_conditions_for_target", "target": {"device_id": [device_of(life)]}}
    )
    assert set(answer["result"]) >= OWN
