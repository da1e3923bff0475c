"""Leases: keys that end by themselves, as Events do after an hour.

The leader alone watches the clock; that a lease is over is an entry of the log, so that every member deletes the same
keys at the same place. A new leader starts the clocks anew.

Source: etcd server/lease/lessor.go; Kubernetes shares one lease among the keys of about a minute, or of a twentieth of
their time if that is less: apiserver pkg/storage/etcd3/lease_manager.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_sim.kernel import SECOND

if TYPE_CHECKING:
    from cluster_sim.etcd.server import Etcd

LEASE_STEP = 60 * SECOND


def rebuild(member: Etcd) -> None:
    """Which keys hang on which lease: deadlines are on the disk, beside their keys."""
    leases: dict[str, list[str]] = {}
    for key, row in member.store.state["keys"].items():
        if row[4] is not None:
            leases.setdefault(str(row[4]), []).append(key)
    member.state["leases"] = leases


def start_clocks(member: Etcd) -> None:
    """This member leads: it watches over every lease there is."""
    for expiry in member.state["leases"]:
        _start_clock(member, expiry)


def grant(member: Etcd, key: str, ttl: int | None, time: int) -> int | None:
    """The end of the lease that a key written at `time` gets."""
    if ttl is None:
        return None
    step = min(LEASE_STEP, ttl // 20 * SECOND) or 1
    expiry = -(-(time + ttl * SECOND) // step) * step
    keys = member.state["leases"].get(str(expiry))
    if keys is None:
        keys = member.state["leases"][str(expiry)] = []
        if member.leads():
            _start_clock(member, str(expiry))
    keys.append(key)
    return expiry


def ended_keys(member: Etcd, expiry: str) -> list[str]:
    """The keys that end with a lease, in an order all members share."""
    found = []
    for key in dict.fromkeys(member.state["leases"].pop(expiry, [])):
        row = member.store.get(key)
        if row is not None and str(row[4]) == expiry:
            found.append(key)
    return sorted(found)


def _start_clock(member: Etcd, expiry: str) -> None:
    kernel = member.kernel
    kernel.timer(member.part, max(0, int(expiry) - kernel.now), "expire", expiry, background=True)
