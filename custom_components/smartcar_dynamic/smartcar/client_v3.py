"""API v3: one token per application, by client credentials.

Sources: the v3 API reference, the management API reference and the "API authentication" page.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
import time
from typing import override

import aiohttp

from .client import (
    USER_AGENT,
    ApiClient,
    Hosts,
    Request,
    SmartcarApiError,
    SmartcarClient,
    SmartcarNoAnswerError,
    Webhook,
    build_url,
    get_path,
    ignore_status,
    parse_lifetime,
)
from .commands import Command, CommandFailure, CommandResult, Outcome, parse_result
from .jsonvalues import MAX_PERMISSIONS, as_id, as_ids, as_name, as_str, as_year
from .model import Delivery, VehicleInfo
from .payload_v3 import parse_read
from .signals import code_of, code_of_name

_LIFETIME = 3600.0
_MARGIN = 60.0
_PAGE = 100
_PAGES = 100
_VIN = "vehicleidentification-vin"


class ClientV3(ApiClient, SmartcarClient):
    """API v3 as an application on the current platform."""

    delivery_interval = None
    ends_at = None

    def __init__(
        self,
        session: aiohttp.ClientSession,
        hosts: Hosts,
        *,
        client_id: str,
        client_secret: str,
        user_agent: str = USER_AGENT,
    ) -> None:
        """Start without a token: the first call fetches one."""
        super().__init__(session, user_agent)
        self._hosts = hosts
        self.url = hosts.vehicle
        self._client_id = client_id
        self._client_secret = client_secret
        self._token = ""
        self._expires_at = 0.0
        self._fetching = asyncio.Lock()

    @override
    async def check_credentials(self) -> None:
        """Return if Smartcar gives a token and accepts it ("API authentication" page)."""
        query = {"page[number]": "1", "page[size]": "1"}
        url = build_url(self._hosts.vehicle, "v3", "connections", query=query)
        request = Request("check the credentials", "GET", url)
        if get_path(await self._call(request), "data") is None:
            raise request.unexpected()

    @override
    async def vehicles(self) -> tuple[VehicleInfo, ...]:
        """Return the connected vehicles, each with its own grant ("List connections" page).

        Simulated ones are asked for only where none is live: one call instead of two. Of a vehicle
        that several users connected the newest connection counts; Smartcar lists it first.
        """
        vehicles: dict[str, VehicleInfo] = {}
        for mode in ("live", "simulated"):
            connections = await self._listed(
                "list the vehicles",
                self._hosts.vehicle,
                "connections",
                {"filter[vehicle.mode]": mode},
            )
            for connection in connections:
                if (vehicle := _vehicle(connection)) is not None:
                    vehicles.setdefault(vehicle.id, vehicle)
            if vehicles:
                break
        return tuple(vehicles.values())

    @override
    async def get_attributes(self, vehicle: VehicleInfo) -> VehicleInfo:
        """Return the vehicle with make, model, year and powertrain ("Get vehicle" page).

        One whose make and model are known is returned as it is, without a call. The VIN is a
        signal here: it comes with the webhook, or with a billed read.
        """
        if vehicle.make is not None and vehicle.model is not None:
            return vehicle
        url = build_url(self._hosts.vehicle, "v3", "vehicles", vehicle.id)
        request = Request("read a vehicle's attributes", "GET", url)
        answer = await self._call(request)
        attributes = get_path(answer, "data", "attributes") or get_path(answer, "attributes")
        if not isinstance(attributes, dict):
            raise request.unexpected()
        return _described(vehicle, attributes)

    @override
    async def subscribe(self, vehicle: VehicleInfo, webhook_id: str) -> None:
        """Subscribe the vehicle ("Create subscription" page: 202, or 409 where it is)."""
        attributes = {"webhookId": webhook_id, "vehicleId": vehicle.id}
        if vehicle.user_id is not None:
            attributes["userId"] = vehicle.user_id
        url = build_url(self._hosts.management, "v3", "subscriptions")
        body = {"data": {"attributes": attributes}}
        with ignore_status(HTTPStatus.CONFLICT, saying="already"):
            await self._call(Request("subscribe a vehicle", "POST", url, json=body))

    @override
    async def unsubscribe(self, vehicle: VehicleInfo, webhook_id: str) -> None:
        """Delete the vehicle's subscriptions ("List" and "Delete subscription" pages)."""
        purpose = "unsubscribe a vehicle"
        found = []
        with ignore_status(HTTPStatus.NOT_FOUND, saying="not found"):
            query = {"filter[vehicleId]": vehicle.id}
            found = await self._subscriptions(purpose, webhook_id, query)
        for item, vehicle_id in found:
            # The filter alone does not decide about a deletion.
            if vehicle_id == vehicle.id and (id_ := as_id(item.get("id"))):
                url = build_url(self._hosts.management, "v3", "subscriptions", id_)
                with ignore_status(HTTPStatus.NOT_FOUND, saying="not found"):
                    await self._call(Request(purpose, "DELETE", url))

    @override
    async def subscribed(self, webhook_id: str) -> frozenset[str]:
        """Return the IDs of the vehicles subscribed to the webhook ("List subscriptions" page)."""
        found = await self._subscriptions("list the subscribed vehicles", webhook_id, {})
        return frozenset(vehicle_id for _, vehicle_id in found)

    @override
    async def webhooks(self) -> tuple[Webhook, ...]:
        """Return the application's webhooks ("List webhooks" page); a new account has none."""
        items = await self._listed("list the webhooks", self._hosts.management, "webhooks", {})
        return tuple(webhook for item in items if (webhook := _webhook(item)) is not None)

    @override
    async def application_id(self) -> str | None:
        """Return the ID that Connect knows the application by ("List applications" page)."""
        found = await self._listed(
            "name the application", self._hosts.management, "applications", {}
        )
        return next((id_ for item in found if (id_ := as_id(item.get("id")))), None)

    @override
    async def wait_for_renewal(self) -> None:
        """Return at once: a token of API v3 can be fetched again."""

    async def read_signals(
        self, vehicle: VehicleInfo, *, at: int, on_call: Callable[[], None]
    ) -> Delivery:
        """Return all that Smartcar has stored of a vehicle ("Get signals" page: one page).

        One billed call: `on_call` is called before each attempt, of which there is another one with
        a new token, or on a new connection. `at` is the time of the read in milliseconds. Raises
        `SmartcarError`.
        """
        url = build_url(self._hosts.vehicle, "v3", "vehicles", vehicle.id, "signals")
        request = Request("read a vehicle's signals", "GET", url, headers=_of_user(vehicle))
        answer = await self._call(request, on_call)
        if not isinstance(answer, dict) or not isinstance(
            answer.get("data", answer.get("errors")), list
        ):
            raise request.unexpected()
        return parse_read(vehicle.id, answer, at=at)

    async def vin(self, vehicle: VehicleInfo, *, on_call: Callable[[], None]) -> str | None:
        """Return a vehicle's VIN if Smartcar has it ("Get signal" page).

        One billed call, before which `on_call` is called as in `read_signals`.
        """
        url = build_url(self._hosts.vehicle, "v3", "vehicles", vehicle.id, "signals", _VIN)
        request = Request("read a vehicle's VIN", "GET", url, headers=_of_user(vehicle))
        try:
            answer = await self._call(request, on_call)
        except SmartcarApiError as err:
            if err.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return as_id(get_path(answer, "data", "attributes", "body", "value"))

    async def send_command(
        self, vehicle: VehicleInfo, command: Command, *, on_call: Callable[[], None]
    ) -> CommandResult:
        """Let the vehicle execute a command ("Commands" pages). It takes up to minutes.

        One billed call: `on_call` is called before each attempt.
        The body of a 200 or 202 decides. Where no answer or a 504 comes, the outcome is unknown.
        Raises `SmartcarApiError` for what was refused or has failed, `SmartcarConnectionError`
        where the command was not sent.
        """
        url = build_url(self._hosts.vehicle, "v3", "vehicles", vehicle.id, *command.path)
        request = Request(
            command.purpose,
            command.method,
            url,
            headers=_of_user(vehicle),
            json=command.body,
            is_command=True,
        )
        try:
            result = parse_result(await self._call(request, on_call))
        except SmartcarNoAnswerError:
            return CommandResult(Outcome.UNKNOWN)
        except SmartcarApiError as err:
            if err.status == HTTPStatus.GATEWAY_TIMEOUT:
                return CommandResult(Outcome.UNKNOWN)
            raise
        if isinstance(result, CommandFailure):
            raise SmartcarApiError(
                f"Smartcar could not {command.purpose}: {result.problem.name}",
                result.problem,
                result.status,
            )
        return result

    async def _subscriptions(
        self, purpose: str, webhook_id: str, query: Mapping[str, str]
    ) -> list[tuple[Mapping[str, object], str]]:
        """Return the webhook's subscriptions, each with its vehicle's ID."""
        items = await self._listed(
            purpose,
            self._hosts.management,
            "subscriptions",
            {"filter[webhookId]": webhook_id, **query},
        )
        return [
            (item, vehicle_id)
            for item in items
            if (vehicle_id := _related(item, "vehicle")) is not None
            and _related(item, "webhook") in (webhook_id, None)
        ]

    async def _listed(
        self, purpose: str, origin: str, resource: str, query: Mapping[str, str]
    ) -> list[Mapping[str, object]]:
        """Return all items of a list, page by page."""
        items: list[object] = []
        for number in range(1, _PAGES + 1):
            page = {**query, "page[number]": str(number), "page[size]": str(_PAGE)}
            request = Request(purpose, "GET", build_url(origin, "v3", resource, query=page))
            answer = await self._call(request)
            new = get_path(answer, "data")
            if not isinstance(new, list):
                raise request.unexpected()
            items += new
            if not new or _is_last(answer, len(new), len(items)):
                break
        return [item for item in items if isinstance(item, dict)]

    @override
    async def _access_token(self, rejected: str | None = None) -> str:
        async with self._fetching:
            if self._token == rejected or self._expires_at - _MARGIN <= time.time():
                await self._fetch()
            return self._token

    async def _fetch(self) -> None:
        """Fetch a token; the lock is the caller's."""
        request = Request(
            "issue an access token",
            "POST",
            build_url(self._hosts.iam, "oauth2", "token"),
            form={
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": self._client_secret,
            },
        )
        answer = await self._send(request)
        token = as_str(get_path(answer, "access_token"))
        if token is None:
            raise request.unexpected()
        self._token = token
        self._expires_at = time.time() + parse_lifetime(get_path(answer, "expires_in"), _LIFETIME)


def _of_user(vehicle: VehicleInfo) -> dict[str, str]:
    return {} if vehicle.user_id is None else {"sc-user-id": vehicle.user_id}


def _is_last(answer: object, size: int, seen: int) -> bool:
    """Tell whether a page is the last by its total, its link to the next, or else its size."""
    hints = []
    if isinstance(total := get_path(answer, "meta", "totalCount"), int):
        hints.append(seen >= total)
    if isinstance(links := get_path(answer, "links"), dict) and "next" in links:
        hints.append(not links["next"])
    return any(hints) if hints else size < _PAGE


def _related(item: object, name: str) -> str | None:
    """Return the ID of what an item belongs to, from either of its two places."""
    return as_id(get_path(item, "relationships", name, "data", "id")) or as_id(
        get_path(item, "attributes", f"{name}Id")
    )


def _vehicle(connection: object) -> VehicleInfo | None:
    id_ = _related(connection, "vehicle")
    if id_ is None:
        return None
    granted = get_path(connection, "attributes", "permissions")
    vehicle = VehicleInfo(
        id_,
        user_id=as_id(get_path(connection, "attributes", "user", "id"))
        or _related(connection, "user"),
        permissions=frozenset(as_ids(granted, MAX_PERMISSIONS))
        if isinstance(granted, list)
        else None,
    )
    return _described(vehicle, get_path(connection, "attributes", "vehicle"))


def _described(vehicle: VehicleInfo, attributes: object) -> VehicleInfo:
    return replace(
        vehicle,
        make=vehicle.make or as_name(get_path(attributes, "make")),
        model=vehicle.model or as_name(get_path(attributes, "model")),
        year=vehicle.year or as_year(get_path(attributes, "year")),
        powertrain=vehicle.powertrain or as_name(get_path(attributes, "powertrainType")),
    )


def _webhook(item: Mapping[str, object]) -> Webhook | None:
    """Return a webhook; one that does not say whether it is enabled is taken for enabled."""
    id_ = as_id(item.get("id"))
    if id_ is None:
        return None
    attributes = item.get("attributes")
    return Webhook(
        id=id_,
        name=as_name(get_path(attributes, "name")) or "",
        callback_uri=as_str(get_path(attributes, "callbackUri")) or "",
        enabled=get_path(attributes, "isEnabled") is not False,
        triggers=_codes(get_path(attributes, "triggers")),
        data=_codes(get_path(attributes, "data")),
    )


def _codes(entries: object) -> tuple[str, ...] | None:
    """Return the signal codes of a list, or `None` if it is missing or an entry is illegible."""
    if not isinstance(entries, list):
        return None
    codes = tuple(code for entry in entries if (code := _code(entry)) is not None)
    return codes if len(codes) == len(entries) else None


def _code(entry: object) -> str | None:
    """Return a signal code from itself, from `Group.Name`, or from an object that has either."""
    match get_path(entry, "signal") or entry:
        case str(name):
            return code_of_name(name)
        case {"code": code}:
            return code_of(code)
        case {"group": str(group), "name": str(name)}:
            return code_of(None, group, name.replace(" ", ""))
        case _:
            return None
