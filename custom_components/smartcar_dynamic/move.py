"""Moves an entry to another application: same devices, same entities, same history."""

import asyncio
from collections.abc import Collection, Mapping
import logging
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import voluptuous as vol

from .const import DOMAIN
from .devices import name_of
from .forms import selection
from .smartcar.client import SmartcarError
from .smartcar.model import Vehicle
from .vehicle import VehicleState

if TYPE_CHECKING:
    from .data import SmartcarConfigEntry
    from .smartcar.client_v3 import ClientV3

_LOGGER = logging.getLogger(__name__)

_FAREWELL = 30


class Moving:
    """Which of the entry's vehicles is which of the new application's.

    `matches` is from old ID to new one; `open` are the vehicles for which nobody can tell yet.
    """

    def __init__(self, entry: SmartcarConfigEntry, client: ClientV3) -> None:
        """Begin with the entry's vehicles: what the new webhook sends meanwhile is none of them."""
        self._states = dict(entry.runtime_data.coordinator.vehicles)
        self._client = client
        self._candidates: dict[str, Vehicle] = {}
        self.matches: dict[str, str] = {}

    @property
    def open(self) -> list[VehicleState]:
        """Return the vehicles that are not matched, as long as there is something to match."""
        if not self._candidates:
            return []
        return [state for id_, state in self._states.items() if id_ not in self.matches]

    async def async_match(self, excluded: Collection[str]) -> None:
        """Match by Smartcar's ID, or by VIN where Smartcar issued a new ID.

        A VIN costs a billed read: it is asked for only where it decides.
        """
        vehicles = {vehicle.id: vehicle for vehicle in await self._client.vehicles()}
        self.matches = {id_: id_ for id_ in self._states if id_ in vehicles}
        self._candidates = {
            id_: vehicle
            for id_, vehicle in vehicles.items()
            if id_ not in self.matches and id_ not in excluded
        }
        old_ids = {state.vehicle.vin: state.vehicle.id for state in self.open if state.vehicle.vin}
        for vehicle in list(self._candidates.values()):
            vin = await self._async_vin(vehicle) if old_ids else None
            if vin in old_ids:
                self.matches[old_ids.pop(vin)] = vehicle.id
                del self._candidates[vehicle.id]

    async def _async_vin(self, vehicle: Vehicle) -> str | None:
        try:
            return await self._client.vin(vehicle)
        except SmartcarError:
            return None

    def form(self) -> vol.Schema:
        """Return a form that asks for each open vehicle which one it is."""
        options = {vehicle.id: _label(vehicle) for vehicle in self._candidates.values()}
        return vol.Schema(
            {vol.Optional(_label(state.vehicle)): selection(options) for state in self.open}
        )

    def choose(self, answers: Mapping[str, str]) -> bool:
        """Take the owner's word for the open vehicles, unless two are to be the same one."""
        if len(set(answers.values())) < len(answers):
            return False
        for state in self.open:
            if new_id := answers.get(_label(state.vehicle)):
                self.matches[state.vehicle.id] = new_id
        return True


async def async_leave(
    entry: SmartcarConfigEntry,
    matches: Mapping[str, str],
    *,
    replaced: bool,
) -> None:
    """Have the entry's webhook send no more once the new one has replaced it.

    A vehicle with a new ID leaves in any case: by its old one it would come back as another.
    """
    data = entry.runtime_data
    leaving = [
        state.vehicle
        for id_, state in data.coordinator.vehicles.items()
        if replaced or matches.get(id_, id_) != id_
    ]
    try:
        async with asyncio.timeout(_FAREWELL):
            for vehicle in leaving:
                await data.subscriptions.async_unsubscribe(vehicle)
    except (SmartcarError, TimeoutError) as error:
        _LOGGER.info("The old webhook may still send the vehicles' data: %s", error)


async def async_move(
    hass: HomeAssistant, entry: SmartcarConfigEntry, matches: Mapping[str, str]
) -> None:
    """Give devices and entities the new IDs of their vehicles."""
    changed = {old: new for old, new in matches.items() if old != new}
    devices = dr.async_get(hass)
    for old, new in changed.items():
        # The new webhook may have delivered already, and so made a device for the new ID.
        if upstart := devices.async_get_device_by_identifier((DOMAIN, new), entry.entry_id):
            devices.async_remove_device(upstart.id)
        if device := devices.async_get_device_by_identifier((DOMAIN, old), entry.entry_id):
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


def _label(vehicle: Vehicle) -> str:
    return f"{name_of(vehicle)} · {vehicle.tail}"
