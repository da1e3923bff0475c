"""403 of an admission plugin, about an object that may not have its name yet.

Upstream: k8s.io/apiserver/pkg/admission/errors.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.request_info import RequestInfo

Object = dict[str, Any]


def refusal(info: RequestInfo, obj: Object, text: str, causes: list[Object] | None = None) -> ApiError:
    """The error to raise; a name still to be generated shows as its base."""
    meta = obj.get("metadata") or {}
    name = info.name or meta.get("name") or meta.get("generateName") or "Unknown"
    return ApiError(status.forbidden(info.plural, name, text, info.group, causes))
