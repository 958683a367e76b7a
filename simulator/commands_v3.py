"""The remote commands of API v3 over HTTP (api-reference/commands, charge-schedules)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import count
import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from .access_v3 import vehicle_of_user
from .api import ApiError, bill, error_body_v3
from .car import ImpossibleError
from .clock import iso
from .cloud import Connection, NotFoundError
from .commands import COMMANDS, Command, ParameterError, Parameters
from .faults import CommandFault
from .problems import Problem, find
from .world import World

type Body = dict[str, Any]

_VEHICLE = "/vehicle/v3/vehicles/{vehicle_id}"
_OK, _ACCEPTED = 200, 202


class CommandsV3:
    """The handlers of `…/commands` and `…/charge-schedules`."""

    def __init__(self, world: World) -> None:
        """Initialize."""
        self._world = world
        self._executions = count(1)
        self._schedules = count(1)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        commands = f"{_VEHICLE}/commands"
        schedules = f"{_VEHICLE}/charge-schedules"
        return [
            web.post(f"{commands}/charge/start", self._handler("charge-start")),
            web.post(f"{commands}/charge/stop", self._handler("charge-stop")),
            web.post(f"{commands}/charge/set-limit", self._handler("charge-set-limit")),
            web.post(f"{commands}/charge-port/open", self._handler("charge-port-open")),
            web.post(f"{commands}/charge-port/close", self._handler("charge-port-close")),
            web.post(f"{commands}/security/lock", self._handler("security-lock")),
            web.post(f"{commands}/security/unlock", self._handler("security-unlock")),
            web.post(
                f"{commands}/navigation/set-destination",
                self._handler("navigation-set-destination"),
            ),
            web.post(f"{schedules}/daily", self._handler("charge-schedules-daily")),
            web.post(f"{schedules}/weekly", self._handler("charge-schedules-weekly")),
            web.post(f"{schedules}/workweek", self._handler("charge-schedules-workweek")),
            web.delete(f"{schedules}/{{schedule_id}}", self._handler("charge-schedules-delete")),
        ]

    def _handler(self, command_type: str) -> Handler:
        command = COMMANDS[command_type]

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, command)

        return handle

    async def _handle(self, request: web.Request, command: Command) -> web.StreamResponse:
        cloud = self._world.cloud
        connection = vehicle_of_user(cloud, request)
        parameters = await _parameters(request, command)
        schedule = self._schedule(request, connection, command)
        bill(request, connection)
        fault = cloud.faults.next_for_command(command.type, connection.car.id) or CommandFault()
        began = cloud.clock.wall

        def result() -> tuple[Body, int]:
            problem = self._run(connection, command, {**parameters, **schedule}, fault)
            if problem is not None:
                return error_body_v3(cloud, problem), fault.http_status or problem.status
            data = self._execution(command, {**parameters, **schedule}, fault, began)
            if command.schedule_type is not None:
                schedules = request.path.rpartition(command.schedule_type)[0]
                data["links"] = {"schedule": f"{schedules}{schedule['scheduleId']}"}
            return {"data": data}, _OK

        if fault.streamed:
            return await self._stream(request, fault, result)
        await self._wait(fault)
        body, status = result()
        return web.json_response(body, status=status)

    async def _stream(
        self, request: web.Request, fault: CommandFault, result: Callable[[], tuple[Body, int]]
    ) -> web.StreamResponse:
        """Answer 202 at once, and send the result as the body when there is one."""
        response = web.StreamResponse(
            status=_ACCEPTED, headers={"Content-Type": "application/json"}
        )
        await response.prepare(request)
        await self._wait(fault)
        body, _ = result()
        # Whoever sent the command may have gone; the car has obeyed all the same.
        with suppress(ConnectionError):
            await response.write(json.dumps(body).encode())
            await response.write_eof()
        return response

    async def _wait(self, fault: CommandFault) -> None:
        await asyncio.sleep(fault.latency)
        if fault.held:
            await self._world.wait_for_release()

    def _run(
        self, connection: Connection, command: Command, parameters: Parameters, fault: CommandFault
    ) -> Problem | None:
        """Let the car obey, unless it does not; return the problem."""
        planned = fault.problem if fault.is_refused else None
        refused = _refusal(connection, command)
        if planned is None and refused is not None:
            return refused
        if fault.is_obeyed:
            try:
                self._world.execute(connection.car, command, parameters)
            except ImpossibleError as error:
                return planned or find(f"VEHICLE_STATE.{error.code}")
        return planned

    def _execution(
        self, command: Command, parameters: Parameters, fault: CommandFault, began: datetime
    ) -> Body:
        """Return the execution of a command that is no error."""
        attributes: Body = {"status": _status(fault)}
        if command.is_of_schedule:
            created = command.schedule_type is not None
            attributes["action"] = "create" if created else "delete"
            attributes["scheduleId"] = parameters["scheduleId"]
            if created:
                attributes["scheduleType"] = command.schedule_type
        else:
            attributes["commandType"] = command.type
        echoed = {key: value for key, value in parameters.items() if key != "scheduleId"}
        if echoed:
            attributes["parameters"] = echoed
        meta: Body = {"executedAt": iso(began)}
        pending = fault.status == "PENDING"
        attributes["executionMode"] = "async" if pending or fault.streamed else "sync"
        if not pending:
            now = self._world.clock.wall
            duration = round((now - began).total_seconds())
            meta |= {"completedAt": iso(now), "durationInSeconds": duration}
        return {
            "id": f"exec_{next(self._executions):010d}",
            "type": f"{'charge-schedule' if command.is_of_schedule else 'command'}-execution",
            "attributes": attributes,
            "meta": meta,
        }

    def _schedule(
        self, request: web.Request, connection: Connection, command: Command
    ) -> Parameters:
        """Return the parameter `scheduleId` if the command has one."""
        if command.schedule_type is not None:
            return {"scheduleId": f"sched_{next(self._schedules):06d}"}
        schedule_id = request.match_info.get("schedule_id")
        if schedule_id is None:
            return {}
        if schedule_id not in {it.id for it in connection.car.charge_schedules}:
            raise NotFoundError("no such charge schedule")
        return {"scheduleId": schedule_id}


def _refusal(connection: Connection, command: Command) -> Problem | None:
    """Return why Smartcar does not pass a command on to the car."""
    car = connection.car
    if command.permission not in connection.permissions:
        return find("PERMISSION.null")
    if command.type not in car.commands:
        return find("VEHICLE_NOT_CAPABLE")
    if car.problem is not None:
        return car.problem
    return None if car.online else find("UNREACHABLE")


def _status(fault: CommandFault) -> Body:
    # The reason of a FAILURE is documented nowhere; it is given as signals give theirs.
    status: Body = {"value": fault.status or "SUCCESS"}
    if fault.problem is not None:
        status["error"] = {
            "type": fault.problem.type,
            "code": fault.problem.code,
            "title": fault.problem.title,
            "detail": fault.problem.description,
        }
    return status


async def _parameters(request: web.Request, command: Command) -> Parameters:
    if command.parse is None:
        return {}
    try:
        return command.parse((await request.json())["data"]["attributes"])
    except ParameterError as error:
        raise ApiError(find("INVALID_INPUT_FORMAT"), str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ApiError(find("INVALID_INPUT_FORMAT"), "data.attributes is required") from error
