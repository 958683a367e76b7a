"""What a fresh Home Assistant asks of its first user, and where it then is."""

from dataclasses import asdict, dataclass
import time

from aiohttp import ClientSession

from .answers import Json
from .client import HomeAssistantClient

NAME = PASSWORD = "demo"  # noqa: S105 - printed for everybody at the demo's start


@dataclass(frozen=True, slots=True)
class CoreConfig:
    """Where Home Assistant is and how its owner measures; Home Assistant's own field names."""

    latitude: float
    longitude: float
    external_url: str = "https://car-owner.example"
    location_name: str = "Home"
    elevation: int = 34
    radius: int = 100
    unit_system: str = "metric"
    currency: str = "EUR"
    country: str = "DE"
    language: str = "en"
    time_zone: str = "Europe/Berlin"


async def onboard(url: str, core_config: CoreConfig) -> tuple[HomeAssistantClient, Json]:
    """Create the first user and end the onboarding.

    Return a client for that user, and the `hassTokens` of a browser in which the user is logged in.
    """
    client_id = f"{url}/"
    user = {"name": "Demo", "username": NAME, "password": PASSWORD}
    async with ClientSession(url, raise_for_status=True) as session:
        body = {**user, "client_id": client_id, "language": core_config.language}
        async with session.post("/api/onboarding/users", json=body) as response:
            code = (await response.json())["auth_code"]
        grant = {"client_id": client_id, "grant_type": "authorization_code", "code": code}
        async with session.post("/auth/token", data=grant) as response:
            tokens: Json = await response.json()
    first = HomeAssistantClient(url, tokens["access_token"])
    try:
        await first.command("config/core/update", **asdict(core_config))
        redirect = {"client_id": client_id, "redirect_uri": client_id}
        await first.request("POST", "/api/onboarding/integration", redirect)
        # The login's own access token lasts half an hour only.
        token = await first.command(
            "auth/long_lived_access_token", client_name="Demo", lifespan=365
        )
    finally:
        await first.close()
    expires = int((time.time() + tokens["expires_in"]) * 1000)
    browser = {**tokens, "hassUrl": url, "clientId": client_id, "expires": expires}
    return HomeAssistantClient(url, token), browser
