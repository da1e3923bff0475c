"""Defaults of the HorizontalPodAutoscaler.

Upstream: kubernetes/pkg/apis/autoscaling/v2/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting.fill import change, fill

Object = dict[str, Any]

SCALE_UP = {"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
    {"type": "Pods", "value": 4, "periodSeconds": 15}, {"type": "Percent", "value": 100, "periodSeconds": 15}]}
SCALE_DOWN = {"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}
UTILIZATION = 80


def autoscaler(obj: Object) -> Object:
    """SetDefaults_HorizontalPodAutoscaler."""
    first = obj["apiVersion"] == "autoscaling/v1"

    def filled(spec: Object) -> Object:
        spec = fill(spec, {"minReplicas": 1})
        if first:
            return fill(spec, {"targetCPUUtilizationPercentage": UTILIZATION}) if not _has_metrics(obj) else spec
        if not spec.get("metrics"):
            spec = {**spec, "metrics": [{"type": "Resource", "resource": {
                "name": "cpu", "target": {"type": "Utilization", "averageUtilization": UTILIZATION}}}]}
        return change(spec, "behavior", behavior)
    return change(obj, "spec", filled)


def _has_metrics(obj: Object) -> bool:
    return "autoscaling.alpha.kubernetes.io/metrics" in (obj["metadata"].get("annotations") or {})


def behavior(given: Object) -> Object:
    """generateScalingRules: each direction with what it does not say."""
    return {**given, "scaleUp": fill(given.get("scaleUp") or {}, SCALE_UP),
            "scaleDown": fill(given.get("scaleDown") or {}, SCALE_DOWN)}
