"""Whose finalizer goes though no Job counts the pod (pkg/controller/job/job_controller_test.go, TestOrphanPodsFinalizersClearedWithGC)."""

import pytest

from cluster_sim import Cluster
from cluster_sim.client.informer import Informer, Watch
from cluster_sim.controllers.job_orphans import is_orphan

ME = "kubernetes.io/job-controller"
TRACKED = {"name": "p", "namespace": "default", "finalizers": ["batch.kubernetes.io/job-tracking"]}
OWNER = {"apiVersion": "batch/v1", "kind": "Job", "name": "j", "uid": "1", "controller": True}
JOB = {"metadata": {"name": "j", "namespace": "default", "uid": "1"}, "spec": {}, "status": {}}
DONE = {**JOB, "status": {"conditions": [{"type": "Complete", "status": "True"}]}}


def jobs(*objects: dict) -> Informer:
    return Informer(Watch("jobs"), {"objects": {f"default/{one['metadata']['name']}": one for one in objects}})


@pytest.mark.parametrize(("owner", "job", "expected"), [
    (OWNER, None, True),
    (OWNER, JOB, False),
    (OWNER, {**JOB, "metadata": {**JOB["metadata"], "uid": "2"}}, True),  # another Job of that name
    (OWNER, DONE, True),
    (OWNER, {**DONE, "spec": {"managedBy": "example.com/other"}}, False),  # somebody else's to clear up
    (None, JOB, True),
    ({**OWNER, "kind": "ReplicaSet", "apiVersion": "apps/v1"}, None, False),
])
def test_a_pod_is_let_go_if_no_job_will_count_it(owner, job, expected):
    pod = {"metadata": {**TRACKED, **({"ownerReferences": [owner]} if owner else {})}}
    assert is_orphan(pod, jobs(*[job] if job else []), ME) is expected


def test_a_pod_without_the_finalizer_needs_nobody():
    assert not is_orphan({"metadata": {"name": "p", "namespace": "default"}}, jobs(), ME)


def test_pods_of_a_job_that_was_deleted_under_way_go_after_it():
    cluster = Cluster.open({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": 1, "addons": []}})
    cluster.apply("{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {parallelism: 2, completions: 4, template: "
                  "{spec: {restartPolicy: Never, containers: [{name: c, image: 'redis:7'}]}}}}")
    cluster.advance(5)
    assert len(cluster.objects("pods", "default")) == 2
    cluster.request("DELETE", "/apis/batch/v1/namespaces/default/jobs/j?propagationPolicy=Background")
    cluster.advance(60)
    assert cluster.objects("pods", "default") == []
