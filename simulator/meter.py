"""Counts the API calls, and those that Smartcar bills."""

from collections import Counter, deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Call:
    """One API call: the route is `METHOD /path/{with}/names`."""

    route: str
    path: str
    status: int
    user_agent: str


@dataclass(slots=True)
class Meter:
    """Calls by route, and of these the billed ones: requests to a vehicle."""

    calls: Counter[str] = field(default_factory=Counter)
    billed: Counter[str] = field(default_factory=Counter)
    log: deque[Call] = field(default_factory=lambda: deque(maxlen=500))

    @property
    def unbilled(self) -> int:
        """The number of calls that are not billed, token endpoints included."""
        return self.calls.total() - self.billed.total()

    def count(self, call: Call, *, billed: bool) -> None:
        """Count a call."""
        self.calls[call.route] += 1
        self.log.append(call)
        if billed:
            self.billed[call.route] += 1

    def reset(self) -> None:
        """Set every count to zero."""
        self.calls.clear()
        self.billed.clear()
        self.log.clear()
