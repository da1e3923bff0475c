"""Node-pressure eviction: a kubelet whose machine runs short of memory or disk clears up, then ends pods.

Every 10 s it looks what is left. If a threshold is crossed it says so in the node's conditions (for at least 5 minutes,
so that they do not flap), takes back what nobody needs (for disk: containers that have ended, images nobody uses), and if
that is not enough ends one pod, and looks again. Containers that wrote more than they may are ended at once.

The real one looks every 10 s for ever; ours only while there is something to see: when a fault, a full machine or a
program that grows may bring it near a threshold. Source: kubernetes pkg/kubelet/eviction/eviction_manager.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.client.event_recorder import record
from cluster_sim.kernel import DETAIL, SECOND, STORY
from cluster_sim.kernel.loop import in_background
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import eviction, image_gc

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.pressure": "kubelet on {node} finds too little {resource} left: {available} of at least {least}",
    "kubelet.relief": "kubelet on {node} has not been short of {resource} for 5 minutes",
    "kubelet.evicts": "kubelet on {node} evicts {pod} to get {resource} back",
    "kubelet.evicts-writer": "kubelet on {node} evicts {pod}, which has used more disk than it may",
    "kubelet.removes-image": "kubelet on {node} removes the image {image}, which no container uses",
    "kubelet.looks-at-machine": "kubelet on {node} looks what is left of memory and disk",
}, file="cluster_sim/node/eviction_manager.py")

Object = dict[str, Any]
PERIOD = 10 * SECOND
TRANSITION = 300 * SECOND  # a condition stays this long after its threshold was last met
GRACE = 1  # seconds
REASON = "Evicted"


class EvictionManager:
    """Works on the kubelet's state["eviction"]:

    "planned" (a look is coming), "seen" (condition → when its threshold was last met), "told" (signals already met), "asked".
    """

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    @property
    def memory(self) -> Object:
        """What it remembers."""
        memory: Object = self.kubelet.state["eviction"]
        return memory

    def look(self, span: int) -> None:
        """There may be something to see: at the next full period."""
        if not self.memory["planned"]:
            self.memory["planned"] = True
            wait = PERIOD - self.kernel.now % PERIOD
            quiet = in_background(span)
            self.kernel.timer(self.kubelet.part, wait, "eviction", None, cause=0 if quiet else span, background=quiet)

    def due(self, span: int) -> None:
        """Ask the runtime what everything uses."""
        self.memory["planned"] = False
        self.kernel.tell(span, "kubelet.looks-at-machine", {"node": self.kubelet.node})
        if self.kubelet.state["settled"]:
            self.kubelet.runtime("ContainerStats", {}, "usage", "", "", span, subject="usage")

    def on_usage(self, stats: Object, span: int) -> None:
        """Compare with the thresholds, and act on the worst."""
        met = eviction.thresholds(stats)
        self._conditions(met, span)
        if not self._writers(stats, span) and met:
            self._reclaim(stats, met, span)
        self.memory["told"] = list(met)
        if met or self.memory["seen"] or stats["grows"]:
            self.look(0 if in_background(span) else span)

    # Conditions

    def pressures(self) -> list[str]:
        """The node's pressure conditions that are True."""
        return [name for name in ("MemoryPressure", "DiskPressure", "PIDPressure") if name in self.memory["seen"]]

    def _conditions(self, met: dict[str, tuple[int, int]], span: int) -> None:
        now, seen, before = self.kernel.now, self.memory["seen"], self.pressures()
        for signal in met:
            seen[eviction.SIGNALS[signal][2]] = now
        for name in [name for name, last in seen.items() if now - last >= TRANSITION]:
            del seen[name]
        for signal, (least, available) in met.items():
            resource, _, condition = eviction.SIGNALS[signal]
            if condition not in before and signal not in self.memory["told"]:
                self._tell("kubelet.pressure", {"resource": resource, "available": f"{max(0, available) >> 20} MiB",
                                                "least": f"{least >> 20} MiB"}, span)
                before = [*before, condition]
        for name in before:
            if name not in seen:
                self._tell("kubelet.relief", {"resource": "memory" if name == "MemoryPressure" else "disk"}, span)
        self.kubelet.registration.update(span)

    # Making room

    def _reclaim(self, stats: Object, met: dict[str, tuple[int, int]], span: int) -> None:
        signal = next(iter(met))
        resource = eviction.SIGNALS[signal][0]
        record(self.kubelet, "kubelet", self.kubelet.registration.node(), "Warning", "EvictionThresholdMet",
               f"Attempting to reclaim {resource}", span)
        if resource != "memory" and self._clear_disk(stats, met, span):
            return
        pods = {row["uid"]: pod for row in stats["containers"] if (pod := self._active(row["uid"])) is not None}
        used: dict[str, Object] = {}
        for row in stats["containers"]:
            sums = used.setdefault(row["uid"], {"memory": 0, "disk": 0})
            sums["memory"] += row["memory"]
            sums["disk"] += row["disk"]
        for pod in eviction.rank([*pods.values()], used, resource):
            uid = pod["metadata"]["uid"]
            text = eviction.message(pod, resource, met, [row for row in stats["containers"] if row["uid"] == uid])
            if self._evict(pod, text, resource, span):
                return

    def _clear_disk(self, stats: Object, met: dict[str, tuple[int, int]], span: int) -> bool:
        """Remove all images that no container uses; → whether that was enough."""
        unused = [image for image in stats["images"] if image not in stats["in_use"]]
        freed = sum(stats["images"][image] for image in unused)
        for image in unused:
            self.remove_image(image, span)
        has, used = stats["disk"]
        return not any(signal != "memory.available" for signal in eviction.thresholds({**stats, "disk": [has, used - freed]}))

    def remove_image(self, image: str, span: int) -> None:
        """The runtime deletes it; the next pod that needs it must pull it again."""
        span = self.kernel.work(self.kubelet.part, span, verb="remove", subject=image, phrase="kubelet.removes-image",
                                args={"node": self.kubelet.node, "image": image}, level=DETAIL)
        self.kubelet.runtime("RemoveImage", {"image": image}, "image_removed", "", "", span, subject=image)
        self.kubelet.images.pop(image, None)
        self.kubelet.state["node"]["dirty"] = True

    def on_image_removed(self, answer: Object, span: int) -> None:
        """It is gone."""

    def on_image_usage(self, stats: Object, span: int) -> None:
        """Image garbage collection asked (see `image_gc`)."""
        image_gc.collect(self.kubelet, stats, span)

    # Ending pods

    def _writers(self, stats: Object, span: int) -> bool:
        """End every pod that has written more than it may; → whether there was one."""
        found = False
        for uid in dict.fromkeys(row["uid"] for row in stats["containers"]):
            pod = self._active(uid)
            text = pod and eviction.over_its_storage(pod, [row for row in stats["containers"] if row["uid"] == uid])
            if pod and text:
                found = self._evict(pod, text, "", span) or found
        return found

    def _active(self, uid: str) -> Object | None:
        worker = self.kubelet.workers.get(uid)
        return None if worker is None or worker["stopping"] or worker["gone"] else self.kubelet.pod_of(worker)

    def _evict(self, pod: Object, text: str, resource: str, span: int) -> bool:
        if eviction.is_critical(pod):
            return False
        phrase = "kubelet.evicts" if resource else "kubelet.evicts-writer"
        span = self._tell(phrase, {"pod": pod["metadata"]["name"], "resource": resource}, span)
        self.kubelet.event(pod, "Warning", REASON, text, span)
        worker = self.kubelet.workers[pod["metadata"]["uid"]]
        self.kubelet.ending.end_for(pod, worker, REASON, text, GRACE, span, text if resource else "")
        return True

    # At the door

    def refuses(self, pod: Object) -> tuple[str, str] | None:
        """(reason, message) if the machine is too short of something to take a new pod."""
        found = self.pressures()
        if not found or eviction.is_critical(pod):
            return None
        if found == ["MemoryPressure"]:
            tolerated = any(one.get("key") in ("node.kubernetes.io/memory-pressure", None) and one.get("effect") in (
                "NoSchedule", "", None) for one in pod["spec"].get("tolerations") or ())
            if (pod.get("status") or {}).get("qosClass") != "BestEffort" or tolerated:
                return None
        return REASON, f"The node had condition: [{', '.join(found)}]. "

    def _tell(self, phrase: str, args: Object, span: int) -> int:
        return self.kernel.work(self.kubelet.part, span, verb="evict", subject=args.get("pod", self.kubelet.node), phrase=phrase,
                                args={"node": self.kubelet.node, **args}, level=STORY)
