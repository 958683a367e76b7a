"""The callback URI answers whatever comes, and takes only what Smartcar signed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
import gzip
import json

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.webhook import async_generate_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.flows.challenge import VerificationListener
from custom_components.smartcar_dynamic.webhook.handler import SmartcarWebhook
from custom_components.smartcar_dynamic.webhook.status import CallbackStatus, Rejection

from ..cars import Car, Writes
from ..conftest import SetUp
from ..entries import MANAGEMENT_TOKEN, WEBHOOK_ID
from ..shapes import fuzzed
from ..smartcar.payloads import (
    TUTORIAL,
    VEHICLE_ID,
    Json,
    dynamic,
    endpoint,
    error,
    signal,
    state,
)
from ..webhook_client import WebhookClient, signature

CHALLENGE = "3a5c8f72-e6d9-4b1a-9f2e-8c7d6a5b4e3f"
VERIFY_V2: Json = {
    "version": "2.0",
    "webhookId": "of-the-challenge",
    "eventName": "verify",
    "payload": {"challenge": CHALLENGE},
}
VERIFY_V4: Json = {
    "eventId": "52f6e0bb-1369-45da-a61c-9e67d092d6db",
    "eventType": "VERIFY",
    "data": {"challenge": CHALLENGE},
    "meta": {"version": "4.0", "webhookId": "of-the-challenge"},
}
VERIFICATIONS = pytest.mark.parametrize("verify", [VERIFY_V2, VERIFY_V4], ids=["v2", "v4"])
WAYS = pytest.mark.parametrize("cloud", [False, True], ids=["http", "cloudhook"])
LARGEST = 1_048_576


def encoded(payload: object) -> bytes:
    return json.dumps(payload).encode()


def challenge(text: object) -> bytes:
    return encoded({**VERIFY_V2, "payload": {"challenge": text}})


def health(entry: MockConfigEntry) -> CallbackStatus:
    found = entry.runtime_data.store.data.status
    assert isinstance(found, CallbackStatus)
    return found


@pytest.fixture
def smartcar(smartcar: WebhookClient, cloud: bool) -> WebhookClient:  # noqa: FBT001 - a parameter of the test
    return smartcar.through_cloud() if cloud else smartcar


@pytest.fixture
def cloud() -> bool:
    return False


@WAYS
@VERIFICATIONS
async def test_the_challenge_is_answered_without_a_signature(
    entry: MockConfigEntry, smartcar: WebhookClient, verify: Json
) -> None:
    answer = await smartcar.post(encoded(verify))
    assert answer.status == 200
    assert json.loads(answer.body) == {"challenge": signature(CHALLENGE.encode())}
    assert health(entry).answered_at is not None


@VERIFICATIONS
async def test_the_challenge_is_answered_with_a_signature(
    entry: MockConfigEntry, smartcar: WebhookClient, verify: Json
) -> None:
    answer = await smartcar.deliver(verify)
    assert json.loads(answer.body) == {"challenge": signature(CHALLENGE.encode())}
    assert health(entry).last_delivery is None


async def test_the_challenge_is_answered_though_its_signature_is_wrong(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    answer = await smartcar.with_token("another").deliver(VERIFY_V4)
    assert json.loads(answer.body) == {"challenge": signature(CHALLENGE.encode())}
    assert health(entry).wrong_signatures == 0


async def test_a_challenge_notes_when_and_where_it_came(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    await hass.config.async_update(external_url="https://127.0.0.1:9")
    freezer.tick(5)
    await smartcar.post(encoded(VERIFY_V2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert health(entry).answered_at == round(dt_util.utcnow().timestamp() * 1000)
    assert health(entry).answered_uri == f"https://127.0.0.1:9/api/webhook/{WEBHOOK_ID}"
    assert health(entry).callback_uri is None


async def test_only_a_signed_delivery_names_our_webhook(
    hass: HomeAssistant, set_up: SetUp, entry_v2: MockConfigEntry, smartcar: WebhookClient
) -> None:
    entry = MockConfigEntry(
        domain="smartcar_dynamic", data={**entry_v2.data, "smartcar_webhook_id": None}
    )
    await set_up(entry)
    await smartcar.post(encoded(VERIFY_V2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["smartcar_webhook_id"] is None
    await smartcar.deliver(TUTORIAL)
    assert entry.data["smartcar_webhook_id"] == TUTORIAL["webhookId"]


async def test_a_challenge_of_another_webhook_changes_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    before = entry.data["smartcar_webhook_id"]
    await smartcar.post(encoded(VERIFY_V2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["smartcar_webhook_id"] == before


@pytest.mark.parametrize(
    "forged",
    [
        json.dumps(TUTORIAL),
        "{}",
        '"text"',
        "with a blank",
        "line\nbreak",
        "ünïcode",
        "",
        "x" * 257,
        None,
        5,
        ["x"],
        {"eventName": "dynamic"},
    ],
)
async def test_a_challenge_that_could_be_a_delivery_is_not_signed(
    entry: MockConfigEntry, smartcar: WebhookClient, forged: object
) -> None:
    answer = await smartcar.post(challenge(forged))
    assert answer.status in {400, 401}
    assert answer.body == b""
    assert health(entry).answered_at is None


async def test_a_challenge_in_a_large_body_is_not_signed(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    answer = await smartcar.post(encoded({**VERIFY_V2, "padding": "x" * 4096}))
    assert (answer.status, answer.body) == (401, b"")
    assert health(entry).rejection is Rejection.UNSIGNED


async def test_a_large_challenge_with_a_wrong_signature_is_refused(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    answer = await smartcar.with_token("another").deliver({**VERIFY_V2, "padding": "x" * 4096})
    assert (answer.status, answer.body) == (401, b"")
    assert health(entry).rejection is Rejection.WRONG_SIGNATURE


async def test_a_challenge_of_4096_bytes_is_signed(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    body = encoded(VERIFY_V2)
    assert (await smartcar.post(body + b" " * (4096 - len(body)))).status == 200
    assert (await smartcar.post(body + b" " * (4097 - len(body)))).status == 401
    assert health(entry).rejections[Rejection.UNSIGNED] == 1


@WAYS
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"SC-Signature": ""},
        {"SC-Signature": "wrong"},
        {"SC-Signature": "ünïcode ☃"},
        {"SC-Signature": signature(b"something else")},
        {"SC-Signature": signature(json.dumps(TUTORIAL).encode(), "another token")},
        {"SC-Signature": signature(json.dumps(TUTORIAL).encode())[:-1]},
        {"X-Signature": signature(json.dumps(TUTORIAL).encode())},
    ],
)
async def test_a_delivery_without_the_right_signature_is_refused(
    entry: MockConfigEntry, smartcar: WebhookClient, headers: Mapping[str, str], car: Car
) -> None:
    answer = await smartcar.post(encoded(TUTORIAL), headers)
    assert (answer.status, answer.body) == (401, b"")
    assert car.states == {}
    assert health(entry).last_delivery is None
    assert health(entry).last_rejected is not None


async def test_the_signature_is_of_the_raw_bytes(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    body = json.dumps({**TUTORIAL, "name": "é"}, ensure_ascii=False, indent=3).encode()
    headers = {
        "SC-Signature": signature(body),
        "Content-Type": "application/json; charset=iso-8859-1",
    }
    assert (await smartcar.post(body, headers)).status == 204
    await smartcar.hass.async_block_till_done()
    assert car.value("tractionbattery-stateofcharge") == "58"
    assert health(entry).wrong_signatures == 0


async def test_blanks_around_a_signature_do_not_matter(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    body = encoded(TUTORIAL)
    smartcar = smartcar.through_cloud()
    assert (await smartcar.post(body, {"SC-Signature": f" {signature(body)} "})).status == 204
    assert health(entry).deliveries["state"] == 1


@pytest.mark.parametrize("cloud", [True])
async def test_the_name_of_the_header_may_be_in_lower_case(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    body = encoded(TUTORIAL)
    assert (await smartcar.post(body, {"sc-signature": signature(body)})).status == 204
    assert health(entry).deliveries["state"] == 1


@WAYS
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        b"{",
        b"not json",
        b"\xff\xfe\x00",
        b'{"a": "\xc3\x28"}',
        b"NaN",
        b"{}" + b"\x00",
        b"[" * 5000,
        encoded(TUTORIAL)[:-1],
    ],
)
async def test_what_is_no_json_object_is_refused_though_signed(
    entry: MockConfigEntry, smartcar: WebhookClient, body: bytes
) -> None:
    assert (await smartcar.deliver_bytes(body)).status == 400
    assert health(entry).rejection is Rejection.NOT_JSON


@WAYS
async def test_a_signed_body_that_is_too_large_is_refused(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    body = encoded(TUTORIAL)
    assert (await smartcar.deliver_bytes(body + b" " * (LARGEST + 1 - len(body)))).status == 413
    assert health(entry).rejection is Rejection.TOO_LARGE
    assert (await smartcar.deliver_bytes(body + b" " * (LARGEST - len(body)))).status == 204


async def test_a_body_in_pieces_is_put_together(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    body = encoded(TUTORIAL)

    async def pieces() -> AsyncGenerator[bytes]:
        for piece in (body[:100], body[100:101], body[101:]):
            yield piece
            await asyncio.sleep(0)

    async with smartcar.client.post(
        async_generate_path(WEBHOOK_ID), data=pieces(), headers={"SC-Signature": signature(body)}
    ) as response:
        assert response.status == 204
    await hass.async_block_till_done()
    assert car.value("tractionbattery-stateofcharge") == "58"
    assert health(entry).deliveries["state"] == 1


async def test_only_a_challenges_length_of_unsigned_bodies_is_read(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    over = asyncio.Event()

    async def endless() -> AsyncGenerator[bytes]:
        yield b"x" * 8192
        await over.wait()

    async with smartcar.client.post(async_generate_path(WEBHOOK_ID), data=endless()) as response:
        assert response.status == 401
        over.set()
    assert health(entry).rejection is Rejection.UNSIGNED


async def test_a_compressed_body_is_read(entry: MockConfigEntry, smartcar: WebhookClient) -> None:
    body = encoded(TUTORIAL)
    headers = {"Content-Encoding": "gzip", "SC-Signature": signature(body)}
    assert (await smartcar.post(gzip.compress(body), headers)).status == 204
    assert health(entry).deliveries["state"] == 1


async def test_a_body_with_a_wrong_compression_is_refused(
    entry: MockConfigEntry, smartcar: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    body = encoded(TUTORIAL)
    headers = {"Content-Encoding": "gzip", "SC-Signature": signature(body)}
    assert (await smartcar.post(body, headers)).status == 400
    assert health(entry).rejection is Rejection.NOT_JSON
    assert "Error processing webhook" not in caplog.text


async def test_a_sender_who_hangs_up_costs_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = smartcar.client.make_url("/")
    assert url.host is not None
    assert url.port is not None
    reader, writer = await asyncio.open_connection(url.host, url.port)
    path = async_generate_path(WEBHOOK_ID)
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{{".encode())
    await writer.drain()
    # Another request is served after this one has begun.
    await smartcar.request("GET")
    writer.transport.abort()
    for _ in range(5):
        await smartcar.request("GET")
    await hass.async_block_till_done()
    assert await reader.read() == b""
    assert "Error processing webhook" not in caplog.text
    assert health(entry).last_rejected is None
    assert (await smartcar.deliver(TUTORIAL)).status == 204


@WAYS
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_only_a_post_is_taken(
    entry: MockConfigEntry, smartcar: WebhookClient, method: str, car: Car
) -> None:
    body = encoded(TUTORIAL)
    answer = await smartcar.request(method, body, {"SC-Signature": signature(body)})
    assert answer.status == 405
    assert car.states == {}
    assert health(entry).last_delivery is None


@WAYS
@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"eventName": "dynamic"},
        {"eventName": "somethingNew", "payload": {"vehicles": [{"vehicleId": "x"}]}},
        {"eventType": "SOMETHING_NEW", "data": {"vehicle": {"id": "x"}}},
        {"eventType": None},
        {"eventName": 5, "payload": []},
        {"eventType": "VEHICLE_STATE", "data": None, "meta": None},
        dynamic(endpoint("/never/heard/of", {"value": 1})),
        dynamic(endpoint("/battery", {"percentRemaining": "much", "range": [None]})),
        dynamic(endpoint("/battery", None)),
        dynamic(vehicleId=None),
        state(signal("tractionbattery-stateofcharge", {"value": "much"})),
        state(signal("tractionbattery-stateofcharge", None)),
        state(None, 5, "x", {}, []),
        error(None, {"type": 5, "resolution": None, "signals": ["x", None]}),
    ],
)
async def test_an_authentic_body_is_acknowledged_though_it_is_unreadable(
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    payload: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await smartcar.deliver(payload)
    assert (answer.status, answer.body) == (204, b"")
    assert health(entry).deliveries.total() == 1
    assert [record for record in caplog.records if record.levelno >= 30] == []


async def test_a_signed_challenge_that_must_not_be_signed_is_refused(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    assert (await smartcar.deliver_bytes(challenge("{}"))).status == 400
    assert health(entry).rejection is Rejection.NO_CHALLENGE


@WAYS
async def test_a_test_delivery_counts_as_arrived_and_changes_nothing(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    assert (await smartcar.deliver({**TUTORIAL, "mode": "test"})).status == 204
    payload = state(signal("tractionbattery-stateofcharge", {"value": 5}))
    payload["meta"]["mode"] = "TEST"
    assert (await smartcar.deliver(payload)).status == 204
    assert health(entry).deliveries == {"state_test": 2}
    assert health(entry).last_test == health(entry).last_delivery is not None
    assert car.device is None


async def test_a_real_delivery_may_have_a_tests_id(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    await smartcar.deliver({**TUTORIAL, "mode": "test"})
    await smartcar.deliver(TUTORIAL)
    assert car.value("tractionbattery-stateofcharge") == "58"
    assert health(entry).deliveries == {"state_test": 1, "state": 1}


async def test_wrong_signatures_are_counted_until_one_is_right(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    for _ in range(2):
        await smartcar.with_token("another").deliver(TUTORIAL)
    await smartcar.post(encoded(TUTORIAL))
    assert health(entry).wrong_signatures == 2
    await smartcar.deliver(TUTORIAL)
    assert health(entry).wrong_signatures == 0
    assert health(entry).last_test is None
    assert health(entry).rejections[Rejection.WRONG_SIGNATURE] == 2


async def test_a_bug_of_ours_is_acknowledged_and_logged(
    hass: HomeAssistant, smartcar: WebhookClient, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def async_on_delivery(self, payload: Mapping[str, object]) -> bool:
            raise ValueError(payload["payload"])

        @callback
        def async_on_signature(self) -> None:
            """Say nothing."""

        @callback
        def async_on_challenge(self, smartcar_webhook_id: str | None) -> None:
            raise AssertionError(smartcar_webhook_id)

        @callback
        def async_on_rejection(self, reason: Rejection) -> None:
            raise AssertionError(reason)

    broken = SmartcarWebhook(hass, WEBHOOK_ID, MANAGEMENT_TOKEN, Broken())
    broken.async_register()
    assert (await smartcar.deliver(TUTORIAL)).status == 204
    assert "Could not process a delivery: ValueError" in caplog.text
    assert "async_on_delivery" in caplog.text
    assert VEHICLE_ID not in caplog.text
    broken.async_unregister()


async def test_a_delivery_must_come_again_without_an_entry(
    hass: HomeAssistant, smartcar: WebhookClient
) -> None:
    waiting = VerificationListener(hass, WEBHOOK_ID, MANAGEMENT_TOKEN)
    waiting.async_start(None)
    assert (await smartcar.deliver(TUTORIAL)).status == 503
    assert (await smartcar.with_token("another").deliver(TUTORIAL)).status == 401
    assert waiting.is_signed
    assert waiting.answered_at is None
    assert (await smartcar.post(encoded(VERIFY_V4))).status == 200
    assert waiting.answered_at is not None
    assert waiting.smartcar_webhook_id == "of-the-challenge"
    waiting.async_stop(keep=False)
    assert (await smartcar.deliver(TUTORIAL)).status == 200


async def test_a_flow_answers_challenges_with_its_own_token(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    mine: SmartcarWebhook = entry.runtime_data.webhook
    listener = VerificationListener(smartcar.hass, WEBHOOK_ID, "a new token")
    listener.async_start(mine)
    answer = await smartcar.post(encoded(VERIFY_V4))
    assert json.loads(answer.body) == {"challenge": signature(CHALLENGE.encode(), "a new token")}
    assert listener.smartcar_webhook_id == "of-the-challenge"
    assert not listener.is_signed
    assert health(entry).answered_at is None
    for token in ("a new token", MANAGEMENT_TOKEN):
        assert (await smartcar.with_token(token).deliver(TUTORIAL)).status == 204
    assert listener.is_signed
    listener.async_stop(keep=True)
    assert (await smartcar.with_token("a new token").deliver(TUTORIAL)).status == 401
    answer = await smartcar.post(encoded(VERIFY_V4))
    assert json.loads(answer.body) == {"challenge": signature(CHALLENGE.encode())}


async def test_an_override_is_ended_once(entry: MockConfigEntry, smartcar: WebhookClient) -> None:
    mine: SmartcarWebhook = entry.runtime_data.webhook
    listener = VerificationListener(smartcar.hass, WEBHOOK_ID, "a new token")
    remove = mine.async_override("a new token", listener)
    for _ in range(2):
        remove()
    answer = await smartcar.post(encoded(VERIFY_V4))
    assert json.loads(answer.body) == {"challenge": signature(CHALLENGE.encode())}


async def test_our_own_challenge_verifies_nothing(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    mine: SmartcarWebhook = entry.runtime_data.webhook
    with mine.expect_challenge("our-own") as right:
        answer = await smartcar.post(challenge("our-own"))
        assert json.loads(answer.body) == {"challenge": right}
    await hass.async_block_till_done(wait_background_tasks=True)
    assert health(entry).answered_at is None
    await smartcar.post(challenge("our-own"))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert health(entry).answered_at is not None


async def test_a_new_token_can_be_tried_on_what_was_refused(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    mine: SmartcarWebhook = entry.runtime_data.webhook
    assert mine.signs_rejected("the new one") is None
    await smartcar.with_token("the new one").deliver(TUTORIAL)
    assert mine.signs_rejected("the new one") is True
    assert mine.signs_rejected(MANAGEMENT_TOKEN) is False
    await smartcar.deliver(TUTORIAL)
    assert mine.signs_rejected("the new one") is None


@pytest.mark.parametrize("garbage", [b"x", b"{}", encoded({"eventType": "VEHICLE_STATE"})])
@pytest.mark.parametrize("signed", ["0" * 64, "0" * 63, "ABC", "0" * 63 + "Z"])
@pytest.mark.parametrize("before", [0, 9])
async def test_a_strangers_requests_hide_no_token_that_is_tried(
    entry: MockConfigEntry, smartcar: WebhookClient, garbage: bytes, signed: str, before: int
) -> None:
    for _ in range(before):
        await smartcar.post(garbage, {"SC-Signature": signed})
    await smartcar.with_token("the new one").deliver(TUTORIAL)
    for _ in range(2 if before else 9):
        await smartcar.post(garbage, {"SC-Signature": signed})
    assert entry.runtime_data.webhook.signs_rejected("the new one") is True


async def test_a_large_body_that_was_refused_is_not_kept(
    entry: MockConfigEntry, smartcar: WebhookClient
) -> None:
    await smartcar.with_token("another").deliver({"eventType": "", "padding": "x" * 65_536})
    assert entry.runtime_data.webhook.signs_rejected("another") is None


async def test_deliveries_must_come_again_while_an_entry_reloads(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    freezer: FrozenDateTimeFactory,
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    assert (await smartcar.deliver(TUTORIAL)).status == 503
    freezer.tick(119)
    assert (await smartcar.deliver(TUTORIAL)).status == 503
    freezer.tick(2)
    assert (await smartcar.deliver(TUTORIAL)).status == 200


async def test_deliveries_are_taken_again_after_a_reload(
    hass: HomeAssistant, entry: MockConfigEntry, smartcar: WebhookClient, car: Car
) -> None:
    await hass.config_entries.async_reload(entry.entry_id)
    assert (await smartcar.deliver(TUTORIAL)).status == 204
    assert car.value("tractionbattery-stateofcharge") == "58"


async def test_concurrent_deliveries_are_all_taken(
    entry: MockConfigEntry, smartcar: WebhookClient, writes: Writes
) -> None:
    payloads = [
        dynamic(endpoint("/battery", {"percentRemaining": n / 100}), vehicleId=f"car-{n}")
        for n in range(20)
    ]
    answers = await asyncio.gather(*map(smartcar.deliver, payloads))
    assert {answer.status for answer in answers} == {204}
    for n in range(20):
        battery = Car(smartcar.hass, f"car-{n}").state("tractionbattery-stateofcharge")
        assert battery.state == str(n)
        assert writes.changed.count(battery.entity_id) == 1
    assert health(entry).deliveries["state"] == 20


EXAMPLES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(str.encode),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=10) | st.just(VEHICLE_ID),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("eventType", "eventName", "data", "payload", "vehicles", "vehicleId"),
                        *("signals", "errors", "vehicle", "id", "code", "body", "value", "meta"),
                        *("challenge", "mode", "path", "status", "eventId", "webhookId"),
                    ]
                ),
                inner | st.sampled_from(["VERIFY", "dynamic", "VEHICLE_STATE", "VEHICLE_ERROR"]),
                max_size=5,
            )
        ),
        max_leaves=12,
    ).map(encoded),
)


@pytest.mark.fuzz
@fuzzed(80)
@given(body=EXAMPLES, signed=st.booleans(), through_cloud=st.booleans())
async def test_any_bytes_are_answered_and_nothing_raises(
    entry: MockConfigEntry,
    smartcar: WebhookClient,
    caplog: pytest.LogCaptureFixture,
    body: bytes,
    signed: bool,  # noqa: FBT001 - an example's part
    through_cloud: bool,  # noqa: FBT001
) -> None:
    smartcar = smartcar.through_cloud() if through_cloud else smartcar
    answer = await (smartcar.deliver_bytes(body) if signed else smartcar.post(body))
    assert answer.status in ({200, 204, 400} if signed else {200, 400, 401})
    # A busy machine makes asyncio warn.
    warned = [it for it in caplog.records if it.levelno >= 30 and it.name != "asyncio"]
    assert warned == []
    assert entry.runtime_data.store.data.status.wrong_signatures == 0


@pytest.mark.parametrize(
    "odd",
    [b'"\\ud800"', b"1e400", b"-Infinity", b"NaN", b"9" * 500],
    ids=["surrogate", "infinite", "infinity", "nan", "endless"],
)
async def test_one_odd_value_costs_its_neighbours_nothing(
    entry: MockConfigEntry, smartcar: WebhookClient, car: Car, odd: bytes
) -> None:
    body = encoded(TUTORIAL).replace(b'"live"', odd)
    assert odd in body
    assert (await smartcar.deliver_bytes(body)).status == 204
    assert car.value("tractionbattery-stateofcharge") == "58"
    assert health(entry).wrong_signatures == 0
