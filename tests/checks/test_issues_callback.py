"""Issues of the callback URI and its webhook: when they are raised, and when they end."""

from datetime import timedelta

from homeassistant.util import dt as dt_util
import pytest

from custom_components.smartcar_dynamic.webhook.uri import async_get_callback_uri
from simulator import Kind

from ..cloud import Cloud
from ..entries import WEBHOOK_ID
from ..home import CALLBACK, ELSEWHERE, PUBLIC, Home

SIGNATURES_REJECTED = "signatures_rejected"
TRIGGER = "tractionbattery-stateofcharge"


async def test_nothing_is_raised_where_all_is_well(home: Home) -> None:
    await home.delivering()
    await home.pass_hours(26)
    assert await home.raised() == set()


async def test_an_unverified_webhook_is_reported_after_an_hour(home: Home) -> None:
    await home.live(verify=False)
    assert await home.raised() == set()
    await home.pass_hours(2)
    assert await home.raised() == {"never_verified"}


async def test_verifying_the_webhook_drops_the_issue_by_itself(home: Home) -> None:
    _, webhook = await home.live(verify=False)
    await home.pass_hours(2)
    assert (await home.sim.verify(webhook)).succeeded
    await home.settle()
    assert await home.raised() == set()


async def test_a_delivery_verifies_a_webhook(home: Home) -> None:
    _, webhook = await home.live(verify=False)
    await home.pass_hours(2)
    webhook.verified = True
    await home.deliver()
    assert await home.raised() == set()


async def test_another_external_address_is_reported_at_once(home: Home) -> None:
    await home.delivering()
    await home.move_to(ELSEWHERE)
    assert await home.raised() == {"callback_changed"}


async def test_another_address_is_reported_though_only_deliveries_verified_the_first(
    home: Home,
) -> None:
    _, webhook = await home.live(verify=False)
    webhook.verified = True
    await home.deliver()
    await home.move_to(ELSEWHERE)
    assert await home.raised() == {"callback_changed"}


async def test_the_old_address_ends_the_issue(home: Home) -> None:
    await home.live()
    await home.move_to(ELSEWHERE)
    await home.move_to(PUBLIC)
    assert await home.raised() == set()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "no_url"),
        ("http://home.example", "not_https"),
        ("https://192.168.1.5:8123", "not_public"),
        ("https://homeassistant.local", "not_public"),
    ],
)
async def test_an_address_that_smartcar_cannot_reach_is_reported(
    home: Home, address: str | None, reason: str
) -> None:
    await home.live()
    await home.move_to(address)
    assert f"callback_not_public_{reason}" in await home.raised()


async def test_a_disabled_webhook_is_reported_within_a_day(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(26)
    issue = await home.issue("webhook_disabled")
    assert issue["translation_placeholders"]["name"] == webhook.name


async def test_a_disabled_webhook_is_reported_an_hour_after_the_start(
    home: Home,
) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    assert await home.raised() == {"webhook_disabled"}


async def test_a_webhook_disabled_in_the_day_is_reported_within_hours(home: Home) -> None:
    _, webhook = await home.live()
    await home.pass_hours(1)
    await home.deliver()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(3)
    assert await home.raised() == {"webhook_disabled"}


async def test_enabling_the_webhook_ends_the_issue_within_a_day(home: Home) -> None:
    _, webhook = await home.live()
    await home.deliver()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    home.sim.set_enabled(webhook, enabled=True)
    await home.pass_hours(25)
    assert await home.raised() == set()


async def test_a_missing_webhook_is_reported(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.delete_webhook(webhook)
    await home.pass_hours(1)
    assert await home.raised() == {"webhook_elsewhere_missing"}


async def test_a_webhook_that_points_here_replaces_the_known_one(
    home: Home,
) -> None:
    entry, webhook = await home.live()
    webhook.callback_uri = f"{ELSEWHERE}/"
    new = await home.webhook(name="Another one", verify=True)
    await home.pass_hours(1)
    assert entry.data["smartcar_webhook_id"] == new.id
    assert await home.raised() == set()


async def test_a_webhook_that_points_elsewhere_is_reported(home: Home) -> None:
    _, webhook = await home.live()
    webhook.callback_uri = f"{ELSEWHERE}/"
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_elsewhere")
    webhook.callback_uri = CALLBACK
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_redirect_uri_in_the_webhook_is_reported(home: Home) -> None:
    _, webhook = await home.live()
    webhook.callback_uri = "https://my.home-assistant.io/redirect/oauth"
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_redirect")
    webhook.callback_uri = CALLBACK
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_redirect_uri_in_an_unknown_webhook_is_reported(home: Home) -> None:
    await home.set_up(home.new_entry(None))
    await home.webhook(callback_uri=f"{PUBLIC}/auth/external/callback")
    await home.pass_hours(1)
    assert "webhook_elsewhere_redirect" in await home.raised()


async def test_an_account_without_our_webhook_is_reported(home: Home) -> None:
    await home.set_up(home.new_entry(None))
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_none_here")
    await home.webhook(verify=True)
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_webhook_without_triggers_is_reported(home: Home) -> None:
    _, webhook = await home.live(triggers=[])
    await home.pass_hours(1)
    step = await home.open_fix("webhook_incomplete_no_triggers")
    webhook.triggers = (TRIGGER,)
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_webhook_without_data_is_reported(home: Home) -> None:
    _, webhook = await home.live(data=[])
    await home.pass_hours(1)
    step = await home.open_fix("webhook_incomplete_no_data")
    webhook.data = (TRIGGER,)
    assert (await home.submit(step))["type"] == "create_entry"


async def test_triggers_that_can_never_fire_are_reported_with_the_car(home: Home) -> None:
    _, webhook = await home.live(triggers=["closure-sunroof"])
    await home.deliver()
    await home.pass_hours(1)
    issue = await home.issue("webhook_incomplete_impossible")
    assert issue["translation_placeholders"]["vehicle"] == "Hyundai IONIQ 5"
    assert issue["translation_placeholders"]["signals"] == "closure-sunroof"
    webhook.triggers = (TRIGGER,)
    assert (await home.fix("webhook_incomplete_impossible"))["type"] == "create_entry"


async def test_a_webhook_whose_signals_cannot_be_read_is_not_judged(home: Home) -> None:
    _, webhook = await home.live()
    webhook.triggers = ("?",)
    home.sim.cloud.signals_as_codes = True
    await home.pass_hours(1)
    assert await home.raised() == set()


async def test_a_day_without_any_delivery_is_reported(home: Home) -> None:
    await home.live()
    await home.pass_hours(23)
    assert await home.raised() == set()
    await home.pass_hours(2)
    assert await home.raised() == {"nothing_arrived"}
    assert (await home.fix("nothing_arrived"))["errors"] == {"base": "not_resolved"}


async def test_a_delivery_ends_that_nothing_arrives(home: Home) -> None:
    await home.live()
    await home.pass_hours(25)
    await home.deliver()
    assert await home.raised() == set()


async def test_a_test_delivery_ends_that_nothing_arrives(home: Home) -> None:
    _, webhook = await home.live()
    await home.pass_hours(25)
    await home.sim.send_test(webhook)
    await home.settle()
    assert await home.raised() == set()


async def test_a_dynamic_webhook_that_falls_silent_is_reported(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    await home.pass_hours(7)
    assert await home.raised() == {"api_v2_end", "deliveries_stopped"}
    assert (await home.fix("deliveries_stopped"))["errors"] == {"base": "not_resolved"}


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_that_was_ahead_hides_no_silence(home: Home, *, restarted: bool) -> None:
    home.time.tick(timedelta(days=360))
    entry = await home.delivering(Kind.DYNAMIC)
    home.time.tick(timedelta(days=-360))
    if restarted:
        await home.restart(entry)
    await home.runtime(entry).monitor.async_look()
    home.time.tick(timedelta(hours=7))
    await home.runtime(entry).monitor.async_look()
    assert "deliveries_stopped" in await home.raised()
    assert home.runtime(entry).store.data.subscribed_at == pytest.approx(
        (dt_util.utcnow() - timedelta(hours=7)).timestamp() * 1000, abs=120_000
    )


async def test_the_next_delivery_ends_the_silence(home: Home) -> None:
    await home.delivering(Kind.DYNAMIC)
    await home.pass_hours(7)
    await home.deliver()
    assert await home.raised() == {"api_v2_end"}


async def test_the_current_platform_may_be_silent(home: Home) -> None:
    await home.delivering()
    await home.pass_hours(30)
    assert await home.raised() == set()


async def test_a_night_with_home_assistant_off_is_no_silence(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    await home.restart(entry, hours=9)
    assert await home.raised() == {"api_v2_end"}
    await home.pass_hours(1)
    await home.deliver()
    await home.pass_hours(3)
    assert await home.raised() == {"api_v2_end"}


async def test_silence_after_a_night_off_is_reported_after_two_hours(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    await home.restart(entry, hours=9)
    await home.pass_hours(3)
    assert "deliveries_stopped" in await home.raised()


async def test_reported_silence_is_reported_again_after_a_restart(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    await home.pass_hours(7)
    await home.restart(entry)
    assert "deliveries_stopped" in await home.raised()


# Signatures


async def reject(home: Home) -> None:
    """Refuse three deliveries in a row after a good one."""
    await home.delivering()
    home.sim.faults.corrupt_signatures = -1
    for _ in range(3):
        await home.deliver()


async def test_two_wrong_signatures_may_be_a_strangers(home: Home) -> None:
    await home.delivering()
    home.sim.faults.corrupt_signatures = 2
    await home.deliver()
    assert await home.raised() == set()


async def test_one_wrong_signature_before_the_first_delivery_is_reported(home: Home) -> None:
    await home.live()
    home.sim.faults.corrupt_signatures = -1
    await home.deliver()
    assert await home.raised() == {SIGNATURES_REJECTED}
    home.sim.faults.corrupt_signatures = 0
    await home.deliver()
    assert await home.raised() == set()


async def test_three_wrong_signatures_in_a_row_are_reported(
    home: Home,
) -> None:
    await reject(home)
    placeholders = (await home.issue(SIGNATURES_REJECTED))["translation_placeholders"]
    assert placeholders["count"] == "3"
    assert placeholders["time"]
    assert placeholders["entry"] == "Our cars"


async def test_a_right_signature_ends_the_issue(home: Home) -> None:
    await reject(home)
    assert await home.raised() == {SIGNATURES_REJECTED}
    home.sim.faults.corrupt_signatures = 0
    await home.deliver()
    assert await home.raised() == set()


async def test_wrong_signatures_are_reported_again_after_a_restart(home: Home) -> None:
    await reject(home)
    await home.restart(home.entries[0])
    assert await home.raised() == {SIGNATURES_REJECTED}


async def test_unsigned_requests_are_no_issue(home: Home) -> None:
    await home.live()
    home.sim.faults.missing_signatures = -1
    for _ in range(5):
        await home.deliver()
    assert await home.raised() == set()


# Home Assistant Cloud


async def test_a_cloudhook_that_replaces_the_address_is_reported(home: Home, cloud: Cloud) -> None:
    cloud.is_subscribed = False
    entry = await home.delivering()
    await home.runtime(entry).monitor.async_look()
    cloud.is_subscribed = True
    cloud.notify()
    await home.settle()
    assert await home.raised() == {"callback_changed"}
    step = await home.open_fix("callback_changed")
    assert step["description_placeholders"]["callback_uri"] == cloud.cloudhooks[WEBHOOK_ID]


async def test_a_cloud_that_is_not_connected_yet_changes_nothing(home: Home, cloud: Cloud) -> None:
    home.sim.routes["https://hooks.example"] = home.sim.routes[PUBLIC]
    cloud.is_subscribed = False
    await home.live()
    cloud.is_subscribed = True
    cloud.is_connected = False
    cloud.notify()
    await home.settle()
    assert await home.raised() == set()
    assert (await async_get_callback_uri(home.hass, WEBHOOK_ID)).obstacle == "cloud_disconnected"
