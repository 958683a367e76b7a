"""Issues appear once, stay ignored, do not flap, and go with their entry."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smartcar_dynamic.checks import monitor
from custom_components.smartcar_dynamic.device import async_vehicle_names
from custom_components.smartcar_dynamic.smartcar.model import VehicleInfo
from custom_components.smartcar_dynamic.vehicle import VehicleState
from simulator import Kind

from ..home import DOMAIN, ELSEWHERE, Home


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
            home.sim.remove_car(home.sim.current_car)
            await home.pass_hours(25)
        case "signatures_rejected":
            await home.live()
            home.sim.faults.corrupt_signatures = -1
            for _ in range(3):
                await home.deliver()
        case _:
            await home.live()
            await home.deliver()
            home.sim.revoke(home.sim.current_car)
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
async def test_an_ignored_issue_stays_ignored_for_days_and_over_a_restart(
    home: Home, key: str
) -> None:
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
    await home.hass.config_entries.async_remove(home.entries[0].entry_id)
    await home.settle()
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
    assert placeholders["since"].startswith("20")


async def test_an_issue_of_the_webhook_says_when_it_was_first_seen_after_a_restart(
    home: Home,
) -> None:
    await provoke(home, "webhook_disabled")
    before = (await home.issue("webhook_disabled"))["translation_placeholders"]["since"]
    await home.restart(home.entries[0], hours=30)
    await home.pass_hours(1)
    after = (await home.issue("webhook_disabled"))["translation_placeholders"]["since"]
    assert after == before


async def test_the_flow_of_an_entry_that_is_not_loaded_just_closes(home: Home) -> None:
    await provoke(home, "reauthentication_required")
    await home.hass.config_entries.async_unload(home.entries[0].entry_id)
    assert (await home.fix("reauthentication_required"))["type"] == "create_entry"


async def test_the_end_of_api_v2_leads_to_the_reconfigure_flow_and_stays(home: Home) -> None:
    await provoke(home, "api_v2_end")
    result = await home.fix("api_v2_end")
    assert result["type"] == "abort"
    assert result["next_flow"][0] == "config_flow"
    (flow,) = home.hass.config_entries.flow.async_progress()
    assert flow["flow_id"] == result["next_flow"][1]
    assert flow["context"]["source"] == "reconfigure"
    assert await home.raised() == {"api_v2_end"}


async def test_the_end_of_api_v2_is_no_issue_once_the_entry_has_moved(home: Home) -> None:
    await provoke(home, "api_v2_end")
    entry = home.entries[0]
    webhook = await home.webhook(application=home.sim.application(Kind.DYNAMIC))
    moved = home.new_entry(webhook)
    home.hass.config_entries.async_update_entry(entry, data={**moved.data})
    await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert "api_v2_end" not in await home.raised()


async def test_one_entry_does_not_drop_an_issue_of_another_that_knows_the_car(home: Home) -> None:
    await home.live()
    second = await home.set_up(home.new_entry(None, webhook_id="another-webhook"))
    home.sim.revoke(home.sim.current_car)
    await home.deliver()
    before = await home.issue("reauthentication_required")
    await home.data(second).monitor.async_look()
    assert home.sim.current_car.id in home.data(second).coordinator.vehicles
    home.data(second).monitor.issues.async_forget(home.sim.current_car.id)
    assert await home.issue("reauthentication_required") == before


async def test_names_are_looked_up_once_for_all_vehicles(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry, _ = await home.live()
    data, looked_up = home.data(entry), []
    data.coordinator.async_update_account([VehicleInfo(f"car {n}") for n in range(30)])
    await home.settle()

    def names(
        hass: HomeAssistant, entry_id: str, vehicles: Mapping[str, VehicleState]
    ) -> dict[str, str]:
        looked_up.append(vehicles)
        return async_vehicle_names(hass, entry_id, vehicles)

    monkeypatch.setattr(monitor, "async_vehicle_names", names)
    data.coordinator.async_update_account([])
    await home.settle()
    assert len(await home.issues()) > 30
    assert len(looked_up) == 1


async def test_a_healthy_vehicle_costs_no_look_at_the_issues(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.live()
    await home.deliver()
    looked_up: list[object] = []
    monkeypatch.setattr(monitor, "async_vehicle_names", lambda *of: looked_up.append(of))
    await home.deliver()
    assert looked_up == []
