"""What all tests share: a Home Assistant that finds this integration, and that asks nobody."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
import logging
from typing import override
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant import block_async_io
from homeassistant.auth.models import Credentials
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)
from syrupy.assertion import SnapshotAssertion

# Home Assistant looks for custom integrations in the package of this name that is imported first.
from custom_components.smartcar_dynamic import PLATFORMS
from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo
from simulator import ALL_CONTROLS, ALL_READS

from .cars import Car, Writes
from .cloud import Cloud, open_cloud
from .commanded import Commanded
from .entries import DOMAIN, new_entry
from .home import Home, open_home
from .life import Life, begin
from .smartcar.catalogue import rich_payload
from .smartcar.payloads import VEHICLE_ID
from .webhook_client import WebhookClient

NOBODY = "http://127.0.0.1:9"
# Snapshots tell the time.
START = "2026-11-23T06:00:00+00:00"
COMPONENTS = (
    "auth",
    "config",
    "diagnostics",
    "repairs",
    "system_health",
    "webhook",
    "websocket_api",
)

type SetUp = Callable[[MockConfigEntry], Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant load the integration from this repository, and reach no Smartcar."""
    if "hass" in request.fixturenames:
        monkeypatch.setenv("SMARTCAR_DYNAMIC_SIMULATOR", NOBODY)
        request.getfixturevalue("enable_custom_integrations")


class _BlockingCalls(logging.Handler):
    """What Home Assistant's detector says of calls that block the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self.ours: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if f"integration '{DOMAIN}'" in (message := record.getMessage()):
            self.ours.append(message)


@pytest.fixture(autouse=True)
def _blocking_calls(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Generator[None]:
    """Fail where a call of ours blocks the event loop."""
    # Hypothesis reads the code that it tests, in the event loop if the test is there.
    if "hass" not in request.fixturenames or request.node.get_closest_marker("fuzz"):
        yield
        return
    request.getfixturevalue("disable_block_async_io")
    # Detect all of them: by default some are allowed in tests.
    monkeypatch.setattr(block_async_io, "_IN_TESTS", False)
    block_async_io.enable()
    detected, logger = _BlockingCalls(), logging.getLogger("homeassistant.util.loop")
    logger.addHandler(detected)
    # What the test's own tools do there is not in the log that it looks at.
    monkeypatch.setattr(logger, "propagate", False)
    yield
    logger.removeHandler(detected)
    assert detected.ours == []


@pytest.fixture
def entry_v2() -> MockConfigEntry:
    """Return an entry with exactly what an owner of a dynamic webhook needs."""
    return new_entry("v2")


@pytest.fixture
def entry_v3() -> MockConfigEntry:
    """Return an entry with exactly what the current platform needs."""
    return new_entry("v3")


@pytest.fixture
async def set_up(hass: HomeAssistant, socket_enabled: None) -> AsyncGenerator[SetUp]:  # noqa: ARG001 - a fixture of a fixture has no other way to be asked for
    """Return what adds an entry and sets it up; it is unloaded after the test."""
    entries: list[MockConfigEntry] = []

    async def set_up(entry: MockConfigEntry) -> MockConfigEntry:
        entry.add_to_hass(hass)
        entries.append(entry)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        return entry

    yield set_up
    for entry in entries:
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)


@pytest.fixture
async def entry(set_up: SetUp, entry_v2: MockConfigEntry) -> MockConfigEntry:
    """Set up an entry; what comes to its callback may be of either generation."""
    return await set_up(entry_v2)


@pytest.fixture
async def smartcar(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> WebhookClient:
    """Return a Smartcar that knows our address and our token."""
    assert await async_setup_component(hass, "webhook", {})
    return WebhookClient(hass, await hass_client_no_auth())


@pytest.fixture
def car(hass: HomeAssistant) -> Car:
    """Return the tutorial's car as Home Assistant shows it."""
    return Car(hass)


@pytest.fixture
def writes(hass: HomeAssistant) -> Writes:
    """Return what is written from now on."""
    return Writes(hass)


@pytest.fixture
async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_client_no_auth: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    hass_admin_credential: Credentials,
    caplog: pytest.LogCaptureFixture,
    socket_enabled: None,  # noqa: ARG001 - see above
) -> AsyncGenerator[Home]:
    """Return a home that the simulator reaches at a public address."""
    freezer.move_to(START)
    # It cannot tell the time zone of a frozen time.
    caplog.set_level(logging.WARNING, "aiohttp.access")
    for component in COMPONENTS:
        assert await async_setup_component(hass, component, {})
    login = await hass.auth.async_create_refresh_token(
        hass_admin_user, "https://client.example", credential=hass_admin_credential
    )
    http = await hass_client_no_auth()
    async with open_home(hass, freezer, http, hass_ws_client, login) as home:
        yield home


@pytest.fixture
async def commanded(home: Home) -> AsyncGenerator[Commanded]:
    """Return a home whose car may be commanded."""
    home.sim.set_permissions(home.car(), ALL_READS | ALL_CONTROLS)
    entry = await home.delivering()
    # The cars' first reports are older than any order.
    await home.pass_time(minutes=1)
    yield Commanded(home, entry)
    home.sim.release_commands()


@pytest.fixture
async def life(home: Home) -> Life:
    """Return a car's life that has just begun."""
    return await begin(home)


@pytest.fixture
async def cloud(hass: HomeAssistant) -> AsyncGenerator[Cloud]:
    """Have a subscription to Home Assistant Cloud."""
    async with open_cloud(hass) as cloud:
        yield cloud


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots in Home Assistant's own format."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
def platforms() -> list[Platform]:
    """Return the platforms of `rich_entry`; a module may have fewer."""
    return PLATFORMS


@pytest.fixture
async def rich_entry(
    hass: HomeAssistant,
    entry_v3: MockConfigEntry,
    platforms: list[Platform],
    smartcar: WebhookClient,
    set_up: SetUp,
) -> AsyncGenerator[MockConfigEntry]:
    """Set up an entry whose vehicle reports every signal and takes every command.

    All entities are enabled.
    """
    with (
        patch("custom_components.smartcar_dynamic.PLATFORMS", platforms),
        patch.object(Entity, "entity_registry_enabled_default", new=True),
    ):
        await set_up(entry_v3)
        await smartcar.deliver(rich_payload())
        granted = VehicleInfo(VEHICLE_ID, permissions=frozenset(ALL_READS | ALL_CONTROLS))
        entry_v3.runtime_data.coordinator.async_update_account([granted])
        await hass.async_block_till_done()
        yield entry_v3
        await hass.config_entries.async_unload(entry_v3.entry_id)
