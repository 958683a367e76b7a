"""Sensors of a vehicle's history: energy, what the cable does, the last session, the last trip."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    UnitOfEnergy,
    UnitOfEnergyDistance,
    UnitOfLength,
    UnitOfRatio,
    UnitOfTime,
)

from .charging import (
    CHARGE_CONNECTION,
    CHARGED_ENERGY,
    CHARGED_ENERGY_HOME,
    CHARGING_FINISHED_AT,
    ChargeConnection,
)
from .coordinator import SmartcarCoordinator
from .entity import SmartcarEntity, by_key
from .history import (
    CHARGING_COST,
    LAST_SESSION_COST,
    LAST_SESSION_DURATION,
    LAST_SESSION_ENDED_AT,
    LAST_SESSION_ENERGY,
    LAST_SESSION_PLACE,
    LAST_SESSION_STATE_OF_CHARGE_ADDED,
    LAST_TRIP_CONSUMPTION,
    LAST_TRIP_DISTANCE,
    LAST_TRIP_ENERGY_USED,
    LAST_TRIP_FROM,
    LAST_TRIP_LONGEST_DURATION,
    LAST_TRIP_SHORTEST_DURATION,
    LAST_TRIP_STATE_OF_CHARGE_USED,
    LAST_TRIP_TO,
)
from .util import utc_from_ms
from .vehicle import VehicleState

REPORTED = "reported"
ESTIMATED = "estimated"


@dataclass(frozen=True, kw_only=True)
class SmartcarHistorySensorEntityDescription(SensorEntityDescription):
    """Describes a sensor of a vehicle's history.

    `is_present`: it is about now, so it cannot be told while the vehicle's account needs its owner.
    """

    is_present: bool = False


@dataclass(frozen=True, kw_only=True)
class SmartcarTotalDescription(SmartcarHistorySensorEntityDescription):
    """Describes a sensor for all the energy that a vehicle has charged, in steps of 0.1 kWh."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.ENERGY
    state_class: SensorStateClass | None = SensorStateClass.TOTAL_INCREASING
    native_unit_of_measurement: str | None = UnitOfEnergy.KILO_WATT_HOUR
    suggested_display_precision: int | None = 1


@dataclass(frozen=True, kw_only=True)
class SmartcarCostDescription(SmartcarHistorySensorEntityDescription):
    """Describes a sensor for what energy cost; Home Assistant's settings name the currency."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.MONETARY
    suggested_display_precision: int | None = 2


HISTORY_SENSORS: Final = by_key(
    SmartcarTotalDescription(
        key=CHARGED_ENERGY,
        translation_key="charged_energy",
    ),
    SmartcarTotalDescription(
        key=CHARGED_ENERGY_HOME,
        translation_key="charged_energy_home",
    ),
    SmartcarHistorySensorEntityDescription(
        key=CHARGE_CONNECTION,
        translation_key="charge_connection",
        device_class=SensorDeviceClass.ENUM,
        options=[connection.value for connection in ChargeConnection],
        is_present=True,
    ),
    SmartcarHistorySensorEntityDescription(
        key=CHARGING_FINISHED_AT,
        translation_key="charging_finished_at",
        device_class=SensorDeviceClass.TIMESTAMP,
        is_present=True,
    ),
    SmartcarCostDescription(
        key=CHARGING_COST,
        translation_key="charging_cost",
        state_class=SensorStateClass.TOTAL,
    ),
    SmartcarCostDescription(
        key=LAST_SESSION_COST,
        translation_key="last_session_cost",
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_SESSION_DURATION,
        translation_key="last_session_duration",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_SESSION_ENDED_AT,
        translation_key="last_session_ended_at",
        device_class=SensorDeviceClass.TIMESTAMP,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_SESSION_ENERGY,
        translation_key="last_session_energy",
        # A session's amount: no meter that the Energy dashboard could add up.
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_SESSION_PLACE,
        translation_key="last_session_place",
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_SESSION_STATE_OF_CHARGE_ADDED,
        translation_key="last_session_charge_added",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_TRIP_CONSUMPTION,
        translation_key="last_trip_consumption",
        device_class=SensorDeviceClass.ENERGY_DISTANCE,
        native_unit_of_measurement=UnitOfEnergyDistance.KILO_WATT_HOUR_PER_100_KM,
        suggested_display_precision=1,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_TRIP_DISTANCE,
        translation_key="last_trip_distance",
        device_class=SensorDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.KILOMETERS,
        suggested_display_precision=1,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_TRIP_ENERGY_USED,
        translation_key="last_trip_energy_used",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_TRIP_FROM,
        translation_key="last_trip_from",
    ),
    # Two, because a trip is known to lie between times: one duration would be invented.
    *(
        SmartcarHistorySensorEntityDescription(
            key=key,
            translation_key=key.replace(".", "_"),
            device_class=SensorDeviceClass.DURATION,
            native_unit_of_measurement=UnitOfTime.SECONDS,
            suggested_unit_of_measurement=UnitOfTime.MINUTES,
            suggested_display_precision=0,
        )
        for key in (LAST_TRIP_LONGEST_DURATION, LAST_TRIP_SHORTEST_DURATION)
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_TRIP_STATE_OF_CHARGE_USED,
        translation_key="last_trip_charge_used",
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
    ),
    SmartcarHistorySensorEntityDescription(
        key=LAST_TRIP_TO,
        translation_key="last_trip_to",
    ),
)


class SmartcarHistorySensor(SmartcarEntity, SensorEntity):
    """A sensor of what is worked out from readings; a history stays when its source is away."""

    entity_description: SmartcarHistorySensorEntityDescription

    @override
    def _update(self) -> None:
        description = self.entity_description
        if description.is_present:
            self._attr_available = not self._vehicle.needs_reauthentication
        value = self._vehicle.history.values[self._key]
        if description.device_class is SensorDeviceClass.TIMESTAMP and isinstance(value, int):
            self._attr_native_value = utc_from_ms(value)
        else:
            self._attr_native_value = value


class SmartcarCostSensor(SmartcarHistorySensor):
    """A sensor of what energy cost."""

    def __init__(
        self,
        coordinator: SmartcarCoordinator,
        vehicle: VehicleState,
        description: SmartcarCostDescription,
    ) -> None:
        """Initialize in Home Assistant's currency."""
        self._attr_native_unit_of_measurement = coordinator.hass.config.currency
        super().__init__(coordinator, vehicle, description)


class SmartcarTotalSensor(SmartcarHistorySensor):
    """A sensor of charged energy that says whether the vehicle reports it.

    An attribute says so, not a second entity: a vehicle that reports its energy does so from its
    first session on, and then for good, so that the attribute changes once at most; two totals
    would leave the owner to choose one, and the Energy dashboard without what came before.
    """

    @override
    def _update(self) -> None:
        super()._update()
        is_estimated = self._vehicle.history.charging.is_estimated
        self._attr_extra_state_attributes = {"source": ESTIMATED if is_estimated else REPORTED}


def create_history_sensor(
    coordinator: SmartcarCoordinator,
    vehicle: VehicleState,
    description: SmartcarHistorySensorEntityDescription,
) -> SmartcarHistorySensor:
    """Return the sensor that a description is of."""
    match description:
        case SmartcarTotalDescription():
            return SmartcarTotalSensor(coordinator, vehicle, description)
        case SmartcarCostDescription():
            return SmartcarCostSensor(coordinator, vehicle, description)
        case _:
            return SmartcarHistorySensor(coordinator, vehicle, description)
