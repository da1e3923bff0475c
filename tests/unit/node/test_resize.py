"""Resize in place: allocated at once, deferred, infeasible; with and without a restart.

Source: kubernetes pkg/kubelet/allocation/allocation_manager_test.go (conditions, events); recorded events of 1.36.
"""

from tests.unit.node.test_admission import asking, bound
from tests.unit.node.test_stories import PODS, RUNNING, a_cluster, create, events, state, until


def resize(cluster, name="web", **resources):
    answer = cluster.request("PATCH", f"{PODS}/{name}/resize", {"spec": {"containers": [{"name": "c", **asking(**resources)}]}},
                             content_type="application/strategic-merge-patch+json")
    assert answer.status == 200, answer.body


def conditions(cluster, name="web"):
    return {one["type"]: (one.get("reason"), one.get("message")) for one in cluster.get("pods", name)["status"]["conditions"]
            if one["type"].startswith("PodResize")}


def given(cluster, name="web"):
    status = cluster.get("pods", name)["status"]["containerStatuses"][0]
    return status["resources"]["requests"]["cpu"], status["allocatedResources"]["cpu"], status["restartCount"]


def a_resizable(name="web", **more):
    cluster = a_cluster()
    create(cluster, bound(name, **asking("500m"), **more))
    until(cluster, RUNNING, name=name)
    return cluster


def test_a_resize_that_fits_is_done_at_once_without_a_restart():
    cluster = a_resizable()
    assert given(cluster) == ("500m", "500m", 0)
    resize(cluster, cpu="800m")
    cluster.advance(2)
    assert given(cluster) == ("800m", "800m", 0)
    assert conditions(cluster) == {}
    told = [(reason, text) for _, reason, text in events(cluster) if reason.startswith("Resize")]
    summary = '{"containers":[{"name":"c","resources":{"requests":{"cpu":"800m","memory":"64Mi"}}}],"generation":2}'
    assert told == [("ResizeStarted", f"Pod resize started: {summary}"), ("ResizeCompleted", f"Pod resize completed: {summary}")]


def test_a_policy_of_restart_restarts_the_container():
    cluster = a_resizable(resizePolicy=[{"resourceName": "cpu", "restartPolicy": "RestartContainer"}])
    resize(cluster, cpu="800m")
    cluster.advance(5)
    assert given(cluster) == ("800m", "800m", 1)
    assert ("Normal", "Killing", "Container c resize requires restart") in events(cluster)
    assert ("Normal", "ResizeCompleted") in [event[:2] for event in events(cluster)]


def test_what_the_node_could_never_give_is_infeasible():
    cluster = a_resizable()
    resize(cluster, cpu="4")
    cluster.advance(2)
    message = "Node didn't have enough capacity: cpu, requested: 4000, capacity: 2000"
    assert conditions(cluster) == {"PodResizePending": ("Infeasible", message)}
    assert given(cluster) == ("500m", "500m", 0)
    assert ("Warning", "ResizeInfeasible") in [event[:2] for event in events(cluster)]
    resize(cluster, cpu="500m")
    cluster.advance(2)
    assert conditions(cluster) == {}


def test_what_the_node_cannot_give_now_waits_for_another_pod_to_end():
    cluster = a_resizable()
    create(cluster, bound("other", **asking("1400m")))
    until(cluster, RUNNING, name="other")
    resize(cluster, cpu="1")
    cluster.advance(2)
    assert conditions(cluster) == {"PodResizePending": (
        "Deferred", "Node didn't have enough resource: cpu, requested: 1000, used: 1400, capacity: 2000")}
    cluster.request("DELETE", f"{PODS}/other?gracePeriodSeconds=0")
    cluster.advance(10)
    assert conditions(cluster) == {}
    assert given(cluster) == ("1", "1", 0)


def test_a_smaller_memory_limit_kills_what_uses_more():
    cluster = a_cluster()
    create(cluster, bound(image="load:1", args=["--memory=120Mi"], **asking("100m", "200Mi", limits=True)))
    until(cluster, RUNNING)
    cluster.advance(5)
    resize(cluster, cpu="100m", memory="64Mi", limits=True)
    cluster.advance(5)
    assert state(cluster)[2] >= 1
    assert cluster.get("pods", "web")["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] == "OOMKilled"
