"""The simulated world without its HTTP server: cars, owners, the dashboard, deliveries, time."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
import logging
from typing import Concatenate
from uuid import uuid4

from . import fleet, payloads_v2, reports, samples, signals
from .agenda import Agenda
from .car import Car, Model
from .clock import Clock
from .cloud import (
    ALL_READS,
    Application,
    Cloud,
    Connection,
    Kind,
    NotFoundError,
    Subscription,
    Webhook,
)
from .day import Day
from .delivery import Courier, Delivery, Verification
from .faults import ApiFault, DeliveryFaults
from .problems import Problem, find
from .tokens import Grant, TokenPair

_LOGGER = logging.getLogger(__name__)
_TICK = 0.1
_LONGEST_TICK = 1.0
_STANDSTILL = 1e9


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
        fill: Callable[[Cloud], object] = fleet.default_fleet,
    ) -> None:
        """Prepare a cloud; `speed` is simulated s per s, `routes` public origin -> real one."""
        self.clock = Clock.starting(start, speed)
        self.agenda = Agenda()
        self.cloud = Cloud(self.clock)
        self.courier = Courier(self.cloud, self.agenda, dict(routes or {}))
        self.cadence = timedelta(minutes=2)
        self.days: dict[str, Day] = {}
        self._task: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        fill(self.cloud)

    async def start(self) -> None:
        """Begin to deliver; let time run if it has a speed."""
        await self.courier.open()
        self.agenda.at(self.clock.now + self.cadence, self._report_changes)
        if self.clock.speed:
            self.run()

    async def stop(self) -> None:
        """Stop time and deliveries."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        await self.courier.close()

    # Time

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._task is not None

    def run(self, speed: float | None = None) -> None:
        """Let time pass by itself, `speed` simulated seconds per second (0 pauses the cars)."""
        if speed is not None:
            self.clock.speed = speed
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def advance(self, span: timedelta) -> None:
        """Let simulated time pass at once, with all that is due in it.

        Wall time (tokens, stamps) goes along, but not while time runs by itself.
        """
        await self._advance(span, _STANDSTILL if self.running else 1)

    async def _advance(self, span: timedelta, rate: float) -> None:
        async with self._lock:
            until = self.clock.now + span
            while (appointment := self.agenda.take(until)) is not None:
                self._live(appointment.due, rate)
                await appointment.task()
            self._live(until, rate)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began, wall = loop.time(), self.clock.wall
        before = began
        while True:
            await asyncio.sleep(_TICK)
            now = loop.time()
            span, before = min(now - before, _LONGEST_TICK), now
            try:
                if self.clock.speed > 0:
                    speed = self.clock.speed
                    await self._advance(timedelta(seconds=span * speed), speed)
            except Exception:  # a fault of ours must not stop time unseen
                _LOGGER.exception("Something due at %s failed", self.clock.now)
            self.clock.wall = max(self.clock.wall, wall + timedelta(seconds=loop.time() - began))

    def _live(self, until: datetime, rate: float) -> None:
        self.clock.move_to(until, rate)
        for car in self.cloud.cars.values():
            car.step(self.clock.now)
            if not car.asleep:
                car.recorded_at = self.clock.wall

    def _recorded(self, car: Car) -> None:
        """Date what was just done to a car."""
        car.recorded_at = self.clock.tick()

    # Finding things

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
        webhook = Webhook(
            id=self.cloud.new_id(0x3E),
            application_id=owner.id,
            kind=kind,
            name=name or f"{kind.value.title()} webhook",
            callback_uri=callback_uri,
            error_callback_uri=error_callback_uri,
            triggers=tuple(fleet.TRIGGERS if triggers is None else triggers) if current else (),
            data=tuple((fleet.DATA if current else ()) if data is None else data),
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
        """Send the challenge and judge the answer."""
        return await self.courier.verify(self.webhook(webhook))

    async def send_test(self, webhook: Webhook | str, event: str = "VEHICLE_STATE") -> Delivery:
        """Send a signed test delivery: VEHICLE_STATE or VEHICLE_ERROR; v2.0 has but one."""
        webhook = self.webhook(webhook)
        if webhook.kind.is_v2:
            data = [{"path": "/battery", "code": 200, "body": {"percentRemaining": 0.78}}]
            event = webhook.event_name
            envelope = payloads_v2.report(webhook.id, event, "test", {str(uuid4()): data})
        elif event == "VEHICLE_STATE":
            envelope = samples.state(webhook.origin, webhook.triggers, self.clock.tick())
        elif event == "VEHICLE_ERROR":
            envelope = samples.error(webhook.origin)
        else:
            raise NotFoundError(f"no test event {event}")
        return (await self.courier.dispatch([reports.Parcel(webhook, None, event, envelope)]))[0]

    def set_enabled(self, webhook: Webhook | str, *, enabled: bool) -> None:
        """Enable or disable a webhook; enabled again, it begins with a first delivery."""
        webhook = self.webhook(webhook)
        webhook.enabled = enabled
        webhook.failures = 0
        if enabled:
            for subscription in self.cloud.subscriptions.values():
                if subscription.webhook is webhook:
                    subscription.last_sent = None

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
        """Tell all webhooks about a car, or all cars, now, whether or not something changed."""
        wanted = None if car is None else self.car(car)
        parcels = []
        for subscription in list(self.cloud.subscriptions.values()):
            if wanted in (None, subscription.connection.car):
                parcels += self._news(subscription, asked=True)
        return await self.courier.dispatch(parcels)

    async def release(self) -> list[Delivery]:
        """Send what reordering holds back."""
        return await self.courier.release()

    async def _report_changes(self) -> None:
        self.agenda.at(self.clock.now + self.cadence, self._report_changes)
        for subscription in list(self.cloud.subscriptions.values()):
            await self.courier.dispatch(self._news(subscription, asked=False))

    def _news(self, subscription: Subscription, *, asked: bool) -> list[reports.Parcel]:
        if not subscription.webhook.live:
            return []
        if not subscription.webhook.kind.is_v2:
            return reports.reports_v4(subscription, self.clock.now, self.clock.wall, asked=asked)
        if asked or self.cloud.due(subscription):
            url = self.cloud.reauthenticate_url(subscription.connection)
            return [reports.report_v2(subscription, self.clock.now, url)]
        return []

    # Cars and their owners

    def add_car(  # noqa: PLR0913 - what makes a car
        self,
        name: str,
        *,
        application: Application | Kind | str = Kind.CURRENT,
        model: Model = fleet.CROSSOVER,
        capable: frozenset[str] = fleet.RICH,
        permissions: frozenset[str] = ALL_READS,
        owner_id: str | None = None,
    ) -> Car:
        """Connect one more car, of the application's first owner if nobody else is named."""
        application = self.application(application)
        owners = [*self.cloud.owners_of(application), self.cloud.new_id(0x0E)]
        car = fleet.build_car(self.cloud, name, model, capable, fleet.WEST)
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

    def set_problem(self, car: Car | str, name: str | Problem | None) -> None:
        """Let reads of a car fail: `CODE` or `TYPE.CODE`; None heals without a word."""
        car = self.car(car)
        car.problem = find(name) if isinstance(name, str) else name
        self.clock.tick()

    def revoke(self, car: Car | str) -> None:
        """Let the owner's account refuse the login: AUTHENTICATION_FAILED."""
        self.set_problem(car, "AUTHENTICATION_FAILED")

    async def heal(self, car: Car | str) -> list[Delivery]:
        """End a car's problem and tell all webhooks."""
        car = self.car(car)
        car.problem = None
        car.wake()
        self._recorded(car)
        return await self.deliver(car)

    def act[**P](
        self,
        car: Car | str,
        verb: Callable[Concatenate[Car, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Let a car do something now and record it: `act(car, Car.drive, "work")`.

        Raises ImpossibleError if the car cannot do that.
        """
        car = self.car(car)
        car.step(self.clock.now)
        verb(car, *args, **kwargs)
        self._recorded(car)

    def start_day(self, car: Car | str | None = None) -> None:
        """Let a car, or every car, live its scripted day from now on."""
        for it in self.cloud.cars.values() if car is None else [self.car(car)]:
            if it.id in self.days:
                self.days[it.id].cancelled = True
            self.days[it.id] = Day(it, self.agenda, self.clock, self.clock.now, self._recorded)
            self.days[it.id].start()

    # What goes wrong

    @property
    def faults(self) -> DeliveryFaults:
        """How deliveries are spoiled: set its fields."""
        return self.courier.faults

    def fail_api(  # noqa: PLR0913 - each is a trait of the failure
        self,
        status: int | None,
        *,
        path: str = "",
        times: int = 1,
        retry_after: int | None = None,
        problem: str | None = None,
        delay: float = 0,
    ) -> None:
        """Let the next calls to paths containing `path` fail; -1 times is until `calm`.

        Status 0 resets the connection, None only delays by so many real seconds.
        """
        self.cloud.faults.planned.append(
            ApiFault(status, path, times, delay, retry_after, find(problem) if problem else None)
        )

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
        """Let all access tokens expire now; refresh tokens live on."""
        self.cloud.tokens.expire_access()

    def revoke_tokens(self, application: Application | Kind | str) -> None:
        """Take back all tokens of an application's owners, refresh tokens too."""
        self.cloud.tokens.revoke(self.application(application).id)

    def calm(self) -> None:
        """End all faults; what reordering held back stays until `release`."""
        self.courier.faults = DeliveryFaults()
        self.cloud.faults.planned.clear()
        self.cloud.faults.reject_credentials = False
