"""Smartcar Connect grants access and grants it again."""

from aiohttp import ClientSession, encode_basic_auth
import pytest
from yarl import URL

from simulator import Kind, Simulator

from .conftest import Receiver

BACK = "https://home.example/auth/external/callback"


def query(sim: Simulator, kind: Kind, **more: str) -> dict[str, str]:
    return {"client_id": sim.application(kind).id, "redirect_uri": BACK, "state": "s p&c", **more}


async def press(
    client: ClientSession, page: str, parameters: dict[str, str], button: str = "allow"
) -> URL:
    async with client.post(
        f"/connect/oauth/{page}",
        params=parameters,
        data={"action": button},
        allow_redirects=False,
    ) as response:
        assert response.status == 302
        return URL(response.headers["Location"])


async def test_the_page_has_a_form_with_its_buttons(sim: Simulator, client: ClientSession) -> None:
    async with client.get("/connect/oauth/authorize", params=query(sim, Kind.DYNAMIC)) as response:
        page = await response.text()
    assert "Hatchback" in page
    assert '<form method="post">' in page
    assert 'value="allow">Allow</button>' in page


async def test_allowing_gives_a_code_that_becomes_tokens(
    sim: Simulator, client: ClientSession
) -> None:
    back = await press(client, "authorize", query(sim, Kind.DYNAMIC, response_type="code"))
    assert back.query["state"] == "s p&c"
    assert back.query["user_id"] == sim.connection(sim.dynamic_car).owner_id
    application = sim.application("dynamic")
    form = {"grant_type": "authorization_code", "code": back.query["code"], "redirect_uri": BACK}
    headers = {"Authorization": encode_basic_auth(application.id, application.client_secret)}
    async with client.post("/auth/oauth/token", data=form, headers=headers) as response:
        assert (await response.json())["access_token"]
    async with client.post("/auth/oauth/token", data=form, headers=headers) as response:
        assert response.status == 400


async def test_cancelling_comes_back_with_an_error(sim: Simulator, client: ClientSession) -> None:
    back = await press(client, "authorize", query(sim, Kind.CURRENT), "deny")
    assert back.query["error"] == "access_denied"
    assert "code" not in back.query


@pytest.mark.usefixtures("current")
async def test_logging_in_again_heals_the_car(
    sim: Simulator, client: ClientSession, receiver: Receiver
) -> None:
    await sim.deliver()
    sim.revoke(sim.current_car)
    await sim.deliver()
    parameters = query(sim, Kind.CURRENT, vehicle_id=sim.current_car.id)
    back = await press(client, "reauthenticate", parameters)
    assert dict(back.query) == {"vehicle_id": sim.current_car.id, "state": "s p&c"}
    assert sim.current_car.problem is None
    errors = receiver.of("VEHICLE_ERROR")[-1]["data"]["errors"]
    assert errors[0]["state"] == "RESOLVED"


async def test_cancelling_heals_nothing(sim: Simulator, client: ClientSession) -> None:
    sim.revoke(sim.current_car)
    parameters = query(sim, Kind.CURRENT, vehicle_id=sim.current_car.id)
    back = await press(client, "reauthenticate", parameters, "deny")
    assert back.query["error"] == "access_denied"
    assert sim.current_car.problem is not None


async def test_without_an_answer_it_ends_on_a_hosted_page(
    sim: Simulator, client: ClientSession
) -> None:
    sim.revoke(sim.current_car)
    parameters = {
        "client_id": sim.application("current").id,
        "vehicle_id": sim.current_car.id,
        "response_type": "none",
    }
    async with client.post(
        "/connect/oauth/reauthenticate", params=parameters, data={"action": "allow"}
    ) as response:
        assert response.status == 200
        assert "Connected" in await response.text()
    assert sim.current_car.problem is None


@pytest.mark.parametrize("parameters", [{}, {"client_id": "unknown"}])
async def test_an_unknown_application_is_refused(
    client: ClientSession, parameters: dict[str, str]
) -> None:
    async with client.get("/connect/oauth/authorize", params=parameters) as response:
        assert response.status == 400


async def test_a_redirect_must_be_registered_if_any_is(
    sim: Simulator, client: ClientSession
) -> None:
    sim.application("dynamic").redirect_uris = ["https://other.example/"]
    async with client.get("/connect/oauth/authorize", params=query(sim, Kind.DYNAMIC)) as response:
        assert response.status == 400


async def test_another_accounts_car_cannot_be_reauthenticated(
    sim: Simulator, client: ClientSession
) -> None:
    parameters = query(sim, Kind.DYNAMIC, vehicle_id=sim.current_car.id)
    async with client.get("/connect/oauth/reauthenticate", params=parameters) as response:
        assert response.status == 400
