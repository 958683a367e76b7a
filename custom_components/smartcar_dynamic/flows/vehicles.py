"""Steps of the vehicles: found, connected, chosen, subscribed."""

import asyncio
import re
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import callback

from ..api import hosts
from ..connect import async_redirect_uri, async_state, authorize_url
from ..const import (
    API_V2,
    API_V3,
    CONF_API,
    CONF_EXCLUDED,
    CONF_READ_ON_NEWS,
    CONF_SMARTCAR_WEBHOOK_ID,
    DEFAULT_TITLE,
)
from ..device import vehicle_label, vehicle_name
from ..first_setup import FirstSetup, async_hand_over
from ..smartcar.client import SmartcarApiError, SmartcarError
from ..smartcar.model import VehicleInfo
from ..util import plain_text
from . import forms
from .base import FlowBase, async_with_attributes

_CHARGE_AND_RANGE = frozenset({"tractionbattery-stateofcharge", "tractionbattery-range"})
# How Connect says that it ended without a vehicle, and the step that explains it.
_CONNECT_ENDS = {
    "access_denied": "connect_cancelled",
    "no_vehicles": "no_car_in_account",
    "vehicle_incompatible": "car_not_supported",
}
_WORD = re.compile(r"[a-z_]{1,40}", re.IGNORECASE)


class VehicleSteps(FlowBase):
    """From the vehicles to the created entry."""

    def __init__(self) -> None:
        """Initialize."""
        super().__init__()
        self._vehicles: tuple[VehicleInfo, ...] = ()
        self._chosen: list[VehicleInfo] = []
        self._subscribing: asyncio.Task[None] | None = None
        self._is_read_once = False
        self._is_read_on_news = False
        self._application_id = ""
        self._connect_url = ""
        self._connect_error = ""

    async def async_step_vehicles(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the vehicles, all chosen."""
        if user_input is not None:
            chosen = user_input[forms.CONF_VEHICLES]
            self._chosen = [vehicle for vehicle in self._vehicles if vehicle.id in chosen]
            self._is_read_once = user_input.get(forms.CONF_READ_ONCE, False)
            self._is_read_on_news = user_input.get(CONF_READ_ON_NEWS, False)
            if self._chosen and CONF_SMARTCAR_WEBHOOK_ID in self._data:
                return await self.async_step_subscribe()
            return await self.async_step_finish()
        self._vehicles = ()
        try:
            self._vehicles = await async_with_attributes(
                self._asking_client, await self._asking_client.vehicles()
            )
        except SmartcarError as error:
            self._list_error = plain_text(str(error))
            return await self.async_step_vehicles_unknown()
        if not self._vehicles:
            return await self.async_step_no_vehicles()
        options = {vehicle.id: vehicle_label(vehicle) for vehicle in self._vehicles}
        schema = forms.multi_choice_schema(forms.CONF_VEHICLES, options)
        if self._data[CONF_API] == API_V3:
            schema = schema.extend(forms.READ_ONCE.schema)
            if self._lacks_charge:
                schema = schema.extend(forms.READ_ON_NEWS.schema)
        return self._show_form("vehicles", schema, last_step=True)

    @property
    def _lacks_charge(self) -> bool:
        """Tell whether the webhook is known not to carry charge or range."""
        webhook_id = self._data.get(CONF_SMARTCAR_WEBHOOK_ID)
        webhook = next((webhook for webhook in self._webhooks if webhook.id == webhook_id), None)
        return (
            webhook is not None
            and webhook.data is not None
            and not set(webhook.data) >= _CHARGE_AND_RANGE
        )

    async def async_step_vehicles_unknown(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to ask again, or to finish: the entry asks again by itself."""
        return self._show_menu("vehicles_unknown", "vehicles", "finish")

    async def async_step_no_vehicles(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to connect a vehicle, to look again, or to finish without."""
        if self._data[CONF_API] == API_V2:
            return self._show_menu("no_vehicles", "vehicles", "finish")
        return self._show_menu("no_vehicles", "connect", "vehicles", "finish")

    async def async_step_connect(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Send the owner to Smartcar Connect, which must know where to send them back to."""
        errors: dict[str, str] = {}
        if (redirect_uri := async_redirect_uri(self.hass)) is None:
            return await self.async_step_no_redirect()
        if user_input is not None:
            values = forms.stripped(user_input)
            if not (errors := forms.uuid_errors(forms.CONF_APPLICATION_ID, values)):
                self._application_id = values[forms.CONF_APPLICATION_ID]
                state = async_state(self.hass, self.flow_id, redirect_uri)
                self._connect_url = authorize_url(
                    hosts(), self._application_id, redirect_uri, state
                )
                return await self.async_step_connected()
        elif not self._application_id:
            try:
                self._application_id = await self._asking_client.application_id() or ""
            except SmartcarError:
                self._application_id = ""
        suggested = user_input or {forms.CONF_APPLICATION_ID: self._application_id}
        return self.async_show_form(
            step_id="connect",
            data_schema=self.add_suggested_values_to_schema(forms.APPLICATION_ID, suggested),
            errors=errors,
            description_placeholders={**self._placeholders, "redirect_uri": redirect_uri},
            last_step=False,
        )

    async def async_step_no_redirect(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that Smartcar Connect could not lead back here, and how to connect without."""
        return self._show_menu("no_redirect", "vehicles", "finish")

    async def async_step_connected(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait for the owner to come back from Smartcar Connect."""
        if user_input is None:
            return self.async_external_step(step_id="connected", url=self._connect_url)
        error = str(user_input.get("error", ""))
        if not error:
            return self.async_external_step_done(next_step_id="vehicles")
        self._connect_error = error if _WORD.fullmatch(error) else "unknown"
        return self.async_external_step_done(next_step_id=_CONNECT_ENDS.get(error, "not_connected"))

    async def async_step_not_connected(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that Connect ended without a vehicle."""
        return self._show_not_connected("not_connected")

    async def async_step_connect_cancelled(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that the owner did not allow it."""
        return self._show_not_connected("connect_cancelled")

    async def async_step_no_car_in_account(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that the manufacturer's account has no vehicle."""
        return self._show_not_connected("no_car_in_account")

    async def async_step_car_not_supported(
        self, _: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say that Smartcar cannot connect this vehicle."""
        return self._show_not_connected("car_not_supported")

    def _show_not_connected(self, step_id: str) -> ConfigFlowResult:
        return self.async_show_menu(
            step_id=step_id,
            menu_options=["connect", "vehicles", "finish"],
            description_placeholders={**self._placeholders, "error": self._connect_error},
        )

    async def async_step_subscribe(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Subscribe the chosen vehicles; failures are retried in the background."""
        if self._subscribing is None:
            self._subscribing = self.hass.async_create_background_task(
                self._async_subscribe(), "Smartcar subscriptions", eager_start=False
            )
        if not self._subscribing.done():
            return self.async_show_progress(
                step_id="subscribe",
                progress_action="subscribe",
                progress_task=self._subscribing,
            )
        return self.async_show_progress_done(next_step_id="finish")

    async def _async_subscribe(self) -> None:
        webhook_id = self._data[CONF_SMARTCAR_WEBHOOK_ID]
        for done, vehicle in enumerate(self._chosen, start=1):
            try:
                await self._asking_client.subscribe(vehicle, webhook_id)
            except SmartcarApiError:
                # Another vehicle may well be subscribed.
                pass
            except SmartcarError:
                return
            self.async_update_progress(done / len(self._chosen))

    async def async_step_finish(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create the entry, named after the vehicles."""
        names = [vehicle_name(vehicle) for vehicle in self._chosen]
        excluded = [vehicle.id for vehicle in self._vehicles if vehicle not in self._chosen]
        async_hand_over(
            self.hass,
            self._data[CONF_WEBHOOK_ID],
            FirstSetup(tuple(self._chosen), self._is_read_once),
        )
        return self.async_create_entry(
            title=", ".join(names[:3]) or DEFAULT_TITLE,
            data=self._data,
            options={
                **({CONF_EXCLUDED: excluded} if excluded else {}),
                **({CONF_READ_ON_NEWS: True} if self._is_read_on_news else {}),
            },
        )

    @override
    @callback
    def async_remove(self) -> None:
        """Stop subscribing when the flow is gone."""
        if self._subscribing is not None:
            self._subscribing.cancel()
        super().async_remove()
