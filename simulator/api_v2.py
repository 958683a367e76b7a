"""API v2.0 and its token endpoint (api-reference/user-vehicles, webhooks/subscribe-webhook …)."""

from http import HTTPStatus

from aiohttp import web

from .api import (
    BILLED,
    ApiError,
    OAuthError,
    authenticate_client,
    bearer_token,
    client_credentials,
    read_form,
)
from .clock import iso
from .cloud import Application, Cloud, Connection, NotFoundError, Webhook
from .payloads_v2 import PATHS, path_problem
from .problems import find
from .tokens import Grant

_DEFAULT_PAGE = 10
_MAX_PAGE = 50


def _number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal():
        raise ApiError(find("VALIDATION"), f"{name} is not a number")
    return int(text)


class ApiV2:
    """The handlers of `/auth/oauth/token` and `/api/v2.0`."""

    def __init__(self, cloud: Cloud) -> None:
        """Initialize."""
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        vehicle = "/api/v2.0/vehicles/{vehicle_id}"
        webhook = f"{vehicle}/webhooks/{{webhook_id}}"
        return [
            web.post("/auth/oauth/token", self._token),
            web.get("/api/v2.0/user", self._user),
            web.get("/api/v2.0/vehicles", self._vehicles),
            web.get(vehicle, self._attributes),
            web.get(f"{vehicle}/vin", self._vin),
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

    async def _attributes(self, request: web.Request) -> web.Response:
        connection = self._connection(request, "read_vehicle_info")
        model = connection.car.model
        return web.json_response(
            {
                "id": connection.car.id,
                "make": model.make,
                "model": model.model,
                "year": model.year,
            }
        )

    async def _vin(self, request: web.Request) -> web.Response:
        return web.json_response({"vin": self._connection(request, "read_vin").car.vin})

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
        application = self._managed(request)
        connection = self._cloud.connection_of(request.match_info["vehicle_id"])
        webhook = self._webhook(request, application.id)
        subscription = self._cloud.subscription(webhook, connection)
        if subscription is not None:
            del self._cloud.subscriptions[subscription.id]
        return web.json_response({"status": "success"})

    async def _read(self, request: web.Request) -> web.Response:
        path = f"/{request.match_info['path']}"
        if path not in PATHS:
            raise ApiError(find("RESOURCE_NOT_FOUND.PATH"))
        connection = self._connection(request)
        request[BILLED] = True
        problem = path_problem(connection, path)
        if problem is not None:
            reconnect = problem.code == "AUTHENTICATION_FAILED"
            url = self._cloud.reauthenticate_url(connection) if reconnect else None
            raise ApiError(problem, url=url)
        return web.json_response(
            PATHS[path].body(connection.car),
            headers={
                "SC-Data-Age": iso(connection.car.recorded_at),
                "SC-Fetched-At": iso(self._cloud.clock.wall),
                "SC-Unit-System": "metric",
            },
        )

    def _grant(self, request: web.Request) -> Grant:
        grant = self._cloud.tokens.grant_of(bearer_token(request))
        if grant is None:
            raise ApiError(find("AUTHENTICATION"))
        return grant

    def _connection(self, request: web.Request, permission: str | None = None) -> Connection:
        grant = self._grant(request)
        vehicle_id = request.match_info["vehicle_id"]
        for connection in self._cloud.connections_of(grant):
            if connection.car.id == vehicle_id:
                if permission is not None and permission not in connection.permissions:
                    raise ApiError(find("PERMISSION.null"))
                return connection
        raise ApiError(find("PERMISSION.null"))

    def _managed(self, request: web.Request) -> Application:
        token = bearer_token(request)
        for application in self._cloud.applications.values():
            if token == application.management_token:
                return application
        raise ApiError(find("AUTHENTICATION"))

    def _webhook(self, request: web.Request, application_id: str) -> Webhook:
        webhook = self._cloud.webhooks.get(request.match_info["webhook_id"])
        if webhook is None or webhook.application_id != application_id or not webhook.kind.is_v2:
            raise NotFoundError("no such webhook")
        return webhook
