"""Show the integration at work, or with --check find out whether it works."""

from argparse import ArgumentParser
import asyncio
import sys

from .check import check as check_scenario
from .harness import HarnessError
from .running import run_until_stopped
from .show import show, show_takeover

_INTERRUPTED = 130


async def main() -> int:
    """Run until the end, or until a signal asks to stop."""
    parser = ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="no screen; exit 0 if all is well")
    parser.add_argument(
        "--takeover",
        action="store_true",
        help="begin with an entry of another Smartcar integration, to take over",
    )
    options = parser.parse_args()
    try:
        # A check that was stopped has not found all to be well.
        work = _run(check=options.check, takeover=options.takeover)
        return await run_until_stopped(work, stopped=_INTERRUPTED if options.check else 0)
    except HarnessError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


async def _run(*, check: bool, takeover: bool) -> int:
    if check:
        return await check_scenario()
    return await (show_takeover() if takeover else show())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
