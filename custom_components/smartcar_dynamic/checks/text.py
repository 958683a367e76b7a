"""Check results as sentences in Home Assistant's language."""

from collections.abc import Iterable, Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from .result import CheckResult, CheckStatus

_MARKS = {CheckStatus.OK: "✅", CheckStatus.FAILED: "❌", CheckStatus.UNKNOWN: "❔"}


async def async_result_text(hass: HomeAssistant, result: CheckResult) -> str:
    """Return what was found and, where it failed, what to do."""
    return await async_common_text(
        hass, result.translation_key, result.placeholders, default=result.reason
    )


async def async_result_list(hass: HomeAssistant, results: Iterable[CheckResult]) -> str:
    """Return results as a list in Markdown: a summary, the failures, and then the rest."""
    results = sorted(results, key=lambda result: result.status is not CheckStatus.FAILED)
    failed = sum(result.status is CheckStatus.FAILED for result in results)
    summary = "check_summary_failed" if failed else "check_summary_ok"
    lines = [f"**{await async_common_text(hass, summary, {'count': str(failed)})}**"]
    lines += [f"{_MARKS[it.status]} {await async_result_text(hass, it)}" for it in results]
    return "\n\n".join(lines)


async def async_common_text(
    hass: HomeAssistant, key: str, placeholders: Mapping[str, str] | None = None, default: str = ""
) -> str:
    """Return a text that Home Assistant does not show by itself."""
    texts = await async_get_translations(hass, hass.config.language, "common", [DOMAIN])
    return texts.get(f"component.{DOMAIN}.common.{key}", default).format_map(placeholders or {})
