"""What a probe finds: a container that listens or not, answers well or not, a command that ends well or not.

In reality the kubelet opens a connection to the pod's address, or asks the runtime to run a command. Here both go to
the runtime, which knows what the container's program does. Source: kubernetes pkg/probe (http, tcp, exec).
"""

from __future__ import annotations

from typing import Any

from cluster_sim import apps

Object = dict[str, Any]


def answer(state: Object, call: Object, now: int) -> Object:
    """{"success", "output"} of one probe: `call` has "container", "probe", "ports" (names → numbers)."""
    container = state["containers"].get(call["container"])
    if container is None or container["state"] != "running":
        return {"success": False, "output": "container is not running"}
    probe, elapsed, program = call["probe"], now - container["started_at"], container["program"]
    if "exec" in probe:
        return _exec(container, probe, elapsed)
    ip = state["sandboxes"][container["sandbox"]]["ip"]
    check = probe.get("httpGet") or probe.get("tcpSocket") or probe.get("grpc") or {}
    port = check.get("port", 80)
    port = call["ports"].get(port, 0) if isinstance(port, str) and not port.isdigit() else int(port)
    refused = f"dial tcp {ip}:{port}: connect: connection refused"
    listening = apps.listens(program, port, elapsed)
    if "httpGet" not in probe:
        return {"success": listening, "output": "" if listening else refused}
    if not listening:
        scheme = str(check.get("scheme", "HTTP")).lower()
        return {"success": False, "output": f'Get "{scheme}://{ip}:{port}{check.get("path", "/")}": {refused}'}
    if not program["healthy"]:
        return {"success": False, "output": "HTTP probe failed with statuscode: 503"}
    return {"success": True, "output": ""}


def _exec(container: Object, probe: Object, elapsed: int) -> Object:
    files = apps.files_at(container["program"], elapsed)
    command = apps.run_command(probe["exec"].get("command") or [], container["env"], files)
    timeout = probe.get("timeoutSeconds", 1) * 1_000_000
    if command["endsAfter"] is None or command["endsAfter"] > timeout:
        return {"success": False, "output": f"command timed out after {probe.get('timeoutSeconds', 1)}s"}
    return {"success": command["code"] == 0, "output": "\n".join(text for _, text in command["lines"])}


def execute(container: Object | None, command: list[str], now: int) -> Object:
    """{"time" it takes in µs (for ever is a year), "text" it prints, exit "code"} of a command in this container."""
    if container is None or container["state"] != "running":
        return {"time": 0, "text": "", "code": 126}
    files = apps.files_at(container["program"], now - container["started_at"])
    command_run = apps.run_command(command, container["env"], files)
    ends = command_run["endsAfter"]
    printed = "".join(f"{text}\n" for _, text in command_run["lines"])
    return {"time": 31_536_000_000_000 if ends is None else ends, "text": printed, "code": command_run["code"]}
