"""Hands what vehicles report to their histories, and tells the listeners what follows from it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from homeassistant.components.zone import ENTITY_ID_HOME, async_in_zones
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .const import CONF_USABLE_CAPACITY
from .coordinator import SmartcarCoordinator
from .prices import Prices
from .smartcar.model import Position, Report
from .util import now_ms
from .vehicle import VehicleState


class Journal:
    """Keeps the histories of an entry's vehicles: after each report, and when time has passed."""

    def __init__(
        self, hass: HomeAssistant, coordinator: SmartcarCoordinator, options: Mapping[str, Any]
    ) -> None:
        """Initialize without listening; an entry's options have prices and capacities."""
        self._hass = hass
        self._coordinator = coordinator
        self._prices = Prices(hass, options)
        self._capacities: Mapping[str, float] = options.get(CONF_USABLE_CAPACITY, {})
        self._job = HassJob(self._async_time_passed, "Smartcar histories", cancel_on_shutdown=True)
        # By vehicle: when it is due on the clock of its deliveries, and on ours.
        self._due: dict[str, tuple[int, int]] = {}
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._timer_at: int | None = None

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Listen; return a function that ends it."""
        now = now_ms()
        for vehicle in self._coordinator.vehicles.values():
            self._use_capacity(vehicle)
            last_delivery = vehicle.last_delivery or 0
            # The clock may have been set back since.
            self._plan(vehicle, now, at=last_delivery, passed=max(0, now - last_delivery))
        self._set_timer(now)
        remove_listeners = (
            self._coordinator.async_add_report_listener(self._async_on_report),
            self._coordinator.async_add_vehicle_listener(self._use_capacity),
        )

        @callback
        def stop() -> None:
            for remove_listener in remove_listeners:
                remove_listener()
            self._due.clear()
            self._set_timer(0)

        return stop

    @callback
    def _async_on_report(
        self, vehicle: VehicleState, report: Report, _changed: Iterable[str]
    ) -> None:
        changed = vehicle.history.observe(report, self._locate) + self._price(vehicle)
        if vehicle.history.due_at is not None or vehicle.id in self._due:
            now = now_ms()
            self._plan(vehicle, now, at=report.delivered_at)
            self._set_timer(now)
        if changed:
            self._coordinator.async_notify_derived(vehicle, changed)

    def _use_capacity(self, vehicle: VehicleState) -> None:
        vehicle.history.set_usable_capacity(self._capacities.get(vehicle.id))

    def _price(self, vehicle: VehicleState) -> list[str]:
        """Price what a vehicle has just charged; return the keys of what has changed."""
        if self._prices.is_set:
            return vehicle.history.apply_prices(self._prices.async_get)
        vehicle.history.drop_unpriced()
        return []

    def _locate(self, position: Position) -> tuple[str | None, bool | None]:
        """Return the name of the zone at a position, and whether it is in the home zone.

        A smaller zone at home, as a garage, is at home.
        """
        zone, entity_ids = async_in_zones(self._hass, position.latitude, position.longitude)
        return None if zone is None else zone.name, ENTITY_ID_HOME in entity_ids

    def _plan(self, vehicle: VehicleState, now: int, *, at: int, passed: int = 0) -> None:
        """Note when a vehicle is due.

        `at` is what the clock of its deliveries showed `passed` milliseconds ago.
        """
        due_at = vehicle.history.due_at
        known = self._due.get(vehicle.id)
        if due_at is None:
            self._due.pop(vehicle.id, None)
        elif known is None or known[0] != due_at:
            self._due[vehicle.id] = due_at, now + max(0, due_at - at - passed)

    def _set_timer(self, now: int) -> None:
        """Let the timer run until the next vehicle is due."""
        next_at = min((at for _, at in self._due.values()), default=None)
        if next_at == self._timer_at:
            return
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        self._timer_at = next_at
        if next_at is not None:
            wait = max(0, next_at - now) / 1000
            self._cancel_timer = async_call_later(self._hass, wait, self._job)

    @callback
    def _async_time_passed(self, _now: datetime) -> None:
        self._cancel_timer = None
        next_at, self._timer_at = self._timer_at, None
        now = max(now_ms(), next_at or 0)
        due = {id_: due_at for id_, (due_at, at) in self._due.items() if at <= now}
        for vehicle_id, due_at in due.items():
            del self._due[vehicle_id]
            vehicle = self._coordinator.vehicles.get(vehicle_id)
            if vehicle is None:
                continue
            changed = vehicle.history.pass_time(due_at) + self._price(vehicle)
            self._plan(vehicle, now, at=due_at)
            self._coordinator.async_notify_derived(vehicle, changed)
        self._set_timer(now)
