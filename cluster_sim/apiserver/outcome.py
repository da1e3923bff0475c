"""What serving a request comes to: an answer at once, or writes that must be committed first.

A plan is kept as plain data while its writes are under way (see `in_flight`), so it says in words what to answer:
with the object as committed, with a given body, or with one made from the object (`view`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]


@dataclass(slots=True)
class Answer:
    """The request needs no write."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """Writes, in order, each with its compare; then an answer.

    `status` and `body` (None: the last object as committed) are the answer; `view` a transformation of the committed
    object (`scale`). `phrase`, `args` and `level` tell the last write's message to etcd.
    """

    writes: list[Object]
    status: int = 200
    body: Any = None
    view: str = ""
    phrase: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    level: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    then: str = ""  # what goes on instead of an answer, by name (see in_flight)
    convert: bool = False  # whether the stored object may be of another version than the one asked for
    call: Object | None = None  # the call with what it must remember on its way, if anything


def put(key: str, value: Object, compare: int | None, ttl: int | None = None) -> Object:
    """A write of an object; compare 0: the key must not exist, None: whatever is there."""
    return {"key": key, "op": "put", "value": value, "compare": compare, "ttl": ttl}


def remove(key: str, compare: int | None) -> Object:
    """A removal."""
    return {"key": key, "op": "delete", "value": None, "compare": compare, "ttl": None}


Outcome = Answer | Plan
