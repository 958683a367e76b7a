"""Nabu Casa's cloudhooks, where Home Assistant Cloud is set up and there is a subscription."""

import asyncio
from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

# Two concurrent requests would create two cloudhooks, and only the later one would work.
_CREATING: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_cloudhook")

# The cloud component is imported only where it is loaded: it brings requirements that an
# installation without it does not have.


@callback
def async_is_active(hass: HomeAssistant) -> bool:
    """Tell whether there is a subscription, connected or not."""
    if "cloud" not in hass.config.components:
        return False
    from homeassistant.components import cloud  # noqa: PLC0415

    return cloud.async_active_subscription(hass)


async def async_get_or_create(hass: HomeAssistant, webhook_id: str) -> str | None:
    """Return a webhook's cloudhook, or `None` while the cloud is unreachable."""
    from hass_nabucasa.exceptions import CloudError  # noqa: PLC0415
    from homeassistant.components import cloud  # noqa: PLC0415

    try:
        async with hass.data.setdefault(_CREATING, asyncio.Lock()):
            return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
    except cloud.CloudNotAvailable, CloudError, TimeoutError, ValueError:
        return None


async def async_delete(hass: HomeAssistant, webhook_id: str) -> None:
    """Delete a webhook's cloudhook, if there is one."""
    if not async_is_active(hass):
        return
    from homeassistant.components import cloud  # noqa: PLC0415

    try:
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except cloud.CloudNotAvailable, ValueError:
        # Home Assistant says so where there was none.
        return


@callback
def async_add_listener(
    hass: HomeAssistant, webhook_id: str, on_change: Callable[[], None]
) -> CALLBACK_TYPE:
    """Call back when the cloud connects or disconnects, or the cloudhook is deleted."""
    if "cloud" not in hass.config.components:
        return lambda: None
    from homeassistant.components import cloud  # noqa: PLC0415

    @callback
    def changed(_: object) -> None:
        on_change()

    stop_connection = cloud.async_listen_connection_change(hass, changed)
    stop_cloudhook = cloud.async_listen_cloudhook_change(hass, webhook_id, changed)

    def stop() -> None:
        stop_connection()
        stop_cloudhook()

    return stop
