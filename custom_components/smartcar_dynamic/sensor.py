"""Sensors: what a vehicle measures, counts and calls itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    DEVICE_CLASS_STATE_CLASSES,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    DEGREE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfLength,
    UnitOfPower,
    UnitOfPressure,
    UnitOfRatio,
    UnitOfSpeed,
    UnitOfTemperature,
    UnitOfTime,
    UnitOfVolume,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import METRIC_SYSTEM

from .const import CALLS_LEFT, CALLS_USED, LAST_DELIVERY, LAST_REPORTED
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
from .history_sensor import HISTORY_SENSORS, create_history_sensor
from .positions import find_description
from .runtime import SmartcarConfigEntry
from .smartcar.model import Position, Value
from .smartcar.signals import BATTERY_STATUSES, CHARGING_STATUSES, GEARS
from .smartcar.units import Unit
from .util import utc_from_ms
from .vehicle import VehicleState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarSensorEntityDescription(SmartcarEntityDescription, SensorEntityDescription):
    """Describes a sensor; off by default unless an owner looks at it every week.

    `types` are those of the values that it can show.
    """

    entity_registry_enabled_default: bool = False
    types: tuple[type, ...] = (int, float)


@dataclass(frozen=True, kw_only=True)
class SmartcarMeasurementDescription(SmartcarSensorEntityDescription):
    """Describes a sensor for something that goes up and down."""

    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT


@dataclass(frozen=True, kw_only=True)
class SmartcarDistanceDescription(SmartcarMeasurementDescription):
    """Describes a sensor for how far the vehicle can go."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.DISTANCE
    native_unit_of_measurement: str | None = UnitOfLength.KILOMETERS
    suggested_display_precision: int | None = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarCurrentDescription(SmartcarMeasurementDescription):
    """Describes a sensor for an electric current."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.CURRENT
    native_unit_of_measurement: str | None = UnitOfElectricCurrent.AMPERE
    suggested_display_precision: int | None = 1


@dataclass(frozen=True, kw_only=True)
class SmartcarTemperatureDescription(SmartcarMeasurementDescription):
    """Describes a sensor for a temperature."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.TEMPERATURE
    native_unit_of_measurement: str | None = UnitOfTemperature.CELSIUS
    suggested_display_precision: int | None = 1


@dataclass(frozen=True, kw_only=True)
class SmartcarCountDescription(SmartcarSensorEntityDescription):
    """Describes a sensor for how many there are."""

    suggested_display_precision: int | None = 0


@dataclass(frozen=True, kw_only=True)
class SmartcarTextDescription(SmartcarSensorEntityDescription):
    """Describes a sensor for a text of the manufacturer's."""

    types: tuple[type, ...] = (str,)


@dataclass(frozen=True, kw_only=True)
class SmartcarEnumDescription(SmartcarSensorEntityDescription):
    """Describes a sensor for one of some words."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.ENUM
    types: tuple[type, ...] = (str,)


@dataclass(frozen=True, kw_only=True)
class SmartcarTimestampDescription(SmartcarSensorEntityDescription):
    """Describes a sensor for a point in time."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.TIMESTAMP
    types: tuple[type, ...] = (datetime,)


SENSORS: Final = by_key(
    # Charging
    SmartcarCurrentDescription(
        key="charge-amperage",
        translation_key="charging_current",
    ),
    SmartcarCurrentDescription(
        key="charge-amperagemax",
        translation_key="maximum_charging_current",
    ),
    SmartcarCurrentDescription(
        key="charge-amperagerequested",
        translation_key="requested_charging_current",
    ),
    SmartcarMeasurementDescription(
        key="charge-chargelimits",
        translation_key="charge_limit",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=True,
    ),
    *(
        SmartcarMeasurementDescription(
            key=f"charge-chargelimits.{part}",
            translation_key=f"charge_limit_{part}",
            native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
            suggested_display_precision=0,
        )
        for part in ("global", "ac", "dc")
    ),
    SmartcarTextDescription(
        key="charge-chargeportstatuscolor",
        translation_key="charge_port_color",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarMeasurementDescription(
        key="charge-chargerate",
        translation_key="charging_rate",
        # Range gained per hour: miles per hour where distances are miles.
        device_class=SensorDeviceClass.SPEED,
        native_unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
        suggested_display_precision=0,
    ),
    SmartcarTimestampDescription(
        key="charge-chargerecords.ended",
        translation_key="last_charge_ended",
    ),
    SmartcarTimestampDescription(
        key="charge-chargerecords.started",
        translation_key="last_charge_started",
    ),
    SmartcarSensorEntityDescription(
        key="charge-chargerecords.energy_added",
        translation_key="last_charge_energy_added",
        # A session's final amount: no meter that the Energy dashboard could add up.
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
    ),
    SmartcarCountDescription(
        key="charge-chargerphases",
        translation_key="charger_phases",
    ),
    SmartcarCountDescription(
        key="charge-chargetimers",
        translation_key="charging_timers",
    ),
    SmartcarTextDescription(
        key="charge-chargingconnectortype",
        translation_key="charging_connector_type",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarEnumDescription(
        key="charge-detailedchargingstatus",
        translation_key="charging_status",
        options=[*CHARGING_STATUSES],
        entity_registry_enabled_default=True,
    ),
    SmartcarSensorEntityDescription(
        key="charge-energyadded",
        translation_key="energy_added",
        # It begins anew with each session, unseen: the total is Charged energy.
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        entity_registry_enabled_default=True,
    ),
    SmartcarTextDescription(
        key="charge-fastchargertype",
        translation_key="fast_charger_type",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarMeasurementDescription(
        key="charge-timetocomplete",
        translation_key="time_to_full_charge",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        entity_registry_enabled_default=True,
    ),
    SmartcarMeasurementDescription(
        key="charge-voltage",
        translation_key="charging_voltage",
        device_class=SensorDeviceClass.VOLTAGE,
        native_unit_of_measurement=UnitOfElectricPotential.VOLT,
        suggested_display_precision=0,
    ),
    SmartcarMeasurementDescription(
        key="charge-wattage",
        translation_key="charging_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=1,
        entity_registry_enabled_default=True,
    ),
    # Climate
    SmartcarTemperatureDescription(
        key="climate-externaltemperature",
        translation_key="outside_temperature",
        entity_registry_enabled_default=True,
    ),
    SmartcarTemperatureDescription(
        key="climate-internaltemperature",
        translation_key="inside_temperature",
        entity_registry_enabled_default=True,
    ),
    SmartcarTemperatureDescription(
        key="hvac-cabintargettemperature",
        translation_key="target_temperature",
    ),
    # Software and diagnostics
    SmartcarTextDescription(
        key="connectivitysoftware-currentfirmwareversion",
        translation_key="firmware_version",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarCountDescription(
        key="diagnostics-dtccount",
        translation_key="trouble_code_count",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="diagnostics-dtclist",
        translation_key="trouble_codes",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    # Combustion engine
    SmartcarMeasurementDescription(
        key="internalcombustionengine-amountremaining",
        translation_key="fuel_amount",
        device_class=SensorDeviceClass.VOLUME_STORAGE,
        native_unit_of_measurement=UnitOfVolume.LITERS,
        suggested_display_precision=1,
    ),
    SmartcarMeasurementDescription(
        key="internalcombustionengine-fuellevel",
        translation_key="fuel_level",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=True,
    ),
    SmartcarMeasurementDescription(
        key="internalcombustionengine-oillife",
        translation_key="remaining_oil_life",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarDistanceDescription(
        key="internalcombustionengine-range",
        translation_key="fuel_range",
        entity_registry_enabled_default=True,
    ),
    # Position and motion
    SmartcarSensorEntityDescription(
        key="location-preciselocation.heading",
        translation_key="heading",
        state_class=SensorStateClass.MEASUREMENT_ANGLE,
        native_unit_of_measurement=DEGREE,
        suggested_display_precision=0,
    ),
    SmartcarMeasurementDescription(
        key="motion-currentspeed",
        device_class=SensorDeviceClass.SPEED,
        native_unit_of_measurement=UnitOfSpeed.KILOMETERS_PER_HOUR,
        suggested_display_precision=0,
    ),
    SmartcarSensorEntityDescription(
        key="odometer-traveleddistance",
        translation_key="odometer",
        device_class=SensorDeviceClass.DISTANCE,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=0,
        entity_registry_enabled_default=True,
    ),
    SmartcarTextDescription(
        key="transmission-drivemode",
        translation_key="drive_mode",
    ),
    SmartcarEnumDescription(
        key="transmission-gearstate",
        translation_key="gear",
        options=[*GEARS],
    ),
    # Batteries
    SmartcarMeasurementDescription(
        key="lowvoltagebattery-stateofcharge",
        translation_key="low_voltage_battery",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarEnumDescription(
        key="lowvoltagebattery-status",
        translation_key="low_voltage_battery_status",
        options=[*BATTERY_STATUSES],
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarCountDescription(
        key="tractionbattery-maxrangechargecounter",
        translation_key="maximum_range_charges",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarSensorEntityDescription(
        key="tractionbattery-nominalcapacity",
        translation_key="battery_capacity",
        device_class=SensorDeviceClass.ENERGY_STORAGE,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarDistanceDescription(
        key="tractionbattery-range",
        translation_key="range",
        entity_registry_enabled_default=True,
    ),
    SmartcarDistanceDescription(
        key="tractionbattery-range.estimated",
        translation_key="estimated_range",
    ),
    SmartcarDistanceDescription(
        key="tractionbattery-range.ideal_conditions",
        translation_key="ideal_range",
    ),
    SmartcarDistanceDescription(
        key="tractionbattery-range.rated",
        translation_key="rated_range",
    ),
    SmartcarMeasurementDescription(
        key="tractionbattery-stateofcharge",
        device_class=SensorDeviceClass.BATTERY,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_registry_enabled_default=True,
    ),
    # Service and surveillance
    SmartcarCountDescription(
        key="service-records",
        translation_key="service_records",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="surveillance-brand",
        translation_key="surveillance_system",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    # The vehicle and its account
    SmartcarTextDescription(
        key="vehicleidentification-exteriorcolor",
        translation_key="exterior_color",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="vehicleidentification-nickname",
        translation_key="nickname",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="vehicleidentification-packages",
        translation_key="packages",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="vehicleidentification-trim",
        translation_key="trim",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="vehicleidentification-vin",
        translation_key="vin",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarCountDescription(
        key="vehicleuseraccount-permissions",
        translation_key="account_permissions",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarTextDescription(
        key="vehicleuseraccount-role",
        translation_key="account_role",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    # Wheels
    SmartcarTextDescription(
        key="wheel-style",
        translation_key="wheel_style",
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
    SmartcarMeasurementDescription(
        key="wheel-tires.*",
        translation_key="tire_pressure",
        device_class=SensorDeviceClass.PRESSURE,
        native_unit_of_measurement=UnitOfPressure.KPA,
        # For bar and psi, in which it is shown.
        suggested_display_precision=1,
        entity_registry_enabled_default=True,
    ),
)

_LAST_REPORTED: Final = SmartcarTimestampDescription(
    key=LAST_REPORTED,
    translation_key="last_reported",
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=True,
)
# Off by default: each delivery is a row in the recorder.
_LAST_DELIVERY: Final = SmartcarTimestampDescription(
    key=LAST_DELIVERY,
    translation_key="last_delivery",
    entity_category=EntityCategory.DIAGNOSTIC,
)

_CALLS: Final = (
    SmartcarCountDescription(
        key=CALLS_USED,
        translation_key="calls_used",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    SmartcarCountDescription(
        key=CALLS_LEFT,
        translation_key="calls_left",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
    ),
)

# Kilowatt-hours and liters may be stored or used up: no class is right for both.
_DEVICE_CLASSES: Final[Mapping[str, SensorDeviceClass]] = {
    Unit.AMPERE: SensorDeviceClass.CURRENT,
    Unit.CELSIUS: SensorDeviceClass.TEMPERATURE,
    Unit.KILOMETER: SensorDeviceClass.DISTANCE,
    Unit.KILOMETER_PER_HOUR: SensorDeviceClass.SPEED,
    Unit.KILOPASCAL: SensorDeviceClass.PRESSURE,
    Unit.MINUTE: SensorDeviceClass.DURATION,
    Unit.VOLT: SensorDeviceClass.VOLTAGE,
    Unit.WATT: SensorDeviceClass.POWER,
}


async def async_setup_entry(
    _hass: HomeAssistant,
    entry: SmartcarConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add sensors as their readings appear."""
    async_add_reading_entities(entry, async_add_entities, _create_or_continue)
    coordinator = entry.runtime_data.coordinator
    async_add_vehicle_entities(
        entry,
        async_add_entities,
        lambda vehicle: [SmartcarLastDeliverySensor(coordinator, vehicle, _LAST_DELIVERY)],
    )
    if entry.runtime_data.reader is not None:
        async_add_vehicle_entities(
            entry,
            async_add_entities,
            lambda vehicle: [
                SmartcarCallsSensor(coordinator, vehicle, description) for description in _CALLS
            ],
        )


def _create_or_continue(
    coordinator: SmartcarCoordinator, vehicle: VehicleState, key: str
) -> SmartcarEntity | None:
    """Return the sensor for a key; one from another integration goes on with its statistics."""
    sensor = create_sensor(coordinator, vehicle, key)
    if isinstance(sensor, SmartcarSensor):
        state_class = coordinator.state_class_before(f"{vehicle.id}_{key}")
        if state_class is not None:
            sensor.keep_state_class(SensorStateClass(state_class))
    return sensor


def create_sensor(
    coordinator: SmartcarCoordinator, vehicle: VehicleState, key: str
) -> SmartcarEntity | None:
    """Return the sensor for a key that is a sensor's."""
    if key == LAST_REPORTED:
        return SmartcarLastReportedSensor(coordinator, vehicle, _LAST_REPORTED)
    if (derived := HISTORY_SENSORS.get(key)) is not None:
        return create_history_sensor(coordinator, vehicle, derived)
    description = find_description(SENSORS, key)
    if description is not None:
        return SmartcarSensor(coordinator, vehicle, description)
    description = _unlisted_description(vehicle, key)
    if description is None:
        return None
    return SmartcarUnlistedSensor(coordinator, vehicle, description)


def _unlisted_description(
    vehicle: VehicleState, key: str
) -> SmartcarSensorEntityDescription | None:
    found = unlisted_reading(vehicle, key)
    if found is None or isinstance(found[1].value, bool):
        return None
    label, reading = found
    if reading.unit is None:
        return SmartcarTextDescription(
            key=key, name=label, entity_category=EntityCategory.DIAGNOSTIC
        )
    return SmartcarMeasurementDescription(
        key=key,
        name=label,
        device_class=_DEVICE_CLASSES.get(reading.unit),
        native_unit_of_measurement=None if reading.unit == Unit.COUNT else reading.unit,
        entity_category=EntityCategory.DIAGNOSTIC,
    )


class SmartcarSensor(SmartcarReadingEntity, SensorEntity):
    """A sensor of a reading."""

    entity_description: SmartcarSensorEntityDescription

    def keep_state_class(self, state_class: SensorStateClass) -> None:
        """Have the state class of before; a device class that does not allow it is left out."""
        device_class = self.entity_description.device_class
        if device_class is not None and state_class not in DEVICE_CLASS_STATE_CLASSES[device_class]:
            device_class = None
        self.entity_description = replace(
            self.entity_description, state_class=state_class, device_class=device_class
        )

    @property
    @override
    def suggested_unit_of_measurement(self) -> str | None:
        """Return bar for a pressure where units are metric: what a gauge at the pump shows."""
        if (
            self.entity_description.device_class is SensorDeviceClass.PRESSURE
            and self.hass.config.units is METRIC_SYSTEM
        ):
            return UnitOfPressure.BAR
        return super().suggested_unit_of_measurement

    @override
    def _set_value(self, value: Value | None) -> None:
        description = self.entity_description
        if (
            isinstance(value, (bool, Position))
            or not isinstance(value, description.types)
            or (description.options is not None and value not in description.options)
        ):
            value = None
        self._attr_native_value = value


class SmartcarUnlistedSensor(SmartcarSensor):
    """A sensor of a signal that nobody listed: unknown while its unit is of another kind.

    Its kind is that of the newest reading when Home Assistant added it.
    """

    def __init__(
        self,
        coordinator: SmartcarCoordinator,
        vehicle: VehicleState,
        description: SmartcarSensorEntityDescription,
    ) -> None:
        """Initialize with the unit of the newest reading."""
        self._unit = vehicle.readings[description.key].unit
        super().__init__(coordinator, vehicle, description)

    @override
    def _update(self) -> None:
        super()._update()
        if self._vehicle.readings[self._key].unit != self._unit:
            self._attr_native_value = None


class SmartcarLastReportedSensor(SmartcarEntity, SensorEntity):
    """When the vehicle last recorded anything; available when all else is unavailable."""

    @override
    def _update(self) -> None:
        last_reported = self._vehicle.last_reported
        self._attr_native_value = None if last_reported is None else utc_from_ms(last_reported)


class SmartcarCallsSensor(SmartcarEntity, SensorEntity):
    """Billed calls of this month, made or left."""

    @override
    def _update(self) -> None:
        allowance = self._coordinator.allowance
        count = allowance.used if self._key == CALLS_USED else allowance.left
        self._attr_native_value = count(self._vehicle.id, dt_util.utcnow())


class SmartcarLastDeliverySensor(SmartcarEntity, SensorEntity):
    """When Smartcar last delivered anything about the vehicle."""

    @override
    def _update(self) -> None:
        last_delivery = self._vehicle.last_delivery
        self._attr_native_value = None if last_delivery is None else utc_from_ms(last_delivery)
