"""The handler of the callback URI: authenticate, acknowledge, and never raise."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
import json
import logging
from math import isfinite
from time import monotonic
from typing import Protocol

from aiohttp import ClientPayloadError
from aiohttp.hdrs import METH_POST
from aiohttp.web import Request, RequestPayloadError, Response, json_response
from homeassistant.components import webhook
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.json import JSON_DECODE_EXCEPTIONS, json_loads

from ..const import DOMAIN
from ..smartcar.decoder import challenge_of, webhook_of
from ..smartcar.signature import answer_challenge, is_authentic, sign
from ..util import format_traceback
from .status import Rejection

_LOGGER = logging.getLogger(__name__)

_SIGNATURE_HEADER = "SC-Signature"
# Smartcar sends 50 KB at most; without a signature only a challenge is read.
_MAX_SIGNED_BODY = 1_048_576
_MAX_UNSIGNED_BODY = 4096
_MAX_KEPT_BODY = 65_536
_MAX_DIGITS = 18
# As long as an entry may take to load again: Smartcar tries again after 25 s, 50 s and 100 s.
_PAUSE_SECONDS = 120
_STATUS = {
    Rejection.UNSIGNED: HTTPStatus.UNAUTHORIZED,
    Rejection.WRONG_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    Rejection.NOT_JSON: HTTPStatus.BAD_REQUEST,
    Rejection.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Rejection.NO_CHALLENGE: HTTPStatus.BAD_REQUEST,
}


type Handler = Callable[[HomeAssistant, str, Request], Awaitable[Response | None]]


class Receiver(Protocol):
    """What a webhook calls when something arrives."""

    async def async_on_delivery(self, payload: Mapping[str, object]) -> bool:
        """Accept an authentic delivery; return `False` to have it sent again later (503)."""

    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note an answered challenge, which proves only that somebody knows the URI."""

    def async_on_signature(self) -> None:
        """Note a right signature, which proves the management token."""

    def async_on_rejection(self, reason: Rejection) -> None:
        """Note a refused request."""


@dataclass(frozen=True, slots=True, eq=False)
class _Override:
    """A management token that a flow is about to set, and the flow's receiver."""

    management_token: str = field(repr=False)
    receiver: Receiver


class SmartcarWebhook:
    """Home Assistant's webhook that is one callback URI.

    `is_answering` is `False` once its entry is unloaded; what is still on its way comes again.
    """

    def __init__(
        self, hass: HomeAssistant, webhook_id: str, management_token: str, receiver: Receiver
    ) -> None:
        """Initialize; it answers once it is registered."""
        self.webhook_id = webhook_id
        self._hass = hass
        self._management_token = management_token
        self._receiver = receiver
        self.is_answering = False
        self._own_challenges: set[str] = set()
        self._overrides: list[_Override] = []
        self._rejected: deque[tuple[bytes, str]] = deque(maxlen=3)

    @callback
    def async_register(self) -> None:
        """Answer from now on, in place of the previous handler."""
        self.is_answering = True
        _register(self._hass, self.webhook_id, self._async_handle)

    @callback
    def async_pause(self) -> None:
        """Have deliveries sent again later, also those that are still being read."""
        self.is_answering = False
        async_pause(self._hass, self.webhook_id)

    @callback
    def async_unregister(self) -> None:
        """Stop answering."""
        self.is_answering = False
        webhook.async_unregister(self._hass, self.webhook_id)

    @callback
    def async_override(self, management_token: str, receiver: Receiver) -> CALLBACK_TYPE:
        """Answer challenges with another token, and tell the flow that is about to set it.

        Returns a function that ends this; the newest of several overrides answers.
        """
        override = _Override(management_token, receiver)
        self._overrides.append(override)

        @callback
        def remove() -> None:
            if override in self._overrides:
                self._overrides.remove(override)

        return remove

    @contextmanager
    def expect_challenge(self, challenge: str) -> Iterator[str]:
        """Recognize a challenge as our own, which proves nothing; yields its right answer."""
        self._own_challenges.add(challenge)
        try:
            yield sign(challenge.encode(), self._management_token)
        finally:
            self._own_challenges.discard(challenge)

    def signs_rejected(self, management_token: str) -> bool | None:
        """Tell whether a token signs one of the last rejected bodies; `None` if there is none."""
        if not self._rejected:
            return None
        return any(is_authentic(body, sent, management_token) for body, sent in self._rejected)

    async def _async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, request: Request
    ) -> Response:
        """Answer a request."""
        signature = request.headers.get(_SIGNATURE_HEADER)
        try:
            body = await _read(request, _MAX_SIGNED_BODY if signature else _MAX_UNSIGNED_BODY)
        except ClientPayloadError, RequestPayloadError:
            body, is_broken = b"", True
        else:
            is_broken = False
        if self._is_gone:
            return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        if is_broken:
            return self._reject(Rejection.NOT_JSON)
        if body is None:
            return self._reject(Rejection.TOO_LARGE if signature else Rejection.UNSIGNED)
        if self._is_authentic(body, signature):
            return await self._async_accept(body)
        payload = _parse(body) if len(body) <= _MAX_UNSIGNED_BODY else None
        challenge = None if payload is None else challenge_of(payload)
        if payload is None or challenge is None:
            return self._reject_signature(body, signature)
        return self._answer(challenge, payload)

    @property
    def _is_gone(self) -> bool:
        """Tell whether nobody keeps what is accepted: the entry is unloaded, or all is stopping."""
        return not self.is_answering or self._hass.is_stopping

    def _is_authentic(self, body: bytes, signature: str | None) -> bool:
        """Tell whether a signature is right; tell the receiver whose token it proves."""
        if is_authentic(body, signature, self._management_token):
            self._receiver.async_on_signature()
            return True
        for override in self._overrides:
            if is_authentic(body, signature, override.management_token):
                override.receiver.async_on_signature()
                return True
        return False

    async def _async_accept(self, body: bytes) -> Response:
        """Accept an authentic body."""
        payload = _parse(body)
        if payload is None:
            # Slow enough, for a megabyte, to keep Home Assistant from its other work.
            payload = await self._hass.async_add_executor_job(_parse_leniently, body)
            if self._is_gone:
                return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        if payload is None:
            return self._reject(Rejection.NOT_JSON)
        challenge = challenge_of(payload)
        if challenge is not None:
            return self._answer(challenge, payload)
        try:
            accepted = await self._receiver.async_on_delivery(payload)
        except Exception as error:  # noqa: BLE001 - Home Assistant would answer 200 and log it whole
            # A retry would fail the same way, and six failures switch a dynamic webhook off.
            traceback = format_traceback(error)
            _LOGGER.error("Could not process a delivery: %s", traceback)  # noqa: TRY400 - no message
            accepted = True
        return Response(
            status=HTTPStatus.NO_CONTENT if accepted else HTTPStatus.SERVICE_UNAVAILABLE
        )

    def _answer(self, challenge: str, payload: Mapping[str, object]) -> Response:
        if self._overrides:
            management_token = self._overrides[-1].management_token
            # Other flows that would have answered the same wait for it, too.
            receivers = [
                it.receiver for it in self._overrides if it.management_token == management_token
            ]
        else:
            management_token, receivers = self._management_token, [self._receiver]
        answer = answer_challenge(challenge, management_token)
        if answer is None:
            return self._reject(Rejection.NO_CHALLENGE)
        if challenge not in self._own_challenges:
            for receiver in receivers:
                receiver.async_on_challenge(webhook_of(payload))
        return json_response({"challenge": answer})

    def _reject_signature(self, body: bytes, signature: str | None) -> Response:
        if not signature:
            return self._reject(Rejection.UNSIGNED)
        if len(body) <= _MAX_KEPT_BODY:
            self._rejected.append((body, signature))
        return self._reject(Rejection.WRONG_SIGNATURE)

    def _reject(self, reason: Rejection) -> Response:
        self._receiver.async_on_rejection(reason)
        return Response(status=_STATUS[reason])


@callback
def async_pause(hass: HomeAssistant, webhook_id: str) -> None:
    """Have deliveries sent again later: Home Assistant's own 200 would lose them."""
    _register(hass, webhook_id, _Pause().async_handle)


class _Pause:
    """Answers while an entry loads again, for a limited time: it may have been disabled."""

    def __init__(self) -> None:
        self._until = monotonic() + _PAUSE_SECONDS

    async def async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, _request: Request
    ) -> Response:
        """Ask Smartcar to try again."""
        if monotonic() < self._until:
            return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(status=HTTPStatus.OK)


def _register(hass: HomeAssistant, webhook_id: str, handler: Handler) -> None:
    webhook.async_unregister(hass, webhook_id)
    webhook.async_register(
        hass, DOMAIN, "Smartcar Dynamic", webhook_id, handler, allowed_methods=[METH_POST]
    )


def _parse(body: bytes) -> Mapping[str, object] | None:
    """Return a JSON object, or `None` for anything else."""
    try:
        payload = json_loads(body)
    except JSON_DECODE_EXCEPTIONS:
        return None
    return payload if isinstance(payload, dict) else None


def _parse_leniently(body: bytes) -> Mapping[str, object] | None:
    """Return a JSON object that Home Assistant's parser refuses for one odd number or character.

    An odd number becomes null and an odd character a question mark; the rest is kept.
    """
    try:
        payload = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=lambda _: None,
            parse_float=lambda number: value if isfinite(value := float(number)) else None,
            parse_int=lambda number: int(number) if len(number) <= _MAX_DIGITS else None,
        )
        return _parse(json.dumps(payload, ensure_ascii=False).encode(errors="replace"))
    except ValueError, RecursionError:
        return None


async def _read(request: Request, limit: int) -> bytes | None:
    """Return the raw body, or `None` if it is larger than the limit.

    `content` is all that aiohttp's requests and those of Home Assistant Cloud have in common; the
    latter start again at each access.
    """
    content = request.content
    body = bytearray()
    while chunk := await content.read(limit + 1 - len(body)):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
