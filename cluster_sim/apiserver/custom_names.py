"""When a custom resource definition takes effect: once its names are accepted.

In a real cluster the naming controller, which runs inside the API server, looks at every definition of the group and
accepts the names nobody else has; the establishing controller then marks it Established, five seconds later where
several API servers run. Here one write of the status does both, as soon as the definition is stored.

Upstream: k8s.io/apiextensions-apiserver/pkg/controller/{status,establish}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import conditions, meta, resources

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

CRD_PREFIX = "apiextensions.k8s.io/customresourcedefinitions"


def initial(obj: Object) -> Object:
    """The definition with the status it is stored with: nothing is accepted yet."""
    stored = [version["name"] for version in obj["spec"].get("versions") or [] if version.get("storage")][:1]
    return {**obj, "status": {"acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored}}


def _taken(definition: Object, others: list[Object]) -> tuple[dict[str, None], dict[str, None]]:
    """(resource names, kinds) that other definitions of the group have been accepted with."""
    names: dict[str, None] = {}
    kinds: dict[str, None] = {}
    for other in others:
        if other["spec"]["group"] != definition["spec"]["group"] or meta.name(other) == meta.name(definition):
            continue
        accepted = (other.get("status") or {}).get("acceptedNames") or {}
        for name in (accepted.get("plural"), accepted.get("singular"), *(accepted.get("shortNames") or ())):
            names[name or ""] = None
        for kind in (accepted.get("kind"), accepted.get("listKind")):
            kinds[kind or ""] = None
    return names, kinds


def accepted(definition: Object, others: list[Object], now: str) -> Object:
    """The status the naming controller gives: each name that nobody else has."""
    names, kinds = _taken(definition, others)
    wanted = definition["spec"]["names"]
    old = (definition.get("status") or {}).get("acceptedNames") or {}
    new: Object = {}
    verdict = ("True", "NoConflicts", "no conflicts found")
    checks = (("plural", "Plural", names), ("singular", "Singular", names), ("shortNames", "ShortNames", names),
              ("kind", "Kind", kinds), ("listKind", "ListKind", kinds))  # fmt: skip
    for part, word, taken in checks:
        value = wanted.get(part)
        clash = [name for name in (value if isinstance(value, list) else [value]) if name and name in taken]
        if clash and value != old.get(part):
            verdict = ("False", f"{word}Conflict", f'"{clash[0]}" is already in use')
            value = old.get(part)
        if value:
            new[part] = value
    if wanted.get("categories"):
        new["categories"] = wanted["categories"]
    status = definition.get("status") or {}
    found = conditions.set_condition(status.get("conditions"), "NamesAccepted", *verdict, now)
    if not conditions.is_true(found, "Established"):
        if verdict[0] == "True":
            words = ("True", "InitialNamesAccepted", "the initial names have been accepted")
        else:
            words = ("False", "NotAccepted", "not all names are accepted")
        found = conditions.set_condition(found, "Established", *words, now)
    return {**status, "conditions": found, "acceptedNames": {"plural": "", "kind": "", **new}}


def settle_all(server: APIServer, span: int) -> None:
    """After a restart: what was stored while nobody looked."""
    for definition in server.cache.list(CRD_PREFIX):
        settle(server, definition, span)


def settle(server: APIServer, definition: Object, span: int) -> None:
    """The naming controller's step, after a definition was stored or changed."""
    if meta.is_deleting(definition):
        return
    status = accepted(definition, server.cache.list(CRD_PREFIX), server.kernel.timestamp())
    if status == definition.get("status"):
        return
    path = resources.path("customresourcedefinitions", None, meta.name(definition), "status")
    body = {**definition, "status": status}
    server.serve({"source": "", "id": 0, "verb": "PUT", "path": path, "body": body, "user": "system:apiserver",
                  "contentType": None}, span)  # fmt: skip
