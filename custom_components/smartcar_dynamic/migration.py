"""Migrates an entry to another application: same devices, entities and history."""

import asyncio
from collections.abc import Collection, Mapping
from functools import partial
import logging

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .const import DOMAIN
from .coordinator import SmartcarCoordinator
from .device import async_get_device
from .runtime import SmartcarConfigEntry
from .smartcar.client import SmartcarError
from .smartcar.client_v3 import ClientV3
from .smartcar.model import VehicleInfo
from .vehicle import VehicleState

_LOGGER = logging.getLogger(__name__)

_UNSUBSCRIBE_TIMEOUT = 30


class VehicleMatcher:
    """Finds which of the entry's vehicles is which of the new application's.

    `matches` maps old IDs to new ones; `candidates` are the new application's vehicles that match
    none yet.
    """

    def __init__(self, coordinator: SmartcarCoordinator, client: ClientV3) -> None:
        """Initialize with the entry's vehicles: the new webhook may add others meanwhile."""
        self._coordinator = coordinator
        self._vehicles = dict(coordinator.vehicles)
        self._client = client
        self.candidates: dict[str, VehicleInfo] = {}
        self.matches: dict[str, str] = {}

    @property
    def unmatched(self) -> list[VehicleState]:
        """Return the vehicles without a match, as long as there are candidates."""
        if not self.candidates:
            return []
        return [vehicle for id_, vehicle in self._vehicles.items() if id_ not in self.matches]

    async def async_match(self, excluded: Collection[str]) -> None:
        """Match by Smartcar's ID, or by VIN where Smartcar issued a new ID.

        A VIN costs a billed read: it is asked for only where it decides.
        """
        vehicles = {info.id: info for info in await self._client.vehicles()}
        self.matches = {id_: id_ for id_ in self._vehicles if id_ in vehicles}
        self.candidates = {
            id_: info
            for id_, info in vehicles.items()
            if id_ not in self.matches and id_ not in excluded
        }
        old_ids = {vehicle.info.vin: vehicle.id for vehicle in self.unmatched if vehicle.info.vin}
        for info in list(self.candidates.values()):
            vin = await self._async_vin(info) if old_ids else None
            if vin in old_ids:
                self.matches[old_ids.pop(vin)] = info.id
                del self.candidates[info.id]

    async def _async_vin(self, info: VehicleInfo) -> str | None:
        try:
            return await self._client.vin(
                info, on_call=partial(self._coordinator.async_count_call, info.id)
            )
        except SmartcarError:
            return None

    def choose(self, choices: Mapping[str, str]) -> bool:
        """Add the owner's choices, old ID to new; refuse one new vehicle for two old ones."""
        if len(set(choices.values())) < len(choices):
            return False
        self.matches |= choices
        return True


async def async_unsubscribe_all(entry: SmartcarConfigEntry) -> None:
    """Unsubscribe the vehicles from the webhook that another one has replaced."""
    runtime = entry.runtime_data
    try:
        async with asyncio.timeout(_UNSUBSCRIBE_TIMEOUT):
            for vehicle in list(runtime.coordinator.vehicles.values()):
                try:
                    await runtime.subscriptions.async_unsubscribe(vehicle.info)
                except SmartcarError as error:
                    # Another vehicle may well be unsubscribed.
                    _LOGGER.info(
                        "Vehicle %s may still send its data: %s", vehicle.info.short_id, error
                    )
    except TimeoutError:
        _LOGGER.info("The old webhook may still send the vehicles' data: no answer in time")


@callback
def async_rename_vehicles(
    hass: HomeAssistant, entry: SmartcarConfigEntry, matches: Mapping[str, str]
) -> None:
    """Give devices and entities the new IDs of their vehicles."""
    changed = {old: new for old, new in matches.items() if old != new}
    devices, entities = dr.async_get(hass), er.async_get(hass)
    for old, new in changed.items():
        # The new webhook may have delivered already, and so made a device for the new ID.
        if early := async_get_device(hass, entry.entry_id, new):
            devices.async_remove_device(early.id)
        if device := async_get_device(hass, entry.entry_id, old):
            devices.async_update_device(device.id, new_identifiers={(DOMAIN, new)})
    # An ID may be the beginning of another one.
    olds = sorted(changed, key=len, reverse=True)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        before = next((id_ for id_ in olds if entity.unique_id.startswith(f"{id_}_")), None)
        if before is not None:
            entities.async_update_entity(
                entity.entity_id,
                new_unique_id=changed[before] + entity.unique_id.removeprefix(before),
            )
    entry.runtime_data.coordinator.async_rename(changed)
