"""API v3: the application's token, connections, webhooks and subscriptions."""

import asyncio
from collections.abc import AsyncGenerator
import json

from aiohttp import ClientSession
from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.smartcar_dynamic.smartcar.client import (
    SmartcarApiError,
    SmartcarClient,
    SmartcarConnectionError,
    SmartcarCredentialsError,
    Webhook,
)
from custom_components.smartcar_dynamic.smartcar.client_v3 import ClientV3
from custom_components.smartcar_dynamic.smartcar.model import Kind, VehicleInfo

from .api_server import RESET, Answer, ApiServer, api_server, loopback_session

TOKEN = "POST /iam/oauth2/token"
ISSUED = {"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600}
CONNECTIONS = "GET /vehicle/v3/connections"
SUBSCRIPTIONS = "GET /management/v3/subscriptions"
WEBHOOKS = "GET /management/v3/webhooks"
REJECTED = Answer({"errors": [{"status": "401", "code": "unauthorized"}]}, 401)
HOOK = "9b6ae692-60cc-4b3e-89d8-71e7549cf805"
CAR = VehicleInfo("car-1", make="TESLA", model="Model S", year=2014, user_id="user-1")


def connection(
    car: str = "car-1", user: str = "user-1", permissions: object = ("read_battery",)
) -> dict[str, object]:
    return {
        "id": f"connection-of-{car}",
        "type": "connection",
        "attributes": {
            "permissions": permissions,
            "vehicle": {
                "make": "TESLA",
                "model": "Model S",
                "year": 2014,
                "mode": "live",
                "powertrainType": "BEV",
            },
            "user": {"id": user},
        },
        "relationships": {
            "vehicle": {"data": {"id": car, "type": "vehicle"}},
            "user": {"data": {"id": user, "type": "user"}},
        },
        "meta": {"createdAt": "2025-05-03T02:45:45.349Z"},
    }


def listing(*items: object, total: int | None = None, size: int = 100) -> dict[str, object]:
    return {
        "data": list(items),
        "meta": {
            "pageNumber": 1,
            "pageSize": size,
            "totalCount": len(items) if total is None else total,
        },
    }


pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
async def smartcar() -> AsyncGenerator[ApiServer]:
    async with api_server() as server:
        server.on(TOKEN, ISSUED)
        server.on(CONNECTIONS, listing(connection()))
        yield server


@pytest.fixture
async def client(smartcar: ApiServer) -> AsyncGenerator[ClientV3]:
    async with loopback_session() as session:
        yield client_of(session, smartcar)


def client_of(session: ClientSession, smartcar: ApiServer) -> ClientV3:
    return ClientV3(session, smartcar.hosts, client_id="client_7", client_secret="s&cret")


def calls(smartcar: ApiServer) -> list[str]:
    return [line for line in smartcar.lines() if line != TOKEN]


async def test_a_token_is_fetched_with_the_clients_credentials(
    client: ClientV3, smartcar: ApiServer
) -> None:
    await client.check_credentials()
    asked = smartcar.asked[0]
    assert asked.line == TOKEN
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.body == ("grant_type=client_credentials&client_id=client_7&client_secret=s%26cret")
    assert smartcar.asked[1].headers["Authorization"] == "Bearer token-1"


async def test_accepted_credentials_cost_one_call(client: ClientV3, smartcar: ApiServer) -> None:
    verbs: SmartcarClient = client
    await verbs.check_credentials()
    assert smartcar.lines() == [TOKEN, CONNECTIONS]
    assert smartcar.asked[1].query["page[size]"] == "1"


@pytest.mark.parametrize(("status", "error"), [(400, "invalid_request"), (401, "invalid_client")])
async def test_rejected_credentials_are_a_credentials_error(
    client: ClientV3, smartcar: ApiServer, status: int, error: str
) -> None:
    smartcar.on(TOKEN, Answer({"error": error, "error_description": "?"}, status))
    with pytest.raises(SmartcarCredentialsError, match="refused to issue an access token"):
        await client.check_credentials()
    assert smartcar.lines() == [TOKEN]


async def test_a_token_endpoint_out_of_order_is_no_credentials_error(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(TOKEN, Answer(b"<html>", 503))
    with pytest.raises(SmartcarApiError) as caught:
        await client.check_credentials()
    assert type(caught.value) is SmartcarApiError


@pytest.mark.parametrize("body", [b"<html>", {}, {"access_token": 7}])
async def test_an_answer_without_a_token_is_none(
    client: ClientV3, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(TOKEN, body)
    with pytest.raises(SmartcarConnectionError, match="asked to issue an access token"):
        await client.check_credentials()


async def test_connections_that_are_no_list_prove_nothing(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(CONNECTIONS, b"<html>")
    with pytest.raises(SmartcarConnectionError, match="asked to check the credentials"):
        await client.check_credentials()


async def test_many_calls_share_one_token(client: ClientV3, smartcar: ApiServer) -> None:
    await asyncio.gather(*(client.vehicles() for _ in range(5)))
    assert smartcar.lines().count(TOKEN) == 1


async def test_a_token_is_renewed_a_minute_early(
    client: ClientV3, smartcar: ApiServer, freezer: FrozenDateTimeFactory
) -> None:
    smartcar.on(TOKEN, ISSUED, {"access_token": "token-2", "expires_in": "3600"})
    await client.vehicles()
    freezer.tick(3539)
    await client.vehicles()
    freezer.tick(1)
    await client.vehicles()
    bearers = [asked.headers.get("Authorization") for asked in smartcar.asked]
    assert bearers == [None, "Bearer token-1", "Bearer token-1", None, "Bearer token-2"]


async def test_a_rejected_token_is_replaced_once(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(TOKEN, ISSUED, {"access_token": "token-2"})
    smartcar.on(CONNECTIONS, REJECTED, listing(connection()))
    assert len(await client.vehicles()) == 1
    assert smartcar.lines() == [TOKEN, CONNECTIONS, TOKEN, CONNECTIONS]
    assert smartcar.asked[-1].headers["Authorization"] == "Bearer token-2"


async def test_a_call_rejected_twice_is_a_credentials_error(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(CONNECTIONS, REJECTED)
    with pytest.raises(SmartcarCredentialsError, match="refused to list the vehicles"):
        await client.vehicles()
    assert smartcar.lines() == [TOKEN, CONNECTIONS, TOKEN, CONNECTIONS]


async def test_a_connection_tells_all_about_its_vehicle(
    client: ClientV3, smartcar: ApiServer
) -> None:
    assert await client.vehicles() == (
        VehicleInfo(
            "car-1",
            make="TESLA",
            model="Model S",
            year=2014,
            powertrain="BEV",
            user_id="user-1",
            permissions=frozenset({"read_battery"}),
        ),
    )
    assert smartcar.asked[-1].query == {
        "filter[vehicle.mode]": "live",
        "page[number]": "1",
        "page[size]": "100",
    }


async def test_each_vehicle_has_its_own_grant(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(
        CONNECTIONS,
        listing(
            connection("car-1", permissions=["read_vin", 7]),
            connection("car-2", permissions=[]),
            connection("car-3", permissions=None),
        ),
    )
    assert [car.permissions for car in await client.vehicles()] == [
        frozenset({"read_vin"}),
        frozenset(),
        None,
    ]


async def test_of_a_vehicle_with_two_users_the_newest_connection_counts(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(CONNECTIONS, listing(connection(user="new"), connection(user="old")))
    assert [car.user_id for car in await client.vehicles()] == ["new"]


async def test_simulated_vehicles_are_asked_for_where_none_is_live(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(CONNECTIONS, listing(), listing(connection("simulated-car")))
    assert [car.id for car in await client.vehicles()] == ["simulated-car"]
    modes = [asked.query["filter[vehicle.mode]"] for asked in smartcar.asked[1:]]
    assert modes == ["live", "simulated"]


async def test_no_connection_at_all_is_normal(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(CONNECTIONS, listing(size=0))
    assert await client.vehicles() == ()


async def test_a_connection_of_another_form_is_partly_read(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(
        CONNECTIONS,
        listing(
            {"attributes": {"vehicleId": "car-1", "userId": "user-1", "vehicle": None}},
            {"attributes": {}},
            "no connection",
        ),
    )
    assert await client.vehicles() == (VehicleInfo("car-1", user_id="user-1"),)


async def test_connections_come_page_by_page_until_the_total(
    client: ClientV3, smartcar: ApiServer
) -> None:
    first = listing(*(connection(f"car-{n}") for n in range(100)), total=101)
    smartcar.on(CONNECTIONS, first, listing(connection("car-100"), total=101))
    assert len(await client.vehicles()) == 101
    assert [asked.query["page[number]"] for asked in smartcar.asked[1:]] == ["1", "2"]


async def test_connections_come_page_by_page_until_there_is_no_next(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(
        CONNECTIONS,
        {"data": [connection("car-1")], "links": {"next": "https://example.com/"}},
        {"data": [connection("car-2")], "links": {"next": None}},
    )
    assert len(await client.vehicles()) == 2
    assert len(calls(smartcar)) == 2


async def test_without_total_and_next_a_short_page_is_the_last(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(
        CONNECTIONS,
        {"data": [connection(f"car-{n}") for n in range(100)]},
        {"data": [connection("car-100")], "links": {}},
    )
    assert len(await client.vehicles()) == 101


async def test_an_empty_page_is_the_last(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(CONNECTIONS, listing(connection(), total=5), listing(total=5))
    assert len(await client.vehicles()) == 1


async def test_a_list_without_end_is_ended(
    client: ClientV3, smartcar: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("custom_components.smartcar_dynamic.smartcar.client_v3._PAGES", 3)
    smartcar.on(CONNECTIONS, listing(connection(), total=10**9))
    assert len(await client.vehicles()) == 1
    assert len(calls(smartcar)) == 3


@pytest.mark.parametrize("body", [{}, {"data": None}, [], b"", b"<html>"])
async def test_an_answer_without_a_list_is_none(
    client: ClientV3, smartcar: ApiServer, body: object
) -> None:
    smartcar.on(CONNECTIONS, body)
    with pytest.raises(SmartcarConnectionError, match="asked to list the vehicles"):
        await client.vehicles()


async def test_a_vehicle_with_make_and_model_is_not_asked_for(
    client: ClientV3, smartcar: ApiServer
) -> None:
    assert await client.get_attributes(CAR) is CAR
    assert smartcar.asked == []


@pytest.mark.parametrize("wrapped", [True, False])
async def test_an_unknown_vehicle_is_described(
    client: ClientV3, smartcar: ApiServer, *, wrapped: bool
) -> None:
    attributes = {"make": "TESLA", "model": "Model 3", "year": 2019, "powertrainType": None}
    vehicle = {"id": "car-1", "type": "vehicle", "attributes": attributes}
    smartcar.on("GET /vehicle/v3/vehicles/car-1", {"data": vehicle} if wrapped else vehicle)
    described = await client.get_attributes(VehicleInfo("car-1", user_id="user-1"))
    assert described == VehicleInfo(
        "car-1", make="TESLA", model="Model 3", year=2019, user_id="user-1"
    )


async def test_a_description_without_attributes_is_no_answer(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on("GET /vehicle/v3/vehicles/car-1", {"data": []})
    with pytest.raises(SmartcarConnectionError, match="asked to read a vehicle's attributes"):
        await client.get_attributes(VehicleInfo("car-1"))


@pytest.mark.parametrize("status", [202, 200, 409])
async def test_a_vehicle_is_subscribed_or_already_was(
    client: ClientV3, smartcar: ApiServer, status: int
) -> None:
    smartcar.on("POST /management/v3/subscriptions", Answer({}, status))
    await client.subscribe(CAR, HOOK)
    assert json.loads(smartcar.asked[-1].body) == {
        "data": {"attributes": {"webhookId": HOOK, "userId": "user-1", "vehicleId": "car-1"}}
    }
    assert "sc-user-id" not in smartcar.asked[-1].headers


async def test_a_vehicle_without_a_user_is_subscribed_without(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on("POST /management/v3/subscriptions", Answer(status=202))
    await client.subscribe(VehicleInfo("car-1"), HOOK)
    assert "userId" not in smartcar.asked[-1].body


async def test_a_refused_subscription_is_an_error(client: ClientV3, smartcar: ApiServer) -> None:
    billing = {"type": "BILLING", "code": "VEHICLE_LIMIT", "status": 430}
    smartcar.on("POST /management/v3/subscriptions", Answer(billing, 430))
    with pytest.raises(SmartcarApiError, match="subscribe a vehicle: BILLING:VEHICLE_LIMIT"):
        await client.subscribe(CAR, HOOK)


def subscription(id_: object, car: str, webhook: str | None = HOOK) -> dict[str, object]:
    attributes = {"vehicleId": car, "userId": "user-1"}
    if webhook is not None:
        attributes["webhookId"] = webhook
    return {"id": id_, "type": "subscription", "attributes": attributes}


async def test_the_subscribed_vehicles_are_told_by_attributes_or_relationships(
    client: ClientV3, smartcar: ApiServer
) -> None:
    related = {
        "id": "s-2",
        "relationships": {
            "vehicle": {"data": {"id": "car-2", "type": "vehicle"}},
            "webhook": {"data": {"id": HOOK, "type": "webhook"}},
        },
    }
    smartcar.on(SUBSCRIPTIONS, listing(subscription("s-1", "car-1"), related))
    assert await client.subscribed(HOOK) == {"car-1", "car-2"}
    assert smartcar.asked[-1].query["filter[webhookId]"] == HOOK


async def test_other_webhooks_vehicles_are_not_subscribed(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(
        SUBSCRIPTIONS,
        listing(
            subscription("s-1", "car-1", webhook="another"),
            subscription("s-2", "car-2", webhook=None),
            {"id": "s-3"},
        ),
    )
    assert await client.subscribed(HOOK) == {"car-2"}


async def test_a_vehicles_subscriptions_are_deleted_and_no_others(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(
        SUBSCRIPTIONS,
        listing(
            subscription("s-1", "car-1"),
            subscription("s-2", "car-2"),
            subscription("s-3", "car-1", webhook="another"),
            subscription(None, "car-1"),
            subscription("s-4", "car-1"),
        ),
    )
    smartcar.on("DELETE /management/v3/subscriptions/s-1", Answer({"type": "?"}, 404))
    smartcar.on("DELETE /management/v3/subscriptions/s-4", Answer(status=204))
    await client.unsubscribe(CAR, HOOK)
    assert calls(smartcar) == [
        SUBSCRIPTIONS,
        "DELETE /management/v3/subscriptions/s-1",
        "DELETE /management/v3/subscriptions/s-4",
    ]
    assert smartcar.asked[1].query["filter[vehicleId]"] == "car-1"


@pytest.mark.parametrize("answer", [Answer(listing()), Answer({"type": "?"}, 404)])
async def test_a_vehicle_that_is_not_subscribed_is_unsubscribed(
    client: ClientV3, smartcar: ApiServer, answer: Answer
) -> None:
    smartcar.on(SUBSCRIPTIONS, answer)
    await client.unsubscribe(CAR, HOOK)
    assert calls(smartcar) == [SUBSCRIPTIONS]


async def test_a_refused_deletion_is_an_error(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(SUBSCRIPTIONS, listing(subscription("s-1", "car-1")))
    smartcar.on("DELETE /management/v3/subscriptions/s-1", Answer({"type": "SERVER"}, 500))
    with pytest.raises(SmartcarApiError, match="unsubscribe a vehicle: SERVER"):
        await client.unsubscribe(CAR, HOOK)


def hook(**attributes: object) -> dict[str, object]:
    return listing({"id": HOOK, "type": "webhook", "attributes": attributes})


async def test_a_webhook_is_told_with_all_that_it_sends(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(
        WEBHOOKS,
        hook(
            name="Home",
            callbackUri="https://hooks.nabu.casa/x=",
            errorCallbackUri="https://hooks.nabu.casa/y=",
            isEnabled=False,
            autoSubscribe=True,
            triggers=["tractionbattery-stateofcharge"],
            data=["TractionBattery.StateOfCharge", "vehicleidentification-vin"],
        ),
    )
    verbs: SmartcarClient = client
    assert await verbs.webhooks() == (
        Webhook(
            id=HOOK,
            name="Home",
            callback_uri="https://hooks.nabu.casa/x=",
            enabled=False,
            triggers=("tractionbattery-stateofcharge",),
            data=("tractionbattery-stateofcharge", "vehicleidentification-vin"),
        ),
    )


@pytest.mark.parametrize(
    "entry",
    [
        "tractionbattery-stateofcharge",
        "TractionBattery.StateOfCharge",
        {"code": "tractionbattery-stateofcharge", "name": "StateOfCharge", "group": "?"},
        {"group": "TractionBattery", "name": "State Of Charge"},
        {"signal": {"code": "tractionbattery-stateofcharge"}},
        {"type": "SIGNAL_UPDATED", "signal": "TractionBattery.StateOfCharge"},
    ],
)
async def test_a_webhooks_signal_is_read_in_every_form(
    client: ClientV3, smartcar: ApiServer, entry: object
) -> None:
    smartcar.on(WEBHOOKS, hook(triggers=[entry]))
    (webhook,) = await client.webhooks()
    assert webhook.triggers == ("tractionbattery-stateofcharge",)


@pytest.mark.parametrize("entries", [None, "all", [7], [""], ["motion-currentspeed", {}]])
async def test_signals_that_are_not_legible_are_not_told(
    client: ClientV3, smartcar: ApiServer, entries: object
) -> None:
    smartcar.on(WEBHOOKS, hook(data=entries))
    (webhook,) = await client.webhooks()
    assert webhook.data is None


async def test_a_webhook_without_signals_has_none(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(WEBHOOKS, hook(triggers=[], data=[]))
    (webhook,) = await client.webhooks()
    assert (webhook.triggers, webhook.data) == ((), ())


async def test_a_webhook_that_says_nothing_is_taken_for_enabled(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(WEBHOOKS, listing({"id": HOOK}, {"id": None}))
    assert await client.webhooks() == (
        Webhook(
            id=HOOK,
            name="",
            callback_uri="",
            enabled=True,
            triggers=None,
            data=None,
        ),
    )


async def test_a_new_account_has_no_webhooks(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(WEBHOOKS, listing())
    assert await client.webhooks() == ()


READ_AT = 1_790_000_000_000
SIGNALS = "GET /vehicle/v3/vehicles/car-1/signals"


async def test_a_read_is_one_call_for_the_vehicles_user(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, {"data": [{"attributes": {"code": "closure-islocked"}}]})
    calls: list[str] = []
    delivery = await client.read_signals(CAR, at=READ_AT, on_call=lambda: calls.append("one"))
    assert [report.vehicle.id for report in delivery.reports] == ["car-1"]
    assert smartcar.asked[-1].line == SIGNALS
    assert smartcar.asked[-1].headers["sc-user-id"] == "user-1"
    assert calls == ["one"]


async def test_a_vehicle_without_a_user_is_read(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(SIGNALS, {"data": []})
    await client.read_signals(VehicleInfo("car-1"), at=READ_AT, on_call=lambda: None)
    assert "sc-user-id" not in smartcar.asked[-1].headers


async def test_a_read_repeated_with_a_new_token_costs_two(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, Answer({"type": "AUTHENTICATION"}, 401), {"data": []})
    calls: list[str] = []
    await client.read_signals(CAR, at=READ_AT, on_call=lambda: calls.append("one"))
    assert len(calls) == 2


async def test_each_attempt_on_a_broken_connection_is_counted(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, {"data": []}, RESET, {"data": []})
    calls: list[str] = []
    for _ in range(2):
        await client.read_signals(CAR, at=READ_AT, on_call=lambda: calls.append("one"))
    assert smartcar.lines().count(SIGNALS) == len(calls) == 3


async def test_a_read_that_is_not_made_is_not_counted(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on("POST /iam/oauth2/token", Answer({"error": "invalid_client"}, 401))
    calls: list[str] = []
    with pytest.raises(SmartcarCredentialsError):
        await client.read_signals(CAR, at=READ_AT, on_call=lambda: calls.append("one"))
    assert calls == []


@pytest.mark.parametrize("answer", [[], "signals", {}, {"data": {}}, {"data": None}])
async def test_a_read_wants_a_list(client: ClientV3, smartcar: ApiServer, answer: object) -> None:
    smartcar.on(SIGNALS, answer)
    with pytest.raises(SmartcarConnectionError, match="something else"):
        await client.read_signals(CAR, at=READ_AT, on_call=lambda: None)


def test_a_webhook_shows_no_address() -> None:
    webhook = Webhook(
        id=HOOK,
        name="Home",
        callback_uri="https://a",
        enabled=True,
        triggers=None,
        data=None,
    )
    assert HOOK not in repr(webhook)
    assert "https://" not in repr(webhook)


VIN = "GET /vehicle/v3/vehicles/car-1/signals/vehicleidentification-vin"


def ignore() -> None:
    """Count nothing."""


async def test_a_vin_is_read_for_its_user(client: ClientV3, smartcar: ApiServer) -> None:
    body = {"value": "5YJSA1CN5DFP00101"}
    attributes = {"code": "vehicleidentification-vin", "body": body}
    smartcar.on(VIN, {"data": {"type": "signal", "attributes": attributes}})
    assert await client.vin(CAR, on_call=ignore) == "5YJSA1CN5DFP00101"
    assert smartcar.asked[-1].line == VIN
    assert smartcar.asked[-1].headers["sc-user-id"] == "user-1"


async def test_a_vin_that_smartcar_does_not_have_is_none(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(VIN, Answer({"type": "RESOURCE_NOT_FOUND", "code": "SIGNAL_NOT_FOUND"}, 404))
    assert await client.vin(CAR, on_call=ignore) is None
    smartcar.on(VIN, {"data": {"attributes": {"status": {"value": "ERROR"}}}})
    assert await client.vin(CAR, on_call=ignore) is None


async def test_a_vin_that_may_not_be_read_is_an_error(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(VIN, Answer({"type": "BILLING", "code": "VEHICLE_REQUEST_LIMIT"}, 430))
    with pytest.raises(SmartcarApiError, match="refused to read a vehicle's VIN"):
        await client.vin(CAR, on_call=ignore)


async def test_a_token_lives_as_long_as_smartcar_says(
    client: ClientV3, smartcar: ApiServer, freezer: FrozenDateTimeFactory
) -> None:
    smartcar.on(TOKEN, {**ISSUED, "expires_in": 90}, {"access_token": "token-2"})
    for seconds in (0, 29, 2):
        freezer.tick(seconds)
        await client.vehicles()
    assert smartcar.lines().count(TOKEN) == 2


async def test_a_connections_user_is_told_in_either_place(
    client: ClientV3, smartcar: ApiServer
) -> None:
    attributes = {"vehicleId": "car-1", "user": {"id": "user-7"}}
    smartcar.on(CONNECTIONS, listing({"attributes": attributes}))
    (car,) = await client.vehicles()
    assert car.user_id == "user-7"


async def test_a_vehicle_without_a_model_is_asked_for_it(
    client: ClientV3, smartcar: ApiServer
) -> None:
    attributes = {"make": "TESLA", "model": "Model S"}
    smartcar.on("GET /vehicle/v3/vehicles/car-1", {"data": {"attributes": attributes}})
    assert (await client.get_attributes(VehicleInfo("car-1", make="TESLA"))).model == "Model S"


async def test_a_refusal_that_says_it_is_done_is_none(
    client: ClientV3, smartcar: ApiServer
) -> None:
    said = {"type": "VALIDATION", "description": "Vehicle is ALREADY subscribed"}
    smartcar.on("POST /management/v3/subscriptions", Answer(said, 400))
    await client.subscribe(CAR, HOOK)
    said = {"type": "VALIDATION", "description": "Subscriptions Not Found"}
    smartcar.on(SUBSCRIPTIONS, Answer(said, 400))
    await client.unsubscribe(CAR, HOOK)


async def test_a_read_is_of_the_time_at_which_it_was_made(
    client: ClientV3, smartcar: ApiServer
) -> None:
    smartcar.on(SIGNALS, {"data": []})
    delivery = await client.read_signals(CAR, at=READ_AT, on_call=lambda: None)
    assert [report.delivered_at for report in delivery.reports] == [READ_AT]
    assert delivery.kind is Kind.STATE
    assert delivery.faults == ()


def test_a_client_says_where_it_asks(client: ClientV3) -> None:
    assert client.url.endswith("/vehicle")
