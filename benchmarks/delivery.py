"""The cost of one delivery inside the handler, beside a handler that only checks and parses.

Ours and the floor take turns in one run, so that a noisy machine disturbs both; only ratios count.
Ends with 1 if a bound of the design does not hold.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import gc
import hashlib
import hmac
import logging
from math import inf
from statistics import median
import sys
from time import perf_counter_ns, time
from unittest.mock import patch

from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.components.http import HomeAssistantHTTP
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import async_get_platforms
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util.aiohttp import MockRequest
from homeassistant.util.json import json_loads
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.smartcar_dynamic.const import DOMAIN

from .payloads import VEHICLE_ID, Payload, dynamic, encoded, rich

_TOKEN = "a-management-token"  # noqa: S105 - made up
_OURS = "ours"
_FLOOR = "floor"
_ROUNDS = 600
_BOUND = "30 signals"
_MOST_UNCHANGED = 3.0
_MOST_CHANGED = 5.0
_MOST_FOR_MANY = 1.1

_VALUES = ("_attr_native_value", "_attr_is_on", "_attr_latitude")

type Make = Callable[..., Payload]


@dataclass(slots=True)
class Counter:
    """What a series of deliveries did to Home Assistant."""

    writes: int = 0
    rows: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """Medians in nanoseconds; `bare` is the cost of writing the changed states by itself."""

    name: str
    floor: float
    ours: float
    bare: float
    writes: float
    rows: float
    lines: int

    @property
    def ratio(self) -> float:
        """Return ours beside the floor, less what writing the states costs anybody."""
        return (self.ours - self.bare) / self.floor


class _Lines(logging.Handler):
    def __init__(self, counter: Counter) -> None:
        super().__init__(logging.WARNING)
        self._counter = counter

    def emit(self, record: logging.LogRecord) -> None:
        if "smartcar_dynamic" in record.name:
            self._counter.lines += 1


async def _floor(_hass: HomeAssistant, _webhook_id: str, request: Request) -> Response:
    """Do the least that a receiver must: read, check, parse."""
    body = await request.content.read()
    expected = hmac.new(_TOKEN.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers["SC-Signature"]):
        return Response(status=401)
    json_loads(body)
    return Response(status=204)


def _request(body: bytes) -> MockRequest:
    signature = hmac.new(_TOKEN.encode(), body, hashlib.sha256).hexdigest()
    return MockRequest(body, "benchmark", method="POST", headers={"SC-Signature": signature})


async def _timed(hass: HomeAssistant, webhook_id: str, body: bytes) -> int:
    """Return the time of one delivery through Home Assistant's webhook component."""
    request = _request(body)
    started = perf_counter_ns()
    response = await webhook.async_handle_webhook(hass, webhook_id, request)
    taken = perf_counter_ns() - started
    if response.status >= 300:  # noqa: PLR2004 - HTTP
        raise RuntimeError(f"{webhook_id} answered {response.status}")
    return taken


async def _measure(
    hass: HomeAssistant, name: str, bodies: Callable[[int], bytes], counter: Counter
) -> Result:
    """Measure a kind of delivery, ours and the floor in turns."""
    floor, ours, bare = [], [], []
    await _timed(hass, _OURS, bodies(0))
    await hass.async_block_till_done()
    await _timed(hass, _OURS, bodies(1))
    await hass.async_block_till_done()
    changes: list[State] = []

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            changes.append(state)

    counter.writes = counter.rows = counter.lines = 0
    for n in range(2, _ROUNDS + 2):
        body = bodies(n)
        floor.append(await _timed(hass, _FLOOR, body))
        remove = hass.bus.async_listen(EVENT_STATE_CHANGED, changed) if n % 5 == 0 else None
        ours.append(await _timed(hass, _OURS, body))
        await hass.async_block_till_done()
        if remove is not None:
            remove()
            before = counter.writes, counter.rows
            bare.append(await _bare(hass, changes, body))
            await hass.async_block_till_done()
            counter.writes, counter.rows = before
            changes.clear()
    return Result(
        name,
        median(floor),
        median(ours),
        median(bare),
        counter.writes / _ROUNDS,
        counter.rows / _ROUNDS,
        counter.lines,
    )


async def _bare(hass: HomeAssistant, changes: list[State], body: bytes) -> int:
    """Return what any integration pays for these states: to set the values, and write them."""
    entities = {
        entity_id: entity
        for platform in async_get_platforms(hass, DOMAIN)
        for entity_id, entity in platform.entities.items()
    }
    changed = [
        (entity, attribute, getattr(entity, attribute))
        for state in changes
        for entity in (entities[state.entity_id],)
        for attribute in _VALUES
        if attribute in dir(entity)
    ]
    for state in changes:
        hass.states.async_set(state.entity_id, "benchmark", dict(state.attributes))
    # As before ours: other work first, so that neither finds its data at hand.
    await hass.async_block_till_done()
    await _timed(hass, _FLOOR, body)
    started = perf_counter_ns()
    for entity, attribute, value in changed:
        # Home Assistant forgets what it derived from a value when the value is set.
        setattr(entity, attribute, value)
        entity.async_write_ha_state()
    return perf_counter_ns() - started


@contextmanager
def _benchmark_conditions() -> Iterator[None]:
    """Have every entity on, and no server: requests are handed to the webhook component."""
    with (
        patch.object(Entity, "entity_registry_enabled_default", property(lambda _: True)),
        patch.object(HomeAssistantHTTP, "async_bind"),
        patch.object(HomeAssistantHTTP, "start"),
    ):
        yield


async def _set_up(hass: HomeAssistant) -> Counter:
    counter = Counter()
    hass.config.external_url = "https://home.example"
    await async_setup_component(hass, "webhook", {})
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Benchmark",
        data={
            "api": "v2",
            "webhook_id": _OURS,
            "smartcar_webhook_id": "a-webhook",
            "management_token": _TOKEN,
            "token": {"access_token": "a-token", "expires_at": time() + 7200},
        },
    )
    entry.add_to_hass(hass)
    if not await hass.config_entries.async_setup(entry.entry_id):
        raise RuntimeError("The entry could not be set up")
    webhook.async_register(hass, "benchmark", "Floor", _FLOOR, _floor)

    @callback
    def wrote(_: Event[EventStateReportedData]) -> None:
        counter.writes += 1

    @callback
    def changed(_: Event[EventStateChangedData]) -> None:
        counter.writes += 1
        counter.rows += 1

    @callback
    def every(_: EventStateReportedData) -> bool:
        return True

    hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    hass.bus.async_listen(EVENT_STATE_REPORTED, wrote, event_filter=every)
    logging.getLogger().addHandler(_Lines(counter))
    return counter


async def _many(hass: HomeAssistant) -> float:
    """Return the cost of one vehicle's delivery with a thousand loaded, beside one alone."""
    alone = await _beside_floor(hass, 100_000)
    for number in range(1000):
        vehicle_id = f"{VEHICLE_ID[:-6]}{number:06}"
        body = encoded(dynamic(number, moved=True, changed=False, vehicle_id=vehicle_id))
        await _timed(hass, _OURS, body)
        if number % 100 == 0:
            await hass.async_block_till_done()
    await hass.async_block_till_done()
    gc.collect()
    gc.freeze()
    return await _beside_floor(hass, 200_000) / alone


async def _beside_floor(hass: HomeAssistant, start: int) -> float:
    """Return the ratio of a delivery that only moves times to the floor, the best of three."""
    ratios = []
    for series in range(3):
        floor, ours = [], []
        for n in range(_ROUNDS // 2):
            body = encoded(rich(start + series * _ROUNDS + n, moved=True, changed=False))
            floor.append(await _timed(hass, _FLOOR, body))
            ours.append(await _timed(hass, _OURS, body))
            await hass.async_block_till_done()
        ratios.append(median(ours) / median(floor))
    return min(ratios)


async def _main() -> bool:
    """Measure everything, print it, and tell whether the bounds hold."""
    logging.disable(logging.INFO)
    results = []
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        with _benchmark_conditions():
            counter = await _set_up(hass)
            offset = 0
            for title, make in (("30 signals", rich), ("dynamic", _dynamic)):
                for kind, moved, changed in (
                    ("the same again", False, False),
                    ("only times moved", True, False),
                    ("all values changed", True, True),
                ):
                    start = offset
                    offset += 2 * _ROUNDS
                    results.append(
                        await _measure(
                            hass,
                            f"{title}, {kind}",
                            _bodies(make, start, moved=moved, changed=changed),
                            counter,
                        )
                    )
            many = await _many(hass)
        await hass.async_stop(force=True)
    return _report(results, many)


def _dynamic(n: int, *, moved: bool, changed: bool) -> Payload:
    return dynamic(n, moved=moved, changed=changed, vehicle_id="a-dynamic-vehicle")


def _bodies(make: Make, start: int, *, moved: bool, changed: bool) -> Callable[[int], bytes]:
    if not moved:
        return lambda _: encoded(make(start, moved=True, changed=False))
    return lambda n: encoded(make(start + n, moved=moved, changed=changed))


def _report(results: list[Result], many: float) -> bool:
    print(
        f"{'delivery':34}{'floor µs':>10}{'ours µs':>10}{'writing µs':>12}{'ratio':>8}{'bound':>8}"
        f"{'writes':>8}{'rows':>8}{'lines':>8}"
    )
    fine = True
    for result in results:
        # The floor of the small payload is so low that its bound would be one on Home Assistant.
        bound = inf
        if result.name.startswith(_BOUND):
            bound = _MOST_CHANGED if "changed" in result.name else _MOST_UNCHANGED
        good = result.ratio <= bound and not result.lines
        fine &= good
        print(
            f"{result.name:34}{result.floor / 1000:10.1f}{result.ours / 1000:10.1f}"
            f"{result.bare / 1000:12.1f}{result.ratio:8.2f}{bound:8.1f}{result.writes:8.2f}"
            f"{result.rows:8.2f}{result.lines:8}{'' if good else '  ✗'}"
        )
    good = many <= _MOST_FOR_MANY
    mark = "" if good else "  ✗"
    print(f"{'a thousand vehicles beside one':34}{many:40.2f}{_MOST_FOR_MANY:8.1f}{mark}")
    return fine and good


if __name__ == "__main__":
    gc.freeze()
    sys.exit(0 if asyncio.run(_main()) else 1)
