"""The cost of one delivery inside the handler, beside what nobody can do without.

That limit is a handler that only checks and parses (the floor), and writing as many changed states
of sensors that do nothing else. Ours and both of them take turns in one run, so that a noisy
machine disturbs all; only ratios count. Ends with 1 if a bound does not hold.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import gc
import hashlib
import hmac
import logging
from statistics import median
import sys
from time import perf_counter_ns, time
from unittest.mock import patch

from aiohttp.web import Request, Response
from homeassistant.components import webhook
from homeassistant.components.http import HomeAssistantHTTP
from homeassistant.components.sensor import SensorEntity
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
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

from custom_components.smartcar_dynamic import coordinator
from custom_components.smartcar_dynamic.const import DOMAIN

from .payloads import VEHICLE_ID, Payload, dynamic, encoded, rich

_TOKEN = "a-management-token"  # noqa: S105 - made up
_OURS = "ours"
_FLOOR = "floor"
_ROUNDS = 600
_SENSORS = 64
_MOST = 2.0
_MOST_FOR_MANY = 1.1
_MANY_IN_ONE = 1000

type Make = Callable[..., Payload]


@dataclass(slots=True)
class Counter:
    """What a series of deliveries did to Home Assistant."""

    writes: int = 0
    rows: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """Medians in nanoseconds; `bare` is the cost of writing as many changed states."""

    name: str
    floor: float
    ours: float
    bare: float
    writes: float
    rows: float
    lines: int

    @property
    def ratio(self) -> float:
        """Return ours beside what nobody can do without."""
        return self.ours / (self.floor + self.bare)


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


class _Sensor(SensorEntity):
    """A sensor that does nothing but have a value."""

    _attr_should_poll = False
    _attr_native_value = 0

    def __init__(self, number: int) -> None:
        self.entity_id = f"sensor.minimal_{number}"


@dataclass(slots=True)
class Bench:
    """Home Assistant with our entry, the floor and the sensors; `clock` is ours, in milliseconds.

    Deliveries come seconds apart on it, as no two come in the same second from a car.
    """

    hass: HomeAssistant
    counter: Counter
    sensors: list[_Sensor]
    clock: int = 1_790_000_000_000

    async def measure(self, name: str, bodies: Callable[[int], bytes]) -> Result:
        """Measure a kind of delivery: ours, the floor and bare writing in turns."""
        hass, counter = self.hass, self.counter
        floor, ours, bare = [], [], []
        for n in (0, 1):
            await self.ours(bodies(n))
        counter.writes = counter.rows = counter.lines = 0
        for n in range(2, _ROUNDS + 2):
            body = bodies(n)
            floor.append(await _timed(hass, _FLOOR, body))
            before = counter.rows
            ours.append(await self.ours(body))
            changed, writes = counter.rows - before, counter.writes
            bare.append(self.write(changed, n))
            await hass.async_block_till_done()
            counter.rows, counter.writes = before + changed, writes
        return Result(
            name,
            median(floor),
            median(ours),
            median(bare),
            counter.writes / _ROUNDS,
            counter.rows / _ROUNDS,
            counter.lines,
        )

    async def ours(self, body: bytes) -> int:
        """Return the time of a delivery; what it has left to others is done afterwards."""
        self.clock += 2000
        taken = await _timed(self.hass, _OURS, body)
        await self.hass.async_block_till_done()
        return taken

    def write(self, count: int, value: int) -> int:
        """Return what it takes to set as many values, and write them."""
        sensors = self.sensors[:count]
        started = perf_counter_ns()
        for sensor in sensors:
            sensor._attr_native_value = value  # noqa: SLF001 - as its own class does
            sensor.async_write_ha_state()
        return perf_counter_ns() - started


@contextmanager
def benchmark_conditions() -> Iterator[None]:
    """Have every entity on, and no server: requests are handed to the webhook component."""
    with (
        patch.object(Entity, "entity_registry_enabled_default", property(lambda _: True)),
        patch.object(HomeAssistantHTTP, "async_bind"),
        patch.object(HomeAssistantHTTP, "start"),
    ):
        yield


async def set_up(hass: HomeAssistant) -> Bench:
    """Set our entry, the floor and the sensors up."""
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
    sensors = [_Sensor(number) for number in range(_SENSORS)]
    (platform,) = (it for it in async_get_platforms(hass, DOMAIN) if it.domain == "sensor")
    await platform.async_add_entities(sensors)
    return Bench(hass, counter, sensors)


async def _many(bench: Bench) -> dict[int, float]:
    """Return the cost of one vehicle's delivery with others loaded, beside one alone."""
    alone = await _beside_floor(bench, 100_000)
    costs = {}
    loaded = 0
    for count in (100, 1000):
        for number in range(loaded, count):
            vehicle_id = f"{VEHICLE_ID[:-6]}{number:06}"
            await bench.ours(
                encoded(dynamic(number, moved=True, changed=False, vehicle_id=vehicle_id))
            )
        loaded = count
        gc.collect()
        gc.freeze()
        costs[count] = await _beside_floor(bench, 100_000 * (count + 1)) / alone
    return costs


async def _beside_floor(bench: Bench, start: int) -> float:
    """Return the ratio of a delivery that only moves times to the floor, the best of three."""
    ratios = []
    for series in range(3):
        floor, ours = [], []
        for n in range(_ROUNDS // 2):
            body = encoded(rich(start + series * _ROUNDS + n, moved=True, changed=False))
            floor.append(await _timed(bench.hass, _FLOOR, body))
            ours.append(await bench.ours(body))
        ratios.append(median(ours) / median(floor))
    return min(ratios)


async def _all_in_one(bench: Bench) -> float:
    """Return a vehicle's share of one delivery of a thousand, beside a delivery of its own."""

    def body(count: int, n: int) -> bytes:
        payload = dynamic(n, moved=True, changed=False)
        (vehicle,) = payload["payload"]["vehicles"]  # type: ignore[index] # made above
        payload["payload"] = {
            "vehicles": [
                {
                    **vehicle,
                    "vehicleId": f"{VEHICLE_ID[:-6]}{number:06}",
                    "requestId": f"request-{n}-{number}",
                }
                for number in range(count)
            ]
        }
        return encoded(payload)

    alone, together = [], []
    for n in range(5):
        alone += [await bench.ours(body(1, 1_000_000 + 100 * n + m)) for m in range(20)]
        together.append(await bench.ours(body(_MANY_IN_ONE, 2_000_000 + n)))
    return median(together) / _MANY_IN_ONE / median(alone)


async def _main() -> bool:
    """Measure everything, print it, and tell whether the bounds hold."""
    logging.disable(logging.INFO)
    results = []
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        with benchmark_conditions():
            bench = await set_up(hass)
            with patch.object(coordinator, "now_ms", lambda: bench.clock):
                offset = 0
                for title, make in (("30 signals", rich), ("dynamic", _dynamic)):
                    for kind, moved, changed in (
                        ("the same again", False, False),
                        ("only times moved", True, False),
                        ("all values changed", True, True),
                    ):
                        start = offset
                        offset += 2 * _ROUNDS
                        bodies = _bodies(make, start, moved=moved, changed=changed)
                        results.append(await bench.measure(f"{title}, {kind}", bodies))
                many = await _many(bench)
                share = await _all_in_one(bench)
        await hass.async_stop(force=True)
    return _report(results, many, share)


def _dynamic(n: int, *, moved: bool, changed: bool) -> Payload:
    return dynamic(n, moved=moved, changed=changed, vehicle_id="a-dynamic-vehicle")


def _bodies(make: Make, start: int, *, moved: bool, changed: bool) -> Callable[[int], bytes]:
    if not moved:
        return lambda _: encoded(make(start, moved=True, changed=False))
    return lambda n: encoded(make(start + n, moved=moved, changed=changed))


def _report(results: list[Result], many: dict[int, float], share: float) -> bool:
    print(
        f"{'delivery':34}{'floor µs':>10}{'ours µs':>10}{'bare µs':>10}{'ratio':>8}{'bound':>8}"
        f"{'writes':>8}{'rows':>8}{'lines':>8}"
    )
    fine = True
    for result in results:
        good = result.ratio <= _MOST and not result.lines
        fine &= good
        print(
            f"{result.name:34}{result.floor / 1000:10.1f}{result.ours / 1000:10.1f}"
            f"{result.bare / 1000:10.1f}{result.ratio:8.2f}{_MOST:8.1f}{result.writes:8.2f}"
            f"{result.rows:8.2f}{result.lines:8}{'' if good else '  ✗'}"
        )
    for name, ratio in (
        *((f"{count} vehicles loaded beside one", cost) for count, cost in many.items()),
        ("one of a thousand in one delivery", share),
    ):
        good = ratio <= _MOST_FOR_MANY
        fine &= good
        print(f"{name:34}{ratio:38.2f}{_MOST_FOR_MANY:8.1f}{'' if good else '  ✗'}")
    return fine


if __name__ == "__main__":
    gc.freeze()
    sys.exit(0 if asyncio.run(_main()) else 1)
