"""Simulated time passes here: by hand or by itself, and runs what is scheduled on its way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
import logging

from .clock import Clock

type Task = Callable[[], Awaitable[object]]

_LOGGER = logging.getLogger(__name__)
_TICK = 0.1
_MAX_TICK = 1.0
_STANDSTILL = 1e9


@dataclass(order=True, slots=True)
class ScheduledTask:
    """A task and the simulated time at which it runs."""

    due: datetime
    number: int
    task: Task = field(compare=False)


class Scheduler:
    """Moves a clock and runs the tasks that become due, in their order."""

    def __init__(self, clock: Clock, on_move: Callable[[], object]) -> None:
        """Initialize; `on_move` is called whenever the clock has moved."""
        self._clock = clock
        self._on_move = on_move
        self._tasks: list[ScheduledTask] = []
        self._numbers = count()
        self._runner: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    @property
    def running(self) -> bool:
        """Whether time passes by itself."""
        return self._runner is not None

    def schedule(self, delay: timedelta, task: Task) -> None:
        """Run a task when so much simulated time has passed."""
        due = self._clock.now + delay
        heappush(self._tasks, ScheduledTask(due, next(self._numbers), task))

    def run(self, speed: float | None = None) -> None:
        """Let time pass by itself, `speed` simulated seconds per second (0 pauses the cars)."""
        if speed is not None:
            self._clock.speed = speed
        if self._runner is None:
            self._runner = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Let time pass no longer by itself."""
        if self._runner is not None:
            self._runner.cancel()
            with suppress(asyncio.CancelledError):
                await self._runner
            self._runner = None

    async def advance(self, span: timedelta) -> None:
        """Let simulated time pass at once, with all that is due in it.

        Wall time (tokens, stamps) goes along, but not while time runs by itself.
        """
        await self._advance(span, _STANDSTILL if self.running else 1)

    async def _advance(self, span: timedelta, rate: float) -> None:
        async with self._lock:
            until = self._clock.now + span
            while self._tasks and self._tasks[0].due <= until:
                scheduled = heappop(self._tasks)
                self._move(scheduled.due, rate)
                await scheduled.task()
            self._move(until, rate)

    def _move(self, until: datetime, rate: float) -> None:
        self._clock.move_to(until, rate)
        self._on_move()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began, wall = loop.time(), self._clock.wall
        before = began
        while True:
            await asyncio.sleep(_TICK)
            now = loop.time()
            span, before = min(now - before, _MAX_TICK), now
            try:
                if self._clock.speed > 0:
                    speed = self._clock.speed
                    await self._advance(timedelta(seconds=span * speed), speed)
            except Exception:  # a fault of ours must not stop time unseen
                _LOGGER.exception("A task due at %s failed", self._clock.now)
            self._clock.wall = max(self._clock.wall, wall + timedelta(seconds=loop.time() - began))
