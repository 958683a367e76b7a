"""The control API under `/control` and its page: HTTP for what the world can do."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from . import presets, serializers
from .car import Car, ImpossibleError
from .charging_point import FAST_CHARGER, PUBLIC_CHARGER, SOCKET, WALLBOX
from .cloud import Kind, NotFoundError
from .faults import DeliveryFaults
from .geo import Place
from .signals import CATALOGUE
from .world import World

type Arguments = Mapping[str, Any]

# In the place of the callback URI it is the classic mistake.
_REDIRECT_URI = "https://my.home-assistant.io/redirect/oauth"
_PAGE = Path(__file__).with_name("dashboard.html")


class Control:
    """The handlers; requests and responses are JSON objects with snake_case keys."""

    def __init__(self, world: World) -> None:
        """Initialize."""
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        table: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/state", self._state),
            ("GET", "/catalogue", self._catalogue),
            ("GET", "/deliveries", self._deliveries),
            ("DELETE", "/calls", self._reset_calls),
            ("POST", "/webhooks", self._create_webhook),
            ("DELETE", "/webhooks/{webhook}", self._delete_webhook),
            ("POST", "/webhooks/{webhook}/{verb}", self._webhook),
            ("POST", "/cars", self._add_car),
            ("GET", "/cars/{car}", self._car),
            ("DELETE", "/cars/{car}", self._remove_car),
            ("POST", "/cars/{car}/{verb}", self._do),
            ("POST", "/deliver", self._deliver),
            ("POST", "/release", self._release),
            ("POST", "/day", self._day),
            ("POST", "/time", self._time),
            ("POST", "/credentials/{verb}", self._credentials),
            ("POST", "/faults/deliveries", self._delivery_faults),
            ("POST", "/faults/api", self._api_fault),
            ("POST", "/faults/commands", self._command_fault),
            ("POST", "/commands/release", self._release_commands),
            ("DELETE", "/faults", self._clear_faults),
        )
        return [
            web.get("/", self._page),
            *(
                web.route(method, f"/control{path}", _errors_as_json(it))
                for method, path, it in table
            ),
        ]

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(serializers.state(self._world))

    async def _catalogue(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "signals": list(CATALOGUE),
                "triggers": presets.DEFAULT_TRIGGERS,
                "data": presets.DEFAULT_DATA,
                "redirect_uri": _REDIRECT_URI,
            }
        )

    async def _deliveries(self, _: web.Request) -> web.Response:
        log = [serializers.delivery(it, envelope=True) for it in self._world.delivery_queue.log]
        return web.json_response({"deliveries": log})

    async def _reset_calls(self, _: web.Request) -> web.Response:
        self._world.cloud.meter.reset()
        return web.json_response({})

    async def _create_webhook(self, request: web.Request) -> web.Response:
        arguments = dict(await _arguments(request))
        webhook = await self._world.create_webhook(
            arguments.pop("kind"), arguments.pop("callback_uri"), **arguments
        )
        return web.json_response(serializers.webhook(webhook))

    async def _delete_webhook(self, request: web.Request) -> web.Response:
        self._world.delete_webhook(request.match_info["webhook"])
        return web.json_response({})

    async def _webhook(self, request: web.Request) -> web.Response:
        world, arguments = self._world, await _arguments(request)
        webhook = world.webhook(request.match_info["webhook"])
        match request.match_info["verb"]:
            case "verify":
                return web.json_response(serializers.verification(await world.verify(webhook)))
            case "test":
                sent = await world.send_test(webhook, arguments.get("event", "VEHICLE_STATE"))
                return web.json_response(serializers.delivery(sent))
            case "enable":
                world.set_enabled(webhook, enabled=True)
            case "disable":
                world.set_enabled(webhook, enabled=False)
            case "change":
                world.change_webhook(webhook, **arguments)
            case "subscribe":
                world.subscribe(webhook, arguments["car"])
            case "unsubscribe":
                world.unsubscribe(webhook, arguments["car"])
            case verb:
                raise NotFoundError(f"no verb {verb}")
        return web.json_response(serializers.webhook(webhook))

    async def _add_car(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        application = arguments.get("application", Kind.CURRENT)
        car = self._world.add_car(arguments["name"], application=application)
        return web.json_response(serializers.car(self._world, car))

    async def _car(self, request: web.Request) -> web.Response:
        car = self._world.car(request.match_info["car"])
        return web.json_response(serializers.car(self._world, car))

    async def _remove_car(self, request: web.Request) -> web.Response:
        self._world.remove_car(request.match_info["car"])
        return web.json_response({})

    async def _do(self, request: web.Request) -> web.Response:
        world, arguments = self._world, await _arguments(request)
        car = world.car(request.match_info["car"])
        match request.match_info["verb"]:
            case "revoke":
                await self._announce(car, "AUTHENTICATION_FAILED")
            case "problem":
                await self._announce(car, arguments["problem"])
            case "heal":
                await world.heal(car)
            case "permissions":
                world.set_permissions(car, arguments["permissions"])
            case "request-limit":
                world.set_request_limit(car, arguments["limit"])
            case "reissue":
                world.reissue(car)
            case "deliver":
                await world.deliver(car)
            case "day":
                world.start_day(car)
            case verb if verb in _CAR_VERBS:
                world.act(car, _CAR_VERBS[verb], arguments)
            case verb:
                raise NotFoundError(f"no verb {verb}")
        return web.json_response(serializers.car(world, car))

    async def _announce(self, car: Car, problem: str | None) -> None:
        """Set a problem and deliver it at once: nobody at the page waits for the next report."""
        self._world.set_problem(car, problem)
        await self._world.deliver(car)

    async def _deliver(self, _: web.Request) -> web.Response:
        sent = await self._world.deliver()
        return web.json_response({"deliveries": [serializers.delivery(it) for it in sent]})

    async def _release(self, _: web.Request) -> web.Response:
        sent = await self._world.release()
        return web.json_response({"deliveries": [serializers.delivery(it) for it in sent]})

    async def _day(self, _: web.Request) -> web.Response:
        self._world.start_day()
        return web.json_response({})

    async def _time(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        if "speed" in arguments:
            self._world.run(float(arguments["speed"]))
        if "command_lag" in arguments:
            self._world.command_lag = timedelta(seconds=float(arguments["command_lag"]))
        if "advance" in arguments:
            await self._world.advance(timedelta(seconds=float(arguments["advance"])))
        return web.json_response(serializers.state(self._world)["time"])

    async def _credentials(self, request: web.Request) -> web.Response:
        world, arguments = self._world, await _arguments(request)
        match request.match_info["verb"]:
            case "reject":
                world.reject_credentials(reject=arguments.get("reject", True))
            case "expire":
                world.expire_tokens()
            case "revoke":
                world.revoke_tokens(arguments["application"])
            case "issue":
                world.issue_tokens(arguments.get("application", Kind.DYNAMIC))
            case "rotate":
                world.rotate_management_token(
                    arguments["application"],
                    signing_key_too=arguments.get("signing_key_too", True),
                )
            case verb:
                raise NotFoundError(f"no verb {verb}")
        applications = world.cloud.applications.values()
        return web.json_response(
            {"applications": [serializers.application(it) for it in applications]}
        )

    async def _delivery_faults(self, request: web.Request) -> web.Response:
        arguments = dict(await _arguments(request))
        delay = timedelta(seconds=float(arguments.pop("delay", 0)))
        self._world.delivery_queue.faults = DeliveryFaults(delay=delay, **arguments)
        return web.json_response(serializers.state(self._world)["faults"])

    async def _api_fault(self, request: web.Request) -> web.Response:
        arguments = dict(await _arguments(request))
        self._world.fail_api(arguments.pop("status"), **arguments)
        return web.json_response(serializers.state(self._world)["faults"])

    async def _command_fault(self, request: web.Request) -> web.Response:
        self._world.fail_commands(**await _arguments(request))
        return web.json_response(serializers.state(self._world)["faults"])

    async def _release_commands(self, _: web.Request) -> web.Response:
        self._world.release_commands()
        return web.json_response({})

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._world.clear_faults()
        return web.json_response(serializers.state(self._world)["faults"])


def _destination(arguments: Arguments) -> str | Place:
    if "to" in arguments:
        return str(arguments["to"])
    return Place(float(arguments["latitude"]), float(arguments["longitude"]))


_CHARGING_POINTS = {
    "wallbox": WALLBOX,
    "socket": SOCKET,
    "public": PUBLIC_CHARGER,
    "fast": FAST_CHARGER,
}
_CAR_VERBS: Mapping[str, Callable[[Car, Arguments], object]] = {
    "plug-in": lambda car, it: car.plug_in(_CHARGING_POINTS[it.get("at", "wallbox")]),
    "unplug": lambda car, _: car.unplug(),
    "start-charging": lambda car, _: car.start_charging(),
    "stop-charging": lambda car, _: car.stop_charging(),
    "charge-limit": lambda car, it: car.set_charge_limit(int(it["percent"])),
    "state-of-charge": lambda car, it: car.set_state_of_charge(float(it["percent"])),
    "drive": lambda car, it: car.drive(_destination(it)),
    "sleep": lambda car, _: car.sleep(),
    "wake": lambda car, _: car.wake(),
    "lock": lambda car, _: car.lock(),
    "unlock": lambda car, _: car.unlock(),
    "open": lambda car, it: car.set_opening(it["opening"], is_open=True),
    "close": lambda car, it: car.set_opening(it["opening"], is_open=False),
}


async def _arguments(request: web.Request) -> Arguments:
    """Return the JSON object of a request, empty if there is none."""
    if not request.can_read_body:
        return {}
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _errors_as_json(handler: Handler) -> Handler:
    """Return a handler that turns its exceptions into JSON errors."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Origin") not in (None, f"http://{request.host}"):
            return web.json_response({"error": "not allowed from another origin"}, status=403)
        try:
            return await handler(request)
        except ImpossibleError as error:
            return web.json_response({"error": str(error)}, status=409)
        except NotFoundError as error:
            return web.json_response({"error": str(error)}, status=404)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"bad arguments: {error}"}, status=400)

    return handle
