"""Waiting for something to become true, with an end to the patience."""

import asyncio
from collections.abc import Awaitable, Callable
import time

from demo.errors import DemoError


async def until[Answer](
    probe: Callable[[], Awaitable[Answer | None]],
    what: str,
    *,
    seconds: float,
    every: float = 0.2,
) -> Answer:
    """Return the probe's first true answer, or say what was waited for in vain."""
    deadline = time.monotonic() + seconds
    while not (answer := await probe()):
        if time.monotonic() > deadline:
            raise DemoError(f"Waited {seconds:.0f} s in vain: {what}.")
        await asyncio.sleep(every)
    return answer
