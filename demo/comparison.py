"""Home Assistant's states beside the simulator's truth."""

from contextlib import suppress
from dataclasses import dataclass

from simulator import Kind

from .environment import DOMAIN, Environment
from .facts import difference
from .harness import HarnessError, State, until
from .truth import facts_of


@dataclass(frozen=True, slots=True)
class Row:
    """An entity of a car: its state, and how that differs from the truth."""

    car: str
    name: str
    state: str
    difference: str

    def __str__(self) -> str:
        """Return a line to print."""
        mark = "✗" if self.difference else "✓"
        return f"  {mark} {self.name:<28} {self.state}  {self.difference}".rstrip()


async def compare(environment: Environment, *, complete: bool = False) -> list[Row]:
    """Compare every enabled entity with the truth, for up to ten seconds until all agree.

    When complete, every entity that the truth knows must exist and be enabled.
    """
    rows: list[Row] = []

    async def agree() -> bool:
        rows[:] = await _rows(environment, complete=complete)
        return bool(rows) and not any(row.difference for row in rows)

    with suppress(HarnessError):
        await until(agree, "the states to agree", seconds=10)
    return rows


async def _rows(environment: Environment, *, complete: bool) -> list[Row]:
    """Return the rows of all cars as they are now."""
    client = environment.client
    states, entities = await client.states(), await client.entities(DOMAIN)
    devices = await client.devices(DOMAIN)
    rows: list[Row] = []
    for kind, car in environment.cars.items():
        name = devices[car.id].name if car.id in devices else car.name
        facts = facts_of(environment.simulator.connection(car), dynamic=kind is Kind.DYNAMIC)
        known = {
            (it.entity_id.partition(".")[0], it.unique_id.removeprefix(f"{car.id}_")): it
            for it in entities
            if it.unique_id.startswith(f"{car.id}_")
        }
        for key in sorted(facts.keys() | known.keys()):
            entity = known.get(key)
            state = None if entity is None else states.get(entity.entity_id)
            if key not in facts:
                rows.append(Row(name, key[1], "-", "is not in demo/truth.py"))
            elif state is not None:
                text = difference(facts[key], state)
                rows.append(Row(name, _name(name, state), _shown(state), text))
            elif complete or (entity is not None and entity.disabled_by is None):
                rows.append(Row(name, key[1], "-", f"is missing, should be {facts[key]}"))
    return rows


def _name(car: str, state: State) -> str:
    """Return the entity's own name, without the device's."""
    return str(state.attributes.get("friendly_name", "")).removeprefix(f"{car} ")


def _shown(state: State) -> str:
    if "latitude" not in state.attributes:
        return state.text
    return f"{state.state} ({state.attributes['latitude']}, {state.attributes['longitude']})"
