"""Signs, posts and retries deliveries as Smartcar does (webhooks/delivery-behavior)."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
import hmac
import json
from typing import Any, Literal
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout

from . import payloads_v2, payloads_v4
from .clock import epoch_ms
from .cloud import Cloud, Webhook
from .events import Event
from .faults import DeliveryFaults
from .resolver import UnreachableError, resolve
from .scheduler import Scheduler

type Body = dict[str, Any]

# For v2.0 Smartcar documents six retries with exponential back-off, but not the first pause.
_RETRY_PAUSES_V2 = tuple(timedelta(minutes=5 * 2**retry) for retry in range(6))
_RETRY_PAUSES_V4 = tuple(timedelta(seconds=seconds) for seconds in (25, 50, 100))
_MAX_ANSWER = 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST at a simulated time: status and text of the answer, or why there was none."""

    at: datetime
    status: int | None
    answer: str = ""
    error: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the answer was a 2xx; a redirect is a failure."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - the 2xx


@dataclass(slots=True)
class Delivery:
    """An event and the attempts to deliver it."""

    number: int
    event: Event
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Literal["pending", "delivered", "dropped"] = "pending"

    @property
    def status(self) -> int | None:
        """The status of the last answer."""
        return self.attempts[-1].status if self.attempts else None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a callback answered the challenge correctly, and if not, why."""

    succeeded: bool
    reason: str
    attempt: Attempt


def sign(key: str, message: bytes) -> str:
    """Return the hex HMAC-SHA256 of a challenge or of a body (webhooks/payload-verification)."""
    return hmac.new(key.encode(), message, sha256).hexdigest()


def compact(envelope: Mapping[str, Any]) -> bytes:
    """Return a payload as compact JSON."""
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(slots=True)
class DeliveryQueue:
    """Delivers events; `timeout` in real seconds, retries and delays in simulated time."""

    cloud: Cloud
    scheduler: Scheduler
    routes: dict[str, str]
    timeout: float = 15
    faults: DeliveryFaults = field(default_factory=DeliveryFaults)
    log: deque[Delivery] = field(default_factory=lambda: deque(maxlen=1000))
    delivered: int = 0
    dropped: int = 0
    _session: ClientSession | None = None
    _held: dict[str, Delivery] = field(default_factory=dict)
    _count: int = 0

    async def open(self) -> None:
        """Open the HTTP session."""
        self._session = ClientSession(
            timeout=ClientTimeout(total=self.timeout),
            headers={"User-Agent": "Smartcar/1.0", "Content-Type": "application/json"},
        )

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def verify(self, webhook: Webhook) -> Verification:
        """Send the unsigned challenge; only the right answer verifies the webhook."""
        if webhook.kind.is_v2:
            envelope = payloads_v2.challenge(webhook)
            token = envelope["payload"]["challenge"]
        else:
            envelope = self._stamped(payloads_v4.challenge(webhook))
            token = envelope["data"]["challenge"]
        attempt, raw = await self._post(webhook.callback_uri, compact(envelope), {})
        key = self.cloud.applications[webhook.application_id].management_token
        reason = _verification_error(attempt, raw, sign(key, token.encode()))
        webhook.verified = not reason
        return Verification(webhook.verified, reason, attempt)

    async def send(self, events: Sequence[Event]) -> list[Delivery]:
        """Deliver events, with the faults that are set; return them in the order of sending."""
        deliveries: list[Delivery] = []
        for event in events:
            deliveries += self._queue(event)
        self.log.extend(deliveries)
        if self.faults.delay:
            for delivery in deliveries:
                self.scheduler.schedule(self.faults.delay, partial(self._attempt, delivery))
        elif self.faults.concurrent:
            await asyncio.gather(*(self._attempt(delivery) for delivery in deliveries))
        else:
            for delivery in deliveries:
                await self._attempt(delivery)
        return deliveries

    async def release(self) -> list[Delivery]:
        """Send the deliveries that reordering holds back."""
        held = list(self._held.values())
        self._held.clear()
        self.log.extend(held)
        for delivery in held:
            await self._attempt(delivery)
        return held

    def _queue(self, event: Event) -> list[Delivery]:
        """Return an event's deliveries; when reordering, every second overtakes the first."""
        copies = [self._delivery(event) for _ in range(1 + self.faults.duplicates)]
        if not self.faults.reorder:
            return copies
        held = self._held.pop(event.webhook.id, None)
        if held is None:
            self._held[event.webhook.id] = copies[0]
            return copies[1:]
        return [*copies, held]

    def _delivery(self, event: Event) -> Delivery:
        self._count += 1
        return Delivery(self._count, event)

    async def _attempt(self, delivery: Delivery) -> None:
        event = delivery.event
        webhook = event.webhook
        if webhook.id not in self.cloud.webhooks or not webhook.enabled:
            self._drop(delivery)
            return
        raw = compact(self._stamped(event.envelope))
        attempt, _ = await self._post(event.callback_uri, raw, self._signature(webhook, raw))
        delivery.attempts.append(attempt)
        if attempt.succeeded:
            webhook.failures = 0
            delivery.outcome = "delivered"
            self.delivered += 1
            return
        webhook.failures += 1
        pauses = _RETRY_PAUSES_V2 if webhook.kind.is_v2 else _RETRY_PAUSES_V4
        if len(delivery.attempts) <= len(pauses):
            pause = pauses[len(delivery.attempts) - 1]
            self.scheduler.schedule(pause, partial(self._attempt, delivery))
            return
        self._drop(delivery)
        if webhook.kind.is_v2:
            webhook.enabled = False

    def _drop(self, delivery: Delivery) -> None:
        delivery.outcome = "dropped"
        self.dropped += 1

    def _signature(self, webhook: Webhook, raw: bytes) -> dict[str, str]:
        if self.faults.use_missing_signature():
            return {}
        signature = sign(self.cloud.applications[webhook.application_id].signing_key, raw)
        if self.faults.use_corrupt_signature():
            signature = signature[:-1] + ("0" if signature[-1] != "0" else "1")
        return {"SC-Signature": signature}

    def _stamped(self, envelope: Body) -> Body:
        """Return a payload of version 4.0 with this attempt's own ID and time."""
        if "meta" not in envelope:
            return envelope
        stamp = {
            "deliveryId": str(uuid4()),
            "deliveredAt": epoch_ms(self.cloud.clock.wall),
        }
        return {**envelope, "meta": {**envelope["meta"], **stamp}}

    async def _post(self, uri: str, raw: bytes, headers: dict[str, str]) -> tuple[Attempt, bytes]:
        now = self.cloud.clock.now
        if self._session is None:
            raise RuntimeError("the simulator is not running")
        try:
            url = resolve(uri, self.routes)
            async with self._session.post(
                url, data=raw, headers=headers, allow_redirects=False
            ) as response:
                answer = await response.content.read(65536)
        except TimeoutError:
            return Attempt(now, None, error="no answer in time"), b""
        except (UnreachableError, ClientError, OSError, ValueError) as error:
            return Attempt(now, None, error=str(error) or type(error).__name__), b""
        text = answer[:_MAX_ANSWER].decode(errors="replace")
        return Attempt(now, response.status, text), answer


def _verification_error(attempt: Attempt, raw: bytes, expected: str) -> str:
    """Return what is wrong with the answer to a challenge, an empty text if nothing is."""
    if attempt.error is not None:
        return attempt.error
    if attempt.status != 200:  # noqa: PLR2004 - the documented answer
        return f"answered with status {attempt.status}"
    try:
        answer = json.loads(raw)
    except ValueError:
        return "the answer is not JSON"
    if not isinstance(answer, dict) or "challenge" not in answer:
        return "the answer has no challenge"
    if answer["challenge"] != expected:
        return "the answer was signed with another management token"
    return ""
