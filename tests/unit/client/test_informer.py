"""The local copy and its indexes."""

from cluster_sim.client import Informer, Watch


def a_pod(name, node=None):
    return {"metadata": {"name": name, "namespace": "default"}, "spec": {"nodeName": node} if node else {}}


def an_informer(state):
    informer = Informer(Watch("pods"), state)
    informer.add_index("node", lambda pod: pod["spec"].get("nodeName"))
    return informer


def test_objects_are_found_by_key_and_by_index_and_follow_changes():
    informer = an_informer({})
    assert informer.put("default/a", a_pod("a")) is None
    assert informer.by("node", "worker-1") == []
    informer.put("default/a", a_pod("a", "worker-1"))
    informer.put("default/b", a_pod("b", "worker-1"))
    assert [pod["metadata"]["name"] for pod in informer.by("node", "worker-1")] == ["a", "b"]
    informer.put("default/a", a_pod("a", "worker-2"))
    informer.remove("default/b")
    assert informer.by("node", "worker-1") == []
    assert informer.by("node", "worker-2") == [informer.get("default/a")]


def test_indexes_are_built_again_from_the_state():
    state = {}
    an_informer(state).put("default/a", a_pod("a", "worker-1"))
    assert len(an_informer(state).by("node", "worker-1")) == 1
