"""kubeadm reset: a machine leaves the cluster, in good order if it can.

The administrator drains the Node (`kubectl drain`: cordon, then evict every pod that no DaemonSet keeps there), has its
etcd member taken out of the cluster before that machine stops to vote, stops everything on the machine, and deletes the
Node. A machine without power is not asked: its pods cannot leave, its member is taken out by the others.

Source: kubernetes cmd/kubeadm/app/cmd/phases/reset; kubectl pkg/drain.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.kernel import SECOND, Kernel
from cluster_sim.kernel.span import register_phrases
from cluster_sim.operations import machines
from cluster_sim.operations.kubeadm import Kubeadm
from cluster_sim.operations.operation import Operation, OperationError, Options

register_phrases({
    "reset.begin": "You take {target} out of the cluster",
    "reset.cordon": "You cordon {node}: no new pod comes there",
    "reset.evict": "You ask for the eviction of {pod} from {node}",
    "reset.blocked": "The eviction of {pod} must wait: {why}",
    "reset.drained": "{node} is drained",
    "reset.backend": "You take the API server on {node} out of the load balancer",
    "reset.member": "kubeadm has etcd take the member on {node} out: from now on the others are counted without it",
    "reset.stop": "kubeadm stops the kubelet on {node}, its pods and all that was of the cluster",
    "reset.delete": "You delete the Node {node}",
    "reset.done": "{node} has left the cluster",
}, file="cluster_sim/operations/reset.py")

Object = dict[str, Any]
RETRY = 5 * SECOND  # kubectl drain, after a 429
MERGE = "application/merge-patch+json"


def nodes(kernel: Kernel) -> list[str]:
    """Machines that may leave: all Nodes, but the last control plane."""
    masters = machines.masters(kernel)
    return [name for name, machine in kernel.machines.items()
            if machine["node"] and (name not in masters or len(masters) > 1)]


def _prepare(kernel: Kernel, target: str, options: Options) -> Options:
    if not isinstance(options["drain"], bool):
        raise OperationError("drain must be true or false.")
    host = _host(kernel, target)
    if f"{host}/kubeadm" in kernel.components:
        raise OperationError(f"kubeadm is at work on {host} already: wait until it has ended.")
    return options


def _host(kernel: Kernel, node: str) -> str:
    """Where the work is done: at the machine itself, or for one without power at a control plane."""
    if machines.has_power(kernel, node):
        return node
    return next((name for name in machines.masters(kernel) if machines.has_power(kernel, name)), node)


def _begin(kernel: Kernel, number: str, target: str, options: Options, cause: int) -> None:
    alive = machines.has_power(kernel, target)
    part = f"{_host(kernel, target)}/kubeadm"
    machines.install(kernel, part)
    kubeadm = kernel.components[part]
    assert isinstance(kubeadm, Kubeadm)
    kernel.stopped.pop(part, None)
    kernel.register(kubeadm)
    plan = ["cordon", "drain"] if options["drain"] and alive else []
    if kernel.machines[target]["role"] == "control-plane":
        plan += ["backend", "member"]
    kubeadm.begin(number, [*plan, "stop", "delete", "done"], {**options, "node": target, "leaving": True}, cause)


OPERATIONS = (
    Operation("reset-node", "A machine leaves the cluster: drained (option `drain`), its etcd member taken out, its processes "
              "stopped, its Node deleted", nodes, {"drain": True}, _begin, "reset.begin", undo="join-worker or "
              "join-control-plane", prepare=_prepare),
)


# Steps


def _node(kubeadm: Kubeadm) -> str:
    return str(kubeadm.options["node"])


def step_cordon(kubeadm: Kubeadm, span: int) -> None:
    """No new pod."""
    kubeadm.ask("PATCH", f"/api/v1/nodes/{_node(kubeadm)}", {"spec": {"unschedulable": True}}, span, phrase="reset.cordon",
                level=2, content_type=MERGE)


def step_drain(kubeadm: Kubeadm, span: int) -> None:
    """Look what is there; evict it; look again until nothing is."""
    kubeadm.ask("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{_node(kubeadm)}", None, span)


def step_backend(kubeadm: Kubeadm, span: int) -> None:
    """No more clients from outside."""
    balancer = machines.balancer(kubeadm.kernel)
    if balancer is not None:
        span = kubeadm.tell("reset.backend", span)
        balancer.drop(f"{_node(kubeadm)}/kube-apiserver", span)
    kubeadm.go_on(span)


def step_member(kubeadm: Kubeadm, span: int) -> None:
    """Ask another member who is who; then have this one taken out."""
    kernel, node = kubeadm.kernel, _node(kubeadm)
    others = [part for part in kernel.components if part.endswith("/etcd") and part != f"{node}/etcd"]
    member = next((part for part in others if kernel.is_running(part)), "")
    if not member:
        kubeadm.again(span, "no other etcd member ran")
        return
    kubeadm.options["asked"] = member
    kubeadm.options.pop("removing", None)
    kubeadm.ask_etcd("member-list", member, {}, span)


def step_stop(kubeadm: Kubeadm, span: int) -> None:
    """Everything of the cluster on the machine ends."""
    span = kubeadm.tell("reset.stop", span)
    machines.take_away(kubeadm.kernel, _node(kubeadm), span)
    kubeadm.go_on(span)


def step_delete(kubeadm: Kubeadm, span: int) -> None:
    """The Node object would stay for ever otherwise; garbage collection and PodGC clear up after it."""
    kubeadm.ask("DELETE", f"/api/v1/nodes/{_node(kubeadm)}", None, span, phrase="reset.delete", level=2)


def step_done(kubeadm: Kubeadm, span: int) -> None:
    """Nothing is left."""
    kubeadm.go_on(kubeadm.tell("reset.done", span))


def answered(kubeadm: Kubeadm, step: str, data: Any, status: int, body: Any, span: int) -> None:
    """Somebody has answered a step."""
    message = str((body or {}).get("message", "")) if isinstance(body, dict) else str(body)
    if step == "drain" and data is None:
        if status == 200:
            _evict(kubeadm, body["items"], span)
        else:
            kubeadm.again(span, message or "the API server did not answer")
    elif step == "drain":
        _evicted(kubeadm, data, status, message, span)
    elif step == "member":
        _member(kubeadm, status, body, span)
    elif status in (200, 404):
        kubeadm.go_on(span)
    elif status in (401, 403):
        kubeadm.fail(message, span)
    else:
        kubeadm.again(span, message or "the API server did not answer")


def leaves(pod: Object) -> bool:
    """Whether a drain evicts the pod: none of a DaemonSet, no mirror pod, none that has ended."""
    owners = pod["metadata"].get("ownerReferences") or ()
    if any(owner.get("kind") == "DaemonSet" and owner.get("controller") for owner in owners):
        return False
    if "kubernetes.io/config.mirror" in (pod["metadata"].get("annotations") or {}):
        return False
    return (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")


def _evict(kubeadm: Kubeadm, pods: list[Object], span: int) -> None:
    pods = [pod for pod in pods if leaves(pod)]
    if not pods:
        kubeadm.go_on(kubeadm.tell("reset.drained", span))
        return
    staying = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    kubeadm.options["left"], kubeadm.options["blocked"] = len(staying), False
    for pod in staying:
        meta = pod["metadata"]
        eviction = {"apiVersion": "policy/v1", "kind": "Eviction",
                    "metadata": {"name": meta["name"], "namespace": meta["namespace"]}}
        kubeadm.ask("POST", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/eviction", eviction, span,
                    data=meta["name"], phrase="reset.evict", level=2, pod=meta["name"])
    if not staying:
        kubeadm.again(span, "its pods had not ended")


def _evicted(kubeadm: Kubeadm, pod: str, status: int, message: str, span: int) -> None:
    if status == 429:
        kubeadm.options["blocked"] = True
        kubeadm.tell("reset.blocked", span, pod=pod, why=message)
    kubeadm.options["left"] -= 1
    if kubeadm.options["left"] == 0:
        kubeadm.again(span, message or "its pods had not ended", RETRY if kubeadm.options["blocked"] else SECOND)


def _member(kubeadm: Kubeadm, status: int, body: Any, span: int) -> None:
    removing = kubeadm.options.get("removing")
    if status != 200:
        kubeadm.again(span, str((body or {}).get("error", "etcd did not answer")))
    elif removing:
        kubeadm.go_on(span)
    else:
        mine = next((row["id"] for row in body["members"] if row["part"] == f"{_node(kubeadm)}/etcd"), None)
        if mine is None:
            kubeadm.go_on(span)
            return
        kubeadm.options["removing"] = True
        kubeadm.ask_etcd("member-remove", kubeadm.options["asked"], {"member": mine}, kubeadm.tell("reset.member", span))
