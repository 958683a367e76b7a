"""The callback URI: public and https, or the reason why not."""

from homeassistant.components.webhook import async_generate_path
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smartcar_dynamic.webhook.uri import (
    CallbackUri,
    Obstacle,
    async_get_callback_uri,
    is_same_uri,
    obstacle_of,
)

PATH = async_generate_path("an-id")


async def test_the_external_url_is_the_callback_uri(hass: HomeAssistant) -> None:
    await hass.config.async_update(
        external_url="https://home.example.com", internal_url="http://192.168.1.5:8123"
    )
    uri = f"https://home.example.com{PATH}"
    assert await async_get_callback_uri(hass, "an-id") == CallbackUri(uri)


async def test_an_internal_url_is_none_to_smartcar(hass: HomeAssistant) -> None:
    await hass.config.async_update(external_url=None, internal_url="https://192.168.1.5:8123")
    assert await async_get_callback_uri(hass, "an-id") == CallbackUri(None, Obstacle.NO_URL)


async def test_without_any_url_there_is_no_address(hass: HomeAssistant) -> None:
    await hass.config.async_update(external_url=None, internal_url=None)
    assert await async_get_callback_uri(hass, "an-id") == CallbackUri(None, Obstacle.NO_URL)


@pytest.mark.parametrize(
    ("url", "obstacle"),
    [
        ("https://home.example.com", None),
        ("https://home.example.com:8443", None),
        ("https://93.184.216.34", None),
        ("https://[2606:2800:220:1:248:1893:25c8:1946]", None),
        ("http://home.example.com", Obstacle.NOT_HTTPS),
        ("http://93.184.216.34:8123", Obstacle.NOT_HTTPS),
        ("https://192.168.1.5:8123", Obstacle.NOT_PUBLIC),
        ("https://10.0.0.5", Obstacle.NOT_PUBLIC),
        ("https://100.64.0.1", Obstacle.NOT_PUBLIC),
        ("https://127.0.0.1", Obstacle.NOT_PUBLIC),
        ("https://169.254.1.1", Obstacle.NOT_PUBLIC),
        ("https://[fd00::5]", Obstacle.NOT_PUBLIC),
        ("https://[fe80::5]", Obstacle.NOT_PUBLIC),
        ("https://[::1]:8123", Obstacle.NOT_PUBLIC),
        ("http://192.168.1.5:8123", Obstacle.NOT_PUBLIC),
        ("https://homeassistant.local:8123", Obstacle.NOT_PUBLIC),
        ("https://HomeAssistant.LOCAL", Obstacle.NOT_PUBLIC),
        ("https://homeassistant.local.", Obstacle.NOT_PUBLIC),
        ("https://homeassistant", Obstacle.NOT_PUBLIC),
        ("https://localhost", Obstacle.NOT_PUBLIC),
        ("https://home.lan", Obstacle.NOT_PUBLIC),
        ("https://home.internal", Obstacle.NOT_PUBLIC),
        ("https://ha.home.arpa", Obstacle.NOT_PUBLIC),
        ("https://local.example.com", None),
        ("https://notlocal", Obstacle.NOT_PUBLIC),
        ("https://my-lan.example", None),
    ],
)
def test_an_address_must_be_public_and_https(url: str, obstacle: Obstacle | None) -> None:
    assert obstacle_of(f"{url}{PATH}") is obstacle


@pytest.mark.parametrize(
    ("url", "obstacle"),
    [
        ("http://home.example.com", Obstacle.NOT_HTTPS),
        ("https://192.168.1.5:8123", Obstacle.NOT_PUBLIC),
        ("https://homeassistant.local:8123", Obstacle.NOT_PUBLIC),
    ],
)
async def test_an_unreachable_address_is_shown_with_its_obstacle(
    hass: HomeAssistant, url: str, obstacle: Obstacle
) -> None:
    await hass.config.async_update(external_url=url)
    address = await async_get_callback_uri(hass, "an-id")
    assert address == CallbackUri(f"{url}{PATH}", obstacle)
    assert "an-id" not in repr(address)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "https://a.example/x", True),
        ("https://a.example/x", " https://A.example/x/ ", True),
        ("https://hooks.nabu.casa/gAAA=", "https://hooks.nabu.casa/gAAA", True),
        ("https://a.example/x", "https://a.example/y", False),
        ("https://a.example/x", None, False),
        (None, "https://a.example/x", False),
        (None, None, False),
    ],
)
def test_an_address_stays_the_same_when_copied(
    one: str | None,
    other: str | None,
    same: bool,  # noqa: FBT001 - expected
) -> None:
    assert is_same_uri(one, other) is same
