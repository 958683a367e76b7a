"""The challenge and the signature."""

import pytest

from custom_components.smartcar_dynamic.smartcar.signature import (
    answer_challenge,
    is_authentic,
    sign,
)

TOKEN = "amt"
BODY = b'{"pizza":"pasta"}'
SIGNATURE = "4c05a8da471f05156ad717baa4017acd13a3a809850b9ca7d3301dcaaa854f70"
ANSWER = "9baf5a7464bd86740ad5a06e439dcf535a075022ed2c92d74efacf646d79328e"


def test_the_sdks_challenge_gets_the_sdks_answer() -> None:
    assert answer_challenge("challenge", TOKEN) == ANSWER


def test_the_sdks_body_gets_the_sdks_signature() -> None:
    assert sign(BODY, TOKEN) == SIGNATURE


def test_the_right_signature_is_accepted() -> None:
    assert is_authentic(BODY, SIGNATURE, TOKEN)


def test_blanks_around_a_signature_do_not_matter() -> None:
    assert is_authentic(BODY, f" {SIGNATURE} ", TOKEN)


def test_the_raw_bytes_are_what_is_signed() -> None:
    body = b'\xef\xbb\xbf{"x": "\xe9"}'
    assert is_authentic(body, sign(body, TOKEN), TOKEN)


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(None, id="missing"),
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param(ANSWER, id="of another body"),
        pytest.param(SIGNATURE[:-1], id="cut"),
        pytest.param(SIGNATURE + "0", id="longer"),
        pytest.param("sha256=" + SIGNATURE, id="with a prefix"),
        pytest.param("ü" * 64, id="not ASCII"),
        pytest.param("\udcff" * 64, id="bytes that are no UTF-8"),
        pytest.param("\ud800" * 64, id="half a character"),
    ],
)
def test_any_other_signature_is_rejected(signature: str | None) -> None:
    assert not is_authentic(BODY, signature, TOKEN)


def test_a_signature_with_another_token_is_rejected() -> None:
    assert not is_authentic(BODY, SIGNATURE, "another")


def test_a_signature_of_another_body_is_rejected() -> None:
    assert not is_authentic(BODY + b" ", SIGNATURE, TOKEN)


@pytest.mark.parametrize(
    "challenge",
    [
        "challenge_abc_123",
        "3a5c8f72-e6d9-4b1a-9f2e-8c7d6a5b4e3f",
        "Zm9v/YmFy+Cg==",
        "a.b~c",
        "x" * 256,
    ],
)
def test_what_can_be_a_token_is_answered(challenge: str) -> None:
    assert answer_challenge(challenge, TOKEN) == sign(challenge.encode(), TOKEN)


@pytest.mark.parametrize(
    "challenge",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 257, id="too long"),
        pytest.param('{"eventType":"VEHICLE_STATE"}', id="a JSON object"),
        pytest.param("[]", id="a JSON array"),
        pytest.param('"text"', id="a JSON string"),
        pytest.param("two words", id="a blank"),
        pytest.param("token\n", id="a new line at its end"),
        pytest.param("tokén", id="not ASCII"),
        pytest.param("\uff11\uff12\uff13", id="digits of another script"),
        pytest.param("a\x00b", id="a zero byte"),
        pytest.param("\ud800", id="half a character"),
    ],
)
def test_what_cannot_be_a_token_is_not_signed(challenge: str) -> None:
    assert answer_challenge(challenge, TOKEN) is None


def test_no_answer_is_the_signature_of_a_delivery() -> None:
    assert answer_challenge(BODY.decode(), TOKEN) is None
