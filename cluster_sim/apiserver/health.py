"""/healthz, /livez, /readyz: one check after the other, each with a name and a path of its own.

`?verbose` lists them, `?exclude=NAME` leaves one out. What fails is named, but not why: everybody may ask.

Upstream: k8s.io/apiserver/pkg/server/healthz; the names are those of a kube-apiserver of 1.36.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

PATHS = ("healthz", "livez", "readyz")
HOOKS = (
    "start-apiserver-admission-initializer", "generic-apiserver-start-informers", "priority-and-fairness-config-consumer",
    "priority-and-fairness-filter", "storage-object-count-tracker-hook", "start-apiextensions-informers",
    "start-apiextensions-controllers", "crd-informer-synced", "start-system-namespaces-controller",
    "start-cluster-authentication-info-controller", "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector", "start-legacy-token-tracking-controller",
    "start-service-ip-repair-controllers", "rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes",
    "priority-and-fairness-config-producer", "bootstrap-controller", "aggregator-reload-proxy-client-cert",
    "start-kube-aggregator-informers", "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller", "apiservice-registration-controller", "apiservice-discovery-controller",
    "kube-apiserver-autoregistration",
)
LATE_HOOKS = ("apiservice-openapi-controller", "apiservice-openapiv3-controller")
BOOTSTRAPPED = ("poststarthook/rbac/bootstrap-roles", "poststarthook/scheduling/bootstrap-system-priority-classes",
                "poststarthook/start-system-namespaces-controller", "poststarthook/bootstrap-controller")
STORE = ("etcd", "etcd-readiness")


def checks(path: str) -> list[str]:
    """The names of an endpoint's checks, in order."""
    ready = path == "readyz"
    hooks = [f"poststarthook/{name}" for name in HOOKS]
    late = [f"poststarthook/{name}" for name in LATE_HOOKS]
    return ["ping", "log", "etcd", *(["etcd-readiness", "informer-sync"] if ready else []), *hooks, "autoregister-completion",
            *late, *(["shutdown"] if ready else [])]


def _fails(server: APIServer, name: str) -> bool:
    if name in STORE or name == "informer-sync":
        return not (server.state["synced"] and server.state["stream"])
    return name in BOOTSTRAPPED and not server.state["ready"]


def serve(server: APIServer, info: RequestInfo, words: list[str]) -> Answer | None:
    """The answer to a path below one of them; None: no such check."""
    path, one = words[0], "/".join(words[1:])
    names = checks(path)
    if one:
        if one not in names:
            return None
        return Answer(500, f"internal server error: {one} failed\n") if _fails(server, one) else Answer(200, "ok")
    excluded = info.query.get("exclude", [])
    lines, failed = [], False
    for name in names:
        if name in excluded:
            lines.append(f"[+]{name} excluded: ok")
        elif _fails(server, name):
            failed = True
            lines.append(f"[-]{name} failed: reason withheld")
        else:
            lines.append(f"[+]{name} ok")
    unknown = sorted(dict.fromkeys(name for name in excluded if name not in names))
    if unknown:
        told = ", ".join(f'"{name}"' for name in unknown)
        lines.append(f"warn: some health checks cannot be excluded: no matches for {told}")
    text = "\n".join(lines)
    if failed:
        return Answer(500, f"{text}\n{path} check failed\n")
    return Answer(200, f"{text}\n{path} check passed\n" if "verbose" in info.query else "ok")
