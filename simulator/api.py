"""What the API generations share: credentials, error responses, metering, planned faults."""

import asyncio
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from .cloud import Application, Cloud, Connection, NotFoundError
from .faults import ApiFault
from .meter import Call
from .problems import Problem, body_v2, body_v3, body_v3_list, find, of_status

_BILLED = web.RequestKey("billed", int)
_API_PREFIXES = ("/auth", "/api", "/iam", "/vehicle", "/management")


class ApiError(Exception):
    """An error response of an API."""

    def __init__(self, problem: Problem, detail: str | None = None, url: str | None = None) -> None:
        """Initialize with a problem, its detail, and the Connect URL for the owner."""
        super().__init__(detail or problem.description)
        self.problem = problem
        self.detail = detail
        self.url = url


class OAuthError(Exception):
    """An error response of a token endpoint."""

    def __init__(self, status: int, error: str, description: str) -> None:
        """Initialize with the status and both texts of RFC 6749."""
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description


def bearer_token(request: web.Request) -> str:
    """Return the bearer token of a request."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def client_credentials(request: web.Request, form: Mapping[str, Any]) -> tuple[str, str]:
    """Return client ID and secret, from Basic authorization or from the body."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return str(form.get("client_id", "")), str(form.get("client_secret", ""))
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError) as error:
        raise OAuthError(401, "invalid_client", "The authorization is malformed.") from error
    return client_id, secret


def authenticate_client(cloud: Cloud, credentials: tuple[str, str], *, m2m: bool) -> Application:
    """Return the application of these credentials: those of API v3 if `m2m`."""
    for application in () if cloud.faults.reject_credentials else cloud.applications.values():
        known = (
            (application.m2m_id, application.m2m_secret)
            if m2m
            else (application.id, application.client_secret)
        )
        if credentials == known:
            return application
    raise OAuthError(401, "invalid_client", "The client ID or the secret is not valid.")


async def read_form(request: web.Request) -> Mapping[str, Any]:
    """Return the body of a request, a form or a JSON object."""
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise OAuthError(400, "invalid_request", "The body is not a JSON object.")
        return body
    return await request.post()


def bill(request: web.Request, connection: Connection, requests: int = 1) -> None:
    """Bill requests to a vehicle; raises ApiError 430 if the plan has none left."""
    limit = connection.request_limit
    if limit is not None and connection.requests + requests > limit:
        raise ApiError(find("VEHICLE_REQUEST_LIMIT"))
    connection.requests += requests
    request[_BILLED] = requests


def with_trailing_slash(routes: Iterable[web.RouteDef]) -> Iterator[web.RouteDef]:
    """Yield each route, and again with a slash at its end: Smartcar answers both alike."""
    for route in routes:
        yield route
        yield web.route(route.method, f"{route.path}/", route.handler, **route.kwargs)


def middleware(cloud: Cloud) -> Middleware:
    """Return a middleware that meters API calls, makes planned ones fail, and renders errors."""

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(_API_PREFIXES):
            return await handler(request)
        response = await _respond(cloud, request, handler)
        call = Call(
            f"{request.method} {_route(request)}",
            request.path_qs,
            response.status,
            request.headers.get("User-Agent", ""),
        )
        cloud.meter.count(call, billed=request.get(_BILLED, 0))
        response.headers["SC-Request-Id"] = str(uuid4())
        return response

    return handle


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return request.path if resource is None else resource.canonical.removesuffix("/")


async def _respond(cloud: Cloud, request: web.Request, handler: Handler) -> web.StreamResponse:
    fault = cloud.faults.next_for(request.method, request.path)
    if fault is not None:
        await asyncio.sleep(fault.delay)
        if fault.status is not None:
            return await _fault_response(cloud, request, fault, fault.status)
    try:
        return await handler(request)
    except OAuthError as error:
        return web.json_response(
            {"error": error.error, "error_description": error.description}, status=error.status
        )
    except ApiError as error:
        return _error_response(cloud, request, error.problem, error.detail, error.url)
    except NotFoundError as error:
        return _error_response(cloud, request, find("RESOURCE_NOT_FOUND.PATH"), str(error))
    except web.HTTPException as error:
        return _error_response(cloud, request, of_status(error.status), error.reason)


async def _fault_response(
    cloud: Cloud, request: web.Request, fault: ApiFault, status: int
) -> web.StreamResponse:
    if status == 0:
        _abort(request)
        return web.Response()
    if fault.body is not None:
        response = web.Response(body=fault.body, content_type="application/json")
    else:
        response = _error_response(cloud, request, fault.problem or of_status(status))
    response.set_status(status)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    if fault.location is not None:
        response.headers["Location"] = fault.location
    if fault.is_cut:
        return await _cut(request, response)
    return response


async def _cut(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Send half of a response, and end the connection."""
    body = response.body if isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers=response.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    _abort(request)
    return half


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _error_response(
    cloud: Cloud,
    request: web.Request,
    problem: Problem,
    detail: str | None = None,
    url: str | None = None,
) -> web.Response:
    body: dict[str, Any]
    if request.path.startswith("/api"):
        body = body_v2(problem, str(uuid4()), detail=detail, url=url)
    elif request.path.startswith(("/auth", "/iam")):
        body = {"error": problem.type.lower(), "error_description": problem.description}
    else:
        body = error_body_v3(cloud, problem, detail)
    return web.json_response(body, status=problem.status)


def error_body_v3(cloud: Cloud, problem: Problem, detail: str | None = None) -> dict[str, Any]:
    """Return an error of API v3 in the style that the cloud uses."""
    if cloud.error_style == "list":
        return body_v3_list(problem, detail)
    return body_v3(problem, str(uuid4()), detail)
