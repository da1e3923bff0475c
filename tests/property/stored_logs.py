"""Logs of runs that were, with the state hash each led to (`logs/*.json`).

An engine that takes one of them to another state has changed behaviour. Was that meant? Then old logs can no longer be
replayed by it: raise `ENGINE` in cluster_sim/history.py and write the logs anew, `python -m tests.property.stored_logs`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cluster_sim import Cluster, mark
from tests.property.scripts import play, run

HERE = Path(__file__).parent / "logs"
LESSON = Path(__file__).parents[2] / "lessons/content/kill-a-pod/scene.yaml"


def stored() -> list[Path]:
    """The files."""
    return sorted(HERE.glob("*.json"))


def read(file: Path) -> tuple[list[dict[str, Any]], str]:
    """(log, state hash) of one file."""
    kept = json.loads(file.read_text())
    return kept["log"], kept["state_hash"]


def write() -> None:
    """Run the stories again and keep their logs."""
    lesson = Cluster.open(LESSON, seed=1)
    play(lesson, [["advance", 5], ["kill", 0], ["advance", 3], ["fault", "power-off", 2], ["advance", 60], ["kill", 3],
                  ["undo-fault", 0], ["advance", 20]])
    for name, cluster in [("kill-a-pod", lesson), *((f"script-{seed}", run(seed)) for seed in (3, 11, 29))]:
        kept = {"state_hash": cluster.state_hash(), "log": [*cluster.log(), mark(cluster.position)]}
        (HERE / f"{name}.json").write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    write()
