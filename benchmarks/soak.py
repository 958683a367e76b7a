"""Many deliveries in a row: memory, tasks, timers and the slowest deliveries must not grow.

Prints them after the first and the last tenth. Ends with 1 if something grows.
"""

from argparse import ArgumentParser
import asyncio
import gc
import logging
from pathlib import Path
from statistics import quantiles
import sys
from unittest.mock import patch

from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.smartcar_dynamic import coordinator

from .delivery import Bench, benchmark_conditions, set_up
from .payloads import encoded, rich

_MAX_MEMORY = 16.0
_MAX_SLOWER = 1.5


class Sample:
    """What Home Assistant holds, and how long deliveries took, in microseconds."""

    def __init__(self, taken: list[int]) -> None:
        """Take a sample."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.memory = pages * 4096 / 1e6
        self.tasks = len(asyncio.all_tasks())
        loop = asyncio.get_running_loop()
        self.timers = len([timer for timer in loop._scheduled if not timer.cancelled()])  # type: ignore[attr-defined] # noqa: SLF001 - nothing else tells
        self.slowest = quantiles(taken, n=100)[-1] / 1000

    def __str__(self) -> str:
        """Return a line of the table."""
        return f"{self.memory:10.1f}{self.tasks:8}{self.timers:8}{self.slowest:10.0f}"


async def _deliver(bench: Bench, start: int, count: int) -> list[int]:
    """Return the times of deliveries, of which each changes everything."""
    return [
        await bench.ours(encoded(rich(start + n, moved=True, changed=True))) for n in range(count)
    ]


async def _main(count: int) -> bool:
    logging.disable(logging.INFO)
    tenth = count // 10
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        with benchmark_conditions():
            bench = await set_up(hass)
            with patch.object(coordinator, "now_ms", lambda: bench.clock):
                print(f"{'deliveries':>12}{'MB':>10}{'tasks':>8}{'timers':>8}{'p99 µs':>10}")
                first = Sample(await _deliver(bench, 0, tenth))
                print(f"{tenth:12}{first}")
                await _deliver(bench, tenth, count - 2 * tenth)
                last = Sample(await _deliver(bench, count - tenth, tenth))
                print(f"{count:12}{last}")
        await hass.async_stop(force=True)
    return (
        last.memory - first.memory <= _MAX_MEMORY
        and last.tasks <= first.tasks
        and last.timers <= first.timers
        and last.slowest <= first.slowest * _MAX_SLOWER
    )


if __name__ == "__main__":
    parser = ArgumentParser(description="Many deliveries in a row.")
    parser.add_argument("deliveries", nargs="?", type=int, default=100_000)
    sys.exit(0 if asyncio.run(_main(parser.parse_args().deliveries)) else 1)
