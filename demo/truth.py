"""What Home Assistant has to show of a car: the simulator's truth, entity by entity.

Written from Smartcar's signals and Home Assistant's conventions, not with the integration's own
tables, which are measured by it.
"""

from dataclasses import dataclass
from datetime import datetime

from simulator import Car, Connection, Place

from .harness import State

_READING_PLATFORMS = {"binary_sensor", "device_tracker", "sensor"}
# What an entry with a dynamic webhook knows.
_DYNAMIC = {
    "account_problem",
    "callback_verified",
    "charge-detailedchargingstatus",
    "charge-ischarging",
    "charge-ischargingcableconnected",
    "last_delivery",
    "last_reported",
    "location-preciselocation",
    "tractionbattery-range",
    "tractionbattery-stateofcharge",
}
# What the integration takes for the plan's until its owner says otherwise.
_CALLS_PER_MONTH = 500


@dataclass(frozen=True, slots=True)
class Amount:
    """A measured value, as exact as the simulator sends it."""

    value: float
    unit: str
    tolerance: float = 0.51

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


type Fact = bool | str | Amount | Moment | Place | None


def facts_of(connection: Connection, *, dynamic: bool) -> dict[tuple[str, str], Fact]:
    """Return the facts of a connected car by platform and key.

    A key is a signal's code, with a hyphen, or the integration's own, without one.
    """

    def is_expected(platform: str, key: str) -> bool:
        if dynamic:  # API v2.0 has no commands
            return platform in _READING_PLATFORMS and key in _DYNAMIC
        return "-" not in key or key.partition(".")[0] in connection.car.capable

    return {
        (platform, key): fact
        for platform, facts in _facts(connection.car, connection.requests).items()
        for key, fact in facts.items()
        if is_expected(platform, key)
    }


def _facts(car: Car, calls: int) -> dict[str, dict[str, Fact]]:
    model, charging = car.model, car.charging
    return {
        "binary_sensor": {
            "account_problem": car.problem is not None,
            "callback_verified": True,
            "charge-ischarging": charging,
            "charge-ischargingcableconnected": car.plugged_in,
            "charge-ischargingportflapopen": car.plugged_in,
            **{f"closure-doors.{it}.is_open": door.is_open for it, door in car.doors.items()},
            **{
                f"closure-doors.{it}.is_locked": not door.is_locked
                for it, door in car.doors.items()
            },
            "closure-enginecover.is_open": False,
            "closure-fronttrunk.is_open": car.front_trunk.is_open,
            "closure-fronttrunk.is_locked": not car.front_trunk.is_locked,
            "closure-islocked": not car.locked,
            "closure-reartrunk.is_open": car.rear_trunk.is_open,
            "closure-reartrunk.is_locked": not car.rear_trunk.is_locked,
            **{
                f"closure-windows.{it}.is_open": window.is_open
                for it, window in car.windows.items()
            },
            "connectivitystatus-isasleep": car.asleep,
            "connectivitystatus-isonline": car.online and not car.asleep,
            "location-isathome": car.place == "home",
        },
        "button": {"read_signals": None},
        "cover": {"charge-ischargingportflapopen": "open" if car.plugged_in else "closed"},
        "device_tracker": {"location-preciselocation": car.position},
        "lock": {"closure-islocked": "locked" if car.locked else "unlocked"},
        "number": {"charge-chargelimits": Amount(car.charge_limit, "%")},
        "sensor": {
            "calls_left": str(_CALLS_PER_MONTH - calls),
            "calls_used": str(calls),
            "charge-amperage": Amount(car.amperage, "A"),
            "charge-amperagemax": Amount(1000 * model.charger / (model.volts * model.phases), "A"),
            "charge-chargelimits": Amount(car.charge_limit, "%"),
            "charge-chargelimits.global": Amount(car.charge_limit, "%"),
            "charge-chargerate": Amount(car.charge_rate if charging else 0, "km/h"),
            "charge-detailedchargingstatus": car.status.value.lower(),
            "charge-energyadded": Amount(car.energy_added, "kWh", 0.06),
            "charge-timetocomplete": Amount(car.time_to_complete, "min") if charging else None,
            "charge-voltage": Amount(car.voltage, "V"),
            "charge-wattage": Amount(car.power if charging else 0, "kW", tolerance=0.051),
            "climate-externaltemperature": Amount(car.outside, "°C", 0.06),
            "climate-internaltemperature": Amount(car.inside, "°C", 0.06),
            "connectivitysoftware-currentfirmwareversion": car.firmware,
            "last_delivery": Moment(car.recorded_at, 120),
            "last_reported": Moment(car.recorded_at),
            "location-preciselocation.heading": Amount(car.heading, "°"),
            "lowvoltagebattery-status": "good",
            "odometer-traveleddistance": Amount(car.odometer, "km", 0.06),
            "tractionbattery-nominalcapacity": Amount(model.capacity, "kWh"),
            "tractionbattery-range": Amount(car.range, "km"),
            "tractionbattery-stateofcharge": Amount(car.state_of_charge, "%"),
            "vehicleidentification-nickname": car.name,
            "vehicleidentification-vin": car.vin,
            **{
                f"wheel-tires.{position}": Amount(pressure / 100, "bar", tolerance=0.0051)
                for position, pressure in car.tires.items()
            },
        },
        "switch": {"charge-ischarging": charging},
    }


def difference(fact: Fact, state: State) -> str:
    """Return what a state should be, or nothing where it agrees with the fact."""
    try:
        return "" if _agrees(fact, state) else f"should be {fact}"
    except ValueError:  # the state is no number, or no point in time
        return f"should be {fact}"


def _agrees(fact: Fact, state: State) -> bool:
    match fact:
        case None:
            return state.state == "unknown"
        case bool():
            return state.state == ("on" if fact else "off")
        case str():
            return state.state == fact
        case Amount(value, unit, tolerance):
            shown = state.attributes.get("unit_of_measurement")
            return shown == unit and abs(float(state.state) - value) <= tolerance
        case Moment(at, tolerance):
            return abs((datetime.fromisoformat(state.state) - at).total_seconds()) <= tolerance
        case Place(latitude, longitude):
            # The simulator sends six decimals, about 10 cm.
            shown = state.attributes.get("latitude"), state.attributes.get("longitude")
            return shown == (round(latitude, 6), round(longitude, 6))
