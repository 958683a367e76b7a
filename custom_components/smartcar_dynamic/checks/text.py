"""Check results as sentences in Home Assistant's language."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from .result import CheckResult, CheckStatus

_MARKS = {CheckStatus.OK: "✅", CheckStatus.FAILED: "❌", CheckStatus.UNKNOWN: "❓"}


async def async_result_text(hass: HomeAssistant, result: CheckResult) -> str:
    """Return what was found and, where it failed, what to do."""
    texts = await async_get_translations(hass, hass.config.language, "common", [DOMAIN])
    text = texts.get(f"component.{DOMAIN}.common.{result.translation_key}", result.reason)
    return text.format_map(result.placeholders)


async def async_result_list(hass: HomeAssistant, results: Iterable[CheckResult]) -> str:
    """Return results as a list in Markdown."""
    lines = [
        f"{_MARKS[result.status]} {await async_result_text(hass, result)}" for result in results
    ]
    return "\n\n".join(lines)
