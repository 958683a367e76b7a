"""Dataclasses to and from plain JSON."""

from dataclasses import dataclass, field
from enum import StrEnum, auto
import json

import pytest

from custom_components.smartcar_dynamic.dataclass_json import Flat, from_plain, to_flat, to_plain


class Mood(StrEnum):
    GOOD = auto()


@dataclass(slots=True)
class Inner:
    number: int = 3


type Name = str


@dataclass(slots=True)
class Outer:
    name: Name | None = None
    number: int = 1
    share: float = 0.5
    flag: bool = False
    mood: Mood | None = None
    inner: Inner = field(default_factory=Inner)
    maybe: Inner | None = None
    pairs: list[tuple[int, bool]] = field(default_factory=list)
    records: list[Flat] = field(default_factory=list)


FULL = Outer(
    "a",
    2,
    1.5,
    flag=True,
    mood=Mood.GOOD,
    inner=Inner(4),
    maybe=Inner(5),
    pairs=[(1, True)],
    records=[{"a": 1, "b": None, "c": "d", "e": 1.5, "f": True}],
)


@pytest.mark.parametrize("instance", [Outer(), FULL])
def test_what_is_written_is_read_again(instance: Outer) -> None:
    assert from_plain(Outer, json.loads(json.dumps(to_plain(instance)))) == instance


def test_what_is_written_shares_no_list() -> None:
    instance = Outer(pairs=[(1, True)])
    plain = to_plain(instance)
    instance.pairs.append((2, False))
    assert from_plain(Outer, plain) == Outer(pairs=[(1, True)])


def test_what_is_flat_holds_its_fields() -> None:
    assert to_flat(Inner(7)) == {"number": 7}


@pytest.mark.parametrize("raw", [None, 5, [], "x", {}, {"unknown": 1}])
def test_rubbish_is_the_default(raw: object) -> None:
    assert from_plain(Outer, raw) == Outer()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 5),
        ("number", "5"),
        ("number", True),
        ("number", 1.5),
        ("number", 2**60),
        ("share", float("inf")),
        ("share", "x"),
        ("share", 10**400),
        ("flag", 1),
        ("mood", "bad"),
        ("mood", []),
        ("inner", 5),
        ("maybe", 5),
        ("pairs", 5),
        ("pairs", [[1]]),
        ("pairs", [[1, 2]]),
        ("pairs", ["ab"]),
        ("records", [5]),
        ("records", [{"a": []}]),
        ("records", [{1: 2}]),
    ],
)
def test_a_misfit_leaves_its_field_at_the_default(name: str, value: object) -> None:
    assert from_plain(Outer, {"name": "b", name: value}) == (
        Outer() if name == "name" else Outer("b")
    )


def test_a_whole_number_is_a_number() -> None:
    assert from_plain(Outer, {"share": 2}).share == 2.0


def test_a_text_is_cut_off() -> None:
    assert len(from_plain(Outer, {"name": "x" * 999}).name or "") == 255
