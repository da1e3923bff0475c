"""Secrets, Events, ControllerRevisions.

Upstream: kubernetes/pkg/registry/core/{secret,event}/strategy.go, pkg/registry/apps/controllerrevision/strategy.go.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from cluster_sim.api import field
from cluster_sim.api.field import FieldError
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import config, event

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def _plain_to_data(obj: Object) -> Object:
    """stringData is for writing only: it ends up in data, encoded."""
    given = obj.get("stringData")
    if given is None:
        return obj
    data = {**(obj.get("data") or {}), **{key: base64.b64encode(text.encode()).decode() for key, text in given.items()}}
    rest = {key: value for key, value in obj.items() if key != "stringData"}
    return {**rest, "data": data} if data else rest


def secret_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """A new Secret."""
    return _plain_to_data(obj)


def secret_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """A Secret that says no type keeps its own."""
    return _plain_to_data(new)


def revision_update(new: Object, old: Object) -> list[FieldError]:
    """A ControllerRevision's data is written once."""
    return [] if new.get("data") == old.get("data") else [field.invalid("data", None, "field is immutable")]


SECRET = Strategy(prepare_create=secret_create, prepare_update=secret_update, validate=config.secret,
                  validate_update=config.secret_update)
EVENT = Strategy(create_on_update=True, validate=event.validate)
CONTROLLER_REVISION = Strategy(validate_update=revision_update)
