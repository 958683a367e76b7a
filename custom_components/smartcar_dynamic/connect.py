"""The way to Smartcar Connect, where owners grant access to their cars."""

from yarl import URL

from .const import API_V2, CONF_API
from .data import SmartcarConfigEntry
from .smartcar.client import Hosts, SmartcarError
from .smartcar.client_v3 import ClientV3
from .smartcar.decoding import text
from .smartcar.model import Remedy
from .vehicle import VehicleState


async def async_application_id(entry: SmartcarConfigEntry) -> str | None:
    """Return what Connect calls `client_id`: the application's ID, which is not v3's client ID."""
    if entry.data[CONF_API] == API_V2:
        return text(entry.data.get("client_id"))
    data = entry.runtime_data
    if (known := data.coordinator.health.application_id) is not None:
        return known
    if isinstance(data.client, ClientV3):
        try:
            return await data.client.application_id()
        except SmartcarError:
            return None
    return None


def reauthenticate_url(hosts: Hosts, state: VehicleState, application_id: str | None) -> str | None:
    """Return the page on which a vehicle's owner logs in again; it ends at Smartcar's.

    Source: "Re-authentication" page; `response_type=none` needs no redirect URI. An error may carry
    the application's ID in its partial URL.
    """
    if application_id is None:
        urls = (
            trouble.problem.reauthenticate_url
            for trouble in state.troubles.values()
            if trouble.problem.remedy is Remedy.REAUTHENTICATE
        )
        application_id = next((URL(url).query.get("client_id") for url in urls if url), None)
    if application_id is None:
        return None
    query = {
        "response_type": "none",
        "client_id": application_id,
        "vehicle_id": state.vehicle.id,
    }
    return str(URL(f"{hosts.connect}/oauth/reauthenticate").with_query(query))


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
