"""Findings as sentences in Home Assistant's language."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .check import Finding, Outcome
from .const import DOMAIN

_MARKS = {Outcome.OK: "✅", Outcome.FAILED: "❌", Outcome.UNKNOWN: "❓"}


async def async_text(hass: HomeAssistant, finding: Finding) -> str:
    """Return what was seen and, where it failed, what to do."""
    texts = await async_get_translations(hass, hass.config.language, "common", [DOMAIN])
    text = texts.get(f"component.{DOMAIN}.common.{finding.translation_key}", finding.reason)
    return text.format_map(finding.placeholders)


async def async_list(hass: HomeAssistant, findings: Iterable[Finding]) -> str:
    """Return findings as a list in Markdown."""
    lines = [f"{_MARKS[finding.outcome]} {await async_text(hass, finding)}" for finding in findings]
    return "\n\n".join(lines)
