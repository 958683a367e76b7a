"""Everything a maintainer asks for, and nothing that tells who or where somebody is."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .address import async_callback_address, same_address
from .check import Finding, local_findings
from .const import CONF_API, CONF_SMARTCAR_WEBHOOK_ID
from .data import SmartcarConfigEntry
from .devices import vehicle_id_of
from .vehicle import Latest, VehicleState


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SmartcarConfigEntry
) -> dict[str, object]:
    """Return how an entry is doing."""
    data = entry.runtime_data
    health = data.coordinator.health
    address = await async_callback_address(hass, data.callback.webhook_id)
    return {
        "api": entry.data[CONF_API],
        "webhook_id_known": bool(entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)),
        "callback": {
            "cloudhook": address.is_cloudhook,
            "obstacle": address.obstacle,
            "same_as_verified": None
            if health.callback_uri is None
            else same_address(health.callback_uri, address.uri),
        },
        "verified_at": _time(health.verified_at),
        "subscribed_at": _time(health.subscribed_at),
        "last_delivery": _time(health.last_delivery),
        "last_test": _time(health.last_test),
        "last_rejected": _time(health.last_rejected),
        "last_rejection": health.rejection,
        "rejected_in_a_row": health.rejected,
        "counts": dict(health.counts),
        "last_api_error": None
        if data.subscriptions.error is None
        else str(data.subscriptions.error),
        "findings": [_finding(finding) for finding in local_findings(entry, address)],
        "last_check": {
            "at": _time(data.issues.checked_at),
            "findings": [_finding(finding) for finding in data.issues.findings],
        },
        "excluded_vehicles": len(data.coordinator.excluded),
        "vehicles": [_vehicle(state) for state in data.coordinator.vehicles.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SmartcarConfigEntry, device: DeviceEntry
) -> dict[str, object]:
    """Return how one vehicle is doing, and the callback that it depends on."""
    diagnostics = await async_get_config_entry_diagnostics(hass, entry)
    state = entry.runtime_data.coordinator.vehicles.get(vehicle_id_of(device) or "")
    return {**diagnostics, "vehicles": [] if state is None else [_vehicle(state)]}


def _finding(finding: Finding) -> dict[str, object]:
    """Return a finding without its placeholders, which have names in them."""
    return {"proof": finding.proof, "outcome": finding.outcome, "reason": finding.reason}


def _vehicle(state: VehicleState) -> dict[str, object]:
    vehicle = state.vehicle
    return {
        "make": vehicle.make,
        "model": vehicle.model,
        "year": vehicle.year,
        "powertrain": vehicle.powertrain,
        "vin_known": vehicle.vin is not None,
        "permissions": None if vehicle.permissions is None else sorted(vehicle.permissions),
        "listed": state.listed,
        "subscribed": state.subscribed_to is not None,
        "refused": None if state.refused is None else state.refused.name,
        "last_reported": _time(state.last_reported),
        "last_delivery": _time(state.last_delivery),
        "problems": [
            {
                "error": trouble.problem.name,
                "remedy": trouble.problem.remedy,
                "since": _time(trouble.since),
            }
            for trouble in state.troubles.values()
        ],
        "signals": {code: _signal(latest) for code, latest in sorted(state.signals.items())},
    }


def _signal(latest: Latest) -> dict[str, object]:
    return {
        "status": "ok" if latest.problem is None else latest.problem.name,
        "recorded_at": _time(latest.recorded_at),
        "delivered_at": _time(latest.delivered_at),
        "parts": [reading.key.partition(".")[2] for reading in latest.readings],
        "unknown": [
            reading.key.partition(".")[2] for reading in latest.readings if reading.value is None
        ],
    }


def _time(milliseconds: int | None) -> str | None:
    if milliseconds is None:
        return None
    return dt_util.utc_from_timestamp(milliseconds / 1000).isoformat(timespec="seconds")
