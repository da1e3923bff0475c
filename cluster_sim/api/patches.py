"""Patches: RFC 6902, RFC 7386, and Kubernetes' own strategic merge."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


class PatchError(ValueError):
    """The patch does not apply; the message is upstream's."""


def json_patch(obj: Object, ops: Any) -> Object:
    """RFC 6902. Raises ApiError: 400 when ops are no list of operations, 422 when they do not apply."""
    raise NotImplementedError


def merge_patch(obj: Object, patch: Any) -> Object:
    """RFC 7386: null removes, objects merge, everything else replaces."""
    raise NotImplementedError


def strategic_merge_patch(obj: Object, patch: Any, api_version: str, kind: str) -> Object:
    """Lists merge by their patchMergeKey; directives $patch, $retainKeys, $setElementOrder, $deleteFromPrimitiveList."""
    raise NotImplementedError
