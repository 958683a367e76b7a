"""A simulator, and a callback that its webhooks are delivered to."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
import hmac
import json
from typing import Any

from aiohttp import ClientSession, web
import pytest

from simulator import Kind, Simulator, Webhook

CALLBACK = "https://home.example/api/webhook/secret="
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@dataclass
class Received:
    raw: bytes
    headers: dict[str, str]
    path: str

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw)
        return body

    def signed_with(self, key: str) -> bool:
        expected = hmac.digest(key.encode(), self.raw, "sha256").hex()
        return self.headers.get("SC-Signature") == expected


@dataclass
class Receiver:
    """A callback: knows a management token, answers with `status`, keeps what came."""

    token: str = ""
    status: int = 200
    url: str = ""
    received: list[Received] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        received = Received(await request.read(), dict(request.headers), request.path)
        self.received.append(received)
        body = received.body
        challenge = body.get("payload", body.get("data", {})).get("challenge")
        if challenge is not None:
            answer = hmac.digest(self.token.encode(), challenge.encode(), "sha256").hex()
            return web.json_response({"challenge": answer}, status=self.status)
        return web.Response(status=self.status, headers={"Location": "https://home.example/"})

    def of(self, event: str) -> list[dict[str, Any]]:
        bodies = [it.body for it in self.received]
        return [it for it in bodies if event in (it.get("eventName"), it.get("eventType"))]


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncGenerator[Receiver]:  # noqa: ARG001 - a fixture of a fixture has no other way to be asked for
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def sim(receiver: Receiver) -> AsyncGenerator[Simulator]:
    async with Simulator(routes={"https://home.example": receiver.url}, start=START) as simulator:
        yield simulator


@pytest.fixture
async def client(sim: Simulator) -> AsyncGenerator[ClientSession]:
    async with ClientSession(base_url=sim.url) as session:
        yield session


async def webhook_for(sim: Simulator, receiver: Receiver, kind: Kind, **fields: Any) -> Webhook:  # noqa: ANN401 - handed on to create_webhook
    """Create and verify a webhook, and subscribe the car of its account."""
    receiver.token = sim.application(kind).management_token
    webhook = await sim.create_webhook(kind, CALLBACK, verify=True, **fields)
    sim.subscribe(webhook, sim.dynamic_car if kind.is_v2 else sim.current_car)
    receiver.received.clear()
    return webhook


@pytest.fixture
async def dynamic(sim: Simulator, receiver: Receiver) -> Webhook:
    return await webhook_for(sim, receiver, Kind.DYNAMIC)


@pytest.fixture
async def current(sim: Simulator, receiver: Receiver) -> Webhook:
    return await webhook_for(sim, receiver, Kind.CURRENT)
