"""The dashboard's test deliveries: signed, mode TEST, a vehicle that nobody has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from . import signals
from .clock import epoch_ms
from .payloads_v4 import Origin, error_entry, updated
from .problems import find

type Body = dict[str, Any]

_SAMPLES: dict[str, Body] = {
    "tractionbattery-stateofcharge": {"value": 78, "unit": "percent"},
    "closure-islocked": {"value": True},
    "connectivitystatus-isasleep": {"value": False},
    "connectivitystatus-isonline": {"value": True},
    "odometer-traveleddistance": {"value": 12345.6, "unit": "km"},
    "vehicleidentification-nickname": {"value": "Sample"},
    "vehicleidentification-vin": {"value": "SIMTEST0000000000"},
}


def _envelope(origin: Origin, event_type: str, data: Body) -> Body:
    vehicle = {
        "id": str(uuid4()),
        "make": "Tesla",
        "model": "Model 3",
        "year": 2020,
        "mode": "test",
        "powertrainType": "BEV",
    }
    return {
        "eventId": str(uuid4()),
        "eventType": event_type,
        "data": {"user": {"id": str(uuid4()), "externalId": None}, "vehicle": vehicle, **data},
        "meta": {
            "version": "4.0",
            "webhookId": origin.webhook_id,
            "webhookName": origin.webhook_name,
            "applicationId": origin.application_id,
            "mode": "TEST",
        },
    }


def state(origin: Origin, triggers: Sequence[str], now: datetime) -> Body:
    """Return a VEHICLE_STATE in mode TEST."""
    stamp = epoch_ms(now)
    elements = [
        {
            **signals.CATALOGUE[code].reference,
            "status": {"value": "SUCCESS"},
            "body": body,
            "meta": {"oemUpdatedAt": stamp, "retrievedAt": stamp},
        }
        for code, body in _SAMPLES.items()
    ]
    envelope = _envelope(origin, "VEHICLE_STATE", {"signals": elements})
    envelope["triggers"] = updated(triggers or ["tractionbattery-stateofcharge"])
    envelope["meta"] |= {"sequence": stamp, "signalCount": len(elements)}
    return envelope


def error(origin: Origin) -> Body:
    """Return a VEHICLE_ERROR in mode TEST."""
    codes = ["location-preciselocation", "tractionbattery-stateofcharge"]
    entry = error_entry(find("VEHICLE_NOT_CAPABLE"), codes)
    return _envelope(origin, "VEHICLE_ERROR", {"errors": [entry]})
