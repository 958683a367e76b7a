"""One command: the grant, the allowance, one at a time, and each refusal in words."""

from datetime import timedelta
import re

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smartcar_dynamic.allowance import Plan
from custom_components.smartcar_dynamic.commands import refusal_key
from custom_components.smartcar_dynamic.smartcar.commands import LOCK, set_charge_limit
from custom_components.smartcar_dynamic.smartcar.model import Problem, VehicleInfo
from custom_components.smartcar_dynamic.smartcar.problems import remedy_of
from simulator import ALL_CONTROLS, ALL_READS

from .commanded import Commanded, text

REFUSALS = {
    "ASLEEP": "command_asleep",
    "UNREACHABLE": "command_unreachable",
    "VEHICLE_OFFLINE_FOR_SERVICE": "command_unreachable",
    "REMOTE_ACCESS_DISABLED": "command_remote_access_disabled",
    "CHARGE_FAULT": "command_charge_fault",
    "CHARGING_IN_PROGRESS": "command_charging",
    "CHARGING_PLUG_NOT_CONNECTED": "command_not_plugged_in",
    "DEVICE_PAIRING_REQUIRED": "command_device_pairing_required",
    "DOOR_OPEN": "command_vehicle_open",
    "HOOD_OPEN": "command_vehicle_open",
    "TRUNK_OPEN": "command_vehicle_open",
    "FULLY_CHARGED": "command_fully_charged",
    "IGNITION_ON": "command_in_use",
    "IN_MOTION": "command_in_use",
    "NOT_CHARGING": "command_not_charging",
    "VEHICLE_STATE.UNKNOWN": "command_vehicle_state",
    "VIRTUAL_KEY_REQUIRED": "command_virtual_key_required",
    "AUTHENTICATION_FAILED": "command_reauthentication_required",
    "CONNECTED_SERVICES_ACCOUNT.PERMISSION": "command_reauthentication_required",
    "PLATFORM_NOT_CAPABLE": "command_reauthentication_required",
    "SUBSCRIPTION": "command_account_issue",
    "PERMISSION.null": "command_not_granted",
    "VEHICLE_NOT_CAPABLE": "command_not_capable",
    "INVALID_PLAN": "command_plan",
    "VEHICLE_REQUEST_LIMIT": "command_exhausted",
    "RATE_LIMIT.VEHICLE": "command_rate_limited",
    "UPSTREAM.RATE_LIMIT": "command_limited_by_manufacturer",
    "UPSTREAM.NO_RESPONSE": "command_manufacturer_failed",
    "SERVER.INTERNAL": "command_failed",
    "INVALID_INPUT_FORMAT": "command_rejected",
}


@pytest.mark.parametrize(("problem", "key"), REFUSALS.items())
async def test_each_refusal_says_what_to_do(commanded: Commanded, problem: str, key: str) -> None:
    commanded.sim.fail_commands(problem=problem)
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == key
    assert "IONIQ 5" in text(refused.value)
    assert commanded.car.locked


async def test_a_refusal_in_a_streamed_body_counts(commanded: Commanded) -> None:
    commanded.sim.fail_commands(problem="DOOR_OPEN", streamed=True)
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.lock()
    assert refused.value.translation_key == "command_vehicle_open"


async def test_a_failure_with_status_200_is_none_of_success(commanded: Commanded) -> None:
    commanded.sim.fail_commands(status="FAILURE", problem="VEHICLE_STATE.ASLEEP")
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_asleep"


async def test_a_rejected_value_is_the_inputs_fault(commanded: Commanded) -> None:
    commanded.sim.fail_commands(problem="INVALID_INPUT_FORMAT")
    with pytest.raises(ServiceValidationError):
        await commanded.unlock()


async def test_an_unreachable_smartcar_is_sent_nothing(commanded: Commanded) -> None:
    await commanded.sim.stop()
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_not_sent"


async def test_a_rate_limit_says_until_when(commanded: Commanded) -> None:
    commanded.sim.fail_api(429, path="/commands/", retry_after=90, problem="RATE_LIMIT.VEHICLE")
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_rate_limited_until"
    until = dt_util.now() + timedelta(seconds=90 + 59.999)
    assert f"{until:%b %-d, %Y, %H:%M}" in text(refused.value)


async def test_rejected_credentials_start_a_reauthentication(commanded: Commanded) -> None:
    commanded.sim.expire_tokens()
    commanded.sim.reject_credentials()
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_credentials_rejected"
    await commanded.home.settle()
    assert any(commanded.entry.async_get_active_flows(commanded.home.hass, {SOURCE_REAUTH}))


# The grant


async def test_what_is_not_granted_costs_no_call(commanded: Commanded) -> None:
    commanded.sim.set_permissions(commanded.car, ALL_READS)
    commanded.home.runtime(commanded.entry).subscriptions.async_request()
    await commanded.home.settle()
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.act("send_destination", location={"latitude": 52.5, "longitude": 13.4})
    assert refused.value.translation_key == "command_not_granted"
    assert commanded.billed == 0


async def test_a_refused_permission_reads_the_grant_anew(commanded: Commanded) -> None:
    commanded.sim.set_permissions(commanded.car, ALL_READS)
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_not_granted"
    await commanded.home.settle()
    assert commanded.vehicle.info.permissions == ALL_READS


async def test_a_vehicle_without_a_user_is_asked_for_it(commanded: Commanded) -> None:
    vehicle, user_id = commanded.vehicle, commanded.vehicle.info.user_id
    vehicle.info = VehicleInfo(vehicle.id, permissions=ALL_CONTROLS)
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_user_unknown"
    assert commanded.billed == 0
    await commanded.home.settle()
    assert vehicle.info.user_id == user_id


async def test_smartcar_decides_where_the_grant_is_unknown(commanded: Commanded) -> None:
    vehicle = commanded.vehicle
    vehicle.info = VehicleInfo(vehicle.id, user_id=vehicle.info.user_id)
    commands = commanded.home.runtime(commanded.entry).commands
    assert commands is not None
    await commands.async_send(vehicle, set_charge_limit(90))
    assert commanded.car.charge_limit == 90


# The allowance


def used(commanded: Commanded) -> tuple[int, int]:
    allowance = commanded.home.runtime(commanded.entry).store.data.allowance
    usage = allowance._in_month(commanded.car.id, dt_util.utcnow())
    return usage.calls, usage.commands


async def test_a_command_is_counted(commanded: Commanded) -> None:
    await commanded.unlock()
    assert used(commanded) == (1, 1)


async def test_a_failed_command_is_counted(commanded: Commanded) -> None:
    commanded.sim.fail_commands(problem="ASLEEP")
    with pytest.raises(HomeAssistantError):
        await commanded.unlock()
    assert used(commanded) == (1, 1)


async def test_a_used_up_allowance_costs_no_call(commanded: Commanded) -> None:
    commanded.home.runtime(commanded.entry).store.data.allowance.plan = Plan(0, 0)
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.unlock()
    assert refused.value.translation_key == "command_allowance_used"
    assert re.search(
        r"0 of this month's 0 requests.* [A-Z][a-z]{2} 1, \d{4}, 00:00", text(refused.value)
    )
    assert commanded.billed == 0


async def test_an_exhausted_plan_is_asked_no_more(commanded: Commanded) -> None:
    commanded.sim.set_request_limit(commanded.car, 0)
    with pytest.raises(HomeAssistantError) as first:
        await commanded.unlock()
    calls = used(commanded)
    with pytest.raises(HomeAssistantError) as second:
        await commanded.unlock()
    assert first.value.translation_key == second.value.translation_key == "command_exhausted"
    assert text(first.value) == text(second.value)
    assert used(commanded) == calls


async def test_a_plan_without_the_feature_still_has_calls(commanded: Commanded) -> None:
    commanded.sim.fail_commands(problem="INVALID_PLAN")
    with pytest.raises(HomeAssistantError):
        await commanded.unlock()
    await commanded.unlock()
    assert not commanded.car.locked


async def test_the_entry_outlives_a_vehicle_that_is_gone(commanded: Commanded) -> None:
    vehicle = commanded.vehicle
    runtime = commanded.home.runtime(commanded.entry)
    runtime.coordinator.async_forget(vehicle.id)
    commanded.sim.fail_commands(problem="ASLEEP")
    assert runtime.commands is not None
    with pytest.raises(HomeAssistantError, match="asleep"):
        await runtime.commands.async_send(vehicle, LOCK)


def test_an_error_of_an_unknown_type_has_failed() -> None:
    assert refusal_key(Problem("NEW", "NEWER", remedy_of("NEW", "NEWER"))) == "command_failed"
