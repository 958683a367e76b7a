"""The actions that send commands: destinations and charge schedules."""

from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
import voluptuous as vol

from custom_components.smartcar_dynamic.const import DOMAIN
from simulator import Kind, Place

from .commanded import Commanded, commanded as commanded, text  # noqa: PLC0414 - a fixture
from .home import Home

PLACE = {"latitude": 52.5, "longitude": 13.4}
NIGHT: dict[str, Any] = {"start_time": "22:00", "stop_time": "06:30"}
WEEKEND: dict[str, Any] = {"weekend_start_time": "10:00", "weekend_stop_time": "16:00"}


async def test_a_destination_is_a_position(commanded: Commanded) -> None:
    await commanded.act("send_destination", location=PLACE | {"radius": 100})
    assert commanded.car.navigation_destination == Place(52.5, 13.4)
    assert commanded.billed == 1


async def test_a_destination_may_be_an_entity(commanded: Commanded) -> None:
    commanded.home.hass.states.async_set("zone.work", "0", PLACE)
    await commanded.act("send_destination", place="zone.work")
    assert commanded.car.navigation_destination == Place(52.5, 13.4)


@pytest.mark.parametrize("attributes", [None, {}, {"latitude": None, "longitude": 13.4}])
async def test_an_entity_without_a_position_is_no_destination(
    commanded: Commanded, attributes: dict[str, Any] | None
) -> None:
    if attributes is not None:
        commanded.home.hass.states.async_set("zone.work", "0", attributes)
    with pytest.raises(ServiceValidationError) as refused:
        await commanded.act("send_destination", place="zone.work")
    assert refused.value.translation_key == "no_position"
    assert "zone.work" in text(refused.value)


@pytest.mark.parametrize("data", [{}, {"location": PLACE, "place": "zone.home"}])
async def test_a_destination_is_one_position(commanded: Commanded, data: dict[str, Any]) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await commanded.act("send_destination", **data)
    assert refused.value.translation_key == "one_position"


async def test_a_position_must_be_on_earth(commanded: Commanded) -> None:
    with pytest.raises(vol.Invalid):
        await commanded.act("send_destination", location={"latitude": 91, "longitude": 0})


async def test_an_action_has_no_silent_success(commanded: Commanded) -> None:
    commanded.sim.fail_commands(status="PENDING")
    with pytest.raises(HomeAssistantError) as refused:
        await commanded.act("send_destination", location=PLACE)
    assert refused.value.translation_key == "command_outcome_unknown"


@pytest.mark.parametrize(
    ("fields", "kind", "spans"),
    [
        ({"kind": "daily", **NIGHT}, "DAILY", [7]),
        ({"kind": "workweek", **NIGHT, **WEEKEND}, "WORKWEEK", [5, 2]),
        ({"kind": "workweek", **NIGHT}, "WORKWEEK", [5]),
        ({"kind": "workweek", **WEEKEND}, "WORKWEEK", [2]),
        ({"kind": "weekly", "days": {"monday": NIGHT, "sunday": NIGHT}}, "WEEKLY", [1, 1]),
    ],
)
async def test_a_charge_schedule_is_set_and_deleted(
    commanded: Commanded, fields: dict[str, Any], kind: str, spans: list[int]
) -> None:
    answer = await commanded.act("set_charge_schedule", answers=True, location=PLACE, **fields)
    (schedule,) = commanded.car.charge_schedules
    assert answer == {commanded.device_id: {"schedule_id": schedule.id}}
    timer = schedule.timer
    assert timer["scheduleType"] == kind
    assert timer["condition"] == PLACE
    assert [len(it["days"]) for it in timer["schedules"]] == spans
    await commanded.act("delete_charge_schedule", schedule_id=schedule.id)
    assert not commanded.car.charge_schedules
    assert commanded.billed == 2


async def test_a_charge_schedule_is_for_home_if_nothing_is_said(commanded: Commanded) -> None:
    commanded.home.hass.states.async_set("zone.home", "0", PLACE)
    await commanded.act("set_charge_schedule", kind="daily", **NIGHT)
    (schedule,) = commanded.car.charge_schedules
    assert schedule.timer["condition"] == PLACE


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "daily"},
        {"kind": "daily", "start_time": "22:00"},
        {"kind": "daily", **NIGHT, **WEEKEND},
        {"kind": "weekly"},
        {"kind": "weekly", "days": {}},
        {"kind": "weekly", **NIGHT},
        {"kind": "workweek"},
        {"kind": "workweek", "start_time": "22:00", **WEEKEND},
        {"kind": "workweek", "days": {"monday": NIGHT}},
    ],
)
async def test_each_kind_of_schedule_has_its_fields(
    commanded: Commanded, fields: dict[str, Any]
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await commanded.act("set_charge_schedule", location=PLACE, **fields)
    assert refused.value.translation_key == "schedule_fields"
    assert fields["kind"] in text(refused.value)
    assert commanded.billed == 0


async def test_an_unknown_schedule_is_the_inputs_fault(commanded: Commanded) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await commanded.act("delete_charge_schedule", schedule_id="sched_0")
    assert refused.value.translation_key == "command_no_schedule"


async def test_api_v2_has_no_commands(home: Home) -> None:
    await home.live(Kind.DYNAMIC)
    await home.deliver()
    device = home.device(home.sim.dynamic_car)
    assert device is not None
    with pytest.raises(ServiceValidationError) as refused:
        await home.hass.services.async_call(
            DOMAIN,
            "send_destination",
            {"device_id": device.id, "location": PLACE},
            blocking=True,
        )
    assert refused.value.translation_key == "current_platform_needed"
    assert "Our cars" in text(refused.value)


async def test_a_vehicle_that_is_gone_has_no_commands(commanded: Commanded) -> None:
    device_id = commanded.device_id
    commanded.home.data(commanded.entry).coordinator.async_forget(commanded.car.id)
    with pytest.raises(ServiceValidationError) as refused:
        await commanded.home.hass.services.async_call(
            DOMAIN,
            "send_destination",
            {"device_id": device_id, "location": PLACE},
            blocking=True,
        )
    assert refused.value.translation_key == "no_vehicle"
