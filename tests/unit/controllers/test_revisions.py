"""Versions of a Deployment (pkg/controller/deployment/util/deployment_util_test.go, sync_test.go)."""

from cluster_sim.controllers import revisions
from cluster_sim.controllers.revisions import HASH_LABEL, HISTORY, REVISION
from tests.unit.controllers.builders import a_deployment, a_replicaset

TEMPLATE = {"metadata": {"labels": {"app": "web"}}}
HASHED = {"metadata": {"labels": {"app": "web", HASH_LABEL: "abc"}}}


def test_the_hash_label_makes_no_difference_between_templates():
    assert revisions.same_template(TEMPLATE, HASHED)
    assert not revisions.same_template(TEMPLATE, {**HASHED, "spec": {"containers": [{"image": "x:2"}]}})


def test_of_several_replicasets_with_the_template_the_oldest_is_the_new_one():
    younger, older = a_replicaset("b", 1, created=5), a_replicaset("a", 1, created=2)
    assert revisions.find_new(a_deployment(1), [younger, older]) is older


def test_the_next_revision_is_one_above_all_old_ones():
    old = [a_replicaset("a", 0, annotations={REVISION: "2"}), a_replicaset("b", 0, annotations={REVISION: "7"})]
    assert revisions.next_revision(old) == 8


def test_going_back_remembers_the_revisions_a_replicaset_had():
    once = a_replicaset("a", 0, annotations={REVISION: "1"})
    annotations = revisions.annotations_for(a_deployment(1), once, 3)
    assert (annotations[REVISION], annotations[HISTORY]) == ("3", "1")
    again = a_replicaset("a", 0, annotations=annotations)
    assert revisions.annotations_for(a_deployment(1), again, 5)[HISTORY] == "1,3"


def test_the_newest_replicaset_keeps_its_revision():
    present = a_replicaset("a", 1, annotations={REVISION: "4"})
    assert revisions.annotations_for(a_deployment(1), present, 2) == {REVISION: "4"}


def test_a_new_replicaset_carries_hash_owner_and_size():
    made = revisions.new_replicaset(a_deployment(3), "abc", 2, 1)
    assert made["metadata"]["name"] == "web-abc"
    assert made["spec"]["selector"]["matchLabels"] == {"app": "web", HASH_LABEL: "abc"}
    assert made["spec"]["template"]["metadata"]["labels"][HASH_LABEL] == "abc"
    assert made["metadata"]["annotations"] == {
        REVISION: "1", "deployment.kubernetes.io/desired-replicas": "3", "deployment.kubernetes.io/max-replicas": "4"}


def test_the_lowest_empty_revisions_beyond_the_limit_go():
    old = [a_replicaset(f"r{number}", 1 if number == 2 else 0, annotations={REVISION: str(number)})
           for number in (1, 2, 3, 4)]
    gone = revisions.to_clean_up(a_deployment(1, revisionHistoryLimit=2), old)
    assert [one["metadata"]["name"] for one in gone] == ["r1"]
