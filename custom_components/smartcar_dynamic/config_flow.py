"""The flows in the UI: set up, log in again, reconfigure, and the options."""

from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback

from . import forms
from .address import async_callback_address
from .const import API_V2, CONF_API, CONF_SMARTCAR_WEBHOOK_ID, DOMAIN
from .data import SmartcarConfigEntry
from .findings import async_list
from .flow_credentials import CredentialSteps
from .flow_options import SmartcarOptionsFlow
from .smartcar.client import SmartcarError


class SmartcarConfigFlow(CredentialSteps, domain=DOMAIN):
    """One flow for both generations; its steps are shared by set-up, reauth and reconfigure."""

    VERSION = 1

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: SmartcarConfigEntry) -> SmartcarOptionsFlow:
        """Return the options: which cars to leave out."""
        return SmartcarOptionsFlow()

    async def async_step_reconfigure(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer what can be changed or looked at; some of it only while the entry is loaded."""
        self._data = dict(self._get_reconfigure_entry().data)
        if not self._is_loaded:
            return self._show_menu("reconfigure", "management_token", "credentials")
        options = ["check", "callback", "management_token", "credentials", "webhook_id"]
        if self._data[CONF_API] == API_V2:
            return self._show_menu("reconfigure", "move", *options)
        return self._show_menu("reconfigure", *options, "application")

    async def async_step_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the whole chain of proofs."""
        findings = await self._loaded.issues.async_check()
        return self.async_show_menu(
            step_id="check",
            menu_options=["check", "reconfigure"],
            description_placeholders={"findings": await async_list(self.hass, findings)},
        )

    async def async_step_webhook_id(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another webhook: from the API's list where it has one."""
        known = {CONF_SMARTCAR_WEBHOOK_ID: self._data.get(CONF_SMARTCAR_WEBHOOK_ID)}
        if self._data[CONF_API] == API_V2:
            if user_input is not None:
                return await self._async_typed_webhook("webhook_id", user_input)
            return self._show_form("webhook_id", forms.WEBHOOK_ID, known, last_step=True)
        if user_input is not None:
            return await self.async_step_choose_webhook(user_input)
        self._address = await async_callback_address(self.hass, self._data[CONF_WEBHOOK_ID])
        try:
            self._webhooks = await self._loaded.client.webhooks() or ()
        except SmartcarError:
            return self.async_abort(reason="cannot_connect")
        if not self._webhooks:
            return self.async_abort(reason="no_webhooks")
        ours = self._ours()
        ours = ours or [it for it in self._webhooks if it.id == known[CONF_SMARTCAR_WEBHOOK_ID]]
        return self._show_webhooks("webhook_id", self._webhooks, ours)
