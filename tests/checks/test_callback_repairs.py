"""Repairs of the callback URI and its webhook: provoked in the simulator, cured in their flow."""

from http import HTTPStatus

import pytest

from simulator import Kind

from ..home import CALLBACK, ELSEWHERE, PUBLIC, Home

TRIGGER = "tractionbattery-stateofcharge"


async def test_nothing_is_raised_where_all_is_well(home: Home) -> None:
    await home.live()
    await home.deliver()
    await home.pass_hours(26)
    assert await home.raised() == set()


async def test_a_webhook_that_is_never_verified_is_told_after_an_hour(home: Home) -> None:
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


async def test_the_flow_for_a_webhook_that_is_not_verified_shows_the_callback_uri(
    home: Home,
) -> None:
    await home.live(verify=False)
    await home.pass_hours(2)
    step = await home.open_fix("never_verified")
    assert step["description_placeholders"]["callback_uri"] == CALLBACK


async def test_the_flow_for_a_webhook_that_is_not_verified_does_not_close_before_it_is(
    home: Home,
) -> None:
    await home.live(verify=False)
    await home.pass_hours(2)
    result = await home.fix("never_verified")
    assert result["errors"] == {"base": "not_resolved"}
    assert await home.raised() == {"never_verified"}


async def test_a_delivery_proves_a_webhook_that_was_verified_unseen(home: Home) -> None:
    _, webhook = await home.live(verify=False)
    await home.pass_hours(2)
    webhook.verified = True
    await home.deliver()
    assert await home.raised() == set()


async def test_another_external_address_is_told_at_once(home: Home) -> None:
    await home.live()
    await home.deliver()
    await home.move_to(ELSEWHERE)
    assert await home.raised() == {"callback_changed"}


async def test_another_external_address_is_told_where_only_deliveries_proved_the_old_one(
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


async def test_a_webhook_that_follows_to_the_new_address_closes_the_flow(home: Home) -> None:
    _, webhook = await home.live()
    await home.deliver()
    home.sim.routes[ELSEWHERE] = home.sim.routes[PUBLIC]
    await home.move_to(ELSEWHERE)
    step = await home.open_fix("callback_changed")
    uri = step["description_placeholders"]["callback_uri"]
    assert uri == CALLBACK.replace(PUBLIC, ELSEWHERE)
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    webhook.callback_uri = uri
    assert (await home.sim.verify(webhook)).succeeded
    await home.settle()
    assert "callback_changed" not in await home.raised()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "no_url"),
        ("http://home.example", "not_https"),
        ("https://192.168.1.5:8123", "not_public"),
        ("https://homeassistant.local", "not_public"),
    ],
)
async def test_an_address_that_smartcar_cannot_reach_is_told(
    home: Home, address: str | None, reason: str
) -> None:
    await home.live()
    await home.move_to(address)
    assert f"callback_not_public_{reason}" in await home.raised()


async def test_a_public_address_closes_the_flow(home: Home) -> None:
    await home.live()
    await home.move_to("http://home.example")
    step = await home.open_fix("callback_not_public_not_https")
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    await home.hass.config.async_update(external_url=PUBLIC)
    assert (await home.submit(step))["type"] == "create_entry"
    assert await home.raised() == set()


async def test_a_disabled_webhook_is_told_within_a_day(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(26)
    issue = await home.issue("webhook_disabled")
    assert issue["translation_placeholders"]["name"] == webhook.name


async def test_a_webhook_that_was_disabled_before_is_told_an_hour_after_the_start(
    home: Home,
) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    assert await home.raised() == {"webhook_disabled"}


async def test_enabling_the_webhook_closes_the_flow(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    step = await home.open_fix("webhook_disabled")
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    home.sim.set_enabled(webhook, enabled=True)
    assert (await home.submit(step))["type"] == "create_entry"
    assert await home.raised() == set()


async def test_enabling_the_webhook_ends_the_issue_within_a_day(home: Home) -> None:
    _, webhook = await home.live()
    await home.deliver()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    home.sim.set_enabled(webhook, enabled=True)
    await home.pass_hours(25)
    assert await home.raised() == set()


async def test_a_flow_says_that_smartcar_cannot_be_asked(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/webhooks", times=-1)
    assert (await home.fix("webhook_disabled"))["errors"] == {"base": "not_checked"}
    assert await home.raised() == {"webhook_disabled"}


async def test_a_webhook_that_is_gone_is_told(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.delete_webhook(webhook)
    await home.pass_hours(1)
    assert await home.raised() == {"webhook_elsewhere_missing"}


async def test_a_new_webhook_is_taken_over_and_the_cars_are_subscribed_to_it(home: Home) -> None:
    entry, webhook = await home.live()
    home.sim.delete_webhook(webhook)
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_missing")
    new = await home.webhook(name="Another one", verify=True)
    assert (await home.submit(step))["type"] == "create_entry"
    assert entry.data["smartcar_webhook_id"] == new.id
    connection = home.sim.connection(home.sim.current_car)
    assert home.sim.cloud.subscription(new, connection) is not None


async def test_the_webhook_that_points_here_counts_where_the_known_one_points_elsewhere(
    home: Home,
) -> None:
    entry, webhook = await home.live()
    webhook.callback_uri = f"{ELSEWHERE}/"
    new = await home.webhook(name="Another one", verify=True)
    await home.pass_hours(1)
    assert entry.data["smartcar_webhook_id"] == new.id
    assert await home.raised() == set()


async def test_a_webhook_that_points_elsewhere_is_told(home: Home) -> None:
    _, webhook = await home.live()
    webhook.callback_uri = f"{ELSEWHERE}/"
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_elsewhere")
    webhook.callback_uri = CALLBACK
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_redirect_uri_in_the_webhook_is_told(home: Home) -> None:
    _, webhook = await home.live()
    webhook.callback_uri = "https://my.home-assistant.io/redirect/oauth"
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_redirect")
    webhook.callback_uri = CALLBACK
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_redirect_uri_in_a_webhook_that_is_not_known_is_told(home: Home) -> None:
    await home.set_up(home.new_entry(None))
    await home.webhook(callback_uri=f"{PUBLIC}/auth/external/callback")
    await home.pass_hours(1)
    assert "webhook_elsewhere_redirect" in await home.raised()


async def test_an_account_without_a_webhook_that_points_here_is_told(home: Home) -> None:
    await home.set_up(home.new_entry(None))
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_none_here")
    await home.webhook(verify=True)
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_webhook_without_triggers_is_told(home: Home) -> None:
    _, webhook = await home.live(triggers=[])
    await home.pass_hours(1)
    step = await home.open_fix("webhook_incomplete_no_triggers")
    webhook.triggers = (TRIGGER,)
    assert (await home.submit(step))["type"] == "create_entry"


async def test_a_webhook_without_data_is_told(home: Home) -> None:
    _, webhook = await home.live(data=[])
    await home.pass_hours(1)
    step = await home.open_fix("webhook_incomplete_no_data")
    webhook.data = (TRIGGER,)
    assert (await home.submit(step))["type"] == "create_entry"


async def test_triggers_that_a_car_can_never_fire_are_told_with_the_car(home: Home) -> None:
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


async def test_a_subscribed_car_of_which_nothing_arrives_is_told_after_a_day(home: Home) -> None:
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


async def test_a_dynamic_webhook_that_falls_silent_is_told(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    await home.pass_hours(7)
    assert await home.raised() == {"api_v2_end", "deliveries_stopped"}
    assert (await home.fix("deliveries_stopped"))["errors"] == {"base": "not_resolved"}


async def test_the_next_delivery_ends_the_silence(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    await home.pass_hours(7)
    await home.deliver()
    assert await home.raised() == {"api_v2_end"}


async def test_the_current_platform_may_be_silent(home: Home) -> None:
    await home.live()
    await home.deliver()
    await home.pass_hours(30)
    assert await home.raised() == set()


async def test_a_night_with_home_assistant_off_is_no_silence(home: Home) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    await home.deliver()
    await home.restart(entry, hours=9)
    assert await home.raised() == {"api_v2_end"}
    await home.pass_hours(1)
    await home.deliver()
    await home.pass_hours(3)
    assert await home.raised() == {"api_v2_end"}


async def test_a_silence_after_a_night_off_is_told_after_two_hours(home: Home) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    await home.deliver()
    await home.restart(entry, hours=9)
    await home.pass_hours(3)
    assert "deliveries_stopped" in await home.raised()


async def test_a_silence_that_was_told_is_told_again_after_a_restart(home: Home) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    await home.deliver()
    await home.pass_hours(7)
    await home.restart(entry)
    assert "deliveries_stopped" in await home.raised()
