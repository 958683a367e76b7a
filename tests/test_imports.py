"""The structure of the house, read from its imports."""

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
import re
import sys

import pytest

ROOT = Path(__file__).parents[1]
HOUSES = ("custom_components/smartcar_dynamic", "simulator")
SMARTCAR = ROOT / "custom_components" / "smartcar_dynamic" / "smartcar"

type Graph = Mapping[str, set[str]]


def modules(house: str) -> dict[str, Path]:
    """Return the files of a house by their names in it: `webhook.handler`, or `` for its own."""
    root = ROOT / house
    return {
        ".".join((*path.relative_to(root).parent.parts, *_stem(path))): path
        for path in root.rglob("*.py")
    }


def _stem(path: Path) -> tuple[str, ...]:
    return () if path.stem == "__init__" else (path.stem,)


def imports(path: Path, name: str, known: Mapping[str, Path]) -> Iterator[str]:
    """Yield the modules of the house that a module imports, by whatever relative name."""
    package = name.split(".") if path.stem == "__init__" else name.split(".")[:-1]
    package = [part for part in package if part]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue
        base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
        base = [part for part in base if part]
        for alias in node.names:
            inner = ".".join((*base, alias.name))
            yield inner if inner in known else ".".join(base)


def graph(house: str) -> Graph:
    """Return each module's imports within its house."""
    known = modules(house)
    return {
        name: {imported for imported in imports(path, name, known) if imported != name}
        for name, path in known.items()
    }


def rooms(house: str) -> Graph:
    """Return the same with each folder drawn as one room."""
    result: dict[str, set[str]] = {}
    for name, imported in graph(house).items():
        room = name.partition(".")[0]
        result.setdefault(room, set()).update(other.partition(".")[0] for other in imported)
        result[room].discard(room)
    return result


def circle(of: Graph) -> list[str]:
    """Return a circle of imports, empty where all of them run downwards."""
    try:
        TopologicalSorter(of).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("house", HOUSES)
def test_no_imports_run_in_a_circle(house: str) -> None:
    assert len(graph(house)) > 10
    assert circle(graph(house)) == []


@pytest.mark.parametrize("house", HOUSES)
def test_no_folders_import_in_a_circle(house: str) -> None:
    assert circle(rooms(house)) == []


def test_a_circle_would_be_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


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


def test_the_architecture_page_names_every_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawing = page.partition("```\n")[2].partition("```")[0]
    named = set(re.findall(r"\b[\w]+\.py\b", drawing))
    house = ROOT / HOUSES[0]
    real = {
        path.name for path in house.rglob("*.py") if path.parent == house or path.stem != "__init__"
    }
    assert named == real
