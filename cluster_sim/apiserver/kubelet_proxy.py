"""What only the kubelet of a pod's node can answer: the API server passes it on and the answer back.

    proxied[number] = {call, node, op, time}

A kubelet that is stopped answers nothing, and so `kubectl logs` fails although the container may run on. The real
server keeps the connection open and streams; ours hands out what there is when it is asked.

Upstream: kubernetes/pkg/kubelet/client/kubelet_client.go, pkg/registry/core/pod/rest/{log,subresources}.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import status
from cluster_sim.api.status import ApiError
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.loop import register_connecting

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

register_connecting("kubelet")

PORT = 10250
TIMEOUT = 30 * SECOND
PATHS = {"logs": "containerLogs", "exec": "exec"}


def ask(server: APIServer, info: RequestInfo, call: Object, pod: Object, question: Object, span: int) -> None:
    """Send the question to the kubelet of the pod's node; the client is answered when the kubelet has."""
    node = pod["spec"]["nodeName"]
    server.state["next"] = number = server.state["next"] + 1
    where = f"{PATHS[question['op']]}/{info.namespace}/{info.name}/{question['container']}"
    server.state["proxied"][str(number)] = {"call": call, "node": node, "op": question["op"], "where": where}
    payload = {"source": server.part, "id": number, "namespace": info.namespace, "pod": info.name, **question}
    server.kernel.send(server.part, f"{node}/kubelet", "kubelet", payload, span, verb=question["op"], subject=info.name)
    server.kernel.timer(server.part, TIMEOUT, "kubelet-late", number, background=True)


def answered(server: APIServer, answer: Object, span: int) -> None:
    """The kubelet has answered."""
    row = server.state["proxied"].pop(str(answer["id"]), None)
    if row is None:
        return
    call, body = row["call"], answer["body"]
    if answer["status"] >= 400:
        reason = {400: "BadRequest", 404: "NotFound"}.get(answer["status"], "InternalError")
        server.refuse(call, ApiError(status.failure(answer["status"], reason, body)), span)
        return
    if row["op"] == "exec":
        server.respond(call, 200, {"output": body, "code": answer.get("code", 0)}, span)
        return
    headers = {"Content-Type": "text/plain"}
    if "time" in answer:
        headers["X-Log-Time"] = str(answer["time"])
    server.respond(call, 200, body, span, headers)


def lost(server: APIServer, number: int, span: int, reason: str = "connect: connection refused") -> None:
    """Nobody answers at the node."""
    row = server.state["proxied"].pop(str(number), None)
    if row is not None:
        text = f'Get "https://{row["node"]}:{PORT}/{row["where"]}": dial tcp {row["node"]}:{PORT}: {reason}'
        server.refuse(row["call"], ApiError(status.unknown(text)), span)
