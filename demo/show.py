"""The demo for a person: Home Assistant to look at, and cars that live until Ctrl-C."""

import asyncio
from datetime import timedelta

from .check import say
from .comparison import compare
from .dashboard import add_dashboard, update_dashboard
from .environment import SPARE_APPLICATION, Environment, run_environment
from .harness.onboarding import NAME, PASSWORD
from .other import OTHER_INTEGRATION, add_other_entry

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
  - Let something go wrong on Smartcar's page, and follow Settings > Repairs:
      a car's card: set a problem (the owner's account, the plan), and heal it;
        use up the plan, then press "Read now";
      a webhook's card: disable or delete it, change its callback URI, paste the redirect URI
        instead, take its triggers or its data; then Reconfigure > Check the connection;
      a webhook's card: refuse new subscriptions, then add a car to its application;
      Credentials: a new management token, then deliver three times;
      a car that has never delivered: add one, check the connection, remove it, check again.
  - Let a command fail under Faults > Commands: DOOR_OPEN, ASLEEP, DEVICE_PAIRING_REQUIRED, ….
  - Change the language under your profile: the findings of the check follow it.
  - Build an automation: Settings > Automations & scenes > Create automation > Add trigger, and
    choose a car as target. Or begin with one of the blueprints, which are all there.

Ctrl-C ends it.
"""
_TAKEOVER_GUIDE = """
  Home Assistant  {url}
  Login           {login}
  Smartcar        {smartcar}

What to try:
  - Look at the entities of Settings > Devices & services > Smartcar; rename one.
  - Take them over: Add integration > Smartcar Dynamic > Take over from Smartcar.
  - See the same entities, with their history, follow the car on Smartcar's page.
  - Go back: Smartcar Dynamic > Reconfigure > Go back to the Smartcar integration.

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
        path = await add_dashboard(environment.client)
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


async def show_takeover() -> int:
    """Start with an entry of another integration, and let day follow day."""
    say("Starting the simulator and Home Assistant with another Smartcar integration…")
    async with run_environment(_PORT, integrations=[OTHER_INTEGRATION]) as environment:
        await add_other_entry(environment)
        print(
            _TAKEOVER_GUIDE.format(
                url=environment.instance.url,
                login=f"{NAME} / {PASSWORD}",
                smartcar=f"{environment.simulator.url}/",
            ),
            flush=True,
        )
        await _live(environment)
    return 0


async def _live(environment: Environment) -> None:
    """Let day follow day and print what each car does, as long as Home Assistant runs."""
    simulator = environment.simulator
    simulator.run(_SPEED)
    is_first_day = True
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
        if is_first_day:
            # The first charge and the first trip have brought entities.
            await update_dashboard(environment.client)
            is_first_day = False
        await asyncio.sleep(_NIGHT.total_seconds() / _SPEED)
