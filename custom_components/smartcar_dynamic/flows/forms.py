"""The forms of the flows, and the look-alike values that are pasted into the wrong field."""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.const import (
    CONF_ACCESS_TOKEN,
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_TOKEN,
)
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..const import (
    CONF_CALLS_PER_MONTH,
    CONF_MANAGEMENT_TOKEN,
    CONF_PRICE_AWAY,
    CONF_PRICE_AWAY_ENTITY,
    CONF_PRICE_HOME,
    CONF_PRICE_HOME_ENTITY,
    CONF_READ_ON_NEWS,
    CONF_RESERVE,
    CONF_SMARTCAR_WEBHOOK_ID,
)

CONF_APPLICATION_ID: Final = "application_id"
CONF_READ_ONCE: Final = "read_once"
CONF_REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - the name of it
CONF_VEHICLES: Final = "vehicles"
CONF_VERIFICATION: Final = "verification"
VERIFIED: Final = "verified"
FAILED: Final = "failed"
NOT_SEEN: Final = "not_seen"

_LOOK_ALIKES = (CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_ACCESS_TOKEN, CONF_REFRESH_TOKEN)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_M2M_ID = re.compile(r"client_[0-9A-Z]{10,}", re.IGNORECASE)
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
_CALLS = NumberSelector(
    NumberSelectorConfig(min=0, max=1_000_000, step=1, mode=NumberSelectorMode.BOX)
)
# What is left empty keeps its default.
READ_ONCE = vol.Schema({vol.Optional(CONF_READ_ONCE): BooleanSelector()})
READ_ON_NEWS = vol.Schema({vol.Optional(CONF_READ_ON_NEWS): BooleanSelector()})
READS = vol.Schema(
    {vol.Optional(CONF_CALLS_PER_MONTH): _CALLS, vol.Optional(CONF_RESERVE): _CALLS}
).extend(READ_ON_NEWS.schema)
_PRICE = NumberSelector(
    NumberSelectorConfig(min=0, max=10_000, step="any", mode=NumberSelectorMode.BOX)
)
_PRICE_ENTITY = EntitySelector(EntitySelectorConfig(domain=["sensor", "input_number", "number"]))
PRICES = vol.Schema(
    {
        vol.Optional(CONF_PRICE_HOME): _PRICE,
        vol.Optional(CONF_PRICE_HOME_ENTITY): _PRICE_ENTITY,
        vol.Optional(CONF_PRICE_AWAY): _PRICE,
        vol.Optional(CONF_PRICE_AWAY_ENTITY): _PRICE_ENTITY,
    }
)
CAPACITY: Final = NumberSelector(
    NumberSelectorConfig(
        min=1, max=500, step="any", mode=NumberSelectorMode.BOX, unit_of_measurement="kWh"
    )
)
SETUP_V3 = CREDENTIALS_V3.extend(MANAGEMENT_TOKEN.schema)
SETUP_V2 = CREDENTIALS_V2.extend(MANAGEMENT_TOKEN.schema)


def select_selector(
    options: Mapping[str, str],
    *,
    multiple: bool = False,
    mode: SelectSelectorMode = SelectSelectorMode.LIST,
) -> SelectSelector:
    """Return a list to choose from, by value and label."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label) for value, label in options.items()
            ],
            mode=mode,
            multiple=multiple,
        )
    )


def verification_schema(*, can_wait: bool) -> vol.Schema:
    """Return a form that asks what Smartcar's dashboard shows; to have looked may be required."""
    options, field = [VERIFIED, FAILED], vol.Required(CONF_VERIFICATION)
    if can_wait:
        options, field = [NOT_SEEN, *options], vol.Required(CONF_VERIFICATION, default=NOT_SEEN)
    selector = SelectSelector(
        SelectSelectorConfig(
            options=options, mode=SelectSelectorMode.LIST, translation_key=CONF_VERIFICATION
        )
    )
    return vol.Schema({field: selector})


def multi_choice_schema(key: str, options: Mapping[str, str]) -> vol.Schema:
    """Return a form with one list from which several may be chosen; all are at first."""
    default = list(options)
    return vol.Schema({vol.Required(key, default=default): select_selector(options, multiple=True)})


def webhook_schema(options: Mapping[str, str]) -> vol.Schema:
    """Return a form with one list from which nothing need be chosen."""
    selector = select_selector(options, mode=SelectSelectorMode.DROPDOWN)
    return vol.Schema({vol.Optional(CONF_SMARTCAR_WEBHOOK_ID): selector})


def stripped(user_input: Mapping[str, object]) -> dict[str, str]:
    """Return what was typed, without the blanks that copying brings, and without empty fields."""
    values = {name: str(value).strip() for name, value in user_input.items()}
    return {name: value for name, value in values.items() if value}


def uuid_errors(field: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return the error at a field that wants a webhook's or an application's ID."""
    value = values.get(field, "")
    if "://" in value:
        return {field: "is_a_url"}
    return {} if _UUID.fullmatch(value) else {field: f"{field}_is_no_uuid"}


def management_token_error(management_token: str, data: Mapping[str, object]) -> str | None:
    """Return the error for a token that is one of its look-alikes in an entry's data."""
    token = data.get(CONF_TOKEN)
    known = {
        name: str(values[name])
        for values in (data, token if isinstance(token, Mapping) else {})
        for name in _LOOK_ALIKES
        if name in values
    }
    errors = _credential_errors({**known, CONF_MANAGEMENT_TOKEN: management_token})
    return errors.get(CONF_MANAGEMENT_TOKEN)


def credential_errors_v3(values: Mapping[str, str]) -> dict[str, str]:
    """Return errors by field for values of API v3 that belong elsewhere."""
    errors = _credential_errors(values)
    if _UUID.fullmatch(values.get(CONF_CLIENT_ID, "")):
        errors[CONF_CLIENT_ID] = "legacy_client_id"
    return errors


def credential_errors_v2(values: Mapping[str, str]) -> dict[str, str]:
    """Return errors by field for values of API v2.0 that belong elsewhere."""
    errors = _credential_errors(values)
    if _M2M_ID.fullmatch(values.get(CONF_CLIENT_ID, "")):
        errors[CONF_CLIENT_ID] = "current_client_id"
    if (CONF_CLIENT_ID in values) != (CONF_CLIENT_SECRET in values):
        missing = CONF_CLIENT_SECRET if CONF_CLIENT_ID in values else CONF_CLIENT_ID
        errors[missing] = "both_or_none"
    if values.get(CONF_REFRESH_TOKEN) == values.get(CONF_ACCESS_TOKEN):
        errors[CONF_REFRESH_TOKEN] = "same_token"
    return errors


def _credential_errors(values: Mapping[str, str]) -> dict[str, str]:
    errors = {name: "is_a_url" for name, value in values.items() if "://" in value}
    for name in (CONF_CLIENT_SECRET, CONF_MANAGEMENT_TOKEN):
        value = values.get(name, "")
        if _M2M_ID.fullmatch(value) or (value and value == values.get(CONF_CLIENT_ID)):
            errors[name] = "is_the_client_id"
    for name, error in (
        (CONF_CLIENT_SECRET, "is_the_client_secret"),
        (CONF_ACCESS_TOKEN, "is_the_access_token"),
        (CONF_REFRESH_TOKEN, "is_the_refresh_token"),
    ):
        if values.get(CONF_MANAGEMENT_TOKEN, "") == values.get(name):
            errors[CONF_MANAGEMENT_TOKEN] = error
    return errors
