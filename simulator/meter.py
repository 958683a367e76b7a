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
    """Calls by route, and the billed requests to a vehicle: a batch counts one per path."""

    calls: Counter[str] = field(default_factory=Counter)
    billed: Counter[str] = field(default_factory=Counter)
    unbilled: int = 0
    log: deque[Call] = field(default_factory=lambda: deque(maxlen=500))

    def count(self, call: Call, *, billed: int) -> None:
        """Count a call and its billed requests; token endpoints are calls, too."""
        self.calls[call.route] += 1
        self.log.append(call)
        if billed:
            self.billed[call.route] += billed
        else:
            self.unbilled += 1

    def reset(self) -> None:
        """Set every count to zero."""
        self.calls.clear()
        self.billed.clear()
        self.unbilled = 0
        self.log.clear()
