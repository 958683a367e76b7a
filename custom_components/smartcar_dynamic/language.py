"""The language of whoever looks, and times as that language writes them."""

from datetime import datetime

from aiohttp.hdrs import ACCEPT_LANGUAGE
from homeassistant.components.frontend.storage import async_user_store
from homeassistant.components.http import KEY_HASS_USER, current_request
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN

_ISO = "%Y-%m-%d %H:%M"
# What browsers and Home Assistant call the same language.
_SYNONYMS = {"nn": "nb", "no": "nb"}


async def async_user_language(hass: HomeAssistant, user_id: str | None = None) -> str:
    """Return the language of a user, by default of the one whose request is being answered.

    It is the one that the user chose in the profile, else the browser's, else the server's.
    """
    request = current_request.get()
    if user_id is None and request is not None and (user := request.get(KEY_HASS_USER)):
        user_id = user.id
    if user_id is not None:
        chosen = (await async_user_store(hass, user_id)).data.get("language")
        if isinstance(chosen, dict) and (language := chosen.get("language")):
            return _without_region(str(language))
    if request is not None and (accepted := request.headers.get(ACCEPT_LANGUAGE)):
        return _without_region(accepted)
    return hass.config.language


def _without_region(language: str) -> str:
    """Return the first language of a list of tags."""
    code = language.replace(";", ",").partition(",")[0].strip().partition("-")[0].lower()
    return _SYNONYMS.get(code, code)


@callback
def time_text(hass: HomeAssistant, time: datetime, language: str | None = None) -> str:
    """Return a time in Home Assistant's time zone, as a language writes it to the minute.

    The language has to be loaded; the server's is.
    """
    texts = async_get_cached_translations(hass, language or hass.config.language, "common", DOMAIN)
    return dt_util.as_local(time).strftime(texts.get(f"component.{DOMAIN}.common.time", _ISO))
