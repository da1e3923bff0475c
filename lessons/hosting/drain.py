"""kubectl drain, as the client does it: cordon, list, evict each pod through its eviction subresource; where a budget
refuses (429) wait 5 s and ask again; end when nothing is left that may leave.

Source: kubectl pkg/drain (filters.go, drain.go). Pods of DaemonSets and mirror pods stay, as with --ignore-daemonsets;
data in emptyDir volumes is given up, as with --delete-emptydir-data.
"""

from typing import Any

from cluster_sim.api import meta
from lessons.hosting.errands import Ask, End, Steps, Tell, Wait

RETRY = 5.0  # s, after a budget refused
LOOK = 1.0  # s between looks whether they are gone
GIVE_UP = 3_600.0  # s of virtual time
MIRROR = "kubernetes.io/config.mirror"
NAMED = 3  # pods named in a sentence


def steps(node: str, force: bool) -> Steps:
    """From the answer to the cordon on."""
    response = yield Wait(0)
    if response is None or response.status >= 400:
        return  # the refusal of the cordon is told by itself
    asked: set[str] = set()
    told, waited = "", 0.0
    while waited < GIVE_UP:
        response = yield Ask("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}")
        if response is None or response.status >= 400:
            yield End(False, f"{node} is not drained.", "The API server does not tell which pods it has. Drain it again later.")
            return
        leaving = [pod for pod in response.body["items"] if _leaves(pod)]
        bare = [pod["metadata"]["name"] for pod in leaving if meta.controller_of(pod) is None and not _finished(pod)]
        if bare and not force:
            yield End(False, f"{node} is cordoned, not drained.",
                      f"Nobody would make {_names(bare)} again: no controller owns it. Delete it yourself, or drain with force.")
            return
        if not leaving:
            yield End(True, f"{node} is drained.", "Every pod that could leave has left. Uncordon it to let pods come again.")
            return
        blocked = []
        for pod in leaving:
            if pod["metadata"]["uid"] in asked or "deletionTimestamp" in pod["metadata"]:
                continue
            name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
            body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace}}
            response = yield Ask("POST", f"/api/v1/namespaces/{namespace}/pods/{name}/eviction", body)
            if response is not None and response.status == 429:
                blocked.append(name)
            elif response is not None and response.status < 400:
                asked.add(pod["metadata"]["uid"])
        if blocked and told != (told := " ".join(blocked)):
            yield Tell(f"The drain of {node} waits.",
                       f"A budget (PodDisruptionBudget) does not let {_names(blocked)} go now. It asks again every 5 s.")
        pause = RETRY if blocked else LOOK
        waited += pause
        yield Wait(pause)
    yield End(False, f"{node} is not drained.", "It took more than an hour. Look which budget holds its pods, and drain again.")


def _leaves(pod: Any) -> bool:
    owner = meta.controller_of(pod) or {}
    return owner.get("kind") != "DaemonSet" and MIRROR not in pod["metadata"].get("annotations", {})


def _finished(pod: Any) -> bool:
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def _names(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
