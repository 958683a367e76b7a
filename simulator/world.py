"""The simulated world: cars and their owners, the dashboard, deliveries and time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import datetime, timedelta
from functools import partial
from typing import Concatenate, Literal
from uuid import uuid4

from . import events, payloads_v2, presets, signals
from .car import Car, ImpossibleError, Model
from .clock import Clock
from .cloud import (
    ALL_READS,
    Application,
    Cloud,
    Connection,
    Kind,
    NotFoundError,
    SignalProblem,
    Subscription,
    Webhook,
)
from .commands import Command, Parameters
from .delivery_queue import Delivery, DeliveryQueue, Verification
from .faults import ApiFault, CommandFault, DeliveryFaults
from .problems import Problem, find
from .scheduler import Scheduler
from .scripted_day import ScriptedDay
from .tokens import Grant, TokenPair
from .webhook_test_events import test_event

_DEFAULT_DATA: Mapping[Kind, Iterable[str]] = {
    Kind.DYNAMIC: payloads_v2.DYNAMIC_PATHS,
    Kind.SCHEDULE: payloads_v2.PATHS,
    Kind.CURRENT: presets.DEFAULT_DATA,
}


class World:
    """What the dashboard, the owners and the cars can do, and simulated time.

    Nothing happens by itself before `run`: time passes only in `advance`. Every `car` parameter
    takes a car, its vehicle ID, its VIN or its name.
    """

    def __init__(
        self,
        *,
        speed: float = 0,
        routes: Mapping[str, str] | None = None,
        start: datetime | None = None,
        populate: Callable[[Cloud], object] = presets.default_accounts,
    ) -> None:
        """Initialize; `speed` is simulated s per s, `routes` public origin -> loopback origin."""
        self.clock = Clock.starting(start, speed)
        self.scheduler = Scheduler(self.clock, self._simulate_cars)
        self.cloud = Cloud(self.clock)
        self.routes = dict(routes or {})
        self.delivery_queue = DeliveryQueue(self.cloud, self.scheduler, self.routes)
        self.report_interval = timedelta(minutes=2)
        self.command_lag = timedelta()
        self.days: dict[str, ScriptedDay] = {}
        self._released = asyncio.Event()
        populate(self.cloud)

    async def start(self) -> None:
        """Begin to deliver; let time run if it has a speed."""
        await self.delivery_queue.open()
        self.scheduler.schedule(self.report_interval, self._report_changes)
        if self.clock.speed:
            self.run()

    async def stop(self) -> None:
        """Stop time and deliveries."""
        self.release_commands()
        await self.scheduler.stop()
        await self.delivery_queue.close()

    # Time

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self.scheduler.running

    def run(self, speed: float | None = None) -> None:
        """Let time pass by itself, `speed` simulated seconds per second (0 pauses the cars)."""
        self.scheduler.run(speed)

    async def advance(self, span: timedelta) -> None:
        """Let simulated time pass at once, with all that is due in it."""
        await self.scheduler.advance(span)

    def _simulate_cars(self) -> None:
        for car in self.cloud.cars.values():
            car.step(self.clock.now)
            if not car.asleep:
                car.recorded_at = self.clock.wall

    def _record(self, car: Car) -> None:
        """Date a change of a car."""
        car.recorded_at = self.clock.tick()

    # Look-ups

    def car(self, key: Car | str) -> Car:
        """Return a car by itself, its ID, its VIN or its name."""
        for car in self.cloud.cars.values():
            if key is car or key in (car.id, car.vin, car.name):
                return car
        raise NotFoundError(f"no car {key if isinstance(key, str) else key.id}")

    def connection(self, car: Car | str) -> Connection:
        """Return a car's connection: its owner and grant."""
        return self.cloud.connection_of(self.car(car).id)

    def webhook(self, key: Webhook | str) -> Webhook:
        """Return a webhook by itself, its ID or its name."""
        for webhook in self.cloud.webhooks.values():
            if key is webhook or key in (webhook.id, webhook.name):
                return webhook
        raise NotFoundError("no such webhook")

    def application(self, key: Application | Kind | str) -> Application:
        """Return an application by itself, its ID, its name, or the kind it is there for.

        The first account has the dynamic webhook, the last one the current platform.
        """
        known = list(self.cloud.applications.values())
        if key in list(Kind):
            return known[0 if Kind(str(key)).is_v2 else -1]
        for application in known:
            if key is application or key in (application.id, application.name):
                return application
        raise NotFoundError("no such application")

    @property
    def dynamic_car(self) -> Car:
        """The first car of the account with the dynamic webhook."""
        return self._first(Kind.DYNAMIC)

    @property
    def current_car(self) -> Car:
        """The first car of the account on the current platform."""
        return self._first(Kind.CURRENT)

    def _first(self, kind: Kind) -> Car:
        application = self.application(kind)
        for it in self.cloud.connections.values():
            if it.application_id == application.id:
                return it.car
        raise NotFoundError("the account has no car")

    # The dashboard

    async def create_webhook(  # noqa: PLR0913 - the fields of the dashboard's form
        self,
        kind: Kind | str,
        callback_uri: str,
        *,
        name: str | None = None,
        error_callback_uri: str | None = None,
        triggers: Iterable[str] | None = None,
        data: Iterable[str] | None = None,
        auto_subscribe: bool = False,
        application: Application | str | None = None,
        verify: bool = False,
    ) -> Webhook:
        """Create a webhook; `data` is signal codes, or paths for a scheduled one."""
        kind = Kind(kind)
        owner = self.application(application or kind)
        current = kind is Kind.CURRENT
        if data is None:
            data = _DEFAULT_DATA[kind]
        webhook = Webhook(
            id=self.cloud.new_id(0x3E),
            application_id=owner.id,
            kind=kind,
            name=name or f"{kind.value.title()} webhook",
            callback_uri=callback_uri,
            error_callback_uri=error_callback_uri,
            triggers=tuple(presets.DEFAULT_TRIGGERS if triggers is None else triggers)
            if current
            else (),
            data=tuple(data),
            event_name=kind.value,
            auto_subscribe=auto_subscribe,
            created_at=self.clock.wall,
        )
        known = signals.CATALOGUE if current else payloads_v2.PATHS
        for code in (*webhook.triggers, *webhook.data):
            if code not in known:
                raise NotFoundError(f"no signal {code}")
        self.cloud.add_webhook(webhook)
        if verify:
            await self.verify(webhook)
        return webhook

    async def verify(self, webhook: Webhook | str) -> Verification:
        """Send the challenge and check the answer."""
        return await self.delivery_queue.verify(self.webhook(webhook))

    async def send_test(self, webhook: Webhook | str, event: str = "VEHICLE_STATE") -> Delivery:
        """Send a signed test delivery: VEHICLE_STATE or VEHICLE_ERROR; v2.0 has but one."""
        test = test_event(self.webhook(webhook), event, self.clock.tick())
        return (await self.delivery_queue.send([test]))[0]

    def set_enabled(self, webhook: Webhook | str, *, enabled: bool) -> None:
        """Enable or disable a webhook; enabled again, it begins with a first delivery."""
        webhook = self.webhook(webhook)
        webhook.enabled = enabled
        webhook.failures = 0
        if enabled:
            for subscription in self.cloud.subscriptions.values():
                if subscription.webhook is webhook:
                    subscription.last_sent = None

    def change_webhook(
        self,
        webhook: Webhook | str,
        *,
        callback_uri: str | None = None,
        triggers: Iterable[str] | None = None,
        data: Iterable[str] | None = None,
    ) -> None:
        """Change what is given; another callback URI has to be verified again."""
        webhook = self.webhook(webhook)
        if callback_uri is not None:
            webhook.callback_uri = callback_uri
            webhook.verified = False
        if triggers is not None:
            webhook.triggers = tuple(triggers)
        if data is not None:
            webhook.data = tuple(data)

    def delete_webhook(self, webhook: Webhook | str) -> None:
        """Delete a webhook."""
        self.cloud.remove_webhook(self.webhook(webhook))

    def subscribe(self, webhook: Webhook | str, car: Car | str) -> Subscription:
        """Subscribe a car as the dashboard does; a second time changes nothing."""
        webhook, connection = self.webhook(webhook), self.connection(car)
        return self.cloud.subscription(webhook, connection) or self.cloud.subscribe(
            webhook, connection
        )

    def unsubscribe(self, webhook: Webhook | str, car: Car | str) -> None:
        """Unsubscribe a car."""
        subscription = self.cloud.subscription(self.webhook(webhook), self.connection(car))
        if subscription is not None:
            del self.cloud.subscriptions[subscription.id]

    def issue_tokens(self, application: Application | Kind | str = Kind.DYNAMIC) -> TokenPair:
        """Issue an access and a refresh token of API v2.0 for the application's first owner."""
        application = self.application(application)
        owner_id = self.cloud.owners_of(application)[0]
        application.tokens = self.cloud.tokens.issue(Grant(application.id, owner_id))
        return application.tokens

    def rotate_management_token(
        self, application: Application | Kind | str, *, signing_key_too: bool = True
    ) -> str:
        """Regenerate the management token; the key that signs deliveries can fall behind."""
        application = self.application(application)
        application.management_token = str(uuid4())
        if signing_key_too:
            application.signing_key = application.management_token
        return application.management_token

    # Deliveries

    async def deliver(self, car: Car | str | None = None) -> list[Delivery]:
        """Report a car, or all cars, to all webhooks now, whether or not something changed."""
        wanted = None if car is None else self.car(car)
        pending = []
        for subscription in list(self.cloud.subscriptions.values()):
            if wanted in (None, subscription.connection.car):
                pending += self._events_of(subscription, forced=True)
        return await self.delivery_queue.send(pending)

    async def release(self) -> list[Delivery]:
        """Send the deliveries that reordering holds back."""
        return await self.delivery_queue.release()

    async def _report_changes(self) -> None:
        self.scheduler.schedule(self.report_interval, self._report_changes)
        for car in self.cloud.cars.values():
            await self._report_changes_of(car)

    async def _report_changes_of(self, car: Car) -> None:
        for subscription in list(self.cloud.subscriptions.values()):
            if subscription.connection.car is car:
                await self.delivery_queue.send(self._events_of(subscription, forced=False))

    def _events_of(self, subscription: Subscription, *, forced: bool) -> list[events.Event]:
        clock = self.clock
        if not subscription.webhook.is_active:
            return []
        if not subscription.webhook.kind.is_v2:
            return events.events_v4(subscription, clock.now, clock.wall, forced=forced)
        if forced or subscription.is_due_v2(clock.now):
            url = self.cloud.reauthenticate_url(subscription.connection)
            return [events.event_v2(subscription, clock.now, url)]
        return []

    # Cars and their owners

    def add_car(
        self,
        name: str,
        *,
        application: Application | Kind | str = Kind.CURRENT,
        model: Model = presets.CROSSOVER,
        permissions: frozenset[str] = ALL_READS,
        owner_id: str | None = None,
    ) -> Car:
        """Connect one more car, of the application's first owner if nobody else is named."""
        application = self.application(application)
        owners = [*self.cloud.owners_of(application), self.cloud.new_id(0x0E)]
        car = presets.build_car(self.cloud, name, model)
        self.cloud.connect(application, owner_id or owners[0], car, permissions)
        return car

    def remove_car(self, car: Car | str) -> None:
        """Disconnect a car."""
        self.cloud.disconnect(self.connection(car))

    def reissue(self, car: Car | str) -> str:
        """Give a car another vehicle ID, as Smartcar may on a new connection; return it."""
        car = self.car(car)
        car.id = self.cloud.new_id(0xCA)
        return car.id

    def set_permissions(self, car: Car | str, permissions: Iterable[str]) -> None:
        """Change what a car's grant covers."""
        self.connection(car).permissions = frozenset(permissions)

    def set_request_limit(self, car: Car | str, limit: int | None) -> None:
        """Begin a billing period in which the plan allows so many requests to a car."""
        connection = self.connection(car)
        connection.request_limit = limit
        connection.requests = 0

    def set_signal_problem(
        self,
        car: Car | str,
        code: str,
        name: str | None,
        body: Literal["absent", "null", "stale"] = "absent",
    ) -> None:
        """Set the problem of one signal, `CODE` or `TYPE.CODE`; None ends it.

        A `stale` body is the one of now, whatever the car does later.
        """
        connection = self.connection(car)
        if name is None:
            connection.signal_problems.pop(code, None)
            return
        known = signals.body(connection.car, code) if body == "stale" else None
        connection.signal_problems[code] = SignalProblem(find(name), body, known)

    def set_problem(self, car: Car | str, name: str | Problem | None) -> None:
        """Set a car's problem: `CODE` or `TYPE.CODE`; None ends it without a delivery."""
        car = self.car(car)
        car.problem = find(name) if isinstance(name, str) else name
        self.clock.tick()

    def revoke(self, car: Car | str) -> None:
        """Let the owner's account refuse the login: AUTHENTICATION_FAILED."""
        self.set_problem(car, "AUTHENTICATION_FAILED")

    async def heal(self, car: Car | str) -> list[Delivery]:
        """End a car's problem and report the car to all webhooks."""
        car = self.car(car)
        car.problem = None
        car.wake()
        self._record(car)
        return await self.deliver(car)

    def act[**P](
        self,
        car: Car | str,
        verb: Callable[Concatenate[Car, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Let a car do something now and date it: `act(car, Car.drive, "work")`.

        Raises ImpossibleError if the car cannot do that.
        """
        car = self.car(car)
        car.step(self.clock.now)
        verb(car, *args, **kwargs)
        self._record(car)

    def execute(self, car: Car, command: Command, parameters: Parameters) -> None:
        """Let a car obey a remote command after `command_lag`, and report what has changed then.

        Raises ImpossibleError if the car refuses it now.
        """
        command.apply(deepcopy(car), parameters)
        if self.command_lag:
            self.scheduler.schedule(
                self.command_lag, partial(self._execute_late, car, command, parameters)
            )
        else:
            self.act(car, command.apply, parameters)
            self.scheduler.schedule(timedelta(), partial(self._report_changes_of, car))

    async def _execute_late(self, car: Car, command: Command, parameters: Parameters) -> None:
        # Meanwhile the owner may have done what makes the command impossible.
        with suppress(ImpossibleError):
            self.act(car, command.apply, parameters)
        await self._report_changes_of(car)

    def start_day(self, car: Car | str | None = None) -> None:
        """Start the scripted day of a car, or of every car."""
        for it in self.cloud.cars.values() if car is None else [self.car(car)]:
            if it.id in self.days:
                self.days[it.id].cancelled = True
            self.days[it.id] = ScriptedDay(it, self.scheduler, self._record)
            self.days[it.id].start()

    # Faults

    @property
    def faults(self) -> DeliveryFaults:
        """The faults of deliveries: set their fields."""
        return self.delivery_queue.faults

    def fail_api(  # noqa: PLR0913 - each is a property of the failure
        self,
        status: int | None,
        *,
        path: str = "",
        times: int = 1,
        retry_after: int | None = None,
        problem: str | None = None,
        delay: float = 0,
    ) -> None:
        """Let the next calls to paths containing `path` fail; -1 times is until `clear_faults`.

        Status 0 resets the connection, None only delays by so many real seconds.
        """
        self.cloud.faults.planned.append(
            ApiFault(status, path, times, delay, retry_after, find(problem) if problem else None)
        )

    def fail_commands(  # noqa: PLR0913 - each is a property of the failure
        self,
        command: str = "",
        *,
        car: Car | str | None = None,
        times: int = 1,
        problem: str | None = None,
        status: Literal["SUCCESS", "FAILURE", "PENDING"] | None = None,
        http_status: int | None = None,
        latency: float = 0,
        held: bool = False,
        streamed: bool = False,
        obeyed: bool | None = None,
    ) -> None:
        """Let the next commands end so (see CommandFault); -1 times is until `clear_faults`."""
        if held:
            self._released.clear()
        self.cloud.faults.commands.append(
            CommandFault(
                command=command,
                vehicle_id="" if car is None else self.car(car).id,
                times=times,
                problem=find(problem) if problem else None,
                status=status,
                http_status=http_status,
                latency=latency,
                held=held,
                streamed=streamed,
                obeyed=obeyed,
            )
        )

    def release_commands(self) -> None:
        """Let the commands end that are held."""
        self._released.set()

    async def wait_for_release(self) -> None:
        """Wait for `release_commands`."""
        await self._released.wait()

    def rate_limit(self, retry_after: int = 120, *, path: str = "", times: int = 1) -> None:
        """Let the next calls be answered 429 with Retry-After seconds."""
        self.fail_api(
            429, path=path, times=times, retry_after=retry_after, problem="RATE_LIMIT.VEHICLE"
        )

    def exhaust_plan(self, *, path: str = "/signals", times: int = -1) -> None:
        """Let calls be answered 430: the plan's requests are used up."""
        self.fail_api(430, path=path, times=times, problem="VEHICLE_REQUEST_LIMIT")

    def reject_credentials(self, *, reject: bool = True) -> None:
        """Let the token endpoints refuse every client ID and secret."""
        self.cloud.faults.reject_credentials = reject

    def expire_tokens(self) -> None:
        """Let all access tokens expire now, but no refresh token."""
        self.cloud.tokens.expire_access()

    def revoke_tokens(self, application: Application | Kind | str) -> None:
        """Revoke all tokens of an application and its owners, refresh tokens too."""
        self.cloud.tokens.revoke(self.application(application).id)

    def clear_faults(self) -> None:
        """End all faults; deliveries that reordering holds back wait for `release`."""
        self.delivery_queue.faults = DeliveryFaults()
        self.cloud.faults.planned.clear()
        self.cloud.faults.commands.clear()
        self.release_commands()
        self.cloud.faults.reject_credentials = False
