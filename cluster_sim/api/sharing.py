"""Work done once for values that are the same object.

A thousand pods of one ReplicaSet share their template, and pods that become ready in the same second could share the
list that says so. Objects are never changed in place, so what a pure function made of an object holds for as long as
that object exists: it can be remembered by identity, which costs a look-up however large the object is. And since the
remembered result is again one object for all of them, the next function down the line finds it remembered, too.

Never part of a state: what is forgotten is computed again, with an equal result.
"""

from __future__ import annotations

from typing import Any

LIMIT = 4_096


class ByIdentity:
    """Results of one function, by the objects it was given (and, beside them, a plain value such as a time)."""

    __slots__ = ("_before", "_known", "_limit")

    def __init__(self, limit: int = LIMIT) -> None:
        self._known: dict[tuple[int, int, Any], tuple[Any, Any, Any]] = {}
        self._before = self._known  # what was known when the limit was last reached: used once more, it stays
        self._limit = limit

    def find(self, one: Any, other: Any = None, value: Any = None) -> Any:
        """What was made of them; None if that is not known."""
        key = (id(one), id(other), value)
        known = self._known.get(key)
        if known is None:
            known = self._before.get(key)
            if known is None:
                return None
            self._known[key] = known
        return known[0]

    def keep(self, result: Any, one: Any, other: Any = None, value: Any = None) -> Any:
        """Remember (the objects stay with the result, so that nothing else can take their place in memory); → `result`."""
        if len(self._known) >= self._limit:
            self._before, self._known = self._known, {}
        self._known[(id(one), id(other), value)] = (result, one, other)
        return result
