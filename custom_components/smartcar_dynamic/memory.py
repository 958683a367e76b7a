"""The newest readings in Home Assistant's storage: a restart loses neither values nor order."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .health import Health, whole
from .smartcar.decoding import mapping, sequence, text
from .smartcar.model import Position, Problem, Reading, Value, Vehicle
from .smartcar.problems import remedy_of
from .vehicle import LASTING, Latest, Trouble, VehicleState

_VERSION = 1


@dataclass(slots=True)
class Memory:
    """What is remembered of an entry. `seen` are the IDs of the latest reports, oldest first."""

    vehicles: dict[str, VehicleState] = field(default_factory=dict)
    seen: OrderedDict[str, None] = field(default_factory=OrderedDict)
    health: Health = field(default_factory=Health)


def store_of(hass: HomeAssistant, entry_id: str) -> Store[dict[str, object]]:
    """Return an entry's store; it holds positions, so only Home Assistant may read it."""
    return Store(hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True)


def to_json(memory: Memory) -> dict[str, object]:
    """Return a memory as what the store writes."""
    return {
        "vehicles": [_vehicle_to_json(state) for state in memory.vehicles.values()],
        "seen": list(memory.seen),
        "health": memory.health.to_json(),
    }


def from_json(raw: object) -> Memory:
    """Return what the store has read; what is not of our form is left out."""
    data = mapping(raw)
    states = (_vehicle_from_json(mapping(item)) for item in sequence(data.get("vehicles")))
    return Memory(
        vehicles={state.vehicle.id: state for state in states if state is not None},
        seen=OrderedDict.fromkeys(_texts(data.get("seen"))),
        health=Health.from_json(mapping(data.get("health"))),
    )


def _vehicle_to_json(state: VehicleState) -> dict[str, object]:
    vehicle = state.vehicle
    return {
        "id": vehicle.id,
        "make": vehicle.make,
        "model": vehicle.model,
        "year": vehicle.year,
        "vin": vehicle.vin,
        "powertrain": vehicle.powertrain,
        "user_id": vehicle.user_id,
        "permissions": None if vehicle.permissions is None else sorted(vehicle.permissions),
        "listed": state.listed,
        "subscribed_to": state.subscribed_to,
        "last_reported": state.last_reported,
        "last_delivery": state.last_delivery,
        "recovered_at": state.recovered_at,
        "signals": {code: _latest_to_json(latest) for code, latest in state.signals.items()},
        "readings": [_reading_to_json(reading) for reading in state.readings.values()],
        "troubles": [
            {
                **_problem_to_json(trouble.problem),
                "since": trouble.since,
                "delivered_at": trouble.delivered_at,
            }
            for trouble in state.troubles.values()
        ],
    }


def _vehicle_from_json(raw: Mapping[str, object]) -> VehicleState | None:
    id_ = text(raw.get("id"))
    if id_ is None:
        return None
    permissions = raw.get("permissions")
    state = VehicleState(
        Vehicle(
            id_,
            make=text(raw.get("make")),
            model=text(raw.get("model")),
            year=whole(raw.get("year")),
            vin=text(raw.get("vin")),
            powertrain=text(raw.get("powertrain")),
            user_id=text(raw.get("user_id")),
            permissions=None if permissions is None else frozenset(_texts(permissions)),
        ),
        listed=raw.get("listed") is not False,
        subscribed_to=text(raw.get("subscribed_to")),
        last_reported=whole(raw.get("last_reported")),
        last_delivery=whole(raw.get("last_delivery")),
        recovered_at=whole(raw.get("recovered_at")) or 0,
    )
    readings = filter(None, map(_reading_from_json, map(mapping, sequence(raw.get("readings")))))
    state.readings = {reading.key: reading for reading in readings}
    for code, latest in mapping(raw.get("signals")).items():
        state.signals[code] = _latest_from_json(code, mapping(latest), state.readings.values())
    for item in map(mapping, sequence(raw.get("troubles"))):
        problem = _problem_from_json(item)
        delivered_at = whole(item.get("delivered_at")) or 0
        since = whole(item.get("since")) or delivered_at
        if problem.remedy in LASTING:
            state.troubles[problem.name] = Trouble(problem, since, delivered_at)
    return state


def _latest_to_json(latest: Latest) -> dict[str, object]:
    return {
        "recorded_at": latest.recorded_at,
        "delivered_at": latest.delivered_at,
        "label": latest.label,
        "problem": None if latest.problem is None else _problem_to_json(latest.problem),
    }


def _latest_from_json(code: str, raw: Mapping[str, object], readings: Iterable[Reading]) -> Latest:
    problem = raw.get("problem")
    return Latest(
        delivered_at=whole(raw.get("delivered_at")) or 0,
        recorded_at=whole(raw.get("recorded_at")),
        readings=tuple(reading for reading in readings if reading.key.partition(".")[0] == code),
        problem=None if problem is None else _problem_from_json(mapping(problem)),
        label=text(raw.get("label")),
    )


def _problem_to_json(problem: Problem) -> dict[str, object]:
    return {
        "type": problem.type,
        "code": problem.code,
        "signals": list(problem.signals),
        "reauthenticate_url": problem.reauthenticate_url,
    }


def _problem_from_json(raw: Mapping[str, object]) -> Problem:
    type_, code = text(raw.get("type")) or "UNKNOWN", text(raw.get("code"))
    return Problem(
        type=type_,
        code=code,
        remedy=remedy_of(type_, code),
        signals=tuple(_texts(raw.get("signals"))),
        reauthenticate_url=text(raw.get("reauthenticate_url")),
    )


def _reading_to_json(reading: Reading) -> dict[str, object]:
    value: object = reading.value
    if isinstance(value, Position):
        value = {"latitude": value.latitude, "longitude": value.longitude}
    elif isinstance(value, datetime):
        value = {"time": value.isoformat()}
    return {"key": reading.key, "value": value, "unit": reading.unit}


def _reading_from_json(raw: Mapping[str, object]) -> Reading | None:
    key = text(raw.get("key"))
    if key is None:
        return None
    return Reading(key, _value_from_json(raw.get("value")), text(raw.get("unit")))


def _value_from_json(raw: object) -> Value | None:
    match raw:
        case {"latitude": int() | float() as latitude, "longitude": int() | float() as longitude}:
            return Position(latitude, longitude)
        case {"time": str() as time}:
            return _time_from_json(time)
        case bool() | int() | float() | str():
            return raw
        case _:
            return None


def _time_from_json(raw: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return time if time.tzinfo else None


def _texts(raw: object) -> list[str]:
    return [item for item in sequence(raw) if isinstance(item, str)]
