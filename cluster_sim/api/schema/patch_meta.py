"""Patch metadata: by which key a list merges, and how.

Upstream it is the patchStrategy and patchMergeKey tags of the Go structs; the OpenAPI schemas carry them as
x-kubernetes-patch-strategy and x-kubernetes-patch-merge-key. Server-side apply reads the neighbouring list types.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .definitions import definitions, kinds, reference, type_of


@dataclass(frozen=True, slots=True)
class PatchMeta:
    """One field: its strategies, its merge key, and the struct its value or its elements are ("" when none)."""

    strategies: tuple[str, ...] = ()
    merge_key: str = ""
    definition: str = ""

    @property
    def merges(self) -> bool:
        return "merge" in self.strategies


_UNKNOWN = PatchMeta()


@cache
def _fields(definition: str) -> dict[str, PatchMeta]:
    found: dict[str, PatchMeta] = {}
    for name, field in definitions().get(definition, {}).get("properties", {}).items():
        inner = field
        if type_of(field) == "array":
            inner = field["items"]
        elif isinstance(field.get("additionalProperties"), dict):
            inner = {}  # a map: its own fields have no metadata
        strategies = field.get("x-kubernetes-patch-strategy", "")
        found[name] = PatchMeta(
            tuple(strategies.split(",")) if strategies else (),
            field.get("x-kubernetes-patch-merge-key", ""),
            reference(inner) or "",
        )
    return found


def patch_meta(definition: str, field: str) -> PatchMeta:
    return _fields(definition).get(field, _UNKNOWN)


def definition_of(api_version: str, kind: str) -> str:
    """The definition's name, "" for a kind that is not built in."""
    return kinds().get((api_version, kind), "")
