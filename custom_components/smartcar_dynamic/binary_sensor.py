"""Binary sensors: what is open, locked, connected, running or wrong."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import ACCOUNT_PROBLEM, CALLBACK_VERIFIED
from .coordinator import SmartcarCoordinator
from .entity import (
    SmartcarEntity,
    SmartcarEntityDescription,
    SmartcarReadingEntity,
    async_add_reading_entities,
    async_add_vehicle_entities,
    by_key,
    unlisted_reading,
)
from .positions import find_description
from .runtime import SmartcarConfigEntry, SmartcarRuntimeData
from .smartcar.model import Value
from .vehicle import VehicleState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarBinarySensorEntityDescription(
    SmartcarEntityDescription, BinarySensorEntityDescription
):
    """Describes a binary sensor; off by default unless an owner looks at it every week.

    `on_value` is the value that Home Assistant calls on.
    """

    entity_registry_enabled_default: bool = False
    on_value: bool = True


@dataclass(frozen=True, kw_only=True)
class SmartcarOpeningDescription(SmartcarBinarySensorEntityDescription):
    """Describes a binary sensor for something to open and close."""

    device_class: BinarySensorDeviceClass | None = BinarySensorDeviceClass.OPENING
    entity_registry_enabled_default: bool = True


@dataclass(frozen=True, kw_only=True)
class SmartcarLockDescription(SmartcarBinarySensorEntityDescription):
    """Describes a binary sensor for a lock: on is unlocked."""

    device_class: BinarySensorDeviceClass | None = BinarySensorDeviceClass.LOCK
    on_value: bool = False


@dataclass(frozen=True, kw_only=True)
class SmartcarRunningDescription(SmartcarBinarySensorEntityDescription):
    """Describes a binary sensor for a machine that runs or does not."""

    device_class: BinarySensorDeviceClass | None = BinarySensorDeviceClass.RUNNING


@dataclass(frozen=True, kw_only=True)
class SmartcarAlertDescription(SmartcarBinarySensorEntityDescription):
    """Describes a binary sensor for an alert of the vehicle's own diagnostics."""

    device_class: BinarySensorDeviceClass | None = BinarySensorDeviceClass.PROBLEM
    entity_category: EntityCategory | None = EntityCategory.DIAGNOSTIC


BINARY_SENSORS: Final = by_key(
    # Charging
    SmartcarBinarySensorEntityDescription(
        key="charge-ischarging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        entity_registry_enabled_default=True,
    ),
    SmartcarBinarySensorEntityDescription(
        key="charge-ischargingcableconnected",
        device_class=BinarySensorDeviceClass.PLUG,
        entity_registry_enabled_default=True,
    ),
    SmartcarBinarySensorEntityDescription(
        key="charge-ischargingcablelatched",
        translation_key="charging_cable_latched",
    ),
    SmartcarOpeningDescription(
        key="charge-ischargingportflapopen",
        translation_key="charge_port",
        entity_registry_enabled_default=False,
    ),
    SmartcarBinarySensorEntityDescription(
        key="charge-isfastchargerpresent",
        translation_key="fast_charger_connected",
    ),
    # Doors, windows and lids
    SmartcarOpeningDescription(
        key="closure-doors.*.is_open",
        translation_key="door",
        device_class=BinarySensorDeviceClass.DOOR,
    ),
    SmartcarLockDescription(
        key="closure-doors.*.is_locked",
        translation_key="door_lock",
    ),
    SmartcarOpeningDescription(
        key="closure-enginecover.is_open",
        translation_key="hood",
    ),
    SmartcarLockDescription(
        key="closure-enginecover.is_locked",
        translation_key="hood_lock",
    ),
    SmartcarOpeningDescription(
        key="closure-fronttrunk.is_open",
        translation_key="front_trunk",
    ),
    SmartcarLockDescription(
        key="closure-fronttrunk.is_locked",
        translation_key="front_trunk_lock",
    ),
    SmartcarLockDescription(
        key="closure-islocked",
        entity_registry_enabled_default=True,
    ),
    SmartcarOpeningDescription(
        key="closure-reartrunk.is_open",
        translation_key="rear_trunk",
    ),
    SmartcarLockDescription(
        key="closure-reartrunk.is_locked",
        translation_key="rear_trunk_lock",
    ),
    SmartcarOpeningDescription(
        key="closure-sunroof.is_open",
        translation_key="sunroof",
    ),
    SmartcarLockDescription(
        key="closure-sunroof.is_locked",
        translation_key="sunroof_lock",
    ),
    SmartcarOpeningDescription(
        key="closure-tailgate.is_open",
        translation_key="tailgate",
    ),
    SmartcarLockDescription(
        key="closure-tailgate.is_locked",
        translation_key="tailgate_lock",
    ),
    SmartcarOpeningDescription(
        key="closure-windows.*.is_open",
        translation_key="window",
        device_class=BinarySensorDeviceClass.WINDOW,
    ),
    SmartcarLockDescription(
        key="closure-windows.*.is_locked",
        translation_key="window_lock",
    ),
    # Connectivity
    SmartcarBinarySensorEntityDescription(
        key="connectivitystatus-isasleep",
        translation_key="asleep",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=True,
    ),
    SmartcarBinarySensorEntityDescription(
        key="connectivitystatus-isdigitalkeypaired",
        translation_key="digital_key_paired",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarBinarySensorEntityDescription(
        key="connectivitystatus-isonline",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=True,
    ),
    # Diagnostics
    SmartcarAlertDescription(
        key="diagnostics-abs",
        translation_key="abs",
    ),
    SmartcarAlertDescription(
        key="diagnostics-activesafety",
        translation_key="active_safety",
    ),
    SmartcarAlertDescription(
        key="diagnostics-airbag",
        translation_key="airbag",
    ),
    SmartcarAlertDescription(
        key="diagnostics-brakefluid",
        translation_key="brake_fluid",
    ),
    SmartcarAlertDescription(
        key="diagnostics-driverassistance",
        translation_key="driver_assistance",
    ),
    SmartcarAlertDescription(
        key="diagnostics-emissions",
        translation_key="emissions",
    ),
    SmartcarAlertDescription(
        key="diagnostics-evbatteryconditioning",
        translation_key="battery_conditioning",
    ),
    SmartcarAlertDescription(
        key="diagnostics-evcharging",
        translation_key="charging_system",
    ),
    SmartcarAlertDescription(
        key="diagnostics-evdriveunit",
        translation_key="drive_unit",
    ),
    SmartcarAlertDescription(
        key="diagnostics-evhvbattery",
        translation_key="high_voltage_battery",
    ),
    SmartcarAlertDescription(
        key="diagnostics-lighting",
        translation_key="lighting",
    ),
    SmartcarAlertDescription(
        key="diagnostics-mil",
        translation_key="malfunction_indicator_lamp",
    ),
    SmartcarAlertDescription(
        key="diagnostics-oillife",
        translation_key="oil_life",
    ),
    SmartcarAlertDescription(
        key="diagnostics-oilpressure",
        translation_key="oil_pressure",
    ),
    SmartcarAlertDescription(
        key="diagnostics-oiltemperature",
        translation_key="oil_temperature",
    ),
    SmartcarAlertDescription(
        key="diagnostics-telematics",
        translation_key="telematics",
    ),
    SmartcarAlertDescription(
        key="diagnostics-tirepressure",
        translation_key="tire_pressure",
    ),
    SmartcarAlertDescription(
        key="diagnostics-tirepressuremonitoring",
        translation_key="tire_pressure_monitoring",
    ),
    SmartcarAlertDescription(
        key="diagnostics-transmission",
        translation_key="transmission",
    ),
    SmartcarAlertDescription(
        key="diagnostics-washerfluid",
        translation_key="washer_fluid",
    ),
    SmartcarAlertDescription(
        key="diagnostics-waterinfuel",
        translation_key="water_in_fuel",
    ),
    # Climate
    SmartcarRunningDescription(
        key="hvac-iscabinhvacactive",
        translation_key="climate",
    ),
    SmartcarRunningDescription(
        key="hvac-isfrontdefrosteractive",
        translation_key="front_defroster",
    ),
    SmartcarRunningDescription(
        key="hvac-isreardefrosteractive",
        translation_key="rear_defroster",
    ),
    SmartcarRunningDescription(
        key="hvac-issteeringheateractive",
        translation_key="steering_wheel_heater",
    ),
    # Other
    SmartcarBinarySensorEntityDescription(
        key="location-isathome",
        translation_key="at_home",
        device_class=BinarySensorDeviceClass.PRESENCE,
    ),
    SmartcarBinarySensorEntityDescription(
        key="service-isinservice",
        translation_key="in_service",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarBinarySensorEntityDescription(
        key="surveillance-isenabled",
        translation_key="surveillance",
    ),
    SmartcarRunningDescription(
        key="tractionbattery-isheateractive",
        translation_key="battery_heater",
    ),
)

_ACCOUNT_PROBLEM: Final = BinarySensorEntityDescription(
    key=ACCOUNT_PROBLEM,
    translation_key="account_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
    entity_category=EntityCategory.DIAGNOSTIC,
)
_CALLBACK_VERIFIED: Final = BinarySensorEntityDescription(
    key=CALLBACK_VERIFIED,
    translation_key="callback_verified",
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add binary sensors as their readings appear."""
    async_add_reading_entities(entry, async_add_entities, create_binary_sensor)
    runtime = entry.runtime_data
    async_add_vehicle_entities(
        entry,
        async_add_entities,
        lambda vehicle: [
            SmartcarAccountProblemSensor(runtime.coordinator, vehicle, _ACCOUNT_PROBLEM),
            SmartcarCallbackVerifiedSensor(runtime, vehicle),
        ],
    )


def create_binary_sensor(
    coordinator: SmartcarCoordinator, vehicle: VehicleState, key: str
) -> SmartcarBinarySensor | None:
    """Return the binary sensor for a key that is a binary sensor's."""
    description = find_description(BINARY_SENSORS, key) or _unlisted_description(vehicle, key)
    if description is None:
        return None
    return SmartcarBinarySensor(coordinator, vehicle, description)


def _unlisted_description(
    vehicle: VehicleState, key: str
) -> SmartcarBinarySensorEntityDescription | None:
    found = unlisted_reading(vehicle, key)
    if found is None or not isinstance(found[1].value, bool):
        return None
    return SmartcarBinarySensorEntityDescription(
        key=key, name=found[0], entity_category=EntityCategory.DIAGNOSTIC
    )


class SmartcarBinarySensor(SmartcarReadingEntity, BinarySensorEntity):
    """A binary sensor of a reading."""

    entity_description: SmartcarBinarySensorEntityDescription

    @override
    def _set_value(self, value: Value | None) -> None:
        self._attr_is_on = (
            value is self.entity_description.on_value if isinstance(value, bool) else None
        )


class SmartcarAccountProblemSensor(SmartcarEntity, BinarySensorEntity):
    """Whether the vehicle's account has a problem that its owner must solve."""

    @override
    def _update(self) -> None:
        self._attr_is_on = bool(self._vehicle.active_problems)


class SmartcarCallbackVerifiedSensor(SmartcarEntity, BinarySensorEntity):
    """Whether Smartcar has verified the callback URI; the same for all vehicles of an entry."""

    def __init__(self, runtime: SmartcarRuntimeData, vehicle: VehicleState) -> None:
        """Initialize with the newest check's result."""
        self._monitor = runtime.monitor
        super().__init__(runtime.coordinator, vehicle, _CALLBACK_VERIFIED)

    @override
    @callback
    def _async_add_listener(self) -> CALLBACK_TYPE:
        return self._monitor.async_add_verified_listener(self._async_changed)

    @override
    def _update(self) -> None:
        self._attr_is_on = self._monitor.is_verified
