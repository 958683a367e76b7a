"""A loopback server that answers what a test tells it to, and keeps what it was asked."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json

import aiohttp
from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from aiohttp.test_utils import TestServer

from custom_components.smartcar_dynamic.smartcar.client import Hosts


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; a body that is not bytes is sent as JSON."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: str

    @property
    def line(self) -> str:
        """Return the request line without its query."""
        return f"{self.method} {self.path}"


class ApiServer:
    """Answers by request line, in the order given; the last answer stays."""

    def __init__(self) -> None:
        """Start with nothing to say: what was not planned is a 418."""
        self.asked: list[Asked] = []
        self.hosts = Hosts()
        self.arrived = asyncio.Event()
        self.silent = asyncio.Event()
        self._answers: dict[str, list[Answer]] = {}

    def on(self, line: str, *answers: object) -> None:
        """Plan the answers to a request line; what is no `Answer` is the body of a 200."""
        self._answers[line] = [a if isinstance(a, Answer) else Answer(a) for a in answers]

    def lines(self) -> list[str]:
        """Return the request lines asked so far."""
        return [asked.line for asked in self.asked]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer as planned."""
        asked = Asked(
            request.method, request.path, dict(request.query), request.headers, await request.text()
        )
        self.asked.append(asked)
        self.arrived.set()
        planned = self._answers.get(asked.line, [Answer(status=418)])
        answer = planned.pop(0) if len(planned) > 1 else planned[0]
        if answer.body is NEVER:
            await self.silent.wait()
        if answer.body is RESET and request.transport is not None:
            request.transport.abort()
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return web.Response(status=answer.status, body=body, headers=answer.headers)


NEVER: list[object] = []
"""The body of an answer that does not come before the test ends."""
RESET: list[object] = []
"""The body of an answer instead of which the connection is reset."""


@asynccontextmanager
async def api_server() -> AsyncGenerator[ApiServer]:
    """Run a server on loopback."""
    api = ApiServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", api.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        api.hosts = Hosts.below(str(server.make_url("")).rstrip("/"))
        yield api
        api.silent.set()


@asynccontextmanager
async def loopback_session() -> AsyncGenerator[aiohttp.ClientSession]:
    """Open a session that starts no resolver of its own."""
    connector = aiohttp.TCPConnector(resolver=ThreadedResolver())
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
