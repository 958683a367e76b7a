"""Deliveries of the current platform: payload version 4.0."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import choice
from string import ascii_letters, digits
from typing import Any
from uuid import uuid4

from . import signals
from .car import Car
from .clock import epoch_ms
from .problems import Problem, find

type Body = dict[str, Any]

FIRST_DELIVERY: Body = {"type": "FIRST_DELIVERY"}
_ALPHABET = ascii_letters + digits + "_"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which webhook of which application speaks."""

    webhook_id: str
    webhook_name: str
    application_id: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose car is spoken of, and what the grant covers."""

    car: Car
    user_id: str
    permissions: frozenset[str]
    mode: str = "live"

    def refusal(self, code: str) -> Problem | None:
        """Return why a signal cannot be had now."""
        if self.car.problem is not None and self.car.problem.of_account:
            return self.car.problem
        if code in signals.CATALOGUE and (
            signals.CATALOGUE[code].permission not in self.permissions
        ):
            return find("PERMISSION.null")
        if code not in self.car.capable & signals.KNOWN:
            return find("VEHICLE_NOT_CAPABLE")
        if code in signals.WHILE_CHARGING and not self.car.charging:
            return find("NOT_CHARGING")
        return None

    @property
    def header(self) -> Body:
        """`data.user` and `data.vehicle`."""
        model = self.car.model
        return {
            "user": {"id": self.user_id, "externalId": None},
            "vehicle": {
                "id": self.car.id,
                "make": model.make,
                "model": model.model,
                "year": model.year,
                "mode": self.mode,
                "powertrainType": "BEV",
            },
        }


def signal(subject: Subject, code: str, retrieved_at: datetime) -> Body:
    """Return a signal's element; beside NOT_CHARGING the last body stays, as in captures."""
    known = signals.CATALOGUE[code]
    problem = subject.refusal(code)
    if problem is not None:
        element: Body = {
            **known.reference,
            "status": {"value": "ERROR", "error": {"type": problem.type, "code": problem.code}},
        }
        if problem.code == "NOT_CHARGING":
            element["body"] = signals.body(subject.car, code)
        return element
    static = code in signals.STATIC
    return {
        **known.reference,
        "status": {"value": "SUCCESS"},
        "body": signals.body(subject.car, code),
        "meta": {
            "oemUpdatedAt": 0 if static else epoch_ms(subject.car.recorded_at),
            "retrievedAt": 0 if static else epoch_ms(retrieved_at),
        },
    }


def challenge(origin: Origin) -> Body:
    """Return the verification message (webhooks/events/verify); real ones look like this."""
    token = "".join(choice(_ALPHABET) for _ in range(32))
    return {
        "eventId": str(uuid4()),
        "eventType": "VERIFY",
        "data": {"challenge": f"challenge_{token}"},
        "meta": {
            "version": "4.0",
            "webhookId": origin.webhook_id,
            "webhookName": origin.webhook_name,
        },
    }


def _meta(origin: Origin, mode: str, now: datetime, **extra: object) -> Body:
    return {
        "version": "4.0",
        "webhookId": origin.webhook_id,
        "webhookName": origin.webhook_name,
        "applicationId": origin.application_id,
        "mode": mode.upper(),
        "sequence": epoch_ms(now),
        **extra,
    }


def updated(codes: Iterable[str]) -> list[Body]:
    """Return the `triggers` of signals that changed."""
    return [
        {"type": "SIGNAL_UPDATED", "signal": signals.CATALOGUE[code].reference} for code in codes
    ]


def state(
    origin: Origin,
    subject: Subject,
    codes: Sequence[str],
    triggers: list[Body],
    now: datetime,
) -> Body:
    """Return a VEHICLE_STATE with all data signals of the webhook (webhooks/events/vehicle-state).

    `deliveryId` and `deliveredAt` are missing: each attempt adds its own.
    """
    elements = [signal(subject, code, now) for code in codes]
    return {
        "eventId": str(uuid4()),
        "eventType": "VEHICLE_STATE",
        "data": {**subject.header, "signals": elements},
        "triggers": triggers,
        "meta": _meta(origin, subject.mode, now, signalCount=len(elements)),
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


def error(origin: Origin, subject: Subject, errors: list[Body], now: datetime) -> Body:
    """Return a VEHICLE_ERROR (webhooks/events/vehicle-error)."""
    return {
        "eventId": str(uuid4()),
        "eventType": "VEHICLE_ERROR",
        "data": {**subject.header, "errors": errors},
        "meta": _meta(origin, subject.mode, now),
    }
