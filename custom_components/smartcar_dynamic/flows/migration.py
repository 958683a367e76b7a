"""Steps of a migration: the new application's credentials, and which vehicle is which."""

from typing import Any, cast

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlowResult,
    FlowType,
)
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_TOKEN
from homeassistant.data_entry_flow import AbortFlow, FlowResultType
from homeassistant.helpers.selector import SelectSelectorMode
import voluptuous as vol

from ..api import create_client_v3
from ..const import (
    API_V2,
    API_V3,
    CONF_API,
    CONF_EXCLUDED,
    CONF_MANAGEMENT_TOKEN,
    CONF_SMARTCAR_WEBHOOK_ID,
    DOMAIN,
)
from ..device import vehicle_label
from ..migration import VehicleMatcher, async_rename_vehicles, async_unsubscribe_all
from ..runtime import SmartcarConfigEntry
from ..smartcar.client import SmartcarError
from ..smartcar.client_v3 import ClientV3
from ..smartcar.model import VehicleInfo
from ..util import plain_text
from . import forms
from .base import FlowBase
from .credentials import async_credential_errors


class MigrationSteps(FlowBase):
    """From the credentials of another application to the entry that uses them.

    `_same_entry` is there once an entry was found that has vehicles of the application.
    """

    _same_entry: SmartcarConfigEntry

    def __init__(self) -> None:
        """Initialize."""
        super().__init__()
        self._same_vehicles: list[str] = []

    async def _async_has_same_vehicles(self) -> bool:
        """Tell whether an entry of API v2.0 has vehicles of the application that is being added."""
        entries: list[SmartcarConfigEntry] = [
            entry
            for entry in self.hass.config_entries.async_loaded_entries(DOMAIN)
            if entry.data[CONF_API] == API_V2
        ]
        client = self._client
        if not entries or not isinstance(client, ClientV3):
            return False
        try:
            listed = {info.id for info in await client.vehicles()}
            application_id = await client.application_id()
        except SmartcarError:
            return False
        for entry in entries:
            vehicles = entry.runtime_data.coordinator.vehicles
            # Smartcar may have issued new vehicle IDs.
            is_same_application = entry.data.get(CONF_CLIENT_ID) == application_id is not None
            self._same_vehicles = [
                vehicle_label(vehicle.info)
                for vehicle in vehicles.values()
                if vehicle.id in listed or is_same_application
            ]
            if self._same_vehicles:
                self._same_entry = entry
                return True
        return False

    async def async_step_same_vehicles(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to move the entry that has the vehicles, in place of a second one."""
        return self.async_show_menu(
            step_id="same_vehicles",
            menu_options=["move_existing", "callback"],
            description_placeholders={
                "entry": plain_text(self._same_entry.title),
                "vehicles": ", ".join(map(plain_text, self._same_vehicles)),
            },
        )

    async def async_step_move_existing(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Go on with the entry's own flow, which gets what was entered in this one."""
        if self._same_entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow("not_loaded")
        # The other flow is to have it.
        await self.async_set_unique_id(None)
        flows = self.hass.config_entries.flow
        flow = await flows.async_init(
            DOMAIN,
            context={"source": SOURCE_RECONFIGURE, "entry_id": self._same_entry.entry_id},
        )
        await flows.async_configure(flow["flow_id"], {"next_step_id": "move"})
        names = (CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_MANAGEMENT_TOKEN)
        result = await flows.async_configure(
            flow["flow_id"], {name: self._data[name] for name in names}
        )
        if result["type"] is FlowResultType.ABORT:
            return self.async_abort(
                reason=result["reason"],
                description_placeholders=result.get("description_placeholders"),
            )
        return self.async_abort(
            reason="continue_in_move", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"])
        )

    async def async_step_move(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Migrate an entry of API v2.0 to the current platform."""
        return await self._async_new_application("move", user_input)

    async def async_step_application(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Migrate an entry of the current platform to another application."""
        return await self._async_new_application("application", user_input)

    async def _async_new_application(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Take the credentials of the application that the entry is to have."""
        errors: dict[str, str] = {}
        entry, runtime = self._get_reconfigure_entry(), self._runtime
        if user_input is not None:
            values = forms.stripped(user_input)
            errors = forms.credential_errors_v3(values)
            if values[CONF_CLIENT_ID] == entry.unique_id:
                errors.setdefault(CONF_CLIENT_ID, "same_application")
            if not errors:
                if elsewhere := await self._async_claim(values[CONF_CLIENT_ID]):
                    return elsewhere
                client = create_client_v3(self.hass, values)
                errors = await async_credential_errors(client, CONF_CLIENT_ID, "invalid_client")
            if not errors:
                self._client = client
                self._data |= {**values, CONF_API: API_V3}
                self._data.pop(CONF_TOKEN, None)
                self._data.pop(CONF_SMARTCAR_WEBHOOK_ID, None)
                self._matcher = VehicleMatcher(runtime.coordinator, client)
                return await self._async_after_credentials()
        suggested = user_input
        if step_id == "move" and user_input is None:
            # The management token belongs to the application, whatever the platform.
            suggested = {CONF_MANAGEMENT_TOKEN: self._data[CONF_MANAGEMENT_TOKEN]}
        return self._show_form(step_id, forms.SETUP_V3, suggested, errors)

    async def async_step_match(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Match the vehicles by ID, by VIN, and else by asking; then migrate."""
        matcher = cast("VehicleMatcher", self._matcher)
        entry, runtime = self._get_reconfigure_entry(), self._runtime
        if user_input is None:
            try:
                await matcher.async_match(entry.options.get(CONF_EXCLUDED, ()))
            except SmartcarError as error:
                self._list_error = plain_text(str(error))
                return await self.async_step_match_unknown()
            if matcher.unmatched:
                return self._show_form("match", _match_schema(matcher), last_step=True)
        elif not matcher.choose(_choices(matcher, user_input)):
            errors = {"base": "same_car"}
            schema = _match_schema(matcher)
            return self._show_form("match", schema, user_input, errors, last_step=True)
        self._note_verified(runtime)
        await async_unsubscribe_all(entry)
        async_rename_vehicles(self.hass, entry, matcher.matches)
        return self.async_update_reload_and_abort(
            entry, unique_id=self._data[CONF_CLIENT_ID], data=self._data, reason="moved"
        )

    async def async_step_match_unknown(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to ask again: without the list of vehicles nothing is migrated."""
        return self._show_menu("match_unknown", "match")


def _match_schema(matcher: VehicleMatcher) -> vol.Schema:
    """Return a form that asks for each unmatched vehicle which one it is."""
    return vol.Schema(
        {
            vol.Optional(vehicle_label(vehicle.info)): forms.select_selector(
                # A choice in a list of radio buttons cannot be taken back.
                _options(matcher, vehicle.info),
                mode=SelectSelectorMode.DROPDOWN,
            )
            for vehicle in matcher.unmatched
        }
    )


def _options(matcher: VehicleMatcher, vehicle: VehicleInfo) -> dict[str, str]:
    """Return the candidates for a vehicle, those of its make first."""
    candidates = sorted(matcher.candidates.values(), key=lambda info: info.make != vehicle.make)
    return {info.id: vehicle_label(info) for info in candidates}


def _choices(matcher: VehicleMatcher, user_input: dict[str, Any]) -> dict[str, str]:
    """Return what was chosen, old ID to new."""
    return {
        vehicle.id: new_id
        for vehicle in matcher.unmatched
        if (new_id := user_input.get(vehicle_label(vehicle.info)))
    }
