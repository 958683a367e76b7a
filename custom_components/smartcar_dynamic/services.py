"""The actions: addressed by device, answered with data."""

import asyncio
from datetime import datetime
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
from .device import vehicle_id_of, vehicle_name
from .reader import Reader
from .runtime import SmartcarConfigEntry
from .smartcar.model import Position, Reading
from .util import plain_text, utc_from_ms
from .vehicle import VehicleState

SERVICE_CHECK: Final = "check"
SERVICE_READ_SIGNALS: Final = "read_signals"
ATTR_FORCE: Final = "force"
_SCHEMA = vol.Schema({vol.Required(ATTR_DEVICE_ID): vol.All(cv.ensure_list, [cv.string])})
_READ_SCHEMA = _SCHEMA.extend({vol.Optional(ATTR_FORCE, default=False): cv.boolean})


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
    hass.services.async_register(
        DOMAIN,
        SERVICE_READ_SIGNALS,
        _async_read_signals,
        schema=_READ_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
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


async def _async_read_signals(call: ServiceCall) -> ServiceResponse:
    """Read vehicles: one billed call for each.

    Answers `{device ID: {key: {value, unit, recorded_at}}}` with all that is known after the read.
    Where one of several vehicles cannot be read, the others are, and then the error is raised.
    """
    reads = {
        device_id: _readable(call.hass, device_id)
        for device_id in dict.fromkeys(call.data[ATTR_DEVICE_ID])
    }
    results = await asyncio.gather(
        *(
            reader.async_read(vehicle, force=call.data[ATTR_FORCE])
            for reader, vehicle in reads.values()
        ),
        return_exceptions=True,
    )
    for result in results:
        if result is not None:
            raise result
    if not call.return_response:
        return None
    return {device_id: _readings(vehicle) for device_id, (_, vehicle) in reads.items()}


def _readable(hass: HomeAssistant, device_id: str) -> tuple[Reader, VehicleState]:
    """Return the vehicle of a device, and what reads it."""
    entry, vehicle_id = _vehicle(hass, device_id)
    runtime = entry.runtime_data
    vehicle = runtime.coordinator.vehicles.get(vehicle_id)
    if vehicle is None:
        raise _no_vehicle(device_id)
    if runtime.reader is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="reads_not_available",
            translation_placeholders={"vehicle": plain_text(vehicle_name(vehicle.info))},
        )
    return runtime.reader, vehicle


def _readings(vehicle: VehicleState) -> dict[str, JsonValueType]:
    answer: dict[str, JsonValueType] = {}
    for key, reading in sorted(vehicle.readings.items()):
        signal = vehicle.signals.get(reading.code)
        recorded_at = None if signal is None else signal.recorded_at
        answer[key] = {
            "value": _value(reading),
            "unit": reading.unit,
            "recorded_at": None if recorded_at is None else utc_from_ms(recorded_at).isoformat(),
        }
    return answer


def _value(reading: Reading) -> JsonValueType:
    match reading.value:
        case Position() as position:
            return {"latitude": position.latitude, "longitude": position.longitude}
        case datetime() as time:
            return time.isoformat()
        case value:
            return value


def _vehicle(hass: HomeAssistant, device_id: str) -> tuple[SmartcarConfigEntry, str]:
    """Return the loaded entry and the vehicle of a device."""
    device = dr.async_get(hass).async_get(device_id)
    vehicle_id = None if device is None else vehicle_id_of(device)
    if device is None or vehicle_id is None:
        raise _no_vehicle(device_id)
    entry = hass.config_entries.async_get_entry(device.config_entry_id or "")
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        return entry, vehicle_id
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_loaded",
        translation_placeholders={"device": device.name_by_user or device.name or device_id},
    )


def _no_vehicle(device_id: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="no_vehicle",
        translation_placeholders={"device": device_id},
    )
