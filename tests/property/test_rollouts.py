"""A rolling update never makes more pods than replicas + maxSurge, and never leaves fewer ready than replicas −
maxUnavailable, at any moment, whatever is asked for in the middle of it: another image, one that does not exist, a
pause, the way back. Nothing else goes wrong here: nobody is killed, no machine is lost.
"""

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cluster_sim import Cluster
from tests.property.invariants import is_ready
from tests.property.manifests import deployment, scene
from tests.property.scripts import play

BOUNDS = st.sampled_from([0, 1, 2, "25%", "50%", "100%"])
IMAGES = st.sampled_from(["nginx:1.30", "nginx:1.31", "redis:7", "web:nope"])
ACTS = st.one_of(
    st.tuples(st.just("image"), st.just("web"), IMAGES),
    st.tuples(st.just("image"), st.just("web"), IMAGES),
    st.tuples(st.just("rollout-undo"), st.just("web")),
    st.tuples(st.just("pause"), st.just("web"), st.booleans()),
    st.tuples(st.just("advance"), st.sampled_from([0.002, 0.05, 0.3, 1.5, 12])),
)


def share(bound: int | str, replicas: int, up: bool) -> int:
    """A number of pods, or a percentage rounded up or down."""
    if isinstance(bound, int):
        return bound
    exact = int(bound.rstrip("%")) * replicas
    return -(-exact // 100) if up else exact // 100


@settings(max_examples=20, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(replicas=st.integers(1, 6), surge=BOUNDS, unavailable=BOUNDS, acts=st.lists(ACTS.map(list), min_size=3, max_size=10))
def test_a_rolling_update_keeps_its_bounds_at_every_moment(replicas, surge, unavailable, acts):
    assume(surge != 0 or unavailable != 0)
    most = replicas + share(surge, replicas, up=True)
    fewest = replicas - share(unavailable, replicas, up=False)
    if most == replicas == fewest:
        fewest -= 1  # both round to nothing: one pod may be missing, or nothing could ever move
    cluster = Cluster.open([scene(2), deployment("web", replicas, "nginx:1.29", maxSurge=surge, maxUnavailable=unavailable)])
    cluster.advance(15)
    seen: list[str] = []

    def broken(_: Cluster) -> bool:
        pods = [pod for pod in cluster.objects("pods", "default") if "deletionTimestamp" not in pod["metadata"]]
        ready = sum(map(is_ready, pods))
        if len(pods) > most or ready < fewest:
            seen.append(f"{len(pods)} pods of at most {most}, {ready} ready of at least {fewest} at {cluster.now}")
        return bool(seen)

    assert not broken(cluster), seen
    for act in [*acts, ["pause", "web", False], ["image", "web", "nginx:1.32"], ["advance", 400]]:
        if act[0] == "advance":
            assert not cluster.advance_until(broken, act[1]), seen
        else:
            play(cluster, [act])
            assert not cluster.advance_until(broken, 0.02), seen  # until it is answered: of two at once either may be first
    status = cluster.get("deployments", "web")["status"]
    assert (status["updatedReplicas"], status["readyReplicas"], status["replicas"]) == (replicas,) * 3
