"""The tables of the platforms, and entities made from readings without Home Assistant."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

from homeassistant.helpers.entity import Entity

from custom_components.smartcar_dynamic.binary_sensor import (
    BINARY_SENSORS,
    SmartcarBinarySensor,
    create_binary_sensor,
)
from custom_components.smartcar_dynamic.coordinator import SmartcarCoordinator
from custom_components.smartcar_dynamic.device_tracker import (
    DEVICE_TRACKERS,
    SmartcarDeviceTracker,
    create_device_tracker,
)
from custom_components.smartcar_dynamic.entity import (
    ReadingEntityFactory,
    SmartcarEntityDescription,
)
from custom_components.smartcar_dynamic.history_sensor import HISTORY_SENSORS
from custom_components.smartcar_dynamic.sensor import SENSORS, SmartcarSensor, create_sensor
from custom_components.smartcar_dynamic.smartcar.model import Reading, Value, VehicleInfo
from custom_components.smartcar_dynamic.vehicle import SignalState, VehicleState

PACKAGE = Path(__file__).parents[1] / "custom_components" / "smartcar_dynamic"
ICONS: dict[str, Any] = json.loads((PACKAGE / "icons.json").read_text(encoding="utf-8"))["entity"]

TABLES: Mapping[str, Mapping[str, SmartcarEntityDescription]] = {
    "binary_sensor": BINARY_SENSORS,
    "device_tracker": DEVICE_TRACKERS,
    "event": {},
    "sensor": SENSORS,
}
"""Each platform's descriptions of entities with a reading, by key."""
DERIVED: Mapping[str, set[str]] = {
    "binary_sensor": {"account_problem", "callback_verified"},
    "button": {"read_signals"},
    "cover": {"charge_port"},
    "device_tracker": set(),
    "event": {"charging_session", "trip"},
    "lock": {"lock"},
    "number": {"charge_limit"},
    "sensor": {
        "calls_left",
        "calls_used",
        "last_delivery",
        "last_reported",
        *(row.translation_key for row in HISTORY_SENSORS.values() if row.translation_key),
    },
    "switch": {"charging"},
}
"""Each platform's translation keys of entities without a reading."""
FACTORIES: Mapping[str, ReadingEntityFactory] = {
    "binary_sensor": create_binary_sensor,
    "device_tracker": create_device_tracker,
    "sensor": create_sensor,
}
USUAL_POSITIONS = ("front_left", "front_right", "back_left", "back_right")

# An entity that is not added to Home Assistant only keeps it.
_COORDINATOR = create_autospec(SmartcarCoordinator, instance=True)


def vehicle_with(*readings: Reading, label: str | None = None) -> VehicleState:
    """Return a vehicle of which these readings are known."""
    vehicle = VehicleState(VehicleInfo("vehicle-1"))
    for reading in readings:
        code = reading.key.partition(".")[0]
        vehicle.readings[reading.key] = reading
        vehicle.signals[code] = SignalState(1, readings=(reading,), label=label)
    return vehicle


def entities_of(vehicle: VehicleState, key: str) -> dict[str, Entity]:
    """Return the entities for a key by platform."""
    created = {
        platform: create(_COORDINATOR, vehicle, key) for platform, create in FACTORIES.items()
    }
    return {platform: entity for platform, entity in created.items() if entity is not None}


def entity_of(reading: Reading) -> Entity:
    """Return the one entity of a reading."""
    (entity,) = entities_of(vehicle_with(reading), reading.key).values()
    return entity


def sensor_of(key: str, value: Value | None, unit: str | None = None) -> SmartcarSensor:
    """Return the sensor of a reading."""
    entity = entity_of(Reading(key, value, unit))
    assert isinstance(entity, SmartcarSensor)
    return entity


def binary_sensor_of(key: str, value: Value | None) -> SmartcarBinarySensor:
    """Return the binary sensor of a reading."""
    entity = entity_of(Reading(key, value))
    assert isinstance(entity, SmartcarBinarySensor)
    return entity


def device_tracker_of(value: Value | None) -> SmartcarDeviceTracker:
    """Return the device tracker of a reading."""
    entity = entity_of(Reading("location-preciselocation", value))
    assert isinstance(entity, SmartcarDeviceTracker)
    return entity


def translation_keys(description: SmartcarEntityDescription) -> set[str]:
    """Return the keys of the names that a row's entities can have."""
    if description.translation_key is None:
        return set()
    keys = {description.translation_key}
    if "*" in description.key:
        keys |= {f"{description.translation_key}_{position}" for position in USUAL_POSITIONS}
    return keys


def platform_translation_keys(platform: str) -> set[str]:
    """Return the keys of the names that a platform's entities can have."""
    return set().union(DERIVED[platform], *map(translation_keys, TABLES.get(platform, {}).values()))
