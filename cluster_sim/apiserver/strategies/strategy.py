"""A strategy: what is special about one kind of object when it is created, changed or deleted.

The store (verbs/) does what is the same for all kinds; each kind hands it one of these values. Functions get plain
objects and return new ones.

Upstream: k8s.io/apiserver/pkg/registry/rest (create_strategy, update_strategy), kubernetes/pkg/registry/*/strategy.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cluster_sim.api.field import FieldError

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]
Errors = list[FieldError]


def _same(obj: Object, *_: Any) -> Object:
    return obj


def _keep_new(new: Object, old: Object, *_: Any) -> Object:
    return new


def _fine(*_: Any) -> Errors:
    return []


@dataclass(frozen=True, slots=True)
class Strategy:
    """How the store treats one kind."""

    generation: bool = False  # metadata.generation counts changes of what is wanted
    counted: tuple[str, ...] = ("spec",)  # the fields that count
    status: bool = False  # has a status subresource: the main resource neither creates nor changes it
    create_on_update: bool = False  # a PUT may create
    unconditional: bool = True  # a PUT without resourceVersion overwrites
    returns_deleted: bool = False  # a DELETE answers with the object, not with a Status
    orphan: bool = False  # a raw DELETE without propagationPolicy leaves dependents alone
    prepare_create: Callable[[Object, APIServer, RequestInfo], Object] = _same
    prepare_update: Callable[[Object, Object, APIServer, RequestInfo], Object] = _keep_new
    prepare_status: Callable[[Object, Object, APIServer], Object] = _keep_new
    validate: Callable[[Object], Errors] = _fine
    validate_update: Callable[[Object, Object], Errors] = _fine
    validate_status: Callable[[Object, Object], Errors] = _fine
