"""What a diagnostics file says of an entry, with invented values for what it leaves out.

The file has shapes and times and no values: a number becomes 50 of its unit, a text an example, a
position the one of the replay's home. Times are moved so that the file was downloaded just now.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from custom_components.smartcar_dynamic.binary_sensor import BINARY_SENSORS
from custom_components.smartcar_dynamic.const import DOMAIN
from custom_components.smartcar_dynamic.positions import find_description
from custom_components.smartcar_dynamic.sensor import SENSORS
from custom_components.smartcar_dynamic.smartcar.model import (
    Position,
    Problem,
    Reading,
    Value,
    VehicleInfo,
)
from custom_components.smartcar_dynamic.smartcar.problems import remedy_of
from custom_components.smartcar_dynamic.store import StoredData
from custom_components.smartcar_dynamic.vehicle import ActiveProblem, SignalState, VehicleState
from custom_components.smartcar_dynamic.webhook.status import CallbackStatus

type Json = dict[str, Any]

_OK = "ok"


class UnreadableError(Exception):
    """The file is no diagnostics file of the integration, or one that is too old to replay."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Moves the file's times to now; all are in milliseconds since 1970."""

    offset: int

    def move(self, time: str | None) -> int | None:
        """Return a time of the file as it would be if the file were of now."""
        return None if time is None else _milliseconds(time) + self.offset


@dataclass(frozen=True, slots=True)
class DiagnosedVehicle:
    """A vehicle of the file: what Smartcar's side has to know of it."""

    make: str
    model: str
    year: int
    permissions: frozenset[str] | None
    listed: bool
    subscribed: bool
    raw: Json

    @classmethod
    def parse(cls, raw: Json) -> DiagnosedVehicle:
        """Take it out of the file."""
        permissions = raw["permissions"]
        return cls(
            make=raw["make"] or "UNKNOWN",
            model=raw["model"] or "Car",
            year=raw["year"] or 2020,
            permissions=None if permissions is None else frozenset(permissions),
            listed=raw["listed"],
            subscribed=raw["subscribed"],
            raw=raw,
        )

    def state(self, vehicle_id: str, webhook_id: str, clock: Clock, home: Position) -> VehicleState:
        """Return the vehicle as Home Assistant knew it."""
        vehicle = VehicleState(
            VehicleInfo(
                vehicle_id,
                make=self.make,
                model=self.model,
                year=self.year,
                powertrain=self.raw["powertrain"],
                permissions=self.permissions,
            ),
            listed=self.listed,
            subscribed_to=webhook_id if self.subscribed else None,
            last_reported=clock.move(self.raw["last_reported"]),
            last_delivery=clock.move(self.raw["last_delivery"]),
        )
        for code, raw in self.raw["signals"].items():
            signal = _signal(code, raw, clock, home)
            vehicle.signals[code] = signal
            vehicle.readings |= {reading.key: reading for reading in signal.readings}
        for raw in self.raw["problems"]:
            problem = _problem(raw["error"], tuple(raw["signals"]))
            since = clock.move(raw["since"]) or 0
            delivered_at = clock.move(raw["delivered_at"]) or since
            vehicle.active_problems[problem.name] = ActiveProblem(problem, since, delivered_at)
        return vehicle


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A diagnostics file."""

    data: Json
    versions: str
    vehicles: tuple[DiagnosedVehicle, ...]

    @classmethod
    def read(cls, path: Path) -> Diagnosed:
        """Read a file as Home Assistant's "Download diagnostics" writes it.

        Raises UnreadableError, with a text for a person, for anything else.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            if raw["integration_manifest"]["domain"] != DOMAIN:
                raise UnreadableError(f"{path} is of another integration.")
            data = raw["data"]
            if "at" not in data:
                raise UnreadableError(f"{path} is of a version before 0.2.0: it has no shapes.")
            versions = (
                f"Home Assistant {raw['home_assistant']['version']}, "
                f"{DOMAIN} {raw['integration_manifest']['version']}"
            )
            vehicles = tuple(map(DiagnosedVehicle.parse, data["vehicles"]))
        except OSError as error:
            raise UnreadableError(f"{path} cannot be read: {error.strerror}.") from None
        except (ValueError, KeyError, TypeError) as error:
            raise UnreadableError(f"{path} is no diagnostics file: {error!r}.") from None
        return cls(data, versions, vehicles)

    @property
    def is_v2(self) -> bool:
        """Whether the entry is of a dynamic webhook."""
        return bool(self.data["api"] == "v2")

    @property
    def obstacle(self) -> str | None:
        """Why Smartcar could not reach the callback URI."""
        obstacle: str | None = self.data["callback"]["obstacle"]
        return obstacle

    @property
    def wrong_signatures(self) -> int:
        """How many wrong signatures there were since the last right one."""
        return int(self.data["wrong_signatures"])

    def stored(
        self, vehicle_ids: tuple[str, ...], webhook_id: str, callback_uri: str, home: Position
    ) -> StoredData:
        """Return what the entry's store held, under the replay's own IDs.

        `vehicle_ids` are those of the vehicles, in their order.
        """
        now = int(datetime.now(UTC).timestamp() * 1000)
        clock = Clock(now - _milliseconds(self.data["at"]))
        vehicles = (
            vehicle.state(vehicle_id, webhook_id, clock, home)
            for vehicle_id, vehicle in zip(vehicle_ids, self.vehicles, strict=True)
        )
        same = self.data["callback"]["same_as_delivering"]
        elsewhere = "https://elsewhere.example/api/webhook/moved"
        return StoredData(
            vehicles={vehicle.id: vehicle for vehicle in vehicles},
            status=CallbackStatus(
                confirmed_at=clock.move(self.data["confirmed_at"]),
                signed_at=clock.move(self.data["signed_at"]),
                callback_uri=None if same is None else callback_uri if same else elsewhere,
                last_delivery=clock.move(self.data["last_delivery"]),
                last_test=clock.move(self.data["last_test"]),
                deliveries=Counter(self.data["deliveries"]),
            ),
            subscribed_at=clock.move(self.data["subscribed_at"]),
        )


def _signal(code: str, raw: Json, clock: Clock, home: Position) -> SignalState:
    keys = {f"{code}.{part}" if part else code: shape for part, shape in raw["readings"].items()}
    return SignalState(
        delivered_at=clock.move(raw["delivered_at"]) or 0,
        recorded_at=clock.move(raw["recorded_at"]),
        readings=tuple(_reading(key, shape, home) for key, shape in keys.items()),
        problem=None if raw["status"] == _OK else _problem(raw["status"], (code,)),
    )


def _problem(name: str, signals: tuple[str, ...]) -> Problem:
    type_, _, code = name.partition(":")
    return Problem(type_, code or None, remedy_of(type_, code or None), signals)


def _reading(key: str, shape: str | None, home: Position) -> Reading:
    kind, _, unit = (shape or "").partition(" ")
    return Reading(key, None if shape is None else _invented(key, kind, home), unit or None)


def _invented(key: str, kind: str, home: Position) -> Value | None:
    """Return a value of a kind that the key's entity can show."""
    sensor = find_description(SENSORS, key)
    if sensor is not None and sensor.options:
        return sensor.options[0]
    values: Mapping[str, Value] = {
        "boolean": find_description(BINARY_SENSORS, key) is None,
        "number": 50,
        "text": "example",
        "position": home,
        "time": datetime.now(UTC).replace(microsecond=0),
    }
    return values.get(kind)


def _milliseconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp() * 1000)
