"""A real Home Assistant: its process, its configuration folder, its log."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Iterable, Iterator
import json
import os
from pathlib import Path
import re
import shutil
import socket
import sys
from tempfile import TemporaryDirectory
from typing import Self

from aiohttp import ClientError, ClientSession

from .answers import Json
from .client import HomeAssistantClient
from .onboarding import CoreConfig, onboard
from .waiting import HarnessError, until

LOOPBACK = "127.0.0.1"
INTEGRATION = Path(__file__).parents[2] / "custom_components" / "smartcar_dynamic"
BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "smartcar_dynamic"

_FOLDER = Path(__file__).parent
# The first start in an environment installs what Home Assistant's integrations require.
_START_SECONDS = 600
_STOP_SECONDS = 60
_RECORD = re.compile(r"^\d{4}-\d\d-\d\d [\d:.+-]+ (?P<level>[A-Z]+) \(", re.MULTILINE)
_WARNINGS = {"WARNING", "ERROR", "CRITICAL"}
# Home Assistant says so of every custom integration.
_NOT_TESTED = "has not been tested by Home Assistant"


class HomeAssistantInstance:
    """A Home Assistant on loopback with the repository's integration, onboarded."""

    def __init__(
        self, core_config: CoreConfig, *, port: int = 0, integrations: Iterable[Path] = ()
    ) -> None:
        """Initialize; entering the instance starts it. Port 0 or a taken one means any free one.

        `env` are environment variables for the process, `integrations` further custom ones.
        """
        self._integrations = (INTEGRATION, *integrations)
        self.core_config = core_config
        self.env: dict[str, str] = {}
        self.port = _free_port(port)
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.hass_tokens: Json = {}
        self._temporary = TemporaryDirectory(prefix="home-assistant-")
        self._folder = Path(self._temporary.name)
        self._log = self._folder / "process.log"
        self._process: Process | None = None
        self._client: HomeAssistantClient | None = None

    async def __aenter__(self) -> Self:
        """Start, and onboard the first user."""
        try:
            _write_config(self._folder, self.port, self._integrations)
            await self.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop and delete the configuration folder."""
        try:
            if self._client is not None:
                await self._client.close()
            await self.stop()
        finally:
            self._temporary.cleanup()

    @property
    def client(self) -> HomeAssistantClient:
        """The first user's client."""
        if self._client is None:
            raise HarnessError("This Home Assistant has not been started yet.")
        return self._client

    async def start(self) -> None:
        """Start the process and wait until Home Assistant is running."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "homeassistant", "--config", str(self._folder)),
                *("--ignore-os-check", "--log-no-color"),
                # They would need a compiler; stand_ins satisfies the imports.
                *("--skip-pip-packages", "pymicro-vad,pyspeex-noise"),
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(_FOLDER / "stand_ins"), **self.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A Ctrl-C is for this process, which then stops Home Assistant.
                start_new_session=True,
            )
        try:
            if self._client is None:
                await until(self._can_onboard, "Home Assistant to answer", seconds=_START_SECONDS)
                self._client, self.hass_tokens = await onboard(self.url, self.core_config)
            await until(self._is_running, "Home Assistant to be running", seconds=_START_SECONDS)
        except HarnessError as error:
            lines = self._log.read_text(errors="replace").splitlines()
            raise HarnessError("\n".join((str(error), *lines[-20:]))) from None

    async def stop(self) -> None:
        """Shut Home Assistant down."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise HarnessError(f"Home Assistant did not stop within {_STOP_SECONDS} s.") from None

    async def kill(self) -> None:
        """End the process as a power cut does."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    def stored(self, key: str) -> tuple[Json, float]:
        """Return the data of one of Home Assistant's stores, and when it was written."""
        path = self._folder / ".storage" / key
        return json.loads(path.read_text())["data"], path.stat().st_mtime

    def write_store(self, key: str, version: int, data: Json) -> None:
        """Write one of Home Assistant's stores, while Home Assistant is stopped."""
        _store(self._folder, key, version, data)

    def check_alive(self) -> None:
        """Raise if the process has ended by itself."""
        if self._process is not None and (code := self._process.returncode) is not None:
            raise HarnessError(f"Home Assistant ended by itself with code {code}.")

    def warnings(self) -> list[str]:
        """Return the log records at warning and above that name the integration or its classes."""
        return [
            record
            for level, record in _records(self._log.read_text(errors="replace"))
            if level in _WARNINGS and "smartcar" in record.lower() and _NOT_TESTED not in record
        ]

    async def _can_onboard(self) -> bool:
        self.check_alive()
        try:
            async with (
                ClientSession(self.url) as session,
                session.get("/api/onboarding") as response,
            ):
                return response.ok
        except ClientError:
            return False

    async def _is_running(self) -> bool:
        self.check_alive()
        try:
            return await self.client.core_state() == "RUNNING"
        except ClientError, HarnessError:
            return False


def _free_port(preferred: int) -> int:
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
                probe.listen()
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise HarnessError("No port is free on the loopback interface.")


def _records(log: str) -> Iterator[tuple[str, str]]:
    """Split a log into its records: their level and their text."""
    starts = list(_RECORD.finditer(log))
    for start, end in zip(starts, [*(it.start() for it in starts[1:]), len(log)], strict=True):
        yield start["level"], log[start.start() : end].strip()


def _write_config(folder: Path, port: int, integrations: Iterable[Path]) -> None:
    """Write what Home Assistant finds at its first start."""
    shutil.copy(_FOLDER / "configuration.yaml", folder)
    (folder / "automations.yaml").write_text("[]\n")
    (folder / "custom_components").mkdir()
    for integration in integrations:
        (folder / "custom_components" / integration.name).symlink_to(integration)
    blueprints = folder / "blueprints" / "automation" / BLUEPRINTS.name
    blueprints.mkdir(parents=True)
    for blueprint in BLUEPRINTS.glob("*.yaml"):
        # Home Assistant does not look into a folder that is a link.
        (blueprints / blueprint.name).symlink_to(blueprint)
    (folder / ".storage").mkdir()
    # Not in YAML: there it would be on trial, reverted after five minutes.
    http = {
        "server_host": [LOOPBACK],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
    }
    _store(folder, "http", 2, {"stable": http, "pending": None, "yaml_migration_done": True})
    # The other steps set up the weather and the radio, which are in the internet.
    _store(folder, "onboarding", 4, {"done": ["core_config", "analytics"]})


def _store(folder: Path, key: str, version: int, data: Json) -> None:
    """Write one of Home Assistant's stores; it migrates what is of an older version."""
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (folder / ".storage" / key).write_text(json.dumps(content))
