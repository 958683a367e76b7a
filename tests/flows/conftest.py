"""An owner before the dialogs: Home Assistant at a public address, and the simulator."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
import os
from typing import Any, cast

from aiohttp import ClientConnectionError
from aiohttp.test_utils import TestClient
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smartcar_dynamic.checks import chain
from custom_components.smartcar_dynamic.runtime import SmartcarRuntimeData
from simulator import Application, Kind, Simulator, Webhook

from .texts import render

DOMAIN = "smartcar_dynamic"
PUBLIC = "https://car-owner.example"
HOOK = "a-webhook-of-home-assistant"
REPORT = os.environ.get("FLOW_TEXTS")


@dataclass
class Dialog:
    """A config or options flow, step by step; every step is read."""

    hass: HomeAssistant
    result: Mapping[str, Any]
    flow: str = "config"

    @property
    def manager(self) -> Any:  # noqa: ANN401 - two managers without a common name
        return (
            self.hass.config_entries.options if self.is_options else self.hass.config_entries.flow
        )

    @property
    def is_options(self) -> bool:
        return self.flow == "options"

    @property
    def step(self) -> str:
        return cast("str", self.result.get("step_id", self.result["type"].value))

    @property
    def errors(self) -> dict[str, str]:
        return self.result.get("errors") or {}

    @property
    def reason(self) -> str:
        return cast("str", self.result["reason"])

    @property
    def shown(self) -> dict[str, str]:
        """Return what fills the placeholders."""
        return dict(self.result["description_placeholders"])

    @property
    def callback_uri(self) -> str:
        return self.shown["callback_uri"]

    @property
    def options(self) -> dict[str, str]:
        """Return the choices of the form's only list: labels by value."""
        fields = self.result["data_schema"].schema.values()
        (selector,) = (field for field in fields if "options" in field.config)
        return {option["value"]: option["label"] for option in selector.config["options"]}

    def suggested(self, name: str) -> Any:  # noqa: ANN401 - whatever the field is
        for marker in self.result["data_schema"].schema:
            if marker == name:
                return (marker.description or {}).get("suggested_value")
        raise KeyError(name)

    async def submit(self, **values: object) -> Dialog:
        """Fill in the form and go on."""
        return await self._go(values)

    async def submit_as_shown(self) -> Dialog:
        """Submit the form with what it is filled in with."""
        schema = self.result["data_schema"].schema
        values = {
            str(marker): (marker.description or {}).get("suggested_value") for marker in schema
        }
        return await self._go({name: value for name, value in values.items() if value is not None})

    async def choose(self, option: str) -> Dialog:
        """Choose from the menu."""
        if self.result["type"] is FlowResultType.MENU:
            assert option in self.result["menu_options"]
        return await self._go({"next_step_id": option})

    async def look(self) -> Dialog:
        """Look again, as the frontend does after a change and after a reload."""
        return await self._go(None)

    async def settle(self) -> Dialog:
        """Wait for the progress to end, and look."""
        assert self.result["type"] is FlowResultType.SHOW_PROGRESS
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return await self.look()

    async def confirm(self) -> Dialog:
        """Wait for the challenge, and say that Smartcar accepted the answer."""
        await self.settle()
        assert self.step == "verified"
        await self.submit(verification="verified")
        return await self.submit_as_shown() if self.step == "webhook" else self

    async def close(self) -> None:
        """Close the window."""
        self.manager.async_abort(self.result["flow_id"])
        await self.hass.async_block_till_done()

    async def _go(self, values: Mapping[str, object] | None) -> Dialog:
        result = await self.manager.async_configure(self.result["flow_id"], values)
        return self.read(result)

    def read(self, result: Mapping[str, Any]) -> Dialog:
        self.result = result
        text = render(result, self.flow)
        if REPORT:
            with open(REPORT, "a", encoding="utf-8") as report:  # noqa: PTH123
                report.write(f"--- {self.step}\n{text}\n\n")
        return self


@dataclass
class Owner:
    """Home Assistant, Smartcar's dashboard, and a person between them."""

    hass: HomeAssistant
    sim: Simulator
    http: TestClient[Any, Any]
    entries: list[ConfigEntry] = field(default_factory=list)

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

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

    # What the dashboard shows

    @property
    def current(self) -> Application:
        return self.sim.application(Kind.CURRENT)

    @property
    def dynamic(self) -> Application:
        return self.sim.application(Kind.DYNAMIC)

    def v3(self, application: Application | None = None, **changes: str) -> dict[str, str]:
        application = application or self.current
        return {
            "client_id": application.m2m_id,
            "client_secret": application.m2m_secret,
            "management_token": application.management_token,
            **changes,
        }

    def v2(self, **changes: str | None) -> dict[str, str]:
        """Return all five values; `None` leaves one out."""
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

    async def paste(self, dialog: Dialog, kind: Kind = Kind.CURRENT, **fields: Any) -> Webhook:  # noqa: ANN401 - handed on
        """Create a webhook in the dashboard with the address that the dialog shows."""
        return await self.sim.create_webhook(kind, dialog.callback_uri, **fields)

    def subscribed(self, webhook: Webhook) -> set[str]:
        """Return the names of the cars that Smartcar sends to a webhook."""
        return {
            it.connection.car.name
            for it in self.sim.cloud.subscriptions.values()
            if it.webhook is webhook
        }

    # Entries

    async def verified(self, dialog: Dialog, kind: Kind = Kind.CURRENT) -> tuple[Dialog, Webhook]:
        """Go from the callback URI over the dashboard to the step after the challenge."""
        assert dialog.step == "callback"
        webhook = await self.paste(dialog, kind)
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
        assert dialog.result["type"] is FlowResultType.CREATE_ENTRY
        await self.settle()
        entry = cast("ConfigEntry", dialog.result["result"])
        self.entries.append(entry)
        assert entry.state is ConfigEntryState.LOADED
        return entry

    async def live(self, kind: Kind = Kind.CURRENT, **changes: object) -> MockConfigEntry:
        """Return an entry that is set up, verified and subscribed."""
        webhook = await self.sim.create_webhook(kind, f"{PUBLIC}/api/webhook/{HOOK}")
        application = self.sim.application(kind)
        data: dict[str, object] = {
            "webhook_id": HOOK,
            "smartcar_webhook_id": webhook.id,
            "management_token": application.management_token,
        }
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
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Our cars",
            version=1,
            unique_id=webhook.id if kind.is_v2 else application.m2m_id,
            data=data | changes,
        )
        await self.set_up(entry)
        assert (await self.sim.verify(webhook)).succeeded
        await self.sim.deliver()
        await self.settle()
        return entry

    async def set_up(self, entry: MockConfigEntry) -> None:
        entry.add_to_hass(self.hass)
        self.entries.append(entry)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()

    def webhook_of(self, entry: ConfigEntry) -> Webhook:
        return self.sim.webhook(entry.data["smartcar_webhook_id"])

    def data(self, entry: ConfigEntry) -> SmartcarRuntimeData:
        assert entry.state is ConfigEntryState.LOADED
        return cast("SmartcarRuntimeData", entry.runtime_data)

    def handlers(self) -> set[str]:
        """Return the IDs of the webhooks that Home Assistant answers for us."""
        return {
            webhook_id
            for webhook_id, webhook in self.hass.data.get("webhook", {}).items()
            if webhook.domain == DOMAIN
        }


@pytest.fixture
async def owner(
    hass: HomeAssistant,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Owner]:
    for component in ("auth", "webhook"):
        assert await async_setup_component(hass, component, {})
    http = await hass_client_no_auth()
    await hass.config.async_update(external_url=PUBLIC)
    routes = {PUBLIC: f"http://127.0.0.1:{http.server.port}"}
    async with Simulator(routes=routes) as sim:
        monkeypatch.setenv("SMARTCAR_DYNAMIC_SIMULATOR", sim.url)
        owner = Owner(hass, sim, http)
        yield owner
        for flow in hass.config_entries.flow.async_progress():
            hass.config_entries.flow.async_abort(flow["flow_id"])
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED:
                await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)


class _Unreachable:
    def post(self, _url: str, **_request: object) -> None:
        raise ClientConnectionError


@pytest.fixture
def no_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant not reach itself by its public name: there is no name server here."""
    monkeypatch.setattr(chain, "async_get_clientsession", lambda _hass: _Unreachable())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no challenge."""
    monkeypatch.setattr("custom_components.smartcar_dynamic.flows.challenge._WAIT_TIMEOUT", 0)
