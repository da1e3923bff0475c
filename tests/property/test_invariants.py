"""Hypothesis plays people and misfortune; what must always hold is looked at after every step.

The runs are the same each time (`derandomize`): a search with new seeds is `make soak`.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cluster_sim import Cluster
from tests.property.invariants import Watcher, settled
from tests.property.manifests import scene
from tests.property.scripts import play

NAMES = st.sampled_from(["web", "shop"])
GOOD = st.sampled_from(["nginx:1.29", "nginx:1.30", "redis:7"])
STEPS = st.one_of(
    st.tuples(st.just("create"), NAMES, st.integers(1, 5), GOOD),
    st.tuples(st.just("scale"), NAMES, st.integers(0, 6)),
    st.tuples(st.just("image"), NAMES, GOOD),
    st.tuples(st.just("delete"), NAMES, st.sampled_from(["Background", "Foreground"])),
    st.tuples(st.just("kill"), st.integers(0, 7)),
    st.tuples(st.just("patch"), st.integers(0, 7), st.just("set-aside")),
    st.tuples(st.just("fault"), st.sampled_from(["stop", "power-off", "cut", "crash", "slow"]), st.integers(0, 39)),
    st.tuples(st.just("undo-fault"), st.integers(0, 3)),
    st.tuples(st.just("advance"), st.sampled_from([0.0005, 0.003, 0.02, 0.4, 2, 11, 45])),
)
SCRIPTS = st.lists(STEPS.map(list), min_size=4, max_size=14)
LONG = 900  # virtual seconds: back-offs have run out, taints been tolerated, images pulled


def every(examples: int) -> settings:
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None, print_blob=True,
                    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@every(25)
@given(workers=st.integers(1, 3), script=SCRIPTS)
def test_whatever_happens_no_pod_moves_no_address_is_shared_and_nobody_makes_too_many_pods(workers, script):
    cluster, watcher = Cluster.open(scene(workers), seed=1), Watcher()
    for step in [["create", "web", 3, "nginx:1.29"], *script]:
        play(cluster, [step])
        for _ in range(4):
            cluster.advance(0.01)
            assert watcher.look(cluster) == []
    cluster.advance(3)
    assert watcher.look(cluster) == []


@every(20)
@given(workers=st.integers(1, 3), script=SCRIPTS)
def test_when_the_last_fault_is_undone_everything_wished_for_comes_true(workers, script):
    cluster = Cluster.open(scene(workers), seed=1)
    play(cluster, [["create", "web", 3, "nginx:1.29"], *script])
    for fault in list(cluster.faults()["active"]):
        cluster.undo_fault(fault)
    cluster.advance(LONG)
    assert settled(cluster) == []
