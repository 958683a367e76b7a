"""A config entry's life: set up, unload, remove. Nothing else."""

import asyncio
import logging

from homeassistant.components.webhook import async_unregister
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from . import cloudhook
from .actions import async_register_actions
from .api import create_client
from .const import CONF_EXCLUDED, CONF_MANAGEMENT_TOKEN, CONF_SMARTCAR_WEBHOOK_ID, DOMAIN
from .coordinator import SmartcarCoordinator
from .data import SmartcarConfigEntry, SmartcarData
from .devices import async_remove_devices, async_update_device, vehicle_id_of
from .issues import Issues, async_drop_all, async_raise_not_unsubscribed
from .receiver import EntryReceiver
from .smartcar.client import SmartcarApiError, SmartcarError
from .smartcar.model import Vehicle
from .subscriptions import Subscriptions
from .vehicle import VehicleState
from .webhook import Callback

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [Platform.BINARY_SENSOR, Platform.DEVICE_TRACKER, Platform.SENSOR]

_REMOVAL_TIMEOUT = 30


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Set up the actions."""
    async_register_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SmartcarConfigEntry) -> bool:
    """Set up from what is stored: Smartcar need not be up."""
    coordinator = SmartcarCoordinator(hass, entry.entry_id, entry.options.get(CONF_EXCLUDED, ()))
    await coordinator.async_load()
    client = create_client(hass, entry)
    subscriptions = Subscriptions(hass, entry, client, coordinator)
    callback = Callback(
        hass,
        entry.data[CONF_WEBHOOK_ID],
        entry.data[CONF_MANAGEMENT_TOKEN],
        EntryReceiver(hass, entry),
    )
    entry.runtime_data = SmartcarData(
        coordinator, callback, client, subscriptions, Issues(hass, entry)
    )
    async_remove_devices(hass, entry, coordinator.excluded)

    def update_device(state: VehicleState) -> None:
        async_update_device(hass, entry, state.vehicle)

    entry.async_on_unload(coordinator.async_listen_vehicles(update_device))
    for state in coordinator.vehicles.values():
        update_device(state)
    callback.async_register()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    subscriptions.async_start()
    entry.runtime_data.issues.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SmartcarConfigEntry) -> bool:
    """Unload; what arrives meanwhile is asked to come again."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    entry.runtime_data.callback.async_pause()
    await entry.runtime_data.coordinator.async_save()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
    """Unsubscribe every vehicle, and leave nothing behind."""
    async_unregister(hass, entry.data[CONF_WEBHOOK_ID])
    coordinator = SmartcarCoordinator(hass, entry.entry_id)
    await coordinator.async_load()
    async_drop_all(hass, entry, coordinator.vehicles)
    await coordinator.async_erase()
    await cloudhook.async_delete(hass, entry.data[CONF_WEBHOOK_ID])
    if not await _async_unsubscribe_all(hass, entry, coordinator):
        async_raise_not_unsubscribed(
            hass, "not_unsubscribed", entry.entry_id, {"entry": entry.title}
        )


async def _async_unsubscribe_all(
    hass: HomeAssistant, entry: SmartcarConfigEntry, coordinator: SmartcarCoordinator
) -> bool:
    """Unsubscribe the vehicles, also those left out; tell whether that succeeded for all."""
    webhook_id = entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)
    if not webhook_id:
        return True
    client = create_client(hass, entry)
    vehicles = {state.vehicle.id: state.vehicle for state in coordinator.vehicles.values()}
    vehicles |= {id_: Vehicle(id_) for id_ in entry.options.get(CONF_EXCLUDED, ())}
    succeeded = True
    try:
        async with asyncio.timeout(_REMOVAL_TIMEOUT):
            for vehicle in vehicles.values():
                try:
                    await client.unsubscribe(vehicle, webhook_id)
                except SmartcarApiError as error:
                    # Another vehicle may well be unsubscribed.
                    succeeded = False
                    _LOGGER.info("Vehicle %s may still send its data: %s", vehicle.tail, error)
    except (SmartcarError, TimeoutError) as error:
        _LOGGER.info("The vehicles may still send their data: %r", error)
        return False
    return succeeded


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: SmartcarConfigEntry, device: DeviceEntry
) -> bool:
    """Let a vehicle be deleted that is gone from the account; that unsubscribes it."""
    vehicle_id = vehicle_id_of(device)
    state = entry.runtime_data.coordinator.vehicles.get(vehicle_id or "")
    if state is None:
        return True
    if state.listed:
        return False
    await entry.runtime_data.async_forget(state.vehicle.id)
    return True
