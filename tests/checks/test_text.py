"""Check results as sentences."""

from homeassistant.helpers.translation import async_get_translations

from custom_components.smartcar_dynamic.checks.result import Check, CheckResult, CheckStatus
from custom_components.smartcar_dynamic.checks.text import async_result_list, async_result_text

from ..entries import DOMAIN
from ..home import Home
from ..smartcar.payloads import error
from ..webhook_client import WebhookClient

EVIL = "[x](javascript:alert(1)) <img src=x> {entry} `code` **bold**"
REAUTHENTICATE = {"type": "CONNECTED_SERVICES_ACCOUNT", "code": "AUTHENTICATION_FAILED"}


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


async def test_a_vehicles_name_is_no_markdown(home: Home, smartcar: WebhookClient) -> None:
    entry, _ = await home.live()
    payload = error(REAUTHENTICATE, meta={"version": "4.0", "mode": "LIVE"})
    payload["data"]["vehicle"] = {"id": "an-odd-vehicle", "make": "ACME", "model": EVIL}
    await smartcar.with_token(entry.data["management_token"]).deliver(payload)
    await home.settle()
    issue = await home.issue("reauthentication_required")
    results = await async_result_list(home.hass, await home.runtime(entry).monitor.async_check())
    for text in (issue["translation_placeholders"]["vehicle"], results):
        assert "javascript" in text
        assert "[x]" not in text
        assert "<img" not in text


async def test_the_summary_says_whether_all_is_proven(home: Home) -> None:
    entry, _ = await home.live()
    texts = await async_get_translations(home.hass, "en", "common", [DOMAIN])

    async def summary() -> str:
        results = await home.runtime(entry).monitor.async_check()
        return (await async_result_list(home.hass, results)).split("**")[1]

    assert await summary() == texts[f"component.{DOMAIN}.common.check_summary_open"]
    await home.deliver()
    assert await summary() == texts[f"component.{DOMAIN}.common.check_summary_ok"]
