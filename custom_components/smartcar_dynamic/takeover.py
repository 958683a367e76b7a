"""Takes over another integration's entry: its devices, its entities and their history; and back."""

from collections.abc import Awaitable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
import logging
import types
from typing import Any

from homeassistant.components.sensor import SensorEntityDescription, SensorStateClass
from homeassistant.components.sensor.const import UNIT_CONVERTERS
from homeassistant.components.webhook import async_unregister
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryDisabler,
    ConfigEntryState,
)
from homeassistant.const import CONF_TOKEN, CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey

from .checks.issues import async_update_removable
from .const import API_V2, CONF_API, DOMAIN
from .other_integration import (
    OTHER_DOMAIN,
    OtherEntity,
    async_other_devices,
    async_other_entities,
    ids_by_name,
    vehicle_of_device,
    with_cloudhook,
    without_cloudhook,
)
from .positions import find_description
from .smartcar.jsonvalues import as_dict
from .smartcar.model import VehicleInfo
from .store import SmartcarStore
from .takeover_record import GO_BACK_FOR, TakenOver
from .util import now_ms, utc_from_ms
from .webhook.handler import async_pause

_LOGGER = logging.getLogger(__name__)

_PLANNED: HassKey[dict[str, Plan]] = HassKey(f"{DOMAIN}_takeover")


type Sensors = Mapping[str, SensorEntityDescription]


class Reason(StrEnum):
    """Why an entity stays with the other integration."""

    NO_COUNTERPART = auto()
    NO_VEHICLE = auto()
    OTHER_UNIT = auto()
    TAKEN = auto()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a take-over will move and, by entity ID, why something will stay."""

    taken_over: TakenOver
    left: Mapping[str, Reason]
    application_id: str | None = field(default=None, repr=False)


@callback
def async_unidentified(
    hass: HomeAssistant, entry_id: str, vehicles: tuple[VehicleInfo, ...]
) -> set[str]:
    """Return by what an entry calls vehicles that are none of these: by IDs or VINs."""
    names = ids_by_name(vehicles)
    used = {it.vehicle for it in async_other_entities(hass, entry_id, names) if it.our_key}
    return {name for name in used if name not in names}


async def async_plan(
    hass: HomeAssistant,
    entry: ConfigEntry,
    vehicles: tuple[VehicleInfo, ...],
    *,
    is_cloudhook: bool,
    application_id: str | None,
) -> Plan:
    """Return what will move; of two entities with the same meaning, the enabled one."""
    names = ids_by_name(vehicles)
    # Before there is an entry, the flow has not loaded any platform.
    integration = await async_get_integration(hass, DOMAIN)
    sensors: Sensors = (await integration.async_get_platform(Platform.SENSOR)).SENSORS
    plan = Plan(TakenOver(entry.entry_id, now_ms(), is_cloudhook), {}, application_id)
    record, left = plan.taken_over, dict(plan.left)
    ours: set[tuple[str, str]] = set()
    others = async_other_entities(hass, entry.entry_id, names)
    for other in sorted(others, key=_is_disabled_by_owner):
        vehicle_id, key = names.get(other.vehicle), other.our_key
        unique_id = f"{vehicle_id}_{key}"
        domain, entity_id = other.entity.domain, other.entity.entity_id
        if key is None or other.entity.config_subentry_id is not None:
            left[entity_id] = Reason.NO_COUNTERPART
        elif vehicle_id is None:
            left[entity_id] = Reason.NO_VEHICLE
        elif not _keeps_unit(sensors, other.entity, key):
            left[entity_id] = Reason.OTHER_UNIT
        elif (domain, unique_id) in ours or er.async_get(hass).async_get_entity_id(
            domain, DOMAIN, unique_id
        ):
            left[entity_id] = Reason.TAKEN
        else:
            ours.add((domain, unique_id))
            record.entities[other.entity.id] = (str(other.entity.unique_id), unique_id)
            if (state_class := _kept_state_class(sensors, other.entity, key)) is not None:
                record.state_classes[unique_id] = state_class
    for device in async_other_devices(hass, entry.entry_id):
        vehicle_id = vehicle_of_device(device, names)
        known = {id_ for _, id_ in record.devices.values()}
        if vehicle_id is not None and vehicle_id not in known:
            identifiers = [(str(it[0]), str(it[1])) for it in sorted(device.identifiers)]
            record.devices[device.id] = (identifiers, vehicle_id)
    return Plan(record, dict(sorted(left.items())), application_id)


def _is_disabled_by_owner(other: OtherEntity) -> bool:
    return other.entity.disabled_by not in {None, er.RegistryEntryDisabler.CONFIG_ENTRY}


def _old_state_class(entity: er.RegistryEntry) -> str | None:
    state_class = (entity.capabilities or {}).get("state_class")
    return str(state_class) if state_class in set(SensorStateClass) else None


def _keeps_unit(sensors: Sensors, entity: er.RegistryEntry, key: str) -> bool:
    """Tell whether the statistics can go on with our unit; what has none has no unit to keep."""
    description = find_description(sensors, key) if entity.domain == Platform.SENSOR else None
    old = entity.unit_of_measurement
    if description is None or old is None or _old_state_class(entity) is None:
        return True
    new = description.native_unit_of_measurement
    return old == new or any(
        {old, new} <= converter.VALID_UNITS for converter in UNIT_CONVERTERS.values()
    )


def _kept_state_class(sensors: Sensors, entity: er.RegistryEntry, key: str) -> str | None:
    """Return the state class of before where with ours the statistics would end."""
    description = find_description(sensors, key) if entity.domain == Platform.SENSOR else None
    old = _old_state_class(entity)
    return None if description is None or old == description.state_class else old


async def async_switch_off(hass: HomeAssistant, entry: ConfigEntry, webhook_id: str) -> bool:
    """Unload and disable the other entry; its callback URI asks for deliveries to come again.

    Returns whether it is unloaded.
    """
    switching = hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    try:
        await _async_paused(hass, webhook_id, switching)
    except HomeAssistantError as error:
        # It is in a state from which nothing is unloaded, and so may not be loaded at all.
        _LOGGER.debug("Unloading: %r", error)
    return entry.state not in {
        ConfigEntryState.LOADED,
        ConfigEntryState.FAILED_UNLOAD,
        ConfigEntryState.SETUP_IN_PROGRESS,
        ConfigEntryState.UNLOAD_IN_PROGRESS,
    }


async def async_switch_on(hass: HomeAssistant, entry: ConfigEntry, webhook_id: str) -> bool:
    """Enable the other entry, which registers the webhook; return whether it is loaded."""
    async_unregister(hass, webhook_id)
    try:
        await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
    except HomeAssistantError as error:
        _LOGGER.debug("Loading: %r", error)
    return entry.state is ConfigEntryState.LOADED


@callback
def async_prepare(hass: HomeAssistant, webhook_id: str, plan: Plan) -> None:
    """Have the entry that will be created with this webhook carry out a plan at its set-up."""
    hass.data.setdefault(_PLANNED, {})[webhook_id] = plan


@callback
def async_cancel(hass: HomeAssistant, webhook_id: str) -> None:
    """Drop a plan that was not carried out."""
    hass.data.get(_PLANNED, {}).pop(webhook_id, None)


async def async_take_over(hass: HomeAssistant, entry: ConfigEntry, store: SmartcarStore) -> None:
    """Carry out what is planned for an entry that is being set up, or end what a crash stopped."""
    plan = hass.data.get(_PLANNED, {}).pop(entry.data[CONF_WEBHOOK_ID], None)
    if plan is not None:
        store.data.taken_over = plan.taken_over
        store.data.application_id = plan.application_id or store.data.application_id
        # Written before anything moves: with it, all of it can be put back.
        await store.async_save()
    if (record := store.data.taken_over) is None:
        return
    other = hass.config_entries.async_get_entry(record.entry_id)
    if other is None:
        return
    if record.is_cloudhook and plan is not None:
        hass.config_entries.async_update_entry(other, data=without_cloudhook(other.data))
    devices, entities = dr.async_get(hass), er.async_get(hass)
    moving = [
        entity
        for entity in er.async_entries_for_config_entry(entities, other.entry_id)
        if entity.id in record.entities
    ]
    leaving = [
        device
        for device in async_other_devices(hass, other.entry_id)
        if device.id in record.devices
    ]
    staying = _detach(entities, leaving, {entity.id for entity in moving})
    try:
        for entity in moving:
            _move_entity(entities, entity, DOMAIN, entry, record.entities[entity.id][1])
        for device in leaving:
            _move_device(devices, device, entry, {(DOMAIN, record.devices[device.id][1])})
    finally:
        for device in leaving:
            if device.identifiers in staying.values():
                devices.async_get_or_create(
                    config_entry_id=other.entry_id,
                    identifiers=device.identifiers,
                    manufacturer=device.manufacturer,
                    model=device.model,
                    name=device.name_by_user or device.name,
                )
        _attach(hass, other, staying)


@callback
def async_is_shared(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether the other integration has an entry with the same callback URI."""
    return any(
        other.data.get(CONF_WEBHOOK_ID) == entry.data[CONF_WEBHOOK_ID]
        for other in hass.config_entries.async_entries(OTHER_DOMAIN)
    )


@callback
def async_watch(hass: HomeAssistant, entry: ConfigEntry, record: TakenOver | None) -> None:
    """Say that the other entry can be deleted, once the time to go back is over."""
    if record is None:
        return

    @callback
    def look(_now: datetime | None = None) -> None:
        is_over = not record.can_go_back(now_ms())
        other = hass.config_entries.async_get_entry(record.entry_id) if is_over else None
        async_update_removable(hass, entry, other, record.at)

    @callback
    def changed(change: ConfigEntryChange, other: ConfigEntry) -> None:
        if change is ConfigEntryChange.REMOVED and other.entry_id == record.entry_id:
            look()

    look()
    if record.can_go_back(now_ms()):
        over_at = utc_from_ms(record.at + GO_BACK_FOR)
        entry.async_on_unload(async_track_point_in_utc_time(hass, look, over_at))
    entry.async_on_unload(async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed))


async def async_give_back(
    hass: HomeAssistant, entry: ConfigEntry, record: TakenOver | None
) -> None:
    """Give what was taken over back to the other entry, if that is still there and not long ago.

    The entry is being removed; the other one is not enabled by this.
    """
    if record is None or not record.can_go_back(now_ms()):
        return
    other = hass.config_entries.async_get_entry(record.entry_id)
    if other is None:
        return
    for platform in async_get_platforms(hass, DOMAIN):
        if platform.config_entry is entry:
            # A set-up that failed halfway has loaded entities, which could not be moved.
            await platform.async_destroy()
    _give_back_data(hass, entry, other, record)
    devices, entities = dr.async_get(hass), er.async_get(hass)
    returning = [
        device
        for device in dr.async_entries_for_config_entry(devices, entry.entry_id)
        if device.id in record.devices
    ]
    identifiers_of = {it.id: set(record.devices[it.id][0]) for it in returning}
    replaced = [
        device
        for device in async_other_devices(hass, other.entry_id)
        if any(device.identifiers & identifiers for identifiers in identifiers_of.values())
    ]
    staying = _detach(entities, replaced, set())
    for device in replaced:
        devices.async_remove_device(device.id)
    for entity in er.async_entries_for_config_entry(entities, entry.entry_id):
        if entity.id in record.entities:
            unique_id = record.entities[entity.id][0]
            # One that was made while this one was away.
            if twin := entities.async_get_entity_id(entity.domain, OTHER_DOMAIN, unique_id):
                entities.async_remove(twin)
            _move_entity(entities, entity, OTHER_DOMAIN, other, unique_id)
    for device in returning:
        _move_device(devices, device, other, identifiers_of[device.id])
    _attach(hass, other, staying)


@callback
def _give_back_data(
    hass: HomeAssistant, entry: ConfigEntry, other: ConfigEntry, record: TakenOver
) -> None:
    """Give back the cloudhook, and the tokens: the other entry's own are used up."""
    data = with_cloudhook(other.data) if record.is_cloudhook else dict(other.data)
    if entry.data[CONF_API] == API_V2:
        data[CONF_TOKEN] = {**as_dict(data.get(CONF_TOKEN)), **entry.data[CONF_TOKEN]}
    hass.config_entries.async_update_entry(other, data=data)


type _Staying = dict[str, set[tuple[str, str]]]
"""The identifiers of the devices of entities, by entity ID."""


@callback
def _detach(
    entities: er.EntityRegistry, devices: Iterable[dr.DeviceEntry], moving: set[str]
) -> _Staying:
    """Take the entities that do not move from devices that do, which would remove them."""
    staying: _Staying = {}
    for device in devices:
        for entity in er.async_entries_for_device(
            entities, device.id, include_disabled_entities=True
        ):
            if entity.config_entry_id == device.config_entry_id and entity.id not in moving:
                staying[entity.entity_id] = device.identifiers
                entities.async_update_entity(entity.entity_id, device_id=None)
    return staying


@callback
def _attach(hass: HomeAssistant, other: ConfigEntry, staying: _Staying) -> None:
    """Give the entities that did not move the other entry's devices."""
    devices, entities = dr.async_get(hass), er.async_get(hass)
    for entity_id, identifiers in staying.items():
        identifier = next(iter(identifiers))
        device = devices.async_get_device_by_identifier(identifier, other.entry_id)
        entities.async_update_entity(entity_id, device_id=device.id if device else None)


@callback
def _move_entity(
    entities: er.EntityRegistry,
    entity: er.RegistryEntry,
    domain: str,
    entry: ConfigEntry,
    unique_id: str,
) -> None:
    entities.async_update_entity_platform(
        entity.entity_id, domain, new_config_entry_id=entry.entry_id, new_unique_id=unique_id
    )


@callback
def _move_device(
    devices: dr.DeviceRegistry,
    device: dr.DeviceEntry,
    entry: ConfigEntry,
    identifiers: set[tuple[str, str]],
) -> None:
    devices.async_update_device(
        device.id, new_config_entry_id=entry.entry_id, new_identifiers=identifiers
    )


@types.coroutine
def _async_paused(
    hass: HomeAssistant, webhook_id: str, coroutine: Awaitable[Any]
) -> Generator[Any, Any]:
    """Await a coroutine that unregisters a webhook, which is paused again before anybody else runs.

    In between, Home Assistant would answer 200, and the delivery would be lost.
    """
    steps = coroutine.__await__()
    try:
        while True:
            try:
                waits_for = steps.send(None)
            except StopIteration:
                return
            finally:
                async_pause(hass, webhook_id)
            yield waits_for
    finally:
        steps.close()
