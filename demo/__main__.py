"""Show the integration at work, or with --check find out whether it works."""

from argparse import ArgumentParser
import asyncio
import signal
import sys

from .check import check
from .harness import HarnessError
from .show import show

_INTERRUPTED = 130


async def main() -> int:
    """Run until the end, or until a signal asks to stop."""
    parser = ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="no screen; exit 0 if all is well")
    options = parser.parse_args()
    task = asyncio.ensure_future(check() if options.check else show())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stop, task)
    try:
        return await task
    except asyncio.CancelledError:
        return _INTERRUPTED if options.check else 0
    except HarnessError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


def _stop(task: asyncio.Task[int]) -> None:
    """Stop in good order; a second signal does not disturb that."""
    if not task.cancelling():
        print("\n» Stopping…", flush=True)
        task.cancel()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
