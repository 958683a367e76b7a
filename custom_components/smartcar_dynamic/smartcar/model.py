"""Typed values of what Smartcar says about vehicles; no payload dict leaves this package."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto
from typing import NamedTuple


class Remedy(StrEnum):
    """Who has to do what to end a problem."""

    REAUTHENTICATE = auto()
    """The owner goes through Smartcar Connect again."""
    OWNER = auto()
    """The owner acts at the manufacturer: accepts terms, renews a subscription, adds the car."""
    PLAN = auto()
    """The Smartcar plan lacks it, or the account is suspended."""
    PERMISSION = auto()
    """The owner's grant, or the plan's selection of signals, does not cover it."""
    NOT_CAPABLE = auto()
    """The vehicle will never provide it."""
    WAIT = auto()
    """It passes by itself."""
    CREDENTIALS = auto()
    """Smartcar does not accept our credentials."""
    OURS = auto()
    """The request was wrong, or the API that it was for is gone."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of Smartcar's, in its own words and as a remedy.

    `signals` are the signal codes that it concerns; empty means the vehicle as a whole.
    `reauthenticate_url` is the partial Connect URL that some errors carry.
    """

    type: str
    code: str | None
    remedy: Remedy
    signals: tuple[str, ...] = ()
    resolved: bool = False
    description: str = field(default="", repr=False)
    reauthenticate_url: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Return the error as Smartcar's pages write it, for example `VEHICLE_STATE:ASLEEP`."""
        return f"{self.type}:{self.code}" if self.code else self.type


@dataclass(frozen=True, slots=True)
class VehicleInfo:
    """A vehicle's attributes as far as Smartcar has told them.

    `permissions` is this vehicle's own grant: `None` where Smartcar has not said.
    """

    id: str = field(repr=False)
    make: str | None = None
    model: str | None = None
    year: int | None = None
    vin: str | None = field(default=None, repr=False)
    powertrain: str | None = None
    user_id: str | None = field(default=None, repr=False)
    permissions: frozenset[str] | None = None

    @property
    def short_id(self) -> str:
        """Return the last four characters of the ID: enough to tell an owner's vehicles apart."""
        return self.id[-4:]

    def merged_with(self, other: VehicleInfo) -> VehicleInfo:
        """Return the attributes known to `other`, and our own for the rest."""
        return VehicleInfo(
            self.id,
            make=other.make or self.make,
            model=other.model or self.model,
            year=other.year or self.year,
            vin=other.vin or self.vin,
            powertrain=other.powertrain or self.powertrain,
            user_id=other.user_id or self.user_id,
            permissions=self.permissions if other.permissions is None else other.permissions,
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where a vehicle is: degrees, WGS 84."""

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


type Value = bool | float | str | Position | datetime
"""A reading's value in its canonical unit."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One fact: `key` is a signal code, or a signal code and a part after a dot.

    A value of `None` means that the vehicle answered and does not know.
    """

    key: str
    value: Value | None = field(repr=False)
    unit: str | None = None

    @property
    def code(self) -> str:
        """Return the signal code."""
        return self.key.partition(".")[0]

    @property
    def part(self) -> str:
        """Return the part after the signal code, empty for the signal itself."""
        return self.key.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Content:
    """What one signal says: its readings, or its problem and no readings.

    `label` names a signal that the catalogue does not list.
    """

    code: str
    readings: tuple[Reading, ...] = ()
    problem: Problem | None = None
    label: str | None = None


class Signal(NamedTuple):
    """One signal of one delivery. An unchanged content is the same object as before.

    A tuple, since every delivery makes thirty new ones.

    `recorded_at` is when the vehicle recorded it, in milliseconds since 1970; `None` is unknown.
    """

    content: Content
    recorded_at: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one delivery says about one vehicle.

    `id` is the same when Smartcar repeats itself. `delivered_at` (milliseconds) orders what has no
    time of its own. `errors_included`: signals and errors come in one delivery (2.0), not in two
    (4.0). `undated`: something in it has no time but the one at which it came, so that only its ID
    tells a late repetition from news. `pushed`: Smartcar sent it; otherwise a read asked for it.
    `retrieved` are the codes of the signals whose time is not the vehicle's but that at which
    Smartcar got them: they were recorded at some time before it.
    """

    vehicle: VehicleInfo
    id: str | None = field(repr=False)
    delivered_at: int
    signals: tuple[Signal, ...] = ()
    problems: tuple[Problem, ...] = ()
    errors_included: bool = True
    undated: bool = False
    pushed: bool = True
    retrieved: frozenset[str] = frozenset()


class Kind(StrEnum):
    """What a delivery is for."""

    STATE = auto()
    ERROR = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of Smartcar's to the callback URI, or a part of it.

    `test` marks what the dashboard's test button sends: it proves that deliveries arrive and says
    nothing about a vehicle. `notes` and `faults` name the places of what could not be decoded,
    never its content: notes are unknown to us, faults are our bugs.
    """

    kind: Kind
    test: bool = False
    smartcar_webhook_id: str | None = field(default=None, repr=False)
    application_id: str | None = field(default=None, repr=False)
    reports: tuple[Report, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
