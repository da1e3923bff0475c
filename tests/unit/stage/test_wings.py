"""Several control planes on the stage: wings, who leads, what counts, and the one address."""

import json
from typing import Any

import pytest

from cluster_sim import Cluster
from lessons.stage import Stage, quorum
from lessons.stage.routes import kind_of, route, standing
from tests.unit.stage.cardboard import Clock

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene"}


def three(**spec: Any) -> Cluster:
    cluster = Cluster.open({**SCENE, "spec": {"controlPlanes": 3, "workers": 2, "addons": [], **spec}}, seed=1)
    cluster.advance(20)
    return cluster


def seen(cluster: Cluster, stage: Stage | None = None) -> dict[str, Any]:
    """Every element's fields, as a page that has just come gets them."""
    text = (stage or Stage()).full(cluster, Clock(cluster.now))
    return dict(json.loads(text)["set"])


def leader(cluster: Cluster) -> str:
    parts = cluster.changes(None).parts
    return next(part.partition("/")[0] for part, view in parts.items() if (view.get("raft") or {}).get("role") == "leader")


def test_one_machine_has_no_wings_and_three_have_one_each() -> None:
    one = Cluster.open({**SCENE, "spec": {"workers": 1, "addons": []}}, seed=1)
    assert Stage().page(one, Clock(one.now))["slots"].get("wings") is None
    cluster = three()
    slots = Stage().page(cluster, Clock(cluster.now))["slots"]
    assert slots["wings"].count('class="wing"') == 3
    assert "memory" not in slots and "gate" not in slots
    for kind in ("etcd", "kube-apiserver", "kube-scheduler", "kube-controller-manager"):
        assert [f'data-part="master-{n}/{kind}"' in slots["wings"] for n in (1, 2, 3)] == [True] * 3


def test_the_leaders_are_told_from_those_who_stand_by() -> None:
    fields = seen(three())
    roles = [fields[f"part-master-{n}-etcd"]["@data-role"] for n in (1, 2, 3)]
    assert sorted(roles) == ["follower", "follower", "leader"]
    for kind in ("kube-scheduler", "kube-controller-manager"):
        assert sorted(fields[f"part-master-{n}-{kind}"]["word"] for n in (1, 2, 3)) == ["leads", "stands by", "stands by"]
    assert fields["quorum"]["word"] == "etcd: 3 of 3, quorum holds"


def test_a_leader_without_power_is_followed_by_another_and_its_old_term_is_remembered() -> None:
    cluster, stage = three(), Stage()
    old = leader(cluster)
    term = seen(cluster, stage)[f"part-{old}-etcd"]["term"]
    cluster.fault("power-off", old)
    cluster.advance(20)
    fields = seen(cluster, stage)
    assert leader(cluster) != old
    assert fields[f"node-{old}"]["@data-real"] == "off"
    assert fields[f"part-{old}-etcd"]["term"] == f"was {term}"
    assert fields["quorum"]["word"] == "etcd: 2 of 3, quorum holds"
    assert fields["part-load-balancer"]["word"] == "2 of 3 API servers answer"


def test_two_of_three_lost_is_no_quorum_in_words_and_in_shape() -> None:
    cluster = three()
    for name in ("master-1", "master-2"):
        cluster.fault("power-off", name)
    cluster.advance(20)
    fields = seen(cluster)
    assert fields["quorum"]["@data-holds"] == ""
    assert fields["quorum"]["word"] == "etcd: 1 of 3, no quorum: writes refused"


def test_a_follower_cut_off_has_gaps_where_the_others_have_entries() -> None:
    cluster = three()
    lost = next(f"master-{n}" for n in (1, 2, 3) if f"master-{n}" != leader(cluster))
    cluster.fault("cut", lost)
    cluster.advance(30)
    fields = seen(cluster)
    assert 'class="gap"' in fields[f"part-{lost}-etcd"]["%cells"]
    assert 'class="gap"' not in fields[f"part-{leader(cluster)}-etcd"]["%cells"]


def test_routes_go_to_each_ones_own_door_and_from_the_one_address_down() -> None:
    cluster = three()
    rows = {row[0]: row[3] for row in standing(dict(cluster.changes(None).parts))}
    for n in (1, 2, 3):
        assert rows[f"master-{n}/etcd|master-{n}/kube-apiserver"] == "up"
        assert rows[f"load-balancer|master-{n}/kube-apiserver"] == "rise"
    assert rows["load-balancer|worker-1/kubelet"] == "down"
    assert rows["user/admin|load-balancer"] == "level"
    assert sum(shape == "over" for shape in rows.values()) == 2


@pytest.mark.parametrize("fault", [None, ("power-off", "master-1"), ("cut", "worker-1"), ("power-off", "worker-2")])
def test_whatever_is_told_between_two_parts_has_a_way(fault: tuple[str, str] | None) -> None:
    cluster = three(addons=["dns"])
    if fault:
        cluster.fault(*fault)
    cluster.operate("join-worker")
    cluster.advance(60)
    missing = {(kind_of(span.source), kind_of(span.target)) for span in cluster.trace()
               if span.level == "story" and span.lands is not None and span.source != span.target
               and route(span.source, span.target) is None}
    assert missing == set()


@pytest.mark.parametrize("fault", [("cut", "worker-1"), ("partition", "worker-1,worker-2")])
def test_who_is_cut_off_runs_and_is_believed_lost(fault: tuple[str, str]) -> None:
    cluster = three()
    cluster.fault(*fault)
    cluster.advance(70)
    room = seen(cluster)["node-worker-1"]
    assert (room["@data-real"], room["@data-believed"]) == ("cut", "1")
    assert room["belief"].startswith("believed NotReady, last news ")


def rows(cluster: Cluster) -> dict[str, quorum.Difference]:
    """What etcd's members say otherwise than is so, as the page's table has it."""
    stage = Stage()
    fields = seen(cluster, stage)
    assert all(f"differs-{each.id}" in fields for each in quorum.differences(stage.mirror))
    return {each.name: each for each in quorum.differences(stage.mirror)}


def test_while_all_members_agree_the_table_has_nothing_of_them() -> None:
    assert rows(three()) == {}


def test_a_leader_cut_off_is_behind_in_an_old_term_and_what_it_wrote_alone_does_not_count() -> None:
    cluster = three()
    old = leader(cluster)
    cluster.fault("cut", old)
    cluster.advance(20)
    new = quorum.look(mirror_of(cluster)).leader.partition("/")[0]
    (row,) = rows(cluster).values()
    assert (row.name, row.says, row.really) == (f"etcd on {old}", "nobody leads, term 2", f"{new} leads, term 3")
    assert row.says_small.endswith(" written alone")
    assert int(row.small.removesuffix(" behind what counts")) > 0


def test_a_member_that_does_not_run_costs_one_loss_and_without_a_majority_nothing_is_written() -> None:
    cluster = three()
    off = next(f"master-{n}" for n in (1, 2, 3) if f"master-{n}" != leader(cluster))
    cluster.fault("stop", f"{off}/etcd")
    cluster.advance(5)
    (row,) = rows(cluster).values()
    assert (row.says, row.really, row.small) == ("a member", "does not run", "no other may be lost")
    cluster.fault("stop", f"{leader(cluster)}/etcd")
    cluster.advance(5)
    found = rows(cluster)
    assert (found["etcd"].really, found["etcd"].small) == ("no majority", "1 of 3 run: nothing can be written")
    assert [each.really for name, each in found.items() if name != "etcd"] == ["does not run", "does not run"]


def test_three_that_do_not_hear_each_other_elect_nobody() -> None:
    cluster = three()
    for name in ("master-1", "master-2", "master-3"):
        cluster.fault("cut", name)
    cluster.advance(0.2)
    assert rows(cluster) == {}  # the leader does not know it yet
    cluster.advance(20)
    assert seen(cluster)["quorum"]["word"] == "etcd: 3 of 3, electing a leader"
    assert rows(cluster)["etcd"].really == "elects a leader"


def test_of_one_etcd_that_is_stopped_the_table_says_that_nothing_can_be_written() -> None:
    cluster = Cluster.open({**SCENE, "spec": {"workers": 1, "addons": []}}, seed=1)
    cluster.advance(5)
    stage = Stage()
    seen(cluster, stage)
    assert quorum.differences(stage.mirror) == []
    cluster.fault("stop", "master-1/etcd")
    cluster.advance(1)
    seen(cluster, stage)
    (row,) = quorum.differences(stage.mirror)
    assert (row.name, row.really, row.small) == ("etcd", "no majority", "0 of 1 run: nothing can be written")


def mirror_of(cluster: Cluster) -> Any:
    stage = Stage()
    seen(cluster, stage)
    return stage.mirror
