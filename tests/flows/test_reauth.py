"""Logging in again: the same entry, the same entities."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Kind

from ..home import Home

V2_TOKENS = ("access_token", "refresh_token")


async def test_a_new_secret_is_taken(home: Home) -> None:
    entry = await home.delivering()
    before = er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id)
    home.current.m2m_secret = "a-new-secret"
    dialog = await home.reauth(entry)
    assert dialog.step == "reauth_confirm"
    assert dialog.suggested("client_id") == home.current.m2m_id
    await dialog.submit(client_id=home.current.m2m_id, client_secret="a-new-secret")
    assert dialog.reason == "reauth_successful"
    await home.settle()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["client_secret"] == "a-new-secret"
    assert entry.unique_id == home.current.m2m_id
    assert er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id) == before


async def test_new_tokens_of_a_dynamic_webhook_are_taken(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    home.sim.revoke_tokens(Kind.DYNAMIC)
    dialog = await home.reauth(entry)
    values = home.values_v2()
    await dialog.submit(client_id=values["client_id"], **{name: values[name] for name in V2_TOKENS})
    assert dialog.reason == "reauth_successful"
    await home.settle()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["client_secret"] == home.dynamic.client_secret
    assert entry.unique_id == entry.data["smartcar_webhook_id"]


async def test_wrong_credentials_are_rejected_and_may_be_mended(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reauth(entry)
    await dialog.submit(client_id=home.current.m2m_id, client_secret="wrong")
    assert dialog.errors == {"client_id": "invalid_client"}
    await dialog.submit(client_id=home.current.m2m_id, client_secret=home.current.m2m_secret)
    assert dialog.reason == "reauth_successful"


async def test_wrong_tokens_are_rejected(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reauth(entry)
    await dialog.submit(access_token="wrong", refresh_token="wrong too")
    assert dialog.errors == {"refresh_token": "invalid_refresh_token"}
    await dialog.submit(access_token="wrong")
    assert dialog.errors == {"access_token": "invalid_access_token"}


@pytest.mark.parametrize("kind", [Kind.CURRENT, Kind.DYNAMIC])
async def test_another_applications_credentials_are_rejected(home: Home, kind: Kind) -> None:
    entry = await home.delivering(kind)
    before = dict(entry.data)
    dialog = await home.reauth(entry)
    if kind.is_v2:
        tokens = home.sim.issue_tokens(Kind.CURRENT)
        await dialog.submit(
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            client_id=home.current.id,
            client_secret=home.current.client_secret,
        )
    else:
        await dialog.submit(client_id=home.dynamic.m2m_id, client_secret=home.dynamic.m2m_secret)
    assert dialog.errors == {"client_id": "other_application"}
    assert dict(entry.data) == before


async def test_there_is_one_login_however_often_smartcar_says_no(home: Home) -> None:
    entry = await home.delivering()
    home.sim.expire_tokens()
    home.sim.reject_credentials()
    for _ in range(3):
        await home.runtime(entry).subscriptions.async_reconcile()
        await home.settle()
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"


async def test_a_login_in_progress_does_not_hide_that_the_application_is_set_up(
    home: Home,
) -> None:
    entry = await home.delivering()
    await home.reauth(entry)
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3())
    assert dialog.reason == "already_configured"


async def test_a_token_renewed_by_a_failing_login_is_kept_in_the_entry(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    dialog = await home.reauth(entry)
    values = home.values_v2()
    home.sim.fail_api(500, path="/v2.0/vehicles", problem="SERVER.INTERNAL")
    await dialog.submit(**{name: values[name] for name in V2_TOKENS})
    assert dialog.errors == {"base": "cannot_connect"}
    await dialog.close()
    token = entry.data["token"]
    assert token["refresh_token"] != values["refresh_token"]
    assert token["refresh_token"] in home.sim.cloud.tokens._refresh


async def test_deliveries_go_on_while_the_login_waits(home: Home) -> None:
    entry = await home.delivering()
    await home.reauth(entry)
    deliveries = await home.sim.deliver()
    assert [it.status for it in deliveries] == [204]
