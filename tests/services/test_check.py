"""The actions: addressed by device, answered with data."""

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
import pytest
import voluptuous as vol

from ..entries import DOMAIN
from ..home import Home


async def test_the_check_is_free(home: Home) -> None:
    await home.delivering()
    home.sim.cloud.meter.reset()
    await home.check(home.car())
    assert home.sim.cloud.meter.billed.total() == 0
    assert home.sim.cloud.meter.unbilled <= 3


async def test_two_cars_of_one_entry_are_checked_at_once(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.delivering()
    home.sim.cloud.meter.reset()
    assert len(await home.check(home.car(), second)) == 2
    assert home.sim.cloud.meter.unbilled <= 3


async def test_a_car_gets_no_result_of_another(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.delivering()
    home.sim.remove_car(second)
    await home.pass_hours(7)
    first, other = await home.check(home.car(), second)
    assert (first["ok"], other["ok"]) == (True, False)


async def test_the_check_needs_a_response_to_be_asked_for(home: Home) -> None:
    await home.live()
    device = home.device(home.car())
    assert device is not None
    with pytest.raises(ServiceValidationError):
        await home.hass.services.async_call(
            DOMAIN, "check", {"device_id": device.id}, blocking=True
        )


async def test_the_check_wants_a_device(home: Home) -> None:
    await home.live()
    with pytest.raises(vol.Invalid):
        await home.hass.services.async_call(
            DOMAIN, "check", {}, blocking=True, return_response=True
        )


async def _fails(home: Home, device_id: str, key: str) -> str:
    with pytest.raises(ServiceValidationError) as error:
        await home.hass.services.async_call(
            DOMAIN, "check", {"device_id": device_id}, blocking=True, return_response=True
        )
    assert error.value.translation_domain == DOMAIN
    assert error.value.translation_key == key
    return str(error.value)


async def test_an_unknown_device_is_refused(home: Home) -> None:
    await home.live()
    assert "nobody's" in await _fails(home, "nobody's", "no_vehicle")


async def test_a_device_of_another_integration_is_refused(home: Home) -> None:
    entry, _ = await home.live()
    device = dr.async_get(home.hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("another", "thing")}
    )
    await _fails(home, device.id, "no_vehicle")


async def test_a_device_of_an_unloaded_entry_is_refused(home: Home) -> None:
    entry, _ = await home.live()
    device = home.device(home.car())
    assert device is not None
    await home.unload(entry)
    assert "Hyundai IONIQ 5" in await _fails(home, device.id, "not_loaded")
