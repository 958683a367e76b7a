"""Payloads of both generations for the tests of decoding, and the shared captures."""

from collections.abc import Callable, Iterable
from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import Delivery, Report, Signal, Value

type Json = dict[str, Any]

NOW = 1_765_157_700_000
VEHICLE_ID = "db745230-7f7c-4791-bcaa-185facf371be"
WEBHOOK_ID = "155db8be-4df1-4910-b651-dea9bea108f2"

SHARED = Path(__file__).parents[3] / "shared" / "payloads"
"""Public captures and examples beside the repository; where they are missing, tests skip."""

TUTORIAL: Json = {
    "version": "2.0",
    "webhookId": WEBHOOK_ID,
    "eventName": "dynamic",
    "mode": "live",
    "payload": {
        "vehicles": [
            {
                "vehicleId": VEHICLE_ID,
                "requestId": "25d743b8-14cf-4744-b067-bd8d7daf3f1a",
                "data": [
                    {
                        "path": "/battery",
                        "code": 200,
                        "body": {"range": 283.244544, "percentRemaining": 0.58},
                        "headers": {"sc-data-age": "2024-09-20T21:58:06.000Z"},
                    },
                    {
                        "path": "/charge",
                        "code": 200,
                        "body": {"isPluggedIn": False, "state": "NOT_CHARGING"},
                        "headers": {"sc-data-age": "2024-09-20T21:58:06.000Z"},
                    },
                    {
                        "path": "/location",
                        "code": 200,
                        "body": {"latitude": 37.4292, "longitude": 122.1381},
                        "headers": {"sc-data-age": "2024-09-20T21:58:48.000Z"},
                    },
                ],
            }
        ]
    },
}


def decode(
    payload: object,
    *,
    decoder: Decoder | None = None,
    now: int = NOW,
    is_known: Callable[[str, str], bool] = lambda *_: False,
) -> Delivery:
    """Return the delivery in a payload, read by a decoder that remembers nothing."""
    assert isinstance(payload, dict)
    return (decoder or Decoder()).decode(payload, received_at=now, is_known=is_known)


def dynamic(*entries: object, **vehicle: object) -> Json:
    """Return a dynamic payload of one vehicle with the given entries of data."""
    content: Json = {"vehicleId": VEHICLE_ID, "requestId": "request", "data": list(entries)}
    content.update(vehicle)
    return {**deepcopy(TUTORIAL), "payload": {"vehicles": [content]}}


def entry(path: str, body: object, **more: object) -> Json:
    """Return an entry of a dynamic payload's data."""
    return {"path": path, "code": 200, "body": body, "headers": {}, **more}


def state(*signals: object, **more: object) -> Json:
    """Return a VEHICLE_STATE payload with the given signals."""
    return {
        "eventId": "event",
        "eventType": "VEHICLE_STATE",
        "data": {
            "user": {"id": "93b3ea96-ca37-43a9-9073-f4334712dbc7"},
            "vehicle": {"id": VEHICLE_ID, "make": "JAGUAR", "model": "I-PACE", "year": 2021},
            "signals": list(signals),
        },
        "triggers": [],
        "meta": {"version": "4.0", "deliveredAt": NOW, "webhookId": WEBHOOK_ID, "mode": "LIVE"},
        **more,
    }


def error(*errors: object, **more: object) -> Json:
    """Return a VEHICLE_ERROR payload with the given errors."""
    payload = state(eventType="VEHICLE_ERROR", **more)
    payload["data"]["errors"] = list(errors)
    del payload["data"]["signals"]
    return payload


def signal(code: str, body: object, **more: object) -> Json:
    """Return a good signal of a VEHICLE_STATE payload."""
    return {
        "code": code,
        "body": body,
        "meta": {"oemUpdatedAt": NOW - 9000, "retrievedAt": NOW - 1000},
        "status": {"value": "SUCCESS"},
        **more,
    }


def only_report(delivery: Delivery) -> Report:
    """Return the delivery's report, of which there is one."""
    (report,) = delivery.reports
    return report


def signals_of(delivery: Delivery) -> dict[str, Signal]:
    """Return the signals of the delivery's one report by code."""
    return {signal.content.code: signal for signal in only_report(delivery).signals}


def values_of(signals: Iterable[Signal]) -> dict[str, Value | None]:
    """Return the readings of signals by key."""
    return {reading.key: reading.value for signal in signals for reading in signal.content.readings}


def values(delivery: Delivery) -> dict[str, Value | None]:
    """Return the readings of the delivery's one report by key."""
    return values_of(only_report(delivery).signals)


def shared(pattern: str) -> list[Path]:
    """Return the shared files of a pattern; none where the folder is missing."""
    return sorted(SHARED.glob(pattern))


def load(path: Path) -> Any:  # noqa: ANN401 - JSON
    """Return a file's JSON."""
    return json.loads(path.read_text())
