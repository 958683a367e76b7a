"""What the owner has ordered, until the vehicle reports it or time shows that it does not."""

from dataclasses import dataclass, field

EXPIRES_AFTER = 5 * 60
"""Seconds after which an ordered state that no reading has confirmed is no longer shown."""


@dataclass(frozen=True, slots=True)
class Order[ValueT]:
    """An ordered state; times are in milliseconds.

    `accepted` is `False` where nobody knows whether the vehicle has obeyed.
    """

    value: ValueT = field(repr=False)
    sent_at: int
    answered_at: int
    accepted: bool

    def is_ended_by(self, value: ValueT | None, recorded_at: int | None) -> bool:
        """Tell whether a reading confirms or contradicts the order.

        Only what was recorded after the command was sent can confirm it. Another value contradicts
        it if it was recorded after the answer: before, the vehicle may not have obeyed yet.
        """
        if value is None or recorded_at is None:
            return False
        return recorded_at > (self.sent_at if value == self.value else self.answered_at)

    def assumed(self, known: ValueT | None) -> ValueT | None:
        """Return the state to show beside what is known: none where the outcome is not known."""
        return self.value if self.accepted or known == self.value else None
