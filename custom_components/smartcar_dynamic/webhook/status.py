"""The status of the callback URI: what arrived, what was refused and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto

from ..smartcar.jsonvalues import as_dict, as_str
from ..smartcar.times import as_time

MANY_WRONG_SIGNATURES = 3
"""This many in a row point to a wrong management token, not to a stranger."""


class Rejection(StrEnum):
    """Why a request was refused."""

    UNSIGNED = auto()
    WRONG_SIGNATURE = auto()
    NOT_JSON = auto()
    TOO_LARGE = auto()
    NO_CHALLENGE = auto()


# Version 0.1.0 counted these among the deliveries.
_NOT_DELIVERIES = {"challenge", *Rejection}


@dataclass(slots=True)
class CallbackStatus:
    """What happened at the callback URI; times in milliseconds since 1970.

    Three things are known apart. *Answered*: a challenge was answered, which proves only that
    somebody knows the URI; it is not stored, unless the owner has confirmed in a flow that Smartcar
    accepted the answer (`confirmed_at`). *Signed*: `signed_at` is when a signature was first right,
    which proves the management token. *Delivering*: `last_delivery`, at `callback_uri`.

    `wrong_signatures` counts those since the last right one. What strangers send is not stored.
    """

    confirmed_at: int | None = None
    signed_at: int | None = None
    callback_uri: str | None = field(default=None, repr=False)
    last_delivery: int | None = None
    last_test: int | None = None
    deliveries: Counter[str] = field(default_factory=Counter)
    answered_at: int | None = None
    answered_uri: str | None = field(default=None, repr=False)
    last_rejected: int | None = None
    rejection: Rejection | None = None
    wrong_signatures: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    is_signed_since_start: bool = False

    @property
    def are_signatures_wrong(self) -> bool:
        """Tell whether wrong signatures point to a wrong management token.

        Before the first right signature one is enough: no stranger knows a new URI.
        """
        limit = 1 if self.signed_at is None else MANY_WRONG_SIGNATURES
        return self.wrong_signatures >= limit

    def sign(self, now: int) -> None:
        """Note a right signature."""
        self.signed_at = self.signed_at or now
        self.is_signed_since_start = True
        self.wrong_signatures = 0

    def accept(self, kind: str, now: int, *, test: bool) -> None:
        """Note an authentic delivery."""
        self.sign(now)
        self.last_delivery = now
        if test:
            self.last_test = now
        self.deliveries[f"{kind}_test" if test else kind] += 1

    def reject(self, reason: Rejection, now: int) -> None:
        """Note a refused request."""
        self.last_rejected = now
        self.rejection = reason
        if reason is Rejection.WRONG_SIGNATURE:
            self.wrong_signatures += 1
        self.rejections[reason] += 1

    def answer(self, callback_uri: str | None, now: int) -> None:
        """Note an answered challenge."""
        self.answered_at = now
        self.answered_uri = callback_uri

    def forget_after(self, latest: int) -> None:
        """Take what happened after a time for what happened then: the clock was wrong."""
        for name in ("confirmed_at", "signed_at", "last_delivery", "last_test", "answered_at"):
            at = getattr(self, name)
            if at is not None and at > latest:
                setattr(self, name, latest)

    def to_json(self) -> dict[str, object]:
        """Return the status as the store writes it."""
        return {
            "verified_at": self.confirmed_at,
            "signed_at": self.signed_at,
            "callback_uri": self.callback_uri,
            "last_delivery": self.last_delivery,
            "last_test": self.last_test,
            "counts": dict(self.deliveries),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> CallbackStatus:
        """Return the status as the store reads it."""
        last_delivery = as_time(raw.get("last_delivery"))
        counts = as_dict(raw.get("counts"))
        return cls(
            confirmed_at=as_time(raw.get("verified_at")),
            signed_at=as_time(raw.get("signed_at")) or last_delivery,
            callback_uri=as_str(raw.get("callback_uri")),
            last_delivery=last_delivery,
            last_test=as_time(raw.get("last_test")),
            deliveries=Counter(
                {
                    name: number
                    for name, number in counts.items()
                    if isinstance(number, int) and name not in _NOT_DELIVERIES
                }
            ),
        )
