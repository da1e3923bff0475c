"""`kubectl cordon`, `uncordon` and `drain`: no new pods for a node, then its pods are asked to leave.

Source: kubernetes staging/src/k8s.io/kubectl/pkg/drain/drain.go (evictPods: the same pod again after 5 s when its
budget does not allow it yet) and filters.go (pods of DaemonSets stay, finished pods are no reason to wait).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.stories import kubectl

if TYPE_CHECKING:
    from tests.unit.stories.stage import Stage

Object = dict[str, Any]


def cordon(stage: Stage, words: list[str], options: Object) -> str:
    """Mark the node unschedulable."""
    return _mark(stage, words[0], True, "cordoned")


def uncordon(stage: Stage, words: list[str], options: Object) -> str:
    """Take the mark off."""
    return _mark(stage, words[0], None, "uncordoned")


def _mark(stage: Stage, name: str, value: bool | None, did: str) -> str:
    node = kubectl.resource_of("node")
    return kubectl.change(stage, node, name, {"spec": {"unschedulable": value}}, {}, did, kubectl.MERGE)


def drain(stage: Stage, words: list[str], options: Object) -> str:
    """Cordon, evict what is there, wait until it is gone (at most `--timeout` seconds, 120 by default)."""
    node = words[0]
    lines = [cordon(stage, words, options)]
    pods = [pod for pod in stage.now.objects("pods") if pod["spec"].get("nodeName") == node and not of_daemonset(pod)]
    pods.sort(key=lambda pod: stage.names.tell(pod["metadata"]["name"]))
    waiting = {key(pod): pod for pod in pods}
    due = dict.fromkeys(waiting, stage.now.now)
    evicted: dict[str, bool] = {}
    deadline = stage.now.now + float(options.get("timeout", "120s").rstrip("s") or 120)
    while waiting and stage.now.now < deadline:
        for name, pod in list(waiting.items()):
            if name in evicted:
                live = stage.now.get("pods", pod["metadata"]["name"], pod["metadata"]["namespace"])
                if live is None or live["metadata"]["uid"] != pod["metadata"]["uid"]:
                    lines.append(f"pod/{pod['metadata']['name']} evicted")
                    del waiting[name]
            elif stage.now.now >= due[name]:
                lines.append(f"evicting pod {name}")
                answer = stage.now.request("POST", f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/"
                                           f"{pod['metadata']['name']}/eviction", eviction(pod))
                if answer.ok:
                    evicted[name] = True
                else:
                    due[name] = stage.now.now + kubectl.RETRY
                    lines.append(f'error when evicting pods/"{pod["metadata"]["name"]}" -n "{pod["metadata"]["namespace"]}" '
                                 f"(will retry after 5s): {(answer.body or {}).get('message', answer.error)}")
        stage.now.advance(0.5)
        stage.listen()
    lines.append(f"node/{node} drained" if not waiting else f"error: unable to drain node {node!r}: timed out")
    return "\n".join(lines)


def eviction(pod: Object) -> Object:
    """The request that asks a pod to leave."""
    meta = pod["metadata"]
    return {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": meta["name"], "namespace": meta["namespace"]}}


def key(pod: Object) -> str:
    """`default/web-a`."""
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def of_daemonset(pod: Object) -> bool:
    """Whether a DaemonSet would only put it back (`--ignore-daemonsets`), or the node itself runs it."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return any(owner.get("controller") and owner["kind"] in ("DaemonSet", "Node") for owner in owners)
