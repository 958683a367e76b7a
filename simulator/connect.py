"""Smartcar Connect: the pages on which an owner grants access or logs in again."""

from html import escape

from aiohttp import web
from yarl import URL

from .cloud import Application, Connection, NotFoundError
from .tokens import Grant
from .world import World

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} · Smartcar Connect (simulated)</title>
<style>
body {{ font: 1rem/1.5 system-ui; max-width: 28rem; margin: 4rem auto; padding: 0 1rem }}
button {{ font: inherit; padding: .6rem 1.2rem; border-radius: .5rem; border: 1px solid #888 }}
button.primary {{ background: #0a6; color: #fff; border-color: #0a6 }}
</style>
<h1>{title}</h1>
<p>{text}</p>
{form}
</html>
"""
_FORM = """<form method="post">
<button class="primary" name="action" value="allow">{allow}</button>
<button name="action" value="deny">Cancel</button>
</form>"""


class Connect:
    """The handlers of `/connect/oauth`; the buttons post to the URL of their page."""

    def __init__(self, world: World) -> None:
        """Initialize."""
        self._world = world
        self._cloud = world.cloud

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/connect/oauth/authorize", self._ask),
            web.post("/connect/oauth/authorize", self._authorize),
            web.get("/connect/oauth/reauthenticate", self._ask_again),
            web.post("/connect/oauth/reauthenticate", self._reauthenticate),
        ]

    async def _ask(self, request: web.Request) -> web.Response:
        application = self._application(request)
        cars = [
            it.car.name
            for it in self._cloud.connections.values()
            if it.application_id == application.id
        ]
        return _page(
            "Allow access",
            f"{application.name} would like to read: {', '.join(cars) or 'no cars'}.",
            _FORM.format(allow="Allow"),
        )

    async def _authorize(self, request: web.Request) -> web.Response:
        application = self._application(request)
        if not await _allowed(request):
            return _back(request, error="access_denied", error_description="Cancelled by the owner")
        owners = self._cloud.owners_of(application)
        if not owners:
            return _back(request, error="no_vehicles", error_description="No vehicles")
        if request.query.get("response_type", "code") == "none":
            return _done()
        code = self._cloud.tokens.code(Grant(application.id, owners[0]))
        return _back(request, code=code, user_id=owners[0])

    async def _ask_again(self, request: web.Request) -> web.Response:
        car = self._connection(request).car
        return _page(
            "Log in again",
            f"{car.name} ({car.model.make} {car.model.model}) lost its connection.",
            _FORM.format(allow="Log in again"),
        )

    async def _reauthenticate(self, request: web.Request) -> web.Response:
        car = self._connection(request).car
        if not await _allowed(request):
            return _back(request, error="access_denied", error_description="Cancelled by the owner")
        await self._world.heal(car)
        if request.query.get("response_type") == "none":
            return _done()
        return _back(request, vehicle_id=car.id)

    def _application(self, request: web.Request) -> Application:
        client_id = request.query.get("client_id", request.query.get("application_id"))
        application = self._cloud.applications.get(client_id or "")
        if application is None:
            raise _refusal("There is no application with this client_id.")
        redirect = request.query.get("redirect_uri")
        if application.redirect_uris and redirect not in (None, *application.redirect_uris):
            raise _refusal("This redirect_uri is not registered.")
        return application

    def _connection(self, request: web.Request) -> Connection:
        application = self._application(request)
        try:
            connection = self._cloud.connection_of(request.query.get("vehicle_id", ""))
        except NotFoundError:
            connection = None
        if connection is None or connection.application_id != application.id:
            raise _refusal("There is no such vehicle_id.")
        return connection


async def _allowed(request: web.Request) -> bool:
    return (await request.post()).get("action") == "allow"


def _back(request: web.Request, **parameters: str) -> web.Response:
    redirect = request.query.get("redirect_uri")
    if redirect is None:
        return (
            _done()
            if "error" not in parameters
            else _page("Not connected", parameters["error_description"])
        )
    if "state" in request.query:
        parameters["state"] = request.query["state"]
    location = URL(redirect).update_query(parameters)
    return web.Response(status=302, headers={"Location": str(location)})


def _done() -> web.Response:
    return _page("Connected", "You can close this page.")


def _refusal(reason: str) -> web.HTTPBadRequest:
    page = _PAGE.format(title="Configuration error", text=escape(reason), form="")
    return web.HTTPBadRequest(text=page, content_type="text/html")


def _page(title: str, text: str, form: str = "") -> web.Response:
    page = _PAGE.format(title=title, text=escape(text), form=form)
    return web.Response(text=page, content_type="text/html")
