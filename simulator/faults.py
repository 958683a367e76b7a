"""Faults that a test asks for: of deliveries and of API calls."""

from dataclasses import dataclass, field
from datetime import timedelta

from .problems import Problem


@dataclass(slots=True)
class DeliveryFaults:
    """What is wrong with the next deliveries; a count of -1 means with all of them."""

    delay: timedelta = timedelta()
    duplicates: int = 0
    reorder: bool = False
    concurrent: bool = False
    corrupt_signatures: int = 0
    missing_signatures: int = 0

    def use_corrupt_signature(self) -> bool:
        """Return whether this delivery's signature is corrupt, and count it."""
        corrupt = self.corrupt_signatures != 0
        self.corrupt_signatures -= self.corrupt_signatures > 0
        return corrupt

    def use_missing_signature(self) -> bool:
        """Return whether this delivery has no signature, and count it."""
        missing = self.missing_signatures != 0
        self.missing_signatures -= self.missing_signatures > 0
        return missing


@dataclass(slots=True)
class ApiFault:
    """A failure of the next calls whose path contains `path`.

    Status 0 resets the connection, None answers normally after `delay` (real) seconds.
    """

    status: int | None
    path: str = ""
    times: int = 1
    delay: float = 0
    retry_after: int | None = None
    problem: Problem | None = None


@dataclass(slots=True)
class ApiFaults:
    """The planned failures, and whether credentials are refused."""

    planned: list[ApiFault] = field(default_factory=list)
    reject_credentials: bool = False

    def next_for(self, path: str) -> ApiFault | None:
        """Return the fault of this call, and count it; -1 times is forever."""
        for fault in self.planned:
            if fault.path in path:
                fault.times -= fault.times > 0
                if fault.times == 0:
                    self.planned.remove(fault)
                return fault
        return None
