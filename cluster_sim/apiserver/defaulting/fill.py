"""Filling in: new objects that share everything that was there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Object = dict[str, Any]


def fill(obj: Object, defaults: Object) -> Object:
    """`obj` with the defaults for what is absent or empty; itself when nothing is."""
    missing = {key: value for key, value in defaults.items() if obj.get(key) is None or obj[key] == ""}
    return {**obj, **missing} if missing else obj


def change(obj: Object, key: str, function: Callable[[Any], Any]) -> Object:
    """`obj` with `function` applied to the value under `key`, if there is one; itself when that changes nothing."""
    old = obj.get(key)
    if old is None:
        return obj
    new = function(old)
    return obj if new is old else {**obj, key: new}


def each(function: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    """A function over the items of a list; the list itself when none changes."""
    def over(items: list[Any]) -> list[Any]:
        new = [function(item) for item in items]
        return items if all(one is other for one, other in zip(new, items, strict=True)) else new
    return over
