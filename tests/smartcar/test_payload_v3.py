"""A read's answer: the same values as in a push, and errors in all their forms."""

from pathlib import Path

import pytest

from custom_components.smartcar_dynamic.smartcar.model import Delivery, Remedy
from custom_components.smartcar_dynamic.smartcar.payload_v3 import parse_read

from .payloads import Json, load, only_report, shared, signals_of, values

AT = 1_790_000_000_000
RECORDED = "2026-06-29T23:55:53.000Z"
RECORDED_MS = 1_782_777_353_000
TAKEN_IN = "2026-06-30T00:03:55.110Z"
TAKEN_IN_MS = 1_782_777_835_110
ERROR = {
    "value": "ERROR",
    "error": {
        "type": "VEHICLE_STATE",
        "code": "NOT_CHARGING",
        "title": "Not Charging",
        "detail": "It is not charging.",
        "description": "Deprecated. Use detail",
        "resolution": {"type": "UNKNOWN_RESOLUTION_TYPE"},
    },
}
NOT_CAPABLE = {
    "value": "ERROR",
    "error": {"type": "COMPATIBILITY", "code": "VEHICLE_NOT_CAPABLE"},
}


def element(code: str, meta: Json | None = None, **attributes: object) -> Json:
    """Return a signal as a read has it."""
    group, _, name = code.partition("-")
    return {
        "id": code,
        "type": "signal",
        "attributes": {"code": code, "group": group, "name": name, **attributes},
        "meta": {
            "ingestedAt": TAKEN_IN,
            **({"oemUpdatedAt": RECORDED, "retrievedAt": TAKEN_IN} if meta is None else meta),
        },
    }


def read(*elements: object, **more: object) -> Delivery:
    """Return what an answer says."""
    return parse_read("car-1", {"data": list(elements), **more}, at=AT)


def charge(percent: float, meta: Json | None = None) -> Json:
    """Return a state of charge."""
    body = {"value": percent, "unit": "percent"}
    status = {"value": "SUCCESS"}
    return element("tractionbattery-stateofcharge", meta, body=body, status=status)


def test_a_value_is_read_with_the_time_of_its_record() -> None:
    delivery = read(charge(62))
    assert values(delivery) == {"tractionbattery-stateofcharge": 62}
    assert signals_of(delivery)["tractionbattery-stateofcharge"].recorded_at == RECORDED_MS


def test_a_read_is_no_push_and_dated_when_it_was_made() -> None:
    report = only_report(read(charge(62)))
    assert (report.pushed, report.errors_included, report.id) == (False, False, None)
    assert report.delivered_at == AT


def test_a_value_without_a_time_has_none() -> None:
    delivery = read(charge(62, meta={}))
    assert signals_of(delivery)["tractionbattery-stateofcharge"].recorded_at is None


@pytest.mark.parametrize("body", [{"value": None, "unit": "watt"}, {"value": 53, "unit": "watt"}])
def test_an_error_counts_from_when_smartcar_took_note_of_it(body: Json) -> None:
    (signal,) = only_report(read(element("charge-wattage", body=body, status=ERROR))).signals
    problem = signal.content.problem
    assert problem is not None
    assert (problem.type, problem.code) == ("VEHICLE_STATE", "NOT_CHARGING")
    assert signal.content.readings == ()
    assert signal.recorded_at == TAKEN_IN_MS


def test_an_error_may_have_no_body() -> None:
    (signal,) = only_report(read(element("closure-sunroof", {}, status=NOT_CAPABLE))).signals
    assert signal.content.problem is not None
    assert signal.content.problem.remedy is Remedy.NOT_CAPABLE


@pytest.mark.parametrize("status", ["ERROR", {"value": "ERROR"}, {"error": {"type": "PERMISSION"}}])
def test_an_error_may_be_told_in_fewer_words(status: object) -> None:
    (signal,) = only_report(read(element("closure-islocked", body=None, status=status))).signals
    assert signal.content.problem is not None


def test_an_error_may_have_no_time_at_all() -> None:
    item = element("closure-sunroof", {}, status=NOT_CAPABLE)
    del item["meta"]
    (signal,) = only_report(read(item)).signals
    assert signal.recorded_at is None


def test_errors_beside_the_signals_are_the_vehicles() -> None:
    errors = [{"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}]
    report = only_report(read(charge(62), errors=errors))
    assert [problem.remedy for problem in report.problems] == [Remedy.REAUTHENTICATE]
    assert len(report.signals) == 1


def test_one_element_costs_no_other() -> None:
    delivery = read("no element", element(""), charge(62), {"attributes": None})
    assert values(delivery) == {"tractionbattery-stateofcharge": 62}
    assert len(delivery.notes) == 3


def test_the_vehicle_is_the_one_asked_for_with_what_is_told_of_it() -> None:
    attributes = {"make": "TESLA", "model": "Model S", "year": 2014, "powertrainType": "BEV"}
    included = {"vehicle": {"id": "another", "attributes": attributes}}
    vehicle = only_report(read(charge(62), included=included)).vehicle
    assert (vehicle.id, vehicle.make, vehicle.model) == ("car-1", "TESLA", "Model S")
    assert (vehicle.year, vehicle.powertrain) == (2014, "BEV")
    assert (vehicle.permissions, vehicle.user_id) == (None, None)


def test_an_empty_store_has_no_signals() -> None:
    assert only_report(read()).signals == ()


@pytest.mark.parametrize(
    "path",
    [
        it
        for pattern in ("v3_api/wbyoung_*signals*", "v3_api/*SignalsV3.json")
        for it in shared(pattern)
    ],
    ids=lambda path: path.name,
)
def test_recorded_answers_are_read_whole(path: Path) -> None:
    answers = load(path)
    for item in answers if isinstance(answers, list) else [answers]:
        answer = item.get("response", item)
        delivery = parse_read("car-1", answer, at=AT)
        assert (delivery.faults, delivery.notes) == ((), ())
        assert len(only_report(delivery).signals) == len(answer["data"])
