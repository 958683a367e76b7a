"""Sends requests to the callback URI as Smartcar does: raw bytes, and a real HMAC."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import hashlib
import hmac
import json
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.webhook import async_generate_path, async_handle_webhook
from homeassistant.core import HomeAssistant
from homeassistant.util.aiohttp import MockRequest, serialize_response

from .entries import MANAGEMENT_TOKEN, WEBHOOK_ID


def signature(body: bytes, management_token: str = MANAGEMENT_TOKEN) -> str:
    return hmac.new(management_token.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookClient:
    """A Smartcar that posts to Home Assistant's real webhook view, or through the cloud."""

    hass: HomeAssistant
    client: TestClient[Any, Any]
    webhook_id: str = WEBHOOK_ID
    management_token: str = MANAGEMENT_TOKEN
    cloud: bool = False

    def with_token(self, management_token: str) -> WebhookClient:
        """Return one that signs with another token."""
        return replace(self, management_token=management_token)

    def through_cloud(self) -> WebhookClient:
        """Return one whose requests come as those of Home Assistant Cloud do."""
        return replace(self, cloud=True)

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.request("POST", body, headers)

    async def request(
        self, method: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        if self.cloud:
            request = MockRequest(
                content=body, headers=dict(headers or {}), method=method, mock_source="cloud"
            )
            answer = serialize_response(
                await async_handle_webhook(self.hass, self.webhook_id, request)
            )
            return Answer(answer["status"], (answer["body"] or "").encode())
        path = async_generate_path(self.webhook_id)
        async with self.client.request(
            method, path, data=body, headers=dict(headers or {})
        ) as response:
            return Answer(response.status, await response.read())

    async def deliver(self, payload: object) -> Answer:
        body = json.dumps(payload, separators=(",", ":")).encode()
        return await self.deliver_bytes(body)

    async def deliver_bytes(self, body: bytes) -> Answer:
        answer = await self.post(body, {"SC-Signature": signature(body, self.management_token)})
        await self.hass.async_block_till_done()
        return answer
