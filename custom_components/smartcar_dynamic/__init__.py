"""The Smartcar Dynamic integration."""

import asyncio
import logging

from homeassistant.components.webhook import async_unregister
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .allowance import Plan
from .api import command_client, create_client, reading_client
from .checks.issues import async_drop_all, async_raise_not_unsubscribed
from .checks.monitor import Monitor
from .commands import Commands
from .const import (
    CONF_CALLS_PER_MONTH,
    CONF_EXCLUDED,
    CONF_MANAGEMENT_TOKEN,
    CONF_READ_ON_NEWS,
    CONF_RESERVE,
    CONF_SMARTCAR_WEBHOOK_ID,
    DEFAULT_TITLE,
    DOMAIN,
)
from .coordinator import SmartcarCoordinator
from .device import (
    async_remove_devices,
    async_update_device,
    provisional_name,
    vehicle_id_of,
    vehicle_name,
)
from .energy_statistics import EnergyStatistics
from .first_setup import async_pop_first_setup
from .journal import Journal
from .planned_reads import PlannedReads
from .reader import Reader
from .runtime import EntryReceiver, SmartcarConfigEntry, SmartcarRuntimeData
from .services import async_register_services
from .smartcar.client import SmartcarError
from .smartcar.decoder import Decoder
from .smartcar.model import VehicleInfo
from .store import SmartcarStore, StoredData
from .subscriptions import Subscriptions
from .takeover import async_give_back, async_is_shared, async_take_over, async_watch
from .util import plain_text
from .vehicle import VehicleState
from .webhook import cloudhook
from .webhook.handler import SmartcarWebhook, async_pause

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.COVER,
    Platform.DEVICE_TRACKER,
    Platform.EVENT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
]

_REMOVAL_TIMEOUT = 30


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Set up the actions, and have deliveries sent again until their entries are loaded."""
    async_register_services(hass)
    for entry in hass.config_entries.async_entries(DOMAIN, include_disabled=False):
        async_pause(hass, entry.data[CONF_WEBHOOK_ID])
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SmartcarConfigEntry) -> bool:
    """Set up from what is stored: Smartcar need not be up."""
    store = SmartcarStore(hass, entry.entry_id)
    await store.async_load()
    entry.async_on_unload(store.async_close)
    await async_take_over(hass, entry, store)
    default = Plan()
    store.data.allowance.plan = Plan(
        calls_per_month=int(entry.options.get(CONF_CALLS_PER_MONTH, default.calls_per_month)),
        reserve=int(entry.options.get(CONF_RESERVE, default.reserve)),
    )
    coordinator = SmartcarCoordinator(hass, store, entry.options.get(CONF_EXCLUDED, ()))
    first_setup = async_pop_first_setup(hass, entry.data[CONF_WEBHOOK_ID])
    coordinator.async_add_described(first_setup.vehicles)
    client = create_client(hass, entry)
    subscriptions = Subscriptions(hass, entry, client, store, coordinator)
    webhook = SmartcarWebhook(
        hass,
        entry.data[CONF_WEBHOOK_ID],
        entry.data[CONF_MANAGEMENT_TOKEN],
        EntryReceiver(hass, entry),
    )
    monitor = Monitor(
        hass,
        entry,
        client=client,
        webhook=webhook,
        store=store,
        coordinator=coordinator,
        subscriptions=subscriptions,
    )
    reading = reading_client(client)
    reader = None if reading is None else Reader(hass, entry, reading, coordinator)
    entry.runtime_data = SmartcarRuntimeData(
        store, coordinator, Decoder(), webhook, client, subscriptions, monitor, reader
    )
    if (commander := command_client(client)) is not None:
        entry.runtime_data.commands = Commands(
            hass,
            entry,
            client=commander,
            store=store,
            coordinator=coordinator,
            subscriptions=subscriptions,
        )
    async_remove_devices(hass, entry.entry_id, coordinator.excluded)
    for vehicle_id in coordinator.excluded:
        monitor.issues.async_forget(vehicle_id)

    def update_device(vehicle: VehicleState) -> None:
        async_update_device(hass, entry, vehicle.info)
        if entry.title in {DEFAULT_TITLE, provisional_name(vehicle.info)}:
            hass.config_entries.async_update_entry(entry, title=vehicle_name(vehicle.info))

    entry.async_on_unload(coordinator.async_add_vehicle_listener(update_device))
    for vehicle in coordinator.vehicles.values():
        update_device(vehicle)
    async_watch(hass, entry, store.data.taken_over)
    entry.async_on_unload(Journal(hass, coordinator, entry.options).async_start())
    EnergyStatistics(hass, entry, coordinator).async_start()
    webhook.async_register()
    entry.async_on_unload(webhook.async_pause)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    subscriptions.async_start()
    monitor.async_start()
    if reader is not None:
        reader.async_start(is_read_once=first_setup.is_read_once)
    if reader is not None and entry.options.get(CONF_READ_ON_NEWS):
        planned_reads = PlannedReads(hass, entry, store, coordinator, reader)
        planned_reads.async_start()
        entry.runtime_data.planned_reads = planned_reads
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SmartcarConfigEntry) -> bool:
    """Unload; deliveries that arrive meanwhile are asked to come again."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    entry.runtime_data.webhook.async_pause()
    await entry.runtime_data.client.wait_for_renewal()
    await entry.runtime_data.store.async_close()
    return True


async def async_remove_entry(hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
    """Unsubscribe every vehicle, and remove everything of ours; give back what was taken over."""
    async_unregister(hass, entry.data[CONF_WEBHOOK_ID])
    store = SmartcarStore(hass, entry.entry_id)
    data = await store.async_load()
    async_drop_all(hass, entry, data.vehicles)
    await store.async_remove()
    await async_give_back(hass, entry, data.taken_over)
    if async_is_shared(hass, entry):
        # The callback URI and the webhook are the other integration's again.
        return
    await cloudhook.async_delete(hass, entry.data[CONF_WEBHOOK_ID])
    if not await _async_unsubscribe_all(hass, entry, data):
        async_raise_not_unsubscribed(
            hass, "not_unsubscribed", entry.entry_id, {"entry": plain_text(entry.title)}
        )


async def _async_unsubscribe_all(
    hass: HomeAssistant, entry: SmartcarConfigEntry, data: StoredData
) -> bool:
    """Unsubscribe the vehicles, also those left out; tell whether that succeeded for all."""
    smartcar_webhook_id = entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)
    if not smartcar_webhook_id:
        return True
    client = create_client(hass, entry)
    vehicles = {vehicle_id: vehicle.info for vehicle_id, vehicle in data.vehicles.items()}
    vehicles |= {id_: VehicleInfo(id_) for id_ in entry.options.get(CONF_EXCLUDED, ())}
    succeeded = True
    try:
        async with asyncio.timeout(_REMOVAL_TIMEOUT):
            for vehicle in vehicles.values():
                try:
                    await client.unsubscribe(vehicle, smartcar_webhook_id)
                except SmartcarError as error:
                    # Another vehicle may well be unsubscribed.
                    succeeded = False
                    _LOGGER.info("Vehicle %s may still send its data: %s", vehicle.short_id, error)
    except TimeoutError:
        _LOGGER.info("The vehicles may still send their data: no answer in time")
        return False
    return succeeded


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: SmartcarConfigEntry, device: DeviceEntry
) -> bool:
    """Let a vehicle be deleted that is gone from the account; that unsubscribes it."""
    vehicle_id = vehicle_id_of(device)
    vehicle = entry.runtime_data.coordinator.vehicles.get(vehicle_id or "")
    if vehicle is None:
        return True
    if vehicle.listed:
        return False
    await entry.runtime_data.async_forget(vehicle.id)
    return True
