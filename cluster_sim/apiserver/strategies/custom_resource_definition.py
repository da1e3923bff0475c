"""Custom resource definitions: what makes a new kind.

Upstream: k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.custom_names import initial
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.validation import crd

if TYPE_CHECKING:
    from cluster_sim.apiserver.request_info import RequestInfo
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]


def filled(obj: Object) -> Object:
    """SetDefaults_CustomResourceDefinition: names follow from the kind, conversion is by name only."""
    spec = obj.get("spec") or {}
    names = {**(spec.get("names") or {})}
    if names.get("kind"):
        names.setdefault("singular", names["kind"].lower())
        names.setdefault("listKind", f"{names['kind']}List")
    return {**obj, "spec": {**spec, "names": names, "conversion": spec.get("conversion") or {"strategy": "None"}}}


def prepare_create(obj: Object, server: APIServer, info: RequestInfo) -> Object:
    """Its names are accepted a moment later (custom_names)."""
    return initial(filled(obj))


def prepare_update(new: Object, old: Object, server: APIServer, info: RequestInfo) -> Object:
    """A change of names or versions is accepted at once, too."""
    new = filled(new)
    stored = [version["name"] for version in new["spec"].get("versions") or [] if version.get("storage")]
    have = (old.get("status") or {}).get("storedVersions") or []
    status = {**(old.get("status") or {}), "storedVersions": [*have, *(name for name in stored if name not in have)]}
    return {**new, "status": status}


STRATEGY = Strategy(generation=True, status=True, prepare_create=prepare_create, prepare_update=prepare_update,
                    validate=crd.validate, validate_update=crd.validate_update)
