"""The resources the API server serves: names, verbs and paths, as discovery shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource type. `verbs` are in discovery's order; `subresources` e.g. ("status", "scale")."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...]
    verbs: tuple[str, ...]
    categories: tuple[str, ...]
    subresources: tuple[str, ...]
    storage_prefix: str

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


RESOURCES: tuple[Resource, ...] = ()


def by_plural(plural: str, group: str | None = None, version: str | None = None) -> Resource | None:
    """The resource of that plural (or None); without a group the first in RESOURCES' order."""
    raise NotImplementedError


def by_kind(api_version: str, kind: str) -> Resource | None:
    raise NotImplementedError


def path(resource: Resource | str, namespace: str | None = None, name: str | None = None, subresource: str | None = None) -> str:
    """ "/api/v1/namespaces/default/pods/web/status"; a resource may be given as "pods" or "deployments.apps"."""
    raise NotImplementedError
