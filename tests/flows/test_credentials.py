"""Credentials and their look-alikes: each mistake is named at its field, and mended there."""

import pytest

from simulator import Kind

from .conftest import DOMAIN, Dialog, Owner

UUID = "865ca68d-a9b6-4d74-856e-605db0209eca"
M2M = "client_01HXYZ2J4K5M6N7P8Q9R0S1T2V"


async def mended_v3(owner: Owner, dialog: Dialog) -> None:
    """Enter the right values and finish."""
    assert dialog.step == "current"
    await dialog.submit(**owner.v3())
    await owner.finished((await owner.verified(dialog))[0])


async def mended_v2(owner: Owner, dialog: Dialog, values: dict[str, str]) -> None:
    assert dialog.step == "dynamic"
    await dialog.submit(**values)
    await owner.finished((await owner.verified(dialog, Kind.DYNAMIC))[0])


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
async def test_a_mistake_on_the_current_platform_is_named_at_its_field(
    owner: Owner, mistake: dict[str, str], errors: dict[str, str]
) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**(owner.v3() | mistake))
    assert dialog.errors == errors
    await mended_v3(owner, dialog)


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
async def test_a_mistake_about_a_dynamic_webhook_is_named_at_its_field(
    owner: Owner, mistake: dict[str, str | None], errors: dict[str, str]
) -> None:
    dialog = await owner.add("dynamic")
    await dialog.submit(**owner.v2(**mistake))
    assert dialog.errors == errors
    await mended_v2(owner, dialog, owner.v2())


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
async def test_what_smartcar_says_instead_is_told_and_may_pass(
    owner: Owner, status: int, problem: str | None, error: str
) -> None:
    dialog = await owner.add("current")
    owner.sim.fail_api(status, path="/connections", problem=problem, times=-1)
    await dialog.submit(**owner.v3())
    assert dialog.errors == {"base": error}
    owner.sim.clear_faults()
    await mended_v3(owner, dialog)


async def test_blanks_that_copying_brings_are_no_mistake(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**{name: f" {value}\n" for name, value in owner.v3().items()})
    entry = await owner.finished((await owner.verified(dialog))[0])
    assert entry.data["management_token"] == owner.current.management_token


async def test_what_was_typed_is_still_there_after_a_mistake(owner: Owner) -> None:
    dialog = await owner.add("current")
    await dialog.submit(**owner.v3(client_secret="wrong"))
    assert dialog.suggested("client_id") == owner.current.m2m_id


async def test_a_refreshed_token_is_not_lost_when_the_form_fails_after_it(owner: Owner) -> None:
    dialog = await owner.add("dynamic")
    values = owner.v2()
    owner.sim.fail_api(500, path="/v2.0/vehicles", problem="SERVER.INTERNAL")
    await dialog.submit(**values)
    assert dialog.errors == {"base": "cannot_connect"}
    # Ten minutes later the refresh token that was typed is dead.
    owner.sim.cloud.tokens._refresh.pop(values["refresh_token"])
    await mended_v2(owner, dialog, values)
    (entry,) = owner.hass.config_entries.async_entries(DOMAIN)
    assert entry.data["token"]["refresh_token"] != values["refresh_token"]
