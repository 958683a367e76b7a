"""Check results as sentences."""

from homeassistant.helpers.translation import async_get_translations

from custom_components.smartcar_dynamic.checks.result import Check, CheckResult, CheckStatus
from custom_components.smartcar_dynamic.checks.text import async_result_text

from ..entries import DOMAIN
from ..home import Home


async def test_a_text_that_is_missing_is_its_reason(home: Home) -> None:
    finding = CheckResult(Check.ANSWER, CheckStatus.OK, "nobody_wrote_this")
    assert await async_result_text(home.hass, finding) == "nobody_wrote_this"


async def test_results_are_in_english_in_an_unknown_language(home: Home) -> None:
    await home.live()
    home.hass.config.language = "mi"
    texts = await async_get_translations(home.hass, "en", "common", [DOMAIN])
    finding = CheckResult(Check.ANSWER, CheckStatus.OK, "ok")
    expected = texts[f"component.{DOMAIN}.common.check_answer_ok"]
    assert await async_result_text(home.hass, finding) == expected
