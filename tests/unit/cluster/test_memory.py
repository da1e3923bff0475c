"""A cluster that nobody holds is freed at once, without the garbage collector's help."""

import gc
import weakref

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": 2}}


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def a_used_cluster():
    cluster = Cluster.open(SCENE, seed=1)
    cluster.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: 'nginx:1.29'}]}")
    cluster.advance(10)
    cluster.submit("DELETE", "/api/v1/namespaces/default/pods/web")
    cluster.changes(None)
    cluster.parts()
    return cluster


def test_a_dropped_cluster_is_freed_without_the_collector(no_collector):
    cluster = a_used_cluster()
    parts = [weakref.ref(component) for component in cluster.kernel.components.values()]
    store = cluster.kernel.components["master-1/etcd"].store
    held = [weakref.ref(cluster.kernel), weakref.ref(cluster), weakref.ref(store), *parts]
    assert len(parts) > 5
    del cluster, store
    assert [ref() for ref in held if ref() is not None] == []


def test_a_dropped_fork_is_freed_and_leaves_its_origin_whole(no_collector):
    cluster = a_used_cluster()
    before = cluster.state_hash()
    fork = cluster.fork()
    fork.advance(5)
    kernel = weakref.ref(fork.kernel)
    del fork
    assert kernel() is None
    assert cluster.state_hash() == before
    cluster.advance(5)
    assert cluster.get("pods", "web") is None or "deletionTimestamp" in cluster.get("pods", "web")["metadata"]


def test_forking_over_and_over_leaves_nothing_behind(no_collector):
    cluster = a_used_cluster()
    cluster.fork()
    before = len(gc.get_objects())
    for _ in range(5):
        cluster.fork()
    assert len(gc.get_objects()) - before < 1_000
