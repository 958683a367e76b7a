"""A car's scripted day: to work, home again, plug in, charge, sleep."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from .agenda import Agenda
from .car import Car, ImpossibleError
from .clock import Clock

_LOOK = timedelta(minutes=5)


@dataclass(slots=True)
class Day:
    """The day of one car, from `start`; each step waits until the one before has happened."""

    car: Car
    agenda: Agenda
    clock: Clock
    started_at: datetime
    changed: Callable[[Car], object]
    step: str = "waiting"
    done: bool = False
    cancelled: bool = False
    _number: int = 0

    def start(self) -> None:
        """Begin."""
        self._then(timedelta(minutes=5))

    def _then(self, after: timedelta) -> None:
        self.agenda.at(self.clock.now + after, self._next)

    async def _next(self) -> None:
        if self.cancelled:
            return
        step, ready, act, pause = self._steps()[self._number]
        if not ready():
            self._then(_LOOK)
            return
        self.step = step
        # Somebody may have pressed a button in the meantime; the day goes on with the next step.
        with suppress(ImpossibleError):
            act()
        self.changed(self.car)
        self._number += 1
        if self._number == len(self._steps()):
            self.done = True
        else:
            self._then(pause)

    def _steps(
        self,
    ) -> tuple[tuple[str, Callable[[], bool], Callable[[], None], timedelta], ...]:
        car = self.car
        return (
            ("drives to work", self._ready, lambda: self._leave("work"), timedelta(minutes=10)),
            ("parked at work", self._parked, car.lock, timedelta(minutes=30)),
            ("asleep at work", self._ready, car.sleep, timedelta(hours=7)),
            ("drives home", self._ready, lambda: self._leave("home"), timedelta(minutes=10)),
            ("parked at home", self._parked, car.unlock, timedelta(minutes=6)),
            ("charges at home", self._ready, self._plug_in, timedelta(minutes=30)),
            ("charged", self._charged, car.lock, timedelta(minutes=40)),
            ("asleep at home", self._ready, car.sleep, timedelta()),
        )

    def _ready(self) -> bool:
        return not self.car.driving and not self.car.charging

    def _parked(self) -> bool:
        return not self.car.driving

    def _charged(self) -> bool:
        return not self.car.charging

    def _leave(self, to: str) -> None:
        self.car.unplug()
        self.car.drive(to)

    def _plug_in(self) -> None:
        self.car.lock()
        self.car.plug_in()
