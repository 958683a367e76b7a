"""What both dialects need while they read one delivery."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .model import Content
from .signals import parse_body

type Known = dict[str, tuple[object, object, Content]]
"""The last body and status of each signal of a vehicle, and what they were read as."""


@dataclass(slots=True)
class Decoding:
    """One delivery being read.

    `received_at` is our time in milliseconds. `is_known` tells whether a report's ID was read
    before. `known` is remembered from delivery to delivery, by vehicle: most signals say again
    what they said before, and comparing is cheaper than reading.
    """

    received_at: int
    is_known: Callable[[str], bool]
    known: dict[str, Known] = field(repr=False)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def read(self, known: Known, code: str, body: object) -> Content:
        """Return what a body says: the very same content for the same body."""
        last = known.get(code)
        if last is not None and last[0] == body:
            return last[2]
        notes = len(self.notes)
        content = Content(code, parse_body(code, body, self.notes))
        return self.remember(known, content, body, None, notes)

    def remember(
        self, known: Known, content: Content, body: object, status: object, notes: int
    ) -> Content:
        """Remember what gave nothing to note; `notes` is how many there were before.

        What did is read again each time: to Python a 1 that is not a boolean equals the `true`
        that may follow it.
        """
        if len(self.notes) == notes:
            known[content.code] = (body, status, content)
        return content

    def fault(self, place: str, error: Exception) -> None:
        """Note our own bug by its place."""
        self.faults.append(f"{place}: {type(error).__name__}")


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


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
