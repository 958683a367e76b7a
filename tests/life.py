"""A car's life in a home: it stands, charges and drives while time passes on both sides."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, State, callback
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smartcar_dynamic.history import History
from simulator import Car, Webhook

from .entries import DOMAIN
from .home import Home


@dataclass
class Life:
    """A car at home, where it reports what has changed every few minutes."""

    home: Home
    entry: MockConfigEntry
    webhook: Webhook
    car: Car
    states: list[State] = field(default_factory=list)

    async def go_on(self, *, step: float = 5, **span: float) -> None:
        """Let time pass in steps of so many minutes; the car reports after each."""
        left = timedelta(**span)
        while left > timedelta():
            part = min(left, timedelta(minutes=step))
            left -= part
            self.home.time.tick(part)
            await self.home.sim.advance(part)
            await self.home.deliver(self.car)
            async_fire_time_changed(self.home.hass)
            await self.home.settle()

    async def act(self, action: Callable[[], None], **span: float) -> None:
        """Let the car do something, and time pass."""
        self.home.sim.act(self.car, lambda _: action())
        await self.go_on(**span)

    async def drive(self, place: str, **span: float) -> None:
        """Drive somewhere, and let time pass."""
        await self.act(lambda: self.car.drive(place), **span)

    @property
    def history(self) -> History:
        """Return what is known of the car."""
        return self.home.runtime(self.entry).coordinator.vehicles[self.car.id].history

    def values(self, platform: str, key: str) -> list[str]:
        """Return the states that an entity has had, in their order."""
        entity_id = self.home.entity_id(platform, self.car, key)
        return [state.state for state in self.states if state.entity_id == entity_id]

    def events(self, key: str) -> list[dict[str, Any]]:
        """Return the attributes of the events that were told.

        Each one has a time of its own, with which a restart shows it again.
        """
        entity_id = self.home.entity_id("event", self.car, key)
        told = {
            state.state: dict(state.attributes)
            for state in self.states
            if state.entity_id == entity_id and state.attributes.get("event_type") is not None
        }
        return list(told.values())

    async def ask(self, action: str, **fields: object) -> list[dict[str, Any]]:
        """Call an action for the car; return what it lists."""
        device = self.home.device(self.car)
        assert device is not None
        answer = await self.home.hass.services.async_call(
            DOMAIN, action, {"device_id": device.id, **fields}, blocking=True, return_response=True
        )
        (records,) = cast("dict[str, dict[str, Any]]", answer)[device.id].values()
        return cast("list[dict[str, Any]]", records)


async def begin(home: Home, **options: object) -> Life:
    """Return the life of the current platform's car, which stands at home."""
    car = home.sim.current_car
    here = car.places["home"]
    await home.hass.config.async_update(
        latitude=here.latitude, longitude=here.longitude, location_name="Home"
    )
    # One delivery after each step: two at one frozen time would be one moment to the recorder.
    home.sim.report_interval = timedelta(days=365)
    webhook = await home.webhook()
    entry = await home.set_up(home.new_entry(webhook, options=options))
    assert (await home.sim.verify(webhook)).succeeded
    await home.settle()
    life = Life(home, entry, webhook, car)

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if event.data["new_state"] is not None:
            life.states.append(event.data["new_state"])

    home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await home.deliver(car)
    return life
