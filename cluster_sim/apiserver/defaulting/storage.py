"""Defaults of volumes, claims and storage classes.

Upstream: kubernetes/pkg/apis/core/v1/defaults.go, pkg/apis/storage/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting.fill import change, fill

Object = dict[str, Any]


def volume(obj: Object) -> Object:
    """SetDefaults_PersistentVolume."""
    obj = change(obj, "spec", lambda spec: fill(spec, {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"}))
    obj = change(obj, "spec", lambda spec: change(
        spec, "hostPath", lambda path: path if "type" in path else {**path, "type": ""}))
    return {**obj, "status": {**(obj.get("status") or {}), "phase": "Pending"}} if not (
        obj.get("status") or {}).get("phase") else obj


def claim(obj: Object) -> Object:
    """SetDefaults_PersistentVolumeClaim."""
    obj = change(obj, "spec", lambda spec: fill(spec, {"volumeMode": "Filesystem"}))
    if not (obj.get("status") or {}).get("phase"):
        obj = {**obj, "status": {**(obj.get("status") or {}), "phase": "Pending"}}
    return obj


def storage_class(obj: Object) -> Object:
    """SetDefaults_StorageClass."""
    return fill(obj, {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"})


def csi_driver(obj: Object) -> Object:
    """SetDefaults_CSIDriver."""
    def filled(spec: Object) -> Object:
        spec = fill(spec, {"attachRequired": True, "podInfoOnMount": False, "storageCapacity": False,
                           "fsGroupPolicy": "ReadWriteOnceWithFSType", "requiresRepublish": False, "seLinuxMount": False})
        return spec if spec.get("volumeLifecycleModes") else {**spec, "volumeLifecycleModes": ["Persistent"]}
    return change(obj, "spec", filled)
