"""A dashboard with the cars: where they are, how full they are, what they do."""

from collections.abc import Mapping

from .environment import DOMAIN
from .harness import HomeAssistantClient

type Json = dict[str, object]

_URL_PATH = "demo-cars"
_BATTERY = "tractionbattery-stateofcharge"
_LOCATION = "location-preciselocation"
_TILES = (
    "tractionbattery-range",
    "charge-detailedchargingstatus",
    "charge-ischargingcableconnected",
    "charge-ischarging",
    "odometer-traveleddistance",
    "closure-islocked",
)


async def save_dashboard(client: HomeAssistantClient) -> str:
    """Save a dashboard of all cars, make it the first page and return its path."""
    cars: dict[str, dict[str, str]] = {}
    # Where a signal has both, what can be operated takes the place of what only shows.
    entities = sorted(
        await client.entities(DOMAIN), key=lambda it: it.entity_id.startswith(("lock.", "switch."))
    )
    for vehicle_id, device in (await client.devices(DOMAIN)).items():
        cars[device.name] = {
            entity.unique_id.removeprefix(f"{vehicle_id}_"): entity.entity_id
            for entity in entities
            if entity.device_id == device.id and entity.disabled_by is None
        }
    await client.command(
        "lovelace/dashboards/create",
        url_path=_URL_PATH,
        title="Cars",
        icon="mdi:car-electric",
        show_in_sidebar=True,
    )
    view = {"type": "sections", "sections": [_overview(cars), *(_car(*it) for it in cars.items())]}
    await client.command(
        "lovelace/config/save", url_path=_URL_PATH, config={"title": "Cars", "views": [view]}
    )
    await client.command("frontend/set_system_data", key="core", value={"default_panel": _URL_PATH})
    return f"/{_URL_PATH}"


def _overview(cars: Mapping[str, Mapping[str, str]]) -> Json:
    """Return a wide section: all cars on a map, their batteries over the last quarter hour."""
    places = [
        {"entity": entities[_LOCATION], "name": name, "label_mode": "icon"}
        for name, entities in cars.items()
    ]
    batteries = [{"entity": entities[_BATTERY], "name": name} for name, entities in cars.items()]
    section = _section(
        "Location and battery",
        {
            "type": "map",
            "entities": [*places, {"entity": "zone.home"}],
            "hours_to_show": 1,
            "auto_fit": True,
            "grid_options": {"columns": 12, "rows": 5},
        },
        {
            "type": "history-graph",
            "entities": batteries,
            "hours_to_show": 0.25,
            "grid_options": {"columns": 12, "rows": 5},
        },
    )
    return {**section, "column_span": 2}


def _car(name: str, entities: Mapping[str, str]) -> Json:
    """Return a section with a car's battery and tiles for what it has of the rest."""
    gauge: Json = {
        "type": "gauge",
        "entity": entities[_BATTERY],
        "name": "Battery",
        "severity": {"green": 40, "yellow": 20, "red": 0},
        "grid_options": {"columns": 12, "rows": 3},
    }
    tiles: list[Json] = [
        {"type": "tile", "entity": entities[key], "name": {"type": "entity"}}
        for key in _TILES
        if key in entities
    ]
    return _section(name, gauge, *tiles)


def _section(heading: str, *cards: Json) -> Json:
    return {"type": "grid", "cards": [{"type": "heading", "heading": heading}, *cards]}
