"""Home Assistant Cloud, as far as its component's functions show it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock, patch

from homeassistant.core import HomeAssistant

CLOUDHOOK = "https://hooks.nabu.example/gAAAAABsecret="


@dataclass
class Cloud:
    """A subscription to Home Assistant Cloud, and its cloudhooks by webhook ID."""

    is_subscribed: bool = True
    is_connected: bool = True
    error: Exception | None = None
    cloudhooks: dict[str, str] = field(default_factory=dict)
    created: int = 0
    listeners: list[Callable[[Any], None]] = field(default_factory=list)

    def notify(self) -> None:
        """Tell the listeners that something has changed."""
        for listener in list(self.listeners):
            listener(None)

    async def get_or_create(self, _hass: HomeAssistant, webhook_id: str) -> str:
        """Return a webhook's cloudhook."""
        from homeassistant.components import cloud  # noqa: PLC0415 - its stand-ins come first

        if self.error is not None:
            raise self.error
        if not self.is_connected:
            raise cloud.CloudNotConnected
        if webhook_id not in self.cloudhooks:
            await asyncio.sleep(0)
            self.created += 1
            self.cloudhooks[webhook_id] = f"{CLOUDHOOK}{self.created}"
        return self.cloudhooks[webhook_id]

    async def delete(self, _hass: HomeAssistant, webhook_id: str) -> None:
        """Delete a webhook's cloudhook."""
        if self.error is not None:
            raise self.error
        if self.cloudhooks.pop(webhook_id, None) is None:
            raise ValueError("Hook is not enabled for the cloud.")

    def listen(self, _hass: HomeAssistant, *args: Any) -> Callable[[], None]:  # noqa: ANN401 - two functions' arguments
        """Add a listener."""
        self.listeners.append(args[-1])
        return lambda: self.listeners.remove(args[-1])


@asynccontextmanager
async def open_cloud(hass: HomeAssistant) -> AsyncGenerator[Cloud]:
    """Have Home Assistant Cloud loaded: its own functions are replaced, none of ours."""
    cloud = Cloud()
    # The real component imports speech recognition, which needs libraries of the system.
    for name in ("pymicro_vad", "pyspeex_noise"):
        module = ModuleType(name)
        module.__dict__.update(MicroVad=MagicMock, AudioProcessor=MagicMock)
        sys.modules.setdefault(name, module)
    with patch.multiple(
        "homeassistant.components.cloud",
        async_active_subscription=lambda _: cloud.is_subscribed,
        async_get_or_create_cloudhook=cloud.get_or_create,
        async_delete_cloudhook=cloud.delete,
        async_listen_connection_change=cloud.listen,
        async_listen_cloudhook_change=cloud.listen,
    ):
        hass.config.components.add("cloud")
        yield cloud
        hass.config.components.remove("cloud")
