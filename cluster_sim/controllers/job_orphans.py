"""Pods that carry a Job's finalizer though no Job will ever count them: the finalizer goes, so that they can.

A Job is deleted, and its pods are deleted after it; without this they would stay Terminating for ever. The same holds
for a pod whose owner was taken out by hand, and for one whose finished Job has nothing left to count.

Source: kubernetes pkg/controller/job/job_controller.go (orphanQueue, syncOrphanPod).
"""

from __future__ import annotations

from cluster_sim.api import meta
from cluster_sim.client.informer import Informer
from cluster_sim.controllers import job_status
from cluster_sim.controllers.pods import Object

MARK = "orphan "  # a key of the Job controller's queue that means a pod


def key_of(pod: Object) -> str:
    """The queue's key for a pod; no Job is called so."""
    return MARK + meta.key(pod)


def is_orphan(pod: Object, jobs: Informer, me: str) -> bool:
    """Whether nobody will count the pod: it has the finalizer, and no Job of ours that is still at work."""
    if not job_status.has_finalizer(pod):
        return False
    owner = meta.controller_of(pod)
    if owner is None:
        return True
    if owner["kind"] != "Job" or owner["apiVersion"] != "batch/v1":
        return False
    job = jobs.get(f"{meta.namespace(pod)}/{owner['name']}")
    if job is None or meta.uid(job) != owner["uid"]:
        return True
    return job["spec"].get("managedBy", me) == me and job_status.is_finished(job)
