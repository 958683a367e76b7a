"""The Smartcar API of an entry: which one, with which credentials, at which hosts."""

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
import os

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID, CONF_CLIENT_SECRET, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from yarl import URL

from .const import API_V2, CONF_API, CONF_MANAGEMENT_TOKEN
from .smartcar.client import Hosts, SmartcarClient
from .smartcar.client_v2 import ClientV2, Token
from .smartcar.client_v3 import ClientV3
from .smartcar.jsonvalues import as_dict, as_str

_SIMULATOR = "SMARTCAR_DYNAMIC_SIMULATOR"


def hosts() -> Hosts:
    """Return where Smartcar is: itself, or a simulator on this machine's loopback.

    Only who starts Home Assistant can name a simulator, and nothing leaves the machine for it.
    """
    origin = os.environ.get(_SIMULATOR)
    if not origin:
        return Hosts()
    url = URL(origin)
    try:
        local = ip_address(url.host or "").is_loopback
    except ValueError:
        local = False
    return Hosts.below(str(url.origin())) if local else Hosts()


def create_client(hass: HomeAssistant, entry: ConfigEntry) -> SmartcarClient:
    """Return the client for an entry's generation."""
    if entry.data[CONF_API] == API_V2:
        return create_client_v2(hass, entry.data, _token_saver(hass, entry))
    return create_client_v3(hass, entry.data)


def reading_client(client: SmartcarClient) -> ClientV3 | None:
    """Return the client if its API has reads that are worth their calls."""
    return client if isinstance(client, ClientV3) else None


def create_client_v2(
    hass: HomeAssistant,
    data: Mapping[str, object],
    save_token: Callable[[Token], Awaitable[None] | None],
) -> ClientV2:
    """Return a client for API v2.0."""
    return ClientV2(
        async_get_clientsession(hass),
        hosts(),
        _token(as_dict(data.get(CONF_TOKEN))),
        client_id=as_str(data.get(CONF_CLIENT_ID)),
        client_secret=as_str(data.get(CONF_CLIENT_SECRET)),
        management_token=str(data[CONF_MANAGEMENT_TOKEN]),
        save_token=save_token,
    )


def create_client_v3(hass: HomeAssistant, data: Mapping[str, object]) -> ClientV3:
    """Return a client for API v3."""
    return ClientV3(
        async_get_clientsession(hass),
        hosts(),
        client_id=str(data[CONF_CLIENT_ID]),
        client_secret=str(data[CONF_CLIENT_SECRET]),
    )


def command_client(client: SmartcarClient) -> ClientV3 | None:
    """Return the client if its API has commands: v2.0 is used for none."""
    return client if isinstance(client, ClientV3) else None


def token_data(token: Token) -> dict[str, object]:
    """Return a token as an entry keeps it."""
    data: dict[str, object] = {
        "access_token": token.access_token,
        "expires_at": token.expires_at,
    }
    if token.refresh_token is not None:
        data["refresh_token"] = token.refresh_token
    return data


def _token(data: Mapping[str, object]) -> Token:
    expires_at = data.get("expires_at")
    return Token(
        access_token=str(data["access_token"]),
        refresh_token=as_str(data.get("refresh_token")),
        expires_at=float(expires_at) if isinstance(expires_at, int | float) else 0.0,
    )


def _token_saver(hass: HomeAssistant, entry: ConfigEntry) -> Callable[[Token], None]:
    """Return what keeps a renewed token; an entry being removed has no place for it."""

    def save(token: Token) -> None:
        if hass.config_entries.async_get_entry(entry.entry_id) is not None:
            hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_TOKEN: token_data(token)}
            )

    return save
