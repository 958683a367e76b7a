"""A home whose vehicles are the simulator's: real HTTP in both directions, time by hand."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast
from unittest.mock import patch

from aiohttp import ClientConnectionError
from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import RefreshToken
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smartcar_dynamic.checks import chain
from custom_components.smartcar_dynamic.runtime import SmartcarRuntimeData
from simulator import Application, Car, Kind, Simulator, Webhook

from .dialog import Dialog
from .entries import DOMAIN, WEBHOOK_ID, new_entry
from .texts import read_fix, read_issue

PUBLIC = "https://home.example"
ELSEWHERE = "https://elsewhere.example"
CALLBACK = f"{PUBLIC}/api/webhook/{WEBHOOK_ID}"


@dataclass
class Internet:
    """What Home Assistant reaches by its public address: itself, where `routes` lead there."""

    http: TestClient[Any, Any]
    routes: dict[str, str] = field(default_factory=dict)

    def post(self, url: str, **request: Any) -> Any:  # noqa: ANN401 - as aiohttp's session
        """Post to an address."""
        for public, path in self.routes.items():
            if url.startswith(public):
                return self.http.post(path + url.removeprefix(public), **request)
        raise ClientConnectionError(url)


@dataclass
class Home:
    """Home Assistant, the simulator, and what a person can do in either."""

    hass: HomeAssistant
    sim: Simulator
    time: FrozenDateTimeFactory
    http: TestClient[Any, Any]
    sockets: WebSocketGenerator
    internet: Internet
    login: RefreshToken
    entries: list[ConfigEntry] = field(default_factory=list)

    # Time and place

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

    # Smartcar

    @property
    def current(self) -> Application:
        """Return the application of the current platform."""
        return self.sim.application(Kind.CURRENT)

    @property
    def dynamic(self) -> Application:
        """Return the application with a dynamic webhook."""
        return self.sim.application(Kind.DYNAMIC)

    def car(self, kind: Kind = Kind.CURRENT) -> Car:
        """Return the first car of an application."""
        return self.sim.dynamic_car if kind.is_v2 else self.sim.current_car

    def cars(self, kind: Kind, *more: str) -> list[Car]:
        """Return the first car of an application, and more of these names."""
        return [self.car(kind), *(self.sim.add_car(name, application=kind) for name in more)]

    async def webhook(self, kind: Kind = Kind.CURRENT, **fields: Any) -> Webhook:  # noqa: ANN401 - handed on to the simulator
        """Create a webhook in the dashboard that points here."""
        return await self.sim.create_webhook(kind, fields.pop("callback_uri", CALLBACK), **fields)

    def webhook_of(self, entry: ConfigEntry) -> Webhook:
        """Return the webhook of an entry."""
        return self.sim.webhook(entry.data["smartcar_webhook_id"])

    def subscribed(self, webhook: Webhook) -> set[str]:
        """Return the names of the cars that Smartcar sends to a webhook."""
        return {
            subscription.connection.car.name
            for subscription in self.sim.cloud.subscriptions.values()
            if subscription.webhook is webhook
        }

    def is_subscribed(self, webhook: Webhook, car: Car) -> bool:
        """Tell whether Smartcar sends a car to a webhook."""
        return self.sim.cloud.subscription(webhook, self.sim.connection(car)) is not None

    @property
    def billed(self) -> int:
        """Return how many calls Smartcar bills."""
        return self.sim.cloud.meter.billed.total()

    async def deliver(self, car: Car | None = None) -> None:
        """Let Smartcar deliver now."""
        await self.sim.deliver(car)
        await self.settle()

    async def report_problem(self, car: Car, problem: str) -> None:
        """Let a car have a problem, and Smartcar report it."""
        self.sim.set_problem(car, problem)
        await self.deliver(car)

    async def revoke(self, car: Car) -> None:
        """End the owner's login, and let Smartcar report it."""
        self.sim.revoke(car)
        await self.deliver(car)

    # Entries

    def new_entry(
        self,
        webhook: Webhook | None,
        kind: Kind = Kind.CURRENT,
        *,
        options: dict[str, Any] | None = None,
        **data: Any,  # noqa: ANN401 - handed on
    ) -> MockConfigEntry:
        """Return an entry as the flow creates it, with credentials that Smartcar accepts."""
        application = self.sim.application(kind)
        own: dict[str, Any] = {
            "management_token": application.management_token,
            "smartcar_webhook_id": None if webhook is None else webhook.id,
        }
        if kind.is_v2:
            tokens = self.sim.issue_tokens(application)
            own |= {
                "client_id": application.id,
                "client_secret": application.client_secret,
                "token": {
                    "access_token": tokens.access_token,
                    "refresh_token": tokens.refresh_token,
                    "expires_at": dt_util.utcnow().timestamp() + 7200,
                },
            }
            unique_id = None if webhook is None else webhook.id
        else:
            own |= {"client_id": application.m2m_id, "client_secret": application.m2m_secret}
            unique_id = application.m2m_id
        api = "v2" if kind.is_v2 else "v3"
        return new_entry(api, unique_id=unique_id, options=options, **(own | data))

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

    async def delivering(self, kind: Kind = Kind.CURRENT) -> MockConfigEntry:
        """Return an entry whose cars have delivered."""
        entry, _ = await self.live(kind)
        await self.deliver()
        return entry

    async def reload(self, entry: ConfigEntry) -> None:
        """Reload an entry."""
        await self.hass.config_entries.async_reload(entry.entry_id)
        await self.settle()

    async def unload(self, entry: ConfigEntry) -> None:
        """Unload an entry."""
        assert await self.hass.config_entries.async_unload(entry.entry_id)

    async def remove(self, entry: ConfigEntry) -> None:
        """Remove an entry."""
        await self.hass.config_entries.async_remove(entry.entry_id)
        await self.settle()

    async def restart(self, entry: ConfigEntry, *, hours: float = 0) -> None:
        """Stop and start the entry as a restart does: issues that are not persistent are gone."""
        await self.unload(entry)
        registry = ir.async_get(self.hass)
        await registry._store.async_save(registry._data_to_save())
        self.time.tick(timedelta(hours=hours))
        await registry._async_load()
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()

    def runtime(self, entry: ConfigEntry) -> SmartcarRuntimeData:
        """Return the parts of a loaded entry."""
        assert entry.state is ConfigEntryState.LOADED
        return cast("SmartcarRuntimeData", entry.runtime_data)

    def webhook_ids(self) -> set[str]:
        """Return the IDs of the webhooks that Home Assistant answers for us."""
        return {
            webhook_id
            for webhook_id, webhook in self.hass.data.get("webhook", {}).items()
            if webhook.domain == DOMAIN
        }

    # Dialogs

    async def add(self, option: str | None = None) -> Dialog:
        """Begin to add the integration."""
        dialog = await self._begin({"source": SOURCE_USER})
        return dialog if option is None else await dialog.choose(option)

    async def reconfigure(self, entry: ConfigEntry, option: str | None = None) -> Dialog:
        """Begin to reconfigure."""
        context = {"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
        dialog = await self._begin(context)
        return dialog if option is None else await dialog.choose(option)

    async def reauth(self, entry: ConfigEntry) -> Dialog:
        """Take up the login that Home Assistant asks for."""
        entry.async_start_reauth(self.hass)
        await self.settle()
        (flow,) = self.hass.config_entries.flow.async_progress()
        return await Dialog(self.hass, flow).look()

    async def open_options(self, entry: ConfigEntry) -> Dialog:
        """Open the options."""
        result = await self.hass.config_entries.options.async_init(entry.entry_id)
        return Dialog(self.hass, result, "options").read(result)

    async def _begin(self, context: Any) -> Dialog:  # noqa: ANN401 - a typed dict of many shapes
        result = await self.hass.config_entries.flow.async_init(DOMAIN, context=context)
        return Dialog(self.hass, result).read(result)

    def values_v3(self, application: Application | None = None, **changes: str) -> dict[str, str]:
        """Return what the dashboard shows and the form for the current platform asks for."""
        application = application or self.current
        return {
            "client_id": application.m2m_id,
            "client_secret": application.m2m_secret,
            "management_token": application.management_token,
            **changes,
        }

    def values_v2(self, **changes: str | None) -> dict[str, str]:
        """Return what the form for a dynamic webhook asks for; `None` leaves a value out."""
        tokens = self.sim.issue_tokens(Kind.DYNAMIC)
        values = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "client_id": self.dynamic.id,
            "client_secret": self.dynamic.client_secret,
            "management_token": self.dynamic.management_token,
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    async def webhook_for(
        self,
        dialog: Dialog,
        kind: Kind = Kind.CURRENT,
        **fields: Any,  # noqa: ANN401 - handed on
    ) -> Webhook:
        """Create a webhook in the dashboard with the address that a dialog shows."""
        return await self.webhook(kind, callback_uri=dialog.callback_uri, **fields)

    async def at_callback(self, kind: Kind = Kind.CURRENT) -> Dialog:
        """Begin to add the integration, and go on to the callback URI."""
        if kind.is_v2:
            return await (await self.add("dynamic")).submit(**self.values_v2())
        return await (await self.add("current")).submit(**self.values_v3())

    async def wait_in_vain(self, dialog: Dialog) -> Dialog:
        """Go from the callback URI to the step after a challenge that has not come."""
        with patch("custom_components.smartcar_dynamic.flows.challenge._WAIT_TIMEOUT", 0):
            await dialog.submit()
            await dialog.settle()
        assert dialog.step == "not_verified"
        return dialog

    async def verified(self, dialog: Dialog, kind: Kind = Kind.CURRENT) -> tuple[Dialog, Webhook]:
        """Go from the callback URI over the dashboard to the step after the challenge."""
        assert dialog.step == "callback"
        webhook = await self.webhook_for(dialog, kind)
        await dialog.submit()
        assert dialog.step == "wait"
        assert (await self.sim.verify(webhook)).succeeded
        return await dialog.confirm(), webhook

    async def finished(self, dialog: Dialog) -> ConfigEntry:
        """Subscribe all cars and finish."""
        assert dialog.step == "vehicles"
        await dialog.submit(vehicles=list(dialog.options))
        assert dialog.step == "subscribe"
        await dialog.settle()
        return await self.created(dialog)

    async def created(self, dialog: Dialog) -> ConfigEntry:
        """Return the entry that a dialog has created."""
        assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
        await self.settle()
        entry = cast("ConfigEntry", dialog.result["result"])
        self.entries.append(entry)
        assert entry.state is ConfigEntryState.LOADED
        return entry

    async def reconfigured(self, dialog: Dialog, entry: ConfigEntry) -> None:
        """See a dialog end, and the entry loaded again."""
        assert dialog.reason in {"reconfigure_successful", "management_token_changed"}
        await self.settle()
        assert entry.state is ConfigEntryState.LOADED
        assert self.webhook_ids() == {WEBHOOK_ID}

    # Repairs, over the API that the frontend uses

    async def issues(self) -> dict[str, dict[str, Any]]:
        """Return the issues that the repairs page lists, by ID."""
        answer = await self.ask({"type": "repairs/list_issues"})
        issues = {
            issue["issue_id"]: issue
            for issue in answer["result"]["issues"]
            if issue["domain"] == DOMAIN
        }
        for issue in issues.values():
            read_issue(issue)
        return issues

    async def raised(self) -> set[str]:
        """Return the keys of the texts of the issues that are raised."""
        return {issue["translation_key"] for issue in (await self.issues()).values()}

    async def issue(self, key: str) -> dict[str, Any]:
        """Return the one issue with this text."""
        (issue,) = [it for it in (await self.issues()).values() if it["translation_key"] == key]
        return issue

    async def ignore(self, key: str) -> None:
        """Ignore an issue."""
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
        read_fix(key, step)
        return step

    async def submit(self, step: Mapping[str, Any], **values: str) -> dict[str, Any]:
        """Submit a step of a fix flow; return the next one."""
        result = await self.post(f"/api/repairs/issues/fix/{step['flow_id']}", values)
        await self.settle()
        return result

    async def fix(self, key: str, **values: str) -> dict[str, Any]:
        """Go through the flow that fixes an issue; return its end."""
        result = await self.submit(await self.open_fix(key), **values)
        if "step_id" in result:
            read_fix(key, result)
        return result

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

    # Home Assistant's own APIs

    async def check(self, *cars: Car) -> list[dict[str, Any]]:
        """Check cars with the action; return the answer for each."""
        devices = [device.id for car in cars if (device := self.device(car))]
        answer = await self.hass.services.async_call(
            DOMAIN, "check", {"device_id": devices}, blocking=True, return_response=True
        )
        assert answer is not None
        return [cast("dict[str, Any]", answer[device_id]) for device_id in devices]

    @property
    def token(self) -> str:
        """Return an access token; they live for half an hour only."""
        return self.hass.auth.async_create_access_token(self.login)

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Ask over the WebSocket API."""
        socket = await self.sockets(self.hass, self.token)
        await socket.send_json_auto_id(question)
        return cast("dict[str, Any]", await socket.receive_json())

    async def get(self, path: str) -> dict[str, Any]:
        """Get from the REST API."""
        async with self.http.get(path, headers=self._headers) as response:
            assert response.status == HTTPStatus.OK
            return cast("dict[str, Any]", await response.json())

    async def post(self, path: str, values: dict[str, str]) -> dict[str, Any]:
        """Post to the REST API."""
        async with self.http.post(path, json=values, headers=self._headers) as response:
            assert response.status == HTTPStatus.OK
            return cast("dict[str, Any]", await response.json())

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@asynccontextmanager
async def open_home(
    hass: HomeAssistant,
    time: FrozenDateTimeFactory,
    http: TestClient[Any, Any],
    sockets: WebSocketGenerator,
    login: RefreshToken,
) -> AsyncGenerator[Home]:
    """Have a home that the simulator reaches at a public address."""
    await hass.config.async_update(external_url=PUBLIC)
    routes = {PUBLIC: str(http.make_url("/")).rstrip("/")}
    internet = Internet(http, {PUBLIC: "", ELSEWHERE: ""})
    async with Simulator(routes=routes, start=dt_util.utcnow()) as sim:
        with (
            patch.dict("os.environ", SMARTCAR_DYNAMIC_SIMULATOR=sim.url),
            patch.object(chain, "async_get_clientsession", lambda _: internet),
        ):
            home = Home(hass, sim, time, http, sockets, internet, login)
            yield home
            await home.settle()
            for flow in hass.config_entries.flow.async_progress():
                hass.config_entries.flow.async_abort(flow["flow_id"])
            for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                await home.unload(entry)
            await home.settle()
