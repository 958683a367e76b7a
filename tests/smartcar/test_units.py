"""The spellings of units, and the canonical ones."""

import pytest

from custom_components.smartcar_dynamic.smartcar.units import Scale, Unit, scale_of


@pytest.mark.parametrize(
    ("spelling", "value", "expected", "unit"),
    [
        ("A", 7, 7, Unit.AMPERE),
        ("amp", 7, 7, Unit.AMPERE),
        ("amps", 7, 7, Unit.AMPERE),
        ("ampere", 7, 7, Unit.AMPERE),
        ("Amperes", 7, 7, Unit.AMPERE),
        ("mA", 7000, 7, Unit.AMPERE),
        ("celsius", 21.5, 21.5, Unit.CELSIUS),
        ("°C", 21.5, 21.5, Unit.CELSIUS),
        ("C", 21.5, 21.5, Unit.CELSIUS),
        ("degrees_celsius", 21.5, 21.5, Unit.CELSIUS),
        ("fahrenheit", 212, 100, Unit.CELSIUS),
        ("fahrenheit", -40, -40, Unit.CELSIUS),
        ("°F", 32, 0, Unit.CELSIUS),
        ("F", 70, 21.1111, Unit.CELSIUS),
        ("degrees Fahrenheit", 50, 10, Unit.CELSIUS),
        ("K", 273.15, 0, Unit.CELSIUS),
        ("kelvin", 300, 26.85, Unit.CELSIUS),
        ("count", 3, 3, Unit.COUNT),
        ("phases", 3, 3, Unit.COUNT),
        ("degrees", 94, 94, Unit.DEGREE),
        ("°", 94, 94, Unit.DEGREE),
        ("km", 168, 168, Unit.KILOMETER),
        ("kilometers", 168, 168, Unit.KILOMETER),
        ("Kilometres", 168, 168, Unit.KILOMETER),
        ("m", 1500, 1.5, Unit.KILOMETER),
        ("mi", 100, 160.9344, Unit.KILOMETER),
        ("mile", 1, 1.6093, Unit.KILOMETER),
        ("miles", 100, 160.9344, Unit.KILOMETER),
        ("MILES", 100, 160.9344, Unit.KILOMETER),
        ("km/h", 50, 50, Unit.KILOMETER_PER_HOUR),
        ("kph", 50, 50, Unit.KILOMETER_PER_HOUR),
        ("kmh", 50, 50, Unit.KILOMETER_PER_HOUR),
        ("kilometers_per_hour", 50, 50, Unit.KILOMETER_PER_HOUR),
        ("mph", 100, 160.9344, Unit.KILOMETER_PER_HOUR),
        ("mi/h", 100, 160.9344, Unit.KILOMETER_PER_HOUR),
        ("miles_per_hour", 100, 160.9344, Unit.KILOMETER_PER_HOUR),
        ("miles per hour", 100, 160.9344, Unit.KILOMETER_PER_HOUR),
        ("m/s", 10, 36, Unit.KILOMETER_PER_HOUR),
        ("kPa", 258, 258, Unit.KILOPASCAL),
        ("kilopascals", 258, 258, Unit.KILOPASCAL),
        ("Pa", 258000, 258, Unit.KILOPASCAL),
        ("hPa", 2580, 258, Unit.KILOPASCAL),
        ("mbar", 2580, 258, Unit.KILOPASCAL),
        ("bar", 2.5, 250, Unit.KILOPASCAL),
        ("psi", 36, 248.2113, Unit.KILOPASCAL),
        ("pounds_per_square_inch", 36, 248.2113, Unit.KILOPASCAL),
        ("kWh", 82, 82, Unit.KILOWATT_HOUR),
        ("kWhr", 82, 82, Unit.KILOWATT_HOUR),
        ("kilowatt_hours", 82, 82, Unit.KILOWATT_HOUR),
        ("kilowatt-hour", 82, 82, Unit.KILOWATT_HOUR),
        ("Wh", 82000, 82, Unit.KILOWATT_HOUR),
        ("watt_hours", 82000, 82, Unit.KILOWATT_HOUR),
        ("MWh", 0.082, 82, Unit.KILOWATT_HOUR),
        ("l", 40, 40, Unit.LITER),
        ("liters", 40, 40, Unit.LITER),
        ("litres", 40, 40, Unit.LITER),
        ("ml", 40000, 40, Unit.LITER),
        ("gallons", 10, 37.8541, Unit.LITER),
        ("gal", 10, 37.8541, Unit.LITER),
        ("us_gallons", 10, 37.8541, Unit.LITER),
        ("imperial_gallons", 10, 45.4609, Unit.LITER),
        ("min", 15, 15, Unit.MINUTE),
        ("minute", 15, 15, Unit.MINUTE),
        ("minutes", 15, 15, Unit.MINUTE),
        ("seconds", 90, 1.5, Unit.MINUTE),
        ("hours", 2, 120, Unit.MINUTE),
        ("h", 1.5, 90, Unit.MINUTE),
        ("days", 1, 1440, Unit.MINUTE),
        ("percent", 58, 58, Unit.PERCENT),
        ("percentage", 0.5, 0.5, Unit.PERCENT),
        ("%", 58, 58, Unit.PERCENT),
        ("volts", 223, 223, Unit.VOLT),
        ("volt", 223, 223, Unit.VOLT),
        ("V", 223, 223, Unit.VOLT),
        ("mV", 12600, 12.6, Unit.VOLT),
        ("kV", 0.4, 400, Unit.VOLT),
        ("watts", 4683, 4683, Unit.WATT),
        ("watt", 4683, 4683, Unit.WATT),
        ("W", 4683, 4683, Unit.WATT),
        ("kW", 7.2, 7200, Unit.WATT),
        ("kilowatts", 7.2, 7200, Unit.WATT),
    ],
)
def test_each_spelling_leads_to_the_canonical_unit(
    spelling: str, value: float, expected: float, unit: Unit
) -> None:
    scale = scale_of(spelling)
    assert scale is not None
    assert scale.convert(value) == pytest.approx(expected)
    assert scale.unit is unit


@pytest.mark.parametrize("spelling", ["furlong", "", None, 5, True, ["km"], {"unit": "km"}])
def test_a_unit_that_we_do_not_know_has_no_scale(spelling: object) -> None:
    assert scale_of(spelling) is None


@pytest.mark.parametrize("unit", Unit)
def test_each_canonical_unit_is_a_spelling_of_itself(unit: Unit) -> None:
    assert scale_of(unit.value) == Scale(unit)


def test_what_is_canonical_stays_untouched() -> None:
    assert Scale(Unit.KILOMETER).convert(283.244544) == 283.244544


def test_what_is_converted_is_free_of_binary_noise() -> None:
    assert Scale(Unit.KILOPASCAL, 100).convert(2.3) == 230
