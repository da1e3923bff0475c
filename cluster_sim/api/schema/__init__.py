"""Schemas: what the Go types of the real server accept, and what they write back."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def knows(api_version: str, kind: str) -> bool:
    """Whether it is a built-in kind."""
    raise NotImplementedError


def check(obj: Object, api_version: str, kind: str) -> tuple[str | None, list[str]]:
    """(what Go's decoder would say or None, [unknown field paths in order])."""
    raise NotImplementedError


def decode(obj: Object, api_version: str, kind: str) -> tuple[Object, str | None, list[str]]:
    """(the object after Go's decode and encode, error or None, unknown fields): the three answers in one pass.

    Unknown fields, nulls and empty optional values are gone, quantities and times canonical, zero values of
    fields Go always writes are there. What did not change is shared with the input.
    """
    raise NotImplementedError


def prune(obj: Object, api_version: str, kind: str) -> Object:
    """The object as decode leaves it, errors or not."""
    raise NotImplementedError
