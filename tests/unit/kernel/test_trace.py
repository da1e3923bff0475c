"""Chains can be walked back to their root and forward to every effect, also through coalesced work."""

from cluster_sim.kernel import BACKGROUND, DETAIL, STORY, Kernel
from cluster_sim.kernel.span import register_phrases
from cluster_sim.kernel.trace import BACKGROUND_LIMIT, Trace

register_phrases({"test.greets": "{source} greets {whom}"}, file="here.py")


def test_a_chain_holds_root_and_all_effects_and_nothing_else():
    kernel = Kernel(1)
    root = kernel.work("user/a", 0)
    other = kernel.work("user/b", 0)
    left = kernel.send("user/a", "s", "x", None, root)
    right = kernel.send("user/a", "s", "y", None, root)
    end = kernel.work("s", left)
    assert [span.id for span in kernel.trace.chain(end)] == [root, left, right, end]
    assert other not in [span.id for span in kernel.trace.chain(root)]


def test_work_with_two_causes_belongs_to_both_chains():
    kernel = Kernel(1)
    first, second = kernel.work("user/a", 0), kernel.work("user/b", 0)
    both = kernel.work("s", first, also=[second])
    assert both in [span.id for span in kernel.trace.chain(first)]
    assert both in [span.id for span in kernel.trace.chain(second)]


def test_text_is_rendered_from_the_phrase_when_read():
    kernel = Kernel(1)
    span = kernel.work("n1/kubelet", 0, verb="greet", subject="pod a")
    assert kernel.trace.get(span).text == "n1/kubelet greet pod a"
    kernel.tell(span, "test.greets", {"whom": "worker-1"}, revision=9)
    told = kernel.trace.get(span)
    assert (told.text, told.revision, told.file) == ("n1/kubelet greets worker-1", 9, "here.py")


def test_only_so_many_background_spans_are_kept_and_story_stays():
    kernel = Kernel(1)
    story = kernel.work("user/a", 0, level=STORY)
    for _ in range(BACKGROUND_LIMIT * 2):
        kernel.work("n1/kubelet", 0, level=BACKGROUND)
    assert BACKGROUND_LIMIT <= len(kernel.trace.since(0, background=True)) <= BACKGROUND_LIMIT * 1.3
    assert kernel.trace.get(story) is not None


def test_a_trace_comes_back_from_its_plain_data():
    kernel = Kernel(1)
    root = kernel.work("user/a", 0)
    kernel.send("user/a", "s", "x", None, root, level=DETAIL)
    again = Trace(kernel.trace.dump())
    assert again.chain(root) == kernel.trace.chain(root)
