"""The demo without a screen: every entity must show the truth at every turn of the day."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from itertools import groupby
import json
import re

from demo import dashboard, logs, reauthentication, survival
from demo.comparison import Row, compare
from demo.errors import DemoError
from demo.setup_entries import add_current, add_dynamic
from demo.stage import DOMAIN, Stage
from simulator import Car, Simulator

STEP = timedelta(minutes=2)
LONGEST = timedelta(hours=24)
# A dynamic webhook tells hourly.
UNTIL_ALL_IS_TOLD = timedelta(minutes=65)


class Check:
    """A run of the check, and what it has found wrong."""

    def __init__(self, stage: Stage) -> None:
        """Begin with nothing wrong."""
        self._stage = stage
        self._former: list[str] = []
        self.wrong: list[str] = []

    @property
    def _simulator(self) -> Simulator:
        return self._stage.simulator

    async def run(self) -> None:
        """Live through the day."""
        say("Setting both accounts up through the config flow…")
        await self._set_up()
        say("The day begins…")
        self._simulator.start_day()
        await self._pass_until(lambda car: car.driving)
        await self._agree("on the way to work")
        await self._pass_until(lambda car: car.locked and car.place == "work")
        await self._agree("at work")
        for car in self._simulator.cloud.cars.values():
            await self._lose_and_regain(car)
        say("Restarting Home Assistant, with every entity enabled…")
        await self._agree("before the restart")
        await survival.enable_all_entities(self._stage)
        self._expect_nothing("the restart changed", await survival.restart(self._stage))
        await self._agree("after the restart")
        await self._pass_until(lambda car: car.charging)
        await self._agree("charging at home")
        say("Cutting Home Assistant's power…")
        # What was seen for the first time while charging.
        await survival.enable_all_entities(self._stage)
        self._expect_nothing("the power cut lost", await survival.cut_the_power(self._stage))
        await self._agree("after the power cut")
        await self._pass_until(self._has_ended)
        await self._simulator.advance(UNTIL_ALL_IS_TOLD)
        rows = await compare(self._stage, complete=True)
        self._note("at the end of the day", rows)
        show(rows)
        await self._no_repairs()
        await self._all_proofs()

    def read_logs(self, own: list[str]) -> None:
        """Look through both logs."""
        log = self._stage.instance.log_text()
        self._expect_nothing("Home Assistant's log", logs.complaints(log))
        self._expect_nothing(
            "Home Assistant's log contains a", logs.leaks(log, self._simulator, self._former)
        )
        self._expect_nothing("the simulator's log", own)

    async def _set_up(self) -> None:
        for application in self._simulator.cloud.applications.values():
            if application.tokens is not None:
                self._former += (
                    application.tokens.access_token,
                    application.tokens.refresh_token,
                )
        await add_current(self._stage)
        await add_dynamic(self._stage)
        await self._agree("as set up")
        await self._names()
        await show_cars(self._stage)

    async def _pass_until(self, told: Callable[[Car], bool]) -> None:
        """Let time pass until something is true of every car at one moment."""
        passed = timedelta()
        cars = self._simulator.cloud.cars.values()
        while not all(told(car) for car in cars):
            if passed > LONGEST:
                raise DemoError(f"The day goes wrong: {self._steps()}.")
            await self._simulator.advance(STEP)
            passed += STEP

    def _steps(self) -> str:
        return ", ".join(f"{day.car.name} {day.step}" for day in self._simulator.days.values())

    def _has_ended(self, car: Car) -> bool:
        return self._simulator.days[car.id].done

    async def _agree(self, when: str) -> None:
        """Have Smartcar tell everything now, and compare."""
        await self._simulator.deliver()
        rows = await compare(self._stage)
        self._note(when, rows)
        say(f"{when.capitalize()}: {sum(not row.difference for row in rows)} of {len(rows)} agree.")

    def _note(self, when: str, rows: tuple[Row, ...]) -> None:
        self.wrong += [
            f"{when}: {row.name} of {row.car} shows {row.shown}, {row.difference}"
            for row in rows
            if row.difference
        ]
        if not rows:
            self.wrong.append(f"{when}: there are no entities")

    async def _lose_and_regain(self, car: Car) -> None:
        say(f"The account of {car.name} is revoked…")
        issue = await reauthentication.revoke(self._stage, car)
        await self._simulator.advance(timedelta(hours=1))
        others = [
            it
            for it in self._simulator.cloud.cars.values()
            if it is not car and await reauthentication.repair_of(self._stage, it)
        ]
        self._expect_nothing("a login is wrongly asked for", [it.name for it in others])
        await reauthentication.log_in_again(self._stage, car, issue)
        say("The repair appeared, led to Smartcar Connect, and has gone.")

    async def _no_repairs(self) -> None:
        expected = {"api_v2_end"}
        issues = await self._stage.api.issues(DOMAIN)
        keys = [issue.issue_id for issue in issues if issue.translation_key not in expected]
        self._expect_nothing("a repair stays open", [key.rpartition("_")[0] for key in keys])

    async def _all_proofs(self) -> None:
        """Run the integration's own check, and look through its diagnostics."""
        api = self._stage.api
        devices = {device.device_id: device.name for device in await api.devices(DOMAIN)}
        answer = await api.ask(DOMAIN, "check", device_id=list(devices))
        for device_id, told in answer.items():
            failed = [it["text"] for it in told["findings"] if it["outcome"] == "failed"]
            self._expect_nothing(f"the check of {devices[device_id]}", failed)
        for entry in await api.entries(DOMAIN):
            diagnostics = json.dumps(await api.diagnostics(entry.entry_id))
            found = logs.leaks(diagnostics, self._simulator, self._former)
            self._expect_nothing(f"the diagnostics of {entry.title} contain a", found)

    async def _names(self) -> None:
        """Expect entities to be called as their cars are."""
        entities = await self._stage.api.entities(DOMAIN)
        for device in await self._stage.api.devices(DOMAIN):
            slug = re.sub(r"[^a-z0-9]+", "_", device.name.lower())
            self._expect_nothing(
                f"not called as {device.name} is",
                [
                    entity.entity_id
                    for entity in entities
                    if entity.device_id == device.device_id
                    and not entity.entity_id.partition(".")[2].startswith(slug)
                ],
            )

    def _expect_nothing(self, what: str, found: list[str] | tuple[str, ...]) -> None:
        self.wrong += [f"{what}: {it}" for it in found]


async def check() -> int:
    """Run the check; return 0 only if all is as the scenario says."""
    with ExitStack() as stack:
        own = stack.enter_context(logs.own_complaints())
        say("Starting the simulator and Home Assistant…")
        async with Stage() as stage:
            run = Check(stage)
            try:
                await run.run()
            except DemoError as error:
                run.wrong.append(str(error))
            run.read_logs(own)
    for wrong in run.wrong:
        print(f"✗ {wrong}")
    if not run.wrong:
        print("✓ Everything is as the scenario says.")
    return 1 if run.wrong else 0


async def show_cars(stage: Stage) -> str:
    """Store the dashboard with the cars and return its path."""
    devices, entities = await stage.api.devices(DOMAIN), await stage.api.entities(DOMAIN)
    return await dashboard.show_dashboard(stage.api, dashboard.cars(devices, entities))


def show(rows: tuple[Row, ...]) -> None:
    """Print each entity of each car with its state."""
    for name, of in groupby(rows, lambda row: row.car):
        print(name)
        for row in of:
            print(row)


def say(what: str) -> None:
    """Print what is going on."""
    print(f"» {what}", flush=True)
