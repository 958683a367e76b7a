"""A home whose cars are the simulator's: real HTTP in both directions, time by hand."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
import json
import logging
from pathlib import Path
from typing import Any, cast

from aiohttp import ClientConnectionError
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import Credentials, RefreshToken
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.smartcar_dynamic.checks import chain
from custom_components.smartcar_dynamic.runtime import SmartcarRuntimeData
from simulator import Car, Kind, Simulator, Webhook

DOMAIN = "smartcar_dynamic"
PUBLIC = "https://home.example"
ELSEWHERE = "https://elsewhere.example"
HOOK = "a-webhook-of-home-assistant"
COMPONENTS = ("webhook", "repairs", "websocket_api", "config", "diagnostics", "system_health")
TEXTS = json.loads((Path(chain.__file__).parents[1] / "translations" / "en.json").read_text())[
    "issues"
]
CALLBACK = f"{PUBLIC}/api/webhook/{HOOK}"


@dataclass
class Internet:
    """What Home Assistant reaches by its public address: itself, where `routes` lead there."""

    http: TestClient[Any, Any]
    routes: dict[str, str] = field(default_factory=dict)

    def post(self, url: str, **request: Any) -> Any:  # noqa: ANN401 - as aiohttp's session
        for public, path in self.routes.items():
            if url.startswith(public):
                return self.http.post(path + url.removeprefix(public), **request)
        raise ClientConnectionError("no route")


@dataclass
class Home:
    """Home Assistant, the simulator, and what an owner can do in either."""

    hass: HomeAssistant
    sim: Simulator
    time: FrozenDateTimeFactory
    http: TestClient[Any, Any]
    sockets: WebSocketGenerator
    internet: Internet
    login: RefreshToken
    entries: list[MockConfigEntry] = field(default_factory=list)

    async def settle(self) -> None:
        """Wait until all that was begun has ended."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def pass_time(self, **span: float) -> None:
        """Let time pass in Home Assistant, in one go."""
        self.time.tick(timedelta(**span))
        async_fire_time_changed(self.hass)
        await self.settle()

    async def pass_hours(self, hours: int) -> None:
        """Let time pass hour by hour, as what is done hourly wants it."""
        for _ in range(hours):
            await self.pass_time(hours=1, seconds=1)

    async def move_to(self, external_url: str | None) -> None:
        """Change Home Assistant's external address."""
        await self.hass.config.async_update(external_url=external_url)
        await self.settle()

    async def webhook(self, kind: Kind = Kind.CURRENT, **fields: Any) -> Webhook:  # noqa: ANN401 - handed on to the simulator
        """Create a webhook in the dashboard that points here."""
        return await self.sim.create_webhook(kind, fields.pop("callback_uri", CALLBACK), **fields)

    def new_entry(
        self, webhook: Webhook | None, kind: Kind = Kind.CURRENT, **changes: object
    ) -> MockConfigEntry:
        """Return an entry as the flow creates it."""
        application = self.sim.application(kind)
        data: dict[str, object] = {
            "webhook_id": HOOK,
            "management_token": application.management_token,
        }
        if webhook is not None:
            data["smartcar_webhook_id"] = webhook.id
        if kind.is_v2:
            tokens = self.sim.issue_tokens(application)
            data |= {
                "api": "v2",
                "client_id": application.id,
                "client_secret": application.client_secret,
                "token": {
                    "access_token": tokens.access_token,
                    "refresh_token": tokens.refresh_token,
                    "expires_at": dt_util.utcnow().timestamp() + 7200,
                },
            }
        else:
            data |= {
                "api": "v3",
                "client_id": application.m2m_id,
                "client_secret": application.m2m_secret,
            }
        options = cast("dict[str, Any]", changes.pop("options", {}))
        return MockConfigEntry(
            domain=DOMAIN, title="Our cars", version=1, data=data | changes, options=options
        )

    async def set_up(self, entry: MockConfigEntry) -> MockConfigEntry:
        """Set an entry up."""
        entry.add_to_hass(self.hass)
        self.entries.append(entry)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()
        return entry

    async def live(
        self, kind: Kind = Kind.CURRENT, *, verify: bool = True, **fields: object
    ) -> tuple[MockConfigEntry, Webhook]:
        """Return an entry that is set up, and its webhook: verified, and the car subscribed."""
        webhook = await self.webhook(kind, **fields)
        entry = await self.set_up(self.new_entry(webhook, kind))
        if verify:
            assert (await self.sim.verify(webhook)).succeeded
        await self.settle()
        return entry, webhook

    async def deliver(self, car: Car | None = None) -> None:
        """Let Smartcar deliver now."""
        await self.sim.deliver(car)
        await self.settle()

    async def restart(self, entry: MockConfigEntry, *, hours: float = 0) -> None:
        """Stop and start the entry as a restart does: issues that are not persistent are gone."""
        assert await self.hass.config_entries.async_unload(entry.entry_id)
        registry = ir.async_get(self.hass)
        await registry._store.async_save(registry._data_to_save())
        self.time.tick(timedelta(hours=hours))
        await registry._async_load()
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()

    def data(self, entry: MockConfigEntry) -> SmartcarRuntimeData:
        """Return the parts of a loaded entry."""
        return cast("SmartcarRuntimeData", entry.runtime_data)

    @property
    def token(self) -> str:
        """Return an owner's access token; they live for half an hour only."""
        return self.hass.auth.async_create_access_token(self.login)

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask over the WebSocket API."""
        socket = await self.sockets(self.hass, self.token)
        await socket.send_json_auto_id(question)
        return cast("dict[str, Any]", await socket.receive_json())

    async def post(self, path: str, values: dict[str, str]) -> dict[str, Any]:
        """Post to the REST API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.post(path, json=values, headers=headers) as response:
            assert response.status == HTTPStatus.OK
            return cast("dict[str, Any]", await response.json())

    # Repairs, over the API that the frontend uses

    async def issues(self) -> dict[str, dict[str, Any]]:
        """Return the issues that the repairs page lists, by ID without the entry's or the car's."""
        answer = await self.ask({"type": "repairs/list_issues"})
        issues = {
            issue["issue_id"]: issue
            for issue in answer["result"]["issues"]
            if issue["domain"] == DOMAIN
        }
        for issue in issues.values():
            title = TEXTS[issue["translation_key"]]["title"]
            assert title.format_map(issue["translation_placeholders"])
        return issues

    async def raised(self) -> set[str]:
        """Return the keys of the texts of the issues that are raised."""
        return {issue["translation_key"] for issue in (await self.issues()).values()}

    async def issue(self, key: str) -> dict[str, Any]:
        """Return the one issue with this text."""
        (issue,) = [it for it in (await self.issues()).values() if it["translation_key"] == key]
        return issue

    async def ignore(self, key: str) -> None:
        """Ignore an issue as an owner does."""
        issue = await self.issue(key)
        question = {
            "type": "repairs/ignore_issue",
            "domain": DOMAIN,
            "issue_id": issue["issue_id"],
            "ignore": True,
        }
        assert (await self.ask(question))["success"]

    async def open_fix(self, key: str) -> dict[str, Any]:
        """Open the flow that fixes an issue; return its first step."""
        issue = await self.issue(key)
        assert issue["is_fixable"]
        path = "/api/repairs/issues/fix"
        step = await self.post(path, {"handler": DOMAIN, "issue_id": issue["issue_id"]})
        texts = TEXTS[key]["fix_flow"]["step"][step["step_id"]]
        for text in (texts["title"], texts["description"]):
            assert text.format_map(step["description_placeholders"])
        return step

    async def submit(self, step: dict[str, Any], **values: str) -> dict[str, Any]:
        """Submit a step; return the next one, whose error has a text."""
        result = await self.post(f"/api/repairs/issues/fix/{step['flow_id']}", values)
        await self.settle()
        return result

    async def fix(self, key: str, **values: str) -> dict[str, Any]:
        """Go through the flow that fixes an issue; return its end."""
        return await self.submit(await self.open_fix(key), **values)

    # Devices and entities

    def device(self, car: Car) -> dr.DeviceEntry | None:
        """Return a car's device."""
        entry_id = self.entries[0].entry_id
        return dr.async_get(self.hass).async_get_device_by_identifier((DOMAIN, car.id), entry_id)

    def entity_id(self, platform: str, car: Car, key: str) -> str:
        """Return a car's entity."""
        found = er.async_get(self.hass).async_get_entity_id(platform, DOMAIN, f"{car.id}_{key}")
        assert found is not None
        return found

    def state(self, platform: str, car: Car, key: str) -> str:
        """Return the state of a car's entity."""
        state = self.hass.states.get(self.entity_id(platform, car, key))
        assert state is not None
        return state.state

    async def remove_device(self, car: Car) -> dict[str, Any]:
        """Delete a car as the device page does."""
        device = self.device(car)
        assert device is not None
        answer = await self.ask(
            {
                "type": "config/device_registry/remove_config_entry",
                "config_entry_id": self.entries[0].entry_id,
                "device_id": device.id,
            }
        )
        await self.settle()
        return answer


@pytest.fixture
async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client_no_auth: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    hass_admin_credential: Credentials,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,  # noqa: ARG001 - a fixture of a fixture has no other way to be asked for
) -> AsyncGenerator[Home]:
    """Return a home that the simulator reaches at a public address."""
    # It cannot tell the time zone of a frozen time.
    caplog.set_level(logging.WARNING, "aiohttp.access")
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    http = await hass_client_no_auth()
    here = str(http.make_url("/")).rstrip("/")
    await hass.config.async_update(external_url=PUBLIC)
    async with Simulator(routes={PUBLIC: here}, start=dt_util.utcnow()) as sim:
        monkeypatch.setenv("SMARTCAR_DYNAMIC_SIMULATOR", sim.url)
        login = await hass.auth.async_create_refresh_token(
            hass_admin_user, "https://client.example", credential=hass_admin_credential
        )
        internet = Internet(http, {PUBLIC: "", ELSEWHERE: ""})
        monkeypatch.setattr(chain, "async_get_clientsession", lambda _: internet)
        home = Home(hass, sim, freezer, http, hass_ws_client, internet, login)
        yield home
        await home.settle()
        for entry in home.entries:
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
        await home.settle()
