"""The checks: what each finds, and what it cannot tell."""

from http import HTTPStatus
import re
from typing import Any, cast

from homeassistant.helpers import device_registry as dr

from custom_components.smartcar_dynamic.checks.result import Check
from simulator import Car, Kind

from ..entries import DOMAIN
from ..home import ELSEWHERE, PUBLIC, Home


async def found(home: Home, car: Car | None = None) -> dict[str, tuple[str, str]]:
    """Return status and reason by check, as the action answers them for one car."""
    (answer,) = await home.check(car or home.car())
    for result in answer["results"]:
        assert result["text"] != result["reason"], result
        assert not re.search(r"[{}]", result["text"]), result
    return {it["check"]: (it["status"], it["reason"]) for it in answer["results"]}


async def test_all_checks_succeed_in_their_order(home: Home) -> None:
    await home.delivering()
    (answer,) = await home.check(home.car())
    assert answer["ok"] is True
    results = [Check(result["check"]) for result in answer["results"]]
    assert list(dict.fromkeys(results)) == [
        it for it in Check if it not in {Check.STORAGE, Check.ALLOWANCE, Check.ENTRIES}
    ]
    assert {result["status"] for result in answer["results"]} == {"ok"}


async def test_a_car_whose_owner_must_log_in_again_fails(home: Home) -> None:
    await home.delivering()
    await home.revoke(home.car())
    assert (await found(home))["vehicles"] == ("failed", "troubled")


async def test_rejected_credentials_are_found(home: Home) -> None:
    await home.live()
    home.sim.reject_credentials()
    home.sim.expire_tokens()
    results = await found(home)
    assert results["credentials"] == ("failed", "rejected")
    assert results["webhook"] == ("unknown", "unknown")


async def test_an_api_that_is_down_is_unknown(home: Home) -> None:
    await home.live()
    home.sim.fail_api(0, times=-1)
    assert (await found(home))["credentials"] == ("unknown", "unreachable")


async def test_a_list_of_webhooks_that_fails_is_unknown(
    home: Home,
) -> None:
    await home.live()
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/webhooks", times=-1)
    assert (await found(home))["webhook"] == ("unknown", "unreachable")


async def test_an_account_without_cars_is_found(home: Home) -> None:
    await home.live()
    home.sim.remove_car(home.car())
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


async def test_api_v2_lists_neither_webhooks_nor_permissions(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    results = await found(home, home.car(Kind.DYNAMIC))
    assert results["webhook"] == ("unknown", "not_told")
    assert results["vehicles"] == ("ok", "ok")
    assert results["delivery"] == ("unknown", "nothing_yet")
    assert results["signatures"] == ("unknown", "none")


async def test_what_the_grant_does_not_cover_is_found(home: Home) -> None:
    car = home.car()
    await home.live()
    home.sim.set_permissions(car, ["read_battery"])
    await home.deliver()
    assert (await found(home))["vehicles"] == ("ok", "withheld")


async def test_an_address_that_is_not_public_is_found(home: Home) -> None:
    await home.live()
    await home.hass.config.async_update(external_url="http://home.example")
    results = await found(home)
    assert results["callback_uri"] == ("failed", "not_https")
    assert results["answer"] == ("unknown", "unknown")


async def test_an_address_that_is_not_reached_from_inside_is_unknown(home: Home) -> None:
    await home.live()
    home.internet.routes.clear()
    assert (await found(home))["answer"] == ("unknown", "not_from_here")


async def test_something_else_at_the_address_is_found(home: Home) -> None:
    await home.live()
    home.internet.routes[PUBLIC] = "/somewhere/else"
    assert (await found(home))["answer"] == ("failed", "something_else")


async def test_asking_ourselves_verifies_nothing(home: Home) -> None:
    entry, _ = await home.live(verify=False)
    await home.check(home.car())
    assert home.runtime(entry).store.data.status.answered_at is None


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
    assert (await found(home, home.car(Kind.DYNAMIC)))["subscribed"] == ("failed", "refused")


async def test_a_car_that_is_not_subscribed_yet_is_found(home: Home) -> None:
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/webhooks/", times=-1)
    await home.live(Kind.DYNAMIC)
    assert (await found(home, home.car(Kind.DYNAMIC)))["subscribed"] == ("unknown", "not_yet")


async def test_a_car_that_never_delivered_is_found_beside_another(home: Home) -> None:
    second = home.sim.add_car("Second")
    await home.live()
    await home.deliver(home.car())
    assert (await found(home, second))["delivery"] == ("unknown", "never")


async def test_a_dynamic_webhook_after_a_night_off_is_waited_for(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    await home.restart(entry, hours=9)
    (answer,) = await home.check(home.car(Kind.DYNAMIC))
    assert ("delivery", "waiting") in {(it["check"], it["reason"]) for it in answer["results"]}


async def test_another_address_than_the_verified_one_is_found(home: Home) -> None:
    await home.delivering()
    await home.move_to(ELSEWHERE)
    assert (await found(home))["verified"] == ("failed", "other_address")


async def test_a_car_that_left_the_account_is_neither_connected_nor_subscribed(
    home: Home,
) -> None:
    entry, _ = await home.live()
    await home.deliver()
    car = home.car()
    home.sim.add_car("Van")
    home.sim.remove_car(car)
    results = await home.runtime(entry).monitor.async_check()
    reasons = {(it.check, it.reason) for it in results if it.vehicle_id == car.id}
    assert (Check.VEHICLES, "unlisted") in reasons
    assert Check.SUBSCRIBED not in {check for check, _ in reasons}


async def test_a_subscription_ended_at_smartcar_is_renewed_by_the_check(home: Home) -> None:
    _, webhook = await home.live()
    await home.deliver()
    home.sim.unsubscribe(webhook, home.car())
    await home.check(home.car())
    await home.settle()
    assert home.is_subscribed(webhook, home.car())


async def test_subscriptions_that_are_not_told_are_kept(home: Home) -> None:
    entry, webhook = await home.live()
    await home.deliver()
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/subscriptions", times=-1)
    assert (await found(home))["subscribed"] == ("ok", "ok")
    (vehicle,) = home.runtime(entry).coordinator.vehicles.values()
    assert vehicle.subscribed_to == webhook.id


async def test_no_car_is_subscribed_to_a_webhook_that_is_missing(home: Home) -> None:
    _, webhook = await home.live()
    await home.deliver()
    home.sim.delete_webhook(webhook)
    results = await found(home)
    assert results["webhook"] == ("failed", "missing")
    assert "subscribed" not in results
