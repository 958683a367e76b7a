"""Billed reads: within the allowance, one at a time for each vehicle, every failure explained."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, auto
from functools import partial
import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later, async_track_time_change
from homeassistant.util import dt as dt_util

from .allowance import Refusal, RefusalReason
from .const import CALLS_LEFT, CALLS_USED, DOMAIN
from .coordinator import SmartcarCoordinator
from .device import async_vehicle_names, vehicle_name
from .language import time_text
from .smartcar.client import SmartcarApiError, SmartcarCredentialsError, SmartcarError
from .smartcar.client_v3 import ClientV3
from .smartcar.model import Report, Signal
from .smartcar.problems import concerns_vehicle
from .util import Listeners, plain_text
from .vehicle import SignalState, VehicleState

_LOGGER = logging.getLogger(__name__)

_FIRST_DELIVERY_TIMEOUT = timedelta(minutes=10)
_TOO_MANY_REQUESTS = 429
_PLAN_LIMIT = 430
_USED_UP = "VEHICLE_REQUEST_LIMIT"
_ALL_VEHICLES = "RATE_LIMIT:SMARTCAR_API"
_RETRY_AFTER = timedelta(minutes=1)


class ReadEvent(StrEnum):
    """What becomes of a read."""

    STARTED = auto()
    FINISHED = auto()
    FAILED = auto()
    LIMITED = auto()
    EXHAUSTED = auto()


@dataclass(frozen=True, slots=True)
class ReadNotice:
    """What became of a read.

    `is_news` tells of a finished one whether the vehicle has recorded anything since what was known
    before; `retry_after` of a limited one how long Smartcar wants to be left alone, `None` if it
    did not say.
    """

    event: ReadEvent
    is_news: bool = False
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Limit:
    """Smartcar wants no calls for a time; a clock that is set back ends it."""

    since: datetime
    duration: timedelta

    def until(self, now: datetime) -> datetime | None:
        """Return until when, `None` if that is over."""
        end = self.since + self.duration
        return end if self.since <= now < end else None


class Reader:
    """Reads the vehicles of one entry. Nothing else makes a billed call for a signal."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        client: ClientV3,
        coordinator: SmartcarCoordinator,
    ) -> None:
        """Initialize; nothing is read before somebody asks."""
        self._hass = hass
        self._entry = entry
        self._client = client
        self._coordinator = coordinator
        self._reads: dict[str, asyncio.Task[None]] = {}
        self._limits: dict[str, _Limit] = {}
        self._logged: dict[str, str | None] = {}
        self._listeners = Listeners[VehicleState, ReadNotice]()

    @callback
    def async_start(self, *, is_read_once: bool) -> None:
        """Show each month's first numbers; `is_read_once` reads each vehicle once."""
        self._entry.async_on_unload(
            async_track_time_change(self._hass, self._async_new_day, hour=0, minute=0, second=0)
        )
        if is_read_once:
            self._async_read_first()

    @callback
    def async_add_listener(
        self, listener: Callable[[VehicleState, ReadNotice], None]
    ) -> CALLBACK_TYPE:
        """Call back when a read has begun or ended, whoever asked for it."""
        return self._listeners.add(listener)

    async def async_read(self, vehicle: VehicleState, *, force: bool = False) -> None:
        """Read a vehicle: one billed call for all who ask before it is answered.

        `force` takes a call from the reserve for commands. Raises `HomeAssistantError`, translated
        and with the numbers.
        """
        task = self._reads.get(vehicle.id)
        if task is None:
            self._raise_if_refused(vehicle, force=force)
            task = self._entry.async_create_background_task(
                self._hass, self._async_read(vehicle), "Smartcar read", eager_start=False
            )
            self._reads[vehicle.id] = task
            task.add_done_callback(partial(self._async_done, vehicle.id))
        # Whoever stops waiting does not stop the others.
        await asyncio.wait([task])
        if task.cancelled():
            raise self._error("read_interrupted", vehicle)
        task.result()

    async def async_read_or_log(self, vehicle: VehicleState) -> None:
        """Read a vehicle where nobody can be told of a failure; log each kind of failure once."""
        try:
            await self.async_read(vehicle)
        except HomeAssistantError as error:
            if self._logged.get(vehicle.id) != error.translation_key:
                self._logged[vehicle.id] = error.translation_key
                _LOGGER.warning("%s", error)

    def _async_done(self, vehicle_id: str, task: asyncio.Task[None]) -> None:
        del self._reads[vehicle_id]
        if not task.cancelled():
            # Nobody may be waiting any more.
            task.exception()

    def _raise_if_refused(self, vehicle: VehicleState, *, force: bool) -> None:
        """Raise the error of a read that is not made."""
        now = dt_util.utcnow()
        refusal = self._coordinator.allowance.read_refusal(vehicle.id, now, force=force)
        if refusal is not None:
            raise self._refused(vehicle, refusal)
        for key in (vehicle.id, _ALL_VEHICLES):
            if (limit := self._limits.get(key)) is not None:
                if (until := limit.until(now)) is not None:
                    raise self._error("read_limited", vehicle, until=time_text(self._hass, until))
                del self._limits[key]

    async def _async_read(self, vehicle: VehicleState) -> None:
        self._notify(vehicle, ReadNotice(ReadEvent.STARTED))
        try:
            delivery = await self._client.read_signals(
                vehicle.info,
                at=self._coordinator.async_next_time(),
                on_call=partial(self._coordinator.async_count_call, vehicle.id),
            )
        except SmartcarError as error:
            raise self._failed(vehicle, error) from error
        self._coordinator.allowance.resume(vehicle.id, dt_util.utcnow())
        (report,) = delivery.reports
        if not report.signals and not report.problems:
            self._notify(vehicle, ReadNotice(ReadEvent.FAILED))
            raise self._error("read_empty", vehicle)
        news = news_of(report, vehicle)
        self._coordinator.async_receive(replace(delivery, reports=(news,)))
        self._logged.pop(vehicle.id, None)
        is_news = any(signal.content.readings for signal in news.signals)
        self._notify(vehicle, ReadNotice(ReadEvent.FINISHED, is_news=is_news))

    def _failed(self, vehicle: VehicleState, error: SmartcarError) -> HomeAssistantError:
        """Act on a failure; return what is said of it."""
        now = dt_util.utcnow()
        notice = ReadNotice(ReadEvent.FAILED)
        key, said = "read_failed", {"error": str(error)}
        if isinstance(error, SmartcarCredentialsError):
            self._entry.async_start_reauth(self._hass)
        elif isinstance(error, SmartcarApiError):
            key, said = "read_refused", {"error": error.problem.name}
            if error.status == _TOO_MANY_REQUESTS:
                wait = None if error.retry_after is None else timedelta(seconds=error.retry_after)
                limited = _ALL_VEHICLES if error.problem.name == _ALL_VEHICLES else vehicle.id
                limit = self._limits[limited] = _Limit(now, wait or _RETRY_AFTER)
                notice = ReadNotice(ReadEvent.LIMITED, retry_after=wait)
                until = time_text(self._hass, limit.since + limit.duration)
                key, said = "read_limited", {"until": until}
            elif error.status == _PLAN_LIMIT and error.problem.code in {_USED_UP, None}:
                notice = ReadNotice(ReadEvent.EXHAUSTED)
        if notice.event is ReadEvent.EXHAUSTED:
            self._coordinator.async_exhaust(vehicle)
        self._notify(vehicle, notice)
        refusal = self._coordinator.allowance.command_refusal(vehicle.id, now)
        if refusal is not None and refusal.reason is RefusalReason.EXHAUSTED:
            return self._refused(vehicle, refusal)
        return self._error(key, vehicle, **said)

    def _refused(self, vehicle: VehicleState, refusal: Refusal) -> HomeAssistantError:
        return self._error(
            f"read_{refusal.reason}",
            vehicle,
            used=str(refusal.used),
            allowed=str(refusal.allowed),
            reserve=str(refusal.reserve),
            until=time_text(self._hass, refusal.until),
        )

    def _error(self, key: str, vehicle: VehicleState, **said: str) -> HomeAssistantError:
        names = async_vehicle_names(self._hass, self._entry.entry_id, self._coordinator.vehicles)
        name = names.get(vehicle.id) or plain_text(vehicle_name(vehicle.info))
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={"vehicle": name, **said},
        )

    def _notify(self, vehicle: VehicleState, notice: ReadNotice) -> None:
        for listener in self._listeners:
            listener(vehicle, notice)

    @callback
    def _async_new_day(self, now: datetime) -> None:
        """Show that a new month's calls are unused."""
        if now.day == 1:
            for vehicle_id in self._coordinator.vehicles:
                self._coordinator.async_notify_keys(vehicle_id, (CALLS_USED, CALLS_LEFT))

    @callback
    def _async_read_first(self) -> None:
        """Read each vehicle once: when it first delivers, or soon, if none of its pushes come.

        Smartcar has nothing to read before it has collected something for the webhook.
        """
        read: set[str] = set()

        def read_once(vehicle: VehicleState) -> None:
            if vehicle.id not in read:
                read.add(vehicle.id)
                self._entry.async_create_background_task(
                    self._hass, self.async_read_or_log(vehicle), "Smartcar first read"
                )

        def reported(vehicle: VehicleState, _report: Report, _keys: object) -> None:
            read_once(vehicle)

        remove = self._coordinator.async_add_report_listener(reported)

        @callback
        def read_others(_now: datetime) -> None:
            remove()
            for vehicle in self._coordinator.vehicles.values():
                read_once(vehicle)

        self._entry.async_on_unload(
            async_call_later(self._hass, _FIRST_DELIVERY_TIMEOUT, read_others)
        )


def news_of(report: Report, vehicle: VehicleState) -> Report:
    """Return what a read says that is newer than what is known, or that differs from it.

    What is stored at Smartcar may be old. It neither rolls a pushed value back, nor does it prove
    that the vehicle's connection works.
    """
    problems = (signal.content.problem for signal in report.signals)
    if any(problem is not None and concerns_vehicle(problem) for problem in problems):
        # The account's problems are judged by all that came with them.
        return report
    signals = tuple(
        signal
        for signal in report.signals
        if _is_news(
            signal,
            vehicle.signals.get(signal.content.code),
            is_comparable=signal.content.code in report.retrieved
            or signal.content.code not in vehicle.retrieved,
        )
    )
    return replace(report, signals=signals)


def _is_news(signal: Signal, known: SignalState | None, *, is_comparable: bool) -> bool:
    """Tell whether a signal is news; its time need not be comparable with the one known."""
    if known is None:
        return True
    if (
        is_comparable
        and signal.recorded_at is not None
        and known.recorded_at is not None
        and signal.recorded_at != known.recorded_at
    ):
        return signal.recorded_at > known.recorded_at
    return (
        signal.content.problem is not None
        or known.problem is not None
        or signal.content.readings != known.readings
    )
