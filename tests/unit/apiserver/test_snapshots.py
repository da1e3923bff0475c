"""Stopped between any two events and built again from its state, the server goes on as if nothing had happened."""

import copy

import pytest

from cluster_sim.apiserver import APIServer
from cluster_sim.kernel import SECOND, frozen
from tests.unit.apiserver.door import CONFIGS, MERGE, PODS, SERVER, STORE, Door, a_config, a_pod


def play(rebuild_after):
    """A busy second; after so many events the server is thrown away and made anew from a copy of its state."""
    door = Door()
    watch = door.send("GET", f"{CONFIGS}?watch=1")
    calls = [door.send("POST", CONFIGS, a_config(name)) for name in "ab"]
    calls += [door.send("POST", PODS, a_pod(nodeName="w1")), door.send("DELETE", f"{PODS}/web")]
    calls += [door.send("PATCH", f"{CONFIGS}/a", {"data": {key: "1"}}, MERGE) for key in "xy"]
    calls.append(door.send("DELETE", CONFIGS))
    for _ in range(rebuild_after):
        door.kernel.step()
    state = copy.deepcopy(frozen.thaw(door.server.state))
    server = APIServer(door.kernel, SERVER, state)
    server.store = STORE
    door.kernel.register(server)
    door.server = server
    door.kernel.run_until(25 * SECOND)
    answers = [frozen.thaw(door.answer(call)) for call in calls]
    return door.revision, answers, door.events(watch), frozen.thaw(server.state["cache"])


@pytest.mark.parametrize("events", range(1, 40, 3))
def test_a_rebuilt_server_goes_on_as_before(events):
    assert play(events) == play(0)
