"""The world behind an HTTP server: what `script/demo` and the tests start."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Self, override

from aiohttp import web

from . import presets
from .api import middleware, with_trailing_slash
from .api_v2 import ApiV2
from .api_v3 import ApiV3
from .cloud import Cloud
from .commands_v3 import CommandsV3
from .connect import Connect
from .control import Control
from .world import World


class Simulator(World):
    """A world whose APIs, Connect pages and control page are served on 127.0.0.1."""

    def __init__(
        self,
        port: int = 0,
        *,
        speed: float = 0,
        routes: Mapping[str, str] | None = None,
        start: datetime | None = None,
        populate: Callable[[Cloud], object] = presets.default_accounts,
    ) -> None:
        """Initialize; port 0 takes a free one, the rest is the world's."""
        super().__init__(speed=speed, routes=routes, start=start, populate=populate)
        self._port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def url(self) -> str:
        """The server's origin, empty before it listens."""
        return self.cloud.url

    @override
    async def start(self) -> None:
        """Listen, then start the world."""
        app = web.Application(middlewares=[middleware(self.cloud)])
        for api in (ApiV2(self.cloud), ApiV3(self.cloud), CommandsV3(self)):
            app.add_routes(with_trailing_slash(api.routes()))
        for pages in (Connect(self), Control(self)):
            app.add_routes(pages.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.cloud.url = f"http://{host}:{port}"
        await super().start()

    @override
    async def stop(self) -> None:
        """Stop the world, then the server."""
        await super().stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
