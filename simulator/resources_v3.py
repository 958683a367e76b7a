"""The resources of API v3 (JSON:API) as they are rendered."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from . import signals
from .api import ApiError
from .clock import iso
from .cloud import Application, Cloud, Connection, Subscription, Webhook
from .problems import Problem, find

type Body = dict[str, Any]


def page(
    request: web.Request, resources: Sequence[Body], *, url: str, size: int, max_size: int = 100
) -> Body:
    """Return one page of a list, with meta and links; pages are numbered from 1."""
    number = _count(request, "page[number]", 1)
    size = _count(request, "page[size]", size)
    if size > max_size:
        raise ApiError(find("INVALID_INPUT_FORMAT"), f"page[size] is larger than {max_size}")
    last = max(1, -(-len(resources) // size))
    query = {key: value for key, value in request.query.items() if not key.startswith("page[")}

    def link(of: int) -> str | None:
        if not 1 <= of <= last:
            return None
        paged = {"page[number]": str(of), "page[size]": str(size)}
        return f"{url}{request.path}?{urlencode({**paged, **query})}"

    return {
        "data": list(resources[(number - 1) * size : number * size]),
        "meta": {
            "pageNumber": number,
            "pageSize": size,
            "totalCount": len(resources),
            "orderBy": "createdAt",
            "orderDirection": "DESC",
        },
        "links": {
            "self": link(number),
            "first": link(1),
            "last": link(last),
            "next": link(number + 1),
            "prev": link(number - 1),
        },
    }


def _count(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ApiError(find("INVALID_INPUT_FORMAT"), f"{name} is not a positive number")
    return int(text)


def attributes(connection: Connection) -> Body:
    """Return a vehicle's attributes."""
    model = connection.car.model
    return {
        "make": model.make,
        "model": model.model,
        "year": model.year,
        "mode": connection.mode,
        "powertrainType": "BEV",
    }


def vehicle(connection: Connection, url: str) -> Body:
    """Return a vehicle."""
    return {
        "id": connection.car.id,
        "type": "vehicle",
        "attributes": attributes(connection),
        "links": {"self": f"{url}/vehicle/v3/vehicles/{connection.car.id}"},
    }


def _relation(kind: str, identifier: str, related: str | None = None) -> Body:
    relation: Body = {"data": {"id": identifier, "type": kind}}
    if related is not None:
        relation["links"] = {"related": related}
    return relation


def connection(it: Connection, url: str) -> Body:
    """Return a connection: the car, its owner, the permissions granted."""
    return {
        "id": it.id,
        "type": "connection",
        "attributes": {
            "permissions": sorted(it.permissions),
            "vehicle": attributes(it),
            "user": {"id": it.owner_id},
        },
        "relationships": {
            "vehicle": _relation("vehicle", it.car.id, f"{url}/vehicle/v3/vehicles/{it.car.id}"),
            "user": _relation("user", it.owner_id),
        },
        "meta": {"createdAt": iso(it.created_at), "updatedAt": iso(it.created_at)},
        "links": {"self": f"{url}/vehicle/v3/connections/{it.id}"},
    }


def application(it: Application) -> Body:
    """Return an application; its ID is what Connect calls `client_id`."""
    return {"id": it.id, "type": "application", "attributes": {"name": it.name}}


def webhook(it: Webhook, cloud: Cloud) -> Body:
    """Return a webhook; whether it is verified is not among its attributes."""

    def listed(codes: tuple[str, ...]) -> list[Any]:
        if cloud.signals_as_codes:
            return list(codes)
        return [signals.CATALOGUE[code].reference for code in codes]

    return {
        "id": it.id,
        "type": "webhook",
        "attributes": {
            "name": it.name,
            "callbackUri": it.callback_uri,
            "errorCallbackUri": it.error_callback_uri,
            "isEnabled": it.enabled,
            "autoSubscribe": it.auto_subscribe,
            "triggers": listed(it.triggers),
            "data": listed(it.data),
        },
        "meta": {"createdAt": iso(it.created_at), "updatedAt": iso(it.created_at)},
        "links": {"self": f"{cloud.url}/management/v3/webhooks/{it.id}"},
    }


def subscription(it: Subscription, url: str) -> Body:
    """Return a subscription."""
    vehicle_id, owner_id = it.connection.car.id, it.connection.owner_id
    return {
        "id": it.id,
        "type": "subscription",
        "attributes": {
            "webhookId": it.webhook.id,
            "userId": owner_id,
            "vehicleId": vehicle_id,
        },
        "relationships": {
            "webhook": _relation("webhook", it.webhook.id),
            "vehicle": _relation("vehicle", vehicle_id),
            "user": _relation("user", owner_id),
        },
        "meta": {"createdAt": iso(it.created_at), "updatedAt": iso(it.created_at)},
        "links": {"self": f"{url}/management/v3/subscriptions/{it.id}"},
    }


def signal(it: Connection, code: str, cloud: Cloud) -> Body:
    """Return a stored signal; times are ISO, and without a body or of a static one only one.

    Beside NOT_CHARGING the store has a body of null.
    """
    known, car, now = signals.CATALOGUE[code], it.car, iso(cloud.clock.wall)
    failed = it.signal_problem(code)
    resource: Body = {
        "id": code,
        "type": "signal",
        "attributes": {**known.reference, "status": _status(failed.problem if failed else None)},
        "meta": {"ingestedAt": now},
        "links": {"self": f"{cloud.url}/vehicle/v3/vehicles/{car.id}/signals/{code}"},
    }
    if failed is None:
        body = signals.body(car, code)
    elif failed.body == "absent":
        return resource
    elif failed.body == "null" or (failed.problem.code == "NOT_CHARGING" and failed.known is None):
        body = signals.null_body(car, code)
    else:
        body = failed.known or signals.body(car, code)
    resource["attributes"]["body"] = body
    if code not in signals.STATIC:
        resource["meta"] |= {"retrievedAt": now, "oemUpdatedAt": iso(car.recorded_at)}
    return resource


def _status(problem: Problem | None) -> Body:
    if problem is None:
        return {"value": "SUCCESS"}
    return {
        "value": "ERROR",
        "error": {
            "type": problem.type,
            "code": problem.code or "UNKNOWN",
            "title": problem.title,
            "detail": problem.description,
            "description": "Deprecated. Use detail",
            "resolution": {"type": problem.resolution or "UNKNOWN_RESOLUTION_TYPE"},
        },
    }
