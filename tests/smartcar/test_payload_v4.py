"""Payload version 4.0: VEHICLE_STATE and VEHICLE_ERROR."""

from copy import deepcopy
from pathlib import Path
from typing import Any, override

import pytest

from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import (
    Kind,
    Position,
    Remedy,
    Signal,
    VehicleInfo,
)
from custom_components.smartcar_dynamic.smartcar.signals import SIGNALS

from .payloads import (
    NOW,
    SHARED,
    VEHICLE_ID,
    decode,
    error,
    load,
    only_report,
    shared,
    signal,
    signals_of,
    state,
    values,
)

SOC = "tractionbattery-stateofcharge"
RANGE = "tractionbattery-range"
GOOD = signal(RANGE, {"value": 168, "unit": "km"})
NOT_CAPABLE = {"type": "COMPATIBILITY", "code": "VEHICLE_NOT_CAPABLE"}
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")


class Trap(dict[str, Any]):
    """A mapping that fails when it is read: what a bug of ours would do."""

    @override
    def get(self, *_: object) -> Any:
        raise LookupError("§content§")


def only_signal(*raw: object, **more: object) -> Signal:
    """Return the one signal of a delivery."""
    (found,) = only_report(decode(state(*raw, **more))).signals
    return found


def test_a_good_signal_gives_its_reading_and_time() -> None:
    found = only_signal(signal(SOC, {"value": 54, "unit": "percent"}))
    assert [reading.value for reading in found.content.readings] == [54]
    assert found.recorded_at == NOW - 9000
    assert (found.content.problem, found.content.label) == (None, None)


@pytest.mark.parametrize(
    "status",
    [
        None,
        {},
        {"value": "SUCCESS"},
        {"value": "success"},
        {"value": None},
        "SUCCESS",
        "Success",
        {"value": "SUCCESS", "error": None},
        {"error": None},
    ],
    ids=str,
)
def test_every_way_to_say_success_is_one(status: object) -> None:
    found = only_signal(signal(SOC, {"value": 54}, status=status))
    assert (len(found.content.readings), found.content.problem) == (1, None)


def test_without_a_status_a_signal_is_good() -> None:
    raw = signal(SOC, {"value": 54})
    del raw["status"]
    assert only_signal(raw).content.problem is None


@pytest.mark.parametrize(
    ("status", "name", "remedy"),
    [
        (
            {"value": "ERROR", "error": NOT_CAPABLE},
            "COMPATIBILITY:VEHICLE_NOT_CAPABLE",
            Remedy.NOT_CAPABLE,
        ),
        (
            {"error": NOT_CAPABLE},
            "COMPATIBILITY:VEHICLE_NOT_CAPABLE",
            Remedy.NOT_CAPABLE,
        ),
        (
            {"value": "ERROR", "error": {"type": "PERMISSION", "code": None}},
            "PERMISSION",
            Remedy.PERMISSION,
        ),
        (
            {"value": "ERROR", "error": {"type": "SERVER", "code": "INTERNAL"}},
            "SERVER:INTERNAL",
            Remedy.WAIT,
        ),
        (
            {"value": "ERROR", "error": {"type": "UPSTREAM", "code": "RATE_LIMIT"}},
            "UPSTREAM:RATE_LIMIT",
            Remedy.WAIT,
        ),
        (
            {"value": "ERROR", "error": "UPSTREAM:NO_RESPONSE"},
            "UPSTREAM:NO_RESPONSE",
            Remedy.WAIT,
        ),
        ({"value": "ERROR", "error": 5}, "UNKNOWN", Remedy.WAIT),
        ({"value": "ERROR", "error": None}, "UNAVAILABLE", Remedy.WAIT),
        ({"value": "ERROR"}, "UNAVAILABLE", Remedy.WAIT),
        ({"value": "UNAVAILABLE"}, "UNAVAILABLE", Remedy.WAIT),
        ({"value": 5}, "UNAVAILABLE", Remedy.WAIT),
        ("ERROR", "UNAVAILABLE", Remedy.WAIT),
        (5, "UNAVAILABLE", Remedy.WAIT),
    ],
    ids=str,
)
def test_a_body_beside_an_error_is_old_and_ignored(
    status: object, name: str, remedy: Remedy
) -> None:
    found = only_signal(signal("charge-chargerate", {"value": 30, "unit": "km/h"}, status=status))
    assert found.content.readings == ()
    assert found.content.problem is not None
    assert (found.content.problem.name, found.content.problem.remedy) == (name, remedy)
    assert found.content.problem.signals == ("charge-chargerate",)


@pytest.mark.parametrize("resolution", [None, "REAUTHENTICATE", {"type": "UNKNOWN"}, [], 5])
def test_a_signals_permission_error_never_asks_for_a_login(
    resolution: object,
) -> None:
    reason = {"type": "PERMISSION", "code": "UNKNOWN", "resolution": resolution}
    found = only_signal(signal(SOC, None, status={"value": "ERROR", "error": reason}))
    assert found.content.problem is not None
    assert found.content.problem.remedy is Remedy.PERMISSION


def test_null_with_success_is_unknown() -> None:
    found = only_signal(signal("closure-sunroof", {"isOpen": None}))
    assert [reading.value for reading in found.content.readings] == [None]


@pytest.mark.parametrize(
    ("meta", "recorded_at"),
    [
        ({"oemUpdatedAt": 1765157655000, "retrievedAt": 1765157664453}, 1765157655000),
        ({"oemUpdatedAt": 0, "retrievedAt": 1765157664453}, 1765157664453),
        ({"oemUpdatedAt": 0, "retrievedAt": 0}, None),
        ({"oemUpdatedAt": 0, "fetchedAt": 1765157664453}, 1765157664453),
        ({"fetchedAt": 1765157664453}, 1765157664453),
        (
            {"oemUpdatedAt": "2025-12-08T01:34:15.000Z", "retrievedAt": "2025-12-08T01:34:24Z"},
            1765157655000,
        ),
        ({"oemUpdatedAt": 1765157655}, 1765157655000),
        ({"oemUpdatedAt": NOW + 2 * 86_400_000, "retrievedAt": NOW - 1}, NOW - 1),
        ({"oemUpdatedAt": NOW + 60_000}, NOW + 60_000),
        ({"oemUpdatedAt": "2099-01-01T00:00:00Z"}, None),
        ({"oemUpdatedAt": "now", "retrievedAt": None}, None),
        ({"ingestedAt": 1765157655000}, None),
        ({}, None),
        (None, None),
        ([], None),
        ("x", None),
    ],
    ids=str,
)
def test_a_signal_has_the_vehicles_time_or_none(meta: object, recorded_at: int | None) -> None:
    assert only_signal(signal(SOC, {"value": 5}, meta=meta)).recorded_at == recorded_at


def test_without_meta_a_signal_has_no_time() -> None:
    raw = signal(SOC, {"value": 5})
    del raw["meta"]
    assert only_signal(raw).recorded_at is None


@pytest.mark.parametrize(
    ("meta", "delivered_at"),
    [
        ({"sequence": NOW - 500, "deliveredAt": NOW}, NOW - 500),
        ({"sequence": 42, "deliveredAt": NOW - 1}, NOW - 1),
        ({"deliveredAt": "2025-12-08T01:34:15.000Z"}, 1765157655000),
        ({"deliveredAt": 1700000000}, 1700000000000),
        ({"deliveredAt": "soon"}, NOW),
        ({}, NOW),
        (None, NOW),
        ([], NOW),
    ],
    ids=str,
)
def test_a_delivery_has_smartcars_time_or_else_ours(meta: object, delivered_at: int) -> None:
    assert only_report(decode(state(GOOD, meta=meta))).delivered_at == delivered_at


@pytest.mark.parametrize(
    "triggers",
    [
        [{"type": "SIGNAL_UPDATED", "signal": {"code": SOC, "name": "x", "group": "y"}}],
        [{"type": "SIGNAL_UPDATED", "signal": "TractionBattery.StateOfCharge"}],
        [{"type": "FIRST_DELIVERY"}],
        [{"code": "FIRST_DELIVERY"}],
        [],
        None,
        "x",
        [None],
    ],
    ids=str,
)
@pytest.mark.parametrize("place", ["top", "data"])
def test_triggers_of_any_form_change_nothing(triggers: object, place: str) -> None:
    payload = state(GOOD)
    del payload["triggers"]
    (payload if place == "top" else payload["data"])["triggers"] = triggers
    delivery = decode(payload)
    assert values(delivery) == {RANGE: 168}
    assert (delivery.notes, delivery.faults) == ((), ())


@pytest.mark.parametrize(
    ("vehicle", "top", "expected"),
    [
        ({"id": "inner"}, None, "inner"),
        ({"id": "inner"}, "outer", "inner"),
        ({}, "outer", "outer"),
        ({"id": 5}, "outer", "outer"),
        (None, "outer", "outer"),
        ("x", "outer", "outer"),
    ],
)
def test_the_vehicles_id_is_found_at_its_two_places(
    vehicle: object, top: object, expected: str
) -> None:
    payload = state(GOOD, vehicleId=top)
    payload["data"]["vehicle"] = vehicle
    assert only_report(decode(payload)).vehicle.id == expected


@pytest.mark.parametrize("data", [None, [], "x", {}, {"vehicle": {"id": ""}}])
def test_a_delivery_without_a_vehicle_is_noted(data: object) -> None:
    delivery = decode(state(data=data))
    assert delivery.reports == ()
    assert delivery.notes == ("data.vehicle: no ID",)


def test_a_report_has_all_that_is_known_of_a_vehicle() -> None:
    payload = state()
    payload["data"]["vehicle"] = {
        "id": "id",
        "make": "Tesla",
        "model": "Model 3",
        "year": "2020",
        "vin": "1HGCM82633A123456",
        "mode": "live",
        "powertrainType": "BEV",
    }
    payload["data"]["user"] = {"id": "user", "externalId": None}
    assert only_report(decode(payload)).vehicle == VehicleInfo(
        "id", "Tesla", "Model 3", 2020, "1HGCM82633A123456", "BEV", "user"
    )


@pytest.mark.parametrize("odd", [None, 5, [], {}, "9" * 5000], ids=lambda odd: str(odd)[:5])
def test_odd_facts_about_a_vehicle_cost_no_signal(odd: object) -> None:
    payload = state(GOOD)
    payload["data"]["vehicle"].update(year=odd, vin=[odd], make=[odd], powertrainType=None)
    payload["data"]["user"] = odd
    delivery = decode(payload)
    assert values(delivery) == {RANGE: 168}
    assert only_report(delivery).vehicle.year is None


@pytest.mark.parametrize(
    ("bad", "note"),
    [
        (None, "data.signals[0]: no signal"),
        ([], "data.signals[0]: no signal"),
        ("TractionBattery.StateOfCharge", "data.signals[0]: no signal"),
        ({}, "data.signals[0]: no signal"),
        ({"code": None, "body": {"value": 5}}, "data.signals[0]: no signal"),
        ({"code": {}, "body": {"value": 5}}, "data.signals[0]: no signal"),
        ({"code": "§", "body": {"value": 5}}, "data.signals[0]: no signal"),
        (signal(SOC, None), f"{SOC}: no body"),
        (signal(SOC, []), f"{SOC}: no body"),
        (signal(SOC, {}), f"{SOC}: no value"),
        (signal(SOC, {"value": "full", "unit": "percent"}), f"{SOC}: not a number"),
        (signal(SOC, {"value": 5, "unit": {}}), f"{SOC}: unknown unit"),
        (signal("charge-ischarging", {"value": "yes"}), "charge-ischarging: not a boolean"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_signal_that_cannot_be_read_costs_no_other(bad: object, note: str) -> None:
    delivery = decode(state(bad, GOOD))
    assert values(delivery)[RANGE] == 168
    assert delivery.notes == (note,)
    assert delivery.faults == ()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_bug_in_a_signal_costs_no_other(place: int) -> None:
    raw: list[object] = [GOOD, signal(SOC, {"value": 5})]
    raw.insert(place, Trap())
    delivery = decode(state(*raw))
    assert values(delivery) == {RANGE: 168, SOC: 5}
    assert delivery.faults == (f"data.signals[{place}]: LookupError",)


@pytest.mark.parametrize("signals", [None, {}, "x", 5])
def test_signals_that_are_no_list_say_nothing(signals: object) -> None:
    payload = state()
    payload["data"]["signals"] = signals
    assert only_report(decode(payload)).signals == ()


def test_a_signal_without_a_code_has_its_names_code() -> None:
    raw = signal("", {"value": 5})
    raw |= {"code": None, "group": "TractionBattery", "name": "StateOfCharge"}
    assert only_signal(raw).content.code == SOC


def test_a_code_in_capitals_is_the_same_code() -> None:
    assert only_signal(signal("TractionBattery-StateOfCharge", {"value": 5})).content.code == SOC


@pytest.mark.parametrize(
    ("group", "name", "label"),
    [
        ("FooBar", "BazQux", "Foo bar baz qux"),
        ("HVAC", "IsCabinHVACActive", "HVAC is cabin HVAC active"),
        ("Diagnostics", "EVHVBattery2", "Diagnostics EVHV battery 2"),
        ("Foo", None, "Foo new thing"),
        (None, None, "Foo new thing"),
        ("Ж", "Ж", "Foo new thing"),
    ],
)
def test_a_signal_that_nobody_listed_is_labelled(group: object, name: object, label: str) -> None:
    raw = signal("foo-new-thing", {"value": 5, "unit": "km"}, group=group, name=name)
    found = only_signal(raw)
    assert found.content.label == label
    assert [(reading.key, reading.value, reading.unit) for reading in found.content.readings] == [
        ("foo-new-thing", 5, "km")
    ]


def test_a_label_is_short() -> None:
    raw = signal("foo-bar", {"value": True}, group="A" * 5000, name="b" * 5000)
    label = only_signal(raw).content.label
    assert label is not None
    assert len(label) == 80


def test_a_repeated_event_is_not_read_again() -> None:
    assert not decode(state(GOOD), is_known=lambda *ids: ids == (VEHICLE_ID, "event")).reports


@pytest.mark.parametrize("event", [None, "", 5, []])
def test_a_delivery_without_an_event_id_is_never_a_repetition(event: object) -> None:
    report = only_report(decode(state(GOOD, eventId=event), is_known=lambda *_: True))
    assert report.id is None
    assert report.signals


def test_the_same_body_gives_the_very_same_readings() -> None:
    decoder = Decoder()
    first = signals_of(decode(state(GOOD), decoder=decoder))[RANGE]
    second = signals_of(decode(deepcopy(state(GOOD)), decoder=decoder))[RANGE]
    assert first.content.readings is second.content.readings


def test_another_body_gives_other_readings() -> None:
    decoder = Decoder()
    decode(state(GOOD), decoder=decoder)
    changed = decode(state(signal(RANGE, {"value": 167, "unit": "km"})), decoder=decoder)
    assert values(changed) == {RANGE: 167}


def test_the_same_body_of_another_vehicle_is_that_vehicles() -> None:
    decoder = Decoder()
    decode(state(GOOD), decoder=decoder)
    other = state(signal(RANGE, {"value": 5, "unit": "km"}))
    other["data"]["vehicle"]["id"] = "other"
    decode(other, decoder=decoder)
    assert values(decode(state(GOOD), decoder=decoder)) == {RANGE: 168}


def test_a_boolean_after_a_number_that_equals_it_is_read() -> None:
    decoder = Decoder()
    decode(state(signal("charge-ischarging", {"value": 1})), decoder=decoder)
    delivery = decode(state(signal("charge-ischarging", {"value": True})), decoder=decoder)
    assert values(delivery) == {"charge-ischarging": True}


def test_a_forgotten_vehicle_is_read_anew() -> None:
    decoder = Decoder()
    first = signals_of(decode(state(GOOD), decoder=decoder))[RANGE]
    decoder.forget(VEHICLE_ID)
    decoder.forget("never seen")
    second = signals_of(decode(state(GOOD), decoder=decoder))[RANGE]
    assert first.content.readings == second.content.readings
    assert first.content.readings is not second.content.readings


SIGNALS_OF_ERROR = [
    pytest.param(
        [{"code": SOC, "name": "StateOfCharge", "group": "TractionBattery"}], id="objects"
    ),
    pytest.param([{"name": "StateOfCharge", "group": "TractionBattery"}], id="without codes"),
    pytest.param(["TractionBattery.StateOfCharge"], id="names"),
    pytest.param([SOC], id="codes"),
    pytest.param([None, 5, {}, [], "x", SOC], id="among others"),
]


@pytest.mark.parametrize("signals", SIGNALS_OF_ERROR)
def test_an_errors_signals_are_codes(signals: object) -> None:
    delivery = decode(error({**NOT_CAPABLE, "state": "ERROR", "signals": signals}))
    (problem,) = only_report(delivery).problems
    assert (problem.name, problem.signals) == ("COMPATIBILITY:VEHICLE_NOT_CAPABLE", (SOC,))
    assert (delivery.kind, problem.resolved) == (Kind.ERROR, False)


@pytest.mark.parametrize("more", [{}, {"signals": None}, {"signals": []}, {"signals": "x"}])
def test_an_error_without_signals_is_the_vehicles(more: dict[str, object]) -> None:
    raw = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED", **more}
    (problem,) = only_report(decode(error(raw))).problems
    assert (problem.signals, problem.remedy) == ((), Remedy.REAUTHENTICATE)


@pytest.mark.parametrize("more", [{}, {"resolution": None}, {"resolution": "x"}])
def test_a_resolved_error_is_told_as_resolved(more: dict[str, object]) -> None:
    raw = {"type": "VEHICLE_STATE", "code": "UNREACHABLE", "state": "RESOLVED", **more}
    (problem,) = only_report(decode(error(raw))).problems
    assert problem.resolved


@pytest.mark.parametrize("bad", [None, [], "PERMISSION", 5])
def test_an_error_that_cannot_be_read_costs_no_other(bad: object) -> None:
    delivery = decode(error(bad, NOT_CAPABLE))
    assert [problem.code for problem in only_report(delivery).problems] == ["VEHICLE_NOT_CAPABLE"]
    assert delivery.notes == ("data.errors[0]: no error",)


def test_one_error_need_not_be_in_a_list() -> None:
    payload = error()
    payload["data"]["errors"] = NOT_CAPABLE
    (problem,) = only_report(decode(payload)).problems
    assert problem.code == "VEHICLE_NOT_CAPABLE"


@pytest.mark.parametrize("errors", [None, {}, "x", []])
def test_errors_that_are_no_list_say_nothing(errors: object) -> None:
    payload = error()
    payload["data"]["errors"] = errors
    assert only_report(decode(payload)).problems == ()


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ("VEHICLE_STATE", Kind.STATE),
        ("vehicle_state", Kind.STATE),
        ("VEHICLE_ERROR", Kind.ERROR),
        ("VEHICLE_JOKE", Kind.UNKNOWN),
        (None, Kind.UNKNOWN),
        ([], Kind.UNKNOWN),
    ],
)
def test_a_delivery_has_a_kind(event: object, kind: Kind) -> None:
    assert decode(state(eventType=event)).kind is kind


def test_an_event_that_we_do_not_know_is_noted() -> None:
    delivery = decode(state(GOOD, eventType="VEHICLE_JOKE"))
    assert (delivery.reports, delivery.notes) == ((), ("unknown event",))


@needs_shared
def test_the_jaguars_capture_gives_its_values() -> None:
    delivery = decode(load(SHARED / "v4_webhook_real" / "wbyoung_jaguar_ipace_all.json"))
    doors = ("front_left", "front_right", "back_left", "back_right")
    assert values(delivery) == {
        "charge-ischargingcableconnected": True,
        "charge-detailedchargingstatus": "charging",
        "charge-ischarging": True,
        "charge-chargelimits": 100,
        "lowvoltagebattery-stateofcharge": 100,
        "odometer-traveleddistance": 167336,
        SOC: 54,
        RANGE: 168,
        "tractionbattery-nominalcapacity": 90,
        "closure-islocked": True,
        **{f"closure-doors.{door}.is_open": False for door in doors},
        **{f"closure-doors.{door}.is_locked": True for door in doors},
        **{f"closure-windows.{door}.is_open": False for door in doors},
        "closure-enginecover.is_open": False,
        "closure-reartrunk.is_open": False,
        "closure-reartrunk.is_locked": True,
        "closure-fronttrunk.is_open": False,
        "closure-fronttrunk.is_locked": False,
        "location-preciselocation": Position(52.238523055555554, 0.15465555555555555),
        "location-preciselocation.heading": 94,
        "vehicleidentification-vin": "SADHA2A10M1610715",
    }
    remedies = [
        s.content.problem.remedy for s in only_report(delivery).signals if s.content.problem
    ]
    assert remedies == [Remedy.NOT_CAPABLE] * 8 + [Remedy.PERMISSION] * 5
    assert (delivery.notes, delivery.faults) == ((), ())


@needs_shared
def test_the_polestars_capture_gives_its_values() -> None:
    delivery = decode(
        load(SHARED / "v4_webhook_real" / "wbyoung_polestar_2_all.json"), now=1769937943500
    )
    found = values(delivery)
    assert {
        "closure-fronttrunk.is_locked": None,
        "closure-sunroof.is_open": None,
        "vehicleidentification-packages": "Performance, Pilot, Plus",
        "charge-timetocomplete": 15,
        "charge-wattage": 4683,
        "charge-amperage": 7,
        "charge-voltage": 223,
        "charge-amperagemax": 18,
        "charge-chargelimits": 90,
        SOC: 89,
        RANGE: 290,
        "tractionbattery-nominalcapacity": 82,
        "connectivitysoftware-currentfirmwareversion": "4.2.13",
        "connectivitystatus-isasleep": False,
        "odometer-traveleddistance": 42506.3,
    }.items() <= found.items()
    signals = signals_of(delivery)
    assert signals["vehicleidentification-vin"].recorded_at is None
    assert signals["location-preciselocation"].recorded_at == 1769852864000
    assert [s.content.code for s in signals.values() if s.content.problem] == [
        "charge-chargetimers"
    ]
    assert (delivery.notes, delivery.faults) == ((), ())


@needs_shared
def test_the_volkswagens_capture_of_the_first_months_gives_its_values() -> None:
    delivery = decode(load(SHARED / "v4_webhook_real" / "wbyoung_vw_id_4_all.json"))
    assert values(delivery) == {
        "odometer-traveleddistance": 62041,
        SOC: 42,
        "charge-chargelimits": 80,
        "charge-chargelimits.global": 80,
        "charge-ischarging": False,
    }
    assert delivery.smartcar_webhook_id is None
    assert len([s for s in only_report(delivery).signals if s.content.problem]) == 4
    assert (delivery.notes, delivery.faults) == ((), ())


@needs_shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "docs_early_percentage_body_v3_0",
            {
                "location-preciselocation": Position(37.7749, -122.4194),
                "location-preciselocation.heading": 90,
                SOC: 75,
            },
        ),
        (
            "docs_responses_vehicle_state_toplevel_triggers",
            {"location-preciselocation": Position(37.7749, -122.4194), SOC: 75},
        ),
        (
            "docs_vehicle_state_first_delivery",
            {SOC: 65, "charge-ischarging": False, "charge-voltage": 0},
        ),
        (
            "docs_vehicle_state_signal_change",
            {SOC: 78, "charge-ischarging": True, "charge-voltage": 240},
        ),
        ("hookdeck_vehicle_state", {SOC: 78}),
    ],
)
def test_the_documentations_states_give_their_values(
    name: str, expected: dict[str, object]
) -> None:
    delivery = decode(load(SHARED / "v4_webhook_docs" / f"{name}.json"))
    assert values(delivery) == expected
    assert (delivery.notes, delivery.faults) == ((), ())


@needs_shared
@pytest.mark.parametrize(
    ("name", "signals", "remedy", "resolved"),
    [
        (
            "docs_vehicle_error_error",
            ("location-preciselocation", SOC),
            Remedy.NOT_CAPABLE,
            False,
        ),
        (
            "docs_responses_vehicle_error",
            ("location-preciselocation", SOC),
            Remedy.NOT_CAPABLE,
            False,
        ),
        ("docs_vehicle_error_resolved", ("location-preciselocation",), Remedy.WAIT, True),
    ],
)
def test_the_documentations_errors_give_their_problems(
    name: str,
    signals: tuple[str, ...],
    remedy: Remedy,
    resolved: bool,  # noqa: FBT001 - a parameter
) -> None:
    delivery = decode(load(SHARED / "v4_webhook_docs" / f"{name}.json"))
    (problem,) = only_report(delivery).problems
    assert (problem.signals, problem.remedy) == (signals, remedy)
    assert problem.resolved is resolved
    assert delivery.kind is Kind.ERROR


@needs_shared
def test_the_documentations_signal_with_an_error_is_one() -> None:
    found = only_signal(load(SHARED / "v4_webhook_docs" / "docs_signal_with_error.json"))
    assert found.content.problem is not None
    assert found.content.problem.remedy is Remedy.NOT_CAPABLE


@pytest.mark.parametrize("path", shared("v3_api/*ignals*.json"), ids=lambda path: path.stem)
def test_the_signals_of_a_read_are_those_of_a_delivery(path: Path) -> None:
    content = load(path)
    document = content[0]["response"] if isinstance(content, list) else content
    raw = [{**item["attributes"], "meta": item.get("meta")} for item in document["data"]]
    delivery = decode(state(*raw), now=1782900000000)
    assert (delivery.notes, delivery.faults) == ((), ())
    assert all(
        found.content.readings or found.content.problem for found in only_report(delivery).signals
    )
    assert signals_of(delivery).keys() <= SIGNALS.keys()


def test_an_error_names_its_signal_by_code() -> None:
    problem = {"type": "VEHICLE_STATE", "code": "ASLEEP", "signals": [{"code": "charge-voltage"}]}
    (found,) = only_report(decode(error(problem))).problems
    assert found.signals == ("charge-voltage",)
