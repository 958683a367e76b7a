"""What Home Assistant still knows after a restart, and after a power cut."""

from collections.abc import Mapping
from datetime import timedelta
import json
import time

from demo.answers import State
from demo.errors import DemoError
from demo.stage import DOMAIN, Stage
from demo.waiting import until

SAVED_WITHIN = 30


async def enable_all_entities(stage: Stage) -> None:
    """Enable what is off by default; Home Assistant adds it when it starts the next time."""
    for entity in await stage.api.entities(DOMAIN):
        if entity.disabled_by is not None:
            await stage.api.command(
                "config/entity_registry/update", entity_id=entity.entity_id, disabled_by=None
            )


async def restart(stage: Stage) -> tuple[str, ...]:
    """Restart Home Assistant and return what has changed meanwhile: nothing should."""
    before = await states_of_ours(stage)
    await stage.instance.restart()
    await stage.until_loaded()
    after = await states_of_ours(stage)
    return _differences(after, before)


async def cut_the_power(stage: Stage) -> tuple[str, ...]:
    """Kill Home Assistant right after news; return what it lost that was older than that."""
    await stage.simulator.deliver()
    delivered_at = time.time()
    saved = await states_of_ours(stage)
    await until(
        lambda: _all_saved(stage, delivered_at), "the values to be saved", seconds=SAVED_WITHIN
    )
    await stage.simulator.advance(timedelta(minutes=10))
    await stage.simulator.deliver()
    newest = await states_of_ours(stage)
    await stage.instance.kill()
    await stage.instance.start()
    await stage.until_loaded()
    return _differences(await states_of_ours(stage), saved, newest)


async def states_of_ours(stage: Stage) -> dict[str, State]:
    """Return the states of the integration's entities."""
    states = await stage.api.states()
    entities = await stage.api.entities(DOMAIN)
    return {
        entity.entity_id: states[entity.entity_id]
        for entity in entities
        if entity.entity_id in states
    }


async def _all_saved(stage: Stage, since: float) -> bool:
    """Tell whether our values are saved, and which entities are enabled."""
    folder = stage.instance.config / ".storage"
    stores = [folder / f"{DOMAIN}.{entry.entry_id}" for entry in await stage.api.entries(DOMAIN)]
    registry = json.loads((folder / "core.entity_registry").read_text())
    return all(store.exists() and store.stat().st_mtime > since for store in stores) and all(
        entity["disabled_by"] is None
        for entity in registry["data"]["entities"]
        if entity["platform"] == DOMAIN
    )


def _differences(now: Mapping[str, State], *known: Mapping[str, State]) -> tuple[str, ...]:
    """Return the entities whose state is none of the known ones."""
    if not any(known):
        raise DemoError("There were no entities to compare.")
    differences = []
    for entity_id in known[0]:
        was = dict.fromkeys(it[entity_id].text for it in known if entity_id in it)
        is_now = now[entity_id].text if entity_id in now else "gone"
        if is_now not in was:
            differences.append(f"{entity_id} was {' or '.join(was)} and is {is_now}")
    return tuple(differences)
