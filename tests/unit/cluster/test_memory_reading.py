"""What can be read of the control plane's memory: keys with their revisions, the members' logs, the open watches."""

import pytest

from cluster_sim import Cluster

PODS = "/api/v1/namespaces/default/pods"
CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}
CONFIGS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module")
def three() -> bytes:
    """Three control planes at rest."""
    cluster = Cluster.open({"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 3, "workers": 1}}, seed=1)
    cluster.advance(20)
    return cluster.snapshot()


def of(cluster: Cluster, name: str, **options: object) -> dict[str, object]:
    """The row of a key of that name."""
    rows = cluster.memory(**options)["keys"]["rows"]  # type: ignore[arg-type]
    return next(row for row in rows if row["name"].endswith(name))


def test_a_key_knows_who_made_it_who_wrote_it_last_and_how_often(three):
    cluster = Cluster.restore(three)
    made = cluster.request("POST", CONFIGS, CONFIG).body["metadata"]["resourceVersion"]
    written = cluster.request("PATCH", f"{CONFIGS}/settings", {"data": {"a": "2"}},
                              content_type="application/merge-patch+json").body["metadata"]["resourceVersion"]
    row = of(cluster, "settings", under="configmaps")
    assert (row["created"], row["modified"], row["version"], row["gone"]) == (int(made), int(written), 2, False)


def test_the_newest_write_comes_first_and_a_deleted_key_stays_in_the_history(three):
    cluster = Cluster.restore(three)
    made = cluster.request("POST", CONFIGS, CONFIG).body["metadata"]["resourceVersion"]
    cluster.request("DELETE", f"{CONFIGS}/settings")
    keys = cluster.memory(without=("leases", "events", "masterleases"))["keys"]
    first = keys["rows"][0]
    assert (first["name"], first["gone"], first["created"], first["version"]) == ("default/settings", True, int(made), 0)
    assert first["modified"] > int(made)
    revisions = [row["modified"] for row in keys["rows"]]
    assert revisions == sorted(revisions, reverse=True)


def test_kinds_are_counted_in_full_and_rows_kept_back(three):
    cluster = Cluster.restore(three)
    keys = cluster.memory(most=3, without=("leases",))["keys"]
    living = sum(keys["kinds"].values()) - keys["kinds"]["leases"]
    gone = [row for row in cluster.memory(most=10_000, without=("leases",))["keys"]["rows"] if row["gone"]]
    assert len(keys["rows"]) == 3 and keys["found"] == living + len(gone)
    assert {row["kind"] for row in cluster.memory(under="leases")["keys"]["rows"]} == {"leases"}
    assert {row["kind"] for row in cluster.memory(text="/minions/")["keys"]["rows"]} == {"minions"}


def test_an_event_goes_with_its_lease_an_hour_after_it_was_written(three):
    cluster = Cluster.restore(three)
    rows = cluster.memory(under="events", most=500)["keys"]["rows"]
    assert rows and all(3600 < row["lease"] + cluster.now < 3600 + 60 + cluster.now for row in rows)  # one lease for a minute's


def test_the_logs_agree_and_one_without_power_stays_behind(three):
    cluster = Cluster.restore(three)
    members = cluster.memory()["logs"]["members"]
    assert sorted(one["role"] for one in members) == ["follower", "follower", "leader"]
    follower = next(one["node"] for one in members if one["role"] == "follower")
    cluster.fault("power-off", follower)
    cluster.advance(10)
    logs = cluster.memory()["logs"]
    off, on = (next(one for one in logs["members"] if (one["node"] == follower) is away) for away in (True, False))
    assert (off["running"], off["role"], off["leader"]) == (False, "stopped", "")
    assert off["last"] < on["last"] <= logs["newest"]
    assert set(off["entries"]) < set(on["entries"])
    assert all(on["entries"][index] == entry for index, entry in off["entries"].items())


def test_every_client_is_at_the_revision_it_last_heard_of_and_one_cut_off_has_changes_waiting(three):
    cluster = Cluster.restore(three)
    streams = cluster.memory()["streams"]
    assert {(one["to"], one["waits"]) for one in streams if not one["resource"]} == {
        (f"master-{number}/kube-apiserver", 0) for number in (1, 2, 3)}
    kubelet = next(one for one in streams if one["to"] == "worker-1/kubelet" and one["resource"] == "pods")
    assert kubelet["only"] == "spec.nodeName=worker-1" and kubelet["waits"] == 0
    cluster.fault("partition", "worker-1")
    cluster.request("POST", PODS, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "late"}, "spec": {
        "nodeName": "worker-1", "containers": [{"name": "c", "image": "nginx:1.27"}]}})
    late = [one for one in cluster.memory()["streams"] if one["to"] == "worker-1/kubelet" and one["resource"] == "pods"]
    assert [one["waits"] for one in late] == [1]


def test_looking_changes_nothing(three):
    cluster = Cluster.restore(three)
    before = cluster.state_hash()
    cluster.memory(under="pods", text="kube", most=5)
    assert cluster.state_hash() == before
