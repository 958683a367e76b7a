"""An entry's data in Home Assistant's storage: a restart loses neither values nor their order."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
import logging
from pathlib import Path

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .allowance import Allowance, Plan
from .const import DOMAIN
from .dataclass_json import from_plain, to_plain
from .history import History
from .read_planner import ReadPlanner
from .smartcar.jsonvalues import (
    MAX_PERMISSIONS,
    as_dict,
    as_id,
    as_ids,
    as_list,
    as_name,
    as_year,
)
from .smartcar.model import Position, Problem, Reading, Value, VehicleInfo
from .smartcar.parsers import as_position, as_value
from .smartcar.payload import MAX_SIGNALS
from .smartcar.problems import as_reauthenticate_url, as_word, remedy_of
from .smartcar.signals import as_key, code_of
from .smartcar.times import as_time, milliseconds
from .smartcar.units import as_unit
from .takeover_record import TakenOver
from .util import now_ms, utc_from_ms
from .vehicle import (
    LASTING,
    MAX_SEEN,
    MAX_SEEN_UNDATED,
    ActiveProblem,
    SignalState,
    VehicleState,
)
from .webhook.status import CallbackStatus

_LOGGER = logging.getLogger(__name__)

_VERSION = 1
_SAVE_INTERVAL = 20
_UNREADABLE = ".unreadable-"


@dataclass(slots=True)
class StoredData:
    """What is stored of an entry.

    `vehicles` is by Smartcar's ID. `subscribed_at` is when a vehicle was first subscribed, in
    milliseconds, and `application_id` the ID by which Connect knows the application. `allowance`
    counts the billed calls; `planners` plan reads by vehicle. `taken_over` is what was another
    integration's.
    """

    vehicles: dict[str, VehicleState] = field(default_factory=dict, repr=False)
    status: CallbackStatus = field(default_factory=CallbackStatus)
    subscribed_at: int | None = None
    application_id: str | None = field(default=None, repr=False)
    allowance: Allowance = field(
        default_factory=lambda: Allowance(Plan(), dt_util.get_default_time_zone())
    )
    planners: dict[str, ReadPlanner] = field(default_factory=dict, repr=False)
    taken_over: TakenOver | None = None


class SmartcarStore:
    """One entry's stored data, saved in the background when it has changed.

    `is_set_aside` tells that the file could not be read, was renamed, and the data started empty.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Initialize without data."""
        self._hass = hass
        # It holds positions, so only Home Assistant may read it.
        self._store = Store[dict[str, object]](hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True)
        self._is_scheduled = False
        self._is_closed = False
        self._saved_at = 0
        self.is_set_aside = False
        self.data = StoredData()

    async def async_load(self) -> StoredData:
        """Read what was stored; set a file aside that cannot be read."""
        try:
            stored = await self._store.async_load()
        except (HomeAssistantError, KeyError, NotImplementedError, OSError, TypeError) as error:
            # A newer version, a file of another form, a folder in its place.
            _LOGGER.error("The stored data cannot be read (%s)", type(error).__name__)  # noqa: TRY400 - the text names the file
            await self._hass.async_add_executor_job(self._set_aside)
            self.is_set_aside = True
            stored = None
        self.data = data_from_json(stored)
        return self.data

    def _set_aside(self) -> None:
        path = Path(self._store.path)
        # What cannot be renamed either costs no delivery.
        with suppress(OSError):
            path.rename(f"{path}{_UNREADABLE}{dt_util.utcnow():%Y%m%d%H%M%S}")

    def _remove_set_aside(self) -> None:
        path = Path(self._store.path)
        for file in path.parent.glob(f"{path.name}{_UNREADABLE}*"):
            # A folder is not ours.
            with suppress(OSError):
                file.unlink()

    @callback
    def async_schedule_save(self) -> None:
        """Save at once after a quiet time, and then at most every 20 seconds."""
        if not self._is_scheduled and not self._is_closed:
            self._is_scheduled = True
            # The clock may have been set back since.
            wait = self._saved_at / 1000 + _SAVE_INTERVAL - now_ms() / 1000
            self._store.async_delay_save(self._data_to_save, min(max(0, wait), _SAVE_INTERVAL))

    async def async_save(self) -> None:
        """Save at once: what follows must not be lost."""
        await self._store.async_save(data_to_json(self.data))

    async def async_close(self) -> None:
        """Save what has changed, and save no more: a new store may read the file next."""
        if not self._is_closed:
            self._is_closed = True
            try:
                await self.async_save()
            except OSError as error:
                # An entry that could not be unloaded would receive nothing until the next start.
                _LOGGER.error("The data cannot be stored (%s)", type(error).__name__)  # noqa: TRY400 - the text names the file

    async def async_remove(self) -> None:
        """Remove what was stored, also what was set aside."""
        await self._store.async_remove()
        await self._hass.async_add_executor_job(self._remove_set_aside)

    def _data_to_save(self) -> dict[str, object]:
        self._is_scheduled = False
        self._saved_at = now_ms()
        return data_to_json(self.data)


def data_to_json(data: StoredData) -> dict[str, object]:
    """Return data as the store writes it."""
    return {
        "vehicles": [_vehicle_to_json(vehicle) for vehicle in data.vehicles.values()],
        "allowance": data.allowance.to_json(),
        "planners": {
            vehicle_id: planner.to_json()
            for vehicle_id, planner in data.planners.items()
            if vehicle_id in data.vehicles
        },
        "taken_over": None if data.taken_over is None else to_plain(data.taken_over),
        "health": {
            **data.status.to_json(),
            "subscribed_at": data.subscribed_at,
            "application_id": data.application_id,
        },
    }


def data_from_json(raw: object) -> StoredData:
    """Return data as the store reads it; items of another form are left out."""
    stored = as_dict(raw)
    vehicles = (_vehicle_from_json(as_dict(item)) for item in as_list(stored.get("vehicles")))
    status = as_dict(stored.get("health"))
    taken_over = as_dict(stored.get("taken_over"))
    return StoredData(
        vehicles={vehicle.id: vehicle for vehicle in vehicles if vehicle is not None},
        status=CallbackStatus.from_json(status),
        subscribed_at=as_time(status.get("subscribed_at")),
        application_id=as_id(status.get("application_id")),
        allowance=Allowance.from_json(
            stored.get("allowance"), Plan(), dt_util.get_default_time_zone()
        ),
        planners={
            vehicle_id: ReadPlanner.from_json(planner)
            for vehicle_id, planner in as_dict(stored.get("planners")).items()
        },
        taken_over=from_plain(TakenOver, taken_over) if taken_over else None,
    )


def _vehicle_to_json(vehicle: VehicleState) -> dict[str, object]:
    info = vehicle.info
    return {
        "id": info.id,
        "make": info.make,
        "model": info.model,
        "year": info.year,
        "vin": info.vin,
        "powertrain": info.powertrain,
        "user_id": info.user_id,
        "permissions": None if info.permissions is None else sorted(info.permissions),
        "listed": vehicle.listed,
        "subscribed_to": vehicle.subscribed_to,
        "last_reported": vehicle.last_reported,
        "last_delivery": vehicle.last_delivery,
        "recovered_at": vehicle.recovered_at,
        "resolved_at": dict(vehicle.resolved_at),
        "seen": list(vehicle.seen),
        "seen_undated": list(vehicle.seen_undated),
        "signals": {code: _signal_to_json(signal) for code, signal in vehicle.signals.items()},
        "retrieved": dict(vehicle.retrieved),
        "readings": [_reading_to_json(reading) for reading in vehicle.readings.values()],
        "troubles": [
            {
                **_problem_to_json(active.problem),
                "since": active.since,
                "delivered_at": active.delivered_at,
            }
            for active in vehicle.active_problems.values()
        ],
        "history": vehicle.history.to_json(),
    }


def _vehicle_from_json(raw: Mapping[str, object]) -> VehicleState | None:
    id_ = as_id(raw.get("id"))
    if id_ is None:
        return None
    permissions = raw.get("permissions")
    vehicle = VehicleState(
        VehicleInfo(
            id_,
            make=as_name(raw.get("make")),
            model=as_name(raw.get("model")),
            year=as_year(raw.get("year")),
            vin=as_id(raw.get("vin")),
            powertrain=as_name(raw.get("powertrain")),
            user_id=as_id(raw.get("user_id")),
            permissions=frozenset(as_ids(permissions, MAX_PERMISSIONS))
            if isinstance(permissions, list)
            else None,
        ),
        listed=raw.get("listed") is not False,
        subscribed_to=as_id(raw.get("subscribed_to")),
        last_reported=as_time(raw.get("last_reported")),
        last_delivery=as_time(raw.get("last_delivery")),
        recovered_at=as_time(raw.get("recovered_at")) or 0,
        history=History(raw.get("history")),
        resolved_at={
            name: time
            for name, at in as_dict(raw.get("resolved_at")).items()
            if as_word(name) and (time := as_time(at))
        },
        seen=OrderedDict.fromkeys(as_ids(raw.get("seen"), MAX_SEEN)),
        seen_undated=OrderedDict.fromkeys(as_ids(raw.get("seen_undated"), MAX_SEEN_UNDATED)),
    )
    by_code: dict[str, list[Reading]] = {}
    for item in map(as_dict, as_list(raw.get("readings"))):
        if (reading := _reading_from_json(item)) is not None:
            vehicle.readings[reading.key] = reading
            by_code.setdefault(reading.code, []).append(reading)
    for code, signal in as_dict(raw.get("signals")).items():
        if code_of(code) == code:
            vehicle.signals[code] = _signal_from_json(as_dict(signal), by_code.get(code, ()))
    vehicle.retrieved = {
        code: as_time(own_at) or 0
        for code, own_at in as_dict(raw.get("retrieved")).items()
        if code in vehicle.signals
    }
    for item in map(as_dict, as_list(raw.get("troubles"))):
        problem = _problem_from_json(item)
        delivered_at = as_time(item.get("delivered_at")) or 0
        since = as_time(item.get("since")) or delivered_at
        if problem.remedy in LASTING:
            vehicle.active_problems[problem.name] = ActiveProblem(problem, since, delivered_at)
    return vehicle


def _signal_to_json(signal: SignalState) -> dict[str, object]:
    return {
        "recorded_at": signal.recorded_at,
        "delivered_at": signal.delivered_at,
        "label": signal.label,
        "problem": None if signal.problem is None else _problem_to_json(signal.problem),
    }


def _signal_from_json(raw: Mapping[str, object], readings: Iterable[Reading]) -> SignalState:
    problem = raw.get("problem")
    return SignalState(
        delivered_at=as_time(raw.get("delivered_at")) or 0,
        recorded_at=as_time(raw.get("recorded_at")),
        readings=tuple(readings),
        problem=_problem_from_json(problem) if isinstance(problem, dict) else None,
        label=as_name(raw.get("label")),
    )


def _problem_to_json(problem: Problem) -> dict[str, object]:
    return {
        "type": problem.type,
        "code": problem.code,
        "signals": list(problem.signals),
        "reauthenticate_url": problem.reauthenticate_url,
    }


def _problem_from_json(raw: Mapping[str, object]) -> Problem:
    type_, code = as_word(raw.get("type")) or "UNKNOWN", as_word(raw.get("code")) or None
    return Problem(
        type=type_,
        code=code,
        remedy=remedy_of(type_, code),
        signals=tuple(code for code in as_ids(raw.get("signals"), MAX_SIGNALS) if code_of(code)),
        reauthenticate_url=as_reauthenticate_url(raw.get("reauthenticate_url")),
    )


def _reading_to_json(reading: Reading) -> dict[str, object]:
    value: object = reading.value
    if isinstance(value, Position):
        value = {"latitude": value.latitude, "longitude": value.longitude}
    elif isinstance(value, datetime):
        value = {"time": value.isoformat()}
    return {"key": reading.key, "value": value, "unit": reading.unit}


def _reading_from_json(raw: Mapping[str, object]) -> Reading | None:
    key = as_key(raw.get("key"))
    if key is None:
        return None
    return Reading(key, _value_from_json(raw.get("value")), as_unit(raw.get("unit")))


def _value_from_json(raw: object) -> Value | None:
    match raw:
        case {"latitude": latitude, "longitude": longitude}:
            return as_position(latitude, longitude)
        case {"time": str() as time}:
            return _time_from_json(time)
        case _:
            return as_value(raw)


def _time_from_json(raw: str) -> datetime | None:
    time = milliseconds(raw)
    return None if time is None else utc_from_ms(time)
