"""Custom resources: kinds that people define, served beside the built-in ones.

Upstream: k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api.conditions import find_condition, is_true
from cluster_sim.api.resources import Resource
from cluster_sim.apiserver import strategies
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.strategies.strategy import Strategy
from cluster_sim.apiserver.watch_cache import WatchCache

if TYPE_CHECKING:
    pass

Object = dict[str, Any]

CRD_PREFIX = "apiextensions.k8s.io/customresourcedefinitions"


class CustomResources:
    """The resources of all definitions, made from the cache."""

    def __init__(self, cache: WatchCache) -> None:
        self.cache = cache
        self._found: dict[tuple[str, str, str], Resource] = {}
        self._definitions: dict[str, Object] = {}  # "plural.group" → definition
        for definition in cache.list(CRD_PREFIX):
            self._add(definition)

    def observe(self, change: list[Any]) -> None:
        """A definition has changed."""
        name = change[2]
        self._found = {key: resource for key, resource in self._found.items() if resource.group_resource != name}
        self._definitions.pop(name, None)
        if change[1] != "DELETED":
            self._add(change[3])

    def _add(self, definition: Object) -> None:
        spec, name = definition["spec"], definition["metadata"]["name"]
        self._definitions[name] = definition
        accepted = find_condition((definition.get("status") or {}).get("conditions"), "NamesAccepted")
        if accepted is not None and accepted.get("status") == "False" and not is_true(
            definition["status"]["conditions"], "Established"
        ):
            return
        names = spec["names"]
        for version in spec.get("versions") or []:
            if not version.get("served"):
                continue
            subresources = version.get("subresources") or {}
            made = Resource(
                spec["group"], version["name"], names["plural"], names.get("singular") or names["kind"].lower(), names["kind"],
                spec.get("scope") == "Namespaced", tuple(names.get("shortNames") or ()),
                ("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"),
                tuple(names.get("categories") or ()), tuple(key for key in ("status", "scale") if key in subresources),
                f"{spec['group']}/{names['plural']}")
            self._found[spec["group"], version["name"], names["plural"]] = made

    def find(self, group: str, version: str, plural: str) -> Resource | None:
        """The custom resource of a path."""
        return self._found.get((group, version, plural))

    def owns(self, resource: Resource) -> bool:
        """Whether it is a custom resource."""
        return bool(self._found) and (resource.group, resource.version, resource.plural) in self._found

    def definition(self, resource: Resource) -> Object:
        """The definition of a custom resource."""
        return self._definitions[resource.group_resource]

    def version(self, resource: Resource) -> Object:
        """What the definition says of the resource's version."""
        return next(v for v in self.definition(resource)["spec"]["versions"] if v["name"] == resource.version)

    def groups(self) -> list[str]:
        """Groups of custom resources, sorted."""
        return sorted({key[0]: True for key in self._found})

    def versions(self, group: str) -> list[str]:
        """Versions served of a group."""
        return list(dict.fromkeys(key[1] for key in self._found if key[0] == group))

    def resources(self, group: str, version: str) -> list[Resource]:
        """The custom resources of a group and version."""
        return [resource for key, resource in self._found.items() if key[:2] == (group, version)]

    def list_kind(self, resource: Resource) -> str:
        """ "WidgetList"."""
        kind: str = self.definition(resource)["spec"]["names"].get("listKind") or f"{resource.kind}List"
        return kind

    def selectable(self, resource: Resource) -> tuple[str, ...]:
        """Fields that a version may be selected by."""
        return tuple(field["jsonPath"].lstrip(".") for field in self.version(resource).get("selectableFields") or ())

    def columns(self, resource: Resource) -> list[Object]:
        """additionalPrinterColumns."""
        return list(self.version(resource).get("additionalPrinterColumns") or [])

    def strategy_of(self, resource: Resource) -> Strategy:
        """How the store treats a resource, built-in or custom."""
        return self.strategy(resource) if self.owns(resource) else strategies.of(resource)

    def strategy(self, resource: Resource) -> Strategy:
        """How the store treats it."""
        from cluster_sim.apiserver.custom_objects import strategy
        return strategy(self.version(resource), resource)

    def decode(self, info: RequestInfo, value: Any, resource: Resource, body: Any) -> Object:
        """The object of a body: pruned, defaulted."""
        from cluster_sim.apiserver.custom_objects import decode
        return decode(self, info, value, resource, body)

    def scale_of(self, resource: Resource, obj: Object) -> Object:
        """The Scale of an object, by the definition's paths."""
        from cluster_sim.apiserver.custom_objects import scale_of
        return scale_of(self.version(resource), obj)

    def scaled(self, resource: Resource, obj: Object, replicas: int) -> Object:
        """The object with another number of replicas."""
        from cluster_sim.apiserver.custom_objects import scaled
        return scaled(self.version(resource), obj, replicas)

    def finalizer_before_delete(self, definition: Object) -> Object:
        """A definition with objects goes after them."""
        return definition
