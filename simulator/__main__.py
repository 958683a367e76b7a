"""Run the simulator until Ctrl-C: `python -m simulator`."""

from argparse import ArgumentParser
import asyncio
import signal

from .simulator import Simulator


def _route(text: str) -> tuple[str, str]:
    public, separator, private = text.partition("=")
    if not separator:
        raise ValueError(text)
    return public, private


async def _main() -> None:
    parser = ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--speed", type=float, default=60, help="simulated seconds per second")
    parser.add_argument(
        "--route",
        type=_route,
        action="append",
        default=[],
        metavar="PUBLIC=PRIVATE",
        help="which loopback server a public origin is: https://car.example=http://127.0.0.1:8123",
    )
    options = parser.parse_args()
    async with Simulator(options.port, routes=dict(options.route)) as simulator:
        simulator.run(options.speed)
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        print(simulator.url, flush=True)
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(_main())
