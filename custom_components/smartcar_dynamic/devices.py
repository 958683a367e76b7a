"""A vehicle as a device: how it is called, and what is known about it."""

from collections.abc import Iterable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .smartcar.model import Vehicle

_DASHBOARD = "https://dashboard.smartcar.com"
_ACRONYMS = {"BMW", "BYD", "DS", "GMC", "MG", "MINI", "NIO", "SEAT"}


def make_of(vehicle: Vehicle) -> str | None:
    """Return the make as people write it: Smartcar says `LAND_ROVER`."""
    if vehicle.make is None or not vehicle.make.isupper() or vehicle.make in _ACRONYMS:
        return vehicle.make
    return vehicle.make.replace("_", " ").title()


def name_of(vehicle: Vehicle) -> str:
    """Return what to call a vehicle: make and model, or the last four characters of its ID."""
    make, model = make_of(vehicle), vehicle.model
    if make and model:
        return model if model.casefold().startswith(make.casefold()) else f"{make} {model}"
    return model or make or f"Vehicle {vehicle.tail}"


@callback
def async_update_device(hass: HomeAssistant, entry: ConfigEntry, vehicle: Vehicle) -> None:
    """Create the vehicle's device, or bring it up to date."""
    model = vehicle.model
    if model and vehicle.year:
        model = f"{model} ({vehicle.year})"
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, vehicle.id)},
        configuration_url=_DASHBOARD,
        manufacturer=make_of(vehicle),
        model=model,
        name=name_of(vehicle),
        serial_number=vehicle.vin,
    )


def vehicle_id_of(device: dr.BaseDeviceEntry) -> str | None:
    """Return Smartcar's ID of the vehicle that a device is."""
    return next((value for domain, value in device.identifiers if domain == DOMAIN), None)


@callback
def async_remove_devices(
    hass: HomeAssistant, entry: ConfigEntry, vehicle_ids: Iterable[str]
) -> None:
    """Remove the devices of vehicles that the owner left out."""
    registry = dr.async_get(hass)
    for vehicle_id in vehicle_ids:
        device = registry.async_get_device_by_identifier((DOMAIN, vehicle_id), entry.entry_id)
        if device is not None:
            registry.async_remove_device(device.id)
