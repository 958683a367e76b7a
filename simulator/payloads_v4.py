"""Deliveries of the current platform: payload version 4.0."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from secrets import choice
from string import ascii_letters, digits
from typing import Any
from uuid import uuid4

from . import signals
from .clock import epoch_ms
from .cloud import Connection, Webhook
from .problems import Problem

type Body = dict[str, Any]

FIRST_DELIVERY: Body = {"type": "FIRST_DELIVERY"}
_ALPHABET = ascii_letters + digits + "_"


def signal(connection: Connection, code: str, retrieved_at: datetime) -> Body:
    """Return a signal's element; beside NOT_CHARGING the last body stays, as in captures."""
    known, car = signals.CATALOGUE[code], connection.car
    failed = connection.signal_problem(code)
    if failed is not None:
        error = {"type": failed.problem.type, "code": failed.problem.code}
        element: Body = {**known.reference, "status": {"value": "ERROR", "error": error}}
        if failed.body == "null":
            element["body"] = signals.null_body(car, code)
        elif failed.body == "stale":
            element["body"] = failed.known or signals.body(car, code)
        return element
    static = code in signals.STATIC
    return {
        **known.reference,
        "status": {"value": "SUCCESS"},
        "body": signals.body(car, code),
        "meta": {
            "oemUpdatedAt": 0 if static else epoch_ms(car.recorded_at),
            "retrievedAt": 0 if static else epoch_ms(retrieved_at),
        },
    }


def challenge(webhook: Webhook) -> Body:
    """Return the verification message (webhooks/events/verify); real ones look like this."""
    token = "".join(choice(_ALPHABET) for _ in range(32))
    return {
        "eventId": str(uuid4()),
        "eventType": "VERIFY",
        "data": {"challenge": f"challenge_{token}"},
        "meta": {
            "version": "4.0",
            "webhookId": webhook.id,
            "webhookName": webhook.name,
        },
    }


def _header(connection: Connection) -> Body:
    """Return `data.user` and `data.vehicle`."""
    model = connection.car.model
    return {
        "user": {"id": connection.owner_id, "externalId": None},
        "vehicle": {
            "id": connection.car.id,
            "make": model.make,
            "model": model.model,
            "year": model.year,
            "mode": connection.mode,
            "powertrainType": "BEV",
        },
    }


def _meta(webhook: Webhook, mode: str, now: datetime, **extra: object) -> Body:
    return {
        "version": "4.0",
        "webhookId": webhook.id,
        "webhookName": webhook.name,
        "applicationId": webhook.application_id,
        "mode": mode.upper(),
        "sequence": epoch_ms(now),
        **extra,
    }


def signal_triggers(codes: Iterable[str]) -> list[Body]:
    """Return the `triggers` for signals that changed."""
    return [
        {"type": "SIGNAL_UPDATED", "signal": signals.CATALOGUE[code].reference} for code in codes
    ]


def vehicle_state(
    webhook: Webhook, connection: Connection, triggers: list[Body], now: datetime
) -> Body:
    """Return a VEHICLE_STATE with all data signals of the webhook (webhooks/events/vehicle-state).

    `deliveryId` and `deliveredAt` are missing: each attempt adds its own.
    """
    elements = [signal(connection, code, now) for code in webhook.data]
    return {
        "eventId": str(uuid4()),
        "eventType": "VEHICLE_STATE",
        "data": {**_header(connection), "signals": elements},
        "triggers": triggers,
        "meta": _meta(webhook, connection.mode, now, signalCount=len(elements)),
    }


def error_entry(problem: Problem, codes: Sequence[str] = (), *, resolved: bool = False) -> Body:
    """Return an element of `errors`; account-wide ones have no `signals` key."""
    entry: Body = {
        "type": problem.type,
        "code": problem.code,
        "state": "RESOLVED" if resolved else "ERROR",
        "description": problem.description,
    }
    if not resolved:
        entry |= {"docURL": problem.link, "resolution": {"type": problem.resolution}}
    if codes:
        entry["signals"] = [signals.CATALOGUE[code].reference for code in codes]
    return entry


def vehicle_error(
    webhook: Webhook, connection: Connection, errors: list[Body], now: datetime
) -> Body:
    """Return a VEHICLE_ERROR (webhooks/events/vehicle-error)."""
    return {
        "eventId": str(uuid4()),
        "eventType": "VEHICLE_ERROR",
        "data": {**_header(connection), "errors": errors},
        "meta": _meta(webhook, connection.mode, now),
    }
