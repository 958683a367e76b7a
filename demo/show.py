"""The demo for a person: Home Assistant to look at, and cars that live until Ctrl-C."""

import asyncio
from datetime import timedelta

from simulator import Kind

from .check import say
from .comparison import compare
from .dashboard import save_dashboard
from .environment import Environment, run_environment
from .harness.onboarding import NAME, PASSWORD

_PORT = 8123
# A day of 12.5 hours passes in about four minutes.
_SPEED = 180
_NIGHT = timedelta(minutes=30)


async def show() -> int:
    """Start everything, print where to look, and let day follow day."""
    say("Starting the simulator and Home Assistant…")
    async with run_environment(_PORT) as environment:
        say("Setting both accounts up through the config flow…")
        for kind in (Kind.CURRENT, Kind.DYNAMIC):
            await environment.add_entry(kind)
        await environment.simulator.deliver()
        await compare(environment)
        path = await save_dashboard(environment.client)
        print(
            f"\n  Home Assistant  {environment.instance.url}{path}"
            f"\n  Login           {NAME} / {PASSWORD}"
            f"\n  Smartcar        {environment.simulator.url}/"
            f"  (plug in, drive, revoke an account …)"
            f"\n\nA day passes in about four minutes, then comes the next. Ctrl-C ends it.",
            flush=True,
        )
        await _live(environment)
    return 0


async def _live(environment: Environment) -> None:
    """Let day follow day and print what each car does, as long as Home Assistant runs."""
    simulator = environment.simulator
    simulator.run(_SPEED)
    while True:
        simulator.start_day()
        steps: dict[str, str] = {}
        while not all(day.done for day in simulator.days.values()):
            environment.instance.check_alive()
            for day in simulator.days.values():
                if day.step != steps.setdefault(day.car.id, "waiting"):
                    steps[day.car.id] = day.step
                    say(f"{day.car.name}: {day.step}")
            await asyncio.sleep(0.5)
        await asyncio.sleep(_NIGHT.total_seconds() / _SPEED)
