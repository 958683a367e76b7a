"""Who may use what of API v3: an application's token, and the user of a vehicle."""

from collections.abc import Iterator

from aiohttp import web

from .api import ApiError, bearer_token
from .cloud import Application, Cloud, Connection, NotFoundError
from .problems import UNAUTHORIZED, find


def application_of(cloud: Cloud, request: web.Request) -> Application:
    """Return the application of a request's token."""
    application_id = cloud.tokens.application_of(bearer_token(request))
    if application_id is None:
        raise ApiError(UNAUTHORIZED)
    return cloud.applications[application_id]


def connections_of(cloud: Cloud, request: web.Request) -> Iterator[Connection]:
    """Yield the connections of the application."""
    application = application_of(cloud, request)
    for connection in cloud.connections.values():
        if connection.application_id == application.id:
            yield connection


def vehicle_of(cloud: Cloud, request: web.Request) -> Connection:
    """Return the connection of the vehicle in the path."""
    for connection in connections_of(cloud, request):
        if connection.car.id == request.match_info["vehicle_id"]:
            return connection
    raise NotFoundError("no such vehicle")


def vehicle_of_user(cloud: Cloud, request: web.Request) -> Connection:
    """Return the connection of the vehicle in the path, which the user in the header must own."""
    connection = vehicle_of(cloud, request)
    owner_id = request.headers.get("sc-user-id")
    if not owner_id:
        raise ApiError(find("MISSING_PARAMETER"), "missing userId")
    if owner_id != connection.owner_id:
        raise NotFoundError("no such vehicle of this user")
    return connection
