"""A decoder that has read before reads the same as one that has not."""

from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smartcar_dynamic.smartcar.decoder import Decoder
from custom_components.smartcar_dynamic.smartcar.model import Position, Report

from .payloads import Json, decode, dynamic, endpoint, only_report, signal, signals_of, state

CHARGE = "tractionbattery-stateofcharge"
CABLE = "charge-ischargingcableconnected"
DOORS = "closure-doors"

# To Python, those of each line are equal.
ALIKE: list[list[object]] = [[True, 1, 1.0], [False, 0, 0.0, -0.0], [2, 2.0], [9, 9.0], [54, 54.0]]
PAIRS = [(one, other) for alike in ALIKE for one in alike for other in alike if one is not other]


def exactly(report: Report) -> list[Any]:
    """Return what a report says, with the types of the values."""
    said: list[Any] = []
    for read in report.signals:
        content = read.content
        said.append((content.code, content.label, content.problem, read.recorded_at))
        for reading in content.readings:
            value = reading.value
            is_position = isinstance(value, Position)
            said.append(
                (
                    reading,
                    None if is_position else type(value),
                    None if is_position else repr(value),
                )
            )
    return said


def check(*payloads: Json) -> None:
    """Have one decoder read payloads, each twice, as a new one does."""
    decoder = Decoder()
    for payload in payloads:
        for _ in range(3):
            warm = only_report(decode(payload, decoder=decoder))
            assert exactly(warm) == exactly(only_report(decode(payload)))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=repr)
@pytest.mark.parametrize("code", [CHARGE, CABLE, "location-isathome", "charge-chargelimits"])
def test_a_value_is_told_from_one_of_another_type(code: str, one: object, other: object) -> None:
    name = "activeLimit" if code == "charge-chargelimits" else "value"
    check(*(state(signal(code, {name: value, "unit": None})) for value in (one, other, one)))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=repr)
@pytest.mark.parametrize("name", ["row", "column", "isOpen", "isLocked"])
def test_values_in_a_list_are_compared_with_their_types(
    name: str, one: object, other: object
) -> None:
    def doors(value: object) -> Json:
        item = {"row": 0, "column": 1, "isOpen": True, "isLocked": False, name: value}
        return state(signal(DOORS, {"values": [item]}))

    check(doors(one), doors(other), doors(one))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=repr)
def test_an_errors_status_is_told_from_one_of_another_type(one: object, other: object) -> None:
    def failed(value: object) -> Json:
        status = {"value": "ERROR", "error": {"type": "odd", "status": value, "code": value}}
        return state(signal(CHARGE, {"value": 5}, status=status))

    check(failed(one), failed(other), failed(one))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=repr)
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/battery", "percentRemaining"),
        ("/charge", "isPluggedIn"),
        ("/odometer", "distance"),
        ("/security", "isLocked"),
        ("/location", "latitude"),
    ],
)
def test_a_paths_value_is_told_from_one_of_another_type(
    path: str, name: str, one: object, other: object
) -> None:
    def path_with(value: object) -> Json:
        return dynamic(endpoint(path, {"latitude": 1, "longitude": 2, name: value}))

    check(path_with(one), path_with(other), path_with(one))


def test_an_unlisted_signal_has_the_label_of_each_delivery() -> None:
    def odd(name: str) -> Json:
        return state(signal("foo-bar", {"value": 5, "unit": "km"}, group="Foo", name=name))

    check(odd("Bar"), odd("Baz"), odd("Bar"))


def test_a_cached_error_is_not_a_dynamic_paths() -> None:
    decoder = Decoder()
    failed = signal(CHARGE, {"value": 50}, status={"value": "ERROR", "error": {"type": "SERVER"}})
    for _ in range(3):
        decode(state(failed), decoder=decoder)
    good = decode(dynamic(endpoint("/battery", {"percentRemaining": 0.5})), decoder=decoder)
    assert signals_of(good)[CHARGE].content.readings[0].value == 50


def test_what_is_repeated_is_the_same_object() -> None:
    decoder = Decoder()
    payloads = [state(signal(CHARGE, {"value": 50}), signal(CABLE, {"value": True}))] * 3
    first, second, third = (
        [read.content for read in only_report(decode(payload, decoder=decoder)).signals]
        for payload in payloads
    )
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert all(one is other for one, other in zip(first, third, strict=True))


def test_a_repeated_body_is_known_after_another() -> None:
    decoder = Decoder()

    def content(value: int) -> object:
        return signals_of(decode(state(signal(CHARGE, {"value": value})), decoder=decoder))[
            CHARGE
        ].content

    first = content(50)
    assert content(50) is first
    content(51)
    assert content(50) is first
    assert content(51) is not content(50)


_LEAVES = st.sampled_from([value for alike in ALIKE for value in alike] + [None, "", "km", "OPEN"])


@settings(deadline=None, database=None, derandomize=True, max_examples=300)
@given(st.lists(st.tuples(_LEAVES, _LEAVES, _LEAVES), min_size=2, max_size=4))
def test_any_series_of_likely_confusions_is_read_alike(
    series: list[tuple[object, object, object]],
) -> None:
    check(
        *(
            state(
                signal(CHARGE, {"value": one, "unit": two}),
                signal("charge-voltage", {"value": two, "unit": three}),
                signal("closure-reartrunk", {"isOpen": two, "isLocked": three}),
                signal("location-preciselocation", {"latitude": one, "longitude": three}),
                signal("wheel-tires", {"values": [{"row": one, "column": two, "tirePressure": 2}]}),
            )
            for one, two, three in series
        )
    )
