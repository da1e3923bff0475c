"""The cluster as a scene: its machines, and what people put into it, as manifests that make the same again.

What the cluster makes by itself (ReplicaSets, owned pods, Endpoints) is left out, and so is what it fills in (status,
uids, addresses, node names): opened again, it is made anew. `kubectl get -o yaml` has no such cleaning.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import meta, resources, yaml

# In the order in which they can be applied.
KINDS = ("namespaces", "customresourcedefinitions", "priorityclasses", "serviceaccounts", "roles", "rolebindings",
         "resourcequotas", "limitranges", "configmaps", "secrets", "persistentvolumeclaims", "services",
         "networkpolicies", "poddisruptionbudgets",
         "deployments", "statefulsets", "daemonsets", "replicasets", "cronjobs", "jobs", "pods", "horizontalpodautoscalers",
         "ingresses")
OURS = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")
MADE = {("namespaces", "default"), ("services", "kubernetes"), ("configmaps", "kube-root-ca.crt"), ("serviceaccounts", "default")}
META = ("name", "namespace", "labels", "annotations", "generateName", "finalizers")
NOTES = ("deployment.kubernetes.io/", "kubectl.kubernetes.io/last-applied", "pv.kubernetes.io/", "deprecated.daemonset",
         "volume.kubernetes.io/", "volume.beta.kubernetes.io/", "batch.kubernetes.io/", "kubernetes.io/limit-ranger")
JOB_LABELS = ("controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name")
ADDRESSES = ("clusterIP", "clusterIPs", "ipFamilies", "healthCheckNodePort")  # of a Service
FILLED_IN = ("nodeName", "serviceAccount", "priority", "preemptionPolicy")  # of a pod
TOKEN = "kube-api-access-"
HEADER = "# A scene of Podium: it opens with these machines and manifests. What is broken just now is not part of it.\n"


def text(shown: Any) -> str:
    """The scene as YAML."""
    cluster = shown.cluster
    documents = [_machines(cluster)]
    for plural in KINDS:
        for obj in cluster.objects(plural):
            if not _is_made(plural, obj):
                documents.append(_cleaned(plural, obj))
    return HEADER + "---\n".join(yaml.dump(document, sort_keys=False) for document in documents)


def _machines(cluster: Any) -> dict[str, Any]:
    """The Scene document: the opening one's options, with the machines of now."""
    opening: Any = next((each for each in yaml.load_all(cluster.log(0)[0]["scene"]) if each), {})
    spec = dict(opening.get("spec") or {}) if opening.get("kind") == "Scene" else {}
    for name, role in (("controlPlanes", "control-plane"), ("workers", "worker")):
        spec[name] = [{key: machine[key] for key in ("name", "cpu", "memory", "zone", "pods") if machine.get(key) is not None}
                      for machine in cluster.machines().values() if machine["role"] == role]
    if len(spec["controlPlanes"]) > 1:
        spec.pop("loadBalancer", None)  # several always have one
    return {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": spec}


def _is_made(plural: str, obj: Any) -> bool:
    """Whether the cluster makes it by itself, or is on the way to take it away."""
    metadata = obj["metadata"]
    where = metadata["name"] if plural == "namespaces" else metadata.get("namespace", "")
    return bool(where in OURS or (plural, metadata["name"]) in MADE or meta.controller_of(obj) or "deletionTimestamp" in metadata
                or metadata["name"].startswith("system-") and plural == "priorityclasses"
                or obj.get("type") == "kubernetes.io/service-account-token"
                or metadata.get("labels", {}).get("kubernetes.io/bootstrapping"))


def _cleaned(plural: str, obj: Any) -> dict[str, Any]:
    """What a person wrote of an object, as far as it can be told from what was filled in."""
    resource = resources.by_plural(plural)
    assert resource is not None
    metadata = {key: obj["metadata"][key] for key in META if obj["metadata"].get(key)}
    notes = {key: value for key, value in metadata.get("annotations", {}).items() if not key.startswith(NOTES)}
    metadata = {**{key: value for key, value in metadata.items() if key not in ("annotations", "finalizers", "generateName")},
                **({"annotations": notes} if notes else {})}
    dropped = JOB_LABELS if plural == "jobs" else ("kubernetes.io/metadata.name",) if plural == "namespaces" else ()
    if "labels" in metadata:
        metadata["labels"] = {key: value for key, value in metadata["labels"].items() if key not in dropped}
    rest = {key: value for key, value in obj.items() if key not in ("apiVersion", "kind", "metadata", "status")}
    if "spec" in rest:
        rest["spec"] = SPECS.get(plural, dict)(rest["spec"])
    if plural == "namespaces":
        rest = {}
    return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": metadata, **rest}


def _service(spec: Any) -> dict[str, Any]:
    kept = {key: value for key, value in spec.items() if key not in ADDRESSES}
    return {**kept, **({"clusterIP": "None"} if spec.get("clusterIP") == "None" else {})}


def _pod(spec: Any) -> dict[str, Any]:
    kept = {key: value for key, value in spec.items() if key not in FILLED_IN}
    kept["volumes"] = [each for each in spec.get("volumes", ()) if not each["name"].startswith(TOKEN)]
    for name in ("containers", "initContainers"):
        if name in spec:
            kept[name] = [{**each, "volumeMounts": [
                mount for mount in each.get("volumeMounts", ()) if not mount["name"].startswith(TOKEN)]} for each in spec[name]]
    return kept


def _job(spec: Any) -> dict[str, Any]:
    if spec.get("manualSelector"):
        return dict(spec)
    template = spec["template"]
    labels = {key: value for key, value in template["metadata"].get("labels", {}).items() if key not in JOB_LABELS}
    return {**{key: value for key, value in spec.items() if key != "selector"},
            "template": {**template, "metadata": {**template["metadata"], "labels": labels}}}


def _statefulset(spec: Any) -> dict[str, Any]:
    claims = [{key: value for key, value in each.items() if key != "status"} for each in spec.get("volumeClaimTemplates", ())]
    return {**spec, **({"volumeClaimTemplates": claims} if claims else {})}


SPECS = {
    "statefulsets": _statefulset,
    "services": _service, "pods": _pod, "jobs": _job,
    "persistentvolumeclaims": lambda spec: {key: value for key, value in spec.items() if key != "volumeName"},
}
