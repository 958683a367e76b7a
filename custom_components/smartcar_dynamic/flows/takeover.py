"""Steps of a take-over from another Smartcar integration, and of going back to it."""

from dataclasses import replace
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigFlowResult
from homeassistant.const import (
    CONF_ACCESS_TOKEN,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_TOKEN,
    CONF_WEBHOOK_ID,
)
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.loader import IntegrationNotFound, async_get_integration
import voluptuous as vol

from ..api import create_client_v2, create_client_v3, token_data
from ..checks.text import async_common_text
from ..const import (
    API_V2,
    CONF_API,
    CONF_MANAGEMENT_TOKEN,
    CONF_SMARTCAR_WEBHOOK_ID,
    DEFAULT_TITLE,
)
from ..device import vehicle_label
from ..other_integration import (
    OTHER_DOMAIN,
    OtherEntry,
    async_other_entries,
    async_read_other_entry,
)
from ..smartcar.client import SmartcarClient, SmartcarError
from ..smartcar.client_v2 import Token
from ..smartcar.client_v3 import ClientV3
from ..smartcar.jsonvalues import as_dict
from ..smartcar.model import VehicleInfo
from ..store import SmartcarStore
from ..takeover import (
    Plan,
    async_cancel,
    async_plan,
    async_prepare,
    async_switch_off,
    async_switch_on,
    async_unidentified,
)
from ..takeover_record import TakenOver
from ..util import now_ms, plain_text
from ..webhook.uri import async_get_callback_uri
from . import forms
from .callback import CallbackSteps
from .credentials import async_credential_errors

CONF_ENTRY = "entry"
_NO_FIELDS = vol.Schema({})
_KEYS_V3 = forms.SETUP_V3.schema
_TOKENS = {
    marker: selector
    for marker, selector in forms.CREDENTIALS_V2.schema.items()
    if marker in {CONF_ACCESS_TOKEN, forms.CONF_REFRESH_TOKEN}
}


class TakeoverSteps(CallbackSteps):
    """From another integration's entry to ours with the same callback URI, and back."""

    def __init__(self) -> None:
        """Initialize."""
        super().__init__()
        self._other: OtherEntry | None = None
        self._other_vehicles: tuple[VehicleInfo, ...] = ()
        self._plan: Plan | None = None
        self._switched_off: ConfigEntry | None = None

    async def async_step_takeover(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose the entry, where there are several."""
        entries = {entry.entry_id: entry for entry in async_other_entries(self.hass)}
        if user_input is None and len(entries) > 1:
            titles = {entry_id: plain_text(entry.title) for entry_id, entry in entries.items()}
            marker = vol.Required(CONF_ENTRY, default=next(iter(titles)))
            return self._show_form("takeover", vol.Schema({marker: forms.select_selector(titles)}))
        entry_id = user_input[CONF_ENTRY] if user_input else next(iter(entries), "")
        if entry_id not in entries:
            return self.async_abort(reason="other_entry_gone")
        self._other = await async_read_other_entry(self.hass, entries[entry_id])
        return await self.async_step_takeover_credentials()

    async def async_step_takeover_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Check the credentials with Smartcar; ask for what is missing or not accepted."""
        if self._other is None:
            raise AbortFlow("other_entry_gone")
        errors: dict[str, str] = {}
        if user_input:
            self._other = _with_typed(self._other, forms.stripped(user_input))
        other = self._other
        values, is_v2 = _values(other), other.api == API_V2
        schema = {**_KEYS_V3, **_TOKENS} if is_v2 else _KEYS_V3
        fields = [name for name in schema if isinstance(name, vol.Required) and name not in values]
        if not fields:
            unique_id = other.entry_id if is_v2 else values[CONF_CLIENT_ID]
            if elsewhere := await self._async_claim(unique_id):
                return elsewhere
            errors = await self._async_try_other(other, values)
            if not errors:
                return await self._async_after_check(other)
        shown = {marker: it for marker, it in schema.items() if not fields or marker in fields}
        return self._show_form("takeover_credentials", vol.Schema(shown), values, errors)

    async def _async_try_other(self, other: OtherEntry, values: dict[str, str]) -> dict[str, str]:
        """Try the credentials, and find the vehicles; keep what Smartcar accepts."""
        is_v2 = other.api == API_V2
        if errors := (forms.credential_errors_v2 if is_v2 else forms.credential_errors_v3)(values):
            return errors
        names = (CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_MANAGEMENT_TOKEN)
        data: dict[str, Any] = {CONF_API: other.api, **{name: values[name] for name in names}}
        client: SmartcarClient
        if is_v2 and other.token is not None:
            data[CONF_TOKEN] = token_data(other.token)

            def keep(renewed: Token) -> None:
                """Give renewed tokens to the other entry, too: its own are no longer valid."""
                data[CONF_TOKEN] = token_data(renewed)
                self._other = replace(other, token=renewed)
                if entry := self.hass.config_entries.async_get_entry(other.entry_id):
                    token = {**as_dict(entry.data.get(CONF_TOKEN)), **data[CONF_TOKEN]}
                    self.hass.config_entries.async_update_entry(
                        entry, data={**entry.data, CONF_TOKEN: token}
                    )

            client = create_client_v2(self.hass, data, keep)
            field, error = CONF_ACCESS_TOKEN, "invalid_access_token"
        else:
            client = create_client_v3(self.hass, data)
            field, error = CONF_CLIENT_ID, "invalid_client"
        if errors := await async_credential_errors(client, field, error):
            return errors
        try:
            listed = {info.id: info for info in await client.vehicles()}
        except SmartcarError:
            return {"base": "cannot_connect"}
        known = {info.id: info for info in other.vehicles}
        self._other_vehicles = tuple(
            known[id_].merged_with(listed[id_])
            if id_ in known and id_ in listed
            else known.get(id_) or listed[id_]
            for id_ in known | listed
        )
        self._client, self._data = client, data
        return {}

    async def _async_after_check(self, other: OtherEntry) -> ConfigFlowResult:
        """Go on with the other entry's callback URI, or with a new one where it has none."""
        await self._async_identify(other.entry_id)
        if other.webhook_id is None:
            return await self._async_after_credentials()
        self._data[CONF_WEBHOOK_ID] = other.webhook_id
        self._callback_uri = await async_get_callback_uri(self.hass, other.webhook_id)
        try:
            self._webhooks = await self._asking_client.webhooks() or ()
        except SmartcarError:
            # The entry looks for it again.
            self._webhooks = ()
        ours = self._our_webhooks()
        if len(ours) == 1:
            self._data[CONF_SMARTCAR_WEBHOOK_ID] = ours[0].id
        return await self.async_step_takeover_confirm()

    async def _async_identify(self, entry_id: str) -> None:
        """Ask for VINs, which may cost a call each, where entities are known by nothing else."""
        client = self._asking_client
        for info in self._other_vehicles:
            if info.vin or not async_unidentified(self.hass, entry_id, self._other_vehicles):
                continue
            try:
                if isinstance(client, ClientV3):
                    known = replace(info, vin=await client.vin(info, on_call=lambda: None))
                else:
                    known = await client.get_attributes(info)
            except SmartcarError:
                # Another one may well be told; the entities of this one stay.
                continue
            self._other_vehicles = tuple(
                known if it.id == info.id else it for it in self._other_vehicles
            )

    async def async_step_takeover_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what will happen; then switch off the other entry and create ours."""
        other = self._other
        entry = None if other is None else self.hass.config_entries.async_get_entry(other.entry_id)
        if other is None or entry is None or entry not in async_other_entries(self.hass):
            return self.async_abort(reason="other_entry_gone")
        if user_input is None:
            return self.async_show_form(
                step_id="takeover_confirm",
                data_schema=_NO_FIELDS,
                description_placeholders=await self._async_plan_texts(other, entry),
                last_step=True,
            )
        webhook_id = self._data[CONF_WEBHOOK_ID]
        self._switched_off = entry if entry.disabled_by is None else None
        if not await async_switch_off(self.hass, entry, webhook_id):
            await async_switch_on(self.hass, entry, webhook_id)
            return self.async_abort(reason="other_entry_busy")
        self._plan = await self._async_planned(other, entry)
        async_prepare(self.hass, webhook_id, self._plan)
        return self.async_create_entry(
            title=entry.title or DEFAULT_TITLE,
            data=self._data,
            description="taken_over",
            description_placeholders=await self._async_plan_texts(other, entry),
        )

    async def _async_planned(self, other: OtherEntry, entry: ConfigEntry) -> Plan:
        return await async_plan(
            self.hass,
            entry,
            self._other_vehicles,
            is_cloudhook=other.is_cloudhook,
            application_id=other.application_id,
        )

    async def _async_plan_texts(self, other: OtherEntry, entry: ConfigEntry) -> dict[str, str]:
        plan = await self._async_planned(other, entry)
        by_reason: dict[str, list[str]] = {}
        for entity_id, reason in plan.left.items():
            by_reason.setdefault(f"takeover_left_{reason}", []).append(f"`{entity_id}`")
        left = [
            f"- {', '.join(entity_ids)}: {await async_common_text(self.hass, key)}"
            for key, entity_ids in by_reason.items()
        ]
        note = await async_common_text(self.hass, f"takeover_note_{other.api}")
        return {
            "entry": plain_text(entry.title),
            "callback_uri": self._callback_uri.uri or "-",
            "vehicles": plain_text(", ".join(map(vehicle_label, self._other_vehicles))) or "-",
            "moved": str(len(plan.taken_over.entities)),
            "left": "\n".join(left) or "-",
            "note": note,
        }

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Put everything back if the set-up of the entry that took over has failed."""
        entry = result["result"]
        if self._plan is None or entry.state is ConfigEntryState.LOADED:
            return await super().async_on_create_entry(result)
        async_cancel(self.hass, self._data[CONF_WEBHOOK_ID])
        await self.hass.config_entries.async_remove(entry.entry_id)
        if self._switched_off is not None:
            await async_switch_on(self.hass, self._switched_off, self._data[CONF_WEBHOOK_ID])
        raise AbortFlow("takeover_failed")

    async def _async_can_go_back(self) -> bool:
        """Tell whether the entry has taken over another one, which is there, not long ago."""
        taken_over = await self._async_taken_over()
        return (
            taken_over is not None
            and taken_over.can_go_back(now_ms())
            and self.hass.config_entries.async_get_entry(taken_over.entry_id) is not None
        )

    async def _async_taken_over(self) -> TakenOver | None:
        if self._is_loaded:
            return self._runtime.store.data.taken_over
        store = SmartcarStore(self.hass, self._get_reconfigure_entry().entry_id)
        return (await store.async_load()).taken_over

    async def async_step_go_back(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give everything back to the other integration."""
        entry, taken_over = self._get_reconfigure_entry(), await self._async_taken_over()
        other = (
            self.hass.config_entries.async_get_entry(taken_over.entry_id)
            if taken_over is not None and taken_over.can_go_back(now_ms())
            else None
        )
        if other is None:
            return self.async_abort(reason="other_entry_gone")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await async_get_integration(self.hass, OTHER_DOMAIN)
            except IntegrationNotFound:
                errors = {"base": "other_integration_missing"}
            else:
                await self.hass.config_entries.async_remove(entry.entry_id)
                is_loaded = await async_switch_on(self.hass, other, entry.data[CONF_WEBHOOK_ID])
                return self.async_abort(reason="went_back" if is_loaded else "went_back_not_loaded")
        return self.async_show_form(
            step_id="go_back",
            data_schema=_NO_FIELDS,
            errors=errors,
            description_placeholders={"entry": plain_text(other.title)},
            last_step=True,
        )


def _values(other: OtherEntry) -> dict[str, str]:
    """Return what is known, by the names of the forms."""
    token = other.token
    values = {
        CONF_CLIENT_ID: other.client_id,
        CONF_CLIENT_SECRET: other.client_secret,
        CONF_MANAGEMENT_TOKEN: other.management_token,
    }
    if other.api == API_V2 and token is not None:
        values[CONF_ACCESS_TOKEN] = token.access_token
        values[forms.CONF_REFRESH_TOKEN] = token.refresh_token
    return {name: value for name, value in values.items() if value}


def _with_typed(other: OtherEntry, typed: dict[str, str]) -> OtherEntry:
    """Return an entry with typed values; a typed token or secret is tried by renewing the token."""
    token = other.token
    access_token = typed.get(CONF_ACCESS_TOKEN, token.access_token if token else None)
    if access_token is not None:
        refresh_token = typed.get(forms.CONF_REFRESH_TOKEN, token.refresh_token if token else None)
        is_known = token is not None and typed.get(CONF_CLIENT_SECRET) == other.client_secret
        expires_at = token.expires_at if token is not None and is_known else 0
        token = Token(access_token, refresh_token, expires_at)
    return replace(
        other,
        client_id=typed.get(CONF_CLIENT_ID, other.client_id),
        client_secret=typed.get(CONF_CLIENT_SECRET, other.client_secret),
        management_token=typed.get(CONF_MANAGEMENT_TOKEN, other.management_token),
        token=token,
    )
