"""What must hold at every moment of every run, whatever people and faults do.

A `Watcher` looks at a cluster between steps and names what is wrong. It compares what the API server says with what
the machines really run (`Cluster.parts`), and one moment with the moments before it.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from cluster_sim import Cluster

MEMORY = 30.0  # virtual seconds a wish lives on in those who have not heard of the next one
SURGE = 4  # maxSurge 25 %, rounded up: a quarter


class Watcher:
    """Call `look` after every step; → sentences about what must never be, empty as a rule."""

    def __init__(self) -> None:
        self.nodes: dict[str, str] = {}  # pod uid → the node it was bound to
        self.wishes: dict[str, deque[tuple[float, int]]] = {}  # owner uid → (time, allowed pods), newest last
        self.had: dict[str, int] = {}  # owner uid → active pods at the last look
        self.generations: dict[str, int] = {}  # owner uid → generation at the last look

    def look(self, cluster: Cluster) -> list[str]:
        pods = cluster.objects("pods")
        return [*self._one_node_for_ever(pods), *self._real_on_one_node(cluster), *self._addresses(pods),
                *self._bounds(cluster, pods)]

    def _one_node_for_ever(self, pods: list[dict[str, Any]]) -> list[str]:
        wrong = []
        for pod in pods:
            uid, node = pod["metadata"]["uid"], pod["spec"].get("nodeName")
            if node and self.nodes.setdefault(uid, node) != node:
                wrong.append(f"{pod['metadata']['name']} moved from {self.nodes[uid]} to {node}: a pod never moves")
        return wrong

    def _real_on_one_node(self, cluster: Cluster) -> list[str]:
        places: dict[str, str] = {}
        wrong = []
        for part, view in cluster.parts().items():
            for container in view.get("containers", ()) if view["kind"] == "container-runtime" else ():
                if container["state"] != "running":
                    continue
                if places.setdefault(container["uid"], part) != part:
                    wrong.append(f"{container['pod']} runs at {places[container['uid']]} and at {part}")
        return wrong

    def _addresses(self, pods: list[dict[str, Any]]) -> list[str]:
        users: dict[str, str] = {}
        wrong = []
        for pod in pods:
            ip = pod.get("status", {}).get("podIP")
            if not ip or pod["spec"].get("hostNetwork") or finished(pod):
                continue
            name = pod["metadata"]["name"]
            if users.setdefault(ip, name) != name:
                wrong.append(f"{ip} belongs to {users[ip]} and to {name}")
        return wrong

    def _bounds(self, cluster: Cluster, pods: list[dict[str, Any]]) -> list[str]:
        """Nobody makes more pods than were lately wished for. Too many may be left over from before, never added."""
        sets, wrong = cluster.objects("replicasets"), []
        counts = active_by_owner(pods)
        for owner in sets:
            wrong += self._bound(cluster.now, owner, owner["spec"]["replicas"], counts.get(owner["metadata"]["uid"], 0))
        for owner in cluster.objects("deployments"):
            asked = sum(child["spec"]["replicas"] for child in sets if controller(child) == owner["metadata"]["uid"])
            replicas = owner["spec"]["replicas"]
            wrong += self._bound(cluster.now, owner, replicas + -(-replicas // SURGE), asked)
        return wrong

    def _bound(self, now: float, owner: dict[str, Any], allowed: int, active: int) -> list[str]:
        """A ReplicaSet's pods, or the pods a Deployment asks of its ReplicaSets, against what is allowed."""
        uid = owner["metadata"]["uid"]
        wishes = self.wishes.setdefault(uid, deque())
        wishes.append((now, allowed))
        while wishes[0][0] < now - MEMORY:
            wishes.popleft()
        generation = owner["metadata"].get("generation", 1)
        if generation - self.generations.get(uid, 0) > 1:
            self.had[uid] = active  # it was wished for differently in between, and nobody looked
        self.generations[uid] = generation
        bound = max(*(wish for _, wish in wishes), self.had.get(uid, 0), 0)
        self.had[uid] = active
        return [f"{owner['kind']} {owner['metadata']['name']} has {active} pods, {bound} are allowed"] if active > bound else []


def settled(cluster: Cluster) -> list[str]:
    """What has not come to rest, long after the last fault was undone; empty is good."""
    pods = cluster.objects("pods")
    counts = active_by_owner(pods)
    wrong = [f"pod {pod['metadata']['name']} is still terminating" for pod in pods if "deletionTimestamp" in pod["metadata"]]
    for owner in cluster.objects("replicasets"):
        have, want = counts.get(owner["metadata"]["uid"], 0), owner["spec"]["replicas"]
        if have != want:
            wrong.append(f"ReplicaSet {owner['metadata']['name']} has {have} of {want}")
    for deployment in cluster.objects("deployments"):
        status = deployment.get("status", {})
        ready, want = status.get("readyReplicas", 0), deployment["spec"]["replicas"]
        if ready != want or status.get("observedGeneration") != deployment["metadata"]["generation"]:
            wrong.append(f"Deployment {deployment['metadata']['name']} has {ready} of {want} ready")
    for owner in cluster.objects("statefulsets"):
        ready, want = owner.get("status", {}).get("readyReplicas", 0), owner["spec"]["replicas"]
        names = {f"{owner['metadata']['name']}-{ordinal}" for ordinal in range(want)}
        in_the_way = any(pod["metadata"]["name"] in names and controller(pod) is None for pod in pods)
        if ready != want and not in_the_way:  # a pod that was set aside keeps its name, and with it the place
            wrong.append(f"StatefulSet {owner['metadata']['name']} has {ready} of {want} ready")
    for owner in cluster.objects("daemonsets"):
        ready, want = owner["status"].get("numberReady", 0), len(cluster.objects("nodes"))
        if ready != want:
            wrong.append(f"DaemonSet {owner['metadata']['name']} is ready on {ready} of {want} nodes")
    wrong += services(cluster, pods)
    for node in cluster.objects("nodes"):
        words = {condition["type"]: condition["status"] for condition in node["status"]["conditions"]}
        if words["Ready"] != "True":
            wrong.append(f"node {node['metadata']['name']} is not Ready")
    real = {container["uid"] for view in cluster.parts().values() if view["kind"] == "container-runtime"
            for container in view["containers"] if container["state"] == "running"}
    known = {pod["metadata"]["uid"] for pod in pods if not finished(pod)}
    return [*wrong, *(f"containers of {uid} run, and no pod is theirs" for uid in sorted(real - known))]


def services(cluster: Cluster, pods: list[dict[str, Any]]) -> list[str]:
    """Services whose EndpointSlices are not the addresses of their ready pods, or whose rules are not on every node."""
    wrong = []
    for service in cluster.objects("services"):
        name, selector = service["metadata"]["name"], service["spec"].get("selector")
        if not selector or service["metadata"]["namespace"] != "default":
            continue
        wanted = sorted(pod["status"]["podIP"] for pod in pods if pod["metadata"]["namespace"] == "default"
                        and selector.items() <= pod["metadata"].get("labels", {}).items() and is_ready(pod))
        slices = cluster.objects("endpointslices", "default", f"kubernetes.io/service-name={name}")
        listed = sorted(address for one in slices for endpoint in one.get("endpoints") or ()
                        if endpoint["conditions"].get("ready") for address in endpoint["addresses"])
        if listed != wanted:
            wrong.append(f"service {name} lists {listed}, ready are {wanted}")
        for part, view in cluster.parts().items():
            rule = view.get("rules", {}).get(f"default/{name}") if view["kind"] == "kube-proxy" else None
            if view["kind"] == "kube-proxy" and (rule is None or len(rule["endpoints"]) != len(wanted)):
                wrong.append(f"{part} has {rule} for {name}, ready are {wanted}")
    return wrong


def is_ready(pod: dict[str, Any]) -> bool:
    """Whether the pod's Ready condition holds."""
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod.get("status", {}).get("conditions", ()))


def finished(pod: dict[str, Any]) -> bool:
    """Whether the pod has run to its end."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def controller(obj: dict[str, Any]) -> str | None:
    """The uid of who controls the object."""
    owners = obj["metadata"].get("ownerReferences", ())
    return next((owner["uid"] for owner in owners if owner.get("controller")), None)


def active_by_owner(pods: list[dict[str, Any]]) -> dict[str, int]:
    """Owner uid → how many of its pods are neither finished nor going."""
    counts: dict[str, int] = {}
    for pod in pods:
        owner = controller(pod)
        if owner and not finished(pod) and "deletionTimestamp" not in pod["metadata"]:
            counts[owner] = counts.get(owner, 0) + 1
    return counts
