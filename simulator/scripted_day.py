"""A car's scripted day: to work, charge there, home again, charge, sleep."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from .car import Car, ImpossibleError
from .charging_point import PUBLIC_CHARGER, WALLBOX, ChargingPoint
from .scheduler import Scheduler

_RECHECK_INTERVAL = timedelta(minutes=5)
_FIRST_DELAY = timedelta(minutes=5)


@dataclass(slots=True)
class ScriptedDay:
    """The day of one car, from `start` on; each step waits until the one before has happened."""

    car: Car
    scheduler: Scheduler
    changed: Callable[[Car], object]
    step: str = "waiting"
    done: bool = False
    cancelled: bool = False
    _number: int = 0

    def start(self) -> None:
        """Schedule the first step."""
        self.scheduler.schedule(_FIRST_DELAY, self._run_step)

    async def _run_step(self) -> None:
        if self.cancelled:
            return
        step, ready, act, pause = self._steps()[self._number]
        if not ready():
            self.scheduler.schedule(_RECHECK_INTERVAL, self._run_step)
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
            self.scheduler.schedule(pause, self._run_step)

    def _steps(
        self,
    ) -> tuple[tuple[str, Callable[[], bool], Callable[[], None], timedelta], ...]:
        """Return each step's name, its condition, its action and the pause after it."""
        car = self.car
        return (
            ("drives to work", self._is_idle, lambda: self._leave("work"), timedelta(minutes=10)),
            ("parked at work", self._is_parked, car.lock, timedelta(minutes=30)),
            (
                "charges at work",
                self._is_idle,
                lambda: self._plug_in(PUBLIC_CHARGER),
                timedelta(hours=1),
            ),
            ("unplugged at work", self._is_parked, car.unplug, timedelta(minutes=30)),
            ("asleep at work", self._is_idle, car.sleep, timedelta(hours=5)),
            ("drives home", self._is_idle, lambda: self._leave("home"), timedelta(minutes=10)),
            ("parked at home", self._is_parked, car.unlock, timedelta(minutes=6)),
            (
                "charges at home",
                self._is_idle,
                lambda: self._plug_in(WALLBOX),
                timedelta(minutes=30),
            ),
            ("charged", self._is_idle, car.lock, timedelta(minutes=40)),
            ("asleep at home", self._is_idle, car.sleep, timedelta()),
        )

    def _is_idle(self) -> bool:
        return not self.car.driving and not self.car.charging

    def _is_parked(self) -> bool:
        return not self.car.driving

    def _leave(self, to: str) -> None:
        self.car.unplug()
        self.car.drive(to)

    def _plug_in(self, charging_point: ChargingPoint) -> None:
        self.car.lock()
        self.car.plug_in(charging_point)
