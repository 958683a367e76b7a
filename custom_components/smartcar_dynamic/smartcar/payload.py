"""Shared state of decoding one payload: what each signal said last, and what could not be read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from .model import Content
from .signals import parse_body


class CachedContent(NamedTuple):
    """The last body and status of a signal, and the content that they were decoded to."""

    body: object
    status: object
    content: Content


type Cache = dict[str, CachedContent]
"""The last content of each signal of one vehicle, by signal code."""


@dataclass(slots=True)
class Decoding:
    """One delivery being decoded.

    `received_at` is our time in milliseconds. `is_known` tells whether a report ID was decoded
    before. `caches` last from delivery to delivery, by vehicle: most signals repeat their last
    body, and comparing bodies is cheaper than parsing them.
    """

    received_at: int
    is_known: Callable[[str], bool]
    caches: dict[str, Cache] = field(repr=False)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def parse(self, cache: Cache, code: str, body: object) -> Content:
        """Return the content of a body: the same object for an equal body."""
        cached = cache.get(code)
        if cached is not None and cached.body == body:
            return cached.content
        notes = len(self.notes)
        content = Content(code, parse_body(code, body, self.notes))
        return self.keep(cache, content, body, None, notes)

    def keep(
        self, cache: Cache, content: Content, body: object, status: object, notes: int
    ) -> Content:
        """Cache a content that added nothing to the `notes` counted before it was parsed.

        Bodies with notes are not cached: `1 == True` would hide a change of type.
        """
        if len(self.notes) == notes:
            cache[content.code] = CachedContent(body, status, content)
        return content

    def fault(self, place: str, error: Exception) -> None:
        """Note an error of our own by its place."""
        self.faults.append(f"{place}: {type(error).__name__}")
