"""Watches: what a client is told, and when its stream ends."""

import pytest

from cluster_sim.apiserver import etcd_client
from cluster_sim.apiserver.watchers import Watchers
from tests.unit.apiserver.door import CONFIGS, MERGE, PODS, SERVER, STORE, a_config, a_pod


def test_a_watch_begins_with_what_is_there_and_goes_on_with_changes(door):
    door.ask("POST", CONFIGS, a_config("a"))
    watch = door.send("GET", f"{CONFIGS}?watch=1")
    door.ask("POST", CONFIGS, a_config("b"))
    door.ask("DELETE", f"{CONFIGS}/a")
    door.run(0.1)
    assert door.events(watch) == [("ADDED", "a"), ("ADDED", "b"), ("DELETED", "a")]


def test_a_watch_from_a_version_misses_nothing_since(door):
    _, made = door.ask("POST", CONFIGS, a_config("a"))
    door.ask("PATCH", f"{CONFIGS}/a", {"data": {"k": "v"}}, MERGE)
    door.ask("DELETE", f"{CONFIGS}/a")
    watch = door.send("GET", f"{CONFIGS}?watch=1&resourceVersion={made['metadata']['resourceVersion']}")
    door.run(0.1)
    assert door.events(watch) == [("MODIFIED", "a"), ("DELETED", "a")]


def test_an_object_enters_and_leaves_a_selection(door):
    watch = door.send("GET", f"{CONFIGS}?watch=1&labelSelector=mark")
    door.ask("POST", CONFIGS, a_config("a"))
    for mark in ("1", "2", None):
        door.ask("PATCH", f"{CONFIGS}/a", {"metadata": {"labels": {"mark": mark}}}, MERGE)
    door.run(0.1)
    assert [kind for kind, _ in door.events(watch)] == ["ADDED", "MODIFIED", "DELETED"]


def test_a_kubelet_hears_of_its_own_pods_only(door):
    watches = {node: door.send("GET", f"/api/v1/pods?watch=1&fieldSelector=spec.nodeName%3D{node}") for node in ("w1", "w2")}
    door.ask("POST", PODS, a_pod("one", nodeName="w1"))
    door.ask("POST", PODS, a_pod("later"))
    door.ask("POST", f"{PODS}/later/binding", {"metadata": {"name": "later"}, "target": {"kind": "Node", "name": "w2"}})
    door.run(0.1)
    assert door.events(watches["w1"]) == [("ADDED", "one")]
    assert door.events(watches["w2"]) == [("ADDED", "later")]


def test_the_window_of_changes_is_bounded(door, monkeypatch):
    monkeypatch.setattr("cluster_sim.apiserver.watch_cache.HISTORY", 3)
    _, made = door.ask("POST", CONFIGS, a_config("a"))
    for number in range(9):
        door.ask("PATCH", f"{CONFIGS}/a", {"data": {"k": str(number)}}, MERGE)
    watch = door.send("GET", f"{CONFIGS}?watch=1&resourceVersion={made['metadata']['resourceVersion']}")
    door.run(0.1)
    kind, body = door.client.state["events"][str(watch)][0]
    assert (kind, body["code"]) == ("ERROR", 410)
    assert body["message"].startswith(f"too old resource version: {made['metadata']['resourceVersion']} (")


def test_initial_events_end_with_a_bookmark(door):
    door.ask("POST", CONFIGS, a_config("a"))
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    watch = door.send("GET", f"{CONFIGS}?{query}")
    door.run(0.1)
    kind, body = door.client.state["events"][str(watch)][-1]
    assert (kind, body["metadata"]["annotations"]) == ("BOOKMARK", {"k8s.io/initial-events-end": "true"})


def test_a_bookmark_comes_each_minute_to_who_wants_it(door):
    wanted, other = (door.send("GET", f"{CONFIGS}?watch=1{query}") for query in ("&allowWatchBookmarks=1", ""))
    door.run(125)
    assert [kind for kind, _ in door.events(wanted)] == ["BOOKMARK", "BOOKMARK"]
    assert door.events(other) == []


def test_a_watch_ends_at_its_time(door):
    watch = door.send("GET", f"{CONFIGS}?watch=1&timeoutSeconds=2")
    door.run(1.9)
    assert door.client.state["ended"] == []
    door.run(0.2)
    assert door.client.state["ended"] == [watch]


def test_streams_fall_silent_while_etcd_is_dead_and_go_on_where_they_were(door):
    """client/v3 watch.go opens a broken stream again by itself; the cacher notices nothing."""
    watch = door.send("GET", f"{CONFIGS}?watch=1&resourceVersion={door.revision}")
    door.run(0.1)
    door.kernel.stop(STORE, 0)
    door.run(100)
    assert door.client.state["ended"] == []
    assert door.ask("GET", f"{CONFIGS}?resourceVersion=0")[0] == 200  # "any" is served from the cache
    status, body = door.ask("GET", CONFIGS)  # "the latest" is not
    assert (status, body.get("reason"), body["message"]) == (500, None, etcd_client.DIAL)
    door.kernel.run(STORE, 0)
    door.run(2)
    door.ask("POST", CONFIGS, a_config())
    door.run(0.1)
    assert door.events(watch) == [("ADDED", "a")]


def test_the_watches_of_a_client_that_died_are_forgotten(door):
    door.send("GET", f"{CONFIGS}?watch=1")
    door.run(0.1)
    assert door.server.view()["watches"] == 1
    door.kernel.stop("user/admin", 0)
    door.run(0.1)
    assert door.server.view()["watches"] == 0


def test_a_closed_watch_brings_nothing_more(door):
    watch = door.send("GET", f"{CONFIGS}?watch=1")
    door.run(0.1)
    door.kernel.send("user/admin", SERVER, "cancel", {"source": "user/admin", "id": watch}, 0)
    door.run(0.1)
    door.ask("POST", CONFIGS, a_config("a"))
    door.run(0.1)
    assert door.events(watch) == []


def row(**more):
    return {"source": "x", "id": 1, "prefix": "pods", "namespaced": True, "namespace": "", "name": "", "labels": "", "fields": "",
            **more}


@pytest.mark.parametrize(("row", "node", "concerned"), [
    (row(), "w1", True), (row(namespace="a"), "w1", True), (row(namespace="b"), "w1", False),
    (row(fields="spec.nodeName=w1"), "w1", True), (row(fields="spec.nodeName=w1"), "w2", False),
    (row(fields="spec.nodeName="), "", True), (row(fields="spec.nodeName="), "w1", False),
    (row(namespace="a", fields="metadata.name=p"), "w1", True), (row(namespace="a", fields="metadata.name=q"), "w1", False),
    (row(prefix="services/specs"), "w1", False), (row(fields="spec.nodeName!=w1"), "w1", True)])
def test_a_change_looks_up_whom_it_may_concern(row, node, concerned):
    watchers = Watchers({})
    watchers.add("1", row)
    obj = {"metadata": {"name": "p", "namespace": "a"}, "spec": {"nodeName": node}}
    assert bool(watchers.concerned("pods", [5, "ADDED", "a/p", obj, None])) is concerned
    watchers.remove("1")
    assert watchers.concerned("pods", [5, "ADDED", "a/p", obj, None]) == []
