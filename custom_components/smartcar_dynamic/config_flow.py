"""The flows in the UI: set up, log in again, reconfigure, and the options."""

import asyncio
from collections.abc import Mapping
import time
from typing import Any, override

from homeassistant.components import webhook
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import (
    CONF_ACCESS_TOKEN,
    CONF_CLIENT_ID,
    CONF_TOKEN,
    CONF_WEBHOOK_ID,
)
from homeassistant.core import callback
from homeassistant.helpers import config_entry_oauth2_flow as oauth2
import voluptuous as vol

from . import cloudhook, forms
from .address import Address, async_callback_address, same_address
from .api import create_client_v2, create_client_v3, hosts, token_data
from .connect import authorize_url
from .const import (
    API_V2,
    API_V3,
    CONF_API,
    CONF_EXCLUDED,
    CONF_MANAGEMENT_TOKEN,
    CONF_SMARTCAR_WEBHOOK_ID,
    DOMAIN,
)
from .data import SmartcarConfigEntry
from .devices import name_of
from .findings import async_list
from .move import Moving, async_move
from .smartcar.client import (
    SmartcarApiError,
    SmartcarClient,
    SmartcarCredentialsError,
    SmartcarError,
    Webhook,
)
from .smartcar.client_v2 import Token
from .smartcar.client_v3 import ClientV3
from .smartcar.model import Vehicle
from .waiting import ChallengeWait
from .webhook import Callback

_DASHBOARD = "https://dashboard.smartcar.com"
_NABU_CASA = "https://www.nabucasa.com"
_REMOTE_ACCESS = "https://www.home-assistant.io/docs/configuration/remote/"
_NETWORK = "/config/network"


class SmartcarConfigFlow(ConfigFlow, domain=DOMAIN):
    """One flow for both generations; its steps are shared by set-up, reauth and reconfigure."""

    VERSION = 1

    def __init__(self) -> None:
        """Begin with nothing."""
        self._data: dict[str, Any] = {}
        self._client: SmartcarClient | None = None
        self._wait: ChallengeWait | None = None
        self._waiting: asyncio.Task[None] | None = None
        self._subscribing: asyncio.Task[None] | None = None
        self._address = Address(None)
        self._vehicles: tuple[Vehicle, ...] = ()
        self._chosen: list[Vehicle] = []
        self._webhooks: tuple[Webhook, ...] = ()
        self._application_id = ""
        self._authorization: dict[str, Any] = {}
        self._created = False
        self._moving: Moving | None = None

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: SmartcarConfigEntry) -> SmartcarOptionsFlow:
        """Return the options: which cars to leave out."""
        return SmartcarOptionsFlow()

    # Credentials

    async def async_step_user(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the generation."""
        return self.async_show_menu(step_id="user", menu_options=["current", "dynamic"])

    async def async_step_current(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the credentials of the current platform."""
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            errors = forms.mistakes_v3(values) or await self._async_try_v3(values)
            if not errors:
                await self.async_set_unique_id(values[CONF_CLIENT_ID])
                self._abort_if_unique_id_configured()
                return await self.async_step_callback()
        return self._show_form("current", forms.SETUP_V3, user_input, errors)

    async def async_step_dynamic(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the credentials of an existing dynamic webhook."""
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            errors = forms.mistakes_v2(values) or await self._async_try_v2(values)
            if not errors:
                return await self.async_step_callback()
        return self._show_form("dynamic", forms.SETUP_V2, user_input, errors)

    async def _async_try_v3(self, values: Mapping[str, str]) -> dict[str, str]:
        """Try credentials of API v3; keep them if they are right."""
        client = create_client_v3(self.hass, values)
        errors = await _async_errors(client, CONF_CLIENT_ID)
        if not errors:
            self._client = client
            self._data.update(values, api=API_V3)
        return errors

    async def _async_try_v2(self, values: Mapping[str, str]) -> dict[str, str]:
        """Try credentials of API v2.0; keep them, and what a refresh makes of them."""
        renews = forms.CONF_REFRESH_TOKEN in values and CONF_CLIENT_ID in values
        token = Token(
            values[CONF_ACCESS_TOKEN],
            values.get(forms.CONF_REFRESH_TOKEN),
            # To refresh at once is the only proof that it will work later.
            0 if renews else time.time() + 7200,
        )
        data: dict[str, Any] = {
            name: value
            for name, value in {**self._data, **values}.items()
            if name not in {CONF_ACCESS_TOKEN, forms.CONF_REFRESH_TOKEN}
        }
        data |= {CONF_API: API_V2, CONF_TOKEN: token_data(token)}

        def keep(renewed: Token) -> None:
            data[CONF_TOKEN] = token_data(renewed)
            # The old refresh token is dead now, whatever becomes of this form.
            self._data[CONF_TOKEN] = data[CONF_TOKEN]

        client = create_client_v2(self.hass, data, keep)
        errors = await _async_errors(client, CONF_ACCESS_TOKEN)
        if not errors:
            self._client = client
            self._data = data
        return errors

    # The callback URI, and Smartcar's challenge

    async def async_step_callback(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the callback URI to paste, or what is missing for one."""
        webhook_id = self._data.setdefault(CONF_WEBHOOK_ID, webhook.async_generate_id())
        self._address = await async_callback_address(self.hass, webhook_id)
        if self._address.obstacle is not None:
            return await self.async_step_no_address()
        if self._wait is None:
            self._wait = ChallengeWait(self.hass, webhook_id, self._data[CONF_MANAGEMENT_TOKEN])
            self._wait.async_start(self._entry_callback)
        if user_input is not None:
            return await self.async_step_wait()
        return self.async_show_form(
            step_id="callback",
            data_schema=vol.Schema({}),
            description_placeholders=self._placeholders,
            last_step=False,
        )

    async def async_step_no_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Explain the ways to a public https address; look again when asked."""
        if user_input is not None:
            return await self.async_step_callback()
        return self.async_show_form(
            step_id="no_address",
            data_schema=vol.Schema({}),
            errors={"base": str(self._address.obstacle)},
            description_placeholders={
                "nabu_casa": _NABU_CASA,
                "remote_access": _REMOTE_ACCESS,
                "network": _NETWORK,
            },
            last_step=False,
        )

    async def async_step_wait(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Wait for Smartcar's challenge, which the callback answers meanwhile."""
        if self._wait is None:
            return await self.async_step_callback()
        if self._waiting is None:
            self._waiting = self.hass.async_create_task(self._wait.async_wait(), eager_start=False)
        if not self._waiting.done():
            return self.async_show_progress(
                step_id="wait",
                progress_action="wait_for_challenge",
                progress_task=self._waiting,
                description_placeholders=self._placeholders,
            )
        self._waiting = None
        verified = self._wait.is_answered
        return self.async_show_progress_done(next_step_id="webhook" if verified else "not_verified")

    async def async_step_not_verified(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to wait on, to see the address again, or to finish later."""
        return self.async_show_menu(
            step_id="not_verified",
            menu_options=["wait", "callback", "webhook"],
            description_placeholders=self._placeholders,
        )

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Find Smartcar's ID of the webhook: from the challenge, the API, or the owner."""
        if user_input is not None:
            values = forms.stripped(user_input)
            if errors := forms.is_no_id(values[CONF_SMARTCAR_WEBHOOK_ID]):
                return self._show_form("webhook", forms.WEBHOOK_ID, user_input, errors)
            return await self._async_with_webhook(values[CONF_SMARTCAR_WEBHOOK_ID])
        if self._wait is not None and self._wait.smartcar_webhook_id:
            return await self._async_with_webhook(self._wait.smartcar_webhook_id)
        if self._data[CONF_API] == API_V2:
            return self._show_form("webhook", forms.WEBHOOK_ID, None, {})
        return await self._async_listed_webhook()

    async def _async_listed_webhook(self) -> ConfigFlowResult:
        """Find the webhook in the API's list."""
        try:
            self._webhooks = await self._api.webhooks() or ()
        except SmartcarError:
            self._webhooks = ()
        ours = [
            item for item in self._webhooks if same_address(item.callback_uri, self._address.uri)
        ]
        if len(ours) == 1:
            return await self._async_with_webhook(ours[0].id)
        if self._webhooks:
            return await self.async_step_choose_webhook()
        # Where there is none yet, it is found by its callback URI later.
        return await self.async_step_vehicles()

    async def async_step_choose_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the owner choose from the API's list, the one that points here first."""
        if user_input is not None:
            return await self._async_with_webhook(user_input[CONF_SMARTCAR_WEBHOOK_ID])
        ordered = sorted(
            self._webhooks,
            key=lambda item: not same_address(item.callback_uri, self._address.uri),
        )
        options = {item.id: item.name or item.id[-4:] for item in ordered}
        return self.async_show_form(
            step_id="choose_webhook",
            data_schema=forms.choice(CONF_SMARTCAR_WEBHOOK_ID, options),
            description_placeholders=self._placeholders,
            last_step=False,
        )

    async def _async_with_webhook(self, smartcar_webhook_id: str) -> ConfigFlowResult:
        self._data[CONF_SMARTCAR_WEBHOOK_ID] = smartcar_webhook_id
        if self.source == SOURCE_RECONFIGURE and self._moving is None:
            return self.async_update_reload_and_abort(
                self._get_reconfigure_entry(),
                data_updates={CONF_SMARTCAR_WEBHOOK_ID: smartcar_webhook_id},
            )
        if self._data[CONF_API] == API_V2:
            await self.async_set_unique_id(smartcar_webhook_id)
            self._abort_if_unique_id_configured()
        for entry in self._async_current_entries():
            if entry.data.get(
                CONF_SMARTCAR_WEBHOOK_ID
            ) == smartcar_webhook_id and entry.entry_id != self.context.get("entry_id"):
                return self.async_abort(reason="already_configured")
        return await self.async_step_vehicles()

    # The cars

    async def async_step_vehicles(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the cars, all chosen."""
        if self._moving is not None:
            return await self.async_step_match()
        if user_input is not None:
            chosen = set(user_input[forms.CONF_VEHICLES])
            self._chosen = [vehicle for vehicle in self._vehicles if vehicle.id in chosen]
            return await self.async_step_subscribe()
        try:
            found = await self._api.vehicles()
            self._vehicles = tuple([await self._async_describe(item) for item in found])
        except SmartcarError:
            # They are found later: an entry needs no connection to be made.
            return self._create()
        if not self._vehicles:
            return await self.async_step_no_vehicles()
        options = {vehicle.id: _label(vehicle) for vehicle in self._vehicles}
        return self.async_show_form(
            step_id="vehicles",
            data_schema=forms.choice(forms.CONF_VEHICLES, options, several=True),
        )

    async def async_step_no_vehicles(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer to connect a car, to look again, or to finish without."""
        options = ["connect", "vehicles", "finish"]
        if self._data[CONF_API] == API_V2:
            options.remove("connect")
        return self.async_show_menu(step_id="no_vehicles", menu_options=options)

    async def async_step_connect(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Send the owner to Smartcar Connect, for which the application must be known."""
        if user_input is not None and forms.CONF_APPLICATION_ID in user_input:
            self._application_id = user_input[forms.CONF_APPLICATION_ID].strip()
        if not self._application_id and isinstance(self._client, ClientV3):
            try:
                self._application_id = await self._client.application_id() or ""
            except SmartcarError:
                self._application_id = ""
        redirect_uri = oauth2.async_get_redirect_uri(self.hass)
        if not self._application_id:
            return self.async_show_form(
                step_id="connect",
                data_schema=forms.APPLICATION_ID,
                description_placeholders={"redirect_uri": redirect_uri},
                last_step=False,
            )
        state = oauth2._encode_jwt(  # noqa: SLF001 - the state that /auth/external/callback reads
            self.hass, {"flow_id": self.flow_id, "redirect_uri": redirect_uri}
        )
        url = authorize_url(hosts(), self._application_id, redirect_uri, state)
        return self.async_external_step(step_id="connected", url=url)

    async def async_step_connected(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Come back from Smartcar Connect."""
        self._authorization = user_input or {}
        return self.async_external_step_done(
            next_step_id="not_connected" if "error" in self._authorization else "vehicles"
        )

    async def async_step_not_connected(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say that Connect was left without a car."""
        return self.async_show_menu(
            step_id="not_connected",
            menu_options=["connect", "finish"],
            description_placeholders={"error": str(self._authorization.get("error"))},
        )

    async def async_step_subscribe(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Subscribe the chosen cars; what fails is tried again in the background."""
        if self._subscribing is None:
            self._subscribing = self.hass.async_create_task(
                self._async_subscribe(), eager_start=False
            )
        if not self._subscribing.done():
            return self.async_show_progress(
                step_id="subscribe",
                progress_action="subscribe",
                progress_task=self._subscribing,
            )
        return self.async_show_progress_done(next_step_id="finish")

    async def _async_subscribe(self) -> None:
        webhook_id = self._data.get(CONF_SMARTCAR_WEBHOOK_ID)
        for done, vehicle in enumerate(self._chosen, start=1):
            if webhook_id:
                try:
                    await self._api.subscribe(vehicle, webhook_id)
                except SmartcarError:
                    return
            self.async_update_progress(done / len(self._chosen))

    async def async_step_finish(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Create the entry."""
        return self._create()

    def _create(self) -> ConfigFlowResult:
        self._created = True
        chosen = {vehicle.id for vehicle in self._chosen}
        excluded = [vehicle.id for vehicle in self._vehicles if vehicle.id not in chosen]
        names = [name_of(vehicle) for vehicle in self._chosen]
        return self.async_create_entry(
            title=", ".join(names[:3]) or "Smartcar",
            data=self._data,
            options={CONF_EXCLUDED: excluded} if self._chosen and excluded else {},
        )

    async def _async_describe(self, vehicle: Vehicle) -> Vehicle:
        try:
            return await self._api.describe(vehicle)
        except SmartcarApiError:
            return vehicle

    # Log in again

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to log in again: Smartcar rejects the credentials."""
        self._data = dict(entry_data)
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take new credentials."""
        return await self._async_new_credentials("reauth_confirm", user_input)

    async def _async_new_credentials(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Take new credentials for the entry, of its own generation."""
        is_v2 = self._data[CONF_API] == API_V2
        schema = forms.CREDENTIALS_V2 if is_v2 else forms.CREDENTIALS_V3
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            mistakes = forms.mistakes_v2 if is_v2 else forms.mistakes_v3
            attempt = self._async_try_v2 if is_v2 else self._async_try_v3
            errors = mistakes(values) or await attempt(values)
            if not errors:
                return await self._async_update(self._data)
        suggested = {CONF_CLIENT_ID: self._data.get(CONF_CLIENT_ID)}
        return self._show_form(step_id, schema, user_input or suggested, errors)

    async def _async_update(self, data: Mapping[str, Any]) -> ConfigFlowResult:
        entry = (
            self._get_reconfigure_entry()
            if self.source == SOURCE_RECONFIGURE
            else self._get_reauth_entry()
        )
        if self._data[CONF_API] == API_V3 and entry.unique_id != data[CONF_CLIENT_ID]:
            # A new application has another client ID; it is the same entry all the same.
            await self.async_set_unique_id(data[CONF_CLIENT_ID])
            self._abort_if_unique_id_configured()
            return self.async_update_reload_and_abort(
                entry, unique_id=data[CONF_CLIENT_ID], data=data
            )
        return self.async_update_reload_and_abort(entry, data=data)

    # Reconfigure

    async def async_step_reconfigure(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer what can be changed or looked at."""
        self._data = dict(self._get_reconfigure_entry().data)
        options = ["check", "callback", "management_token", "credentials", "webhook_id"]
        if self._data[CONF_API] == API_V2:
            options.insert(0, "move")
        return self.async_show_menu(step_id="reconfigure", menu_options=options)

    async def async_step_check(self, _: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the whole chain of proofs."""
        entry: SmartcarConfigEntry = self._get_reconfigure_entry()
        findings = await entry.runtime_data.issues.async_check()
        return self.async_show_menu(
            step_id="check",
            menu_options=["check", "reconfigure"],
            description_placeholders={"findings": await async_list(self.hass, findings)},
        )

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take new credentials."""
        return await self._async_new_credentials("credentials", user_input)

    async def async_step_management_token(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take a new management token."""
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            mistakes = forms.mistakes_v3({**_credentials(self._data), **values})
            if error := mistakes.get(CONF_MANAGEMENT_TOKEN):
                errors[CONF_MANAGEMENT_TOKEN] = error
            else:
                return await self._async_update({**self._data, **values})
        return self._show_form("management_token", forms.MANAGEMENT_TOKEN, user_input, errors)

    async def async_step_webhook_id(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take another webhook: from the API's list where it has one."""
        if user_input is not None:
            return await self.async_step_webhook(user_input)
        entry: SmartcarConfigEntry = self._get_reconfigure_entry()
        self._client = entry.runtime_data.client
        self._address = await async_callback_address(self.hass, self._data[CONF_WEBHOOK_ID])
        self._wait = None
        return await self.async_step_webhook()

    # Move from API v2.0 to the current platform

    async def async_step_move(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the credentials of the current platform for an entry of API v2.0."""
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            errors = forms.mistakes_v3(values) or await self._async_try_v3(values)
            if not errors:
                await self.async_set_unique_id(values[CONF_CLIENT_ID])
                self._abort_if_unique_id_configured()
                self._moving = Moving(self._get_reconfigure_entry())
                self._data.pop(CONF_TOKEN, None)
                self._data.pop(CONF_SMARTCAR_WEBHOOK_ID, None)
                return await self.async_step_callback()
        suggested = user_input or {
            CONF_MANAGEMENT_TOKEN: self._data[CONF_MANAGEMENT_TOKEN],
        }
        return self._show_form("move", forms.SETUP_V3, suggested, errors)

    async def async_step_match(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Match the cars: by ID, by VIN, and else by asking."""
        moving = self._moving
        if moving is None:
            return await self.async_step_reconfigure()
        try:
            self._vehicles = await self._api.vehicles()
        except SmartcarError:
            return self.async_abort(reason="cannot_connect")
        moving.match(self._vehicles)
        if user_input is not None:
            moving.choose(user_input)
        elif moving.open:
            return self.async_show_form(step_id="match", data_schema=moving.form(), last_step=True)
        entry = self._get_reconfigure_entry()
        await async_move(self.hass, entry, moving.matches)
        self._created = True
        return self.async_update_reload_and_abort(
            entry, unique_id=self._data[CONF_CLIENT_ID], data=self._data
        )

    # What steps share

    @property
    def _api(self) -> SmartcarClient:
        if self._client is None:
            entry: SmartcarConfigEntry = self._get_reconfigure_entry()
            self._client = entry.runtime_data.client
        return self._client

    @property
    def _entry_callback(self) -> Callback | None:
        if self.source != SOURCE_RECONFIGURE:
            return None
        entry: SmartcarConfigEntry = self._get_reconfigure_entry()
        return entry.runtime_data.callback

    @property
    def _placeholders(self) -> dict[str, str]:
        return {"callback_uri": self._address.uri or "", "dashboard": _DASHBOARD}

    def _show_form(
        self,
        step_id: str,
        schema: vol.Schema,
        suggested: Mapping[str, Any] | None,
        errors: dict[str, str],
    ) -> ConfigFlowResult:
        """Show a form again with what was typed."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
            description_placeholders={"dashboard": _DASHBOARD},
            last_step=False,
        )

    @override
    @callback
    def async_remove(self) -> None:
        """Leave nothing behind where no entry came of it."""
        for task in (self._waiting, self._subscribing):
            if task is not None:
                task.cancel()
        if self._wait is None:
            return
        self._wait.async_stop(keep=self._created)
        is_new = self.source != SOURCE_RECONFIGURE and not self._created
        if is_new and self._address.is_cloudhook:
            self.hass.async_create_task(cloudhook.async_delete(self.hass, self._wait.webhook_id))


class SmartcarOptionsFlow(OptionsFlowWithReload):
    """Which cars to leave out."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show the cars; those that are not chosen are left out and unsubscribed."""
        entry: SmartcarConfigEntry = self.config_entry
        excluded = entry.options.get(CONF_EXCLUDED, [])
        labels = {vehicle_id: f"Vehicle {vehicle_id[-4:]}" for vehicle_id in excluded}
        try:
            vehicles = await entry.runtime_data.client.vehicles()
        except SmartcarError:
            vehicles = ()
        labels |= {vehicle.id: _label(vehicle) for vehicle in vehicles}
        states = entry.runtime_data.coordinator.vehicles.values()
        labels |= {state.vehicle.id: _label(state.vehicle) for state in states}
        if user_input is not None:
            chosen = set(user_input[forms.CONF_VEHICLES])
            return self.async_create_entry(
                data={CONF_EXCLUDED: [item for item in labels if item not in chosen]}
            )
        if not labels:
            return self.async_abort(reason="no_vehicles")
        schema = forms.choice(forms.CONF_VEHICLES, labels, several=True)
        suggested = {forms.CONF_VEHICLES: [item for item in labels if item not in excluded]}
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
        )


def _label(vehicle: Vehicle) -> str:
    """Return what tells a car apart in a list."""
    name = name_of(vehicle)
    if vehicle.year:
        name = f"{name} ({vehicle.year})"
    return f"{name} · {vehicle.tail}"


def _credentials(data: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in data.items() if name.startswith("client_")}


async def _async_errors(client: SmartcarClient, field: str) -> dict[str, str]:
    """Return the errors of trying a client's credentials."""
    try:
        await client.check_credentials()
    except SmartcarCredentialsError:
        return {field: "invalid_auth"}
    except SmartcarApiError:
        return {"base": "refused"}
    except SmartcarError:
        return {"base": "cannot_connect"}
    return {}
