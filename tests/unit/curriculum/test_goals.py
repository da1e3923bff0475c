"""Goals are decided by what the cluster did and what people asked for, in the order in which it happened."""

from __future__ import annotations

import pytest

from lessons.curriculum import library
from lessons.curriculum.goals import BROKEN, DONE, HOLDS, NOT_YET, PARTLY, GoalWatch, evaluate
from lessons.curriculum.lesson import Goal, Lesson
from tests.unit.curriculum.cardboard import CardboardCluster


def statuses(cluster: CardboardCluster, slug: str = "kill-a-pod") -> list[str]:
    lesson = library.find(slug)
    assert lesson is not None
    return [state.status for state in GoalWatch(lesson).follow(cluster)]


def a_lesson(*goals: Goal) -> Lesson:
    return Lesson("x", 1, "x", "x", "x", 5, (), goals, (), (), (), "", (), "", (), (), "")


def test_a_goal_never_ticks_without_an_act() -> None:
    cluster = CardboardCluster().ready(1, 3).ready(2, 2).ready(3, 3)
    assert statuses(cluster) == [NOT_YET, NOT_YET, NOT_YET]


def test_an_act_on_another_pod_is_not_the_act() -> None:
    assert statuses(CardboardCluster().ready(1, 3).delete_pod(2, "cache")) == [NOT_YET, NOT_YET, NOT_YET]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([], [DONE, NOT_YET, HOLDS]),
        ([2], [DONE, PARTLY, HOLDS]),
        ([2, 3], [DONE, DONE, DONE]),
        ([2, 1], [DONE, PARTLY, BROKEN]),
        ([2, 1, 2, 3], [DONE, DONE, BROKEN]),
        ([2, 3, 0], [DONE, DONE, DONE]),  # what was done stays done
    ],
)
def test_the_goals_of_the_first_lesson_follow_its_story(story: list[int], expected: list[str]) -> None:
    cluster = CardboardCluster().ready(1, 3).delete_pod(5)
    for place, ready in enumerate(story):
        cluster.ready(5.1 + place, ready)
    assert statuses(cluster) == expected


def test_partly_says_how_much_and_broken_says_when() -> None:
    lesson = library.find("kill-a-pod")
    assert lesson is not None
    cluster = CardboardCluster().ready(1, 3).delete_pod(5).ready(5.25, 1)
    notes = [state.note for state in GoalWatch(lesson).follow(cluster)]
    assert notes == ["", "1 of 3 now", "broken at 0.250 s"]


def test_looking_often_and_looking_once_see_the_same() -> None:
    lesson = library.find("kill-a-pod")
    assert lesson is not None
    often, cluster = GoalWatch(lesson), CardboardCluster()
    for row in CardboardCluster().ready(1, 3).delete_pod(5).ready(6, 2).ready(6.1, 1).ready(6.2, 3).rows:
        cluster.tell(row["time"], row["name"], row["value"])
        seen = often.follow(cluster)
    assert seen == GoalWatch(lesson).follow(cluster)


def test_a_wait_that_ends_with_the_next_fact_counts_to_its_last_moment() -> None:
    goal = Goal("gap", "x", act="acts.size() > 0",
                done='now["ready:default/web"] < 3 && time - changed["ready:default/web"] >= 30.0')
    short = CardboardCluster().ready(1, 3).delete_pod(5).ready(6, 2).ready(35.9, 3)
    long = CardboardCluster().ready(1, 3).delete_pod(5).ready(6, 2).ready(36, 3)
    assert GoalWatch(a_lesson(goal)).follow(short)[0].status == NOT_YET
    assert GoalWatch(a_lesson(goal)).follow(long)[0].status == DONE


def test_a_later_goal_looks_back_only_to_the_one_before_it() -> None:
    first = Goal("first", "x", act='acts.exists(a, a.name == "a")')
    second = Goal("second", "x", after="first", act='acts.exists(a, a.name == "b")')
    early = CardboardCluster().delete_pod(1, "b").delete_pod(2, "a")
    assert [state.status for state in GoalWatch(a_lesson(first, second)).follow(early)] == [DONE, NOT_YET]
    early.delete_pod(3, "b")
    assert [state.status for state in GoalWatch(a_lesson(first, second)).follow(early)] == [DONE, DONE]


def test_acts_know_which_processes_were_stopped() -> None:
    cluster = CardboardCluster().ready(1, 3)
    manager = "master-1/kube-controller-manager"
    cluster.tell(2, "fault", {"id": "fault-1", "name": "stop", "target": manager, "by": "admin"})
    cluster.delete_pod(3)
    assert statuses(cluster, "the-controller-manager")[:2] == [DONE, DONE]


def test_the_gap_closes_only_after_the_repair() -> None:
    cluster = CardboardCluster().ready(1, 3)
    fault = {"id": "fault-1", "name": "stop", "target": "master-1/kube-controller-manager", "by": "admin"}
    cluster.tell(2, "fault", fault).delete_pod(3).ready(4, 2)
    cluster.now = 40.0
    assert statuses(cluster, "the-controller-manager") == [DONE, DONE, DONE, NOT_YET]
    cluster.tell(41, "fault", {**fault, "undone": True})
    assert statuses(cluster, "the-controller-manager")[3] == PARTLY
    cluster.ready(42, 3)
    assert statuses(cluster, "the-controller-manager")[3] == DONE


def test_another_cluster_begins_anew() -> None:
    lesson = library.find("kill-a-pod")
    assert lesson is not None
    acted = CardboardCluster().ready(1, 3).delete_pod(5)
    assert evaluate(lesson, acted)[0].status == DONE
    assert evaluate(lesson, CardboardCluster().ready(1, 3))[0].status == NOT_YET
    assert evaluate(lesson, acted.ready(6, 2))[1].status == PARTLY
