"""What an entry does with what arrives at its callback."""

from collections.abc import Mapping

from homeassistant.core import HomeAssistant, callback

from .address import async_callback_address
from .check import now
from .const import CONF_SMARTCAR_WEBHOOK_ID
from .data import SmartcarConfigEntry
from .health import MANY_REJECTIONS, Rejection


class EntryReceiver:
    """Hands deliveries to the coordinator, and keeps account of the rest."""

    def __init__(self, hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
        """Receive for an entry."""
        self._hass = hass
        self._entry = entry

    @callback
    def async_on_delivery(self, payload: Mapping[str, object]) -> bool:
        """Take an authentic delivery."""
        self._entry.runtime_data.coordinator.async_receive(payload)
        return True

    @callback
    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note that Smartcar's challenge was answered, and at which address."""
        self._entry.async_create_background_task(
            self._hass, self._async_verified(smartcar_webhook_id), "Smartcar challenge"
        )

    @callback
    def async_on_rejection(self, reason: Rejection) -> None:
        """Note that a request was refused; a wrong signature may be the owner's to mend."""
        data = self._entry.runtime_data
        data.coordinator.health.reject(reason, now())
        data.coordinator.async_schedule_save()
        if data.coordinator.health.rejected == MANY_REJECTIONS:
            data.issues.async_request()

    async def _async_verified(self, smartcar_webhook_id: str | None) -> None:
        data = self._entry.runtime_data
        address = await async_callback_address(self._hass, data.callback.webhook_id)
        data.coordinator.health.verify(address.uri, now())
        data.coordinator.async_schedule_save()
        if smartcar_webhook_id and not self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            data.subscriptions.async_keep_webhook_id(smartcar_webhook_id)
            data.subscriptions.async_request()
        data.issues.async_request()
