"""API v3 answers as its clients see it."""

from datetime import timedelta
from typing import Any

from aiohttp import ClientError, ClientSession, encode_basic_auth
import pytest

from simulator import Application, Simulator, Webhook

type Headers = dict[str, str]


@pytest.fixture
async def token(sim: Simulator, client: ClientSession) -> Headers:
    application = sim.application("current")
    form = {
        "grant_type": "client_credentials",
        "client_id": application.m2m_id,
        "client_secret": application.m2m_secret,
    }
    async with client.post("/iam/oauth2/token", data=form) as response:
        answer = await response.json()
    assert answer.keys() == {"access_token", "token_type", "expires_in"}
    sim.cloud.meter.reset()
    return {"Authorization": f"Bearer {answer['access_token']}"}


def basic(application: Application) -> Headers:
    return {"Authorization": encode_basic_auth(application.m2m_id, application.m2m_secret)}


async def get(
    client: ClientSession,
    path: str,
    headers: Headers,
    query: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> dict[str, Any]:
    async with client.get(path, headers=headers, params=query) as response:
        assert response.status == status
        body: dict[str, Any] = await response.json()
        return body


def signals_path(sim: Simulator) -> str:
    return f"/vehicle/v3/vehicles/{sim.current_car.id}/signals"


def user(sim: Simulator, token: Headers) -> Headers:
    return {**token, "sc-user-id": sim.connection(sim.current_car).owner_id}


def subscription_to(webhook: Webhook, sim: Simulator) -> dict[str, Any]:
    attributes = {
        "webhookId": webhook.id,
        "userId": sim.connection(sim.current_car).owner_id,
        "vehicleId": sim.current_car.id,
    }
    return {"data": {"attributes": attributes}}


async def test_the_token_takes_json_and_basic_too(sim: Simulator, client: ClientSession) -> None:
    application = sim.application("current")
    async with client.post(
        "/iam/oauth2/token",
        json={"grant_type": "client_credentials"},
        headers=basic(application),
    ) as response:
        assert (await response.json())["expires_in"] == 3600


async def test_the_look_alike_v2_credentials_are_an_invalid_client(
    sim: Simulator, client: ClientSession
) -> None:
    application = sim.application("current")
    form = {
        "grant_type": "client_credentials",
        "client_id": application.id,
        "client_secret": application.client_secret,
    }
    async with client.post("/iam/oauth2/token", data=form) as response:
        assert response.status == 401
        assert (await response.json())["error"] == "invalid_client"


async def test_a_token_expires_after_an_hour(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    await sim.advance(timedelta(hours=1))
    body = await get(client, "/vehicle/v3/connections", token, status=401)
    assert (body["type"], body["code"]) == ("AUTHENTICATION", "UNAUTHORIZED")


async def test_the_older_error_shape_is_there_on_demand(
    sim: Simulator, client: ClientSession
) -> None:
    sim.cloud.error_style = "list"
    body = await get(client, "/vehicle/v3/connections", {}, status=401)
    assert body["errors"][0]["status"] == "401"
    assert body["errors"][0]["code"] == "unauthorized"


async def test_an_application_lists_itself(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    listed = await get(client, "/management/v3/applications", token)
    application = sim.application("current")
    assert [(it["id"], it["attributes"]["name"]) for it in listed["data"]] == [
        (application.id, application.name)
    ]


async def test_a_connection_names_owner_car_and_grant(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    body = await get(client, "/vehicle/v3/connections", token)
    (connection,) = body["data"]
    assert connection["relationships"]["vehicle"]["data"]["id"] == sim.current_car.id
    assert connection["relationships"]["user"]["data"]["type"] == "user"
    assert connection["attributes"]["vehicle"]["make"] == "HYUNDAI"
    assert "read_battery" in connection["attributes"]["permissions"]


async def test_connections_are_paged(sim: Simulator, client: ClientSession, token: Headers) -> None:
    for number in range(11):
        sim.add_car(f"Car {number}")
    first = await get(client, "/vehicle/v3/connections", token)
    assert len(first["data"]) == 10
    assert first["meta"]["totalCount"] == 12
    path = first["links"]["next"].removeprefix(sim.url)
    async with client.get(path, headers=token) as response:
        second = await response.json()
    assert len(second["data"]) == 2
    assert second["links"]["next"] is None


async def test_connections_are_filtered_by_vehicle(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    car = sim.add_car("Second")
    body = await get(client, "/vehicle/v3/connections", token, {"filter[vehicleId]": car.id})
    assert body["meta"]["totalCount"] == 1


async def test_simulated_cars_are_listed_when_asked_for(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    sim.connection(sim.current_car).mode = "simulated"
    assert not (await get(client, "/vehicle/v3/connections", token))["data"]
    query = {"filter[vehicle.mode]": "simulated"}
    assert (await get(client, "/vehicle/v3/connections", token, query))["data"]


async def test_the_dynamic_accounts_car_is_there_for_its_own_application(
    sim: Simulator, client: ClientSession
) -> None:
    application = sim.application("dynamic")
    async with client.post(
        "/iam/oauth2/token",
        data={"grant_type": "client_credentials"},
        headers=basic(application),
    ) as response:
        token = {"Authorization": f"Bearer {(await response.json())['access_token']}"}
    (connection,) = (await get(client, "/vehicle/v3/connections", token))["data"]
    assert connection["relationships"]["vehicle"]["data"]["id"] == sim.dynamic_car.id


async def test_a_deleted_connection_is_gone(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    connection = sim.connection(sim.current_car)
    async with client.delete(f"/vehicle/v3/connections/{connection.id}", headers=token) as response:
        assert response.status == 204
    assert connection.id not in sim.cloud.connections


async def test_signals_need_the_user(sim: Simulator, client: ClientSession, token: Headers) -> None:
    body = await get(client, signals_path(sim), token, status=400)
    assert (body["type"], body["code"]) == ("VALIDATION", "MISSING_PARAMETER")
    assert sim.cloud.meter.billed.total() == 0


@pytest.mark.usefixtures("current")
async def test_the_store_has_more_than_the_webhook(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    body = await get(client, signals_path(sim), user(sim, token))
    stored = {it["id"]: it for it in body["data"]}
    assert stored["tractionbattery-stateofcharge"]["attributes"]["body"]["value"] == 62
    assert stored["tractionbattery-stateofcharge"]["meta"]["oemUpdatedAt"].endswith("Z")
    assert "closure-tailgate" in stored
    assert body["meta"]["pageSize"] == body["meta"]["totalCount"] == len(stored)


@pytest.mark.usefixtures("current")
async def test_a_read_of_signals_is_billed_once(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    await get(client, signals_path(sim), user(sim, token))
    await get(client, "/vehicle/v3/connections", token)
    assert sim.cloud.meter.billed.total() == 1
    assert sim.cloud.meter.unbilled == 1


async def test_an_unknown_signal_is_not_found(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    body = await get(client, f"{signals_path(sim)}/nonsense", user(sim, token), status=404)
    assert (body["type"], body["code"]) == ("RESOURCE_NOT_FOUND", "SIGNAL_NOT_FOUND")


async def test_webhooks_list_callback_triggers_and_data(
    client: ClientSession, token: Headers, current: Webhook
) -> None:
    (webhook,) = (await get(client, "/management/v3/webhooks", token))["data"]
    attributes = webhook["attributes"]
    assert attributes["callbackUri"] == current.callback_uri
    assert attributes["isEnabled"] is True
    assert [it["code"] for it in attributes["triggers"]] == list(current.triggers)
    assert "verified" not in str(attributes)


@pytest.mark.usefixtures("dynamic")
async def test_a_dynamic_webhook_is_not_among_them(client: ClientSession, token: Headers) -> None:
    assert not (await get(client, "/management/v3/webhooks", token))["data"]


async def test_subscribing_is_accepted_once(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    webhook = await sim.create_webhook("current", "https://home.example/")
    for status in (202, 409):
        async with client.post(
            "/management/v3/subscriptions", headers=token, json=subscription_to(webhook, sim)
        ) as response:
            assert response.status == status


async def test_an_incomplete_subscription_is_refused(client: ClientSession, token: Headers) -> None:
    async with client.post(
        "/management/v3/subscriptions", headers=token, json={"data": {}}
    ) as response:
        assert response.status == 400


async def test_subscriptions_are_filtered_and_deleted(
    sim: Simulator, client: ClientSession, token: Headers, current: Webhook
) -> None:
    sim.subscribe(current, sim.add_car("Second"))
    query = {"filter[vehicleId]": sim.current_car.id}
    (found,) = (await get(client, "/management/v3/subscriptions", token, query))["data"]
    assert found["attributes"]["webhookId"] == current.id
    async with client.delete(
        f"/management/v3/subscriptions/{found['id']}", headers=token
    ) as response:
        assert response.status == 204
    assert len(sim.cloud.subscriptions) == 1


async def test_management_calls_are_not_billed(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    await get(client, "/management/v3/webhooks", token)
    assert sim.cloud.meter.calls == {"GET /management/v3/webhooks": 1}
    assert not sim.cloud.meter.billed


async def test_an_api_can_fail_some_times(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    sim.fail_api(503, path="/management", times=2)
    statuses = []
    for _ in range(3):
        async with client.get("/management/v3/webhooks", headers=token) as response:
            statuses.append(response.status)
    assert statuses == [503, 503, 200]


async def test_a_connection_can_be_reset(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    sim.fail_api(0, times=-1)
    with pytest.raises(ClientError):
        await client.get("/management/v3/webhooks", headers=token)


async def test_a_reissued_car_keeps_its_vin(
    sim: Simulator, client: ClientSession, token: Headers
) -> None:
    vin, before = sim.current_car.vin, sim.current_car.id
    after = sim.reissue(sim.current_car)
    (connection,) = (await get(client, "/vehicle/v3/connections", token))["data"]
    assert connection["relationships"]["vehicle"]["data"]["id"] == after != before
    assert sim.car(after).vin == vin
