"""The first user of a fresh Home Assistant, and what the onboarding asks of them."""

from dataclasses import asdict, dataclass
import time

from aiohttp import ClientSession

from demo.answers import Json
from demo.errors import DemoError
from demo.home_assistant import HomeAssistant


@dataclass(frozen=True)
class Home:
    """Where the owner lives and how they measure."""

    location_name: str = "Home"
    latitude: float = 52.5163
    longitude: float = 13.3777
    elevation: int = 34
    radius: int = 100
    unit_system: str = "metric"
    currency: str = "EUR"
    country: str = "DE"
    language: str = "en"
    time_zone: str = "Europe/Berlin"
    external_url: str = "https://car-owner.example"


@dataclass(frozen=True)
class Owner:
    """The person who logs in."""

    name: str = "Demo"
    username: str = "demo"
    password: str = "demo"  # noqa: S105 - printed for everybody at the demo's start


@dataclass(frozen=True)
class Session:
    """What a login brought."""

    token: str
    """An access token for years, for the client."""
    browser: Json
    """The `hassTokens` object that the frontend keeps in a browser's localStorage."""


async def onboard(url: str, owner: Owner, home: Home) -> Session:
    """Make the first user, tell Home Assistant where it is, and end the onboarding."""
    client_id = f"{url}/"
    async with ClientSession() as session:
        user = {**asdict(owner), "client_id": client_id, "language": home.language}
        async with session.post(f"{url}/api/onboarding/users", json=user) as response:
            if not response.ok:
                said = await response.text()
                raise DemoError(f"Home Assistant made no user ({response.status}): {said}")
            code = (await response.json())["auth_code"]
        grant = {"client_id": client_id, "grant_type": "authorization_code", "code": code}
        async with session.post(f"{url}/auth/token", data=grant) as response:
            response.raise_for_status()
            tokens: Json = await response.json()
    async with HomeAssistant(url, tokens["access_token"]) as api:
        await api.command("config/core/update", **asdict(home))
        token = await api.command("auth/long_lived_access_token", client_name="Demo", lifespan=365)
        await api.request(
            "POST",
            "/api/onboarding/integration",
            {"client_id": client_id, "redirect_uri": f"{client_id}?auth_callback=1"},
        )
    browser = {
        **tokens,
        "hassUrl": url,
        "clientId": client_id,
        "expires": int((time.time() + tokens["expires_in"]) * 1000),
    }
    return Session(token, browser)
