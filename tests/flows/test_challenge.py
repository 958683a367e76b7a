"""Smartcar's challenge is answered while a flow is open."""

import asyncio

from homeassistant.components.webhook import async_generate_path

from custom_components.smartcar_dynamic.config_flow import SmartcarConfigFlow

from ..cloud import Cloud
from ..entries import WEBHOOK_ID
from ..home import PUBLIC, Home
from ..webhook_client import signature


async def test_a_delivery_before_the_entry_exists_must_come_again(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    home.sim.subscribe(webhook, home.car())
    (delivery, *_) = await home.sim.deliver()
    assert delivery.status == 503
    await dialog.close()


async def test_a_stranger_is_refused_before_the_entry_exists(home: Home) -> None:
    dialog = await home.at_callback()
    path = dialog.callback_uri.removeprefix(PUBLIC)
    async with home.http.post(path, json={"eventType": "VEHICLE_STATE"}) as answer:
        assert answer.status == 401
    await dialog.close()


async def test_the_new_entry_knows_that_its_callback_was_verified(home: Home) -> None:
    dialog = await home.at_callback()
    dialog, webhook = await home.verified(dialog)
    entry = await home.finished(dialog)
    status = home.runtime(entry).store.data.status
    assert status.confirmed_at is not None
    assert status.answered_uri == webhook.callback_uri


async def test_deliveries_go_on_while_a_flow_waits_for_the_challenge(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "callback")
    await dialog.submit()
    deliveries = await home.sim.deliver()
    assert [it.status for it in deliveries] == [204]
    await dialog.close()
    assert home.webhook_ids() == {WEBHOOK_ID}
    assert (await home.sim.verify(home.webhook_of(entry))).succeeded


async def test_the_wait_outlives_a_reload_of_the_entry(
    home: Home,
) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "callback")
    await home.wait_in_vain(dialog)
    await home.reload(entry)
    await dialog.choose("wait")
    assert (await home.sim.verify(home.webhook_of(entry))).succeeded
    await dialog.confirm()
    await home.reconfigured(dialog, entry)


async def test_the_challenge_may_come_after_waiting_again(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    webhook = await home.webhook_for(dialog)
    await dialog.choose("wait")
    assert dialog.step == "wait"
    assert (await home.sim.verify(webhook)).succeeded
    await home.finished(await dialog.confirm())


async def test_a_challenge_that_comes_late_is_still_taken(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    webhook = await home.webhook_for(dialog, verify=True)
    await dialog.choose("webhook")
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id


async def test_what_is_verified_later_is_answered_by_the_entry(home: Home) -> None:
    dialog = await home.wait_in_vain(await home.at_callback())
    webhook = await home.webhook_for(dialog)
    await dialog.choose("webhook")
    entry = await home.finished(dialog)
    assert entry.data["smartcar_webhook_id"] == webhook.id
    assert home.runtime(entry).store.data.status.answered_at is None
    assert (await home.sim.verify(webhook)).succeeded
    await home.settle()
    assert home.runtime(entry).store.data.status.answered_at is not None


async def test_closing_one_dialog_leaves_the_other_waiting(home: Home) -> None:
    entry = await home.delivering()
    first = await home.reconfigure(entry, "callback")
    second = await home.reconfigure(entry, "callback")
    await first.submit()
    await second.submit()
    await second.close()
    assert (await home.sim.verify(home.webhook_of(entry))).succeeded
    await first.confirm()
    assert first.reason == "reconfigure_successful"


async def test_the_newest_dialogs_token_answers(home: Home) -> None:
    entry = await home.delivering()
    first = await home.reconfigure(entry, "application")
    await first.submit(**home.values_v3(home.dynamic))
    second = await home.reconfigure(entry, "callback")
    await second.submit()
    assert (await home.sim.verify(home.webhook_of(entry))).succeeded
    await second.close()
    webhook = await home.webhook_for(first, application=home.dynamic)
    await first.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await first.close()


async def test_a_token_that_is_submitted_twice_answers(home: Home, cloud: Cloud) -> None:
    values = home.values_v3(management_token="not-the-right-one")
    dialog = await (await home.add("current")).submit(**values)
    (webhook_id,) = cloud.cloudhooks
    path = async_generate_path(webhook_id)
    challenge = {"eventType": "VERIFY", "data": {"challenge": "challenge_1"}}
    async with home.http.post(path, json=challenge) as answer:
        assert answer.status == 200
    await dialog.submit()
    await dialog.settle()
    await dialog.submit(verification="failed")
    # Creating another takes so long that a second click arrives.
    cloud.cloudhooks.clear()
    token = home.current.management_token
    await asyncio.gather(*(dialog.submit(management_token=token) for _ in range(2)))
    assert dialog.step == "callback"
    async with home.http.post(path, json=challenge) as answer:
        assert await answer.json() == {"challenge": signature(b"challenge_1", token)}
    await dialog.close()
    assert home.webhook_ids() == set()


def test_a_flow_without_a_verification_has_none_to_stop() -> None:
    flow = SmartcarConfigFlow()
    flow._stop_verification()
    assert flow._verification is None


async def test_two_flows_at_one_entry_both_see_the_challenge(home: Home) -> None:
    entry, webhook = await home.live()
    first = await home.reconfigure(entry, "callback")
    second = await home.reconfigure(entry, "callback")
    await first.submit()
    await second.submit()
    assert (await home.sim.verify(webhook)).succeeded
    await first.settle()
    assert first.step == "verified"
    await second.look()
    assert second.step == "verified"


async def test_closing_one_flow_leaves_the_other_its_challenge(home: Home) -> None:
    entry, webhook = await home.live()
    first = await home.reconfigure(entry, "callback")
    second = await home.reconfigure(entry, "callback")
    await first.submit()
    await second.close()
    assert (await home.sim.verify(webhook)).succeeded
    await first.settle()
    assert first.step == "verified"
