"""A dashboard with the cars: where they are, how full they are, what they are doing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from demo.answers import Device, Entity, Json
from demo.home_assistant import HomeAssistant

URL_PATH = "demo-cars"
TITLE = "Cars"

BATTERY = "tractionbattery-stateofcharge"
RANGE = "tractionbattery-range"
CHARGING = "charge-ischarging"
CHARGING_STATUS = "charge-detailedchargingstatus"
CABLE = "charge-ischargingcableconnected"
LOCATION = "location-preciselocation"
ODOMETER = "odometer-traveleddistance"
LOCK = "closure-islocked"
LAST_REPORTED = "last_reported"

TILES = (RANGE, CHARGING_STATUS, CABLE, CHARGING, ODOMETER, LOCK)


@dataclass(frozen=True)
class Car:
    """A car on the dashboard: its name, and its entities by signal."""

    name: str
    entities: Mapping[str, str] = field(default_factory=dict)


def cars(devices: Iterable[Device], entities: Iterable[Entity]) -> tuple[Car, ...]:
    """Find the cars' entities by the unique IDs that the integration promises."""
    known = [entity for entity in entities if entity.disabled_by is None]
    return tuple(
        Car(
            device.name,
            {
                entity.unique_id.removeprefix(f"{vehicle}_"): entity.entity_id
                for entity in known
                if entity.device_id == device.device_id
            },
        )
        for device in sorted(devices, key=lambda device: device.name)
        for _, vehicle in device.identifiers
    )


async def show_dashboard(api: HomeAssistant, shown: Iterable[Car]) -> str:
    """Store the dashboard, make it everybody's first page, and return its path."""
    existing = await api.command("lovelace/dashboards/list")
    if not any(dashboard["url_path"] == URL_PATH for dashboard in existing):
        await api.command(
            "lovelace/dashboards/create",
            url_path=URL_PATH,
            title=TITLE,
            icon="mdi:car-electric",
            show_in_sidebar=True,
            require_admin=False,
        )
    await api.command("lovelace/config/save", url_path=URL_PATH, config=dashboard_of(shown))
    await api.command("frontend/set_system_data", key="core", value={"default_panel": URL_PATH})
    return f"/{URL_PATH}"


def dashboard_of(shown: Iterable[Car]) -> Json:
    """Return the dashboard as Home Assistant stores it."""
    shown = tuple(shown)
    sections = [_overview_section(shown), *(_car_section(car) for car in shown)]
    view = {
        "title": TITLE,
        "path": "cars",
        "type": "sections",
        "max_columns": 3,
        "dense_section_placement": True,
        "sections": [section for section in sections if section["cards"]],
    }
    return {"title": TITLE, "views": [view]}


def _overview_section(shown: tuple[Car, ...]) -> Json:
    heading = {"type": "heading", "heading": "Where they are", "icon": "mdi:map-marker"}
    cards = []
    if places := _each(shown, LOCATION):
        cards.append(
            {
                "type": "map",
                "entities": [
                    *({**place, "label_mode": "icon"} for place in places),
                    {"entity": "zone.home"},
                ],
                "hours_to_show": 1,
                "auto_fit": True,
                "grid_options": {"columns": "full", "rows": 7},
            }
        )
    if batteries := _each(shown, BATTERY):
        cards.append(
            {
                "type": "history-graph",
                "entities": batteries,
                "hours_to_show": 0.25,
                "grid_options": {"columns": "full", "rows": 4},
            }
        )
    return {"type": "grid", "cards": [heading, *cards] if cards else []}


def _each(shown: tuple[Car, ...], signal: str) -> list[Json]:
    return [
        {"entity": car.entities[signal], "name": car.name}
        for car in shown
        if signal in car.entities
    ]


def _car_section(car: Car) -> Json:
    heading: Json = {"type": "heading", "heading": car.name, "icon": "mdi:car-electric"}
    if reported := car.entities.get(LAST_REPORTED):
        heading["badges"] = [
            {
                "type": "entity",
                "entity": reported,
                "name": "Last reported",
                "state_content": ["name", "state"],
            }
        ]
    cards: list[Json] = []
    if battery := car.entities.get(BATTERY):
        cards.append(_gauge(battery))
    cards += [
        {"type": "tile", "entity": car.entities[signal], "name": {"type": "entity"}}
        for signal in TILES
        if signal in car.entities
    ]
    return {"type": "grid", "cards": [heading, *cards] if cards else []}


def _gauge(battery: str) -> Json:
    return {
        "type": "gauge",
        "entity": battery,
        "name": "Battery",
        "min": 0,
        "max": 100,
        "severity": {"green": 40, "yellow": 20, "red": 0},
        "grid_options": {"columns": 12, "rows": 4},
    }
