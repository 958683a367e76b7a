"""The demo without a screen: every entity must show the truth, all day long."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import groupby

from simulator import Car

from .comparison import Row, compare
from .dashboard import add_dashboard, update_dashboard
from .environment import DOMAIN, Environment, run_environment
from .harness import HarnessError

_STEP = timedelta(minutes=2)
_DAY = timedelta(hours=24)
# A dynamic webhook sends every hour.
_UNTIL_ALL_IS_SENT = timedelta(minutes=65)
# An owner of a dynamic webhook is told of its end.
_EXPECTED_ISSUES = {"api_v2_end"}


async def check() -> int:
    """Play the scenario; return 0 only if everything is as it should be."""
    say("Starting the simulator and Home Assistant…")
    # In the past, so that every date is what it would be though the day passes in seconds.
    async with run_environment(start=datetime.now(UTC) - _DAY) as environment:
        scenario = Scenario(environment)
        try:
            await scenario.play()
        except HarnessError as error:
            scenario.faults.append(str(error))
        scenario.faults += environment.instance.warnings()
    for fault in scenario.faults:
        print(f"✗ {fault}")
    if scenario.faults:
        return 1
    print("✓ Everything is as the scenario says.")
    return 0


class Scenario:
    """Two accounts are set up; their cars drive to work, charge, drive home, charge and sleep."""

    def __init__(self, environment: Environment) -> None:
        """Initialize."""
        self._environment = environment
        self._simulator = environment.simulator
        self.faults: list[str] = []

    async def play(self) -> None:
        """Play it from beginning to end and print the final states."""
        say("Setting both accounts up through the config flow…")
        for kind in self._environment.cars:
            await self._environment.add_entry(kind)
        await self._compare("as set up")
        await add_dashboard(self._environment.client)
        say("The day begins…")
        self._simulator.start_day()
        await self._pass_until(lambda car: car.driving)
        await self._compare("on the way to work")
        await self._pass_until(lambda car: car.locked and car.place == "work")
        await self._compare("at work")
        await self._pass_until(lambda car: car.charging)
        await self._compare("charging at work")
        await self._pass_until(lambda car: car.charging and car.place == "home")
        await self._compare("charging at home")
        say("Enabling every entity, which takes a restart…")
        await self._enable_all()
        await self._compare("after the restart", deliver=False)
        await self._pass_until(lambda car: self._simulator.days[car.id].done)
        await self._simulator.advance(_UNTIL_ALL_IS_SENT)
        rows = await self._compare("at the end of the day", deliver=False, complete=True)
        await update_dashboard(self._environment.client)
        for name, of_car in groupby(rows, lambda row: row.car):
            print(name, *of_car, sep="\n")
        issues = await self._environment.client.issues(DOMAIN)
        self.faults += (
            f"a repair stays open: {issue.translation_key}"
            for issue in issues
            if issue.translation_key not in _EXPECTED_ISSUES
        )

    async def _pass_until(self, condition: Callable[[Car], bool]) -> None:
        """Let time pass until something is true of every car at one moment."""
        passed = timedelta()
        while not all(condition(car) for car in self._environment.cars.values()):
            if passed > _DAY:
                steps = [f"{day.car.name} {day.step}" for day in self._simulator.days.values()]
                raise HarnessError(f"The day goes wrong: {', '.join(steps)}.")
            await self._simulator.advance(_STEP)
            passed += _STEP

    async def _enable_all(self) -> None:
        client, instance = self._environment.client, self._environment.instance
        for entity in await client.entities(DOMAIN):
            if entity.disabled_by is not None:
                await client.enable_entity(entity.entity_id)
        await instance.stop()
        await instance.start()
        await self._environment.until_loaded()

    async def _compare(
        self, when: str, *, deliver: bool = True, complete: bool = False
    ) -> list[Row]:
        """Compare all states with the truth, by default after a delivery of all cars."""
        if deliver:
            await self._simulator.deliver()
        rows = await compare(self._environment, complete=complete)
        wrong = [row for row in rows if row.difference]
        self.faults += (
            f"{when}: {it.name} of {it.car} is {it.state}, {it.difference}" for it in wrong
        )
        if not rows:
            self.faults.append(f"{when}: there are no entities")
        say(f"{when.capitalize()}: {len(rows) - len(wrong)} of {len(rows)} agree.")
        return rows


def say(what: str) -> None:
    """Print what happens now."""
    print(f"» {what}", flush=True)
