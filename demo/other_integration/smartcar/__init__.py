"""A stand-in for the integration `smartcar`: its entry, devices and entities, without its code.

What it stores and registers is what is known of it from outside. It polls nothing and answers every
delivery with 200, as an integration does that takes what comes.
"""

import asyncio
import hashlib
import hmac

from aiohttp.web import Request, Response, json_response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.DEVICE_TRACKER,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Register the webhook and add the entities."""
    if entry.data.get("fails"):
        return False
    if webhook_id := entry.data.get(CONF_WEBHOOK_ID):
        webhook.async_register(hass, "smartcar", "Smartcar", webhook_id, _handle)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def _handle(hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
    """Answer a challenge, and take whatever else comes."""
    payload = await request.json()
    challenge = payload.get("challenge") or (payload.get("data") or {}).get("challenge")
    if challenge is None:
        return Response(text="smartcar")
    (token,) = (
        entry.data["application_management_token"]
        for entry in hass.config_entries.async_entries("smartcar")
        if entry.data.get(CONF_WEBHOOK_ID) == webhook_id
    )
    answer = hmac.new(token.encode(), challenge.encode(), hashlib.sha256).hexdigest()
    return json_response({"challenge": answer})


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Unregister the webhook, then take the time that an unload takes."""
    webhook.async_unregister(hass, entry.data.get(CONF_WEBHOOK_ID, ""))
    for _ in range(20):
        await asyncio.sleep(0)
    if entry.data.get("stays"):
        return False
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
