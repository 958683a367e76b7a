"""Payload version 4.0: VEHICLE_STATE and VEHICLE_ERROR, by signal code.

Sources: the webhook event pages, and real deliveries since September 2025 where those differ.
"""

from collections.abc import Iterator, Mapping
import re

from .jsonvalues import as_dict, as_id, as_list, as_name, as_year
from .model import Content, Kind, Problem, Report, Signal, VehicleInfo
from .payload import MAX_ERRORS, MAX_SIGNALS, Cache, Decoding
from .problems import parse_problem
from .signals import SIGNALS, code_of, code_of_name, parse_body
from .times import CLOCK_TOLERANCE, YEAR_2000, milliseconds

_SUCCESS = {"value": "SUCCESS"}
_MAX_LABEL = 80
_VEHICLES_TIME = "oemUpdatedAt"
_SMARTCARS_TIMES = ("retrievedAt", "fetchedAt")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_KINDS = {"VEHICLE_STATE": Kind.STATE, "VEHICLE_ERROR": Kind.ERROR}


def kind_of(payload: Mapping[str, object]) -> Kind:
    """Return what the delivery is for."""
    event = payload.get("eventType")
    return _KINDS.get(event.upper(), Kind.UNKNOWN) if isinstance(event, str) else Kind.UNKNOWN


def parse_reports(payload: Mapping[str, object], decoding: Decoding) -> Iterator[Report | None]:
    """Yield the report in a delivery: there is one vehicle in each."""
    data = as_dict(payload.get("data"))
    vehicle_id = as_id(as_dict(data.get("vehicle")).get("id")) or as_id(payload.get("vehicleId"))
    if vehicle_id is None:
        decoding.notes.append("data.vehicle: no ID")
        return
    id_ = as_id(payload.get("eventId"))
    if id_ and decoding.is_known(vehicle_id, id_):
        return
    delivered_at = _delivered_at(as_dict(payload.get("meta")), decoding.received_at)
    signals = parse_signals(vehicle_id, data.get("signals"), delivered_at, decoding)
    problems = parse_errors(data.get("errors"), decoding)
    yield Report(
        _parse_vehicle(vehicle_id, data, decoding),
        id_,
        delivered_at,
        signals,
        problems,
        errors_included=False,
        undated=delivered_at == decoding.received_at and decoding.is_undated(signals, problems),
        retrieved=frozenset(decoding.retrieved),
    )


def _delivered_at(meta: Mapping[str, object], received_at: int) -> int:
    """Return when Smartcar sent a delivery; nothing would be newer than a time ahead of us."""
    for name in ("sequence", "deliveredAt"):
        time = milliseconds(meta.get(name))
        if time is not None and time <= received_at + CLOCK_TOLERANCE:
            return time
    return received_at


def _parse_vehicle(vehicle_id: str, data: Mapping[str, object], decoding: Decoding) -> VehicleInfo:
    """Return the vehicle that a delivery is about: the same object while it is described alike."""
    raw = as_dict(data.get("vehicle"))
    make, model, year = raw.get("make"), raw.get("model"), as_year(raw.get("year"))
    vin, powertrain = raw.get("vin"), raw.get("powertrainType")
    user_id = as_dict(data.get("user")).get("id")
    cache = decoding.caches[vehicle_id]
    known = cache.vehicle
    if (
        known is not None
        and known.make == make
        and known.model == model
        and known.year == year
        and known.vin == vin
        and known.powertrain == powertrain
        and known.user_id == user_id
    ):
        return known
    cache.vehicle = VehicleInfo(
        vehicle_id,
        make=as_name(make),
        model=as_name(model),
        year=year,
        vin=as_id(vin),
        powertrain=as_name(powertrain),
        user_id=as_id(user_id),
    )
    return cache.vehicle


def parse_signals(
    vehicle_id: str, raw: object, delivered_at: int, decoding: Decoding
) -> tuple[Signal, ...]:
    """Return the signals of a list; each is read for itself, so none can cost its neighbours."""
    cache = decoding.cache_of(vehicle_id).signals
    known = cache.known
    signals = []
    for index, item in enumerate(decoding.first(as_list(raw), MAX_SIGNALS, "data.signals")):
        try:
            if not isinstance(item, dict):
                decoding.notes.append(f"data.signals[{index}]: no signal")
                continue
            # Most signals say what they said before: this is where a delivery spends its time.
            if (
                type(code := item.get("code")) is str
                and (cached := known.get(code)) is not None
                and cached.body == item.get("body")
                and cached.beside == item.get("status")
            ):
                content = cached.decoded
            elif (parsed := _parse_content(item, cache, decoding)) is not None:
                content = parsed
            else:
                decoding.notes.append(f"data.signals[{index}]: no signal")
                continue
            meta = item.get("meta")
            recorded_at = None
            if type(meta) is dict:
                recorded_at = meta.get("oemUpdatedAt")
                if type(recorded_at) is not int or not YEAR_2000 <= recorded_at <= delivered_at:
                    recorded_at = _recorded_at(meta, delivered_at, content.code, decoding)
            signals.append(Signal(content, recorded_at))
        except Exception as error:  # noqa: BLE001 - a bug here must not cost the other signals
            decoding.fault(f"data.signals[{index}]", error)
    return tuple(signals)


def _parse_content(
    raw: Mapping[str, object], cache: Cache[Content], decoding: Decoding
) -> Content | None:
    code, body, status = raw.get("code"), raw.get("body"), raw.get("status")
    label = None
    if not (isinstance(code, str) and code in SIGNALS):
        group, name = raw.get("group"), raw.get("name")
        code = code_of(code, group, name)
        if code is None:
            return None
        label = None if code in SIGNALS else _label(code, group, name)
    if (content := cache.find(code, body, status)) is not None:
        return content
    error = None if status is None or status == _SUCCESS else error_of(status)
    if error is None:
        content = Content(code, parse_body(code, body, decoding.notes), None, label)
    else:
        # A body beside an error is an old one.
        content = Content(code, (), parse_problem(error, signals=(code,)))
    if code in SIGNALS:
        # What the catalogue does not list has its label beside the body.
        cache.add(code, content, body, status)
    return content


def error_of(status: object) -> object:
    """Return the error in a signal's status, which is an object, a word, or missing."""
    if isinstance(status, dict):
        word = status.get("value", "ERROR" if status.get("error") else None)
    else:
        word, status = status, {}
    if word is None or str(word).upper() == "SUCCESS":
        return None
    return status.get("error") or {"type": "UNAVAILABLE"}


def _recorded_at(
    meta: Mapping[str, object], delivered_at: int, code: str, decoding: Decoding
) -> int | None:
    """Return when the vehicle recorded a signal, or else when Smartcar got it.

    A time after its delivery is none.
    """
    for name in (_VEHICLES_TIME, *_SMARTCARS_TIMES):
        time = milliseconds(meta.get(name))
        if time is not None and time <= delivered_at + CLOCK_TOLERANCE:
            if name != _VEHICLES_TIME:
                decoding.retrieved.add(code)
            return time
    return None


def _label(code: str, group: object, name: object) -> str:
    """Return words for what nobody listed: `FooBar`, `BazQux` as Foo bar baz qux."""
    if isinstance(group, str) and isinstance(name, str):
        words = _WORDS.findall(f"{group[:_MAX_LABEL]} {name[:_MAX_LABEL]}")
    else:
        words = []
    words = words or code.split("-")
    label = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return label[:1].upper() + label[1:_MAX_LABEL]


def parse_errors(raw: object, decoding: Decoding) -> tuple[Problem, ...]:
    """Return the problems of a list of errors, each with the signals that it names."""
    problems = []
    if isinstance(raw, dict) and raw:
        raw = [raw]
    for index, item in enumerate(decoding.first(as_list(raw), MAX_ERRORS, "data.errors")):
        place = f"data.errors[{index}]"
        if not isinstance(item, dict):
            decoding.notes.append(f"{place}: no error")
            continue
        signals = decoding.first(as_list(item.get("signals")), MAX_SIGNALS, f"{place}.signals")
        codes = dict.fromkeys(map(_error_signal, signals))
        problems.append(parse_problem(item, signals=tuple(filter(None, codes))))
    return tuple(problems)


def _error_signal(raw: object) -> str | None:
    if isinstance(raw, str):
        return code_of_name(raw)
    item = as_dict(raw)
    return code_of(item.get("code"), item.get("group"), item.get("name"))
