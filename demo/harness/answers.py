"""Home Assistant's answers, with the fields that the demo and the browser tests read."""

from dataclasses import dataclass, fields
from typing import Any, Self

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; its fields have the names of Home Assistant's API."""

    @classmethod
    def parse(cls, raw: Json) -> Self:
        """Take the fields out of a JSON object; what it does not have is None."""
        return cls(**{field.name: raw.get(field.name) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class State(Answer):
    """An entity's state."""

    entity_id: str
    state: str
    attributes: Json

    @property
    def text(self) -> str:
        """Return the state with its unit."""
        return f"{self.state} {self.attributes.get('unit_of_measurement', '')}".rstrip()


@dataclass(frozen=True, slots=True)
class FlowStep(Answer):
    """A step of a config flow."""

    flow_id: str
    type: str
    step_id: str | None
    errors: dict[str, str] | None
    description_placeholders: dict[str, str] | None
    data_schema: list[Json] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Issue(Answer):
    """A repair issue."""

    domain: str
    issue_id: str
    translation_key: str


@dataclass(frozen=True, slots=True)
class Entry(Answer):
    """A config entry."""

    entry_id: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class Device(Answer):
    """A device of the registry."""

    id: str
    name: str
    identifiers: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entity(Answer):
    """An entity of the registry."""

    entity_id: str
    unique_id: str
    platform: str
    device_id: str | None
    disabled_by: str | None
