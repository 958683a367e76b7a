"""The callback URI in Home Assistant: authenticate, acknowledge, and never raise."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
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
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.json import JSON_DECODE_EXCEPTIONS, json_loads

from .const import DOMAIN
from .health import Rejection
from .smartcar.callback import answer_challenge, is_authentic, sign
from .smartcar.deliveries import challenge_of, webhook_of
from .trace import trace_of

_LOGGER = logging.getLogger(__name__)

_SIGNATURE = "SC-Signature"
# Smartcar sends 50 KB at most; without a signature only a challenge is welcome.
_MOST_SIGNED = 1_048_576
_MOST_UNSIGNED = 4096
_MOST_KEPT = 65_536
_MOST_DIGITS = 18
# As long as an entry may take to load again: Smartcar tries again after 25 s, 50 s and 100 s.
_PAUSE = 120
_STATUS = {
    Rejection.UNSIGNED: HTTPStatus.UNAUTHORIZED,
    Rejection.WRONG_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    Rejection.NOT_JSON: HTTPStatus.BAD_REQUEST,
    Rejection.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Rejection.NO_CHALLENGE: HTTPStatus.BAD_REQUEST,
}


type Handler = Callable[[HomeAssistant, str, Request], Awaitable[Response | None]]
type ChallengeListener = Callable[[str | None], None]
"""Takes Smartcar's ID of the webhook whose challenge was answered."""


class Receiver(Protocol):
    """Who is told what arrives at a callback."""

    def async_on_delivery(self, payload: Mapping[str, object]) -> bool:
        """Take an authentic delivery; tell whether it was taken, or is to come again later."""

    def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
        """Note that Smartcar's challenge was answered."""

    def async_on_rejection(self, reason: Rejection) -> None:
        """Note that a request was refused."""


class Callback:
    """One callback URI, from registration to removal."""

    def __init__(
        self, hass: HomeAssistant, webhook_id: str, management_token: str, receiver: Receiver
    ) -> None:
        """Prepare; nothing is answered before it is registered."""
        self.webhook_id = webhook_id
        self._hass = hass
        self._management_token = management_token
        self._receiver = receiver
        self._own_challenges: set[str] = set()
        self._guest: tuple[str, ChallengeListener] | None = None
        self._rejected: deque[tuple[bytes, str]] = deque(maxlen=3)

    @callback
    def async_register(self) -> None:
        """Answer from now on, in place of who answered before."""
        self._register(self._async_handle)

    @callback
    def async_pause(self) -> None:
        """Ask Smartcar to come back shortly: Home Assistant would say 200 and lose the delivery."""
        self._register(_Pause().async_handle)

    def _register(self, handler: Handler) -> None:
        webhook.async_unregister(self._hass, self.webhook_id)
        webhook.async_register(
            self._hass,
            DOMAIN,
            "Smartcar Dynamic",
            self.webhook_id,
            handler,
            allowed_methods=[METH_POST],
        )

    @callback
    def async_unregister(self) -> None:
        """Answer no more."""
        webhook.async_unregister(self._hass, self.webhook_id)

    @callback
    def async_set_guest(self, management_token: str, on_challenge: ChallengeListener) -> None:
        """Answer challenges with a token that a flow is about to set, and tell the flow."""
        self._guest = (management_token, on_challenge)

    @callback
    def async_drop_guest(self) -> None:
        """Answer challenges for the entry again."""
        self._guest = None

    @contextmanager
    def expecting(self, challenge: str) -> Iterator[str]:
        """Take a challenge as our own, which verifies nothing; yields the right answer to it."""
        self._own_challenges.add(challenge)
        try:
            yield sign(challenge.encode(), self._management_token)
        finally:
            self._own_challenges.discard(challenge)

    def is_key_of_rejected(self, management_token: str) -> bool | None:
        """Tell whether a token signs what was refused last; `None` where nothing was."""
        if not self._rejected:
            return None
        return any(is_authentic(body, sent, management_token) for body, sent in self._rejected)

    async def _async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, request: Request
    ) -> Response:
        """Answer a request, whatever it is."""
        signature = request.headers.get(_SIGNATURE)
        try:
            body = await _read(request, _MOST_SIGNED if signature else _MOST_UNSIGNED)
        except ClientPayloadError, RequestPayloadError:
            return self._reject(Rejection.NOT_JSON)
        if body is None:
            return self._reject(Rejection.TOO_LARGE if signature else Rejection.UNSIGNED)
        if self._is_authentic(body, signature):
            return self._take(_parse(body) or _parse_leniently(body))
        payload = _parse(body) if len(body) <= _MOST_UNSIGNED else None
        challenge = None if payload is None else challenge_of(payload)
        if payload is None or challenge is None:
            return self._reject_signature(body, signature)
        return self._answer(challenge, payload)

    def _is_authentic(self, body: bytes, signature: str | None) -> bool:
        return is_authentic(body, signature, self._management_token) or (
            self._guest is not None and is_authentic(body, signature, self._guest[0])
        )

    def _take(self, payload: Mapping[str, object] | None) -> Response:
        """Take what is authentic."""
        if payload is None:
            return self._reject(Rejection.NOT_JSON)
        challenge = challenge_of(payload)
        if challenge is not None:
            return self._answer(challenge, payload)
        try:
            taken = self._receiver.async_on_delivery(payload)
        except Exception as error:  # noqa: BLE001 - whatever it is
            # To come again would not help it, and six failures switch a dynamic webhook off.
            _LOGGER.error("Could not take a delivery: %s", trace_of(error))  # noqa: TRY400 - see there
            taken = True
        return Response(status=HTTPStatus.NO_CONTENT if taken else HTTPStatus.SERVICE_UNAVAILABLE)

    def _answer(self, challenge: str, payload: Mapping[str, object]) -> Response:
        management_token, on_challenge = self._guest or (
            self._management_token,
            self._receiver.async_on_challenge,
        )
        answer = answer_challenge(challenge, management_token)
        if answer is None:
            return self._reject(Rejection.NO_CHALLENGE)
        if challenge not in self._own_challenges:
            on_challenge(webhook_of(payload))
        return json_response({"challenge": answer})

    def _reject_signature(self, body: bytes, signature: str | None) -> Response:
        if not signature:
            return self._reject(Rejection.UNSIGNED)
        if len(body) <= _MOST_KEPT:
            self._rejected.append((body, signature))
        return self._reject(Rejection.WRONG_SIGNATURE)

    def _reject(self, reason: Rejection) -> Response:
        self._receiver.async_on_rejection(reason)
        return Response(status=_STATUS[reason])


class _Pause:
    """Answers while an entry loads again, and for a while only: it may have been disabled."""

    def __init__(self) -> None:
        self._until = monotonic() + _PAUSE

    async def async_handle(
        self, _hass: HomeAssistant, _webhook_id: str, _request: Request
    ) -> Response:
        """Ask to try again."""
        if monotonic() < self._until:
            return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return Response(status=HTTPStatus.OK)


def _parse(body: bytes) -> Mapping[str, object] | None:
    """Return a JSON object, or `None` for anything else."""
    try:
        payload = json_loads(body)
    except JSON_DECODE_EXCEPTIONS:
        return None
    return payload if isinstance(payload, dict) else None


def _parse_leniently(body: bytes) -> Mapping[str, object] | None:
    """Return a JSON object that Home Assistant's parser refuses for one odd number or character.

    What is odd becomes null, or a question mark, and costs its neighbours nothing.
    """
    try:
        payload = json.loads(
            body.decode("utf-8-sig"),
            parse_constant=lambda _: None,
            parse_float=lambda number: value if isfinite(value := float(number)) else None,
            parse_int=lambda number: int(number) if len(number) <= _MOST_DIGITS else None,
        )
        return _parse(json.dumps(payload, ensure_ascii=False).encode(errors="replace"))
    except ValueError, RecursionError:
        return None


async def _read(request: Request, most: int) -> bytes | None:
    """Return the raw body, or `None` if it is too large.

    Only `content` is common to requests of aiohttp's and of the cloud's.
    """
    content = request.content
    body = b""
    while chunk := await content.read(most + 1 - len(body)):
        body += chunk
        if len(body) > most:
            return None
    return body
