"""Doors, windows and tires are named by their position."""

import pytest

from custom_components.smartcar_dynamic.smartcar.model import Reading

from .entities import USUAL_POSITIONS, binary_sensor_of, entities_of, sensor_of, vehicle_with


@pytest.mark.parametrize(
    ("position", "row", "column"),
    [
        ("row3_left", "3", "1"),
        ("row3_right", "3", "2"),
        ("front_column3", "1", "3"),
        ("back_column3", "2", "3"),
        ("row10_column4", "10", "4"),
    ],
)
def test_a_position_beyond_the_usual_four_is_counted(position: str, row: str, column: str) -> None:
    entity = binary_sensor_of(f"closure-doors.{position}.is_open", value=True)
    assert entity.translation_key == "door"
    assert entity.translation_placeholders == {"row": row, "column": column}


@pytest.mark.parametrize("position", USUAL_POSITIONS)
def test_a_usual_position_has_a_name_of_its_own(position: str) -> None:
    entity = sensor_of(f"wheel-tires.{position}", 250, "kPa")
    assert entity.translation_key == f"tire_pressure_{position}"
    assert entity.translation_placeholders == {}


@pytest.mark.parametrize(
    "key",
    [
        "closure-doors",
        "closure-doors.middle.is_open",
        "closure-doors.front_left",
        "closure-doors.front_left.is_open.too",
        "wheel-tires.front_left.is_open",
        "tractionbattery-range.front_left",
    ],
)
def test_a_part_that_cannot_occur_has_no_entity(key: str) -> None:
    assert entities_of(vehicle_with(Reading(key, value=True)), key) == {}
