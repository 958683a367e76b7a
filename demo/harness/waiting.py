"""Waiting for a condition, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
import time


class HarnessError(Exception):
    """Home Assistant is not in the expected state; the message is for the person who ran it."""


async def until[Answer](
    probe: Callable[[], Awaitable[Answer | None]], what: str, *, seconds: float = 30
) -> Answer:
    """Return the probe's first true answer; raise HarnessError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := await probe()):
        if time.monotonic() > deadline:
            raise HarnessError(f"Waited {seconds:.0f} s in vain for {what}.")
        await asyncio.sleep(0.2)
    return answer
