"""The options: which cars to leave out."""

from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlowResult,
    OptionsFlowWithReload,
)

from . import forms
from .const import CONF_EXCLUDED
from .data import SmartcarConfigEntry
from .flow_base import async_described, label
from .smartcar.client import SmartcarError
from .smartcar.model import Vehicle


class SmartcarOptionsFlow(OptionsFlowWithReload):
    """Which cars to leave out."""

    def __init__(self) -> None:
        """Begin without cars."""
        self._shown: dict[str, str] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the cars; those that are not chosen are left out and unsubscribed."""
        entry: SmartcarConfigEntry = self.config_entry
        if user_input is not None:
            chosen = user_input[forms.CONF_VEHICLES]
            # A car that came meanwhile was not asked about.
            excluded = [vehicle_id for vehicle_id in self._shown if vehicle_id not in chosen]
            return self.async_create_entry(data={**entry.options, CONF_EXCLUDED: excluded})
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        excluded = entry.options.get(CONF_EXCLUDED, [])
        self._shown = {
            vehicle.id: label(vehicle) for vehicle in await self._async_vehicles(entry, excluded)
        }
        if not self._shown:
            return self.async_abort(reason="no_vehicles")
        schema = forms.choice(forms.CONF_VEHICLES, self._shown)
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
    ) -> list[Vehicle]:
        """Return the cars that are known here, in the account, or left out."""
        data = entry.runtime_data
        known = {id_: state.vehicle for id_, state in data.coordinator.vehicles.items()}
        try:
            listed = {vehicle.id: vehicle for vehicle in await data.client.vehicles()}
            strange = [vehicle for id_, vehicle in listed.items() if id_ not in known]
            listed |= {it.id: it for it in await async_described(data.client, strange)}
        except SmartcarError:
            listed = {}
        left_out = {vehicle_id: Vehicle(vehicle_id) for vehicle_id in excluded}
        return list({**left_out, **listed, **known}.values())
