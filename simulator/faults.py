"""Faults that a test asks for: of deliveries and of API calls."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

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
    """A failure of the next calls whose path contains `path`, of one `method` if that is given.

    Status 0 resets the connection, None answers normally after `delay` (real) seconds. `body` takes
    the place of an error object; one that `is_cut` ends with the connection in its middle. A
    redirect leads to `location`.
    """

    status: int | None
    path: str = ""
    times: int = 1
    delay: float = 0
    retry_after: int | str | None = None
    problem: Problem | None = None
    method: str = ""
    body: bytes | None = None
    is_cut: bool = False
    location: str | None = None


@dataclass(slots=True, kw_only=True)
class CommandFault:
    """How the next commands end, of one type and car if these are given.

    `problem` is an error, with `http_status` instead of its own if that is given; with `status`
    it is the reason of a FAILURE in the body of a 200. The response takes `latency` real seconds
    or is `held` until it is released; `streamed` answers 202 at once and sends the result later
    in its body. `obeyed` tells whether the car obeys all the same.
    """

    command: str = ""
    vehicle_id: str = ""
    times: int = 1
    problem: Problem | None = None
    status: Literal["SUCCESS", "FAILURE", "PENDING"] | None = None
    http_status: int | None = None
    latency: float = 0
    held: bool = False
    streamed: bool = False
    obeyed: bool | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the response is an error."""
        return self.problem is not None and self.status is None

    @property
    def is_obeyed(self) -> bool:
        """Whether the car obeys."""
        if self.obeyed is not None:
            return self.obeyed
        return not self.is_refused and self.status != "FAILURE"


@dataclass(slots=True)
class ApiFaults:
    """The planned failures, and whether credentials are refused."""

    planned: list[ApiFault] = field(default_factory=list)
    commands: list[CommandFault] = field(default_factory=list)
    reject_credentials: bool = False

    def next_for(self, method: str, path: str) -> ApiFault | None:
        """Return the fault of this call, and count it; -1 times is forever."""
        for fault in self.planned:
            if fault.path in path and fault.method in ("", method):
                fault.times -= fault.times > 0
                if fault.times == 0:
                    self.planned.remove(fault)
                return fault
        return None

    def next_for_command(self, command: str, vehicle_id: str) -> CommandFault | None:
        """Return the fault of this command, and count it; -1 times is forever."""
        for fault in self.commands:
            if fault.command in ("", command) and fault.vehicle_id in ("", vehicle_id):
                fault.times -= fault.times > 0
                if fault.times == 0:
                    self.commands.remove(fault)
                return fault
        return None
