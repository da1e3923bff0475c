"""From one template to the next on every node (facts of pkg/controller/daemon/update_test.go).

A node's pods as a word: `o` old, `n` new, upper case when available, `~` after one that is being deleted.
"""

import pytest

from cluster_sim.controllers import daemon_update
from cluster_sim.controllers.controller_history import HASH
from tests.unit.controllers.builders import EPOCH, a_pod

NOW = EPOCH + 600_000_000


def cluster(text):
    """`O oN` as pods by node: n0 has an available old one, n1 an ill old one and an available new one."""
    by_node = {}
    for number, word in enumerate(text.split()):
        mine, letters = [], word.replace("-", "")
        for place, letter in enumerate(letters):
            if letter != "~":
                mine.append(a_pod(f"{letter.lower()}{number}", ready=0 if letter.isupper() else None, node=f"n{number}",
                                  created=place, labels={HASH: "new" if letter in "nN" else "old"},
                                  deleting=letters[place + 1:place + 2] == "~"))
        by_node[f"n{number}"] = mine
    return by_node


def names(pods):
    return " ".join(pod["metadata"]["name"] for pod in pods)


@pytest.mark.parametrize(("given", "unavailable", "gone"), [
    ("O O O", 1, "o0"), ("O O O", 2, "o0 o1"), ("O O O", 3, "o0 o1 o2"), ("O O O", 5, "o0 o1 o2"),
    ("N O O", 1, "o1"), ("n O O", 1, ""), ("n O O", 2, "o1"), ("N N N", 1, ""),
    ("- O O", 1, ""), ("O~ O O", 1, ""), ("O~ O O", 2, "o1"),  # no pod there, or one that is going
    ("o O O", 1, "o0"), ("o o O", 1, "o0 o1"), ("o O O", 2, "o0 o1"), ("o n O", 2, "o0"),  # ill ones go at once
    ("ON O O", 1, ""), ("ON O O", 2, "o1"), ("OO O O", 1, ""),
])
def test_without_surge_old_pods_go_while_few_enough_nodes_are_without(given, unavailable, gone):
    step = daemon_update.replace(cluster(given), "new", unavailable, 0, NOW)
    assert (names(step.delete), step.create) == (gone, [])


@pytest.mark.parametrize(("given", "most", "created", "gone"), [
    ("O O O", 1, "n0", ""), ("O O O", 2, "n0 n1", ""), ("On O O", 1, "", ""), ("On O O", 2, "n1", ""),
    ("ON O O", 1, "n1", "o0"), ("N O O", 1, "n1", ""), ("N N N", 1, "", ""),
    ("o O O", 1, "n0 n1", ""), ("o o o", 1, "n0 n1 n2", ""),  # beside an ill one a new one costs nothing
    ("on O O", 1, "", ""), ("oN O O", 1, "n1", "o0"), ("- O O", 1, "n1", ""), ("NN O O", 1, "", ""), ("O~N O O", 1, "n1", ""),
])
def test_with_surge_new_pods_come_first_and_old_ones_go_when_they_work(given, most, created, gone):
    by_node = cluster(given)
    step = daemon_update.surge(by_node, dict.fromkeys(by_node, True), "new", most, 0, NOW)
    assert (" ".join(step.create), names(step.delete)) == (created, gone)


@pytest.mark.parametrize(("given", "gone"), [("O o N", "o1"), ("N o N", "o1"), ("N o n", ""), ("o o N", "")])
def test_an_ill_pod_where_none_should_run_goes_when_enough_others_work(given, gone):
    should = {"n0": True, "n1": False, "n2": False}
    assert names(daemon_update.surge(cluster(given), should, "new", 1, 0, NOW).delete) == gone


@pytest.mark.parametrize(("given", "surging", "gone"), [
    ("O", False, ""), ("OO", False, "o0"), ("ON", False, "n0"),
    ("On", True, ""), ("ON", True, "o0"), ("on", True, "o0"), ("oN", True, "o0"), ("OO", True, "o0"), ("nN", True, "n0"),
    ("OOn", True, "o0"), ("OnN", True, "n0"),
])
def test_too_many_pods_on_a_node_are_reduced_to_what_is_needed(given, surging, gone):
    assert names(daemon_update.surplus(cluster(given)["n0"], "new", surging, 0, NOW)) == gone


def test_a_new_pod_counts_when_it_has_been_ready_for_long_enough():
    fresh = {"n0": [a_pod("n0", ready=590, labels={HASH: "new"})], "n1": [a_pod("o1", ready=0, labels={HASH: "old"})]}
    assert names(daemon_update.replace(fresh, "new", 1, 30, NOW).delete) == ""
    assert names(daemon_update.replace(fresh, "new", 1, 5, NOW).delete) == "o1"
