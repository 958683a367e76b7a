"""Keeps Smartcar's list of subscribed vehicles equal to ours, in the background."""

import asyncio
from datetime import datetime, timedelta
import logging

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from .const import CONF_SMARTCAR_WEBHOOK_ID
from .coordinator import SmartcarCoordinator
from .device import async_rename_entities
from .smartcar.client import (
    SmartcarApiError,
    SmartcarClient,
    SmartcarConnectionError,
    SmartcarCredentialsError,
    SmartcarError,
    Webhook,
)
from .smartcar.model import Remedy, VehicleInfo
from .store import SmartcarStore
from .util import now_ms
from .vehicle import VehicleState
from .webhook.uri import async_get_callback_uri, is_same_uri

_LOGGER = logging.getLogger(__name__)

_FIRST_RETRY = 30.0
_MAX_RETRY = 3600.0
_SELDOM = 30
_RECONCILE_INTERVAL = timedelta(days=1)
_TOO_MANY_CALLS = "RATE_LIMIT:SMARTCAR_API"
# Steps of the reconfigure flow in which nothing was entered.
_IDLE_STEPS = frozenset({"reconfigure", "check"})


class Subscriptions:
    """One entry's subscriptions at Smartcar.

    `error` is why the last attempt failed, `None` after a successful one.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: SmartcarClient,
        store: SmartcarStore,
        coordinator: SmartcarCoordinator,
    ) -> None:
        """Initialize; nothing is asked before the start."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._store = store
        self._coordinator = coordinator
        self._lock = asyncio.Lock()
        self._cancel_retry_timer: CALLBACK_TYPE | None = None
        self._retry_delay = _FIRST_RETRY
        self._is_failing = False
        self._is_requested = False
        self._in_the_way: set[tuple[str, str | None]] = set()
        self._asked_about: set[str] | None = None
        self.error: SmartcarError | None = None
        self._seldom = Debouncer(
            hass,
            _LOGGER,
            cooldown=_SELDOM,
            immediate=True,
            function=self.async_request,
            background=True,
        )
        entry.async_on_unload(self._seldom.async_shutdown)

    @callback
    def async_start(self) -> None:
        """Reconcile now, daily, and again after a failure."""
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass, self._async_timer, _RECONCILE_INTERVAL, cancel_on_shutdown=True
            )
        )
        self._entry.async_on_unload(self._cancel_retry)
        self._entry.async_on_unload(
            self._coordinator.async_add_vehicle_listener(self._async_vehicle_changed)
        )
        self.async_request()

    @callback
    def _async_vehicle_changed(self, vehicle: VehicleState) -> None:
        """Reconcile if a vehicle came with a delivery: it may be new in the account."""
        if self._asked_about is not None and vehicle.id not in self._asked_about:
            self._asked_about.add(vehicle.id)
            self.async_request_seldom()

    @callback
    def async_request_seldom(self) -> None:
        """Reconcile now, but not again at once: whoever knows the URI can ask for it."""
        self._seldom.async_schedule_call()

    @callback
    def async_request(self) -> None:
        """Reconcile now, in the background; requests until it begins are one."""
        if not self._is_requested:
            self._is_requested = True
            self._entry.async_create_background_task(
                self._hass, self.async_reconcile(), "Smartcar subscriptions", eager_start=False
            )

    async def async_reconcile(self) -> None:
        """Make both lists equal; retry failures later, start a reauth for rejected credentials."""
        async with self._lock:
            self._is_requested = False
            self._cancel_retry()
            try:
                await self._async_reconcile()
            except SmartcarCredentialsError as error:
                self.error = error
                self._start_reauth()
            except SmartcarError as error:
                self.error = error
                self._schedule_retry(error)
            else:
                self.error = None
                self._retry_delay = _FIRST_RETRY
                if self._is_failing:
                    self._is_failing = False
                    _LOGGER.info("Smartcar's API is back")

    def _start_reauth(self) -> None:
        """Start a reauth; an abandoned reconfigure dialog would keep Home Assistant from it."""
        in_the_way: set[tuple[str, str | None]] = set()
        for flow in self._entry.async_get_active_flows(self._hass, {SOURCE_RECONFIGURE}):
            position = flow["flow_id"], flow.get("step_id")
            if position[1] in _IDLE_STEPS or position in self._in_the_way:
                self._hass.config_entries.flow.async_abort(flow["flow_id"])
            else:
                in_the_way.add(position)
        self._in_the_way = in_the_way
        self._entry.async_start_reauth(self._hass)
        if not any(self._entry.async_get_active_flows(self._hass, {SOURCE_REAUTH})):
            # Somebody is changing the entry just now; a step that still waits then is abandoned.
            self._schedule(_MAX_RETRY)

    async def _async_reconcile(self) -> None:
        listed = await self._client.vehicles()
        self._asked_about = (self._asked_about or set()) | {info.id for info in listed}
        errors: list[SmartcarError] = []
        # Before they become devices: entity IDs are derived from the first device name.
        described = [await self._async_with_attributes(info, errors) for info in listed]
        vehicles = self._coordinator.async_update_account(
            [info for info in described if info is not None]
        )
        for vehicle in vehicles:
            async_rename_entities(self._hass, self._entry.entry_id, vehicle.info)
        smartcar_webhook_id = await self.async_smartcar_webhook_id()
        if smartcar_webhook_id is None:
            return
        subscribed = await self._client.subscribed(smartcar_webhook_id)
        for vehicle in vehicles:
            before = (vehicle.subscribed_to, vehicle.refused)
            if subscribed is not None:
                is_subscribed = vehicle.id in subscribed
                vehicle.subscribed_to = smartcar_webhook_id if is_subscribed else None
            if vehicle.subscribed_to == smartcar_webhook_id:
                vehicle.refused = None
            elif (error := await self._async_subscribe(vehicle, smartcar_webhook_id)) is not None:
                errors.append(error)
            if before != (vehicle.subscribed_to, vehicle.refused):
                self._coordinator.async_notify(vehicle)
        await self._async_unsubscribe_excluded(subscribed, smartcar_webhook_id, errors)
        data = self._store.data
        if not data.subscribed_at and any(vehicle.subscribed_to for vehicle in vehicles):
            data.subscribed_at = now_ms()
            self._store.async_schedule_save()
        if errors:
            raise max(errors, key=_retry_after)

    async def _async_unsubscribe_excluded(
        self,
        subscribed: frozenset[str] | None,
        smartcar_webhook_id: str,
        errors: list[SmartcarError],
    ) -> None:
        """Unsubscribe the vehicles that the owner left out; add errors that pass by themselves."""
        excluded = self._coordinator.to_unsubscribe
        done: set[str] = set() if subscribed is None else {*(excluded - subscribed)}
        for vehicle_id in excluded - done:
            vehicle = VehicleInfo(vehicle_id)
            try:
                await self._client.unsubscribe(vehicle, smartcar_webhook_id)
            except SmartcarError as error:
                _LOGGER.debug("Vehicle %s: %s", vehicle.short_id, error)
                if _passes(error):
                    errors.append(error)
            else:
                done.add(vehicle_id)
        self._coordinator.to_unsubscribe = excluded - done

    async def async_smartcar_webhook_id(self) -> str | None:
        """Return Smartcar's ID of our webhook, if need be the one with our callback URI."""
        if smartcar_webhook_id := self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            return str(smartcar_webhook_id)
        if (ours := await self._async_find_webhook()) is None:
            return None
        self.async_set_smartcar_webhook_id(ours.id)
        return ours.id

    async def _async_find_webhook(self) -> Webhook | None:
        """Return the webhook with our callback URI, if the API can tell."""
        callback_uri = await async_get_callback_uri(self._hass, self._entry.data[CONF_WEBHOOK_ID])
        for webhook in await self._client.webhooks() or ():
            if is_same_uri(webhook.callback_uri, callback_uri.uri):
                return webhook
        return None

    @callback
    def async_set_smartcar_webhook_id(self, smartcar_webhook_id: str) -> None:
        """Store Smartcar's ID of our webhook in the entry."""
        self._hass.config_entries.async_update_entry(
            self._entry,
            data={**self._entry.data, CONF_SMARTCAR_WEBHOOK_ID: smartcar_webhook_id},
        )

    async def async_unsubscribe(self, vehicle: VehicleInfo) -> None:
        """Unsubscribe a vehicle. Raises `SmartcarError`."""
        if smartcar_webhook_id := self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            await self._client.unsubscribe(vehicle, smartcar_webhook_id)

    async def _async_with_attributes(
        self, info: VehicleInfo, errors: list[SmartcarError]
    ) -> VehicleInfo | None:
        """Return a vehicle with the attributes that Smartcar knows, unless they are known here.

        A new vehicle whose attributes cannot be had right now waits: `None`, with the error added.
        """
        known = self._coordinator.vehicles.get(info.id)
        if (
            info.make is not None
            or (known is not None and known.info.make is not None)
            or info.id in self._coordinator.excluded
        ):
            return info
        try:
            return await self._client.get_attributes(info)
        except SmartcarCredentialsError:
            raise
        except SmartcarError as error:
            _LOGGER.debug("Vehicle %s: %s", info.short_id, error)
            if not _passes(error):
                return info
            errors.append(error)
            return None if known is None else info

    async def _async_subscribe(
        self, vehicle: VehicleState, smartcar_webhook_id: str
    ) -> SmartcarError | None:
        """Subscribe a vehicle; return an error that passes by itself.

        Another vehicle may well be subscribed, unless Smartcar limits all calls.
        """
        try:
            await self._client.subscribe(vehicle.info, smartcar_webhook_id)
        except SmartcarCredentialsError:
            raise
        except SmartcarConnectionError as error:
            return error
        except SmartcarApiError as error:
            if _passes(error):
                if error.problem.name == _TOO_MANY_CALLS:
                    raise
                return error
            _LOGGER.debug("Vehicle %s: %s", vehicle.info.short_id, error)
            vehicle.refused = error.problem
        else:
            vehicle.subscribed_to = smartcar_webhook_id
            vehicle.refused = None
        return None

    @callback
    def _async_timer(self, _now: datetime) -> None:
        self.async_request()

    def _schedule_retry(self, error: SmartcarError) -> None:
        delay = max(_retry_after(error), self._retry_delay)
        self._retry_delay = min(self._retry_delay * 2, _MAX_RETRY)
        if not self._is_failing:
            self._is_failing = True
            _LOGGER.info("%s; trying again later", error)
        self._schedule(delay)

    def _schedule(self, delay: float) -> None:
        job = HassJob(self._async_timer, cancel_on_shutdown=True)
        self._cancel_retry_timer = async_call_later(self._hass, delay, job)

    def _cancel_retry(self) -> None:
        if self._cancel_retry_timer is not None:
            self._cancel_retry_timer()
            self._cancel_retry_timer = None


def _passes(error: SmartcarError) -> bool:
    """Tell whether an error passes by itself."""
    return not isinstance(error, SmartcarApiError) or error.problem.remedy is Remedy.WAIT


def _retry_after(error: SmartcarError) -> float:
    """Return the seconds for which Smartcar wants to be left alone."""
    return (error.retry_after if isinstance(error, SmartcarApiError) else None) or 0.0
