"""Steps of the callback URI: show it, answer Smartcar's challenge, and find the webhook."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components import webhook as ha_webhook
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..const import (
    API_V2,
    CONF_API,
    CONF_MANAGEMENT_TOKEN,
    CONF_SMARTCAR_WEBHOOK_ID,
    DOMAIN,
)
from ..smartcar.client import SmartcarError, Webhook
from ..util import plain_text
from ..webhook import cloudhook
from ..webhook.uri import async_get_callback_uri, is_same_uri
from . import forms
from .base import FlowBase
from .challenge import VerificationListener

_NABU_CASA = "https://www.nabucasa.com"
_REMOTE_ACCESS = "https://www.home-assistant.io/docs/configuration/remote/"
_NETWORK = "/config/network"
_NO_FIELDS = vol.Schema({})
_ABANDONED: HassKey[dict[str, CALLBACK_TYPE]] = HassKey(f"{DOMAIN}_abandoned")
_ABANDONED_FOR = timedelta(days=1)
# So many characters may be missing at the end of an address that was copied, or be too many.
_MISSING = 8
# So many of the last characters tell two addresses apart.
_SHOWN = 12


class CallbackSteps(FlowBase):
    """From the callback URI to the webhook that delivers there."""

    def __init__(self) -> None:
        """Initialize."""
        super().__init__()
        self._waiting: asyncio.Task[None] | None = None

    async def async_step_callback(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the callback URI to paste, or what is missing for one."""
        if CONF_WEBHOOK_ID not in self._data:
            self._data[CONF_WEBHOOK_ID] = self._async_take_abandoned()
        webhook_id = self._data[CONF_WEBHOOK_ID]
        self._callback_uri = await async_get_callback_uri(self.hass, webhook_id)
        if self._callback_uri.obstacle is not None:
            return self._show_no_address(self._callback_uri.obstacle)
        verification = self._async_answer(webhook_id)
        if user_input is not None:
            return await self._async_wait(verification)
        return self._show_form("callback", _NO_FIELDS)

    @callback
    def _async_take_abandoned(self) -> str:
        """Return the webhook ID of an abandoned set-up, or a new one.

        Its callback URI may have been pasted into Smartcar's dashboard already.
        """
        abandoned = self.hass.data.setdefault(_ABANDONED, {})
        for webhook_id, forget in list(abandoned.items()):
            forget()
            del abandoned[webhook_id]
            return webhook_id
        return ha_webhook.async_generate_id()

    @callback
    def _async_abandon(self, webhook_id: str) -> None:
        """Keep the webhook ID for the next set-up; delete its cloudhook after a day."""
        is_cloudhook = self._callback_uri.is_cloudhook

        async def forget(_now: datetime) -> None:
            self.hass.data[_ABANDONED].pop(webhook_id, None)
            if is_cloudhook:
                await cloudhook.async_delete(self.hass, webhook_id)

        job = HassJob(forget, cancel_on_shutdown=True)
        abandoned = self.hass.data.setdefault(_ABANDONED, {})
        abandoned[webhook_id] = async_call_later(self.hass, _ABANDONED_FOR, job)

    async def async_step_no_address(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Look again for a public https address."""
        return await self.async_step_callback()

    def _show_no_address(self, obstacle: str) -> ConfigFlowResult:
        """Explain the ways to a public https address."""
        return self.async_show_form(
            step_id="no_address",
            data_schema=_NO_FIELDS,
            errors={"base": str(obstacle)},
            description_placeholders={
                "nabu_casa": _NABU_CASA,
                "remote_access": _REMOTE_ACCESS,
                "network": _NETWORK,
            },
            last_step=False,
        )

    @callback
    def _async_answer(self, webhook_id: str) -> VerificationListener:
        """Answer challenges from now on."""
        entry_webhook = None if self._entry is None else self._runtime.webhook
        if self._verification is None:
            self._verification = VerificationListener(
                self.hass, webhook_id, self._data[CONF_MANAGEMENT_TOKEN]
            )
            self._verification.async_start(entry_webhook)
        elif entry_webhook is not None:
            self._verification.async_start(entry_webhook)
        return self._verification

    async def async_step_wait(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait for Smartcar's challenge, which the callback answers meanwhile."""
        return await self._async_wait(self._async_answer(self._data[CONF_WEBHOOK_ID]))

    async def _async_wait(self, verification: VerificationListener) -> ConfigFlowResult:
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                verification.async_wait(), "Smartcar challenge", eager_start=False
            )
        if not self._waiting.done():
            return self.async_show_progress(
                step_id="wait",
                progress_action="wait_for_challenge",
                progress_task=self._waiting,
                description_placeholders=self._placeholders,
            )
        self._waiting = None
        return self.async_show_progress_done(
            next_step_id="verified" if verification.is_answered else "not_verified"
        )

    async def async_step_not_verified(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to wait on, to see the address again, or to finish later.

        A migration does not go on: the webhook that works would be given up for one that may not.
        """
        if self._matcher is not None:
            return self._show_menu("not_verified", "wait", "callback")
        return self._show_menu("not_verified", "wait", "callback", "webhook")

    async def async_step_verified(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether Smartcar accepted the answer: only its dashboard or a signature tells."""
        verification = self._async_answer(self._data[CONF_WEBHOOK_ID])
        if user_input is None and not verification.is_signed:
            # A migration gives up what works.
            schema = forms.verification_schema(can_wait=self._matcher is None)
            return self._show_form("verified", schema)
        seen = forms.NOT_SEEN if user_input is None else user_input[forms.CONF_VERIFICATION]
        if seen == forms.FAILED:
            return await self._async_new_management_token()
        self._is_confirmed = seen == forms.VERIFIED
        return await self.async_step_webhook()

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Find Smartcar's ID of the webhook: from the challenge, the API, or the owner."""
        if user_input is not None:
            return await self._async_typed_webhook("webhook", user_input)
        verification = self._verification
        named = None if verification is None else verification.smartcar_webhook_id
        if self._entry is not None and self._matcher is None:
            if verification is None or not verification.is_answered:
                return self.async_abort(
                    reason="verify_later", description_placeholders=self._placeholders
                )
            if named in (None, self._data.get(CONF_SMARTCAR_WEBHOOK_ID)):
                return await self._async_after_webhook()
        if self._data[CONF_API] == API_V2:
            # Anybody who knows the URI can send a challenge: the owner confirms the webhook.
            return self._show_form("webhook", forms.WEBHOOK_ID, {CONF_SMARTCAR_WEBHOOK_ID: named})
        return await self._async_listed_webhook(named)

    async def async_step_webhook_id(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose another webhook, from the API's list where there is one."""
        known = {CONF_SMARTCAR_WEBHOOK_ID: self._data.get(CONF_SMARTCAR_WEBHOOK_ID)}
        if self._data[CONF_API] == API_V2:
            if user_input is not None:
                return await self._async_typed_webhook("webhook_id", user_input)
            return self._show_form("webhook_id", forms.WEBHOOK_ID, known, last_step=True)
        if user_input is not None:
            return await self.async_step_choose_webhook(user_input)
        self._callback_uri = await async_get_callback_uri(self.hass, self._data[CONF_WEBHOOK_ID])
        try:
            self._webhooks = await self._runtime.client.webhooks() or ()
        except SmartcarError:
            return self.async_abort(reason="cannot_connect")
        if not self._webhooks:
            return self.async_abort(
                reason="no_webhooks", description_placeholders=self._placeholders
            )
        ours = self._our_webhooks() or [
            webhook for webhook in self._webhooks if webhook.id == known[CONF_SMARTCAR_WEBHOOK_ID]
        ]
        return self._show_webhooks("webhook_id", self._webhooks, ours)

    async def _async_listed_webhook(self, named: str | None) -> ConfigFlowResult:
        """Find the webhook in the API's list: by the challenge's name for it, or by its URI."""
        try:
            self._webhooks = await self._asking_client.webhooks() or ()
        except SmartcarError:
            self._webhooks = ()
        ours = self._our_webhooks()
        ours = [webhook for webhook in ours if webhook.id == named] or ours
        if len(ours) == 1:
            return await self._async_with_webhook(ours[0].id)
        if self._webhooks:
            return await self.async_step_choose_webhook()
        return await self._async_after_webhook()

    async def async_step_choose_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner choose from the API's list, the one that points here first."""
        if user_input is None:
            ours = self._our_webhooks()
            if ours:
                return self._show_webhooks("choose_of_several", self._webhooks, ours)
            if (almost := self._almost_our_webhook()) is not None:
                return self._show_webhooks("almost_right_webhook", self._webhooks, [almost])
            return self._show_webhooks("choose_webhook", self._webhooks, ())
        if chosen := user_input.get(CONF_SMARTCAR_WEBHOOK_ID):
            return await self._async_with_webhook(chosen)
        return await self._async_after_webhook()

    async def async_step_choose_of_several(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner choose from several webhooks that point here."""
        return await self.async_step_choose_webhook(user_input)

    async def async_step_almost_right_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner choose while a webhook's callback URI is not quite ours."""
        return await self.async_step_choose_webhook(user_input)

    def _almost_our_webhook(self) -> Webhook | None:
        """Return a webhook with whose callback URI ours begins, or the other way round."""
        uri = self._callback_uri.uri or ""
        for webhook in self._webhooks:
            found = webhook.callback_uri
            if min(len(uri), len(found)) + _MISSING >= max(len(uri), len(found)) and (
                found.startswith(uri) or uri.startswith(found)
            ):
                return webhook
        return None

    def _our_webhooks(self) -> list[Webhook]:
        return [
            webhook
            for webhook in self._webhooks
            if is_same_uri(webhook.callback_uri, self._callback_uri.uri)
        ]

    def _show_webhooks(
        self, step_id: str, webhooks: Sequence[Webhook], first: Sequence[Webhook]
    ) -> ConfigFlowResult:
        """Show webhooks to choose from; without a choice, ours is found by its URI later."""
        ordered = sorted(webhooks, key=lambda webhook: webhook not in first)
        options = {
            webhook.id: f"{webhook.name} · {webhook.id[-4:]}".strip(" ·") for webhook in ordered
        }
        suggested = {CONF_SMARTCAR_WEBHOOK_ID: first[0].id} if first else None
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                forms.webhook_schema(options), suggested
            ),
            description_placeholders={
                **self._placeholders,
                "name": plain_text(first[0].name) if first else "",
                "found": plain_text(first[0].callback_uri[-_SHOWN:]) if first else "",
                "expected": (self._callback_uri.uri or "")[-_SHOWN:],
            },
            last_step=False,
        )

    async def _async_typed_webhook(
        self, step_id: str, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        values = forms.stripped(user_input)
        if errors := forms.uuid_errors(CONF_SMARTCAR_WEBHOOK_ID, values):
            return self._show_form(step_id, forms.WEBHOOK_ID, user_input, errors)
        return await self._async_with_webhook(values[CONF_SMARTCAR_WEBHOOK_ID])

    async def _async_with_webhook(self, smartcar_webhook_id: str) -> ConfigFlowResult:
        """Go on with a webhook that no other entry has."""
        for entry in self._async_current_entries():
            if (
                entry.entry_id != self.context.get("entry_id")
                and entry.data.get(CONF_SMARTCAR_WEBHOOK_ID) == smartcar_webhook_id
            ):
                raise AbortFlow("already_configured", {"entry": plain_text(entry.title)})
        self._data[CONF_SMARTCAR_WEBHOOK_ID] = smartcar_webhook_id
        return await self._async_after_webhook()

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Tell the new entry that its webhook was verified in this flow."""
        entry = result["result"]
        if entry.state is ConfigEntryState.LOADED:
            self._note_verified(entry.runtime_data)
        return result

    @override
    @callback
    def async_remove(self) -> None:
        """Stop answering unless an entry uses the webhook."""
        super().async_remove()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._verification is None:
            return
        webhook_id = self._verification.webhook_id
        taken_over = any(
            entry.data.get(CONF_WEBHOOK_ID) == webhook_id for entry in self._async_current_entries()
        )
        self._verification.async_stop(keep=taken_over)
        if not taken_over:
            self._async_abandon(webhook_id)
