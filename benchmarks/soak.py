"""Many deliveries to one Home Assistant: its memory, tasks and timers, and the slowest of them.

Five cars deliver in turns. Most deliveries move times only, every tenth changes all values, every
twentieth is a repeated one. The times are the thread's own, without what others use of the machine.
Ends with 1 if anything grows.
"""

from argparse import ArgumentParser
import asyncio
from dataclasses import dataclass
import gc
import logging
from resource import RUSAGE_SELF, getrusage
from statistics import quantiles
import sys
from tempfile import TemporaryDirectory
from time import thread_time_ns
from unittest.mock import patch

from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.util.async_ import get_scheduled_timer_handles
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.smartcar_dynamic import coordinator

from .delivery import Bench, benchmark_conditions, set_up
from .payloads import VEHICLE_ID, dynamic, encoded, rich

_DELIVERIES = 100_000
_PARTS = 10
_VEHICLES = 5
# What is kept of sessions and trips is full, and caches are warm, after so many parts.
_WARM_UP = 2
_MOST_OBJECTS = 1.02
_MOST_MEMORY = 1.05
_MOST_TIME = 1.5
_MORE_TIMERS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """What there was after a part of the deliveries; times in µs, memory in MiB at its peak."""

    median: float
    p99: float
    memory: float
    objects: int
    tasks: int
    timers: int


def _body(n: int) -> bytes:
    """Return the nth delivery."""
    make = dynamic if n % 2 else rich
    repeated = n % 20 == 19  # noqa: PLR2004 - every twentieth
    return encoded(
        make(
            n - 2 * _VEHICLES if repeated else n,
            moved=True,
            changed=n % 10 == 0 or n % 10 == 1,
            vehicle_id=f"{VEHICLE_ID[:-6]}{n // 2 % _VEHICLES:06}",
        )
    )


async def _part(bench: Bench, numbers: range) -> Part:
    times = [await bench.ours(_body(n)) / 1000 for n in numbers]
    gc.collect()
    percentiles = quantiles(times, n=100)
    return Part(
        percentiles[49],
        percentiles[98],
        getrusage(RUSAGE_SELF).ru_maxrss / 1024,
        len(gc.get_objects()),
        len(asyncio.all_tasks()),
        sum(not it.cancelled() for it in get_scheduled_timer_handles(bench.hass.loop)),
    )


def _is_flat(parts: list[Part]) -> bool:
    first, last = parts[_WARM_UP], parts[-1]
    return (
        last.objects <= _MOST_OBJECTS * first.objects
        and last.memory <= _MOST_MEMORY * first.memory
        and last.p99 <= _MOST_TIME * first.p99
        and last.tasks <= first.tasks
        and last.timers <= first.timers + _MORE_TIMERS
    )


async def _main(count: int) -> bool:
    logging.disable(logging.INFO)
    size = count // _PARTS
    parts = []
    print(
        f"{'deliveries':>10}{'median µs':>11}{'p99 µs':>9}{'peak MiB':>10}{'objects':>10}"
        f"{'tasks':>7}{'timers':>8}{'lines':>7}"
    )
    with TemporaryDirectory() as directory:
        async with async_test_home_assistant(config_dir=directory) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            with benchmark_conditions():
                bench = await set_up(hass)
                bench.timer = thread_time_ns
                with patch.object(coordinator, "now_ms", lambda: bench.clock):
                    for number in range(_PARTS):
                        part = await _part(bench, range(number * size, (number + 1) * size))
                        parts.append(part)
                        print(
                            f"{(number + 1) * size:10}{part.median:11.1f}{part.p99:9.1f}"
                            f"{part.memory:10.1f}{part.objects:10}{part.tasks:7}{part.timers:8}"
                            f"{bench.counter.lines:7}",
                            flush=True,
                        )
            await hass.async_stop(force=True)
    return _is_flat(parts) and not bench.counter.lines


if __name__ == "__main__":
    parser = ArgumentParser(description="What many deliveries leave behind.")
    parser.add_argument("deliveries", type=int, nargs="?", default=_DELIVERIES)
    sys.exit(0 if asyncio.run(_main(parser.parse_args().deliveries)) else 1)
