"""The repair of wrong signatures: the right token, a wrong one, a key that is out of step."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Kind

from ..home import HOOK, Home

KEY = "signatures_rejected"


async def rejected(home: Home, *, signing_key_too: bool = True) -> tuple[MockConfigEntry, str]:
    """Regenerate the management token in the dashboard, and let three deliveries be refused."""
    entry, _ = await home.live()
    await home.deliver()
    token = home.sim.rotate_management_token(Kind.CURRENT, signing_key_too=signing_key_too)
    if not signing_key_too:
        home.sim.application(Kind.CURRENT).signing_key = "a key that nobody has"
    for _ in range(3):
        await home.deliver()
    return entry, token


async def test_two_wrong_signatures_may_be_a_strangers(home: Home) -> None:
    await home.live()
    await home.deliver()
    home.sim.faults.corrupt_signatures = 2
    await home.deliver()
    assert await home.raised() == set()


async def test_one_wrong_signature_before_the_first_right_one_is_told(home: Home) -> None:
    await home.live()
    home.sim.faults.corrupt_signatures = -1
    await home.deliver()
    assert await home.raised() == {KEY}
    home.sim.faults.corrupt_signatures = 0
    await home.deliver()
    assert await home.raised() == set()


async def test_a_strangers_signatures_do_not_keep_the_right_token_out(home: Home) -> None:
    entry, token = await rejected(home)
    for _ in range(3):
        await home.http.post(
            f"/api/webhook/{HOOK}", data=b"{}", headers={"SC-Signature": "a stranger's"}
        )
    step = await home.open_fix(KEY)
    step = await home.submit(step, management_token=token)
    assert step["errors"] == {"management_token": "wrong_management_token"}
    assert (await home.submit(step, management_token=token))["type"] == "create_entry"
    assert entry.data["management_token"] == token


async def test_a_look_alike_of_the_token_is_named(home: Home) -> None:
    entry, _ = await rejected(home)
    step = await home.open_fix(KEY)
    for _ in range(2):
        step = await home.submit(step, management_token=entry.data["client_secret"])
    assert step["errors"] == {"management_token": "is_the_client_secret"}


async def test_three_wrong_signatures_in_a_row_are_told_with_their_number_and_time(
    home: Home,
) -> None:
    await rejected(home)
    placeholders = (await home.issue(KEY))["translation_placeholders"]
    assert placeholders["count"] == "3"
    assert placeholders["time"]
    assert placeholders["entry"] == "Our cars"


async def test_the_right_token_closes_the_flow(home: Home) -> None:
    entry, token = await rejected(home)
    result = await home.fix(KEY, management_token=f" {token}\n")
    assert result["type"] == "create_entry"
    assert entry.data["management_token"] == token
    assert await home.raised() == set()


async def test_deliveries_arrive_with_the_right_token(home: Home) -> None:
    entry, token = await rejected(home)
    before = home.data(entry).store.data.status.deliveries["state"]
    await home.fix(KEY, management_token=token)
    await home.deliver()
    assert home.data(entry).store.data.status.deliveries["state"] == before + 1
    assert await home.raised() == set()


async def test_a_wrong_token_is_refused_at_its_field(home: Home) -> None:
    entry, token = await rejected(home)
    result = await home.fix(KEY, management_token="another-token")
    assert result["errors"] == {"management_token": "wrong_management_token"}
    assert entry.data["management_token"] not in {token, "another-token"}
    assert await home.raised() == {KEY}


async def test_the_right_token_is_refused_where_smartcars_key_is_out_of_step(home: Home) -> None:
    _, token = await rejected(home, signing_key_too=False)
    result = await home.fix(KEY, management_token=token)
    assert result["errors"] == {"management_token": "wrong_management_token"}


async def test_a_right_signature_ends_the_issue(home: Home) -> None:
    await home.live()
    home.sim.faults.corrupt_signatures = -1
    for _ in range(3):
        await home.deliver()
    assert await home.raised() == {KEY}
    home.sim.faults.corrupt_signatures = 0
    await home.deliver()
    assert await home.raised() == set()


async def test_wrong_signatures_are_told_again_after_a_restart(home: Home) -> None:
    entry, token = await rejected(home)
    await home.restart(entry)
    assert await home.raised() == {KEY}
    # What was refused is not kept over a restart: the token cannot be tried.
    assert (await home.fix(KEY, management_token=token))["type"] == "create_entry"


async def test_unsigned_requests_are_no_issue(home: Home) -> None:
    await home.live()
    home.sim.faults.missing_signatures = -1
    for _ in range(5):
        await home.deliver()
    assert await home.raised() == set()
