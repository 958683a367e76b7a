"""Repairs of one car: its owner, its account, its plan, and its leaving."""

from http import HTTPStatus
import logging
from typing import Any

from aiohttp import ClientSession
from homeassistant.helpers import device_registry as dr
import pytest

from simulator import Car, Kind

from ..home import Home

REAUTHENTICATE = "reauthentication_required"
DYNAMIC_AND = {"api_v2_end"}


async def live_and_told(home: Home, kind: Kind = Kind.CURRENT) -> Car:
    """Return the car of an entry to which everything has been delivered once."""
    await home.live(kind)
    await home.deliver()
    return home.sim.dynamic_car if kind.is_v2 else home.sim.current_car


async def have(home: Home, car: Car, problem: str) -> None:
    """Let a car have a problem, and Smartcar tell it."""
    home.sim.set_problem(car, problem)
    await home.deliver(car)


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
@pytest.mark.parametrize(
    "problem",
    [
        "CONNECTED_SERVICES_ACCOUNT.AUTHENTICATION_FAILED",
        "CONNECTED_SERVICES_ACCOUNT.PERMISSION",
        "COMPATIBILITY.PLATFORM_NOT_CAPABLE",
    ],
)
async def test_an_owner_who_must_log_in_again_is_told_by_car(
    home: Home, kind: Kind, problem: str
) -> None:
    car = await live_and_told(home, kind)
    await have(home, car, problem)
    issue = await home.issue(REAUTHENTICATE)
    assert issue["severity"] == "error"
    placeholders = issue["translation_placeholders"]
    assert placeholders["vehicle"] in {"Hyundai IONIQ 5", "Renault Zoe"}
    assert placeholders["error"] == problem.replace(".", ":")
    assert placeholders["since"]


async def log_in(step: dict[str, Any]) -> None:
    """Follow the flow's link and log in."""
    async with (
        ClientSession() as session,
        session.post(step["description_placeholders"]["url"], data={"action": "allow"}) as page,
    ):
        assert page.status == HTTPStatus.OK
        assert "Connected" in await page.text()


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
async def test_the_link_leads_to_connect_and_the_issue_is_gone_with_the_cars_data(
    home: Home, kind: Kind
) -> None:
    car = await live_and_told(home, kind)
    home.sim.revoke(car)
    await home.deliver(car)
    step = await home.open_fix(REAUTHENTICATE)
    await log_in(step)
    await home.settle()
    assert REAUTHENTICATE not in await home.raised()


async def test_the_flow_does_not_close_before_the_owner_has_logged_in(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.revoke(car)
    await home.deliver(car)
    step = await home.open_fix(REAUTHENTICATE)
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    await log_in(step)
    await home.settle()
    assert (await home.submit(step))["type"] == "create_entry"


async def test_the_flow_leads_to_my_smartcar_where_the_application_is_not_known(
    home: Home,
) -> None:
    car = await live_and_told(home)
    home.sim.revoke(car)
    await home.deliver(car)
    home.data(home.entries[0]).store.data.application_id = None
    home.sim.fail_api(HTTPStatus.NOT_FOUND, path="/applications", times=-1)
    step = await home.open_fix(REAUTHENTICATE)
    assert step["description_placeholders"]["url"] == "https://my.smartcar.com"


async def test_resolved_ends_the_issue(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.revoke(car)
    await home.deliver(car)
    home.sim.act(car, Car.sleep)
    home.sim.set_problem(car, None)
    await home.deliver(car)
    assert await home.raised() == set()


async def test_the_next_good_reading_ends_the_issue(home: Home) -> None:
    car = await live_and_told(home, Kind.DYNAMIC)
    home.sim.revoke(car)
    await home.deliver(car)
    home.sim.set_problem(car, None)
    home.sim.act(car, Car.drive, "work")
    await home.deliver(car)
    assert await home.raised() == DYNAMIC_AND


async def test_two_cars_that_are_called_alike_are_told_apart(home: Home) -> None:
    home.sim.add_car("Second")
    first, second = home.sim.current_car, home.sim.car("Second")
    await home.live()
    await home.deliver()
    for car in (first, second):
        home.sim.revoke(car)
    await home.deliver()
    names = {
        issue["translation_placeholders"]["vehicle"] for issue in (await home.issues()).values()
    }
    assert names == {f"Hyundai IONIQ 5 · {car.id[-4:]}" for car in (first, second)}


async def test_one_of_two_cars_is_healed_alone(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    await home.deliver()
    for car in (home.sim.current_car, second):
        home.sim.revoke(car)
    await home.deliver()
    await home.sim.heal(second)
    await home.settle()
    (issue_id,) = await home.issues()
    assert home.sim.current_car.id in issue_id


async def test_a_car_is_called_as_its_owner_calls_it(home: Home) -> None:
    car = await live_and_told(home)
    device = home.device(car)
    assert device is not None
    dr.async_get(home.hass).async_update_device(device.id, name_by_user="Lisa's car")
    await have(home, car, "ACCOUNT_ISSUE")
    (issue,) = (await home.issues()).values()
    assert issue["translation_placeholders"]["vehicle"] == "Lisa's car"


@pytest.mark.parametrize(
    ("problem", "key"),
    [
        ("ACCOUNT_ISSUE", "account_problem_account_issue"),
        ("NO_VEHICLES", "account_problem_no_vehicles"),
        ("SUBSCRIPTION", "account_problem_subscription"),
        ("VEHICLE_MISSING", "account_problem_vehicle_missing"),
        ("VIRTUAL_KEY_REQUIRED", "account_problem_virtual_key_required"),
        ("ACCOUNT_SUSPENDED", "plan_limit_account_suspended"),
        ("INVALID_PLAN", "plan_limit_invalid_plan"),
        ("VEHICLE_LIMIT", "plan_limit_vehicle_limit"),
        ("VEHICLE_REQUEST_LIMIT", "plan_limit_vehicle_request_limit"),
    ],
)
async def test_each_trouble_of_the_account_has_its_own_text_and_goes_by_itself(
    home: Home, problem: str, key: str
) -> None:
    car = await live_and_told(home)
    await have(home, car, problem)
    assert await home.raised() == {key}
    step = await home.open_fix(key)
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    await home.sim.heal(car)
    await home.settle()
    assert await home.raised() == set()


async def test_a_bare_permission_error_on_signals_asks_nobody_to_log_in(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.set_permissions(car, ["read_battery"])
    await home.deliver(car)
    home.sim.set_problem(car, "PERMISSION.null")
    await home.deliver(car)
    await home.pass_hours(26)
    assert await home.raised() == set()
    assert home.hass.config_entries.flow.async_progress() == []


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
@pytest.mark.parametrize("problem", ["ASLEEP", "UNREACHABLE", "NO_RESPONSE", "RATE_LIMIT.VEHICLE"])
async def test_what_passes_by_itself_is_neither_raised_nor_logged(
    home: Home, kind: Kind, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    car = await live_and_told(home, kind)
    caplog.set_level(logging.INFO, "custom_components.smartcar_dynamic")
    caplog.clear()
    await have(home, car, problem)
    assert await home.raised() <= DYNAMIC_AND
    assert [record for record in caplog.records if "smartcar_dynamic" in record.name] == []


async def test_a_trouble_is_told_again_after_a_restart(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.revoke(car)
    await home.deliver(car)
    before = await home.issue(REAUTHENTICATE)
    await home.restart(home.entries[0], hours=1)
    after = await home.issue(REAUTHENTICATE)
    assert after["translation_placeholders"] == before["translation_placeholders"]


async def test_a_trouble_that_is_over_is_not_told_after_a_restart(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.revoke(car)
    await home.deliver(car)
    await home.sim.heal(car)
    await home.settle()
    await home.restart(home.entries[0])
    assert await home.raised() == set()


# A car that leaves


async def test_a_car_that_left_the_account_is_told_within_a_day(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.remove_car(car)
    await home.pass_hours(25)
    issue = await home.issue("vehicle_gone")
    assert issue["translation_placeholders"]["vehicle"] == "Hyundai IONIQ 5"


async def test_the_flow_deletes_the_car(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.remove_car(car)
    await home.pass_hours(25)
    assert (await home.fix("vehicle_gone"))["type"] == "create_entry"
    assert home.device(car) is None
    assert await home.raised() == set()


async def test_the_flow_leaves_a_car_that_has_come_back(home: Home) -> None:
    car = await live_and_told(home)
    connection = home.sim.connection(car)
    home.sim.remove_car(car)
    await home.pass_hours(25)
    step = await home.open_fix("vehicle_gone")
    application = home.sim.application(Kind.CURRENT)
    home.sim.cloud.connect(application, connection.owner_id, car, connection.permissions)
    assert (await home.submit(step))["type"] == "create_entry"
    assert home.device(car) is not None


async def test_the_flow_deletes_nothing_while_smartcar_cannot_be_asked(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.remove_car(car)
    await home.pass_hours(25)
    home.sim.fail_api(0, times=-1)
    step = await home.open_fix("vehicle_gone")
    assert (await home.submit(step))["errors"] == {"base": "not_checked"}
    assert home.device(car) is not None


async def test_a_car_that_delivered_just_now_is_not_gone_with_an_empty_list(home: Home) -> None:
    await live_and_told(home)
    monitor = home.data(home.entries[0]).monitor
    home.sim.remove_car(home.sim.current_car)
    for _ in range(2):
        await monitor.async_check()
    assert await home.raised() == set()
    await home.pass_hours(7)
    assert await home.raised() == {"vehicle_gone"}


async def test_the_flow_takes_note_that_the_device_was_deleted_meanwhile(home: Home) -> None:
    car = await live_and_told(home)
    home.sim.remove_car(car)
    await home.pass_hours(25)
    step = await home.open_fix("vehicle_gone")
    assert (await home.remove_device(car))["success"]
    assert (await home.submit(step))["type"] == "create_entry"
    assert await home.raised() == set()


async def test_a_car_that_is_not_listed_but_delivers_is_another_owners(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    other = home.sim.add_car("Other", application=Kind.DYNAMIC, owner_id="another-owner")
    home.sim.subscribe("Dynamic webhook", other)
    await home.deliver()
    assert home.device(other) is not None
    for _ in range(26):
        await home.pass_hours(1)
        await home.deliver()
    assert await home.raised() == DYNAMIC_AND


# A car that Smartcar does not subscribe


async def refused(home: Home) -> Car:
    """Return a car that the plan does not cover."""
    home.sim.fail_api(430, path="/webhooks/", times=-1, problem="BILLING.VEHICLE_LIMIT")
    await home.live(Kind.DYNAMIC)
    return home.sim.dynamic_car


async def test_a_car_that_smartcar_does_not_subscribe_is_told_with_the_reason(home: Home) -> None:
    await refused(home)
    issue = await home.issue("subscription_refused")
    assert issue["translation_placeholders"]["vehicle"] == "Renault Zoe"
    assert issue["translation_placeholders"]["error"] == "BILLING:VEHICLE_LIMIT"


async def test_the_flow_tries_to_subscribe_again(home: Home) -> None:
    car = await refused(home)
    step = await home.open_fix("subscription_refused")
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    home.sim.clear_faults()
    assert (await home.submit(step))["type"] == "create_entry"
    webhook = home.sim.webhook("Dynamic webhook")
    assert home.sim.cloud.subscription(webhook, home.sim.connection(car)) is not None
    assert await home.raised() == DYNAMIC_AND


async def test_a_refusal_ends_by_itself_when_smartcar_gives_in(home: Home) -> None:
    await refused(home)
    home.sim.clear_faults()
    await home.pass_hours(25)
    assert "subscription_refused" not in await home.raised()


async def test_a_refusal_stands_after_a_restart(home: Home) -> None:
    await refused(home)
    await home.ignore("subscription_refused")
    home.sim.fail_api(0, path="/vehicles", times=-1)
    await home.restart(home.entries[0])
    issue = await home.issue("subscription_refused")
    assert issue["ignored"]
