"""Deliveries of a dynamic or scheduled webhook: payload version 2.0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from .car import Car, Opening
from .clock import iso
from .cloud import Connection, Webhook
from .problems import Problem, body_v2, find

type Body = dict[str, Any]
type UnitSystem = Literal["metric", "imperial"]

DYNAMIC_PATHS = ("/battery", "/charge", "/location")

_MILES_PER_KM = 0.62137119
_PSI_PER_KPA = 0.14503774


@dataclass(frozen=True, slots=True)
class Path:
    """A path: the permission it requires, the signal that the car must have, and its body.

    `imperial` has the factor of each key of the body that has a unit.
    """

    permission: str
    signal: str
    body: Callable[[Car], Body]
    imperial: Mapping[str, float] = field(default_factory=dict)

    def body_in(self, car: Car, unit_system: UnitSystem) -> Body:
        """Return the body in a unit system."""
        body = self.body(car)
        if unit_system == "metric":
            return body
        converted = {key: round(body[key] * factor, 2) for key, factor in self.imperial.items()}
        return {**body, **converted}


def _status(openings: Mapping[str, Opening]) -> list[Body]:
    return [
        {
            "type": "".join(
                word if index == 0 else word.title() for index, word in enumerate(name.split("_"))
            ),
            "status": "OPEN" if opening.is_open else "CLOSED",
        }
        for name, opening in openings.items()
    ]


def _security(car: Car) -> Body:
    return {
        "isLocked": car.locked,
        "doors": _status(car.doors),
        "windows": _status(car.windows),
        "sunroof": [],
        "storage": _status({"front": car.front_trunk, "rear": car.rear_trunk}),
        "chargingPort": [
            {"type": "charging_port", "status": "OPEN" if car.charge_port_open else "CLOSED"}
        ],
    }


def _capacity(car: Car) -> Body:
    return {
        "availableCapacities": [{"capacity": car.model.capacity, "description": None}],
        "capacity": {"nominal": car.model.capacity, "source": "SMARTCAR"},
        "url": None,
    }


def _tires(car: Car) -> Body:
    tires = car.tires
    return {
        "frontLeft": tires["front_left"],
        "frontRight": tires["front_right"],
        "backLeft": tires["back_left"],
        "backRight": tires["back_right"],
    }


PATHS: Mapping[str, Path] = {
    "/battery": Path(
        "read_battery",
        "tractionbattery-stateofcharge",
        lambda car: {
            "range": round(car.range, 2),
            "percentRemaining": round(car.state_of_charge / 100, 2),
        },
        imperial={"range": _MILES_PER_KM},
    ),
    "/battery/nominal_capacity": Path("read_battery", "tractionbattery-nominalcapacity", _capacity),
    "/charge": Path(
        "read_charge",
        "charge-detailedchargingstatus",
        lambda car: {"isPluggedIn": car.plugged_in, "state": car.status.value},
    ),
    "/charge/limit": Path(
        "read_charge", "charge-chargelimits", lambda car: {"limit": car.charge_limit / 100}
    ),
    "/location": Path(
        "read_location",
        "location-preciselocation",
        lambda car: {
            "latitude": round(car.position.latitude, 6),
            "longitude": round(car.position.longitude, 6),
        },
    ),
    "/odometer": Path(
        "read_odometer",
        "odometer-traveleddistance",
        lambda car: {"distance": round(car.odometer, 2)},
        imperial={"distance": _MILES_PER_KM},
    ),
    "/fuel": Path("read_fuel", "internalcombustionengine-fuellevel", lambda _: {}),
    "/engine/oil": Path("read_engine_oil", "internalcombustionengine-oillife", lambda _: {}),
    "/tires/pressure": Path(
        "read_tires",
        "wheel-tires",
        _tires,
        imperial=dict.fromkeys(("frontLeft", "frontRight", "backLeft", "backRight"), _PSI_PER_KPA),
    ),
    "/security": Path("read_security", "closure-islocked", _security),
    "/diagnostics/system_status": Path(
        "read_diagnostics",
        "diagnostics-tirepressure",
        lambda _: {"systems": [{"systemId": "TIRE_PRESSURE", "status": "OK", "description": None}]},
    ),
}


def path_problem(connection: Connection, path: str) -> Problem | None:
    """Return why a path cannot be read now, None if it can."""
    if connection.car.problem is not None:
        return connection.car.problem
    if PATHS[path].permission not in connection.permissions:
        return find("PERMISSION.null")
    if PATHS[path].signal not in connection.car.capable:
        return find("VEHICLE_NOT_CAPABLE")
    return None


def path_element(connection: Connection, path: str, reauthenticate_url: str) -> Body:
    """Return a path's element of `data`: body and age, or the error object without headers."""
    problem = path_problem(connection, path)
    if problem is not None:
        url = reauthenticate_url if problem.code == "AUTHENTICATION_FAILED" else None
        return {
            "path": path,
            "code": problem.status,
            "body": body_v2(problem, str(uuid4()), url=url),
        }
    return {
        "path": path,
        "code": 200,
        "body": PATHS[path].body(connection.car),
        "headers": {"sc-data-age": iso(connection.car.recorded_at)},
    }


def challenge(webhook: Webhook) -> Body:
    """Return the verification message (webhooks/events/verify)."""
    return {
        "version": "2.0",
        "webhookId": webhook.id,
        "eventName": "verify",
        "payload": {"challenge": str(uuid4())},
    }


def report(webhook: Webhook, mode: str, vehicles: Mapping[str, list[Body]]) -> Body:
    """Return a delivery with the `data` of each vehicle (tutorials/webhooks-dynamic)."""
    return {
        "version": "2.0",
        "webhookId": webhook.id,
        "eventName": webhook.event_name,
        "mode": mode,
        "payload": {
            "vehicles": [
                {"vehicleId": vehicle_id, "requestId": str(uuid4()), "data": data}
                for vehicle_id, data in vehicles.items()
            ]
        },
    }
