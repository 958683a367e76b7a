"""What Home Assistant answers, as far as the demo and the browser tests look at it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

type Json = dict[str, Any]


@dataclass(frozen=True)
class State:
    """An entity's state."""

    entity_id: str
    state: str
    attributes: Json
    last_changed: datetime
    last_updated: datetime

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        return cls(
            raw["entity_id"],
            raw["state"],
            raw["attributes"],
            datetime.fromisoformat(raw["last_changed"]),
            datetime.fromisoformat(raw["last_updated"]),
        )

    @property
    def text(self) -> str:
        """Return the state with its unit, as a person reads it."""
        unit = self.attributes.get("unit_of_measurement")
        return f"{self.state} {unit}" if unit else self.state


@dataclass(frozen=True)
class FlowStep:
    """A step of a config, options or repair flow."""

    flow_id: str
    type: str
    step_id: str | None
    errors: dict[str, str]
    placeholders: dict[str, str]
    fields: tuple[str, ...]
    reason: str | None
    raw: Json

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        return cls(
            raw["flow_id"],
            raw["type"],
            raw.get("step_id"),
            raw.get("errors") or {},
            raw.get("description_placeholders") or {},
            tuple(field["name"] for field in raw.get("data_schema") or ()),
            raw.get("reason"),
            raw,
        )


@dataclass(frozen=True)
class RunningFlow:
    """A config flow that waits for somebody, such as a reauthentication."""

    flow_id: str
    handler: str
    step_id: str | None
    source: str
    entry_id: str | None

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        context = raw["context"]
        return cls(
            raw["flow_id"],
            raw["handler"],
            raw.get("step_id"),
            context["source"],
            context.get("entry_id"),
        )


@dataclass(frozen=True)
class Issue:
    """A repair that Home Assistant shows."""

    domain: str
    issue_id: str
    severity: str
    is_fixable: bool
    translation_key: str
    placeholders: dict[str, str]

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        return cls(
            raw["domain"],
            raw["issue_id"],
            raw["severity"],
            raw["is_fixable"],
            raw["translation_key"],
            raw["translation_placeholders"] or {},
        )


@dataclass(frozen=True)
class Entry:
    """A config entry."""

    entry_id: str
    domain: str
    title: str
    state: str
    reason: str | None

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        return cls(raw["entry_id"], raw["domain"], raw["title"], raw["state"], raw["reason"])


@dataclass(frozen=True)
class Device:
    """A device of the registry."""

    device_id: str
    name: str
    identifiers: frozenset[tuple[str, str]]
    manufacturer: str | None
    model: str | None
    serial_number: str | None
    config_entries: tuple[str, ...]

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        return cls(
            raw["id"],
            raw["name_by_user"] or raw["name"] or "",
            frozenset((domain, identifier) for domain, identifier in raw["identifiers"]),
            raw["manufacturer"],
            raw["model"],
            raw["serial_number"],
            tuple(raw["config_entries"]),
        )


@dataclass(frozen=True)
class Entity:
    """An entity of the registry."""

    entity_id: str
    unique_id: str
    platform: str
    device_id: str | None
    disabled_by: str | None
    category: str | None

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Read Home Assistant's form."""
        return cls(
            raw["entity_id"],
            raw["unique_id"],
            raw["platform"],
            raw["device_id"],
            raw["disabled_by"],
            raw["entity_category"],
        )
