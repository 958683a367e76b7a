"""Running until the end, or until a signal asks to stop."""

import asyncio
from collections.abc import Coroutine
import signal


async def run_until_stopped(work: Coroutine[None, None, int], *, stopped: int = 0) -> int:
    """Return the work's exit code, or `stopped` where a signal has cancelled it.

    Raises what the work raises.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, task)
    try:
        return await task
    except asyncio.CancelledError:
        return stopped


def _stop(task: asyncio.Task[int]) -> None:
    """Stop in good order; a second signal does not disturb that."""
    if not task.cancelling():
        print("\n» Stopping…", flush=True)
        task.cancel()
