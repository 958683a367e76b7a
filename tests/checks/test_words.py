"""Every text that code asks for exists, and none is left over."""

import ast
from collections.abc import Iterable
from itertools import product
import json
from pathlib import Path
import re
from typing import Any

from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.smartcar_dynamic.allowance import RefusalReason
from custom_components.smartcar_dynamic.checks import chain
from custom_components.smartcar_dynamic.checks.issues import ISSUES, IssueDescription
from custom_components.smartcar_dynamic.checks.result import Check
from custom_components.smartcar_dynamic.webhook.uri import Obstacle

PACKAGE = Path(chain.__file__).parents[1]
WORDS: dict[str, Any] = json.loads((PACKAGE / "translations" / "en.json").read_text("utf-8"))
SOURCES = {path: path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}
PLACEHOLDER = re.compile(r"{(\w+)}")
# What every flow that verifies something says when it does not close.
BY_CHECK = {"not_checked", "not_resolved"}
BY_CAR = {"not_resolved"}
OF_REMOVED = {"not_unsubscribed", "vehicle_not_unsubscribed"}


def keys_of(described: Iterable[IssueDescription]) -> set[str]:
    """Return the keys of the texts of issues."""
    return {
        key
        for issue in described
        for key in (
            *(
                [f"{issue.key}_{reason}" for reason in issue.reasons]
                if issue.has_reason_texts
                else [issue.key]
            ),
            *(f"{issue.key}_{code.lower()}" for code in issue.error_codes),
        )
    }


OF_API = {"api_v2_end", "api_v2_ended"}
OF_ENTRY = keys_of(issue for issue in ISSUES if not issue.is_per_vehicle)
OF_VEHICLE = keys_of(issue for issue in ISSUES if issue.is_per_vehicle)


def test_each_issue_has_its_texts_and_no_text_is_left_over() -> None:
    assert set(WORDS["issues"]) == OF_ENTRY | OF_VEHICLE | OF_REMOVED


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_has_the_errors_that_its_flow_shows(key: str) -> None:
    expected: set[str] = set()
    if key == "signatures_rejected":
        expected = {
            "is_a_url",
            "is_the_access_token",
            "is_the_client_id",
            "is_the_client_secret",
            "is_the_refresh_token",
            "wrong_management_token",
        }
    elif key == "vehicle_gone":
        expected = {"not_checked"}
    elif key in OF_ENTRY - {"api_v2_end", "api_v2_ended", "storage_set_aside"}:
        expected = BY_CHECK
    elif key in OF_VEHICLE:
        expected = BY_CAR
    assert set(WORDS["issues"][key]["fix_flow"].get("error", {})) == expected


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_aborts_only_where_its_flow_does(key: str) -> None:
    expected = {"continue_in_reconfigure"} if key in OF_API else set()
    assert set(WORDS["issues"][key]["fix_flow"].get("abort", {})) == expected


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_says_to_whom_it_happened(key: str) -> None:
    text = json.dumps(WORDS["issues"][key])
    assert {"entry", "vehicle"} & set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("key", sorted(set(WORDS["issues"]) - OF_API))
def test_an_issue_says_since_when(key: str) -> None:
    """All but the end of API v2.0, which has a date of its own."""
    text = WORDS["issues"][key]["fix_flow"]["step"]["confirm"]["description"]
    assert {"since", "time"} & set(PLACEHOLDER.findall(text))


@pytest.mark.parametrize("key", WORDS["issues"])
def test_an_issue_and_its_flow_have_the_same_title(key: str) -> None:
    texts = WORDS["issues"][key]
    assert texts["title"] == texts["fix_flow"]["step"]["confirm"]["title"]


def results_in_code() -> set[str]:
    """Return the keys of all results that the chain can make."""
    keys = set()
    defaults = {"ok": "ok", "unknown": "unknown"}
    for call in ast.walk(ast.parse(SOURCES[PACKAGE / "checks" / "chain.py"])):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Name("CheckResult"), attr=kind)
                | ast.Name("make" as kind),
                args=[ast.Attribute(value=ast.Name("Check"), attr=check), *rest],
            ):
                reasons = {
                    node.value
                    for argument in rest
                    for node in ast.walk(argument)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                }
                if not rest:
                    reasons = {defaults[kind]}
                elif isinstance(rest[0], ast.Name):
                    reasons = REASONS_BY_NAME
                keys |= {f"check_{Check[check]}_{reason}" for reason in reasons}
    return keys | {f"check_{Check.CALLBACK_URI}_{obstacle}" for obstacle in Obstacle}


# Reasons that are chosen before the result is made.
REASONS_BY_NAME = {"redirect", "missing", "none_here", "elsewhere"}


def test_each_result_has_its_text_and_no_text_is_left_over() -> None:
    known = {key for key in WORDS["common"] if key.startswith("check_")}
    assert known == results_in_code() | {"check_summary_failed", "check_summary_ok"}


def test_the_results_that_raise_issues_exist() -> None:
    raising = {f"check_{issue.check}_{reason}" for issue in ISSUES for reason in issue.reasons}
    assert raising <= results_in_code()


def test_each_exception_has_its_text_and_no_text_is_left_over() -> None:
    raised = re.compile(r"translation_domain=DOMAIN,\s*translation_key=\"(\w+)\"")
    used = {key for source in SOURCES.values() for key in raised.findall(source)}
    # A read's errors share their vehicle and their numbers, and so do a command's.
    used |= set(re.findall(r"\"(read_\w+)\"", SOURCES[PACKAGE / "reader.py"]))
    used |= set(re.findall(r"\"(command_\w+)\"", SOURCES[PACKAGE / "commands.py"]))
    used |= {
        key for source in SOURCES.values() for key in re.findall(r"invalid\(\"(\w+)\"", source)
    }
    used |= {f"read_{reason}" for reason in RefusalReason}
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
    # A paragraph of a numbered step is indented, or Markdown begins to count again after it.
    found = [text for text in texts(WORDS[section]) if never in text.replace("\n   ", "\n")]
    assert found == []
