"""The roles and bindings every cluster begins with, made from the tables beside this file, as Go would write them.

Upstream: kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from cluster_sim.apiserver.rbac.controller_role_table import CONTROLLER_ROLES
from cluster_sim.apiserver.rbac.role_table import BINDINGS, CLUSTER_BINDINGS, CLUSTER_ROLES, ROLES

Object = dict[str, Any]

GROUP = "rbac.authorization.k8s.io"
API = f"{GROUP}/v1"
LABELS = {"kubernetes.io/bootstrapping": "rbac-defaults"}
ANNOTATIONS = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
AGGREGATED = ("admin", "edit", "view")  # made of others by their labels

READ = ["get", "list", "watch"]
WRITE = ["create", "delete", "deletecollection", "patch", "update"]
VERBS = {"read": READ, "write": WRITE, "all": sorted([*READ, *WRITE])}
EVENTS: Object = {"verbs": ["create", "patch", "update"], "apiGroups": ["", "events.k8s.io"], "resources": ["events"]}


def _rule(line: str) -> Object:
    words = line.split()
    if words == ["events"]:
        return EVENTS
    verbs = VERBS.get(words[0]) or words[0].split(",")
    if words[1] == "url":
        return {"verbs": verbs, "nonResourceURLs": words[2].split(",")}
    rule: Object = {"verbs": verbs, "apiGroups": ["" if group == "-" else group for group in words[1].split(",")],
                    "resources": words[2].split(",")}
    if len(words) > 3:
        rule["resourceNames"] = words[3].split(",")
    return rule


def _roles(table: str) -> Iterator[tuple[str, list[str], list[Object]]]:
    """(name, what it is aggregated to, rules) of each role of a table."""
    name, labels, rules = "", [""], [EVENTS]
    for line in table.strip().splitlines():
        if line.startswith(" "):
            rules.append(_rule(line))
            continue
        if name:
            yield name, labels, rules
        name, *labels = line.split(" +")
        rules = []
    yield name, labels, rules


@cache
def rules_of(role: str) -> tuple[Object, ...]:
    """The rules a ClusterRole begins with."""
    found = [rules for name, _, rules in _roles(CLUSTER_ROLES) if name == role]
    return tuple(found[0]) if found else ()


def _gathered(role: str) -> list[Object]:
    """The rules of an aggregated role, as its controller would gather them."""
    found: list[Object] = []
    for name, labels, rules in sorted(_roles(CLUSTER_ROLES)):
        if role in labels:
            found += [rule for rule in (_gathered(name) if name in AGGREGATED else rules) if rule not in found]
    return found


def _metadata(name: str, namespace: str = "", more: list[str] | None = None) -> Object:
    place = {"namespace": namespace} if namespace else {}
    return {"name": name, **place, "labels": {**LABELS, **{f"{AGGREGATE}{to}": "true" for to in more or ()}},
            "annotations": ANNOTATIONS}


def _subject(text: str) -> Object:
    kind, _, name = text.partition(":")
    if kind == "ServiceAccount":
        namespace, _, account = name.partition("/")
        return {"kind": kind, "name": account, "namespace": namespace}
    return {"kind": kind, "apiGroup": GROUP, "name": name}


def _binding(metadata: Object, role_kind: str, role: str, subjects: list[str]) -> Object:
    held: Object = {"subjects": [_subject(text) for text in subjects]} if subjects else {}
    return {"kind": "RoleBinding" if metadata.get("namespace") else "ClusterRoleBinding", "apiVersion": API,
            "metadata": metadata, **held, "roleRef": {"apiGroup": GROUP, "kind": role_kind, "name": role}}


def _lines(table: str) -> Iterator[tuple[str, list[str]]]:
    for line in table.strip().splitlines():
        name, _, subjects = line.partition(": ") if ": " in line else (line.rstrip(":"), "", "")
        yield name, subjects.split()


# The controllers' users: each a service account of kube-system.
CONTROLLERS = tuple(f"system:serviceaccount:kube-system:{name}" for name, _, _ in _roles(CONTROLLER_ROLES))


@cache
def objects() -> tuple[Object, ...]:
    """All of them."""
    found: list[Object] = []
    for name, labels, rules in _roles(CLUSTER_ROLES):
        role: Object = {"kind": "ClusterRole", "apiVersion": API, "metadata": _metadata(name, more=labels), "rules": rules}
        if name in AGGREGATED:
            selector = {"matchLabels": {f"{AGGREGATE}{name}": "true"}}
            role = {**role, "rules": _gathered(name), "aggregationRule": {"clusterRoleSelectors": [selector]}}
        found.append(role)
    for name, subjects in _lines(CLUSTER_BINDINGS):
        found.append(_binding(_metadata(name), "ClusterRole", name, subjects))
    for name, _, rules in _roles(CONTROLLER_ROLES):
        full = f"system:controller:{name}"
        found.append({"kind": "ClusterRole", "apiVersion": API, "metadata": _metadata(full), "rules": rules})
        found.append(_binding(_metadata(full), "ClusterRole", full, [f"ServiceAccount:kube-system/{name}"]))
    for path, _, rules in _roles(ROLES):
        namespace, _, name = path.partition("/")
        found.append({"kind": "Role", "apiVersion": API, "metadata": _metadata(name, namespace), "rules": rules})
    for place, subjects in _lines(BINDINGS):
        path, _, other = place.partition(" ")
        namespace, _, name = path.partition("/")
        found.append(_binding(_metadata(name, namespace), "Role", other or name, subjects))
    return tuple(found)
