"""What a loaded entry does with what arrives at its callback URI."""

import asyncio

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.runtime import EntryReceiver

from .smartcar.payloads import dynamic, endpoint


async def test_an_unload_interrupts_a_delivery_of_many_vehicles(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    payload = dynamic()
    payload["payload"]["vehicles"] = [
        dynamic(endpoint("/battery", {"percentRemaining": 0.5}), vehicleId=f"vehicle-{n}")[
            "payload"
        ]["vehicles"][0]
        for n in range(20)
    ]
    runtime = entry.runtime_data
    delivery = hass.async_create_task(EntryReceiver(hass, entry).async_on_delivery(payload))
    await asyncio.sleep(0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await delivery is False
    assert 0 < len(runtime.coordinator.vehicles) < 20
