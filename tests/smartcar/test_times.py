"""Smartcar's times."""

import pytest

from custom_components.smartcar_dynamic.smartcar.times import milliseconds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(1765157655000, 1765157655000, id="milliseconds"),
        pytest.param(1765157655000.4, 1765157655000, id="milliseconds with a fraction"),
        pytest.param(1700000000, 1700000000000, id="seconds"),
        pytest.param(1700000000.25, 1700000000250, id="seconds with a fraction"),
        pytest.param("2024-09-20T21:58:06.000Z", 1726869486000, id="ISO 8601"),
        pytest.param("2024-09-20T23:58:06+02:00", 1726869486000, id="ISO 8601 with an offset"),
        pytest.param("2024-09-20T21:58:06", 1726869486000, id="ISO 8601 of no zone is UTC"),
        pytest.param("2024-09-20", 1726790400000, id="a day"),
        pytest.param(946_684_800_000, 946_684_800_000, id="the first"),
        pytest.param(4_102_444_799_999, 4_102_444_799_999, id="the last"),
    ],
)
def test_a_time_is_milliseconds_since_1970(value: object, expected: int) -> None:
    assert milliseconds(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(0, id="0"),
        pytest.param(0.0, id="0.0"),
        pytest.param(-1, id="before 1970"),
        pytest.param(1, id="1970"),
        pytest.param(946_684_799_999, id="before 2000"),
        pytest.param(4_102_444_800_000, id="after 2099"),
        pytest.param(10**400, id="beyond all floats"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param(float("nan"), id="not a number"),
        pytest.param("1970-01-01T00:00:00Z", id="1970 in words"),
        pytest.param("0001-01-01T00:00:00+23:59", id="before the first year"),
        pytest.param("9999-12-31T23:59:59-23:59", id="after the last year"),
        pytest.param("9999-12-31T24:00:00", id="no year"),
        pytest.param("yesterday", id="a word"),
        pytest.param("", id="an empty text"),
        pytest.param("\ud800", id="half a character"),
        pytest.param(True, id="a boolean"),
        pytest.param(None, id="null"),
        pytest.param([], id="a list"),
        pytest.param({}, id="an object"),
    ],
)
def test_what_is_no_time_of_a_car_is_unknown(value: object) -> None:
    assert milliseconds(value) is None
