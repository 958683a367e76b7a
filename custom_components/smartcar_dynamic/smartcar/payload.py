"""Shared state of decoding one payload: what each signal said last, and what could not be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import override

from .model import Content, Problem, Signal, VehicleInfo
from .signals import parse_body

MAX_SIGNALS = 300
"""More signals, or paths, of one vehicle are not read: there are a third as many codes."""
MAX_ERRORS = 64
"""More errors of one vehicle are not read; nor are more signals of them than of a vehicle."""

# Booleans, and the rows and columns that must not be floats.
_CONFUSABLE = frozenset(range(10))
_MAX_CACHES = 2048
_MAX_LEAVES = 256
_MAX_NOTES = 300
_MAX_TEXT = 255


class BoundedNotes(list[str]):
    """What could not be read of one delivery, as far as anybody wants to know."""

    @override
    def append(self, note: str) -> None:
        if len(self) < _MAX_NOTES:
            super().append(note)
        elif len(self) == _MAX_NOTES:
            super().append("more than could be noted")

    def take(self) -> tuple[str, ...]:
        """Return the notes, and begin anew."""
        notes = tuple(self)
        self.clear()
        return notes


class _Exact:
    """Equals what is equal and of the same type: to Python, 1, 1.0 and true are one value."""

    __hash__ = None  # type: ignore[assignment] # as for any class that only defines equality
    __slots__ = ("_value",)

    def __init__(self, value: float) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        value = self._value
        return other is value or (type(other) is type(value) and other == value)


@dataclass(slots=True)
class Cached[DecodedT]:
    """A body, what else decides about it (a status, units), and what they were decoded to."""

    body: object = field(repr=False)
    beside: object = field(repr=False)
    decoded: DecodedT


class Cache[DecodedT]:
    """What the signals, or the paths, of one vehicle said last.

    Most repeat their last body, and comparing bodies is cheaper than parsing them. `known` has, by
    code or path, what was said twice, made comparable exactly and of limited size; `latest` is what
    the last delivery said for the first time.
    """

    __slots__ = ("_previous", "known", "latest")

    def __init__(self) -> None:
        """Initialize without content."""
        self.known: dict[str, Cached[DecodedT]] = {}
        self.latest: dict[str, Cached[DecodedT]] = {}
        self._previous = self.latest

    def begin(self) -> None:
        """Begin another delivery."""
        self._previous, self.latest = self.latest, {}

    def find(self, name: str, body: object, beside: object) -> DecodedT | None:
        """Return what a body of the last delivery was decoded to; it is known from now."""
        cached = self._previous.get(name)
        if cached is None or cached.body != body or cached.beside != beside:
            return None
        budget = [_MAX_LEAVES]
        exact = Cached(_exact(cached.body, budget), _exact(cached.beside, budget), cached.decoded)
        if budget[0] < 0 or exact.body != body or exact.beside != beside:
            return None
        self.known[name] = exact
        return exact.decoded

    def add(self, name: str, decoded: DecodedT, body: object, beside: object) -> None:
        """Keep what was just decoded."""
        self.latest[name] = Cached(body, beside, decoded)


class VehicleCache:
    """What one vehicle said last: by signal code, by path (2.0), and about itself (4.0)."""

    __slots__ = ("paths", "signals", "vehicle")

    def __init__(self) -> None:
        """Initialize without content."""
        self.signals = Cache[Content]()
        self.paths = Cache[tuple[Content, ...]]()
        self.vehicle: VehicleInfo | None = None


def _exact(value: object, budget: list[int]) -> object:
    """Return JSON that equals only itself; what costs more than the budget equals nothing."""
    budget[0] -= 1
    if budget[0] < 0:
        return None
    match value:
        case dict():
            budget[0] -= sum(len(key) for key in value) // _MAX_TEXT
            return {key: _exact(item, budget) for key, item in value.items()}
        case list():
            return [_exact(item, budget) for item in value]
        case str():
            budget[0] -= len(value) // _MAX_TEXT
        case bool() | int() | float() if value in _CONFUSABLE:
            return _Exact(value)
    return value


@dataclass(slots=True)
class Decoding:
    """One delivery being decoded.

    `received_at` is our time in milliseconds. `is_known` tells by the IDs of vehicle and report
    whether a report was decoded before. `caches` last from delivery to delivery, by vehicle.
    `retrieved` are the codes of this vehicle's signals that came with no time but Smartcar's own.
    """

    received_at: int
    is_known: Callable[[str, str], bool]
    caches: dict[str, VehicleCache] = field(repr=False)
    notes: BoundedNotes = field(default_factory=BoundedNotes)
    faults: BoundedNotes = field(default_factory=BoundedNotes)
    retrieved: set[str] = field(default_factory=set)

    def cache_of(self, vehicle_id: str) -> VehicleCache:
        """Return a vehicle's cache for another delivery; that of the oldest vehicle may go."""
        cache = self.caches.get(vehicle_id)
        if cache is None:
            if len(self.caches) >= _MAX_CACHES:
                del self.caches[next(iter(self.caches))]
            cache = self.caches[vehicle_id] = VehicleCache()
        cache.signals.begin()
        cache.paths.begin()
        self.retrieved.clear()
        return cache

    def parse(self, cache: Cache[Content], code: str, body: object) -> Content:
        """Return the content of a body: the same object for an equal body."""
        cached = cache.known.get(code)
        if cached is not None and cached.body == body and cached.beside is None:
            return cached.decoded
        content = cache.find(code, body, None)
        if content is None:
            content = Content(code, parse_body(code, body, self.notes))
            cache.add(code, content, body, None)
        return content

    def first[ItemT](self, items: Sequence[ItemT], limit: int, *place: str) -> Sequence[ItemT]:
        """Return the first items of a list; note if there are more."""
        if len(items) <= limit:
            return items
        self.notes.append(f"{''.join(place)}: more than {limit}")
        return items[:limit]

    def is_undated(self, signals: Sequence[Signal], problems: Sequence[Problem]) -> bool:
        """Tell whether something has no time but the one at which it came."""
        return bool(problems) or None in [signal.recorded_at for signal in signals]

    def fault(self, place: str, error: Exception) -> None:
        """Note an error of our own by its place."""
        self.faults.append(f"{place}: {type(error).__name__}")
