"""Charged energy as statistics of its own: each kWh in the hour in which it was charged.

A vehicle may tell of a charge hours later. The sensor's own statistics have it in the hour of the
report then; these have it where it belongs.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from homeassistant.components.recorder import DOMAIN as RECORDER
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_add_external_statistics
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import slugify
from homeassistant.util.unit_conversion import EnergyConverter

from .charging import CHARGED_ENERGY
from .const import DOMAIN
from .coordinator import SmartcarCoordinator
from .device import async_vehicle_names
from .util import utc_from_ms
from .vehicle import VehicleState

_DELAY = timedelta(minutes=5)
_SENSOR_NAME = f"component.{DOMAIN}.entity.sensor.{CHARGED_ENERGY}.name"


def statistic_id(vehicle_id: str) -> str:
    """Return the ID of a vehicle's statistics."""
    return f"{DOMAIN}:{slugify(vehicle_id)}_{CHARGED_ENERGY}"


class EnergyStatistics:
    """Writes the statistics of an entry's vehicles, some minutes after something was charged."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, coordinator: SmartcarCoordinator
    ) -> None:
        """Initialize; nothing is written before the start."""
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._job = HassJob(self._async_write, "Smartcar statistics", cancel_on_shutdown=True)
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Write what was not written before a restart, and what is charged from now on."""
        if RECORDER not in self._hass.config.components:
            return
        self._entry.async_on_unload(
            self._coordinator.async_add_derived_listener(self._async_on_derived)
        )
        self._entry.async_on_unload(self._stop)
        for vehicle in self._coordinator.vehicles.values():
            self._async_on_derived(vehicle, ())

    @callback
    def _async_on_derived(self, vehicle: VehicleState, _keys: Iterable[str]) -> None:
        if vehicle.history.hours.is_changed and self._cancel_timer is None:
            self._cancel_timer = async_call_later(self._hass, _DELAY, self._job)

    @callback
    def _async_write(self, _now: datetime) -> None:
        self._cancel_timer = None
        vehicles = self._coordinator.vehicles
        names = async_vehicle_names(self._hass, self._entry.entry_id, vehicles)
        translations = async_get_cached_translations(
            self._hass, self._hass.config.language, "entity", DOMAIN
        )
        sensor_name = translations.get(_SENSOR_NAME, "Charged energy")
        for vehicle_id, vehicle in vehicles.items():
            if not vehicle.history.hours.is_changed:
                continue
            metadata = StatisticMetaData(
                mean_type=StatisticMeanType.NONE,
                has_sum=True,
                name=f"{names[vehicle_id]} {sensor_name}",
                source=DOMAIN,
                statistic_id=statistic_id(vehicle_id),
                unit_class=EnergyConverter.UNIT_CLASS,
                unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
            )
            rows = [
                StatisticData(start=utc_from_ms(hour), state=energy, sum=total)
                for hour, energy, total in vehicle.history.hours.take()
            ]
            async_add_external_statistics(self._hass, metadata, rows)

    def _stop(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
