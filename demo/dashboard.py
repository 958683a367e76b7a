"""A dashboard with the cars: where they are, how full they are, what they do and have done."""

from collections.abc import Mapping

from .environment import DOMAIN
from .harness import HomeAssistantClient

type Json = dict[str, object]

_URL_PATH = "demo-cars"
_BATTERY = "tractionbattery-stateofcharge"
_LOCATION = "location-preciselocation"


async def add_dashboard(client: HomeAssistantClient) -> str:
    """Add a dashboard of all cars, make it the first page and return its path."""
    await client.command(
        "lovelace/dashboards/create",
        url_path=_URL_PATH,
        title="Cars",
        icon="mdi:car-electric",
        show_in_sidebar=True,
    )
    await update_dashboard(client)
    await client.command("frontend/set_system_data", key="core", value={"default_panel": _URL_PATH})
    return f"/{_URL_PATH}"


async def update_dashboard(client: HomeAssistantClient) -> None:
    """Show the entities that there are by now, in the section that any owner gets for a car."""
    entities, devices = await client.entities(DOMAIN), await client.devices(DOMAIN)
    cars: dict[str, dict[str, str]] = {}
    for vehicle_id, device in devices.items():
        cars[device.name] = {
            entity.unique_id.removeprefix(f"{vehicle_id}_"): entity.entity_id
            for entity in entities
            if entity.device_id == device.id and entity.disabled_by is None
        }
    answer = await client.request(
        "POST",
        f"/api/services/{DOMAIN}/get_dashboard_section?return_response",
        {"device_id": [device.id for device in devices.values()]},
    )
    sections = [_overview(cars), *answer["service_response"].values()]
    view = {"type": "sections", "max_columns": 2, "sections": sections}
    await client.command(
        "lovelace/config/save", url_path=_URL_PATH, config={"title": "Cars", "views": [view]}
    )


def _overview(cars: Mapping[str, Mapping[str, str]]) -> Json:
    """Return a wide section: all cars on a map, their batteries over the last quarter hour."""
    places = [
        {"entity": entities[_LOCATION], "name": name, "label_mode": "icon"}
        for name, entities in cars.items()
    ]
    batteries = [{"entity": entities[_BATTERY], "name": name} for name, entities in cars.items()]
    return {
        "type": "grid",
        "column_span": 2,
        "cards": [
            {"type": "heading", "heading": "Location and battery"},
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
        ],
    }
