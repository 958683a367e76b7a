"""The callback URI: a cloudhook, or the external URL if it is public and https."""

from dataclasses import dataclass, field
from enum import StrEnum, auto
from ipaddress import ip_address

from homeassistant.components import webhook
from homeassistant.core import HomeAssistant
from homeassistant.helpers.network import NoURLAvailableError
from yarl import URL

from . import cloudhook

_PRIVATE_DOMAINS = (
    ".home",
    ".home.arpa",
    ".internal",
    ".lan",
    ".local",
    ".localdomain",
    ".localhost",
)


class Obstacle(StrEnum):
    """Why Smartcar cannot reach a callback URI."""

    NO_URL = auto()
    NOT_HTTPS = auto()
    NOT_PUBLIC = auto()
    CLOUD_DISCONNECTED = auto()


@dataclass(frozen=True, slots=True)
class CallbackUri:
    """Where Smartcar is to send its deliveries: `uri` is the text to paste, if there is one."""

    uri: str | None = field(repr=False)
    obstacle: Obstacle | None = None
    is_cloudhook: bool = False


async def async_get_callback_uri(hass: HomeAssistant, webhook_id: str) -> CallbackUri:
    """Return a webhook's callback URI and what is wrong with it; needs no connection."""
    if cloudhook.async_is_active(hass):
        uri = await cloudhook.async_get_or_create(hass, webhook_id)
        obstacle = None if uri else Obstacle.CLOUD_DISCONNECTED
        return CallbackUri(uri, obstacle, is_cloudhook=True)
    try:
        uri = webhook.async_generate_url(hass, webhook_id, allow_internal=False, allow_ip=True)
    except NoURLAvailableError:
        return CallbackUri(None, Obstacle.NO_URL)
    return CallbackUri(uri, obstacle_of(uri))


def obstacle_of(uri: str) -> Obstacle | None:
    """Return why Smartcar cannot reach a URI: it needs https and a public address."""
    url = URL(uri)
    if not _is_public(url.host or ""):
        return Obstacle.NOT_PUBLIC
    return None if url.scheme == "https" else Obstacle.NOT_HTTPS


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.lower().rstrip(".").endswith(_PRIVATE_DOMAINS)


def is_same_uri(one: str | None, other: str | None) -> bool:
    """Tell whether two callback URIs are equal, except for what copying may add or lose."""
    if one is None or other is None:
        return False
    return one.strip().rstrip("/=").casefold() == other.strip().rstrip("/=").casefold()
