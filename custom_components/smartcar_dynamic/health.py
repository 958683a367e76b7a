"""How the callback is doing: what came, what was refused and why. Kept over restarts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from .smartcar.decoding import mapping, text

MANY_REJECTIONS = 3
"""So many wrong signatures in a row are not a stranger's, but a wrong management token."""


class Rejection(StrEnum):
    """Why a request was refused."""

    UNSIGNED = auto()
    WRONG_SIGNATURE = auto()
    NOT_JSON = auto()
    TOO_LARGE = auto()
    NO_CHALLENGE = auto()


@dataclass(slots=True)
class Health:
    """What happened at the callback URI; times in milliseconds since 1970.

    `rejected` counts the signatures that were wrong since the last one that was right.
    `callback_uri` is the address for which Smartcar's challenge was last answered, and
    `application_id` what Connect wants to know of the application.
    """

    verified_at: int | None = None
    callback_uri: str | None = field(default=None, repr=False)
    last_delivery: int | None = None
    last_test: int | None = None
    last_rejected: int | None = None
    rejection: Rejection | None = None
    rejected: int = 0
    subscribed_at: int | None = None
    application_id: str | None = field(default=None, repr=False)
    counts: Counter[str] = field(default_factory=Counter)

    def accept(self, kind: str, now: int, *, test: bool) -> None:
        """Count an authentic delivery."""
        self.last_delivery = now
        if test:
            self.last_test = now
        self.rejected = 0
        self.counts[f"{kind}_test" if test else kind] += 1

    def reject(self, reason: Rejection, now: int) -> None:
        """Count a request that was refused."""
        self.last_rejected = now
        self.rejection = reason
        if reason is Rejection.WRONG_SIGNATURE:
            self.rejected += 1
        self.counts[reason] += 1

    def verify(self, callback_uri: str | None, now: int) -> None:
        """Note that Smartcar's challenge was answered."""
        self.verified_at = now
        self.callback_uri = callback_uri
        self.counts["challenge"] += 1

    def to_json(self) -> dict[str, object]:
        """Return what the store keeps."""
        return {
            "verified_at": self.verified_at,
            "callback_uri": self.callback_uri,
            "last_delivery": self.last_delivery,
            "last_test": self.last_test,
            "last_rejected": self.last_rejected,
            "rejection": self.rejection,
            "rejected": self.rejected,
            "subscribed_at": self.subscribed_at,
            "application_id": self.application_id,
            "counts": dict(self.counts),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> Health:
        """Return what the store kept."""
        reason = raw.get("rejection")
        return cls(
            verified_at=whole(raw.get("verified_at")),
            callback_uri=text(raw.get("callback_uri")),
            last_delivery=whole(raw.get("last_delivery")),
            last_test=whole(raw.get("last_test")),
            last_rejected=whole(raw.get("last_rejected")),
            rejection=next((known for known in Rejection if known == reason), None),
            rejected=whole(raw.get("rejected")) or 0,
            subscribed_at=whole(raw.get("subscribed_at")),
            application_id=text(raw.get("application_id")),
            counts=Counter(
                {
                    name: number
                    for name, number in mapping(raw.get("counts")).items()
                    if isinstance(number, int)
                }
            ),
        )


def whole(value: object) -> int | None:
    """Return a whole number."""
    return value if type(value) is int else None
