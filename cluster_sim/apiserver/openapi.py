"""/openapi: the schemas of everything served, for `kubectl explain`, `apply`, helm.

Documents of built-in groups never change and are made once; those of custom groups follow their definitions. Version 2
is an empty protobuf document, which is all that today's clients want of it.

Upstream: k8s.io/kube-openapi/pkg/handler3, apiextensions-apiserver/pkg/controller/openapiv3.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from cluster_sim.api import openapi, resources
from cluster_sim.apiserver.outcome import Answer

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"


def serve(server: APIServer, words: list[str]) -> Answer | None:
    """The answer to a path below /openapi; None when nothing is there."""
    if words == ["openapi", "v2"]:
        return Answer(200, "", {"Content-Type": V2})
    if words == ["openapi", "v3"]:
        return Answer(200, openapi.index(_hashes(server)))
    if words[:2] == ["openapi", "v3"]:
        path = "/".join(words[2:])
        group, _, version = path.partition("/")[2].rpartition("/")
        if path in _built_in():
            return Answer(200, _document(group, version))
        if words[2] == "apis" and server.custom.resources(group, version):
            return Answer(200, _custom(server, group, version))
    return None


@cache
def _built_in() -> dict[str, str]:
    """Path → hash of every built-in group and version."""
    found: dict[str, str] = {}
    for resource in resources.RESOURCES:
        path = resource.root.lstrip("/")
        if path not in found:
            found[path] = openapi.content_hash(_document(resource.group, resource.version))
    return found


@cache
def _document(group: str, version: str) -> Object:
    return openapi.document(r for r in resources.RESOURCES if (r.group, r.version) == (group, version))


def _custom(server: APIServer, group: str, version: str) -> Object:
    found = server.custom.resources(group, version)
    schemas = {r.plural: (server.custom.version(r).get("schema") or {}).get("openAPIV3Schema") or {} for r in found}
    return openapi.document(found, schemas)


def _hashes(server: APIServer) -> dict[str, str]:
    """What a client caches each document by; a custom group's changes with its definitions."""
    hashes = dict(_built_in())
    for group in server.custom.groups():
        for version in server.custom.versions(group):
            definitions = [server.custom.definition(r) for r in server.custom.resources(group, version)]
            seen = ",".join(f"{d['metadata']['uid']}/{d['metadata'].get('generation', 0)}" for d in definitions)
            hashes[f"apis/{group}/{version}"] = hashlib.sha256(seen.encode()).hexdigest().upper()
    return hashes
