"""ServiceAccount: every pod runs as one, with a token, the cluster's CA and its namespace mounted where libraries look.

Upstream: kubernetes/plugin/pkg/admission/serviceaccount/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.apiserver.admission.refusal import refusal
from cluster_sim.apiserver.request_info import RequestInfo

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

MIRROR = "kubernetes.io/config.mirror"
MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
PREFIX = "kube-api-access-"
PROJECTED = {"sources": [
    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
    {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
    {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
], "defaultMode": 420}


def admit(server: APIServer, info: RequestInfo, new: Object, old: Object | None) -> Object:
    """Name the account, and mount its token unless it or the pod says not to."""
    if old is not None or MIRROR in (new["metadata"].get("annotations") or {}):
        return new
    spec = new.get("spec") or {}
    name = spec.get("serviceAccountName") or "default"
    account = server.cache.get("serviceaccounts", f"{info.namespace}/{name}")
    if account is None:
        raise refusal(info, new, f'error looking up service account {info.namespace}/{name}: serviceaccount "{name}" not found')
    if spec.get("serviceAccountName") != name or spec.get("serviceAccount") != name:
        spec = {**spec, "serviceAccountName": name, "serviceAccount": name}
    wanted = spec.get("automountServiceAccountToken", account.get("automountServiceAccountToken", True))
    if wanted:
        spec = _with_token(server, spec)
    if not spec.get("imagePullSecrets") and account.get("imagePullSecrets"):
        spec = {**spec, "imagePullSecrets": account["imagePullSecrets"]}
    return {**new, "spec": spec}


def _with_token(server: APIServer, spec: Object) -> Object:
    volumes = spec.get("volumes") or []
    volume = next((v["name"] for v in volumes if v.get("name", "").startswith(PREFIX) and "projected" in v), "")
    made = not volume
    if made:
        volume = PREFIX + server.kernel.suffix("kube-api-access")
    mount = {"name": volume, "readOnly": True, "mountPath": MOUNT_PATH}
    used = False
    new = {**spec}
    for key in ("containers", "initContainers"):
        containers = spec.get(key)
        if not containers:
            continue
        done = []
        for container in containers:
            mounts = container.get("volumeMounts") or []
            if any(m.get("mountPath") == MOUNT_PATH for m in mounts):
                done.append(container)
            else:
                used = True
                done.append({**container, "volumeMounts": [*mounts, mount]})
        new[key] = done
    if made and used:
        new["volumes"] = [*volumes, {"name": volume, "projected": PROJECTED}]
    return new
