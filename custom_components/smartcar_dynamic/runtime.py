"""A loaded entry's parts, and what they do when something arrives at its callback URI."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer

from .checks.monitor import Monitor
from .commands import Commands
from .const import CONF_SMARTCAR_WEBHOOK_ID
from .coordinator import SmartcarCoordinator
from .planned_reads import PlannedReads
from .reader import Reader
from .smartcar.client import SmartcarClient, SmartcarError
from .smartcar.decoder import Decoder
from .store import SmartcarStore
from .subscriptions import Subscriptions
from .util import now_ms
from .webhook.handler import SmartcarWebhook
from .webhook.status import Rejection
from .webhook.uri import async_get_callback_uri

_LOGGER = logging.getLogger(__name__)

_CHALLENGES_APART = 60

type SmartcarConfigEntry = ConfigEntry[SmartcarRuntimeData]


@dataclass(slots=True)
class SmartcarRuntimeData:
    """The parts of a loaded entry.

    `reader` and `commands` are there on API v3. `planned_reads` is where the owner wants reads to
    be made when they bring news.
    """

    store: SmartcarStore
    coordinator: SmartcarCoordinator
    decoder: Decoder
    webhook: SmartcarWebhook
    client: SmartcarClient
    subscriptions: Subscriptions
    monitor: Monitor
    reader: Reader | None = None
    planned_reads: PlannedReads | None = None
    commands: Commands | None = None

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
    def async_may_be_management_token(self, management_token: str) -> bool:
        """Tell whether a new token signs what was refused, if anything was.

        What was refused may be a stranger's, so the owner can insist.
        """
        status = self.store.data.status
        return not (
            status.wrong_signatures and self.webhook.signs_rejected(management_token) is False
        )


class EntryReceiver:
    """Hands deliveries to the coordinator, and the rest to the callback status."""

    def __init__(self, hass: HomeAssistant, entry: SmartcarConfigEntry) -> None:
        """Initialize for an entry; its runtime data is there once something arrives."""
        self._hass = hass
        self._entry = entry
        self._find_webhook = Debouncer(
            hass,
            _LOGGER,
            cooldown=_CHALLENGES_APART,
            immediate=True,
            function=self._async_find_webhook,
            background=True,
        )
        entry.async_on_unload(self._find_webhook.async_shutdown)

    async def async_on_delivery(self, payload: Mapping[str, object]) -> bool:
        """Apply an authentic delivery."""
        runtime = self._entry.runtime_data
        coordinator, data = runtime.coordinator, runtime.store.data
        parts = runtime.decoder.decode_in_parts(
            payload,
            received_at=coordinator.async_next_time(),
            is_known=coordinator.async_is_seen,
        )
        delivery = next(parts)
        data.status.accept(delivery.kind, now_ms(), test=delivery.test)
        data.application_id = delivery.application_id or data.application_id
        coordinator.async_receive(delivery)
        for part in parts:
            # Many vehicles at once must not keep Home Assistant from its other work.
            await asyncio.sleep(0)
            if not runtime.webhook.is_answering:
                return False
            coordinator.async_receive(part)
        self._adopt_webhook(runtime, delivery.smartcar_webhook_id)
        runtime.monitor.async_on_delivery()
        return True

    @callback
    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note an answered challenge, and look for our webhook if it is not known.

        Its own word about the webhook is not taken: anybody who knows the URI can send it.
        """
        del smartcar_webhook_id
        self._entry.async_create_background_task(
            self._hass, self._async_answered(), "Smartcar challenge"
        )

    @callback
    def async_on_signature(self) -> None:
        """Note a right signature."""
        self._entry.runtime_data.store.data.status.sign(now_ms())

    @callback
    def async_on_rejection(self, reason: Rejection) -> None:
        """Note a refused request; wrong signatures may be the owner's to fix."""
        runtime = self._entry.runtime_data
        status = runtime.store.data.status
        were_wrong = status.are_signatures_wrong
        status.reject(reason, now_ms())
        if status.are_signatures_wrong and not were_wrong:
            runtime.monitor.async_request()

    async def _async_answered(self) -> None:
        runtime = self._entry.runtime_data
        callback_uri = await async_get_callback_uri(self._hass, runtime.webhook.webhook_id)
        runtime.store.data.status.answer(callback_uri.uri, now_ms())
        if not self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            # Whoever knows the URI can send challenges; each would be a call of the API.
            self._find_webhook.async_schedule_call()
        runtime.monitor.async_request()

    @callback
    def _async_find_webhook(self) -> None:
        self._entry.runtime_data.subscriptions.async_request()

    def _adopt_webhook(self, runtime: SmartcarRuntimeData, smartcar_webhook_id: str | None) -> None:
        """Store the webhook's ID from a signed delivery if none is known."""
        if smartcar_webhook_id and not self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            runtime.subscriptions.async_set_smartcar_webhook_id(smartcar_webhook_id)
            runtime.subscriptions.async_request()
