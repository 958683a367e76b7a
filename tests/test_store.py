"""What is stored, when it is saved, and a file that cannot be read."""

from datetime import timedelta
from http import HTTPStatus
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store, get_internal_store_manager
from homeassistant.util.file import WriteError
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smartcar_dynamic.store import SmartcarStore, StoredData

from .cars import Car
from .entries import WEBHOOK_ID
from .home import Home
from .smartcar.payloads import TUTORIAL
from .webhook_client import WebhookClient

KEY = "smartcar_dynamic.{}"


UNREADABLE = pytest.mark.parametrize(
    "stored",
    [
        pytest.param({"version": 2, "minor_version": 1, "data": {}}, id="a newer version"),
        pytest.param({"version": 0, "minor_version": 1, "data": {}}, id="an older version"),
        pytest.param([], id="a list"),
        pytest.param({"version": 1, "minor_version": 1}, id="no data"),
        pytest.param(None, id="a folder"),
    ],
)


@pytest.fixture
def path(hass: HomeAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a store."""
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path))
    path = tmp_path / ".storage" / KEY.format("an-entry")
    path.parent.mkdir()
    return path


def write(path: Path, stored: object) -> None:
    if stored is None:
        path.mkdir()
    else:
        path.write_text(json.dumps(stored))


def kept(path: Path) -> list[object]:
    """Return what the files that were set aside hold; nothing for a folder."""
    return [
        None if file.is_dir() else json.loads(file.read_text())
        for file in path.parent.glob(f"{path.name}.unreadable-*")
    ]


@UNREADABLE
async def test_a_file_that_cannot_be_read_is_set_aside(
    hass: HomeAssistant, path: Path, stored: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hass.async_add_executor_job(write, path, stored)
    get_internal_store_manager(hass).async_invalidate(path.name)
    store = SmartcarStore(hass, "an-entry")
    # The test plugin would read no file.
    monkeypatch.setattr(store._store, "_async_load", store._store._async_load_data)
    assert await store.async_load() == StoredData()
    assert store.is_set_aside
    assert await hass.async_add_executor_job(kept, path) == [stored]


@pytest.mark.parametrize("content", ["", '{"version": 1, "da', "\x00" * 100])
async def test_a_file_that_was_cut_is_put_aside_by_home_assistant(
    hass: HomeAssistant, path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hass.async_add_executor_job(path.write_text, content)
    get_internal_store_manager(hass).async_invalidate(path.name)
    store = SmartcarStore(hass, "an-entry")
    monkeypatch.setattr(store._store, "_async_load", store._store._async_load_data)
    assert await store.async_load() == StoredData()
    assert len(list(path.parent.glob(f"{path.name}.corrupt.*"))) == 1


async def test_a_disk_that_is_full_stops_no_delivery(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(_store: Store[Any], _data: dict[str, Any]) -> None:
        raise WriteError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(Store, "_async_write_data", fail)
        assert (await smartcar.deliver(TUTORIAL)).status == 204
        assert car.value("tractionbattery-stateofcharge") == "58"
        assert await hass.config_entries.async_reload(entry.entry_id)
    assert (await smartcar.deliver(TUTORIAL)).status == 204
    assert car.value("tractionbattery-stateofcharge") == "58"


async def test_a_file_that_cannot_be_set_aside_stops_nothing(
    home: Home, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = home.new_entry(await home.webhook())
    hass_storage[KEY.format(entry.entry_id)] = {"version": 2, "minor_version": 1, "data": {}}

    def refuse(_path: Path, _target: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "rename", refuse)
    await home.set_up(entry)
    assert "storage_set_aside" in await home.raised()


async def test_removing_an_entry_removes_what_was_set_aside(
    home: Home, path: Path, hass_storage: dict[str, Any]
) -> None:
    entry = home.new_entry(await home.webhook())
    hass_storage[KEY.format(entry.entry_id)] = {"version": 2, "minor_version": 1, "data": {}}
    file = path.parent / KEY.format(entry.entry_id)
    await home.hass.async_add_executor_job(file.write_text, "positions")
    await home.set_up(entry)
    assert len(await home.hass.async_add_executor_job(list, path.parent.glob("*unreadable*"))) == 1
    await home.remove(entry)
    assert list(path.parent.glob("*unreadable*")) == []


async def test_a_store_that_was_set_aside_is_told_and_confirmed(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    entry = home.new_entry(await home.webhook())
    hass_storage[KEY.format(entry.entry_id)] = {"version": 2, "minor_version": 1, "data": {}}
    await home.set_up(entry)
    assert entry.state is ConfigEntryState.LOADED
    assert "storage_set_aside" in await home.raised()
    assert (await home.fix("storage_set_aside"))["type"] == "create_entry"
    await home.runtime(entry).monitor.async_look()
    assert "storage_set_aside" not in await home.raised()


async def test_after_a_quiet_time_a_delivery_is_saved_at_once(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    entry, _ = await home.live()
    await home.deliver()
    for _ in range(2):
        await home.pass_time(minutes=5)
    await home.deliver()
    await home.pass_time(seconds=1)
    stored = hass_storage[KEY.format(entry.entry_id)]["data"]["health"]
    assert stored["last_delivery"] == home.runtime(entry).store.data.status.last_delivery


async def test_rejected_requests_save_nothing(
    home: Home, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, _ = await home.live()
    await home.deliver()
    await home.pass_time(minutes=1)
    saved: list[object] = []
    store = home.runtime(entry).store
    monkeypatch.setattr(store, "async_schedule_save", lambda: saved.append(1))
    for _ in range(10):
        async with home.http.post(f"/api/webhook/{WEBHOOK_ID}", data=b"{}") as response:
            assert response.status == HTTPStatus.UNAUTHORIZED
        await home.pass_time(seconds=21)
    assert saved == []
    assert "unsigned" not in json.dumps(hass_storage[KEY.format(entry.entry_id)])


async def test_an_unsigned_challenge_is_not_stored(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    entry, webhook = await home.live(verify=False)
    await home.sim.verify(webhook)
    await home.hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[KEY.format(entry.entry_id)]["data"]["health"]
    assert stored["verified_at"] is None
    assert stored["callback_uri"] is None


async def test_saves_are_twenty_seconds_apart(
    hass: HomeAssistant, hass_storage: dict[str, Any], freezer: FrozenDateTimeFactory
) -> None:
    store = SmartcarStore(hass, "an-entry")
    for at in range(3):
        store.data.subscribed_at = at
        store.async_schedule_save()
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
    assert hass_storage["smartcar_dynamic.an-entry"]["data"]["health"]["subscribed_at"] == 0
    freezer.tick(timedelta(seconds=21))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert hass_storage["smartcar_dynamic.an-entry"]["data"]["health"]["subscribed_at"] == 2


async def test_a_closed_store_saves_no_more(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    store = SmartcarStore(hass, "an-entry")
    await store.async_close()
    store.data.subscribed_at = 5
    store.async_schedule_save()
    await store.async_close()
    await hass.async_block_till_done()
    assert hass_storage["smartcar_dynamic.an-entry"]["data"]["health"]["subscribed_at"] is None


async def test_a_save_that_fails_keeps_no_entry_from_loading_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, _ = await home.live()

    async def refuse(_store: object, _data: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(Store, "async_save", refuse)
        assert await home.hass.config_entries.async_unload(entry.entry_id)
    assert await home.hass.config_entries.async_setup(entry.entry_id)
