"""Links to Smartcar Connect, where an owner logs in again."""

from aiohttp import ClientSession
from yarl import URL

from custom_components.smartcar_dynamic.api import hosts
from custom_components.smartcar_dynamic.connect import async_application_id, reauthenticate_url
from custom_components.smartcar_dynamic.smartcar.model import Problem, Remedy
from custom_components.smartcar_dynamic.vehicle import ActiveProblem
from simulator import Kind

from .home import Home


async def test_the_link_to_log_in_names_the_car(home: Home) -> None:
    entry = await home.delivering()
    (state,) = home.runtime(entry).coordinator.vehicles.values()
    application_id = await async_application_id(home.runtime(entry))
    assert application_id == home.current.id
    url = URL(reauthenticate_url(hosts(), state, application_id) or "")
    assert url.path == "/connect/oauth/reauthenticate"
    assert dict(url.query) == {
        "response_type": "none",
        "client_id": home.current.id,
        "vehicle_id": state.info.id,
    }
    async with ClientSession() as browser, browser.post(url, data={"action": "allow"}) as page:
        assert page.status == 200


async def test_smartcar_is_asked_for_an_application_no_delivery_named(home: Home) -> None:
    entry = await home.delivering()
    home.runtime(entry).store.data.application_id = None
    assert await async_application_id(home.runtime(entry)) == home.current.id
    home.sim.fail_api(403, path="/applications", problem="PERMISSION")
    assert await async_application_id(home.runtime(entry)) is None


async def test_the_application_of_a_dynamic_webhook_is_its_client_id(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    assert await async_application_id(home.runtime(entry)) == home.dynamic.id


async def test_the_error_itself_may_name_the_application(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    (state,) = home.runtime(entry).coordinator.vehicles.values()
    assert reauthenticate_url(hosts(), state, None) is None
    page = f"https://connect.smartcar.com/oauth/reauthenticate?client_id={home.dynamic.id}"
    problem = Problem(
        "CONNECTED_SERVICES_ACCOUNT",
        "AUTHENTICATION_FAILED",
        Remedy.REAUTHENTICATE,
        reauthenticate_url=page,
    )
    state.active_problems["login"] = ActiveProblem(problem, 0, 0)
    url = URL(reauthenticate_url(hosts(), state, None) or "")
    assert url.query["client_id"] == home.dynamic.id


async def test_an_odd_url_names_no_application(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    (vehicle,) = home.runtime(entry).coordinator.vehicles.values()
    problem = Problem(
        "CONNECTED_SERVICES_ACCOUNT",
        "AUTHENTICATION_FAILED",
        Remedy.REAUTHENTICATE,
        reauthenticate_url="https://[",
    )
    vehicle.active_problems["login"] = ActiveProblem(problem, 0, 0)
    assert reauthenticate_url(hosts(), vehicle, None) is None
