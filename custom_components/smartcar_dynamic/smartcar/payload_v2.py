"""Payload version 2.0: dynamic, schedule and eventBased, by API path.

Sources: the "Dynamic webhooks" and "Scheduled webhooks" tutorials, and the API reference for the
bodies. Each path is translated into the bodies of the signals that it is, and read as those.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from .jsonvalues import as_dict, as_id, as_list, as_name, as_year
from .model import Content, Kind, Problem, Report, Signal, VehicleInfo
from .parsers import MAX_ITEMS
from .payload import MAX_ERRORS, MAX_SIGNALS, Decoding, VehicleCache
from .problems import concerns_vehicle, parse_problem
from .signals import SIGNALS
from .times import CLOCK_TOLERANCE, milliseconds

type Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a body, which `sc-unit-system` names and the body does not."""

    distance: str
    pressure: str
    volume: str


class _Headers(NamedTuple):
    """What an entry's headers say: two times, and the units of the body."""

    data_age: str | None
    fetched_at: str | None
    unit_system: str | None


type Translator = Callable[[Body, Units], Iterator[tuple[str, Body]]]
"""Yields the signals in a path's body, as the current platform would say them."""

_METRIC = Units("km", "kpa", "l")
_IMPERIAL = Units("mi", "psi", "gal")

_KINDS = {
    "dynamic": Kind.STATE,
    "schedule": Kind.STATE,
    "scheduled": Kind.STATE,
    "eventbased": Kind.STATE,
}
_OF_ERRORS = frozenset({"statusCode", "description", "message", "resolution", "code", "docURL"})
_OF_PROBLEMS = frozenset({"error", "errors", "body", "type"})
_HEADERS = ("sc-data-age", "sc-fetched-at", "sc-unit-system")
_OK = range(200, 300)


def kind_of(payload: Body) -> Kind:
    """Return what the delivery is for."""
    event = payload.get("eventName")
    return _KINDS.get(event.lower(), Kind.UNKNOWN) if isinstance(event, str) else Kind.UNKNOWN


def parse_reports(payload: Body, decoding: Decoding) -> Iterator[Report | None]:
    """Yield a report for each vehicle, or `None` where it says nothing; each is read for itself."""
    content = as_dict(payload.get("payload"))
    if "vehicles" not in content and "vehicleId" in content:
        raw_vehicles: list[object] = [content]
    else:
        raw_vehicles = as_list(content.get("vehicles"))
    for index, raw in enumerate(raw_vehicles):
        place = f"payload.vehicles[{index}]"
        try:
            report = _parse_report(as_dict(raw), place, decoding)
        except Exception as error:  # noqa: BLE001 - a bug here must not cost the other vehicles
            decoding.fault(place, error)
            report = None
        yield report


def _parse_report(raw: Body, place: str, decoding: Decoding) -> Report | None:
    vehicle_id = as_id(raw.get("vehicleId"))
    if vehicle_id is None:
        decoding.notes.append(f"{place}: no ID")
        return None
    id_ = as_id(raw.get("eventId")) or as_id(raw.get("requestId"))
    if id_ and decoding.is_known(vehicle_id, id_):
        return None
    cache = decoding.cache_of(vehicle_id)
    signals: list[Signal] = []
    failed: list[tuple[Body, object]] = []
    data = decoding.first(as_list(raw.get("data")), MAX_SIGNALS, place, ".data")
    for index, item in enumerate(data):
        try:
            entry = as_dict(item)
            headers = _headers_of(entry.get("headers"))
            if _repeat_entry(entry, headers, cache, signals, decoding):
                continue
            if (error := _error_of(entry)) is not None:
                failed.append((entry, error))
            note = _parse_entry(entry, headers, error, cache, signals, decoding)
        except Exception as bug:  # noqa: BLE001 - a bug here must not cost the other paths
            decoding.fault(f"{place}.data[{index}]", bug)
            continue
        if note is not None:
            decoding.notes.append(f"{place}.data[{index}]: {note}")
    problems = _problems_of_vehicle(raw, place, decoding)
    problems += _problems_of_paths(failed, signals)
    if "eventType" in raw:
        signals += _parse_event(raw, cache, decoding)
    return Report(
        _vehicle_of(vehicle_id, data),
        id_,
        decoding.received_at,
        tuple(signals),
        tuple(dict.fromkeys(problems)),
        undated=decoding.is_undated(signals, problems),
        retrieved=frozenset(decoding.retrieved),
    )


def _parse_entry(  # noqa: PLR0913, PLR0917 - what an entry is, and where it goes
    entry: Body,
    headers: _Headers,
    error: object,
    cache: VehicleCache,
    signals: list[Signal],
    decoding: Decoding,
) -> str | None:
    """Add the signals of a path; return why there are none."""
    path = entry.get("path")
    body = entry.get("body")
    if not isinstance(path, str) or (translation := _PATHS.get(path.rstrip("/"))) is None:
        return "unknown path"
    translate, codes = translation
    recorded_at = _recorded_at(headers, codes, decoding)
    code = entry.get("code")
    status = code if type(code) is int and code not in _OK else None
    if status is not None or error is not None:
        for signal in codes:
            problem = parse_problem(error or body, status=status, signals=(signal,))
            signals.append(Signal(Content(signal, (), problem), recorded_at))
        return None
    values = {"values": body} if isinstance(body, list) else body
    if not isinstance(values, dict):
        return "no body"
    unit_system = headers.unit_system
    contents = cache.paths.find(path, body, unit_system)
    if contents is None:
        units = _IMPERIAL if (unit_system or "").lower() == "imperial" else _METRIC
        contents = tuple(
            decoding.parse(cache.signals, signal, translated)
            for signal, translated in translate(values, units)
        )
        cache.paths.add(path, contents, body, unit_system)
    signals += [Signal(content, recorded_at) for content in contents]
    return None


def _repeat_entry(
    entry: Body,
    headers: _Headers,
    cache: VehicleCache,
    signals: list[Signal],
    decoding: Decoding,
) -> bool:
    """Add the signals of a path that says what it said before; tell whether it does."""
    path, code = entry.get("path"), entry.get("code")
    if type(path) is not str or (known := cache.paths.known.get(path)) is None:
        return False
    if known.body != entry.get("body") or not (code is None or (type(code) is int and code in _OK)):
        return False
    if "error" in entry or "type" in entry or known.beside != headers.unit_system:
        return False
    recorded_at = _recorded_at(headers, (content.code for content in known.decoded), decoding)
    signals += [Signal(content, recorded_at) for content in known.decoded]
    return True


def _problems_of_vehicle(raw: Body, place: str, decoding: Decoding) -> list[Problem]:
    """Return the errors that stand in the place of a vehicle's data, or beside it."""
    data = raw.get("data")
    if _OF_PROBLEMS.isdisjoint(raw) and not isinstance(data, dict):
        return []
    errors = decoding.first(as_list(raw.get("errors")), MAX_ERRORS, place, ".errors")
    owns = (raw.get("error"), raw.get("errors"), *errors, raw.get("body"), data, raw)
    return [parse_problem(own) for own in owns if _is_error(own)]


def _problems_of_paths(
    failed: Iterable[tuple[Body, object]], signals: Iterable[Signal]
) -> Iterator[Problem]:
    """Yield the errors of the vehicle itself that stand among its data.

    They are in an entry without a path, and, if they are the account's and no path was read, in
    the entry of a path without signals.
    """
    for entry, error in failed:
        path, problem = entry.get("path"), parse_problem(error)
        if not isinstance(path, str) or (
            not _codes_of(path)
            and concerns_vehicle(replace(problem, signals=(path,)))
            and not any(signal.content.readings for signal in signals)
        ):
            yield problem


def _codes_of(path: str) -> tuple[str, ...]:
    known = _PATHS.get(path.rstrip("/"))
    return known[1] if known else ()


def _error_of(entry: Body) -> object:
    """Return the error object of a path: its body, as a rule."""
    for own in (entry.get("body"), entry.get("error"), entry):
        if _is_error(own):
            return own
    return None


def _parse_event(raw: Body, cache: VehicleCache, decoding: Decoding) -> Iterator[Signal]:
    """Yield what a charging event says; `eventTime` is when the vehicle recorded it."""
    status = {
        "CHARGING_STARTED": "CHARGING",
        "CHARGING_STOPPED": "NOT_CHARGING",
        "CHARGING_COMPLETED": "FULLY_CHARGED",
    }.get(str(raw.get("eventType")))
    if status is None:
        decoding.notes.append("payload.eventType: unknown event")
        return
    recorded_at = _time(raw.get("eventTime"), decoding.received_at)
    for code, body in _charge({"state": status}, _METRIC):
        yield Signal(decoding.parse(cache.signals, code, body), recorded_at)


def _is_error(body: object) -> bool:
    """Tell an error object, of any version, from a body."""
    if not isinstance(body, dict):
        return False
    kind = body.get("type") or body.get("error")
    return isinstance(kind, str) and not _OF_ERRORS.isdisjoint(body)


def _headers_of(raw: object) -> _Headers:
    """Return an entry's headers, whatever the case of their names."""
    headers = dict.fromkeys(_HEADERS)
    for name, value in as_dict(raw).items():
        known = name if name in headers else name.lower()
        if known in headers and isinstance(value, str):
            headers[known] = value.strip()
    return _Headers(*headers.values())


def _recorded_at(headers: _Headers, codes: Iterable[str], decoding: Decoding) -> int | None:
    """Return when the vehicle recorded what a path says, or else when Smartcar got it."""
    recorded_at = _time(headers.data_age, decoding.received_at)
    if recorded_at is None:
        recorded_at = _time(headers.fetched_at, decoding.received_at)
        if recorded_at is not None:
            decoding.retrieved.update(codes)
    return recorded_at


def _time(raw: object, received_at: int) -> int | None:
    """Return a time; one after its delivery is none."""
    if raw is None:
        return None
    time = milliseconds(raw)
    return time if time is not None and time <= received_at + CLOCK_TOLERANCE else None


def _vehicle_of(vehicle_id: str, data: Sequence[object]) -> VehicleInfo:
    """Return the vehicle with what `/` says about it, where that was asked for."""
    for entry in data:
        if type(entry) is dict and entry.get("path") in ("/", ""):
            body = as_dict(entry.get("body"))
            if not _is_error(body):
                return parse_attributes(vehicle_id, body)
    return VehicleInfo(vehicle_id)


def parse_attributes(vehicle_id: str, body: Body) -> VehicleInfo:
    """Return a vehicle from `{make, model, year}`."""
    return VehicleInfo(
        vehicle_id,
        make=as_name(body.get("make")),
        model=as_name(body.get("model")),
        year=as_year(body.get("year")),
    )


def _percent(value: object) -> object:
    """Return 0..1 as 0..100, and what is no number as it is, for the vocabulary to judge."""
    return round(value * 100, 2) if type(value) is int or type(value) is float else value


def _battery(body: Body, units: Units) -> Iterator[tuple[str, Body]]:
    if "percentRemaining" in body:
        yield "tractionbattery-stateofcharge", {"value": _percent(body["percentRemaining"])}
    if "range" in body:
        yield "tractionbattery-range", {"value": body["range"], "unit": units.distance}


def _charge(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    if "isPluggedIn" in body:
        yield "charge-ischargingcableconnected", {"value": body["isPluggedIn"]}
    if "state" in body:
        yield "charge-detailedchargingstatus", {"value": body["state"]}
        yield "charge-ischarging", {"value": _IS_CHARGING.get(str(body["state"]).upper())}


def _charge_limit(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    if "limit" in body:
        yield "charge-chargelimits", {"activeLimit": _percent(body["limit"])}


def _capacity(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    yield "tractionbattery-nominalcapacity", body


def _location(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    yield "location-preciselocation", body


def _odometer(body: Body, units: Units) -> Iterator[tuple[str, Body]]:
    if "distance" in body:
        yield "odometer-traveleddistance", {"value": body["distance"], "unit": units.distance}


def _fuel(body: Body, units: Units) -> Iterator[tuple[str, Body]]:
    engine = "internalcombustionengine"
    if "percentRemaining" in body:
        yield f"{engine}-fuellevel", {"value": _percent(body["percentRemaining"])}
    if "amountRemaining" in body:
        yield f"{engine}-amountremaining", {"value": body["amountRemaining"], "unit": units.volume}
    if "range" in body:
        yield f"{engine}-range", {"value": body["range"], "unit": units.distance}


def _oil(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    if "lifeRemaining" in body:
        yield "internalcombustionengine-oillife", {"value": _percent(body["lifeRemaining"])}


def _tires(body: Body, units: Units) -> Iterator[tuple[str, Body]]:
    values = [
        {**_PLACES[place], "tirePressure": pressure}
        for place, pressure in body.items()
        if place in _PLACES
    ]
    yield "wheel-tires", {"values": values, "unit": units.pressure}


def _security(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    if "isLocked" in body:
        yield "closure-islocked", {"value": body["isLocked"]}
    for name, code in (("doors", "closure-doors"), ("windows", "closure-windows")):
        values = [
            {**_PLACES[place], **facts}
            for place, facts in _openings(body.get(name))
            if place in _PLACES
        ]
        if values:
            yield code, {"values": values}
    for _place, facts in _openings(body.get("sunroof")):
        yield "closure-sunroof", facts
    for place, facts in _openings(body.get("storage")):
        if place in _STORAGE:
            yield _STORAGE[place], facts
    for _place, facts in _openings(body.get("chargingPort")):
        yield "charge-ischargingportflapopen", {"value": facts["isOpen"]}


def _openings(raw: object) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield type and facts of `[{type, status}]`; a locked one is closed, too."""
    for item in map(as_dict, as_list(raw)[:MAX_ITEMS]):
        status = item.get("status")
        facts: dict[str, object] = {"isOpen": {"OPEN": True, "CLOSED": False}.get(str(status))}
        if status == "LOCKED":
            facts = {"isOpen": False, "isLocked": True}
        yield str(item.get("type")), facts


def _system_status(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    for system in map(as_dict, as_list(body.get("systems"))[:MAX_ITEMS]):
        name = str(system.get("systemId")).removeprefix("SYSTEM_").replace("_", "").lower()
        code = f"diagnostics-{_SYSTEMS.get(name, name)}"
        if code in SIGNALS:
            yield code, {"status": system.get("status")}


def _trouble_codes(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    codes = body.get("activeCodes")
    yield "diagnostics-dtclist", {"values": codes}
    if isinstance(codes, list):
        yield "diagnostics-dtccount", {"value": len(codes)}


def _service_history(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    yield "service-records", body


def _vin(body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    if "vin" in body:
        yield "vehicleidentification-vin", {"value": body["vin"]}


def _identity(_body: Body, _: Units) -> Iterator[tuple[str, Body]]:
    """Yield nothing: make, model and year are the vehicle's, not a signal."""
    yield from ()


_PLACES: Mapping[str, Mapping[str, int]] = {
    "frontLeft": {"row": 0, "column": 0},
    "frontRight": {"row": 0, "column": 1},
    "backLeft": {"row": 1, "column": 0},
    "backRight": {"row": 1, "column": 1},
}
_IS_CHARGING = {"CHARGING": True, "FULLY_CHARGED": False, "NOT_CHARGING": False}
_STORAGE = {"front": "closure-fronttrunk", "rear": "closure-reartrunk"}
_SYSTEMS = {"engine": "mil", "tpms": "tirepressuremonitoring"}
_PATHS: Mapping[str, tuple[Translator, tuple[str, ...]]] = {
    "": (_identity, ()),
    "/battery": (_battery, ("tractionbattery-stateofcharge", "tractionbattery-range")),
    "/battery/capacity": (_capacity, ("tractionbattery-nominalcapacity",)),
    "/battery/nominal_capacity": (_capacity, ("tractionbattery-nominalcapacity",)),
    "/charge": (
        _charge,
        (
            "charge-ischargingcableconnected",
            "charge-detailedchargingstatus",
            "charge-ischarging",
        ),
    ),
    "/charge/limit": (_charge_limit, ("charge-chargelimits",)),
    "/diagnostics/dtcs": (_trouble_codes, ("diagnostics-dtclist", "diagnostics-dtccount")),
    "/diagnostics/system_status": (_system_status, ()),
    "/engine/oil": (_oil, ("internalcombustionengine-oillife",)),
    "/fuel": (
        _fuel,
        (
            "internalcombustionengine-fuellevel",
            "internalcombustionengine-amountremaining",
            "internalcombustionengine-range",
        ),
    ),
    "/location": (_location, ("location-preciselocation",)),
    "/odometer": (_odometer, ("odometer-traveleddistance",)),
    "/security": (
        _security,
        (
            "closure-islocked",
            "closure-doors",
            "closure-windows",
            "closure-sunroof",
            "closure-fronttrunk",
            "closure-reartrunk",
            "charge-ischargingportflapopen",
        ),
    ),
    "/service/history": (_service_history, ("service-records",)),
    "/tires/pressure": (_tires, ("wheel-tires",)),
    "/vin": (_vin, ("vehicleidentification-vin",)),
}
