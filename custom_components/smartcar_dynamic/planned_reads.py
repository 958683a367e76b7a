"""Reads when they bring news: feeds each vehicle's planner, and makes the reads that it plans."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .coordinator import SmartcarCoordinator
from .read_planner import Baselines, Occurrence, PlannedRead, ReadPlanner, Values
from .reader import Reader, ReadEvent, ReadNotice
from .smartcar.model import Report
from .store import SmartcarStore
from .util import utc_from_ms
from .vehicle import VehicleState

_CHARGE = "tractionbattery-stateofcharge"
_NUMBERS = {
    _CHARGE: "state_of_charge",
    "charge-chargelimits": "charge_limit",
    "tractionbattery-nominalcapacity": "capacity",
    "charge-wattage": "power",
    "charge-timetocomplete": "minutes_to_complete",
    "odometer-traveleddistance": "odometer",
}
_FLAGS = {
    "charge-ischargingcableconnected": "is_plugged_in",
    "charge-ischarging": "is_charging",
    "closure-islocked": "is_locked",
    "connectivitystatus-isonline": "is_online",
    "connectivitystatus-isasleep": "is_asleep",
}


class PlannedReads:
    """The planned reads of one entry's vehicles: one timer for each."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        store: SmartcarStore,
        coordinator: SmartcarCoordinator,
        reader: Reader,
    ) -> None:
        """Initialize; nothing is planned before the start."""
        self._hass = hass
        self._entry = entry
        self._store = store
        self._coordinator = coordinator
        self._reader = reader
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._trips_ended_by: dict[str, int] = {}
        self._is_started = False

    @callback
    def async_start(self) -> None:
        """Plan from now on."""
        self._is_started = True
        self._entry.async_on_unload(self._stop)
        self._entry.async_on_unload(self._coordinator.async_add_report_listener(self._reported))
        self._entry.async_on_unload(self._coordinator.async_add_derived_listener(self._derived))
        self._entry.async_on_unload(self._coordinator.async_add_vehicle_listener(self._plan))
        self._entry.async_on_unload(self._reader.async_add_listener(self._read))
        for vehicle in self._coordinator.vehicles.values():
            self._has_trip_ended(vehicle)
            self._plan(vehicle)

    @callback
    def async_next_read(self, vehicle_id: str) -> PlannedRead | None:
        """Return a vehicle's next read, `None` while nothing is worth one or planning is off."""
        if not self._is_started:
            return None
        now = dt_util.utcnow()
        allowance = self._coordinator.allowance
        return self._planner(vehicle_id).next_read(
            now, allowance.read_budget(vehicle_id, now), Baselines(allowance.time_zone)
        )

    def _planner(self, vehicle_id: str) -> ReadPlanner:
        return self._store.data.planners.get(vehicle_id) or ReadPlanner()

    def _reported(self, vehicle: VehicleState, report: Report, keys: Iterable[str]) -> None:
        """Take note of what was pushed; what was read is noted when the read has ended."""
        if report.pushed and (values := values_of(vehicle, keys)) != Values():
            self._update(vehicle, lambda planner, now: planner.pushed(values, now))

    def _derived(self, vehicle: VehicleState, _keys: Iterable[str]) -> None:
        """Take note of a trip that has ended."""
        if self._has_trip_ended(vehicle):
            self._update(vehicle, lambda planner, now: planner.happened(Occurrence.TRIP_ENDED, now))

    def _has_trip_ended(self, vehicle: VehicleState) -> bool:
        """Tell whether a trip has ended since the last call."""
        trip = vehicle.history.trips.last_trip
        ended_by = 0 if trip is None else trip.ended_by
        known = self._trips_ended_by.get(vehicle.id, 0)
        self._trips_ended_by[vehicle.id] = max(known, ended_by)
        return ended_by > known

    def _read(self, vehicle: VehicleState, notice: ReadNotice) -> None:
        """Take note of a read, whoever asked for it."""

        def noted(planner: ReadPlanner, now: datetime) -> ReadPlanner:
            match notice.event:
                case ReadEvent.STARTED:
                    return planner.read_started(now)
                case ReadEvent.FINISHED:
                    charge = vehicle.signals.get(_CHARGE)
                    recorded_at = None if charge is None else charge.recorded_at
                    return planner.read_finished(
                        values_of(vehicle, vehicle.readings),
                        now,
                        recorded_at=None if recorded_at is None else utc_from_ms(recorded_at),
                        is_news=notice.is_news,
                    )
                case ReadEvent.LIMITED:
                    return planner.read_limited(now, notice.retry_after)
                case ReadEvent.EXHAUSTED:
                    return planner.read_exhausted(self._coordinator.allowance.period_end(now))
                case _:
                    return planner.read_failed(now)

        self._update(vehicle, noted)

    def _update(
        self, vehicle: VehicleState, change: Callable[[ReadPlanner, datetime], ReadPlanner]
    ) -> None:
        planners = self._store.data.planners
        planners[vehicle.id] = change(self._planner(vehicle.id), dt_util.utcnow())
        self._store.async_schedule_save()
        self._plan(vehicle)

    def _plan(self, vehicle: VehicleState) -> None:
        """Set the timer of a vehicle's next read."""
        self._cancel(vehicle.id)
        planned = self._next_read_of(vehicle)
        if planned is None:
            return

        @callback
        def due(_now: datetime) -> None:
            del self._timers[vehicle.id]
            self._due(vehicle)

        self._timers[vehicle.id] = async_track_point_in_utc_time(self._hass, due, planned.at)

    def _next_read_of(self, vehicle: VehicleState) -> PlannedRead | None:
        """Return the next read of a vehicle that is still here."""
        if self._coordinator.vehicles.get(vehicle.id) is not vehicle:
            return None
        return self.async_next_read(vehicle.id)

    def _due(self, vehicle: VehicleState) -> None:
        """Read a vehicle if that is still wanted."""
        planned = self._next_read_of(vehicle)
        if planned is None or planned.at > dt_util.utcnow():
            self._plan(vehicle)
            return
        self._entry.async_create_background_task(
            self._hass, self._async_read(vehicle), "Smartcar planned read", eager_start=False
        )

    async def _async_read(self, vehicle: VehicleState) -> None:
        before = self._planner(vehicle.id)
        await self._reader.async_read_or_log(vehicle)
        if self._planner(vehicle.id) == before:
            # It was refused before it began.
            self._update(vehicle, lambda planner, now: planner.read_failed(now))

    def _cancel(self, vehicle_id: str) -> None:
        if (cancel := self._timers.pop(vehicle_id, None)) is not None:
            cancel()

    @callback
    def _stop(self) -> None:
        self._is_started = False
        for vehicle_id in list(self._timers):
            self._cancel(vehicle_id)


def values_of(vehicle: VehicleState, keys: Iterable[str]) -> Values:
    """Return what a planner wants to know of a vehicle's readings with these keys."""
    known: dict[str, Any] = {}
    for key in keys:
        if (reading := vehicle.readings.get(key)) is None:
            continue
        value, is_flag = reading.value, isinstance(reading.value, bool)
        if (is_flag and key in _FLAGS) or (
            isinstance(value, int | float) and not is_flag and key in _NUMBERS
        ):
            known[_FLAGS.get(key) or _NUMBERS[key]] = value
    return Values(**known)
