"""Answers Smartcar's challenge while a flow is open."""

import asyncio
from collections.abc import Mapping

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..util import now_ms
from ..webhook.handler import SmartcarWebhook
from ..webhook.status import Rejection

_WAIT_TIMEOUT = 300


class VerificationListener:
    """Waits for Smartcar's challenge, or for anything signed, at a callback URI.

    Where no entry has the webhook yet, it is registered for the time of the flow; else the entry's
    webhook answers with the flow's management token. `answered_at` is the time of the challenge in
    milliseconds, and `smartcar_webhook_id` the webhook that it named. `is_signed` tells that a
    signature proved the management token.
    """

    def __init__(self, hass: HomeAssistant, webhook_id: str, management_token: str) -> None:
        """Initialize; challenges are answered once it is started."""
        self.webhook_id = webhook_id
        self.smartcar_webhook_id: str | None = None
        self.answered_at: int | None = None
        self.is_signed = False
        self._management_token = management_token
        self._own_webhook = SmartcarWebhook(hass, webhook_id, management_token, self)
        self._entry_webhook: SmartcarWebhook | None = None
        self._remove_override: CALLBACK_TYPE | None = None
        self._arrived = asyncio.Event()

    @property
    def is_answered(self) -> bool:
        """Tell whether a challenge was answered, or anything signed arrived."""
        return self._arrived.is_set()

    @callback
    def async_start(self, entry_webhook: SmartcarWebhook | None) -> None:
        """Answer challenges, at the entry's webhook where there is one.

        An entry that was reloaded has a new webhook, to be started at again.
        """
        if entry_webhook is None:
            self._own_webhook.async_register()
        elif entry_webhook is not self._entry_webhook:
            self._remove_override = entry_webhook.async_override(self._management_token, self)
        self._entry_webhook = entry_webhook

    @callback
    def async_stop(self, *, keep: bool) -> None:
        """Stop answering; `keep` the webhook where an entry has taken it over."""
        if self._remove_override is not None:
            self._remove_override()
        elif not keep:
            self._own_webhook.async_unregister()

    async def async_wait(self) -> None:
        """Return once a challenge was answered, or after five minutes."""
        try:
            async with asyncio.timeout(_WAIT_TIMEOUT):
                await self._arrived.wait()
        except TimeoutError:
            return

    @callback
    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note the answered challenge and its webhook."""
        self.smartcar_webhook_id = smartcar_webhook_id or self.smartcar_webhook_id
        self.answered_at = now_ms()
        self._arrived.set()

    @callback
    def async_on_signature(self) -> None:
        """Note that the management token is right."""
        self.is_signed = True
        self._arrived.set()

    async def async_on_delivery(self, _payload: Mapping[str, object]) -> bool:
        """Have deliveries sent again when there is an entry."""
        return False

    @callback
    def async_on_rejection(self, _reason: Rejection) -> None:
        """Ignore refused requests: there is no entry yet."""
