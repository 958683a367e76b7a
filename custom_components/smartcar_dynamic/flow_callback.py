"""The callback URI, Smartcar's challenge, and Smartcar's ID of the webhook."""

import asyncio
from collections.abc import Sequence
from typing import Any, override

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback
import voluptuous as vol

from . import cloudhook, forms
from .address import async_callback_address, same_address
from .const import API_V2, CONF_API, CONF_MANAGEMENT_TOKEN, CONF_SMARTCAR_WEBHOOK_ID
from .flow_cars import CarSteps
from .flow_matching import MatchSteps
from .smartcar.client import SmartcarError, Webhook
from .waiting import ChallengeWait

_NABU_CASA = "https://www.nabucasa.com"
_REMOTE_ACCESS = "https://www.home-assistant.io/docs/configuration/remote/"
_NETWORK = "/config/network"
_NO_FIELDS = vol.Schema({})


class CallbackSteps(CarSteps, MatchSteps):
    """From the callback URI to the webhook that sends there."""

    def __init__(self) -> None:
        """Begin without a challenge."""
        super().__init__()
        self._waiting: asyncio.Task[None] | None = None
        self._webhooks: tuple[Webhook, ...] = ()

    async def async_step_callback(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the callback URI to paste, or what is missing for one."""
        webhook_id = self._data.setdefault(CONF_WEBHOOK_ID, webhook.async_generate_id())
        self._address = await async_callback_address(self.hass, webhook_id)
        if self._address.obstacle is not None:
            return self._show_no_address(self._address.obstacle)
        wait = self._async_answer(webhook_id)
        if user_input is not None:
            return await self._async_wait(wait)
        return self._show_form("callback", _NO_FIELDS)

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
    def _async_answer(self, webhook_id: str) -> ChallengeWait:
        """Answer challenges from now on."""
        host = None if self._entry is None else self._loaded.callback
        if self._wait is None:
            self._wait = ChallengeWait(self.hass, webhook_id, self._data[CONF_MANAGEMENT_TOKEN])
            self._wait.async_start(host)
        elif host is not None:
            self._wait.async_start(host)
        return self._wait

    async def async_step_wait(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait for Smartcar's challenge, which the callback answers meanwhile."""
        return await self._async_wait(self._async_answer(self._data[CONF_WEBHOOK_ID]))

    async def _async_wait(self, wait: ChallengeWait) -> ConfigFlowResult:
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                wait.async_wait(), "Smartcar challenge", eager_start=False
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
            next_step_id="webhook" if wait.is_answered else "not_verified"
        )

    async def async_step_not_verified(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to wait on, to see the address again, or to finish later."""
        return self._show_menu("not_verified", "wait", "callback", "webhook")

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Find Smartcar's ID of the webhook: from the challenge, the API, or the owner."""
        if user_input is not None:
            return await self._async_typed_webhook("webhook", user_input)
        if self._wait is not None and self._wait.smartcar_webhook_id:
            return await self._async_with_webhook(self._wait.smartcar_webhook_id)
        if self._entry is not None and self._moving is None:
            return self.async_abort(reason="verify_later")
        if self._data[CONF_API] == API_V2:
            return self._show_form("webhook", forms.WEBHOOK_ID)
        return await self._async_listed_webhook()

    async def _async_listed_webhook(self) -> ConfigFlowResult:
        """Find the webhook in the API's list."""
        try:
            self._webhooks = await self._api.webhooks() or ()
        except SmartcarError:
            self._webhooks = ()
        ours = self._ours()
        if len(ours) == 1:
            return await self._async_with_webhook(ours[0].id)
        if self._webhooks:
            return await self.async_step_choose_webhook()
        return await self._async_go_on()

    async def async_step_choose_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner choose from the API's list, the one that points here first."""
        if user_input is None:
            return self._show_webhooks("choose_webhook", self._webhooks, self._ours())
        if chosen := user_input.get(CONF_SMARTCAR_WEBHOOK_ID):
            return await self._async_with_webhook(chosen)
        return await self._async_go_on()

    def _ours(self) -> list[Webhook]:
        return [it for it in self._webhooks if same_address(it.callback_uri, self._address.uri)]

    def _show_webhooks(
        self, step_id: str, webhooks: Sequence[Webhook], first: Sequence[Webhook]
    ) -> ConfigFlowResult:
        """Show webhooks to choose from; one that is not chosen is found by its address later."""
        ordered = sorted(webhooks, key=lambda it: it not in first)
        options = {it.id: f"{it.name} · {it.id[-4:]}".strip(" ·") for it in ordered}
        suggested = {CONF_SMARTCAR_WEBHOOK_ID: first[0].id} if first else None
        return self._show_form(step_id, forms.webhook_choice(options), suggested)

    async def _async_typed_webhook(
        self, step_id: str, user_input: dict[str, Any]
    ) -> ConfigFlowResult:
        values = forms.stripped(user_input)
        if errors := forms.is_no_uuid(CONF_SMARTCAR_WEBHOOK_ID, values):
            return self._show_form(step_id, forms.WEBHOOK_ID, user_input, errors)
        return await self._async_with_webhook(values[CONF_SMARTCAR_WEBHOOK_ID])

    async def _async_with_webhook(self, smartcar_webhook_id: str) -> ConfigFlowResult:
        """Go on with a webhook that no other entry has."""
        self._async_abort_entries_match({CONF_SMARTCAR_WEBHOOK_ID: smartcar_webhook_id})
        self._data[CONF_SMARTCAR_WEBHOOK_ID] = smartcar_webhook_id
        return await self._async_go_on()

    async def _async_go_on(self) -> ConfigFlowResult:
        """Go on to the cars, or end where the entry has them."""
        if self._moving is not None:
            return await self.async_step_match()
        webhook_id = self._data.get(CONF_SMARTCAR_WEBHOOK_ID)
        by_webhook = self._data[CONF_API] == API_V2
        if (entry := self._entry) is not None:
            self._note_verified(self._loaded)
            return self.async_update_reload_and_abort(
                entry,
                unique_id=webhook_id if by_webhook else entry.unique_id,
                # Only this: the token may have been renewed since the flow began.
                data_updates={CONF_SMARTCAR_WEBHOOK_ID: webhook_id} if webhook_id else {},
            )
        if by_webhook and webhook_id and (elsewhere := await self._async_claim(webhook_id)):
            return elsewhere
        return await self.async_step_vehicles()

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Tell the new entry what was verified before there was one."""
        entry = result["result"]
        if entry.state is ConfigEntryState.LOADED:
            self._note_verified(entry.runtime_data)
        return result

    @override
    @callback
    def async_remove(self) -> None:
        """Leave nothing behind where no entry came of it."""
        super().async_remove()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._wait is None:
            return
        webhook_id = self._wait.webhook_id
        taken_over = any(
            entry.data.get(CONF_WEBHOOK_ID) == webhook_id for entry in self._async_current_entries()
        )
        self._wait.async_stop(keep=taken_over)
        if self._address.is_cloudhook and not taken_over:
            self.hass.async_create_task(cloudhook.async_delete(self.hass, webhook_id))
