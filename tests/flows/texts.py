"""The texts of the flows as the frontend shows them: a step that lacks one fails its test."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.data_entry_flow import FlowResultType

TEXTS = json.loads(
    Path("custom_components/smartcar_dynamic/translations/en.json").read_text(encoding="utf-8")
)
# Its fields are cars, named in every language by themselves.
_NAMED_BY_ITSELF = {"match"}


def render(result: Mapping[str, Any], flow: str = "config") -> str:
    """Return a step as an owner reads it."""
    texts: dict[str, Any] = TEXTS[flow]
    placeholders = result.get("description_placeholders") or {}
    kind = result["type"]
    if kind is FlowResultType.CREATE_ENTRY:
        return str(result.get("title"))
    if kind is FlowResultType.ABORT and result.get("translation_domain"):
        return str(result["reason"])
    if kind is FlowResultType.ABORT:
        return _filled(texts["abort"][result["reason"]], placeholders)
    if kind is FlowResultType.SHOW_PROGRESS:
        return _filled(texts["progress"][result["progress_action"]], placeholders)
    step = texts["step"][result["step_id"]]
    lines = [f"# {_filled(step['title'], placeholders)}"]
    if "description" in step:
        lines.append(_filled(step["description"], placeholders))
    if kind is FlowResultType.MENU:
        for option in result["menu_options"]:
            more = step.get("menu_option_descriptions", {}).get(option, "")
            lines.append(f"[{step['menu_options'][option]}] {more}")
    lines += [
        field
        if result["step_id"] in _NAMED_BY_ITSELF
        else f"{step['data'][field]}: … ({step['data_description'][field]})"
        for field in _fields(result)
    ]
    lines += [
        f"! {field}: {_filled(texts['error'][error], placeholders)}"
        for field, error in (result.get("errors") or {}).items()
    ]
    return "\n\n".join(lines)


def _fields(result: Mapping[str, Any]) -> list[str]:
    if result["type"] is not FlowResultType.FORM:
        return []
    return [str(key) for key in result["data_schema"].schema]


def _filled(text: str, placeholders: Mapping[str, str]) -> str:
    return text.format_map(placeholders)
