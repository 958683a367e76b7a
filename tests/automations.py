"""Automations in a car's life, and what they did."""

from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.const import STATE_ON
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_capture_events

from .life import Life

_RAN = "automation_ran"


def device_of(life: Life) -> str:
    """Return the device of the car."""
    device = life.home.device(life.car)
    assert device is not None
    return device.id


async def automate(
    hass: HomeAssistant,
    *triggers: dict[str, Any],
    conditions: list[dict[str, Any]] | None = None,
    data: dict[str, str] | None = None,
) -> list[Event]:
    """Add an automation; return a list to which each of its runs adds an event with data."""
    runs: list[Event] = async_capture_events(hass, _RAN)
    automation = {
        "triggers": list(triggers),
        "conditions": conditions or [],
        "actions": [{"event": _RAN, "event_data": data or {}}],
    }
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: [automation]})
    await hass.async_block_till_done()
    (state,) = hass.states.async_all(AUTOMATION)
    # Home Assistant makes an automation that it cannot read unavailable.
    assert state.state == STATE_ON
    return runs
