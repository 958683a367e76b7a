"""The record of a take-over: what belonged to another integration, and what it was called there."""

from dataclasses import dataclass, field

GO_BACK_FOR = 30 * 24 * 3_600_000
"""How long a take-over can be undone, in milliseconds."""

type Identifiers = list[tuple[str, str]]


@dataclass(slots=True)
class TakenOver:
    """What an entry has taken over from another integration's entry.

    `at` is the time in milliseconds. `entities` are the unique IDs there and here by the registry's
    own ID, `devices` the identifiers there and the vehicle's ID by the device's ID. `state_classes`
    are those of before, by unique ID, where ours would end the statistics.
    """

    entry_id: str = ""
    at: int = 0
    is_cloudhook: bool = False
    entities: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    devices: dict[str, tuple[Identifiers, str]] = field(default_factory=dict, repr=False)
    state_classes: dict[str, str] = field(default_factory=dict, repr=False)

    def can_go_back(self, now: int) -> bool:
        """Tell whether the take-over can still be undone."""
        return now < self.at + GO_BACK_FOR
