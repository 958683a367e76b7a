"""Whatever comes, it is decoded: nothing raises, no bug shows, and no note tells a secret."""

from collections.abc import Iterator
from copy import deepcopy
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smartcar_dynamic.smartcar.decoder import (
    Decoder,
    challenge_of,
    webhook_of,
)
from custom_components.smartcar_dynamic.smartcar.model import Delivery
from custom_components.smartcar_dynamic.smartcar.problems import parse_problem
from custom_components.smartcar_dynamic.smartcar.signals import SIGNALS, parse_body
from custom_components.smartcar_dynamic.smartcar.times import milliseconds

from ..shapes import fuzzed
from .catalogue import rich_payload
from .payloads import TUTORIAL, Json, decode, dynamic, endpoint, error, load, shared, signal, state
from .test_payload_v2 import SECURITY

pytestmark = pytest.mark.fuzz

type Path = tuple[str | int, ...]

_NAMES = sorted(
    {
        *("eventType", "eventName", "eventId", "payload", "data", "meta", "mode", "version"),
        *("vehicles", "vehicleId", "requestId", "path", "code", "body", "headers", "error"),
        *("errors", "signals", "vehicle", "id", "user", "year", "status", "value", "values"),
        *("unit", "row", "column", "isOpen", "isLocked", "tirePressure", "type", "limit"),
        *("activeLimit", "latitude", "longitude", "heading", "endTime", "startTime"),
        *("energyAdded", "capacity", "additionalValues", "deliveredAt", "oemUpdatedAt", "state"),
        *("resolution", "sc-data-age", "sc-unit-system", "doors", "systems", "activeCodes"),
    }
)
_WORDS = [
    *("VEHICLE_STATE", "VEHICLE_ERROR", "VERIFY", "dynamic", "eventBased", "/battery", "/charge"),
    *("/security", "/tires/pressure", "/", "bar", "percent", "km", "fahrenheit", "SUCCESS"),
    *("ERROR", "GLOBAL", "RATED", "imperial", "2024-09-20T21:58:06Z", "tractionbattery-range"),
]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, -1, 10**400, -(10**400), 2**63, 1765157655000])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(_WORDS)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=30,
)
OBJECTS = st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), JSON, max_size=8)

REPORT = {"type": "VEHICLE_STATE", "code": "ASLEEP", "state": "RESOLVED", "signals": ["A.B", {}]}
PAYLOADS: list[Json] = [
    TUTORIAL,
    dynamic(
        endpoint("/security", SECURITY, headers={"sc-unit-system": "imperial"}),
        endpoint("/fuel", {"amountRemaining": 5, "percentRemaining": 0.5, "range": 100}),
        endpoint("/tires/pressure", {"frontLeft": 200, "backRight": 210}),
        endpoint("/battery/nominal_capacity", {"capacity": {"nominal": 80}}),
        endpoint("/diagnostics/system_status", {"systems": [{"systemId": "SYSTEM_ABS"}]}),
        endpoint("/diagnostics/dtcs", {"activeCodes": [{"code": "P0300"}]}),
        endpoint("/service/history", [{"serviceId": 1}]),
        endpoint("/", {"make": "TESLA", "year": 2014}),
        endpoint("/engine/oil", REPORT, code=409),
        error=REPORT,
        errors=[REPORT],
    ),
    {
        "eventName": "eventBased",
        "payload": {"vehicleId": "x", "eventType": "CHARGING_STARTED", "eventTime": "2024-09-20"},
    },
    rich_payload(),
    state(
        signal("foo-bar", {"value": 5, "unit": "km"}, group="Foo", name="Bar"),
        signal("charge-voltage", {"value": 5}, status={"value": "ERROR", "error": REPORT}),
    ),
    error(REPORT, {**REPORT, "resolution": {"type": "REAUTHENTICATE", "url": "https://x"}}),
    *(load(path) for path in shared("v4_webhook_*/*.json") if "signal_with" not in path.name),
]
SECRET = "§content§"
NUMBER = 987654321
LONGEST_NOTE = 160


def _paths(node: object, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each node below the first."""
    if isinstance(node, dict):
        children: list[tuple[str | int, object]] = list(node.items())
    elif isinstance(node, list):
        children = list(enumerate(node))
    else:
        children = []
    for name, child in children:
        yield (*path, name)
        yield from _paths(child, (*path, name))


PATHS = [list(_paths(payload)) for payload in PAYLOADS]


def _mutated(payload: Json, path: Path, *value: object) -> Json:
    """Return a copy in which a node is dropped, or replaced by a value."""
    copy = deepcopy(payload)
    parent: Any = copy
    for name in path[:-1]:
        parent = parent[name]
    if value:
        (parent[path[-1]],) = value
    else:
        del parent[path[-1]]
    return copy


@st.composite
def mutations(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Json:
    """Return a real-like payload in which up to three nodes are dropped or replaced."""
    index = draw(st.integers(0, len(PAYLOADS) - 1))
    payload = PAYLOADS[index]
    for _ in range(draw(st.integers(1, 3))):
        paths = PATHS[index] if payload is PAYLOADS[index] else list(_paths(payload))
        if paths:
            value = [draw(values)] if draw(st.booleans()) else []
            payload = _mutated(payload, draw(st.sampled_from(paths)), *value)
    return payload


def _check(delivery: Delivery) -> None:
    assert delivery.faults == ()
    assert all(len(note) <= LONGEST_NOTE for note in delivery.notes)


@fuzzed(100)
@given(OBJECTS)
def test_any_object_is_decoded(payload: Json) -> None:
    _check(decode(payload))


@fuzzed(100)
@given(OBJECTS, OBJECTS)
def test_one_decoder_reads_anything_after_anything(first: Json, second: Json) -> None:
    decoder = Decoder()
    for payload in (first, second, first):
        _check(decode(payload, decoder=decoder))


@fuzzed(100)
@given(OBJECTS)
def test_any_object_is_searched_for_a_challenge_and_a_webhook(payload: Json) -> None:
    assert isinstance(challenge_of(payload), str | None)
    assert isinstance(webhook_of(payload), str | None)


@fuzzed(400)
@given(mutations(JSON))
def test_a_damaged_payload_is_decoded(payload: Json) -> None:
    _check(decode(payload))


@fuzzed(300)
@given(mutations(JSON), mutations(JSON))
def test_a_damaged_payload_leaves_nothing_broken_behind(first: Json, second: Json) -> None:
    decoder = Decoder()
    _check(decode(first, decoder=decoder))
    _check(decode(second, decoder=decoder))
    for payload in PAYLOADS:
        assert decode(payload, decoder=decoder).reports == decode(payload).reports


@fuzzed(400)
@given(mutations(st.sampled_from([SECRET, NUMBER, [SECRET], {"value": SECRET}, {SECRET: NUMBER}])))
def test_no_note_contains_content(payload: Json) -> None:
    notes = "\n".join(decode(payload).notes)
    assert SECRET not in notes
    assert str(NUMBER) not in notes


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_single_loss_of_a_node_raises(payload: Json) -> None:
    for path in _paths(payload):
        _check(decode(_mutated(payload, path)))


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [[]], {"value": None}], ids=str)
@pytest.mark.parametrize("payload", PAYLOADS[:6], ids=range(6))
def test_no_single_replacement_of_a_node_raises(payload: Json, value: object) -> None:
    for path in _paths(payload):
        _check(decode(_mutated(payload, path, value)))


@fuzzed(100)
@given(JSON)
def test_any_error_is_a_problem(raw: object) -> None:
    problem = parse_problem(raw)
    assert len(problem.name) <= 2 * 80 + 1


@fuzzed(100)
@given(JSON)
def test_any_value_is_a_time_or_none(value: object) -> None:
    assert isinstance(milliseconds(value), int | None)


@fuzzed(100)
@given(st.sampled_from([*SIGNALS, "foo-bar"]), JSON)
def test_any_body_is_read(code: str, body: object) -> None:
    notes: list[str] = []
    readings = parse_body(code, body, notes)
    assert all(reading.key == code or reading.key.startswith(f"{code}.") for reading in readings)
    assert len({reading.key for reading in readings}) == len(readings)


def test_nesting_as_deep_as_a_parser_allows_is_decoded() -> None:
    depth = 900
    nested = json.loads('{"values":[' * (depth // 2) + "1" + "]}" * (depth // 2))
    decoder = Decoder()
    for _ in range(2):
        delivery = decode(state(signal("service-records", nested)), decoder=decoder)
        _check(delivery)
