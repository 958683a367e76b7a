"""Every spelling of a unit that Smartcar uses, and the way to its canonical unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """The canonical units, as Home Assistant writes them, too."""

    AMPERE = "A"
    CELSIUS = "°C"
    COUNT = "count"
    DEGREE = "°"
    KILOMETER = "km"
    KILOMETER_PER_HOUR = "km/h"
    KILOPASCAL = "kPa"
    KILOWATT_HOUR = "kWh"
    LITER = "L"
    MINUTE = "min"
    PERCENT = "%"
    VOLT = "V"
    WATT = "W"


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit's way to its canonical one: value * factor + offset."""

    unit: Unit
    factor: float = 1.0
    offset: float = 0.0

    def convert(self, value: float) -> float:
        """Return a value of this scale in the canonical unit; what is canonical stays untouched."""
        if self.factor == 1.0 and not self.offset:
            return value
        return round(value * self.factor + self.offset, 4)


_MILE = 1.609344
_SPELLINGS: Mapping[Scale, str] = {
    Scale(Unit.AMPERE): "a amp amps ampere amperes",
    Scale(Unit.AMPERE, 0.001): "ma milliampere milliamperes milliamps",
    Scale(Unit.CELSIUS): "c °c celsius degc degcelsius degreescelsius",
    Scale(Unit.CELSIUS, 5 / 9, -160 / 9): "f °f fahrenheit degf degfahrenheit degreesfahrenheit",
    Scale(Unit.CELSIUS, 1, -273.15): "k kelvin kelvins",
    Scale(Unit.COUNT): "count counts number phase phases",
    Scale(Unit.DEGREE): "° deg degree degrees",
    Scale(Unit.KILOMETER): "km kilometer kilometers kilometre kilometres kms",
    Scale(Unit.KILOMETER, 0.001): "m meter meters metre metres",
    Scale(Unit.KILOMETER, _MILE): "mi mile miles",
    Scale(Unit.KILOMETER_PER_HOUR): (
        "km/h kph kmh kmph kilometersperhour kilometresperhour kilometers/hour km/hr"
    ),
    Scale(
        Unit.KILOMETER_PER_HOUR, _MILE
    ): "mph mi/h mi/hr milesperhour miles/hour miles/h mileperhour",
    Scale(Unit.KILOMETER_PER_HOUR, 3.6): "m/s mps meterspersecond metrespersecond",
    Scale(Unit.KILOPASCAL): "kpa kilopascal kilopascals",
    Scale(Unit.KILOPASCAL, 0.001): "pa pascal pascals",
    Scale(Unit.KILOPASCAL, 0.1): "hpa hectopascal hectopascals mbar millibar millibars",
    Scale(Unit.KILOPASCAL, 100): "bar bars",
    Scale(Unit.KILOPASCAL, 6.894757): "psi poundspersquareinch",
    Scale(Unit.KILOWATT_HOUR): "kwh kwhr kwhrs kilowatthour kilowatthours",
    Scale(Unit.KILOWATT_HOUR, 0.001): "wh whr watthour watthours",
    Scale(Unit.KILOWATT_HOUR, 1000): "mwh megawatthour megawatthours",
    Scale(Unit.LITER): "l liter liters litre litres",
    Scale(Unit.LITER, 0.001): "ml milliliter milliliters millilitre millilitres",
    Scale(Unit.LITER, 3.785411784): "gal gallon gallons usgallon usgallons gallons(us) gal(us)",
    Scale(Unit.LITER, 4.54609): "imperialgallon imperialgallons ukgallon ukgallons gallons(uk)",
    Scale(Unit.MINUTE): "min mins minute minutes",
    Scale(Unit.MINUTE, 1 / 60): "s sec secs second seconds",
    Scale(Unit.MINUTE, 60): "h hr hrs hour hours",
    Scale(Unit.MINUTE, 1440): "d day days",
    Scale(Unit.PERCENT): "% percent percentage pct",
    Scale(Unit.VOLT): "v volt volts",
    Scale(Unit.VOLT, 0.001): "mv millivolt millivolts",
    Scale(Unit.VOLT, 1000): "kv kilovolt kilovolts",
    Scale(Unit.WATT): "w watt watts",
    Scale(Unit.WATT, 1000): "kw kilowatt kilowatts",
}
_SCALES: Mapping[str, Scale] = {
    spelling: scale for scale, spellings in _SPELLINGS.items() for spelling in spellings.split()
}


_UNITS: Mapping[object, Unit] = {unit.value: unit for unit in Unit}


def as_unit(value: object) -> Unit | None:
    """Return a canonical unit, as the store has it."""
    return _UNITS.get(value) if isinstance(value, str) else None


def scale_of(spelling: object) -> Scale | None:
    """Return the scale of a unit in any spelling; `None` for a unit that we do not know."""
    if not isinstance(spelling, str):
        return None
    if (scale := _SCALES.get(spelling)) is not None:
        return scale
    return _SCALES.get(spelling.lower().replace(" ", "").replace("_", "").replace("-", ""))
