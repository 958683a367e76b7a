"""Webhooks are verified, signed, delivered, repeated and given up as Smartcar does."""

from datetime import timedelta
import json

import pytest

from simulator import Car, Kind, Simulator, Webhook
from simulator.delivery_queue import compact, sign
from simulator.resolver import UnreachableError, resolve

from .conftest import CALLBACK, Receiver, webhook_for

KINDS = pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (b"challenge", "9baf5a7464bd86740ad5a06e439dcf535a075022ed2c92d74efacf646d79328e"),
        (b'{"pizza":"pasta"}', "4c05a8da471f05156ad717baa4017acd13a3a809850b9ca7d3301dcaaa854f70"),
    ],
)
def test_signatures_agree_with_the_published_vectors(message: bytes, expected: str) -> None:
    assert sign("amt", message) == expected


@KINDS
async def test_a_callback_that_knows_the_token_is_verified(
    sim: Simulator, receiver: Receiver, kind: Kind
) -> None:
    receiver.token = sim.application(kind).management_token
    webhook = await sim.create_webhook(kind, CALLBACK)
    assert (await sim.verify(webhook)).succeeded
    assert webhook.verified


@KINDS
async def test_another_token_does_not_verify(
    sim: Simulator, receiver: Receiver, kind: Kind
) -> None:
    receiver.token = "another"
    webhook = await sim.create_webhook(kind, CALLBACK)
    verification = await sim.verify(webhook)
    assert not verification.succeeded
    assert "another management token" in verification.reason


async def test_the_challenge_is_not_signed(sim: Simulator, receiver: Receiver) -> None:
    await sim.create_webhook("current", CALLBACK, verify=True)
    assert "SC-Signature" not in receiver.received[0].headers


async def test_a_challenge_of_the_current_platform_has_its_prefix(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.create_webhook("current", CALLBACK, verify=True)
    assert receiver.received[0].body["data"]["challenge"].startswith("challenge_")


async def test_a_failing_callback_is_not_verified(sim: Simulator, receiver: Receiver) -> None:
    receiver.status = 302
    webhook = await sim.create_webhook("current", CALLBACK, verify=True)
    assert not webhook.verified


@KINDS
async def test_deliveries_are_signed_compact_json(
    sim: Simulator, receiver: Receiver, kind: Kind
) -> None:
    webhook = await webhook_for(sim, receiver, kind)
    await sim.deliver()
    received = receiver.received[0]
    assert received.signed_with(sim.cloud.applications[webhook.application_id].signing_key)
    assert received.raw == compact(json.loads(received.raw))


@pytest.mark.usefixtures("current")
async def test_the_callback_keeps_its_path_byte_for_byte(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.deliver()
    assert receiver.received[0].path == "/api/webhook/secret="


async def test_an_unverified_webhook_stays_silent(sim: Simulator, current: Webhook) -> None:
    current.verified = False
    assert await sim.deliver() == []


async def test_a_disabled_webhook_stays_silent(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    sim.set_enabled(current, enabled=False)
    await sim.advance(timedelta(hours=3))
    assert not receiver.received


async def test_a_car_that_is_not_subscribed_is_not_reported(
    sim: Simulator, current: Webhook
) -> None:
    sim.unsubscribe(current, sim.current_car)
    assert await sim.deliver() == []


@pytest.mark.usefixtures("dynamic")
async def test_a_dynamic_webhook_reports_hourly(sim: Simulator, receiver: Receiver) -> None:
    await sim.advance(timedelta(hours=5, minutes=10))
    assert len(receiver.received) == 6


@pytest.mark.usefixtures("dynamic")
async def test_a_dynamic_webhook_reports_half_hourly_while_plugged_in(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.act(sim.dynamic_car, Car.plug_in)
    await sim.advance(timedelta(hours=2, minutes=10))
    assert len(receiver.received) == 5


@pytest.mark.usefixtures("dynamic")
async def test_a_sleeping_car_is_reported_no_more(sim: Simulator, receiver: Receiver) -> None:
    sim.act(sim.dynamic_car, Car.sleep)
    await sim.advance(timedelta(hours=12))
    assert len(receiver.received) == 1


@pytest.mark.usefixtures("current")
async def test_the_current_platform_reports_changed_triggers_only(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.advance(timedelta(hours=1))
    receiver.received.clear()
    sim.act(sim.current_car, Car.plug_in)
    await sim.advance(timedelta(minutes=3))
    (state,) = receiver.of("VEHICLE_STATE")
    assert {it["signal"]["code"] for it in state["triggers"]} == {
        "charge-detailedchargingstatus",
        "charge-ischarging",
        "charge-ischargingcableconnected",
    }


@pytest.mark.usefixtures("current")
async def test_a_change_that_is_no_trigger_sends_nothing(
    sim: Simulator, receiver: Receiver
) -> None:
    await sim.advance(timedelta(minutes=5))
    receiver.received.clear()
    sim.act(sim.current_car, Car.set_opening, "back_left_window", is_open=True)
    await sim.advance(timedelta(minutes=5))
    assert not receiver.received


async def test_a_webhook_without_triggers_never_delivers(
    sim: Simulator, receiver: Receiver
) -> None:
    await webhook_for(sim, receiver, Kind.CURRENT, triggers=())
    await sim.advance(timedelta(hours=2))
    assert not receiver.received


async def test_a_webhook_can_subscribe_all_cars_by_itself(
    sim: Simulator, receiver: Receiver
) -> None:
    receiver.token = sim.application("current").management_token
    await sim.create_webhook("current", CALLBACK, auto_subscribe=True, verify=True)
    car = sim.add_car("Second")
    await sim.deliver(car)
    assert receiver.of("VEHICLE_STATE")[0]["data"]["vehicle"]["id"] == car.id


async def test_the_current_platform_gives_up_after_four_attempts(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    receiver.status = 500
    delivery = (await sim.deliver())[0]
    began = delivery.attempts[0].at
    await sim.advance(timedelta(minutes=1, seconds=59))
    await sim.advance(timedelta(minutes=5))
    assert [(it.at - began).total_seconds() for it in delivery.attempts] == [0, 25, 75, 175]
    assert delivery.outcome == "dropped"
    assert current.enabled


async def test_each_attempt_has_its_own_delivery_id(sim: Simulator, receiver: Receiver) -> None:
    await webhook_for(sim, receiver, Kind.CURRENT, data=("tractionbattery-stateofcharge",))
    receiver.status = 503
    await sim.deliver()
    await sim.advance(timedelta(seconds=30))
    first, second = receiver.of("VEHICLE_STATE")
    assert first["eventId"] == second["eventId"]
    assert first["meta"]["deliveryId"] != second["meta"]["deliveryId"]


async def test_a_dynamic_webhook_is_disabled_after_six_retries(
    sim: Simulator, receiver: Receiver, dynamic: Webhook
) -> None:
    receiver.status = 404
    (delivery,) = await sim.deliver()
    await sim.advance(timedelta(hours=6))
    assert len(delivery.attempts) == 7
    assert not dynamic.enabled


async def test_a_retry_that_succeeds_forgets_the_failures(
    sim: Simulator, receiver: Receiver, dynamic: Webhook
) -> None:
    receiver.status = 500
    (delivery,) = await sim.deliver()
    receiver.status = 204
    await sim.advance(timedelta(minutes=6))
    assert delivery.outcome == "delivered"
    assert dynamic.failures == 0


@pytest.mark.usefixtures("dynamic")
async def test_a_redirect_is_a_failure(sim: Simulator, receiver: Receiver) -> None:
    receiver.status = 301
    (delivery,) = await sim.deliver()
    assert delivery.outcome == "pending"


async def test_enabling_again_begins_with_a_first_delivery(
    sim: Simulator, receiver: Receiver, current: Webhook
) -> None:
    await sim.deliver()
    sim.set_enabled(current, enabled=False)
    sim.set_enabled(current, enabled=True)
    await sim.deliver()
    assert receiver.of("VEHICLE_STATE")[-1]["triggers"] == [{"type": "FIRST_DELIVERY"}]


@pytest.mark.usefixtures("dynamic")
async def test_a_corrupt_signature_is_wrong_once(sim: Simulator, receiver: Receiver) -> None:
    sim.faults.corrupt_signatures = 1
    await sim.deliver()
    await sim.deliver()
    key = sim.application("dynamic").signing_key
    assert [it.signed_with(key) for it in receiver.received] == [False, True]


@pytest.mark.usefixtures("dynamic")
async def test_a_signature_can_be_missing(sim: Simulator, receiver: Receiver) -> None:
    sim.faults.missing_signatures = -1
    await sim.deliver()
    assert "SC-Signature" not in receiver.received[0].headers


async def test_a_diverged_signing_key_passes_verification_only(
    sim: Simulator, receiver: Receiver, dynamic: Webhook
) -> None:
    receiver.token = sim.rotate_management_token("dynamic", signing_key_too=False)
    assert (await sim.verify(dynamic)).succeeded
    await sim.deliver()
    assert not receiver.received[-1].signed_with(receiver.token)


@pytest.mark.usefixtures("current")
async def test_duplicates_repeat_the_event(sim: Simulator, receiver: Receiver) -> None:
    await sim.deliver()
    receiver.received.clear()
    sim.faults.duplicates = 2
    await sim.deliver()
    assert len({it["eventId"] for it in receiver.of("VEHICLE_STATE")}) == 1
    assert len(receiver.received) == 3


@pytest.mark.usefixtures("dynamic")
async def test_reordering_lets_the_second_overtake_the_first(
    sim: Simulator, receiver: Receiver
) -> None:
    sim.faults.reorder = True
    await sim.deliver()
    await sim.advance(timedelta(minutes=1))
    await sim.deliver()
    ages = [
        it["payload"]["vehicles"][0]["data"][0]["headers"]["sc-data-age"]
        for it in receiver.of("dynamic")
    ]
    assert ages == sorted(ages, reverse=True)
    assert len(ages) == 2


@pytest.mark.usefixtures("dynamic")
async def test_what_is_held_back_can_be_released(sim: Simulator, receiver: Receiver) -> None:
    sim.faults.reorder = True
    await sim.deliver()
    assert not receiver.received
    await sim.release()
    assert len(receiver.received) == 1


@pytest.mark.usefixtures("dynamic")
async def test_a_delayed_delivery_comes_later(sim: Simulator, receiver: Receiver) -> None:
    sim.faults.delay = timedelta(minutes=1)
    await sim.deliver()
    assert not receiver.received
    await sim.advance(timedelta(minutes=1))
    assert len(receiver.received) == 1


@pytest.mark.usefixtures("current")
async def test_concurrent_deliveries_all_arrive(sim: Simulator, receiver: Receiver) -> None:
    sim.faults.concurrent = True
    sim.faults.duplicates = 3
    await sim.deliver()
    assert len(receiver.received) == 8


async def test_errors_can_go_to_another_callback(sim: Simulator, receiver: Receiver) -> None:
    other = "https://home.example/errors"
    await webhook_for(sim, receiver, Kind.CURRENT, error_callback_uri=other)
    await sim.deliver()
    paths = {it.body["eventType"]: it.path for it in receiver.received}
    assert paths == {"VEHICLE_STATE": "/api/webhook/secret=", "VEHICLE_ERROR": "/errors"}


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("https://elsewhere.example/hook", "no route"),
        ("http://elsewhere.example/hook", "not https"),
        ("https://192.168.1.2/hook", "no route"),
        ("hook", "not an absolute URL"),
    ],
)
def test_only_public_https_or_loopback_can_be_reached(uri: str, reason: str) -> None:
    with pytest.raises(UnreachableError, match=reason):
        resolve(uri, {"https://home.example": "http://127.0.0.1:8123"})


def test_a_public_origin_leads_to_its_loopback_server() -> None:
    routes = {"https://home.example": "http://127.0.0.1:8123"}
    assert str(resolve("https://home.example/a%2Fb?c=d=", routes)) == (
        "http://127.0.0.1:8123/a%2Fb?c=d="
    )


def test_a_loopback_callback_needs_no_route() -> None:
    assert str(resolve("http://127.0.0.1:8123/hook", {})) == "http://127.0.0.1:8123/hook"


async def test_an_unreachable_callback_is_a_failure(sim: Simulator) -> None:
    webhook = await sim.create_webhook("current", "https://elsewhere.example/hook")
    assert "no route" in (await sim.verify(webhook)).reason
