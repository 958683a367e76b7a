"""Cars as Home Assistant shows them, and what it writes about them."""

from dataclasses import dataclass
from typing import Any

from homeassistant.const import (
    EVENT_STATE_CHANGED,
    EVENT_STATE_REPORTED,
    STATE_UNAVAILABLE,
)
from homeassistant.core import Event, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .smartcar.payloads import VEHICLE_ID

PLATFORMS = ("binary_sensor", "device_tracker", "event", "sensor")


@dataclass(frozen=True, slots=True)
class Car:
    """One vehicle: entities by signal code and part."""

    hass: HomeAssistant
    id: str = VEHICLE_ID

    def entity_id(self, key: str) -> str | None:
        """Return the entity for a key, if there is one."""
        registry = er.async_get(self.hass)
        found = (
            registry.async_get_entity_id(platform, "smartcar_dynamic", f"{self.id}_{key}")
            for platform in PLATFORMS
        )
        return next((entity_id for entity_id in found if entity_id), None)

    def state(self, key: str) -> State:
        """Return the state for a key."""
        entity_id = self.entity_id(key)
        assert entity_id is not None, key
        state = self.hass.states.get(entity_id)
        assert state is not None, key
        return state

    def value(self, key: str) -> str:
        """Return the state for a key as text."""
        return self.state(key).state

    def is_available(self, key: str) -> bool:
        """Tell whether the entity for a key is available."""
        return self.value(key) != STATE_UNAVAILABLE

    @property
    def states(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return all states and attributes by entity ID."""
        return {
            entry.entity_id: (state.state, dict(state.attributes))
            for entry in er.async_get(self.hass).entities.values()
            if entry.unique_id.startswith(self.id)
            if (state := self.hass.states.get(entry.entity_id)) is not None
        }

    @property
    def device(self) -> dr.DeviceEntry | None:
        """Return the car's device."""
        for entry in self.hass.config_entries.async_entries("smartcar_dynamic"):
            found = dr.async_get(self.hass).async_get_device_by_identifier(
                ("smartcar_dynamic", self.id), entry.entry_id
            )
            if isinstance(found, dr.DeviceEntry):
                return found
        return None


@callback
def _any(_data: object) -> bool:
    return True


class Writes:
    """Entity IDs of states that changed, and of those that were written without a change."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Listen."""
        self.changed: list[str] = []
        self.unchanged: list[str] = []
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._on_changed)
        hass.bus.async_listen(EVENT_STATE_REPORTED, self._on_reported, _any)

    def clear(self) -> None:
        """Begin anew."""
        self.changed.clear()
        self.unchanged.clear()

    @callback
    def _on_changed(self, event: Event[Any]) -> None:
        self.changed.append(event.data["entity_id"])

    @callback
    def _on_reported(self, event: Event[Any]) -> None:
        self.unchanged.append(event.data["entity_id"])
