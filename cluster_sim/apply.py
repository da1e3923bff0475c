"""`kubectl apply`, client side: create what is not there, patch what is.

The annotation `kubectl.kubernetes.io/last-applied-configuration` remembers what was applied, so that a field taken
out of the manifest is taken out of the object, while fields that others set stay.

Source: kubectl pkg/cmd/apply/patcher.go. The real one computes a strategic three-way diff against the live object;
ours sends the manifest with nulls for what is no longer in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cluster_sim.api import resources
from cluster_sim.responses import Response

STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
QUERY = "fieldManager=kubectl-client-side-apply&fieldValidation=Strict"
BUILT_IN_GROUPS = ("", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "rbac.authorization.k8s.io",
                   "storage.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "discovery.k8s.io")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def apply(send: Callable[..., Response], manifest: Any, user: str) -> Response:
    """Apply one manifest; `send` makes a request (verb, path, body, user, content type) and waits for its answer."""
    given = manifest if isinstance(manifest, dict) else {}
    resource, meta = resources.by_kind(given.get("apiVersion", ""), given.get("kind", "")), given.get("metadata")
    if resource is None or not isinstance(meta, dict):
        kind = manifest.get("kind") if isinstance(manifest, dict) else manifest
        return Response(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "reason": "NotFound",
                              "message": f"no matches for kind {kind!r}: its apiVersion, kind or metadata is not known here"})
    namespace = meta.get("namespace", "default") if resource.namespaced else None
    name = meta.get("name")
    if name:
        path = resources.path(resource, namespace, name)
        live = send("GET", path, None, user)
        if live.status == 200:
            merge = MERGE if resource.group not in BUILT_IN_GROUPS else STRATEGIC
            return send("PATCH", f"{path}?{QUERY}", patch_for(manifest, live.body), user, merge)
    return send("POST", f"{resources.path(resource, namespace)}?{QUERY}", with_annotation(manifest), user)


def with_annotation(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest with the annotation that remembers it."""
    bare = json.loads(json.dumps(manifest))
    bare.setdefault("metadata", {}).get("annotations", {}).pop(LAST_APPLIED, None)
    text = json.dumps(bare, separators=(",", ":"), sort_keys=True) + "\n"
    meta = {**manifest.get("metadata", {})}
    meta["annotations"] = {**(meta.get("annotations") or {}), LAST_APPLIED: text}
    return {**manifest, "metadata": meta}


def patch_for(manifest: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """The patch that brings `live` to the manifest."""
    wanted = with_annotation(manifest)
    text = live["metadata"].get("annotations", {}).get(LAST_APPLIED)
    try:
        before = json.loads(text) if text else {}
    except ValueError:
        before = {}
    patch = _with_removals(wanted, before if isinstance(before, dict) else {})
    patch["metadata"].pop("resourceVersion", None)
    return patch


def _with_removals(wanted: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    patch: dict[str, Any] = {}
    for key, value in wanted.items():
        old = before.get(key)
        patch[key] = _with_removals(value, old) if isinstance(value, dict) and isinstance(old, dict) else value
    for key, old in before.items():
        if key not in wanted:
            patch[key] = None
        elif isinstance(old, list) and isinstance(wanted[key], list):
            patch[key] = [*wanted[key], *_removed_items(wanted[key], old)]
    return patch


def _removed_items(wanted: list[Any], before: list[Any]) -> list[Any]:
    """Delete directives for named items (containers, volumes, env) that are no longer in the list."""
    names = [item.get("name") for item in wanted if isinstance(item, dict)]
    return [{"$patch": "delete", "name": item["name"]} for item in before
            if isinstance(item, dict) and "name" in item and item["name"] not in names]
