"""Moves an entry to the current platform: same devices, same entities, same history."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import voluptuous as vol

from .const import DOMAIN
from .devices import name_of
from .forms import selection
from .smartcar.model import Vehicle
from .vehicle import VehicleState

if TYPE_CHECKING:
    from .data import SmartcarConfigEntry


class Moving:
    """Which of the entry's vehicles is which of the current platform's.

    `matches` is from old ID to new one; `open` are the vehicles for which nobody can tell yet.
    """

    def __init__(self, entry: SmartcarConfigEntry) -> None:
        """Begin with the entry's vehicles."""
        self._states = dict(entry.runtime_data.coordinator.vehicles)
        self._candidates: dict[str, Vehicle] = {}
        self.matches: dict[str, str] = {}

    @property
    def open(self) -> list[VehicleState]:
        """Return the vehicles that are not matched, as long as there is something to match."""
        if not self._candidates:
            return []
        return [state for id_, state in self._states.items() if id_ not in self.matches]

    def match(self, vehicles: Iterable[Vehicle]) -> None:
        """Match by Smartcar's ID, or by VIN where Smartcar issued a new ID."""
        by_id = {vehicle.id: vehicle for vehicle in vehicles}
        by_vin = {vehicle.vin: vehicle for vehicle in by_id.values() if vehicle.vin}
        for old_id, state in self._states.items():
            same = by_id.get(old_id) or by_vin.get(state.vehicle.vin or "")
            if same is not None:
                self.matches[old_id] = same.id
        taken = set(self.matches.values())
        self._candidates = {id_: by_id[id_] for id_ in by_id if id_ not in taken}

    def form(self) -> vol.Schema:
        """Return a form that asks for each open vehicle which one it is."""
        options = {
            vehicle.id: f"{name_of(vehicle)} · {vehicle.tail}"
            for vehicle in self._candidates.values()
        }
        return vol.Schema(
            {
                vol.Optional(f"{name_of(state.vehicle)} · {state.vehicle.tail}"): selection(options)
                for state in self.open
            }
        )

    def choose(self, answers: Mapping[str, str]) -> None:
        """Take the owner's word for the open vehicles."""
        for state in self.open:
            new_id = answers.get(f"{name_of(state.vehicle)} · {state.vehicle.tail}")
            if new_id and new_id not in self.matches.values():
                self.matches[state.vehicle.id] = new_id


async def async_move(
    hass: HomeAssistant, entry: SmartcarConfigEntry, matches: Mapping[str, str]
) -> None:
    """Give devices and entities the new IDs of their vehicles."""
    changed = {old: new for old, new in matches.items() if old != new}
    devices = dr.async_get(hass)
    for old, new in changed.items():
        device = devices.async_get_device_by_identifier((DOMAIN, old), entry.entry_id)
        if device is not None:
            devices.async_update_device(device.id, new_identifiers={(DOMAIN, new)})

    @callback
    def rename(entity: er.RegistryEntry) -> dict[str, str] | None:
        vehicle_id, _, key = entity.unique_id.partition("_")
        if vehicle_id not in changed:
            return None
        return {"new_unique_id": f"{changed[vehicle_id]}_{key}"}

    if changed:
        await er.async_migrate_entries(hass, entry.entry_id, rename)
    entry.runtime_data.coordinator.async_rename(changed)
