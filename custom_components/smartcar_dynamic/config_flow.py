"""The config flow: set up, log in again, reconfigure; its steps are in `flows`."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult, FlowType
from homeassistant.core import callback

from .checks.text import async_result_list
from .const import API_V2, CONF_API, CONF_SMARTCAR_WEBHOOK_ID, DOMAIN
from .flows.callback import CallbackSteps
from .flows.credentials import CredentialSteps
from .flows.migration import MigrationSteps
from .flows.options import SmartcarOptionsFlow
from .flows.takeover import TakeoverSteps
from .flows.vehicles import VehicleSteps
from .other_integration import async_other_entries
from .runtime import SmartcarConfigEntry
from .util import plain_text


class SmartcarConfigFlow(
    CredentialSteps, TakeoverSteps, CallbackSteps, VehicleSteps, MigrationSteps, domain=DOMAIN
):
    """One flow for both generations; set-up, reauth and reconfigure share its steps.

    A set-up takes credentials, shows the callback URI, waits for the challenge, finds the webhook
    and ends with the vehicles. A migration goes the same way and ends with matching the vehicles.
    """

    VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: SmartcarConfigEntry) -> SmartcarOptionsFlow:
        """Return the options flow."""
        return SmartcarOptionsFlow()

    async def async_step_user(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the generation; or take over what another integration has."""
        if async_other_entries(self.hass):
            return self._show_menu("user", "current", "dynamic", "takeover")
        return self._show_menu("user", "current", "dynamic")

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Log in again: Smartcar rejects the credentials."""
        self._data = dict(entry_data)
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take new credentials."""
        return await self._async_new_credentials("reauth_confirm", user_input)

    async def async_step_reconfigure(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer what can be changed or checked; some of it only while the entry is loaded."""
        self._data = dict(self._get_reconfigure_entry().data)
        back = ["go_back"] if await self._async_can_go_back() else []
        if not self._is_loaded:
            return self._show_menu("reconfigure", "management_token", "credentials", *back)
        options = ["check", "callback", "management_token", "credentials", "webhook_id"]
        if self._data[CONF_API] == API_V2:
            return self._show_menu("reconfigure", "move", *options, *back)
        return self._show_menu("reconfigure", *options, "application", *back)

    async def async_step_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the results of the full check."""
        results = await self._runtime.monitor.async_check()
        return self.async_show_menu(
            step_id="check",
            menu_options=["check", "reconfigure"],
            description_placeholders={"findings": await async_result_list(self.hass, results)},
        )

    @override
    async def _async_claim(self, unique_id: str) -> ConfigFlowResult | None:
        await self.async_set_unique_id(unique_id, raise_on_progress=False)
        known = self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, unique_id)
        self._abort_if_unique_id_configured(
            description_placeholders={"entry": plain_text(known.title) if known else ""}
        )
        for flow in self._async_in_progress(match_context={"unique_id": unique_id}):
            # Its window may be closed.
            return self.async_abort(
                reason="already_in_progress", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
            )
        return None

    @override
    async def _async_new_management_token(self) -> ConfigFlowResult:
        return await self.async_step_management_token()

    @override
    async def _async_after_credentials(self) -> ConfigFlowResult:
        if self._entry is None and self._other is None and await self._async_has_same_vehicles():
            return await self.async_step_same_vehicles()
        return await self.async_step_callback()

    @override
    async def _async_after_webhook(self) -> ConfigFlowResult:
        if self._matcher is not None:
            return await self.async_step_match()
        if self._other is not None:
            return await self.async_step_takeover_confirm()
        smartcar_webhook_id = self._data.get(CONF_SMARTCAR_WEBHOOK_ID)
        # An application of API v2.0 may have no client ID here.
        is_unique_by_webhook = self._data[CONF_API] == API_V2
        if (entry := self._entry) is not None:
            self._note_verified(self._runtime)
            return self.async_update_reload_and_abort(
                entry,
                unique_id=smartcar_webhook_id if is_unique_by_webhook else entry.unique_id,
                # Only this: the token may have been renewed since the flow began.
                data_updates={CONF_SMARTCAR_WEBHOOK_ID: smartcar_webhook_id}
                if smartcar_webhook_id
                else {},
            )
        if (
            is_unique_by_webhook
            and smartcar_webhook_id
            and (elsewhere := await self._async_claim(smartcar_webhook_id))
        ):
            return elsewhere
        return await self.async_step_vehicles()
