"""Keeps every vehicle's newest readings, and calls the listeners of what changed.

This is no `DataUpdateCoordinator`: nothing is polled, and a delivery writes only the entities whose
value changed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
import logging

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .allowance import Allowance
from .const import CALLS_LEFT, CALLS_USED, LAST_DELIVERY
from .smartcar.model import Delivery, Report, VehicleInfo
from .smartcar.times import CLOCK_TOLERANCE
from .store import SmartcarStore
from .util import Listeners, format_traceback, now_ms
from .vehicle import Changes, VehicleState

_LOGGER = logging.getLogger(__name__)

_MAX_NOTED = 256
# Nobody has as many. A vehicle costs memory, a device, and a part of each save.
_MAX_VEHICLES = 2048
# Smartcar's last attempt to deliver comes three minutes after the first.
_IGNORE_DELETED_FOR = 5 * 60_000

type KeyListener = Callable[[], None]
type ReportListener = Callable[[VehicleState, Report, Iterable[str]], None]


class SmartcarCoordinator:
    """Applies deliveries to the vehicles of one entry."""

    def __init__(
        self, hass: HomeAssistant, store: SmartcarStore, excluded: Iterable[str] = ()
    ) -> None:
        """Initialize from what the store has loaded.

        `excluded` are the IDs of vehicles that the owner left out; `to_unsubscribe` are those of
        them that may still be subscribed.
        """
        self.hass = hass
        self.excluded = frozenset(excluded)
        self.to_unsubscribe = self.excluded
        self._store = store
        self._data = store.data
        self._list_was_empty = False
        self._noted: set[str] = set()
        self._faulted: set[str] = set()
        self._ignored_until: dict[str, int] = {}
        self._key_listeners: dict[str, dict[str, KeyListener]] = {}
        self._new_key_listeners = Listeners[VehicleState, Iterable[str]]()
        self._vehicle_report_listeners: dict[str, Listeners[()]] = {}
        self._vehicle_listeners = Listeners[VehicleState]()
        self._derived_listeners = Listeners[VehicleState, Iterable[str]]()
        self._report_listeners = Listeners[VehicleState, Report, Iterable[str]]()
        for vehicle_id in self.excluded:
            self._data.vehicles.pop(vehicle_id, None)
        self._received_at = 0
        self._forget_future()

    @property
    def vehicles(self) -> Mapping[str, VehicleState]:
        """Return the vehicles by Smartcar's ID."""
        return self._data.vehicles

    @property
    def allowance(self) -> Allowance:
        """Return the count of billed calls, and what the plan leaves."""
        return self._data.allowance

    def state_class_before(self, unique_id: str) -> str | None:
        """Return the state class that a sensor had in another integration, if it is to be kept."""
        taken_over = self._data.taken_over
        return None if taken_over is None else taken_over.state_classes.get(unique_id)

    @callback
    def async_count_call(self, vehicle_id: str, *, command: bool = False) -> None:
        """Count a billed call just before it is made."""
        self.allowance.count(vehicle_id, dt_util.utcnow(), command=command)
        self.async_notify_keys(vehicle_id, (CALLS_USED, CALLS_LEFT))
        self._store.async_schedule_save()

    @callback
    def async_exhaust(self, vehicle: VehicleState) -> None:
        """Take Smartcar's word that the plan has no more calls in this month, and tell it."""
        self.allowance.exhaust(vehicle.id, dt_util.utcnow())
        self.async_notify_keys(vehicle.id, (CALLS_USED, CALLS_LEFT))
        self.async_notify(vehicle)
        self._store.async_schedule_save()

    @callback
    def async_notify_keys(self, vehicle_id: str, keys: Iterable[str]) -> None:
        """Tell the listeners of keys that no report changes."""
        listeners = self._key_listeners.get(vehicle_id, {})
        for key in keys:
            if (listener := listeners.get(key)) is not None:
                self._guard(key, listener)

    @callback
    def async_next_time(self) -> int:
        """Return the time of the next delivery in milliseconds: later than that of the last one.

        Home Assistant's clock may be set back; deliveries still come one after another.
        """
        self.async_check_clock()
        self._received_at = max(self._received_at + 1, now_ms())
        return self._received_at

    @callback
    def async_check_clock(self) -> None:
        """Go on from the present if the clock was set back since the last delivery."""
        if self._received_at > now_ms() + CLOCK_TOLERANCE:
            self._forget_future()

    @callback
    def async_is_seen(self, vehicle_id: str, report_id: str) -> bool:
        """Tell whether a report with this ID was applied to a vehicle before."""
        vehicle = self.vehicles.get(vehicle_id)
        return vehicle is not None and vehicle.is_seen(report_id)

    @callback
    def async_receive(self, delivery: Delivery) -> None:
        """Apply a delivery."""
        for report in delivery.reports:
            self._guard(f"vehicle {report.vehicle.short_id}", self._apply, report)
        for fault in delivery.faults:
            if _is_first(self._faulted, fault.partition("[")[0]):
                _LOGGER.error("Could not decode a part of a delivery: %s", fault)
        for note in delivery.notes:
            if _is_first(self._noted, note):
                _LOGGER.info("Skipped a part of a delivery: %s", note)
        self._store.async_schedule_save()

    @callback
    def async_update_account(self, vehicles: Iterable[VehicleInfo]) -> list[VehicleState]:
        """Apply the account's list of vehicles; return those to subscribe.

        Ignores the first empty list while vehicles deliver: it is normal right after connecting. A
        single vehicle that delivers is not gone before it is silent, anyway.
        """
        vehicles = list(vehicles)
        was_empty, self._list_was_empty = self._list_was_empty, not vehicles
        now = now_ms()
        is_doubtful = (
            not vehicles
            and not was_empty
            and len(self.vehicles) > 1
            and any(not vehicle.is_silent(now) for vehicle in self.vehicles.values())
        )
        listed = {info.id: info for info in vehicles if info.id not in self.excluded}
        for vehicle_id, vehicle in self.vehicles.items():
            if not is_doubtful and vehicle.listed != (vehicle_id in listed):
                vehicle.listed = not vehicle.listed
                self._notify_vehicle(vehicle)
        result = []
        for vehicle_id, info in listed.items():
            known = self.vehicles.get(vehicle_id) or self._add(info)
            if known is not None:
                result.append(known)
                self.async_update_info(info)
        self._store.async_schedule_save()
        return result

    @callback
    def async_add_described(self, vehicles: Iterable[VehicleInfo]) -> None:
        """Add vehicles whose makes are known, so that they have their names from the beginning."""
        for info in vehicles:
            if (
                info.make is not None
                and info.id not in self.excluded
                and (info.id in self.vehicles or self._add(info) is not None)
            ):
                self.async_update_info(info)

    @callback
    def async_update_info(self, info: VehicleInfo) -> None:
        """Merge attributes of a known vehicle."""
        vehicle = self.vehicles[info.id]
        if vehicle.update_info(info):
            self._notify_vehicle(vehicle)
            self._store.async_schedule_save()

    @callback
    def async_notify(self, vehicle: VehicleState) -> None:
        """Tell the listeners that something about a vehicle itself has changed; save it."""
        self._notify_vehicle(vehicle)
        self._store.async_schedule_save()

    @callback
    def async_rename(self, new_ids: Mapping[str, str]) -> None:
        """Give vehicles the IDs of another application, old to new; all are subscribed anew."""
        vehicles, planners = self._data.vehicles, self._data.planners
        for old_id, new_id in new_ids.items():
            vehicle = vehicles.pop(old_id, None)
            if vehicle is not None:
                vehicle.info = replace(vehicle.info, id=new_id)
                # The new webhook may have delivered already.
                if (early := vehicles.get(new_id)) is not None:
                    vehicle.absorb(early)
                vehicles[new_id] = vehicle
            if (planner := planners.pop(old_id, None)) is not None:
                planners[new_id] = planner
        for vehicle in vehicles.values():
            vehicle.subscribed_to = None

    @callback
    def async_forget(self, vehicle_id: str) -> None:
        """Drop a deleted vehicle, and ignore what was sent before it was unsubscribed."""
        self._ignored_until[vehicle_id] = now_ms() + _IGNORE_DELETED_FOR
        self._data.vehicles.pop(vehicle_id, None)
        self._data.planners.pop(vehicle_id, None)
        self._key_listeners.pop(vehicle_id, None)
        self._store.async_schedule_save()

    @callback
    def async_add_key_listener(
        self, vehicle_id: str, key: str, listener: KeyListener
    ) -> CALLBACK_TYPE:
        """Call back when a key's value has changed, or the availability of all has."""
        listeners = self._key_listeners.setdefault(vehicle_id, {})
        listeners[key] = listener

        def remove() -> None:
            listeners.pop(key, None)

        return remove

    @callback
    def async_add_new_key_listener(
        self, listener: Callable[[VehicleState, Iterable[str]], None]
    ) -> CALLBACK_TYPE:
        """Call back with keys that nobody listens to: those known now, and changed ones later.

        Platforms use it to add the entities that they do not have yet.
        """
        for vehicle in self.vehicles.values():
            listener(vehicle, vehicle.keys)
        return self._new_key_listeners.add(listener)

    @callback
    def async_add_vehicle_report_listener(
        self, vehicle_id: str, listener: Callable[[], None]
    ) -> CALLBACK_TYPE:
        """Call back after each report about a vehicle, also one that has changed no value."""
        return self._vehicle_report_listeners.setdefault(vehicle_id, Listeners()).add(listener)

    @callback
    def async_add_vehicle_listener(self, listener: Callable[[VehicleState], None]) -> CALLBACK_TYPE:
        """Call back when a vehicle appeared, or its attributes, problems or account changed."""
        return self._vehicle_listeners.add(listener)

    @callback
    def async_add_report_listener(self, listener: ReportListener) -> CALLBACK_TYPE:
        """Call back after a report, with the keys of the values that it changed."""
        return self._report_listeners.add(listener)

    @callback
    def async_add_derived_listener(
        self, listener: Callable[[VehicleState, Iterable[str]], None]
    ) -> CALLBACK_TYPE:
        """Call back with the keys of derived values that have changed."""
        return self._derived_listeners.add(listener)

    def _forget_future(self) -> None:
        """Go on from the clock's present; nothing would be newer than what it said before."""
        latest = now_ms() + CLOCK_TOLERANCE
        last = 0
        for vehicle in self.vehicles.values():
            vehicle.forget_after(latest)
            last = max(last, vehicle.last_delivery or 0)
        self._data.status.forget_after(latest)
        if self._data.subscribed_at is not None:
            self._data.subscribed_at = min(self._data.subscribed_at, latest)
        self._received_at = last

    @callback
    def async_notify_derived(self, vehicle: VehicleState, keys: Iterable[str]) -> None:
        """Tell the listeners that derived values have changed; save them."""
        keys = list(keys)
        self._notify(vehicle, Changes(keys))
        for listener in self._derived_listeners:
            self._guard("what follows derived values", listener, vehicle, keys)
        self._store.async_schedule_save()

    def _apply(self, report: Report) -> None:
        info = report.vehicle
        if info.id in self.excluded or self._is_ignored(info.id):
            return
        vehicle = self.vehicles.get(info.id) or self._add(info)
        if vehicle is None:
            return
        last_delivery = vehicle.last_delivery
        changes = vehicle.apply(report)
        if report.pushed:
            # When it arrived: only one of the two platforms says when it was sent.
            vehicle.last_delivery = self._received_at or vehicle.last_delivery
        else:
            # The question is whether Smartcar delivers.
            vehicle.last_delivery = last_delivery
            changes.keys.remove(LAST_DELIVERY)
        if not vehicle.listed:
            vehicle.listed = changes.vehicle = True
        changed = tuple(changes.keys)
        if changes.availability:
            changes.keys += self._key_listeners.get(vehicle.id, ())
        self._notify(vehicle, changes)
        # All entities first: an automation that an event starts looks at them.
        for report_listener in self._vehicle_report_listeners.get(vehicle.id, ()):
            self._guard(f"vehicle {vehicle.info.short_id}", report_listener)
        for listener in self._report_listeners:
            self._guard("what follows a report", listener, vehicle, report, changed)

    def _is_ignored(self, vehicle_id: str) -> bool:
        """Tell whether a vehicle was deleted just now."""
        until = self._ignored_until.get(vehicle_id)
        if until is None:
            return False
        # The clock may have been set back since.
        if 0 < until - now_ms() <= _IGNORE_DELETED_FOR:
            return True
        del self._ignored_until[vehicle_id]
        return False

    def _notify(self, vehicle: VehicleState, changes: Changes) -> None:
        listeners = self._key_listeners.get(vehicle.id, {})
        unheard = []
        # Call each listener once per report.
        for key in dict.fromkeys(changes.keys):
            if (listener := listeners.get(key)) is None:
                unheard.append(key)
                continue
            try:
                listener()
            except Exception as error:  # noqa: BLE001 - a bug there must not cost the other entities
                self._log_fault(key, error)
        if unheard:
            for add in self._new_key_listeners:
                self._guard(unheard[0], add, vehicle, unheard)
        if changes.vehicle:
            self._notify_vehicle(vehicle)

    def _notify_vehicle(self, vehicle: VehicleState) -> None:
        for listener in self._vehicle_listeners:
            self._guard(f"vehicle {vehicle.info.short_id}", listener, vehicle)

    def _guard[*Ts](self, what: str, call: Callable[[*Ts], None], *args: *Ts) -> None:
        """Call; log what is raised, so that it does not cost the others."""
        try:
            call(*args)
        except Exception as error:  # noqa: BLE001 - any bug there
            self._log_fault(what, error)

    def _log_fault(self, what: str, error: Exception) -> None:
        if _is_first(self._faulted, what):
            _LOGGER.error("Could not update %s: %s", what, format_traceback(error))

    def _add(self, info: VehicleInfo) -> VehicleState | None:
        """Add a vehicle; return `None` where there are more than anybody has."""
        if len(self.vehicles) >= _MAX_VEHICLES:
            if _is_first(self._noted, "vehicles"):
                _LOGGER.warning("More than %s vehicles: others are left out", _MAX_VEHICLES)
            return None
        vehicle = self._data.vehicles[info.id] = VehicleState(info)
        self._notify_vehicle(vehicle)
        return vehicle


def _is_first(noted: set[str], note: str) -> bool:
    """Tell whether a note is new; none is after many, so that they do not flood the log."""
    if note in noted or len(noted) >= _MAX_NOTED:
        return False
    noted.add(note)
    return True
