"""The deliveries that are measured: 30 signals, as a rich car sends them, and a dynamic one."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json

type Payload = dict[str, object]
type Variant = Callable[[int], bytes]
"""Makes the body of the nth delivery."""

VEHICLE_ID = "00000000-0000-4000-a000-00000000be4c"
_START = 1_790_000_000_000
_DOORS = [(0, 0), (0, 1), (1, 0), (1, 1)]


def rich(n: int, *, moved: bool, changed: bool, vehicle_id: str = VEHICLE_ID) -> Payload:
    """Return a version 4.0 delivery of 30 signals, nine of which the car does not have."""
    step = n % 2 if changed else 0
    flag = bool(step)
    meta = {"oemUpdatedAt": _START + (n * 1000 if moved else 0), "retrievedAt": _START + n * 1000}
    good: dict[str, object] = {
        "tractionbattery-stateofcharge": {"value": 54 + step, "unit": "percent"},
        "tractionbattery-range": {"value": 168 + step, "additionalValues": [], "unit": "km"},
        "tractionbattery-nominalcapacity": {
            "capacity": 90 + step,
            "source": "USER_SELECTED",
            "availableCapacities": [{"capacity": 90, "description": "BEV"}],
            "unit": "kWh",
        },
        "charge-ischargingcableconnected": {"value": flag},
        "charge-ischarging": {"value": flag},
        "charge-detailedchargingstatus": {"value": "CHARGING" if flag else "NOT_CHARGING"},
        "charge-chargelimits": {"values": [], "activeLimit": 80 + step, "unit": "percent"},
        "charge-wattage": {"value": 4683 + step, "unit": "watts"},
        "charge-timetocomplete": {"value": 15 + step},
        "lowvoltagebattery-stateofcharge": {"value": 90 + step, "unit": "percent"},
        "odometer-traveleddistance": {"value": 167336 + step, "unit": "km"},
        "closure-islocked": {"value": flag},
        "closure-doors": {
            "values": [
                {"row": row, "column": column, "isOpen": flag, "isLocked": not flag}
                for row, column in _DOORS
            ],
            "rowCount": 2,
            "columnCount": 2,
        },
        "closure-windows": {
            "values": [{"row": row, "column": column, "isOpen": flag} for row, column in _DOORS],
            "rowCount": 2,
            "columnCount": 2,
        },
        "closure-enginecover": {"isOpen": flag},
        "closure-reartrunk": {"isOpen": flag, "isLocked": not flag},
        "closure-fronttrunk": {"isOpen": flag, "isLocked": not flag},
        "location-preciselocation": {
            "latitude": 52.238 + step,
            "longitude": 0.154,
            "heading": 94 + step,
        },
        "wheel-tires": {
            "values": [
                {"row": row, "column": column, "tirePressure": 258 + step} for row, column in _DOORS
            ],
            "unit": "bar",
        },
        "connectivitystatus-isonline": {"value": flag},
        "connectivitysoftware-currentfirmwareversion": {"value": f"4.2.{step}"},
    }
    missing = {
        "connectivitystatus-isasleep": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "charge-voltage": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "charge-amperage": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "lowvoltagebattery-status": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "climate-internaltemperature": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "climate-externaltemperature": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "service-records": ("COMPATIBILITY", "VEHICLE_NOT_CAPABLE"),
        "diagnostics-dtccount": ("PERMISSION", None),
        "hvac-iscabinhvacactive": ("PERMISSION", None),
    }
    signals: list[object] = [
        {
            "code": code,
            "name": code.rpartition("-")[2],
            "group": code.partition("-")[0],
            "body": body,
            "meta": meta,
            "status": {"value": "SUCCESS"},
        }
        for code, body in good.items()
    ]
    signals += [
        {
            "code": code,
            "name": code.rpartition("-")[2],
            "group": code.partition("-")[0],
            "status": {"value": "ERROR", "error": {"type": kind, "code": why}},
        }
        for code, (kind, why) in missing.items()
    ]
    return {
        "eventId": f"event-{n}",
        "eventType": "VEHICLE_STATE",
        "data": {
            "user": {"id": "a-user"},
            "vehicle": {"id": vehicle_id, "make": "JAGUAR", "model": "I-PACE", "year": 2021},
            "signals": signals,
        },
        "triggers": [
            {
                "type": "SIGNAL_UPDATED",
                "signal": {
                    "name": "StateOfCharge",
                    "code": "tractionbattery-stateofcharge",
                    "group": "TractionBattery",
                },
            }
        ],
        "meta": {
            "deliveryId": f"delivery-{n}",
            "deliveredAt": _START + n * 1000 + 500,
            "version": "4.0",
            "webhookId": "a-webhook",
            "webhookName": "Home Assistant",
            "mode": "LIVE",
            "signalCount": len(signals),
        },
    }


def dynamic(n: int, *, moved: bool, changed: bool, vehicle_id: str = VEHICLE_ID) -> Payload:
    """Return a version 2.0 delivery as in the tutorial."""
    step = n % 2 if changed else 0
    seconds = n if moved else 0
    recorded_at = datetime(2026, 9, 20, tzinfo=UTC) + timedelta(seconds=seconds)
    headers = {"sc-data-age": recorded_at.isoformat(timespec="milliseconds")}
    return {
        "version": "2.0",
        "webhookId": "a-webhook",
        "eventName": "dynamic",
        "mode": "live",
        "payload": {
            "vehicles": [
                {
                    "vehicleId": vehicle_id,
                    "requestId": f"request-{n}",
                    "data": [
                        {
                            "path": "/battery",
                            "code": 200,
                            "body": {
                                "range": 283.244544 + step,
                                "percentRemaining": 0.58 + step / 100,
                            },
                            "headers": headers,
                        },
                        {
                            "path": "/charge",
                            "code": 200,
                            "body": {
                                "isPluggedIn": bool(step),
                                "state": "CHARGING" if step else "NOT_CHARGING",
                            },
                            "headers": headers,
                        },
                        {
                            "path": "/location",
                            "code": 200,
                            "body": {"latitude": 37.4292 + step, "longitude": -122.1381},
                            "headers": headers,
                        },
                    ],
                }
            ]
        },
    }


def encoded(payload: Payload) -> bytes:
    """Return a payload as Smartcar sends it."""
    return json.dumps(payload, separators=(",", ":")).encode()
