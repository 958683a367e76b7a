"""The signal catalogue: every signal code of the current platform and the parser of its body.

Source: the signal catalogue of the API reference and real deliveries. The paths of API v2.0 are
translated into the same codes.
"""

from collections.abc import Mapping
import re

from .model import Reading
from .parsers import (
    Notes,
    Parser,
    choice_at,
    number,
    parse_alert,
    parse_capacity,
    parse_charge_limits,
    parse_charge_records,
    parse_count,
    parse_flag,
    parse_list,
    parse_openable,
    parse_openables,
    parse_position,
    parse_range,
    parse_tires,
    parse_unlisted,
    text_at,
)
from .units import Unit

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_PARTS = re.compile(r"(\.[a-z0-9_]{1,20}){0,2}")
_MAX_CODE = 80

BATTERY_STATUSES = ("bad", "good", "warn")
CHARGING_STATUSES = ("charging", "fully_charged", "not_charging")
GEARS = ("drive", "neutral", "park", "reverse")

_TEXT = text_at("value")
_PERCENT = number(Unit.PERCENT, 0, 100)
_CURRENT = number(Unit.AMPERE, 0, 2000)
_TEMPERATURE = number(Unit.CELSIUS, -80, 120)

SIGNALS: Mapping[str, Parser] = {
    "charge-amperage": _CURRENT,
    "charge-amperagemax": _CURRENT,
    "charge-amperagerequested": _CURRENT,
    "charge-chargelimits": parse_charge_limits,
    "charge-chargeportstatuscolor": _TEXT,
    "charge-chargerate": number(Unit.KILOMETER_PER_HOUR, 0, 3000),
    "charge-chargerecords": parse_charge_records,
    "charge-chargerphases": number(Unit.COUNT, 0, 9),
    "charge-chargetimers": parse_count,
    "charge-chargingconnectortype": _TEXT,
    "charge-detailedchargingstatus": choice_at("value", *CHARGING_STATUSES),
    "charge-energyadded": number(Unit.KILOWATT_HOUR, 0, 1000),
    "charge-fastchargertype": _TEXT,
    "charge-ischarging": parse_flag,
    "charge-ischargingcableconnected": parse_flag,
    "charge-ischargingcablelatched": parse_flag,
    "charge-ischargingportflapopen": parse_flag,
    "charge-isfastchargerpresent": parse_flag,
    "charge-timetocomplete": number(Unit.MINUTE, 0, 10080),
    "charge-voltage": number(Unit.VOLT, 0, 2000),
    "charge-wattage": number(Unit.WATT, -1_000_000, 1_000_000),
    "climate-externaltemperature": _TEMPERATURE,
    "climate-internaltemperature": _TEMPERATURE,
    "closure-doors": parse_openables,
    "closure-enginecover": parse_openable,
    "closure-fronttrunk": parse_openable,
    "closure-islocked": parse_flag,
    "closure-reartrunk": parse_openable,
    "closure-sunroof": parse_openable,
    "closure-tailgate": parse_openable,
    "closure-windows": parse_openables,
    "connectivitysoftware-currentfirmwareversion": _TEXT,
    "connectivitystatus-isasleep": parse_flag,
    "connectivitystatus-isdigitalkeypaired": parse_flag,
    "connectivitystatus-isonline": parse_flag,
    "diagnostics-abs": parse_alert,
    "diagnostics-activesafety": parse_alert,
    "diagnostics-airbag": parse_alert,
    "diagnostics-brakefluid": parse_alert,
    "diagnostics-driverassistance": parse_alert,
    "diagnostics-dtccount": number(Unit.COUNT, 0, 10_000),
    "diagnostics-dtclist": parse_list,
    "diagnostics-emissions": parse_alert,
    "diagnostics-evbatteryconditioning": parse_alert,
    "diagnostics-evcharging": parse_alert,
    "diagnostics-evdriveunit": parse_alert,
    "diagnostics-evhvbattery": parse_alert,
    "diagnostics-lighting": parse_alert,
    "diagnostics-mil": parse_alert,
    "diagnostics-oillife": parse_alert,
    "diagnostics-oilpressure": parse_alert,
    "diagnostics-oiltemperature": parse_alert,
    "diagnostics-telematics": parse_alert,
    "diagnostics-tirepressure": parse_alert,
    "diagnostics-tirepressuremonitoring": parse_alert,
    "diagnostics-transmission": parse_alert,
    "diagnostics-washerfluid": parse_alert,
    "diagnostics-waterinfuel": parse_alert,
    "hvac-cabintargettemperature": _TEMPERATURE,
    "hvac-iscabinhvacactive": parse_flag,
    "hvac-isfrontdefrosteractive": parse_flag,
    "hvac-isreardefrosteractive": parse_flag,
    "hvac-issteeringheateractive": parse_flag,
    "internalcombustionengine-amountremaining": number(Unit.LITER, 0, 1000),
    "internalcombustionengine-fuellevel": _PERCENT,
    "internalcombustionengine-oillife": _PERCENT,
    "internalcombustionengine-range": number(Unit.KILOMETER, 0, 3000),
    "location-isathome": parse_flag,
    "location-preciselocation": parse_position,
    "lowvoltagebattery-stateofcharge": _PERCENT,
    "lowvoltagebattery-status": choice_at("value", *BATTERY_STATUSES),
    "motion-currentspeed": number(Unit.KILOMETER_PER_HOUR, 0, 500),
    "odometer-traveleddistance": number(Unit.KILOMETER, 0, 5_000_000),
    "service-isinservice": parse_flag,
    "service-records": parse_count,
    "surveillance-brand": _TEXT,
    "surveillance-isenabled": parse_flag,
    "tractionbattery-isheateractive": parse_flag,
    "tractionbattery-maxrangechargecounter": number(Unit.COUNT, 0, 100_000),
    "tractionbattery-nominalcapacity": parse_capacity,
    "tractionbattery-range": parse_range,
    "tractionbattery-stateofcharge": _PERCENT,
    "transmission-drivemode": text_at("canonical"),
    "transmission-gearstate": choice_at("value", *GEARS),
    "vehicleidentification-exteriorcolor": _TEXT,
    "vehicleidentification-nickname": _TEXT,
    "vehicleidentification-packages": parse_list,
    "vehicleidentification-trim": _TEXT,
    "vehicleidentification-vin": _TEXT,
    "vehicleuseraccount-permissions": parse_count,
    "vehicleuseraccount-role": _TEXT,
    "wheel-style": _TEXT,
    "wheel-tires": parse_tires,
}


def code_of(code: object, group: object = None, name: object = None) -> str | None:
    """Return a signal's code; without one that of its group and name."""
    if isinstance(code, str):
        code = code.lower()
    elif isinstance(group, str) and isinstance(name, str):
        code = f"{group}-{name}".lower()
    else:
        return None
    return code if len(code) <= _MAX_CODE and _CODE.fullmatch(code) else None


def code_of_name(name: str) -> str | None:
    """Return the code of `Odometer.TraveledDistance`, or of what is a code already."""
    return code_of(name.replace(".", "-", 1))


def as_key(value: object) -> str | None:
    """Return a reading's key, as the store has it: a signal's code, and parts after dots."""
    if not isinstance(value, str):
        return None
    code, dot, parts = value.partition(".")
    return value if code_of(code) == code and _PARTS.fullmatch(dot + parts) else None


def parse_body(code: str, body: object, notes: Notes) -> tuple[Reading, ...]:
    """Return the readings in a signal's body, in canonical units.

    A code that the vocabulary does not list gives a reading if its body is a number with a unit, a
    boolean or a short text.
    """
    if isinstance(body, list) and body:
        body = {"values": body}
    if not isinstance(body, dict):
        notes.append(f"{code}: no body")
        return ()
    return SIGNALS.get(code, parse_unlisted)(code, body, notes)
