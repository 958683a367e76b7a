"""Issues appear once, stay ignored, do not flap, and go with their entry."""

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import Event, callback
from homeassistant.helpers import issue_registry as ir
import pytest

from simulator import Kind

from ..entries import DOMAIN
from ..home import ELSEWHERE, Home


def changes_of(home: Home) -> list[str]:
    """Return what happens to the issues from now on."""
    seen: list[str] = []

    @callback
    def note(event: Event[ir.EventIssueRegistryUpdatedData]) -> None:
        if event.data["domain"] == DOMAIN and event.data["action"] in {"create", "remove"}:
            seen.append(f"{event.data['action']} {event.data['issue_id']}")

    home.hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, note)
    return seen


async def provoke(home: Home, key: str) -> None:
    """Let an issue be raised that lasts."""
    match key:
        case "api_v2_end":
            await home.live(Kind.DYNAMIC)
        case "never_verified":
            await home.live(verify=False)
            await home.pass_hours(2)
        case "webhook_disabled":
            _, webhook = await home.live()
            await home.deliver()
            home.sim.set_enabled(webhook, enabled=False)
            await home.pass_hours(1)
        case "callback_changed":
            await home.live()
            await home.deliver()
            await home.move_to(ELSEWHERE)
        case "vehicle_gone":
            await home.live()
            await home.deliver()
            home.sim.remove_car(home.car())
            await home.pass_hours(25)
        case "signatures_rejected":
            await home.live()
            home.sim.faults.corrupt_signatures = -1
            for _ in range(3):
                await home.deliver()
        case _:
            await home.live()
            await home.deliver()
            home.sim.revoke(home.car())
            await home.deliver()


LASTING = (
    "api_v2_end",
    "callback_changed",
    "never_verified",
    "reauthentication_required",
    "signatures_rejected",
    "vehicle_gone",
    "webhook_disabled",
)


@pytest.mark.parametrize("key", LASTING)
async def test_an_ignored_issue_stays_ignored_over_a_restart(home: Home, key: str) -> None:
    await provoke(home, key)
    await home.ignore(key)
    await home.pass_hours(26)
    assert (await home.issue(key))["ignored"]
    await home.restart(home.entries[0])
    assert (await home.issue(key))["ignored"]


@pytest.mark.parametrize("key", LASTING)
async def test_an_issue_neither_goes_nor_comes_again_while_it_lasts(home: Home, key: str) -> None:
    await provoke(home, key)
    issue_id = (await home.issue(key))["issue_id"]
    seen = changes_of(home)
    await home.pass_hours(26)
    home.sim.fail_api(0, times=-1)
    await home.pass_hours(25)
    home.sim.clear_faults()
    await home.pass_hours(2)
    assert [change for change in seen if issue_id in change] == []


@pytest.mark.parametrize("key", LASTING)
async def test_removing_the_entry_removes_its_issues(home: Home, key: str) -> None:
    await provoke(home, key)
    await home.remove(home.entries[0])
    assert await home.raised() == set()


@pytest.mark.parametrize("key", LASTING)
async def test_disabling_the_entry_removes_its_issues(home: Home, key: str) -> None:
    await provoke(home, key)
    await home.hass.config_entries.async_set_disabled_by(
        home.entries[0].entry_id, ConfigEntryDisabler.USER
    )
    await home.settle()
    assert await home.raised() == set()


@pytest.mark.parametrize("key", LASTING)
async def test_an_issue_says_since_when_and_of_which_entry(home: Home, key: str) -> None:
    await provoke(home, key)
    placeholders = (await home.issue(key))["translation_placeholders"]
    assert placeholders["entry"] == "Our cars"
    assert ", 20" in placeholders["since"]


async def test_an_issue_keeps_its_first_time_over_a_restart(
    home: Home,
) -> None:
    await provoke(home, "webhook_disabled")
    before = (await home.issue("webhook_disabled"))["translation_placeholders"]["since"]
    await home.restart(home.entries[0], hours=30)
    await home.pass_hours(1)
    after = (await home.issue("webhook_disabled"))["translation_placeholders"]["since"]
    assert after == before


@pytest.mark.parametrize(
    ("delivered", "looked", "issue"),
    [
        pytest.param(None, "2026-11-30T23:59Z", "api_v2_end", id="before the end"),
        pytest.param(None, "2026-12-01T00:01Z", "api_v2_ended", id="after the end"),
        pytest.param(
            "2026-11-30T23:00Z", "2026-12-01T00:01Z", "api_v2_end", id="just after the end"
        ),
        pytest.param(
            "2026-11-30T23:00Z", "2026-12-02T00:01Z", "api_v2_ended", id="a day after the end"
        ),
        pytest.param("2026-12-03T09:00Z", "2026-12-03T12:00Z", "api_v2_end", id="still delivers"),
        pytest.param("2026-12-03T09:00Z", "2026-12-05T12:00Z", "api_v2_ended", id="later silence"),
    ],
)
async def test_the_end_of_api_v2_is_told_by_date_and_deliveries(
    home: Home, delivered: str | None, looked: str, issue: str
) -> None:
    entry, _ = await home.live(Kind.DYNAMIC)
    if delivered is not None:
        home.time.move_to(delivered)
        await home.deliver()
    home.time.move_to(looked)
    await home.runtime(entry).monitor.async_look()
    assert {key for key in await home.raised() if key.startswith("api_v2")} == {issue}


async def test_a_migrated_entry_has_no_issue_of_api_v2(home: Home) -> None:
    await provoke(home, "api_v2_end")
    entry = home.entries[0]
    webhook = await home.webhook(application=home.sim.application(Kind.DYNAMIC))
    moved = home.new_entry(webhook)
    home.hass.config_entries.async_update_entry(entry, data={**moved.data})
    await home.reload(entry)
    assert "api_v2_end" not in await home.raised()


async def test_one_entry_drops_no_issue_of_another(home: Home) -> None:
    await home.live()
    second = await home.set_up(home.new_entry(None, webhook_id="another-webhook"))
    await home.revoke(home.car())
    before = await home.issue("reauthentication_required")
    await home.runtime(second).monitor.async_look()
    assert home.car().id in home.runtime(second).coordinator.vehicles
    home.runtime(second).monitor.issues.async_forget(home.car().id)
    assert await home.issue("reauthentication_required") == before
