"""Remote commands of API v3: what the car does, how they fail, and when it is reported."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse, ClientSession
import pytest

from simulator import ALL_CONTROLS, ALL_READS, Car, Kind, Place, Simulator, presets

from .conftest import Receiver, webhook_for

type Json = dict[str, Any]

HOME = {"latitude": 52.5, "longitude": 13.4}
DAILY: Json = {"location": HOME, "startTime": "22:00", "stopTime": "06:00"}


@dataclass
class Remote:
    """An app of the owner's that sends commands to the car on the current platform."""

    sim: Simulator
    client: ClientSession

    @property
    def car(self) -> Car:
        return self.sim.current_car

    @property
    def headers(self) -> dict[str, str]:
        connection = self.sim.connection(self.car)
        token = self.sim.cloud.tokens.issue_application(connection.application_id)
        return {"Authorization": f"Bearer {token}", "sc-user-id": connection.owner_id}

    async def open(self, path: str, attributes: object = None) -> ClientResponse:
        """Send a command and return its response, of which the body may still be missing."""
        body = None if attributes is None else {"data": {"attributes": attributes}}
        url = f"/vehicle/v3/vehicles/{self.car.id}/{path}"
        return await self.client.post(url, json=body, headers=self.headers)

    async def send(self, path: str, attributes: object = None, status: int = 200) -> Json:
        response = await self.open(path, attributes)
        answer: Json = await response.json()
        assert response.status == status, answer
        return answer

    async def delete(self, schedule_id: str, status: int = 200) -> Json:
        url = f"/vehicle/v3/vehicles/{self.car.id}/charge-schedules/{schedule_id}"
        async with self.client.delete(url, headers=self.headers) as response:
            assert response.status == status
            answer: Json = await response.json()
            return answer


@pytest.fixture
async def remote(sim: Simulator, client: ClientSession) -> AsyncGenerator[Remote]:
    sim.set_permissions(sim.current_car, ALL_READS | ALL_CONTROLS)
    yield Remote(sim, client)
    sim.release_commands()


async def test_a_command_is_an_execution_of_its_type(remote: Remote) -> None:
    data = (await remote.send("commands/security/unlock"))["data"]
    assert data["id"].startswith("exec_")
    assert data["type"] == "command-execution"
    assert data["attributes"] == {
        "commandType": "security-unlock",
        "status": {"value": "SUCCESS"},
        "executionMode": "sync",
    }
    assert data["meta"].keys() == {"executedAt", "completedAt", "durationInSeconds"}


async def test_charging_is_stopped_and_started(remote: Remote) -> None:
    remote.sim.act(remote.car, Car.plug_in)
    await remote.send("commands/charge/stop")
    assert not remote.car.charging
    await remote.send("commands/charge/start")
    assert remote.car.charging


async def test_the_charge_limit_is_set(remote: Remote) -> None:
    data = (await remote.send("commands/charge/set-limit", {"percent": 90}))["data"]
    assert data["attributes"]["parameters"] == {"percent": 90}
    assert remote.car.charge_limit == 90


async def test_the_charge_port_is_opened_and_closed(remote: Remote) -> None:
    await remote.send("commands/charge-port/open")
    assert remote.car.charge_port_open
    await remote.send("commands/charge-port/close")
    assert not remote.car.charge_port_open


async def test_the_car_is_unlocked_and_locked(remote: Remote) -> None:
    await remote.send("commands/security/unlock")
    assert not remote.car.locked
    await remote.send("commands/security/lock")
    assert remote.car.locked


async def test_a_destination_is_set(remote: Remote) -> None:
    await remote.send("commands/navigation/set-destination", HOME)
    assert remote.car.navigation_destination == Place(52.5, 13.4)


@pytest.mark.parametrize(
    ("path", "attributes"),
    [
        ("commands/charge/set-limit", None),
        ("commands/charge/set-limit", {}),
        ("commands/charge/set-limit", {"percent": 49}),
        ("commands/charge/set-limit", {"percent": 101}),
        ("commands/charge/set-limit", {"percent": 80.5}),
        ("commands/charge/set-limit", {"percent": True}),
        ("commands/charge/set-limit", [80]),
        ("commands/navigation/set-destination", {"latitude": 91, "longitude": 0}),
        ("commands/navigation/set-destination", {"latitude": 1}),
        ("charge-schedules/daily", {"location": HOME, "startTime": "24:00", "stopTime": "1:00"}),
        ("charge-schedules/daily", {"startTime": "22:00", "stopTime": "06:00"}),
        ("charge-schedules/weekly", {"location": HOME, "days": {}}),
        ("charge-schedules/weekly", {"location": HOME, "days": {"someday": DAILY}}),
        ("charge-schedules/weekly", {"location": HOME, "days": {"monday": "06:00"}}),
        ("charge-schedules/workweek", {"location": HOME}),
    ],
)
async def test_wrong_parameters_are_neither_obeyed_nor_billed(
    remote: Remote, path: str, attributes: object
) -> None:
    answer = await remote.send(path, attributes, 400)
    assert (answer["type"], answer["code"]) == ("VALIDATION", "INVALID_INPUT_FORMAT")
    assert remote.sim.cloud.meter.billed.total() == 0


async def test_a_command_needs_the_user(remote: Remote) -> None:
    headers = {**remote.headers, "sc-user-id": ""}
    url = f"/vehicle/v3/vehicles/{remote.car.id}/commands/security/lock"
    async with remote.client.post(url, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["code"] == "MISSING_PARAMETER"


async def test_a_command_is_billed(remote: Remote) -> None:
    await remote.send("commands/security/lock")
    assert remote.sim.cloud.meter.billed.total() == 1
    assert remote.sim.connection(remote.car).requests == 1


async def test_a_used_up_plan_refuses_commands(remote: Remote) -> None:
    remote.sim.set_request_limit(remote.car, 0)
    answer = await remote.send("commands/security/unlock", status=430)
    assert (answer["type"], answer["code"]) == ("BILLING", "VEHICLE_REQUEST_LIMIT")
    assert remote.car.locked


async def test_a_grant_without_control_is_no_permission(remote: Remote) -> None:
    remote.sim.set_permissions(remote.car, ALL_READS)
    assert (await remote.send("commands/security/lock", status=403))["type"] == "PERMISSION"


async def test_a_model_may_not_know_a_command(remote: Remote) -> None:
    remote.car.commands = presets.VAN.commands
    answer = await remote.send("commands/charge-port/open", status=501)
    assert answer["code"] == "VEHICLE_NOT_CAPABLE"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("commands/charge/start", "CHARGING_PLUG_NOT_CONNECTED"),
        ("commands/charge/stop", "NOT_CHARGING"),
        ("commands/security/lock", "DOOR_OPEN"),
    ],
)
async def test_the_car_refuses_what_it_cannot_do(remote: Remote, path: str, code: str) -> None:
    remote.sim.act(remote.car, Car.set_opening, "back_left_door", is_open=True)
    answer = await remote.send(path, status=409)
    assert (answer["type"], answer["code"]) == ("VEHICLE_STATE", code)


@pytest.mark.parametrize(("percent", "code"), [(62, "CHARGING_IN_PROGRESS"), (80, "FULLY_CHARGED")])
async def test_a_charge_may_not_be_startable(remote: Remote, percent: int, code: str) -> None:
    remote.sim.act(remote.car, Car.set_state_of_charge, percent)
    remote.sim.act(remote.car, Car.plug_in)
    assert (await remote.send("commands/charge/start", status=409))["code"] == code


async def test_a_moving_car_is_not_unlocked(remote: Remote) -> None:
    remote.sim.act(remote.car, Car.drive, "work")
    assert (await remote.send("commands/security/unlock", status=409))["code"] == "IN_MOTION"


async def test_an_account_problem_stops_commands(remote: Remote) -> None:
    remote.sim.revoke(remote.car)
    answer = await remote.send("commands/security/lock", status=400)
    assert answer["code"] == "AUTHENTICATION_FAILED"


async def test_a_car_offline_is_unreachable(remote: Remote) -> None:
    remote.car.online = False
    assert (await remote.send("commands/security/lock", status=409))["code"] == "UNREACHABLE"


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        ("ASLEEP", 409),
        ("CHARGING_PLUG_NOT_CONNECTED", 409),
        ("DEVICE_PAIRING_REQUIRED", 409),
        ("VIRTUAL_KEY_REQUIRED", 400),
        ("PERMISSION.null", 403),
        ("VEHICLE_REQUEST_LIMIT", 430),
        ("RATE_LIMIT.VEHICLE", 429),
        ("UPSTREAM.NO_RESPONSE", 502),
    ],
)
async def test_any_refusal_can_be_planned(remote: Remote, problem: str, status: int) -> None:
    remote.sim.fail_commands(problem=problem)
    answer = await remote.send("commands/security/unlock", status=status)
    assert answer["status"] == status
    assert remote.car.locked
    await remote.send("commands/security/unlock")


async def test_a_refusal_can_be_of_one_command_or_car(remote: Remote) -> None:
    remote.sim.fail_commands("security-lock", problem="ASLEEP", times=-1)
    remote.sim.fail_commands(car=remote.sim.dynamic_car, problem="ASLEEP", times=-1)
    await remote.send("commands/security/lock", status=409)
    await remote.send("commands/security/unlock")
    remote.sim.clear_faults()
    await remote.send("commands/security/lock")


@pytest.mark.parametrize("obeyed", [False, True])
async def test_a_time_out_tells_nothing_of_the_car(remote: Remote, *, obeyed: bool) -> None:
    remote.sim.fail_commands(problem="UPSTREAM.NO_RESPONSE", http_status=504, obeyed=obeyed)
    await remote.send("commands/security/unlock", status=504)
    assert remote.car.locked is not obeyed


async def test_a_failure_comes_with_status_200(remote: Remote) -> None:
    remote.sim.fail_commands(status="FAILURE", problem="VEHICLE_STATE.UNREACHABLE")
    attributes = (await remote.send("commands/security/unlock"))["data"]["attributes"]
    assert attributes["status"]["value"] == "FAILURE"
    assert attributes["status"]["error"]["code"] == "UNREACHABLE"
    assert remote.car.locked


async def test_a_pending_command_is_not_completed(remote: Remote) -> None:
    remote.sim.fail_commands(status="PENDING")
    data = (await remote.send("commands/security/unlock"))["data"]
    assert data["attributes"]["status"] == {"value": "PENDING"}
    assert "completedAt" not in data["meta"]


async def test_a_long_command_answers_202_and_streams_its_result(remote: Remote) -> None:
    remote.sim.fail_commands(streamed=True, held=True)
    response = await remote.open("commands/security/unlock")
    assert response.status == 202
    assert "Content-Length" not in response.headers
    assert remote.car.locked
    remote.sim.release_commands()
    answer = await response.json()
    assert answer["data"]["attributes"]["status"] == {"value": "SUCCESS"}
    assert not remote.car.locked


async def test_a_streamed_failure_has_its_own_status(remote: Remote) -> None:
    remote.sim.fail_commands(streamed=True, problem="DOOR_OPEN")
    response = await remote.open("commands/security/lock")
    answer = await response.json()
    assert (response.status, answer["status"], answer["code"]) == (202, 409, "DOOR_OPEN")


async def test_a_car_obeys_whoever_hung_up(remote: Remote) -> None:
    remote.sim.fail_commands(streamed=True, held=True)
    response = await remote.open("commands/security/unlock")
    response.close()
    remote.sim.release_commands()
    async with remote.client.get("/control/cars/Crossover") as later:
        assert (await later.json())["locked"] is False


async def test_a_slow_command_is_answered_late(remote: Remote) -> None:
    remote.sim.fail_commands("security-unlock", held=True)
    pending = asyncio.create_task(remote.send("commands/security/unlock"))
    await remote.send("commands/security/lock")
    assert not pending.done()
    remote.sim.release_commands()
    await pending
    assert not remote.car.locked


async def test_a_latency_is_in_real_seconds(remote: Remote) -> None:
    remote.sim.fail_commands(latency=0.05)
    began = asyncio.get_running_loop().time()
    await remote.send("commands/security/lock")
    assert asyncio.get_running_loop().time() - began >= 0.05


@pytest.mark.usefixtures("current")
async def test_a_change_is_delivered_when_time_moves(remote: Remote, receiver: Receiver) -> None:
    await remote.sim.deliver()
    receiver.received.clear()
    await remote.send("commands/security/unlock")
    assert not receiver.received
    await remote.sim.advance(timedelta())
    (state,) = receiver.of("VEHICLE_STATE")
    assert [it["signal"]["code"] for it in state["triggers"]] == ["closure-islocked"]


@pytest.mark.usefixtures("current")
async def test_a_change_can_lag_behind_the_command(remote: Remote, receiver: Receiver) -> None:
    remote.sim.command_lag = timedelta(minutes=5)
    await remote.sim.deliver()
    receiver.received.clear()
    await remote.send("commands/security/unlock")
    await remote.sim.advance(timedelta(minutes=4, seconds=59))
    assert remote.car.locked
    assert not receiver.received
    await remote.sim.advance(timedelta(seconds=1))
    assert not remote.car.locked
    assert len(receiver.of("VEHICLE_STATE")) == 1


async def test_a_lagging_command_is_refused_at_once(remote: Remote) -> None:
    remote.sim.command_lag = timedelta(minutes=5)
    await remote.send("commands/charge/start", status=409)


async def test_a_lagging_command_may_come_to_nothing(remote: Remote) -> None:
    remote.sim.command_lag = timedelta(minutes=5)
    remote.sim.act(remote.car, Car.plug_in)
    await remote.send("commands/charge/stop")
    remote.sim.act(remote.car, Car.unplug)
    await remote.sim.advance(timedelta(minutes=5))
    assert not remote.car.plugged_in


async def test_a_change_outside_the_webhook_is_not_delivered(
    remote: Remote, receiver: Receiver
) -> None:
    only = ("tractionbattery-stateofcharge",)
    await webhook_for(remote.sim, receiver, Kind.CURRENT, triggers=only, data=only)
    await remote.sim.deliver()
    receiver.received.clear()
    await remote.send("commands/security/unlock")
    await remote.sim.advance(timedelta(hours=1))
    assert not receiver.received


async def test_a_command_wakes_the_car(remote: Remote) -> None:
    remote.sim.act(remote.car, Car.sleep)
    await remote.send("commands/security/unlock")
    assert not remote.car.asleep


async def timers(remote: Remote) -> list[Json]:
    """Read the charge schedules back from the signal."""
    webhook = await remote.sim.create_webhook("current", f"{remote.sim.url}/hook")
    webhook.verified = True
    remote.sim.subscribe(webhook, remote.car)
    url = f"/vehicle/v3/vehicles/{remote.car.id}/signals/charge-chargetimers"
    async with remote.client.get(url, headers=remote.headers) as response:
        values: list[Json] = (await response.json())["data"]["attributes"]["body"]["values"]
        return values


async def test_a_daily_schedule_is_created_and_read_back(remote: Remote) -> None:
    data = (await remote.send("charge-schedules/daily", DAILY))["data"]
    attributes = data["attributes"]
    assert data["type"] == "charge-schedule-execution"
    assert (attributes["action"], attributes["scheduleType"]) == ("create", "daily")
    assert attributes["parameters"] == DAILY
    assert data["links"]["schedule"].endswith(f"/charge-schedules/{attributes['scheduleId']}")
    (timer,) = await timers(remote)
    assert (timer["type"], timer["scheduleType"]) == ("LOCATION", "DAILY")
    assert timer["scheduleId"] == attributes["scheduleId"]
    assert timer["condition"] == HOME
    (hours,) = timer["schedules"]
    assert (hours["start"], hours["end"], len(hours["days"])) == ("22:00:00", "06:00:00", 7)


async def test_a_weekly_schedule_has_hours_by_day(remote: Remote) -> None:
    monday, sunday = (
        {"startTime": "01:00", "stopTime": "05:00"},
        {"startTime": "10:00", "stopTime": "16:00"},
    )
    days = {"monday": monday, "sunday": sunday}
    await remote.send("charge-schedules/weekly", {"location": HOME, "days": days})
    (timer,) = await timers(remote)
    assert timer["scheduleType"] == "WEEKLY"
    assert timer["schedules"] == [
        {"start": "01:00:00", "end": "05:00:00", "days": ["MONDAY"]},
        {"start": "10:00:00", "end": "16:00:00", "days": ["SUNDAY"]},
    ]


async def test_a_workweek_schedule_has_weekdays_and_weekends(remote: Remote) -> None:
    hours = {"startTime": "01:00", "stopTime": "05:00"}
    attributes = {"location": HOME, "weekdays": hours, "weekends": hours}
    await remote.send("charge-schedules/workweek", attributes)
    (timer,) = await timers(remote)
    assert [len(it["days"]) for it in timer["schedules"]] == [5, 2]


async def test_a_schedule_is_deleted_by_its_id(remote: Remote) -> None:
    created = await remote.send("charge-schedules/daily", DAILY)
    schedule_id = created["data"]["attributes"]["scheduleId"]
    attributes = (await remote.delete(schedule_id))["data"]["attributes"]
    assert (attributes["action"], attributes["scheduleId"]) == ("delete", schedule_id)
    assert await timers(remote) == []
    assert (await remote.delete(schedule_id, 404))["type"] == "RESOURCE_NOT_FOUND"


async def test_another_make_has_no_schedules(remote: Remote) -> None:
    remote.car.commands = presets.VAN.commands
    answer = await remote.send("charge-schedules/daily", DAILY, 501)
    assert answer["code"] == "VEHICLE_NOT_CAPABLE"
