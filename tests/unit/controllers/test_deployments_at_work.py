"""Deployments in a running cluster: what upstream's e2e tests hold them to (test/e2e/apps/deployment.go)."""

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 1, "workers": 3, "addons": []}}
PATH = "/apis/apps/v1/namespaces/default/deployments"
GOOD, OTHER, BAD = "nginx:1.27", "nginx:1.28", "nginx:no-such-tag"


def open_with(image=GOOD, replicas=3, **spec):
    cluster = Cluster.open(SCENE, seed=1)
    made = cluster.request("POST", PATH, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, **spec,
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [
            {"name": "c", "image": image}]}}}})
    assert made.status == 201, made.body
    return cluster


def settle(cluster, limit=120):
    """Until the Deployment says that its rollout is complete."""
    def complete(c):
        found = c.get("deployments", "web")
        status, want = found.get("status", {}), found["spec"].get("replicas", 1)
        return status.get("observedGeneration") == found["metadata"]["generation"] and all(
            status.get(field, 0) == want for field in ("replicas", "updatedReplicas", "availableReplicas"))
    assert cluster.advance_until(complete, limit)
    cluster.advance(3)
    return cluster


def change(cluster, **spec):
    answer = cluster.request("PATCH", f"{PATH}/web", {"spec": spec}, content_type="application/strategic-merge-patch+json")
    assert answer.status == 200, answer.body


def image(name):
    return {"template": {"spec": {"containers": [{"name": "c", "image": name}]}}}


def sizes(cluster):
    """Image → size of its ReplicaSet."""
    return {one["spec"]["template"]["spec"]["containers"][0]["image"]: one["spec"]["replicas"]
            for one in cluster.objects("replicasets", namespace="default")}


def revision(cluster, name=None):
    found = cluster.get("deployments", "web") if name is None else next(
        one for one in cluster.objects("replicasets", namespace="default")
        if one["spec"]["template"]["spec"]["containers"][0]["image"] == name)
    return found["metadata"]["annotations"]["deployment.kubernetes.io/revision"]


def test_a_change_in_the_middle_of_a_rollout_rolls_over():
    cluster = settle(open_with())
    change(cluster, **image(BAD))
    cluster.advance(3)
    assert sizes(cluster) == {GOOD: 3, BAD: 1}
    change(cluster, **image(OTHER))
    settle(cluster)
    assert sizes(cluster) == {GOOD: 0, BAD: 0, OTHER: 3} and revision(cluster) == "3"


def test_paused_it_scales_but_rolls_nothing_out_and_says_so():
    cluster = settle(open_with())
    change(cluster, paused=True, **image(OTHER))
    cluster.advance(5)
    assert sizes(cluster) == {GOOD: 3}
    assert [one["reason"] for one in cluster.get("deployments", "web")["status"]["conditions"]
            if one["type"] == "Progressing"] == ["DeploymentPaused"]
    change(cluster, replicas=5)
    cluster.advance(5)
    assert sizes(cluster) == {GOOD: 5}
    change(cluster, paused=False)
    settle(cluster)
    assert sizes(cluster) == {GOOD: 0, OTHER: 5}


def test_recreate_has_no_pod_of_the_new_before_all_of_the_old_are_gone():
    cluster = settle(open_with(strategy={"type": "Recreate"}))
    together = []

    def look(c):
        together.append({one["spec"]["containers"][0]["image"] for one in c.objects("pods", namespace="default")})
        return c.get("deployments", "web")["status"].get("updatedReplicas") == 3

    change(cluster, **image(OTHER))
    assert cluster.advance_until(look, 60)
    assert all(len(images) <= 1 for images in together)
    settle(cluster)


@pytest.mark.parametrize(("limit", "kept"), [(0, [OTHER]), (1, [BAD, OTHER]), (10, [GOOD, BAD, OTHER])])
def test_old_versions_beyond_the_limit_are_deleted(limit, kept):
    cluster = settle(open_with(revisionHistoryLimit=limit))
    change(cluster, **image(BAD))
    cluster.advance(2)
    change(cluster, **image(OTHER))
    settle(cluster)
    assert sorted(sizes(cluster)) == sorted(kept)


def test_going_back_makes_the_old_version_the_newest_and_keeps_its_history():
    cluster = settle(open_with())
    change(cluster, **image(OTHER))
    settle(cluster)
    change(cluster, **image(GOOD))
    settle(cluster)
    assert revision(cluster) == revision(cluster, GOOD) == "3" and revision(cluster, OTHER) == "2"
    found = next(one for one in cluster.objects("replicasets", namespace="default") if one["spec"]["replicas"])
    assert found["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "1"


def test_with_min_ready_seconds_each_step_waits_so_long():
    cluster = settle(open_with(minReadySeconds=10, strategy={"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}))
    start = cluster.now
    change(cluster, **image(OTHER))
    settle(cluster)
    assert 30 < cluster.now - start < 45


def test_scaled_in_the_middle_of_a_rollout_both_versions_get_their_share():
    cluster = settle(open_with(replicas=10, strategy={"rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}))
    change(cluster, **image(BAD))
    cluster.advance(5)
    assert sizes(cluster) == {GOOD: 8, BAD: 5}
    change(cluster, replicas=30)
    cluster.advance(5)
    assert sizes(cluster) == {GOOD: 20, BAD: 13}  # 33 in all, as upstream's documentation reckons it


def test_a_name_that_is_taken_makes_another_hash():
    cluster = settle(open_with())
    one, = cluster.objects("replicasets", namespace="default")
    name = one["metadata"]["name"]
    cluster.request("DELETE", f"{PATH}/web?propagationPolicy=Orphan")
    cluster.advance(2)
    foreign = {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "kube-root-ca.crt", "controller": True,
                                                 "uid": cluster.get("configmaps", "kube-root-ca.crt")["metadata"]["uid"]}]}}
    cluster.request("PATCH", f"/apis/apps/v1/namespaces/default/replicasets/{name}", foreign,
                    content_type="application/merge-patch+json")
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [
        {"name": "c", "image": GOOD}]}}
    cluster.request("POST", PATH, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template}})
    settle(cluster)
    assert cluster.get("deployments", "web")["status"]["collisionCount"] == 1
    assert len(cluster.objects("replicasets", namespace="default")) == 2


def test_what_cannot_be_created_is_told_in_the_conditions():
    cluster = Cluster.open(SCENE, seed=1)
    cluster.apply("{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: '1'}}}")
    cluster.advance(1)
    cluster.request("POST", PATH, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": GOOD}]}}}})
    cluster.advance(10)
    failure = [one for one in cluster.get("deployments", "web")["status"]["conditions"] if one["type"] == "ReplicaFailure"]
    assert [(one["status"], one["reason"]) for one in failure] == [("True", "FailedCreate")]
    assert "exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1" in failure[0]["message"]
