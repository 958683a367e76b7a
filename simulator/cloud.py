"""What Smartcar's cloud stores: applications, connections, webhooks, subscriptions."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count
from typing import Any, Literal
from urllib.parse import urlencode

from . import signals
from .car import Car
from .clock import Clock
from .faults import ApiFaults
from .meter import Meter
from .problems import Problem, find
from .tokens import Grant, TokenPair, Tokens

ALL_CONTROLS = frozenset(
    {
        "control_charge",
        "control_climate",
        "control_navigation",
        "control_pin",
        "control_security",
        "control_trunk",
    }
)
ALL_READS = frozenset({signal.permission for signal in signals.CATALOGUE.values()} | {"read_tires"})

_REPORT_INTERVAL_V2 = timedelta(minutes=60)
_REPORT_INTERVAL_V2_PLUGGED_IN = timedelta(minutes=30)


def fixed_id(family: int, number: int) -> str:
    """Return a predictable UUID: `family` is the kind of thing, `number` which one."""
    return f"{family:08x}-0000-4000-a000-{number:012d}"


class Kind(StrEnum):
    """The kinds of webhooks of both generations."""

    DYNAMIC = "dynamic"
    SCHEDULE = "schedule"
    CURRENT = "current"

    @property
    def is_v2(self) -> bool:
        """Whether its payloads have version 2.0."""
        return self is not Kind.CURRENT


class NotFoundError(Exception):
    """There is nothing with this ID or name in the cloud."""


@dataclass(slots=True, kw_only=True)
class Application:
    """An application of a Smartcar customer, with its four look-alike credentials.

    `id` is the Application ID and the client ID of API v2.0. Deliveries are signed with
    `signing_key`, which can differ from the management token that the dashboard shows.
    """

    id: str
    name: str
    client_secret: str
    m2m_id: str
    m2m_secret: str
    management_token: str
    signing_key: str
    redirect_uris: list[str] = field(default_factory=list)
    tokens: TokenPair | None = None


@dataclass(frozen=True, slots=True)
class SignalProblem:
    """Why a signal has no current value, and which body stands beside its error.

    The body is `absent`, `null` (its values are, its unit is not) or `stale`: `known` if it is
    given, else what the car says. Real cars have all of these.
    """

    problem: Problem
    body: Literal["absent", "null", "stale"] = "absent"
    known: dict[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class Connection:
    """An owner's car, connected to an application, and the permissions granted.

    `requests` are the billed ones of this period, of which the plan allows `request_limit`.
    """

    id: str
    application_id: str
    owner_id: str
    car: Car
    permissions: frozenset[str]
    created_at: datetime
    mode: Literal["live", "simulated"] = "live"
    request_limit: int | None = None
    requests: int = 0
    signal_problems: dict[str, SignalProblem] = field(default_factory=dict)

    def signal_problem(self, code: str) -> SignalProblem | None:
        """Return why a signal has no current value, None if it has one."""
        car = self.car
        if car.problem is not None and car.problem.of_account:
            return SignalProblem(car.problem)
        if code in self.signal_problems:
            return self.signal_problems[code]
        permitted = signals.CATALOGUE[code].permission in self.permissions
        if code in car.incapable or (permitted and code not in car.capable & signals.SUPPORTED):
            return SignalProblem(find("VEHICLE_NOT_CAPABLE"))
        if not permitted:
            return SignalProblem(find("PERMISSION.null"))
        if code in signals.WHILE_CHARGING and not car.charging:
            return SignalProblem(find("NOT_CHARGING"), "stale")
        return None

    def stored_codes(self) -> list[str]:
        """Return the codes of the signals that API v3 stores of the car, sorted.

        These are more than a webhook may carry: all that the grant covers and the car has, and
        those of which Smartcar knows only an error.
        """
        covered = {
            code
            for code in self.car.capable
            if signals.CATALOGUE[code].permission in self.permissions
        }
        return sorted(covered | self.car.incapable | self.signal_problems.keys())


@dataclass(slots=True, kw_only=True)
class Webhook:
    """A webhook of either generation.

    `data` is signal codes on the current platform and paths before; `failures` counts attempts
    that failed since the last success.
    """

    id: str
    application_id: str
    kind: Kind
    name: str
    callback_uri: str
    error_callback_uri: str | None = None
    triggers: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    event_name: str = "dynamic"
    auto_subscribe: bool = False
    enabled: bool = True
    verified: bool = False
    failures: int = 0
    created_at: datetime

    @property
    def is_active(self) -> bool:
        """Whether it delivers."""
        return self.enabled and self.verified


@dataclass(slots=True, kw_only=True)
class Subscription:
    """A car on a webhook, and what was last sent about it.

    `last_sent` is simulated time, `last_recorded` the car's wall time; `sent` has the compared
    part of each signal, by code.
    """

    id: str
    webhook: Webhook
    connection: Connection
    created_at: datetime
    last_sent: datetime | None = None
    last_recorded: datetime | None = None
    sent: dict[str, Any] = field(default_factory=dict)
    reported_problem: Problem | None = None

    def is_due_v2(self, now: datetime) -> bool:
        """Whether a webhook of v2.0 reports the car now: hourly, half-hourly while plugged in.

        A car that recorded nothing since the last report, because it sleeps, is not reported.
        """
        if self.last_sent is None:
            return True
        car = self.connection.car
        interval = _REPORT_INTERVAL_V2_PLUGGED_IN if car.plugged_in else _REPORT_INTERVAL_V2
        changed = self.last_recorded != car.recorded_at or self.reported_problem != car.problem
        return changed and now >= self.last_sent + interval


@dataclass(slots=True)
class Cloud:
    """Everything by ID, and how the APIs behave; `url` is the origin of the server."""

    clock: Clock
    url: str = ""
    applications: dict[str, Application] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    faults: ApiFaults = field(default_factory=ApiFaults)
    meter: Meter = field(default_factory=Meter)
    error_style: Literal["flat", "list"] = "flat"
    repeated_subscribe_status: int = 200
    signals_as_codes: bool = False
    tokens: Tokens = field(init=False)
    _numbers: dict[int, count[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Initialize the tokens with the cloud's clock."""
        self.tokens = Tokens(self.clock)

    @property
    def cars(self) -> dict[str, Car]:
        """Every car by Smartcar's vehicle ID."""
        return {it.car.id: it.car for it in self.connections.values()}

    def new_id(self, family: int) -> str:
        """Return the next predictable ID of a family."""
        return fixed_id(family, next(self._numbers.setdefault(family, count(1))))

    def connection_of(self, vehicle_id: str) -> Connection:
        """Return a car's connection."""
        for connection in self.connections.values():
            if connection.car.id == vehicle_id:
                return connection
        raise NotFoundError(f"no vehicle {vehicle_id}")

    def connections_of(self, grant: Grant) -> list[Connection]:
        """Return what an owner connected to an application."""
        return [
            it
            for it in self.connections.values()
            if (it.application_id, it.owner_id) == (grant.application_id, grant.owner_id)
        ]

    def owners_of(self, application: Application) -> list[str]:
        """Return the IDs of an application's owners."""
        return list(
            dict.fromkeys(
                it.owner_id
                for it in self.connections.values()
                if it.application_id == application.id
            )
        )

    def connect(
        self,
        application: Application,
        owner_id: str,
        car: Car,
        permissions: frozenset[str] = ALL_READS,
    ) -> Connection:
        """Connect a car; webhooks with `auto_subscribe` subscribe it."""
        connection = Connection(
            id=self.new_id(0xC0),
            application_id=application.id,
            owner_id=owner_id,
            car=car,
            permissions=permissions,
            created_at=self.clock.wall,
        )
        self.connections[connection.id] = connection
        for webhook in self.webhooks.values():
            if webhook.auto_subscribe and webhook.application_id == application.id:
                self.subscribe(webhook, connection)
        return connection

    def disconnect(self, connection: Connection) -> None:
        """Remove a connection and its subscriptions."""
        del self.connections[connection.id]
        for subscription in list(self.subscriptions.values()):
            if subscription.connection is connection:
                del self.subscriptions[subscription.id]

    def add_webhook(self, webhook: Webhook) -> Webhook:
        """Add a webhook; with `auto_subscribe` it subscribes every car of its application."""
        self.webhooks[webhook.id] = webhook
        if webhook.auto_subscribe:
            for connection in self.connections.values():
                if connection.application_id == webhook.application_id:
                    self.subscribe(webhook, connection)
        return webhook

    def remove_webhook(self, webhook: Webhook) -> None:
        """Delete a webhook and its subscriptions."""
        del self.webhooks[webhook.id]
        for subscription in list(self.subscriptions.values()):
            if subscription.webhook is webhook:
                del self.subscriptions[subscription.id]

    def subscription(self, webhook: Webhook, connection: Connection) -> Subscription | None:
        """Return a car's subscription to a webhook."""
        for it in self.subscriptions.values():
            if it.webhook is webhook and it.connection is connection:
                return it
        return None

    def subscribe(self, webhook: Webhook, connection: Connection) -> Subscription:
        """Subscribe a car to a webhook."""
        subscription = Subscription(
            id=self.new_id(0x5B),
            webhook=webhook,
            connection=connection,
            created_at=self.clock.wall,
        )
        self.subscriptions[subscription.id] = subscription
        return subscription

    def has_stored_signals(self, connection: Connection) -> bool:
        """Whether API v3 stores signals of a car: an active webhook must have it subscribed."""
        return any(
            it.webhook.is_active and it.webhook.kind is Kind.CURRENT
            for it in self.subscriptions.values()
            if it.connection is connection
        )

    def reauthenticate_url(self, connection: Connection) -> str:
        """Return the partial Connect URL that an AUTHENTICATION_FAILED error carries."""
        query = urlencode(
            {
                "response_type": "vehicle_id",
                "client_id": connection.application_id,
                "vehicle_id": connection.car.id,
            }
        )
        return f"{self.url}/connect/oauth/reauthenticate?{query}"
