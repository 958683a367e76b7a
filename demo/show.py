"""The demo for a person: it prints where to look, and the cars live until Ctrl-C."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from demo.check import say, show_cars
from demo.comparison import compare
from demo.errors import DemoError
from demo.setup_entries import add_current, add_dynamic
from demo.stage import Stage

PORT = 8123
# A day of 12.5 hours passes in about four minutes.
SPEED = 180
EVERY = 0.5
NIGHT = timedelta(minutes=30)


async def show() -> int:
    """Start everything, print the address and the login, and let day follow on day."""
    say("Starting the simulator and Home Assistant…")
    async with Stage(PORT) as stage:
        say("Setting both accounts up through the config flow…")
        await add_current(stage)
        await add_dynamic(stage)
        await stage.simulator.deliver()
        await compare(stage)
        path = await show_cars(stage)
        print(
            f"\n  Home Assistant  {stage.instance.url}{path}"
            f"\n  Login           {stage.instance.owner.username}"
            f" / {stage.instance.owner.password}"
            f"\n  Smartcar        {stage.simulator.url}/"
            f"  (plug in, drive, revoke an account …)"
            f"\n\nA day passes in about four minutes, then comes the next. Ctrl-C ends it.",
            flush=True,
        )
        await _first(_live(stage), _watch(stage))
    return 0


async def _live(stage: Stage) -> None:
    """Let day follow on day; say what each car does."""
    simulator = stage.simulator
    simulator.run(SPEED)
    while True:
        simulator.start_day()
        said: dict[str, str] = {}
        while not all(day.done for day in simulator.days.values()):
            for day in simulator.days.values():
                if day.step != said.get(day.car.id, "waiting"):
                    said[day.car.id] = day.step
                    say(f"{day.car.name}: {day.step}")
            await asyncio.sleep(EVERY)
        await asyncio.sleep(NIGHT.total_seconds() / SPEED)


async def _watch(stage: Stage) -> None:
    """Notice when Home Assistant ends by itself."""
    code = await stage.instance.wait()
    raise DemoError(f"Home Assistant ended with code {code}. Start the demo again.")


async def _first(*endless: Coroutine[Any, Any, None]) -> None:
    """Run until the first of them fails, and fail with it."""
    tasks = [asyncio.ensure_future(it) for it in endless]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
