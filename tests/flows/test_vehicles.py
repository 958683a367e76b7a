"""The steps of the vehicles: connected, chosen, subscribed."""

from collections.abc import Generator

from aiohttp import ClientSession
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.http import current_request
import pytest
from yarl import URL

from custom_components.smartcar_dynamic.const import CONF_READ_ON_NEWS
from simulator import Kind

from ..dialog import Dialog
from ..home import PUBLIC, Home

BACK = f"{PUBLIC}/auth/external/callback"


@pytest.fixture
def carless(home: Home) -> Home:
    home.sim.remove_car(home.car())
    return home


async def no_vehicles(home: Home) -> Dialog:
    dialog = await home.at_callback()
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


async def test_connect_stays_open_when_the_page_is_reloaded(carless: Home) -> None:
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
    assert dialog.step == "connect_cancelled"
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    await connect(carless, dialog, "allow")
    await dialog.look()
    await carless.finished(dialog)


@pytest.mark.parametrize(
    ("error", "step"),
    [
        ("no_vehicles", "no_car_in_account"),
        ("vehicle_incompatible", "car_not_supported"),
        ("server_error", "not_connected"),
    ],
)
async def test_connect_ends_with_its_reason(carless: Home, error: str, step: str) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    query = {"state": URL(dialog.result["url"]).query["state"], "error": error}
    async with carless.http.get("/auth/external/callback", params=query) as answer:
        assert answer.ok
    await dialog.look()
    assert dialog.step == step
    assert dialog.shown["error"] == error
    await dialog.close()


async def test_an_error_that_is_no_word_is_not_repeated(carless: Home) -> None:
    dialog = await no_vehicles(carless)
    await dialog.choose("connect")
    await dialog.submit(application_id=carless.current.id)
    state = URL(dialog.result["url"]).query["state"]
    query = {"state": state, "error": "[click](https://evil.example)"}
    async with carless.http.get("/auth/external/callback", params=query) as answer:
        assert answer.status == 200
    await dialog.look()
    assert dialog.shown["error"] == "unknown"
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
    dialog = await home.at_callback(Kind.DYNAMIC)
    home.sim.remove_car(home.car(Kind.DYNAMIC))
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    assert dialog.step == "no_vehicles"
    assert dialog.result["menu_options"] == ["vehicles", "finish"]
    await dialog.close()


async def test_an_application_id_can_be_typed(carless: Home) -> None:
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


# Choosing and subscribing


async def test_a_car_that_is_not_chosen_is_left_out(home: Home) -> None:
    van = home.sim.add_car("Van")
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    assert set(dialog.options) == {van.id, home.car().id}
    await dialog.submit(vehicles=[home.car().id])
    entry = await home.created(await dialog.settle())
    assert entry.options == {"excluded_vehicles": [van.id]}
    assert home.subscribed(webhook) == {"Crossover"}
    assert set(home.runtime(entry).coordinator.vehicles) == {home.car().id}


async def test_choosing_no_car_leaves_all_of_them_out(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    entry = await home.created(await dialog.submit(vehicles=[]))
    assert entry.title == "Smartcar"
    assert entry.options == {"excluded_vehicles": [home.car().id]}
    assert home.subscribed(webhook) == set()


async def test_a_failing_subscription_does_not_stop_the_others(home: Home) -> None:
    home.sim.add_car("Van")
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    home.sim.fail_api(400, path="/subscriptions", problem="VALIDATION")
    entry = await home.finished(dialog)
    assert entry.title.count(",") == 1
    assert home.subscribed(webhook) == {"Crossover", "Van"}


async def test_cars_are_subscribed_later_where_smartcar_is_down(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    home.sim.fail_api(0, path="/subscriptions")
    await home.finished(dialog)
    assert home.subscribed(webhook) == {"Crossover"}


async def test_a_car_without_attributes_is_shown_by_its_id(home: Home) -> None:
    dialog = await home.at_callback(Kind.DYNAMIC)
    car = home.car(Kind.DYNAMIC)
    home.sim.fail_api(500, path=f"/vehicles/{car.id}", problem="SERVER.INTERNAL", times=-1)
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    assert dialog.options == {car.id: f"Vehicle {car.id[-4:]} · {car.id[-4:]}"}


async def test_a_delivery_that_comes_first_finds_the_car_named(home: Home) -> None:
    dialog = await home.at_callback(Kind.DYNAMIC)
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    await dialog.submit(vehicles=list(dialog.options))
    await home.settle()
    home.sim.fail_api(0, path="/vehicles", times=-1)
    await home.created(await dialog.settle())
    car = home.car(Kind.DYNAMIC)
    await home.deliver(car)
    assert home.entity_id("sensor", car, "tractionbattery-stateofcharge").startswith(
        "sensor.renault_zoe_"
    )


async def live_without_attributes(home: Home) -> str:
    """Set up while Smartcar cannot say whose make the car is; return the ID of an entity."""
    car = home.car(Kind.DYNAMIC)
    home.sim.fail_api(500, path=f"/vehicles/{car.id}", problem="SERVER.INTERNAL", times=-1)
    dialog = await home.at_callback(Kind.DYNAMIC)
    dialog, _ = await home.verified(dialog, Kind.DYNAMIC)
    home.sim.clear_faults()
    await dialog.submit(vehicles=list(dialog.options))
    await home.settle()
    home.sim.fail_api(500, path=f"/vehicles/{car.id}", problem="SERVER.INTERNAL", times=-1)
    entry = await home.created(await dialog.settle())
    await home.deliver(car)
    assert entry.title == f"Vehicle {car.id[-4:]}"
    return home.entity_id("sensor", car, "tractionbattery-stateofcharge")


async def test_entity_ids_follow_a_name_that_comes_late(home: Home) -> None:
    provisional = await live_without_attributes(home)
    home.sim.clear_faults()
    await home.pass_time(minutes=2)
    car = home.car(Kind.DYNAMIC)
    entity_id = home.entity_id("sensor", car, "tractionbattery-stateofcharge")
    assert provisional.startswith("sensor.vehicle_")
    assert entity_id.startswith("sensor.renault_zoe_")
    assert home.hass.states.get(provisional) is None
    assert home.entries[0].title == "Renault Zoe"
    home.sim.act(car, type(car).set_state_of_charge, 55)
    await home.deliver(car)
    state = home.hass.states.get(entity_id)
    assert state is not None
    assert state.state == "55"


async def test_entity_ids_stay_when_a_name_comes_too_late(home: Home) -> None:
    provisional = await live_without_attributes(home)
    await home.pass_hours(2)
    home.sim.clear_faults()
    await home.pass_hours(2)
    car = home.car(Kind.DYNAMIC)
    assert home.entity_id("sensor", car, "tractionbattery-stateofcharge") == provisional
    device = home.device(car)
    assert device is not None
    assert device.name == "Renault Zoe"


async def test_an_entity_id_of_the_owners_own_stays(home: Home) -> None:
    provisional = await live_without_attributes(home)
    registry = er.async_get(home.hass)
    registry.async_update_entity(provisional, new_entity_id="sensor.my_battery")
    home.sim.clear_faults()
    await home.pass_time(minutes=2)
    car = home.car(Kind.DYNAMIC)
    assert home.entity_id("sensor", car, "tractionbattery-stateofcharge") == "sensor.my_battery"


async def test_a_list_of_cars_that_fails_can_be_retried(home: Home) -> None:
    dialog = await home.at_callback()
    home.sim.fail_api(500, path="/connections")
    dialog, _ = await home.verified(dialog)
    assert dialog.step == "vehicles_unknown"
    assert "SERVER" in dialog.shown["error"]
    await dialog.choose("vehicles")
    await home.finished(dialog)


async def test_cars_that_cannot_be_listed_are_found_later(home: Home) -> None:
    dialog = await home.at_callback()
    home.sim.fail_api(500, path="/connections")
    dialog, webhook = await home.verified(dialog)
    entry = await home.created(await dialog.choose("finish"))
    assert entry.title == "Hyundai IONIQ 5"
    assert home.subscribed(webhook) == {"Crossover"}


async def test_a_window_closed_while_subscribing_leaves_nothing_behind(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    await dialog.submit(vehicles=list(dialog.options))
    assert dialog.step == "subscribe"
    await dialog.close()
    await home.settle()
    assert home.webhook_ids() == set()
    assert home.subscribed(webhook) == set()


# Reads, and what they may cost


@pytest.mark.parametrize("answer", [{"read_once": True}, {"read_once": False}, {}])
async def test_set_up_asks_whether_to_read_once(home: Home, answer: dict[str, bool]) -> None:
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    await dialog.submit(vehicles=list(dialog.options), **answer)
    await dialog.settle()
    await home.created(dialog)
    await home.sim.deliver()
    await home.settle()
    await home.sim.deliver()
    await home.settle()
    assert home.billed == len(answer) * answer.get("read_once", 0)


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_planned_reads_are_offered_where_the_webhook_lacks_charge(
    home: Home,
    is_wanted: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    dialog = await home.at_callback()
    webhook = await home.webhook_for(dialog, data=["odometer-traveleddistance"])
    await dialog.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await dialog.confirm()
    await dialog.submit(vehicles=list(dialog.options), read_on_news=is_wanted)
    await dialog.settle()
    entry = await home.created(dialog)
    assert (home.runtime(entry).planned_reads is not None) == is_wanted


async def test_planned_reads_are_not_offered_where_all_is_pushed(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, _ = await home.verified(dialog)
    with pytest.raises(KeyError):
        dialog.suggested(CONF_READ_ON_NEWS)
