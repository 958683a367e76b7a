"""What a car that delivers every five minutes for a day leaves in the recorder's database.

The simulator's car drives to work and back, and charges at home; every entity is on. Beside it,
minimal sensors change as often as the car delivers. Ends with 1 if there are more rows than changed
values and one for each delivery.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import logging
from pathlib import Path
import sqlite3
import sys
from tempfile import TemporaryDirectory
from unittest.mock import patch

from homeassistant.components.recorder import CONF_COMMIT_INTERVAL, CONF_DB_URL, DOMAIN as RECORDER
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_test_home_assistant
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.smartcar_dynamic import coordinator
from custom_components.smartcar_dynamic.const import DOMAIN, LAST_DELIVERY, LAST_REPORTED
from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import Value
from simulator.clock import Clock, epoch_ms
from simulator.cloud import Cloud, Connection, Kind, Webhook
from simulator.payloads_v4 import vehicle_state
from simulator.presets import MANY_SIGNALS, default_accounts

from .delivery import Bench, benchmark_conditions, set_up
from .payloads import encoded

_INTERVAL = timedelta(minutes=5)
_DELIVERIES = timedelta(days=1) // _INTERVAL

type Delivery = tuple[datetime, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is in the database: states by entity ID, rows of attributes, the file's bytes."""

    states: dict[str, list[str]]
    attributes: int
    size: int

    def count(self, entity_ids: set[str]) -> int:
        """Return the rows of states of entities."""
        return sum(len(self.states.get(it, ())) for it in entity_ids)

    def changes(self, entity_ids: set[str]) -> int:
        """Return how often the state of one of these was another than before, or its first."""
        return sum(
            before != after
            for it in entity_ids
            for before, after in pairwise((None, *self.states.get(it, ())))
        )


def _connection(cloud: Cloud) -> Connection:
    """Return the current platform's car, of which the ID is always the same."""
    default_accounts(cloud)
    return list(cloud.connections.values())[-1]


def _day() -> Iterator[Delivery]:
    """Yield a day's deliveries of the simulator's car with their times."""
    # It must be past: nothing is believed from the future.
    start = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    connection = _connection(Cloud(Clock.starting(start, 0)))
    car = connection.car
    webhook = Webhook(
        id="a-webhook",
        application_id=connection.application_id,
        kind=Kind.CURRENT,
        name="Home Assistant",
        callback_uri="https://home.example",
        data=tuple(sorted(MANY_SIGNALS)),
        created_at=start,
    )
    acts: dict[timedelta, Callable[[], None]] = {
        timedelta(hours=7, minutes=30): lambda: car.drive("work"),
        timedelta(hours=17): lambda: car.drive("home"),
        timedelta(hours=18): car.plug_in,
    }
    for number in range(_DELIVERIES):
        if (act := acts.get(number * _INTERVAL)) is not None:
            act()
        now = start + (number + 1) * _INTERVAL
        car.step(now)
        car.recorded_at = now - timedelta(seconds=2)
        payload = vehicle_state(webhook, connection, [], now)
        payload["meta"]["deliveredAt"] = epoch_ms(now)
        yield now, payload


def _changed_readings(decoder: Decoder, known: dict[str, Value | None], delivery: Delivery) -> int:
    """Return how many readings of a delivery are other than those before, and keep them."""
    now, payload = delivery
    decoded = decoder.decode(payload, received_at=epoch_ms(now), is_known=lambda *_: False)
    readings = {
        reading.key: reading.value
        for report in decoded.reports
        for signal in report.signals
        for reading in signal.content.readings
    }
    # All signals come with each delivery: one without a reading has failed.
    readings |= dict.fromkeys(known.keys() - readings.keys())
    changed = {key for key, value in readings.items() if key not in known or known[key] != value}
    known.update(readings)
    return len(changed)


async def _recorded(hass: HomeAssistant, database: Path) -> Recorded:
    """Return what has been recorded until now."""
    await async_wait_recording_done(hass)
    states = defaultdict[str, list[str]](list)
    with closing(sqlite3.connect(database)) as connection:
        for entity_id, state in connection.execute(
            "SELECT states_meta.entity_id, state FROM states"
            " JOIN states_meta USING (metadata_id) ORDER BY state_id"
        ):
            states[entity_id].append(state)
        (attributes,) = connection.execute("SELECT count(*) FROM state_attributes").fetchone()
        (size,) = connection.execute(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        ).fetchone()
    return Recorded(states, attributes, size)


def _entity_ids(hass: HomeAssistant, vehicle_id: str) -> dict[str, str]:
    """Return a vehicle's entity IDs by unique ID without the vehicle's, and platform."""
    return {
        f"{it.domain}.{it.unique_id.removeprefix(f'{vehicle_id}_')}": it.entity_id
        for it in er.async_get(hass).entities.values()
        if it.platform == DOMAIN
    }


async def _live(bench: Bench, database: Path) -> bool:
    """Deliver the day; print what it left, and tell whether the bound holds."""
    decoder, known = Decoder(), dict[str, Value | None]()
    changed = 0
    first, *others = _day()
    # With the first delivery the entities appear.
    for delivery in (first, *others):
        now, payload = delivery
        count = _changed_readings(decoder, known, delivery)
        bench.clock = epoch_ms(now) - 2000
        await bench.ours(encoded(payload))
        if delivery is first:
            before = await _recorded(bench.hass, database)
        else:
            changed += count
    car = await _recorded(bench.hass, database)
    for value, _ in enumerate(others, 1):
        bench.write(len(bench.sensors), value)
        await bench.hass.async_block_till_done()
    house = await _recorded(bench.hass, database)
    vehicle_id = _connection(Cloud(Clock.starting(None, 0))).car.id
    entity_ids = _entity_ids(bench.hass, vehicle_id)
    # Off by default, since each delivery is a row.
    last_delivery = {entity_ids.pop(f"sensor.{LAST_DELIVERY}")}
    ours = set(entity_ids.values())
    derived = {
        it for key, it in entity_ids.items() if "-" not in key and not key.endswith(LAST_REPORTED)
    }
    rows = car.count(ours) - before.count(ours)
    derived_changes = car.changes(derived) - before.changes(derived)
    bound = changed + derived_changes + len(others)
    good = rows <= bound
    grown = house.size - before.size
    for name, figure in (
        ("deliveries", len(others)),
        ("readings that changed", changed),
        ("derived values that changed", derived_changes),
        ("rows of the car", rows),
        ("  bound", bound),
        ("  of derived values", car.count(derived) - before.count(derived)),
        ("and of last_delivery, if it is on", car.count(last_delivery)),
        ("rows of attributes", car.attributes - before.attributes),
        ("kB of the car", (car.size - before.size) // 1000),
        (f"rows of {len(bench.sensors)} sensors beside it", len(others) * len(bench.sensors)),
        ("kB of all", grown // 1000),
    ):
        print(f"{name:36}{figure:8}")
    print(f"{"the car's share":36}{(car.size - before.size) / grown:8.1%}")
    return good


async def _record(hass: HomeAssistant, database: Path) -> bool:
    """Let the recorder run beside the entry."""
    async_initialize_recorder(hass)
    recorder = {CONF_DB_URL: f"sqlite:///{database}", CONF_COMMIT_INTERVAL: 1}
    if not await async_setup_component(hass, RECORDER, {RECORDER: recorder}):
        raise RuntimeError("The recorder could not be set up")
    bench = await set_up(hass)
    with patch.object(coordinator, "now_ms", lambda: bench.clock):
        return await _live(bench, database)


async def _main() -> bool:
    logging.disable(logging.INFO)
    with TemporaryDirectory() as directory:
        database = Path(directory) / "home-assistant.db"
        async with async_test_home_assistant(config_dir=directory) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            try:
                with benchmark_conditions():
                    return await _record(hass, database)
            finally:
                # Also the recorder's thread.
                await hass.async_stop(force=True)


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(_main()) else 1)
