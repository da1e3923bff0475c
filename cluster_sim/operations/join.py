"""kubeadm join: a machine becomes a Node of the cluster, or one more machine of its control plane.

The administrator makes a bootstrap token on the control plane (valid a day). With it the new machine's kubelet asks for
a certificate, gets it, and registers its Node. A control plane's machine also fetches the cluster's certificates, joins
etcd as a learner that is promoted once it has caught up, starts its own API server, controller manager and scheduler,
and is added to the load balancer.

Simplified: the files kubeadm writes are not there; cluster-info is read but nothing is signed; kube-proxy is there from
the start.

Source: kubernetes cmd/kubeadm/app/cmd/join.go, phases/join, phases/init (bootstraptoken, uploadcerts).
"""

from __future__ import annotations

from typing import Any

from cluster_sim import scenario
from cluster_sim.kernel import Kernel, timestamps
from cluster_sim.kernel.span import register_phrases
from cluster_sim.operations import bootstrap_objects, machines
from cluster_sim.operations.kubeadm import ADMIN, Kubeadm
from cluster_sim.operations.operation import Operation, OperationError, Options
from cluster_sim.static_manifests import manifests

register_phrases({
    "join.worker": "You join a new machine {name} to the cluster as a worker",
    "join.master": "You join a new machine {name} to the cluster as one more control plane",
    "join.token": "You make a bootstrap token for {node} on the control plane; it is valid for a day",
    "join.certificates": "You put the cluster's certificates into a Secret for {node}, encrypted, for two hours",
    "join.preflight": "kubeadm on {node} runs its pre-flight checks: everything is there",
    "join.discovery": "kubeadm on {node} reads where the API server is: that much everybody may know",
    "join.download": "kubeadm on {node} downloads the control plane's certificates",
    "join.kubelet": "kubeadm on {node} starts the kubelet, which has a bootstrap token and no certificate yet",
    "join.etcd-add": "kubeadm on {node} asks etcd to take its machine in as a learner",
    "join.etcd-start": "kubeadm on {node} starts the new etcd member: it copies, and does not vote yet",
    "join.etcd-promote": "kubeadm on {node} asks etcd to let the new member vote",
    "join.control-plane": "kubeadm on {node} starts API server, controller manager and scheduler",
    "join.mark": "kubeadm on {node} marks the Node as one of the control plane",
    "join.backend": "You add the API server on {node} to the load balancer",
    "join.restart": "kubeadm on {node} lets the kubelet use its own machine's API server",
    "join.done": "{node} has joined the cluster",
}, file="cluster_sim/operations/join.py")

Object = dict[str, Any]
WORKER = ["token", "preflight", "discovery", "kubelet", "certificate", "node", "done"]
MASTER = ["token", "certificates", "preflight", "discovery", "download", "kubelet", "certificate", "etcd_add", "etcd_start",
          "etcd_promote", "control_plane", "ready", "node", "mark", "backend", "done"]
MOST_MASTERS = scenario.MAX_CONTROL_PLANES
OPTIONS: Options = {"name": "", "zone": None, "token": ""}
CERTIFICATES = "/api/v1/namespaces/kube-system/secrets/kubeadm-certs"


def _prepare_worker(kernel: Kernel, target: str, options: Options) -> Options:
    if sum(machine["role"] == "worker" for machine in kernel.machines.values()) >= scenario.MAX_WORKERS:
        raise OperationError(f"There may be no more than {scenario.MAX_WORKERS} workers.")
    return machines.checked(kernel, "worker", options)


def _prepare_master(kernel: Kernel, target: str, options: Options) -> Options:
    masters = machines.masters(kernel)
    if not all(kernel.machines[name]["node"] for name in masters):
        raise OperationError("This control plane is managed by a provider: nobody else joins machines to it.")
    if machines.balancer(kernel) is None:
        raise OperationError("kubeadm cannot add a control plane to a cluster that has no stable controlPlaneEndpoint: "
                             "open the scene with spec.loadBalancer: true.")
    if len(masters) >= MOST_MASTERS:
        raise OperationError(f"There may be no more than {MOST_MASTERS} control planes.")
    return machines.checked(kernel, "master", options)


def _begin(kernel: Kernel, number: str, options: Options, role: str, plan: list[str], cause: int) -> None:
    node = machines.add(kernel, options, role)
    machines.install(kernel, f"{node}/kubeadm")
    kubeadm = kernel.components[f"{node}/kubeadm"]
    assert isinstance(kubeadm, Kubeadm)
    kernel.stopped.pop(kubeadm.part, None)
    kernel.register(kubeadm)
    for process in ("network", "container-runtime"):
        if f"{node}/{process}" in kernel.components:
            kernel.run(f"{node}/{process}", cause)
    token = options["token"] or f"{kernel.suffix('bootstrap token', 6)}.{kernel.suffix('bootstrap token', 16)}"
    kubeadm.begin(number, plan, {**options, "node": node, "token": token, "given": bool(options["token"])}, cause)


def _begin_worker(kernel: Kernel, number: str, target: str, options: Options, cause: int) -> None:
    _begin(kernel, number, options, "worker", WORKER, cause)


def _begin_master(kernel: Kernel, number: str, target: str, options: Options, cause: int) -> None:
    _begin(kernel, number, options, "control-plane", MASTER, cause)


OPERATIONS = (
    Operation("join-worker", "A new machine joins the cluster as a worker (options `name`, `cpu`, `memory`, `pods`, `zone`; "
              "`token`: a bootstrap token there is, instead of a new one)", None, {**OPTIONS, **scenario.WORKER}, _begin_worker,
              "join.worker", undo="reset-node", prepare=_prepare_worker),
    Operation("join-control-plane", "A new machine joins the control plane: one more etcd member, API server, controller "
              "manager and scheduler (options as for join-worker)", None, {**OPTIONS, **scenario.CONTROL_PLANE}, _begin_master,
              "join.master", undo="reset-node", prepare=_prepare_master),
)


# Steps


def step_token(kubeadm: Kubeadm, span: int) -> None:
    """On the control plane: a token, and what makes tokens useful (kubeadm init phase bootstrap-token)."""
    if kubeadm.options["given"]:
        kubeadm.go_on(span)
        return
    kernel, token = kubeadm.kernel, kubeadm.options["token"]
    span = kubeadm.tell("join.token", span)
    expires = timestamps.rfc3339(kernel.epoch + kernel.now + bootstrap_objects.TOKEN_TTL)
    wanted = [*bootstrap_objects.rules(), bootstrap_objects.cluster_info(kubeadm.server),
              bootstrap_objects.token_secret(token, expires)]
    kubeadm.options["left"] = len(wanted)
    for path, obj in wanted:
        kubeadm.ask("POST", path, obj, span)


def step_certificates(kubeadm: Kubeadm, span: int) -> None:
    """kubeadm init phase upload-certs."""
    kubeadm.options["left"] = 1
    secret = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {"name": "kubeadm-certs"}, "data": {}}
    kubeadm.ask("POST", CERTIFICATES.rpartition("/")[0], secret, span, phrase="join.certificates", level=2)


def step_preflight(kubeadm: Kubeadm, span: int) -> None:
    """Nothing here can be missing."""
    kubeadm.go_on(kubeadm.tell("join.preflight", span))


def step_discovery(kubeadm: Kubeadm, span: int) -> None:
    """Everybody may read this; it is signed with the token, so that whoever has the token can trust it."""
    kubeadm.state["as"] = "system:anonymous"
    kubeadm.ask("GET", bootstrap_objects.CLUSTER_INFO, None, span, phrase="join.discovery", level=2)


def step_download(kubeadm: Kubeadm, span: int) -> None:
    """From here on as the bootstrap token. What it downloads is encrypted; the administrator handed over the key."""
    kubeadm.state["as"] = "system:bootstrap"
    kubeadm.ask("GET", CERTIFICATES, None, span, phrase="join.download", level=2)


def step_kubelet(kubeadm: Kubeadm, span: int) -> None:
    """The kubelet's first start."""
    kernel, node = kubeadm.kernel, kubeadm.node
    kernel.machines[node] = {**kernel.machines[node], "bootstrap": kubeadm.options["token"]}
    span = kubeadm.tell("join.kubelet", span)
    kernel.run(f"{node}/kubelet", span)
    kubeadm.go_on(span)


def step_certificate(kubeadm: Kubeadm, span: int) -> None:
    """Wait until the kubelet's certificate is on the disk."""
    if "certificate" in kubeadm.kernel.machines[kubeadm.node]:
        kubeadm.state["as"] = f"system:node:{kubeadm.node}"
        kubeadm.go_on(span)
    else:
        kubeadm.again(span, "the kubelet had no certificate")


def step_node(kubeadm: Kubeadm, span: int) -> None:
    """Wait until the kubelet has registered the Node."""
    kubeadm.state["as"] = f"system:node:{kubeadm.node}"
    kubeadm.ask("GET", f"/api/v1/nodes/{kubeadm.node}", None, span)


def step_etcd_add(kubeadm: Kubeadm, span: int) -> None:
    """Any member that runs can be asked."""
    member = _some_member(kubeadm)
    if not member:
        kubeadm.again(span, "no etcd member ran")
        return
    span = kubeadm.tell("join.etcd-add", span)
    kubeadm.ask_etcd("member-add", member, {"part": f"{kubeadm.node}/etcd", "learner": True}, span)


def step_etcd_start(kubeadm: Kubeadm, span: int) -> None:
    """The new member knows who the others are, and nothing else."""
    from cluster_sim.etcd import Etcd

    kernel, part = kubeadm.kernel, f"{kubeadm.node}/etcd"
    machines.install(kernel, part)
    member = kernel.components[part]
    assert isinstance(member, Etcd)
    member.join(*kubeadm.options["membership"])
    span = kubeadm.tell("join.etcd-start", span)
    kernel.run(part, span)
    kubeadm.go_on(span)


def step_etcd_promote(kubeadm: Kubeadm, span: int) -> None:
    """Again and again, until the learner has caught up."""
    member = _some_member(kubeadm)
    if not member:
        kubeadm.again(span, "no etcd member ran")
        return
    if kubeadm.state["looks"] == 0:
        span = kubeadm.tell("join.etcd-promote", span)
    kubeadm.ask_etcd("member-promote", member, {"member": kubeadm.options["membership"][1]}, span)


def step_control_plane(kubeadm: Kubeadm, span: int) -> None:
    """The three that are left."""
    kernel = kubeadm.kernel
    span = kubeadm.tell("join.control-plane", span)
    kernel.machines[kubeadm.node] = {**kernel.machines[kubeadm.node], "manifests": manifests()}
    for process in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"):
        machines.install(kernel, f"{kubeadm.node}/{process}")
        kernel.run(f"{kubeadm.node}/{process}", span)
    kubeadm.go_on(span)


def step_ready(kubeadm: Kubeadm, span: int) -> None:
    """Wait until the machine's own API server answers."""
    kubeadm.state.update({"as": ADMIN, "local": True})
    kubeadm.ask("GET", "/readyz", None, span)


def step_mark(kubeadm: Kubeadm, span: int) -> None:
    """Label and taint; then the kubelet's own door."""
    kubeadm.state["as"] = ADMIN
    kubeadm.ask("PATCH", f"/api/v1/nodes/{kubeadm.node}", {"metadata": {"labels": {
        "node-role.kubernetes.io/control-plane": "", "node.kubernetes.io/exclude-from-external-load-balancers": ""}}}, span,
        phrase="join.mark", level=2, content_type="application/merge-patch+json")


def step_backend(kubeadm: Kubeadm, span: int) -> None:
    """The load balancer's configuration is the administrator's business."""
    balancer = machines.balancer(kubeadm.kernel)
    span = kubeadm.tell("join.backend", span)
    if balancer is not None:
        balancer.add(f"{kubeadm.node}/kube-apiserver")
    kubeadm.go_on(span)


def step_done(kubeadm: Kubeadm, span: int) -> None:
    """kube-proxy runs once the Node is there, as its DaemonSet would have it."""
    kernel, node = kubeadm.kernel, kubeadm.node
    kernel.run(f"{node}/kube-proxy", span)
    if kernel.machines[node]["role"] == "control-plane":
        span = kubeadm.tell("join.restart", span)
        machines.stop(kernel, f"{node}/kubelet", span)
        machines.joined(kernel, node)
        kernel.run(f"{node}/kubelet", span)
    else:
        machines.joined(kernel, node)
    kubeadm.go_on(kubeadm.tell("join.done", span))


def answered(kubeadm: Kubeadm, step: str, data: Any, status: int, body: Any, span: int) -> None:
    """Somebody has answered a step."""
    message = str((body or {}).get("message", "")) if isinstance(body, dict) else str(body)
    if step in ("token", "certificates"):
        kubeadm.options["left"] -= 1
        if status not in (200, 201, 409):
            kubeadm.fail(message or "the API server did not answer", span)
        elif kubeadm.options["left"] == 0:
            kubeadm.go_on(span)
    elif step == "etcd_add" and status == 200:
        kubeadm.options["membership"] = [body["cluster"], body["member"], body["members"]]
        kubeadm.go_on(span)
    elif step == "etcd_promote" and status == 200:
        kubeadm.go_on(span)
    elif step in ("etcd_add", "etcd_promote"):
        kubeadm.again(span, str((body or {}).get("error", "etcd did not answer")))
    elif status == 200:
        kubeadm.go_on(span)
    elif status in (401, 403):
        kubeadm.fail(message, span)
    else:
        kubeadm.again(span, message or "the API server did not answer")


def _some_member(kubeadm: Kubeadm) -> str:
    parts = [part for part in kubeadm.kernel.components if part.endswith("/etcd") and part != f"{kubeadm.node}/etcd"]
    return next((part for part in parts if kubeadm.kernel.is_running(part)), "")
