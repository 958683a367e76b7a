"""The control API under `/control` and the dashboard page: HTTP for what `Simulator` can do."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler

from . import fleet, views
from .car import Car, ImpossibleError
from .cloud import Kind, NotFoundError
from .faults import DeliveryFaults
from .geo import Place
from .signals import CATALOGUE

if TYPE_CHECKING:
    from .simulator import Simulator

type Arguments = Mapping[str, Any]

_PAGE = Path(__file__).with_name("dashboard.html")


class Control:
    """The handlers; bodies and answers are JSON objects with snake_case keys."""

    def __init__(self, simulator: Simulator) -> None:
        """Control this simulator."""
        self._simulator = simulator
        self._verbs = _car_verbs(simulator)

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
            ("DELETE", "/faults", self._calm),
        )
        return [
            web.get("/", self._page),
            *(web.route(method, f"/control{path}", _answer(it)) for method, path, it in table),
        ]

    async def _page(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(_PAGE)

    async def _state(self, _: web.Request) -> web.Response:
        return web.json_response(views.state(self._simulator))

    async def _catalogue(self, _: web.Request) -> web.Response:
        return web.json_response(
            {"signals": list(CATALOGUE), "triggers": fleet.TRIGGERS, "data": fleet.DATA}
        )

    async def _deliveries(self, _: web.Request) -> web.Response:
        log = [views.delivery(it, envelope=True) for it in self._simulator.courier.log]
        return web.json_response({"deliveries": log})

    async def _reset_calls(self, _: web.Request) -> web.Response:
        self._simulator.cloud.meter.reset()
        return web.json_response({})

    async def _create_webhook(self, request: web.Request) -> web.Response:
        arguments = dict(await _arguments(request))
        webhook = await self._simulator.create_webhook(
            arguments.pop("kind"), arguments.pop("callback_uri"), **arguments
        )
        return web.json_response(views.webhook(webhook))

    async def _delete_webhook(self, request: web.Request) -> web.Response:
        self._simulator.delete_webhook(request.match_info["webhook"])
        return web.json_response({})

    async def _webhook(self, request: web.Request) -> web.Response:
        simulator, arguments = self._simulator, await _arguments(request)
        webhook = simulator.webhook(request.match_info["webhook"])
        match request.match_info["verb"]:
            case "verify":
                return web.json_response(views.verification(await simulator.verify(webhook)))
            case "test":
                sent = await simulator.send_test(webhook, arguments.get("event", "VEHICLE_STATE"))
                return web.json_response(views.delivery(sent))
            case "enable":
                simulator.set_enabled(webhook, enabled=True)
            case "disable":
                simulator.set_enabled(webhook, enabled=False)
            case "subscribe":
                simulator.subscribe(webhook, arguments["car"])
            case "unsubscribe":
                simulator.unsubscribe(webhook, arguments["car"])
            case verb:
                raise NotFoundError(f"no verb {verb}")
        return web.json_response(views.webhook(webhook))

    async def _add_car(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        application = arguments.get("application", Kind.CURRENT)
        car = self._simulator.add_car(arguments["name"], application=application)
        return web.json_response(views.car(self._simulator, car))

    async def _car(self, request: web.Request) -> web.Response:
        car = self._simulator.car(request.match_info["car"])
        return web.json_response(views.car(self._simulator, car))

    async def _remove_car(self, request: web.Request) -> web.Response:
        self._simulator.remove_car(request.match_info["car"])
        return web.json_response({})

    async def _do(self, request: web.Request) -> web.Response:
        car = self._simulator.car(request.match_info["car"])
        verb = request.match_info["verb"]
        if verb not in self._verbs:
            raise NotFoundError(f"no verb {verb}")
        pending = self._verbs[verb](car, await _arguments(request))
        if isinstance(pending, Awaitable):
            await pending
        return web.json_response(views.car(self._simulator, car))

    async def _deliver(self, _: web.Request) -> web.Response:
        sent = await self._simulator.deliver()
        return web.json_response({"deliveries": [views.delivery(it) for it in sent]})

    async def _release(self, _: web.Request) -> web.Response:
        sent = await self._simulator.release()
        return web.json_response({"deliveries": [views.delivery(it) for it in sent]})

    async def _day(self, _: web.Request) -> web.Response:
        self._simulator.start_day()
        return web.json_response({})

    async def _time(self, request: web.Request) -> web.Response:
        arguments = await _arguments(request)
        if "speed" in arguments:
            self._simulator.run(float(arguments["speed"]))
        if "advance" in arguments:
            await self._simulator.advance(timedelta(seconds=float(arguments["advance"])))
        return web.json_response(views.state(self._simulator)["time"])

    async def _credentials(self, request: web.Request) -> web.Response:
        simulator, arguments = self._simulator, await _arguments(request)
        match request.match_info["verb"]:
            case "reject":
                simulator.reject_credentials(reject=arguments.get("reject", True))
            case "expire":
                simulator.expire_tokens()
            case "revoke":
                simulator.revoke_tokens(arguments["application"])
            case "issue":
                simulator.issue_tokens(arguments.get("application", Kind.DYNAMIC))
            case "rotate":
                simulator.rotate_management_token(
                    arguments["application"],
                    signing_key_too=arguments.get("signing_key_too", True),
                )
            case verb:
                raise NotFoundError(f"no verb {verb}")
        applications = simulator.cloud.applications.values()
        return web.json_response({"applications": [views.application(it) for it in applications]})

    async def _delivery_faults(self, request: web.Request) -> web.Response:
        arguments = dict(await _arguments(request))
        delay = timedelta(seconds=float(arguments.pop("delay", 0)))
        self._simulator.courier.faults = DeliveryFaults(delay=delay, **arguments)
        return web.json_response(views.state(self._simulator)["faults"])

    async def _api_fault(self, request: web.Request) -> web.Response:
        arguments = dict(await _arguments(request))
        self._simulator.fail_api(arguments.pop("status"), **arguments)
        return web.json_response(views.state(self._simulator)["faults"])

    async def _calm(self, _: web.Request) -> web.Response:
        self._simulator.calm()
        return web.json_response(views.state(self._simulator)["faults"])


def _car_verbs(
    simulator: Simulator,
) -> Mapping[str, Callable[[Car, Arguments], object]]:
    """Return what can be done to a car under `/control/cars/{car}/`."""
    return {
        "plug-in": lambda car, _: simulator.plug_in(car),
        "unplug": lambda car, _: simulator.unplug(car),
        "start-charging": lambda car, _: simulator.start_charging(car),
        "stop-charging": lambda car, _: simulator.stop_charging(car),
        "charge-limit": lambda car, it: simulator.set_charge_limit(car, int(it["percent"])),
        "state-of-charge": lambda car, it: simulator.set_state_of_charge(car, float(it["percent"])),
        "drive": lambda car, it: simulator.drive(car, _destination(it)),
        "sleep": lambda car, _: simulator.sleep(car),
        "wake": lambda car, _: simulator.wake(car),
        "lock": lambda car, _: simulator.lock(car),
        "unlock": lambda car, _: simulator.unlock(car),
        "open": lambda car, it: simulator.set_opening(car, it["opening"], is_open=True),
        "close": lambda car, it: simulator.set_opening(car, it["opening"], is_open=False),
        "revoke": lambda car, _: _tell(simulator, car, "AUTHENTICATION_FAILED"),
        "problem": lambda car, it: _tell(simulator, car, it["problem"]),
        "heal": lambda car, _: simulator.heal(car),
        "permissions": lambda car, it: simulator.set_permissions(car, it["permissions"]),
        "reissue": lambda car, _: simulator.reissue(car),
        "deliver": lambda car, _: simulator.deliver(car),
        "day": lambda car, _: simulator.start_day(car),
    }


async def _tell(simulator: Simulator, car: Car, problem: str | None) -> None:
    """Set a problem and tell the webhooks: nobody at a dashboard waits for the next hour."""
    simulator.set_problem(car, problem)
    await simulator.deliver(car)


def _destination(arguments: Arguments) -> str | Place:
    if "to" in arguments:
        return str(arguments["to"])
    return Place(float(arguments["latitude"]), float(arguments["longitude"]))


async def _arguments(request: web.Request) -> Arguments:
    """Return the JSON object of a request, empty if there is none."""
    if not request.can_read_body:
        return {}
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object")
    return body


def _answer(handler: Handler) -> Handler:
    """Return a handler for our own page and for scripts, that words what went wrong."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Origin") not in (None, f"http://{request.host}"):
            return web.json_response({"error": "another site may not do this"}, status=403)
        try:
            return await handler(request)
        except ImpossibleError as error:
            return web.json_response({"error": str(error)}, status=409)
        except NotFoundError as error:
            return web.json_response({"error": str(error)}, status=404)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"bad arguments: {error}"}, status=400)

    return answer
