"""The one place that sends a command: grant, allowance, one at a time, Smartcar's no in words."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .allowance import RefusalReason
from .const import DOMAIN
from .coordinator import SmartcarCoordinator
from .device import async_vehicle_names
from .language import time_text
from .smartcar.client import SmartcarApiError, SmartcarError
from .smartcar.client_v3 import ClientV3
from .smartcar.commands import Command, CommandResult, Outcome
from .smartcar.model import Problem, Remedy, VehicleInfo
from .store import SmartcarStore
from .subscriptions import Subscriptions
from .util import now_ms, utc_from_ms
from .vehicle import VehicleState

_MINUTE = 60_000

_BY_CODE: Mapping[str, str] = {
    "ASLEEP": "command_asleep",
    "CHARGE_FAULT": "command_charge_fault",
    "CHARGING_IN_PROGRESS": "command_charging",
    "CHARGING_PLUG_NOT_CONNECTED": "command_not_plugged_in",
    "DEVICE_PAIRING_REQUIRED": "command_device_pairing_required",
    "DOOR_OPEN": "command_vehicle_open",
    "FULLY_CHARGED": "command_fully_charged",
    "HOOD_OPEN": "command_vehicle_open",
    "IGNITION_ON": "command_in_use",
    "IN_MOTION": "command_in_use",
    "NOT_CHARGING": "command_not_charging",
    "REMOTE_ACCESS_DISABLED": "command_remote_access_disabled",
    "TRUNK_OPEN": "command_vehicle_open",
    "UNREACHABLE": "command_unreachable",
    "VEHICLE_OFFLINE_FOR_SERVICE": "command_unreachable",
    "VEHICLE_REQUEST_LIMIT": "command_exhausted",
    "VIRTUAL_KEY_REQUIRED": "command_virtual_key_required",
}
_BY_REMEDY: Mapping[Remedy, str] = {
    Remedy.CREDENTIALS: "command_credentials_rejected",
    Remedy.NOT_CAPABLE: "command_not_capable",
    Remedy.OURS: "command_rejected",
    Remedy.OWNER: "command_account_issue",
    Remedy.PERMISSION: "command_not_granted",
    Remedy.PLAN: "command_plan",
    Remedy.REAUTHENTICATE: "command_reauthentication_required",
}
_BY_TYPE: Mapping[str, str] = {
    "RATE_LIMIT": "command_rate_limited",
    "UPSTREAM": "command_manufacturer_failed",
    "VEHICLE_STATE": "command_vehicle_state",
}
# A plan that lacks a feature, or covers fewer vehicles, still has calls.
_PLAN_HAS_CALLS = frozenset({"INVALID_PLAN", "VEHICLE_LIMIT"})
_EXHAUSTED_STATUS = 430


@dataclass(frozen=True, slots=True)
class Execution:
    """A command that was sent, and what became of it; times are in milliseconds."""

    result: CommandResult
    sent_at: int
    answered_at: int


class Commands:
    """Sends commands to the vehicles of one entry."""

    def __init__(  # noqa: PLR0913 - each is a part of the entry
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        client: ClientV3,
        store: SmartcarStore,
        coordinator: SmartcarCoordinator,
        subscriptions: Subscriptions,
    ) -> None:
        """Initialize; nothing is sent."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._store = store
        self._coordinator = coordinator
        self._subscriptions = subscriptions
        self._locks: dict[str, asyncio.Lock] = {}

    async def async_send(self, vehicle: VehicleState, command: Command) -> CommandResult:
        """Send a command; raise a `HomeAssistantError` unless the vehicle has obeyed."""
        execution = await self.async_execute(vehicle, command)
        if execution.result.outcome is not Outcome.SUCCESS:
            raise self.unknown_outcome(vehicle)
        return execution.result

    async def async_execute(self, vehicle: VehicleState, command: Command) -> Execution:
        """Send a command after those that the vehicle has not answered yet.

        The outcome may be unknown. Raises a `HomeAssistantError` that says what to do where the
        command was refused, has failed or could not be sent; a `ServiceValidationError` where the
        input is at fault.
        """
        async with self._locks.setdefault(vehicle.id, asyncio.Lock()):
            self._require_grant(vehicle, command)
            self._refuse_beyond_plan(vehicle)
            sent_at = now_ms()
            try:
                result = await self._client.send_command(
                    vehicle.info,
                    command,
                    on_call=partial(self._coordinator.async_count_call, vehicle.id, command=True),
                )
            except SmartcarApiError as error:
                raise self._refused(vehicle, command, error) from error
            except SmartcarError as error:
                raise self._error("command_not_sent", vehicle) from error
            self._store.data.allowance.resume(vehicle.id, dt_util.utcnow())
            return Execution(result, sent_at, now_ms())

    def unknown_outcome(self, vehicle: VehicleState) -> HomeAssistantError:
        """Return the error for a command of which nobody knows what became."""
        return self._error("command_outcome_unknown", vehicle)

    def _require_grant(self, vehicle: VehicleState, command: Command) -> None:
        """Refuse what the owner's grant does not cover, without a call."""
        if not is_granted(vehicle.info, command.permission, default=True):
            raise self._error("command_not_granted", vehicle)
        if vehicle.info.user_id is None:
            # Smartcar names the user with the vehicle; it is being asked again.
            self._subscriptions.async_request()
            raise self._error("command_user_unknown", vehicle)

    def _refuse_beyond_plan(self, vehicle: VehicleState) -> None:
        """Refuse what the month's calls do not cover."""
        allowance, now = self._store.data.allowance, dt_util.utcnow()
        refusal = allowance.command_refusal(vehicle.id, now)
        if refusal is None:
            return
        until = time_text(self._hass, refusal.until)
        if refusal.reason is RefusalReason.EXHAUSTED:
            raise self._error("command_exhausted", vehicle, until=until)
        raise self._error(
            "command_allowance_used",
            vehicle,
            used=str(refusal.used),
            allowed=str(refusal.allowed),
            until=until,
        )

    def _refused(
        self, vehicle: VehicleState, command: Command, error: SmartcarApiError
    ) -> HomeAssistantError:
        """Return Smartcar's refusal as an error, and act on what it says about the entry."""
        problem, now = error.problem, dt_util.utcnow()
        allowance = self._store.data.allowance
        if error.status == _EXHAUSTED_STATUS and problem.code not in _PLAN_HAS_CALLS:
            self._coordinator.async_exhaust(vehicle)
        if problem.remedy in {Remedy.CREDENTIALS, Remedy.PERMISSION}:
            # It reads the grants, and starts a reauthentication if the credentials are rejected.
            self._subscriptions.async_request()
        until = time_text(self._hass, allowance.period_end(now))
        key = refusal_key(problem)
        if key == "command_rate_limited" and error.retry_after is not None:
            # Rounded up to the minute.
            retry_at = now_ms() + error.retry_after * 1000 + _MINUTE - 1
            return self._error(
                "command_rate_limited_until",
                vehicle,
                until=time_text(self._hass, utc_from_ms(retry_at)),
            )
        if command.method == "DELETE" and error.status == HTTPStatus.NOT_FOUND:
            key = "command_no_schedule"
        if problem.remedy is Remedy.OURS:
            return self._error(key, vehicle, ServiceValidationError, error=problem.name)
        return self._error(key, vehicle, error=problem.name, until=until)

    def _error(
        self,
        key: str,
        vehicle: VehicleState,
        error_type: type[HomeAssistantError] = HomeAssistantError,
        **placeholders: str,
    ) -> HomeAssistantError:
        names = async_vehicle_names(
            self._hass, self._entry.entry_id, {vehicle.id: vehicle, **self._coordinator.vehicles}
        )
        return error_type(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"vehicle": names[vehicle.id], **placeholders},
        )


def is_granted(vehicle: VehicleInfo, permission: str, *, default: bool = False) -> bool:
    """Tell whether the owner's grant has a permission; `default` where Smartcar has not said."""
    return default if vehicle.permissions is None else permission in vehicle.permissions


def refusal_key(problem: Problem) -> str:
    """Return the key of the text that says what to do about a refused command."""
    if problem.name == "UPSTREAM:RATE_LIMIT":
        return "command_limited_by_manufacturer"
    by_code = _BY_CODE.get(problem.code or "")
    by_type = _BY_TYPE.get(problem.type)
    return by_code or _BY_REMEDY.get(problem.remedy) or by_type or "command_failed"
