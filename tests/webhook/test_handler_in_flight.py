"""Deliveries that are on their way while an entry starts, stops, or loses a vehicle."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
import json
import logging
import time
from typing import Any

from aiohttp import ClientResponse
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CoreState
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic import async_setup
from custom_components.smartcar_dynamic.webhook import handler
from simulator import Car, Kind

from ..entries import DOMAIN, WEBHOOK_ID
from ..home import Home
from ..webhook_client import WebhookClient, signature

CHARGE = "tractionbattery-stateofcharge"


def payload(vehicle_id: str, value: float) -> dict[str, Any]:
    """Return a delivery about one vehicle, recorded and sent now."""
    now = round(time.time() * 1000)
    signal = {
        "code": CHARGE,
        "body": {"value": value, "unit": "percent"},
        "status": {"value": "SUCCESS"},
        "meta": {"oemUpdatedAt": now},
    }
    return {
        "eventId": f"event-{value}",
        "eventType": "VEHICLE_STATE",
        "data": {"vehicle": {"id": vehicle_id}, "signals": [signal]},
        "meta": {"version": "4.0", "deliveredAt": now, "mode": "LIVE"},
    }


class SlowRequest:
    """A request whose second half is sent when it is told to."""

    def __init__(self, home: Home, body: bytes, *, signed: bool = True) -> None:
        """Start to send."""
        self._rest = asyncio.Event()
        self._begun = asyncio.Event()
        self._body = body
        token = home.sim.application(Kind.CURRENT).management_token
        headers = {"SC-Signature": signature(body, token)} if signed else {}
        self._task = asyncio.create_task(self._send(home, headers))

    async def _send(self, home: Home, headers: dict[str, str]) -> int:
        response: ClientResponse
        async with home.http.post(
            f"/api/webhook/{WEBHOOK_ID}", data=self._halves(), headers=headers
        ) as response:
            return response.status

    async def _halves(self) -> AsyncIterator[bytes]:
        yield self._body[:50]
        self._begun.set()
        await self._rest.wait()
        yield self._body[50:]

    async def begin(self, home: Home) -> None:
        """Return once the first half has arrived."""
        await self._begun.wait()
        # One round trip on the same server: the handler has begun to read.
        async with home.http.get("/"):
            pass

    async def end(self) -> int:
        """Send the rest; return the status of the answer."""
        self._rest.set()
        return await self._task


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("signed", [True, False])
async def test_what_is_being_read_while_an_entry_unloads_comes_again(
    home: Home, caplog: pytest.LogCaptureFixture, *, signed: bool
) -> None:
    entry, _ = await home.live()
    body = json.dumps(payload(home.sim.current_car.id, 13)).encode()
    request = SlowRequest(home, body, signed=signed)
    await request.begin(home)
    assert await home.hass.config_entries.async_unload(entry.entry_id)
    assert await request.end() == HTTPStatus.SERVICE_UNAVAILABLE
    assert errors(caplog) == []
    assert await home.hass.config_entries.async_setup(entry.entry_id)


async def test_what_is_being_read_while_an_entry_reloads_comes_again(home: Home) -> None:
    entry, _ = await home.live()
    request = SlowRequest(home, json.dumps(payload(home.sim.current_car.id, 13)).encode())
    await request.begin(home)
    assert await home.hass.config_entries.async_reload(entry.entry_id)
    assert await request.end() == HTTPStatus.SERVICE_UNAVAILABLE


async def test_deliveries_before_their_entry_is_loaded_come_again(home: Home) -> None:
    entry = home.new_entry(await home.webhook())
    entry.add_to_hass(home.hass)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert await async_setup(home.hass, {})
    async with home.http.post(f"/api/webhook/{WEBHOOK_ID}", data=b"{}") as response:
        assert response.status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_late_deliveries_do_not_restore_a_deleted_vehicle(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    second = home.sim.add_car("Second")
    entry, _ = await home.live()
    await home.pass_time(hours=25)
    await home.deliver()
    data = home.runtime(entry)
    data.coordinator.vehicles[second.id].listed = False
    request = SlowRequest(home, json.dumps(payload(second.id, 13)).encode())
    await request.begin(home)
    assert (await home.remove_device(second))["success"]
    assert await request.end() == HTTPStatus.NO_CONTENT
    await home.settle()
    assert errors(caplog) == []
    assert home.device(second) is None


async def deliver_to(home: Home, hook: str, car: Car, value: float) -> None:
    body = json.dumps(payload(car.id, value)).encode()
    token = home.sim.application(Kind.CURRENT).management_token
    headers = {"SC-Signature": signature(body, token)}
    async with home.http.post(f"/api/webhook/{hook}", data=body, headers=headers) as response:
        assert response.status == HTTPStatus.NO_CONTENT
    await home.settle()


async def test_a_second_entry_takes_over_a_removed_ones_entities(home: Home) -> None:
    first, webhook = await home.live()
    car = home.sim.current_car
    await home.deliver()
    second: MockConfigEntry = home.new_entry(webhook, webhook_id="second-hook")
    await home.set_up(second)
    await deliver_to(home, "second-hook", car, 33)
    await home.hass.config_entries.async_remove(first.entry_id)
    await home.settle()
    home.entries.remove(first)
    registry = er.async_get(home.hass)
    for platform, key in (("sensor", CHARGE), ("binary_sensor", "account_problem")):
        entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{car.id}_{key}")
        assert entity_id is not None
        assert registry.entities[entity_id].config_entry_id == second.entry_id


async def test_a_clock_set_back_ignores_no_deleted_vehicle_for_long(home: Home) -> None:
    entry, _ = await home.live()
    runtime, car = home.runtime(entry), home.sim.current_car
    home.time.tick(timedelta(days=360))
    await runtime.async_forget(car.id)
    home.time.tick(timedelta(days=-360))
    await deliver_to(home, WEBHOOK_ID, car, 33)
    assert car.id in runtime.coordinator.vehicles


@pytest.mark.parametrize("cloud", [False, True], ids=["http", "cloudhook"])
async def test_deliveries_while_home_assistant_stops_come_again(home: Home, *, cloud: bool) -> None:
    await home.live()
    token = home.sim.application(Kind.CURRENT).management_token
    smartcar = WebhookClient(home.hass, home.http, management_token=token, cloud=cloud)
    home.hass.set_state(CoreState.stopping)
    answer = await smartcar.deliver(payload(home.sim.current_car.id, 13))
    home.hass.set_state(CoreState.running)
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_what_is_read_slowly_while_an_entry_unloads_comes_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, _ = await home.live()
    token = home.sim.application(Kind.CURRENT).management_token
    smartcar = WebhookClient(home.hass, home.http, management_token=token)
    parse = handler._parse_leniently

    def unload_and_parse(body: bytes) -> object:
        unload = home.hass.config_entries.async_unload(entry.entry_id)
        assert asyncio.run_coroutine_threadsafe(unload, home.hass.loop).result(30)
        return parse(body)

    monkeypatch.setattr(handler, "_parse_leniently", unload_and_parse)
    body = json.dumps({**payload(home.sim.current_car.id, 13), "odd": float("nan")}).encode()
    assert (await smartcar.deliver_bytes(body)).status == HTTPStatus.SERVICE_UNAVAILABLE


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
async def test_a_strangers_challenges_cost_one_look_for_our_webhook(home: Home, kind: Kind) -> None:
    await home.set_up(home.new_entry(None, kind))
    home.sim.cloud.meter.reset()
    for n in range(30):
        body = json.dumps({"eventType": "VERIFY", "data": {"challenge": f"x{n}"}}).encode()
        async with home.http.post(f"/api/webhook/{WEBHOOK_ID}", data=body) as response:
            assert response.status == HTTPStatus.OK
        await home.settle()
    assert 1 <= home.sim.cloud.meter.calls.total() <= 3
