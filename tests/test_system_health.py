"""System health: whether Smartcar is reached, and how we are reached."""

from typing import Any

from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info

from simulator import Kind

from .entries import DOMAIN
from .home import Home

KINDS = [Kind.DYNAMIC, Kind.CURRENT]


async def health(home: Home) -> dict[str, Any]:
    """Return what the system information page shows, without looking for Smartcar."""
    info: dict[str, Any] = await get_system_health_info(home.hass, DOMAIN)
    info.pop("can_reach_server").close()
    return info


async def reach(home: Home) -> object:
    """Return whether Smartcar is reached."""
    info: dict[str, Any] = await get_system_health_info(home.hass, DOMAIN)
    return await info["can_reach_server"]


async def test_system_health_without_an_entry_is_empty(home: Home) -> None:
    assert await async_setup_component(home.hass, DOMAIN, {})
    await home.settle()
    assert await health(home) == {"callback": "", "vehicles": 0, "last_delivery": None}


@pytest.mark.parametrize("kind", KINDS)
async def test_system_health_reaches_smartcar(home: Home, kind: Kind) -> None:
    await home.live(kind)
    assert await reach(home) == "ok"


async def test_system_health_says_that_smartcar_is_not_reached(home: Home) -> None:
    await home.live()
    home.sim.fail_api(0, times=-1)
    assert await reach(home) == {"type": "failed", "error": "unreachable"}


async def test_system_health_tells_address_cars_and_last_delivery(home: Home) -> None:
    await home.delivering()
    assert await health(home) == {
        "callback": "external",
        "vehicles": 1,
        "last_delivery": dt_util.utcnow(),
    }


async def test_system_health_tells_what_is_wrong_with_the_address(home: Home) -> None:
    await home.live()
    await home.move_to("http://home.example")
    assert (await health(home))["callback"] == "not_https"
