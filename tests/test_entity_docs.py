"""docs/entities.md is what the platforms' tables say; --snapshot-update writes it anew."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from homeassistant.const import EntityCategory
from homeassistant.helpers.entity import EntityDescription
import pytest

from custom_components.smartcar_dynamic import (
    binary_sensor,
    button,
    cover,
    device_tracker,
    event,
    history_sensor,
    lock,
    number,
    sensor,
    switch,
)
from custom_components.smartcar_dynamic.positions import find_description
from custom_components.smartcar_dynamic.smartcar.signals import SIGNALS

from .entities import USUAL_POSITIONS
from .texts import ENGLISH

PAGE: Final = Path(__file__).parents[1] / "docs" / "entities.md"
HEAD: Final = """\
# Entities

Each car is a device. An entity appears with the first value that arrives for it: you have none of
what your car never tells. A signal that Smartcar adds later appears as a diagnostic sensor, off by
default, under Smartcar's own name for it.

*Off* are entities that you can enable in their settings. *From* is the signal's code at Smartcar,
which your webhook has to carry. Without a code, Home Assistant works the entity out itself, or it
is a [command](../README.md#commands).

This page is made from the code: `script/test tests/test_entity_docs.py --snapshot-update`.
"""
TABLES: Final[dict[str, Iterable[EntityDescription]]] = {
    "sensor": (
        *sensor.SENSORS.values(),
        *history_sensor.HISTORY_SENSORS.values(),
        sensor._LAST_REPORTED,
        sensor._LAST_DELIVERY,
        *sensor._CALLS,
    ),
    "binary_sensor": (
        *binary_sensor.BINARY_SENSORS.values(),
        binary_sensor._ACCOUNT_PROBLEM,
        binary_sensor._CALLBACK_VERIFIED,
    ),
    "device_tracker": device_tracker.DEVICE_TRACKERS.values(),
    "event": event.EVENTS.values(),
    "button": (button._READ_SIGNALS,),
    "lock": (lock.CENTRAL_LOCKING,),
    "switch": (switch.CHARGING,),
    "number": (number.CHARGE_LIMIT,),
    "cover": (cover.CHARGE_PORT,),
}


def expanded(row: EntityDescription) -> Iterator[EntityDescription]:
    """Yield a row, or one for each usual position where it is for all of them."""
    if "*" not in row.key:
        yield row
        return
    for position in USUAL_POSITIONS:
        found = find_description({row.key: row}, row.key.replace("*", position))
        assert found is not None
        yield found


def name_of(platform: str, row: EntityDescription) -> str:
    """Return the English name; without one of its own it has that of its device class."""
    texts = ENGLISH["entity"][platform].get(row.translation_key, {})
    name = texts.get("name") or str(row.device_class).replace("_", " ").capitalize()
    return str(name)


def line(platform: str, row: EntityDescription) -> str:
    code = row.key.partition(".")[0]
    cells = (
        name_of(platform, row),
        getattr(row, "native_unit_of_measurement", None) or "",
        "" if row.entity_registry_enabled_default else "off",
        "diagnostic" if row.entity_category is EntityCategory.DIAGNOSTIC else "",
        f"`{code}`" if code in SIGNALS else "",
    )
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """Return the page that the tables make."""
    parts = [HEAD]
    for platform, rows in TABLES.items():
        lines = sorted(line(platform, one) for row in rows for one in expanded(row))
        title = platform.replace("_", " ").capitalize()
        header = "| Name | Unit | By default | Category | From |\n| --- | --- | --- | --- | --- |"
        parts.append(f"## {title}\n\n{header}\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def test_the_page_of_entities_is_what_the_code_says(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("update_snapshots"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_names_each_named_entity() -> None:
    for platform, texts in ENGLISH["entity"].items():
        for key, text in texts.items():
            # A numbered position is not a usual one, and has the row and the column in its name.
            name = text.get("name", "")
            is_there = "{" in name or f"| {name} |" in page() or not name
            assert is_there, f"Add the description of {platform}.{key} to TABLES above"
