"""Volumes that waited for the scheduler: set them aside with the node, and bind the pod once they are bound.

A volume that exists gets a claimRef; a claim that needs a new one gets the node's name as an annotation, which its
provisioner waits for. Source: pkg/scheduler/framework/plugins/volumebinding/binder.go (BindPodVolumes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client import MERGE_PATCH
from cluster_sim.kernel import SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.scheduler.decision import Decision
from cluster_sim.scheduler.plugins import VOLUME_BINDING
from cluster_sim.scheduler.plugins.volume_binding import SELECTED_NODE, is_bound
from cluster_sim.scheduler.ranking import Ranking

if TYPE_CHECKING:
    from cluster_sim.scheduler.scheduler import Scheduler

Object = dict[str, Any]
LIMIT = 600 * SECOND  # bindTimeoutSeconds

register_phrases({
    "scheduler.volume": "Scheduler chooses {node} for {pod}, and volume {volume} there for claim {claim}",
    "scheduler.provision": "Scheduler chooses {node} for {pod}, and asks for a volume there for claim {claim}",
}, file="cluster_sim/scheduler/volumes.py")


def begin(scheduler: Scheduler, key: str, pod: Object, ranking: Ranking, decision: Decision, cause: int) -> bool:
    """Set aside or ask for the volumes; → False if there is nothing to wait for."""
    cycle = ranking.cycle
    if not cycle.shape.claims or decision.node is None:
        return False
    chosen = VOLUME_BINDING.choose(cycle, cycle.cache.nodes[decision.node]) or []
    if not chosen:
        return False
    claims = [f"{claim['metadata']['namespace']}/{claim['metadata']['name']}" for claim, _ in chosen]
    scheduler.state["volumes"][key] = [decision.node, claims]
    meta = pod["metadata"]  # so that others see where it will go, though it is not bound yet
    scheduler.request("PATCH", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/status",
                      {"status": {"nominatedNodeName": decision.node}}, cause=cause, content_type=MERGE_PATCH)
    scheduler.kernel.timer(scheduler.part, LIMIT, "volumes", key, background=True)
    for claim, volume in chosen:
        meta = claim["metadata"]
        args = {"pod": pod["metadata"]["name"], "node": decision.node, "claim": meta["name"]}
        if volume is None:
            scheduler.request(
                "PATCH",
                f"/api/v1/namespaces/{meta['namespace']}/persistentvolumeclaims/{meta['name']}",
                {"metadata": {"annotations": {SELECTED_NODE: decision.node}}},
                cause=cause,
                then="set_aside",
                data=key,
                content_type=MERGE_PATCH,
                phrase="scheduler.provision",
                args=args,
                level=STORY,
                detail=decision.detail,
            )
        else:
            name = volume["metadata"]["name"]
            holder = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": meta["namespace"],
                      "name": meta["name"], "uid": meta["uid"]}
            scheduler.request("PATCH", f"/api/v1/persistentvolumes/{name}", {"spec": {"claimRef": holder}}, cause=cause,
                              then="set_aside", data=key, content_type=MERGE_PATCH, phrase="scheduler.volume",
                              args={**args, "volume": name}, level=STORY, detail=decision.detail)
    return True


def go_on(scheduler: Scheduler, span: int) -> None:
    """Bind the pods all of whose claims are bound by now."""
    claims = scheduler.informers["persistentvolumeclaims"]
    for key, (node, names) in list(scheduler.state["volumes"].items()):
        found = [claims.get(name) for name in names]
        if all(claim is not None and is_bound(claim) for claim in found):
            del scheduler.state["volumes"][key]
            pod = scheduler.informers["pods"].get(key)
            if pod is not None:
                scheduler.bind(key, pod, Decision(node, 0, 0), span)


def give_up(scheduler: Scheduler, key: str, span: int) -> None:
    """Too long: the node is chosen anew."""
    if scheduler.state["volumes"].pop(key, None) is not None:
        scheduler.forget(key)
        scheduler.queue.failed(key, scheduler.kernel.now, ["VolumeBinding"], error=True)
