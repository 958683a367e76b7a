"""Show what the owner of a diagnostics file saw: a Home Assistant beside a simulated Smartcar."""

from argparse import ArgumentParser
import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
import sys

from aiohttp import ClientSession

from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.store import data_to_json
from simulator import ALL_READS, Application, Car, Kind, Simulator, Webhook, presets

from .check import say
from .diagnosed import Diagnosed, UnreadableError
from .environment import DOMAIN, Environment, run_environment
from .harness import HarnessError
from .harness.onboarding import NAME, PASSWORD
from .running import run_until_stopped

_PORT = 8123
_STORE_VERSION = 1
# By an address that has the obstacle; the rest needs Home Assistant Cloud.
_ADDRESSES = {
    "no_url": None,
    "not_https": "http://car-owner.example",
    "not_public": "https://homeassistant.local",
}
_GUIDE = """
  Home Assistant  {url}
  Login           {login}
  Smartcar        {smartcar}

Values are invented; what is known, since when, and what is wrong is the owner's. Not in a
diagnostics file, and so not here: charging sessions, trips, counted requests, names.
"""


async def replay(path: Path, *, stay: bool) -> int:
    """Replay a file: set an entry up, give it the file's past, print what there is then to see."""
    diagnosed = Diagnosed.read(path)
    say(f"The file is of {diagnosed.versions}.")
    say("Starting the simulator and Home Assistant…")
    async with run_environment(_PORT if stay else 0) as environment:
        replayed = await _replay(environment, diagnosed)
        await _print_report(replayed)
        if stay:
            url = f"{environment.instance.url}/config/integrations/integration/{DOMAIN}"
            login = f"{NAME} / {PASSWORD}"
            smartcar = f"{environment.simulator.url}/"
            print(_GUIDE.format(url=url, login=login, smartcar=smartcar), flush=True)
            while True:
                environment.instance.check_alive()
                await asyncio.sleep(0.5)
    return 0


async def _replay(environment: Environment, diagnosed: Diagnosed) -> Environment:
    """Return the environment with the file's entry in it."""
    simulator, instance = environment.simulator, environment.instance
    kind = Kind.DYNAMIC if diagnosed.is_v2 else Kind.CURRENT
    application = presets.build_application(simulator.cloud, "Replay")
    cars = _connect(simulator, application, diagnosed)
    if not cars:
        raise HarnessError("The file has no vehicle.")
    simulator.issue_tokens(application)
    environment = replace(environment, applications={kind: application}, cars={kind: cars[0]})
    say("Setting the entry up through the config flow…")
    await environment.add_entry(kind)
    webhook = next(
        webhook
        for webhook in simulator.cloud.webhooks.values()
        if webhook.application_id == application.id
    )
    for car, vehicle in zip(cars, diagnosed.vehicles, strict=True):
        if not vehicle.listed:
            simulator.remove_car(car)
    await environment.client.command("config/core/update", **_address(diagnosed))
    say("Giving it the file's past…")
    (entry,) = await environment.client.entries(DOMAIN)
    await instance.stop()
    home = Position(instance.core_config.latitude, instance.core_config.longitude)
    stored = diagnosed.stored(tuple(car.id for car in cars), webhook.id, webhook.callback_uri, home)
    instance.write_store(f"{DOMAIN}.{entry.entry_id}", _STORE_VERSION, data_to_json(stored))
    await instance.start()
    await environment.until_loaded()
    await _sign_wrongly(instance.url, webhook, diagnosed.wrong_signatures)
    return environment


def _connect(simulator: Simulator, application: Application, diagnosed: Diagnosed) -> list[Car]:
    """Return the file's cars, connected to an application with the file's permissions."""
    return [
        simulator.add_car(
            f"Car {number}",
            application=application,
            model=replace(
                presets.CROSSOVER, make=vehicle.make, model=vehicle.model, year=vehicle.year
            ),
            permissions=ALL_READS if vehicle.permissions is None else vehicle.permissions,
        )
        for number, vehicle in enumerate(diagnosed.vehicles, start=1)
    ]


def _address(diagnosed: Diagnosed) -> dict[str, str | None]:
    """Return what to change of Home Assistant's settings, so that the obstacle is the file's."""
    obstacle = diagnosed.obstacle
    if obstacle is None:
        return {}
    if obstacle not in _ADDRESSES:
        say(f"The callback URI's obstacle, {obstacle}, cannot be replayed.")
        return {}
    return {"external_url": _ADDRESSES[obstacle]}


async def _sign_wrongly(url: str, webhook: Webhook, times: int) -> None:
    """Deliver with wrong signatures, which are counted in memory only."""
    path = webhook.callback_uri[webhook.callback_uri.index("/api/") :]
    async with ClientSession() as session:
        for _ in range(min(times, 3)):
            async with session.post(url + path, data=b"{}", headers={"SC-Signature": "0" * 64}):
                pass


async def _print_report(environment: Environment) -> None:
    """Print the entities by state, and the repairs."""
    client = environment.client
    states = await client.states()
    entities = await client.entities(DOMAIN)
    kinds = Counter(
        "off by default"
        if entity.disabled_by is not None
        else _kind(states[entity.entity_id].state)
        for entity in entities
        if entity.disabled_by is not None or entity.entity_id in states
    )
    for kind, number in kinds.most_common():
        print(f"  {number:>4} entities {kind}")
    for entity in sorted(entities, key=lambda entity: entity.entity_id):
        state = states.get(entity.entity_id)
        if state is not None and _kind(state.state) == "unavailable":
            print(f"  ✗ {entity.entity_id} is unavailable")
    for issue in await client.issues(DOMAIN):
        print(f"  ! Repair: {issue.translation_key}")


def _kind(state: str) -> str:
    return state if state in {"unavailable", "unknown"} else "with a value"


async def main() -> int:
    """Run until the end, or until a signal asks to stop."""
    parser = ArgumentParser(prog="script/replay", description=__doc__)
    parser.add_argument("file", type=Path, help="what Download diagnostics has saved")
    parser.add_argument("--check", action="store_true", help="no screen: print what there is")
    options = parser.parse_args()
    try:
        return await run_until_stopped(replay(options.file, stay=not options.check))
    except (HarnessError, UnreadableError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
