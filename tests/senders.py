"""Sends requests to the callback URI as Smartcar does: raw bytes, and a real HMAC."""

from dataclasses import dataclass
import hashlib
import hmac
import json

from aiohttp.test_utils import TestClient
from homeassistant.components.webhook import async_generate_path

MANAGEMENT_TOKEN = "5c0f4b1e-6d53-4f0a-9f4c-0c2e5b7d9a11"
WEBHOOK_ID = "a-webhook-of-home-assistant"


def signature(body: bytes, management_token: str = MANAGEMENT_TOKEN) -> str:
    return hmac.new(management_token.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """A Smartcar that posts to Home Assistant's real webhook view."""

    client: TestClient  # type: ignore[type-arg] - aiohttp's two parameters say nothing here
    webhook_id: str = WEBHOOK_ID
    management_token: str = MANAGEMENT_TOKEN

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        path = async_generate_path(self.webhook_id)
        async with self.client.post(path, data=body, headers=headers or {}) as response:
            return Answer(response.status, await response.read())

    async def deliver(self, payload: object) -> Answer:
        body = json.dumps(payload, separators=(",", ":")).encode()
        return await self.deliver_bytes(body)

    async def deliver_bytes(self, body: bytes) -> Answer:
        return await self.post(body, {"SC-Signature": signature(body, self.management_token)})
