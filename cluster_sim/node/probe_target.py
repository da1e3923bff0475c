"""What a probe finds: a container that listens or not, answers well or not, a command that ends well or not.

In reality the kubelet opens a connection to the pod's address, or asks the runtime to run a command. Here both go to
the runtime, which knows what the container's program does. Source: kubernetes pkg/probe (http, tcp, exec, grpc).
"""

from __future__ import annotations

from typing import Any

from cluster_sim import apps
from cluster_sim.kernel import SECOND
from cluster_sim.node import sockets
from cluster_sim.node.container_time import elapsed, hangs

Object = dict[str, Any]
LATE = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"


def answer(state: Object, call: Object, now: int) -> Object:
    """{"success", "output"} of one probe, and "late" if that is known only at its time-out.

    `call` has "container", "probe", "ports" (names → numbers).
    """
    container = state["containers"].get(call["container"])
    if container is None or container["state"] != "running":
        return {"success": False, "output": "container is not running"}
    probe, ran = call["probe"], elapsed(container, now)
    if "exec" in probe:
        return _exec(container, probe, ran)
    sandbox = state["sandboxes"][container["sandbox"]]
    ip = sandbox["ip"]
    check = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc") or {}
    port = check.get("port", 80)
    port = call["ports"].get(port, 0) if isinstance(port, str) and not port.isdigit() else int(port)
    refused = f"dial tcp {ip}:{port}: connect: connection refused"
    found = sockets.listener(state, sandbox, port, now)  # any container of the pod: they share its address
    listening, container = found is not None, found or container
    program = container["program"]
    if "tcpSocket" in probe:  # the operating system takes the connection, even if the process hangs
        return {"success": listening, "output": "" if listening else refused}
    seconds = probe.get("timeoutSeconds", 1)
    if "grpc" in probe:
        return _grpc(container, f"{ip}:{port}", listening, seconds)
    get = f'Get "{str(check.get("scheme", "HTTP")).lower()}://{ip}:{port}{check.get("path", "/")}"'
    if not listening:
        return {"success": False, "output": f"{get}: {refused}"}
    if hangs(container) or program["latency"] >= seconds * SECOND:
        return {"success": False, "output": f"{get}: {LATE}", "late": True}
    if program["serves"] not in ("http", "dns"):
        return {"success": False, "output": f"{get}: net/http: HTTP/1.x transport connection broken: malformed HTTP response"}
    if not program["healthy"]:
        return {"success": False, "output": "HTTP probe failed with statuscode: 503"}
    return {"success": True, "output": ""}


def _grpc(container: Object, address: str, listening: bool, seconds: int) -> Object:
    """The health protocol of gRPC: a client keeps dialling until its time is over."""
    if not listening:
        return {"success": False, "late": True, "output":
                f'timeout: failed to connect service "{address}" within {seconds}s: context deadline exceeded'}
    if hangs(container):
        return {"success": False, "output": f"timeout: health rpc did not complete within {seconds}s", "late": True}
    if not container["program"]["healthy"]:
        return {"success": False, "output": 'service unhealthy (responded with "NOT_SERVING")'}
    return {"success": True, "output": ""}


def _exec(container: Object, probe: Object, ran: int) -> Object:
    files = apps.files_at(container["program"], ran)
    command = apps.run_command(probe["exec"].get("command") or [], container["env"], files)
    timeout = probe.get("timeoutSeconds", 1) * 1_000_000
    if command["endsAfter"] is None or command["endsAfter"] > timeout:
        return {"success": False, "output": f"command timed out after {probe.get('timeoutSeconds', 1)}s", "late": True}
    return {"success": command["code"] == 0, "output": "\n".join(text for _, text in command["lines"])}


def execute(container: Object | None, command: list[str], now: int) -> Object:
    """{"time" it takes in µs (for ever is a year), "text" it prints, exit "code"} of a command in this container."""
    if container is None or container["state"] != "running":
        return {"time": 0, "text": "", "code": 126}
    files = apps.files_at(container["program"], elapsed(container, now))
    command_run = apps.run_command(command, container["env"], files)
    ends = command_run["endsAfter"]
    printed = "".join(f"{text}\n" for _, text in command_run["lines"])
    return {"time": 31_536_000_000_000 if ends is None else ends, "text": printed, "code": command_run["code"]}
