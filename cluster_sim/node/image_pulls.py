"""Images, as the kubelet sees to them: is one here, must it be pulled, and what when it can't be.

A failed pull is tried again after 10 s, doubling to 5 minutes; at the next look at the pod meanwhile it is told as
being in back-off. Source: kubernetes pkg/kubelet/images/image_manager.go.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cluster_sim.kernel import DETAIL, SECOND, STORY
from cluster_sim.kernel.span import register_phrases
from cluster_sim.node import pod_worker
from cluster_sim.node.restart_backoff import go_duration, pull_delay

if TYPE_CHECKING:
    from cluster_sim.node.kubelet import Kubelet

register_phrases({
    "kubelet.pulls": "kubelet on {node} asks the runtime to pull {image}",
    "kubelet.no-image": "The image {image} cannot be pulled; kubelet on {node} will try again in {wait}",
}, file="cluster_sim/node/image_pulls.py")

Object = dict[str, Any]
SAY_BACKOFF_AFTER = 3 * SECOND  # about when the next sync of a pod finds that its pull is in back-off


@lru_cache(maxsize=1_024)
def _present(image: str) -> str:
    return f'Container image "{image}" already present on machine and can be accessed by the pod'


class ImagePulls:
    """Works on the kubelet's workers."""

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self.kernel = kubelet.kernel

    def ensure(self, pod: Object, worker: Object, container: Object, row: Object, span: int) -> bool:
        """Whether the image is here; if not, it is pulled and `on_pulled` goes on."""
        name, image, images = container["name"], container["image"], self.kubelet.images
        if pod_worker.must_pull(container, images):
            worker["containers"][name] = {**row, "step": "pull"}
            self.kubelet.event(pod, "Normal", "Pulling", f'Pulling image "{image}"', span, container)
            self.kubelet.runtime(
                "PullImage",
                {"image": image},
                "pulled",
                worker["uid"],
                name,
                span,
                phrase="kubelet.pulls",
                args={"node": self.kubelet.node, "image": image},
                level=STORY,
                subject=image,
            )
            return False
        if image not in images:
            message = f'Container image "{image}" is not present with pull policy of Never'
            self._cannot_pull(pod, worker, container, {"error": "ErrImageNeverPull", "message": message}, span)
            return False
        self.kubelet.event(pod, "Normal", "Pulled", _present(image), span, container)
        return True

    def on_pulled(self, pod: Object, worker: Object, name: str, answer: Object, span: int) -> None:
        """The image is there (or not)."""
        container, row = pod_worker.container_spec(pod, name), worker["containers"][name]
        if "error" in answer:
            self._cannot_pull(pod, worker, container, answer, span)
            self.kubelet.start_up.advance(pod, worker, span)
            return
        self.kubelet.new_image(container["image"], answer["size"])
        self.kubelet.event(pod, "Normal", "Pulled", f'Successfully pulled image "{container["image"]}" in '
                           f'{go_duration(answer["took"])} ({go_duration(answer["waited"])} including waiting). '
                           f'Image size: {answer["size"]} bytes.', span, container)
        if worker["stopping"]:
            worker["containers"][name] = {**row, "step": ""}
        else:
            self.kubelet.start_up.create(pod, worker, container, row, span)
            if not worker["containers"][name]["step"]:  # it could not be made
                self.kubelet.start_up.advance(pod, worker, span)

    def _cannot_pull(self, pod: Object, worker: Object, container: Object, answer: Object, span: int) -> None:
        name, image, reason, message = container["name"], container["image"], answer["error"], answer["message"]
        row = worker["containers"].get(name) or pod_worker.new_row()
        failures = row["failures"] + 1
        wait = pull_delay(failures)
        worker["containers"][name] = {**row, "step": "", "failures": failures, "reason": reason, "message": message,
                                      "until": self.kernel.now + wait}
        span = self.kernel.work(self.kubelet.part, span, verb="wait", subject=image, phrase="kubelet.no-image",
                                args={"image": image, "node": self.kubelet.node, "wait": go_duration(wait)},
                                level=STORY if failures == 1 else DETAIL, detail=message)
        if reason == "ErrImagePull":
            self.kubelet.event(pod, "Warning", "Failed", f'Failed to pull image "{image}": {message}', span, container)
            self.kubelet.event(pod, "Warning", "Failed", "Error: ErrImagePull", span, container)
            self.kernel.timer(self.kubelet.part, SAY_BACKOFF_AFTER, "pull-backoff", [worker["uid"], name], cause=span)
        else:
            self.kubelet.event(
                pod, "Warning", "InspectFailed" if reason == "InvalidImageName" else reason, message, span, container
            )
            self.kubelet.event(pod, "Warning", "Failed", f"Error: {reason}", span, container)
        self.kernel.timer(self.kubelet.part, wait, "sync", worker["uid"], cause=span)
        self.kubelet.report(worker, span)

    def say_backoff(self, which: list[str], span: int) -> None:
        """The next look at a pod whose pull failed: it is in back-off."""
        uid, name = which
        worker = self.kubelet.workers.get(uid)
        pod = self.kubelet.pod_of(worker) if worker else None
        row = worker["containers"].get(name) if worker else None
        if worker is None or pod is None or row is None or row["reason"] != "ErrImagePull" or worker["stopping"]:
            return
        container = pod_worker.container_spec(pod, name)
        text = f'Back-off pulling image "{container["image"]}"'
        worker["containers"][name] = {
            **row,
            "reason": "ImagePullBackOff",
            "message": f"{text}: ErrImagePull: {row['message']}",
        }
        self.kubelet.event(pod, "Normal", "BackOff", text, span, container)
        self.kubelet.event(pod, "Warning", "Failed", "Error: ImagePullBackOff", span, container)
        self.kubelet.report(worker, span)
