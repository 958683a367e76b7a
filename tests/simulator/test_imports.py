"""A simulator module imports only modules on floors below its own."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[2] / "simulator"
MODULES: Final = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}


def imported(name: str) -> set[str]:
    """Return the simulator's modules that one of them imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{name}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            found |= {node.module} if node.module else {alias.name for alias in node.names}
    return found


def test_the_imports_have_no_circle() -> None:
    graph = {name: imported(name) for name in MODULES}
    assert set().union(*graph.values()) <= MODULES
    TopologicalSorter(graph).prepare()


def test_the_world_knows_no_http_server() -> None:
    below, unseen = set[str](), {"world"}
    while unseen:
        below |= unseen
        unseen = set().union(*(imported(name) for name in unseen)) - below
    assert below.isdisjoint({"api", "api_v2", "api_v3", "connect", "control", "simulator"})
    assert all(
        "web" not in {alias.name for alias in node.names}
        for name in below
        for node in ast.walk(ast.parse((PACKAGE / f"{name}.py").read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "aiohttp"
    )
