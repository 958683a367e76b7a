"""Every text that code asks for exists, none is left over, and all languages say the same."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
import inspect
import json
import re
from string import Formatter
from typing import Any

from homeassistant.config_entries import ConfigFlow
from homeassistant.const import STATE_HOME, STATE_NOT_HOME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, get_system_health_info

from custom_components.smartcar_dynamic import PLATFORMS
from custom_components.smartcar_dynamic.allowance import RefusalReason
from custom_components.smartcar_dynamic.charging import (
    CHARGING_SESSION,
    ChargeEvent,
    ChargeEventType,
    Session,
)
from custom_components.smartcar_dynamic.checks.issues import ISSUES, IssueDescription
from custom_components.smartcar_dynamic.checks.result import Check
from custom_components.smartcar_dynamic.condition import CONDITIONS
from custom_components.smartcar_dynamic.config_flow import SmartcarConfigFlow
from custom_components.smartcar_dynamic.const import API_V2, API_V3
from custom_components.smartcar_dynamic.flows.options import SmartcarOptionsFlow
from custom_components.smartcar_dynamic.history_sensor import HISTORY_SENSORS
from custom_components.smartcar_dynamic.records import charge_event_record, trip_event_record
from custom_components.smartcar_dynamic.sensor import SENSORS
from custom_components.smartcar_dynamic.takeover import Reason
from custom_components.smartcar_dynamic.trigger import TRIGGERS
from custom_components.smartcar_dynamic.trips import TRIP, Trip, TripEvent, TripEventType
from custom_components.smartcar_dynamic.webhook.uri import Obstacle

from .entities import TABLES
from .entries import DOMAIN
from .texts import ENGLISH, PACKAGE

type Texts = dict[str, Any]
type Path = tuple[str, ...]

TRANSLATIONS: dict[str, Texts] = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((PACKAGE / "translations").glob("*.json"))
}
SOURCES = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
# Blanks around a text and between words, references, HTML, links and quoted placeholders. A
# paragraph of a numbered step is indented, or Markdown begins to count again after it.
NOT_PLAIN = re.compile(
    r"^\s|\s$|^$|[^\n ]  |\[%|</?[a-z]|(?:\w+://|www\.)\w|'\{\w+\}'", re.IGNORECASE
)
COMMANDS = {"cover", "lock", "number", "switch"}
every_language = pytest.mark.parametrize("language", TRANSLATIONS)


def leaves(texts: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield each text, with its keys from the root."""
    if isinstance(texts, dict):
        for key, value in texts.items():
            yield from leaves(value, (*path, key))
    else:
        assert isinstance(texts, str), path
        yield path, texts


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def literals(*nodes: ast.AST) -> set[str]:
    """Return the literal texts below nodes."""
    return {
        node.value
        for root in nodes
        for node in ast.walk(root)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def calls(*names: str) -> Iterator[ast.Call]:
    """Yield the calls of functions and methods of these names."""
    for source in SOURCES.values():
        for node in ast.walk(source):
            if isinstance(node, ast.Call) and _name_of(node.func) in names:
                yield node


def _name_of(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def arguments(*names: str, keyword: str) -> set[str]:
    """Return the literal texts of one argument: the first, or the one with a keyword."""
    return {
        text
        for call in calls(*names)
        for argument in [*call.args[:1], *(it.value for it in call.keywords if it.arg == keyword)]
        for text in choices(argument)
    }


def choices(value: ast.expr) -> set[str]:
    """Return the literal texts between which an expression chooses."""
    match value:
        case ast.IfExp(body=body, orelse=orelse):
            return choices(body) | choices(orelse)
        case ast.Constant(value=str(text)):
            return {text}
    return set()


# All languages


@every_language
def test_a_language_has_the_keys_of_english(language: str) -> None:
    english, texts = (dict(leaves(TRANSLATIONS[name])) for name in ("en", language))
    missing = {".".join(path) for path in english.keys() - texts.keys()}
    left_over = {".".join(path) for path in texts.keys() - english.keys()}
    assert (missing, left_over) == (set(), set()), language


@every_language
def test_a_language_has_the_placeholders_of_english(language: str) -> None:
    english = dict(leaves(ENGLISH))
    offenders = [
        path
        for path, text in leaves(TRANSLATIONS[language])
        if placeholders(text) != placeholders(english[path])
    ]
    assert offenders == []


@every_language
def test_a_language_has_plain_texts(language: str) -> None:
    offenders = [path for path, text in leaves(TRANSLATIONS[language]) if NOT_PLAIN.search(text)]
    assert offenders == []


@every_language
async def test_no_two_entities_of_a_device_share_a_name(hass: HomeAssistant, language: str) -> None:
    texts = TRANSLATIONS[language]["entity"]
    others = await async_get_translations(hass, language, "entity_component", [*TABLES])
    # A command has the name of its reading: it is the same fact.
    commands = [words["name"] for name in COMMANDS for words in texts[name].values()]
    readings = [
        *(words["name"] for name in texts.keys() - COMMANDS for words in texts[name].values()),
        *(
            others[f"component.{platform}.entity_component.{row.device_class}.name"]
            for platform, rows in TABLES.items()
            for row in rows.values()
            if row.translation_key is None
        ),
    ]
    namesakes = [
        name
        for names in (commands, readings)
        for name, times in Counter(name.casefold() for name in names).items()
        if times > 1
    ]
    assert namesakes == []


@pytest.mark.parametrize("never", ["please", " ,", "e.g.", "i.e.", "Home assistant", "smartcar "])
def test_the_words_are_home_assistants(never: str) -> None:
    assert [path for path, text in leaves(ENGLISH) if never in text] == []


# Flows


def flows(texts: Texts) -> Iterator[tuple[str, Texts]]:
    """Yield the texts of the flows, and the name of each."""
    for name in ("config", "options"):
        yield name, texts[name]
    for key, issue in texts["issues"].items():
        yield key, issue["fix_flow"]


def steps(flow: type[Any]) -> set[str]:
    """Return the steps that a flow has itself, and shows."""
    methods = {name for name, _ in inspect.getmembers(flow, inspect.isfunction)}
    own = methods - set(dir(ConfigFlow)) | {"async_step_user"} & methods
    return {name.removeprefix("async_step_") for name in own if name.startswith("async_step_")} - {
        "reauth",
        "finish",
        "move_existing",
    }


def test_every_step_has_its_texts() -> None:
    assert ENGLISH["config"]["step"].keys() == steps(SmartcarConfigFlow)
    assert ENGLISH["options"]["step"].keys() == steps(SmartcarOptionsFlow)


def test_every_end_has_its_text() -> None:
    asked = arguments("async_abort", "AbortFlow", "async_update_reload_and_abort", keyword="reason")
    # Home Assistant's own.
    asked |= {"already_configured"}
    texts = {reason for _, flow in flows(ENGLISH) for reason in flow.get("abort", ())}
    assert texts == asked


def test_every_progress_has_its_text() -> None:
    asked = arguments("async_show_progress", keyword="progress_action")
    assert ENGLISH["config"]["progress"].keys() == asked


def test_every_choice_is_a_step() -> None:
    hidden = {"finish", "move_existing"}
    offenders = {
        name: left_over
        for name, step in ENGLISH["config"]["step"].items()
        if (left_over := set(step.get("menu_options", ())) - steps(SmartcarConfigFlow) - hidden)
    }
    assert offenders == {}


def test_every_choice_is_offered() -> None:
    offered = literals(*calls("_show_menu", "async_show_menu")) | literals(
        *(source for path, source in SOURCES.items() if path.stem == "config_flow")
    )
    shown = {
        choice
        for step in ENGLISH["config"]["step"].values()
        for choice in step.get("menu_options", ())
    }
    assert shown <= offered


def test_every_menu_shows_what_it_offers() -> None:
    steps_by_id = ENGLISH["config"]["step"]
    shown = {choice for step in steps_by_id.values() for choice in step.get("menu_options", ())}
    offered = {
        text
        for call in calls("_show_menu", "async_show_menu")
        for argument in [
            *call.args,
            *(it.value for it in call.keywords if it.arg == "menu_options"),
        ]
        for text in literals(argument)
    }
    assert offered <= shown | steps_by_id.keys()


@every_language
def test_only_choices_of_a_menu_are_described(language: str) -> None:
    offenders = {
        (name, step_id): left_over
        for name, flow in flows(TRANSLATIONS[language])
        for step_id, step in flow["step"].items()
        if (
            left_over := step.get("menu_option_descriptions", {}).keys()
            - step.get("menu_options", {}).keys()
        )
    }
    assert offenders == {}


def test_every_error_has_a_cause() -> None:
    said = literals(*SOURCES.values()) | set(Obstacle)
    # `f"{field}_is_no_uuid"` says its end.
    errors = {error for _, flow in flows(ENGLISH) for error in flow.get("error", ())}
    assert [it for it in errors if it not in said and not it.endswith("_is_no_uuid")] == []


@every_language
def test_every_field_is_explained(language: str) -> None:
    offenders = [
        (name, step_id)
        for name, flow in flows(TRANSLATIONS[language])
        for step_id, step in flow["step"].items()
        if step.get("data", {}).keys() != step.get("data_description", {}).keys()
    ]
    assert offenders == []


# Entities


async def test_each_entity_has_a_name_and_none_is_left(
    entity_registry: er.EntityRegistry, rich_entry: MockConfigEntry
) -> None:
    asked: dict[str, set[str]] = {platform: set() for platform in PLATFORMS}
    for platform, rows in TABLES.items():
        # The name of a position beyond the usual four.
        asked[platform] |= {row.translation_key or "" for row in rows.values() if "*" in row.key}
    # They appear with the first charge and the first trip.
    asked["sensor"] |= {row.translation_key or "" for row in HISTORY_SENSORS.values()}
    for entity in er.async_entries_for_config_entry(entity_registry, rich_entry.entry_id):
        if entity.translation_key is not None:
            asked[entity.domain].add(entity.translation_key)
    assert {platform: set(words) for platform, words in ENGLISH["entity"].items()} == asked


def test_an_entity_without_a_name_has_a_device_class() -> None:
    offenders = [
        row.key
        for rows in TABLES.values()
        for row in rows.values()
        if row.translation_key is None and row.device_class in {None, "enum"}
    ]
    assert offenders == []


def test_each_option_has_a_text_and_none_is_left() -> None:
    rows = (*SENSORS.values(), *HISTORY_SENSORS.values())
    options = {row.translation_key: row.options for row in rows if row.options}
    texts = {
        key: list(words["state"])
        for key, words in ENGLISH["entity"]["sensor"].items()
        if "state" in words
    }
    # A place is a zone of Home Assistant's, or one of these.
    places = {key: [STATE_HOME, STATE_NOT_HOME] for key in texts.keys() - options.keys()}
    assert texts == options | places


def test_only_the_names_of_counted_positions_have_placeholders() -> None:
    counted = {
        (platform, row.translation_key)
        for platform, rows in TABLES.items()
        for row in rows.values()
        if "*" in row.key
    }
    offenders = {
        (platform, key): found
        for platform, words in ENGLISH["entity"].items()
        for key, text in words.items()
        if (found := placeholders(text["name"]))
        != ({"row", "column"} if (platform, key) in counted else set())
    }
    assert offenders == {}


def test_each_event_attribute_has_a_name_and_none_is_left() -> None:
    names = {
        key: set(event["state_attributes"]) - {"event_type"}
        for key, event in ENGLISH["entity"]["event"].items()
    }
    charge = ChargeEvent(ChargeEventType.STARTED, 0, Session())
    trip = TripEvent(TripEventType.ENDED, 0, Trip())
    assert names == {
        CHARGING_SESSION: set(charge_event_record(charge)),
        TRIP: set(trip_event_record(trip)),
    }


# Issues


def keys_of(issue: IssueDescription) -> set[str]:
    """Return the keys of an issue's texts."""
    if issue.has_reason_texts:
        return {f"{issue.key}_{reason}" for reason in issue.reasons}
    return {issue.key, *(f"{issue.key}_{code.lower()}" for code in issue.error_codes)}


BY_ENTRY = {key for issue in ISSUES if not issue.is_per_vehicle for key in keys_of(issue)}
BY_VEHICLE = {key for issue in ISSUES if issue.is_per_vehicle for key in keys_of(issue)}
OF_API = {"api_v2_end", "api_v2_ended"}
AFTER_TAKEOVER = {"other_entry_removable"}
AFTER_REMOVAL = {"not_unsubscribed", "vehicle_not_unsubscribed"}


def test_each_issue_has_texts_and_none_is_left() -> None:
    assert ENGLISH["issues"].keys() == BY_ENTRY | BY_VEHICLE | AFTER_REMOVAL | AFTER_TAKEOVER


def errors_of(key: str) -> set[str]:
    """Return the errors that the flow of an issue can show."""
    match key:
        case "signatures_rejected":
            return {
                "is_a_url",
                "is_the_access_token",
                "is_the_client_id",
                "is_the_client_secret",
                "is_the_refresh_token",
                "wrong_management_token",
            }
        case "vehicle_gone":
            return {"not_checked"}
    if key in OF_API | AFTER_REMOVAL | AFTER_TAKEOVER | {"storage_set_aside"}:
        return set()
    return {"not_resolved"} if key in BY_VEHICLE else {"not_checked", "not_resolved"}


def test_an_issue_has_the_errors_that_its_flow_shows() -> None:
    errors = {
        key: set(issue["fix_flow"].get("error", ())) for key, issue in ENGLISH["issues"].items()
    }
    assert errors == {key: errors_of(key) for key in errors}


def test_an_issue_aborts_only_where_its_flow_does() -> None:
    aborts = {
        key: set(issue["fix_flow"]["abort"])
        for key, issue in ENGLISH["issues"].items()
        if "abort" in issue["fix_flow"]
    }
    assert aborts == {key: {"continue_in_reconfigure"} for key in OF_API}


def test_an_issue_says_to_whom_it_happened() -> None:
    offenders = [
        key
        for key, issue in ENGLISH["issues"].items()
        if not {"entry", "vehicle"} & {it for _, text in leaves(issue) for it in placeholders(text)}
    ]
    assert offenders == []


def test_an_issue_says_since_when() -> None:
    offenders = [
        key
        for key, issue in ENGLISH["issues"].items()
        if not {"since", "time"} & placeholders(issue["fix_flow"]["step"]["confirm"]["description"])
    ]
    # The end of API v2.0 has a date of its own.
    assert set(offenders) == OF_API


@every_language
def test_an_issue_and_its_flow_have_the_same_title(language: str) -> None:
    offenders = [
        key
        for key, issue in TRANSLATIONS[language]["issues"].items()
        if issue["title"] != issue["fix_flow"]["step"]["confirm"]["title"]
    ]
    assert offenders == []


# Results of the checks


def reasons_of(call: ast.Call, values: Mapping[str, set[str]]) -> set[str]:
    """Return the reasons that a call makes a result with."""
    if len(call.args) == 1:
        return {_name_of(call.func)}
    match call.args[1]:
        case ast.Name(id=name):
            return values[name]
        case ast.Attribute(attr="obstacle"):
            return set(Obstacle)
    return literals(call.args[1])


def results() -> set[str]:
    """Return the keys of all results that the chain of checks can make."""
    chain = SOURCES[PACKAGE / "checks" / "chain.py"]
    keys: set[str] = set()
    for function in ast.walk(chain):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        values: dict[str, set[str]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                values.setdefault(node.targets[0].id, set()).update(choices(node.value))
        for node in ast.walk(function):
            match node:
                case ast.Call(args=[ast.Attribute(value=ast.Name("Check"), attr=check), *_]):
                    keys |= {f"check_{Check[check]}_{it}" for it in reasons_of(node, values)}
    return keys


def test_each_result_has_a_text_and_none_is_left() -> None:
    summaries = {f"check_summary_{outcome}" for outcome in ("failed", "open", "ok")}
    takeover = {f"takeover_left_{reason}" for reason in Reason}
    takeover |= {f"takeover_note_{api}" for api in (API_V2, API_V3)}
    assert ENGLISH["common"].keys() == results() | summaries | takeover | {"time"}


def test_the_results_that_raise_issues_exist() -> None:
    raising = {f"check_{issue.check}_{reason}" for issue in ISSUES for reason in issue.reasons}
    assert raising <= results()


# Actions, exceptions, system health


def test_each_exception_has_a_text_and_none_is_left() -> None:
    raised = {
        text
        for source in SOURCES.values()
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and "translation_domain" in {it.arg for it in node.keywords}
        for keyword in node.keywords
        if keyword.arg == "translation_key"
        for text in literals(keyword.value)
    }
    # The errors of a read share their placeholders, and so do those of a command.
    raised |= arguments("invalid", keyword="translation_key")
    raised |= {f"read_{reason}" for reason in RefusalReason}
    for module, prefix in (("reader", "read_"), ("commands", "command_")):
        texts = literals(SOURCES[PACKAGE / f"{module}.py"])
        raised |= {text for text in texts if re.fullmatch(rf"{prefix}\w+", text)}
    assert ENGLISH["exceptions"].keys() == raised


def test_each_action_and_field_has_its_texts() -> None:
    actions = parse_yaml((PACKAGE / "services.yaml").read_text("utf-8"))
    assert isinstance(actions, dict)
    icons = json.loads((PACKAGE / "icons.json").read_text("utf-8"))
    assert icons["services"].keys() == actions.keys()
    fields = {name: set(action["fields"]) for name, action in actions.items()}
    assert {name: set(it["fields"]) for name, it in ENGLISH["services"].items()} == fields


@pytest.mark.parametrize(
    ("kind", "registered"), [("triggers", TRIGGERS), ("conditions", CONDITIONS)]
)
def test_each_trigger_and_condition_has_texts_and_an_icon(
    kind: str, registered: Mapping[str, object]
) -> None:
    described = parse_yaml((PACKAGE / f"{kind}.yaml").read_text("utf-8"))
    assert isinstance(described, dict)
    described = {name: it for name, it in described.items() if not name.startswith(".")}
    icons = json.loads((PACKAGE / "icons.json").read_text("utf-8"))
    assert registered.keys() == described.keys() == ENGLISH[kind].keys() == icons[kind].keys()
    fields = {name: set(it.get("fields", ())) for name, it in described.items()}
    assert {name: set(it.get("fields", ())) for name, it in ENGLISH[kind].items()} == fields


@every_language
def test_a_block_of_code_continues_the_numbered_step(language: str) -> None:
    for path, text in leaves(TRANSLATIONS[language]):
        for line in text.split("\n"):
            is_block = line.strip().startswith("`{") and line.strip().endswith("}`")
            if is_block and re.search(r"^1\. ", text.partition(line)[0], re.MULTILINE):
                assert line.startswith("   "), path


@every_language
def test_a_text_that_sends_to_the_dashboard_links_to_it(language: str) -> None:
    for key in ("webhook_disabled", "never_verified", "nothing_arrived"):
        steps = TRANSLATIONS[language]["issues"][key]["fix_flow"]["step"]
        assert any("]({dashboard})" in step["description"] for step in steps.values()), key


async def test_each_line_of_system_health_has_its_text(hass: HomeAssistant) -> None:
    for component in (DOMAIN, "system_health"):
        assert await async_setup_component(hass, component, {})
    info = await get_system_health_info(hass, DOMAIN)
    info["can_reach_server"].close()
    assert ENGLISH["system_health"]["info"].keys() == info.keys()
