"""The diagnostic entities of a car's standing, and how rarely they are written."""

from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Kind

from .home import ELSEWHERE, PUBLIC, Home


async def test_an_answered_challenge_verifies_nothing(home: Home) -> None:
    await home.live()
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "unknown"


async def test_a_verified_callback_is_shown(home: Home) -> None:
    await home.live()
    await home.deliver()
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "on"


async def test_a_callback_that_was_never_verified_is_shown(home: Home) -> None:
    _, webhook = await home.live(verify=False)
    await home.pass_hours(2)
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "off"
    await home.sim.verify(webhook)
    await home.settle()
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "unknown"


async def test_a_callback_at_another_address_is_not_verified(home: Home) -> None:
    await home.live()
    await home.deliver()
    await home.move_to(ELSEWHERE)
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "off"
    await home.move_to(PUBLIC)
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "on"


async def test_a_delivery_verifies_a_callback_at_once(home: Home) -> None:
    _, webhook = await home.live(verify=False)
    webhook.verified = True
    await home.deliver()
    assert home.state("binary_sensor", home.sim.current_car, "callback_verified") == "on"


@pytest.mark.parametrize("problem", ["AUTHENTICATION_FAILED", "ACCOUNT_ISSUE", "VEHICLE_LIMIT"])
async def test_an_account_problem_is_shown_and_its_end(home: Home, problem: str) -> None:
    car = home.sim.current_car
    await home.live()
    await home.deliver()
    assert home.state("binary_sensor", car, "account_problem") == "off"
    home.sim.set_problem(car, problem)
    await home.deliver()
    assert home.state("binary_sensor", car, "account_problem") == "on"
    await home.sim.heal(car)
    await home.settle()
    assert home.state("binary_sensor", car, "account_problem") == "off"


async def test_an_account_problem_is_one_cars(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    await home.deliver()
    home.sim.revoke(second)
    await home.deliver()
    assert home.state("binary_sensor", second, "account_problem") == "on"
    assert home.state("binary_sensor", home.sim.current_car, "account_problem") == "off"


async def test_they_are_known_after_a_restart(home: Home) -> None:
    car = home.sim.current_car
    entry, _ = await home.live()
    await home.deliver()
    home.sim.revoke(car)
    await home.deliver()
    home.sim.fail_api(0, times=-1)
    await home.restart(entry)
    assert home.state("binary_sensor", car, "account_problem") == "on"
    assert home.state("binary_sensor", car, "callback_verified") == "on"


async def test_the_last_delivery_is_off_by_default(home: Home) -> None:
    await home.live()
    entity_id = home.entity_id("sensor", home.sim.current_car, "last_delivery")
    found = er.async_get(home.hass).async_get(entity_id)
    assert found is not None
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert found.entity_category == "diagnostic"


async def with_last_delivery(home: Home, kind: Kind = Kind.CURRENT) -> None:
    """Have an entry whose first car's last delivery is enabled."""
    entry, _ = await home.live(kind)
    car = home.sim.dynamic_car if kind.is_v2 else home.sim.current_car
    entity_id = home.entity_id("sensor", car, "last_delivery")
    er.async_get(home.hass).async_update_entity(entity_id, disabled_by=None)
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()


async def test_the_last_delivery_is_unknown_before_the_first(home: Home) -> None:
    await with_last_delivery(home)
    assert home.state("sensor", home.sim.current_car, "last_delivery") == "unknown"


async def test_the_last_delivery_is_the_cars_own(home: Home) -> None:
    second = home.sim.add_car("Second")
    await with_last_delivery(home)
    await home.deliver(home.sim.current_car)
    before = home.state("sensor", home.sim.current_car, "last_delivery")
    assert before.startswith("20")
    await home.pass_time(minutes=5)
    await home.deliver(second)
    assert home.state("sensor", home.sim.current_car, "last_delivery") == before


async def test_nothing_is_written_by_a_delivery_without_news(home: Home) -> None:
    await home.live()
    await home.deliver()
    written: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        written.append(event.data["entity_id"])

    home.hass.bus.async_listen("state_changed", note)
    for _ in range(3):
        await home.pass_time(minutes=5)
        await home.deliver()
    assert [it for it in written if "last_reported" not in it] == []


async def test_a_car_that_was_deleted_and_has_come_back_has_them_again(home: Home) -> None:
    car = home.sim.current_car
    entry, webhook = await home.live()
    await home.deliver()
    home.data(entry).coordinator.vehicles[car.id].listed = False
    assert (await home.remove_device(car))["success"]
    home.sim.subscribe(webhook, car)
    await home.pass_time(minutes=6)
    await home.deliver()
    assert home.state("binary_sensor", car, "account_problem") == "off"
    assert home.state("binary_sensor", car, "callback_verified") == "on"
