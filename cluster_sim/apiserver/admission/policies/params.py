"""Parameters of a policy: the objects a binding names or selects, for each of which the policy is evaluated.

Upstream: k8s.io/apiserver/pkg/admission/plugin/policy/generic/policy_dispatcher.go (CollectParams).
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import resources, selectors
from cluster_sim.apiserver.admission.policies.request import Request

Object = dict[str, Any]


class ConfigurationError(Exception):
    """A policy or binding that cannot be used as it is; `whole`: the policy, whatever its binding."""

    def __init__(self, text: str, whole: bool = False) -> None:
        super().__init__(text)
        self.whole = whole


def collect(request: Request, kind: Object | None, reference: Object | None) -> list[Object | None]:
    """The parameters; [None] for a policy without. Raises ConfigurationError."""
    if kind is None or reference is None:
        return [None]
    server = request.server
    version, name = kind.get("apiVersion", ""), kind.get("kind", "")
    resource = resources.by_kind(version, name)
    if resource is None:
        group, _, short = version.rpartition("/")
        resource = next((one for one in server.custom.resources(group, short) if one.kind == name), None)
    if resource is None:
        raise ConfigurationError(f"failed to find resource referenced by paramKind: '{version}, Kind={name}'", whole=True)
    namespace = ""
    if resource.namespaced:
        namespace = reference.get("namespace") or request.namespace
        if not namespace:
            raise ConfigurationError("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")
    elif reference.get("namespace"):
        raise ConfigurationError("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")
    found: list[Object | None] = []
    if reference.get("name"):
        key = f"{namespace}/{reference['name']}" if namespace else reference["name"]
        obj = server.cache.get(resource.storage_prefix, key)
        found = [] if obj is None else [obj]
    elif reference.get("selector") is not None:
        found = [obj for obj in server.cache.list(resource.storage_prefix, namespace)
                 if selectors.matches(reference["selector"], obj["metadata"].get("labels"))]
    if not found and reference.get("parameterNotFoundAction") == "Deny":
        raise ConfigurationError("no params found for policy binding with `Deny` parameterNotFoundAction")
    return found
