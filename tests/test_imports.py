"""The structure of the packages, read from their imports."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
import re
import subprocess
import sys

import pytest

from custom_components.smartcar_dynamic import PLATFORMS

ROOT = Path(__file__).parents[1]
PACKAGES = ("custom_components/smartcar_dynamic", "simulator")
SMARTCAR = ROOT / "custom_components" / "smartcar_dynamic" / "smartcar"

# What these prove is no one module's.
CROSS_CUTTING = {
    "test_blueprints",
    "test_bounds",
    "test_captures",
    "test_cases",
    "test_faults",
    "test_fuzz",
    "test_imports",
    "test_nothing_raises",
    "test_repository",
    "test_restart",
    "test_secrets",
}

type Graph = Mapping[str, set[str]]


def modules(package: str) -> dict[str, Path]:
    """Return the files of a package by their names in it: `webhook.handler`, or `` for its own."""
    root = ROOT / package
    return {
        ".".join((*path.relative_to(root).parent.parts, *_stem(path))): path
        for path in root.rglob("*.py")
    }


def _stem(path: Path) -> tuple[str, ...]:
    return () if path.stem == "__init__" else (path.stem,)


def imports(path: Path, name: str, known: Mapping[str, Path]) -> Iterator[str]:
    """Yield the modules of the package that a module imports, by whatever relative name."""
    parent = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    parent = [part for part in parent if part]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue
        base = [*parent[: len(parent) - node.level + 1], *(node.module or "").split(".")]
        base = [part for part in base if part]
        for alias in node.names:
            inner = ".".join((*base, alias.name))
            yield inner if inner in known else ".".join(base)


def graph(package: str) -> Graph:
    """Return each module's imports within its package."""
    known = modules(package)
    return {
        name: {imported for imported in imports(path, name, known) if imported != name}
        for name, path in known.items()
    }


def folders(package: str) -> Graph:
    """Return the same with each folder drawn as one module."""
    result: dict[str, set[str]] = {}
    for name, imported in graph(package).items():
        folder = name.partition(".")[0]
        result.setdefault(folder, set()).update(other.partition(".")[0] for other in imported)
        result[folder].discard(folder)
    return result


def cycle(of: Graph) -> list[str]:
    """Return a cycle of imports, empty where all of them run downwards."""
    try:
        TopologicalSorter(of).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_imports_run_in_a_cycle(package: str) -> None:
    assert len(graph(package)) > 10
    assert cycle(graph(package)) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folders_import_in_a_cycle(package: str) -> None:
    assert cycle(folders(package)) == []


def test_a_cycle_would_be_found() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def absolute_imports(path: Path) -> set[str]:
    """Return the packages that a module imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names


def levels(path: Path) -> set[int]:
    """Return how far up a module's relative imports reach."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_smartcar_imports_nothing_of_home_assistant() -> None:
    ours = {"aiohttp", "yarl"}
    for path in SMARTCAR.glob("*.py"):
        allowed = ours if path.stem.startswith("client") else set()
        assert absolute_imports(path) <= sys.stdlib_module_names | allowed, path.name


def test_smartcar_imports_nothing_outside_itself() -> None:
    assert {level for path in SMARTCAR.glob("*.py") for level in levels(path)} == {0, 1}


def test_the_config_flow_loads_no_platform() -> None:
    # Home Assistant has more loaded when it imports it.
    script = (
        "import sys, custom_components.smartcar_dynamic.config_flow as flow;"
        "print(*(name for name in sys.modules if name.startswith(flow.__package__)))"
    )
    result = subprocess.run(  # noqa: S603 - the interpreter that runs this
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.rpartition(".")[2] for name in result.stdout.split()}
    assert "config_flow" in loaded
    assert loaded.isdisjoint({*PLATFORMS, "history_sensor", "entity", "repairs", "diagnostics"})


def test_the_architecture_page_names_every_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = page.partition("```\n")[2].partition("```")[0]
    named = set(re.findall(r"\b[\w]+\.py\b", drawing))
    package = ROOT / PACKAGES[0]
    real = {
        path.name
        for path in package.rglob("*.py")
        if path.parent == package or path.stem != "__init__"
    }
    assert named == real


def test_each_test_file_is_named_after_a_module() -> None:
    tests = Path(__file__).parent
    package = ROOT / PACKAGES[0]
    offenders = [
        str(path.relative_to(tests))
        for path in tests.rglob("test_*.py")
        if path.relative_to(tests).parts[0] not in {"e2e", "simulator"}
        and path.stem not in CROSS_CUTTING
        and not any(
            f"{path.stem}_".startswith(f"test_{module.stem.strip('_')}_")
            for module in (package / path.relative_to(tests)).parent.iterdir()
        )
    ]
    assert offenders == []
