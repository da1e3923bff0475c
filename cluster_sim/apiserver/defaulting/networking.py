"""Defaults of network policies and ingress classes.

Upstream: kubernetes/pkg/apis/networking/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.apiserver.defaulting.fill import change, each, fill

Object = dict[str, Any]


def network_policy(obj: Object) -> Object:
    """SetDefaults_NetworkPolicy: a policy is about Ingress, and about Egress too if it speaks of it."""
    def rule(given: Object) -> Object:
        return change(given, "ports", each(lambda port: fill(port, {"protocol": "TCP"})))

    def filled(spec: Object) -> Object:
        spec = change(change(spec, "ingress", each(rule)), "egress", each(rule))
        if not spec.get("policyTypes"):
            spec = {**spec, "policyTypes": ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]}
        return spec
    return change(obj, "spec", filled)


def ingress_class(obj: Object) -> Object:
    """SetDefaults_IngressClass."""
    return change(obj, "spec", lambda spec: change(spec, "parameters", lambda given: fill(given, {"scope": "Cluster"})))
