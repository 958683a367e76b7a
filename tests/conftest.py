"""What all tests share: a Home Assistant that finds this integration, and that asks nobody."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

# Home Assistant looks for custom integrations in the package of this name that is imported first.
from custom_components.smartcar_dynamic import PLATFORMS
from simulator import Simulator

from .cars import Car, Writes
from .home import home as home  # noqa: PLC0414 - a fixture for all
from .life import life as life  # noqa: PLC0414 - a fixture for all
from .senders import MANAGEMENT_TOKEN, WEBHOOK_ID, Sender
from .smartcar.catalogue import rich_payload

NOBODY = "http://127.0.0.1:9"

type SetUp = Callable[[MockConfigEntry], Awaitable[MockConfigEntry]]


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Home Assistant load the integration from this repository, and reach no Smartcar."""
    if "hass" in request.fixturenames:
        monkeypatch.setenv("SMARTCAR_DYNAMIC_SIMULATOR", NOBODY)
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def entry_v2() -> MockConfigEntry:
    """Return an entry with exactly what an owner of a dynamic webhook needs."""
    return MockConfigEntry(
        domain="smartcar_dynamic",
        title="Dynamic",
        version=1,
        data={
            "api": "v2",
            "webhook_id": WEBHOOK_ID,
            "smartcar_webhook_id": "155db8be-4df1-4910-b651-dea9bea108f2",
            "management_token": MANAGEMENT_TOKEN,
            "token": {"access_token": "an-access-token", "expires_at": 4_000_000_000.0},
        },
    )


@pytest.fixture
def entry_v3() -> MockConfigEntry:
    """Return an entry with exactly what the current platform needs."""
    return MockConfigEntry(
        domain="smartcar_dynamic",
        title="Current",
        version=1,
        data={
            "api": "v3",
            "webhook_id": WEBHOOK_ID,
            "smartcar_webhook_id": "155db8be-4df1-4910-b651-dea9bea108f2",
            "management_token": MANAGEMENT_TOKEN,
            "client_id": "client_an-id",
            "client_secret": "a-client-secret",
        },
    )


@pytest.fixture
async def simulator(
    hass: HomeAssistant,  # noqa: ARG001 - nobody must be set before
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,  # noqa: ARG001 - a fixture of a fixture has no other way to be asked for
) -> AsyncGenerator[Simulator]:
    """Return a Smartcar that this Home Assistant reaches."""
    async with Simulator() as simulator:
        monkeypatch.setenv("SMARTCAR_DYNAMIC_SIMULATOR", simulator.url)
        yield simulator


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
    sender: Sender,
    set_up: SetUp,
) -> AsyncGenerator[MockConfigEntry]:
    """Set up an entry whose vehicle has reported every signal of the catalogue; all is enabled."""
    with (
        patch("custom_components.smartcar_dynamic.PLATFORMS", platforms),
        patch.object(Entity, "entity_registry_enabled_default", new=True),
    ):
        await set_up(entry_v3)
        await sender.deliver(rich_payload())
        yield entry_v3
        await hass.config_entries.async_unload(entry_v3.entry_id)


@pytest.fixture
async def sender(hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator) -> Sender:
    """Return a Smartcar that knows our address and our token."""
    assert await async_setup_component(hass, "webhook", {})
    return Sender(hass, await hass_client_no_auth())


@pytest.fixture
def car(hass: HomeAssistant) -> Car:
    """Return the tutorial's car as Home Assistant shows it."""
    return Car(hass)


@pytest.fixture
def writes(hass: HomeAssistant) -> Writes:
    """Return what is written from now on."""
    return Writes(hass)
