"""The action that answers with a section for a dashboard."""

from collections.abc import Iterator
from typing import Any, cast

from homeassistant.helpers import entity_registry as er

from simulator import ALL_READS

from ..automations import device_of
from ..commanded import Commanded
from ..entries import DOMAIN
from ..home import Home
from ..life import Life

# What the frontend brings with it, as of 2026.10.
BUILT_IN = {
    "entity-filter",
    "gauge",
    "glance",
    "grid",
    "heading",
    "map",
    "statistics-graph",
    "tile",
}


async def section_of(home: Home, device_id: str) -> dict[str, Any]:
    """Return the section for a device."""
    answer = await home.hass.services.async_call(
        DOMAIN,
        "get_dashboard_section",
        {"device_id": device_id},
        blocking=True,
        return_response=True,
    )
    return cast("dict[str, dict[str, Any]]", answer)[device_id]


def cards(section: dict[str, Any], type_: str) -> list[dict[str, Any]]:
    """Return the cards of a type."""
    return [card for card in section["cards"] if card["type"] == type_]


def tiles(section: dict[str, Any]) -> list[str]:
    """Return the entities that have a tile."""
    return [tile["entity"] for tile in cards(section, "tile")]


def types_in(card: dict[str, Any]) -> Iterator[str]:
    """Yield the types of a card and of those in it."""
    yield card["type"]
    for inner in (*card.get("cards", ()), *filter(None, [card.get("card")])):
        yield from types_in(inner)


def entities_in(value: object) -> Iterator[str]:
    """Yield all entities that a section names."""
    match value:
        case {"entity": str(entity_id), **rest}:
            yield entity_id
            yield from entities_in(rest)
        case {"entities": list(items), **rest}:
            yield from (item for item in items if isinstance(item, str))
            yield from entities_in([item for item in items if not isinstance(item, str)])
            yield from entities_in(rest)
        case dict():
            yield from (entity_id for item in value.values() for entity_id in entities_in(item))
        case list():
            yield from (entity_id for item in value for entity_id in entities_in(item))


async def test_a_section_is_of_built_in_cards(life: Life) -> None:
    await life.act(life.car.plug_in, hours=3)
    section = await section_of(life.home, device_of(life))
    assert set(types_in(section)) == BUILT_IN


async def test_every_entity_of_a_section_has_a_state(life: Life) -> None:
    await life.act(life.car.plug_in, hours=3)
    await life.act(life.car.unplug, minutes=10)
    await life.drive("work", hours=2)
    found = set(entities_in(await section_of(life.home, device_of(life))))
    assert len(found) > 15
    assert {it for it in found if life.home.hass.states.get(it) is None} == set()


async def test_a_section_begins_with_the_owners_name_for_the_car(life: Life) -> None:
    section = await section_of(life.home, device_of(life))
    assert section["cards"][0]["heading"] == "Hyundai IONIQ 5"


async def test_the_last_session_appears_once_there_is_one(life: Life) -> None:
    before = await section_of(life.home, device_of(life))
    assert [card["heading"] for card in cards(before, "heading")] == ["Hyundai IONIQ 5"]
    await life.act(life.car.plug_in, hours=3)
    after = await section_of(life.home, device_of(life))
    assert cards(after, "heading")[1]["heading"] == "Charging session"
    energy = life.home.entity_id("sensor", life.car, "last_charging_session.energy")
    assert energy in tiles(after)


async def test_the_last_trip_appears_once_there_is_one(life: Life) -> None:
    await life.drive("work", hours=1)
    section = await section_of(life.home, device_of(life))
    assert cards(section, "heading")[-1]["heading"] == "Trip"
    assert life.home.entity_id("sensor", life.car, "last_trip.distance") in tiles(section)


async def test_only_what_is_open_would_be_shown(life: Life) -> None:
    section = await section_of(life.home, device_of(life))
    (openings,) = cards(section, "entity-filter")
    assert openings["show_empty"] is False
    assert all(entity_id.startswith("binary_sensor.") for entity_id in openings["entities"])
    assert len(openings["entities"]) > 4


async def test_a_command_takes_the_place_of_its_reading(commanded: Commanded) -> None:
    section = await section_of(commanded.home, commanded.device_id)
    lock = commanded.home.entity_id("lock", commanded.car, "closure-islocked")
    reading = commanded.home.entity_id("binary_sensor", commanded.car, "closure-islocked")
    assert lock in tiles(section)
    assert reading not in tiles(section)
    (tile,) = (tile for tile in cards(section, "tile") if tile["entity"] == lock)
    assert tile["features"] == [{"type": "lock-commands"}]


async def test_what_the_owner_hides_or_disables_is_left_out(home: Home) -> None:
    await home.delivering()
    registry = er.async_get(home.hass)
    device = home.device(home.car())
    assert device is not None
    hidden = home.entity_id("sensor", home.car(), "tractionbattery-range")
    disabled = home.entity_id("sensor", home.car(), "tractionbattery-stateofcharge")
    registry.async_update_entity(hidden, hidden_by=er.RegistryEntryHider.USER)
    registry.async_update_entity(disabled, disabled_by=er.RegistryEntryDisabler.USER)
    section = await section_of(home, device.id)
    assert not {hidden, disabled} & set(entities_in(section))


async def test_a_car_of_which_nothing_is_known_has_a_heading(home: Home) -> None:
    home.sim.set_permissions(home.car(), {"read_vehicle_info"} & ALL_READS)
    await home.live()
    device = home.device(home.car())
    assert device is not None
    section = await section_of(home, device.id)
    assert [card["type"] for card in section["cards"]] == ["heading"]


async def test_a_section_costs_nothing(home: Home) -> None:
    await home.delivering()
    device = home.device(home.car())
    assert device is not None
    home.sim.cloud.meter.reset()
    await section_of(home, device.id)
    assert home.billed == 0
