"""Steps that take and try what Smartcar's dashboard shows."""

from collections.abc import Mapping
import time
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_ACCESS_TOKEN, CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_TOKEN

from ..api import create_client_v2, create_client_v3, token_data
from ..const import API_V2, API_V3, CONF_API, CONF_MANAGEMENT_TOKEN
from ..smartcar.client import (
    SmartcarApiError,
    SmartcarClient,
    SmartcarCredentialsError,
    SmartcarError,
)
from ..smartcar.client_v2 import ClientV2, Token
from ..smartcar.model import Remedy
from . import forms
from .base import FlowBase

_TOKEN_LIFETIME = 7200
# What the token endpoint says is wrong, and the field that it is about.
_REJECTED_FIELDS = {
    "INVALID_CLIENT": (CONF_CLIENT_ID, "invalid_client"),
    "INVALID_GRANT": (forms.CONF_REFRESH_TOKEN, "invalid_refresh_token"),
}


class CredentialSteps(FlowBase):
    """The steps that take credentials, to set up and to change them."""

    def __init__(self) -> None:
        """Initialize."""
        super().__init__()
        self._renewed: dict[str, Token] = {}
        self._doubted = ""

    async def async_step_current(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the credentials of the current platform."""
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            if not (errors := forms.credential_errors_v3(values)):
                if elsewhere := await self._async_claim(values[CONF_CLIENT_ID]):
                    return elsewhere
                errors = await self._async_try_v3(values)
            if not errors:
                return await self._async_after_credentials()
        return self._show_form("current", forms.SETUP_V3, user_input, errors)

    async def async_step_dynamic(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the credentials of an existing dynamic webhook."""
        errors: dict[str, str] = {}
        if user_input is not None:
            values = forms.stripped(user_input)
            if not (errors := forms.credential_errors_v2(values)):
                # Another flow may have used up the refresh token.
                client_id = values.get(CONF_CLIENT_ID)
                if client_id and (elsewhere := await self._async_claim(client_id)):
                    return elsewhere
                errors = await self._async_try_v2(values)
            if not errors:
                return await self._async_after_credentials()
        return self._show_form("dynamic", forms.SETUP_V2, user_input, errors)

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take new credentials."""
        return await self._async_new_credentials("credentials", user_input)

    async def _async_new_credentials(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Take new credentials of the entry's own application."""
        entry, is_v2 = self._entry, self._data[CONF_API] == API_V2
        errors: dict[str, str] = {}
        if user_input is not None and entry is not None:
            known = _credentials(self._data)
            values = {**known, **forms.stripped(user_input)}
            errors = (forms.credential_errors_v2 if is_v2 else forms.credential_errors_v3)(values)
            if known.get(CONF_CLIENT_ID, values.get(CONF_CLIENT_ID)) != values.get(CONF_CLIENT_ID):
                errors.setdefault(CONF_CLIENT_ID, "other_application")
            if not errors:
                errors = await (self._async_try_v2 if is_v2 else self._async_try_v3)(values)
            if not errors:
                names = (CONF_TOKEN, CONF_CLIENT_ID, CONF_CLIENT_SECRET)
                return self.async_update_reload_and_abort(
                    entry,
                    data_updates={name: self._data[name] for name in names if name in self._data},
                )
        schema = forms.CREDENTIALS_V2 if is_v2 else forms.CREDENTIALS_V3
        suggested = user_input or {CONF_CLIENT_ID: self._data.get(CONF_CLIENT_ID)}
        return self._show_form(step_id, schema, suggested, errors, last_step=True)

    async def async_step_management_token(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take a new management token: for the entry, or for the rest of this flow."""
        errors: dict[str, str] = {}
        if user_input is not None:
            token = forms.stripped(user_input).get(CONF_MANAGEMENT_TOKEN, "")
            error = forms.management_token_error(token, self._data)
            if error is None and self._is_doubted(token):
                error = "wrong_management_token"
            if error is not None:
                errors = {CONF_MANAGEMENT_TOKEN: error}
            elif self._entry is not None and self._matcher is None:
                return self.async_update_reload_and_abort(
                    self._entry,
                    data_updates={CONF_MANAGEMENT_TOKEN: token},
                    reason="management_token_changed",
                )
            else:
                self._data[CONF_MANAGEMENT_TOKEN] = token
                self._stop_verification()
                return await self._async_after_credentials()
        return self._show_form(
            "management_token", forms.MANAGEMENT_TOKEN, user_input, errors, last_step=True
        )

    def _is_doubted(self, management_token: str) -> bool:
        """Tell whether a token for the entry signs nothing that was refused; once per token."""
        if self._matcher is not None or not self._is_loaded or management_token == self._doubted:
            return False
        self._doubted = management_token
        return not self._runtime.async_may_be_management_token(management_token)

    async def _async_try_v3(self, values: Mapping[str, str]) -> dict[str, str]:
        """Try credentials of API v3; keep accepted ones."""
        client = create_client_v3(self.hass, values)
        errors = await async_credential_errors(client, CONF_CLIENT_ID, "invalid_client")
        if not errors:
            self._client = client
            self._data |= {**values, CONF_API: API_V3}
        return errors

    async def _async_try_v2(self, values: Mapping[str, str]) -> dict[str, str]:
        """Try credentials of API v2.0; keep accepted ones, with the tokens that a refresh gave."""
        refresh_token = values.get(forms.CONF_REFRESH_TOKEN, "")
        renews = refresh_token and CONF_CLIENT_ID in values
        # Only a refresh now proves that it will work later.
        expires_at = 0 if renews else time.time() + _TOKEN_LIFETIME
        token = self._renewed.get(
            refresh_token, Token(values[CONF_ACCESS_TOKEN], refresh_token or None, expires_at)
        )
        tokens = {CONF_ACCESS_TOKEN, forms.CONF_REFRESH_TOKEN}
        data = {
            **self._data,
            **{name: value for name, value in values.items() if name not in tokens},
            CONF_API: API_V2,
            CONF_TOKEN: token_data(token),
        }

        def keep(renewed: Token) -> None:
            """Keep the renewed tokens: the refresh token that was typed is no longer valid."""
            data[CONF_TOKEN] = token_data(renewed)
            self._renewed[refresh_token] = renewed
            if (entry := self._entry) is not None:
                names = (CONF_TOKEN, CONF_CLIENT_ID, CONF_CLIENT_SECRET)
                self.hass.config_entries.async_update_entry(
                    entry, data={**entry.data, **{name: data[name] for name in names}}
                )
                if self._is_loaded and isinstance(client := self._runtime.client, ClientV2):
                    # Its own refresh token is no longer valid.
                    client.use(renewed, values[CONF_CLIENT_ID], values[CONF_CLIENT_SECRET])

        client = create_client_v2(self.hass, data, keep)
        errors = await async_credential_errors(client, CONF_ACCESS_TOKEN, "invalid_access_token")
        if not errors:
            self._client = client
            self._data = data
        return errors


def _credentials(data: Mapping[str, Any]) -> dict[str, str]:
    names = (CONF_CLIENT_ID, CONF_CLIENT_SECRET)
    return {name: str(data[name]) for name in names if name in data}


async def async_credential_errors(client: SmartcarClient, field: str, error: str) -> dict[str, str]:
    """Return the errors of trying a client's credentials, at the field that they are about."""
    try:
        await client.check_credentials()
    except SmartcarCredentialsError as rejection:
        field, error = _REJECTED_FIELDS.get(rejection.problem.code or "", (field, error))
        return {field: error}
    except SmartcarApiError as refusal:
        waits = refusal.problem.remedy is Remedy.WAIT
        return {"base": "cannot_connect" if waits else "refused"}
    except SmartcarError:
        return {"base": "cannot_connect"}
    return {}
