"""What it costs to set an entry up from its store, and to save it, by the number of vehicles.

Home Assistant's own work, to add the entities, stands beside ours. Ends with 1 if a bound does not
hold. A machine's speed is in these figures, unlike in ratios: they are the best of several.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
import gc
import logging
from multiprocessing import get_context
import sys
from time import perf_counter_ns, time
from unittest.mock import patch

from homeassistant.components.http import HomeAssistantHTTP
from homeassistant.helpers.entity_platform import EntityPlatform
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.smartcar_dynamic.const import DOMAIN
from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.store import (
    SmartcarStore,
    StoredData,
    data_from_json,
    data_to_json,
)
from custom_components.smartcar_dynamic.vehicle import VehicleState

from .payloads import VEHICLE_ID, rich

_COUNTS = (10, 50, 200)
_ROUNDS = 3
_MAX_SET_UP = 3.0
_MAX_SAVE = 0.05
_MAX_GROWTH = 1.5


def _stored(count: int) -> dict[str, object]:
    """Return the store of an entry whose vehicles have delivered."""
    data, decoder = StoredData(), Decoder()
    for number in range(count):
        vehicle_id = f"{VEHICLE_ID[:-6]}{number:06}"
        payload = rich(1, moved=True, changed=True, vehicle_id=vehicle_id)
        (report,) = decoder.decode(
            payload, received_at=round(time() * 1000), is_known=lambda *_: False
        ).reports
        vehicle = data.vehicles[vehicle_id] = VehicleState(report.vehicle)
        vehicle.apply(report)
        vehicle.history.observe(report, lambda _: ("Home", True))
    return data_to_json(data)


async def _set_up(stored: dict[str, object]) -> float:
    """Return the milliseconds of an entry's set-up with its entities."""
    async with async_test_home_assistant() as hass:
        hass.data.pop(DATA_CUSTOM_COMPONENTS)
        hass.config.external_url = "https://home.example"
        await async_setup_component(hass, "webhook", {})
        entry = MockConfigEntry(
            domain=DOMAIN,
            data={
                "api": "v2",
                "webhook_id": "ours",
                "management_token": "a-management-token",
                "token": {"access_token": "a-token", "expires_at": time() + 7200},
            },
        )
        entry.add_to_hass(hass)

        async def load(store: SmartcarStore) -> StoredData:
            store.data = data_from_json(stored)
            return store.data

        with patch.object(SmartcarStore, "async_load", load):
            started = perf_counter_ns()
            if not await hass.config_entries.async_setup(entry.entry_id):
                raise RuntimeError("The entry could not be set up")
            taken = (perf_counter_ns() - started) / 1e6
        await hass.async_block_till_done()
        await hass.async_stop(force=True)
    return taken


async def _add_none(_platform: EntityPlatform, entities: Iterable[object], **_: object) -> None:
    """Add no entities; they have been made."""
    list(entities)


def _set_up_alone(stored: dict[str, object], *, with_entities: bool) -> float:
    """Return the same from a process of its own: one can have one Home Assistant only."""
    logging.disable(logging.CRITICAL)
    add = EntityPlatform.async_add_entities if with_entities else _add_none
    with (
        patch.object(HomeAssistantHTTP, "async_bind"),
        patch.object(HomeAssistantHTTP, "start"),
        patch.object(EntityPlatform, "async_add_entities", add),
    ):
        return asyncio.run(_set_up(stored))


def _save(stored: dict[str, object]) -> float:
    """Return the milliseconds in which data that has changed is made ready to be written."""
    data = data_from_json(stored)
    best = float("inf")
    gc.collect()
    gc.freeze()
    for _ in range(5):
        # As after a delivery of one.
        vehicle = next(iter(data.vehicles.values()))
        vehicle.history.pass_time((vehicle.last_delivery or 0) + 1)
        started = perf_counter_ns()
        data_to_json(data)
        best = min(best, (perf_counter_ns() - started) / 1e6)
    return best


def _main() -> bool:
    fine, set_ups = True, []
    print(f"{'vehicles':>10}{'set-up, ms a vehicle':>22}{'with entities':>15}{'save':>8}")
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as processes:

        def best(stored: dict[str, object], *, with_entities: bool) -> float:
            run = partial(_set_up_alone, with_entities=with_entities)
            return min(processes.map(run, [stored] * _ROUNDS))

        # What the first vehicle takes is Home Assistant's own start.
        first = [best(_stored(1), with_entities=with_entities) for with_entities in (False, True)]
        for count in _COUNTS:
            stored = _stored(count)
            set_up, with_entities = (
                (best(stored, with_entities=bool(n)) - first[n]) / (count - 1) for n in (0, 1)
            )
            save = _save(stored) / count
            set_ups.append(set_up)
            good = set_up <= _MAX_SET_UP and save <= _MAX_SAVE
            fine &= good
            mark = "" if good else "  ✗"
            print(f"{count:10}{set_up:22.2f}{with_entities:15.2f}{save:8.3f}{mark}")
    growth = set_ups[-1] / set_ups[1]
    print(f"set-up grows by {growth:.2f} a vehicle from {_COUNTS[1]} to {_COUNTS[-1]}")
    return fine and growth <= _MAX_GROWTH


if __name__ == "__main__":
    sys.exit(0 if _main() else 1)
