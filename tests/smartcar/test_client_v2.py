"""API v2.0: the owner's token, its renewal, and the verbs of a dynamic webhook."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
import re

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.smartcar_dynamic.smartcar.client import (
    SmartcarApiError,
    SmartcarClient,
    SmartcarConnectionError,
    SmartcarCredentialsError,
)
from custom_components.smartcar_dynamic.smartcar.client_v2 import ClientV2, Token
from custom_components.smartcar_dynamic.smartcar.model import Problem, Remedy, VehicleInfo

from .api_server import NEVER, Answer, ApiServer, api_server, loopback_session

NOW = 1_795_000_000.0
TOKEN = Token("access-1", "refresh-1", NOW + 7200)
RENEWAL = "POST /auth/oauth/token"
RENEWED = {
    "access_token": "access-2",
    "token_type": "Bearer",
    "expires_in": 7200,
    "refresh_token": "refresh-2",
}
LIST = "GET /api/v2.0/vehicles"
CAR = VehicleInfo("36ab27d0-fd9d-4455-823a-ce30af709ffc")
ATTRIBUTES = f"{LIST}/{CAR.id}"
VIN = f"{LIST}/{CAR.id}/vin"
WEBHOOK = "9b6ae692-60cc-4b3e-89d8-71e7549cf805"
SUBSCRIBE = f"POST /api/v2.0/vehicles/{CAR.id}/webhooks/{WEBHOOK}"
UNSUBSCRIBE = f"DELETE /api/v2.0/vehicles/{CAR.id}/webhooks/{WEBHOOK}"
REJECTED = Answer({"type": "AUTHENTICATION", "code": None, "statusCode": 401}, 401)
MODEL_S = {"id": CAR.id, "make": "TESLA", "model": "Model S", "year": "2014"}

type Make = Callable[..., ClientV2]

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def smartcar() -> AsyncGenerator[ApiServer]:
    async with api_server() as server:
        server.on(RENEWAL, RENEWED)
        server.on(LIST, {"paging": {"count": 1, "offset": 0}, "vehicles": [CAR.id]})
        server.on(ATTRIBUTES, MODEL_S)
        server.on(VIN, {"vin": "5YJSA1CN5DFP00101"})
        yield server


@pytest.fixture
async def session() -> AsyncGenerator[ClientSession]:
    async with loopback_session() as opened:
        yield opened


@pytest.fixture
def saved() -> list[Token]:
    return []


@pytest.fixture
def make(
    session: ClientSession,
    smartcar: ApiServer,
    saved: list[Token],
    freezer: FrozenDateTimeFactory,
) -> Make:
    freezer.move_to("2026-11-18T11:06:40Z")

    def make_client(token: Token = TOKEN, **changes: str | None) -> ClientV2:
        return ClientV2(
            session,
            smartcar.hosts,
            token,
            client_id=changes.get("client_id", "app"),
            client_secret=changes.get("client_secret", "app-secret"),
            management_token="management",
            save_token=saved.append,
        )

    return make_client


def bearers(smartcar: ApiServer) -> list[str]:
    return [asked.headers["Authorization"].removeprefix("Bearer ") for asked in smartcar.asked]


async def test_accepted_credentials_cost_one_call(make: Make, smartcar: ApiServer) -> None:
    client: SmartcarClient = make()
    await client.check_credentials()
    assert smartcar.lines() == [LIST]
    assert smartcar.asked[0].query == {"limit": "1", "offset": "0"}
    assert bearers(smartcar) == ["access-1"]


async def test_vehicles_are_ids_alone(make: Make, smartcar: ApiServer) -> None:
    assert await make().vehicles() == (CAR,)
    assert smartcar.asked[0].query == {"limit": "50", "offset": "0"}


async def test_no_vehicle_at_all_is_normal(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(LIST, {"paging": {"count": 0, "offset": 0}, "vehicles": []})
    assert await make().vehicles() == ()


def page(first: int, last: int, **rest: object) -> dict[str, object]:
    return {"vehicles": [f"car-{number}" for number in range(first, last)], **rest}


async def test_vehicles_come_page_by_page(make: Make, smartcar: ApiServer) -> None:
    paging = {"count": 60, "offset": 0}
    smartcar.on(LIST, page(0, 50, paging=paging), page(50, 60, paging=paging))
    assert len(await make().vehicles()) == 60
    assert [asked.query["offset"] for asked in smartcar.asked] == ["0", "50"]


async def test_pages_smaller_than_asked_for_are_followed(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(LIST, page(0, 10, paging={"count": 12}), page(10, 12, paging={"count": 12}))
    assert len(await make().vehicles()) == 12


async def test_without_a_total_a_short_page_is_the_last(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(LIST, page(0, 50), page(50, 51))
    assert len(await make().vehicles()) == 51
    assert len(smartcar.asked) == 2


async def test_a_page_that_repeats_itself_is_the_last(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(LIST, page(0, 10, paging={"count": 99}))
    assert len(await make().vehicles()) == 10
    assert len(smartcar.asked) == 2


async def test_a_list_without_end_is_ended(
    make: Make, smartcar: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.smartcar_dynamic.smartcar.client_v2._PAGES", 3)
    smartcar.on(LIST, *(page(50 * number, 50 * number + 50) for number in range(9)))
    assert len(await make().vehicles()) == 150


async def test_what_is_no_id_is_no_vehicle(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(LIST, {"vehicles": [None, "", 7, CAR.id]})
    assert await make().vehicles() == (CAR,)


@pytest.mark.parametrize("body", [{}, {"vehicles": None}, [], b"<html>"])
async def test_an_answer_without_vehicles_is_none(
    make: Make, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(LIST, body)
    with pytest.raises(SmartcarConnectionError, match="asked to list the vehicles"):
        await make().vehicles()


async def test_a_vehicle_is_described_by_its_attributes_and_vin(make: Make) -> None:
    assert await make().get_attributes(CAR) == VehicleInfo(
        CAR.id, make="TESLA", model="Model S", year=2014, vin="5YJSA1CN5DFP00101"
    )


async def test_what_is_known_is_not_asked_for(make: Make, smartcar: ApiServer) -> None:
    known = VehicleInfo(CAR.id, make="TESLA", model="Model S", vin="5YJSA1CN5DFP00101")
    assert await make().get_attributes(known) == known
    assert smartcar.asked == []


async def test_what_is_known_is_not_overwritten(make: Make) -> None:
    known = VehicleInfo(CAR.id, make="Tesla", year=2015)
    described = await make().get_attributes(known)
    assert (described.make, described.model, described.year) == ("Tesla", "Model S", 2015)


@pytest.mark.parametrize(
    ("told", "year"),
    [
        (2014, 2014),
        ("2014", 2014),
        ("None", None),
        ("", None),
        (None, None),
        (True, None),
        (0, None),
        (20140, None),
        ("9" * 5000, None),
        ([2014], None),
    ],
)
async def test_a_year_is_a_number_or_unknown(
    make: Make, smartcar: ApiServer, told: object, year: int | None
) -> None:
    smartcar.on(ATTRIBUTES, MODEL_S | {"year": told})
    assert (await make().get_attributes(CAR)).year == year


@pytest.mark.parametrize("status", [403, 409, 501])
async def test_a_vin_that_smartcar_withholds_is_no_error(
    make: Make, smartcar: ApiServer, status: int
) -> None:
    smartcar.on(VIN, Answer({"type": "PERMISSION", "code": None}, status))
    described = await make().get_attributes(CAR)
    assert (described.make, described.vin) == ("TESLA", None)


async def test_attributes_that_are_not_granted_are_no_error(
    make: Make, smartcar: ApiServer
) -> None:
    smartcar.on(ATTRIBUTES, Answer({"type": "PERMISSION", "code": None}, 403))
    described = await make().get_attributes(CAR)
    assert (described.make, described.vin) == (None, "5YJSA1CN5DFP00101")


async def test_attributes_that_must_wait_are_an_error(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(ATTRIBUTES, Answer({"type": "RATE_LIMIT", "code": "VEHICLE"}, 429))
    with pytest.raises(SmartcarApiError, match="a vehicle's attributes: RATE_LIMIT:VEHICLE"):
        await make().get_attributes(CAR)


async def test_attributes_that_are_no_object_are_no_answer(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(ATTRIBUTES, ["TESLA"])
    with pytest.raises(SmartcarConnectionError):
        await make().get_attributes(CAR)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"vehicleId": CAR.id, "webhookId": WEBHOOK}),
        Answer(b"", 204),
        Answer({}, 202),
        Answer({"type": "VALIDATION", "description": "exists"}, 409),
        Answer({"type": "VALIDATION", "description": "Vehicle is already subscribed."}, 400),
    ],
)
async def test_a_vehicle_is_subscribed_or_already_was(
    make: Make, smartcar: ApiServer, answer: Answer
) -> None:
    smartcar.on(SUBSCRIBE, answer)
    await make().subscribe(CAR, WEBHOOK)
    assert smartcar.lines() == [SUBSCRIBE]
    assert bearers(smartcar) == ["access-1"]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Welcome</html>",
        b"",
        b"done",
        [],
        "subscribed",
        {"vehicleId": CAR.id},
        {"vehicleId": "another", "webhookId": WEBHOOK},
        {"vehicleId": CAR.id, "webhookId": "another"},
        {"type": "VALIDATION", "description": "no"},
    ],
)
async def test_what_does_not_name_vehicle_and_webhook_is_no_subscription(
    make: Make, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(SUBSCRIBE, Answer(body))
    with pytest.raises(SmartcarConnectionError, match="answered with something else"):
        await make().subscribe(CAR, WEBHOOK)


@pytest.mark.parametrize(
    "body", [b"<html>Welcome</html>", b"", [], "done", {"data": []}, {"status": "error"}]
)
async def test_a_page_unsubscribes_no_vehicle(
    make: Make, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(UNSUBSCRIBE, Answer(body))
    with pytest.raises(SmartcarConnectionError, match="answered with something else"):
        await make().unsubscribe(CAR, WEBHOOK)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"type": "RESOURCE_NOT_FOUND", "code": "PATH"}),
        (400, {"type": "VALIDATION", "description": "Malformed webhook ID"}),
        (429, {"type": "RATE_LIMIT", "description": "You have already asked too often"}),
    ],
)
async def test_a_refused_subscription_is_an_error(
    make: Make, smartcar: ApiServer, status: int, body: object
) -> None:
    smartcar.on(SUBSCRIBE, Answer(body, status))
    with pytest.raises(SmartcarApiError, match="Smartcar refused to subscribe a vehicle"):
        await make().subscribe(CAR, WEBHOOK)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"status": "success"}),
        Answer({}),
        Answer(b"", 204),
        Answer({"type": "RESOURCE_NOT_FOUND", "code": "PATH"}, 404),
        Answer({"type": "VALIDATION", "description": "Vehicle is not subscribed"}, 400),
    ],
)
async def test_a_vehicle_is_unsubscribed_with_the_management_token(
    make: Make, smartcar: ApiServer, answer: Answer
) -> None:
    smartcar.on(UNSUBSCRIBE, answer)
    await make().unsubscribe(CAR, WEBHOOK)
    assert smartcar.lines() == [UNSUBSCRIBE]
    assert bearers(smartcar) == ["management"]


async def test_a_rejected_management_token_renews_no_access_token(
    make: Make, smartcar: ApiServer
) -> None:
    smartcar.on(UNSUBSCRIBE, REJECTED)
    with pytest.raises(SmartcarCredentialsError):
        await make().unsubscribe(CAR, WEBHOOK)
    assert smartcar.lines() == [UNSUBSCRIBE]


async def test_a_cancelled_renewal_is_forgotten(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(RENEWAL, Answer(NEVER))
    client = make(replace(TOKEN, expires_at=0))
    call = asyncio.create_task(client.vehicles())
    await smartcar.arrived.wait()
    (renewal,) = client._tasks
    renewal.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert client._tasks == set()


async def test_a_renewal_outlives_its_caller(
    make: Make, smartcar: ApiServer, saved: list[Token]
) -> None:
    smartcar.on(RENEWAL, Answer(RENEWED, held=True))
    client = make(replace(TOKEN, expires_at=0))
    call = asyncio.create_task(client.vehicles())
    await smartcar.arrived.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    smartcar.released.set()
    await client.wait_for_renewal()
    assert [token.refresh_token for token in saved] == ["refresh-2"]


async def test_what_the_api_cannot_tell_is_none(make: Make, smartcar: ApiServer) -> None:
    client: SmartcarClient = make()
    assert await client.subscribed(WEBHOOK) is None
    assert await client.webhooks() is None
    assert smartcar.asked == []


async def test_a_token_about_to_expire_is_renewed_first(
    make: Make, smartcar: ApiServer, saved: list[Token]
) -> None:
    await make(replace(TOKEN, expires_at=NOW + 59)).vehicles()
    assert smartcar.lines() == [RENEWAL, LIST]
    assert smartcar.asked[0].body == "grant_type=refresh_token&refresh_token=refresh-1"
    basic = b64encode(b"app:app-secret").decode()
    assert smartcar.asked[0].headers["Authorization"] == f"Basic {basic}"
    assert bearers(smartcar)[1] == "access-2"
    assert saved == [Token("access-2", "refresh-2", NOW + 7200)]


async def test_the_renewed_refresh_token_is_the_next_ones(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(RENEWAL, RENEWED | {"expires_in": 30}, RENEWED)
    client = make(replace(TOKEN, expires_at=NOW))
    await client.vehicles()
    await client.vehicles()
    renewals = [asked.body for asked in smartcar.asked if asked.line == RENEWAL]
    assert [body.rpartition("=")[2] for body in renewals] == ["refresh-1", "refresh-2"]


async def test_the_renewed_token_is_saved_before_it_is_used(
    session: ClientSession, smartcar: ApiServer
) -> None:
    saved: list[tuple[Token, list[str]]] = []

    async def save(token: Token) -> None:
        await asyncio.sleep(0)
        saved.append((token, smartcar.lines()))

    client = ClientV2(
        session,
        smartcar.hosts,
        replace(TOKEN, expires_at=0),
        client_id="app",
        client_secret="app-secret",
        management_token="management",
        save_token=save,
    )
    await client.vehicles()
    assert [token.refresh_token for token, _ in saved] == ["refresh-2"]
    assert [asked for _, asked in saved] == [[RENEWAL]]


async def test_many_waiting_calls_renew_once(
    make: Make, smartcar: ApiServer, saved: list[Token]
) -> None:
    client = make(replace(TOKEN, expires_at=NOW))
    await asyncio.gather(*(client.vehicles() for _ in range(5)))
    assert sorted(smartcar.lines()) == [LIST] * 5 + [RENEWAL]
    assert len(saved) == 1


async def test_many_rejected_calls_renew_once(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(LIST, *[REJECTED] * 5, {"vehicles": []})
    client = make()
    await asyncio.gather(*(client.vehicles() for _ in range(5)))
    assert smartcar.lines().count(RENEWAL) == 1


async def test_a_rejected_call_is_repeated_with_a_new_token(
    make: Make, smartcar: ApiServer
) -> None:
    smartcar.on(LIST, REJECTED, {"vehicles": [CAR.id]})
    assert await make().vehicles() == (CAR,)
    assert smartcar.lines() == [LIST, RENEWAL, LIST]
    assert bearers(smartcar)[2] == "access-2"


async def test_a_call_rejected_twice_is_a_credentials_error(
    make: Make, smartcar: ApiServer
) -> None:
    smartcar.on(LIST, REJECTED)
    with pytest.raises(SmartcarCredentialsError, match="refused to list the vehicles: AUTHENT"):
        await make().vehicles()
    assert smartcar.lines() == [LIST, RENEWAL, LIST]


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, "invalid_grant"), (401, "invalid_client"), (400, "invalid_request")],
)
async def test_a_rejected_renewal_is_a_credentials_error(
    make: Make, smartcar: ApiServer, status: int, error: str
) -> None:
    smartcar.on(RENEWAL, Answer({"error": error, "error_description": "?"}, status))
    with pytest.raises(SmartcarCredentialsError) as caught:
        await make(replace(TOKEN, expires_at=0)).vehicles()
    assert caught.value.problem.name == f"AUTHENTICATION:{error.upper()}"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>", 502),
        Answer({"error": "server_error"}, 500),
        Answer({"error": "invalid_grant"}, 503),
        Answer({"error": "unsupported_grant_type"}, 400),
        Answer({"type": "RATE_LIMIT", "code": "SMARTCAR_API"}, 429),
    ],
)
async def test_a_renewal_that_fails_otherwise_is_no_credentials_error(
    make: Make, smartcar: ApiServer, answer: Answer
) -> None:
    smartcar.on(RENEWAL, answer)
    with pytest.raises(SmartcarApiError, match="refused to renew the access token") as caught:
        await make(replace(TOKEN, expires_at=0)).vehicles()
    assert type(caught.value) is SmartcarApiError


@pytest.mark.parametrize("body", [b"<html>", {}, {"access_token": None}, {"access_token": ""}])
async def test_a_renewal_without_a_token_is_no_answer(
    make: Make, smartcar: ApiServer, saved: list[Token], body: object
) -> None:
    smartcar.on(RENEWAL, body)
    with pytest.raises(SmartcarConnectionError, match="asked to renew the access token"):
        await make(replace(TOKEN, expires_at=0)).vehicles()
    assert saved == []


async def test_a_renewal_that_failed_is_tried_again(make: Make, smartcar: ApiServer) -> None:
    smartcar.on(RENEWAL, Answer(b"", 502), RENEWED)
    client = make(replace(TOKEN, expires_at=0))
    with pytest.raises(SmartcarApiError):
        await client.vehicles()
    assert await client.vehicles() == (CAR,)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"expires_in": 600}, 600),
        ({"expires_in": "600"}, 600),
        ({"expires_in": 600.5}, 600.5),
        ({}, 7200),
        ({"expires_in": None}, 7200),
        ({"expires_in": "soon"}, 7200),
        ({"expires_in": True}, 7200),
        ({"expires_in": 0}, 7200),
        ({"expires_in": 10**400}, 7200),
    ],
)
async def test_a_lifetime_is_a_number_a_text_or_two_hours(
    make: Make,
    smartcar: ApiServer,
    saved: list[Token],
    told: dict[str, object],
    seconds: float,
) -> None:
    smartcar.on(RENEWAL, {"access_token": "access-2", **told})
    await make(replace(TOKEN, expires_at=0)).vehicles()
    assert saved[0].expires_at == NOW + seconds


async def test_a_refresh_token_that_is_not_replaced_stays(
    make: Make, smartcar: ApiServer, saved: list[Token]
) -> None:
    smartcar.on(RENEWAL, {"access_token": "access-2"})
    await make(replace(TOKEN, expires_at=0)).vehicles()
    assert saved[0].refresh_token == "refresh-1"


@pytest.mark.parametrize(
    ("token", "changes"),
    [
        (replace(TOKEN, expires_at=0), {"client_id": None}),
        (replace(TOKEN, expires_at=0), {"client_secret": ""}),
        (replace(TOKEN, expires_at=0, refresh_token=None), {}),
    ],
)
async def test_an_expired_token_without_renewal_is_a_credentials_error(
    make: Make, smartcar: ApiServer, token: Token, changes: dict[str, str | None]
) -> None:
    with pytest.raises(SmartcarCredentialsError, match="cannot be renewed") as error:
        await make(token, **changes).vehicles()
    assert smartcar.asked == []
    assert error.value.problem == Problem("AUTHENTICATION", None, Remedy.CREDENTIALS)
    assert error.value.status == 401


async def test_a_client_id_with_odd_characters_is_sent_unchanged(
    make: Make, smartcar: ApiServer
) -> None:
    await make(replace(TOKEN, expires_at=0), client_id="ä:b").vehicles()
    basic = b64encode("ä:b:app-secret".encode()).decode()
    assert smartcar.asked[0].headers["Authorization"] == f"Basic {basic}"


async def test_the_application_is_named_by_its_client_id(make: Make) -> None:
    assert await make(TOKEN).application_id() == "app"


def test_a_token_shows_no_secret() -> None:
    assert not re.search("access-1|refresh-1", repr(TOKEN))


def test_a_client_says_where_it_asks(make: Make) -> None:
    assert make().url.endswith("/api")
