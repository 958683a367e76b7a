"""The fix flows of repair issues: each verifies that the problem is gone before it closes."""

from contextlib import suppress
from typing import override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.components.repairs.const import FlowType
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState, UnknownEntry
from homeassistant.core import HomeAssistant

from .api import hosts
from .checks.issues import check_of
from .checks.result import CheckStatus
from .connect import async_application_id, reauthenticate_url
from .const import CONF_MANAGEMENT_TOKEN, DASHBOARD_URL, DOMAIN
from .device import async_remove_devices
from .flows import forms
from .runtime import SmartcarConfigEntry
from .smartcar.client import SmartcarError
from .util import now_ms, plain_text
from .vehicle import VehicleState
from .webhook.uri import async_get_callback_uri

type IssueData = dict[str, str | int | float | None]

_MY_SMARTCAR = "https://my.smartcar.com"


class _EntryRepairFlow(RepairsFlow):
    """A repair of one loaded entry."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData) -> None:
        self._entry = entry
        self._placeholders = {
            "entry": plain_text(entry.title),
            "dashboard": DASHBOARD_URL,
            **{name: str(value) for name, value in data.items() if value is not None},
        }

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with what happened and what to do."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Close if the problem is gone; else say that it is not."""
        errors = {}
        if user_input is not None:
            error = await self._async_error()
            if error is None:
                return self.async_create_entry(data={})
            errors = {"base": error}
        return self.async_show_form(
            step_id="confirm",
            errors=errors,
            description_placeholders=await self._async_placeholders(),
        )

    async def _async_placeholders(self) -> dict[str, str]:
        return self._placeholders

    async def _async_error(self) -> str | None:
        """Return why the repair cannot close: the key of an error, `None` if it can."""
        raise NotImplementedError


class CheckRepairFlow(_EntryRepairFlow):
    """A repair that the connection check verifies."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData) -> None:
        """Initialize the flow."""
        super().__init__(entry, data)
        self._issue = str(data["issue"])

    @override
    async def _async_placeholders(self) -> dict[str, str]:
        callback_uri = await async_get_callback_uri(
            self.hass, self._entry.runtime_data.webhook.webhook_id
        )
        return {**self._placeholders, "callback_uri": callback_uri.uri or "-"}

    @override
    async def _async_error(self) -> str | None:
        monitor = self._entry.runtime_data.monitor
        results = await monitor.async_check()
        if not monitor.issues.is_raised(self._issue):
            return None
        check = check_of(self._issue)
        is_known = any(
            result.check is check and result.status is not CheckStatus.UNKNOWN for result in results
        )
        return "not_resolved" if is_known else "not_checked"


class VehicleRepairFlow(_EntryRepairFlow):
    """A repair of one vehicle, which the next delivery about it verifies."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData, vehicle: VehicleState) -> None:
        """Initialize the flow."""
        super().__init__(entry, data)
        self._vehicle = vehicle
        self._issue = str(data["issue"])

    @override
    async def _async_placeholders(self) -> dict[str, str]:
        application_id = await async_application_id(self._entry.runtime_data)
        url = reauthenticate_url(hosts(), self._vehicle, application_id)
        return {**self._placeholders, "url": url or _MY_SMARTCAR}

    @override
    async def _async_error(self) -> str | None:
        runtime = self._entry.runtime_data
        if self._issue == "subscription_refused":
            await runtime.subscriptions.async_reconcile()
        await runtime.monitor.async_look()
        is_raised = runtime.monitor.issues.is_raised(self._issue, self._vehicle.id)
        return "not_resolved" if is_raised else None


class VehicleGoneRepairFlow(_EntryRepairFlow):
    """Deletes a vehicle that is gone from the account, unless it has come back."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData, vehicle_id: str) -> None:
        """Initialize the flow."""
        super().__init__(entry, data)
        self._vehicle_id = vehicle_id

    @override
    async def _async_error(self) -> str | None:
        runtime = self._entry.runtime_data
        vehicles = runtime.coordinator.vehicles
        if self._vehicle_id in vehicles:
            try:
                listed = await runtime.client.vehicles()
            except SmartcarError:
                return "not_checked"
            # A new vehicle gets its device when it is subscribed, which asks for its name first.
            runtime.coordinator.async_update_account(info for info in listed if info.id in vehicles)
        vehicle = vehicles.get(self._vehicle_id)
        if vehicle is not None and not vehicle.is_gone(now_ms()):
            return None
        async_remove_devices(self.hass, self._entry.entry_id, [self._vehicle_id])
        await runtime.async_forget(self._vehicle_id)
        return None


class SignaturesRepairFlow(_EntryRepairFlow):
    """Takes the right management token: one that signs what was refused, or entered twice."""

    _doubted = ""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Store the token if it is the right one."""
        errors = {}
        if user_input is not None:
            token = user_input[CONF_MANAGEMENT_TOKEN].strip()
            runtime = self._entry.runtime_data
            if error := forms.management_token_error(token, self._entry.data):
                errors = {CONF_MANAGEMENT_TOKEN: error}
            elif token != self._doubted and not runtime.async_may_be_management_token(token):
                self._doubted = token
                errors = {CONF_MANAGEMENT_TOKEN: "wrong_management_token"}
            else:
                self.hass.config_entries.async_update_entry(
                    self._entry,
                    data={**self._entry.data, CONF_MANAGEMENT_TOKEN: token},
                )
                self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=forms.MANAGEMENT_TOKEN,
            errors=errors,
            description_placeholders=self._placeholders,
        )


class StorageRepairFlow(_EntryRepairFlow):
    """Closes once the owner knows that the stored data could not be read."""

    @override
    async def _async_error(self) -> str | None:
        self._entry.runtime_data.store.is_set_aside = False
        return None


class OtherEntryRepairFlow(_EntryRepairFlow):
    """Deletes the entry of another integration that was taken over long ago."""

    @override
    async def _async_error(self) -> str | None:
        with suppress(UnknownEntry):
            await self.hass.config_entries.async_remove(self._placeholders["other_entry_id"])
        return None


class MigrationRepairFlow(_EntryRepairFlow):
    """Leads to the reconfigure flow; the issue stays until the entry is migrated."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Start the reconfigure flow."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", description_placeholders=self._placeholders
            )
        result = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_RECONFIGURE, "entry_id": self._entry.entry_id},
        )
        await self.hass.config_entries.flow.async_configure(
            result["flow_id"], {"next_step_id": "move"}
        )
        return self.async_abort(
            reason="continue_in_reconfigure",
            next_flow=(FlowType.CONFIG_FLOW, result["flow_id"]),
        )


class UnloadedRepairFlow(ConfirmRepairFlow):
    """Closes the repair of an entry that is gone or not loaded: it is raised again if need be."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the same text without what only a loaded entry knows."""
        result = await super().async_step_confirm(user_input)
        if user_input is None:
            known = result.get("description_placeholders") or {}
            result["description_placeholders"] = {
                "callback_uri": "-",
                "dashboard": DASHBOARD_URL,
                "url": _MY_SMARTCAR,
                **known,
            }
        return result


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,  # noqa: ARG001 - Home Assistant's signature
    data: IssueData | None,
) -> RepairsFlow:
    """Return the flow that fixes an issue."""
    data = data or {}
    entry: SmartcarConfigEntry | None = hass.config_entries.async_get_entry(
        str(data.get("entry_id"))
    )
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return UnloadedRepairFlow()
    vehicle_id = str(data.get("vehicle_id"))
    match data.get("issue"):
        case "signatures_rejected":
            flow: RepairsFlow = SignaturesRepairFlow(entry, data)
        case "api_v2_end" | "api_v2_ended":
            flow = MigrationRepairFlow(entry, data)
        case "storage_set_aside":
            flow = StorageRepairFlow(entry, data)
        case "other_entry_removable":
            flow = OtherEntryRepairFlow(entry, data)
        case "vehicle_gone":
            flow = VehicleGoneRepairFlow(entry, data, vehicle_id)
        case _ if vehicle := entry.runtime_data.coordinator.vehicles.get(vehicle_id):
            flow = VehicleRepairFlow(entry, data, vehicle)
        case _:
            flow = CheckRepairFlow(entry, data)
    return flow
