"""The long search's closing lines say how to play again what failed."""

from __future__ import annotations

import multiprocessing

import pytest

from tests.soak import search as soak


def test_the_summary_lists_every_failed_seed_with_the_command_that_repeats_it() -> None:
    assert soak.summary([("life", 12, [7, 9]), ("raft", 2_000, [])]) == [
        "life: 12 runs, 2 failed", "raft: 2,000 runs, 0 failed",
        "    python -m tests.soak life 7", "    python -m tests.soak life 9"]


def test_a_search_names_the_seeds_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(soak.KINDS, "raft", lambda seed: ["wrong"] if seed == 5 else [])
    assert soak.search("raft", 4, 0, least=3) == ("raft", 3, [5])


def test_spawned_processes_can_search() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply_async(soak.search, ("raft", 1, 0)).get(timeout=60) == ("raft", 1, [])
