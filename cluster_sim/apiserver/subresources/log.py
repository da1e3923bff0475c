"""log: what a container has written. The kubelet of the pod's node has it; this process finds the way there.

Upstream: kubernetes/pkg/registry/core/pod/strategy.go (LogLocation), pkg/apis/core/validation (ValidatePodLogOptions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_sim.api import field, status
from cluster_sim.api.field import FieldError
from cluster_sim.api.status import ApiError, bad_request
from cluster_sim.apiserver import kubelet_proxy, options
from cluster_sim.apiserver.outcome import Answer
from cluster_sim.apiserver.request_info import RequestInfo
from cluster_sim.apiserver.verbs import patch
from cluster_sim.kernel.timestamps import parse

if TYPE_CHECKING:
    from cluster_sim.apiserver.server import APIServer

Object = dict[str, Any]

NUMBERS = ("tailLines", "limitBytes", "sinceSeconds")
FLAGS = ("previous", "timestamps")


def serve(server: APIServer, info: RequestInfo, call: Object, span: int) -> Answer | None:
    """GET of a log."""
    pod = patch.existing(server, info)
    question: Object = {"op": "logs"}
    for name in NUMBERS:
        if info.first(name):
            question[name] = options.integer(info.first(name))
    question.update({name: True for name in FLAGS if info.flag(name)})
    if info.first("after"):  # what was written since an earlier answer: how `-f` goes on
        question["after"] = options.integer(info.first("after"))
    if info.first("sinceTime"):
        try:
            moment = parse(info.first("sinceTime"))
        except ValueError:
            raise ApiError(bad_request(f'parsing time "{info.first("sinceTime")}": cannot parse')) from None
        question["sinceSeconds"] = max(1, (server.kernel.epoch + server.kernel.now - moment) // 1_000_000)
    _check(info, question)
    question["container"] = container_of(pod, info.first("container"))
    if not pod["spec"].get("nodeName"):
        return Answer(204, "")  # nowhere to look yet
    kubelet_proxy.ask(server, info, call, pod, question, span)
    return None


def _check(info: RequestInfo, question: Object) -> None:
    errors: list[FieldError] = []
    if question.get("tailLines", 0) < 0:
        errors.append(field.invalid("tailLines", question["tailLines"], "must be greater than or equal to 0"))
    if question.get("limitBytes", 1) < 1:
        errors.append(field.invalid("limitBytes", question["limitBytes"], "must be greater than 0"))
    if info.first("sinceTime") and info.first("sinceSeconds"):
        errors.append(field.forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"))
    elif question.get("sinceSeconds", 1) < 1:
        errors.append(field.invalid("sinceSeconds", question["sinceSeconds"], "must be greater than 0"))
    if errors:
        raise ApiError(status.invalid("PodLogOptions", info.name, errors))


def container_of(pod: Object, wanted: str) -> str:
    """Which container is meant; 400 if that is not clear."""
    name, spec = pod["metadata"]["name"], pod["spec"]
    every = [c["name"] for kind in ("containers", "initContainers", "ephemeralContainers") for c in spec.get(kind) or ()]
    if wanted:
        if wanted not in every:
            raise ApiError(bad_request(f"container {wanted} is not valid for pod {name}"))
        return wanted
    containers = [container["name"] for container in spec["containers"]]
    if len(containers) == 1:
        return str(containers[0])
    text = f"a container name must be specified for pod {name}, choose one of: [{' '.join(containers)}]"
    inits = [container["name"] for container in spec.get("initContainers") or ()]
    if inits:
        text += f" or one of the init containers: [{' '.join(inits)}]"
    raise ApiError(bad_request(text))
