"""What Home Assistant must show for a car: the simulator's truth, entity by entity.

Written from Smartcar's vocabulary and Home Assistant's conventions, and not with the integration's
own tables: it is what they are measured by.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.answers import State
from simulator import Car, Place
from simulator.car import Opening

UNAVAILABLE = "unavailable"
UNKNOWN = "unknown"

# How a car stands with Smartcar; known also while the car cannot be read.
STANDING_KEYS = frozenset(
    {"account_problem", "callback_verified", "last_delivery", "last_reported"}
)
DYNAMIC_KEYS = STANDING_KEYS | {
    "charge-detailedchargingstatus",
    "charge-ischarging",
    "charge-ischargingcableconnected",
    "location-preciselocation",
    "tractionbattery-range",
    "tractionbattery-stateofcharge",
}


@dataclass(frozen=True)
class Number:
    """A number, as exact as Smartcar tells it; unknown while there is nothing to measure."""

    value: float | None
    unit: str
    tolerance: float = 0.01

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return UNKNOWN if self.value is None else f"{self.value:g} {self.unit}"

    def agrees(self, state: State) -> bool:
        """Tell whether a state says the same."""
        if self.value is None or state.attributes.get("unit_of_measurement") != self.unit:
            return self.value is None and state.state == UNKNOWN
        try:
            return abs(float(state.state) - self.value) <= self.tolerance
        except ValueError:
            return False


@dataclass(frozen=True)
class Word:
    """A word."""

    word: str

    def __str__(self) -> str:
        """Return it."""
        return self.word

    def agrees(self, state: State) -> bool:
        """Tell whether a state says the same."""
        return state.state == self.word


@dataclass(frozen=True)
class Whereabouts:
    """A position, within the six decimals that Smartcar tells: about 10 cm."""

    place: Place

    def __str__(self) -> str:
        """Return it in degrees."""
        return f"{self.place.latitude:.6f}, {self.place.longitude:.6f}"

    def agrees(self, state: State) -> bool:
        """Tell whether a state says the same."""
        latitude, longitude = state.attributes.get("latitude"), state.attributes.get("longitude")
        return (
            isinstance(latitude, float)
            and isinstance(longitude, float)
            and abs(latitude - self.place.latitude) < 1e-6  # noqa: PLR2004 - the sixth decimal
            and abs(longitude - self.place.longitude) < 1e-6  # noqa: PLR2004
        )


@dataclass(frozen=True)
class Moment:
    """A point in time, to the second."""

    moment: datetime

    def __str__(self) -> str:
        """Return it as ISO 8601."""
        return self.moment.isoformat(timespec="seconds")

    def agrees(self, state: State) -> bool:
        """Tell whether a state says the same."""
        try:
            shown = datetime.fromisoformat(state.state)
        except ValueError:
            return False
        return abs(shown - self.moment) <= timedelta(seconds=1)


@dataclass(frozen=True)
class NotBefore:
    """A point in time that follows from another one: not before it.

    The simulator's stamps are up to a few seconds ahead when it hurries.
    """

    moment: datetime

    def __str__(self) -> str:
        """Return it as ISO 8601."""
        return f"{self.moment.isoformat(timespec='seconds')} or later"

    def agrees(self, state: State) -> bool:
        """Tell whether a state says the same, to the second."""
        try:
            return datetime.fromisoformat(state.state) >= self.moment - _HURRY
        except ValueError:
            return False


_HURRY = timedelta(seconds=5)

type Fact = Number | Word | Whereabouts | Moment | NotBefore

_WHOLE = 0.5
_CORNERS = ("front_left", "front_right", "back_left", "back_right")


def truth(car: Car, *, dynamic: bool) -> dict[str, Fact]:
    """Return what each of a car's entities must show, by key of the vocabulary."""
    facts = {key: tell(car) for key, tell in _FACTS.items()}
    if dynamic:
        return {key: fact for key, fact in facts.items() if key in DYNAMIC_KEYS}
    reported = car.capable | STANDING_KEYS
    return {key: fact for key, fact in facts.items() if key.partition(".")[0] in reported}


def _number(
    read: Callable[[Car], float], unit: str, tolerance: float = _WHOLE
) -> Callable[[Car], Fact]:
    return lambda car: Number(read(car), unit, tolerance)


def _while_charging(read: Callable[[Car], float], unit: str) -> Callable[[Car], Fact]:
    return lambda car: Number(read(car) if car.charging else None, unit, _WHOLE)


def _flag(read: Callable[[Car], bool]) -> Callable[[Car], Fact]:
    return lambda car: Word("on" if read(car) else "off")


def _unlocked(of: Callable[[Car], Opening]) -> Callable[[Car], Fact]:
    """Tell what Home Assistant calls a lock that is on: unlocked."""
    return _flag(lambda car: not of(car).is_locked)


def _open(of: Callable[[Car], Opening]) -> Callable[[Car], Fact]:
    return _flag(lambda car: of(car).is_open)


def _door(corner: str) -> Callable[[Car], Opening]:
    return lambda car: car.doors[corner]


def _window(corner: str) -> Callable[[Car], Opening]:
    return lambda car: car.windows[corner]


def _pressure(corner: str) -> Callable[[Car], float]:
    return lambda car: car.tires[corner]


_FACTS: Mapping[str, Callable[[Car], Fact]] = {
    "account_problem": _flag(lambda car: car.problem is not None),
    "callback_verified": _flag(lambda _: True),
    "charge-amperage": _number(lambda car: car.amperage, "A"),
    "charge-amperagemax": _number(
        lambda car: 1000 * car.model.charger / (car.model.volts * car.model.phases), "A"
    ),
    "charge-chargelimits": _number(lambda car: car.charge_limit, "%"),
    "charge-chargelimits.global": _number(lambda car: car.charge_limit, "%"),
    "charge-chargerate": _while_charging(lambda car: car.charge_rate, "km/h"),
    "charge-detailedchargingstatus": lambda car: Word(car.status.value.lower()),
    "charge-energyadded": _number(lambda car: car.energy_added, "kWh", 0.05),
    "charge-ischarging": _flag(lambda car: car.charging),
    "charge-ischargingcableconnected": _flag(lambda car: car.plugged_in),
    "charge-ischargingportflapopen": _flag(lambda car: car.plugged_in),
    "charge-timetocomplete": _while_charging(lambda car: car.time_to_complete, "min"),
    "charge-voltage": _number(lambda car: car.voltage, "V"),
    "charge-wattage": _while_charging(lambda car: 1000 * car.power, "W"),
    "climate-externaltemperature": _number(lambda car: car.outside, "°C", 0.06),
    "climate-internaltemperature": _number(lambda car: car.inside, "°C", 0.06),
    **{f"closure-doors.{it}.is_open": _open(_door(it)) for it in _CORNERS},
    **{f"closure-doors.{it}.is_locked": _unlocked(_door(it)) for it in _CORNERS},
    "closure-enginecover.is_open": _flag(lambda _: False),
    "closure-fronttrunk.is_open": _open(lambda car: car.front_trunk),
    "closure-fronttrunk.is_locked": _unlocked(lambda car: car.front_trunk),
    "closure-islocked": _flag(lambda car: not car.locked),
    "closure-reartrunk.is_open": _open(lambda car: car.rear_trunk),
    "closure-reartrunk.is_locked": _unlocked(lambda car: car.rear_trunk),
    **{f"closure-windows.{it}.is_open": _open(_window(it)) for it in _CORNERS},
    "connectivitysoftware-currentfirmwareversion": lambda car: Word(car.firmware),
    "connectivitystatus-isasleep": _flag(lambda car: car.asleep),
    "connectivitystatus-isonline": _flag(lambda car: car.online and not car.asleep),
    "last_delivery": lambda car: NotBefore(car.recorded_at),
    "last_reported": lambda car: Moment(car.recorded_at),
    "location-isathome": _flag(lambda car: car.place == "home"),
    "location-preciselocation": lambda car: Whereabouts(car.position),
    "location-preciselocation.heading": _number(lambda car: car.heading, "°"),
    "lowvoltagebattery-status": lambda _: Word("good"),
    "odometer-traveleddistance": _number(lambda car: car.odometer, "km", 0.06),
    "tractionbattery-nominalcapacity": _number(lambda car: car.model.capacity, "kWh"),
    "tractionbattery-range": _number(lambda car: car.range, "km"),
    "tractionbattery-stateofcharge": _number(lambda car: car.state_of_charge, "%", 0.51),
    "vehicleidentification-nickname": lambda car: Word(car.name),
    "vehicleidentification-vin": lambda car: Word(car.vin),
    **{f"wheel-tires.{it}": _number(_pressure(it), "kPa") for it in _CORNERS},
}
