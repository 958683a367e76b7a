"""A vehicle as a device: its names, and how it is created, found and removed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util, slugify

from .const import DASHBOARD_URL, DOMAIN
from .smartcar.model import VehicleInfo
from .util import plain_text
from .vehicle import VehicleState

# Later, automations may use the entity IDs.
_RENAMED_FOR = timedelta(hours=1)
_ACRONYMS = {"BMW", "BYD", "DS", "GMC", "MG", "MINI", "NIO", "SEAT"}


def make_name(vehicle: VehicleInfo) -> str | None:
    """Return the make as people write it: Smartcar says `LAND_ROVER`."""
    if vehicle.make is None or not vehicle.make.isupper() or vehicle.make in _ACRONYMS:
        return vehicle.make
    return vehicle.make.replace("_", " ").title()


def vehicle_name(vehicle: VehicleInfo) -> str:
    """Return a vehicle's name: make and model, or the last four characters of its ID."""
    make, model = make_name(vehicle), vehicle.model
    if make and model:
        return model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return model or make or provisional_name(vehicle)


def provisional_name(vehicle: VehicleInfo) -> str:
    """Return the name of a vehicle of which only the ID is known."""
    return f"Vehicle {vehicle.short_id}"


def vehicle_label(vehicle: VehicleInfo) -> str:
    """Return a name that is unique in a list: with model year and the end of the ID."""
    name = vehicle_name(vehicle)
    if vehicle.year:
        name = f"{name} ({vehicle.year})"
    return f"{name} · {vehicle.short_id}"


@callback
def async_vehicle_names(
    hass: HomeAssistant, entry_id: str, vehicles: Mapping[str, VehicleState]
) -> dict[str, str]:
    """Return the owner's name of each vehicle by ID; equal names get the end of the ID."""
    names: dict[str, str] = {}
    for vehicle_id, vehicle in vehicles.items():
        device = async_get_device(hass, entry_id, vehicle_id)
        name = (device.name_by_user if device else None) or vehicle_name(vehicle.info)
        names[vehicle_id] = plain_text(name)
    times = Counter(names.values())
    return {
        vehicle_id: f"{name} · {vehicle_id[-4:]}" if times[name] > 1 else name
        for vehicle_id, name in names.items()
    }


@callback
def async_update_device(hass: HomeAssistant, entry: ConfigEntry, vehicle: VehicleInfo) -> None:
    """Create the vehicle's device, or update it."""
    model = vehicle.model
    if model and vehicle.year:
        model = f"{model} ({vehicle.year})"
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, vehicle.id)},
        configuration_url=DASHBOARD_URL,
        manufacturer=make_name(vehicle),
        model=model,
        name=vehicle_name(vehicle),
        serial_number=vehicle.vin,
    )


@callback
def async_rename_entities(hass: HomeAssistant, entry_id: str, vehicle: VehicleInfo) -> None:
    """Let the entity IDs follow the name of a vehicle that appeared without one just now."""
    device = async_get_device(hass, entry_id, vehicle.id)
    provisional = provisional_name(vehicle)
    if (
        device is None
        or device.name == provisional
        or dt_util.utcnow() - device.created_at > _RENAMED_FOR
    ):
        return
    registry, prefix = er.async_get(hass), f"{slugify(provisional)}_"
    for entity in er.async_entries_for_device(registry, device.id, include_disabled_entities=True):
        if entity.entity_id.partition(".")[2].startswith(prefix):
            registry.async_update_entity(
                entity.entity_id, new_entity_id=registry.async_regenerate_entity_id(entity)
            )


@callback
def async_get_device(hass: HomeAssistant, entry_id: str, vehicle_id: str) -> dr.DeviceEntry | None:
    """Return a vehicle's device."""
    return dr.async_get(hass).async_get_device_by_identifier((DOMAIN, vehicle_id), entry_id)


@callback
def async_other_entry_of(hass: HomeAssistant, entry: ConfigEntry, vehicle_id: str) -> str | None:
    """Return the title of an older entry of ours that knows the same vehicle."""
    for other in hass.config_entries.async_entries(DOMAIN, include_disabled=False):
        is_older = (other.created_at, other.entry_id) < (entry.created_at, entry.entry_id)
        if is_older and async_get_device(hass, other.entry_id, vehicle_id) is not None:
            return plain_text(other.title)
    return None


def vehicle_id_of(device: dr.BaseDeviceEntry) -> str | None:
    """Return Smartcar's ID of a device's vehicle."""
    return next((value for domain, value in device.identifiers if domain == DOMAIN), None)


@callback
def async_remove_devices(hass: HomeAssistant, entry_id: str, vehicle_ids: Iterable[str]) -> None:
    """Remove the devices of vehicles."""
    registry = dr.async_get(hass)
    for vehicle_id in vehicle_ids:
        if (device := async_get_device(hass, entry_id, vehicle_id)) is not None:
            registry.async_remove_device(device.id)
