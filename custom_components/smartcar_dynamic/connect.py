"""Links to Smartcar Connect, where owners grant access to their vehicles, and back."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_entry_oauth2_flow as oauth2
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL

from .runtime import SmartcarRuntimeData
from .smartcar.client import Hosts, SmartcarError
from .smartcar.model import Remedy
from .vehicle import VehicleState


async def async_application_id(runtime: SmartcarRuntimeData) -> str | None:
    """Return what Connect calls `client_id`: the application's ID, which is not v3's client ID."""
    if (known := runtime.store.data.application_id) is not None:
        return known
    try:
        return await runtime.client.application_id()
    except SmartcarError:
        return None


def reauthenticate_url(
    hosts: Hosts, vehicle: VehicleState, application_id: str | None
) -> str | None:
    """Return the page on which a vehicle's owner logs in again.

    Source: "Re-authentication" page; `response_type=none` needs no redirect URI. An error may carry
    the application's ID in its partial URL.
    """
    if application_id is None:
        urls = (
            active.problem.reauthenticate_url
            for active in vehicle.active_problems.values()
            if active.problem.remedy is Remedy.REAUTHENTICATE
        )
        application_id = next((_client_id_of(url) for url in urls if url), None)
    if application_id is None:
        return None
    query = {
        "response_type": "none",
        "client_id": application_id,
        "vehicle_id": vehicle.id,
    }
    return str(URL(f"{hosts.connect}/oauth/reauthenticate").with_query(query))


def _client_id_of(url: str) -> str | None:
    try:
        return URL(url).query.get("client_id")
    except ValueError:
        return None


def authorize_url(hosts: Hosts, application_id: str, redirect_uri: str, state: str) -> str:
    """Return the page on which an owner connects a car. Source: "Redirect to Connect" page."""
    query = {
        "response_type": "code",
        "client_id": application_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "approval_prompt": "auto",
    }
    return str(URL(f"{hosts.connect}/oauth/authorize").with_query(query))


@callback
def async_redirect_uri(hass: HomeAssistant) -> str | None:
    """Return where Connect sends the owner back to, or `None` if it is unknown."""
    try:
        return oauth2.async_get_redirect_uri(hass)
    except RuntimeError:
        # Without My Home Assistant it is the page's own address, which only the frontend names.
        try:
            return f"{get_url(hass, prefer_external=True)}{oauth2.AUTH_CALLBACK_PATH}"
        except NoURLAvailableError:
            return None


@callback
def async_state(hass: HomeAssistant, flow_id: str, redirect_uri: str) -> str:
    """Return the state that leads back to a flow: `/auth/external/callback` reads it."""
    data = {"flow_id": flow_id, "redirect_uri": redirect_uri}
    return oauth2._encode_jwt(hass, data)  # noqa: SLF001 - there is no public way
