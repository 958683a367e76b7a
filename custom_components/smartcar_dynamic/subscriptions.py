"""Keeps Smartcar's list of subscribed vehicles equal to ours, in the background."""

import asyncio
from datetime import datetime, timedelta
import logging

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval

from .address import async_callback_address, same_address
from .check import now
from .const import CONF_SMARTCAR_WEBHOOK_ID
from .coordinator import SmartcarCoordinator
from .data import SmartcarConfigEntry
from .smartcar.client import (
    SmartcarApiError,
    SmartcarClient,
    SmartcarCredentialsError,
    SmartcarError,
    Webhook,
)
from .smartcar.model import Remedy, Vehicle
from .vehicle import VehicleState

_LOGGER = logging.getLogger(__name__)

_FIRST_RETRY = 30.0
_LAST_RETRY = 3600.0
_EVERY = timedelta(days=1)
_TOO_MANY_CALLS = "RATE_LIMIT:SMARTCAR_API"


class Subscriptions:
    """One entry's vehicles at Smartcar.

    `error` is why the last attempt failed, `None` after one that did not.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SmartcarConfigEntry,
        client: SmartcarClient,
        coordinator: SmartcarCoordinator,
    ) -> None:
        """Prepare; nothing is asked before it is started."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._coordinator = coordinator
        self._lock = asyncio.Lock()
        self._retry: CALLBACK_TYPE | None = None
        self._delay = _FIRST_RETRY
        self._failing = False
        self._asked: set[str] | None = None
        self.error: SmartcarError | None = None

    @callback
    def async_start(self) -> None:
        """Reconcile now, daily, and again after a failure."""
        self._entry.async_on_unload(
            async_track_time_interval(
                self._hass, self._async_again, _EVERY, cancel_on_shutdown=True
            )
        )
        self._entry.async_on_unload(self._cancel_retry)
        self._entry.async_on_unload(self._coordinator.async_listen_vehicles(self._async_vehicle))
        self.async_request()

    @callback
    def _async_vehicle(self, state: VehicleState) -> None:
        """Ask about a vehicle that came with a delivery: it may be a new one of the account."""
        if self._asked is not None and state.vehicle.id not in self._asked:
            self._asked.add(state.vehicle.id)
            self.async_request()

    @callback
    def async_request(self) -> None:
        """Reconcile now, in the background."""
        self._entry.async_create_background_task(
            self._hass, self.async_reconcile(), "Smartcar subscriptions"
        )

    async def async_reconcile(self) -> None:
        """Make both lists equal; what fails is tried again later, except our credentials."""
        async with self._lock:
            self._cancel_retry()
            try:
                await self._async_reconcile()
            except SmartcarCredentialsError as error:
                self.error = error
                self._entry.async_start_reauth(self._hass)
            except SmartcarError as error:
                self.error = error
                self._schedule_retry(error)
            else:
                self.error = None
                self._delay = _FIRST_RETRY
                if self._failing:
                    self._failing = False
                    _LOGGER.info("Smartcar's API is back")
        self._entry.runtime_data.issues.async_look_at_vehicles()

    async def _async_reconcile(self) -> None:
        vehicles = await self._client.vehicles()
        self._asked = (self._asked or set()) | {vehicle.id for vehicle in vehicles}
        # Before they become devices: entities are called for good what those are called at first.
        described = [await self._async_described(vehicle) for vehicle in vehicles]
        states = self._coordinator.async_take_vehicles(described)
        webhook_id = await self.async_webhook_id()
        if webhook_id is None:
            return
        subscribed = await self._client.subscribed(webhook_id)
        delays = []
        for state in states:
            if subscribed is not None:
                state.subscribed_to = webhook_id if state.vehicle.id in subscribed else None
            if state.subscribed_to == webhook_id:
                state.refused = None
            elif (delay := await self._async_subscribe(state, webhook_id)) is not None:
                delays.append(delay)
        await self._async_unsubscribe_left_out(subscribed, webhook_id)
        health = self._coordinator.health
        if not health.subscribed_at and any(state.subscribed_to for state in states):
            health.subscribed_at = now()
        self._coordinator.async_schedule_save()
        if delays:
            raise max(delays, key=lambda error: error.retry_after or 0)

    async def _async_unsubscribe_left_out(
        self, subscribed: frozenset[str] | None, webhook_id: str
    ) -> None:
        """Unsubscribe the vehicles that the owner left out; what fails waits for the next time."""
        left_out = self._coordinator.left_out
        done: set[str] = set() if subscribed is None else {*(left_out - subscribed)}
        for vehicle_id in left_out - done:
            vehicle = Vehicle(vehicle_id)
            try:
                await self._client.unsubscribe(vehicle, webhook_id)
            except SmartcarApiError as error:
                _LOGGER.debug("Vehicle %s: %s", vehicle.tail, error)
            else:
                done.add(vehicle_id)
        self._coordinator.left_out = left_out - done

    async def async_webhook_id(self) -> str | None:
        """Return Smartcar's ID of our webhook; where it is not known, the one that points here."""
        if webhook_id := self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            return str(webhook_id)
        if (ours := await self.async_find_webhook()) is None:
            return None
        self.async_keep_webhook_id(ours.id)
        return ours.id

    async def async_find_webhook(self) -> Webhook | None:
        """Return the webhook whose callback URI is ours, if the API can tell."""
        address = await async_callback_address(self._hass, self._entry.data["webhook_id"])
        for webhook in await self._client.webhooks() or ():
            if same_address(webhook.callback_uri, address.uri):
                return webhook
        return None

    @callback
    def async_keep_webhook_id(self, webhook_id: str) -> None:
        """Keep Smartcar's ID of our webhook in the entry."""
        self._hass.config_entries.async_update_entry(
            self._entry, data={**self._entry.data, CONF_SMARTCAR_WEBHOOK_ID: webhook_id}
        )

    async def async_unsubscribe(self, vehicle: Vehicle) -> None:
        """Have no more of a vehicle's data sent here. Raises a `SmartcarError`."""
        if webhook_id := self._entry.data.get(CONF_SMARTCAR_WEBHOOK_ID):
            await self._client.unsubscribe(vehicle, webhook_id)

    async def _async_described(self, vehicle: Vehicle) -> Vehicle:
        """Return a vehicle with what Smartcar tells of it, if that is not known."""
        known = self._coordinator.vehicles.get(vehicle.id)
        if (
            vehicle.make is not None
            or (known is not None and known.vehicle.make is not None)
            or vehicle.id in self._coordinator.excluded
        ):
            return vehicle
        try:
            return await self._client.describe(vehicle)
        except SmartcarCredentialsError:
            raise
        except SmartcarApiError as error:
            _LOGGER.debug("Vehicle %s: %s", vehicle.tail, error)
            return vehicle

    async def _async_subscribe(
        self, state: VehicleState, webhook_id: str
    ) -> SmartcarApiError | None:
        """Subscribe a vehicle; return what keeps it from that for a while.

        Another one may well be subscribed, unless Smartcar wants to be left alone for now.
        """
        try:
            await self._client.subscribe(state.vehicle, webhook_id)
        except SmartcarCredentialsError:
            raise
        except SmartcarApiError as error:
            if error.problem.remedy is Remedy.WAIT:
                if error.problem.name == _TOO_MANY_CALLS:
                    raise
                return error
            _LOGGER.debug("Vehicle %s: %s", state.vehicle.tail, error)
            state.refused = error.problem
        else:
            state.subscribed_to = webhook_id
            state.refused = None
        return None

    @callback
    def _async_again(self, _now: datetime) -> None:
        self.async_request()

    def _schedule_retry(self, error: SmartcarError) -> None:
        wait = error.retry_after if isinstance(error, SmartcarApiError) else None
        delay = max(wait or 0.0, self._delay)
        self._delay = min(self._delay * 2, _LAST_RETRY)
        if not self._failing:
            self._failing = True
            _LOGGER.info("%s; trying again later", error)
        again = HassJob(self._async_again, cancel_on_shutdown=True)
        self._retry = async_call_later(self._hass, delay, again)

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry()
            self._retry = None
