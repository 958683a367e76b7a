"""What the tests of reads share: an entry whose webhook lacks most signals, and a read."""

from collections.abc import Mapping
from typing import Any

from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Car

from .home import Home


async def read(home: Home, *cars: Car, **more: object) -> Mapping[str, Any]:
    """Read cars by the action; return its answer by device."""
    devices = [home.device(car) for car in cars or (home.sim.current_car,)]
    answer = await home.hass.services.async_call(
        "smartcar_dynamic",
        "read_signals",
        {"device_id": [device.id for device in devices if device], **more},
        blocking=True,
        return_response=True,
    )
    await home.settle()
    assert answer is not None
    return answer


async def live(home: Home, **options: object) -> MockConfigEntry:
    """Return an entry that has received, with options."""
    webhook = await home.webhook(data=["odometer-traveleddistance"])
    entry = await home.set_up(home.new_entry(webhook, options=options))
    assert (await home.sim.verify(webhook)).succeeded
    await home.settle()
    await home.deliver()
    return entry


def used(home: Home) -> int:
    """Return how many calls were counted."""
    allowance = home.runtime(home.entries[0]).coordinator.allowance
    return allowance.used(home.sim.current_car.id, dt_util.utcnow())
