"""API v2.0 answers as documented."""

from datetime import timedelta
from typing import Any

from aiohttp import ClientSession, encode_basic_auth
import pytest

from simulator import Application, Simulator, Webhook


@pytest.fixture
def application(sim: Simulator) -> Application:
    return sim.application("dynamic")


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": encode_basic_auth(client_id, secret)}


def access(application: Application) -> dict[str, str]:
    assert application.tokens is not None
    return {"Authorization": f"Bearer {application.tokens.access_token}"}


async def refresh(
    client: ClientSession, application: Application, token: str, status: int = 200
) -> dict[str, Any]:
    async with client.post(
        "/auth/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": token},
        headers=basic(application.id, application.client_secret),
    ) as response:
        assert response.status == status
        answer: dict[str, Any] = await response.json()
        return answer


def refresh_token(application: Application) -> str:
    assert application.tokens is not None
    return application.tokens.refresh_token


async def test_a_refresh_gives_both_tokens_anew(
    client: ClientSession, application: Application
) -> None:
    before = refresh_token(application)
    answer = await refresh(client, application, before)
    assert answer.keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert answer["expires_in"] == 7200
    assert answer["refresh_token"] != before


async def test_client_credentials_are_accepted_in_the_body(
    client: ClientSession, application: Application
) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token(application),
        "client_id": application.id,
        "client_secret": application.client_secret,
    }
    async with client.post("/auth/oauth/token", data=form) as response:
        assert response.status == 200


async def test_an_old_refresh_token_lives_ten_minutes_more(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    old = refresh_token(application)
    await refresh(client, application, old)
    await sim.advance(timedelta(minutes=9))
    await refresh(client, application, old)


async def test_using_an_old_refresh_token_again_does_not_prolong_it(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    old = refresh_token(application)
    await refresh(client, application, old)
    await sim.advance(timedelta(minutes=6))
    await refresh(client, application, old)
    await sim.advance(timedelta(minutes=6))
    assert (await refresh(client, application, old, 400))["error"] == "invalid_grant"


async def test_a_refresh_token_dies_after_sixty_days(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    await sim.advance(timedelta(days=61))
    await refresh(client, application, refresh_token(application), 400)


async def test_a_wrong_secret_is_an_invalid_client(
    client: ClientSession, application: Application
) -> None:
    application.client_secret = "wrong"
    async with client.post(
        "/auth/oauth/token",
        data={"grant_type": "refresh_token", "refresh_token": refresh_token(application)},
        headers=basic(application.id, "right"),
    ) as response:
        assert response.status == 401
        assert (await response.json())["error"] == "invalid_client"


async def test_credentials_can_be_rejected_on_demand(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    sim.reject_credentials()
    await refresh(client, application, refresh_token(application), 401)


async def test_revoked_tokens_open_nothing(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    sim.revoke_tokens(application)
    await refresh(client, application, refresh_token(application), 400)
    async with client.get("/api/v2.0/vehicles", headers=access(application)) as response:
        assert response.status == 401


async def test_an_access_token_expires_after_two_hours(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    await sim.advance(timedelta(hours=2))
    async with client.get("/api/v2.0/vehicles", headers=access(application)) as response:
        body = await response.json()
    assert (response.status, body["type"], body["code"]) == (401, "AUTHENTICATION", None)
    assert body["statusCode"] == 401


async def test_the_owners_vehicles_are_listed(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    async with client.get("/api/v2.0/vehicles", headers=access(application)) as response:
        assert await response.json() == {
            "paging": {"count": 1, "offset": 0},
            "vehicles": [sim.dynamic_car.id],
        }


async def test_a_page_has_ten_vehicles(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    for number in range(14):
        sim.add_car(f"Car {number}", application=application)
    pages = []
    for offset in (0, 10):
        query = {"offset": str(offset)}
        async with client.get(
            "/api/v2.0/vehicles", params=query, headers=access(application)
        ) as response:
            body = await response.json()
        assert body["paging"] == {"count": 15, "offset": offset}
        pages.append(len(body["vehicles"]))
    assert pages == [10, 5]


async def test_a_page_has_fifty_vehicles_at_most(
    client: ClientSession, application: Application
) -> None:
    async with client.get("/api/v2.0/vehicles?limit=51", headers=access(application)) as response:
        assert response.status == 400
        assert (await response.json())["type"] == "VALIDATION"


async def test_attributes_have_make_model_and_year(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    car = sim.dynamic_car
    async with client.get(f"/api/v2.0/vehicles/{car.id}", headers=access(application)) as response:
        assert await response.json() == {
            "id": car.id,
            "make": "RENAULT",
            "model": "Zoe",
            "year": 2022,
        }


async def test_the_vin_needs_its_permission(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    car = sim.dynamic_car
    path = f"/api/v2.0/vehicles/{car.id}/vin"
    async with client.get(path, headers=access(application)) as response:
        assert await response.json() == {"vin": car.vin}
    sim.set_permissions(car, ["read_battery"])
    async with client.get(path, headers=access(application)) as response:
        assert response.status == 403


async def test_another_accounts_car_is_not_permitted(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    path = f"/api/v2.0/vehicles/{sim.current_car.id}"
    async with client.get(path, headers=access(application)) as response:
        assert response.status == 403


async def test_subscribing_names_vehicle_and_webhook(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    webhook = await sim.create_webhook("dynamic", "https://home.example/")
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/webhooks/{webhook.id}"
    async with client.post(path, headers=access(application)) as response:
        assert await response.json() == {
            "vehicleId": sim.dynamic_car.id,
            "webhookId": webhook.id,
        }
    assert len(sim.cloud.subscriptions) == 1


@pytest.mark.parametrize("status", [200, 409])
async def test_subscribing_twice_can_be_fine_or_a_conflict(
    sim: Simulator, client: ClientSession, application: Application, dynamic: Webhook, status: int
) -> None:
    sim.cloud.repeated_subscribe_status = status
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/webhooks/{dynamic.id}"
    async with client.post(path, headers=access(application)) as response:
        assert response.status == status
    assert len(sim.cloud.subscriptions) == 1


async def test_subscribing_to_an_unknown_webhook_finds_nothing(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/webhooks/nothing"
    async with client.post(path, headers=access(application)) as response:
        assert response.status == 404


async def test_unsubscribing_takes_the_management_token(
    sim: Simulator, client: ClientSession, application: Application, dynamic: Webhook
) -> None:
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/webhooks/{dynamic.id}"
    async with client.delete(path, headers=access(application)) as response:
        assert response.status == 401
    bearer = {"Authorization": f"Bearer {application.management_token}"}
    async with client.delete(path, headers=bearer) as response:
        assert await response.json() == {"status": "success"}
    assert not sim.cloud.subscriptions


async def test_reading_a_path_is_billed(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/battery"
    async with client.get(path, headers=access(application)) as response:
        assert (await response.json())["percentRemaining"] == 0.62
        assert response.headers["SC-Unit-System"] == "metric"
    assert sim.cloud.meter.billed.total() == 1


async def batch(
    sim: Simulator,
    client: ClientSession,
    application: Application,
    body: object,
    status: int = 200,
) -> dict[str, Any]:
    async with client.post(
        f"/api/v2.0/vehicles/{sim.dynamic_car.id}/batch", json=body, headers=access(application)
    ) as response:
        assert response.status == status
        answer: dict[str, Any] = await response.json()
        return answer


def requests(*paths: str) -> dict[str, Any]:
    return {"requests": [{"path": path} for path in paths]}


async def test_a_batch_answers_each_path(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    answer = await batch(sim, client, application, requests("/battery", "/vin"))
    battery, vin = answer["responses"]
    assert battery["path"] == "/battery"
    assert battery["code"] == 200
    assert battery["body"]["percentRemaining"] == 0.62
    assert battery["headers"].keys() == {"sc-data-age", "sc-fetched-at", "sc-unit-system"}
    assert vin["body"] == {"vin": sim.dynamic_car.vin}


@pytest.mark.parametrize(
    ("path", "code", "kind"),
    [("/odometer", 501, "COMPATIBILITY"), ("/nonsense", 404, "RESOURCE_NOT_FOUND")],
)
async def test_a_failed_path_of_a_batch_has_no_headers(
    sim: Simulator,
    client: ClientSession,
    application: Application,
    path: str,
    code: int,
    kind: str,
) -> None:
    (element,) = (await batch(sim, client, application, requests(path)))["responses"]
    assert element.keys() == {"path", "code", "body"}
    assert (element["code"], element["body"]["type"]) == (code, kind)


async def test_a_batch_is_billed_by_path(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    await batch(sim, client, application, requests("/battery", "/charge", "/location"))
    assert sim.cloud.meter.billed.total() == 3
    assert sim.cloud.meter.calls.total() == 1
    assert sim.cloud.meter.unbilled == 0


@pytest.mark.parametrize("body", [{}, [], {"requests": []}, {"requests": ["/battery"]}])
async def test_a_batch_without_paths_is_not_valid(
    sim: Simulator, client: ClientSession, application: Application, body: object
) -> None:
    assert (await batch(sim, client, application, body, 400))["type"] == "VALIDATION"


async def test_a_trailing_slash_changes_nothing(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    sim.cloud.meter.reset()
    for path in ("", "/", "/vin", "/vin/", "/battery", "/battery/"):
        async with client.get(
            f"/api/v2.0/vehicles/{sim.dynamic_car.id}{path}", headers=access(application)
        ) as response:
            assert response.status == 200
    assert list(sim.cloud.meter.calls.values()) == [2, 2, 2]


async def test_a_path_without_this_method_is_not_found(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/battery"
    async with client.put(path, headers=access(application)) as response:
        assert response.status == 404
        assert (await response.json())["type"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize(
    ("path", "key", "factor"),
    [("/odometer", "distance", 1 / 1.609344), ("/tires/pressure", "frontLeft", 1 / 6.894757)],
)
async def test_imperial_units_are_miles_and_psi(
    sim: Simulator,
    client: ClientSession,
    application: Application,
    path: str,
    key: str,
    factor: float,
) -> None:
    car = sim.add_car("Rich", application=application)
    url, values = f"/api/v2.0/vehicles/{car.id}{path}", []
    for unit_system in ("metric", "imperial"):
        headers = {**access(application), "sc-unit-system": unit_system}
        async with client.get(url, headers=headers) as response:
            assert response.headers["SC-Unit-System"] == unit_system
            values.append((await response.json())[key])
    assert values[1] == pytest.approx(values[0] * factor, abs=0.01)


async def test_a_rate_limit_says_when_to_come_back(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    sim.rate_limit(120)
    async with client.get("/api/v2.0/vehicles", headers=access(application)) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "120"
        assert (await response.json())["type"] == "RATE_LIMIT"
    async with client.get("/api/v2.0/vehicles", headers=access(application)) as response:
        assert response.status == 200


async def test_a_plan_can_be_exhausted(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    sim.exhaust_plan(path="/battery")
    path = f"/api/v2.0/vehicles/{sim.dynamic_car.id}/battery"
    for _ in range(2):
        async with client.get(path, headers=access(application)) as response:
            assert response.status == 430
            assert (await response.json())["code"] == "VEHICLE_REQUEST_LIMIT"


async def test_the_version_can_end(
    sim: Simulator, client: ClientSession, application: Application
) -> None:
    sim.fail_api(404, path="/api/v2.0", times=-1, problem="RESOURCE_NOT_FOUND.VERSION")
    async with client.get("/api/v2.0/vehicles", headers=access(application)) as response:
        assert response.status == 404
        assert (await response.json())["code"] == "VERSION"
