"""Which API an entry has, where it is, and where a renewed token goes."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.api import create_client, hosts, token_data
from custom_components.smartcar_dynamic.smartcar.client import Hosts
from custom_components.smartcar_dynamic.smartcar.client_v2 import ClientV2, Token
from custom_components.smartcar_dynamic.smartcar.client_v3 import ClientV3
from simulator import Kind

from .entries import new_entry
from .home import Home
from .smartcar.api_server import Answer, api_server

SIMULATOR = "SMARTCAR_DYNAMIC_SIMULATOR"


def test_smartcar_is_at_its_own_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SIMULATOR, raising=False)
    assert hosts() == Hosts()
    monkeypatch.setenv(SIMULATOR, "")
    assert hosts() == Hosts()


@pytest.mark.parametrize(
    ("origin", "below"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080/path?query", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_simulator_is_on_this_machines_loopback(
    monkeypatch: pytest.MonkeyPatch, origin: str, below: str
) -> None:
    monkeypatch.setenv(SIMULATOR, origin)
    assert hosts() == Hosts.below(below)
    assert hosts().api == f"{below}/api"


@pytest.mark.parametrize(
    "origin",
    [
        "http://192.168.1.5:8080",
        "https://simulator.example.com",
        "http://localhost:8080",
        "http://127.0.0.1.example.com",
        "127.0.0.1:8080",
        "nonsense",
    ],
)
def test_nothing_leaves_the_machine_for_a_simulator(
    monkeypatch: pytest.MonkeyPatch, origin: str
) -> None:
    monkeypatch.setenv(SIMULATOR, origin)
    assert hosts() == Hosts()


async def test_each_generation_has_its_client(
    hass: HomeAssistant, entry_v2: MockConfigEntry, entry_v3: MockConfigEntry
) -> None:
    assert isinstance(create_client(hass, entry_v2), ClientV2)
    assert isinstance(create_client(hass, entry_v3), ClientV3)


@pytest.mark.parametrize("refresh_token", [None, "a refresh token"])
def test_a_token_is_kept_as_the_entry_has_it(refresh_token: str | None) -> None:
    kept = token_data(Token("an access token", refresh_token, 5.0))
    expected = {"access_token": "an access token", "expires_at": 5.0}
    assert kept == expected | ({"refresh_token": refresh_token} if refresh_token else {})


def expired_entry(home: Home, expires_at: object) -> MockConfigEntry:
    """Return an entry whose access token must be renewed first."""
    token = {
        "access_token": "expired",
        "refresh_token": home.sim.issue_tokens(Kind.DYNAMIC).refresh_token,
        "expires_at": expires_at,
    }
    return home.new_entry(None, Kind.DYNAMIC, token=token)


@pytest.mark.parametrize("expires_at", [0, None, "soon"])
async def test_a_renewed_token_goes_into_the_entry(home: Home, expires_at: object) -> None:
    entry = expired_entry(home, expires_at)
    before = {**entry.data}
    entry.add_to_hass(home.hass)
    await create_client(home.hass, entry).check_credentials()
    kept = entry.data["token"]
    assert kept["access_token"] != "expired"
    assert kept["refresh_token"] != before["token"]["refresh_token"]
    assert kept["expires_at"] > 1_700_000_000
    assert {**entry.data, "token": None} == {**before, "token": None}


async def test_a_renewed_token_of_a_removed_entry_is_dropped(home: Home) -> None:
    entry = expired_entry(home, 0)
    await create_client(home.hass, entry).check_credentials()
    assert entry.data["token"]["access_token"] == "expired"


async def test_an_entry_unloads_after_its_token_is_renewed(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, socket_enabled: None
) -> None:
    del socket_enabled
    token = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_at": 0}
    entry = new_entry("v2", token=token, client_id="app", client_secret="app-secret")
    async with api_server() as smartcar:
        monkeypatch.setenv(SIMULATOR, smartcar.hosts.api.removesuffix("/api"))
        renewed = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 7200}
        smartcar.on("POST /auth/oauth/token", Answer(renewed, held=True))
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await smartcar.arrived.wait()
        store, kept = entry.runtime_data.store, []
        close = store.async_close

        async def note_and_close() -> None:
            kept.append(entry.data["token"]["refresh_token"])
            await close()

        monkeypatch.setattr(store, "async_close", note_and_close)
        unload = asyncio.create_task(hass.config_entries.async_unload(entry.entry_id))
        hass.loop.call_later(0.1, smartcar.released.set)
        assert await unload
    assert kept == ["refresh-2"]
