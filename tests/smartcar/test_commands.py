"""Commands of API v3: what is sent, and what the answer says of it."""

from collections.abc import AsyncGenerator
from datetime import time
import json

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.smartcar_dynamic.smartcar import commands
from custom_components.smartcar_dynamic.smartcar.client import (
    Hosts,
    SmartcarApiError,
    SmartcarConnectionError,
    SmartcarNoAnswerError,
)
from custom_components.smartcar_dynamic.smartcar.client_v3 import ClientV3
from custom_components.smartcar_dynamic.smartcar.commands import (
    LOCK,
    ChargeHours,
    Command,
    CommandFailure,
    CommandResult,
    Outcome,
    parse_result,
)
from custom_components.smartcar_dynamic.smartcar.model import Position, VehicleInfo

from .api_server import Answer, ApiServer, api_server, loopback_session

pytestmark = pytest.mark.usefixtures("socket_enabled")

VEHICLE = VehicleInfo("car-1", user_id="user-1")
URL = "/vehicle/v3/vehicles/car-1"
LOCKING = f"POST {URL}/commands/security/lock"
HOME = Position(52.5, 13.4)
HOME_JSON = {"latitude": 52.5, "longitude": 13.4}
NIGHT = ChargeHours(time(22), time(6, 30))
NIGHT_JSON = {"startTime": "22:00", "stopTime": "06:30"}
UNKNOWN = CommandResult(Outcome.UNKNOWN)
SUCCESS = CommandResult(Outcome.SUCCESS)


def execution(value: object, **attributes: object) -> dict[str, object]:
    return {"data": {"id": "exec_1", "attributes": {"status": value, **attributes}}}


DONE = execution({"value": "SUCCESS"})


@pytest.fixture
async def smartcar() -> AsyncGenerator[ApiServer]:
    async with api_server() as api:
        api.on("POST /iam/oauth2/token", {"access_token": "token-1", "expires_in": 3600})
        yield api


@pytest.fixture
async def client(smartcar: ApiServer) -> AsyncGenerator[ClientV3]:
    async with loopback_session() as session:
        yield ClientV3(session, smartcar.hosts, client_id="id", client_secret="secret")


@pytest.mark.parametrize(
    ("command", "line", "attributes", "permission"),
    [
        (LOCK, "POST commands/security/lock", None, "control_security"),
        (commands.UNLOCK, "POST commands/security/unlock", None, "control_security"),
        (commands.START_CHARGING, "POST commands/charge/start", None, "control_charge"),
        (commands.STOP_CHARGING, "POST commands/charge/stop", None, "control_charge"),
        (commands.OPEN_CHARGE_PORT, "POST commands/charge-port/open", None, "control_charge"),
        (commands.CLOSE_CHARGE_PORT, "POST commands/charge-port/close", None, "control_charge"),
        (
            commands.set_charge_limit(80),
            "POST commands/charge/set-limit",
            {"percent": 80},
            "control_charge",
        ),
        (
            commands.set_destination(HOME),
            "POST commands/navigation/set-destination",
            HOME_JSON,
            "control_navigation",
        ),
        (
            commands.set_daily_schedule(HOME, NIGHT),
            "POST charge-schedules/daily",
            {"location": HOME_JSON, **NIGHT_JSON},
            "control_charge",
        ),
        (
            commands.set_weekly_schedule(HOME, {"monday": NIGHT}),
            "POST charge-schedules/weekly",
            {"location": HOME_JSON, "days": {"monday": NIGHT_JSON}},
            "control_charge",
        ),
        (
            commands.set_workweek_schedule(HOME, NIGHT, None),
            "POST charge-schedules/workweek",
            {"location": HOME_JSON, "weekdays": NIGHT_JSON},
            "control_charge",
        ),
        (
            commands.set_workweek_schedule(HOME, NIGHT, NIGHT),
            "POST charge-schedules/workweek",
            {"location": HOME_JSON, "weekdays": NIGHT_JSON, "weekends": NIGHT_JSON},
            "control_charge",
        ),
        (
            commands.delete_charge_schedule("a/b"),
            "DELETE charge-schedules/a/b",
            None,
            "control_charge",
        ),
    ],
)
async def test_a_command_is_sent_for_its_user(
    client: ClientV3,
    smartcar: ApiServer,
    command: Command,
    line: str,
    attributes: object,
    permission: str,
) -> None:
    method, _, path = line.partition(" ")
    smartcar.on(f"{method} {URL}/{path}", DONE)
    assert await client.send_command(VEHICLE, command, on_call=lambda: None) == SUCCESS
    asked = smartcar.asked[-1]
    assert asked.headers["sc-user-id"] == "user-1"
    assert asked.headers["Authorization"] == "Bearer token-1"
    sent = json.loads(asked.body) if asked.body else None
    assert sent == (None if attributes is None else {"data": {"attributes": attributes}})
    assert command.permission == permission


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (DONE, SUCCESS),
        (execution("SUCCESS"), SUCCESS),
        (
            execution({"value": "SUCCESS"}, scheduleId="sched_1"),
            CommandResult(Outcome.SUCCESS, "sched_1"),
        ),
        (execution({"value": "PENDING"}), UNKNOWN),
        (execution({"value": "LATER"}), UNKNOWN),
        (execution(None), UNKNOWN),
        ({"data": None, "type": "x"}, UNKNOWN),
        ({}, UNKNOWN),
        (None, UNKNOWN),
        ([], UNKNOWN),
        ({"type": "UPSTREAM", "code": "NO_RESPONSE", "status": 504}, UNKNOWN),
        ({"errors": [{"status": "504"}]}, UNKNOWN),
    ],
)
def test_a_body_tells_success_from_what_is_unknown(answer: object, result: CommandResult) -> None:
    assert parse_result(answer) == result


@pytest.mark.parametrize(
    ("answer", "name", "status"),
    [
        (
            execution({"value": "FAILURE", "error": {"type": "VEHICLE_STATE", "code": "ASLEEP"}}),
            "VEHICLE_STATE:ASLEEP",
            200,
        ),
        (
            execution("failed", error={"type": "VEHICLE_STATE", "code": "ASLEEP"}),
            "VEHICLE_STATE:ASLEEP",
            200,
        ),
        (execution({"value": "FAILURE"}), "UNKNOWN", 200),
        (
            {"type": "VEHICLE_STATE", "code": "DOOR_OPEN", "status": 409},
            "VEHICLE_STATE:DOOR_OPEN",
            409,
        ),
        ({"errors": [{"status": "409", "code": "door_open"}]}, "VEHICLE_STATE:DOOR_OPEN", 409),
        ({"errors": []}, "UNKNOWN", 200),
        ({"error": "nonsense", "status": "soon"}, "NONSENSE", 200),
    ],
)
def test_a_body_may_be_a_failure(answer: object, name: str, status: int) -> None:
    failure = parse_result(answer)
    assert isinstance(failure, CommandFailure)
    assert (failure.problem.name, failure.status) == (name, status)


async def test_a_failure_in_a_body_is_an_api_error(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(LOCKING, Answer({"type": "VEHICLE_STATE", "code": "DOOR_OPEN", "status": 409}, 202))
    with pytest.raises(SmartcarApiError, match="lock a vehicle: VEHICLE_STATE:DOOR_OPEN") as error:
        await client.send_command(VEHICLE, LOCK, on_call=lambda: None)
    assert error.value.status == 409


async def test_a_refusal_is_an_api_error(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on(LOCKING, Answer({"type": "VEHICLE_STATE", "code": "ASLEEP"}, 409))
    with pytest.raises(SmartcarApiError, match="ASLEEP"):
        await client.send_command(VEHICLE, LOCK, on_call=lambda: None)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"type": "UPSTREAM", "code": "NO_RESPONSE"}, 504),
        Answer(b"<html>", 504),
        Answer(status=302),
        Answer(b"", 202),
    ],
)
async def test_what_is_no_answer_leaves_it_unknown(
    client: ClientV3, smartcar: ApiServer, answer: Answer
) -> None:
    smartcar.on(LOCKING, answer)
    assert await client.send_command(VEHICLE, LOCK, on_call=lambda: None) == UNKNOWN


async def test_a_command_without_a_token_is_not_sent(client: ClientV3, smartcar: ApiServer) -> None:
    smartcar.on("POST /iam/oauth2/token", Answer(b"<html>", 302))
    with pytest.raises(SmartcarConnectionError) as error:
        await client.send_command(VEHICLE, LOCK, on_call=lambda: None)
    assert not isinstance(error.value, SmartcarNoAnswerError)


async def test_an_unreachable_smartcar_is_sent_nothing() -> None:
    async with loopback_session() as session:
        hosts = Hosts.below("http://127.0.0.1:9")
        client = ClientV3(session, hosts, client_id="id", client_secret="secret")
        client._token, client._expires_at = "token", 4e9
        with pytest.raises(SmartcarConnectionError) as error:
            await client.send_command(VEHICLE, LOCK, on_call=lambda: None)
    assert not isinstance(error.value, SmartcarNoAnswerError)


async def test_a_connection_that_breaks_leaves_it_unknown() -> None:
    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "token-1", "expires_in": 3600})

    async def begin(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=202)
        await response.prepare(request)
        await response.write(b'{"data":')
        assert request.transport is not None
        request.transport.abort()
        return response

    app = web.Application()
    app.router.add_post("/iam/oauth2/token", token)
    app.router.add_post("/vehicle/{path:.*}", begin)
    async with TestServer(app, host="127.0.0.1") as server, loopback_session() as session:
        hosts = Hosts.below(str(server.make_url("")).rstrip("/"))
        client = ClientV3(session, hosts, client_id="id", client_secret="secret")
        assert await client.send_command(VEHICLE, LOCK, on_call=lambda: None) == UNKNOWN
