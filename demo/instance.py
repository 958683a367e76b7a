"""A real Home Assistant: its process, its configuration folder, its log."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Mapping
import os
from pathlib import Path
import sys
import tempfile
from typing import Self

from aiohttp import ClientError, ClientSession

from demo.config_folder import write_config_folder
from demo.errors import DemoError
from demo.home_assistant import HomeAssistant
from demo.owner import Home, Owner, Session, onboard
from demo.ports import LOOPBACK, free_port
from demo.waiting import until

START_SECONDS = 180
STOP_SECONDS = 60
STAND_INS = Path(__file__).parent / "stand_ins"


class HomeAssistantInstance:
    """A Home Assistant on loopback with the repository's integration, onboarded and ready."""

    def __init__(
        self,
        *,
        port: int | None = None,
        config: Path | None = None,
        environment: Mapping[str, str] | None = None,
        home: Home | None = None,
        owner: Owner | None = None,
    ) -> None:
        """Describe the instance; `start` brings it up.

        Without a configuration folder it gets a temporary one, which is deleted by `close`.
        """
        self.port = port or free_port(8123)
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.home = home or Home()
        self.owner = owner or Owner()
        self.environment = dict(environment or {})
        self._temporary = tempfile.TemporaryDirectory(prefix="demo-") if config is None else None
        self.config = config or Path(self._temporary.name if self._temporary else "")
        self.log = self.config / "demo.log"
        self._process: Process | None = None
        self._session: Session | None = None
        self._api: HomeAssistant | None = None

    async def __aenter__(self) -> Self:
        """Start it."""
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop it and clean up."""
        await self.close()

    @property
    def api(self) -> HomeAssistant:
        """Return the owner's client."""
        if self._api is None:
            raise DemoError("This Home Assistant has not been started yet.")
        return self._api

    @property
    def hass_tokens(self) -> dict[str, object]:
        """Return what a logged in browser has as `hassTokens` in its localStorage."""
        if self._session is None:
            raise DemoError("This Home Assistant has not been started yet.")
        return self._session.browser

    async def start(self) -> None:
        """Start the process and wait until it is up; the first time, onboard it too."""
        if self._session is None:
            self.config.mkdir(parents=True, exist_ok=True)
            write_config_folder(self.config, self.port)
        await self._spawn()
        await until(self._answers, "Home Assistant to answer", seconds=START_SECONDS)
        if self._session is None:
            self._session = await onboard(self.url, self.owner, self.home)
            self._api = HomeAssistant(self.url, self._session.token)
        await until(self._runs, "Home Assistant to be up", seconds=START_SECONDS)

    async def stop(self) -> None:
        """End the process as a shutdown does."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
            except TimeoutError:
                await self.kill()
                raise DemoError(f"Home Assistant did not stop within {STOP_SECONDS} s.") from None
        self._process = None

    async def kill(self) -> None:
        """End the process as a power cut does."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        self._process = None

    async def restart(self) -> None:
        """Stop it and start it with the same configuration."""
        await self.stop()
        await self.start()

    async def wait(self) -> int:
        """Wait until the process ends by itself and return its exit code."""
        if self._process is None:
            raise DemoError("This Home Assistant has not been started yet.")
        return await self._process.wait()

    async def close(self) -> None:
        """Stop it, close the client and delete a temporary configuration folder."""
        if self._api is not None:
            await self._api.close()
        try:
            await self.stop()
        finally:
            if self._temporary is not None:
                self._temporary.cleanup()

    def log_text(self) -> str:
        """Return everything that the process has printed so far, over all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "homeassistant",
                "--config",
                str(self.config),
                "--skip-pip",
                "--ignore-os-check",
                "--log-no-color",
                cwd=self.config,
                env={**os.environ, "PYTHONPATH": str(STAND_INS), **self.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for us; we then stop Home Assistant in good order.
                start_new_session=True,
            )

    async def _answers(self) -> bool:
        self._raise_if_ended()
        try:
            async with (
                ClientSession() as session,
                session.get(f"{self.url}/api/onboarding") as response,
            ):
                # After the onboarding the address asks for a login instead.
                return response.status in {200, 401, 404}
        except ClientError:
            return False

    async def _runs(self) -> bool:
        self._raise_if_ended()
        try:
            return await self.api.core_state() == "RUNNING"
        except ClientError:
            return False

    def _raise_if_ended(self) -> None:
        if self._process is not None and (code := self._process.returncode) is not None:
            tail = "\n".join(self.log_text().splitlines()[-20:])
            raise DemoError(f"Home Assistant ended with code {code}. Its last words:\n{tail}")
