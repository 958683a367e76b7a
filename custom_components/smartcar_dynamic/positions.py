"""The names of positions: doors, windows and tires by row and column."""

from collections.abc import Mapping
from dataclasses import replace
import re

from homeassistant.helpers.entity import EntityDescription

_POSITION = re.compile(
    r"(?:(?P<end>front|back)|row(?P<row>\d+))_(?:(?P<side>left|right)|column(?P<column>\d+))"
)
_NUMBERS = {"front": "1", "back": "2", "left": "1", "right": "2"}


def find_description[DescriptionT: EntityDescription](
    descriptions: Mapping[str, DescriptionT], key: str
) -> DescriptionT | None:
    """Return the description for a key; the one for a position gets the position's name.

    A description for all positions has `*` in place of the position, for example `wheel-tires.*`.
    """
    if (description := descriptions.get(key)) is not None:
        return description
    code, *parts = key.split(".")
    position = _POSITION.fullmatch(parts[0]) if parts else None
    if position is None:
        return None
    description = descriptions.get(".".join((code, "*", *parts[1:])))
    if description is None:
        return None
    if position["row"] is None and position["column"] is None:
        return replace(
            description, key=key, translation_key=f"{description.translation_key}_{parts[0]}"
        )
    # A word in a placeholder could not be translated.
    placeholders = {
        "row": position["row"] or _NUMBERS[position["end"]],
        "column": position["column"] or _NUMBERS[position["side"]],
    }
    return replace(description, key=key, translation_placeholders=placeholders)
