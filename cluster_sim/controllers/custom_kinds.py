"""Custom kinds: what CustomResourceDefinitions add to the kinds there are.

The garbage collector and the namespace controller care for objects of any kind. Built-in resources are known by their
plural (`pods`), custom ones by plural and group (`backups.example.com`).

Source: kubernetes pkg/controller/garbagecollector (Sync, which asks discovery each 30 s; ours reads the definitions).
"""

from __future__ import annotations

from collections.abc import Iterable

from cluster_sim.api import meta, resources
from cluster_sim.api.conditions import is_true
from cluster_sim.api.resources import Resource
from cluster_sim.client import Watch
from cluster_sim.controllers.pods import Object

DEFINITIONS = "customresourcedefinitions"


def is_served(definition: Object) -> bool:
    """It is established and not on its way out."""
    conditions = (definition.get("status") or {}).get("conditions")
    return is_true(conditions, "Established") and not meta.is_deleting(definition)


def resource_of(definition: Object) -> Resource:
    """The resource a definition adds, in the version it is stored in."""
    spec, names = definition["spec"], definition["spec"]["names"]
    version = next((one["name"] for one in spec["versions"] if one.get("storage")), spec["versions"][0]["name"])
    return Resource(spec["group"], version, names["plural"], names.get("singular", names["kind"].lower()),
                    names["kind"], spec["scope"] == "Namespaced")


def watch_of(definition: Object) -> Watch:
    """How to watch its objects."""
    found = resource_of(definition)
    return Watch(found.group_resource, path=resources.path(found))


def custom_resources(definitions: Iterable[Object]) -> dict[str, Resource]:
    """Name → resource of all that are served."""
    found = [resource_of(definition) for definition in definitions if is_served(definition)]
    return {resource.group_resource: resource for resource in found}
