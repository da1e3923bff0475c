"""Rules of DaemonSets: which node runs a daemon pod, and what such a pod looks like.

The DaemonSet controller decides about nodes, the scheduler binds: each pod carries a node affinity that fits just one
node. Daemon pods tolerate what would keep others away from an ill node.

Source: kubernetes pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod), util/daemonset_util.go.
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.api.node_affinity import matches_required
from cluster_sim.api.taints import find_untolerated
from cluster_sim.controllers import pods
from cluster_sim.controllers.controller_history import HASH
from cluster_sim.controllers.pods import Object
from cluster_sim.controllers.rolling_update import resolve

GENERATION = "pod-template-generation"
PREFIX = "node.kubernetes.io/"
TOLERATED = (("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
             ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"))
TOLERATED_ON_HOST_NETWORK = (("network-unavailable", "NoSchedule"),)


def tolerations_of(daemonset: Object) -> list[Object]:
    """The template's tolerations and those of every daemon pod."""
    spec = daemonset["spec"]["template"].get("spec") or {}
    given = spec.get("tolerations") or []
    always = TOLERATED + (TOLERATED_ON_HOST_NETWORK if spec.get("hostNetwork") else ())
    added = [{"key": PREFIX + key, "operator": "Exists", "effect": effect} for key, effect in always]
    return [*given, *(one for one in added if one not in given)]


def should_run(daemonset: Object, node: Object) -> tuple[bool, bool]:
    """(a pod should be made there, one that is there may stay)."""
    spec = daemonset["spec"]["template"].get("spec") or {}
    if spec.get("nodeName") and spec["nodeName"] != meta.name(node):
        return False, False
    if not matches_required(spec, meta.labels(node), meta.name(node)):
        return False, False
    taints, tolerations = (node.get("spec") or {}).get("taints"), tolerations_of(daemonset)
    if find_untolerated(taints, tolerations) is None:
        return True, True
    return False, find_untolerated(taints, tolerations, ("NoExecute",)) is None


def daemon_pod(daemonset: Object, node: str, word: str) -> Object:
    """The pod for one node."""
    template = daemonset["spec"]["template"]
    pod = pods.from_template(template, daemonset)
    labels = {**meta.labels(pod), HASH: word, GENERATION: str(meta.generation(daemonset))}
    spec = pod["spec"]
    affinity = spec.get("affinity") or {}
    node_affinity = affinity.get("nodeAffinity") or {}
    only = {"key": "metadata.name", "operator": "In", "values": [node]}  # replaces the template's required terms
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [only]}]}}
    return {**meta.with_metadata(pod, labels=labels), "spec": {
        **spec, "affinity": {**affinity, "nodeAffinity": {**node_affinity, **required}},
        "tolerations": tolerations_of(daemonset)}}


def node_of(pod: Object) -> str:
    """The node a daemon pod is on, or is meant for."""
    spec = pod["spec"]
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    affinity = ((spec.get("affinity") or {}).get("nodeAffinity") or {})
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field.get("key") == "metadata.name" and field.get("values"):
                return str(field["values"][0])
    return ""


def limits(daemonset: Object, desired: int) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) of a rolling update over so many nodes; both round up, one of them is at least 1."""
    rolling = (daemonset["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    surge = resolve(rolling.get("maxSurge", 0), desired, round_up=True)
    unavailable = resolve(rolling.get("maxUnavailable", 1), desired, round_up=True)
    return (surge, unavailable) if surge or unavailable else (0, 1)
