"""A good body of each signal in the catalogue, and the readings that are in it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from custom_components.smartcar_dynamic.smartcar.model import Position, Reading, Value

from .payloads import Json, signal, state

type Expected = Mapping[str, tuple[Value | None, str | None]]
"""Values and units by the part of the key that follows the signal's code."""

POSITIONS = ((0, 0), (0, 1), (1, 0), (1, 1))
SESSION = {
    "startTime": "2026-06-01T20:00:00Z",
    "endTime": "2026-06-01T23:30:00Z",
    "energyAdded": 31.5,
}
OLDER_SESSION = {"startTime": 1780000000000, "endTime": 1780003600000, "energyAdded": 5}

CATALOGUE: tuple[tuple[str, Json, Expected], ...] = (
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
                {"row": 0, "column": 1, "isOpen": True, "isLocked": False},
                {"row": 1, "column": 0, "isOpen": False, "isLocked": True},
                {"row": 1, "column": 1, "isOpen": False, "isLocked": True},
            ],
            "rowCount": 2,
            "columnCount": 2,
        },
        {
            ".front_left.is_open": (False, None),
            ".front_left.is_locked": (True, None),
            ".front_right.is_open": (True, None),
            ".front_right.is_locked": (False, None),
            ".back_left.is_open": (False, None),
            ".back_left.is_locked": (True, None),
            ".back_right.is_open": (False, None),
            ".back_right.is_locked": (True, None),
        },
    ),
    (
        "closure-enginecover",
        {"isOpen": False, "isLocked": True},
        {".is_open": (False, None), ".is_locked": (True, None)},
    ),
    (
        "closure-fronttrunk",
        {"isOpen": False, "isLocked": True},
        {".is_open": (False, None), ".is_locked": (True, None)},
    ),
    ("closure-islocked", {"value": False}, {"": (False, None)}),
    (
        "closure-reartrunk",
        {"isOpen": True, "isLocked": False},
        {".is_open": (True, None), ".is_locked": (False, None)},
    ),
    (
        "closure-sunroof",
        {"isOpen": False, "isLocked": True},
        {".is_open": (False, None), ".is_locked": (True, None)},
    ),
    (
        "closure-tailgate",
        {"isOpen": False, "isLocked": True},
        {".is_open": (False, None), ".is_locked": (True, None)},
    ),
    (
        "closure-windows",
        {
            "values": [
                {"row": row, "column": column, "isOpen": False, "isLocked": True}
                for row, column in POSITIONS
            ]
        },
        {
            f".{position}.{fact}": (fact == "is_locked", None)
            for position in ("front_left", "front_right", "back_left", "back_right")
            for fact in ("is_open", "is_locked")
        },
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
    ("service-records", {"values": [{}]}, {"": (1, "count")}),
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
                {"type": "RATED", "value": 340},
            ],
            "unit": "km",
        },
        {
            "": (290, "km"),
            ".ideal_conditions": (320, "km"),
            ".estimated": (160.9344, "km"),
            ".rated": (340, "km"),
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
                {"row": 0, "column": 1, "tirePressure": 257},
                {"row": 1, "column": 0, "tirePressure": 241},
                {"row": 1, "column": 1, "tirePressure": 240},
            ],
            "rowCount": 2,
            "columnCount": 2,
            "unit": "kPa",
        },
        {
            ".front_left": (258, "kPa"),
            ".front_right": (257, "kPa"),
            ".back_left": (241, "kPa"),
            ".back_right": (240, "kPa"),
        },
    ),
)

READINGS = tuple(
    Reading(code + part, value, unit)
    for code, _, readings in CATALOGUE
    for part, (value, unit) in readings.items()
)
"""What is known of a vehicle that reports every signal of the catalogue."""


def rich_payload() -> Json:
    """Return a VEHICLE_STATE payload of such a vehicle."""
    return state(*(signal(code, body) for code, body, _ in CATALOGUE))
