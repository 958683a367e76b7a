"""The client protocol of both Smartcar APIs, one request method, and their errors."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http import HTTPStatus
import json
import math
import time
from typing import ClassVar, Protocol
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from .model import Problem, Remedy, VehicleInfo
from .problems import parse_problem

USER_AGENT = "smartcar_dynamic"

_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)
# Smartcar's own libraries wait as long: after 175 s it answers 202 and streams the result.
_COMMAND_TIMEOUT = aiohttp.ClientTimeout(total=310, connect=10)
# These happen before a request is sent.
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    RuntimeError,
)
_MAX_ANSWER = 2 * 1024 * 1024
_MAX_RETRY_AFTER = 24 * 60 * 60.0
# What a token endpoint calls a credential that it does not accept (RFC 6749, 5.2).
_REJECTIONS = frozenset(
    {"invalid_client", "invalid_grant", "invalid_request", "unauthorized_client"}
)
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where Smartcar is: origins without a trailing slash."""

    auth: str = "https://auth.smartcar.com"
    api: str = "https://api.smartcar.com"
    connect: str = "https://connect.smartcar.com"
    iam: str = "https://iam.smartcar.com"
    vehicle: str = "https://vehicle.api.smartcar.com"
    management: str = "https://management.api.smartcar.com"

    @classmethod
    def below(cls, origin: str) -> Hosts:
        """Return hosts that are folders of one origin, as the simulator has them."""
        return cls(**{name: f"{origin}/{name}" for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook as `GET /v3/webhooks` lists it.

    `triggers` and `data` are signal codes: `None` where the API does not say, or not legibly.
    """

    id: str = field(repr=False)
    name: str
    callback_uri: str = field(repr=False)
    enabled: bool
    triggers: tuple[str, ...] | None
    data: tuple[str, ...] | None


class SmartcarError(Exception):
    """Smartcar could not be asked, or said no. The message has no secret and no ID in it."""


class SmartcarConnectionError(SmartcarError):
    """No usable answer: not reached, not in time, or not what the API is documented to say."""


class SmartcarNoAnswerError(SmartcarConnectionError):
    """A command was sent, and no usable answer says what became of it."""


class SmartcarApiError(SmartcarError):
    """Smartcar's own error: as a problem, its HTTP status, and the seconds to wait if it says."""

    def __init__(
        self, message: str, problem: Problem, status: int, retry_after: float | None = None
    ) -> None:
        """Keep what Smartcar said; `message` is what a person may read."""
        super().__init__(message)
        self.problem = problem
        self.status = status
        self.retry_after = retry_after


class SmartcarCredentialsError(SmartcarApiError):
    """Smartcar's clear no to our credentials, which only their owner can end."""


class SmartcarClient(Protocol):
    """The verbs that both APIs have. Each raises a `SmartcarError` when it fails.

    `url` is the origin of the API. `delivery_interval` is the longest time in milliseconds between
    two deliveries of a vehicle, or `None` where a silent vehicle is normal; `ends_at` is the end
    of the API that Smartcar has announced, in milliseconds since 1970.
    """

    delivery_interval: ClassVar[int | None]
    ends_at: ClassVar[int | None]
    url: str

    async def check_credentials(self) -> None:
        """Return if Smartcar accepts the credentials; one unbilled call."""

    async def vehicles(self) -> tuple[VehicleInfo, ...]:
        """Return the vehicles that their owners connected; none at all is normal."""

    async def get_attributes(self, vehicle: VehicleInfo) -> VehicleInfo:
        """Return the vehicle with the attributes that were unknown and can be asked for."""

    async def subscribe(self, vehicle: VehicleInfo, webhook_id: str) -> None:
        """Subscribe the vehicle to the webhook; a subscribed one stays so."""

    async def unsubscribe(self, vehicle: VehicleInfo, webhook_id: str) -> None:
        """Unsubscribe the vehicle from the webhook; one that is not subscribed stays so."""

    async def subscribed(self, webhook_id: str) -> frozenset[str] | None:
        """Return the IDs of the vehicles subscribed to the webhook, `None` if it cannot be told."""

    async def webhooks(self) -> tuple[Webhook, ...] | None:
        """Return the application's webhooks, `None` if they cannot be told."""

    async def application_id(self) -> str | None:
        """Return the ID by which Smartcar Connect knows the application."""

    async def wait_for_renewal(self) -> None:
        """Return once no token is being renewed: what is renewed must be saved."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `purpose` completes "Smartcar was asked to …" and stands in every error.

    A command may take minutes, and without an answer it may have been obeyed.
    """

    purpose: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, object] | None = field(default=None, repr=False)
    is_command: bool = False

    def unexpected(self) -> SmartcarConnectionError:
        """Return the error for an answer that does not fit the request."""
        error = SmartcarNoAnswerError if self.is_command else SmartcarConnectionError
        return error(f"Smartcar was asked to {self.purpose} and answered with something else")


class ApiClient(ABC):
    """Sends requests to either API, and authorizes them."""

    def __init__(self, session: aiohttp.ClientSession, user_agent: str) -> None:
        """Initialize; the session stays open when the client is dropped."""
        self._session = session
        self._user_agent = user_agent

    @abstractmethod
    async def _access_token(self, rejected: str | None = None) -> str:
        """Return a token for the next call: never the one that was just rejected."""

    async def _call(
        self, request: Request, before_each: Callable[[], None] = lambda: None
    ) -> object:
        """Send with the access token, once more with a new one if Smartcar rejects it."""
        token = await self._access_token()
        try:
            return await self._send(authorized(request, token), before_each)
        except SmartcarCredentialsError:
            token = await self._access_token(rejected=token)
        return await self._send(authorized(request, token), before_each)

    async def _send(
        self, request: Request, before_each: Callable[[], None] = lambda: None
    ) -> object:
        """Return the JSON of a 2xx, `None` if there is none in it; raise what else happens.

        A 204, which has no body, is an empty object. `before_each` is called before each attempt:
        where a connection that was used before breaks, aiohttp sends once more by itself.
        """

        async def attempt(
            sent: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
        ) -> aiohttp.ClientResponse:
            before_each()
            return await handler(sent)

        headers = {"Accept": "application/json", "User-Agent": self._user_agent, **request.headers}
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                # A pasted line break must not end the header.
                headers={k: "".join(filter(str.isprintable, v)) for k, v in headers.items()},
                data=request.form,
                json=request.json,
                allow_redirects=False,
                timeout=_COMMAND_TIMEOUT if request.is_command else _TIMEOUT,
                # They replace the session's, which are about redirects.
                middlewares=(attempt,),
            ) as response:
                body = await _bounded(response.content)
        except (aiohttp.ClientError, OSError, RuntimeError, ValueError) as err:
            # The text and the context may contain the URL.
            failure = "no answer in time" if isinstance(err, TimeoutError) else type(err).__name__
            was_sent = not isinstance(err, _NOT_SENT)
        else:
            return _raise_for_status(
                request, response.status, response.headers.get("Retry-After"), body
            )
        error = (
            SmartcarNoAnswerError if request.is_command and was_sent else SmartcarConnectionError
        )
        raise error(f"Smartcar could not be asked to {request.purpose}: {failure}")


def authorized(request: Request, token: str) -> Request:
    """Return the request with a bearer token."""
    return replace(request, headers={**request.headers, "Authorization": f"Bearer {token}"})


@contextmanager
def ignore_status(status: HTTPStatus, *, saying: str) -> Iterator[None]:
    """Ignore an API error with this status, or a 400 whose description contains `saying`."""
    try:
        yield
    except SmartcarApiError as err:
        said = err.status == HTTPStatus.BAD_REQUEST and saying in err.problem.description.lower()
        if err.status != status and not said:
            raise


def build_url(origin: str, *path: str, query: Mapping[str, str] | None = None) -> str:
    """Return a URL with every part of path and query quoted."""
    url = "/".join((origin, *(quote(part, safe="", errors="replace") for part in path)))
    return f"{url}?{urlencode(query, errors='replace')}" if query else url


def get_path(raw: object, *path: str) -> object:
    """Return what is at a path of an answer, or `None`."""
    for name in path:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw


def parse_lifetime(raw: object, default: float) -> float:
    """Return the seconds of an `expires_in`, a number or the text of one."""
    match raw:
        case bool():
            return default
        case int() | float() | str():
            return _seconds(raw) or default
        case _:
            return default


def _raise_for_status(
    request: Request, status: int, retry_after: str | None, body: bytes | None
) -> object:
    if body is None or status in _REDIRECTS:
        raise request.unexpected()
    answer = {} if status == HTTPStatus.NO_CONTENT else _decoded(body)
    if status < _REDIRECTS.start:
        return answer
    problem = parse_problem(answer, status=status)
    error = SmartcarApiError
    match answer:
        case {"error": str(word)} if (
            request.form and status in _CLIENT_ERRORS and word in _REJECTIONS
        ):
            problem = replace(
                problem, type="AUTHENTICATION", code=word.upper(), remedy=Remedy.CREDENTIALS
            )
            error = SmartcarCredentialsError
        case None if body.lstrip().startswith(b"<") and status == HTTPStatus.UNAUTHORIZED:
            raise request.unexpected()  # a proxy's page, not Smartcar's no
        case _ if problem.remedy is Remedy.CREDENTIALS and status == HTTPStatus.UNAUTHORIZED:
            error = SmartcarCredentialsError
    said = f"HTTP {status}" if problem.type == "UNKNOWN" else problem.name
    raise error(
        f"Smartcar refused to {request.purpose}: {said}",
        problem,
        status,
        _parse_retry_after(retry_after),
    )


async def _bounded(content: aiohttp.StreamReader) -> bytes | None:
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > _MAX_ANSWER:
            return None
    return bytes(body)


def _decoded(body: bytes) -> object:
    """Return the JSON of a body; half a character, which nobody could write, is a question mark."""
    try:
        answer: object = json.loads(body, parse_constant=lambda _: None)
        text = json.dumps(answer, ensure_ascii=False)
        try:
            text.encode()
        except UnicodeEncodeError:
            answer = json.loads(text.encode(errors="replace"))
    except ValueError, RecursionError:
        return None
    return answer


def _parse_retry_after(header: str | None) -> float | None:
    """Return the seconds of a `Retry-After`, a number or an HTTP date, at most a day."""
    if header is None:
        return None
    seconds = _seconds(header)
    if seconds is None:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except ValueError, OverflowError:
            return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER)


def _seconds(raw: float | str) -> float | None:
    try:
        seconds = float(raw)
    except ValueError, OverflowError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None
