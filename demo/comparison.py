"""The simulator's truth and Home Assistant's states, side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from demo.answers import Entity, State
from demo.stage import DOMAIN, Stage
from demo.truth import UNKNOWN, Fact, truth
from demo.waiting import until
from simulator import Car

PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True)
class Row:
    """An entity of a car: what it shows and what it has to show."""

    car: str
    name: str
    shown: str
    difference: str

    def __str__(self) -> str:
        """Return a line for a person."""
        mark = "✗" if self.difference else "✓"
        return f"  {mark} {self.name:<28} {self.shown}  {self.difference}".rstrip()


async def compare(stage: Stage, *, complete: bool = False) -> tuple[Row, ...]:
    """Compare every enabled entity; where they differ, once more until patience ends.

    When complete, every entity that the car's signals make must be there and enabled.
    """
    deadline = monotonic() + PATIENCE.total_seconds()
    rows: tuple[Row, ...] = ()

    async def settled() -> bool:
        nonlocal rows
        rows = await _compare(stage, complete=complete)
        return all(not row.difference for row in rows) or monotonic() > deadline

    await until(settled, "the comparison", seconds=2 * PATIENCE.total_seconds(), every=0.5)
    return rows


async def _compare(stage: Stage, *, complete: bool) -> tuple[Row, ...]:
    states, entities = await stage.api.states(), await stage.api.entities(DOMAIN)
    names = {
        identifier: device.name
        for device in await stage.api.devices(DOMAIN)
        for _, identifier in device.identifiers
    }
    rows: list[Row] = []
    for car in stage.simulator.cloud.cars.values():
        facts = truth(car, dynamic=car is stage.simulator.dynamic_car)
        name = names.get(car.id, car.name)
        rows += _rows(name, facts, _of(car, entities), states, complete=complete)
    return tuple(rows)


def _of(car: Car, entities: Iterable[Entity]) -> dict[str, Entity]:
    """Return a car's entities by key, as the unique IDs promise."""
    prefix = f"{car.id}_"
    return {
        entity.unique_id.removeprefix(prefix): entity
        for entity in entities
        if entity.unique_id.startswith(prefix)
    }


def _rows(
    car: str,
    facts: Mapping[str, Fact],
    entities: Mapping[str, Entity],
    states: Mapping[str, State],
    *,
    complete: bool,
) -> Iterable[Row]:
    for key in sorted(entities.keys() | facts.keys()):
        fact, entity = facts.get(key), entities.get(key)
        state = None if entity is None else states.get(entity.entity_id)
        if fact is None:
            yield Row(car, key, state.text if state else "-", "is not in demo/truth.py")
        elif state is not None:
            difference = "" if fact.agrees(state) else f"should be {fact}"
            yield Row(car, _name(car, state), _shown(state), difference)
        elif complete or (entity is not None and entity.disabled_by is None):
            yield Row(car, key, "-", f"is missing, should be {fact}")


def _name(car: str, state: State) -> str:
    """Return the entity's own name: Home Assistant puts the device's before it."""
    return str(state.attributes.get("friendly_name", "")).removeprefix(f"{car} ")


def _shown(state: State) -> str:
    if "latitude" in state.attributes:
        latitude, longitude = state.attributes["latitude"], state.attributes["longitude"]
        return f"{state.state} ({latitude:.6f}, {longitude:.6f})"
    return UNKNOWN if state.state == UNKNOWN else state.text
