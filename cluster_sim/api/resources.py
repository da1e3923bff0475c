"""The resources the API server serves: names, verbs, paths, and how discovery shows them.

A *kind* is what an object is (Pod), a *resource* is where it is served (pods). The real server builds this list from
its installed REST storages (k8s.io/apiserver/pkg/endpoints/installer.go); ours is the table beside this file.
Custom resources are not here: the API server makes a Resource for each CustomResourceDefinition.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .resource_table import ALL_VERBS, METRICS_TABLE, SUBRESOURCES, TABLE

SINGULAR = {"endpoints": "endpoints"}  # every other singular is the kind in lower case


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource type. `verbs` are in discovery's order; `storage_prefix` has no leading /registry/."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ALL_VERBS
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    storage_prefix: str = ""

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_resource(self) -> str:
        """ "pods", "deployments.apps": as error messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def group_kind(self) -> str:
        """ "Pod", "Deployment.apps": as Invalid errors name it."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def root(self) -> str:
        """ "/api/v1" or "/apis/apps/v1"."""
        return f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"


def _names(column: str) -> tuple[str, ...]:
    return () if column == "-" else tuple(column.split(","))


def _read(table: str) -> tuple[Resource, ...]:
    found = []
    group = version = ""
    for line in table.strip().splitlines():
        if not line.startswith(" "):
            group, _, version = line.rpartition("/")
            continue
        words = line.split()
        plural, kind, scope, verbs, short, categories, subresources = [*words, "-"][:7]
        prefix = words[7] if len(words) > 7 else plural
        found.append(
            Resource(
                group=group,
                version=version,
                plural=plural,
                singular=SINGULAR.get(plural, kind.lower()),
                kind=kind,
                namespaced=scope == "N",
                short_names=_names(short),
                verbs=ALL_VERBS if verbs == "all" else _names(verbs),
                categories=_names(categories),
                subresources=_names(subresources),
                storage_prefix=f"{group}/{plural}" if prefix == "group" else prefix,
            )
        )
    return tuple(found)


RESOURCES: tuple[Resource, ...] = _read(TABLE)
METRICS: tuple[Resource, ...] = _read(METRICS_TABLE)

_BY_KIND = {(resource.api_version, resource.kind): resource for resource in (*RESOURCES, *METRICS)}
_BY_PLURAL: dict[tuple[str, str | None, str | None], Resource] = {}
for _resource in (*RESOURCES, *METRICS):
    _plural, _group, _version = _resource.plural, _resource.group, _resource.version
    for _key in ((_plural, None, None), (_plural, _group, None), (_plural, _group, _version)):
        _BY_PLURAL.setdefault(_key, _resource)


def by_plural(plural: str, group: str | None = None, version: str | None = None) -> Resource | None:
    """The resource of that plural, or None; without group or version the first one, so "events" is core's."""
    return _BY_PLURAL.get((plural, group, version))


def by_kind(api_version: str, kind: str) -> Resource | None:
    return _BY_KIND.get((api_version, kind))


def by_name(name: str) -> Resource | None:
    """What a person may type: plural, singular, short name or kind, with ".group" or not."""
    word, _, group = name.lower().partition(".")
    for resource in RESOURCES:
        if group and group != resource.group:
            continue
        if word in (resource.plural, resource.singular, resource.kind.lower(), *resource.short_names):
            return resource
    return None


def resolve(resource: Resource | str) -> Resource:
    """A Resource as it is; "pods" or "deployments.apps" by its plural."""
    if isinstance(resource, Resource):
        return resource
    plural, _, group = resource.partition(".")
    found = by_plural(plural, group or None)
    if found is None:
        raise LookupError(f"no resource is called {resource!r}")
    return found


def path(
    resource: Resource | str, namespace: str | None = None, name: str | None = None, subresource: str | None = None
) -> str:
    """ "/api/v1/namespaces/default/pods/web/status"; without a namespace, all of them."""
    found = resolve(resource)
    parts = [found.root]
    if namespace and found.namespaced:
        parts += ["namespaces", namespace]
    parts.append(found.plural)
    if name:
        parts.append(name)
        if subresource:
            parts.append(subresource)
    return "/".join(parts)


def storage_version_hash(resource: Resource) -> str:
    """k8s.io/apiserver/pkg/endpoints/discovery: of the group, version and kind objects are stored as."""
    stored = f"{resource.group}/{resource.version}/{resource.kind}".encode()
    return base64.b64encode(hashlib.sha256(stored).digest()[:8]).decode()


def _subresource(resource: Resource, name: str) -> dict[str, Any]:
    group, version, kind, verbs = SUBRESOURCES[name]
    entry: dict[str, Any] = {"name": f"{resource.plural}/{name}", "singularName": "", "namespaced": resource.namespaced}
    if group is not None:
        entry |= {"group": group, "version": version}
    entry["kind"] = (kind or resource.kind).replace("{kind}", resource.kind)
    return {**entry, "verbs": list(verbs)}


def api_resources(resource: Resource) -> list[dict[str, Any]]:
    """The entries of an APIResourceList for a resource and its subresources."""
    entry: dict[str, Any] = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if "list" in resource.verbs and resource.group != "metrics.k8s.io" and resource.kind != "ComponentStatus":
        entry["storageVersionHash"] = storage_version_hash(resource)
    extra = [_subresource(resource, name) for name in sorted(resource.subresources)]
    return [entry, *extra]


def resource_list(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """All entries of one group and version, by name."""
    entries = [entry for resource in resources for entry in api_resources(resource)]
    return sorted(entries, key=lambda entry: entry["name"])
