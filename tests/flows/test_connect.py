"""No car yet: Smartcar Connect, and back through Home Assistant's own page."""

from collections.abc import Generator

from aiohttp import ClientSession
from homeassistant.helpers.http import current_request
import pytest
from yarl import URL

from custom_components.smartcar_dynamic.api import hosts
from custom_components.smartcar_dynamic.connect import async_application_id, reauthenticate_url
from custom_components.smartcar_dynamic.smartcar.model import Problem, Remedy
from custom_components.smartcar_dynamic.vehicle import ActiveProblem
from simulator import Kind

from ..dialog import Dialog
from ..home import PUBLIC, Home

BACK = f"{PUBLIC}/auth/external/callback"


@pytest.fixture
def carless(home: Home) -> Home:
    home.sim.remove_car(home.sim.current_car)
    return home


async def no_vehicles(home: Home) -> Dialog:
    dialog = await (await home.add("current")).submit(**home.values_v3())
    dialog, _ = await home.verified(dialog)
    assert dialog.step == "no_vehicles"
    return dialog


async def connect(home: Home, dialog: Dialog, action: str) -> None:
    """Press a button at Smartcar Connect, and follow the redirect to Home Assistant."""
    async with (
        ClientSession() as browser,
        browser.post(dialog.result["url"], data={"action": action}, allow_redirects=False) as page,
    ):
        assert page.status == 302
        back = URL(page.headers["Location"])
    assert str(back.origin()) == PUBLIC
    async with home.http.get(back.raw_path_qs) as answer:
        assert answer.status == 200
        assert "window.close" in await answer.text()


async def test_a_car_is_connected_on_the_way(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    assert dialog.shown["redirect_uri"] == BACK
    assert dialog.suggested("application_id") == carless.current.id
    await dialog.submit(application_id=carless.current.id)
    assert dialog.step == "connected"
    assert URL(dialog.result["url"]).query["redirect_uri"] == BACK
    carless.sim.add_car("Van")
    await connect(carless, dialog, "allow")
    await dialog.look()
    assert dialog.step == "vehicles"
    await carless.finished(dialog)


async def test_the_way_to_connect_stays_open_when_the_page_is_loaded_again(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    url = dialog.result["url"]
    await dialog.look()
    assert dialog.step == "connected"
    assert dialog.result["url"] == url
    await dialog.close()


async def test_an_owner_who_cancels_may_try_again(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    carless.sim.add_car("Van")
    await connect(carless, dialog, "deny")
    await dialog.look()
    assert dialog.step == "not_connected"
    assert dialog.shown == {"error": "access_denied"}
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    await connect(carless, dialog, "allow")
    await dialog.look()
    await carless.finished(dialog)


async def test_an_error_that_is_no_word_is_not_repeated(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    state = URL(dialog.result["url"]).query["state"]
    query = {"state": state, "error": "[click](https://evil.example)"}
    async with carless.http.get("/auth/external/callback", params=query) as answer:
        assert answer.status == 200
    await dialog.look()
    assert dialog.shown == {"error": "unknown"}
    await carless.created(await dialog.choose("finish"))


async def test_a_car_that_needs_a_moment_is_looked_for_again(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("vehicles")
    assert dialog.step == "no_vehicles"
    carless.sim.add_car("Van")
    await dialog.choose("vehicles")
    await carless.finished(dialog)


async def test_without_a_car_the_entry_waits_for_one(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    entry = await carless.created(await dialog.choose("finish"))
    assert entry.title == "Smartcar"
    assert dict(entry.options) == {}


async def test_a_dynamic_webhook_offers_no_connect(home: Home) -> None:
    home.values_v2()
    dialog = await (await home.add("dynamic")).submit(**home.values_v2())
    home.sim.remove_car(home.sim.dynamic_car)
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    assert dialog.step == "no_vehicles"
    assert dialog.result["menu_options"] == ["vehicles", "finish"]
    await dialog.close()


async def test_an_application_id_that_smartcar_does_not_tell_is_typed(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    carless.sim.fail_api(403, path="/applications", problem="PERMISSION")
    await dialog.choose("connect")
    assert not dialog.suggested("application_id")
    await dialog.submit(application_id="client_01HXYZ2J4K5M6N7P8Q9R0S1T2V")
    assert dialog.errors == {"application_id": "application_id_is_no_uuid"}
    await dialog.submit(application_id=carless.current.id)
    assert dialog.step == "connected"
    await dialog.close()


async def test_my_home_assistant_leads_back_where_it_is_loaded(carless: Home) -> None:
    carless.hass.config.components.add("my")
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    assert dialog.shown["redirect_uri"] == "https://my.home-assistant.io/redirect/oauth"
    await dialog.close()


@pytest.mark.parametrize("_request", [None], indirect=True)
async def test_where_nothing_leads_back_that_is_explained(carless: Home, _request: None) -> None:
    dialog = await no_vehicles(carless)
    await carless.hass.config.async_update(external_url=None, internal_url=None)
    carless.hass.config.api = None
    await dialog.choose("connect")
    assert dialog.step == "no_redirect"
    carless.sim.add_car("Van")
    await dialog.choose("vehicles")
    assert dialog.step == "vehicles"
    await dialog.close()


@pytest.fixture
def _request() -> Generator[None]:
    """Come from nowhere, as a request without the frontend's header does."""
    token = current_request.set(None)
    yield
    current_request.reset(token)


async def test_a_car_without_its_owners_login_is_led_to_its_own_page(home: Home) -> None:
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


async def test_the_application_is_asked_for_where_no_delivery_has_named_it(home: Home) -> None:
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
