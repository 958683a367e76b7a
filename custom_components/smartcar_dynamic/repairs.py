"""The flows that fix a repair issue: each verifies that the problem is gone before it closes."""

from typing import override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.components.repairs.const import FlowType
from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from .address import async_callback_address
from .api import hosts
from .check import Outcome, is_gone
from .connect import async_application_id, reauthenticate_url
from .const import CONF_MANAGEMENT_TOKEN, DOMAIN
from .data import SmartcarConfigEntry
from .issues import proof_of
from .smartcar.client import SmartcarError
from .vehicle import VehicleState

type IssueData = dict[str, str | int | float | None]

_MY_SMARTCAR = "https://my.smartcar.com"
_TOKEN_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_MANAGEMENT_TOKEN): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD)
        )
    }
)


class _EntryRepairFlow(RepairsFlow):
    """A repair of one loaded entry."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData) -> None:
        self._entry = entry
        self._placeholders = {
            "entry": entry.title,
            **{name: str(value) for name, value in data.items() if value is not None},
        }

    async def async_step_init(self, _: dict[str, str] | None = None) -> RepairsFlowResult:
        """Begin with what happened and what to do."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Close if the problem is gone, say so if it is not."""
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
    """A repair that the chain of proofs verifies."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData) -> None:
        """Show the callback URI, which most of them are about."""
        super().__init__(entry, data)
        self._issue = str(data["issue"])

    @override
    async def _async_placeholders(self) -> dict[str, str]:
        address = await async_callback_address(
            self.hass, self._entry.runtime_data.callback.webhook_id
        )
        return {**self._placeholders, "callback_uri": address.uri or "-"}

    @override
    async def _async_error(self) -> str | None:
        issues = self._entry.runtime_data.issues
        findings = await issues.async_check()
        if not issues.is_raised(self._issue):
            return None
        proof = proof_of(self._issue)
        told = any(
            finding.proof is proof and finding.outcome is not Outcome.UNKNOWN
            for finding in findings
        )
        return "not_resolved" if told else "not_checked"


class VehicleRepairFlow(_EntryRepairFlow):
    """A repair of one vehicle, which Smartcar's next news of it verifies."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData, state: VehicleState) -> None:
        """Know the vehicle."""
        super().__init__(entry, data)
        self._state = state
        self._issue = str(data["issue"])

    @override
    async def _async_placeholders(self) -> dict[str, str]:
        url = reauthenticate_url(hosts(), self._state, await async_application_id(self._entry))
        return {**self._placeholders, "url": url or _MY_SMARTCAR}

    @override
    async def _async_error(self) -> str | None:
        data = self._entry.runtime_data
        if self._issue == "subscription_refused":
            await data.subscriptions.async_reconcile()
        is_raised = data.issues.is_raised(self._issue, self._state.vehicle.id)
        return "not_resolved" if is_raised else None


class VehicleGoneRepairFlow(_EntryRepairFlow):
    """Deletes a vehicle that is gone from the account, unless it has come back."""

    def __init__(self, entry: SmartcarConfigEntry, data: IssueData, vehicle_id: str) -> None:
        """Know the vehicle."""
        super().__init__(entry, data)
        self._vehicle_id = vehicle_id

    @override
    async def _async_error(self) -> str | None:
        data = self._entry.runtime_data
        vehicles = data.coordinator.vehicles
        if self._vehicle_id in vehicles:
            try:
                listed = await data.client.vehicles()
            except SmartcarError:
                return "not_checked"
            # A new one becomes a device when it is subscribed: that asks for its name first.
            data.coordinator.async_take_vehicles([it for it in listed if it.id in vehicles])
        state = vehicles.get(self._vehicle_id)
        if state is not None and not is_gone(state):
            return None
        registry = dr.async_get(self.hass)
        device = registry.async_get_device_by_identifier(
            (DOMAIN, self._vehicle_id), self._entry.entry_id
        )
        if device is not None:
            registry.async_remove_device(device.id)
        await data.async_forget(self._vehicle_id)
        return None


class SignaturesRepairFlow(_EntryRepairFlow):
    """Takes the right management token, which must sign what was refused."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Keep the token if it is the right one."""
        errors = {}
        if user_input is not None:
            token = user_input[CONF_MANAGEMENT_TOKEN].strip()
            data = self._entry.runtime_data
            if data.callback.is_key_of_rejected(token) is False:
                errors = {CONF_MANAGEMENT_TOKEN: "wrong_management_token"}
            else:
                data.coordinator.health.rejected = 0
                self.hass.config_entries.async_update_entry(
                    self._entry,
                    data={**self._entry.data, CONF_MANAGEMENT_TOKEN: token},
                )
                self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=_TOKEN_SCHEMA,
            errors=errors,
            description_placeholders=self._placeholders,
        )


class MoveRepairFlow(_EntryRepairFlow):
    """Leads to the reconfigure flow; the issue stays until the entry has moved."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Begin to move."""
        if user_input is None:
            return self.async_show_form(
                step_id="confirm", description_placeholders=self._placeholders
            )
        result = await self.hass.config_entries.flow.async_init(
            DOMAIN,
            context={"source": SOURCE_RECONFIGURE, "entry_id": self._entry.entry_id},
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
        """Show the same text, with nothing to look up."""
        result = await super().async_step_confirm(user_input)
        if user_input is None:
            known = result.get("description_placeholders") or {}
            result["description_placeholders"] = {
                "callback_uri": "-",
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
    match data.get("issue"):
        case "signatures_rejected":
            return SignaturesRepairFlow(entry, data)
        case "api_v2_end":
            return MoveRepairFlow(entry, data)
        case "vehicle_gone":
            return VehicleGoneRepairFlow(entry, data, str(data["vehicle_id"]))
    state = entry.runtime_data.coordinator.vehicles.get(str(data.get("vehicle_id")))
    if state is not None:
        return VehicleRepairFlow(entry, data, state)
    return CheckRepairFlow(entry, data)
