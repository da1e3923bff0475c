"""Defaults of the workloads.

Upstream: kubernetes/pkg/apis/apps/v1/defaults.go, pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting import pod, storage
from cluster_sim.apiserver.defaulting.fill import change, each, fill

Object = dict[str, Any]


def _spec(obj: Object, defaults: Object) -> Object:
    def filled(spec: Object) -> Object:
        return change(fill(spec, defaults), "template", pod.template)
    return change(obj, "spec", filled)


def deployment(obj: Object) -> Object:
    """SetDefaults_Deployment."""
    obj = _spec(obj, {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})

    def strategy(spec: Object) -> Object:
        given = fill(spec.get("strategy") or {}, {"type": "RollingUpdate"})
        if given["type"] == "RollingUpdate":
            rolling = fill(given.get("rollingUpdate") or {}, {"maxUnavailable": "25%", "maxSurge": "25%"})
            if given.get("rollingUpdate") is not rolling:
                given = {**given, "rollingUpdate": rolling}
        return spec if given is spec.get("strategy") else {**spec, "strategy": given}
    return change(obj, "spec", strategy)


def replicaset(obj: Object) -> Object:
    """SetDefaults_ReplicaSet."""
    return _spec(obj, {"replicas": 1})


def replication_controller(obj: Object) -> Object:
    """SetDefaults_ReplicationController: selector and labels come from the template."""
    obj = _spec(obj, {"replicas": 1})
    spec = obj.get("spec") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if labels:
        if not spec.get("selector"):
            obj = {**obj, "spec": {**spec, "selector": labels}}
        if not obj["metadata"].get("labels"):
            obj = {**obj, "metadata": {**obj["metadata"], "labels": labels}}
    return obj


def statefulset(obj: Object) -> Object:
    """SetDefaults_StatefulSet."""
    obj = _spec(obj, {"replicas": 1, "podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10})

    def more(spec: Object) -> Object:
        given = fill(spec.get("updateStrategy") or {}, {"type": "RollingUpdate"})
        if given["type"] == "RollingUpdate":
            rolling = fill(given.get("rollingUpdate") or {}, {"partition": 0})
            if given.get("rollingUpdate") is not rolling:
                given = {**given, "rollingUpdate": rolling}
        if given is not spec.get("updateStrategy"):
            spec = {**spec, "updateStrategy": given}
        policy = fill(spec.get("persistentVolumeClaimRetentionPolicy") or {}, {"whenDeleted": "Retain", "whenScaled": "Retain"})
        if policy is not spec.get("persistentVolumeClaimRetentionPolicy"):
            spec = {**spec, "persistentVolumeClaimRetentionPolicy": policy}
        return change(spec, "volumeClaimTemplates", each(_claim_template))
    return change(obj, "spec", more)


def _claim_template(claim: Object) -> Object:
    return storage.claim(fill(claim, {"kind": "PersistentVolumeClaim", "apiVersion": "v1"}))


def daemonset(obj: Object) -> Object:
    """SetDefaults_DaemonSet."""
    obj = _spec(obj, {"revisionHistoryLimit": 10})

    def strategy(spec: Object) -> Object:
        given = fill(spec.get("updateStrategy") or {}, {"type": "RollingUpdate"})
        if given["type"] == "RollingUpdate":
            rolling = fill(given.get("rollingUpdate") or {}, {"maxUnavailable": 1, "maxSurge": 0})
            if given.get("rollingUpdate") is not rolling:
                given = {**given, "rollingUpdate": rolling}
        return spec if given is spec.get("updateStrategy") else {**spec, "updateStrategy": given}
    return change(obj, "spec", strategy)
