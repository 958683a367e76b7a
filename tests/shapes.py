"""Payloads as real vehicles send them, and the damage that fuzz tests do to them.

`FUZZ_EXAMPLES` (script/fuzz) asks for so many random examples of each property, instead of the few
that are the same each time.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
import os
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings, strategies as st

from .smartcar.catalogue import rich_payload
from .smartcar.payloads import (
    NOW,
    SHARED,
    TUTORIAL,
    VEHICLE_ID,
    Json,
    dynamic,
    endpoint,
    load,
    shared,
    signal,
    state,
)

type Path = tuple[str | int, ...]

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "0"))
PROBE: Final = "tractionbattery-stateofcharge"
"""The signal that no damage concerns: it must always be read."""
PROBED: Final = "a-vehicle-beside-it"


def fuzzed(examples: int) -> settings:
    """Return the settings of a property that is tried so often, or as script/fuzz asks."""
    return settings(
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        max_examples=EXAMPLES or examples,
        # Explaining a failure takes longer than finding it.
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=bool(EXAMPLES),
    )


def _deliveries() -> Iterator[Json]:
    yield TUTORIAL
    yield rich_payload()
    yield dynamic(
        endpoint("/battery", {"percentRemaining": 0.3, "range": 40.5}),
        endpoint("/charge", {"isPluggedIn": True, "state": "CHARGING"}),
        endpoint("/location", {"latitude": 52.5, "longitude": 13.25}),
        endpoint("/odometer", {"distance": 104.32}, headers={"sc-unit-system": "imperial"}),
        endpoint("/tires/pressure", {"frontLeft": 219, "backRight": 219}),
        endpoint("/security", {"isLocked": False, "doors": [{"type": "frontLeft"}]}),
    )
    for pattern in ("v4_webhook_*/*.json", "v2_webhook/*.json"):
        for path in shared(pattern):
            payload = load(path)
            if "eventType" in payload or "eventName" in payload:
                yield payload
    for path in sorted((SHARED.parent / "cases").glob("*.json")):
        yield from load(path)


SEEDS: Final = list(_deliveries())
SIGNALS: Final = [
    each
    for payload in SEEDS
    for each in (payload.get("data") or {}).get("signals") or ()
    if isinstance(each, dict) and each.get("code") != PROBE
]
ENDPOINTS: Final = [
    each
    for payload in SEEDS
    for vehicle in (payload.get("payload") or {}).get("vehicles") or ()
    for each in vehicle.get("data") or ()
    if isinstance(each, dict) and each.get("path") != "/battery"
]

ODD: Final = st.one_of(
    st.sampled_from([None, True, False, 0, 1, 1.0, -1, 0.0, -0.0, 2**31, 2**63, 10**400, 1e308]),
    st.sampled_from([NOW, NOW + 10**12, 1, 10**18, "0", "2026-13-45", "2024-09-20T21:58:06Z"]),
    st.sampled_from(["", " ", "\x00", "\ud83d", "😀", "ERROR", "SUCCESS", "percent", "mi", "psi"]),
    st.sampled_from([[], {}, [[]], [None], {"value": 1}, {"values": [1, {}]}, [{}], ["x"] * 40]),
    st.text(max_size=8),
    st.integers(),
    st.floats(allow_nan=False),
)
"""What takes a leaf's place."""


def leaves(node: object, path: Path = ()) -> Iterator[Path]:
    """Yield the way to each leaf, and to each empty list and object."""
    children: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(node, Mapping):
        children = iter(node.items())
    elif isinstance(node, list):
        children = enumerate(node)
    empty = True
    for name, child in children:
        empty = False
        yield from leaves(child, (*path, name))
    if empty and path:
        yield path


@st.composite
def damaged(draw: st.DrawFn, original: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a copy in which up to three leaves, or what holds them, are replaced or missing."""
    copy: Any = deepcopy(original)
    for _ in range(draw(st.integers(1, 3))):
        paths = list(leaves(copy))
        if not paths:
            break
        path = draw(st.sampled_from(paths))
        path = path[: draw(st.integers(max(1, len(path) - 1), len(path)))]
        parent: Any = copy
        for name in path[:-1]:
            parent = parent[name]
        leaf = parent[path[-1]]
        match draw(st.sampled_from(["replace", "replace", "drop", "double", "nest"])):
            case "drop":
                del parent[path[-1]]
            case "double" if isinstance(parent, list):
                parent.append(deepcopy(leaf))
            case "nest":
                parent[path[-1]] = [leaf]
            case _:
                parent[path[-1]] = deepcopy(draw(ODD))
    return copy


@st.composite
def seeds(draw: st.DrawFn) -> Json:
    """Return a real payload with some of its signals, paths and errors."""
    payload = deepcopy(draw(st.sampled_from(SEEDS)))
    vehicles = (payload.get("payload") or {}).get("vehicles") or ()
    for holder in (payload.get("data") or {}, *vehicles):
        for name in ("signals", "data", "errors"):
            if items := holder.get(name):
                kept = draw(st.lists(st.sampled_from(items), max_size=6, unique_by=id))
                holder[name] = deepcopy(kept)
    return payload


def payloads() -> st.SearchStrategy[Json]:
    """Return real payloads, damaged anywhere."""
    return seeds().flatmap(damaged)


@st.composite
def beside_probe(draw: st.DrawFn, number: int) -> Json:
    """Return a payload whose probe says a number, beside damaged signals or paths.

    Of version 2.0 it also has a damaged vehicle beside the one with the probe.
    """
    if draw(st.booleans()):
        signals = draw(st.lists(st.sampled_from(SIGNALS).flatmap(damaged), max_size=4))
        probe = signal(PROBE, {"value": number}, meta={"oemUpdatedAt": NOW + number})
        signals = [each for each in signals if not (isinstance(each, dict) and _is_probe(each))]
        signals.insert(draw(st.integers(0, len(signals))), probe)
        payload = state(*signals, eventId=f"event {number}")
        payload["meta"]["deliveredAt"] = NOW + number
        return payload
    endpoints = draw(st.lists(st.sampled_from(ENDPOINTS).flatmap(damaged), max_size=4))
    endpoints = [each for each in endpoints if not (isinstance(each, dict) and _is_probe(each))]
    probe = endpoint(
        "/battery",
        {"percentRemaining": number / 100},
        headers={"sc-data-age": _iso(NOW + number)},
    )
    endpoints.insert(draw(st.integers(0, len(endpoints))), probe)
    payload = dynamic(*endpoints, requestId=f"request {number}")
    other = draw(payloads())
    others = (other.get("payload") or {}).get("vehicles") if _has_vehicles(other) else None
    for each in others if isinstance(others, list) else ():
        if not (isinstance(each, dict) and each.get("vehicleId") == VEHICLE_ID):
            payload["payload"]["vehicles"].insert(0, each)
    return payload


def _is_probe(item: Json) -> bool:
    return PROBE in (item.get("code"), f"{item.get('group')}-{item.get('name')}".lower()) or (
        str(item.get("path")).rstrip("/") == "/battery"
    )


def _has_vehicles(payload: object) -> bool:
    return isinstance(payload, dict) and isinstance(payload.get("payload"), dict)


def _iso(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()
