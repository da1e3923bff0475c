"""Quorums: what a majority of the voters has, holds for all; two majorities always share a member.

Source: etcd-io/raft quorum/majority.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def majority(voters: Sequence[str]) -> int:
    """⌊n/2⌋ + 1."""
    return len(voters) // 2 + 1


def committed_index(voters: Sequence[str], match: Mapping[str, int]) -> int:
    """The highest index that a majority of the voters has."""
    if not voters:
        return 0
    return sorted((match.get(voter, 0) for voter in voters), reverse=True)[len(voters) // 2]


def vote_result(voters: Sequence[str], votes: Mapping[str, bool]) -> str:
    """ "won", "lost", or "pending" while it can still be either."""
    granted = sum(votes.get(voter) is True for voter in voters)
    refused = sum(votes.get(voter) is False for voter in voters)
    needed = majority(voters)
    if granted >= needed:
        return "won"
    return "lost" if len(voters) - refused < needed else "pending"
