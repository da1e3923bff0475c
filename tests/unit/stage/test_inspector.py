"""The inspector says what a thing is, and what can be done with it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.template import loader

from lessons.stage.inspector import Act, Panel, describe
from tests.unit.stage.cardboard import HASH, CardboardCluster, a_pod
from tests.unit.stage.theatre import at_rest, kill_a_pod


def look_at(cluster: CardboardCluster, **query: Any) -> Panel:
    panel = describe(cluster, **query)
    assert panel is not None
    return panel


def act(panel: Panel, title: str) -> Act:
    return next(each for each in panel.acts if each.title == title)


def test_a_pod_in_plain_words() -> None:
    panel = look_at(at_rest(), uid=f"uid-web-{HASH}-x2k7q")
    assert panel.kind == "Pod"
    assert panel.say[0].startswith("A pod, <b>Running</b> on <b>worker-2</b> as <code>10.1.2.7</code>, 40s old.")
    assert panel.say[2] == "When it is deleted, its ReplicaSet makes another: with another name and another address."
    assert [(link.before, link.name) for link in panel.links] == [
        ("Made by ReplicaSet ", f"web-{HASH}"),
        ("On node ", "worker-2"),
    ]


def test_a_pod_that_nobody_owns_says_so() -> None:
    assert "Nobody owns it: when it is deleted, nobody makes another." in look_at(at_rest(), uid="uid-db-0").say


def test_deleting_an_owner_can_leave_what_it_owns() -> None:
    panel = look_at(at_rest(), ref=f"replicasets/default/web-{HASH}")
    orphan = act(panel, "Delete, leave its dependents")
    assert orphan.kubectl == f"kubectl delete replicaset web-{HASH} --cascade=orphan"
    data = dict(orphan.data)
    assert (data["verb"], data["path"]) == ("DELETE", f"/apis/apps/v1/namespaces/default/replicasets/web-{HASH}")
    assert json.loads(data["body"])["propagationPolicy"] == "Orphan"


def test_a_label_can_be_edited() -> None:
    change = act(look_at(at_rest(), uid=f"uid-web-{HASH}-x2k7q"), "Change label")
    assert [(each.name, each.value) for each in change.inputs] == [("key", "app"), ("value", "web")]
    assert json.loads(dict(change.data)["body"]) == {"metadata": {"labels": {"{key}": "{value}"}}}


def test_a_process_can_be_stopped_and_the_fault_undone() -> None:
    cluster, part = at_rest(), "master-1/kube-controller-manager"
    running = look_at(cluster, part=part)
    assert dict(act(running, "Stop").data) == {"op": "fault", "fault": "stop", "target": part}
    cluster.real[part] = "stopped"
    cluster.active["fault-1"] = {"name": "stop", "target": part, "options": {}}
    stopped = look_at(cluster, part=part)
    assert dict(act(stopped, "Start").data) == {"op": "undo-fault", "fault-id": "fault-1"}
    assert "Nothing heals" in stopped.say[2]


def test_who_only_watches_is_offered_no_acts() -> None:
    assert look_at(at_rest(), uid="uid-db-0", may_act=False).acts == ()


def test_why_this_node_is_the_schedulers_own_table() -> None:
    cluster = kill_a_pod()
    detail = {
        "chosen": "worker-3",
        "asked": 3,
        "fit": 2,
        "scores": [["worker-3", 720, {"NodeResourcesFit": 77}], ["worker-1", 689, {"NodeResourcesFit": 58}]],
        "rejected": [["worker-2", "NodeResourcesFit", ["Insufficient cpu"]]],
    }
    cluster.spans[5] = replace(cluster.spans[5], subject=f"pod/default/web-{HASH}-m9t4w", detail=detail)
    panel = look_at(cluster, uid=f"uid-web-{HASH}-m9t4w")
    assert panel.why_say == "3 nodes were asked, 2 can take it. worker-3 has the most points."
    assert [(row.node, row.points, row.chosen) for row in panel.why] == [
        ("worker-3", "720", True),
        ("worker-1", "689", False),
        ("worker-2", "out", False),
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"uid": "nobody"},
        {"part": "worker-9/kubelet"},
        {"ref": "pods/default/nobody"},
        {"ref": "nonsense"},
        {"ref": "spoons/a/b"},
        {},
    ],
)
def test_what_is_not_there_has_no_panel(query: dict[str, str]) -> None:
    assert describe(at_rest(), **query) is None


def test_names_from_the_cluster_are_escaped_on_the_page() -> None:
    cluster = at_rest()
    cluster.pod(a_pod("evil", "worker-1", ip="<script>"))
    html = loader.render_to_string("stage/inspector.html", {"panel": look_at(cluster, uid="uid-evil")})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
