"""Shows the integration at work, or with --check finds out whether it works."""

from argparse import ArgumentParser
import asyncio
import signal
import sys

from demo.check import check
from demo.errors import DemoError
from demo.show import show

INTERRUPTED = 130


async def main() -> int:
    """Run until the end, or until somebody has had enough."""
    parser = ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="no screen; exit 0 if all is well")
    options = parser.parse_args()
    task = asyncio.ensure_future(check() if options.check else show())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _end, task)
    try:
        return await task
    except asyncio.CancelledError:
        print("Ended.")
        return INTERRUPTED if options.check else 0
    except DemoError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


def _end(task: asyncio.Future[int]) -> None:
    """End in good order; who presses Ctrl-C twice does not disturb that."""
    if isinstance(task, asyncio.Task) and not task.cancelling():
        print("\n» Stopping…", flush=True)
        task.cancel()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
