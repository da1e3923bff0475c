"""Checking a pod's template once, however many pods are made from it.

Pods of one ReplicaSet share their template as the very same object. If it passed when the first of them was created,
the next need only their metadata checked. Remembered by identity, outside the state.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api.field import FieldError
from cluster_sim.api.resources import Resource
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import object_meta

Object = dict[str, Any]

LIMIT = 512
_passed: dict[int, Any] = {}  # id → the template that passed


def validate(resource: Resource, strategy: Strategy, obj: Object, template: Any) -> list[FieldError]:
    """Metadata always, the rest unless its template is known to be good."""
    errors = object_meta.check(obj, resource)
    if resource.plural != "pods" or template is None:
        return errors + strategy.validate(obj)
    if _passed.get(id(template)) is template:
        return errors
    found = strategy.validate(obj)
    if not found:
        if len(_passed) >= LIMIT:
            del _passed[next(iter(_passed))]
        _passed[id(template)] = template
    return errors + found
