"""Payload version 2.0: dynamic, schedule and eventBased."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, override

import pytest

from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import Kind, Position, Remedy, VehicleInfo
from custom_components.smartcar_dynamic.smartcar.payload_v2 import parse_attributes

from .payloads import (
    NOW,
    SHARED,
    TUTORIAL,
    VEHICLE_ID,
    Json,
    decode,
    dynamic,
    endpoint,
    load,
    only_report,
    shared,
    signals_of,
    values,
    values_of,
)

TUTORIAL_VALUES = {
    "tractionbattery-stateofcharge": 58,
    "tractionbattery-range": 283.244544,
    "charge-ischargingcableconnected": False,
    "charge-detailedchargingstatus": "not_charging",
    "charge-ischarging": False,
    "location-preciselocation": Position(37.4292, 122.1381),
}
ASLEEP = {"type": "VEHICLE_STATE", "code": "ASLEEP", "statusCode": 409, "description": "…"}
ACCOUNT = {
    "type": "CONNECT_SERVICES_ACCOUNT",
    "code": "AUTHENTICATION_FAILED",
    "description": "…",
    "resolution": {"type": "REAUTHENTICATE"},
}
GOOD = endpoint("/odometer", {"distance": 100})
SECURITY = {
    "isLocked": False,
    "doors": [
        {"type": "frontLeft", "status": "CLOSED"},
        {"type": "frontRight", "status": "OPEN"},
        {"type": "backLeft", "status": "LOCKED"},
        {"type": "backRight", "status": "UNKNOWN"},
        {"type": "trapdoor", "status": "OPEN"},
    ],
    "windows": [{"type": "backRight", "status": "UNKNOWN"}],
    "sunroof": [{"type": "sunroof", "status": "CLOSED"}],
    "storage": [
        {"type": "rear", "status": "OPEN"},
        {"type": "front", "status": "CLOSED"},
        {"type": "roof", "status": "CLOSED"},
    ],
    "chargingPort": [{"type": "chargingPort", "status": "CLOSED"}],
}


class Trap(dict[str, Any]):
    """A mapping that fails when it is read: what a bug of ours would do."""

    @override
    def get(self, *_: object) -> Any:
        raise LookupError("§content§")


def test_the_tutorials_payload_shows_what_the_tutorial_says() -> None:
    delivery = decode(TUTORIAL)
    assert values(delivery) == TUTORIAL_VALUES
    assert (delivery.kind, delivery.test) == (Kind.STATE, False)
    assert (delivery.notes, delivery.faults) == ((), ())


def test_the_tutorials_charge_is_58_percent_and_no_fraction_more() -> None:
    assert str(values(decode(TUTORIAL))["tractionbattery-stateofcharge"]) == "58"


def test_the_tutorials_times_are_the_vehicles() -> None:
    signals = signals_of(decode(TUTORIAL))
    assert signals["tractionbattery-range"].recorded_at == 1726869486000
    assert signals["location-preciselocation"].recorded_at == 1726869528000


def test_a_report_is_known_by_its_request() -> None:
    report = only_report(decode(TUTORIAL))
    assert report.id == "25d743b8-14cf-4744-b067-bd8d7daf3f1a"
    assert report.vehicle == VehicleInfo(VEHICLE_ID)
    assert report.delivered_at == NOW


@pytest.mark.parametrize("event", ["dynamic", "schedule", "scheduled", "Dynamic"])
def test_every_name_of_the_same_shape_is_read(event: str) -> None:
    assert values(decode({**TUTORIAL, "eventName": event})) == TUTORIAL_VALUES


@pytest.mark.parametrize("event", ["diagnostic", "", None, 5, []])
def test_an_event_that_we_do_not_know_is_noted(event: object) -> None:
    delivery = decode({**TUTORIAL, "eventName": event})
    assert delivery.kind is Kind.UNKNOWN
    assert delivery.reports == ()
    assert delivery.notes == ("unknown event",)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/battery", {"percentRemaining": 0.3}, {"tractionbattery-stateofcharge": 30}),
        ("/battery", {"percentRemaining": 0.005}, {"tractionbattery-stateofcharge": 0.5}),
        ("/battery", {"percentRemaining": 1}, {"tractionbattery-stateofcharge": 100}),
        ("/battery", {"percentRemaining": 0}, {"tractionbattery-stateofcharge": 0}),
        ("/battery", {"percentRemaining": 58}, {"tractionbattery-stateofcharge": None}),
        ("/battery", {"percentRemaining": -0.01}, {"tractionbattery-stateofcharge": None}),
        (
            "/battery",
            {"percentRemaining": None, "range": None},
            {"tractionbattery-stateofcharge": None, "tractionbattery-range": None},
        ),
        ("/battery/capacity", {"capacity": 28}, {"tractionbattery-nominalcapacity": 28}),
        (
            "/battery/nominal_capacity",
            {"availableCapacities": [], "capacity": {"nominal": 80.9}, "url": None},
            {"tractionbattery-nominalcapacity": 80.9},
        ),
        (
            "/battery/nominal_capacity",
            {"availableCapacities": [], "capacity": None, "url": None},
            {"tractionbattery-nominalcapacity": None},
        ),
        (
            "/charge",
            {"isPluggedIn": True, "state": "CHARGING"},
            {
                "charge-ischargingcableconnected": True,
                "charge-detailedchargingstatus": "charging",
                "charge-ischarging": True,
            },
        ),
        (
            "/charge",
            {"state": "FULLY_CHARGED"},
            {"charge-detailedchargingstatus": "fully_charged", "charge-ischarging": False},
        ),
        (
            "/charge",
            {"state": None},
            {"charge-detailedchargingstatus": None, "charge-ischarging": None},
        ),
        (
            "/charge",
            {"state": "PONDERING"},
            {"charge-detailedchargingstatus": None, "charge-ischarging": None},
        ),
        ("/charge", {"state": []}, {"charge-ischarging": None}),
        ("/charge", {}, {}),
        ("/charge/limit", {}, {}),
        ("/engine/oil", {}, {}),
        ("/odometer", {}, {}),
        ("/vin", {}, {}),
        ("/charge/limit", {"limit": 0.8}, {"charge-chargelimits": 80}),
        ("/charge/limit", {"limit": 1}, {"charge-chargelimits": 100}),
        (
            "/location",
            {"latitude": 37.4292, "longitude": -122.1381},
            {"location-preciselocation": Position(37.4292, -122.1381)},
        ),
        ("/odometer", {"distance": 104.32}, {"odometer-traveleddistance": 104.32}),
        (
            "/fuel",
            {"amountRemaining": 53.2, "percentRemaining": 0.3, "range": 40.5},
            {
                "internalcombustionengine-fuellevel": 30,
                "internalcombustionengine-amountremaining": 53.2,
                "internalcombustionengine-range": 40.5,
            },
        ),
        (
            "/fuel",
            {"amountRemaining": None, "percentRemaining": None, "range": None},
            {
                "internalcombustionengine-fuellevel": None,
                "internalcombustionengine-amountremaining": None,
                "internalcombustionengine-range": None,
            },
        ),
        ("/fuel", {}, {}),
        (
            "/tires/pressure",
            {"backLeft": 219.3, "backRight": 219.2, "frontLeft": 219, "frontRight": None, "x": 5},
            {
                "wheel-tires.back_left": 219.3,
                "wheel-tires.back_right": 219.2,
                "wheel-tires.front_left": 219,
                "wheel-tires.front_right": None,
            },
        ),
        ("/engine/oil", {"lifeRemaining": 0.35}, {"internalcombustionengine-oillife": 35}),
        (
            "/security",
            SECURITY,
            {
                "closure-islocked": False,
                "closure-doors.front_left.is_open": False,
                "closure-doors.front_right.is_open": True,
                "closure-doors.back_left.is_open": False,
                "closure-doors.back_left.is_locked": True,
                "closure-doors.back_right.is_open": None,
                "closure-windows.back_right.is_open": None,
                "closure-sunroof.is_open": False,
                "closure-reartrunk.is_open": True,
                "closure-fronttrunk.is_open": False,
                "charge-ischargingportflapopen": False,
            },
        ),
        ("/security", {"isLocked": True, "doors": [], "windows": []}, {"closure-islocked": True}),
        ("/security", {"doors": None}, {}),
        (
            "/diagnostics/system_status",
            {
                "systems": [
                    {"systemId": "SYSTEM_TPMS", "status": "ALERT", "description": "…"},
                    {"systemId": "SYSTEM_ENGINE", "status": "OK", "description": None},
                    {"systemId": "SYSTEM_BRAKE_FLUID", "status": "OK"},
                    {"systemId": "SYSTEM_TIME_MACHINE", "status": "OK"},
                    None,
                ]
            },
            {
                "diagnostics-tirepressuremonitoring": True,
                "diagnostics-mil": False,
                "diagnostics-brakefluid": False,
            },
        ),
        (
            "/diagnostics/dtcs",
            {"activeCodes": [{"code": "P0300", "timestamp": None}, {"code": "P0420"}]},
            {"diagnostics-dtclist": "P0300, P0420", "diagnostics-dtccount": 2},
        ),
        (
            "/diagnostics/dtcs",
            {"activeCodes": []},
            {"diagnostics-dtclist": None, "diagnostics-dtccount": 0},
        ),
        ("/diagnostics/dtcs", {}, {}),
        ("/service/history", [{"serviceId": 1}, {"serviceId": 2}], {"service-records": 2}),
        ("/vin", {"vin": "1234A67Q90F2T4567"}, {"vehicleidentification-vin": "1234A67Q90F2T4567"}),
        ("/", {"make": "TESLA"}, {}),
        ("/battery/", {"range": 5}, {"tractionbattery-range": 5}),
    ],
)
def test_each_path_is_read_as_its_signals(
    path: str, body: object, expected: dict[str, object]
) -> None:
    delivery = decode(dynamic(endpoint(path, body)))
    assert values(delivery) == expected
    assert delivery.faults == ()


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/battery", {"range": 100}, {"tractionbattery-range": 160.9344}),
        ("/odometer", {"distance": 100}, {"odometer-traveleddistance": 160.9344}),
        ("/tires/pressure", {"frontLeft": 36}, {"wheel-tires.front_left": 248.2113}),
        (
            "/fuel",
            {"amountRemaining": 10, "range": 100},
            {
                "internalcombustionengine-amountremaining": 37.8541,
                "internalcombustionengine-range": 160.9344,
            },
        ),
        ("/battery", {"percentRemaining": 0.5}, {"tractionbattery-stateofcharge": 50}),
    ],
)
@pytest.mark.parametrize(
    "headers",
    [{"sc-unit-system": "imperial"}, {"SC-Unit-System": "Imperial "}],
    ids=["lower case", "upper case"],
)
def test_imperial_bodies_are_converted(
    path: str, body: object, expected: dict[str, object], headers: dict[str, str]
) -> None:
    assert values(decode(dynamic(endpoint(path, body, headers=headers)))) == expected


@pytest.mark.parametrize("headers", [{"sc-unit-system": "metric"}, {"sc-unit-system": 5}, {}, None])
def test_all_other_bodies_are_metric(headers: object) -> None:
    delivery = decode(dynamic(endpoint("/odometer", {"distance": 100}, headers=headers)))
    assert values(delivery) == {"odometer-traveleddistance": 100}


@pytest.mark.parametrize(
    ("headers", "recorded_at"),
    [
        ({"sc-data-age": "2024-09-20T21:58:06.000Z"}, 1726869486000),
        (
            {"SC-Data-Age": "2024-09-20T21:58:06Z", "SC-Fetched-At": "2024-09-21T00:00:00Z"},
            1726869486000,
        ),
        ({"sc-fetched-at": "2024-09-20T21:58:06Z"}, 1726869486000),
        ({"sc-data-age": "soon", "sc-fetched-at": "2024-09-20T21:58:06Z"}, 1726869486000),
        ({"sc-data-age": "2099-01-01T00:00:00Z"}, None),
        ({"sc-data-age": "1970-01-01T00:00:00Z"}, None),
        ({"sc-data-age": 1726869486000}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_a_body_has_the_vehicles_time_or_none(headers: object, recorded_at: int | None) -> None:
    delivery = decode(dynamic(endpoint("/odometer", {"distance": 1}, headers=headers)))
    assert signals_of(delivery)["odometer-traveleddistance"].recorded_at == recorded_at


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"code": 409, "body": ASLEEP}, id="an error object"),
        pytest.param({"code": 200, "body": ASLEEP}, id="an error object that claims to be good"),
        pytest.param({"code": None, "body": ASLEEP}, id="an error object without a status"),
        pytest.param({"code": 409, "body": {**ASLEEP, "resolution": None}}, id="null resolution"),
        pytest.param(
            {"code": 409, "body": {**ASLEEP, "resolution": "RETRY"}}, id="a text as resolution"
        ),
        pytest.param(
            {"code": 409, "body": {**ASLEEP, "resolution": {"type": None}}}, id="a resolution"
        ),
        pytest.param(
            {"code": 409, "body": {"error": "vehicle_state_error", "message": "…"}}, id="v1"
        ),
        pytest.param({"code": 409, "body": None}, id="no body"),
        pytest.param({"code": 409, "body": "Conflict"}, id="a text"),
        pytest.param({"code": 409, "body": {"percentRemaining": 0.9}}, id="an old body"),
        pytest.param({"body": None, "error": ASLEEP}, id="an error beside the body"),
        pytest.param(ASLEEP, id="the entry is the error"),
    ],
)
def test_a_paths_error_is_its_signals_problem(more: dict[str, object]) -> None:
    delivery = decode(dynamic({"path": "/battery", **more}, GOOD))
    signals = signals_of(delivery)
    for code in ("tractionbattery-stateofcharge", "tractionbattery-range"):
        problem = signals[code].content.problem
        assert problem is not None
        assert (problem.type, problem.remedy) == ("VEHICLE_STATE", Remedy.WAIT)
        assert problem.signals == (code,)
        assert signals[code].content.readings == ()
    assert values(delivery) == {"odometer-traveleddistance": 100}
    assert only_report(delivery).problems == ()
    assert delivery.faults == ()


def test_the_status_in_a_body_explains_an_unknown_type() -> None:
    body = {"type": "NEW", "code": None, "statusCode": 403}
    signal = signals_of(decode(dynamic(endpoint("/odometer", body))))["odometer-traveleddistance"]
    assert signal.content.problem is not None
    assert signal.content.problem.remedy is Remedy.PERMISSION


def test_the_accounts_error_on_a_path_asks_the_owner() -> None:
    signals = signals_of(decode(dynamic(endpoint("/location", ACCOUNT, code=400))))
    problem = signals["location-preciselocation"].content.problem
    assert problem is not None
    assert problem.remedy is Remedy.REAUTHENTICATE


@pytest.mark.parametrize(
    "vehicle",
    [
        pytest.param({"error": ACCOUNT}, id="error"),
        pytest.param({"errors": [ACCOUNT]}, id="errors"),
        pytest.param({"body": ACCOUNT, "code": 400}, id="body"),
        pytest.param({"data": ACCOUNT}, id="in place of the data"),
        pytest.param(ACCOUNT, id="the vehicle is the error"),
        pytest.param({"data": [ACCOUNT]}, id="an entry is the error"),
        pytest.param({"data": [{"code": 400, "body": ACCOUNT}]}, id="an entry without a path"),
        pytest.param({"data": [{"path": None, "error": ACCOUNT}]}, id="an entry with a null path"),
        pytest.param({"data": [{"path": "/", "body": ACCOUNT}]}, id="on the vehicle's own path"),
        pytest.param({"data": [{"path": "/new", "body": ACCOUNT}]}, id="on an unknown path"),
        pytest.param(
            {"data": [{"path": "/diagnostics/system_status", "body": ACCOUNT}]},
            id="on a path without signals of its own",
        ),
        pytest.param({"error": ACCOUNT, "data": [{"body": ACCOUNT}]}, id="twice"),
    ],
)
def test_an_error_of_the_vehicle_is_found_anywhere(
    vehicle: dict[str, object],
) -> None:
    delivery = decode(dynamic(**{"data": [], **vehicle}))
    (problem,) = only_report(delivery).problems
    assert problem.name == "CONNECTED_SERVICES_ACCOUNT:AUTHENTICATION_FAILED"
    assert problem.remedy is Remedy.REAUTHENTICATE
    assert problem.signals == ()
    assert delivery.faults == ()


def test_each_error_of_the_vehicle_is_told() -> None:
    delivery = decode(dynamic(errors=[ASLEEP, ACCOUNT, "odd", None]))
    assert [problem.code for problem in only_report(delivery).problems] == [
        "ASLEEP",
        "AUTHENTICATION_FAILED",
    ]


def test_an_error_of_the_vehicle_costs_no_data() -> None:
    delivery = decode(dynamic(GOOD, error=ACCOUNT))
    assert values(delivery) == {"odometer-traveleddistance": 100}


@pytest.mark.parametrize("path", ["/", "/new", "/diagnostics/system_status"])
def test_an_error_without_signals_is_not_the_vehicles(path: str) -> None:
    body = {"type": "PERMISSION", "code": None, "statusCode": 403}
    assert only_report(decode(dynamic(endpoint(path, body, code=403)))).problems == ()


@pytest.mark.parametrize(
    ("bad", "note"),
    [
        (endpoint("/horn", {"loud": True}), "payload.vehicles[0].data[0]: unknown path"),
        ({"path": [], "body": {}}, "payload.vehicles[0].data[0]: unknown path"),
        ({"path": {}, "body": {}}, "payload.vehicles[0].data[0]: unknown path"),
        (None, "payload.vehicles[0].data[0]: unknown path"),
        ("battery", "payload.vehicles[0].data[0]: unknown path"),
        (endpoint("/battery", None), "payload.vehicles[0].data[0]: no body"),
        (endpoint("/battery", "full"), "payload.vehicles[0].data[0]: no body"),
        (endpoint("/battery", {"range": "far"}), "tractionbattery-range: not a number"),
        (endpoint("/charge", {"isPluggedIn": 1}), "charge-ischargingcableconnected: not a boolean"),
    ],
)
def test_an_entry_that_cannot_be_read_costs_no_other(bad: object, note: str) -> None:
    delivery = decode(dynamic(bad, GOOD))
    assert values(delivery) == {"odometer-traveleddistance": 100}
    assert delivery.notes == (note,)
    assert delivery.faults == ()


def test_a_bug_in_reading_a_body_costs_no_other_path() -> None:
    class Body(dict[str, Any]):
        @override
        def __contains__(self, key: object) -> bool:
            raise LookupError("§content§")

    delivery = decode(dynamic(endpoint("/battery", Body()), GOOD))
    assert delivery.faults == ("payload.vehicles[0].data[0]: LookupError",)
    assert values(delivery) == {"odometer-traveleddistance": 100}


def test_a_bug_in_a_vehicle_costs_no_other() -> None:
    payload = dynamic(GOOD)
    payload["payload"]["vehicles"].insert(0, Trap())
    delivery = decode(payload)
    assert delivery.faults == ("payload.vehicles[0]: LookupError",)
    assert values(delivery) == {"odometer-traveleddistance": 100}


@pytest.mark.parametrize("bad", [None, [], "vehicle", {}, {"vehicleId": ""}, {"vehicleId": 5}])
def test_a_vehicle_without_an_id_costs_no_other(bad: object) -> None:
    payload = dynamic(GOOD)
    payload["payload"]["vehicles"].insert(0, bad)
    delivery = decode(payload)
    assert values(delivery) == {"odometer-traveleddistance": 100}
    assert delivery.notes == ("payload.vehicles[0]: no ID",)


def test_each_of_many_vehicles_has_its_own_report() -> None:
    payload = dynamic(GOOD)
    (first,) = payload["payload"]["vehicles"]
    for index in range(2, 5):
        data = [endpoint("/odometer", {"distance": index})]
        payload["payload"]["vehicles"].append({**first, "vehicleId": f"car {index}", "data": data})
    reports = decode(payload).reports
    assert [report.vehicle.id for report in reports] == [VEHICLE_ID, "car 2", "car 3", "car 4"]
    assert [values_of(report.signals)["odometer-traveleddistance"] for report in reports] == [
        100,
        2,
        3,
        4,
    ]
    assert len({(report.vehicle.id, report.id) for report in reports}) == 4


@pytest.mark.parametrize("content", [None, [], "x", {}, {"vehicles": None}, {"vehicles": {}}])
def test_a_payload_without_vehicles_says_nothing(content: object) -> None:
    delivery = decode({**TUTORIAL, "payload": content})
    assert (delivery.reports, delivery.faults) == ((), ())


@pytest.mark.parametrize("data", [None, {}, "x", 5])
def test_a_vehicle_without_data_says_nothing(data: object) -> None:
    report = only_report(decode(dynamic(data=data)))
    assert (report.signals, report.problems) == ((), ())


def test_a_repeated_request_is_not_read_again() -> None:
    seen = only_report(decode(TUTORIAL)).id
    assert not decode(TUTORIAL, is_known=lambda *ids: ids == (VEHICLE_ID, seen)).reports


def test_a_vehicle_without_a_request_is_never_a_repetition() -> None:
    report = only_report(decode(dynamic(GOOD, requestId=None), is_known=lambda *_: True))
    assert report.id is None
    assert report.signals


def test_one_requests_repetition_costs_no_other_vehicle() -> None:
    payload = dynamic(GOOD)
    (first,) = payload["payload"]["vehicles"]
    payload["payload"]["vehicles"].append({**first, "vehicleId": "other"})
    reports = decode(payload, is_known=lambda *ids: ids == (VEHICLE_ID, "request")).reports
    assert [report.vehicle.id for report in reports] == ["other"]


def test_the_same_body_gives_the_very_same_readings() -> None:
    decoder = Decoder()
    first = only_report(decode(TUTORIAL, decoder=decoder)).signals
    second = only_report(decode(deepcopy(TUTORIAL), decoder=decoder)).signals
    assert all(
        one.content.readings is other.content.readings
        for one, other in zip(first, second, strict=True)
    )


def test_the_vehicles_own_path_tells_what_it_is() -> None:
    body = {"id": VEHICLE_ID, "make": "TESLA", "model": "Model S", "year": "2014"}
    report = only_report(decode(dynamic(GOOD, endpoint("/", body))))
    assert report.vehicle == VehicleInfo(VEHICLE_ID, "TESLA", "Model S", 2014)


def test_an_error_on_the_root_path_has_no_attributes() -> None:
    body = {"type": "PERMISSION", "code": None, "make": "no", "statusCode": 403}
    assert only_report(decode(dynamic(endpoint("/", body)))).vehicle == VehicleInfo(VEHICLE_ID)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2014, 2014),
        ("2014", 2014),
        ("None", None),
        (None, None),
        (0, None),
        ("9" * 5000, None),
        (True, None),
        (2014.0, None),
        (99999, None),
    ],
)
def test_a_model_year_is_a_number_of_four_digits(year: object, expected: int | None) -> None:
    assert parse_attributes("x", {"year": year}).year == expected


def test_attributes_that_are_no_text_are_unknown() -> None:
    assert parse_attributes("x", {"make": 5, "model": ""}) == VehicleInfo("x")


def _event(**more: object) -> dict[str, object]:
    content = {
        "eventId": "event",
        "vehicleId": VEHICLE_ID,
        "eventType": "CHARGING_STARTED",
        "eventTime": "2024-09-20T21:58:06Z",
        **more,
    }
    return {"version": "2.0", "eventName": "eventBased", "mode": "live", "payload": content}


@pytest.mark.parametrize(
    ("event", "status", "is_charging"),
    [
        ("CHARGING_STARTED", "charging", True),
        ("CHARGING_STOPPED", "not_charging", False),
        ("CHARGING_COMPLETED", "fully_charged", False),
    ],
)
def test_a_charging_event_is_a_charging_status(
    event: str,
    status: str,
    is_charging: bool,  # noqa: FBT001 - a parameter
) -> None:
    delivery = decode(_event(eventType=event))
    assert values(delivery) == {
        "charge-detailedchargingstatus": status,
        "charge-ischarging": is_charging,
    }
    assert only_report(delivery).id == "event"
    assert {signal.recorded_at for signal in only_report(delivery).signals} == {1726869486000}


def test_a_charging_event_of_the_future_has_no_time() -> None:
    report = only_report(decode(_event(eventTime="2099-01-01T00:00:00Z")))
    assert {signal.recorded_at for signal in report.signals} == {None}


@pytest.mark.parametrize("event", ["HONKED", None, [], 5])
def test_an_unknown_event_of_the_vehicle_is_noted(event: object) -> None:
    delivery = decode(_event(eventType=event))
    assert only_report(delivery).signals == ()
    assert delivery.notes == ("payload.eventType: unknown event",)


def test_a_repeated_event_is_not_read_again() -> None:
    assert not decode(_event(), is_known=lambda *ids: ids == (VEHICLE_ID, "event")).reports


def _responses(path: Path) -> Iterator[dict[str, Any]]:
    content = load(path)
    for document in content if isinstance(content, list) else [content]:
        yield from document.get("response", document)["responses"]


@pytest.mark.parametrize("path", shared("v2_api/*atch*.json"), ids=lambda path: path.stem)
def test_every_public_batch_is_read(path: Path) -> None:
    delivery = decode(dynamic(*_responses(path)))
    assert delivery.notes == ()
    assert delivery.faults == ()
    assert all(
        signal.content.readings or signal.content.problem
        for signal in only_report(delivery).signals
    )


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_a_real_batch_gives_its_values_and_problems() -> None:
    path = SHARED / "v2_api" / "wbyoung_batch_vw_id_4.ok.json"
    delivery = decode(dynamic(*_responses(path)))
    assert values(delivery) == {
        "tractionbattery-stateofcharge": 68,
        "tractionbattery-range": 275,
        "tractionbattery-nominalcapacity": 82,
        "charge-ischargingcableconnected": False,
        "charge-detailedchargingstatus": "not_charging",
        "charge-ischarging": False,
        "charge-chargelimits": 100,
        "location-preciselocation": Position(37.4292, 122.1381),
        "odometer-traveleddistance": 21919,
    }
    remedies = {
        s.content.problem.remedy for s in only_report(delivery).signals if s.content.problem
    }
    assert remedies == {Remedy.PERMISSION}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_the_tutorials_own_text_gives_its_values() -> None:
    delivery = decode(load(SHARED / "v2_webhook" / "seed_dynamic.json"))
    assert values(delivery) == TUTORIAL_VALUES


def test_a_path_with_a_slash_at_its_end_has_its_own_error() -> None:
    problem = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "X", "description": "no"}
    delivery = decode(dynamic(endpoint("/battery/", problem, code=400)))
    report = only_report(delivery)
    assert report.problems == ()
    assert {signal.content.code for signal in report.signals} >= {"tractionbattery-range"}


@pytest.mark.parametrize(("ahead", "is_known"), [(60_000, True), (60_001, False)])
def test_a_time_may_be_a_minute_ahead(ahead: int, *, is_known: bool) -> None:
    at = datetime.fromtimestamp((NOW + ahead) / 1000, UTC).isoformat()
    headers = {"sc-data-age": at}
    delivery = decode(dynamic(endpoint("/battery", {"range": 1}, headers=headers)))
    (signal,) = only_report(delivery).signals
    assert (signal.recorded_at is not None) is is_known


def test_an_error_of_the_first_version_is_one() -> None:
    body = {"error": "vehicle_state_error", "message": "asleep", "code": "VS_000"}
    delivery = decode(dynamic(endpoint("/battery", body)))
    assert all(signal.content.problem for signal in only_report(delivery).signals)


def test_a_time_of_fetching_is_smartcars_own() -> None:
    at = datetime.fromtimestamp(NOW / 1000 - 60, UTC).isoformat()
    delivery = decode(dynamic(endpoint("/battery", {"range": 1}, headers={"sc-fetched-at": at})))
    assert "tractionbattery-range" in only_report(delivery).retrieved


@pytest.mark.parametrize(
    "beside",
    [
        {"error": {"type": "VEHICLE_STATE", "code": "ASLEEP", "statusCode": 409}},
        {"code": 409},
        {"headers": {"SC-Unit-System": "imperial"}},
    ],
    ids=["an error", "a status", "other units"],
)
def test_a_body_that_repeats_is_read_with_what_is_beside_it(beside: Json) -> None:
    decoder = Decoder()
    again = dynamic(endpoint("/odometer", {"distance": 100}))
    for _ in range(3):
        decode(again, decoder=decoder)
    other = dynamic(endpoint("/odometer", {"distance": 100}, **beside))
    warm, cold = only_report(decode(other, decoder=decoder)), only_report(decode(other))
    assert warm == cold
    assert warm != only_report(decode(again))
