"""The parsers: what a signal's body says, and what it does not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.smartcar_dynamic.smartcar.model import Position, Reading
from custom_components.smartcar_dynamic.smartcar.parsers import as_position, position_name
from custom_components.smartcar_dynamic.smartcar.signals import parse_body

from .catalogue import SESSION

CORNERS = ((0, 0, "front_left"), (0, 1, "front_right"), (1, 0, "back_left"), (1, 1, "back_right"))


def read(code: str, body: object) -> tuple[dict[str, Any], list[str]]:
    """Return a body's values by key, and the notes."""
    notes: list[str] = []
    readings = parse_body(code, body, notes)
    return {reading.key: reading.value for reading in readings}, notes


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
        (
            "wheel-tires",
            {"values": [{"row": 1, "column": 1, "tirePressure": None}]},
            {".back_right": None},
        ),
        ("closure-fronttrunk", {"isOpen": None}, {".is_open": None}),
        (
            "closure-doors",
            {"values": [{"row": 1, "column": 1, "isOpen": True, "isLocked": None}]},
            {".back_right.is_open": True, ".back_right.is_locked": None},
        ),
        (
            "tractionbattery-range",
            {"value": 290, "additionalValues": [{"type": "RATED", "value": None}]},
            {"": 290, ".rated": None},
        ),
        ("closure-doors", {"values": []}, {}),
        ("diagnostics-dtclist", {"values": []}, {"": None}),
    ],
)
def test_what_the_vehicle_does_not_know_is_nothing_to_note(
    code: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert read(code, body) == ({code + part: value for part, value in expected.items()}, [])


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


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        ("closure-doors", [{"row": 0, "column": 0, "isOpen": True}], {".front_left.is_open": True}),
        ("wheel-tires", [{"row": 0, "column": 0, "tirePressure": 2}], {".front_left": 2}),
        ("charge-chargelimits", [{"type": "GLOBAL", "limit": 70}], {"": 70, ".global": 70}),
        ("service-records", [{}, {}], {"": 2}),
    ],
)
def test_a_body_may_be_the_list_itself(code: str, body: object, expected: dict[str, Any]) -> None:
    assert read(code, body) == ({code + part: value for part, value in expected.items()}, [])


@pytest.mark.parametrize("unit", [None, "", " ", "unknown", "N/A", "null", "None"])
def test_a_number_without_a_unit_has_the_usual_one(unit: object) -> None:
    for code in ("odometer-traveleddistance", "tractionbattery-range"):
        assert read(code, {"value": 10, "unit": unit}) == ({code: 10}, [])


@pytest.mark.parametrize("unit", ["furlongs", "kWh", 5, {}, ["km"]], ids=repr)
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
def test_percent_is_never_scaled_by_its_magnitude(code: str) -> None:
    offenders = {
        (value, unit): found
        for value in (0, 0.5, 0.58, 1, 1.01, 42, 100)
        for unit in ("percent", "percentage", "%", None)
        if (found := read(code, {"value": value, "unit": unit})) != ({code: value}, [])
    }
    assert offenders == {}


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


DOOR = {"row": 0, "column": 0, "isOpen": True}
WRAPPED: list[tuple[str, dict[str, Any], dict[str, object]]] = [
    ("closure-doors", {"rowCount": 2, "doors": [DOOR]}, {".front_left.is_open": True}),
    ("closure-windows", {"rowCount": 2, "panes": [DOOR]}, {".front_left.is_open": True}),
    (
        "wheel-tires",
        {"tires": [{"row": 0, "column": 0, "tirePressure": 2}], "unit": "bar"},
        {".front_left": 200},
    ),
    (
        "charge-chargelimits",
        {"activeLimit": 80, "values": [{"type": "GLOBAL", "limit": 90}], "unit": "percent"},
        {"": 80, ".global": 90},
    ),
    ("charge-chargelimits", {"activeLimit": 80}, {"": 80}),
    (
        "charge-chargerecords",
        {"records": [{"endTime": "2026-06-01T00:00:00Z", "energyAdded": 500}], "unit": "Wh"},
        {".ended": datetime(2026, 6, 1, tzinfo=UTC), ".energy_added": 0.5},
    ),
    ("charge-chargetimers", {"timers": [{}, {}]}, {"": 2}),
    ("diagnostics-dtclist", {"codes": [{"code": "P0300"}]}, {"": "P0300"}),
    ("service-records", {"values": [{}]}, {"": 1}),
    ("vehicleidentification-packages", {"packages": ["Sport"]}, {"": "Sport"}),
    ("vehicleuseraccount-permissions", {"permissions": ["READ"]}, {"": 1}),
]


@pytest.mark.parametrize("wrapped", [True, False], ids=["in values", "in the body"])
@pytest.mark.parametrize(("code", "body", "expected"), WRAPPED)
def test_a_list_is_found_under_whatever_name(
    code: str, body: dict[str, Any], expected: dict[str, object], *, wrapped: bool
) -> None:
    values, notes = read(code, {"values": body} if wrapped else body)
    assert values == {f"{code}{part}": value for part, value in expected.items()}
    assert notes == []


def test_further_ranges_are_found_in_an_object() -> None:
    others = {"values": [{"type": "RATED", "value": 300}]}
    body = {"value": 290, "additionalValues": others, "unit": "km"}
    assert read("tractionbattery-range", body)[0] == {
        "tractionbattery-range": 290,
        "tractionbattery-range.rated": 300,
    }


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


@pytest.mark.parametrize(
    ("body", "part"), [({"isOpen": False}, "is_open"), ({"isLocked": False}, "is_locked")]
)
def test_a_fact_that_is_missing_is_no_reading(body: dict[str, Any], part: str) -> None:
    assert read("closure-tailgate", body) == ({f"closure-tailgate.{part}": False}, [])


@pytest.mark.parametrize("other", [{"type": "WISHED", "value": 1000}, {"type": "RATED"}, "nothing"])
def test_a_range_of_no_known_kind_is_no_reading(other: object) -> None:
    body = {"value": 290, "additionalValues": [other], "unit": "km"}
    assert read("tractionbattery-range", body) == ({"tractionbattery-range": 290}, [])


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


def test_a_long_text_is_cut_to_a_states_length() -> None:
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
def test_an_unlisted_signal_is_read_if_it_is_plain(body: dict[str, Any], expected: object) -> None:
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
def test_an_unlisted_signal_is_noted_if_it_is_not_plain(body: dict[str, Any]) -> None:
    assert read("foo-bar", body) == ({}, ["foo-bar: unlisted, and of no known form"])


def test_an_unlisted_number_has_its_canonical_unit() -> None:
    assert parse_body("foo-bar", {"value": 2, "unit": "hours"}, []) == (
        Reading("foo-bar", 120, "min"),
    )


def test_a_placeholder_does_not_tell_what_an_unlisted_signal_is() -> None:
    assert read("foo-bar", {"value": "unknown"})[0] == {}


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("charge-chargelimits", {"activeLimit": 80, "unit": "km"}),
        ("charge-chargelimits", {"values": [{"type": "GLOBAL", "limit": 80}], "unit": "km"}),
        ("tractionbattery-nominalcapacity", {"capacity": 80, "unit": "km"}),
    ],
)
def test_a_value_in_an_impossible_unit_is_unknown(code: str, body: object) -> None:
    values, notes = read(code, body)
    assert set(values.values()) <= {None}
    assert notes


@pytest.mark.parametrize(
    ("latitude", "longitude", "is_place"),
    [(90, 180, True), (-90, -180, True), (90.1, 0, False), (0, 180.1, False), (1, None, False)],
)
def test_the_ends_of_the_earth_are_places(
    latitude: float, longitude: float | None, *, is_place: bool
) -> None:
    assert (as_position(latitude, longitude) is not None) is is_place


def test_only_a_limit_by_current_is_one() -> None:
    values, _ = read(
        "charge-chargelimits",
        {"values": [{"type": "PLACE", "condition": "AC", "limit": 50}], "activeLimit": 80},
    )
    assert values == {"charge-chargelimits": 80}
