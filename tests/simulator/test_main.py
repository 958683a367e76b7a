"""The command line prints the address and ends cleanly."""

import asyncio
import signal
import sys

from aiohttp import ClientSession
import pytest


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_serves_until_it_is_told_to_end(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        "--speed=600",
        "--route=https://car.example=http://127.0.0.1:8123",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    assert url.startswith("http://127.0.0.1:")
    async with ClientSession(url) as client, client.get("/control/state") as response:
        state = await response.json()
    process.send_signal(number)
    assert await process.wait() == 0
    assert state["routes"] == {"https://car.example": "http://127.0.0.1:8123"}
    assert state["time"]["speed"] == 600
