"""The callback URI at Home Assistant Cloud: it comes, goes and changes."""

from collections.abc import Callable
from dataclasses import dataclass, field
import sys
from types import ModuleType

from homeassistant import components
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.smartcar_dynamic.webhook.uri import async_get_callback_uri

from ..home import CALLBACK, HOOK, Home

CLOUDHOOK = "https://hooks.example/a-cloudhook="


class CloudNotAvailableError(HomeAssistantError):
    """The cloud component's error while it is not connected."""


@dataclass
class Nabu:
    """Home Assistant Cloud, as far as its component shows it."""

    is_subscribed: bool = False
    is_connected: bool = True
    listeners: list[Callable[[object], None]] = field(default_factory=list)

    def tell(self) -> None:
        for listener in list(self.listeners):
            listener(None)


@pytest.fixture
def nabu(home: Home, monkeypatch: pytest.MonkeyPatch) -> Nabu:
    nabu = Nabu()

    async def get_or_create(_hass: object, _webhook_id: str) -> str:
        if not nabu.is_connected:
            raise CloudNotAvailableError
        return CLOUDHOOK

    def listen(_hass: object, *args: Callable[[object], None]) -> Callable[[], None]:
        nabu.listeners.append(args[-1])
        return lambda: nabu.listeners.remove(args[-1])

    async def delete(_hass: object, _webhook_id: str) -> None: ...

    # The real component brings speech recognition with it.
    cloud = ModuleType("homeassistant.components.cloud")
    vars(cloud).update(
        CloudNotAvailable=CloudNotAvailableError,
        async_active_subscription=lambda _: nabu.is_subscribed,
        async_get_or_create_cloudhook=get_or_create,
        async_listen_connection_change=listen,
        async_listen_cloudhook_change=listen,
        async_delete_cloudhook=delete,
    )
    monkeypatch.setitem(sys.modules, cloud.__name__, cloud)
    monkeypatch.setattr(components, "cloud", cloud, raising=False)
    home.hass.config.components.add("cloud")
    return nabu


async def test_a_cloudhook_that_takes_the_place_of_the_external_address_is_told(
    home: Home, nabu: Nabu
) -> None:
    await home.live()
    await home.deliver()
    await home.data(home.entries[0]).monitor.async_look()
    nabu.is_subscribed = True
    nabu.tell()
    await home.settle()
    assert await home.raised() == {"callback_changed"}
    step = await home.open_fix("callback_changed")
    assert step["description_placeholders"]["callback_uri"] == CLOUDHOOK


async def test_a_cloud_that_is_not_connected_yet_changes_nothing(home: Home, nabu: Nabu) -> None:
    home.sim.routes["https://hooks.example"] = home.sim.routes[
        CALLBACK.removesuffix(f"/api/webhook/{HOOK}")
    ]
    await home.live()
    nabu.is_subscribed = True
    nabu.is_connected = False
    nabu.tell()
    await home.settle()
    assert await home.raised() == set()
    assert (await async_get_callback_uri(home.hass, HOOK)).obstacle == "cloud_disconnected"


async def test_the_flow_shows_a_dash_where_there_is_no_address(home: Home, nabu: Nabu) -> None:
    await home.live(verify=False)
    await home.pass_hours(2)
    nabu.is_subscribed = True
    nabu.is_connected = False
    step = await home.open_fix("never_verified")
    assert step["description_placeholders"]["callback_uri"] == "-"
