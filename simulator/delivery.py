"""Signs, posts, repeats: how webhooks are delivered (webhooks/delivery-behavior)."""

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
from .agenda import Agenda
from .clock import epoch_ms
from .cloud import Cloud, Webhook
from .faults import DeliveryFaults
from .internet import UnreachableError, resolve
from .reports import Parcel

type Body = dict[str, Any]

# Smartcar promises six retries with exponential back-off for v2.0, but not the first pause.
_PAUSES_V2 = tuple(timedelta(minutes=5 * 2**retry) for retry in range(6))
_PAUSES_V4 = tuple(timedelta(seconds=seconds) for seconds in (25, 50, 100))
_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST: the answer's status and text, or why there was none."""

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
    """A parcel and what became of it."""

    number: int
    parcel: Parcel
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Literal["pending", "delivered", "dropped"] = "pending"

    @property
    def status(self) -> int | None:
        """The status of the last answer."""
        return self.attempts[-1].status if self.attempts else None


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a callback knew the answer to a challenge, and why not."""

    succeeded: bool
    reason: str
    attempt: Attempt


def sign(key: str, message: bytes) -> str:
    """Return the hex HMAC-SHA256 of a challenge or of a body (webhooks/payload-verification)."""
    return hmac.new(key.encode(), message, sha256).hexdigest()


def compact(envelope: Mapping[str, Any]) -> bytes:
    """Return the bytes that Smartcar's JSON serializer would send."""
    return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(slots=True)
class Courier:
    """Delivers parcels; `timeout` in real seconds, retries and delays in simulated time."""

    cloud: Cloud
    agenda: Agenda
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
        """Get ready to post."""
        self._session = ClientSession(
            timeout=ClientTimeout(total=self.timeout),
            headers={"User-Agent": "Smartcar/1.0", "Content-Type": "application/json"},
        )

    async def close(self) -> None:
        """Stop posting."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def verify(self, webhook: Webhook) -> Verification:
        """Send the challenge, unsigned; the webhook is verified by the right answer only."""
        if webhook.kind.is_v2:
            envelope = payloads_v2.challenge(webhook.id)
            token = envelope["payload"]["challenge"]
        else:
            envelope = self._stamped(payloads_v4.challenge(webhook.origin))
            token = envelope["data"]["challenge"]
        attempt, raw = await self._post(webhook.callback_uri, compact(envelope), {})
        key = self.cloud.applications[webhook.application_id].management_token
        reason = _judge(attempt, raw, sign(key, token.encode()))
        webhook.verified = not reason
        return Verification(webhook.verified, reason, attempt)

    async def dispatch(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Deliver parcels, spoiled by the faults; return them in the order of sending."""
        queue: list[Delivery] = []
        for parcel in parcels:
            queue += self._queue(parcel)
        self.log.extend(queue)
        if self.faults.delay:
            due = self.cloud.clock.now + self.faults.delay
            for delivery in queue:
                self.agenda.at(due, partial(self._attempt, delivery))
        elif self.faults.concurrent:
            await asyncio.gather(*(self._attempt(delivery) for delivery in queue))
        else:
            for delivery in queue:
                await self._attempt(delivery)
        return queue

    async def release(self) -> list[Delivery]:
        """Send what was held back for the sake of disorder."""
        held = list(self._held.values())
        self._held.clear()
        self.log.extend(held)
        for delivery in held:
            await self._attempt(delivery)
        return held

    def _queue(self, parcel: Parcel) -> list[Delivery]:
        """Return a parcel's deliveries; when reordering, every second overtakes the first."""
        copies = [self._delivery(parcel) for _ in range(1 + self.faults.duplicates)]
        if not self.faults.reorder:
            return copies
        held = self._held.pop(parcel.webhook.id, None)
        if held is None:
            self._held[parcel.webhook.id] = copies[0]
            return copies[1:]
        return [*copies, held]

    def _delivery(self, parcel: Parcel) -> Delivery:
        self._count += 1
        return Delivery(self._count, parcel)

    async def _attempt(self, delivery: Delivery) -> None:
        webhook = delivery.parcel.webhook
        if webhook.id not in self.cloud.webhooks or not webhook.enabled:
            self._drop(delivery)
            return
        raw = compact(self._stamped(delivery.parcel.envelope))
        attempt, _ = await self._post(delivery.parcel.address, raw, self._signature(webhook, raw))
        delivery.attempts.append(attempt)
        if attempt.succeeded:
            webhook.failures = 0
            delivery.outcome = "delivered"
            self.delivered += 1
            return
        webhook.failures += 1
        pauses = _PAUSES_V2 if webhook.kind.is_v2 else _PAUSES_V4
        if len(delivery.attempts) <= len(pauses):
            pause = pauses[len(delivery.attempts) - 1]
            self.agenda.at(self.cloud.clock.now + pause, partial(self._attempt, delivery))
            return
        self._drop(delivery)
        if webhook.kind.is_v2:
            webhook.enabled = False

    def _drop(self, delivery: Delivery) -> None:
        delivery.outcome = "dropped"
        self.dropped += 1

    def _signature(self, webhook: Webhook, raw: bytes) -> dict[str, str]:
        if self.faults.omits():
            return {}
        signature = sign(self.cloud.applications[webhook.application_id].signing_key, raw)
        if self.faults.corrupts():
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
        text = answer[:_EXCERPT].decode(errors="replace")
        return Attempt(now, response.status, text), answer


def _judge(attempt: Attempt, raw: bytes, expected: str) -> str:
    """Return what is wrong with the answer to a challenge, nothing if it is right."""
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
