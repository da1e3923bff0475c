"""Under test, objects are frozen: dicts and lists that raise when somebody changes them in place.

The law is that an object once sent or stored is never changed (an update makes a new one that shares what stayed).
Checking it costs time, so it is off unless `enable` was called; a snapshot thaws, and the hash is the same.
"""

from __future__ import annotations

from typing import Any, NoReturn

enabled = False


class FrozenError(TypeError):
    """Somebody tried to change a stored or sent object in place."""


def _refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise FrozenError("objects are never changed in place: make a new one that shares what stayed")


class FrozenDict(dict):  # type: ignore[type-arg]
    """A dict that raises on change."""

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    def __deepcopy__(self, memo: Any) -> dict[Any, Any]:
        return thaw(self)


class FrozenList(list):  # type: ignore[type-arg]
    """A list that raises on change."""

    __setitem__ = __delitem__ = append = extend = insert = pop = remove = clear = sort = reverse = _refuse
    __iadd__ = _refuse
    __imul__ = _refuse

    def __deepcopy__(self, memo: Any) -> list[Any]:
        return thaw(self)


def enable() -> None:
    """Freeze from now on (for tests)."""
    global enabled
    enabled = True


def freeze(value: Any) -> Any:
    """`value` as frozen containers; what is frozen already is shared."""
    kind = type(value)
    if kind is dict:
        return FrozenDict({key: freeze(item) for key, item in value.items()})
    if kind is list:
        return FrozenList([freeze(item) for item in value])
    if kind is tuple:
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Any) -> Any:
    """`value` as plain dicts and lists."""
    if isinstance(value, dict):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thaw(item) for item in value]
    if isinstance(value, tuple):
        return tuple(thaw(item) for item in value)
    return value
