"""API v2.0 and its token endpoint (api-reference/user-vehicles, webhooks/subscribe-webhook …)."""

from http import HTTPStatus
from uuid import uuid4

from aiohttp import web

from .api import (
    ApiError,
    OAuthError,
    authenticate_client,
    bearer_token,
    bill,
    client_credentials,
    read_form,
)
from .clock import iso
from .cloud import Application, Cloud, Connection, NotFoundError, Webhook
from .payloads_v2 import PATHS, Body, UnitSystem, path_problem
from .problems import body_v2, find
from .tokens import Grant

_DEFAULT_PAGE = 10
_MAX_PAGE = 50


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal():
        raise ApiError(find("VALIDATION"), f"{name} is not a number")
    return int(text)


class ApiV2:
    """The handlers of `/auth/oauth/token`, `/api/v2.0` and `/management/v2.0`."""

    def __init__(self, cloud: Cloud) -> None:
        """Initialize."""
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        vehicle = "/api/v2.0/vehicles/{vehicle_id}"
        webhook = f"{vehicle}/webhooks/{{webhook_id}}"
        return [
            web.post("/auth/oauth/token", self._token),
            web.get("/management/v2.0/management/connections", self._connections),
            web.get("/api/v2.0/user", self._user),
            web.get("/api/v2.0/vehicles", self._vehicles),
            web.get(vehicle, self._read),
            web.post(f"{vehicle}/batch", self._batch),
            web.get(f"{vehicle}/vin", self._read),
            web.get(f"{vehicle}/permissions", self._permissions),
            web.delete(f"{vehicle}/application", self._disconnect),
            web.post(webhook, self._subscribe),
            web.delete(webhook, self._unsubscribe),
            web.get(f"{vehicle}/{{path:.+}}", self._read),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        application = authenticate_client(self._cloud, client_credentials(request, form), m2m=False)
        match form.get("grant_type"):
            case "refresh_token":
                tokens = self._cloud.tokens.refresh(
                    str(form.get("refresh_token", "")), application.id
                )
            case "authorization_code":
                tokens = self._cloud.tokens.exchange(str(form.get("code", "")), application.id)
            case _:
                raise OAuthError(400, "unsupported_grant_type", "No such grant type.")
        if tokens is None:
            raise OAuthError(400, "invalid_grant", "The token or code is not valid any more.")
        application.tokens = tokens
        return web.json_response(tokens.response)

    async def _user(self, request: web.Request) -> web.Response:
        return web.json_response({"id": self._grant(request).owner_id})

    async def _vehicles(self, request: web.Request) -> web.Response:
        limit, offset = _number(request, "limit", _DEFAULT_PAGE), _number(request, "offset", 0)
        if limit > _MAX_PAGE:
            raise ApiError(find("VALIDATION"), f"limit is larger than {_MAX_PAGE}")
        connections = self._cloud.connections_of(self._grant(request))
        return web.json_response(
            {
                "paging": {"count": len(connections), "offset": offset},
                "vehicles": [it.car.id for it in connections[offset : offset + limit]],
            }
        )

    async def _permissions(self, request: web.Request) -> web.Response:
        permissions = sorted(self._connection(request).permissions)
        limit, offset = _number(request, "limit", len(permissions)), _number(request, "offset", 0)
        return web.json_response(
            {
                "paging": {"count": len(permissions), "offset": offset},
                "permissions": permissions[offset : offset + limit],
            }
        )

    async def _disconnect(self, request: web.Request) -> web.Response:
        self._cloud.disconnect(self._connection(request))
        return web.json_response({"status": "success"})

    async def _subscribe(self, request: web.Request) -> web.Response:
        connection = self._connection(request)
        webhook = self._webhook(request, connection.application_id)
        status = HTTPStatus.OK
        if self._cloud.subscription(webhook, connection) is None:
            self._cloud.subscribe(webhook, connection)
        else:
            status = HTTPStatus(self._cloud.repeated_subscribe_status)
        if not status.is_success:
            raise ApiError(find("RESOURCE_CONFLICT.ALREADY_EXISTS"))
        return web.json_response(
            {"vehicleId": connection.car.id, "webhookId": webhook.id}, status=status
        )

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        application = self._managed(bearer_token(request))
        connection = self._cloud.connection_of(request.match_info["vehicle_id"])
        webhook = self._webhook(request, application.id)
        subscription = self._cloud.subscription(webhook, connection)
        if subscription is not None:
            del self._cloud.subscriptions[subscription.id]
        return web.json_response({"status": "success"})

    async def _read(self, request: web.Request) -> web.Response:
        connection = self._connection(request)
        path = request.path.partition(connection.car.id)[2].rstrip("/") or "/"
        if path in PATHS:
            bill(request, connection)
        body, headers = self._read_path(connection, path, _unit_system(request))
        return web.json_response(body, headers=headers)

    async def _batch(self, request: web.Request) -> web.Response:
        connection, unit_system = self._connection(request), _unit_system(request)
        try:
            paths = [str(it["path"]) for it in (await request.json())["requests"]]
        except (ValueError, KeyError, TypeError) as error:
            raise ApiError(find("VALIDATION"), "requests must be a list of paths") from error
        if not paths:
            raise ApiError(find("VALIDATION"), "requests must not be empty")
        bill(request, connection, len(paths))
        return web.json_response(
            {"responses": [self._batch_element(connection, path, unit_system) for path in paths]}
        )

    def _batch_element(self, connection: Connection, path: str, unit_system: UnitSystem) -> Body:
        """Return an element of `responses`; one that failed has no headers."""
        try:
            body, headers = self._read_path(connection, path, unit_system)
        except ApiError as error:
            problem = body_v2(error.problem, str(uuid4()), detail=error.detail, url=error.url)
            return {"path": path, "code": error.problem.status, "body": problem}
        lower = {name.lower(): value for name, value in headers.items()}
        return {"path": path, "code": HTTPStatus.OK, "body": body, "headers": lower}

    def _read_path(
        self, connection: Connection, path: str, unit_system: UnitSystem
    ) -> tuple[Body, dict[str, str]]:
        """Return a path's body and headers; `/` and `/vin` are known without asking the car."""
        car = connection.car
        match path:
            case "/":
                _require_permission(connection, "read_vehicle_info")
                model = car.model
                return {
                    "id": car.id,
                    "make": model.make,
                    "model": model.model,
                    "year": model.year,
                }, {}
            case "/vin":
                _require_permission(connection, "read_vin")
                return {"vin": car.vin}, {}
        if path not in PATHS:
            raise ApiError(find("RESOURCE_NOT_FOUND.PATH"))
        problem = path_problem(connection, path)
        if problem is not None:
            reconnect = problem.code == "AUTHENTICATION_FAILED"
            url = self._cloud.reauthenticate_url(connection) if reconnect else None
            raise ApiError(problem, url=url)
        return PATHS[path].body_in(car, unit_system), {
            "SC-Data-Age": iso(car.recorded_at),
            "SC-Fetched-At": iso(self._cloud.clock.wall),
            "SC-Unit-System": unit_system,
        }

    async def _connections(self, request: web.Request) -> web.Response:
        application = self._managed(client_credentials(request, {})[1])
        query = request.query
        found = [
            {
                "vehicleId": it.car.id,
                "userId": it.owner_id,
                "connectedAt": iso(it.created_at),
                "mode": it.mode,
            }
            for it in self._cloud.connections.values()
            if it.application_id == application.id
            and it.car.id == query.get("vehicle_id", it.car.id)
            and it.owner_id == query.get("user_id", it.owner_id)
        ]
        return web.json_response({"connections": found[::-1], "paging": {"cursor": None}})

    def _grant(self, request: web.Request) -> Grant:
        grant = self._cloud.tokens.grant_of(bearer_token(request))
        if grant is None:
            raise ApiError(find("AUTHENTICATION"))
        return grant

    def _connection(self, request: web.Request) -> Connection:
        grant = self._grant(request)
        vehicle_id = request.match_info["vehicle_id"]
        for connection in self._cloud.connections_of(grant):
            if connection.car.id == vehicle_id:
                return connection
        raise ApiError(find("PERMISSION.null"))

    def _managed(self, token: str) -> Application:
        """Return the application of a management token."""
        for application in self._cloud.applications.values():
            if token == application.management_token:
                return application
        raise ApiError(find("AUTHENTICATION"))

    def _webhook(self, request: web.Request, application_id: str) -> Webhook:
        webhook = self._cloud.webhooks.get(request.match_info["webhook_id"])
        if webhook is None or webhook.application_id != application_id or not webhook.kind.is_v2:
            raise NotFoundError("no such webhook")
        return webhook


def _unit_system(request: web.Request) -> UnitSystem:
    imperial = request.headers.get("sc-unit-system", "").lower() == "imperial"
    return "imperial" if imperial else "metric"


def _require_permission(connection: Connection, permission: str) -> None:
    if permission not in connection.permissions:
        raise ApiError(find("PERMISSION.null"))
