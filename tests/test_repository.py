"""What the repository promises, and neither hassfest nor HACS checks."""

import os
from pathlib import Path
import re
import subprocess
import tomllib
from typing import Any, Final

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.const import REQUIRED_PYTHON_VER, STATE_ON, __version__
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
from homeassistant.util.json import load_json_object
from homeassistant.util.yaml import parse_yaml
from PIL import Image
import pytest

from .texts import ENGLISH, PACKAGE

ROOT: Final = Path(__file__).parents[1]
MANIFEST: Final[dict[str, Any]] = load_json_object(PACKAGE / "manifest.json")
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
README: Final = (ROOT / "README.md").read_text()


def read_yaml(text: str) -> dict[str, Any]:
    value = parse_yaml(text)
    assert isinstance(value, dict)
    return value


# Versions


def test_there_is_one_version() -> None:
    heads = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert MANIFEST["version"] == PROJECT["version"] == heads[0]


def test_python_is_what_home_assistant_wants() -> None:
    assert PROJECT["requires-python"] == f">={'.'.join(map(str, REQUIRED_PYTHON_VER))}"


def test_the_tests_run_on_the_oldest_home_assistant() -> None:
    oldest = str(load_json_object(ROOT / "hacs.json")["homeassistant"])
    assert __version__.rpartition(".")[0] == oldest.rpartition(".")[0]


# The integration


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


# The README


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


def test_the_documents_name_each_action_trigger_and_condition() -> None:
    documents = [README, *(path.read_text() for path in (ROOT / "docs").glob("*.md"))]
    promised = set(re.findall(rf"(?<![.\w]){MANIFEST['domain']}\.(\w+)", "\n".join(documents)))
    kinds = ("services", "triggers", "conditions")
    assert promised == {name for kind in kinds for name in ENGLISH[kind]}


def test_the_readmes_pictures_are_light_dark_and_small() -> None:
    names = set(re.findall(r'(?:src|srcset)="docs/images/([^"]+)"', README))
    assert len(names) == 10
    for name in names:
        assert (ROOT / "docs" / "images" / name).stat().st_size < 150_000, name
        assert name.replace("-light", "-dark") in names


async def test_the_documents_automations_are_valid(hass: HomeAssistant) -> None:
    for integration in ("homeassistant", "battery", "binary_sensor", "device_tracker", "sensor"):
        assert await async_setup_component(hass, integration, {})
    assert await async_setup_component(hass, "zone", {})
    assert await async_setup_component(hass, MANIFEST["domain"], {})
    documents = README + (ROOT / "docs" / "automations.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", documents, re.DOTALL)
    examples = [read_yaml(block) for block in blocks]
    assert examples
    assert await async_setup_component(hass, AUTOMATION, {AUTOMATION: examples})
    await hass.async_block_till_done()
    states = [state.state for state in hass.states.async_all(AUTOMATION)]
    # One of them looks at the clock.
    await hass.services.async_call(AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True)
    # Home Assistant makes an automation that it cannot read unavailable.
    assert states == [STATE_ON] * len(examples)


def test_evccs_vehicle_names_our_entities() -> None:
    page = (ROOT / "docs" / "evcc.md").read_text()
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (vehicle,) = read_yaml(block)["vehicles"]
    names = {
        slugify(sensor["name"]): key
        for key, sensor in ENGLISH["entity"]["sensor"].items()
        if "name" in sensor
    } | {"battery": "battery"}
    for field in ("soc", "range", "odometer", "status", "limitSoc", "finishTime"):
        name = vehicle[field].removeprefix("sensor.my_car_")
        assert name in names, field


# The machine


def tracked_files() -> list[Path]:
    """Return what is, or is about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)  # noqa: S603 - fixed
    except FileNotFoundError, subprocess.CalledProcessError:
        pytest.skip("This is no clone of the repository")
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


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
