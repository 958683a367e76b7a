"""Every key of the catalogue has a row in one platform, and every row fits Home Assistant."""

import json

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    NON_NUMERIC_DEVICE_CLASSES,
    STATE_CLASS_UNITS,
)
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smartcar_dynamic.binary_sensor import SmartcarBinarySensor
from custom_components.smartcar_dynamic.device_tracker import SmartcarDeviceTracker
from custom_components.smartcar_dynamic.history_sensor import HISTORY_SENSORS
from custom_components.smartcar_dynamic.positions import find_description
from custom_components.smartcar_dynamic.sensor import SENSORS, SmartcarSensor
from custom_components.smartcar_dynamic.smartcar.model import Position
from custom_components.smartcar_dynamic.smartcar.signals import SIGNALS
from custom_components.smartcar_dynamic.smartcar.units import Unit

from .entities import (
    TABLES,
    entities_of,
    entity_of,
    vehicle_with,
)
from .smartcar.catalogue import READINGS
from .texts import ENGLISH, PACKAGE

ICONS = json.loads((PACKAGE / "icons.json").read_text("utf-8"))["entity"]
ROWS = [
    (platform, description) for platform, rows in TABLES.items() for description in rows.values()
]


def test_the_readings_of_these_tests_cover_the_catalogue() -> None:
    assert {reading.key.partition(".")[0] for reading in READINGS} == set(SIGNALS)


def test_each_key_has_an_entity_in_one_platform() -> None:
    platforms = {
        reading.key: list(entities_of(vehicle_with(reading), reading.key)) for reading in READINGS
    }
    assert {key: found for key, found in platforms.items() if len(found) != 1} == {}


def test_a_unique_id_is_the_vehicles_id_and_the_key() -> None:
    unique_ids = {reading.key: entity_of(reading).unique_id for reading in READINGS}
    assert unique_ids == {key: f"vehicle-1_{key}" for key in unique_ids}


def test_each_row_is_for_a_key_that_can_occur() -> None:
    found = {
        (platform, description.key)
        for platform, rows in TABLES.items()
        for reading in READINGS
        if (description := find_description(rows, reading.key)) is not None
    }
    offenders = [
        (platform, row.key)
        for platform, row in ROWS
        if (platform, row.key.replace("*", "front_left")) not in found
    ]
    assert offenders == []


def test_each_value_of_the_catalogue_is_shown() -> None:
    def is_shown(reading: object, entity: object) -> bool:
        match entity:
            case SmartcarSensor():
                return entity.native_value == reading
            case SmartcarBinarySensor():
                return entity.is_on is not None
            case SmartcarDeviceTracker(latitude=float(latitude), longitude=float(longitude)):
                return reading == Position(latitude, longitude)
        return False

    offenders = [reading for reading in READINGS if not is_shown(reading.value, entity_of(reading))]
    assert offenders == []


def test_a_sensors_unit_is_the_canonical_unit_of_its_key() -> None:
    units = {
        reading: entity.native_unit_of_measurement
        for reading in READINGS
        if isinstance(entity := entity_of(reading), SmartcarSensor)
    }
    offenders = {
        reading.key: unit
        for reading, unit in units.items()
        if unit != (None if reading.unit == Unit.COUNT else reading.unit)
    }
    assert offenders == {}


def test_home_assistant_allows_the_unit_for_the_device_class() -> None:
    offenders = [
        row.key
        for row in SENSORS.values()
        if row.device_class is not None
        and row.native_unit_of_measurement
        not in (
            {None}
            if row.device_class in NON_NUMERIC_DEVICE_CLASSES
            else DEVICE_CLASS_UNITS[row.device_class]
        )
    ]
    assert offenders == []


def test_home_assistant_allows_the_state_class_for_the_device_class() -> None:
    offenders = [
        row.key
        for row in SENSORS.values()
        if row.device_class is not None
        and row.state_class is not None
        and row.state_class not in DEVICE_CLASS_STATE_CLASSES[row.device_class]
    ]
    assert offenders == []


def test_home_assistant_allows_the_unit_for_the_state_class() -> None:
    offenders = [
        row.key
        for row in SENSORS.values()
        if row.state_class in STATE_CLASS_UNITS
        and row.native_unit_of_measurement not in STATE_CLASS_UNITS[row.state_class]
    ]
    assert offenders == []


def test_a_sensor_has_options_only_if_it_is_an_enum() -> None:
    offenders = [
        row.key
        for row in SENSORS.values()
        if (row.options is not None) != (row.device_class is SensorDeviceClass.ENUM)
    ]
    assert offenders == []


def test_a_sensor_for_numbers_says_so_to_home_assistant() -> None:
    offenders = [
        row.key
        for row in SENSORS.values()
        if (row.types == (int, float))
        != (
            row.state_class is not None
            or row.native_unit_of_measurement is not None
            or row.suggested_display_precision is not None
        )
    ]
    assert offenders == []


def test_what_an_owner_looks_at_is_on_by_default() -> None:
    on = {row.key for _, row in ROWS if row.entity_registry_enabled_default}
    assert on == {
        "charge-chargelimits",
        "charge-detailedchargingstatus",
        "charge-energyadded",
        "charge-ischarging",
        "charge-ischargingcableconnected",
        "charge-timetocomplete",
        "charge-wattage",
        "climate-externaltemperature",
        "climate-internaltemperature",
        "closure-doors.*.is_open",
        "closure-enginecover.is_open",
        "closure-fronttrunk.is_open",
        "closure-islocked",
        "closure-reartrunk.is_open",
        "closure-sunroof.is_open",
        "closure-tailgate.is_open",
        "closure-windows.*.is_open",
        "connectivitystatus-isasleep",
        "connectivitystatus-isonline",
        "internalcombustionengine-fuellevel",
        "internalcombustionengine-range",
        "location-preciselocation",
        "odometer-traveleddistance",
        "tractionbattery-range",
        "tractionbattery-stateofcharge",
        "wheel-tires.*",
    }


def test_no_entity_has_attributes_of_its_own() -> None:
    offenders = [
        reading.key for reading in READINGS if entity_of(reading).extra_state_attributes is not None
    ]
    assert offenders == []


# Icons


def test_each_icon_belongs_to_an_entity() -> None:
    offenders = {
        platform: left_over
        for platform, icons in ICONS.items()
        if (left_over := icons.keys() - ENGLISH["entity"][platform].keys())
    }
    assert offenders == {}


async def test_what_no_device_class_gives_an_icon_has_its_own(
    entity_registry: er.EntityRegistry, rich_entry: MockConfigEntry
) -> None:
    entities = er.async_entries_for_config_entry(entity_registry, rich_entry.entry_id)
    offenders = [
        entity.entity_id
        for entity in entities
        if entity.original_device_class in {None, SensorDeviceClass.ENUM}
        # Home Assistant has icons for the states of a lock.
        and entity.domain != Platform.LOCK
        and entity.translation_key not in ICONS[entity.domain]
    ]
    offenders += [
        row.key
        for row in HISTORY_SENSORS.values()
        if row.device_class in {None, SensorDeviceClass.ENUM}
        and row.translation_key not in ICONS["sensor"]
    ]
    assert offenders == []


def test_each_icon_of_a_state_is_one_of_an_option() -> None:
    rows = (*SENSORS.values(), *HISTORY_SENSORS.values())
    options = {row.translation_key: row.options for row in rows if row.options}
    offenders = {
        key: left_over
        for key, icons in ICONS["sensor"].items()
        if (left_over := icons.get("state", {}).keys() - set(options.get(key, ())))
    }
    assert offenders == {}
