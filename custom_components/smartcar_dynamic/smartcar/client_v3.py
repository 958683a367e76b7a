"""API v3: one token per application, by client credentials.

Sources: the v3 API reference, the management API reference and the "API authentication" page.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
import time
from typing import override

import aiohttp

from .client import (
    USER_AGENT,
    Hosts,
    Request,
    Requests,
    SmartcarApiError,
    SmartcarClient,
    Webhook,
    address,
    already,
    dig,
    lifetime,
    text,
    year,
)
from .model import Vehicle

_LIFETIME = 3600.0
_MARGIN = 60.0
_PAGE = 100
_PAGES = 100


class ClientV3(Requests, SmartcarClient):
    """What an application on the current platform can ask."""

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
        self._client_id = client_id
        self._client_secret = client_secret
        self._token = ""
        self._expires_at = 0.0
        self._fetching = asyncio.Lock()

    @override
    async def check_credentials(self) -> None:
        """Return if Smartcar gives a token and accepts it ("API authentication" page)."""
        await self._call(Request("check the credentials", "GET", self._connections("live", 1, 1)))

    @override
    async def vehicles(self) -> tuple[Vehicle, ...]:
        """Return the connected vehicles, each with its own grant ("List connections" page).

        Simulated vehicles are asked for only where there is no live one: one call instead of two.
        A vehicle that several users connected is the newest connection's, which comes first.
        """
        vehicles: dict[str, Vehicle] = {}
        for mode in ("live", "simulated"):
            for connection in await self._list(
                "list the vehicles",
                self._hosts.vehicle,
                "connections",
                {"filter[vehicle.mode]": mode},
            ):
                if vehicle := _vehicle(connection):
                    vehicles.setdefault(vehicle.id, vehicle)
            if vehicles:
                break
        return tuple(vehicles.values())

    @override
    async def describe(self, vehicle: Vehicle) -> Vehicle:
        """Return the vehicle with make, model, year and powertrain ("Get vehicle" page).

        One whose make and model are known is returned as it is, without a call.
        """
        if vehicle.make is not None and vehicle.model is not None:
            return vehicle
        url = address(self._hosts.vehicle, "v3", "vehicles", vehicle.id)
        request = Request("read a vehicle's attributes", "GET", url)
        answer = await self._call(request)
        attributes = dig(answer, "data", "attributes") or dig(answer, "attributes")
        if not isinstance(attributes, Mapping):
            raise request.unexpected()
        return _with_attributes(vehicle, attributes)

    @override
    async def subscribe(self, vehicle: Vehicle, webhook_id: str) -> None:
        """Subscribe the vehicle ("Create subscription" page: 202, or 409 where it exists)."""
        attributes = {"webhookId": webhook_id, "userId": vehicle.user_id, "vehicleId": vehicle.id}
        request = Request(
            "subscribe a vehicle",
            "POST",
            address(self._hosts.management, "v3", "subscriptions"),
            json={"data": {"attributes": {k: v for k, v in attributes.items() if v is not None}}},
        )
        try:
            await self._call(request)
        except SmartcarApiError as err:
            if not already(err):
                raise
