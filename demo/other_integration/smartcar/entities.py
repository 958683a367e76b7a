"""The entities by platform and key, each with what its description says and a value."""

from collections.abc import Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

_PERCENT = {"unit": "%", "state_class": "measurement"}
_KM = {"unit": "km", "state_class": "measurement", "device_class": "distance"}
_KPA = {"unit": "kPa", "state_class": "measurement", "device_class": "pressure"}

ENTITIES: dict[str, dict[str, dict[str, Any]]] = {
    Platform.SENSOR: {
        "battery_capacity": {"value": 77, "unit": "kWh", "state_class": "measurement"},
        "battery_level": {"value": 55, **_PERCENT, "device_class": "battery"},
        "range": {"value": 250, **_KM},
        "odometer": {
            "value": 12000,
            "unit": "km",
            "state_class": "total_increasing",
            "device_class": "distance",
        },
        "charging_state": {"value": "NOT_CHARGING"},
        "charge_energyadded": {"value": 12.5, "unit": "kWh", "state_class": "measurement"},
        "charge_timetocomplete": {"value": 60, "unit": "min", "state_class": "measurement"},
        "charge_wattage": {"value": 0, "unit": "W", "state_class": "measurement"},
        "charge_voltage": {"value": 230, "unit": "V", "state_class": "measurement"},
        "tire_pressure_front_left": {"value": 230, **_KPA},
        "tire_pressure_back_right": {"value": 240, **_KPA},
        "firmware_version": {"value": "4.1"},
        "diag_abs": {"value": "OK"},
        "diag_dtc_count": {"value": 0},
        "last_webhook_received": {"value": None},
    },
    Platform.BINARY_SENSOR: {
        "plug_status": {"value": False},
        "online": {"value": True},
        "door_front_left": {"value": False},
        "door_front_left_lock": {"value": False},
        "window_back_right": {"value": False},
        "front_trunk": {"value": False},
    },
    Platform.LOCK: {"door_lock": {"value": True}},
    Platform.SWITCH: {"charging": {"value": False}, "climate": {"value": False}},
    Platform.NUMBER: {"charge_limit": {"value": 80}},
    Platform.DEVICE_TRACKER: {"location": {"value": None}},
}


class SmartcarEntity(Entity):
    """An entity of a vehicle; its unique ID begins with what the device is known by."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, vehicle: str, key: str, name: str, description: dict[str, Any]) -> None:
        """Initialize with a fixed value."""
        self._attr_unique_id = f"{vehicle}_{key}"
        self._attr_name = key.replace("_", " ").capitalize()
        self._attr_device_info = DeviceInfo(
            identifiers={("smartcar", vehicle)}, manufacturer="Smartcar", name=name
        )
        self._attr_device_class = description.get("device_class")
        self.fixed = description["value"]
        self.describe(description)

    def describe(self, description: dict[str, Any]) -> None:
        """Take what a platform needs from the description."""


def add(
    platform: str,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[str, str, str, dict[str, Any]], Entity],
) -> None:
    """Add the entities of a platform for each vehicle."""
    for vehicle_id, info in entry.data.get("vehicles", {}).items():
        is_v2 = "refresh_token" in entry.data.get("token", {})
        vehicle = (info.get("vin") if is_v2 else None) or vehicle_id
        name = f"{info.get('make', 'Car')} {info.get('model', '')}".strip()
        async_add_entities(
            create(vehicle, key, name, description)
            for key, description in ENTITIES[platform].items()
        )
