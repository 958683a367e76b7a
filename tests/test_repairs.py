"""The fix flows of repair issues: each verifies that the problem is gone before it closes."""

from http import HTTPStatus
from typing import Any

from aiohttp import ClientSession
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Kind

from .cloud import Cloud
from .entries import WEBHOOK_ID
from .home import CALLBACK, ELSEWHERE, PUBLIC, Home
from .smartcar.payloads import error
from .webhook_client import WebhookClient

REAUTHENTICATE = "reauthentication_required"
SIGNATURES_REJECTED = "signatures_rejected"
DYNAMIC_AND = {"api_v2_end"}


# The callback URI and the webhook


async def test_the_flow_for_an_unverified_webhook_shows_the_callback_uri(
    home: Home,
) -> None:
    await home.live(verify=False)
    await home.pass_hours(2)
    step = await home.open_fix("never_verified")
    assert step["description_placeholders"]["callback_uri"] == CALLBACK


async def test_the_flow_stays_open_until_the_webhook_is_verified(
    home: Home,
) -> None:
    await home.live(verify=False)
    await home.pass_hours(2)
    result = await home.fix("never_verified")
    assert result["errors"] == {"base": "not_resolved"}
    assert await home.raised() == {"never_verified"}


async def test_a_webhook_that_follows_the_address_closes_the_flow(home: Home) -> None:
    entry = await home.delivering()
    webhook = home.webhook_of(entry)
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


async def test_a_public_address_closes_the_flow(home: Home) -> None:
    await home.live()
    await home.move_to("http://home.example")
    step = await home.open_fix("callback_not_public_not_https")
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    await home.hass.config.async_update(external_url=PUBLIC)
    assert (await home.submit(step))["type"] == "create_entry"
    assert await home.raised() == set()


async def test_enabling_the_webhook_closes_the_flow(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    step = await home.open_fix("webhook_disabled")
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    home.sim.set_enabled(webhook, enabled=True)
    assert (await home.submit(step))["type"] == "create_entry"
    assert await home.raised() == set()


async def test_a_flow_says_that_smartcar_cannot_be_asked(home: Home) -> None:
    _, webhook = await home.live()
    home.sim.set_enabled(webhook, enabled=False)
    await home.pass_hours(1)
    home.sim.fail_api(HTTPStatus.BAD_GATEWAY, path="/webhooks", times=-1)
    assert (await home.fix("webhook_disabled"))["errors"] == {"base": "not_checked"}
    assert await home.raised() == {"webhook_disabled"}


async def test_cars_are_subscribed_to_a_new_webhook_at_once(home: Home) -> None:
    entry, webhook = await home.live()
    home.sim.delete_webhook(webhook)
    await home.pass_hours(1)
    step = await home.open_fix("webhook_elsewhere_missing")
    new = await home.webhook(name="Another one", verify=True)
    assert (await home.submit(step))["type"] == "create_entry"
    assert entry.data["smartcar_webhook_id"] == new.id
    connection = home.sim.connection(home.car())
    assert home.sim.cloud.subscription(new, connection) is not None


async def test_the_flow_shows_a_dash_where_there_is_no_address(home: Home, cloud: Cloud) -> None:
    cloud.is_subscribed = False
    await home.live(verify=False)
    await home.pass_hours(2)
    cloud.is_subscribed = True
    cloud.is_connected = False
    step = await home.open_fix("never_verified")
    assert step["description_placeholders"]["callback_uri"] == "-"


# The management token


async def live_and_rejected(
    home: Home, *, signing_key_too: bool = True
) -> tuple[MockConfigEntry, str]:
    """Regenerate the management token in the dashboard, and let three deliveries be refused."""
    entry = await home.delivering()
    token = home.sim.rotate_management_token(Kind.CURRENT, signing_key_too=signing_key_too)
    if not signing_key_too:
        home.sim.application(Kind.CURRENT).signing_key = "a key that nobody has"
    for _ in range(3):
        await home.deliver()
    return entry, token


async def test_the_right_token_closes_the_flow(home: Home) -> None:
    entry, token = await live_and_rejected(home)
    result = await home.fix(SIGNATURES_REJECTED, management_token=f" {token}\n")
    assert result["type"] == "create_entry"
    assert entry.data["management_token"] == token
    assert await home.raised() == set()


async def test_a_strangers_signatures_do_not_keep_the_token_out(home: Home) -> None:
    entry, token = await live_and_rejected(home)
    for _ in range(9):
        await home.http.post(
            f"/api/webhook/{WEBHOOK_ID}",
            data=b'{"eventType":"VEHICLE_STATE"}',
            headers={"SC-Signature": "0" * 64},
        )
    result = await home.fix(SIGNATURES_REJECTED, management_token=token)
    assert result["type"] == "create_entry"
    assert entry.data["management_token"] == token


async def test_an_owner_can_insist_on_a_token(home: Home) -> None:
    entry, token = await live_and_rejected(home, signing_key_too=False)
    step = await home.open_fix(SIGNATURES_REJECTED)
    step = await home.submit(step, management_token=token)
    assert step["errors"] == {"management_token": "wrong_management_token"}
    assert (await home.submit(step, management_token=token))["type"] == "create_entry"
    assert entry.data["management_token"] == token


async def test_a_look_alike_of_the_token_is_named(home: Home) -> None:
    entry, _ = await live_and_rejected(home)
    step = await home.open_fix(SIGNATURES_REJECTED)
    step = await home.submit(step, management_token=entry.data["client_secret"])
    assert step["errors"] == {"management_token": "is_the_client_secret"}


async def test_deliveries_arrive_with_the_right_token(home: Home) -> None:
    entry, token = await live_and_rejected(home)
    before = home.runtime(entry).store.data.status.deliveries["state"]
    await home.fix(SIGNATURES_REJECTED, management_token=token)
    await home.deliver()
    assert home.runtime(entry).store.data.status.deliveries["state"] == before + 1
    assert await home.raised() == set()


async def test_a_wrong_token_is_refused_at_its_field(home: Home) -> None:
    entry, token = await live_and_rejected(home)
    result = await home.fix(SIGNATURES_REJECTED, management_token="another-token")
    assert result["errors"] == {"management_token": "wrong_management_token"}
    assert entry.data["management_token"] not in {token, "another-token"}
    assert await home.raised() == {SIGNATURES_REJECTED}


async def test_the_right_token_is_refused_while_smartcars_key_differs(home: Home) -> None:
    _, token = await live_and_rejected(home, signing_key_too=False)
    result = await home.fix(SIGNATURES_REJECTED, management_token=token)
    assert result["errors"] == {"management_token": "wrong_management_token"}


# The owner's login


async def log_in(step: dict[str, Any]) -> None:
    """Follow the flow's link and log in."""
    async with (
        ClientSession() as session,
        session.post(step["description_placeholders"]["url"], data={"action": "allow"}) as page,
    ):
        assert page.status == HTTPStatus.OK
        assert "Connected" in await page.text()


@pytest.mark.parametrize("kind", [Kind.DYNAMIC, Kind.CURRENT])
async def test_a_login_at_connect_ends_the_issue(home: Home, kind: Kind) -> None:
    await home.delivering(kind)
    car = home.car(kind)
    await home.revoke(car)
    step = await home.open_fix(REAUTHENTICATE)
    await log_in(step)
    await home.settle()
    assert REAUTHENTICATE not in await home.raised()


async def test_the_flow_stays_open_until_the_owner_logs_in(home: Home) -> None:
    await home.delivering()
    car = home.car()
    await home.revoke(car)
    step = await home.open_fix(REAUTHENTICATE)
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    await log_in(step)
    await home.settle()
    assert (await home.submit(step))["type"] == "create_entry"


async def test_without_an_application_the_flow_leads_to_my_smartcar(
    home: Home,
) -> None:
    await home.delivering()
    car = home.car()
    await home.revoke(car)
    home.runtime(home.entries[0]).store.data.application_id = None
    home.sim.fail_api(HTTPStatus.NOT_FOUND, path="/applications", times=-1)
    step = await home.open_fix(REAUTHENTICATE)
    assert step["description_placeholders"]["url"] == "https://my.smartcar.com"


@pytest.mark.parametrize("url", ["https://[", "https://connect.smartcar.com/?client_id=an-app"])
async def test_the_flow_opens_whatever_url_an_error_has(
    home: Home, smartcar: WebhookClient, url: str
) -> None:
    entry, _ = await home.live()
    payload = error(
        {
            "type": "CONNECTED_SERVICES_ACCOUNT",
            "code": "AUTHENTICATION_FAILED",
            "resolution": {"type": "REAUTHENTICATE", "url": url},
        },
        meta={"version": "4.0", "mode": "LIVE"},
    )
    await smartcar.with_token(entry.data["management_token"]).deliver(payload)
    await home.settle()
    home.runtime(entry).store.data.application_id = None
    home.sim.fail_api(HTTPStatus.NOT_FOUND, path="/applications", times=-1)
    step = await home.open_fix(REAUTHENTICATE)
    assert step["description_placeholders"]["url"].startswith("http")


# A car that left the account


async def test_the_flow_deletes_the_car(home: Home) -> None:
    await home.delivering()
    car = home.car()
    home.sim.remove_car(car)
    await home.pass_hours(25)
    assert (await home.fix("vehicle_gone"))["type"] == "create_entry"
    assert home.device(car) is None
    assert await home.raised() == set()


async def test_the_flow_leaves_a_car_that_has_come_back(home: Home) -> None:
    await home.delivering()
    car = home.car()
    connection = home.sim.connection(car)
    home.sim.remove_car(car)
    await home.pass_hours(25)
    step = await home.open_fix("vehicle_gone")
    application = home.sim.application(Kind.CURRENT)
    home.sim.cloud.connect(application, connection.owner_id, car, connection.permissions)
    assert (await home.submit(step))["type"] == "create_entry"
    assert home.device(car) is not None


async def test_the_flow_deletes_nothing_while_smartcar_cannot_be_asked(home: Home) -> None:
    await home.delivering()
    car = home.car()
    home.sim.remove_car(car)
    await home.pass_hours(25)
    home.sim.fail_api(0, times=-1)
    step = await home.open_fix("vehicle_gone")
    assert (await home.submit(step))["errors"] == {"base": "not_checked"}
    assert home.device(car) is not None


async def test_the_flow_takes_note_that_the_device_was_deleted_meanwhile(home: Home) -> None:
    await home.delivering()
    car = home.car()
    home.sim.remove_car(car)
    await home.pass_hours(25)
    step = await home.open_fix("vehicle_gone")
    assert (await home.remove_device(car))["success"]
    assert (await home.submit(step))["type"] == "create_entry"
    assert await home.raised() == set()


# A car that Smartcar does not subscribe


async def live_and_refused(home: Home) -> None:
    """Have a car that the plan does not cover."""
    home.sim.fail_api(430, path="/webhooks/", times=-1, problem="BILLING.VEHICLE_LIMIT")
    await home.live(Kind.DYNAMIC)


async def test_the_flow_tries_to_subscribe_again(home: Home) -> None:
    await live_and_refused(home)
    car = home.car(Kind.DYNAMIC)
    step = await home.open_fix("subscription_refused")
    assert (await home.submit(step))["errors"] == {"base": "not_resolved"}
    home.sim.clear_faults()
    assert (await home.submit(step))["type"] == "create_entry"
    webhook = home.sim.webhook("Dynamic webhook")
    assert home.sim.cloud.subscription(webhook, home.sim.connection(car)) is not None
    assert await home.raised() == DYNAMIC_AND


# The end of API v2.0


async def test_the_end_of_api_v2_leads_to_the_reconfigure_flow(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    result = await home.fix("api_v2_end")
    assert result["type"] == "abort"
    assert result["next_flow"][0] == "config_flow"
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["flow_id"] == result["next_flow"][1]
    assert (flow["context"]["source"], flow["step_id"]) == ("reconfigure", "move")
    assert await home.raised() == {"api_v2_end"}


# An entry that is not loaded


async def test_the_flow_of_an_unloaded_entry_just_closes(home: Home) -> None:
    entry = await home.delivering()
    await home.revoke(home.car())
    await home.unload(entry)
    assert (await home.fix("reauthentication_required"))["type"] == "create_entry"
