"""The vocabulary: from a signal's body to its readings."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.smartcar_dynamic.smartcar.model import Position, Reading
from custom_components.smartcar_dynamic.smartcar.parsers import position_name
from custom_components.smartcar_dynamic.smartcar.signals import (
    SIGNALS,
    code_of,
    code_of_name,
    parse_body,
)

CORNERS = ((0, 0, "front_left"), (0, 1, "front_right"), (1, 0, "back_left"), (1, 1, "back_right"))
SESSION = {
    "startTime": "2026-06-01T20:00:00Z",
    "endTime": "2026-06-01T23:30:00Z",
    "energyAdded": 31.5,
}
OLDER_SESSION = {"startTime": 1780000000000, "endTime": 1780003600000, "energyAdded": 5}

GOOD: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("charge-amperage", {"value": 7, "unit": "ampere"}, {"": (7, "A")}),
    ("charge-amperagemax", {"value": 18, "unit": "amps"}, {"": (18, "A")}),
    ("charge-amperagerequested", {"value": 16}, {"": (16, "A")}),
    (
        "charge-chargelimits",
        {
            "values": [
                {"type": "GLOBAL", "limit": 70, "condition": None},
                {"type": "CHARGING_TYPE", "limit": 90, "condition": "AC"},
                {"type": "CHARGING_TYPE", "limit": 60, "condition": {"chargingType": "DC"}},
            ],
            "activeLimit": 80,
            "unit": "percent",
        },
        {"": (80, "%"), ".global": (70, "%"), ".ac": (90, "%"), ".dc": (60, "%")},
    ),
    ("charge-chargeportstatuscolor", {"value": "green"}, {"": ("green", None)}),
    ("charge-chargerate", {"value": 10, "unit": "miles_per_hour"}, {"": (16.0934, "km/h")}),
    (
        "charge-chargerecords",
        {"values": [SESSION, OLDER_SESSION], "unit": "kWh"},
        {
            ".ended": (datetime(2026, 6, 1, 23, 30, tzinfo=UTC), None),
            ".started": (datetime(2026, 6, 1, 20, tzinfo=UTC), None),
            ".energy_added": (31.5, "kWh"),
        },
    ),
    ("charge-chargerphases", {"value": 3, "unit": "count"}, {"": (3, "count")}),
    ("charge-chargetimers", {"values": [{"type": "GLOBAL"}, {}]}, {"": (2, "count")}),
    ("charge-chargingconnectortype", {"value": "CCS"}, {"": ("CCS", None)}),
    ("charge-detailedchargingstatus", {"value": "FULLY_CHARGED"}, {"": ("fully_charged", None)}),
    ("charge-energyadded", {"value": 12.5, "unit": "kilowatt_hours"}, {"": (12.5, "kWh")}),
    ("charge-fastchargertype", {"value": "Supercharger"}, {"": ("Supercharger", None)}),
    ("charge-ischarging", {"value": True}, {"": (True, None)}),
    ("charge-ischargingcableconnected", {"value": False}, {"": (False, None)}),
    ("charge-ischargingcablelatched", {"value": True}, {"": (True, None)}),
    ("charge-ischargingportflapopen", {"value": False}, {"": (False, None)}),
    ("charge-isfastchargerpresent", {"value": False}, {"": (False, None)}),
    ("charge-timetocomplete", {"value": 15}, {"": (15, "min")}),
    ("charge-voltage", {"value": 223, "unit": "volts"}, {"": (223, "V")}),
    ("charge-wattage", {"value": 7.2, "unit": "kW"}, {"": (7200, "W")}),
    ("climate-externaltemperature", {"value": 50, "unit": "fahrenheit"}, {"": (10, "°C")}),
    ("climate-internaltemperature", {"value": -5.5, "unit": "celsius"}, {"": (-5.5, "°C")}),
    (
        "closure-doors",
        {
            "values": [
                {"row": 0, "column": 0, "isOpen": False, "isLocked": True},
                {"row": 1, "column": 1, "isOpen": True, "isLocked": None},
            ],
            "rowCount": 2,
            "columnCount": 2,
        },
        {
            ".front_left.is_open": (False, None),
            ".front_left.is_locked": (True, None),
            ".back_right.is_open": (True, None),
            ".back_right.is_locked": (None, None),
        },
    ),
    ("closure-enginecover", {"isOpen": False}, {".is_open": (False, None)}),
    (
        "closure-fronttrunk",
        {"isOpen": False, "isLocked": None},
        {".is_open": (False, None), ".is_locked": (None, None)},
    ),
    ("closure-islocked", {"value": False}, {"": (False, None)}),
    (
        "closure-reartrunk",
        {"isOpen": True, "isLocked": False},
        {".is_open": (True, None), ".is_locked": (False, None)},
    ),
    ("closure-sunroof", {"isOpen": None}, {".is_open": (None, None)}),
    ("closure-tailgate", {"isLocked": True}, {".is_locked": (True, None)}),
    (
        "closure-windows",
        {"values": [{"row": 0, "column": 1, "isOpen": True}]},
        {".front_right.is_open": (True, None)},
    ),
    ("connectivitysoftware-currentfirmwareversion", {"value": "4.2.13"}, {"": ("4.2.13", None)}),
    ("connectivitystatus-isasleep", {"value": False}, {"": (False, None)}),
    ("connectivitystatus-isdigitalkeypaired", {"value": False}, {"": (False, None)}),
    ("connectivitystatus-isonline", {"value": False}, {"": (False, None)}),
    *(
        (
            f"diagnostics-{system}",
            {"status": status, "description": "…"},
            {"": (status == "ALERT", None)},
        )
        for system, status in (
            ("abs", "OK"),
            ("activesafety", "OK"),
            ("airbag", "ALERT"),
            ("brakefluid", "OK"),
            ("driverassistance", "OK"),
            ("emissions", "OK"),
            ("evbatteryconditioning", "OK"),
            ("evcharging", "ALERT"),
            ("evdriveunit", "OK"),
            ("evhvbattery", "OK"),
            ("lighting", "OK"),
            ("mil", "ALERT"),
            ("oillife", "OK"),
            ("oilpressure", "OK"),
            ("oiltemperature", "OK"),
            ("telematics", "OK"),
            ("tirepressure", "ALERT"),
            ("tirepressuremonitoring", "OK"),
            ("transmission", "OK"),
            ("washerfluid", "OK"),
            ("waterinfuel", "OK"),
        )
    ),
    ("diagnostics-dtccount", {"value": 2, "unit": "count"}, {"": (2, "count")}),
    (
        "diagnostics-dtclist",
        {"values": [{"code": "P0300", "timestamp": None}, "P0420", {"code": None}]},
        {"": ("P0300, P0420", None)},
    ),
    ("hvac-cabintargettemperature", {"value": 21, "unit": "celsius"}, {"": (21, "°C")}),
    ("hvac-iscabinhvacactive", {"value": True}, {"": (True, None)}),
    ("hvac-isfrontdefrosteractive", {"value": False}, {"": (False, None)}),
    ("hvac-isreardefrosteractive", {"value": False}, {"": (False, None)}),
    ("hvac-issteeringheateractive", {"value": True}, {"": (True, None)}),
    (
        "internalcombustionengine-amountremaining",
        {"value": 10, "unit": "gallons"},
        {"": (37.8541, "L")},
    ),
    ("internalcombustionengine-fuellevel", {"value": 30, "unit": "percent"}, {"": (30, "%")}),
    ("internalcombustionengine-oillife", {"value": 35, "unit": "percent"}, {"": (35, "%")}),
    ("internalcombustionengine-range", {"value": 40.5, "unit": "kilometers"}, {"": (40.5, "km")}),
    ("location-isathome", {"value": True}, {"": (True, None)}),
    (
        "location-preciselocation",
        {"latitude": 52.2385, "longitude": -0.1546, "heading": 94, "direction": "E"},
        {"": (Position(52.2385, -0.1546), None), ".heading": (94, "°")},
    ),
    ("lowvoltagebattery-stateofcharge", {"value": 100, "unit": "percent"}, {"": (100, "%")}),
    ("lowvoltagebattery-status", {"value": "GOOD"}, {"": ("good", None)}),
    ("motion-currentspeed", {"value": 60, "unit": "mph"}, {"": (96.5606, "km/h")}),
    ("odometer-traveleddistance", {"value": 42506.3, "unit": "km"}, {"": (42506.3, "km")}),
    ("service-isinservice", {"value": False}, {"": (False, None)}),
    ("service-records", {"values": []}, {"": (0, "count")}),
    ("surveillance-brand", {"value": "Sentry Mode"}, {"": ("Sentry Mode", None)}),
    ("surveillance-isenabled", {"value": False}, {"": (False, None)}),
    ("tractionbattery-isheateractive", {"value": True}, {"": (True, None)}),
    ("tractionbattery-maxrangechargecounter", {"value": 4, "unit": "count"}, {"": (4, "count")}),
    (
        "tractionbattery-nominalcapacity",
        {
            "capacity": 82,
            "source": "SMARTCAR",
            "availableCapacities": [{"capacity": 82, "description": None}],
            "unit": "kWh",
        },
        {"": (82, "kWh")},
    ),
    (
        "tractionbattery-range",
        {
            "value": 290,
            "type": "DEFAULT",
            "additionalValues": [
                {"type": "IDEAL_CONDITIONS", "value": 320},
                {"type": "ESTIMATED", "value": 100, "unit": "miles"},
                {"type": "RATED", "value": None},
                {"type": "WISHED", "value": 1000},
                {"type": "RATED"},
                "nothing",
            ],
            "unit": "km",
        },
        {
            "": (290, "km"),
            ".ideal_conditions": (320, "km"),
            ".estimated": (160.9344, "km"),
            ".rated": (None, "km"),
        },
    ),
    ("tractionbattery-stateofcharge", {"value": 54, "unit": "percent"}, {"": (54, "%")}),
    (
        "transmission-drivemode",
        {"canonical": "ECO", "oemDisplayName": "Eco+"},
        {"": ("ECO", None)},
    ),
    ("transmission-gearstate", {"value": "PARK"}, {"": ("park", None)}),
    ("vehicleidentification-exteriorcolor", {"value": "Space"}, {"": ("Space", None)}),
    ("vehicleidentification-nickname", {"value": " Blue "}, {"": ("Blue", None)}),
    (
        "vehicleidentification-packages",
        {"values": ["Performance", "Pilot", "Plus"]},
        {"": ("Performance, Pilot, Plus", None)},
    ),
    ("vehicleidentification-trim", {"value": "Pro"}, {"": ("Pro", None)}),
    (
        "vehicleidentification-vin",
        {"value": "YSAAAAAAAAAAAAAAA"},
        {"": ("YSAAAAAAAAAAAAAAA", None)},
    ),
    ("vehicleuseraccount-permissions", {"values": ["A", "B", "C"]}, {"": (3, "count")}),
    ("vehicleuseraccount-role", {"value": "PRIMARY"}, {"": ("PRIMARY", None)}),
    ("wheel-style", {"value": "Aero"}, {"": ("Aero", None)}),
    (
        "wheel-tires",
        {
            "values": [
                {"row": 0, "column": 0, "tirePressure": 258},
                {"row": 1, "column": 1, "tirePressure": None},
            ],
            "rowCount": 2,
            "columnCount": 2,
            "unit": "kPa",
        },
        {".front_left": (258, "kPa"), ".back_right": (None, "kPa")},
    ),
]
CATALOGUED = 93


def read(code: str, body: object) -> tuple[dict[str, Any], list[str]]:
    """Return a body's values by key, and the notes."""
    notes: list[str] = []
    readings = parse_body(code, body, notes)
    return {reading.key: reading.value for reading in readings}, notes


def test_the_table_has_each_signal_of_the_catalogue() -> None:
    assert len(GOOD) == len(SIGNALS) == CATALOGUED
    assert {code for code, *_ in GOOD} == SIGNALS.keys()


@pytest.mark.parametrize(("code", "body", "expected"), GOOD, ids=[row[0] for row in GOOD])
def test_a_good_body_gives_canonical_readings(
    code: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    notes: list[str] = []
    readings = parse_body(code, body, notes)
    assert readings == tuple(
        Reading(code + part, value, unit) for part, (value, unit) in expected.items()
    )
    assert notes == []


VALUES = [code for code, body, _ in GOOD if "value" in body]


@pytest.mark.parametrize("code", VALUES)
def test_null_is_unknown_and_nothing_to_note(code: str) -> None:
    assert read(code, {"value": None}) == ({code: None}, [])


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        ("transmission-drivemode", {"canonical": None}, {"": None}),
        ("diagnostics-abs", {"status": None}, {"": None}),
        ("diagnostics-abs", {"status": "UNKNOWN"}, {"": None}),
        ("tractionbattery-nominalcapacity", {"capacity": None}, {"": None}),
        ("tractionbattery-nominalcapacity", {"capacity": {}}, {"": None}),
        ("location-preciselocation", {"latitude": None, "longitude": None}, {"": None}),
        (
            "location-preciselocation",
            {"latitude": 1.5, "longitude": 2, "heading": None},
            {"": Position(1.5, 2), ".heading": None},
        ),
        ("charge-chargelimits", {"values": [], "activeLimit": None}, {"": None}),
        ("charge-chargelimits", {}, {"": None}),
        (
            "charge-chargerecords",
            {"values": [{"endTime": "2026-06-01T00:00:00Z"}]},
            {".ended": datetime(2026, 6, 1, tzinfo=UTC), ".energy_added": None},
        ),
        ("charge-chargerecords", {"values": []}, {}),
        ("charge-chargerecords", {"values": [{"startTime": "2026-06-01T00:00:00Z"}]}, {}),
        ("wheel-tires", {"values": []}, {}),
        ("closure-doors", {"values": []}, {}),
        ("diagnostics-dtclist", {"values": []}, {"": None}),
    ],
)
def test_what_the_vehicle_does_not_know_is_nothing_to_note(
    code: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert read(code, body) == ({code + part: value for part, value in expected.items()}, [])


@pytest.mark.parametrize("code", SIGNALS)
@pytest.mark.parametrize(
    "body", [None, [], "text", 5, True], ids=["null", "list", "text", "number", "boolean"]
)
def test_without_a_body_there_is_a_note_and_no_reading(code: str, body: object) -> None:
    assert read(code, body) == ({}, [f"{code}: no body"])


@pytest.mark.parametrize("code", [code for code in SIGNALS if code != "charge-chargelimits"])
def test_an_empty_body_is_never_a_value(code: str) -> None:
    values, _ = read(code, {})
    assert set(values.values()) <= {None}


@pytest.mark.parametrize(
    "code", [code for code, body, _ in GOOD if isinstance(body.get("value"), int)]
)
@pytest.mark.parametrize("value", ["42", [], {}, float("nan"), float("inf")], ids=repr)
def test_what_is_no_number_or_boolean_is_noted(code: str, value: object) -> None:
    values, notes = read(code, {"value": value})
    assert values == {}
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("code", "value", "unit"),
    [
        ("tractionbattery-stateofcharge", 255, "percent"),
        ("tractionbattery-stateofcharge", 4200, None),
        ("tractionbattery-stateofcharge", -1, "percent"),
        ("tractionbattery-stateofcharge", 100.1, "percent"),
        ("charge-timetocomplete", 65535, "minutes"),
        ("charge-timetocomplete", -1, None),
        ("charge-voltage", -1, "volts"),
        ("charge-amperage", 65535, "ampere"),
        ("charge-wattage", 5000, "kW"),
        ("odometer-traveleddistance", 16777215, "km"),
        ("odometer-traveleddistance", -1, "km"),
        ("odometer-traveleddistance", 10**400, "miles"),
        ("odometer-traveleddistance", -(10**400), "miles"),
        ("odometer-traveleddistance", 1e300, "km"),
        ("tractionbattery-range", 65535, "km"),
        ("climate-externaltemperature", 255, "celsius"),
        ("climate-externaltemperature", -100, "celsius"),
        ("motion-currentspeed", 655.35, "km/h"),
        ("charge-energyadded", -1, "kWh"),
        ("diagnostics-dtccount", -1, "count"),
        ("internalcombustionengine-amountremaining", 4095, "liters"),
    ],
)
def test_an_absurd_value_is_unknown(code: str, value: float, unit: str | None) -> None:
    assert read(code, {"value": value, "unit": unit}) == (
        {code: None},
        [f"{code}: implausible value"],
    )


@pytest.mark.parametrize("unit", ["furlongs", "kWh", "", 5, ["km"]], ids=repr)
def test_a_unit_that_cannot_be_right_gives_no_value(unit: object) -> None:
    assert read("odometer-traveleddistance", {"value": 10, "unit": unit}) == (
        {"odometer-traveleddistance": None},
        ["odometer-traveleddistance: unknown unit"],
    )


@pytest.mark.parametrize(
    "code",
    [
        "tractionbattery-stateofcharge",
        "internalcombustionengine-fuellevel",
        "internalcombustionengine-oillife",
        "lowvoltagebattery-stateofcharge",
    ],
)
@pytest.mark.parametrize("value", [0, 0.5, 0.58, 1, 1.01, 42, 100])
@pytest.mark.parametrize("unit", ["percent", "percentage", "%", None])
def test_percent_is_never_scaled_by_its_magnitude(
    code: str, value: float, unit: str | None
) -> None:
    assert read(code, {"value": value, "unit": unit}) == ({code: value}, [])


def test_a_charge_limit_is_never_scaled_by_its_magnitude() -> None:
    assert read("charge-chargelimits", {"activeLimit": 1, "unit": "percent"})[0] == {
        "charge-chargelimits": 1
    }


def test_a_whole_number_is_told_as_one() -> None:
    ((_, value),) = read("tractionbattery-stateofcharge", {"value": 58.0})[0].items()
    assert isinstance(value, int)


def test_the_early_documentations_percentage_is_a_value() -> None:
    assert read("tractionbattery-stateofcharge", {"percentage": 75}) == (
        {"tractionbattery-stateofcharge": 75},
        [],
    )


@pytest.mark.parametrize(
    ("pressure", "unit", "expected"),
    [
        pytest.param(258, "bar", 258, id="bar that is kPa"),
        pytest.param(100, "bar", 100, id="the least bar that is kPa"),
        pytest.param(650, "bar", 650, id="the most bar that is kPa"),
        pytest.param(2.5, "bar", 250, id="bar"),
        pytest.param(0, "bar", 0, id="flat"),
        pytest.param(699.9, "bar", None, id="outlier"),
        pytest.param(36, "bar", None, id="bar that is psi"),
        pytest.param(12.5, "bar", None, id="neither bar nor kPa"),
        pytest.param(11, "bar", None, id="too much bar"),
        pytest.param(-1, "bar", None, id="sentinel"),
        pytest.param(36, "psi", 248.2113, id="psi"),
        pytest.param(258, "psi", None, id="too much psi"),
        pytest.param(258, "kPa", 258, id="kPa"),
        pytest.param(2.5, "kPa", 2.5, id="nearly flat"),
        pytest.param(258, None, 258, id="no unit"),
        pytest.param(65535, "kPa", None, id="too much kPa"),
    ],
)
def test_a_tires_pressure_is_plausible_kilopascals(
    pressure: float, unit: str | None, expected: float | None
) -> None:
    body = {"values": [{"row": 0, "column": 0, "tirePressure": pressure}], "unit": unit}
    assert read("wheel-tires", body)[0] == {"wheel-tires.front_left": expected}


def test_an_outlier_costs_no_other_tire() -> None:
    body = {
        "values": [
            {"row": row, "column": column, "tirePressure": pressure}
            for (row, column, _), pressure in zip(CORNERS, (258, 699.9, 255, 256), strict=True)
        ],
        "unit": "bar",
    }
    assert list(read("wheel-tires", body)[0].values()) == [258, None, 255, 256]


def test_a_tire_may_have_a_unit_of_its_own() -> None:
    body = {
        "values": [{"row": 0, "column": 0, "tirePressure": 36, "unit": "psi"}],
        "unit": "kPa",
    }
    assert read("wheel-tires", body)[0] == {"wheel-tires.front_left": 248.2113}


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"column": 0, "tirePressure": 200}, id="no row"),
        pytest.param({"row": 0, "column": 0}, id="no pressure"),
        pytest.param({"row": 0, "column": 0, "tirePressure": "200"}, id="a text"),
        pytest.param(None, id="null"),
    ],
)
def test_a_bad_tire_costs_no_other(item: object) -> None:
    body = {"values": [item, {"row": 1, "column": 0, "tirePressure": 210}], "unit": "kPa"}
    values, notes = read("wheel-tires", body)
    assert values == {"wheel-tires.back_left": 210}
    assert len(notes) == 1


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"isOpen": True}, id="no position"),
        pytest.param({"row": -1, "column": 0, "isOpen": True}, id="a row before the first"),
        pytest.param({"row": 10, "column": 0, "isOpen": True}, id="a row too far"),
        pytest.param({"row": True, "column": 0, "isOpen": True}, id="a boolean row"),
        pytest.param({"row": 0, "column": 0}, id="nothing said"),
        pytest.param({"row": 0, "column": 0, "isOpen": "no"}, id="a text"),
        pytest.param([], id="a list"),
    ],
)
@pytest.mark.parametrize("code", ["closure-doors", "closure-windows"])
def test_a_bad_door_costs_no_other(code: str, item: object) -> None:
    good = {"row": 1, "column": 1, "isOpen": False}
    values, notes = read(code, {"values": [item, good]})
    assert values == {f"{code}.back_right.is_open": False}
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("code", "name"), [("closure-doors", "doors"), ("closure-windows", "windows")]
)
def test_the_documentations_name_of_the_list_is_known(code: str, name: str) -> None:
    body = {name: [{"row": 0, "column": 0, "isOpen": True}]}
    assert read(code, body) == ({f"{code}.front_left.is_open": True}, [])


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("closure-doors", {"values": {}}),
        ("closure-windows", {}),
        ("wheel-tires", {"values": None}),
        ("charge-chargerecords", {"values": 5}),
        ("charge-chargetimers", {"values": "x"}),
        ("vehicleidentification-packages", {}),
    ],
)
def test_a_missing_list_is_noted(code: str, body: dict[str, Any]) -> None:
    assert read(code, body) == ({}, [f"{code}: no list"])


@pytest.mark.parametrize(
    ("row", "column", "name"),
    [
        *CORNERS,
        (2, 2, "row3_column3"),
        (2, 0, "row3_left"),
        (0, 2, "front_column3"),
        (9, 9, "row10_column10"),
    ],
)
def test_rows_and_columns_after_the_second_are_counted(row: int, column: int, name: str) -> None:
    assert position_name(row, column) == name


@pytest.mark.parametrize(("row", "column"), [(0.0, 0), (0, "0"), (None, 0), (0, -1), (10, 0)])
def test_a_place_that_is_none_has_no_name(row: object, column: object) -> None:
    assert position_name(row, column) is None


def test_three_rows_of_doors_are_three_rows() -> None:
    items = [{"row": row, "column": 2, "isOpen": row == 2} for row in range(3)]
    assert read("closure-doors", {"values": items})[0] == {
        "closure-doors.front_column3.is_open": False,
        "closure-doors.back_column3.is_open": False,
        "closure-doors.row3_column3.is_open": True,
    }


def test_one_of_two_facts_is_enough() -> None:
    values, notes = read("closure-reartrunk", {"isOpen": 5, "isLocked": True})
    assert values == {"closure-reartrunk.is_locked": True}
    assert notes == ["closure-reartrunk.is_open: not a boolean"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"values": [{"type": "GLOBAL", "limit": 80}], "activeLimit": None}, 80),
        ({"values": [{"type": "global", "limit": 80}, {"type": "LOCATION", "limit": 90}]}, 80),
        ({"values": [{"type": "LOCATION", "limit": 90}]}, 90),
        ({"values": [{"type": None, "limit": 90}]}, 90),
        ({"values": [{"type": "LOCATION", "limit": 80}, {"type": "LOCATION", "limit": 90}]}, None),
        ({"values": [{"type": "LOCATION", "limit": 80}, {"type": "CONNECTOR"}]}, None),
        ({"values": [{"type": "GLOBAL"}]}, None),
        ({"values": [], "activeLimit": 101}, None),
    ],
)
def test_the_charge_limit_is_the_one_in_force(body: dict[str, Any], expected: float | None) -> None:
    assert read("charge-chargelimits", body)[0]["charge-chargelimits"] == expected


def test_energy_with_a_unit_of_its_own_is_read() -> None:
    body = {"values": [{**SESSION, "energyAdded": {"value": 31500, "unit": "Wh"}}]}
    assert read("charge-chargerecords", body)[0]["charge-chargerecords.energy_added"] == 31.5


def test_the_nominal_capacity_of_the_first_api_is_read() -> None:
    body = {"capacity": {"nominal": 80.9, "source": "USER_SELECTED"}}
    assert read("tractionbattery-nominalcapacity", body) == (
        {"tractionbattery-nominalcapacity": 80.9},
        [],
    )


def test_no_battery_has_no_capacity() -> None:
    assert read("tractionbattery-nominalcapacity", {"capacity": 0, "unit": "kWh"})[0] == {
        "tractionbattery-nominalcapacity": None
    }


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(0, 0), (90.1, 0), (0, -180.5), ("37.4", "122.1"), (True, 5), (10**400, 5), (None, 5)],
)
def test_a_position_that_is_none_is_unknown(latitude: object, longitude: object) -> None:
    body = {"latitude": latitude, "longitude": longitude}
    assert read("location-preciselocation", body)[0] == {"location-preciselocation": None}


def test_the_equator_is_a_place() -> None:
    assert read("location-preciselocation", {"latitude": 0, "longitude": 9.4})[0] == {
        "location-preciselocation": Position(0, 9.4)
    }


def test_half_a_position_is_no_reading() -> None:
    assert read("location-preciselocation", {"latitude": 5}) == (
        {},
        ["location-preciselocation: no position"],
    )


def test_an_absurd_heading_costs_no_position() -> None:
    body = {"latitude": 5, "longitude": 6, "heading": 400}
    assert read("location-preciselocation", body)[0] == {
        "location-preciselocation": Position(5, 6),
        "location-preciselocation.heading": None,
    }


@pytest.mark.parametrize("value", ["invalid", "Unknown", "", "N/A", " none "])
def test_a_placeholder_is_unknown(value: str) -> None:
    assert read("charge-chargingconnectortype", {"value": value}) == (
        {"charge-chargingconnectortype": None},
        [],
    )


def test_a_long_text_is_cut_to_what_a_state_can_hold() -> None:
    ((_, value),) = read("wheel-style", {"value": "x" * 300})[0].items()
    assert len(value) == 255


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("charge-detailedchargingstatus", "charging", "charging"),
        ("charge-detailedchargingstatus", "Not Charging", "not_charging"),
        ("charge-detailedchargingstatus", "fully-charged", "fully_charged"),
        ("transmission-gearstate", "REVERSE", "reverse"),
        ("lowvoltagebattery-status", "", None),
        ("lowvoltagebattery-status", "UNKNOWN", None),
    ],
)
def test_an_option_is_in_lower_case(code: str, value: str, expected: str | None) -> None:
    assert read(code, {"value": value}) == ({code: expected}, [])


def test_an_option_that_nobody_listed_is_unknown_and_noted() -> None:
    assert read("transmission-gearstate", {"value": "LUDICROUS"}) == (
        {"transmission-gearstate": None},
        ["transmission-gearstate: unknown option"],
    )


@pytest.mark.parametrize("code", ["transmission-gearstate", "wheel-style"])
def test_what_is_no_text_is_noted(code: str) -> None:
    assert read(code, {"value": 5}) == ({}, [f"{code}: not a text"])


@pytest.mark.parametrize(("status", "expected"), [("alert", True), ("ok", False)])
def test_an_alert_in_lower_case_is_one(status: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    assert read("diagnostics-abs", {"value": status}) == ({"diagnostics-abs": expected}, [])


def test_an_alert_that_nobody_listed_is_unknown_and_noted() -> None:
    assert read("diagnostics-abs", {"status": "MAYBE"}) == (
        {"diagnostics-abs": None},
        ["diagnostics-abs: unknown status"],
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"value": 5, "unit": "miles"}, 8.0467),
        ({"value": 5.0, "unit": "percent"}, 5),
        ({"value": True}, True),
        ({"value": False, "unit": "km"}, False),
        ({"value": "SPORT"}, "SPORT"),
    ],
)
def test_a_signal_that_nobody_listed_is_read_if_it_is_plain(
    body: dict[str, Any], expected: object
) -> None:
    assert read("foo-bar", body) == ({"foo-bar": expected}, [])


@pytest.mark.parametrize(
    "body",
    [
        {"value": 5},
        {"value": 5, "unit": "furlongs"},
        {"value": 10**400, "unit": "km"},
        {"value": "x" * 256},
        {"value": None},
        {"value": []},
        {"values": [1]},
        {},
    ],
)
def test_a_signal_that_nobody_listed_is_noted_if_it_is_not_plain(body: dict[str, Any]) -> None:
    assert read("foo-bar", body) == ({}, ["foo-bar: unlisted, and of no known form"])


def test_a_number_that_nobody_listed_has_its_canonical_unit() -> None:
    assert parse_body("foo-bar", {"value": 2, "unit": "hours"}, []) == (
        Reading("foo-bar", 120, "min"),
    )


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


SECRET = "§secret§"
BAD_BODIES: list[dict[str, Any]] = [
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


@pytest.mark.parametrize("code", [*SIGNALS, "foo-bar"])
def test_notes_never_contain_content(code: str) -> None:
    notes: list[str] = []
    for body in BAD_BODIES:
        parse_body(code, body, notes)
    assert SECRET not in "".join(notes)
    assert all(len(note) < 120 for note in notes)


def test_a_placeholder_does_not_tell_what_an_unlisted_signal_is() -> None:
    assert read("foo-bar", {"value": "unknown"})[0] == {}
