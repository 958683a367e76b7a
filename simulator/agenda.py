"""What is going to happen, in the order of simulated time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

type Task = Callable[[], Awaitable[object]]


@dataclass(order=True, slots=True)
class Appointment:
    """A task and when it is due."""

    due: datetime
    number: int
    task: Task = field(compare=False)
    cancelled: bool = field(default=False, compare=False)


class Agenda:
    """A queue of appointments."""

    def __init__(self) -> None:
        """Begin with an empty agenda."""
        self._queue: list[Appointment] = []
        self._numbers = count()

    def at(self, due: datetime, task: Task) -> Appointment:
        """Let a task be done at a simulated moment; the answer can be cancelled."""
        appointment = Appointment(due, next(self._numbers), task)
        heappush(self._queue, appointment)
        return appointment

    def take(self, until: datetime) -> Appointment | None:
        """Take out the first appointment that is due by then."""
        while self._queue and self._queue[0].due <= until:
            appointment = heappop(self._queue)
            if not appointment.cancelled:
                return appointment
        return None
