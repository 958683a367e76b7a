"""Dataclasses to and from plain JSON: what the store writes, and what it may have become."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite
from types import NoneType, UnionType
from typing import TYPE_CHECKING, TypeAliasType, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_LONGEST_TEXT = 255

type Plain = bool | int | float | str | list[Plain] | dict[str, Plain] | None
type Flat = dict[str, bool | int | float | str | None]

type _Read = Callable[[object], object]


class _MisfitError(Exception):
    """A value is not of the field's type."""


def to_plain(instance: DataclassInstance) -> dict[str, Plain]:
    """Return a dataclass as JSON's own types.

    Lists are copied one level deep: what they hold must not change afterwards.
    """
    plain: dict[str, Plain] = {}
    for name in _readers(type(instance)):
        value = getattr(instance, name)
        if isinstance(value, list):
            plain[name] = list(value)
        elif is_dataclass(value) and not isinstance(value, type):
            plain[name] = to_plain(value)
        else:
            plain[name] = value
    return plain


def to_flat(instance: DataclassInstance) -> Flat:
    """Return a dataclass that holds nothing but JSON's own single values."""
    return {name: getattr(instance, name) for name in _readers(type(instance))}


def from_plain[T](cls: type[T], raw: object) -> T:
    """Return a dataclass, each field of which has a default, from what `to_plain` made of one.

    What is not of a field's type leaves that field at its default.
    """
    known = {}
    if isinstance(raw, Mapping):
        for name, read in _readers(cls).items():
            try:
                known[name] = read(raw[name])
            except KeyError, _MisfitError:
                continue
    return cls(**known)


class LastRead[T]:
    """Reads a dataclass that is asked for again and again from the same object only once."""

    def __init__(self, cls: type[T]) -> None:
        """Initialize for a dataclass."""
        self._cls = cls
        self._last: tuple[object, T] | None = None

    def read(self, raw: object) -> T:
        """Return what `from_plain` makes of `raw`, which is never changed in place."""
        if self._last is None or self._last[0] is not raw:
            self._last = raw, from_plain(self._cls, raw)
        return self._last[1]


_readers_of: dict[type, dict[str, _Read]] = {}


def _readers(cls: type) -> Mapping[str, _Read]:
    """Return what reads each field of a dataclass."""
    readers = _readers_of.get(cls)
    if readers is None:
        hints = get_type_hints(cls)
        readers = {field.name: _reader(hints[field.name]) for field in fields(cls)}
        _readers_of[cls] = readers
    return readers


def _reader(hint: object) -> _Read:
    """Return what reads a value of a type as a field declares it, or raises."""
    if isinstance(hint, TypeAliasType):
        hint = hint.__value__
    if isinstance(hint, UnionType):
        return _one_of(get_args(hint))
    if isinstance(hint, type):
        return _SINGLE.get(hint) or (_enum(hint) if issubclass(hint, Enum) else _nested(hint))
    readers = [_reader(each) for each in get_args(hint)]
    kinds: Mapping[object, Callable[[list[_Read]], _Read]] = {
        list: _list_of,
        dict: _mapping_of,
        tuple: _tuple_of,
    }
    return kinds[get_origin(hint)](readers)


def _one_of(hints: tuple[object, ...]) -> _Read:
    """Return what reads one of several types; a single value's own type tells which."""
    singles = {hint: _SINGLE[hint] for hint in hints if hint in _SINGLE}
    if float in singles:
        singles.setdefault(int, _number)
    others = [_reader(hint) for hint in hints if hint not in _SINGLE]

    def read(raw: object) -> object:
        single = singles.get(type(raw))
        if single is not None:
            return single(raw)
        for reader in others:
            try:
                return reader(raw)
            except _MisfitError:
                continue
        raise _MisfitError

    return read


def _list_of(items: list[_Read]) -> _Read:
    (item,) = items

    def read(raw: object) -> object:
        if not isinstance(raw, list | tuple):
            raise _MisfitError
        return [item(each) for each in raw]

    return read


def _mapping_of(items: list[_Read]) -> _Read:
    key, item = items

    def read(raw: object) -> object:
        if not isinstance(raw, Mapping):
            raise _MisfitError
        return {key(name): item(each) for name, each in raw.items()}

    return read


def _tuple_of(items: list[_Read]) -> _Read:
    def read(raw: object) -> object:
        if not isinstance(raw, list | tuple) or len(raw) != len(items):
            raise _MisfitError
        return tuple(item(each) for item, each in zip(items, raw, strict=True))

    return read


def _nested(cls: type) -> _Read:
    def read(raw: object) -> object:
        if not isinstance(raw, Mapping):
            raise _MisfitError
        return from_plain(cls, raw)

    return read


def _enum(cls: type[Enum]) -> _Read:
    def read(raw: object) -> object:
        try:
            return cls(raw)
        except ValueError:
            raise _MisfitError from None

    return read


def _text(raw: object) -> object:
    if not isinstance(raw, str):
        raise _MisfitError
    return raw[:_LONGEST_TEXT]


def _boolean(raw: object) -> object:
    if not isinstance(raw, bool):
        raise _MisfitError
    return raw


def _integer(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > _MOST:
        raise _MisfitError
    return raw


def _number(raw: object) -> float:
    if isinstance(raw, float) and isfinite(raw):
        return raw
    return float(_integer(raw))


_MOST = 2**53
_SINGLE: Mapping[object, _Read] = {
    NoneType: lambda nothing: nothing,
    str: _text,
    bool: _boolean,
    int: _integer,
    float: _number,
}
