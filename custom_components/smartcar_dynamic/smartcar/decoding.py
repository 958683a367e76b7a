"""What both dialects need while they read one delivery."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .model import Reading
from .signals import parse_body

type Bodies = dict[str, tuple[object, tuple[Reading, ...]]]
"""The last body of each signal of a vehicle, and what it was read as."""


@dataclass(slots=True)
class Decoding:
    """One delivery being read.

    `received_at` is our time in milliseconds. `is_known` tells whether a report's ID was read
    before. `bodies` are remembered from delivery to delivery, by vehicle: most signals say again
    what they said before, and comparing is cheaper than reading.
    """

    received_at: int
    is_known: Callable[[str], bool]
    bodies: dict[str, Bodies] = field(repr=False)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def read(self, bodies: Bodies, code: str, body: object) -> tuple[Reading, ...]:
        """Return a body's readings: the very same ones for the same body.

        A body with something to note is read again each time: to Python a 1 that is not a boolean
        equals the `true` that may follow it.
        """
        last = bodies.get(code)
        if last is not None and last[0] == body:
            return last[1]
        notes = len(self.notes)
        readings = parse_body(code, body, self.notes)
        if len(self.notes) == notes:
            bodies[code] = (body, readings)
        return readings

    def fault(self, place: str, error: Exception) -> None:
        """Note our own bug by its place."""
        self.faults.append(f"{place}: {type(error).__name__}")


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def sequence(value: object) -> list[object]:
    """Return a JSON array; an empty one for anything else."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """Return a text that is not empty."""
    return value if isinstance(value, str) and value else None


def year(value: object) -> int | None:
    """Return a model year, which comes as a number or a text."""
    if isinstance(value, str) and len(value) == 4 and value.isdecimal():  # noqa: PLR2004 - digits
        value = int(value)
    return value if type(value) is int and 1900 < value < 2200 else None  # noqa: PLR2004 - years
