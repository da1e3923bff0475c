"""Manifests that somebody pasted or chose: read, and sent to the API server one after the other, as
`kubectl apply --server-side` does. What the API server says of each is shown in its own words.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from cluster_sim.api import resources, yaml
from lessons import hosting
from lessons.hosting.calling import Request
from lessons.hosting.hosted import Hosted

MOST_BYTES = 256 * 1024
MOST_DOCUMENTS = 100
APPLY = "application/apply-patch+yaml"
QUERY = "fieldManager=kubectl&fieldValidation=Strict"
DONE = {200: "configured", 201: "created"}


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one document."""

    ok: bool
    name: str  # 'deployment.apps/web'
    words: str
    uid: str = ""


class Unreadable(ValueError):
    """The text is no list of manifests; `line` counts from 1 (0: all of it)."""

    def __init__(self, words: str, line: int = 0) -> None:
        super().__init__(words)
        self.words, self.line = words, line


def read(text: str) -> list[dict[str, Any]]:
    """The manifests in a text; raises Unreadable."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise Unreadable(f"This is larger than {MOST_BYTES // 1024} KiB. Deploy it in parts.")
    try:
        found = yaml.load_all(text)
    except yaml.YamlError as error:
        raise Unreadable(error.message, error.line) from error
    flat: list[dict[str, Any]] = []
    for number, manifest in enumerate(found, 1):
        if not isinstance(manifest, dict):
            raise Unreadable(f"Document {number} is no manifest: it needs apiVersion, kind and metadata.")
        items = manifest.get("items") if manifest.get("kind") == "List" else None
        flat += [item for item in items if isinstance(item, dict)] if isinstance(items, list) else [manifest]
    if not flat:
        raise Unreadable("There is nothing in it yet. Choose one of the gallery, or paste a manifest.")
    if len(flat) > MOST_DOCUMENTS:
        raise Unreadable(f"These are {len(flat)} documents; at most {MOST_DOCUMENTS} can be deployed at once.")
    return flat


async def apply(cluster_id: str, manifests: list[dict[str, Any]], dry_run: bool) -> list[Said]:
    """Send them in order; → what the API server says of each."""
    number = f"apply-{secrets.token_hex(6)}"
    found = []
    for place, manifest in enumerate(manifests):
        path = await hosting.ask(cluster_id, lambda hosted, each=manifest: _path(hosted, each))  # type: ignore[misc]
        found.append(await _send(cluster_id, manifest, path, dry_run, f"{number}#{place}" if place else number))
    return found


def _path(hosted: Hosted, manifest: dict[str, Any]) -> tuple[str, str, str] | str:
    """(address of its collection, name, how kubectl names it), or why there is none."""
    group_version, kind, meta = manifest.get("apiVersion"), manifest.get("kind"), manifest.get("metadata")
    if not isinstance(group_version, str) or not isinstance(kind, str) or not isinstance(meta, dict):
        return "apiVersion, kind and metadata are needed, and one is missing."
    group, _, version = group_version.rpartition("/")
    resource = resources.by_kind(group_version, kind)
    plural, namespaced = (resource.plural, resource.namespaced) if resource else _custom(hosted, group, version, kind)
    if not plural:
        return (f'no matches for kind "{kind}" in version "{group_version}". Check their spelling; for a kind of your own '
                "deploy its CustomResourceDefinition first.")
    name, namespace = meta.get("name") or "", meta.get("namespace") or "default"
    if not isinstance(name, str) or not isinstance(namespace, str) or "/" in name + namespace:
        return "metadata.name and metadata.namespace must be names."
    root = f"/apis/{group}/{version}" if group else f"/api/{version}"
    where = f"/namespaces/{namespace}" if namespaced else ""
    return f"{root}{where}/{plural}", name, f"{kind.lower()}{f'.{group}' if group else ''}/{name or meta.get('generateName', '')}"


def _custom(hosted: Hosted, group: str, version: str, kind: str) -> tuple[str, bool]:
    for each in hosted.cluster.objects("customresourcedefinitions"):
        spec = each["spec"]
        if spec["group"] == group and spec["names"]["kind"] == kind and any(one["name"] == version for one in spec["versions"]):
            return str(spec["names"]["plural"]), spec.get("scope") == "Namespaced"
    return "", False


async def _send(cluster_id: str, manifest: dict[str, Any], path: tuple[str, str, str] | str, dry_run: bool,
                number: str) -> Said:
    if isinstance(path, str):
        return Said(False, str(manifest.get("kind") or "document"), path)
    collection, name, spoken = path
    query = QUERY + ("&dryRun=All" if dry_run else "")
    request = Request("PATCH", f"{collection}/{name}?{query}", manifest, content_type=APPLY, id=number)
    if not name:  # generateName: kubectl create
        request = Request("POST", f"{collection}?{query}", manifest, id=number)
    response = await hosting.call(cluster_id, request)
    body = response.body if isinstance(response.body, dict) else {}
    if response.status >= 400:
        words = str(body.get("message") or response.error or "The API server gave no reason.")
        return Said(False, spoken, f"{response.status} {body.get('reason') or ''} {words}".replace("  ", " "))
    meta = body.get("metadata") or {}
    done = DONE.get(response.status, "applied")
    if dry_run:
        return Said(True, spoken, f"{done} (dry run: nothing was stored)")
    return Said(True, spoken, done, meta.get("uid", ""))
