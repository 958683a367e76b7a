"""The signal catalogue: each code has a parser, and each parser reads its body."""

import pytest

from custom_components.smartcar_dynamic.smartcar.model import Reading
from custom_components.smartcar_dynamic.smartcar.signals import (
    SIGNALS,
    code_of,
    code_of_name,
    parse_body,
)

from .catalogue import CATALOGUE
from .payloads import Json

CATALOGUED = 93
CODES_OF_VALUES = [code for code, body, _ in CATALOGUE if "value" in body]
CODES_OF_NUMBERS = [code for code, body, _ in CATALOGUE if isinstance(body.get("value"), int)]

SECRET = "§secret§"
BAD_BODIES: list[Json] = [
    {name: SECRET}
    for name in (
        "value",
        "values",
        "status",
        "canonical",
        "capacity",
        "activeLimit",
        "isOpen",
        "isLocked",
        "unit",
    )
] + [
    {"value": 5, "unit": SECRET},
    {"values": [SECRET]},
    {"values": [{"row": SECRET, "column": 0}]},
    {"values": [{"row": 0, "column": 0, "isOpen": SECRET, "tirePressure": SECRET}]},
    {"values": [{"endTime": "2026-06-01T00:00:00Z", "energyAdded": SECRET}]},
    {"latitude": SECRET, "longitude": SECRET, "heading": SECRET},
    {"value": 5, "additionalValues": [{"type": "RATED", "value": SECRET}]},
]


def parsed(code: str, body: object) -> tuple[tuple[Reading, ...], list[str]]:
    """Return the readings in a body, and the notes."""
    notes: list[str] = []
    return parse_body(code, body, notes), notes


def test_each_signal_of_the_catalogue_has_a_good_body() -> None:
    codes = {code for code, *_ in CATALOGUE}
    assert SIGNALS.keys() - codes == set(), "no row in tests/smartcar/catalogue.py"
    assert codes - SIGNALS.keys() == set(), "no line in smartcar/signals.py"
    assert len(CATALOGUE) == len(SIGNALS) == CATALOGUED


def test_a_good_body_gives_canonical_readings_and_no_note() -> None:
    offenders = {
        code: found
        for code, body, expected in CATALOGUE
        if (found := parsed(code, body))
        != (
            tuple(Reading(code + part, value, unit) for part, (value, unit) in expected.items()),
            [],
        )
    }
    assert offenders == {}


def test_null_is_unknown_and_nothing_to_note() -> None:
    offenders = {
        code: (readings, notes)
        for code in CODES_OF_VALUES
        for readings, notes in [parsed(code, {"value": None})]
        if [(reading.key, reading.value) for reading in readings] != [(code, None)] or notes
    }
    assert offenders == {}


@pytest.mark.parametrize("body", [None, [], "text", 5, True], ids=repr)
def test_without_a_body_there_is_a_note_and_no_reading(body: object) -> None:
    offenders = [code for code in SIGNALS if parsed(code, body) != ((), [f"{code}: no body"])]
    assert offenders == []


def test_an_empty_body_is_never_a_value() -> None:
    offenders = [
        code
        for code in SIGNALS
        if any(reading.value is not None for reading in parsed(code, {})[0])
    ]
    assert offenders == []


@pytest.mark.parametrize("value", ["42", [], {}, float("nan"), float("inf")], ids=repr)
def test_what_is_no_number_or_boolean_is_noted(value: object) -> None:
    offenders = {
        code: found
        for code in CODES_OF_NUMBERS
        if (found := parsed(code, {"value": value}))[0] or len(found[1]) != 1
    }
    assert offenders == {}


def test_notes_are_short_and_never_contain_content() -> None:
    offenders = [
        (code, note)
        for code in (*SIGNALS, "foo-bar")
        for body in BAD_BODIES
        for note in parsed(code, body)[1]
        if SECRET in note or len(note) >= 120
    ]
    assert offenders == []


@pytest.mark.parametrize(
    ("code", "group", "name", "expected"),
    [
        ("charge-voltage", None, None, "charge-voltage"),
        ("Charge-Voltage", None, None, "charge-voltage"),
        (None, "TractionBattery", "StateOfCharge", "tractionbattery-stateofcharge"),
        (5, "HVAC", "IsOn", "hvac-ison"),
        (None, "Charge", None, None),
        (None, None, None, None),
        ("voltage", None, None, None),
        ("a b-c", None, None, None),
        ("a-" + "b" * 80, None, None, None),
        ("", None, None, None),
    ],
)
def test_a_code_is_a_group_and_a_name(
    code: object, group: object, name: object, expected: str | None
) -> None:
    assert code_of(code, group, name) == expected


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Odometer.TraveledDistance", "odometer-traveleddistance"),
        ("odometer-traveleddistance", "odometer-traveleddistance"),
        ("Odometer", None),
    ],
)
def test_a_name_with_a_dot_is_a_code(name: str, code: str | None) -> None:
    assert code_of_name(name) == code
