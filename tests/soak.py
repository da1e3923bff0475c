"""`python -m tests.soak [SECONDS] [FIRST]`: random people and misfortune, one seed after the other, until time is up.

Each run is looked at after every step (tests/property/invariants.py), goes once through a snapshot, ends with all
faults undone and everything at rest, and its log must replay to the same state. What fails is printed with its seed:
`python -m tests.soak 1 SEED` plays it again. Without FIRST the seeds go on from where the clock happens to be.
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback

from cluster_sim import Cluster, mark
from cluster_sim.kernel import frozen
from tests.property.invariants import Watcher, settled
from tests.property.scripts import Step, play, scene

IMAGES = ("nginx:1.29", "nginx:1.30", "redis:7")
FAULTS = ("stop", "power-off", "cut", "crash", "slow")
LONG = 900  # virtual seconds


def write(draw: random.Random) -> list[Step]:
    """A script of 5 to 25 steps. Nothing in it is beyond healing: no image that does not exist, no orphans."""
    script: list[Step] = [["create", "web", 3, IMAGES[0]]]
    for _ in range(draw.randint(5, 25)):
        name = draw.choice(["web", "shop"])
        script.append(draw.choice([
            ["create", name, draw.randint(1, 5), draw.choice(IMAGES)], ["scale", name, draw.randint(0, 6)],
            ["image", name, draw.choice(IMAGES)], ["delete", name, draw.choice(["Background", "Foreground"])],
            ["kill", draw.randrange(8)], ["kill", draw.randrange(8)], ["patch", draw.randrange(8), "set-aside"],
            ["fault", draw.choice(FAULTS), draw.randrange(40)], ["fault", draw.choice(FAULTS), draw.randrange(40)],
            ["apply", draw.choice(["StatefulSet", "DaemonSet", "Job"]), "other", draw.randint(1, 4), draw.choice(IMAGES)],
            ["apply", "Service", name, 0, ""],
            ["undo-fault", draw.randrange(3)], ["advance", draw.choice([0.0005, 0.003, 0.02, 0.4])],
            ["advance", draw.choice([2, 11, 45])],
        ]))
    return script


def run(seed: int) -> list[str]:
    """What went wrong in the run of this seed; empty is good."""
    draw = random.Random(seed)
    workers, script = draw.randint(1, 4), write(draw)
    cut = draw.randrange(len(script))
    cluster, watcher = Cluster.open(scene(workers), seed=seed), Watcher()
    wrong: list[str] = []
    restored = None
    for number, step in enumerate(script):
        play(cluster, [step])
        if number == cut:
            restored = Cluster.restore(cluster.snapshot())
        elif restored is not None:
            play(restored, [step])
        for _ in range(4):
            cluster.advance(0.01)
            wrong += watcher.look(cluster)
            if restored is not None:
                restored.advance(0.01)
    if restored is not None and restored.state_hash() != cluster.state_hash():
        wrong.append(f"restored after step {cut}, it went another way")
    again = Cluster.replay(json.loads(json.dumps([*cluster.log(), mark(cluster.position)])))
    if again.state_hash() != cluster.state_hash():
        wrong.append("its log replays to another state")
    for fault in list(cluster.faults()["active"]):
        cluster.undo_fault(fault)
    cluster.advance(LONG)
    return [*wrong, *settled(cluster)]


def soak(seconds: float, seed: int) -> int:
    """Run seed after seed until the time is up; → how many failed."""
    frozen.enable()
    end, begun, bad = time.monotonic() + seconds, seed, 0
    while seed == begun or time.monotonic() < end:
        try:
            wrong = run(seed)
        except Exception:
            wrong = traceback.format_exc().splitlines()[-5:]
        if wrong:
            bad += 1
            print(f"seed {seed}:", *wrong[:6], sep="\n    ", flush=True)
        seed += 1
    print(f"{seed - begun} runs, {bad} failed")
    return bad


if __name__ == "__main__":
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    first = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    sys.exit(1 if soak(limit, first) else 0)
