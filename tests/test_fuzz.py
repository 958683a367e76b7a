"""Real payloads, damaged leaf by leaf: always an answer, never a loss, never an older value.

A property that fails prints the smallest payload for which it does; script/fuzz looks longer.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
import json
import logging

from homeassistant.core import HomeAssistant
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import Delivery, Report
from custom_components.smartcar_dynamic.store import StoredData, data_from_json, data_to_json
from custom_components.smartcar_dynamic.vehicle import VehicleState

from .cars import Car
from .shapes import PROBE, beside_probe, damaged, fuzzed, payloads, seeds
from .smartcar.payloads import NOW, VEHICLE_ID, Json, decode, signal, state
from .webhook_client import WebhookClient

pytestmark = pytest.mark.fuzz

NUMBERS = ("charge-chargelimits", "tractionbattery-range", PROBE, "wheel-tires", "foo-bar")
NUMBER = st.integers(1, 99)


def exact(reports: Iterable[Report]) -> list[object]:
    """Return all that reports say, with the types: to Python, 1 and true are the same."""
    return [
        (
            report,
            [[(it, type(it.value)) for it in each.content.readings] for each in report.signals],
        )
        for report in reports
    ]


def written(vehicles: Mapping[str, VehicleState]) -> Json:
    """Return what the store writes of vehicles, as JSON has it; the keys' order does not matter."""
    content: Json = json.loads(json.dumps(data_to_json(StoredData(vehicles=dict(vehicles)))))
    for vehicle in content["vehicles"]:
        vehicle["history"]["keys"].sort()
    return content


def reload(vehicles: Mapping[str, VehicleState]) -> dict[str, VehicleState]:
    """Return vehicles as a restart finds them."""
    before = written(vehicles)
    read = data_from_json(before).vehicles
    assert written(read) == before
    return read


def apply(vehicles: dict[str, VehicleState], delivery: Delivery) -> None:
    """Apply a delivery as the coordinator does."""
    assert delivery.faults == ()
    for report in delivery.reports:
        info = report.vehicle
        vehicle = vehicles.setdefault(info.id, VehicleState(info))
        vehicle.apply(report)
        vehicle.history.observe(report, lambda _: (None, None))


def known_by(vehicles: dict[str, VehicleState]) -> Callable[[str, str], bool]:
    """Return what tells which reports were applied before."""
    return lambda vehicle_id, id_: vehicle_id in vehicles and vehicles[vehicle_id].is_seen(id_)


@fuzzed(60)
@given(seeds().flatmap(lambda seed: st.lists(damaged(seed), min_size=2, max_size=5)))
def test_a_warm_decoder_reads_what_a_cold_one_reads(series: list[Json]) -> None:
    decoder = Decoder()
    for payload in [*series, *series]:
        warm = decode(deepcopy(payload), decoder=decoder)
        assert warm.faults == ()
        assert exact(warm.reports) == exact(decode(payload).reports)


@fuzzed(60)
@given(NUMBER.flatmap(lambda number: st.tuples(st.just(number), beside_probe(number))))
def test_no_damage_costs_a_good_neighbour(example: tuple[int, Json]) -> None:
    number, payload = example
    delivery = decode(payload, now=NOW + 1000)
    shown = [
        round(reading.value, 6)
        for report in delivery.reports
        for each in report.signals
        for reading in each.content.readings
        if report.vehicle.id == VEHICLE_ID
        and reading.key == PROBE
        and isinstance(reading.value, int | float)
    ]
    assert shown == [number]


@fuzzed(60)
@given(st.lists(payloads(), min_size=1, max_size=5), st.integers(0, 4))
def test_a_restart_changes_nothing_that_is_known(series: list[Json], restart: int) -> None:
    lasting: dict[str, VehicleState] = {}
    restarted: dict[str, VehicleState] = {}
    for index, payload in enumerate(series):
        now = NOW + 1000 * index
        for vehicles in (lasting, restarted):
            apply(vehicles, decode(payload, now=now, is_known=known_by(vehicles)))
        if index == restart:
            restarted = reload(restarted)
    assert written(restarted) == written(lasting)


@fuzzed(100)
@given(st.data())
def test_no_older_value_overwrites_a_newer_one(data: st.DataObject) -> None:
    recorded = data.draw(st.lists(st.integers(0, 50), min_size=2, max_size=8, unique=True))
    vehicles: dict[str, VehicleState] = {}
    decoder = Decoder()
    newest: dict[str, int] = {}
    for index, at in enumerate(recorded):
        code = data.draw(st.sampled_from(NUMBERS))
        body: Json = {"value": at, "unit": "km"}
        if code == "wheel-tires":
            body = {"values": [{"row": 0, "column": 0, "tirePressure": at, "unit": "kPa"}]}
        good = signal(code, body, meta={"oemUpdatedAt": NOW + at})
        others = data.draw(st.lists(damaged(signal("closure-doors", {"values": [{"row": 0}]}))))
        others = [each for each in others if isinstance(each, dict)]
        payload = state(*others, good, eventId=f"event {at} {code}")
        payload["meta"]["deliveredAt"] = NOW + at + data.draw(st.integers(0, 60))
        repeated = 1 + data.draw(st.booleans())
        for _ in range(repeated):
            delivery = decode(
                payload, decoder=decoder, now=NOW + 200 + index, is_known=known_by(vehicles)
            )
            apply(vehicles, delivery)
        newest[code] = max(newest.get(code, -1), at)
        if data.draw(st.booleans()):
            vehicles = reload(vehicles)
        for key, reading in vehicles[VEHICLE_ID].readings.items():
            if reading.code in newest and isinstance(reading.value, int | float):
                assert reading.value == newest[reading.code], key


@fuzzed(60)
@given(st.data())
async def test_everything_is_answered_and_the_neighbour_is_shown(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    car: Car,
    caplog: pytest.LogCaptureFixture,
    data: st.DataObject,
) -> None:
    payload = data.draw(payloads())
    assert (await smartcar.post(json.dumps(payload).encode())).status in {200, 400, 401}
    sender = smartcar.through_cloud() if data.draw(st.booleans()) else smartcar
    assert (await sender.deliver(payload)).status in {200, 204, 400}
    for vehicle in entry.runtime_data.coordinator.vehicles.values():
        # What comes next is news, whatever the examples before have said.
        vehicle.seen.clear()
        vehicle.seen_undated.clear()
        vehicle.signals.pop(PROBE, None)
    number = data.draw(NUMBER)
    answer = await sender.deliver(data.draw(beside_probe(number)))
    assert answer.status == 204
    await hass.async_block_till_done()
    assert float(car.value(PROBE)) == number
    assert [record.getMessage() for record in caplog.records if _is_ours(record)] == []


def _is_ours(record: logging.LogRecord) -> bool:
    """Leave out what a busy machine makes asyncio say."""
    return record.levelno >= logging.WARNING and record.name != "asyncio"
