"""API v3: its token, vehicle and management endpoints (OpenAPI files, client code)."""

from collections.abc import Iterator

from aiohttp import web

from . import resources_v3 as resources, signals
from .access_v3 import application_of, connections_of, vehicle_of, vehicle_of_user
from .api import (
    ApiError,
    OAuthError,
    authenticate_client,
    bill,
    client_credentials,
    read_form,
)
from .cloud import Cloud, Connection, Kind, NotFoundError, Subscription
from .problems import find
from .tokens import APPLICATION_LIFETIME


class ApiV3:
    """The handlers of `/iam`, `/vehicle/v3` and `/management/v3`."""

    def __init__(self, cloud: Cloud) -> None:
        """Initialize."""
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        vehicle, management = "/vehicle/v3", "/management/v3"
        return [
            web.post("/iam/oauth2/token", self._token),
            web.get(f"{vehicle}/connections", self._connections),
            web.get(f"{vehicle}/connections/{{connection_id}}", self._connection),
            web.delete(f"{vehicle}/connections/{{connection_id}}", self._disconnect),
            web.get(f"{vehicle}/vehicles/{{vehicle_id}}", self._vehicle),
            web.get(f"{vehicle}/vehicles/{{vehicle_id}}/signals", self._signals),
            web.get(f"{vehicle}/vehicles/{{vehicle_id}}/signals/{{code}}", self._signal),
            web.get(f"{management}/applications", self._applications),
            web.get(f"{management}/webhooks", self._webhooks),
            web.get(f"{management}/webhooks/{{webhook_id}}", self._webhook),
            web.get(f"{management}/subscriptions", self._subscriptions),
            web.post(f"{management}/subscriptions", self._subscribe),
            web.get(f"{management}/subscriptions/{{subscription_id}}", self._subscription),
            web.delete(f"{management}/subscriptions/{{subscription_id}}", self._unsubscribe),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        if form.get("grant_type") != "client_credentials":
            raise OAuthError(400, "invalid_request", "grant_type must be client_credentials.")
        application = authenticate_client(self._cloud, client_credentials(request, form), m2m=True)
        return web.json_response(
            {
                "access_token": self._cloud.tokens.issue_application(application.id),
                "token_type": "Bearer",
                "expires_in": round(APPLICATION_LIFETIME.total_seconds()),
            }
        )

    async def _connections(self, request: web.Request) -> web.Response:
        mode = request.query.get("filter[vehicle.mode]", "live")
        found = [
            resources.connection(it, self._cloud.url)
            for it in connections_of(self._cloud, request)
            if it.mode == mode
            and it.owner_id == request.query.get("filter[userId]", it.owner_id)
            and it.car.id == request.query.get("filter[vehicleId]", it.car.id)
        ]
        return web.json_response(resources.page(request, found[::-1], url=self._cloud.url, size=10))

    async def _connection(self, request: web.Request) -> web.Response:
        it = self._one_connection(request)
        return web.json_response({"data": resources.connection(it, self._cloud.url)})

    async def _disconnect(self, request: web.Request) -> web.Response:
        self._cloud.disconnect(self._one_connection(request))
        return web.Response(status=204)

    async def _vehicle(self, request: web.Request) -> web.Response:
        it = vehicle_of(self._cloud, request)
        return web.json_response({"data": resources.vehicle(it, self._cloud.url)})

    async def _signals(self, request: web.Request) -> web.Response:
        it = self._read(request)
        codes = it.stored_codes() if self._cloud.has_stored_signals(it) else []
        wanted = request.query.get("signals")
        if wanted:
            codes = [code for code in codes if code in wanted.split(",")]
        vehicle = resources.vehicle(it, self._cloud.url)
        return web.json_response(
            {
                "data": [resources.signal(it, code, self._cloud) for code in codes],
                "meta": {"totalCount": len(codes), "pageSize": len(codes), "pageNumber": 1},
                "links": {"self": f"{vehicle['links']['self']}/signals"},
                "included": {"vehicle": vehicle},
            }
        )

    async def _signal(self, request: web.Request) -> web.Response:
        it, code = self._read(request), request.match_info["code"]
        if code not in signals.CATALOGUE or not (
            self._cloud.has_stored_signals(it) and code in it.stored_codes()
        ):
            raise ApiError(
                find("SIGNAL_NOT_FOUND"),
                f"Signal with code {code} not found for vehicle with ID {it.car.id}",
            )
        return web.json_response(
            {
                "data": resources.signal(it, code, self._cloud),
                "included": {"vehicle": resources.vehicle(it, self._cloud.url)},
            }
        )

    async def _applications(self, request: web.Request) -> web.Response:
        found = [resources.application(application_of(self._cloud, request))]
        return web.json_response(resources.page(request, found, url=self._cloud.url, size=25))

    async def _webhooks(self, request: web.Request) -> web.Response:
        application = application_of(self._cloud, request)
        found = [
            resources.webhook(it, self._cloud)
            for it in self._cloud.webhooks.values()
            if it.application_id == application.id and it.kind is Kind.CURRENT
        ]
        return web.json_response(resources.page(request, found[::-1], url=self._cloud.url, size=25))

    async def _webhook(self, request: web.Request) -> web.Response:
        application = application_of(self._cloud, request)
        it = self._cloud.webhooks.get(request.match_info["webhook_id"])
        if it is None or it.application_id != application.id or it.kind is not Kind.CURRENT:
            raise NotFoundError("no such webhook")
        return web.json_response({"data": resources.webhook(it, self._cloud)})

    async def _subscriptions(self, request: web.Request) -> web.Response:
        query = request.query
        found = [
            resources.subscription(it, self._cloud.url)
            for it in self._subscribed(request)
            if it.webhook.id == query.get("filter[webhookId]", it.webhook.id)
            and it.connection.car.id == query.get("filter[vehicleId]", it.connection.car.id)
            and it.connection.owner_id == query.get("filter[userId]", it.connection.owner_id)
            and it.connection.mode == query.get("filter[vehicle.mode]", it.connection.mode)
        ]
        return web.json_response(resources.page(request, found[::-1], url=self._cloud.url, size=25))

    async def _subscription(self, request: web.Request) -> web.Response:
        it = self._one_subscription(request)
        return web.json_response({"data": resources.subscription(it, self._cloud.url)})

    async def _subscribe(self, request: web.Request) -> web.Response:
        application = application_of(self._cloud, request)
        try:
            attributes = (await request.json())["data"]["attributes"]
            webhook_id, vehicle_id = attributes["webhookId"], attributes["vehicleId"]
            owner_id = attributes["userId"]
        except (ValueError, KeyError, TypeError) as error:
            raise ApiError(
                find("MISSING_PARAMETER"), "webhookId, userId and vehicleId are required"
            ) from error
        webhook = self._cloud.webhooks.get(webhook_id)
        connection = self._cloud.connection_of(vehicle_id)
        if (
            webhook is None
            or webhook.kind is not Kind.CURRENT
            or webhook.application_id != application.id
            or connection.application_id != application.id
            or connection.owner_id != owner_id
        ):
            raise NotFoundError("no such webhook, user or vehicle")
        if self._cloud.subscription(webhook, connection) is not None:
            raise ApiError(find("RESOURCE_CONFLICT.ALREADY_EXISTS"), "subscribed already")
        it = self._cloud.subscribe(webhook, connection)
        return web.json_response({"data": resources.subscription(it, self._cloud.url)}, status=202)

    async def _unsubscribe(self, request: web.Request) -> web.Response:
        del self._cloud.subscriptions[self._one_subscription(request).id]
        return web.Response(status=204)

    def _one_connection(self, request: web.Request) -> Connection:
        for it in connections_of(self._cloud, request):
            if it.id == request.match_info["connection_id"]:
                return it
        raise NotFoundError("no such connection")

    def _read(self, request: web.Request) -> Connection:
        it = vehicle_of_user(self._cloud, request)
        bill(request, it)
        return it

    def _subscribed(self, request: web.Request) -> Iterator[Subscription]:
        application = application_of(self._cloud, request)
        for it in self._cloud.subscriptions.values():
            if it.webhook.application_id == application.id and it.webhook.kind is Kind.CURRENT:
                yield it

    def _one_subscription(self, request: web.Request) -> Subscription:
        for it in self._subscribed(request):
            if it.id == request.match_info["subscription_id"]:
                return it
        raise NotFoundError("no such subscription")
