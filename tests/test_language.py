"""What Home Assistant does not translate is in the language of whoever looks."""

from http import HTTPStatus

from homeassistant.components.frontend.storage import async_user_store
from homeassistant.core import Context
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smartcar_dynamic.language import time_text

from .entries import DOMAIN
from .home import Home

ENGLISH = "The current platform's API is in use."
GERMAN = "Die API der aktuellen Plattform wird verwendet."
SPANISH = "Se usa la API de la plataforma actual."
FLOWS = "/api/config/config_entries/flow"


async def choose_language(home: Home, language: object) -> None:
    store = await async_user_store(home.hass, home.login.user.id)
    await store.async_set_item("language", language)


async def findings(home: Home, browser: str | None = None) -> str:
    """Return the findings that the dialog shows to the owner."""
    entry = home.entries[0]
    headers = {"Authorization": f"Bearer {home.token}"}
    if browser is not None:
        headers["Accept-Language"] = browser
    body: dict[str, object] = {"handler": DOMAIN, "entry_id": entry.entry_id}
    async with home.http.post(FLOWS, json=body, headers=headers) as answer:
        assert answer.status == HTTPStatus.OK
        path = f"{FLOWS}/{(await answer.json())['flow_id']}"
    choice = {"next_step_id": "check"}
    async with home.http.post(path, json=choice, headers=headers) as answer:
        step = await answer.json()
    async with home.http.delete(path, headers=headers):
        pass
    text: str = step["description_placeholders"]["findings"]
    return text


async def test_findings_are_in_the_language_of_the_profile(home: Home) -> None:
    await home.live()
    await choose_language(home, {"language": "de"})
    assert GERMAN in await findings(home, "es")


@pytest.mark.parametrize("browser", ["de-DE,de;q=0.9,en;q=0.8", "de", "de;q=1"])
async def test_else_findings_are_in_the_browsers_language(home: Home, browser: str) -> None:
    await home.live()
    assert GERMAN in await findings(home, browser)


@pytest.mark.parametrize("chosen", [None, "de", {}, {"language": None}])
async def test_else_findings_are_in_the_servers_language(home: Home, chosen: object) -> None:
    await home.live()
    home.hass.config.language = "es"
    await choose_language(home, chosen)
    assert SPANISH in await findings(home)


async def test_a_language_without_texts_is_english(home: Home) -> None:
    await home.live()
    assert ENGLISH in await findings(home, "pl")


async def test_both_languages_of_norway_are_bokmal(home: Home) -> None:
    await home.live()
    texts = {await findings(home, code) for code in ("nb-NO", "no", "nn-NO")}
    assert len(texts) == 1
    assert ENGLISH not in texts.pop()


async def test_the_action_answers_in_the_language_of_its_user(home: Home) -> None:
    await home.live()
    await choose_language(home, {"language": "de-AT"})
    device = home.device(home.car())
    assert device is not None
    answer = await home.hass.services.async_call(
        DOMAIN,
        "check",
        {"device_id": device.id},
        blocking=True,
        return_response=True,
        context=Context(user_id=home.login.user.id),
    )
    assert GERMAN in str(answer)


async def test_times_are_written_as_the_language_does(home: Home) -> None:
    await home.live()
    await home.deliver()
    await choose_language(home, {"language": "de"})
    assert f"{dt_util.now():%d.%m.%Y, %H:%M}" in await findings(home)
    assert (
        f"{dt_util.now():%b %-d, %Y}" == time_text(home.hass, dt_util.utcnow()).rpartition(",")[0]
    )


async def test_the_last_delivery_is_told_once(home: Home) -> None:
    await home.live()
    await home.deliver()
    text = await findings(home)
    assert text.count("ast delivery") == 2
    assert "The last delivery arrived" not in text
