"""Waiting for Smartcar's challenge while a flow is open."""

import asyncio
from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .health import Rejection
from .webhook import Callback

_PATIENCE = 300


class ChallengeWait:
    """The callback of an entry that does not exist yet, or a guest at the one that does.

    `answered_at` is when the challenge came, in milliseconds since 1970.
    """

    def __init__(self, hass: HomeAssistant, webhook_id: str, management_token: str) -> None:
        """Prepare; nothing is answered before the start."""
        self.webhook_id = webhook_id
        self.smartcar_webhook_id: str | None = None
        self.answered_at: int | None = None
        self._management_token = management_token
        self._callback = Callback(hass, webhook_id, management_token, self)
        self._host: Callback | None = None
        self._answered = asyncio.Event()

    @property
    def is_answered(self) -> bool:
        """Tell whether the challenge came."""
        return self._answered.is_set()

    @callback
    def async_start(self, host: Callback | None) -> None:
        """Answer challenges; where an entry has the address already, as its guest.

        An entry that was loaded again meanwhile has a new callback, which does not know its guest.
        """
        if host is None:
            self._callback.async_register()
        elif host is not self._host:
            host.async_set_guest(self._management_token, self.async_on_challenge)
        self._host = host

    @callback
    def async_stop(self, *, keep: bool) -> None:
        """Answer no more, unless an entry has taken over the address."""
        if self._host is not None:
            self._host.async_drop_guest()
        elif not keep:
            self._callback.async_unregister()

    async def async_wait(self) -> None:
        """Return when the challenge has come, or after five minutes."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._answered.wait()
        except TimeoutError:
            return

    @callback
    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note the challenge, and the webhook that it is for."""
        self.smartcar_webhook_id = smartcar_webhook_id or self.smartcar_webhook_id
        self.answered_at = round(dt_util.utcnow().timestamp() * 1000)
        self._answered.set()

    @callback
    def async_on_delivery(self, _payload: Mapping[str, object]) -> bool:
        """Let deliveries come again when there is an entry."""
        return False

    @callback
    def async_on_rejection(self, _reason: Rejection) -> None:
        """Keep no account: there is no entry yet."""
