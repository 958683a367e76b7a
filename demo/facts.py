"""What an entity has to show, and whether it does."""

from dataclasses import dataclass
from datetime import datetime

from simulator import Place

from .harness import State


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured value, as exact as the simulator sends it, or a bound: so much or more."""

    value: float
    unit: str
    tolerance: float = 0.51
    or_more: bool = False

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return f"{self.value:g} {self.unit}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, to so many seconds."""

    at: datetime
    tolerance: float = 1

    def __str__(self) -> str:
        """Return it as Home Assistant writes it."""
        return self.at.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Event:
    """The last of an event entity's events, or the last two where either may be it."""

    types: tuple[str, ...]

    def __str__(self) -> str:
        """Return the types."""
        return " or ".join(self.types)


type Fact = bool | str | Amount | Moment | Event | Place | None


def difference(fact: Fact, state: State) -> str:
    """Return what a state should be, or nothing where it agrees with the fact."""
    try:
        return "" if _agrees(fact, state) else f"should be {fact}"
    except ValueError:  # the state is no number, or no point in time
        return f"should be {fact}"


def _agrees(fact: Fact, state: State) -> bool:
    match fact:
        case bool():
            return state.state == ("on" if fact else "off")
        case str() | None:
            return state.state == (fact or "unknown")
        case Amount(value, unit, tolerance, or_more):
            shown = state.attributes.get("unit_of_measurement")
            excess = float(state.state) - value
            return shown == unit and -tolerance <= excess and (or_more or excess <= tolerance)
        case Event(types):
            return state.attributes.get("event_type") in types
        case Moment(at, tolerance):
            return abs((datetime.fromisoformat(state.state) - at).total_seconds()) <= tolerance
        case Place(latitude, longitude):
            # The simulator sends six decimals, about 10 cm.
            shown = state.attributes.get("latitude"), state.attributes.get("longitude")
            return shown == (round(latitude, 6), round(longitude, 6))
