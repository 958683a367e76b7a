"""The checks of the connection, in order, and what they come to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto

from ..smartcar.model import Problem


class Check(StrEnum):
    """The links between Smartcar and Home Assistant, in order."""

    API = auto()
    CREDENTIALS = auto()
    VEHICLES = auto()
    ENTRIES = auto()
    CALLBACK_URI = auto()
    ANSWER = auto()
    WEBHOOK = auto()
    SIGNALS = auto()
    VERIFIED = auto()
    SUBSCRIBED = auto()
    ALLOWANCE = auto()
    SIGNATURES = auto()
    DELIVERY = auto()
    STORAGE = auto()


class CheckStatus(StrEnum):
    """What a check came to; unknown is what could not be asked, or cannot be told."""

    OK = auto()
    FAILED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check, of one vehicle where `vehicle_id` says which.

    `problem` is Smartcar's error behind a failure, and `since` its time in milliseconds.
    `is_conclusive` tells that an issue of the check may end with this result.
    """

    check: Check
    status: CheckStatus
    reason: str
    placeholders: Mapping[str, str | datetime] = field(default_factory=dict)
    vehicle_id: str | None = field(default=None, repr=False)
    problem: Problem | None = None
    since: int | None = None
    is_conclusive: bool = True

    @property
    def translation_key(self) -> str:
        """Return the key of the result's text below `common` in the translations."""
        return f"check_{self.check}_{self.reason}"

    @classmethod
    def ok(cls, check: Check, reason: str = "ok", **placeholders: object) -> CheckResult:
        """Return the result of a check that found nothing wrong."""
        return cls(check, CheckStatus.OK, reason, _texts(placeholders))

    @classmethod
    def failed(cls, check: Check, reason: str, **placeholders: object) -> CheckResult:
        """Return the result of a check that found something wrong."""
        return cls(check, CheckStatus.FAILED, reason, _texts(placeholders))

    @classmethod
    def unknown(cls, check: Check, reason: str = "unknown", **placeholders: object) -> CheckResult:
        """Return the result of a check that could not tell."""
        return cls(check, CheckStatus.UNKNOWN, reason, _texts(placeholders), is_conclusive=False)


def _texts(placeholders: Mapping[str, object]) -> dict[str, str | datetime]:
    """Return placeholders as texts, but times as times: each language writes them differently."""
    return {
        name: value if isinstance(value, datetime) else str(value)
        for name, value in placeholders.items()
    }
