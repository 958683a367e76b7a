"""The options flow: which vehicles to leave out."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)

from ..const import CONF_EXCLUDED
from ..device import vehicle_label
from ..runtime import SmartcarConfigEntry
from ..smartcar.client import SmartcarError
from ..smartcar.model import VehicleInfo
from . import forms
from .base import async_with_attributes


class SmartcarOptionsFlow(OptionsFlowWithReload):
    """Which vehicles to leave out."""

    def __init__(self) -> None:
        """Initialize."""
        self._shown: dict[str, str] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the vehicles; those that are not chosen are left out and unsubscribed."""
        entry: SmartcarConfigEntry = self.config_entry
        if user_input is not None:
            chosen = user_input[forms.CONF_VEHICLES]
            # A vehicle that appeared meanwhile was not asked about.
            excluded = [vehicle_id for vehicle_id in self._shown if vehicle_id not in chosen]
            return self.async_create_entry(data={**entry.options, CONF_EXCLUDED: excluded})
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        excluded = entry.options.get(CONF_EXCLUDED, [])
        self._shown = {
            vehicle.id: vehicle_label(vehicle)
            for vehicle in await self._async_vehicles(entry, excluded)
        }
        if not self._shown:
            return self.async_abort(reason="no_vehicles")
        schema = forms.multi_choice_schema(forms.CONF_VEHICLES, self._shown)
        suggested = {
            forms.CONF_VEHICLES: [
                vehicle_id for vehicle_id in self._shown if vehicle_id not in excluded
            ]
        }
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
        )

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
