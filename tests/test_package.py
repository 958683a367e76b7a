"""The package around smartcar/, with and without Home Assistant."""

import importlib.util
from pathlib import Path
import sys
from types import ModuleType

import pytest

import custom_components.smartcar_dynamic as package

LIFECYCLE = f"{package.__name__}.lifecycle"


def import_again() -> ModuleType:
    """Run the package's own module once more, under a name of its own in the same place."""
    path = Path(str(package.__file__))
    spec = importlib.util.spec_from_file_location(
        package.__name__, path, submodule_search_locations=[str(path.parent)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_home_assistant_finds_what_it_calls() -> None:
    assert {"async_setup", "async_setup_entry", "async_unload_entry", "async_remove_entry"} <= set(
        dir(import_again())
    )


def test_without_home_assistant_there_is_nothing_for_it_to_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, LIFECYCLE, None)
    monkeypatch.setitem(sys.modules, "homeassistant", None)
    assert not hasattr(import_again(), "async_setup_entry")


def test_with_home_assistant_what_cannot_be_imported_is_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, LIFECYCLE, None)
    with pytest.raises(ImportError):
        import_again()
