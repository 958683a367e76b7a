"""What is stored is read tolerantly: no wrong row of it breaks a platform, or what is beside it."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
import logging
from math import isfinite
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers.json import json_bytes
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.store import data_from_json, data_to_json
from custom_components.smartcar_dynamic.vehicle import VehicleState

from .cars import Car
from .conftest import SetUp
from .senders import Sender
from .smartcar.payloads import NOW, VEHICLE_ID, Json, signal, state

CHARGE = "tractionbattery-stateofcharge"

type Path = tuple[str | int, ...]

WRONG: list[object] = [
    *(None, True, False, 0, -1, 10**15, 10**18, 1e300, "", "x", "x" * 300, "\u0000"),
    *([], {}, [[]], [None], {"time": "0001-01-01T00:00:00+23:59"}, {"time": 5}),
    *({"latitude": True, "longitude": 5}, {"latitude": 1e300, "longitude": 0}),
]

STORED: Json = {
    "vehicles": [
        {
            "id": VEHICLE_ID,
            "make": "TESLA",
            "model": "Model 3",
            "year": 2020,
            "vin": "WVWZZZE1ZMP000001",
            "powertrain": "BEV",
            "user_id": "user",
            "permissions": ["read_battery"],
            "listed": True,
            "subscribed_to": "webhook",
            "last_reported": NOW,
            "last_delivery": NOW,
            "recovered_at": NOW,
            "resolved_at": {"BILLING:INVALID_PLAN": NOW},
            "seen": ["one"],
            "seen_undated": ["two"],
            "signals": {
                CHARGE: {"recorded_at": NOW, "delivered_at": NOW, "label": None, "problem": None},
                "foo-bar": {
                    "recorded_at": NOW,
                    "delivered_at": NOW,
                    "label": "Foo bar",
                    "problem": {
                        "type": "PERMISSION",
                        "code": None,
                        "signals": ["foo-bar"],
                        "reauthenticate_url": None,
                    },
                },
                "location-preciselocation": {"recorded_at": NOW, "delivered_at": NOW},
                "charge-chargerecords": {"recorded_at": NOW, "delivered_at": NOW},
                "closure-doors": {"recorded_at": NOW, "delivered_at": NOW},
                "wheel-style": {"recorded_at": NOW, "delivered_at": NOW},
            },
            "readings": [
                {"key": CHARGE, "value": 42, "unit": "%"},
                {"key": "foo-bar", "value": 5.5, "unit": "km"},
                {
                    "key": "location-preciselocation",
                    "value": {"latitude": 1.5, "longitude": 2},
                    "unit": None,
                },
                {
                    "key": "charge-chargerecords.ended",
                    "value": {"time": "2026-11-01T11:00:00+00:00"},
                    "unit": None,
                },
                {"key": "closure-doors.front_left.is_open", "value": True, "unit": None},
                {"key": "wheel-style", "value": "Turbine", "unit": None},
            ],
            "troubles": [
                {
                    "type": "CONNECTED_SERVICES_ACCOUNT",
                    "code": "SUBSCRIPTION",
                    "signals": [],
                    "reauthenticate_url": None,
                    "since": NOW,
                    "delivered_at": NOW,
                }
            ],
        }
    ],
    "health": {
        "verified_at": NOW,
        "signed_at": NOW,
        "callback_uri": "https://home.example/api/webhook/x",
        "last_delivery": NOW,
        "last_test": NOW,
        "counts": {"state": 1},
        "subscribed_at": NOW,
        "application_id": "app",
    },
}


def paths(node: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(node, dict):
        items: list[tuple[str | int, object]] = list(node.items())
    else:
        items = list(enumerate(node)) if isinstance(node, list) else []
    for name, item in items:
        yield (*path, name)
        yield from paths(item, (*path, name))


def spoiled(path: Path, wrong: object) -> Json:
    stored: Any = deepcopy(STORED)
    parent = stored
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = wrong
    return dict(stored)


def is_time(value: object) -> bool:
    return type(value) is int and (value == 0 or NOW // 2 < value < 2 * NOW + NOW)


def check(vehicle: VehicleState) -> None:
    """Check the types and bounds of all that is known of a vehicle."""
    assert vehicle.last_reported is None or is_time(vehicle.last_reported)
    assert vehicle.last_delivery is None or is_time(vehicle.last_delivery)
    assert is_time(vehicle.recovered_at)
    assert all(is_time(time) for time in vehicle.resolved_at.values())
    for signal_ in vehicle.signals.values():
        assert signal_.recorded_at is None or is_time(signal_.recorded_at)
        assert is_time(signal_.delivered_at)
    for active in vehicle.active_problems.values():
        assert is_time(active.since)
        assert is_time(active.delivered_at)
    for reading in vehicle.readings.values():
        match reading.value:
            case None | bool():
                pass
            case int() | float() as number:
                assert isfinite(number)
                assert abs(number) <= 1e12
            case str() as text:
                assert text.isprintable()
                assert 0 < len(text) <= 255
            case Position(latitude, longitude):
                assert abs(latitude) <= 90
                assert abs(longitude) <= 180
            case datetime() as time:
                assert time.tzinfo is UTC
    texts = (vehicle.id, vehicle.info.make, vehicle.info.model, vehicle.info.vin)
    assert all(text is None or text.isprintable() for text in texts)


def test_what_is_right_is_read_as_it_was_written() -> None:
    stored = data_from_json(STORED)
    assert data_from_json(data_to_json(stored)) == stored
    (vehicle,) = stored.vehicles.values()
    check(vehicle)
    assert len(vehicle.readings) == len(vehicle.signals) == 6
    assert all(reading.value is not None for reading in vehicle.readings.values())
    assert list(vehicle.active_problems) == ["CONNECTED_SERVICES_ACCOUNT:SUBSCRIPTION"]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:40])
def test_no_wrong_value_passes_the_reader(wrong: object) -> None:
    for path in paths(STORED):
        stored = data_from_json(spoiled(path, wrong))
        for vehicle in stored.vehicles.values():
            check(vehicle)
        json_bytes(data_to_json(stored))


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:40])
def test_a_wrong_row_costs_no_other(wrong: object) -> None:
    for name, kept in (("signals", "readings"), ("readings", "signals"), ("troubles", "signals")):
        (vehicle,) = data_from_json(spoiled(("vehicles", 0, name), wrong)).vehicles.values()
        assert len(getattr(vehicle, kept)) == 6
    for index in range(6):
        path = ("vehicles", 0, "readings", index)
        (vehicle,) = data_from_json(spoiled(path, wrong)).vehicles.values()
        assert len(vehicle.readings) == 5


@pytest.mark.parametrize(
    "key",
    ["", "x", "foo_bar", "Foo-Bar", "foo-bar.", "foo-bar..x", "foo-bar.A", "a-b.c.d.e", "a-b c"],
)
def test_a_key_that_is_none_is_left_out(key: str) -> None:
    path = ("vehicles", 0, "readings", 0, "key")
    (vehicle,) = data_from_json(spoiled(path, key)).vehicles.values()
    assert len(vehicle.readings) == 5


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: repr(wrong)[:40])
async def test_no_wrong_value_breaks_a_platform(
    hass_storage: dict[str, Any],
    set_up: SetUp,
    entry_v3: MockConfigEntry,
    sender: Sender,
    car: Car,
    caplog: pytest.LogCaptureFixture,
    wrong: object,
) -> None:
    stored = deepcopy(STORED)
    for path in paths(STORED):
        parent: Any = stored
        for name in path[:-1]:
            parent = parent[name]
        if path[-1] not in {"id", "key"} and not isinstance(parent[path[-1]], dict | list):
            parent[path[-1]] = wrong
    hass_storage[f"smartcar_dynamic.{entry_v3.entry_id}"] = {
        "version": 1,
        "key": f"smartcar_dynamic.{entry_v3.entry_id}",
        "data": stored,
    }
    await set_up(entry_v3)
    assert entry_v3.state is ConfigEntryState.LOADED
    assert {"sensor", "binary_sensor"} <= {id_.partition(".")[0] for id_ in car.states}
    await sender.deliver(state(signal(CHARGE, {"value": 77, "unit": "percent"})))
    assert car.value(CHARGE) == "77"
    assert [it.getMessage() for it in caplog.records if it.levelno >= logging.ERROR] == []
