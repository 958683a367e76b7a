"""The steps of the credentials: each mistake is named at its field, and corrected there."""

from datetime import timedelta

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Kind

from ..dialog import Dialog
from ..entries import DOMAIN
from ..home import Home

UUID = "865ca68d-a9b6-4d74-856e-605db0209eca"
NEW_TOKEN = "a-new-management-token"
V2_TOKENS = ("access_token", "refresh_token")
M2M = "client_01HXYZ2J4K5M6N7P8Q9R0S1T2V"


async def mended_v3(home: Home, dialog: Dialog) -> None:
    """Enter the right values and finish."""
    assert dialog.step == "current"
    await dialog.submit(**home.values_v3())
    await home.finished((await home.verified(dialog))[0])


async def mended_v2(home: Home, dialog: Dialog, values: dict[str, str]) -> None:
    assert dialog.step == "dynamic"
    await dialog.submit(**values)
    await home.finished((await home.verified(dialog, Kind.DYNAMIC))[0])


@pytest.mark.parametrize(
    ("mistake", "errors"),
    [
        ({"client_id": UUID}, {"client_id": "legacy_client_id"}),
        ({"client_id": "https://dashboard.example/x"}, {"client_id": "is_a_url"}),
        ({"client_secret": M2M}, {"client_secret": "is_the_client_id"}),
        ({"management_token": M2M}, {"management_token": "is_the_client_id"}),
        (
            {"client_secret": "secret", "management_token": "secret"},
            {"management_token": "is_the_client_secret"},
        ),
        (
            {"client_id": "id", "management_token": "id"},
            {"management_token": "is_the_client_id"},
        ),
        ({"management_token": "https://home.example/api"}, {"management_token": "is_a_url"}),
        ({"client_id": "client_unheard"}, {"client_id": "invalid_client"}),
        ({"client_secret": "wrong"}, {"client_id": "invalid_client"}),
    ],
)
async def test_a_mistake_for_api_v3_is_named_at_its_field(
    home: Home, mistake: dict[str, str], errors: dict[str, str]
) -> None:
    dialog = await home.add("current")
    await dialog.submit(**(home.values_v3() | mistake))
    assert dialog.errors == errors
    await mended_v3(home, dialog)


@pytest.mark.parametrize(
    ("mistake", "errors"),
    [
        ({"client_id": M2M}, {"client_id": "current_client_id"}),
        ({"client_secret": None}, {"client_secret": "both_or_none"}),
        ({"client_id": None}, {"client_id": "both_or_none"}),
        (
            {"access_token": "token", "refresh_token": "token"},
            {"refresh_token": "same_token"},
        ),
        (
            {"access_token": "token", "management_token": "token"},
            {"management_token": "is_the_access_token"},
        ),
        (
            {"refresh_token": "token", "management_token": "token"},
            {"management_token": "is_the_refresh_token"},
        ),
        ({"access_token": "https://connect.example"}, {"access_token": "is_a_url"}),
        ({"client_secret": "wrong"}, {"client_id": "invalid_client"}),
        ({"refresh_token": "wrong"}, {"refresh_token": "invalid_refresh_token"}),
        (
            {
                "access_token": "wrong",
                "refresh_token": None,
                "client_id": None,
                "client_secret": None,
            },
            {"access_token": "invalid_access_token"},
        ),
    ],
)
async def test_a_mistake_for_api_v2_is_named_at_its_field(
    home: Home, mistake: dict[str, str | None], errors: dict[str, str]
) -> None:
    dialog = await home.add("dynamic")
    await dialog.submit(**home.values_v2(**mistake))
    assert dialog.errors == errors
    await mended_v2(home, dialog, home.values_v2())


@pytest.mark.parametrize(
    ("status", "problem", "error"),
    [
        (0, None, "cannot_connect"),
        (500, "SERVER.INTERNAL", "cannot_connect"),
        (429, "RATE_LIMIT.SMARTCAR_API", "cannot_connect"),
        (403, "PERMISSION", "refused"),
        (430, "BILLING.ACCOUNT_SUSPENDED", "refused"),
    ],
)
async def test_an_error_of_smartcar_is_shown_and_may_pass(
    home: Home, status: int, problem: str | None, error: str
) -> None:
    dialog = await home.add("current")
    home.sim.fail_api(status, path="/connections", problem=problem, times=-1)
    await dialog.submit(**home.values_v3())
    assert dialog.errors == {"base": error}
    home.sim.clear_faults()
    await mended_v3(home, dialog)


async def test_blanks_that_copying_brings_are_no_mistake(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**{name: f" {value}\n" for name, value in home.values_v3().items()})
    entry = await home.finished((await home.verified(dialog))[0])
    assert entry.data["management_token"] == home.current.management_token


async def test_what_was_typed_is_still_there_after_a_mistake(home: Home) -> None:
    dialog = await home.add("current")
    await dialog.submit(**home.values_v3(client_secret="wrong"))
    assert dialog.suggested("client_id") == home.current.m2m_id


async def test_a_refreshed_token_outlives_a_form_that_fails(home: Home) -> None:
    dialog = await home.add("dynamic")
    values = home.values_v2()
    home.sim.fail_api(500, path="/v2.0/vehicles", problem="SERVER.INTERNAL")
    await dialog.submit(**values)
    assert dialog.errors == {"base": "cannot_connect"}
    # Ten minutes later the refresh token that was typed is dead.
    home.sim.cloud.tokens._refresh.pop(values["refresh_token"])
    await mended_v2(home, dialog, values)
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    assert entry.data["token"]["refresh_token"] != values["refresh_token"]


# Reconfiguring


async def test_a_new_management_token_is_taken(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=f" {NEW_TOKEN} ")
    # It says what to do next: verify again.
    assert dialog.reason == "management_token_changed"
    await home.reconfigured(dialog, entry)
    assert entry.data["management_token"] == NEW_TOKEN


@pytest.mark.parametrize(
    ("kind", "look_alike", "error"),
    [
        (Kind.CURRENT, "client_id", "is_the_client_id"),
        (Kind.CURRENT, "client_secret", "is_the_client_secret"),
        (Kind.DYNAMIC, "access_token", "is_the_access_token"),
        (Kind.DYNAMIC, "refresh_token", "is_the_refresh_token"),
    ],
)
async def test_a_look_alike_of_the_management_token_is_refused(
    home: Home, kind: Kind, look_alike: str, error: str
) -> None:
    entry = await home.delivering(kind)
    values = {**entry.data, **entry.data.get("token", {})}
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=values[look_alike])
    assert dialog.errors == {"management_token": error}
    await dialog.submit(management_token=NEW_TOKEN)
    await home.reconfigured(dialog, entry)


async def test_a_management_token_must_sign_what_was_refused(home: Home) -> None:
    entry = await home.delivering()
    token = home.sim.rotate_management_token(Kind.CURRENT)
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 401
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    assert dialog.errors == {"management_token": "wrong_management_token"}
    await dialog.submit(management_token=token)
    await home.reconfigured(dialog, entry)
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 204


async def test_a_refused_delivery_before_a_good_one_does_not_count(home: Home) -> None:
    entry = await home.delivering()
    home.sim.faults.corrupt_signatures = 1
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 401
    (delivery,) = await home.sim.deliver()
    assert delivery.status == 204
    dialog = await home.reconfigure(entry, "management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    await home.reconfigured(dialog, entry)


async def test_a_new_secret_is_stored(home: Home) -> None:
    entry = await home.delivering()
    dialog = await home.reconfigure(entry, "credentials")
    home.current.m2m_secret = "a-new-secret"
    await dialog.submit(client_id=home.current.m2m_id, client_secret=home.current.m2m_id)
    assert dialog.errors == {"client_secret": "is_the_client_id"}
    await dialog.submit(client_id=home.current.m2m_id, client_secret="a-new-secret")
    await home.reconfigured(dialog, entry)
    assert entry.data["client_secret"] == "a-new-secret"


async def test_an_entry_without_a_refresh_token_can_get_one(home: Home) -> None:
    access_token = home.sim.issue_tokens(Kind.DYNAMIC).access_token
    webhook = await home.webhook(Kind.DYNAMIC)
    entry = await home.set_up(
        home.new_entry(
            webhook,
            Kind.DYNAMIC,
            token={"access_token": access_token, "expires_at": 4_000_000_000.0},
            client_id=None,
            client_secret=None,
        )
    )
    dialog = await home.reconfigure(entry, "credentials")
    values = home.values_v2()
    del values["management_token"]
    await dialog.submit(**values)
    await home.reconfigured(dialog, entry)
    assert entry.data["client_id"] == home.dynamic.id
    assert entry.data["token"]["refresh_token"]


async def test_the_secrets_of_an_unloaded_entry_can_be_changed(home: Home) -> None:
    entry = await home.delivering()
    await home.unload(entry)
    dialog = await home.reconfigure(entry)
    assert dialog.result["menu_options"] == ["management_token", "credentials"]
    await dialog.choose("management_token")
    await dialog.submit(management_token=NEW_TOKEN)
    await home.reconfigured(dialog, entry)
    assert entry.data["management_token"] == NEW_TOKEN


# Logging in again


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


async def test_wrong_credentials_are_rejected_and_can_be_corrected(home: Home) -> None:
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


async def test_a_token_renewed_by_a_failing_login_is_kept(home: Home) -> None:
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
    home.sim.clear_faults()
    await home.sim.advance(timedelta(hours=3))
    await home.pass_time(hours=3)
    subscriptions = home.runtime(entry).subscriptions
    await subscriptions.async_reconcile()
    assert subscriptions.error is None


async def test_renewed_tokens_of_an_unloaded_entry_are_kept(home: Home) -> None:
    entry = await home.delivering(Kind.DYNAMIC)
    await home.unload(entry)
    values = home.values_v2()
    del values["management_token"]
    dialog = await home.reconfigure(entry, "credentials")
    await dialog.submit(**values)
    await home.reconfigured(dialog, entry)
    assert entry.data["token"]["refresh_token"] != values["refresh_token"]
