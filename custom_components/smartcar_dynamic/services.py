"""The actions: addressed by device, answered with data."""

from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .checks.result import CheckStatus
from .checks.text import async_result_text
from .const import DOMAIN
from .device import vehicle_id_of
from .runtime import SmartcarConfigEntry

SERVICE_CHECK: Final = "check"
_SCHEMA = vol.Schema({vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])})


@callback
def async_register_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_CHECK,
        _async_check,
        schema=_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


async def _async_check(call: ServiceCall) -> ServiceResponse:
    """Check the connection of vehicles, once per entry; costs no billed call.

    Answers `{device ID: {"ok": bool, "results": [{check, status, reason, text}]}}`.
    """
    answer: dict[str, JsonValueType] = {}
    checked: dict[str, list[tuple[str | None, dict[str, JsonValueType]]]] = {}
    for device_id in call.data[ATTR_DEVICE_ID]:
        entry, vehicle_id = _vehicle(call.hass, device_id)
        if entry.entry_id not in checked:
            results = await entry.runtime_data.monitor.async_check()
            checked[entry.entry_id] = [
                (
                    result.vehicle_id,
                    {
                        "check": result.check,
                        "status": result.status,
                        "reason": result.reason,
                        "text": await async_result_text(call.hass, result),
                    },
                )
                for result in results
            ]
        own = [text for of, text in checked[entry.entry_id] if of in {None, vehicle_id}]
        answer[device_id] = {
            "ok": all(text["status"] != CheckStatus.FAILED for text in own),
            "results": [*own],
        }
    return answer


def _vehicle(hass: HomeAssistant, device_id: str) -> tuple[SmartcarConfigEntry, str]:
    """Return the loaded entry and the vehicle of a device."""
    device = dr.async_get(hass).async_get(device_id)
    vehicle_id = None if device is None else vehicle_id_of(device)
    if device is None or vehicle_id is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_vehicle",
            translation_placeholders={"device": device_id},
        )
    entry = hass.config_entries.async_get_entry(device.config_entry_id or "")
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        return entry, vehicle_id
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_loaded",
        translation_placeholders={"device": device.name_by_user or device.name or device_id},
    )
