"""A cluster's life: random people and misfortune, looked at after every step.

Each run goes once through a snapshot, its log must replay to the same state, and it ends with everything repaired and
at rest: whatever was wished for has come true (tests/property/invariants.py).
"""

from __future__ import annotations

import json
import random

from cluster_sim import Cluster, mark
from tests.property.invariants import Watcher, settled
from tests.property.manifests import scene
from tests.property.scripts import Step, play

IMAGES = ("nginx:1.29", "nginx:1.30", "redis:7")
FAULTS = ("stop", "stop", "power-off", "cut", "crash", "slow", "partition", "lossy", "hang", "oom", "disk-full",
          "memory-pressure", "clock-skew", "expired-token", "break", "image-gone")
LONG = 1_200  # virtual seconds: back-offs have run out, taints been tolerated, images pulled


def write(draw: random.Random) -> list[Step]:
    """A script of 5 to 25 steps. Nothing in it is beyond healing: no image that does not exist, no orphans."""
    script: list[Step] = [["create", "web", 3, IMAGES[0]]]
    for _ in range(draw.randint(5, 25)):
        name = draw.choice(["web", "shop"])
        script.append(draw.choice([
            ["create", name, draw.randint(1, 5), draw.choice(IMAGES)], ["scale", name, draw.randint(0, 6)],
            ["image", name, draw.choice(IMAGES)], ["delete", name, draw.choice(["Background", "Foreground"])],
            ["kill", draw.randrange(8)], ["kill", draw.randrange(8), draw.choice([0, 1])],
            ["patch", draw.randrange(8), "set-aside"],
            ["fault", draw.choice(FAULTS), draw.randrange(40)], ["fault", draw.choice(FAULTS), draw.randrange(40)],
            ["fault", draw.choice(FAULTS), draw.randrange(40)],
            ["apply", draw.choice(["StatefulSet", "DaemonSet", "Job", "CronJob"]), "other", draw.randint(1, 4),
             draw.choice(IMAGES)],
            ["apply", draw.choice(["Service", "PodDisruptionBudget"]), name, 0, ""],
            draw.choice([["scale", "other", draw.randint(0, 4), "StatefulSet"],
                         ["image", "other", draw.choice(IMAGES), draw.choice(["StatefulSet", "DaemonSet"])],
                         ["change", "StatefulSet", "other", {"spec": {"updateStrategy": {"rollingUpdate": {
                             "partition": draw.randint(0, 2)}}}}],
                         ["change", "Job", "other", {"spec": {"suspend": draw.random() < 0.5}}],
                         ["change", "Job", "other", {"spec": {"parallelism": draw.randint(1, 3)}}],
                         ["delete", "other", "Background", draw.choice(["StatefulSet", "DaemonSet", "Job", "CronJob"])]]),
            draw.choice([["rollout-undo", name], ["pause", name, True], ["pause", name, False]]),
            [draw.choice(["cordon", "uncordon", "drain"]), draw.randrange(4)],
            ["undo-fault", draw.randrange(3)], ["undo-fault", draw.randrange(3)],
            ["advance", draw.choice([0.0005, 0.003, 0.02, 0.4])], ["advance", draw.choice([2, 11, 45])],
        ]))
    return script


def heal(cluster: Cluster) -> None:
    """Repair everything, and take back what people hold up."""
    for fault in list(cluster.faults()["active"]):
        cluster.undo_fault(fault)
    cluster.advance(60)
    for number, _ in enumerate(cluster.objects("nodes")):
        play(cluster, [["uncordon", number]])
    for one in cluster.objects("deployments", "default"):
        play(cluster, [["pause", one["metadata"]["name"], False]])
    play(cluster, [["change", "CronJob", "other", {"spec": {"suspend": True}}]])
    play(cluster, [["change", "StatefulSet", "other", {"spec": {"updateStrategy": {"rollingUpdate": {"partition": 0}}}}]])
    cluster.advance(LONG)


def run(seed: int) -> list[str]:
    """What went wrong in the run of this seed; empty is good."""
    draw = random.Random(seed)
    masters, workers, script = 3 if draw.random() < 0.2 else 1, draw.randint(1, 4), write(draw)
    cut = draw.randrange(len(script))
    cluster, watcher = Cluster.open(scene(workers, masters), seed=seed), Watcher()
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
    heal(cluster)
    return [*wrong, *settled(cluster)]
