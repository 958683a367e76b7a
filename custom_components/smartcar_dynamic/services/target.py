"""The vehicles that an action is for."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
import voluptuous as vol

from ..const import DOMAIN
from ..device import vehicle_id_of
from ..runtime import SmartcarConfigEntry

DEVICES = {vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])}
"""The field of every action: the devices of vehicles."""


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for an action that names or combines the wrong things."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def vehicle_of(hass: HomeAssistant, device_id: str) -> tuple[SmartcarConfigEntry, str]:
    """Return the loaded entry and the vehicle of a device."""
    device = dr.async_get(hass).async_get(device_id)
    vehicle_id = None if device is None else vehicle_id_of(device)
    if device is None or vehicle_id is None:
        raise invalid("no_vehicle", device=device_id)
    entry = hass.config_entries.async_get_entry(device.config_entry_id or "")
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        return entry, vehicle_id
    raise invalid("not_loaded", device=device.name_by_user or device.name or device_id)
