"""What there is to tell a webhook about a car."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import payloads_v2, payloads_v4, signals
from .cloud import Subscription, Webhook
from .problems import find

type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A payload on its way to a webhook's callback."""

    webhook: Webhook
    vehicle_id: str | None
    event: str
    envelope: Body
    to_error_callback: bool = False

    @property
    def address(self) -> str:
        """Where it goes."""
        other = self.webhook.error_callback_uri if self.to_error_callback else None
        return other or self.webhook.callback_uri


def report_v2(subscription: Subscription, now: datetime, reauthenticate: str) -> Parcel:
    """Return the report of a dynamic or scheduled webhook: each of its paths."""
    webhook, connection = subscription.webhook, subscription.connection
    car = connection.car
    data = [
        payloads_v2.entry(car, path, connection.permissions, reauthenticate)
        for path in webhook.data
    ]
    subscription.last_sent = now
    subscription.last_recorded = car.recorded_at
    subscription.announced = car.problem
    subscription.sent = {element["path"]: element["body"] for element in data}
    envelope = payloads_v2.report(webhook.id, webhook.event_name, connection.mode, {car.id: data})
    return Parcel(webhook, car.id, webhook.event_name, envelope)


def reports_v4(
    subscription: Subscription, now: datetime, wall: datetime, *, asked: bool
) -> list[Parcel]:
    """Return what the current platform has to tell: errors, and the state if a trigger changed.

    When asked, the state is told although nothing changed; without any trigger it never is.
    """
    parcels = _errors(subscription, wall)
    car = subscription.connection.car
    if car.problem is not None or not subscription.webhook.triggers:
        return parcels
    subject = subscription.connection.subject
    codes = (*subscription.webhook.triggers, *subscription.webhook.data)
    current = {code: _essence(payloads_v4.signal(subject, code, wall)) for code in codes}
    first = subscription.last_sent is None
    if first:
        triggers = [payloads_v4.FIRST_DELIVERY]
        parcels += _incapable(subscription, wall)
    else:
        changed = [
            code
            for code in subscription.webhook.triggers
            if current[code] != subscription.sent.get(code)
        ]
        if not changed and not asked:
            return parcels
        triggers = payloads_v4.updated(changed or subscription.webhook.triggers[:1])
    subscription.last_sent = now
    subscription.last_recorded = car.recorded_at
    subscription.sent = current
    envelope = payloads_v4.state(
        subscription.webhook.origin, subject, subscription.webhook.data, triggers, wall
    )
    return [Parcel(subscription.webhook, car.id, "VEHICLE_STATE", envelope), *parcels]


def _essence(element: Body) -> Body:
    """Return what makes a signal's element a new one: status and, where it counts, body."""
    status: Body = element["status"]
    body: Body = element.get("body", {})
    return status if status["value"] == "ERROR" else body


def _errors(subscription: Subscription, wall: datetime) -> list[Parcel]:
    """Return the VEHICLE_ERROR that says what began or ended since the last one."""
    problem, before = subscription.connection.car.problem, subscription.announced
    if problem == before:
        return []
    subscription.announced = problem
    errors = []
    for it, resolved in ((before, True), (problem, False)):
        if it is not None:
            codes = () if it.of_account else subscription.webhook.data
            errors.append(payloads_v4.error_entry(it, codes, resolved=resolved))
    return [_error_parcel(subscription, errors, wall)]


def _incapable(subscription: Subscription, wall: datetime) -> list[Parcel]:
    """Return the VEHICLE_ERROR beside a first delivery: what can never come."""
    subject = subscription.connection.subject
    lacking: dict[str, list[str]] = {}
    for code in subscription.webhook.data:
        refusal = subject.refusal(code)
        if refusal is not None and code not in signals.WHILE_CHARGING:
            lacking.setdefault(f"{refusal.type}.{refusal.code or 'null'}", []).append(code)
    if not lacking:
        return []
    errors = [payloads_v4.error_entry(find(name), codes) for name, codes in lacking.items()]
    return [_error_parcel(subscription, errors, wall)]


def _error_parcel(subscription: Subscription, errors: list[Body], wall: datetime) -> Parcel:
    envelope = payloads_v4.error(
        subscription.webhook.origin, subscription.connection.subject, errors, wall
    )
    return Parcel(
        subscription.webhook,
        subscription.connection.car.id,
        "VEHICLE_ERROR",
        envelope,
        to_error_callback=True,
    )
