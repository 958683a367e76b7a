"""The chain of proofs: as an action, as a step of the reconfigure flow, and as texts."""

from http import HTTPStatus
import re
from typing import Any, cast

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations
import pytest
import voluptuous as vol

from custom_components.smartcar_dynamic.checks.result import Check, CheckResult, CheckStatus
from custom_components.smartcar_dynamic.checks.text import async_result_text
from simulator import Car, Kind

from ..home import DOMAIN, ELSEWHERE, PUBLIC, Home


async def check(home: Home, *cars: Car) -> dict[str, Any]:
    """Call the action for cars; return its answer."""
    devices = [device.id for car in cars if (device := home.device(car))]
    answer = await home.hass.services.async_call(
        DOMAIN, "check", {"device_id": devices}, blocking=True, return_response=True
    )
    return cast("dict[str, Any]", answer)


async def found(home: Home, car: Car | None = None) -> dict[str, tuple[str, str]]:
    """Return outcome and reason by proof, as the action answers them for one car."""
    (answer,) = (await check(home, car or home.sim.current_car)).values()
    for result in answer["results"]:
        assert result["text"] != result["reason"], result
        assert not re.search(r"[{}]", result["text"]), result
    return {it["check"]: (it["status"], it["reason"]) for it in answer["results"]}


async def test_where_all_is_well_every_proof_is_and_in_its_order(home: Home) -> None:
    await home.live()
    await home.deliver()
    (answer,) = (await check(home, home.sim.current_car)).values()
    assert answer["ok"] is True
    proofs = [Check(result["check"]) for result in answer["results"]]
    assert list(dict.fromkeys(proofs)) == [
        it for it in Check if it not in {Check.STORAGE, Check.ALLOWANCE}
    ]
    assert {result["status"] for result in answer["results"]} == {"ok"}


async def test_a_car_whose_owner_must_log_in_again_is_not_well(home: Home) -> None:
    await home.live()
    await home.deliver()
    home.sim.revoke(home.sim.current_car)
    await home.deliver()
    assert (await found(home))["vehicles"] == ("failed", "troubled")


async def test_the_check_is_free(home: Home) -> None:
    await home.live()
    await home.deliver()
    home.sim.cloud.meter.reset()
    await check(home, home.sim.current_car)
    assert home.sim.cloud.meter.billed.total() == 0
    assert home.sim.cloud.meter.unbilled <= 3


async def test_two_cars_of_one_entry_are_checked_at_once(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    await home.deliver()
    home.sim.cloud.meter.reset()
    answers = await check(home, home.sim.current_car, second)
    assert len(answers) == 2
    assert home.sim.cloud.meter.unbilled <= 3


async def test_a_car_is_told_nothing_of_another(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    await home.deliver()
    first = home.sim.current_car
    home.sim.remove_car(second)
    await home.pass_hours(7)
    answers = await check(home, first)
    (answer,) = answers.values()
    assert answer["ok"] is True
    (answer,) = (await check(home, second)).values()
    assert answer["ok"] is False


async def test_the_check_needs_a_response_to_be_asked_for(home: Home) -> None:
    await home.live()
    device = home.device(home.sim.current_car)
    assert device is not None
    with pytest.raises(ServiceValidationError):
        await home.hass.services.async_call(
            DOMAIN, "check", {"device_id": device.id}, blocking=True
        )


async def test_the_check_wants_a_device(home: Home) -> None:
    await home.live()
    with pytest.raises(vol.Invalid):
        await home.hass.services.async_call(
            DOMAIN, "check", {}, blocking=True, return_response=True
        )


async def _fails(home: Home, device_id: str, key: str) -> str:
    with pytest.raises(ServiceValidationError) as error:
        await home.hass.services.async_call(
            DOMAIN, "check", {"device_id": device_id}, blocking=True, return_response=True
        )
    assert error.value.translation_domain == DOMAIN
    assert error.value.translation_key == key
    return str(error.value)


async def test_a_device_that_is_unknown_is_said_to_be_no_car(home: Home) -> None:
    await home.live()
    assert "nobody's" in await _fails(home, "nobody's", "no_vehicle")


async def test_a_device_of_another_integration_is_said_to_be_no_car(home: Home) -> None:
    entry, _ = await home.live()
    device = dr.async_get(home.hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("another", "thing")}
    )
    await _fails(home, device.id, "no_vehicle")


async def test_a_car_whose_entry_is_not_loaded_is_said_to_be_that(home: Home) -> None:
    entry, _ = await home.live()
    device = home.device(home.sim.current_car)
    assert device is not None
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert "Hyundai IONIQ 5" in await _fails(home, device.id, "not_loaded")


async def test_rejected_credentials_are_found(home: Home) -> None:
    await home.live()
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    proofs = await found(home)
    assert proofs["credentials"] == ("failed", "rejected")
    assert proofs["webhook"] == ("unknown", "unknown")


async def test_an_api_that_is_down_proves_nothing(home: Home) -> None:
    await home.live()
    home.sim.fail_api(0, times=-1)
    assert (await found(home))["credentials"] == ("unknown", "unreachable")


async def test_an_api_that_does_not_tell_its_webhooks_proves_nothing_about_them(
    home: Home,
) -> None:
    await home.live()
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/webhooks", times=-1)
    assert (await found(home))["webhook"] == ("unknown", "unreachable")


async def test_an_account_without_cars_is_found(home: Home) -> None:
    await home.live()
    home.sim.remove_car(home.sim.current_car)
    device_id = next(
        it.id
        for it in dr.async_entries_for_config_entry(
            dr.async_get(home.hass), home.entries[0].entry_id
        )
    )
    answer = cast(
        "dict[str, Any]",
        await home.hass.services.async_call(
            DOMAIN, "check", {"device_id": device_id}, blocking=True, return_response=True
        ),
    )
    reasons = {(it["check"], it["reason"]) for it in answer[device_id]["results"]}
    assert ("vehicles", "none") in reasons


async def test_api_v2_does_not_tell_of_webhooks_and_grants(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    proofs = await found(home, home.sim.dynamic_car)
    assert proofs["webhook"] == ("unknown", "not_told")
    assert proofs["vehicles"] == ("ok", "ok")
    assert proofs["delivery"] == ("unknown", "nothing_yet")
    assert proofs["signatures"] == ("unknown", "none")


async def test_what_the_grant_does_not_cover_is_found(home: Home) -> None:
    car = home.sim.current_car
    await home.live()
    home.sim.set_permissions(car, ["read_battery"])
    await home.deliver()
    assert (await found(home))["vehicles"] == ("ok", "withheld")


async def test_an_address_that_is_not_public_is_found(home: Home) -> None:
    await home.live()
    await home.hass.config.async_update(external_url="http://home.example")
    proofs = await found(home)
    assert proofs["callback_uri"] == ("failed", "not_https")
    assert proofs["answer"] == ("unknown", "unknown")


async def test_an_address_that_is_not_reached_from_inside_proves_nothing(home: Home) -> None:
    await home.live()
    home.internet.routes.clear()
    assert (await found(home))["answer"] == ("unknown", "not_from_here")


async def test_something_else_at_the_address_is_found(home: Home) -> None:
    await home.live()
    home.internet.routes[PUBLIC] = "/somewhere/else"
    assert (await found(home))["answer"] == ("failed", "something_else")


async def test_asking_ourselves_verifies_nothing(home: Home) -> None:
    entry, _ = await home.live(verify=False)
    await check(home, home.sim.current_car)
    assert home.data(entry).store.data.status.answered_at is None


async def test_a_webhook_that_hides_its_signals_is_not_judged(home: Home) -> None:
    _, webhook = await home.live()
    webhook.triggers = ("?",)
    home.sim.cloud.signals_as_codes = True
    assert (await found(home))["signals"] == ("unknown", "unknown")


async def test_wrong_signatures_are_found(home: Home) -> None:
    await home.live()
    home.sim.faults.corrupt_signatures = -1
    for _ in range(3):
        await home.deliver()
    assert (await found(home))["signatures"] == ("failed", "wrong")


async def test_a_car_that_is_refused_is_found(home: Home) -> None:
    home.sim.fail_api(430, path="/webhooks/", times=-1, problem="VEHICLE_LIMIT")
    await home.live(Kind.DYNAMIC)
    assert (await found(home, home.sim.dynamic_car))["subscribed"] == ("failed", "refused")


async def test_a_car_that_is_not_subscribed_yet_is_found(home: Home) -> None:
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/webhooks/", times=-1)
    await home.live(Kind.DYNAMIC)
    assert (await found(home, home.sim.dynamic_car))["subscribed"] == ("unknown", "not_yet")


async def test_a_car_that_has_never_delivered_is_found_beside_one_that_has(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    await home.deliver(home.sim.current_car)
    assert (await found(home, second))["delivery"] == ("unknown", "never")


async def test_a_dynamic_webhook_after_a_night_off_is_waited_for(home: Home) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    await home.deliver()
    await home.restart(entry, hours=9)
    (answer,) = (await check(home, home.sim.dynamic_car)).values()
    assert ("delivery", "waiting") in {(it["check"], it["reason"]) for it in answer["results"]}


async def test_another_address_than_the_verified_one_is_found(home: Home) -> None:
    await home.live()
    await home.deliver()
    await home.move_to(ELSEWHERE)
    assert (await found(home))["verified"] == ("failed", "other_address")


async def test_the_check_adds_a_car_that_is_new(home: Home) -> None:
    await home.live()
    car = home.sim.add_car("Second")
    await check(home, home.sim.current_car)
    await home.settle()
    assert home.device(car) is not None


async def test_the_check_step_lists_every_finding(home: Home) -> None:
    entry, _ = await home.live()
    await home.deliver()
    step = await entry.start_reconfigure_flow(home.hass)
    step = await home.hass.config_entries.flow.async_configure(
        step["flow_id"], {"next_step_id": "check"}
    )
    placeholders = step["description_placeholders"]
    assert placeholders is not None
    lines = placeholders["findings"].split("\n\n")
    summary, *lines = lines
    assert summary == "**Everything that was checked works.**"
    assert all(line[0] == "✅" for line in lines)
    assert len(lines) == len(home.data(entry).monitor.results)
    home.hass.config_entries.flow.async_abort(step["flow_id"])


async def test_a_text_that_is_missing_is_its_reason(home: Home) -> None:
    finding = CheckResult(Check.ANSWER, CheckStatus.OK, "nobody_wrote_this")
    assert await async_result_text(home.hass, finding) == "nobody_wrote_this"


async def test_a_language_that_we_do_not_have_is_told_in_english(home: Home) -> None:
    await home.live()
    home.hass.config.language = "mi"
    texts = await async_get_translations(home.hass, "en", "common", [DOMAIN])
    finding = CheckResult(Check.ANSWER, CheckStatus.OK, "ok")
    expected = texts[f"component.{DOMAIN}.common.check_answer_ok"]
    assert await async_result_text(home.hass, finding) == expected
