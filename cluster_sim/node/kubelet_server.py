"""The kubelet's own server: logs and commands, for the API server that passes them on (port 10250 of a node).

A message "kubelet" {"source", "id", "op", "namespace", "pod", "container", …} is answered with "kubelet-answer" {"id",
"status", "body"}. `op` is "logs" (with the options of `container_log.text`, and "previous"; the answer also has "time",
to ask for what comes "after" it), "exec" (with "command"; answered when it has ended, with "code") or "metrics" (what
the node and its containers use: /metrics/resource). A kubelet that is stopped answers nothing: `kubectl logs` fails while
the container runs on.

Source: kubernetes pkg/kubelet/server/server.go, kubelet_pods.go (validateContainerLogStatus).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.kernel.loop import register_connecting

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_connecting("kubelet")

Object = dict[str, Any]
EXEC_LIMIT = 3_600_000_000  # µs


def serve(kubelet: Kubelet, call: Object, span: int) -> None:
    """One request: find the container, then ask the runtime."""
    if call["op"] == "metrics":
        number = kubelet.runtime("ContainerStats", {}, "served", "", "", span, subject="usage")
        kubelet.state["served"][str(number)] = {"source": call["source"], "id": call["id"]}
        return
    key = f"{call['namespace']}/{call['pod']}"
    worker = next((one for one in kubelet.workers.values() if one["key"] == key), None)
    pod = kubelet.pod_of(worker) if worker else None
    if worker is None or pod is None:
        answer(kubelet, call, 404, f'pods "{call["pod"]}" not found', span)
        return
    row = worker["containers"].get(call["container"])
    problem = waiting(call, row)
    if problem:
        answer(kubelet, call, 400, problem, span)
        return
    if call["op"] == "exec":
        payload = {"container": row["id"], "command": call["command"], "timeout": EXEC_LIMIT}
    else:
        payload = {name: value for name, value in call.items() if name not in ("source", "id")}
    number = kubelet.runtime(
        "ExecSync" if call["op"] == "exec" else "ReadLog",
        {**payload, "uid": worker["uid"]},
        "served",
        worker["uid"],
        call["container"],
        span,
        subject=call["container"],
    )
    kubelet.state["served"][str(number)] = {"source": call["source"], "id": call["id"]}


def waiting(call: Object, row: Object | None) -> str:
    """Why the container cannot be asked; "" if it can."""
    name, pod = call["container"], call["pod"]
    if call.get("previous"):
        return "" if row and row["last"] else f'previous terminated container "{name}" in pod "{pod}" not found'
    if row is None or (row["state"] == "waiting" and not row["last"]):
        reason = (row or {}).get("reason") or "ContainerCreating"
        if reason in ("ErrImagePull", "ImagePullBackOff"):
            return f'container "{name}" in pod "{pod}" is waiting to start: trying and failing to pull image'
        return f'container "{name}" in pod "{pod}" is waiting to start: {reason}'
    if call["op"] == "exec" and row["state"] != "running":
        return f'container not found ("{name}")'
    return ""


def lost(kubelet: Kubelet, span: int) -> None:
    """The runtime died: nothing that was asked of it will be answered."""
    for call in [*kubelet.state["served"].values()]:
        answer(kubelet, call, 500, "the container runtime is not running", span)
    kubelet.state["served"] = {}


def served(kubelet: Kubelet, result: Object, span: int) -> bool:
    """The runtime's answer to such a request goes on to who asked; → False if it was another call."""
    call = kubelet.state["served"].pop(str(result["id"]), None)
    if call is None:
        return False
    if "containers" in result:
        usage = {"time": kubelet.kernel.now, "cpu": result["cpu"], "memory": result["memory"][1],
                 "containers": result["containers"]}
        answer(kubelet, call, 200, usage, span)
        return True
    extra = {name: result[name] for name in ("code", "time") if name in result}
    if "error" in result:
        answer(kubelet, call, 400, result["message"], span)
    else:
        answer(kubelet, call, 200, result["text"], span, **extra)
    return True


def answer(kubelet: Kubelet, call: Object, status: int, body: Any, span: int, **extra: Any) -> None:
    """To the API server."""
    kubelet.kernel.send(kubelet.part, call["source"], "kubelet-answer",
                        {"id": call["id"], "status": status, "body": body, **extra}, span, verb="answer",
                        subject=str(status))
