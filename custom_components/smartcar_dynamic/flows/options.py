"""The options flow: which vehicles to leave out, what reads may cost, prices and capacities."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import callback
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..allowance import Plan
from ..const import (
    API_V3,
    CONF_API,
    CONF_CALLS_PER_MONTH,
    CONF_EXCLUDED,
    CONF_READ_ON_NEWS,
    CONF_RESERVE,
    CONF_USABLE_CAPACITY,
)
from ..device import vehicle_label
from ..runtime import SmartcarConfigEntry
from ..smartcar.client import SmartcarError
from ..smartcar.model import VehicleInfo
from . import forms
from .base import async_with_attributes

_SHOWN = {*map(str, forms.READS.schema), *map(str, forms.PRICES.schema), CONF_USABLE_CAPACITY}


class SmartcarOptionsFlow(OptionsFlowWithReload):
    """Which vehicles to leave out, and what reads may cost."""

    def __init__(self) -> None:
        """Initialize."""
        self._shown: dict[str, str] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the vehicles; those that are not chosen are left out and unsubscribed."""
        entry: SmartcarConfigEntry = self.config_entry
        if user_input is not None:
            if _reserve(user_input) > _calls(user_input):
                return self._show_form(user_input, {CONF_RESERVE: "reserve_too_large"})
            chosen = user_input.pop(forms.CONF_VEHICLES)
            # A vehicle that appeared meanwhile was not asked about.
            excluded = [vehicle_id for vehicle_id in self._shown if vehicle_id not in chosen]
            if _calls(user_input) > _calls(entry.options):
                self._resume(entry)
            capacities = {
                vehicle_id: user_input.pop(field)
                for vehicle_id, field in self._capacity_fields.items()
                if field in user_input
            }
            return self.async_create_entry(
                data={
                    **{name: it for name, it in entry.options.items() if name not in _SHOWN},
                    **user_input,
                    **({CONF_USABLE_CAPACITY: capacities} if capacities else {}),
                    CONF_EXCLUDED: excluded,
                }
            )
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        excluded = entry.options.get(CONF_EXCLUDED, [])
        self._shown = {
            vehicle.id: vehicle_label(vehicle)
            for vehicle in await self._async_vehicles(entry, excluded)
        }
        if not self._shown:
            return self.async_abort(reason="no_vehicles")
        return self._show_form(
            {
                CONF_CALLS_PER_MONTH: _calls(entry.options),
                CONF_RESERVE: _reserve(entry.options),
                CONF_READ_ON_NEWS: entry.options.get(CONF_READ_ON_NEWS, False),
                **{name: entry.options.get(name) for name in map(str, forms.PRICES.schema)},
                **self._capacities(entry),
                forms.CONF_VEHICLES: [
                    vehicle_id for vehicle_id in self._shown if vehicle_id not in excluded
                ],
            },
            {},
        )

    def _show_form(self, suggested: dict[str, Any], errors: dict[str, str]) -> ConfigFlowResult:
        schema = forms.multi_choice_schema(forms.CONF_VEHICLES, self._shown)
        if self.config_entry.data[CONF_API] == API_V3:
            schema = schema.extend(forms.READS.schema)
        schema = schema.extend(forms.PRICES.schema).extend(
            {vol.Optional(field): forms.CAPACITY for field in self._capacity_fields.values()}
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    @property
    def _capacity_fields(self) -> dict[str, str]:
        """Return the field for each vehicle's capacity; several are told apart by their labels."""
        if len(self._shown) == 1:
            return dict.fromkeys(self._shown, CONF_USABLE_CAPACITY)
        return {vehicle_id: f"{label} (kWh)" for vehicle_id, label in self._shown.items()}

    def _capacities(self, entry: SmartcarConfigEntry) -> dict[str, float | None]:
        known = entry.options.get(CONF_USABLE_CAPACITY, {})
        return {field: known.get(vehicle_id) for vehicle_id, field in self._capacity_fields.items()}

    @callback
    def _resume(self, entry: SmartcarConfigEntry) -> None:
        """Let a larger plan be used at once, if Smartcar had said that the last one was used up."""
        if entry.state is ConfigEntryState.LOADED:
            coordinator = entry.runtime_data.coordinator
            for vehicle_id in coordinator.vehicles:
                coordinator.allowance.resume(vehicle_id, dt_util.utcnow())

    async def _async_vehicles(
        self, entry: SmartcarConfigEntry, excluded: list[str]
    ) -> list[VehicleInfo]:
        """Return the vehicles that are known here, in the account, or left out."""
        runtime = entry.runtime_data
        known = {id_: vehicle.info for id_, vehicle in runtime.coordinator.vehicles.items()}
        try:
            listed = {info.id: info for info in await runtime.client.vehicles()}
            unknown = [info for id_, info in listed.items() if id_ not in known]
            described = await async_with_attributes(runtime.client, unknown)
            listed |= {info.id: info for info in described}
        except SmartcarError:
            listed = {}
        left_out = {vehicle_id: VehicleInfo(vehicle_id) for vehicle_id in excluded}
        return list({**left_out, **listed, **known}.values())


def _calls(options: Mapping[str, Any]) -> int:
    return int(options.get(CONF_CALLS_PER_MONTH, Plan().calls_per_month))


def _reserve(options: Mapping[str, Any]) -> int:
    return int(options.get(CONF_RESERVE, Plan().reserve))
