"""Every text of the flows is used, and every step has all of its texts."""

import ast
import inspect
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigFlow
import pytest

from custom_components.smartcar_dynamic.config_flow import SmartcarConfigFlow
from custom_components.smartcar_dynamic.const import CONF_SMARTCAR_WEBHOOK_ID
from custom_components.smartcar_dynamic.flows import forms
from custom_components.smartcar_dynamic.flows.options import SmartcarOptionsFlow
from custom_components.smartcar_dynamic.webhook.uri import Obstacle

from .texts import TEXTS

SOURCES = [
    path
    for path in Path("custom_components/smartcar_dynamic").rglob("*.py")
    if path.stem == "config_flow" or path.parent.name == "flows" or path.stem == "runtime"
]
# Steps without a face of their own.
FACELESS = {"reauth", "finish"}
BY_FIELD = {f"{name}_is_no_uuid" for name in (CONF_SMARTCAR_WEBHOOK_ID, forms.CONF_APPLICATION_ID)}


def constants() -> set[str]:
    """Return every literal text in the sources of the flows."""
    return {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def called(*names: str) -> set[str]:
    """Return the literal texts with which functions are called, lists and keywords included."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in names:
                values = [*node.args, *(it.value for it in node.keywords if it.arg in KEYWORDS)]
                for value in values:
                    parts = value.elts if isinstance(value, ast.List) else [value]
                    found |= {
                        it.value
                        for it in parts
                        if isinstance(it, ast.Constant) and isinstance(it.value, str)
                    }
    return found


KEYWORDS = {"reason", "step_id", "menu_options", "progress_action"}


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def steps(flow: type[Any]) -> set[str]:
    """Return the steps that a flow has itself."""
    return {
        name.removeprefix("async_step_")
        for name, _ in inspect.getmembers(flow, inspect.isfunction)
        if name.startswith("async_step_")
        and (not hasattr(ConfigFlow, name) or name == "async_step_user")
    }


def test_every_step_has_its_texts_and_no_text_is_without_a_step() -> None:
    assert set(TEXTS["config"]["step"]) == steps(SmartcarConfigFlow) - FACELESS
    assert set(TEXTS["options"]["step"]) == steps(SmartcarOptionsFlow)


def test_every_end_has_its_text_and_no_text_is_without_an_end() -> None:
    ends = called("async_abort", "AbortFlow") | {"already_configured"}
    assert {*TEXTS["config"]["abort"], *TEXTS["options"]["abort"]} == ends


def test_every_progress_has_its_text_and_no_text_is_without_a_progress() -> None:
    # The step of one has a heading, and a text of its own by another name.
    progress = called("async_show_progress") - {"wait"}
    assert set(TEXTS["config"]["progress"]) == progress


def test_every_menu_has_its_choices_and_no_choice_is_without_a_step() -> None:
    menus = {name: it for name, it in TEXTS["config"]["step"].items() if "menu_options" in it}
    for menu in menus.values():
        assert set(menu["menu_options"]) <= steps(SmartcarConfigFlow)
        assert set(menu.get("menu_option_descriptions", {})) <= set(menu["menu_options"])
    offered = {option for menu in menus.values() for option in menu["menu_options"]}
    assert offered <= called("_show_menu", "async_show_menu") | constants()
    assert called("_show_menu", "async_show_menu") <= offered | set(menus)


def test_no_error_is_without_a_cause() -> None:
    assert set(TEXTS["config"]["error"]) <= constants() | set(Obstacle) | BY_FIELD


@pytest.mark.parametrize("flow", ["config", "options"])
def test_every_field_is_explained(flow: str) -> None:
    for name, step in TEXTS[flow]["step"].items():
        assert set(step.get("data", {})) == set(step.get("data_description", {})), name
