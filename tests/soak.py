"""`python -m tests.soak SECONDS`: random scripts with new seeds, against what must always hold, until the time is over.

Each run is a script of `tests.property.scripts` on a cluster of its own: after every step the invariants are looked
at, half-way the cluster goes through a snapshot, in the end all faults are undone and everything wished for must come
true. The first seed is printed; a seed that fails is printed with what was wrong, and is all that is needed to see it
again: `python -m tests.soak 0 SEED`.
"""

from __future__ import annotations

import sys
import time

from cluster_sim import Cluster
from tests.property.invariants import Watcher, settled
from tests.property.scripts import play, scene, write

LONG = 900  # virtual seconds: back-offs have run out, taints been tolerated, images pulled
BAD_IMAGES = ("crasher:1", "web:nope", "worker:1")  # these never become what was wished for


def run(seed: int) -> list[str]:
    """One script; → what was wrong."""
    script = write(seed, length=24)
    cluster, watcher = Cluster.open(scene(2 + seed % 3), seed=seed), Watcher()
    for number, step in enumerate(script):
        if step[0] in ("create", "image") and step[-1] in BAD_IMAGES:
            step = [*step[:-1], "nginx:1.29"]
        if step[0] == "delete" and step[-1] == "Orphan":
            step = [*step[:-1], "Background"]
        play(cluster, [step])
        if number == len(script) // 2:
            cluster = Cluster.restore(cluster.snapshot())
        wrong = watcher.look(cluster)
        if wrong:
            return [f"step {number} {step}: {sentence}" for sentence in wrong]
    for fault in list(cluster.faults()["active"]):
        cluster.undo_fault(fault)
    cluster.advance(LONG)
    return settled(cluster)


def soak(seconds: float, first: int) -> int:
    """Run seed after seed; → how many failed."""
    print(f"first seed {first}", flush=True)
    began, seed, failed = time.monotonic(), first, 0
    while seed == first or time.monotonic() - began < seconds:
        for sentence in run(seed):
            failed += 1
            print(f"seed {seed}: {sentence}", flush=True)
        seed += 1
    print(f"{seed - first} scripts, {failed} complaints")
    return failed


if __name__ == "__main__":
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    sys.exit(1 if soak(float(sys.argv[1]), chosen) else 0)
