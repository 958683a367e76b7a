"""Binary sensors: what is open, locked, connected, running or wrong."""

from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smartcar_dynamic.binary_sensor import BINARY_SENSORS, SmartcarBinarySensor
from custom_components.smartcar_dynamic.positions import find_description
from custom_components.smartcar_dynamic.smartcar.model import Position, Reading, Value

from .entities import binary_sensor_of, entities_of, vehicle_with
from .home import ELSEWHERE, PUBLIC, Home
from .smartcar.catalogue import READINGS

KEYS = [reading.key for reading in READINGS if find_description(BINARY_SENSORS, reading.key)]
LOCKS = [key for key in KEYS if key.endswith(("is_locked", "-islocked"))]


@pytest.fixture
def platforms() -> list[Platform]:
    return [Platform.BINARY_SENSOR]


async def test_binary_sensors(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


def test_a_lock_is_on_when_it_is_unlocked() -> None:
    assert len(LOCKS) > 10
    offenders = [
        key
        for key in LOCKS
        for locked in (True, False)
        if binary_sensor_of(key, locked).is_on is locked
        or binary_sensor_of(key, locked).device_class != "lock"
    ]
    assert offenders == []


def test_all_others_are_what_their_value_says() -> None:
    offenders = [
        key
        for key in KEYS
        for value in (True, False)
        if key not in LOCKS and binary_sensor_of(key, value).is_on is not value
    ]
    assert offenders == []


@pytest.mark.parametrize("key", ["charge-ischarging", "closure-islocked"])
@pytest.mark.parametrize("value", [None, 1, "on", Position(1, 2)], ids=repr)
def test_what_is_no_boolean_is_unknown(key: str, value: Value | None) -> None:
    assert binary_sensor_of(key, value).is_on is None


def test_an_unlisted_boolean_is_a_binary_sensor() -> None:
    entities = entities_of(
        vehicle_with(Reading("foo-bar", value=False), label="Foo bar"), "foo-bar"
    )
    assert entities.keys() == {"binary_sensor"}


def test_an_unlisted_boolean_is_off_diagnostic_and_named_by_its_label() -> None:
    vehicle = vehicle_with(Reading("foo-bar", value=False), label="Foo bar")
    entity = entities_of(vehicle, "foo-bar")["binary_sensor"]
    assert isinstance(entity, SmartcarBinarySensor)
    assert entity.entity_description.name == "Foo bar"
    assert entity.entity_category is EntityCategory.DIAGNOSTIC
    assert not entity.entity_registry_enabled_default
    assert entity.translation_key is None


# The callback URI and the account


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


async def test_both_are_known_after_a_restart(home: Home) -> None:
    car = home.sim.current_car
    entry, _ = await home.live()
    await home.deliver()
    home.sim.revoke(car)
    await home.deliver()
    home.sim.fail_api(0, times=-1)
    await home.restart(entry)
    assert home.state("binary_sensor", car, "account_problem") == "on"
    assert home.state("binary_sensor", car, "callback_verified") == "on"


async def test_a_car_that_was_deleted_has_both_when_it_returns(home: Home) -> None:
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
