"""JSON merge patch (RFC 7386): objects merge, null removes, everything else replaces."""

from __future__ import annotations

from typing import Any

from .status import ApiError, bad_request


def decode_error(patch: Any) -> ApiError:
    """What the API server says of a merge patch that is no object."""
    kinds = ((list, "array"), (str, "string"), (bool, "bool"))
    kind = next((word for one, word in kinds if isinstance(patch, one)), "number")
    return ApiError(bad_request(
        f"error decoding patch: json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    ))  # fmt: skip


def _merged(value: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, item in patch.items():
        if item is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), item)
    return result


def merge_patch(obj: dict[str, Any], patch: Any) -> dict[str, Any]:
    """The patched object; raises ApiError 400 when the patch is no object."""
    if not isinstance(patch, dict):
        raise decode_error(patch)
    result: dict[str, Any] = _merged(obj, patch)
    return result
