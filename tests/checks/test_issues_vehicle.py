"""Issues of one car: its owner, its account, its plan, and its leaving."""

import logging

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry as dr
import pytest

from simulator import Car, Kind

from ..home import Home

REAUTHENTICATE = "reauthentication_required"
DYNAMIC_AND = {"api_v2_end"}


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
@pytest.mark.parametrize(
    "problem",
    [
        "CONNECTED_SERVICES_ACCOUNT.AUTHENTICATION_FAILED",
        "CONNECTED_SERVICES_ACCOUNT.PERMISSION",
        "COMPATIBILITY.PLATFORM_NOT_CAPABLE",
    ],
)
async def test_a_required_login_is_reported_by_car(home: Home, kind: Kind, problem: str) -> None:
    await home.delivering(kind)
    car = home.car(kind)
    await home.report_problem(car, problem)
    issue = await home.issue(REAUTHENTICATE)
    assert issue["severity"] == "error"
    placeholders = issue["translation_placeholders"]
    assert placeholders["vehicle"] in {"Hyundai IONIQ 5", "Renault Zoe"}
    assert placeholders["error"] == problem.replace(".", ":")
    assert placeholders["since"]


async def test_resolved_ends_the_issue(home: Home) -> None:
    await home.delivering()
    car = home.car()
    await home.revoke(car)
    home.sim.act(car, Car.sleep)
    home.sim.set_problem(car, None)
    await home.deliver(car)
    assert await home.raised() == set()


async def test_the_next_good_reading_ends_the_issue(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    car = home.car(Kind.DYNAMIC)
    await home.revoke(car)
    home.sim.set_problem(car, None)
    home.sim.act(car, Car.drive, "work")
    await home.deliver(car)
    assert await home.raised() == DYNAMIC_AND


async def test_two_cars_of_one_name_are_told_apart(home: Home) -> None:
    home.sim.add_car("Second")
    first, second = home.car(), home.sim.car("Second")
    await home.delivering()
    for car in (first, second):
        await home.revoke(car)
    names = {
        issue["translation_placeholders"]["vehicle"] for issue in (await home.issues()).values()
    }
    assert names == {f"Hyundai IONIQ 5 · {car.id[-4:]}" for car in (first, second)}


async def test_one_of_two_cars_is_healed_alone(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.delivering()
    for car in (home.car(), second):
        await home.revoke(car)
    await home.sim.heal(second)
    await home.settle()
    (issue_id,) = await home.issues()
    assert home.car().id in issue_id


async def test_a_car_is_called_as_its_owner_calls_it(home: Home) -> None:
    await home.delivering()
    car = home.car()
    device = home.device(car)
    assert device is not None
    dr.async_get(home.hass).async_update_device(device.id, name_by_user="Lisa's car")
    await home.report_problem(car, "ACCOUNT_ISSUE")
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
async def test_each_account_problem_has_a_text_and_ends_by_itself(
    home: Home, problem: str, key: str
) -> None:
    await home.delivering()
    car = home.car()
    await home.report_problem(car, problem)
    assert await home.raised() == {key}
    step = await home.open_fix(key)
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    await home.sim.heal(car)
    await home.settle()
    assert await home.raised() == set()


async def test_a_permission_error_on_signals_asks_nobody_to_log_in(home: Home) -> None:
    await home.delivering()
    car = home.car()
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
    await home.delivering(kind)
    car = home.car(kind)
    caplog.set_level(logging.INFO, "custom_components.smartcar_dynamic")
    caplog.clear()
    await home.report_problem(car, problem)
    assert await home.raised() <= DYNAMIC_AND
    assert [record for record in caplog.records if "smartcar_dynamic" in record.name] == []


async def test_a_problem_is_reported_again_after_a_restart(home: Home) -> None:
    await home.delivering()
    car = home.car()
    await home.revoke(car)
    before = await home.issue(REAUTHENTICATE)
    await home.restart(home.entries[0], hours=1)
    after = await home.issue(REAUTHENTICATE)
    assert after["translation_placeholders"] == before["translation_placeholders"]


async def test_a_solved_problem_is_not_reported_after_a_restart(home: Home) -> None:
    await home.delivering()
    car = home.car()
    await home.revoke(car)
    await home.sim.heal(car)
    await home.settle()
    await home.restart(home.entries[0])
    assert await home.raised() == set()


# A car that leaves


async def test_a_car_that_left_the_account_is_reported(home: Home) -> None:
    await home.delivering()
    car = home.car()
    home.sim.remove_car(car)
    await home.pass_hours(25)
    issue = await home.issue("vehicle_gone")
    assert issue["translation_placeholders"]["vehicle"] == "Hyundai IONIQ 5"


async def test_a_car_that_just_delivered_is_not_gone(home: Home) -> None:
    await home.delivering()
    monitor = home.runtime(home.entries[0]).monitor
    home.sim.remove_car(home.car())
    for _ in range(2):
        await monitor.async_check()
    assert await home.raised() == set()
    await home.pass_hours(7)
    assert await home.raised() == {"vehicle_gone"}


async def test_an_unlisted_car_that_delivers_is_another_owners(home: Home) -> None:
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


async def live_and_refused(home: Home) -> None:
    """Have a car that the plan does not cover."""
    home.sim.fail_api(430, path="/webhooks/", times=-1, problem="BILLING.VEHICLE_LIMIT")
    await home.live(Kind.DYNAMIC)


async def test_a_refused_subscription_is_reported_with_its_reason(home: Home) -> None:
    await live_and_refused(home)
    issue = await home.issue("subscription_refused")
    assert issue["translation_placeholders"]["vehicle"] == "Renault Zoe"
    assert issue["translation_placeholders"]["error"] == "BILLING:VEHICLE_LIMIT"


async def test_a_refusal_ends_by_itself_when_smartcar_gives_in(home: Home) -> None:
    await live_and_refused(home)
    home.sim.clear_faults()
    await home.pass_hours(25)
    assert "subscription_refused" not in await home.raised()


async def test_a_refusal_stands_after_a_restart(home: Home) -> None:
    await live_and_refused(home)
    await home.ignore("subscription_refused")
    home.sim.fail_api(0, path="/vehicles", times=-1)
    await home.restart(home.entries[0])
    issue = await home.issue("subscription_refused")
    assert issue["ignored"]


async def twice(home: Home) -> tuple[ConfigEntry, ConfigEntry]:
    """Have two entries with the same vehicle."""
    first, webhook = await home.live()
    home.time.tick(1)
    second = await home.set_up(
        home.new_entry(
            webhook, webhook_id="another-webhook", title="Second", smartcar_webhook_id=None
        )
    )
    await home.deliver()
    return first, second


async def test_a_vehicle_in_two_entries_is_said_once_with_the_cure(home: Home) -> None:
    first, _ = await twice(home)
    issue = await home.issue("vehicle_twice")
    assert issue["translation_placeholders"]["entry"] == "Second"
    assert issue["translation_placeholders"]["other"] == first.title
    result = await home.fix("vehicle_twice")
    assert result["errors"] == {"base": "not_resolved"}


async def test_leaving_the_vehicle_out_ends_the_repair(home: Home) -> None:
    _, second = await twice(home)
    assert "vehicle_twice" in await home.raised()
    home.hass.config_entries.async_update_entry(
        second, options={"excluded_vehicles": [home.car().id]}
    )
    await home.reload(second)
    assert "vehicle_twice" not in await home.raised()


async def test_deleting_the_other_entry_ends_the_repair(home: Home) -> None:
    first, _ = await twice(home)
    assert "vehicle_twice" in await home.raised()
    await home.remove(first)
    assert "vehicle_twice" not in await home.raised()
