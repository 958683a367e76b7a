"""A diagnostics file can be replayed: it has what is needed to rebuild the entry, and no value."""

from datetime import timedelta
import json
from pathlib import Path

from homeassistant.util import dt as dt_util
import pytest

from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.store import StoredData, data_from_json, data_to_json
from custom_components.smartcar_dynamic.vehicle import VehicleState
from demo.diagnosed import Diagnosed, UnreadableError
from simulator import Kind

from .home import CALLBACK, Home
from .smartcar.catalogue import rich_payload
from .test_diagnostics import deliver_everything, download
from .webhook_client import WebhookClient

HERE = Position(1.0, 2.0)


async def save(home: Home, folder: Path) -> Path:
    """Download the entry's diagnostics to a file."""
    path = folder / "diagnostics.json"
    text = json.dumps(await download(home))
    await home.hass.async_add_executor_job(path.write_text, text)
    return path


async def replayed(home: Home, path: Path) -> StoredData:
    """Return the entry's data as Home Assistant loads them in a replay."""
    diagnosed = await home.hass.async_add_executor_job(Diagnosed.read, path)
    ids = tuple(f"replayed-{number}" for number, _ in enumerate(diagnosed.vehicles))
    return data_from_json(data_to_json(diagnosed.stored(ids, "webhook", CALLBACK, HERE)))


def the_vehicle(data: StoredData) -> VehicleState:
    (vehicle,) = data.vehicles.values()
    return vehicle


async def test_the_replayed_car_knows_the_same_things(
    home: Home, smartcar: WebhookClient, tmp_path: Path
) -> None:
    entry, _ = await home.live()
    payload = rich_payload()
    payload["data"]["vehicle"]["id"] = home.car().id
    await smartcar.with_token(entry.data["management_token"]).deliver(payload)
    original = home.runtime(entry).coordinator.vehicles[home.car().id]
    vehicle = the_vehicle(await replayed(home, await save(home, tmp_path)))
    assert vehicle.readings.keys() == original.readings.keys()
    assert len(vehicle.readings) > 100
    for key, reading in original.readings.items():
        assert isinstance(vehicle.readings[key].value, (type(reading.value), int)), key
        assert vehicle.readings[key].unit == reading.unit, key


async def test_the_replayed_car_has_the_same_problems(
    home: Home, smartcar: WebhookClient, tmp_path: Path
) -> None:
    entry, _ = await home.live()
    await deliver_everything(smartcar.with_token(entry.data["management_token"]), home.car())
    original = home.runtime(entry).coordinator.vehicles[home.car().id]
    vehicle = the_vehicle(await replayed(home, await save(home, tmp_path)))
    assert vehicle.needs_reauthentication
    assert vehicle.active_problems.keys() == original.active_problems.keys()
    for code, signal in original.signals.items():
        problem = vehicle.signals[code].problem
        assert (problem and problem.name) == (signal.problem and signal.problem.name)


async def test_the_replay_is_as_long_after_the_last_delivery(home: Home, tmp_path: Path) -> None:
    await home.delivering()
    await home.pass_hours(3)
    path = await save(home, tmp_path)
    await home.pass_time(days=9)
    before = now_ms()
    data = await replayed(home, path)
    assert data.status.last_delivery is not None
    silence = before - data.status.last_delivery
    assert abs(silence - timedelta(hours=3) / timedelta(milliseconds=1)) < 10_000


def now_ms() -> int:
    """Return the time in milliseconds."""
    return int(dt_util.utcnow().timestamp() * 1000)


async def test_a_moved_callback_uri_is_moved_in_the_replay(home: Home, tmp_path: Path) -> None:
    await home.delivering()
    data = await replayed(home, await save(home, tmp_path))
    assert data.status.callback_uri == CALLBACK
    await home.move_to("https://elsewhere.example")
    data = await replayed(home, await save(home, tmp_path))
    assert data.status.callback_uri != CALLBACK


async def test_a_replayed_dynamic_webhook_is_one(home: Home, tmp_path: Path) -> None:
    await home.delivering(Kind.DYNAMIC)
    path = await save(home, tmp_path)
    diagnosed = await home.hass.async_add_executor_job(Diagnosed.read, path)
    assert diagnosed.is_v2
    assert diagnosed.vehicles[0].permissions is None


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "cannot be read"),
        ("no JSON", "no diagnostics file"),
        ("[]", "no diagnostics file"),
        ('{"integration_manifest": {"domain": "sun"}}', "another integration"),
        ('{"integration_manifest": {"domain": "smartcar_dynamic"}, "data": {}}', "before 0.2.0"),
    ],
)
def test_another_file_is_refused_in_plain_words(
    tmp_path: Path, content: str | None, complaint: str
) -> None:
    path = tmp_path / "file.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableError, match=complaint):
        Diagnosed.read(path)
