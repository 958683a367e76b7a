"""The events of the dashboard's *Test webhook*: mode TEST and an unknown vehicle."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from . import payloads_v2, signals
from .clock import epoch_ms
from .cloud import NotFoundError, Webhook
from .events import Event
from .payloads_v4 import error_entry, signal_triggers
from .problems import find

type Body = dict[str, Any]

_BODIES: dict[str, Body] = {
    "tractionbattery-stateofcharge": {"value": 78, "unit": "percent"},
    "closure-islocked": {"value": True},
    "connectivitystatus-isasleep": {"value": False},
    "connectivitystatus-isonline": {"value": True},
    "odometer-traveleddistance": {"value": 12345.6, "unit": "km"},
    "vehicleidentification-nickname": {"value": "Sample"},
    "vehicleidentification-vin": {"value": "SIMTEST0000000000"},
}


def test_event(webhook: Webhook, event_type: str, now: datetime) -> Event:
    """Return a test event: VEHICLE_STATE or VEHICLE_ERROR; webhooks of v2.0 have only one."""
    if webhook.kind.is_v2:
        data = [{"path": "/battery", "code": 200, "body": {"percentRemaining": 0.78}}]
        envelope = payloads_v2.report(webhook, "test", {str(uuid4()): data})
        return Event(webhook, None, webhook.event_name, envelope)
    match event_type:
        case "VEHICLE_STATE":
            return Event(webhook, None, event_type, _state(webhook, now))
        case "VEHICLE_ERROR":
            return Event(webhook, None, event_type, _error(webhook))
        case _:
            raise NotFoundError(f"no test event {event_type}")


def _state(webhook: Webhook, now: datetime) -> Body:
    stamp = epoch_ms(now)
    elements = [
        {
            **signals.CATALOGUE[code].reference,
            "status": {"value": "SUCCESS"},
            "body": body,
            "meta": {"oemUpdatedAt": stamp, "retrievedAt": stamp},
        }
        for code, body in _BODIES.items()
    ]
    envelope = _envelope(webhook, "VEHICLE_STATE", {"signals": elements})
    triggers = webhook.triggers or ("tractionbattery-stateofcharge",)
    envelope["triggers"] = signal_triggers(triggers)
    envelope["meta"] |= {"sequence": stamp, "signalCount": len(elements)}
    return envelope


def _error(webhook: Webhook) -> Body:
    codes = ["location-preciselocation", "tractionbattery-stateofcharge"]
    entry = error_entry(find("VEHICLE_NOT_CAPABLE"), codes)
    return _envelope(webhook, "VEHICLE_ERROR", {"errors": [entry]})


def _envelope(webhook: Webhook, event_type: str, data: Body) -> Body:
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
            "webhookId": webhook.id,
            "webhookName": webhook.name,
            "applicationId": webhook.application_id,
            "mode": "TEST",
        },
    }
