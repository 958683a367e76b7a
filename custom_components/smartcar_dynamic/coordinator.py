"""The newest reading of every signal of every vehicle, and who wants to know of which."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
import logging

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .check import SILENT_FOR, now
from .const import LAST_DELIVERY, LAST_REPORTED
from .health import Health
from .memory import Memory, from_json, store_of, to_json
from .smartcar.deliveries import Decoder
from .smartcar.model import Report, Vehicle
from .trace import trace_of
from .vehicle import News, VehicleState

_LOGGER = logging.getLogger(__name__)

_SAVE_DELAY = 20
_MOST_SEEN = 1024
_MOST_NOTED = 256

type Listener = Callable[[], None]
type VehicleListener = Callable[[VehicleState], None]
type ReadingListener = Callable[[VehicleState, Iterable[str]], None]


class SmartcarCoordinator:
    """Takes deliveries and tells each listener only what is news to it."""

    def __init__(self, hass: HomeAssistant, entry_id: str, excluded: Iterable[str] = ()) -> None:
        """Begin with nothing; `excluded` are the IDs of the vehicles that the owner left out.

        `left_out` are those that may still be subscribed.
        """
        self.hass = hass
        self.excluded = frozenset(excluded)
        self.left_out = self.excluded
        self._decoder = Decoder()
        self._store = store_of(hass, entry_id)
        self._memory = Memory()
        self._saving = False
        self._was_empty = False
        self._now = 0
        self._noted: set[str] = set()
        self._listeners: dict[str, dict[str, Listener]] = {}
        self.on_delivery: Listener | None = None
        self._vehicle_listeners: list[VehicleListener] = []
        self._reading_listeners: list[ReadingListener] = []

    @property
    def health(self) -> Health:
        """Return how the callback is doing."""
        return self._memory.health

    @property
    def vehicles(self) -> Mapping[str, VehicleState]:
        """Return the vehicles by Smartcar's ID."""
        return self._memory.vehicles

    async def async_load(self) -> None:
        """Remember what was known before the restart."""
        self._memory = from_json(await self._store.async_load())
        for vehicle_id in self.excluded:
            self._memory.vehicles.pop(vehicle_id, None)
        # The clock may have been set back since.
        self._now = max((state.last_delivery or 0 for state in self.vehicles.values()), default=0)

    async def async_save(self) -> None:
        """Write what is known at once, and nothing after: the store may be erased next."""
        self._saving = True
        await self._store.async_save(to_json(self._memory))

    async def async_erase(self) -> None:
        """Remove what was stored."""
        await self._store.async_remove()

    @callback
    def async_schedule_save(self) -> None:
        """Write what is known soon: a steady stream of news does not put it off."""
        if not self._saving:
            self._saving = True
            self._store.async_delay_save(self._to_save, _SAVE_DELAY)

    @callback
    def async_receive(self, payload: Mapping[str, object]) -> None:
        """Take an authentic delivery."""
        now = round(dt_util.utcnow().timestamp() * 1000)
        # Home Assistant's clock may be set back; deliveries still come one after another.
        self._now = max(self._now + 1, now)
        memory = self._memory
        delivery = self._decoder.decode(
            payload, received_at=self._now, is_known=memory.seen.__contains__
        )
        memory.health.accept(delivery.kind, now, test=delivery.test)
        memory.health.application_id = delivery.application_id or memory.health.application_id
        for report in delivery.reports:
            self._guarded(f"vehicle {report.vehicle.tail}", self._take, report)
        for fault in delivery.faults:
            if self._is_first(fault.partition("[")[0]):
                _LOGGER.error("Could not read a part of a delivery: %s", fault)
        for note in delivery.notes:
            if self._is_first(note):
                _LOGGER.info("Left out a part of a delivery: %s", note)
        self.async_schedule_save()
        if self.on_delivery is not None:
            self.on_delivery()

    @callback
    def async_take_vehicles(self, vehicles: Iterable[Vehicle]) -> list[VehicleState]:
        """Take the account's list of vehicles; return those that are ours to subscribe.

        An empty list is doubted once while vehicles deliver: right after connecting it is normal.
        A single vehicle that delivers is taken for gone no sooner than it is silent, anyway.
        """
        vehicles = list(vehicles)
        was_empty, self._was_empty = self._was_empty, not vehicles
        is_doubtful = (
            not vehicles
            and not was_empty
            and len(self.vehicles) > 1
            and any(
                now() - (state.last_delivery or 0) <= SILENT_FOR for state in self.vehicles.values()
            )
        )
        listed = {vehicle.id: vehicle for vehicle in vehicles if vehicle.id not in self.excluded}
        for vehicle_id, state in self.vehicles.items():
            if not is_doubtful and state.listed != (vehicle_id in listed):
                state.listed = not state.listed
                self._tell_vehicle(state)
        states = []
        for vehicle_id, vehicle in listed.items():
            state = self.vehicles.get(vehicle_id) or self._add(vehicle)
            states.append(state)
            self.async_learn(vehicle)
        self.async_schedule_save()
        return states

    @callback
    def async_learn(self, vehicle: Vehicle) -> None:
        """Take facts about a known vehicle."""
        state = self.vehicles[vehicle.id]
        if state.learn(vehicle):
            self._tell_vehicle(state)
            self.async_schedule_save()

    @callback
    def async_rename(self, new_ids: Mapping[str, str]) -> None:
        """Know vehicles by the IDs that the current platform gave them; subscribe them anew."""
        vehicles = self._memory.vehicles
        for old_id, new_id in new_ids.items():
            state = vehicles.pop(old_id, None)
            if state is not None:
                state.vehicle = replace(state.vehicle, id=new_id)
                vehicles[new_id] = state
        for state in vehicles.values():
            state.subscribed_to = None

    @callback
    def async_forget(self, vehicle_id: str) -> None:
        """Drop a vehicle that was deleted."""
        self._memory.vehicles.pop(vehicle_id, None)
        self._listeners.pop(vehicle_id, None)
        self._decoder.forget(vehicle_id)
        self.async_schedule_save()

    @callback
    def async_listen(self, vehicle_id: str, key: str, listener: Listener) -> CALLBACK_TYPE:
        """Call back when a reading has changed or the vehicle's availability has."""
        listeners = self._listeners.setdefault(vehicle_id, {})
        listeners[key] = listener
        return lambda: _drop(listeners, key)

    @callback
    def async_listen_vehicles(self, listener: VehicleListener) -> CALLBACK_TYPE:
        """Call back when something about a vehicle itself has changed: facts, troubles, account."""
        self._vehicle_listeners.append(listener)
        return lambda: self._vehicle_listeners.remove(listener)

    @callback
    def async_listen_readings(self, listener: ReadingListener) -> CALLBACK_TYPE:
        """Call back with keys of readings: all that are known now, and changed ones from now on.

        Platforms use it to add the entities that they do not have yet.
        """
        for state in self.vehicles.values():
            listener(state, [*state.readings, *([LAST_REPORTED] if state.last_reported else [])])
        self._reading_listeners.append(listener)
        return lambda: self._reading_listeners.remove(listener)

    def _take(self, report: Report) -> None:
        vehicle = report.vehicle
        if vehicle.id in self.excluded or report.repeated:
            return
        state = self.vehicles.get(vehicle.id) or self._add(vehicle)
        last_reported, unavailable = state.last_reported, state.needs_reauthentication
        news = state.apply(report)
        if report.id is not None:
            self._remember(report.id)
        if not state.listed:
            state.listed = news.vehicle = True
        if state.last_reported != last_reported:
            news.keys.append(LAST_REPORTED)
        listeners = self._listeners.get(vehicle.id, {})
        if LAST_DELIVERY in listeners:
            news.keys.append(LAST_DELIVERY)
        if state.needs_reauthentication != unavailable:
            news.keys += listeners
        self._tell(state, news)

    def _tell(self, state: VehicleState, news: News) -> None:
        if news.keys:
            listeners = self._listeners.get(state.vehicle.id, {})
            unknown = []
            # A key may be news twice over; a device tracker's state would be, too.
            for key in dict.fromkeys(news.keys):
                if (listener := listeners.get(key)) is None:
                    unknown.append(key)
                    continue
                try:
                    listener()
                except Exception as error:  # noqa: BLE001 - a bug there must not cost the others
                    self._fault(key, error)
            if unknown:
                for add in self._reading_listeners:
                    self._guarded(unknown[0], add, state, unknown)
        if news.vehicle:
            self._tell_vehicle(state)

    def _tell_vehicle(self, state: VehicleState) -> None:
        for listener in list(self._vehicle_listeners):
            self._guarded(f"vehicle {state.vehicle.tail}", listener, state)

    def _guarded[*Ts](self, what: str, call: Callable[[*Ts], None], *args: *Ts) -> None:
        """Call; a bug there must not cost the others their news."""
        try:
            call(*args)
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._fault(what, error)

    def _fault(self, what: str, error: Exception) -> None:
        if self._is_first(what):
            _LOGGER.error("Could not update %s: %s", what, trace_of(error))

    def _add(self, vehicle: Vehicle) -> VehicleState:
        state = self._memory.vehicles[vehicle.id] = VehicleState(vehicle)
        self._tell_vehicle(state)
        return state

    def _remember(self, report_id: str) -> None:
        seen = self._memory.seen
        seen[report_id] = None
        if len(seen) > _MOST_SEEN:
            seen.popitem(last=False)

    def _is_first(self, note: str) -> bool:
        if note in self._noted or len(self._noted) >= _MOST_NOTED:
            return False
        self._noted.add(note)
        return True

    def _to_save(self) -> dict[str, object]:
        self._saving = False
        return to_json(self._memory)


def _drop(listeners: dict[str, Listener], key: str) -> None:
    listeners.pop(key, None)
