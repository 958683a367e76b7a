"""A loaded entry's parts, and what they do when something arrives at its callback URI."""

from collections.abc import Mapping
from dataclasses import dataclass
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .checks.monitor import Monitor
from .const import CONF_SMARTCAR_WEBHOOK_ID
from .coordinator import SmartcarCoordinator
from .smartcar.client import SmartcarClient, SmartcarError
from .smartcar.decoder import Decoder
from .store import SmartcarStore
from .subscriptions import Subscriptions
from .util import now_ms
from .webhook.handler import SmartcarWebhook
from .webhook.status import MANY_WRONG_SIGNATURES, Rejection
from .webhook.uri import async_get_callback_uri

_LOGGER = logging.getLogger(__name__)

type SmartcarConfigEntry = ConfigEntry[SmartcarRuntimeData]


@dataclass(slots=True)
class SmartcarRuntimeData:
    """The parts of a loaded entry."""

    store: SmartcarStore
    coordinator: SmartcarCoordinator
    decoder: Decoder
    webhook: SmartcarWebhook
    client: SmartcarClient
    subscriptions: Subscriptions
    monitor: Monitor

    async def async_forget(self, vehicle_id: str) -> None:
        """Drop a vehicle that its owner deleted, and unsubscribe it."""
        vehicle = self.coordinator.vehicles.get(vehicle_id)
        if vehicle is None:
            return
        self.coordinator.async_forget(vehicle_id)
        self.decoder.forget(vehicle_id)
        self.monitor.issues.async_forget(vehicle_id)
        try:
            await self.subscriptions.async_unsubscribe(vehicle.info)
        except SmartcarError as error:
            _LOGGER.info("Vehicle %s may still send its data: %s", vehicle.info.short_id, error)
            self.monitor.issues.async_raise_not_unsubscribed(vehicle.info)

    @callback
    def async_try_management_token(self, management_token: str) -> str | None:
        """Forget wrong signatures if a new token signs them; return the key of an error if not."""
        status = self.store.data.status
        if status.wrong_signatures and self.webhook.signs_rejected(management_token) is False:
            return "wrong_management_token"
        status.wrong_signatures = 0
        return None


class EntryReceiver:
    """Hands deliveries to the coordinator, and the rest to the callback status."""

    def __init__(self, hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
        """Initialize for an entry; its runtime data is there once something arrives."""
        self._hass = hass
        self._entry = entry

    @callback
    def async_on_delivery(self, payload: Mapping[str, object]) -> bool:
        """Apply an authentic delivery."""
        runtime = self._entry.runtime_data
        coordinator, data = runtime.coordinator, runtime.store.data
        delivery = runtime.decoder.decode(
            payload,
            received_at=coordinator.async_next_time(),
            is_known=coordinator.async_is_seen,
        )
        data.status.accept(delivery.kind, now_ms(), test=delivery.test)
        data.application_id = delivery.application_id or data.application_id
        coordinator.async_receive(delivery)
        runtime.monitor.async_on_delivery()
        return True

    @callback
    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note an answered challenge and its callback URI."""
        self._entry.async_create_background_task(
            self._hass, self._async_verified(smartcar_webhook_id), "Smartcar challenge"
        )

    @callback
    def async_on_rejection(self, reason: Rejection) -> None:
        """Note a refused request; wrong signatures may be the owner's to fix."""
        runtime = self._entry.runtime_data
        status = runtime.store.data.status
        status.reject(reason, now_ms())
        runtime.store.async_schedule_save()
        if status.wrong_signatures == MANY_WRONG_SIGNATURES:
            runtime.monitor.async_request()

    async def _async_verified(self, smartcar_webhook_id: str | None) -> None:
        runtime = self._entry.runtime_data
        callback_uri = await async_get_callback_uri(self._hass, runtime.webhook.webhook_id)
        runtime.store.data.status.verify(callback_uri.uri, now_ms())
        runtime.store.async_schedule_save()
        if smartcar_webhook_id and not self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            runtime.subscriptions.async_set_smartcar_webhook_id(smartcar_webhook_id)
            runtime.subscriptions.async_request()
        runtime.monitor.async_request()
