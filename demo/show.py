"""The demo for a person: Home Assistant to look at, and cars that live until Ctrl-C."""

import asyncio
from datetime import timedelta

from .check import say
from .comparison import compare
from .dashboard import save_dashboard
from .environment import SPARE_APPLICATION, Environment, run_environment
from .harness.onboarding import NAME, PASSWORD

_PORT = 8123
# A day of 11 hours passes in about four minutes.
_SPEED = 180
_NIGHT = timedelta(minutes=30)
_GUIDE = """
  Home Assistant  {url}
  Login           {login}
  Smartcar        {smartcar}

What to try:
  - Watch the dashboard: a day of the cars passes in about four minutes, then comes the next.
  - On Smartcar's page plug a car in, drive it, open a door, or let it fall asleep.
  - Lock the Hyundai, start and stop its charging, or press "Read now" on its device's page:
    each costs a call of the plan.
  - Set up a third car: Settings > Devices & services > Add integration > Smartcar Dynamic.
    Smartcar's page shows the credentials of "{spare}" under Credentials.
    Enter the callback URI there under Add webhook, which also verifies it.
  - Revoke a car's account on Smartcar's page, and follow Settings > Repairs.
  - Give an application a new management token there, and see how Home Assistant notices.
  - Disable a webhook there, and let Reconfigure > Check the connection say what is wrong.
  - Build an automation, for example one of the README's.

Ctrl-C ends it.
"""


async def show() -> int:
    """Start everything, print where to look, and let day follow day."""
    say("Starting the simulator and Home Assistant…")
    async with run_environment(_PORT) as environment:
        say("Setting both accounts up through the config flow…")
        for kind in environment.cars:
            await environment.add_entry(kind)
        await environment.simulator.deliver()
        await compare(environment)
        path = await save_dashboard(environment.client)
        print(
            _GUIDE.format(
                url=f"{environment.instance.url}{path}",
                login=f"{NAME} / {PASSWORD}",
                smartcar=f"{environment.simulator.url}/",
                spare=SPARE_APPLICATION,
            ),
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
                    say(f"{day.car.model.make.title()} {day.car.model.model}: {day.step}")
            await asyncio.sleep(0.5)
        await asyncio.sleep(_NIGHT.total_seconds() / _SPEED)
