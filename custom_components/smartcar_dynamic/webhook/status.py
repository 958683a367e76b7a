"""The status of the callback URI: what arrived, what was refused and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from ..smartcar.jsonvalues import as_dict, as_int, as_str

MANY_WRONG_SIGNATURES = 3
"""This many in a row point to a wrong management token, not to a stranger."""


class Rejection(StrEnum):
    """Why a request was refused."""

    UNSIGNED = auto()
    WRONG_SIGNATURE = auto()
    NOT_JSON = auto()
    TOO_LARGE = auto()
    NO_CHALLENGE = auto()


@dataclass(slots=True)
class CallbackStatus:
    """What happened at the callback URI; times in milliseconds since 1970.

    `wrong_signatures` counts those since the last right one. `callback_uri` is the one at which
    Smartcar's challenge was last answered.
    """

    verified_at: int | None = None
    callback_uri: str | None = field(default=None, repr=False)
    last_delivery: int | None = None
    last_test: int | None = None
    last_rejected: int | None = None
    rejection: Rejection | None = None
    wrong_signatures: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def accept(self, kind: str, now: int, *, test: bool) -> None:
        """Count an authentic delivery."""
        self.last_delivery = now
        if test:
            self.last_test = now
        self.wrong_signatures = 0
        self.counts[f"{kind}_test" if test else kind] += 1

    def reject(self, reason: Rejection, now: int) -> None:
        """Count a request that was refused."""
        self.last_rejected = now
        self.rejection = reason
        if reason is Rejection.WRONG_SIGNATURE:
            self.wrong_signatures += 1
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
            "rejected": self.wrong_signatures,
            "counts": dict(self.counts),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> CallbackStatus:
        """Return what the store kept."""
        reason = raw.get("rejection")
        return cls(
            verified_at=as_int(raw.get("verified_at")),
            callback_uri=as_str(raw.get("callback_uri")),
            last_delivery=as_int(raw.get("last_delivery")),
            last_test=as_int(raw.get("last_test")),
            last_rejected=as_int(raw.get("last_rejected")),
            rejection=next((known for known in Rejection if known == reason), None),
            wrong_signatures=as_int(raw.get("rejected")) or 0,
            counts=Counter(
                {
                    name: number
                    for name, number in as_dict(raw.get("counts")).items()
                    if isinstance(number, int)
                }
            ),
        )
