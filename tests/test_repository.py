"""What Home Assistant's hassfest and HACS want of a repository, and what this one promises."""

import ast
from collections.abc import Iterator
from itertools import pairwise
import json
import os
from pathlib import Path
import re
from string import Formatter
import subprocess
import tomllib
from typing import Any, Final

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.const import REQUIRED_PYTHON_VER, STATE_ON, Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
from PIL import Image
import pytest

type Json = dict[str, Any]

ROOT: Final = Path(__file__).parents[1]
PACKAGE: Final = ROOT / "custom_components" / "smartcar_dynamic"
LANGUAGES: Final = sorted(path.stem for path in (PACKAGE / "translations").glob("*.json"))


def read_json(path: Path) -> Json:
    value: Json = json.loads(path.read_text())
    return value


def read_yaml(text: str) -> Json:
    value = parse_yaml(text)
    assert isinstance(value, dict)
    return value


MANIFEST: Final = read_json(PACKAGE / "manifest.json")
ENGLISH: Final = read_json(PACKAGE / "translations" / "en.json")
ICONS: Final = read_json(PACKAGE / "icons.json")
README: Final = (ROOT / "README.md").read_text()


def leaves(tree: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each text of a tree, with its keys from the root."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, key))
    else:
        yield path, tree


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def tracked_files() -> list[Path]:
    """Return what is, or is about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S603 - fixed
    except FileNotFoundError, subprocess.CalledProcessError:
        pytest.skip("This is no clone of the repository")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


# The manifest


def test_the_manifest_has_its_keys_in_order() -> None:
    keys = list(MANIFEST)
    assert keys[:2] == ["domain", "name"]
    assert keys[2:] == sorted(keys[2:])


def test_the_manifest_says_what_hassfest_and_hacs_want() -> None:
    assert MANIFEST["domain"] == PACKAGE.name
    assert MANIFEST["iot_class"] == "cloud_push"
    assert MANIFEST["integration_type"] == "hub"
    assert MANIFEST["config_flow"] is True
    assert MANIFEST["requirements"] == []
    assert all(owner.startswith("@") for owner in MANIFEST["codeowners"])
    assert MANIFEST["codeowners"]
    assert MANIFEST["documentation"].startswith("https://github.com/")
    assert MANIFEST["issue_tracker"] == f"{MANIFEST['documentation']}/issues"


def test_there_is_one_version() -> None:
    version = MANIFEST["version"]
    AwesomeVersion(version, ensure_strategy=AwesomeVersionStrategy.SEMVER)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    heads = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert project["version"] == version
    assert heads[0] == version


def test_python_is_at_least_what_home_assistant_wants() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["requires-python"] == f">={'.'.join(map(str, REQUIRED_PYTHON_VER))}"


# What hassfest lets everybody import without declaring it.
FREE_COMPONENTS = {
    *(platform.value for platform in Platform),
    "alert",
    "automation",
    "conversation",
    "default_config",
    "device_automation",
    "frontend",
    "group",
    "homeassistant",
    "input_boolean",
    "input_button",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "media_source",
    "mjpeg",
    "onboarding",
    "panel_custom",
    "persistent_notification",
    "person",
    "script",
    "shopping_list",
    "stream",
    "sun",
    "system_health",
    "system_log",
    "timer",
    "webhook",
    "websocket_api",
    "zone",
}


def imported_components(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            if node.module == "homeassistant.components":
                yield from (alias.name for alias in node.names)
            elif node.module and node.module.startswith("homeassistant.components."):
                yield node.module.split(".")[2]
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("homeassistant.components."):
                    yield alias.name.split(".")[2]


def test_what_is_imported_of_other_integrations_is_declared() -> None:
    declared = {*MANIFEST["dependencies"], *MANIFEST["after_dependencies"], *FREE_COMPONENTS}
    assert not {*MANIFEST["dependencies"]} & {*MANIFEST["after_dependencies"]}
    for path, module in sources():
        # A module called like an integration is a platform for it.
        platform = Path(path.relative_to(PACKAGE).parts[0]).stem
        assert not {*imported_components(module)} - declared - {platform}, path.name


def test_what_sets_up_from_yaml_says_that_there_is_none() -> None:
    defined = {
        target.id
        for node in ast.parse((PACKAGE / "__init__.py").read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert "CONFIG_SCHEMA" in defined


# Translations

SECTIONS = {
    "common",
    "config",
    "device",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
}
FLOW_KEYS = {"abort", "create_entry", "error", "flow_title", "progress", "step"}
STEP_KEYS = {
    "data",
    "data_description",
    "description",
    "menu_option_descriptions",
    "menu_options",
    "sections",
    "submit",
    "title",
}
KEY = re.compile(r"(?!.+[_-]{2})(?![_-])[a-z0-9-_]+(?<![_-])")
URL = re.compile(r"(?:\w+://|www\.)\w", re.IGNORECASE)
HTML = re.compile(r"</?[a-z]", re.IGNORECASE)


def flows(texts: Json) -> Iterator[tuple[str, Json]]:
    for name in ("config", "options"):
        if name in texts:
            yield name, texts[name]
    for issue, value in texts.get("issues", {}).items():
        if "fix_flow" in value:
            yield issue, value["fix_flow"]


def test_custom_integrations_have_no_strings_json() -> None:
    assert not (PACKAGE / "strings.json").exists()
    assert "en" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_as_hassfest_wants_them(language: str) -> None:
    texts = read_json(PACKAGE / "translations" / f"{language}.json")
    assert set(texts) <= SECTIONS
    for path, text in leaves(texts):
        assert isinstance(text, str), path
        assert text, path
        assert text == text.strip(), path
        assert all(KEY.fullmatch(key) for key in path), path
        assert not URL.search(text), path
        assert not HTML.search(text), path
        assert "[%" not in text, path
        assert not re.search(r"'\{\w+\}'", text), path
        assert all(name.isidentifier() for name in placeholders(text)), path
        if path[0] == "entity" and "state" in path:
            assert not placeholders(text), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_flows_issues_and_actions_are_as_hassfest_wants_them(language: str) -> None:
    texts = read_json(PACKAGE / "translations" / f"{language}.json")
    for name, flow in flows(texts):
        assert set(flow) <= FLOW_KEYS, name
        for step_id, step in flow["step"].items():
            where = f"{name}.{step_id}"
            assert set(step) <= STEP_KEYS, where
            assert set(step.get("data_description", ())) <= set(step.get("data", ())), where
            options = set(step.get("menu_options", ()))
            assert set(step.get("menu_option_descriptions", ())) <= options, where
    for issue, value in texts["issues"].items():
        assert set(value) in ({"title", "description"}, {"title", "fix_flow"}), issue
    for exception in texts["exceptions"].values():
        assert set(exception) == {"message"}


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_language_says_what_english_says(language: str) -> None:
    english = dict(leaves(ENGLISH))
    texts = dict(leaves(read_json(PACKAGE / "translations" / f"{language}.json")))
    assert texts.keys() == english.keys()
    for path, text in texts.items():
        assert placeholders(text) == placeholders(english[path]), path


def test_every_field_of_the_set_up_is_explained() -> None:
    for name, flow in flows(ENGLISH):
        for step_id, step in flow["step"].items():
            assert step.get("data", {}).keys() == step.get("data_description", {}).keys(), (
                f"{name}.{step_id}"
            )


def test_every_step_has_its_method_and_its_text() -> None:
    nodes = [node for _, module in sources() for node in ast.walk(module)]
    methods = {
        node.name.removeprefix("async_step_")
        for node in nodes
        if isinstance(node, ast.AsyncFunctionDef) and node.name.startswith("async_step_")
    }
    shown = {
        keyword.value.value
        for node in nodes
        # A step that shows progress has its text there.
        if isinstance(node, ast.Call) and not ast.unparse(node.func).endswith("show_progress")
        for keyword in node.keywords
        if keyword.arg == "step_id" and isinstance(keyword.value, ast.Constant)
    }
    translated = {
        step_id: step for _, flow in flows(ENGLISH) for step_id, step in flow["step"].items()
    }
    assert shown <= translated.keys() <= methods
    for step in translated.values():
        assert set(step.get("menu_options", ())) <= methods


def test_no_text_is_left_over() -> None:
    # Home Assistant's own default is among them.
    words = {"already_configured"} | {
        node.value.casefold().strip("_")
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    words |= {
        target.id.casefold()
        for _, module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def is_said(key: str) -> bool:
        """Tell whether a key is written in the code, whole or in parts."""
        return key in words or any(
            key[: found.start()] in words and is_said(key[found.end() :])
            for found in re.finditer("_", key)
        )

    keys = {*ENGLISH["issues"], *ENGLISH["exceptions"], *ENGLISH["common"]}
    for _, flow in flows(ENGLISH):
        for group in ("abort", "error", "progress"):
            keys |= set(flow.get(group, ()))
    assert not {key for key in keys if not is_said(key)}


# Icons


def test_icons_are_as_hassfest_wants_them() -> None:
    assert set(ICONS) <= {"entity", "services"}
    for path, icon in leaves(ICONS):
        assert icon.startswith("mdi:"), path
        assert all(KEY.fullmatch(key) for key in path), path
    for platform, entities in ICONS["entity"].items():
        assert platform in {platform.value for platform in Platform}
        assert list(entities) == sorted(entities)
        for key, icons in entities.items():
            assert set(icons) <= {"default", "range", "state"}, key
            assert icons["default"] not in icons.get("state", {}).values(), key
            steps = [float(step) for step in icons.get("range", ())]
            assert all(low < high for low, high in pairwise(steps)), key


def test_icons_are_those_of_entities_and_their_states() -> None:
    for platform, entities in ICONS["entity"].items():
        texts = ENGLISH["entity"][platform]
        assert entities.keys() <= texts.keys()
        for key, icons in entities.items():
            states = texts[key].get("state")
            if states is not None:
                assert set(icons.get("state", ())) <= set(states), key


# HACS


def test_hacs_takes_the_repository() -> None:
    hacs = read_json(ROOT / "hacs.json")
    assert hacs == {
        "name": MANIFEST["name"],
        "homeassistant": "2026.10.0",
        "render_readme": True,
    }
    integrations = [
        path.parent.name for path in (ROOT / "custom_components").glob("*/manifest.json")
    ]
    assert integrations == [MANIFEST["domain"]]
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")


@pytest.mark.parametrize("prefix", ["", "dark_"])
def test_the_brand_has_the_sizes_that_home_assistant_wants(prefix: str) -> None:
    for name, shortest in (("icon", 256), ("icon@2x", 512), ("logo", 128), ("logo@2x", 256)):
        with Image.open(PACKAGE / "brand" / f"{prefix}{name}.png") as image:
            assert image.format == "PNG"
            assert min(image.size) == shortest, name
            rgba = image.convert("RGBA")
        alpha = rgba.getchannel("A")
        box = alpha.getbbox()
        assert box is not None
        assert alpha.getextrema()[0] == 0, f"{name} has no transparent background"
        # Trimmed: the mark reaches the edges of its longer side.
        assert rgba.width in (box[2] - box[0], rgba.width) or rgba.height == box[3] - box[1]
        if name.startswith("icon"):
            assert rgba.width == rgba.height


# Promises

RULES = """
    action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage
    dependency-transparency docs-actions docs-conditions docs-high-level-description
    docs-installation-instructions docs-removal-instructions docs-triggers entity-event-setup
    entity-unique-id has-entity-name runtime-data test-before-configure test-before-setup
    unique-config-entry

    action-exceptions config-entry-unloading docs-configuration-parameters
    docs-installation-parameters entity-unavailable integration-owner log-when-unavailable
    parallel-updates reauthentication-flow test-coverage

    devices diagnostics discovery discovery-update-info docs-data-update docs-examples
    docs-known-limitations docs-supported-devices docs-supported-functions docs-troubleshooting
    docs-use-cases dynamic-devices entity-category entity-device-class entity-disabled-by-default
    entity-translations exception-translations icon-translations reconfiguration-flow repair-issues
    stale-devices

    async-dependency inject-websession strict-typing
"""


def test_the_quality_scale_is_complete() -> None:
    rules = read_yaml((PACKAGE / "quality_scale.yaml").read_text())["rules"]
    assert sorted(rules) == sorted(RULES.split())
    for name, rule in rules.items():
        if rule == "done":
            continue
        assert set(rule) == {"status", "comment"}, name
        assert rule["status"] == "exempt", f"the manifest promises {MANIFEST['quality_scale']}"
        assert rule["comment"], name


def test_the_readmes_first_screen_has_the_two_commands() -> None:
    first, *_ = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert README.startswith("# Smartcar Dynamic\n")
    assert README.index(first) < 1200
    assert [line.split()[0] for line in first.splitlines()] == ["script/demo", "script/test"]


def test_the_readmes_commands_and_links_lead_somewhere() -> None:
    commands = set(re.findall(r"\bscript/\w+", README))
    assert {"script/demo", "script/test", "script/lint"} <= commands
    for command in (*commands, ".ci/run"):
        assert os.access(ROOT / command, os.X_OK), command
    for target in re.findall(r"\]\((?!https://)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    for domain in re.findall(r"config_flow_start/\?domain=(\w+)", README):
        assert domain == MANIFEST["domain"]
    assert MANIFEST["documentation"] in README


def test_the_readme_promises_no_other_actions_than_there_are() -> None:
    promised = set(re.findall(rf"{MANIFEST['domain']}\.(\w+)", README))
    actions = read_yaml((PACKAGE / "services.yaml").read_text())
    assert promised == set(actions) == set(ENGLISH["services"])


async def test_the_readmes_automations_are_valid(hass: HomeAssistant) -> None:
    for integration in ("homeassistant", "battery", "binary_sensor", "device_tracker", "sensor"):
        assert await async_setup_component(hass, integration, {})
    assert await async_setup_component(hass, "zone", {})
    assert await async_setup_component(hass, MANIFEST["domain"], {})
    examples = [read_yaml(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
    assert examples
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: examples})
    await hass.async_block_till_done()
    states = [state.state for state in hass.states.async_all(AUTOMATION)]
    # One of them looks at the clock.
    await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True)
    # Home Assistant makes an automation that it cannot read unavailable.
    assert states == [STATE_ON] * len(examples)


TRACES = re.compile(
    r"(?<![\w.])/(?:root|work)/|/(?:home|Users)/(?!assistant\b)\w+/"
    r"|\bpypi\.org|pythonhosted|deb\.debian|npmjs|artifactory|index-url"
)


def test_no_file_names_a_machine_or_a_registry() -> None:
    for path in tracked_files():
        if path == Path(__file__):
            continue
        try:
            found = TRACES.search(path.read_text())
        except UnicodeDecodeError:
            continue
        assert found is None, f"{path.relative_to(ROOT)}: {found[0]}"
