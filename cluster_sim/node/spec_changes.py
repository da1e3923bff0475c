"""What of a running pod's spec may change, and what the kubelet does then.

Another image: the container is killed and started anew, whatever the restart policy (though with Never the API server
refuses to hear of it: a container that has ended may not run again). Other resources: a resize in place.
An ephemeral container: it is started. A deadline: it counts from the pod's start, and ends the pod.
Source: kubernetes pkg/kubelet/kuberuntime (computePodActions), active_deadline.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import SECOND, timestamps
from cluster_sim.node import pod_resize

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

Object = dict[str, Any]
DEADLINE = ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")


def handle(kubelet: Kubelet, old: Object, new: Object, worker: Object, span: int) -> None:
    """The spec of a pod that runs here has changed."""
    if worker["stopping"] or worker["gone"]:
        return
    images = {one["name"]: one["image"] for one in _containers(old)}
    for container in _containers(new):
        name, row = container["name"], worker["containers"].get(container["name"])
        if row is not None and row["state"] == "running" and images.get(name) not in (None, container["image"]):
            worker["containers"][name] = {**row, "again": True}
            kubelet.ending.stop(new, worker, name, None, span, f"Container {name} definition changed, will be restarted")
    if pod_resize.resources_of(old) != pod_resize.resources_of(new):
        kubelet.resizes.wanted(old, new, worker, span)
    if new["spec"].get("activeDeadlineSeconds") != old["spec"].get("activeDeadlineSeconds"):
        plan_deadline(kubelet, new, worker)
    if new["spec"].get("ephemeralContainers") != old["spec"].get("ephemeralContainers"):
        kubelet.start_up.advance(new, worker, span)


def _containers(pod: Object) -> list[Object]:
    return [*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ())]


def plan_deadline(kubelet: Kubelet, pod: Object, worker: Object) -> None:
    """A pod with activeDeadlineSeconds ends that long after its start."""
    seconds = pod["spec"].get("activeDeadlineSeconds")
    if seconds is None:
        return
    started = (pod.get("status") or {}).get("startTime")
    ran = kubelet.clock + kubelet.kernel.epoch - timestamps.parse(started) if started else 0
    kubelet.kernel.timer(kubelet.part, max(0, int(seconds) * SECOND - ran), "deadline", worker["uid"], background=True)


def deadline(kubelet: Kubelet, uid: str, span: int) -> None:
    """The time may be over (unless somebody gave the pod more)."""
    worker = kubelet.workers.get(uid)
    pod = kubelet.pod_of(worker) if worker else None
    if worker is None or pod is None or worker["stopping"] or worker["gone"]:
        return
    seconds, started = pod["spec"].get("activeDeadlineSeconds"), (pod.get("status") or {}).get("startTime")
    if seconds is None or started is None or (
            kubelet.clock + kubelet.kernel.epoch - timestamps.parse(started) < int(seconds) * SECOND):
        return
    reason, message = DEADLINE
    kubelet.event(pod, "Normal", reason, message, span)
    kubelet.ending.end_for(pod, worker, reason, message, None, span)
