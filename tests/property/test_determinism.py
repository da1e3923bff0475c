"""The model is a function: the same scene, seed and commands give the same state, whatever process runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cluster_sim import Cluster, mark
from tests.property.manifests import scene
from tests.property.scripts import play, run, write
from tests.property.stored_logs import read, stored

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = 50


def a_process_of_its_own(hash_seed: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "tests.property.scripts", "0", str(SCRIPTS)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_fifty_scripts_give_the_same_hashes_in_two_processes_with_different_hash_seeds():
    one, other = [process.communicate()[0].splitlines() for process in [a_process_of_its_own("1"), a_process_of_its_own("4711")]]
    assert len(one) == SCRIPTS
    assert one == other
    assert len({json.loads(line)[1] for line in one}) == SCRIPTS  # and they are fifty different clusters


@pytest.mark.parametrize("seed", range(8))
def test_cut_anywhere_snapshot_and_restored_a_run_goes_on_as_if_uninterrupted(seed):
    script = write(seed)
    cut = (seed * 7) % len(script)
    cluster = Cluster.open(scene(2 + seed % 3), seed=seed)
    play(cluster, script[:cut])
    cluster = Cluster.restore(cluster.snapshot())
    play(cluster, script[cut:])
    assert cluster.state_hash() == run(seed).state_hash()


@pytest.mark.parametrize("seed", range(3))
def test_looking_changes_nothing(seed):
    cluster = Cluster.open(scene(2 + seed % 3), seed=seed)
    for step in write(seed):
        play(cluster, [step])
        before = cluster.state_hash()
        cluster.parts()
        cluster.objects("pods")
        cluster.trace()
        cluster.facts()
        cluster.changes()
        cluster.faults()
        cluster.next_due()
        cluster.log()
        assert cluster.state_hash() == before, step


@pytest.mark.parametrize("seed", range(4))
def test_the_log_of_a_run_replays_to_its_state(seed):
    cluster = run(seed)
    again = Cluster.replay(json.loads(json.dumps([*cluster.log(), mark(cluster.position)])))
    assert again.state_hash() == cluster.state_hash()


@pytest.mark.parametrize("file", stored(), ids=lambda file: file.stem)
def test_a_stored_log_leads_to_the_state_it_led_to_when_it_was_made(file):
    log, state_hash = read(file)
    assert Cluster.replay(log).state_hash() == state_hash, "see tests/property/stored_logs.py"
