"""An order ends when a reading shows what became of it."""

import pytest

from custom_components.smartcar_dynamic.ordered_value import Order

SENT, ANSWERED = 1_000, 5_000
ACCEPTED = Order(value=True, sent_at=SENT, answered_at=ANSWERED, accepted=True)
UNKNOWN = Order(value=True, sent_at=SENT, answered_at=ANSWERED, accepted=False)


@pytest.mark.parametrize("order", [ACCEPTED, UNKNOWN])
@pytest.mark.parametrize(
    ("value", "recorded_at", "ends"),
    [
        (True, SENT, False),
        (True, SENT + 1, True),
        (False, SENT + 1, False),
        (False, ANSWERED, False),
        (False, ANSWERED + 1, True),
        (None, ANSWERED + 1, False),
        (True, None, False),
    ],
)
def test_a_reading_ends_an_order_by_its_time(
    order: Order[bool], *, value: bool | None, recorded_at: int | None, ends: bool
) -> None:
    assert order.is_ended_by(value, recorded_at) is ends


@pytest.mark.parametrize("known", [True, False, None])
def test_an_accepted_order_is_assumed(*, known: bool | None) -> None:
    assert ACCEPTED.assumed(known) is True


@pytest.mark.parametrize(("known", "shown"), [(True, True), (False, None), (None, None)])
def test_an_unknown_outcome_is_assumed_only_where_it_was_so(
    *, known: bool | None, shown: bool | None
) -> None:
    assert UNKNOWN.assumed(known) is shown
