"""The button that reads a vehicle, and the counters beside it."""

from datetime import timedelta

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Kind

from .home import DOMAIN, Home


async def press(home: Home) -> None:
    """Press the car's button."""
    await home.hass.services.async_call(
        "button",
        "press",
        {"entity_id": home.entity_id("button", home.sim.current_car, "read_signals")},
        blocking=True,
    )
    await home.settle()


def billed(home: Home) -> int:
    """Return what Smartcar bills."""
    return home.sim.cloud.meter.billed.total()


def value(home: Home, entity_id: str) -> str:
    """Return an entity's state."""
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state.state


async def enable(home: Home, key: str) -> str:
    """Enable a sensor of the car's; return its entity ID."""
    entity_id = home.entity_id("sensor", home.sim.current_car, key)
    er.async_get(home.hass).async_update_entity(entity_id, disabled_by=None)
    await home.hass.config_entries.async_reload(home.entries[0].entry_id)
    await home.settle()
    return entity_id


async def test_one_press_shows_what_the_webhook_does_not_carry(home: Home) -> None:
    await home.live(data=["odometer-traveleddistance"])
    await home.deliver()
    car = home.sim.current_car
    registry = er.async_get(home.hass)
    charge = f"{car.id}_tractionbattery-stateofcharge"
    assert registry.async_get_entity_id("sensor", DOMAIN, charge) is None
    await press(home)
    assert home.state("sensor", car, "tractionbattery-stateofcharge") == "62"
    assert home.state("device_tracker", car, "location-preciselocation") == "not_home"
    assert billed(home) == 1


async def test_the_counters_say_one_after_one_press(home: Home) -> None:
    await home.live()
    used, left = await enable(home, "calls_used"), await enable(home, "calls_left")
    assert (value(home, used), value(home, left)) == ("0", "500")
    await press(home)
    assert (value(home, used), value(home, left)) == ("1", "499")


async def test_the_counters_begin_anew_with_the_month(home: Home) -> None:
    await home.hass.config.async_set_time_zone("UTC")
    home.time.move_to("2026-11-30 23:58:00+00:00")
    await home.live()
    used = await enable(home, "calls_used")
    await press(home)
    assert value(home, used) == "1"
    await home.pass_time(minutes=2, seconds=1)
    assert value(home, used) == "0"


async def test_the_counters_are_off_by_default(home: Home) -> None:
    await home.live()
    for key in ("calls_used", "calls_left"):
        entry = er.async_get(home.hass).async_get(
            home.entity_id("sensor", home.sim.current_car, key)
        )
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_a_press_that_fails_says_so(home: Home) -> None:
    await home.live()
    home.sim.fail_api(0, path="/signals", times=-1)
    with pytest.raises(HomeAssistantError, match="could not be read"):
        await press(home)


async def test_a_v2_car_has_neither_button_nor_counters(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    ids = {entry.unique_id for entry in er.async_get(home.hass).entities.values()}
    keys = {"read_signals", "calls_used", "calls_left"}
    assert not {it for it in ids if it.partition("_")[2] in keys}


async def test_a_day_without_a_read_bills_nothing(home: Home) -> None:
    await home.live()
    for _ in range(24):
        await home.pass_hours(1)
        await home.sim.advance(timedelta(hours=1))
        await home.deliver()
    device = home.device(home.sim.current_car)
    assert device is not None
    await home.hass.services.async_call(
        "smartcar_dynamic",
        "check",
        {"device_id": device.id},
        blocking=True,
        return_response=True,
    )
    await home.restart(home.entries[0])
    assert billed(home) == 0
