"""The English texts as the frontend shows them: what lacks a text or a placeholder fails."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.data_entry_flow import FlowResultType

PACKAGE = Path(__file__).parents[1] / "custom_components" / "smartcar_dynamic"
ENGLISH: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))
# Its fields are vehicles, which have their own names in every language.
_STEPS_WITH_NAMED_FIELDS = {"match"}


def read_step(result: Mapping[str, Any], flow: str = "config") -> None:
    """Read a step of the config or the options flow as its user does."""
    texts = ENGLISH[flow]
    placeholders = result.get("description_placeholders") or {}
    match result["type"]:
        case FlowResultType.CREATE_ENTRY:
            pass
        case FlowResultType.ABORT:
            # The text of another domain is Home Assistant's own.
            if not result.get("translation_domain"):
                _fill(texts["abort"][result["reason"]], placeholders)
        case FlowResultType.SHOW_PROGRESS:
            _fill(texts["progress"][result["progress_action"]], placeholders)
        case _:
            _read_form(result, texts, placeholders)


def _read_form(
    result: Mapping[str, Any], texts: Mapping[str, Any], placeholders: Mapping[str, str]
) -> None:
    step = texts["step"][result["step_id"]]
    _fill(step["title"], placeholders)
    _fill(step.get("description", ""), placeholders)
    for option in result.get("menu_options") or ():
        assert step["menu_options"][option]
    for error in (result.get("errors") or {}).values():
        _fill(texts["error"][error], placeholders)
    if result["type"] is FlowResultType.FORM and result["step_id"] not in _STEPS_WITH_NAMED_FIELDS:
        # Several vehicles' capacities are told apart by the vehicles' names.
        fields = {
            field
            for field in map(str, result["data_schema"].schema)
            if not field.endswith(" (kWh)")
        }
        assert fields <= step.get("data", {}).keys()


def read_issue(issue: Mapping[str, Any]) -> None:
    """Read an issue's title as the repairs page shows it."""
    _fill(ENGLISH["issues"][issue["translation_key"]]["title"], issue["translation_placeholders"])


def read_fix(key: str, step: Mapping[str, Any]) -> None:
    """Read a step of the flow that fixes an issue."""
    texts = ENGLISH["issues"][key]["fix_flow"]
    shown = texts["step"][step["step_id"]]
    _fill(shown["title"], step["description_placeholders"])
    _fill(shown["description"], step["description_placeholders"])
    for error in (step.get("errors") or {}).values():
        _fill(texts["error"][error], step["description_placeholders"])


def _fill(text: str, placeholders: Mapping[str, str]) -> None:
    """Fill in the placeholders; one that is missing raises."""
    text.format_map(placeholders)
