"""API v2.0: an access token per owner, renewed with a refresh token that changes each time.

Sources: the v2.0 API reference, "Auth code exchange" and "Refresh token" pages.
"""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
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
    SmartcarCredentialsError,
    authorized,
    build_url,
    get_path,
    ignore_status,
    parse_lifetime,
)
from .jsonvalues import as_id, as_name, as_str, as_year
from .model import Problem, Remedy, VehicleInfo

_LIFETIME = 7200.0
_MARGIN = 60.0
_PAGE = 50
_PAGES = 200

_NOT_PERMITTED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_IMPLEMENTED})
_NO_VIN = _NOT_PERMITTED | {HTTPStatus.CONFLICT}


@dataclass(frozen=True, slots=True)
class Token:
    """An owner's tokens; `expires_at` is the access token's end in seconds since 1970."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_at: float


class ClientV2(ApiClient, SmartcarClient):
    """API v2.0 as the owner of a dynamic webhook."""

    # A dynamic webhook is hourly; three missing in a row are no coincidence.
    delivery_interval = 6 * 3_600_000
    # 1 December 2026, as the SDKs' announcements have it.
    ends_at = 1_796_083_200_000

    def __init__(  # noqa: PLR0913 - what Smartcar's dashboard shows, each by its name
        self,
        session: aiohttp.ClientSession,
        hosts: Hosts,
        token: Token,
        *,
        client_id: str | None,
        client_secret: str | None,
        management_token: str,
        save_token: Callable[[Token], Awaitable[None] | None],
        user_agent: str = USER_AGENT,
    ) -> None:
        """Start with a token; each later one goes to `save_token` before it is used."""
        super().__init__(session, user_agent)
        self._hosts = hosts
        self.url = hosts.api
        self._token = token
        self._client_id = client_id
        self._management_token = management_token
        self._save_token = save_token
        self._basic = _basic(client_id, client_secret)
        self._renewing = asyncio.Lock()
        self._tasks: set[asyncio.Future[str]] = set()

    def use(self, token: Token, client_id: str, client_secret: str) -> None:
        """Go on with tokens that were renewed elsewhere, and the credentials that renewed them."""
        self._token = token
        self._client_id = client_id
        self._basic = _basic(client_id, client_secret)

    @override
    async def check_credentials(self) -> None:
        """Return if Smartcar accepts the access token, or renews it ("User vehicles" page)."""
        await self._vehicle_ids(limit=1, offset=0)

    @override
    async def vehicles(self) -> tuple[VehicleInfo, ...]:
        """Return the owner's vehicles, only their IDs ("User vehicles" page: pages of 50)."""
        ids: dict[str, None] = {}
        for _ in range(_PAGES):
            known = len(ids)
            page, total = await self._vehicle_ids(limit=_PAGE, offset=known)
            ids |= dict.fromkeys(page)
            more = len(page) == _PAGE if total is None else len(ids) < total
            if not more or len(ids) == known:
                break
        return tuple(VehicleInfo(id_) for id_ in ids)

    @override
    async def get_attributes(self, vehicle: VehicleInfo) -> VehicleInfo:
        """Return the vehicle with make, model, year and VIN, as far as unknown and permitted."""
        if vehicle.make is None or vehicle.model is None:
            told = await self._told("read a vehicle's attributes", vehicle, _NOT_PERMITTED)
            vehicle = replace(
                vehicle,
                make=vehicle.make or as_name(get_path(told, "make")),
                model=vehicle.model or as_name(get_path(told, "model")),
                year=vehicle.year or as_year(get_path(told, "year")),
            )
        if vehicle.vin is None:
            told = await self._told("read a vehicle's VIN", vehicle, _NO_VIN, "vin")
            vehicle = replace(vehicle, vin=as_id(get_path(told, "vin")))
        return vehicle

    @override
    async def subscribe(self, vehicle: VehicleInfo, webhook_id: str) -> None:
        """Subscribe the vehicle with the owner's token ("Subscribe webhook" page).

        The API cannot be asked later, so the answer must be Smartcar's: it names both, or nothing.
        """
        url = self._subscription(vehicle, webhook_id)
        request = Request("subscribe a vehicle", "POST", url)
        with ignore_status(HTTPStatus.CONFLICT, saying="already"):
            answer = await self._call(request)
            named = get_path(answer, "vehicleId"), get_path(answer, "webhookId")
            if answer != {} and named != (vehicle.id, webhook_id):
                raise request.unexpected()

    @override
    async def unsubscribe(self, vehicle: VehicleInfo, webhook_id: str) -> None:
        """Unsubscribe the vehicle with the management token ("Unsubscribe webhook" page)."""
        url = self._subscription(vehicle, webhook_id)
        request = Request("unsubscribe a vehicle", "DELETE", url)
        with ignore_status(HTTPStatus.NOT_FOUND, saying="not subscribed"):
            answer = await self._send(authorized(request, self._management_token))
            # The API cannot be asked later: what says anything else has not unsubscribed.
            if answer != {} and get_path(answer, "status") != "success":
                raise request.unexpected()

    @override
    async def subscribed(self, webhook_id: str) -> None:
        """Return `None`: API v2.0 does not tell."""

    @override
    async def webhooks(self) -> None:
        """Return `None`: API v2.0 does not tell."""

    @override
    async def application_id(self) -> str | None:
        """Return the client ID, which is the application's ID on API v2.0."""
        return self._client_id

    @override
    async def wait_for_renewal(self) -> None:
        """Return once no token is being renewed."""
        async with self._renewing:
            return

    async def _vehicle_ids(self, *, limit: int, offset: int) -> tuple[list[str], int | None]:
        query = {"limit": str(limit), "offset": str(offset)}
        url = build_url(self._hosts.api, "v2.0", "vehicles", query=query)
        request = Request("list the vehicles", "GET", url)
        answer = await self._call(request)
        ids = get_path(answer, "vehicles")
        if not isinstance(ids, list):
            raise request.unexpected()
        total = get_path(answer, "paging", "count")
        return list(filter(None, map(as_id, ids))), total if isinstance(total, int) else None

    async def _told(
        self, purpose: str, vehicle: VehicleInfo, silent: frozenset[HTTPStatus], *path: str
    ) -> object:
        """Return what the vehicle's page says, or `None` where the status says that it will not."""
        url = build_url(self._hosts.api, "v2.0", "vehicles", vehicle.id, *path)
        request = Request(purpose, "GET", url)
        try:
            answer = await self._call(request)
        except SmartcarApiError as err:
            if err.status in silent:
                return None
            raise
        if not isinstance(answer, dict):
            raise request.unexpected()
        return answer

    def _subscription(self, vehicle: VehicleInfo, webhook_id: str) -> str:
        return build_url(self._hosts.api, "v2.0", "vehicles", vehicle.id, "webhooks", webhook_id)

    @override
    async def _access_token(self, rejected: str | None = None) -> str:
        # A caller that is cancelled must not cancel the renewal: its refresh token is used up.
        task = asyncio.ensure_future(self._async_valid_token(rejected))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Future[str]) -> None:
        """Drop an ended task; its error is that of a caller that may be gone."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def _async_valid_token(self, rejected: str | None) -> str:
        async with self._renewing:
            expired = self._token.expires_at - _MARGIN <= time.time()
            if expired or self._token.access_token == rejected:
                await self._renew()
            return self._token.access_token

    async def _renew(self) -> None:
        """Renew the tokens; the lock is the caller's."""
        refresh_token = self._token.refresh_token
        if not self._basic or not refresh_token:
            raise SmartcarCredentialsError(
                "The access token is no longer valid, and without refresh token, client ID and"
                " client secret it cannot be renewed",
                Problem("AUTHENTICATION", None, Remedy.CREDENTIALS),
                HTTPStatus.UNAUTHORIZED,
            )
        request = Request(
            "renew the access token",
            "POST",
            build_url(self._hosts.auth, "oauth", "token"),
            headers={"Authorization": self._basic},
            form={"grant_type": "refresh_token", "refresh_token": refresh_token},
        )
        answer = await self._send(request)
        access_token = as_str(get_path(answer, "access_token"))
        if access_token is None:
            raise request.unexpected()
        token = Token(
            access_token=access_token,
            refresh_token=as_str(get_path(answer, "refresh_token")) or refresh_token,
            expires_at=time.time() + parse_lifetime(get_path(answer, "expires_in"), _LIFETIME),
        )
        # The old refresh token dies within minutes: what is not saved now may be lost.
        if (saving := self._save_token(token)) is not None:
            await saving
        self._token = token


def _basic(client_id: str | None, client_secret: str | None) -> str | None:
    """Return the authorization header that renews tokens, `None` where nothing can."""
    if not client_id or not client_secret:
        return None
    return "Basic " + b64encode(f"{client_id}:{client_secret}".encode()).decode()
