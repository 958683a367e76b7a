"""What the tests of commands share: a car that may be commanded, and what its owner orders."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from homeassistant.core import ServiceResponse, State
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.const import DOMAIN
from custom_components.smartcar_dynamic.vehicle import VehicleState
from simulator import ALL_CONTROLS, ALL_READS, Car, Simulator

from .home import Home

ALL = ALL_READS | ALL_CONTROLS


@dataclass
class Commanded:
    """A home with one car on the current platform whose grant covers all commands."""

    home: Home
    entry: MockConfigEntry

    @property
    def sim(self) -> Simulator:
        return self.home.sim

    @property
    def car(self) -> Car:
        return self.home.sim.current_car

    @property
    def vehicle(self) -> VehicleState:
        return self.home.data(self.entry).coordinator.vehicles[self.car.id]

    @property
    def device_id(self) -> str:
        device = self.home.device(self.car)
        assert device is not None
        return device.id

    @property
    def billed(self) -> int:
        """The requests to the car so far, also those that have no response yet."""
        return self.sim.connection(self.car).requests

    def state(self, platform: str, key: str) -> State:
        state = self.home.hass.states.get(self.home.entity_id(platform, self.car, key))
        assert state is not None
        return state

    def is_assumed(self, platform: str, key: str) -> bool:
        return self.state(platform, key).attributes.get("assumed_state", False) is True

    async def order(self, platform: str, key: str, service: str, **data: Any) -> None:  # noqa: ANN401 - an action's own
        """Order something of an entity."""
        entity_id = self.home.entity_id(platform, self.car, key)
        await self.home.hass.services.async_call(
            platform, service, {"entity_id": entity_id, **data}, blocking=True
        )

    async def lock(self) -> None:
        await self.order("lock", "closure-islocked", "lock")

    async def unlock(self) -> None:
        await self.order("lock", "closure-islocked", "unlock")

    async def act(self, action: str, *, answers: bool = False, **data: Any) -> ServiceResponse:  # noqa: ANN401 - an action's own
        """Call an action of ours for the car."""
        return await self.home.hass.services.async_call(
            DOMAIN,
            action,
            {"device_id": self.device_id, **data},
            blocking=True,
            return_response=answers,
        )

    async def report(self, **span: float) -> None:
        """Let the car report a little, or a given time, later."""
        await self.home.pass_time(**(span or {"seconds": 1}))
        await self.sim.advance(dt_util.utcnow() - self.sim.clock.wall)
        await self.home.deliver(self.car)


def text(error: BaseException) -> str:
    """Return what a person reads, with every placeholder filled in."""
    said = str(error)
    assert "{" not in said
    assert said != getattr(error, "translation_key", None)
    return said


@pytest.fixture
async def commanded(home: Home) -> AsyncGenerator[Commanded]:
    """Return a home whose car may be commanded."""
    home.sim.set_permissions(home.sim.current_car, ALL)
    entry, _ = await home.live()
    await home.deliver()
    # The cars' first reports are older than any order.
    await home.pass_time(minutes=1)
    yield Commanded(home, entry)
    home.sim.release_commands()
