"""Every text that code asks for exists, and none is left over."""

import ast
from itertools import product
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.smartcar_dynamic import check, issues
from custom_components.smartcar_dynamic.address import Obstacle
from custom_components.smartcar_dynamic.check import Proof

PACKAGE = Path(check.__file__).parent
WORDS: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))
SOURCES = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
PLACEHOLDER = re.compile(r"{(\w+)}")
# What every flow that verifies something says when it does not close.
BY_CHECK = {"not_checked", "not_resolved"}
BY_CAR = {"not_resolved"}
OF_REMOVED = {"not_unsubscribed", "vehicle_not_unsubscribed"}


def keys_of_checks() -> set[str]:
    """Return the keys of the texts of the issues that the chain of proofs raises."""
    return {
        f"{issue}_{reason}" if issue in issues._REASONED else issue
        for (_, reason), issue in issues._ISSUES.items()
    }


def keys_of_troubles() -> set[str]:
    """Return the keys of the texts of one car's issues that its news end."""
    plain = set(issues._TROUBLES.values())
    coded = {f"{issue}_{code.lower()}" for issue, codes in issues._CODED.items() for code in codes}
    return plain | coded


def test_each_issue_has_its_texts_and_no_text_is_left_over() -> None:
    ours = {issues._GONE, issues._REFUSED, issues._V2, *OF_REMOVED}
    assert set(WORDS["issues"]) == keys_of_checks() | keys_of_troubles() | ours


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_has_the_errors_that_its_flow_shows(key: str) -> None:
    expected: set[str] = set()
    if key == "signatures_rejected":
        expected = {"wrong_management_token"}
    elif key == issues._GONE:
        expected = {"not_checked"}
    elif key in keys_of_checks():
        expected = BY_CHECK
    elif key in keys_of_troubles() | {issues._REFUSED}:
        expected = BY_CAR
    assert set(WORDS["issues"][key]["fix_flow"].get("error", {})) == expected


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_aborts_only_where_its_flow_does(key: str) -> None:
    expected = {"continue_in_reconfigure"} if key == issues._V2 else set()
    assert set(WORDS["issues"][key]["fix_flow"].get("abort", {})) == expected


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_says_to_whom_it_happened(key: str) -> None:
    text = json.dumps(WORDS["issues"][key])
    assert {"entry", "vehicle"} & set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("key", sorted(set(WORDS["issues"]) - {issues._V2}))
def test_an_issue_says_since_when(key: str) -> None:
    """All but the end of API v2.0, which has a date of its own."""
    text = WORDS["issues"][key]["fix_flow"]["step"]["confirm"]["description"]
    assert {"since", "time"} & set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_and_its_flow_have_the_same_title(key: str) -> None:
    texts = WORDS["issues"][key]
    assert texts["title"] == texts["fix_flow"]["step"]["confirm"]["title"]


def findings_in_code() -> set[str]:
    """Return the keys of all findings that check.py can make."""
    keys = set()
    defaults = {"_found": "ok", "_unknown": "unknown"}
    for call in ast.walk(ast.parse(SOURCES[PACKAGE / "check.py"])):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id not in {"_found", "_failed", "_unknown", "make", "Finding"}:
            continue
        match call.args:
            case [ast.Attribute(value=ast.Name("Proof"), attr=proof), *rest]:
                reasons = {
                    node.value
                    for argument in rest[:2]
                    for node in ast.walk(argument)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                    if not isinstance(argument, ast.Dict)
                } or {defaults.get(call.func.id, "")}
                keys |= {f"check_{Proof[proof]}_{reason}" for reason in reasons}
    # Its reason is what the address says.
    keys.discard(f"check_{Proof.ADDRESS}_")
    return keys | {f"check_{Proof.ADDRESS}_{obstacle}" for obstacle in Obstacle}


def test_each_finding_has_its_text_and_no_text_is_left_over() -> None:
    known = {key for key in WORDS["common"] if key.startswith("check_")}
    assert known == findings_in_code()


def test_the_findings_that_raise_issues_exist() -> None:
    assert {f"check_{proof}_{reason}" for proof, reason in issues._ISSUES} <= findings_in_code()


def test_each_exception_has_its_text_and_no_text_is_left_over() -> None:
    raised = re.compile(r"translation_domain=DOMAIN,\s*translation_key=\"(\w+)\"")
    used = {key for source in SOURCES.values() for key in raised.findall(source)}
    assert set(WORDS["exceptions"]) == used


def test_each_action_and_field_has_its_texts_and_none_is_left_over() -> None:
    actions = parse_yaml((PACKAGE / "services.yaml").read_text("utf-8"))
    assert isinstance(actions, dict)
    assert actions.keys() == WORDS["services"].keys()
    for name, action in actions.items():
        assert action["fields"].keys() == WORDS["services"][name]["fields"].keys()


def test_each_line_of_system_health_has_its_text_and_none_is_left_over() -> None:
    source = SOURCES[PACKAGE / "system_health.py"]
    keys = re.findall(r"^        \"(\w+)\":", source, re.MULTILINE)
    assert set(WORDS["system_health"]["info"]) == set(keys)


def texts(words: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Return all texts below a section."""
    match words:
        case dict():
            return [text for value in words.values() for text in texts(value)]
        case _:
            return [str(words)]


SECTIONS = ("common", "exceptions", "issues", "services", "system_health")


@pytest.mark.parametrize(
    ("section", "never"),
    product(SECTIONS, ["please", "  ", " ,", "e.g.", "i.e.", "Home assistant", "smartcar "]),
)
def test_the_words_are_home_assistants(section: str, never: str) -> None:
    assert [text for text in texts(WORDS[section]) if never in text] == []
