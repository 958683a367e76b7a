"""Every key of the vocabulary has a row in one platform, and each row its form and words."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
import json
from pathlib import Path
from string import Formatter
from typing import Any
from unittest.mock import create_autospec

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.sensor import SensorDeviceClass, SensorStateClass
from homeassistant.components.sensor.const import (
    DEVICE_CLASS_STATE_CLASSES,
    DEVICE_CLASS_UNITS,
    NON_NUMERIC_DEVICE_CLASSES,
    STATE_CLASS_UNITS,
)
from homeassistant.const import EntityCategory
from homeassistant.helpers.entity import Entity
import pytest

from custom_components.smartcar_dynamic.binary_sensor import (
    BINARY_SENSORS,
    SmartcarBinarySensor,
    create_binary_sensor,
)
from custom_components.smartcar_dynamic.const import LAST_REPORTED
from custom_components.smartcar_dynamic.coordinator import SmartcarCoordinator
from custom_components.smartcar_dynamic.device_tracker import (
    DEVICE_TRACKERS,
    SmartcarDeviceTracker,
    create_device_tracker,
)
from custom_components.smartcar_dynamic.entity import SmartcarEntityDescription
from custom_components.smartcar_dynamic.positions import find_description
from custom_components.smartcar_dynamic.sensor import (
    SENSORS,
    SmartcarLastReportedSensor,
    SmartcarSensor,
    SmartcarSensorEntityDescription,
    create_sensor,
)
from custom_components.smartcar_dynamic.smartcar.model import Position, Reading, Value, VehicleInfo
from custom_components.smartcar_dynamic.smartcar.signals import SIGNALS, parse_body
from custom_components.smartcar_dynamic.smartcar.units import Unit
from custom_components.smartcar_dynamic.vehicle import SignalState, VehicleState

PACKAGE = Path(__file__).parents[1] / "custom_components" / "smartcar_dynamic"
WORDS = json.loads((PACKAGE / "translations" / "en.json").read_text(encoding="utf-8"))["entity"]
ICONS = json.loads((PACKAGE / "icons.json").read_text(encoding="utf-8"))["entity"]

TABLES: Mapping[str, Mapping[str, SmartcarEntityDescription]] = {
    "binary_sensor": BINARY_SENSORS,
    "device_tracker": DEVICE_TRACKERS,
    "sensor": SENSORS,
}
STANDING: Mapping[str, set[str | None]] = {
    "binary_sensor": {"account_problem", "callback_verified"},
    "device_tracker": set(),
    "sensor": {"calls_left", "calls_used", "last_delivery", "last_reported"},
}
FACTORIES = {
    "binary_sensor": create_binary_sensor,
    "device_tracker": create_device_tracker,
    "sensor": create_sensor,
}
PLACES = ("front_left", "front_right", "back_left", "back_right")

BODIES: tuple[Mapping[str, Any], ...] = (
    {"value": True},
    *({"value": 50, "unit": unit} for unit in Unit),
    {"value": 3, "unit": "count"},
    *(
        {"value": word}
        for word in ("charging", "fully_charged", "not_charging", "bad", "good", "warn")
    ),
    *({"value": word} for word in ("drive", "neutral", "park", "reverse")),
    {"canonical": "eco"},
    {"status": "ALERT"},
    {"isOpen": True, "isLocked": True},
    {
        "values": [
            {"row": row, "column": column, "isOpen": True, "isLocked": True, "tirePressure": 250}
            for row, column in product(range(3), range(3))
        ],
        "unit": "kPa",
    },
    {
        "values": [
            {"type": "GLOBAL", "limit": 80},
            {"type": "CHARGING_TYPE", "limit": 90, "condition": "AC"},
            {"type": "CHARGING_TYPE", "limit": 60, "condition": "DC"},
        ],
        "activeLimit": 80,
        "unit": "percent",
    },
    {
        "values": [
            {
                "startTime": "2026-11-01T10:00:00Z",
                "endTime": "2026-11-01T11:00:00Z",
                "energyAdded": 7.4,
            }
        ],
        "unit": "kWh",
    },
    {"values": ["P0300", "P0420"]},
    {
        "value": 300,
        "unit": "km",
        "additionalValues": [
            {"type": kind, "value": 310} for kind in ("ESTIMATED", "IDEAL_CONDITIONS", "RATED")
        ],
    },
    {"capacity": 77, "unit": "kWh"},
    {"latitude": 52.5, "longitude": 13.4, "heading": 270},
)
"""One body of each form; each parser reads those that are its own."""


def _readings() -> Iterator[Reading]:
    for code, body in product(SIGNALS, BODIES):
        yield from (reading for reading in parse_body(code, body, []) if reading.value is not None)


READINGS = tuple({(reading.key, reading.value): reading for reading in _readings()}.values())
KEYS = sorted({reading.key for reading in READINGS})
ROWS = [
    pytest.param(domain, description, id=f"{domain}-{key}")
    for domain, rows in TABLES.items()
    for key, description in rows.items()
]
SENSOR_ROWS = [pytest.param(description, id=key) for key, description in SENSORS.items()]


def _state(*readings: Reading, label: str | None = None) -> VehicleState:
    state = VehicleState(VehicleInfo("car-1"))
    for reading in readings:
        code = reading.key.partition(".")[0]
        state.readings[reading.key] = reading
        state.signals[code] = SignalState(1, readings=(reading,), label=label)
    return state


def _entities(state: VehicleState, key: str) -> dict[str, Entity]:
    coordinator = create_autospec(SmartcarCoordinator, instance=True)
    created = {domain: create(coordinator, state, key) for domain, create in FACTORIES.items()}
    return {domain: entity for domain, entity in created.items() if entity is not None}


def _sensor(key: str, value: Value | None, unit: str | None = None) -> SmartcarSensor:
    entity = _entities(_state(Reading(key, value, unit)), key)["sensor"]
    assert isinstance(entity, SmartcarSensor)
    return entity


def _binary_sensor(key: str, value: Value | None) -> SmartcarBinarySensor:
    entity = _entities(_state(Reading(key, value)), key)["binary_sensor"]
    assert isinstance(entity, SmartcarBinarySensor)
    return entity


def _device_tracker(value: Value | None) -> SmartcarDeviceTracker:
    key = "location-preciselocation"
    entity = _entities(_state(Reading(key, value)), key)["device_tracker"]
    assert isinstance(entity, SmartcarDeviceTracker)
    return entity


def _translation_keys(description: SmartcarEntityDescription) -> set[str]:
    """Return the translation keys under which a row's entities appear."""
    if description.translation_key is None:
        return set()
    keys = {description.translation_key}
    if "*" in description.key:
        keys |= {f"{description.translation_key}_{place}" for place in PLACES}
    return keys


def test_each_code_of_the_vocabulary_gives_a_key() -> None:
    assert {key.partition(".")[0] for key in KEYS} == set(SIGNALS)


@pytest.mark.parametrize("key", KEYS)
def test_each_key_has_an_entity_in_one_platform(key: str) -> None:
    reading = next(reading for reading in READINGS if reading.key == key)
    assert len(_entities(_state(reading), key)) == 1


@pytest.mark.parametrize("key", KEYS)
def test_a_unique_id_is_the_vehicles_id_and_the_key(key: str) -> None:
    reading = next(reading for reading in READINGS if reading.key == key)
    (entity,) = _entities(_state(reading), key).values()
    assert entity.unique_id == f"car-1_{key}"


@pytest.mark.parametrize(("domain", "description"), ROWS)
def test_each_row_is_for_a_key_that_can_occur(
    domain: str, description: SmartcarEntityDescription
) -> None:
    used = {key for key in KEYS if find_description(TABLES[domain], key)}
    patterns = {description.key, description.key.replace("*", "front_left")}
    assert patterns & used


@pytest.mark.parametrize(
    "reading",
    [pytest.param(reading, id=f"{reading.key}={reading.value!r}") for reading in READINGS],
)
def test_each_value_that_the_vocabulary_reads_is_shown(reading: Reading) -> None:
    (entity,) = _entities(_state(reading), reading.key).values()
    match entity:
        case SmartcarSensor():
            assert entity.native_value == reading.value
        case SmartcarBinarySensor():
            assert entity.is_on is not None
        case SmartcarDeviceTracker():
            assert Position(entity.latitude or 0, entity.longitude or 0) == reading.value


@pytest.mark.parametrize("key", [key for key in KEYS if find_description(SENSORS, key)])
def test_a_sensors_unit_is_the_canonical_unit_of_its_key(key: str) -> None:
    (unit,) = {reading.unit for reading in READINGS if reading.key == key}
    assert _sensor(key, 1, unit).native_unit_of_measurement == (
        None if unit == Unit.COUNT else unit
    )


@pytest.mark.parametrize("description", SENSOR_ROWS)
def test_home_assistant_allows_the_unit_for_the_device_class(
    description: SmartcarSensorEntityDescription,
) -> None:
    unit, device_class = description.native_unit_of_measurement, description.device_class
    if device_class in NON_NUMERIC_DEVICE_CLASSES:
        assert unit is None
    elif device_class is not None:
        assert unit in DEVICE_CLASS_UNITS[device_class]


@pytest.mark.parametrize("description", SENSOR_ROWS)
def test_home_assistant_allows_the_state_class_for_the_device_class(
    description: SmartcarSensorEntityDescription,
) -> None:
    if description.device_class is not None and description.state_class is not None:
        assert description.state_class in DEVICE_CLASS_STATE_CLASSES[description.device_class]


@pytest.mark.parametrize("description", SENSOR_ROWS)
def test_home_assistant_allows_the_unit_for_the_state_class(
    description: SmartcarSensorEntityDescription,
) -> None:
    if description.state_class in STATE_CLASS_UNITS:
        assert description.native_unit_of_measurement in STATE_CLASS_UNITS[description.state_class]


@pytest.mark.parametrize("description", SENSOR_ROWS)
def test_a_sensor_has_options_if_and_only_if_it_is_an_enum(
    description: SmartcarSensorEntityDescription,
) -> None:
    assert (description.options is not None) == (description.device_class is SensorDeviceClass.ENUM)


@pytest.mark.parametrize("description", SENSOR_ROWS)
def test_a_sensor_for_numbers_says_so_to_home_assistant(
    description: SmartcarSensorEntityDescription,
) -> None:
    numeric = (
        description.state_class is not None
        or description.native_unit_of_measurement is not None
        or description.suggested_display_precision is not None
    )
    assert numeric == (description.types == (int, float))


@pytest.mark.parametrize(("domain", "description"), ROWS)
def test_a_row_is_named_by_a_translation_or_its_device_class(
    domain: str, description: SmartcarEntityDescription
) -> None:
    named = description.translation_key is not None
    assert named or description.device_class not in {None, SensorDeviceClass.ENUM}
    assert _translation_keys(description) <= WORDS[domain].keys()


@pytest.mark.parametrize("domain", TABLES)
def test_each_translation_belongs_to_a_row(domain: str) -> None:
    used = set().union(*map(_translation_keys, TABLES[domain].values())) | STANDING[domain]
    assert set(WORDS[domain]) == used


def test_each_platform_has_its_words() -> None:
    assert WORDS.keys() >= TABLES.keys()


@pytest.mark.parametrize("domain", TABLES)
def test_no_two_entities_of_a_platform_share_a_name(domain: str) -> None:
    names = [words["name"] for words in WORDS[domain].values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("domain", TABLES)
def test_each_icon_belongs_to_a_row(domain: str) -> None:
    used = set().union(*map(_translation_keys, TABLES[domain].values())) | STANDING[domain]
    assert ICONS[domain].keys() <= used


@pytest.mark.parametrize(("domain", "description"), ROWS)
def test_a_row_without_an_icon_of_its_device_class_has_its_own(
    domain: str, description: SmartcarEntityDescription
) -> None:
    if description.device_class in {None, SensorDeviceClass.ENUM}:
        assert description.translation_key in ICONS[domain]


@pytest.mark.parametrize("domain", TABLES)
def test_an_icon_for_a_state_differs_from_the_default(domain: str) -> None:
    for icons in ICONS[domain].values():
        assert icons["default"] not in icons.get("state", {}).values()


@pytest.mark.parametrize("description", SENSOR_ROWS)
def test_each_option_has_its_words(description: SmartcarSensorEntityDescription) -> None:
    if description.options is not None:
        words = WORDS["sensor"][description.translation_key]["state"]
        assert list(words) == description.options


@pytest.mark.parametrize(
    ("domain", "name"),
    [(domain, name) for domain in TABLES for name in WORDS[domain]],
)
def test_only_a_position_that_is_counted_has_placeholders(domain: str, name: str) -> None:
    text = WORDS[domain][name]["name"]
    placeholders = {field for _, field, _, _ in Formatter().parse(text) if field}
    counted = {
        description.translation_key
        for description in TABLES[domain].values()
        if "*" in description.key
    }
    assert placeholders == ({"row", "column"} if name in counted else set())


@pytest.mark.parametrize(
    ("position", "row", "column"),
    [
        ("row3_left", "3", "1"),
        ("row3_right", "3", "2"),
        ("front_column3", "1", "3"),
        ("back_column3", "2", "3"),
        ("row10_column4", "10", "4"),
    ],
)
def test_a_position_beyond_the_usual_four_is_counted(position: str, row: str, column: str) -> None:
    entity = _binary_sensor(f"closure-doors.{position}.is_open", value=True)
    assert entity.translation_key == "door"
    assert entity.translation_placeholders == {"row": row, "column": column}


@pytest.mark.parametrize("position", PLACES)
def test_a_usual_position_has_a_name_of_its_own(position: str) -> None:
    entity = _sensor(f"wheel-tires.{position}", 250, "kPa")
    assert entity.translation_key == f"tire_pressure_{position}"
    assert entity.translation_placeholders == {}


@pytest.mark.parametrize(
    "key",
    [
        "closure-doors",
        "closure-doors.middle.is_open",
        "closure-doors.front_left",
        "closure-doors.front_left.is_open.too",
        "wheel-tires.front_left.is_open",
        "tractionbattery-range.front_left",
    ],
)
def test_a_part_that_cannot_occur_has_no_entity(key: str) -> None:
    assert not _entities(_state(Reading(key, value=True)), key)


@pytest.mark.parametrize("key", [key for key in KEYS if key.endswith("is_locked")])
def test_a_lock_is_on_when_it_is_unlocked(key: str) -> None:
    assert _binary_sensor(key, value=False).is_on is True
    assert _binary_sensor(key, value=True).is_on is False
    assert _binary_sensor(key, value=True).device_class is BinarySensorDeviceClass.LOCK


def test_the_vehicles_lock_is_on_when_it_is_unlocked() -> None:
    assert _binary_sensor("closure-islocked", value=False).is_on is True
    assert _binary_sensor("closure-islocked", value=True).is_on is False


@pytest.mark.parametrize(
    "key",
    [
        key
        for key in KEYS
        if find_description(BINARY_SENSORS, key) and not key.endswith(("is_locked", "-islocked"))
    ],
)
def test_a_binary_sensor_is_what_its_value_says(key: str) -> None:
    assert _binary_sensor(key, value=True).is_on is True
    assert _binary_sensor(key, value=False).is_on is False


@pytest.mark.parametrize("value", [None, 1, "on", Position(1, 2)], ids=repr)
def test_a_binary_sensor_does_not_know_what_is_no_boolean(value: Value | None) -> None:
    assert _binary_sensor("charge-ischarging", value).is_on is None
    assert _binary_sensor("closure-islocked", value).is_on is None


@pytest.mark.parametrize("value", [None, True, "much", Position(1, 2)], ids=repr)
def test_a_sensor_for_numbers_does_not_know_what_is_none(value: Value | None) -> None:
    assert _sensor("tractionbattery-stateofcharge", value, "%").native_value is None


@pytest.mark.parametrize("value", [None, True, 5, Position(1, 2)], ids=repr)
def test_a_sensor_for_texts_does_not_know_what_is_none(value: Value | None) -> None:
    assert _sensor("vehicleidentification-trim", value).native_value is None


@pytest.mark.parametrize("value", [None, True, 5, "today", Position(1, 2)], ids=repr)
def test_a_sensor_for_times_does_not_know_what_is_none(value: Value | None) -> None:
    assert _sensor("charge-chargerecords.ended", value).native_value is None


@pytest.mark.parametrize("value", [None, True, 5, "sleeping", Position(1, 2)], ids=repr)
def test_an_enum_does_not_know_what_is_no_option(value: Value | None) -> None:
    assert _sensor("charge-detailedchargingstatus", value).native_value is None


def test_a_whole_number_stays_one() -> None:
    assert type(_sensor("tractionbattery-stateofcharge", 58, "%").native_value) is int


def test_a_device_tracker_shows_the_position() -> None:
    tracker = _device_tracker(Position(52.5, 13.4))
    assert (tracker.latitude, tracker.longitude) == (52.5, 13.4)


@pytest.mark.parametrize("value", [None, True, 5, "home"], ids=repr)
def test_a_device_tracker_does_not_know_what_is_no_position(value: Value | None) -> None:
    tracker = _device_tracker(value)
    assert (tracker.latitude, tracker.longitude) == (None, None)


def test_energy_added_is_fit_for_the_energy_dashboard() -> None:
    description = SENSORS["charge-energyadded"]
    assert description.device_class is SensorDeviceClass.ENERGY
    assert description.state_class is SensorStateClass.TOTAL_INCREASING


def test_the_battery_level_is_the_only_battery_that_is_not_diagnostic() -> None:
    batteries = [
        description.key
        for description in SENSORS.values()
        if description.device_class is SensorDeviceClass.BATTERY
        and description.entity_category is None
    ]
    assert batteries == ["tractionbattery-stateofcharge"]


def test_what_an_owner_looks_at_every_week_is_on_by_default() -> None:
    on = {
        key
        for rows in TABLES.values()
        for key, description in rows.items()
        if description.entity_registry_enabled_default
    }
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


def test_last_reported_is_when_the_vehicle_last_reported() -> None:
    state = _state()
    state.last_reported = 1_795_446_000_500
    entity = _entities(state, LAST_REPORTED)["sensor"]
    assert isinstance(entity, SmartcarLastReportedSensor)
    assert entity.native_value == datetime.fromisoformat("2026-11-23T15:00:00.500Z")


def test_last_reported_is_available_before_anything_was_reported() -> None:
    entity = _entities(_state(), LAST_REPORTED)["sensor"]
    assert isinstance(entity, SmartcarLastReportedSensor)
    assert entity.available
    assert entity.native_value is None


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
    key = "foo-bar"
    entity = _entities(_state(Reading(key, 5, unit), label="Foo bar"), key)["sensor"]
    assert isinstance(entity, SmartcarSensor)
    assert entity.device_class == device_class
    assert entity.native_unit_of_measurement == (None if unit is Unit.COUNT else unit)
    assert entity.native_value == 5


def test_an_unlisted_text_is_a_sensor() -> None:
    key = "foo-bar"
    entity = _entities(_state(Reading(key, "baz"), label="Foo bar"), key)["sensor"]
    assert isinstance(entity, SmartcarSensor)
    assert entity.native_value == "baz"


def test_an_unlisted_boolean_is_a_binary_sensor() -> None:
    key = "foo-bar"
    entities = _entities(_state(Reading(key, value=True), label="Foo bar"), key)
    assert entities.keys() == {"binary_sensor"}


@pytest.mark.parametrize("reading", [Reading("foo-bar", 5, "km"), Reading("foo-bar", value=False)])
def test_an_unlisted_signal_is_off_diagnostic_and_named_by_its_label(reading: Reading) -> None:
    (entity,) = _entities(_state(reading, label="Foo bar"), reading.key).values()
    assert entity.entity_description.name == "Foo bar"
    assert entity.entity_category is EntityCategory.DIAGNOSTIC
    assert not entity.entity_registry_enabled_default
    assert entity.translation_key is None


def test_a_key_that_nobody_listed_or_labelled_has_no_entity() -> None:
    assert not _entities(_state(Reading("foo-bar", 5, "km")), "foo-bar")
    assert not _entities(_state(), "foo-bar")


@pytest.mark.parametrize("domain", TABLES)
def test_no_entity_has_attributes_of_its_own(domain: str) -> None:
    reading = next(
        reading for reading in READINGS if find_description(TABLES[domain], reading.key) is not None
    )
    (entity,) = _entities(_state(reading), reading.key).values()
    assert entity.extra_state_attributes is None
