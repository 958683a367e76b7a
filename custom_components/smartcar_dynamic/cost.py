"""What charged energy cost, apart from Home Assistant: prices are of a kWh, in any currency."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .smartcar.jsonvalues import as_dict, as_list, as_number

_MAX_UNPRICED = 0.05
_MAX_STAYS = 200

type Price = Callable[[bool], float | None]
"""Returns the price at home, or away; `None` where it is not known."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What energy cost: `amount` is that of `priced` kWh, and `unpriced` kWh had no price.

    Of `unplaced` kWh nobody knows yet whether they were charged at home.
    """

    amount: float = 0.0
    priced: float = 0.0
    unpriced: float = 0.0
    unplaced: float = 0.0

    @property
    def is_known(self) -> bool:
        """Return whether any of it had a price, and not so much had none that it misleads."""
        unknown = self.unpriced + self.unplaced
        return self.priced > 0 and unknown <= (self.priced + unknown) * _MAX_UNPRICED

    def plus(self, energy: float, price: float | None) -> Cost:
        """Return the cost with some more energy, kWh, or with energy that has got its place."""
        unplaced = max(0.0, self.unplaced - energy)
        if price is None:
            return Cost(self.amount, self.priced, self.unpriced + energy, unplaced)
        return Cost(self.amount + energy * price, self.priced + energy, self.unpriced, unplaced)

    def plus_unplaced(self, energy: float) -> Cost:
        """Return the cost with some more energy, kWh, whose place is not known yet."""
        return replace(self, unplaced=self.unplaced + energy)


class Costs:
    """What the energy of one vehicle cost: all of it, and that of each of the latest sessions.

    `total` is an amount. A session is known by its stay. `raw` is what `to_json` returned; what is
    not of its form is left out.
    """

    def __init__(self, raw: object = None) -> None:
        """Go on where `to_json` was called, or begin with nothing."""
        data = as_dict(raw)
        self.total = as_number(data.get("total")) or 0.0
        self._stays: dict[int, Cost] = {}
        for row in as_list(data.get("stays"))[-_MAX_STAYS:]:
            match row:
                case [int() as stay, *numbers] if None not in (cost := [*map(as_number, numbers)]):
                    self._stays[stay] = Cost(*(number or 0.0 for number in cost[:4]))

    def to_json(self) -> dict[str, object]:
        """Return everything as plain JSON."""
        return {
            "total": self.total,
            "stays": [
                [stay, cost.amount, cost.priced, cost.unpriced, cost.unplaced]
                for stay, cost in self._stays.items()
            ],
        }

    def add(self, stay: int, energy: float, price: float | None) -> None:
        """Add energy, kWh, of a stay."""
        self._set(stay, self._stays.get(stay, Cost()).plus(energy, price))
        self.total += energy * (price or 0.0)

    def add_unplaced(self, stay: int, energy: float) -> None:
        """Add energy, kWh, of a stay whose place is not known yet; `add` follows if it is home."""
        self._set(stay, self._stays.get(stay, Cost()).plus_unplaced(energy))

    def _set(self, stay: int, cost: Cost) -> None:
        self._stays[stay] = cost
        if len(self._stays) > _MAX_STAYS:
            del self._stays[min(self._stays)]

    def of_session(self, stay: int) -> float | None:
        """Return what a session cost, `None` where its price is not known."""
        cost = self._stays.get(stay)
        return cost.amount if cost is not None and cost.is_known else None

    @property
    def is_any_known(self) -> bool:
        """Return whether there is a price for anything."""
        return any(cost.priced for cost in self._stays.values())
