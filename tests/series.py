"""What a car says, as observations: single ones, and series from CSV files.

A row of a file is one delivery. Its first column is `time` in UTC, to the second; an empty cell
was not delivered.
"""

from collections.abc import Iterable, Iterator, Mapping
import csv
from dataclasses import replace
from datetime import UTC, datetime
from math import cos, hypot, radians
from pathlib import Path

from custom_components.smartcar_dynamic.smartcar.model import Position, Value
from custom_components.smartcar_dynamic.timeline import Observation, Sample

FIXTURES = Path(__file__).parent / "fixtures" / "series"
"""Made up, with the oddities of recordings: no number in them comes from a car."""
RECORDINGS = Path(__file__).parents[2] / "shared" / "series"
"""Recordings of real cars that are no part of the project; tests of them need them beside it."""

START = 1_790_000_000_000
MINUTE = 60_000

KEYS = {
    "plugged": "charge-ischargingcableconnected",
    "charging": "charge-ischarging",
    "status": "charge-detailedchargingstatus",
    "energy": "charge-energyadded",
    "power": "charge-wattage",
    "limit": "charge-chargelimits",
    "minutes": "charge-timetocomplete",
    "soc": "tractionbattery-stateofcharge",
    "capacity": "tractionbattery-nominalcapacity",
    "odometer": "odometer-traveleddistance",
    "home": "location-isathome",
    "position": "location-preciselocation",
    "speed": "motion-currentspeed",
    "gear": "transmission-gearstate",
}

type Row = dict[str, str]


def at(minute: float) -> int:
    """Return the time of a made-up minute, in milliseconds since 1970."""
    return round(START + minute * MINUTE)


def seen(minute: float, *, delivered: float | None = None, **values: Value | None) -> Observation:
    """Return what a car recorded at a minute, and delivered then or at another one."""
    return _recorded(minute, minute if delivered is None else delivered, values)


def placed(
    minute: float, zone: str | None, *, at_home: bool, **values: Value | None
) -> Observation:
    """Return what a car recorded at a minute and in a zone."""
    observation = _recorded(minute, minute, {"position": Position(0, 0), **values})
    return replace(observation, zone=zone, at_home=at_home)


def _recorded(minute: float, delivered: float, values: Mapping[str, Value | None]) -> Observation:
    return Observation(
        at(delivered),
        tuple(Sample(KEYS[name], value, at(minute)) for name, value in values.items()),
    )


_STATUSES = {"Charging": "charging", "Complete": "fully_charged"}
_GEARS = {"P": "park", "D": "drive", "R": "reverse", "N": "neutral"}
_RADIUS = 200
_METERS = 111_320


def time_of(text: str) -> int:
    """Return milliseconds since 1970."""
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def rows_of(path: Path) -> list[Row]:
    """Return the rows of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def observations_of(
    rows: Iterable[Row], home: Position | None = None, lag: int = 2000
) -> Iterator[Observation]:
    """Yield each row as a delivery that comes so many milliseconds later."""
    for row in rows:
        moment = time_of(row["time"])
        values = dict(_values_of(row))
        position = values.get("location-preciselocation")
        at_home = None
        if home is not None and isinstance(position, Position):
            at_home = is_near(position, home)
        yield Observation(
            moment + lag,
            tuple(Sample(key, value, moment) for key, value in values.items()),
            zone="home" if at_home else None,
            at_home=at_home,
        )


def _values_of(row: Row) -> Iterator[tuple[str, Value]]:
    for column, key in _NUMBERS.items():
        if row.get(column):
            yield key, float(row[column])
    for column, key in _FLAGS.items():
        if row.get(column):
            yield key, row[column] == "1"
    if row.get("power_kw"):
        yield "charge-wattage", 1000 * float(row["power_kw"])
    if row.get("status"):
        yield "charge-detailedchargingstatus", _STATUSES.get(row["status"], "not_charging")
    if row.get("shift"):
        yield "transmission-gearstate", _GEARS[row["shift"]]
    if row.get("lat") and row.get("lon"):
        yield "location-preciselocation", Position(float(row["lat"]), float(row["lon"]))


_NUMBERS = {
    "odometer_km": "odometer-traveleddistance",
    "soc_pct": "tractionbattery-stateofcharge",
    "energy_added_kwh": "charge-energyadded",
    "limit_pct": "charge-chargelimits",
}
_FLAGS = {
    "plugged": "charge-ischargingcableconnected",
    "charging": "charge-ischarging",
}


def is_near(position: Position, other: Position) -> bool:
    """Tell whether two positions are within 200 m."""
    north = (position.latitude - other.latitude) * _METERS
    east = (position.longitude - other.longitude) * _METERS * cos(radians(other.latitude))
    return hypot(north, east) <= _RADIUS
