"""Smartcar's side knows nothing of Home Assistant."""

import ast
from pathlib import Path
import subprocess
import sys

import pytest

PACKAGE = Path(__file__).parents[2] / "custom_components" / "smartcar_dynamic" / "smartcar"
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
IMPORT_ALONE = """
import importlib, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("homeassistant", "voluptuous", "probatio"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocker())
for module in ("", *(f".{module}" for module in sys.argv[1:])):
    importlib.import_module(f"custom_components.smartcar_dynamic.smartcar{module}")
assert not [name for name in sys.modules if name.partition(".")[0] == "homeassistant"]
try:
    import homeassistant
except ModuleNotFoundError:
    print("alone")
"""


def _imports(path: Path) -> set[str]:
    """Return the first parts of the names that a module imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names


def _levels(path: Path) -> set[int]:
    """Return how far up a module's relative imports reach."""
    tree = ast.parse(path.read_text())
    return {node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_the_package_imports_without_home_assistant() -> None:
    answer = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", IMPORT_ALONE, *MODULES],
        cwd=PACKAGE.parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.stdout.strip() == "alone", answer.stderr


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_home_assistant(module: str) -> None:
    path = PACKAGE / f"{module}.py"
    assert not _imports(path) & {"homeassistant", "voluptuous", "probatio", "custom_components"}


@pytest.mark.parametrize("module", MODULES)
def test_no_module_reaches_outside_the_package(module: str) -> None:
    assert _levels(PACKAGE / f"{module}.py") <= {0, 1}


@pytest.mark.parametrize(
    "module", [module for module in MODULES if not module.startswith("client")]
)
def test_reading_needs_nothing_but_the_standard_library(module: str) -> None:
    assert _imports(PACKAGE / f"{module}.py") - {""} <= sys.stdlib_module_names
