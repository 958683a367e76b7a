"""What goes wrong when told so."""

from dataclasses import dataclass, field
from datetime import timedelta

from .problems import Problem


@dataclass(slots=True)
class DeliveryFaults:
    """How deliveries are spoiled; a count of -1 means until it is changed."""

    delay: timedelta = timedelta()
    duplicates: int = 0
    reorder: bool = False
    concurrent: bool = False
    corrupt_signatures: int = 0
    missing_signatures: int = 0

    def corrupts(self) -> bool:
        """Tell whether the next signature is spoiled, and count it."""
        spoiled = self.corrupt_signatures != 0
        self.corrupt_signatures -= self.corrupt_signatures > 0
        return spoiled

    def omits(self) -> bool:
        """Tell whether the next signature is left out, and count it."""
        omitted = self.missing_signatures != 0
        self.missing_signatures -= self.missing_signatures > 0
        return omitted


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
    """The failures to come, and whether credentials are refused."""

    planned: list[ApiFault] = field(default_factory=list)
    reject_credentials: bool = False

    def next_for(self, path: str) -> ApiFault | None:
        """Return the fault that meets this path, and count it; -1 times is forever."""
        for fault in self.planned:
            if fault.path in path:
                fault.times -= fault.times > 0
                if fault.times == 0:
                    self.planned.remove(fault)
                return fault
        return None
