"""Events.

Upstream: kubernetes/pkg/apis/core/validation/events.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError

Object = dict[str, Any]


def validate(obj: Object) -> list[FieldError]:
    """legacyValidateEvent: an event lives in the namespace of what it is about."""
    about, home = obj.get("involvedObject") or {}, obj["metadata"].get("namespace", "")
    space = about.get("namespace", "")
    if not space:
        if home not in ("", "default", "kube-system"):
            return [field.invalid("involvedObject.namespace", space, "does not match event.namespace")]
    elif space != home:
        return [field.invalid("involvedObject.namespace", space, "does not match event.namespace")]
    return []
