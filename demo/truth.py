"""What Home Assistant has to show of a car: the simulator's truth, entity by entity.

Written from Smartcar's signals and Home Assistant's conventions, not with the integration's own
tables, which are measured by it.
"""

from datetime import UTC, datetime, timedelta

from simulator import Car, Connection

from .facts import Amount, Event, Fact, Moment

_READING_PLATFORMS = {"binary_sensor", "device_tracker", "event", "sensor"}
# What an entry with a dynamic webhook knows.
_DYNAMIC = {
    "account_problem",
    "callback_verified",
    "charge_connection",
    "charging_session",
    "charge-detailedchargingstatus",
    "charge-ischarging",
    "charge-ischargingcableconnected",
    "last_charging_session.duration",
    "last_charging_session.ended_at",
    "last_charging_session.place",
    "last_charging_session.state_of_charge_added",
    "last_delivery",
    "last_reported",
    "location-preciselocation",
    "tractionbattery-range",
    "tractionbattery-stateofcharge",
}
# How long it takes until a delivery tells what has happened.
_PROMPT = timedelta(minutes=3)
_HOURLY = timedelta(minutes=65)
# What the integration takes for the plan's until its owner says otherwise.
_CALLS_PER_MONTH = 500


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
        for platform, facts in _facts(connection, dynamic=dynamic).items()
        for key, fact in facts.items()
        if is_expected(platform, key)
    }


def _facts(connection: Connection, *, dynamic: bool) -> dict[str, dict[str, Fact]]:
    car, calls = connection.car, connection.requests
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
        "event": {
            "charging_session": _charging_event(car),
            "trip": _trip_event(car),
        },
        "lock": {"closure-islocked": "locked" if car.locked else "unlocked"},
        "number": {"charge-chargelimits": Amount(car.charge_limit, "%")},
        "sensor": {
            "calls_left": str(_CALLS_PER_MONTH - calls),
            "calls_used": str(calls),
            **_charging_facts(car, _HOURLY if dynamic else _PROMPT),
            **_trip_facts(car),
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
            # Payload version 2.0 does not say when it was sent, so this is when it came.
            "last_delivery": Moment(datetime.now(UTC), 300),
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


def _charging_event(car: Car) -> Event | None:
    if car.charging:
        return Event(("plugged_in", "started"))
    if not car.charging_sessions:
        return None
    return Event(("finished",) if car.plugged_in else ("unplugged",))


def _charging_facts(car: Car, interval: timedelta) -> dict[str, Fact]:
    """Return what the charging sessions amount to; times are known to an interval."""
    seconds = interval.total_seconds()
    facts: dict[str, Fact] = {
        "charge_connection": _charge_connection(car),
        "charged_energy": Amount(car.charged_energy, "kWh", 0.11),
        "charged_energy_home": Amount(car.charged_energy_home, "kWh", 0.11),
    }
    if car.charging:
        finish = car.now + timedelta(minutes=car.time_to_complete)
        facts["charging_finished_at"] = Moment(finish, seconds)
    ended = [it for it in car.charging_sessions if it.started_at and it.ended_at]
    if ended and (started_at := ended[-1].started_at) and (ended_at := ended[-1].ended_at):
        session, last = ended[-1], "last_charging_session"
        minutes = (ended_at - started_at).total_seconds() / 60
        added = sum((it.end_charge or 0) - it.start_charge for it in session.segments)
        facts.setdefault("charging_finished_at", Moment(ended_at, 2 * seconds))
        facts |= {
            f"{last}.duration": Amount(minutes, "min", seconds / 60),
            f"{last}.ended_at": Moment(ended_at, seconds),
            f"{last}.energy": Amount(session.energy, "kWh", 0.06),
            f"{last}.place": _zone(session.place),
            f"{last}.state_of_charge_added": Amount(added, "%", 1),
        }
    return facts


def _charge_connection(car: Car) -> str:
    if car.charging:
        return "charging"
    if not car.plugged_in:
        return "disconnected"
    return "complete" if car.full else "connected"


def _trip_event(car: Car) -> Event | None:
    if not car.trips:
        return None
    return Event(("started",) if car.driving else ("ended",))


def _trip_facts(car: Car) -> dict[str, Fact]:
    """Return what the last trip that ended amounts to."""
    ended = [it for it in car.trips if it.ended_at]
    if not ended:
        return {}
    trip, last = ended[-1], "last_trip"
    minutes = ((trip.ended_at or car.now) - trip.started_at).total_seconds() / 60
    exactness = 2 * _PROMPT.total_seconds() / 60
    # One percent more or less of the battery, which is how exactly a car tells its charge.
    tolerance = car.model.capacity / trip.distance
    used = trip.start_charge - (trip.end_charge or 0)
    return {
        f"{last}.consumption": Amount(100 * trip.energy / trip.distance, "kWh/100km", tolerance),
        f"{last}.distance": Amount(trip.distance, "km", 0.11),
        f"{last}.energy_used": Amount(trip.energy, "kWh", car.model.capacity / 100),
        f"{last}.from": _zone(trip.origin_place),
        f"{last}.longest_duration": Amount(minutes, "min", or_more=True),
        f"{last}.shortest_duration": Amount(minutes, "min", exactness),
        f"{last}.state_of_charge_used": Amount(used, "%", 1),
        f"{last}.to": _zone(trip.destination_place),
    }


def _zone(place: str | None) -> str:
    return "Home" if place == "home" else "not_home"
