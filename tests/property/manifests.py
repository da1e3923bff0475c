"""The objects that random scripts apply: small, and all of one label."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
VERSIONS = {"Pod": "v1", "Service": "v1", "Node": "v1", "Job": "batch/v1", "CronJob": "batch/v1",
            "PodDisruptionBudget": "policy/v1", "HorizontalPodAutoscaler": "autoscaling/v2"}


def scene(workers: int, masters: int = 1) -> Object:
    """A small cluster."""
    return {"apiVersion": "podium.dev/v1", "kind": "Scene",
            "spec": {"controlPlanes": masters, "workers": workers, "managedControlPlane": True, "addons": []}}


def version_of(kind: str) -> str:
    """Its apiVersion."""
    return VERSIONS.get(kind, "apps/v1")


def path_of(kind: str, name: str) -> str:
    """Where the API server has it."""
    version = version_of(kind)
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    plural = kind.lower() + "s"
    return f"{root}/{plural}/{name}" if kind == "Node" else f"{root}/namespaces/default/{plural}/{name}"


def template(name: str, image: str) -> Object:
    """A pod template."""
    return {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": image}]}}


def deployment(name: str, replicas: int, image: str, **strategy: Any) -> Object:
    """A Deployment's manifest; `strategy`: fields of its rollingUpdate."""
    spec: Object = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template(name, image)}
    if strategy:
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": strategy}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def manifest(kind: str, name: str, replicas: int, image: str) -> Object:
    """The manifest of a StatefulSet, DaemonSet, Job, CronJob, Service, budget or autoscaler."""
    pods, labels = template(name, image), {"app": name}
    spec: Object = {"selector": {"matchLabels": labels}, "template": pods}
    if kind == "StatefulSet":
        spec |= {"replicas": replicas, "serviceName": name}
    elif kind in ("Job", "CronJob"):
        job = {"completions": replicas, "parallelism": 2, "backoffLimit": 100,
               "template": {**pods, "spec": {**pods["spec"], "restartPolicy": "OnFailure"}}}
        spec = job if kind == "Job" else {"schedule": "* * * * *", "concurrencyPolicy": "Replace", "jobTemplate": {"spec": job}}
    elif kind == "Service":
        spec = {"selector": labels, "ports": [{"port": 80}]}
    elif kind == "PodDisruptionBudget":
        spec = {"selector": {"matchLabels": labels}, "minAvailable": 1}
    elif kind == "HorizontalPodAutoscaler":
        spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}, "minReplicas": 1,
                "maxReplicas": replicas}
    return {"apiVersion": version_of(kind), "kind": kind, "metadata": {"name": name}, "spec": spec}
