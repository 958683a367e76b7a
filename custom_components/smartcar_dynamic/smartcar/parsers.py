"""Parsers of signal bodies: each turns a body into readings in canonical units.

Source: the bodies in the signal catalogue of the API reference and in real deliveries.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from operator import itemgetter

from .jsonvalues import clean_text
from .model import Position, Reading
from .times import milliseconds
from .units import Scale, Unit, scale_of

type Body = Mapping[str, object]
type Notes = list[str]
type Parser = Callable[[str, Body, Notes], tuple[Reading, ...]]
"""Turns a signal's body into its readings; what cannot be read is noted without its content."""

MAX_ITEMS = 100
"""More items of a list are not read: there are as many positions."""

_MAX_RECORDS = 500
_MAX_TEXT = 255
_MAX_NUMBER = 1e12
_NO_TEXT = {"", "invalid", "n/a", "none", "null", "undefined", "unknown"}
_ROWS = ("front", "back", *(f"row{number}" for number in range(3, 11)))
_COLUMNS = ("left", "right", *(f"column{number}" for number in range(3, 11)))
_POSITIONS: Mapping[tuple[int, int], str] = {
    (row, column): f"{_ROWS[row]}_{_COLUMNS[column]}" for row in range(10) for column in range(10)
}


def position_name(row: object, column: object) -> str | None:
    """Return `front_left` for row 0, column 0; rows and columns after the second are counted."""
    # To Python, `false` is 0.
    if type(row) is int and type(column) is int:
        return _POSITIONS.get((row, column))
    return None


def _finite(value: object) -> float | None:
    """Return a number that is one; booleans and the likes of NaN are not.

    What no float can hold is cut to what no vehicle can mean.
    """
    if type(value) is int or (type(value) is float and isfinite(value)):
        return max(-_MAX_NUMBER, min(value, _MAX_NUMBER))
    return None


def _is_no_unit(unit: object) -> bool:
    """Tell whether a unit says nothing, with which a value is in the canonical one."""
    return unit is None or (isinstance(unit, str) and unit.strip().lower() in _NO_TEXT)


def _whole(value: float) -> float:
    return int(value) if value.is_integer() else value


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A canonical unit, and between which values a vehicle can mean what it says."""

    unit: Unit
    low: float
    high: float

    def read(self, key: str, value: object, unit: object, notes: Notes) -> tuple[Reading, ...]:
        """Return a reading; unknown where the value or its unit cannot be right."""
        if type(value) is int and unit == self.unit and self.low <= value <= self.high:
            return (Reading(key, value, self.unit),)
        if value is None:
            return (Reading(key, None, self.unit),)
        number = _finite(value)
        if number is None:
            notes.append(f"{key}: not a number")
            return ()
        scale = scale_of(unit) or (_CANONICAL[self.unit] if _is_no_unit(unit) else None)
        if scale is None or scale.unit != self.unit:
            notes.append(f"{key}: unknown unit")
            return (Reading(key, None, self.unit),)
        low = self.low
        if scale is _BAR and number > _MAX_BAR:
            # Some makes say bar and mean kPa.
            scale, low = _KILOPASCAL, _MIN_MISLABELED_KILOPASCAL
        number = scale.convert(number)
        if not low <= number <= self.high:
            notes.append(f"{key}: implausible value")
            return (Reading(key, None, self.unit),)
        return (Reading(key, _whole(number), self.unit),)


_CANONICAL: Mapping[Unit, Scale] = {unit: Scale(unit) for unit in Unit}
_BAR = scale_of("bar")
_KILOPASCAL = _CANONICAL[Unit.KILOPASCAL]
_MAX_BAR = 12
_MIN_MISLABELED_KILOPASCAL = 100
_DISTANCE = _Quantity(Unit.KILOMETER, 0, 3000)
_ENERGY = _Quantity(Unit.KILOWATT_HOUR, 0, 1000)
_HEADING = _Quantity(Unit.DEGREE, 0, 360)
_LIMIT = _Quantity(Unit.PERCENT, 0, 100)
_NOMINAL_CAPACITY = _Quantity(Unit.KILOWATT_HOUR, 0.1, 1000)
_PRESSURE = _Quantity(Unit.KILOPASCAL, 0, 650)


def number(unit: Unit, low: float, high: float) -> Parser:
    """Read `{value, unit}`; early documentation has `{percentage}`."""
    quantity = _Quantity(unit, low, high)

    def parse(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
        if "value" not in body and "percentage" not in body:
            notes.append(f"{code}: no value")
            return ()
        value = body.get("value", body.get("percentage"))
        return quantity.read(code, value, body.get("unit"), notes)

    return parse


def _fact(key: str, body: Body, name: str, notes: Notes) -> tuple[Reading, ...]:
    """Read one boolean or null; what is absent is no reading."""
    if name not in body:
        return ()
    value = body[name]
    if value is not None and not isinstance(value, bool):
        notes.append(f"{key}: not a boolean")
        return ()
    return (Reading(key, value),)


def parse_flag(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{value: boolean}`."""
    readings = _fact(code, body, "value", notes)
    if not readings and "value" not in body:
        notes.append(f"{code}: no value")
    return readings


def _short_text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    text = clean_text(value, _MAX_TEXT)
    return None if text.lower() in _NO_TEXT else text


def text_at(name: str) -> Parser:
    """Read a text at `name`; a placeholder such as `invalid` is unknown."""

    def parse(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
        value = body.get(name)
        if name not in body or not (value is None or isinstance(value, str)):
            notes.append(f"{code}: not a text")
            return ()
        return (Reading(code, _short_text(value)),)

    return parse


def choice_at(name: str, *options: str) -> Parser:
    """Read one of some words, in lower case."""

    def parse(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
        value = body.get(name)
        if name not in body or not (value is None or isinstance(value, str)):
            notes.append(f"{code}: not a text")
            return ()
        word = value.strip().lower().replace(" ", "_").replace("-", "_") if value else None
        if word and word not in options:
            if word not in _NO_TEXT:
                notes.append(f"{code}: unknown option")
            word = None
        return (Reading(code, word or None),)

    return parse


def parse_alert(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{status: OK or ALERT, description}`: true is an alert."""
    match body.get("status", body.get("value")):
        case "ALERT" | "alert":
            return (Reading(code, value=True),)
        case "OK" | "ok":
            return (Reading(code, value=False),)
        case None | "UNKNOWN":
            return (Reading(code, None),)
        case _:
            notes.append(f"{code}: unknown status")
            return (Reading(code, None),)


def parse_openable(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{isOpen, isLocked}`, each of which may be null or missing."""
    if "isOpen" not in body and "isLocked" not in body:
        notes.append(f"{code}: neither open nor locked")
        return ()
    readings = _fact(f"{code}.is_open", body, "isOpen", notes)
    if "isLocked" in body:
        readings += _fact(f"{code}.is_locked", body, "isLocked", notes)
    return readings


def _flat(body: Body) -> Body:
    """Return a body whose `values` is an object with that object's content beside the rest."""
    values = body.get("values")
    return {**body, "values": None, **values} if isinstance(values, dict) else body


def _list_in(body: Body) -> list[object] | None:
    """Return the list of a body: `values`, or another name that the documentation uses."""
    values = body.get("values")
    if isinstance(values, list):
        return values
    return next((value for value in body.values() if isinstance(value, list)), None)


def _items(code: str, body: Body, notes: Notes, limit: int = MAX_ITEMS) -> Iterable[Body]:
    """Yield the objects in the list of a body."""
    values = _list_in(body)
    if values is None:
        notes.append(f"{code}: no list")
        return
    if len(values) > limit:
        notes.append(f"{code}: more than {limit} items")
    for index, item in enumerate(values[:limit]):
        if isinstance(item, dict):
            yield item
        else:
            notes.append(f"{code}[{index}]: not an object")


def parse_openables(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{values: [{row, column, isOpen, isLocked}]}`."""
    readings: dict[str, Reading] = {}
    for item in _items(code, _flat(body), notes):
        position = position_name(item.get("row"), item.get("column"))
        if position is None:
            notes.append(f"{code}: no position")
            continue
        for reading in parse_openable(f"{code}.{position}", item, notes):
            readings[reading.key] = reading
    return tuple(readings.values())


def parse_tires(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{values: [{row, column, tirePressure}], unit}`."""
    body = _flat(body)
    readings: dict[str, Reading] = {}
    for item in _items(code, body, notes):
        position = position_name(item.get("row"), item.get("column"))
        if position is None or "tirePressure" not in item:
            notes.append(f"{code}: no position or no pressure")
            continue
        unit = item.get("unit", body.get("unit"))
        for reading in _PRESSURE.read(f"{code}.{position}", item["tirePressure"], unit, notes):
            readings[reading.key] = reading
    return tuple(readings.values())


def parse_charge_limits(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{activeLimit, values: [{type, limit, condition}], unit}`.

    The limit in force comes first: without `activeLimit` that is the one for everywhere, or the
    only one. Its parts are the one for everywhere, and those for AC and DC.
    """
    body = _flat(body)
    unit = body.get("unit")
    items = () if _list_in(body) is None else _items(code, body, notes)
    limits = [(_limit_part(item), item.get("limit")) for item in items]
    parts = {part: limit for part, limit in limits if part is not None}
    active = body.get("activeLimit")
    if active is None:
        active = parts.get("global", limits[0][1] if len(limits) == 1 else None)
    readings = list(_LIMIT.read(code, active, unit, notes))
    for part, limit in parts.items():
        readings += _LIMIT.read(f"{code}.{part}", limit, unit, notes)
    return tuple(readings)


def _limit_part(item: Body) -> str | None:
    """Return which limit it is; that for a place is the place's, and nobody else's business."""
    kind, condition = str(item.get("type")).upper(), item.get("condition")
    if kind == "GLOBAL":
        return "global"
    if isinstance(condition, dict):
        condition = condition.get("chargingType")
    if kind == "CHARGING_TYPE" and isinstance(condition, str) and condition.upper() in _CURRENTS:
        return condition.lower()
    return None


_CURRENTS = ("AC", "DC")


def parse_range(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{value, unit, additionalValues: [{type, value}]}`."""
    readings = list(number(Unit.KILOMETER, 0, 3000)(code, body, notes))
    others = body.get("additionalValues")
    if isinstance(others, dict):
        others = _list_in(others)
    for item in others[:MAX_ITEMS] if isinstance(others, list) else ():
        if isinstance(item, dict) and item.get("type") in _RANGE_TYPES and "value" in item:
            key = f"{code}.{str(item['type']).lower()}"
            unit = item.get("unit", body.get("unit"))
            readings += _DISTANCE.read(key, item["value"], unit, notes)
    return tuple(readings)


_RANGE_TYPES = ("ESTIMATED", "IDEAL_CONDITIONS", "RATED")


def parse_capacity(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{capacity, unit}`; v2.0 has `capacity: {nominal}` or null."""
    if "capacity" not in body:
        notes.append(f"{code}: no capacity")
        return ()
    capacity = body["capacity"]
    if isinstance(capacity, dict):
        capacity = capacity.get("nominal")
    return _NOMINAL_CAPACITY.read(code, capacity, body.get("unit"), notes)


def as_position(latitude: object, longitude: object) -> Position | None:
    """Return a position on Earth."""
    latitude, longitude = _finite(latitude), _finite(longitude)
    if latitude is None or longitude is None:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
        return None
    return Position(latitude, longitude)


def as_value(value: object) -> bool | float | str | None:
    """Return a boolean, a number or a text of a reading, as the store has it."""
    if isinstance(value, bool):
        return value
    return clean_text(value, _MAX_TEXT) or None if isinstance(value, str) else _finite(value)


def parse_position(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{latitude, longitude, heading}`; 0, 0 is where the lost go."""
    if "latitude" not in body or "longitude" not in body:
        notes.append(f"{code}: no position")
        return ()
    latitude, longitude = _finite(body["latitude"]), _finite(body["longitude"])
    position = None
    if latitude is not None and longitude is not None and (latitude or longitude):
        position = as_position(latitude, longitude)
        if position is None:
            notes.append(f"{code}: implausible value")
    readings = [Reading(code, position)]
    if "heading" in body:
        readings += _HEADING.read(f"{code}.heading", body["heading"], None, notes)
    return tuple(readings)


def _time(value: object) -> datetime | None:
    time = milliseconds(value)
    return None if time is None else datetime.fromtimestamp(time / 1000, UTC)


def parse_charge_records(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{values: [{startTime, endTime, energyAdded}]}`: the latest session."""
    body = _flat(body)
    records = [
        (end, item)
        for item in _items(code, body, notes, _MAX_RECORDS)
        if (end := milliseconds(item.get("endTime")))
    ]
    if not records:
        return ()
    end, latest = max(records, key=itemgetter(0))
    readings = [Reading(f"{code}.ended", _time(end))]
    if start := _time(latest.get("startTime")):
        readings.append(Reading(f"{code}.started", start))
    energy = latest.get("energyAdded")
    unit = latest.get("unit", body.get("unit"))
    if isinstance(energy, dict):
        unit = energy.get("unit", unit)
        energy = energy.get("value")
    readings += _ENERGY.read(f"{code}.energy_added", energy, unit, notes)
    return tuple(readings)


def parse_count(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{values: [...]}` as how many there are."""
    values = _list_in(_flat(body))
    if values is None:
        notes.append(f"{code}: no list")
        return ()
    return (Reading(code, len(values), Unit.COUNT),)


def parse_list(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read `{values: [text or {code}]}` as one text, unknown where there are none."""
    values = _list_in(_flat(body))
    if values is None:
        notes.append(f"{code}: no list")
        return ()
    items = values[:MAX_ITEMS]
    words = (item.get("code") if isinstance(item, dict) else item for item in items)
    text = ", ".join(word for word in words if isinstance(word, str))
    return (Reading(code, clean_text(text, _MAX_TEXT) or None),)


def parse_unlisted(code: str, body: Body, notes: Notes) -> tuple[Reading, ...]:
    """Read what nobody listed: a number with a unit, a boolean or a short text."""
    value, unit = body.get("value"), body.get("unit")
    if isinstance(value, bool):
        return (Reading(code, value),)
    scale = scale_of(unit)
    number = _finite(value)
    if number is not None and scale is not None and abs(number) < _MAX_NUMBER:
        return (Reading(code, _whole(scale.convert(number)), scale.unit),)
    if isinstance(value, str) and len(value) <= _MAX_TEXT and (short := _short_text(value)):
        # A placeholder would not tell what kind of value there will be.
        return (Reading(code, short),)
    notes.append(f"{code}: unlisted, and of no known form")
    return ()
