"""Copies the repository to a folder in which mutmut mutates one subject: script/mutate calls it."""

# ruff: noqa: INP001 - a script, in no package

from dataclasses import dataclass
import json
from pathlib import Path
import re
import shutil
import sys

ROOT = Path(__file__).parents[2]
PACKAGE = Path("custom_components/smartcar_dynamic")
COPIED = ("custom_components", "simulator", "tests", "benchmarks")
OTHERS = ("requirements_test.txt", "hacs.json", "CHANGELOG.md", "README.md", "docs", "blueprints")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is mutated (patterns in the package), and the tests that have to notice."""

    mutated: tuple[str, ...]
    tests: tuple[str, ...]


SUBJECTS = {
    "smartcar": Subject(("smartcar/*",), ("tests/smartcar",)),
    "webhook": Subject(("webhook/*",), ("tests/webhook", "tests/test_restart.py")),
    "coordinator": Subject(
        ("coordinator.py",),
        ("tests/test_coordinator.py", "tests/test_init.py", "tests/test_subscriptions.py"),
    ),
    "vehicle": Subject(
        ("vehicle.py",),
        ("tests/test_vehicle.py", "tests/test_coordinator.py", "tests/test_restart.py"),
    ),
    "charging": Subject(
        ("charging.py", "charge_state.py"), ("tests/test_charging.py", "tests/test_energy.py")
    ),
    "read_planner": Subject(
        ("read_planner.py",), ("tests/test_read_planner.py", "tests/test_planned_reads.py")
    ),
}
# Their thousands of examples make each mutant slow, and they notice only what raises.
LEFT_OUT = ("tests/smartcar/test_nothing_raises.py", "tests/test_imports.py")

# mutmut mutates no function with a decorator. `override` does nothing, and without `callback` Home
# Assistant has to be told otherwise that it may call our functions in its event loop.
DECORATOR = re.compile(r"^ *@(override|callback)\n", re.MULTILINE)
CALLBACKS = """

from inspect import iscoroutinefunction as _is_coroutine

import homeassistant.core as _core

_is_callback = _core.is_callback
_core.is_callback = lambda function: _is_callback(function) or (
    (getattr(function, "__module__", None) or "").startswith("custom_components.")
    and not _is_coroutine(function)
)
"""


def prepare(subject: Subject, workspace: Path) -> None:
    """Fill the workspace; what mutmut has found out in it before stays."""
    workspace.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.rmtree(workspace / name, ignore_errors=True)
        shutil.copytree(ROOT / name, workspace / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (workspace / PACKAGE).rglob("*.py"):
        path.write_text(DECORATOR.sub("", path.read_text()))
    with (workspace / "tests/conftest.py").open("a") as conftest:
        conftest.write(CALLBACKS)
    pyproject = (ROOT / "pyproject.toml").read_text()
    settings = {
        "source_paths": ["custom_components"],
        "only_mutate": [str(PACKAGE / pattern) for pattern in subject.mutated],
        "also_copy": ["simulator", "benchmarks"],
        "pytest_add_cli_args": ["-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": [
            *subject.tests,
            *(f"--ignore={path}" for path in LEFT_OUT),
        ],
        "use_git_change_detection": False,
        "track_dependencies": False,
    }
    lines = (f"{name} = {json.dumps(value)}" for name, value in settings.items())
    (workspace / "pyproject.toml").write_text("\n".join((pyproject, "[tool.mutmut]", *lines, "")))


prepare(SUBJECTS[sys.argv[1]], Path(sys.argv[2]))
