"""A decision in one sentence."""

import pytest

from cluster_sim.scheduler.telling import phrase_of, who_is_out


def out(name, plugin="NodeResourcesFit"):
    return [name, plugin, ["…"]]


@pytest.mark.parametrize(("rejected", "words"), [
    ([], ""), ([out("worker-2")], "worker-2 is full"), ([out("a"), out("b")], "a and b are full"),
    ([out("a"), out("b", "TaintToleration")], "a is full, b is tainted"), ([out("a", "NodePorts")], "a has its port taken"),
    ([out("master-1", "TaintToleration")], ""), ([out("a"), out("b"), out("c")], "")])
def test_who_is_out_is_named_if_there_are_few(rejected, words):
    assert who_is_out(rejected) == words


@pytest.mark.parametrize(("fit", "rejected", "phrase"), [
    (1, [], "scheduler.only"), (3, [], "scheduler.best"), (1, [out("a")], "scheduler.only-left"),
    (2, [out("a")], "scheduler.best-left")])
def test_the_sentence_depends_on_how_many_are_left(fit, rejected, phrase):
    told = phrase_of({"metadata": {"name": "web"}}, "worker-3", {"fit": fit, "rejected": rejected})
    assert (told["phrase"], told["args"]["node"]) == (phrase, "worker-3")
