"""The action that answers with a section for a dashboard."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID, Platform
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..charging import (
    CHARGE_CONNECTION,
    CHARGED_ENERGY,
    CHARGED_ENERGY_HOME,
    CHARGING_FINISHED_AT,
    CHARGING_SESSION,
    LAST_CHARGING_SESSION,
)
from ..const import DOMAIN, LAST_REPORTED
from ..history import (
    LAST_SESSION_DURATION,
    LAST_SESSION_ENDED_AT,
    LAST_SESSION_ENERGY,
    LAST_SESSION_PLACE,
    LAST_TRIP_CONSUMPTION,
    LAST_TRIP_DISTANCE,
    LAST_TRIP_FROM,
    LAST_TRIP_TO,
)
from ..trips import LAST_TRIP, TRIP
from .target import DEVICES, vehicle_of

SERVICE_GET_DASHBOARD_SECTION: Final = "get_dashboard_section"
_SCHEMA = vol.Schema(DEVICES)

_BATTERY = "tractionbattery-stateofcharge"
_LOCATION = "location-preciselocation"
_TILES = (
    "tractionbattery-range",
    "internalcombustionengine-fuellevel",
    "internalcombustionengine-range",
    CHARGE_CONNECTION,
    CHARGING_FINISHED_AT,
    _LOCATION,
    "charge-ischarging",
    "charge-chargelimits",
    "closure-islocked",
    "odometer-traveleddistance",
)
_SESSION = (
    LAST_SESSION_ENERGY,
    LAST_SESSION_PLACE,
    LAST_SESSION_ENDED_AT,
    LAST_SESSION_DURATION,
)
_TRIP = (LAST_TRIP_DISTANCE, LAST_TRIP_CONSUMPTION, LAST_TRIP_FROM, LAST_TRIP_TO)
_TOTALS = (CHARGED_ENERGY, CHARGED_ENERGY_HOME)
_COMMANDS = {Platform.LOCK, Platform.NUMBER, Platform.SWITCH}
_FEATURES: Mapping[str, JsonObjectType] = {
    Platform.LOCK: {"type": "lock-commands"},
    Platform.NUMBER: {"type": "numeric-input", "style": "slider"},
    Platform.SWITCH: {"type": "toggle"},
}


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_DASHBOARD_SECTION,
        _async_get_dashboard_section,
        schema=_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


async def _async_get_dashboard_section(call: ServiceCall) -> ServiceResponse:
    """Return a section for each vehicle, of Home Assistant's own cards and the owner's entities.

    Answers `{device ID: {"type": "grid", "cards": [...]}}`: what a dashboard takes as a section.
    """
    hass = call.hass
    texts = await async_get_translations(hass, hass.config.language, "entity", [DOMAIN])
    answer: dict[str, JsonValueType] = {}
    for device_id in call.data[ATTR_DEVICE_ID]:
        _, vehicle_id = vehicle_of(hass, device_id)
        device = dr.async_get(hass).async_get(device_id)
        name = None if device is None else device.name_by_user or device.name
        entities = _entities(hass, device_id, vehicle_id)
        answer[device_id] = {
            "type": "grid",
            "cards": [
                *_now(name or "", entities),
                *_past(_name(texts, CHARGING_SESSION), entities, LAST_CHARGING_SESSION, _SESSION),
                *_charged(entities),
                *_past(_name(texts, TRIP), entities, LAST_TRIP, _TRIP),
            ],
        }
    return answer


@callback
def _entities(hass: HomeAssistant, device_id: str, vehicle_id: str) -> dict[str, str]:
    """Return a vehicle's enabled and visible entities by key; a command replaces its reading."""
    entries = [
        entry
        for entry in er.async_entries_for_device(er.async_get(hass), device_id)
        if entry.platform == DOMAIN and entry.hidden_by is None
    ]
    entries.sort(key=lambda entry: (entry.domain in _COMMANDS, entry.unique_id))
    return {entry.unique_id.removeprefix(f"{vehicle_id}_"): entry.entity_id for entry in entries}


def _now(name: str, entities: Mapping[str, str]) -> Iterable[JsonObjectType]:
    """Yield the cards about what the vehicle is doing."""
    heading: JsonObjectType = {"type": "heading", "heading": name, "icon": "mdi:car"}
    if (reported := entities.get(LAST_REPORTED)) is not None:
        heading["badges"] = [{"type": "entity", "entity": reported}]
    yield heading
    if (battery := entities.get(_BATTERY)) is not None:
        yield {
            "type": "gauge",
            "entity": battery,
            "name": {"type": "entity"},
            "severity": {"green": 40, "yellow": 20, "red": 0},
            "grid_options": {"columns": 12, "rows": 3},
        }
    yield from (_tile(entities[key]) for key in _TILES if key in entities)
    if openings := [entities[key] for key in sorted(entities) if _is_opening(key)]:
        yield {
            "type": "entity-filter",
            "entities": [*openings],
            "conditions": [{"condition": "state", "state": "on"}],
            "show_empty": False,
            "card": {"type": "glance", "show_state": False},
            "grid_options": {"columns": 12},
        }
    if (location := entities.get(_LOCATION)) is not None:
        yield {
            "type": "map",
            "entities": [location],
            "hours_to_show": 24,
            "grid_options": {"columns": 12, "rows": 4},
        }


def _past(
    heading: str, entities: Mapping[str, str], prefix: str, first: Iterable[str]
) -> Iterable[JsonObjectType]:
    """Yield the cards about what ended last: those to see first, then the others of its kind."""
    keys = dict.fromkeys([*first, *(key for key in entities if key.startswith(f"{prefix}."))])
    tiles = [_tile(entities[key]) for key in keys if key in entities]
    if tiles:
        yield {"type": "heading", "heading": heading, "heading_style": "subtitle"}
        yield from tiles


def _charged(entities: Mapping[str, str]) -> Iterable[JsonObjectType]:
    """Yield the card about the energy that was charged each day."""
    if totals := [entities[key] for key in _TOTALS if key in entities]:
        yield {
            "type": "statistics-graph",
            "entities": [{"entity": total, "name": {"type": "entity"}} for total in totals],
            "chart_type": "bar",
            "period": "day",
            "stat_types": ["change"],
            "days_to_show": 30,
            "grid_options": {"columns": 12, "rows": 4},
        }


def _tile(entity_id: str) -> JsonObjectType:
    tile: JsonObjectType = {"type": "tile", "entity": entity_id, "name": {"type": "entity"}}
    if (feature := _FEATURES.get(entity_id.partition(".")[0])) is not None:
        tile["features"] = [feature]
    return tile


def _is_opening(key: str) -> bool:
    return key.startswith("closure-") and key.endswith(".is_open")


def _name(texts: Mapping[str, str], key: str) -> str:
    """Return the name of an event entity."""
    return texts.get(f"component.{DOMAIN}.entity.{Platform.EVENT}.{key}.name", "")
