"""When the connection is checked, and what follows from the results."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..const import CONF_SMARTCAR_WEBHOOK_ID, DOMAIN
from ..coordinator import SmartcarCoordinator
from ..device import async_other_entry_of, async_vehicle_names
from ..smartcar.client import SmartcarClient, SmartcarError
from ..store import SmartcarStore
from ..subscriptions import Subscriptions
from ..util import DAY, HOUR, Listeners, now_ms
from ..vehicle import VehicleState
from ..webhook import cloudhook
from ..webhook.handler import SmartcarWebhook
from ..webhook.uri import CallbackUri, async_get_callback_uri, is_same_uri
from .chain import (
    Answers,
    CheckContext,
    all_results,
    async_ask,
    find_our_webhook,
    local_results,
    vehicle_results,
)
from .issues import Issues, async_drop_all
from .result import Check, CheckResult, CheckStatus

_LOOK_INTERVAL = timedelta(hours=1)
# An hourly look is never exactly a day after another.
_CHECK_INTERVAL = DAY - HOUR // 2
_STOPPED_AFTER = 2 * HOUR
_IS_VERIFIED = {CheckStatus.OK: True, CheckStatus.FAILED: False, CheckStatus.UNKNOWN: None}


class Monitor:
    """Checks one entry's connection: hourly without asking anybody, daily with Smartcar's help.

    Smartcar is also asked once when deliveries have stopped for two hours: a parked vehicle sends
    nothing, but neither does a webhook that was switched off.

    `results` are those of the last full check, at `checked_at` (milliseconds); `is_verified` is the
    newest answer to that one question.
    """

    def __init__(  # noqa: PLR0913 - the parts that it watches
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        *,
        client: SmartcarClient,
        webhook: SmartcarWebhook,
        store: SmartcarStore,
        coordinator: SmartcarCoordinator,
        subscriptions: Subscriptions,
    ) -> None:
        """Initialize; nothing is checked before the start."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._webhook = webhook
        self._store = store
        self._coordinator = coordinator
        self._subscriptions = subscriptions
        self._waits_for_delivery = False
        self._listening_since = now_ms()
        self._changed_vehicles: set[str] = set()
        self._verified_listeners = Listeners[()]()
        self.issues = Issues(hass, entry)
        self.results: tuple[CheckResult, ...] = ()
        self.checked_at: int | None = None
        self.is_verified: bool | None = None

    @callback
    def async_start(self) -> None:
        """Look now, hourly, and whenever something changes that an issue is about."""
        entry, hass = self._entry, self._hass
        entry.async_on_unload(self._async_unloaded)
        entry.async_on_unload(
            self._coordinator.async_add_vehicle_listener(self._async_vehicle_changed)
        )
        entry.async_on_unload(
            hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_core_config_changed)
        )
        entry.async_on_unload(
            async_track_time_interval(
                hass, self._async_look_hourly, _LOOK_INTERVAL, cancel_on_shutdown=True
            )
        )
        entry.async_on_unload(
            async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._async_entry_changed)
        )
        entry.async_on_unload(
            cloudhook.async_add_listener(hass, self._webhook.webhook_id, self.async_request)
        )
        if self.issues.was_raised("deliveries_stopped"):
            # They had stopped before the restart.
            self._listening_since = 0
        self.async_request()

    @property
    def context(self) -> CheckContext:
        """Return what the checks look at."""
        return CheckContext(
            self._hass,
            self._entry,
            self._client,
            self._webhook,
            self._store.data,
            self._listening_since,
            self._store.is_set_aside,
        )

    @callback
    def async_request(self) -> None:
        """Look soon, in the background."""
        self._entry.async_create_background_task(self._hass, self.async_look(), "Smartcar checks")

    async def async_look(self) -> None:
        """Check what can be told without asking anybody."""
        callback_uri = await async_get_callback_uri(self._hass, self._webhook.webhook_id)
        self._coordinator.async_check_clock()
        # The clock may have been set back since.
        self._listening_since = min(self._listening_since, now_ms())
        self._confirm(callback_uri)
        self._apply(local_results(self.context, callback_uri))

    async def async_check(self) -> tuple[CheckResult, ...]:
        """Run the full check, and act on the answers."""
        answers = await async_ask(self.context)
        self._act_on(answers)
        self.results = all_results(self.context, answers)
        self.checked_at = now_ms()
        self._apply(self.results)
        return self.results

    @callback
    def async_on_delivery(self) -> None:
        """Look again if an issue may end with a delivery."""
        if self._waits_for_delivery:
            self._waits_for_delivery = False
            self.async_request()

    @callback
    def async_add_verified_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call back when `is_verified` has changed."""
        return self._verified_listeners.add(listener)

    def _confirm(self, callback_uri: CallbackUri) -> None:
        """Note the callback URI at which deliveries arrive.

        That is today's for the first delivery, and a changed one once Smartcar's challenge was
        answered there and a delivery came after that.
        """
        status = self._store.data.status
        if status.last_delivery is None or callback_uri.uri is None:
            return
        is_answered_here = is_same_uri(status.answered_uri, callback_uri.uri)
        is_delivered_since = status.last_delivery > (status.answered_at or 0)
        if status.callback_uri is None or (
            is_answered_here
            and is_delivered_since
            and not is_same_uri(status.callback_uri, callback_uri.uri)
        ):
            status.callback_uri = callback_uri.uri
            self._store.async_schedule_save()

    def _act_on(self, answers: Answers) -> None:
        """Apply the account's list of vehicles, and our webhook's ID."""
        if not isinstance(answers.vehicles, SmartcarError):
            coordinator = self._coordinator
            known = coordinator.vehicles.keys()
            # A new vehicle gets its device when it is subscribed, which asks for its name first.
            coordinator.async_update_account(info for info in answers.vehicles if info.id in known)
            if {info.id for info in answers.vehicles} - known - coordinator.excluded:
                self._subscriptions.async_request()
        if answers.subscribed is not None:
            self._drop_subscriptions(answers.subscribed)
        if isinstance(answers.webhooks, tuple):
            known_id = self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID)
            ours = find_our_webhook(answers.webhooks, known_id, answers.callback_uri)
            if ours is not None and ours.id != known_id:
                self._subscriptions.async_set_smartcar_webhook_id(ours.id)
                self._subscriptions.async_request()

    def _drop_subscriptions(self, subscribed: frozenset[str]) -> None:
        """Take note of subscriptions that somebody ended at Smartcar, and subscribe again."""
        ended = [
            vehicle
            for vehicle in self._coordinator.vehicles.values()
            if vehicle.subscribed_to and vehicle.listed and vehicle.id not in subscribed
        ]
        for vehicle in ended:
            vehicle.subscribed_to = None
        if ended:
            self._subscriptions.async_request()

    def _apply(self, results: Iterable[CheckResult]) -> None:
        """Raise and drop issues; tell whether the callback URI is verified."""
        results = tuple(results)
        verified = next(result for result in results if result.check is Check.VERIFIED)
        self.issues.async_update(results)
        # Before that, the next delivery verifies the callback URI.
        is_delivering = verified.reason == "delivers"
        self._waits_for_delivery = self.issues.may_end_on_delivery or not is_delivering
        is_verified = _IS_VERIFIED[verified.status]
        if is_verified is not self.is_verified:
            self.is_verified = is_verified
            for listener in self._verified_listeners:
                listener()

    @callback
    def _async_vehicle_changed(self, vehicle: VehicleState) -> None:
        """Update a vehicle's issues, together with those of others that change at once."""
        is_healthy = (
            vehicle.listed
            and not vehicle.active_problems
            and vehicle.refused is None
            and self._store.data.allowance.left(vehicle.id, dt_util.utcnow()) > 0
            and self._other_entry_of(vehicle.id) is None
        )
        if is_healthy and not self.issues.has_any_of(vehicle.id):
            return
        if not self._changed_vehicles:
            self._hass.loop.call_soon(self._update_changed_vehicles)
        self._changed_vehicles.add(vehicle.id)

    def _other_entry_of(self, vehicle_id: str) -> str | None:
        return async_other_entry_of(self._hass, self._entry, vehicle_id)

    @callback
    def _async_entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Look whether another entry of ours has the same vehicles, or no longer has them."""
        is_another = entry.domain == DOMAIN and entry is not self._entry
        if is_another and self._entry.state is ConfigEntryState.LOADED:
            self.async_request()

    @callback
    def _update_changed_vehicles(self) -> None:
        changed, self._changed_vehicles = self._changed_vehicles, set()
        vehicles = self._coordinator.vehicles
        names = async_vehicle_names(self._hass, self._entry.entry_id, vehicles)
        self.issues.async_update(
            result
            for vehicle_id in changed & vehicles.keys()
            for result in vehicle_results(
                vehicles[vehicle_id],
                names[vehicle_id],
                self._store.data.allowance,
                self._other_entry_of(vehicle_id),
            )
        )

    @callback
    def _async_unloaded(self) -> None:
        """Drop all issues if the entry was disabled: nobody expects anything of it."""
        if self._entry.disabled_by is not None:
            async_drop_all(self._hass, self._entry, self._coordinator.vehicles)

    async def _async_look_hourly(self, _now: datetime) -> None:
        if is_check_due(now_ms(), self.checked_at, self._store.data.status.last_delivery):
            await self.async_check()
        else:
            await self.async_look()

    async def _async_core_config_changed(self, _event: Event) -> None:
        await self.async_look()


def is_check_due(now: int, checked_at: int | None, last_delivery: int | None) -> bool:
    """Tell whether to ask Smartcar; all times are in milliseconds."""
    if checked_at is None or not 0 <= now - checked_at < _CHECK_INTERVAL:
        return True
    return last_delivery is not None and checked_at < last_delivery + _STOPPED_AFTER <= now
