"""Seeded draws are the same everywhere, and one purpose does not move another."""

import re

import pytest

from cluster_sim.kernel.draws import SAFE_ALPHABET, Draws


def test_the_same_seed_and_purpose_draw_the_same_values_on_any_machine():
    # Recorded once: a change here changes every stored log's replay.
    assert [Draws(1).below("node", 1000), Draws(1).suffix("pod"), Draws("x").uid("uid")] == [
        195, "7lwn2", "d75b0b67-b168-4696-bc54-50a5603ec92b"]
    assert Draws(1).below("node", 1000) != Draws(2).below("node", 1000)


def test_a_new_purpose_moves_no_other():
    alone, beside = Draws(5), Draws(5)
    beside.below("another", 10)
    assert [alone.below("node", 10**9) for _ in range(5)] == [beside.below("node", 10**9) for _ in range(5)]


@pytest.mark.parametrize("length", [1, 5, 10])
def test_a_suffix_uses_only_the_alphabet_of_generated_names(length):
    draws = Draws(3)
    for _ in range(50):
        text = draws.suffix("pod", length)
        assert len(text) == length and all(letter in SAFE_ALPHABET for letter in text)


def test_uids_look_like_version_4_and_never_repeat():
    draws = Draws(3)
    uids = [draws.uid("uid") for _ in range(500)]
    shape = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(shape.fullmatch(uid) for uid in uids)
    assert len({*uids}) == 500
