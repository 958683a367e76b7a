"""The forms of the flows, and the look-alike values that people paste into the wrong field."""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.const import CONF_ACCESS_TOKEN, CONF_CLIENT_ID, CONF_CLIENT_SECRET
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from .const import CONF_MANAGEMENT_TOKEN, CONF_SMARTCAR_WEBHOOK_ID

CONF_APPLICATION_ID: Final = "application_id"
CONF_REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - the name of it
CONF_VEHICLES: Final = "vehicles"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_M2M_PREFIX = "client_"
_TEXT = TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="off"))
_PASSWORD = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password")
)

CREDENTIALS_V3 = vol.Schema(
    {
        vol.Required(CONF_CLIENT_ID): _TEXT,
        vol.Required(CONF_CLIENT_SECRET): _PASSWORD,
    }
)
CREDENTIALS_V2 = vol.Schema(
    {
        vol.Required(CONF_ACCESS_TOKEN): _PASSWORD,
        vol.Optional(CONF_REFRESH_TOKEN): _PASSWORD,
        vol.Optional(CONF_CLIENT_ID): _TEXT,
        vol.Optional(CONF_CLIENT_SECRET): _PASSWORD,
    }
)
MANAGEMENT_TOKEN = vol.Schema({vol.Required(CONF_MANAGEMENT_TOKEN): _PASSWORD})
WEBHOOK_ID = vol.Schema({vol.Required(CONF_SMARTCAR_WEBHOOK_ID): _TEXT})
APPLICATION_ID = vol.Schema({vol.Required(CONF_APPLICATION_ID): _TEXT})
SETUP_V3 = CREDENTIALS_V3.extend(MANAGEMENT_TOKEN.schema)
SETUP_V2 = CREDENTIALS_V2.extend(MANAGEMENT_TOKEN.schema)


def selection(options: Mapping[str, str], *, several: bool = False) -> SelectSelector:
    """Return a list to choose from, by value and label."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label) for value, label in options.items()
            ],
            mode=SelectSelectorMode.LIST,
            multiple=several,
        )
    )


def choice(key: str, options: Mapping[str, str], *, several: bool = False) -> vol.Schema:
    """Return a form with one list: the first is chosen, or all where several may be."""
    default = list(options) if several else next(iter(options))
    return vol.Schema({vol.Required(key, default=default): selection(options, several=several)})


def is_no_id(value: str) -> dict[str, str]:
    """Return the error for a webhook ID that cannot be one."""
    if "://" in value:
        return {CONF_SMARTCAR_WEBHOOK_ID: "is_a_url"}
    return {} if _UUID.fullmatch(value) else {CONF_SMARTCAR_WEBHOOK_ID: "is_no_uuid"}


def stripped(user_input: Mapping[str, object]) -> dict[str, str]:
    """Return what was typed, without the blanks that copying brings, and without empty fields."""
    values = {name: str(value).strip() for name, value in user_input.items()}
    return {name: value for name, value in values.items() if value}


def mistakes_v3(values: Mapping[str, str]) -> dict[str, str]:
    """Return errors by field for values of API v3 that belong elsewhere."""
    errors = _mistakes(values)
    client_id = values.get(CONF_CLIENT_ID, "")
    if CONF_CLIENT_ID not in errors and _UUID.fullmatch(client_id):
        errors[CONF_CLIENT_ID] = "legacy_client_id"
    return errors


def mistakes_v2(values: Mapping[str, str]) -> dict[str, str]:
    """Return errors by field for values of API v2.0 that belong elsewhere."""
    errors = _mistakes(values)
    if values.get(CONF_CLIENT_ID, "").startswith(_M2M_PREFIX):
        errors[CONF_CLIENT_ID] = "current_client_id"
    if (CONF_CLIENT_ID in values) != (CONF_CLIENT_SECRET in values):
        missing = CONF_CLIENT_SECRET if CONF_CLIENT_ID in values else CONF_CLIENT_ID
        errors[missing] = "both_or_none"
    if values.get(CONF_REFRESH_TOKEN) == values.get(CONF_ACCESS_TOKEN):
        errors[CONF_REFRESH_TOKEN] = "same_token"
    return errors


def _mistakes(values: Mapping[str, str]) -> dict[str, str]:
    errors = {name: "is_a_url" for name, value in values.items() if "://" in value}
    for name in (CONF_CLIENT_SECRET, CONF_MANAGEMENT_TOKEN):
        if values.get(name, "").startswith(_M2M_PREFIX):
            errors[name] = "is_the_client_id"
    token = values.get(CONF_MANAGEMENT_TOKEN)
    for name, error in (
        (CONF_CLIENT_SECRET, "is_the_client_secret"),
        (CONF_CLIENT_ID, "is_the_client_id"),
        (CONF_ACCESS_TOKEN, "is_the_access_token"),
    ):
        if token is not None and token == values.get(name):
            errors[CONF_MANAGEMENT_TOKEN] = error
    return errors
