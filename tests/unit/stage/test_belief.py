"""What etcd says beside what the machines do: which things differ, and how long until the control plane acts on it."""

from pathlib import Path
from typing import Any

import pytest

from cluster_sim import Cluster
from lessons.stage import Stage, belief, due
from tests.unit.stage.cardboard import Clock

SCENE = (Path(__file__).resolve().parents[3] / "lessons/content/kill-a-pod/scene.yaml").read_text()


def after(fault: str, target: str, *seconds: float) -> list[dict[str, belief.Difference]]:
    """The differences, by name, at each of those seconds after a fault."""
    cluster, stage, found, passed = Cluster.open(SCENE, seed=1), Stage(), [], 0.0
    cluster.advance(30)
    assert differences(stage, cluster) == {}
    cluster.fault(fault, target)
    for second in seconds:
        cluster.advance(second - passed)
        passed = second
        found.append(differences(stage, cluster))
    return found


def differences(stage: Stage, cluster: Cluster) -> dict[str, belief.Difference]:
    stage.frame(cluster, Clock(cluster.now))
    return {each.name: each for each in belief.differences(stage.mirror, cluster.now)}


def pod(found: dict[str, belief.Difference]) -> belief.Difference:
    return next(each for name, each in found.items() if name.startswith("web "))


@pytest.mark.parametrize(("fault", "target", "really", "pods"), [
    ("power-off", "worker-3", "powered off", "nothing runs"),
    ("cut", "worker-3", "runs, cut off", None),
    ("stop", "worker-3/kubelet", "runs, its kubelet is stopped", None),
])
def test_a_node_nobody_hears_is_believed_ready_with_a_countdown_to_notready(
        fault: str, target: str, really: str, pods: str | None) -> None:
    (early,) = after(fault, target, 20)
    assert (early["worker-3"].says, early["worker-3"].really) == ("Ready", really)
    left = int(early["worker-3"].small.removeprefix("NotReady in ").removesuffix(" s"))
    assert 20 <= left <= 40
    assert [each.really for name, each in early.items() if name.startswith("web ")] == ([pods] if pods else [])


def test_a_node_that_is_cut_off_counts_down_to_the_eviction_and_its_pods_run_on() -> None:
    lost, later, gone = after("cut", "worker-3", 70, 130, 400)
    assert (lost["worker-3"].says, lost["worker-3"].really) == ("NotReady", "runs, cut off")
    assert (pod(lost).says, pod(lost).says_small, pod(lost).really) == ("Running", "Ready: false", "runs")
    assert pod(lost).small.startswith("evicted in 4 min ")
    assert pod(later).small.startswith("evicted in 3 min ")
    assert (pod(gone).says, pod(gone).really, pod(gone).small) == ("Terminating", "runs", "")


def test_what_is_due_next_has_a_name_and_a_second() -> None:
    cluster, stage = Cluster.open(SCENE, seed=1), Stage()
    cluster.advance(30)
    differences(stage, cluster)
    assert due.following(stage.mirror, cluster.now) is None
    cluster.fault("cut", "worker-3")
    cluster.advance(10)
    differences(stage, cluster)
    first = due.following(stage.mirror, cluster.now)
    assert first is not None and first.words == "worker-3 NotReady" and 20 < first.at - cluster.now < 40
    cluster.advance(60)
    differences(stage, cluster)
    then = due.following(stage.mirror, cluster.now)
    assert then is not None and then.words.startswith("web ") and then.words.endswith("evicted")
    cluster.advance(then.at - cluster.now + 1)
    assert any("deletionTimestamp" in pod["metadata"] for pod in cluster.objects("pods", "default"))


def test_of_a_machine_without_power_nothing_runs_and_in_the_end_only_the_names_are_left() -> None:
    lost, gone = after("power-off", "worker-3", 70, 400)
    assert "worker-3" not in lost
    assert (pod(lost).really, pod(gone).says) == ("nothing runs", "Terminating")


def test_a_pod_on_the_picture_says_when_it_is_otherwise_than_its_word() -> None:
    cluster, stage = Cluster.open(SCENE, seed=1), Stage()
    cluster.advance(30)
    cluster.fault("power-off", "worker-3")
    cluster.advance(5)
    stage.frame(cluster, Clock(cluster.now))
    fields: Any = next(each.fields for each in stage.view.values() if each.template == "pod" and "frj4z" in each.fields["name"])
    assert (fields["@data-really"], fields["note"], fields["@data-status"]) == ("gone", "is gone", "Running")
    assert fields["spoken"].endswith("really is gone")


@pytest.mark.parametrize(("tolerations", "words"), [
    ([], "is to be evicted now"), (None, "is to be evicted now"),
    ([{"operator": "Exists"}], "stays: it tolerates this for ever"),
    ([{"key": "k", "operator": "Exists", "tolerationSeconds": 60}], "evicted in 50 s"),
    ([{"key": "k", "operator": "Exists", "tolerationSeconds": 60}, {"operator": "Exists", "tolerationSeconds": 30}],
     "evicted in 20 s"),
    ([{"key": "other", "operator": "Exists", "tolerationSeconds": 60}], "is to be evicted now"),
])
def test_tolerations_decide_how_long_a_pod_may_stay(tolerations: Any, words: str) -> None:
    class Mirror:
        def seconds(self, stamp: str) -> float:
            return float(stamp)

    node = {"spec": {"taints": [{"key": "k", "effect": "NoExecute", "timeAdded": "100"}, {"key": "n", "effect": "NoSchedule"}]}}
    one: Any = {"metadata": {}, "spec": {"tolerations": tolerations}}
    assert belief.until_evicted(one, node, Mirror(), 110.5) == words  # type: ignore[arg-type]
