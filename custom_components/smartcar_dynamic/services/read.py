"""The action that reads vehicles."""

import asyncio
from datetime import datetime
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..device import vehicle_name
from ..reader import Reader
from ..smartcar.model import Position, Reading
from ..util import plain_text, utc_from_ms
from ..vehicle import VehicleState
from .target import DEVICES, invalid, vehicle_of

SERVICE_READ_SIGNALS: Final = "read_signals"
ATTR_FORCE: Final = "force"

_READ_SCHEMA = vol.Schema(DEVICES | {vol.Optional(ATTR_FORCE, default=False): cv.boolean})


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_READ_SIGNALS,
        _async_read_signals,
        schema=_READ_SCHEMA,
        supports_response=SupportsResponse.OPTIONAL,
    )


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
    entry, vehicle_id = vehicle_of(hass, device_id)
    runtime = entry.runtime_data
    vehicle = runtime.coordinator.vehicles.get(vehicle_id)
    if vehicle is None:
        raise invalid("no_vehicle", device=device_id)
    if runtime.reader is None:
        raise invalid("reads_not_available", vehicle=plain_text(vehicle_name(vehicle.info)))
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
