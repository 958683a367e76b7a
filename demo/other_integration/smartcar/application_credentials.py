"""Where the credentials are for."""

from homeassistant.components.application_credentials import AuthorizationServer
from homeassistant.core import HomeAssistant


async def async_get_authorization_server(_hass: HomeAssistant) -> AuthorizationServer:
    """Return the server."""
    return AuthorizationServer("https://example.com/authorize", "https://example.com/token")
