"""Check results as sentences in the language of whoever reads them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..language import async_user_language, time_text
from .result import Check, CheckResult, CheckStatus

# Only these show that the whole chain works.
_PROOFS = (Check.VERIFIED, Check.SIGNATURES, Check.DELIVERY)
_MARKS = {CheckStatus.OK: "✅", CheckStatus.FAILED: "❌", CheckStatus.UNKNOWN: "💬"}


@callback
def placeholder_texts(
    hass: HomeAssistant, placeholders: Mapping[str, str | datetime], language: str | None = None
) -> dict[str, str]:
    """Return a result's placeholders as texts, by default in the server's language."""
    return {
        name: time_text(hass, value, language) if isinstance(value, datetime) else value
        for name, value in placeholders.items()
    }


async def async_result_text(
    hass: HomeAssistant, result: CheckResult, language: str | None = None
) -> str:
    """Return what was found and, where it failed, what to do."""
    return await async_common_text(
        hass,
        result.translation_key,
        result.placeholders,
        default=result.reason,
        language=language,
    )


async def async_result_list(hass: HomeAssistant, results: Iterable[CheckResult]) -> str:
    """Return results as a list in Markdown: a summary, the failures, and then the rest."""
    results = sorted(
        _without_repetition(results), key=lambda result: result.status is not CheckStatus.FAILED
    )
    failed = sum(result.status is CheckStatus.FAILED for result in results)
    if failed:
        summary = "check_summary_failed"
    elif any(it.status is CheckStatus.UNKNOWN and it.check in _PROOFS for it in results):
        summary = "check_summary_open"
    else:
        summary = "check_summary_ok"
    lines = [f"**{await async_common_text(hass, summary, {'count': str(failed)})}**"]
    lines += [f"{_MARKS[it.status]} {await async_result_text(hass, it)}" for it in results]
    return "\n\n".join(lines)


def _without_repetition(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Leave out the last delivery of all where that of each vehicle is told."""
    results = list(results)
    is_told = any(
        result.check is Check.DELIVERY and "vehicle" in result.placeholders for result in results
    )
    return [
        result
        for result in results
        if not (is_told and result.check is Check.DELIVERY and result.reason == "any")
    ]


async def async_common_text(
    hass: HomeAssistant,
    key: str,
    placeholders: Mapping[str, str | datetime] | None = None,
    default: str = "",
    language: str | None = None,
) -> str:
    """Return a text that Home Assistant does not show by itself.

    Without a language it is that of the user whose request is being answered.
    """
    language = language or await async_user_language(hass)
    texts = await async_get_translations(hass, language, "common", [DOMAIN])
    text = texts.get(f"component.{DOMAIN}.common.{key}", default)
    return text.format_map(placeholder_texts(hass, placeholders or {}, language))
