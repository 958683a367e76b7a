"""The events that a webhook is told about a car."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import payloads_v2, payloads_v4, signals
from .cloud import Subscription, Webhook
from .problems import find

type Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """A payload for a webhook: `type` is the event's type or name, `envelope` the whole JSON."""

    webhook: Webhook
    vehicle_id: str | None
    type: str
    envelope: Body
    to_error_callback: bool = False

    @property
    def callback_uri(self) -> str:
        """The URI to which it is posted."""
        other = self.webhook.error_callback_uri if self.to_error_callback else None
        return other or self.webhook.callback_uri


def event_v2(subscription: Subscription, now: datetime, reauthenticate_url: str) -> Event:
    """Return the report of a dynamic or scheduled webhook: each of its paths."""
    webhook, connection = subscription.webhook, subscription.connection
    car = connection.car
    data = [payloads_v2.path_element(connection, path, reauthenticate_url) for path in webhook.data]
    subscription.last_sent = now
    subscription.last_recorded = car.recorded_at
    subscription.reported_problem = car.problem
    envelope = payloads_v2.report(webhook, connection.mode, {car.id: data})
    return Event(webhook, car.id, webhook.event_name, envelope)


def events_v4(
    subscription: Subscription, now: datetime, wall: datetime, *, forced: bool
) -> list[Event]:
    """Return the events of the current platform: errors, and the state if a trigger changed.

    With `forced` the state is sent although nothing changed; without any trigger it never is.
    """
    events = _error_events(subscription, wall)
    webhook, connection = subscription.webhook, subscription.connection
    if connection.car.problem is not None or not webhook.triggers:
        return events
    current = {
        code: _compared_part(payloads_v4.signal(connection, code, wall))
        for code in (*webhook.triggers, *webhook.data)
    }
    if subscription.last_sent is None:
        triggers = [payloads_v4.FIRST_DELIVERY]
        events += _incapable_events(subscription, wall)
    else:
        changed = [
            code for code in webhook.triggers if current[code] != subscription.sent.get(code)
        ]
        if not changed and not forced:
            return events
        triggers = payloads_v4.signal_triggers(changed or webhook.triggers[:1])
    subscription.last_sent = now
    subscription.last_recorded = connection.car.recorded_at
    subscription.sent = current
    envelope = payloads_v4.vehicle_state(webhook, connection, triggers, wall)
    return [Event(webhook, connection.car.id, "VEHICLE_STATE", envelope), *events]


def _compared_part(element: Body) -> Body:
    """Return what must change for a trigger: the status of an error, else the body."""
    status: Body = element["status"]
    body: Body = element.get("body", {})
    return status if status["value"] == "ERROR" else body


def _error_events(subscription: Subscription, wall: datetime) -> list[Event]:
    """Return the VEHICLE_ERROR about the problems that began or ended since the last one."""
    problem, before = subscription.connection.car.problem, subscription.reported_problem
    if problem == before:
        return []
    subscription.reported_problem = problem
    errors = []
    for it, resolved in ((before, True), (problem, False)):
        if it is not None:
            codes = () if it.of_account else subscription.webhook.data
            errors.append(payloads_v4.error_entry(it, codes, resolved=resolved))
    return [_error_event(subscription, errors, wall)]


def _incapable_events(subscription: Subscription, wall: datetime) -> list[Event]:
    """Return the VEHICLE_ERROR beside a first delivery: the signals that can never come."""
    incapable: dict[str, list[str]] = {}
    for code in subscription.webhook.data:
        failed = subscription.connection.signal_problem(code)
        if failed is not None and code not in signals.WHILE_CHARGING:
            problem = failed.problem
            incapable.setdefault(f"{problem.type}.{problem.code or 'null'}", []).append(code)
    if not incapable:
        return []
    errors = [payloads_v4.error_entry(find(name), codes) for name, codes in incapable.items()]
    return [_error_event(subscription, errors, wall)]


def _error_event(subscription: Subscription, errors: list[Body], wall: datetime) -> Event:
    webhook, connection = subscription.webhook, subscription.connection
    envelope = payloads_v4.vehicle_error(webhook, connection, errors, wall)
    return Event(webhook, connection.car.id, "VEHICLE_ERROR", envelope, to_error_callback=True)
