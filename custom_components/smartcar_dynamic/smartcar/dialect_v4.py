"""Payload version 4.0: VEHICLE_STATE and VEHICLE_ERROR, by signal code.

Sources: the webhook event pages, and real deliveries since September 2025 where those differ.
"""

from collections.abc import Mapping
import re

from .decoding import Bodies, Decoding, mapping, sequence, text, year
from .model import Kind, Problem, Report, Signal, Vehicle
from .problems import parse_problem
from .signals import VOCABULARY, code_of, code_of_name
from .times import milliseconds

_DAY = 86_400_000
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_KINDS = {"VEHICLE_STATE": Kind.STATE, "VEHICLE_ERROR": Kind.ERROR}


def kind_of(payload: Mapping[str, object]) -> Kind:
    """Return what the delivery is for."""
    event = payload.get("eventType")
    return _KINDS.get(event.upper(), Kind.UNKNOWN) if isinstance(event, str) else Kind.UNKNOWN


def parse_reports(payload: Mapping[str, object], decoding: Decoding) -> tuple[Report, ...]:
    """Return the report in a delivery: there is one vehicle in each."""
    data = mapping(payload.get("data"))
    meta = mapping(payload.get("meta"))
    vehicle = parse_vehicle(data, payload.get("vehicleId"))
    if vehicle is None:
        decoding.notes.append("data.vehicle: no ID")
        return ()
    id_ = text(payload.get("eventId"))
    delivered_at = (
        milliseconds(meta.get("sequence"))
        or milliseconds(meta.get("deliveredAt"))
        or decoding.received_at
    )
    if id_ and decoding.is_known(id_):
        return (Report(vehicle, id_, delivered_at, repeated=True),)
    return (
        Report(
            vehicle,
            id_,
            delivered_at,
            parse_signals(vehicle.id, data.get("signals"), delivered_at, decoding),
            _parse_errors(data.get("errors"), decoding),
        ),
    )


def parse_vehicle(data: Mapping[str, object], vehicle_id: object = None) -> Vehicle | None:
    """Return the vehicle of a delivery's `data`; its ID stands there, or at the top level."""
    raw = mapping(data.get("vehicle"))
    id_ = text(raw.get("id")) or text(vehicle_id)
    if id_ is None:
        return None
    return Vehicle(
        id_,
        make=text(raw.get("make")),
        model=text(raw.get("model")),
        year=year(raw.get("year")),
        vin=text(raw.get("vin")),
        powertrain=text(raw.get("powertrainType")),
        user_id=text(mapping(data.get("user")).get("id")),
    )


def parse_signals(
    vehicle_id: str, raw: object, delivered_at: int, decoding: Decoding
) -> tuple[Signal, ...]:
    """Return the signals of a list; each is read for itself, so none can cost its neighbours."""
    bodies = decoding.bodies.setdefault(vehicle_id, {})
    latest = delivered_at + _DAY
    signals = []
    for index, item in enumerate(sequence(raw)):
        try:
            signal = _parse_signal(item, bodies, latest, decoding)
        except Exception as error:  # noqa: BLE001 - a bug here must not cost the other signals
            decoding.fault(f"data.signals[{index}]", error)
            continue
        if signal is None:
            decoding.notes.append(f"data.signals[{index}]: no signal")
        else:
            signals.append(signal)
    return tuple(signals)


def _parse_signal(raw: object, bodies: Bodies, latest: int, decoding: Decoding) -> Signal | None:
    if not isinstance(raw, Mapping):
        return None
    code = raw.get("code")
    if not (isinstance(code, str) and code in VOCABULARY):
        code = code_of(code, raw.get("group"), raw.get("name"))
    if code is None:
        return None
    recorded_at = _recorded_at(raw.get("meta"), latest)
    status = raw.get("status")
    if isinstance(status, Mapping):
        value = status.get("value", "ERROR" if status.get("error") else None)
    else:
        value, status = status, {}
    if value is not None and value != "SUCCESS" and str(value).upper() != "SUCCESS":
        # A body beside an error is an old one.
        error = mapping(status).get("error") or {"type": "UNAVAILABLE"}
        return Signal(code, (), recorded_at, parse_problem(error, signals=(code,)))
    return Signal(
        code,
        decoding.read(bodies, code, raw.get("body")),
        recorded_at,
        None,
        None if code in VOCABULARY else _label(code, raw.get("group"), raw.get("name")),
    )


def _recorded_at(meta: object, latest: int) -> int | None:
    """Return when the vehicle recorded a signal; a time after its delivery is none."""
    if not isinstance(meta, Mapping):
        return None
    for name in ("oemUpdatedAt", "retrievedAt", "fetchedAt"):
        time = milliseconds(meta.get(name))
        if time is not None and time <= latest:
            return time
    return None


def _label(code: str, group: object, name: object) -> str:
    """Return words for what nobody listed: `FooBar`, `BazQux` as Foo bar baz qux."""
    if isinstance(group, str) and isinstance(name, str):
        words = _WORDS.findall(f"{group} {name}")
    else:
        words = []
    words = words or code.split("-")
    label = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return label[:1].upper() + label[1:80]


def _parse_errors(raw: object, decoding: Decoding) -> tuple[Problem, ...]:
    problems = []
    for index, item in enumerate(sequence(raw)):
        if not isinstance(item, Mapping):
            decoding.notes.append(f"data.errors[{index}]: no error")
            continue
        codes = (_error_signal(signal) for signal in sequence(item.get("signals")))
        problems.append(parse_problem(item, signals=tuple(code for code in codes if code)))
    return tuple(problems)


def _error_signal(raw: object) -> str | None:
    if isinstance(raw, str):
        return code_of_name(raw)
    item = mapping(raw)
    return code_of(item.get("code"), item.get("group"), item.get("name"))
