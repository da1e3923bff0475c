"""The TTL-after-finished controller: finished Jobs go after ttlSecondsAfterFinished, with their pods.

Source: kubernetes pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.client import Controller
from cluster_sim.controllers.job_status import is_finished
from cluster_sim.kernel import SECOND, timestamps
from cluster_sim.kernel.trace import register_phrases

register_phrases({
    "ttl.delete": "TTL controller deletes Job {job}: it finished {seconds} s ago",
}, file="cluster_sim/controllers/ttl_after_finished.py")


class TTLAfterFinishedController(Controller):
    """Jobs that have finished."""

    name = "ttl-after-finished"
    account = "ttl-after-finished-controller"
    watches = ("jobs",)

    def sync(self, key: str, span: int) -> None:
        """Delete it when its time is over; come back then if it is not."""
        job = self.lister("jobs").get(key)
        seconds = job["spec"].get("ttlSecondsAfterFinished") if job else None
        if job is None or seconds is None or meta.is_deleting(job) or not is_finished(job):
            return
        ended = next(one["lastTransitionTime"] for one in job["status"]["conditions"]
                     if one["type"] in ("Complete", "Failed") and one["status"] == "True")
        left = timestamps.parse(ended) + seconds * SECOND - self.kernel.epoch - self.now
        if left > 0:
            self.requeue(key, left)
        else:
            self.delete("jobs", job, propagation="Foreground", subject=meta.name(job), phrase="ttl.delete",
                        args={"job": meta.name(job), "seconds": seconds})
