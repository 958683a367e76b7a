"""A raw payload of either generation."""

from typing import Any

import pytest

from custom_components.smartcar_dynamic.smartcar.decoder import challenge_of, webhook_of
from custom_components.smartcar_dynamic.smartcar.model import Kind

from .payloads import (
    SHARED,
    SMARTCAR_WEBHOOK_ID,
    TUTORIAL,
    decode,
    dynamic,
    endpoint,
    error,
    load,
    signal,
    state,
    values,
)

CHALLENGE = "3a5c8f72-e6d9-4b1a-9f2e-8c7d6a5b4e3f"
RANGE = signal("tractionbattery-range", {"value": 168, "unit": "km"})


@pytest.mark.parametrize(
    "payload",
    [
        {"version": "2.0", "eventName": "verify", "payload": {"challenge": CHALLENGE}},
        {"version": "2.0", "eventName": "VERIFY", "payload": {"challenge": CHALLENGE}},
        {"eventId": "x", "eventType": "VERIFY", "data": {"challenge": CHALLENGE}, "meta": {}},
        {"eventType": "verify", "data": {"challenge": CHALLENGE}},
        {"eventType": None, "eventName": "verify", "payload": {"challenge": CHALLENGE}},
    ],
)
def test_a_challenge_of_either_generation_is_found(payload: dict[str, Any]) -> None:
    assert challenge_of(payload) == CHALLENGE


@pytest.mark.parametrize(
    "payload",
    [
        TUTORIAL,
        state(),
        {},
        {"eventName": "dynamic", "payload": {"challenge": CHALLENGE}},
        {"eventType": "VERIFY"},
        {"eventType": "VERIFY", "data": None},
        {"eventType": "VERIFY", "data": {"challenge": None}},
        {"eventType": "VERIFY", "data": {"challenge": ""}},
        {"eventType": "VERIFY", "data": {"challenge": {"a": 1}}},
        {"eventType": "VERIFY", "payload": {"challenge": CHALLENGE}},
        {"eventType": ["VERIFY"], "data": {"challenge": CHALLENGE}},
    ],
)
def test_what_is_no_challenge_is_none(payload: dict[str, Any]) -> None:
    assert challenge_of(payload) is None


@pytest.mark.parametrize(
    ("payload", "webhook_id"),
    [
        (TUTORIAL, SMARTCAR_WEBHOOK_ID),
        (state(), SMARTCAR_WEBHOOK_ID),
        ({}, None),
        ({"webhookId": 5, "meta": None}, None),
        ({"webhookId": "", "meta": {"webhookId": "x"}}, "x"),
    ],
)
def test_the_webhooks_id_stands_where_its_generation_has_it(
    payload: dict[str, Any], webhook_id: str | None
) -> None:
    assert webhook_of(payload) == webhook_id
    assert decode(payload).smartcar_webhook_id == webhook_id


@pytest.mark.parametrize(
    ("meta", "application_id"),
    [({"applicationId": "app"}, "app"), ({"applicationId": None}, None), ({}, None), (None, None)],
)
def test_the_applications_id_is_told_where_smartcar_tells_it(
    meta: object, application_id: str | None
) -> None:
    assert decode(state(meta=meta)).application_id == application_id


def test_both_generations_say_the_same_in_the_same_words() -> None:
    old = decode(dynamic(endpoint("/battery", {"percentRemaining": 0.58, "range": 168})))
    new = decode(state(RANGE, signal("tractionbattery-stateofcharge", {"value": 58})))
    assert values(old) == values(new)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({**TUTORIAL, "mode": "test"}, id="2.0"),
        pytest.param(state(RANGE, meta={"mode": "TEST"}), id="state"),
        pytest.param(state(RANGE, meta={"mode": "test"}), id="lower case"),
        pytest.param(error({"type": "PERMISSION"}, meta={"mode": "TEST"}), id="error"),
    ],
)
def test_a_test_proves_the_way_and_says_nothing(payload: dict[str, Any]) -> None:
    delivery = decode(payload)
    assert delivery.test
    assert delivery.kind in {Kind.STATE, Kind.ERROR}
    assert (delivery.reports, delivery.notes) == ((), ())


@pytest.mark.parametrize("mode", ["LIVE", "simulated", "", None, 5, []])
@pytest.mark.parametrize("generation", ["2.0", "4.0"])
def test_any_other_mode_is_told(mode: object, generation: str) -> None:
    payload = {**TUTORIAL, "mode": mode} if generation == "2.0" else state(meta={"mode": mode})
    delivery = decode(payload)
    assert not delivery.test
    assert len(delivery.reports) == 1


def test_a_vehicle_in_test_mode_is_no_test() -> None:
    payload = state(RANGE)
    payload["data"]["vehicle"]["mode"] = "test"
    assert not decode(payload).test


def test_a_payload_of_nothing_is_unknown() -> None:
    delivery = decode({})
    assert (delivery.kind, delivery.notes) == (Kind.UNKNOWN, ("unknown event",))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
@pytest.mark.parametrize(
    "path", ["v2_webhook/docs_verify_v2.json", "v4_webhook_docs/docs_verify_v4.json"]
)
def test_the_documentations_challenges_are_found(path: str) -> None:
    assert challenge_of(load(SHARED / path)) == CHALLENGE
