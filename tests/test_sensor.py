"""Sensors: what a vehicle measures, counts and calls itself."""

from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.smartcar_dynamic.const import LAST_REPORTED
from custom_components.smartcar_dynamic.sensor import (
    SENSORS,
    SmartcarLastReportedSensor,
    SmartcarSensor,
)
from custom_components.smartcar_dynamic.smartcar.model import Position, Reading, Value
from custom_components.smartcar_dynamic.smartcar.units import Unit
from custom_components.smartcar_dynamic.vehicle import VehicleState
from simulator import Kind

from .entities import entities_of, sensor_of, vehicle_with
from .home import Home

UNLISTED = "foo-bar"


@pytest.fixture
def platforms(freezer: FrozenDateTimeFactory) -> list[Platform]:
    # When the payload with every signal was sent: the last delivery is when it arrived.
    freezer.move_to("2025-12-08T01:35:00+00:00")
    return [Platform.SENSOR]


async def test_sensors(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    rich_entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
) -> None:
    await snapshot_platform(hass, entity_registry, snapshot, rich_entry.entry_id)


def last_reported(vehicle: VehicleState) -> SmartcarLastReportedSensor:
    entity = entities_of(vehicle, LAST_REPORTED)["sensor"]
    assert isinstance(entity, SmartcarLastReportedSensor)
    return entity


def unlisted_sensor(reading: Reading) -> SmartcarSensor:
    entity = entities_of(vehicle_with(reading, label="Foo bar"), reading.key)["sensor"]
    assert isinstance(entity, SmartcarSensor)
    return entity


@pytest.mark.parametrize("value", [None, True, "much", Position(1, 2)], ids=repr)
def test_a_number_that_is_none_is_unknown(value: Value | None) -> None:
    assert sensor_of("tractionbattery-stateofcharge", value, "%").native_value is None


@pytest.mark.parametrize("value", [None, True, 5, Position(1, 2)], ids=repr)
def test_a_text_that_is_none_is_unknown(value: Value | None) -> None:
    assert sensor_of("vehicleidentification-trim", value).native_value is None


@pytest.mark.parametrize("value", [None, True, 5, "today", Position(1, 2)], ids=repr)
def test_a_time_that_is_none_is_unknown(value: Value | None) -> None:
    assert sensor_of("charge-chargerecords.ended", value).native_value is None


@pytest.mark.parametrize("value", [None, True, 5, "sleeping", Position(1, 2)], ids=repr)
def test_what_is_no_option_is_unknown(value: Value | None) -> None:
    assert sensor_of("charge-detailedchargingstatus", value).native_value is None


def test_a_whole_number_stays_one() -> None:
    assert type(sensor_of("tractionbattery-stateofcharge", 58, "%").native_value) is int


def test_only_the_battery_level_is_a_primary_battery() -> None:
    batteries = [
        description.key
        for description in SENSORS.values()
        if description.device_class is SensorDeviceClass.BATTERY
        and description.entity_category is None
    ]
    assert batteries == ["tractionbattery-stateofcharge"]


def test_last_reported_is_when_the_vehicle_last_reported() -> None:
    vehicle = vehicle_with()
    vehicle.last_reported = 1_795_446_000_500
    assert last_reported(vehicle).native_value == datetime.fromisoformat("2026-11-23T15:00:00.500Z")


def test_last_reported_is_available_before_anything_was_reported() -> None:
    entity = last_reported(vehicle_with())
    assert entity.available
    assert entity.native_value is None


# Signals that the catalogue does not list


@pytest.mark.parametrize(
    ("unit", "device_class"),
    [
        (Unit.AMPERE, SensorDeviceClass.CURRENT),
        (Unit.CELSIUS, SensorDeviceClass.TEMPERATURE),
        (Unit.COUNT, None),
        (Unit.DEGREE, None),
        (Unit.KILOMETER, SensorDeviceClass.DISTANCE),
        (Unit.KILOMETER_PER_HOUR, SensorDeviceClass.SPEED),
        (Unit.KILOPASCAL, SensorDeviceClass.PRESSURE),
        (Unit.KILOWATT_HOUR, None),
        (Unit.LITER, None),
        (Unit.MINUTE, SensorDeviceClass.DURATION),
        (Unit.PERCENT, None),
        (Unit.VOLT, SensorDeviceClass.VOLTAGE),
        (Unit.WATT, SensorDeviceClass.POWER),
    ],
)
def test_an_unlisted_number_has_the_device_class_of_its_unit(
    unit: Unit, device_class: SensorDeviceClass | None
) -> None:
    entity = unlisted_sensor(Reading(UNLISTED, 5, unit))
    assert entity.device_class == device_class
    assert entity.native_unit_of_measurement == (None if unit is Unit.COUNT else unit)
    assert entity.native_value == 5


def test_an_unlisted_text_is_a_sensor() -> None:
    assert unlisted_sensor(Reading(UNLISTED, "baz")).native_value == "baz"


def test_an_unlisted_sensor_is_diagnostic_and_named_by_its_label() -> None:
    entity = unlisted_sensor(Reading(UNLISTED, 5, "km"))
    assert entity.entity_description.name == "Foo bar"
    assert entity.entity_category is EntityCategory.DIAGNOSTIC
    assert not entity.entity_registry_enabled_default
    assert entity.translation_key is None


def test_a_key_without_row_and_label_has_no_entity() -> None:
    assert entities_of(vehicle_with(Reading(UNLISTED, 5, "km")), UNLISTED) == {}


def test_a_key_without_row_and_reading_has_no_entity() -> None:
    assert entities_of(vehicle_with(), UNLISTED) == {}


# The last delivery


async def test_the_last_delivery_is_off_by_default(home: Home) -> None:
    await home.live()
    entity_id = home.entity_id("sensor", home.car(), "last_delivery")
    found = er.async_get(home.hass).async_get(entity_id)
    assert found is not None
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert found.entity_category == "diagnostic"


async def with_last_delivery(home: Home, kind: Kind = Kind.CURRENT) -> None:
    """Have an entry whose first car's last delivery is enabled."""
    entry, _ = await home.live(kind)
    car = home.car(kind)
    entity_id = home.entity_id("sensor", car, "last_delivery")
    er.async_get(home.hass).async_update_entity(entity_id, disabled_by=None)
    await home.reload(entry)


async def test_the_last_delivery_is_unknown_before_the_first(home: Home) -> None:
    await with_last_delivery(home)
    assert home.state("sensor", home.car(), "last_delivery") == "unknown"


@pytest.mark.parametrize("kind", [Kind.CURRENT, Kind.DYNAMIC])
async def test_the_last_delivery_is_when_it_arrived(home: Home, kind: Kind) -> None:
    await with_last_delivery(home, kind)
    car = home.car(kind)
    await home.pass_time(minutes=7)
    await home.deliver(car)
    arrived = datetime.fromisoformat(home.state("sensor", car, "last_delivery"))
    assert abs((arrived - dt_util.utcnow()).total_seconds()) < 5


async def test_the_last_delivery_is_the_cars_own(home: Home) -> None:
    second = home.sim.add_car("Second")
    await with_last_delivery(home)
    await home.deliver(home.car())
    before = home.state("sensor", home.car(), "last_delivery")
    assert before.startswith("20")
    await home.pass_time(minutes=5)
    await home.deliver(second)
    assert home.state("sensor", home.car(), "last_delivery") == before
