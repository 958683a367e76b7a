"""Diagnostics: the state of the connection, and nothing that identifies a person or a place.

`script/replay` shows a maintainer what the owner of the file saw: it takes the times and the shapes
of the values from here, and invents the values.
"""

from datetime import datetime
from typing import assert_never

from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .checks.chain import local_results
from .checks.result import CheckResult
from .const import CONF_API, CONF_SMARTCAR_WEBHOOK_ID
from .device import vehicle_id_of
from .runtime import SmartcarConfigEntry, SmartcarRuntimeData
from .smartcar.model import Position, Reading
from .util import utc_from_ms
from .vehicle import SignalState, VehicleState
from .webhook.uri import async_get_callback_uri, is_same_uri


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SmartcarConfigEntry
) -> dict[str, object]:
    """Return the state of an entry."""
    runtime = entry.runtime_data
    monitor, data = runtime.monitor, runtime.store.data
    status = data.status
    callback_uri = await async_get_callback_uri(hass, runtime.webhook.webhook_id)
    error = runtime.subscriptions.error
    return {
        "at": dt_util.utcnow().isoformat(timespec="seconds"),
        "api": entry.data[CONF_API],
        "smartcar_webhook_id_known": bool(entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)),
        "callback": {
            "cloudhook": callback_uri.is_cloudhook,
            "obstacle": callback_uri.obstacle,
            "same_as_delivering": None
            if status.callback_uri is None
            else is_same_uri(status.callback_uri, callback_uri.uri),
        },
        "answered_at": _time(status.answered_at),
        "confirmed_at": _time(status.confirmed_at),
        "signed_at": _time(status.signed_at),
        "subscribed_at": _time(data.subscribed_at),
        "last_delivery": _time(status.last_delivery),
        "last_test": _time(status.last_test),
        "last_rejected": _time(status.last_rejected),
        "last_rejection": status.rejection,
        "wrong_signatures": status.wrong_signatures,
        "deliveries": dict(status.deliveries),
        "rejections": dict(status.rejections),
        "last_api_error": None if error is None else str(error),
        "results": [_result(result) for result in local_results(monitor.context, callback_uri)],
        "last_check": {
            "at": _time(monitor.checked_at),
            "results": [_result(result) for result in monitor.results],
        },
        "excluded_vehicles": len(runtime.coordinator.excluded),
        "vehicles": [_vehicle(vehicle) for vehicle in runtime.coordinator.vehicles.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SmartcarConfigEntry, device: DeviceEntry
) -> dict[str, object]:
    """Return the state of one vehicle, and of the callback URI that it depends on."""
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    vehicle = entry.runtime_data.coordinator.vehicles.get(vehicle_id_of(device) or "")
    if vehicle is None:
        return {**diagnostics, "vehicles": []}
    reads = _reads(entry.runtime_data, vehicle.id)
    return {**diagnostics, "vehicles": [{**_vehicle(vehicle), "reads": reads}]}


def _reads(runtime: SmartcarRuntimeData, vehicle_id: str) -> dict[str, object] | None:
    """Return what the vehicle's billed calls come to, and when and why it is read next."""
    if runtime.reader is None:
        return None
    now, allowance = dt_util.utcnow(), runtime.coordinator.allowance
    refusal = allowance.read_refusal(vehicle_id, now)
    planned_reads = runtime.planned_reads
    planned = None if planned_reads is None else planned_reads.async_next_read(vehicle_id)
    return {
        "calls_used": allowance.used(vehicle_id, now),
        "calls_left": allowance.left(vehicle_id, now),
        "reserve": allowance.plan.reserve,
        "refused": None if refusal is None else refusal.reason,
        "planned": planned_reads is not None,
        "next_read": None
        if planned is None
        else {"at": planned.at.isoformat(timespec="seconds"), "reason": planned.reason},
    }


def _result(result: CheckResult) -> dict[str, object]:
    """Return a result without its placeholders, which contain names."""
    return {"check": result.check, "status": result.status, "reason": result.reason}


def _vehicle(vehicle: VehicleState) -> dict[str, object]:
    info = vehicle.info
    return {
        "make": info.make,
        "model": info.model,
        "year": info.year,
        "powertrain": info.powertrain,
        "vin_known": info.vin is not None,
        "permissions": None if info.permissions is None else sorted(info.permissions),
        "listed": vehicle.listed,
        "subscribed": vehicle.subscribed_to is not None,
        "refused": None if vehicle.refused is None else vehicle.refused.name,
        "last_reported": _time(vehicle.last_reported),
        "last_delivery": _time(vehicle.last_delivery),
        "problems": [
            {
                "error": active.problem.name,
                "remedy": active.problem.remedy,
                "since": _time(active.since),
                "delivered_at": _time(active.delivered_at),
                "signals": list(active.problem.signals),
            }
            for active in vehicle.active_problems.values()
        ],
        "signals": {code: _signal(signal) for code, signal in sorted(vehicle.signals.items())},
    }


def _signal(signal: SignalState) -> dict[str, object]:
    return {
        "status": "ok" if signal.problem is None else signal.problem.name,
        "recorded_at": _time(signal.recorded_at),
        "delivered_at": _time(signal.delivered_at),
        "readings": {reading.part: _shape(reading) for reading in signal.readings},
    }


def _shape(reading: Reading) -> str | None:
    """Return what kind of value a reading has, and its unit, but not the value itself."""
    match reading.value:
        case None:
            return None
        case bool():
            return "boolean"
        case int() | float():
            return f"number {reading.unit}" if reading.unit else "number"
        case str():
            return "text"
        case Position():
            return "position"
        case datetime():
            return "time"
        case _:  # pragma: no cover - mypy proves that there is no other
            assert_never(reading.value)


def _time(milliseconds: int | None) -> str | None:
    if milliseconds is None:
        return None
    return utc_from_ms(milliseconds).isoformat(timespec="seconds")
