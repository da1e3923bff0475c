"""Static pods: what a kubelet runs from files, and shows the API server as mirror pods."""

import pytest

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"workers": 0, "addons": []}}
PODS = "/api/v1/namespaces/kube-system/pods"
NAMES = ["etcd-master-1", "kube-apiserver-master-1", "kube-controller-manager-master-1", "kube-scheduler-master-1"]
TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}


@pytest.fixture(scope="module")
def opened():
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(10)
    return cluster.snapshot()


@pytest.fixture
def cluster(opened):
    return Cluster.restore(opened)


def listed(cluster):
    """name → what `kubectl get pods -n kube-system` prints as READY, STATUS and RESTARTS (without how long ago)."""
    rows = cluster.request("GET", PODS, headers=TABLE).body["rows"]
    return {row["cells"][0]: [str(cell).split(" ")[0] for cell in row["cells"][1:4]] for row in rows}


def texts(cluster, word):
    return [span.text for span in cluster.trace() if word in span.text]


def test_a_control_plane_s_machine_shows_its_four_processes_as_pods(cluster):
    assert listed(cluster) == dict.fromkeys(NAMES, ["1/1", "Running", "0"])
    pod = cluster.get("pods", "kube-apiserver-master-1", "kube-system")
    annotations = pod["metadata"]["annotations"]
    assert annotations["kubernetes.io/config.mirror"] == annotations["kubernetes.io/config.hash"]
    assert annotations["kubernetes.io/config.source"] == "file"
    assert pod["metadata"]["labels"] == {"component": "kube-apiserver", "tier": "control-plane"}
    assert pod["metadata"]["ownerReferences"][0]["kind"] == "Node"
    assert (pod["spec"]["priority"], pod["spec"]["nodeName"]) == (2000001000, "master-1")
    assert pod["status"]["podIP"] == pod["status"]["hostIP"]


def test_a_managed_control_plane_shows_nothing():
    cluster = Cluster.open({**SCENE, "spec": {"workers": 1, "addons": [], "managedControlPlane": True}})
    cluster.advance(10)
    assert cluster.objects("pods") == []


def test_deleting_a_mirror_pod_changes_nothing_but_that_it_is_made_anew(cluster):
    before = cluster.get("pods", "kube-apiserver-master-1", "kube-system")["metadata"]["uid"]
    assert cluster.request("DELETE", f"{PODS}/kube-apiserver-master-1").status == 200
    cluster.advance(2)
    assert cluster.get("pods", "kube-apiserver-master-1", "kube-system")["metadata"]["uid"] != before
    assert listed(cluster) == dict.fromkeys(NAMES, ["1/1", "Running", "0"])


def test_a_process_that_is_kept_down_is_a_container_that_crashes_again_and_again(cluster):
    fault = cluster.fault("stop", "master-1/kube-scheduler")
    cluster.advance(5)
    assert listed(cluster)["kube-scheduler-master-1"] == ["0/1", "CrashLoopBackOff", "2"]
    cluster.advance(45)  # back-offs of 10, 20, 40 s
    assert listed(cluster)["kube-scheduler-master-1"] == ["0/1", "CrashLoopBackOff", "4"]
    cluster.undo_fault(fault)
    cluster.advance(2)
    assert listed(cluster)["kube-scheduler-master-1"][:2] == ["1/1", "Running"]


def test_a_leader_that_gives_up_is_started_again_by_its_kubelet(cluster):
    fault = cluster.fault("stop", "master-1/kube-apiserver")
    cluster.advance(14)
    cluster.undo_fault(fault)
    cluster.advance(30)
    assert texts(cluster, "could not renew the Lease kube-scheduler")
    assert texts(cluster, "kubelet on master-1 starts kube-scheduler again")
    assert listed(cluster)["kube-scheduler-master-1"] == ["1/1", "Running", "1"]


def test_without_its_kubelet_a_process_that_ended_stays_down_until_the_kubelet_is_back(cluster):
    kubelet = cluster.fault("stop", "master-1/kubelet")
    cluster.fault("stop", "master-1/kube-scheduler")
    cluster.advance(20)
    assert listed(cluster)["kube-scheduler-master-1"] == ["1/1", "Running", "0"]  # nobody is there to tell
    cluster.undo_fault(kubelet)
    cluster.advance(3)
    assert listed(cluster)["kube-scheduler-master-1"][1] == "CrashLoopBackOff"


def test_an_api_server_that_lost_etcd_is_restarted_after_eight_failed_probes(cluster):
    etcd = cluster.fault("stop", "master-1/etcd")
    start = cluster.now
    assert cluster.advance_until(lambda c: bool(texts(c, "/livez failed 8 times")), 120)
    assert 70 <= cluster.now - start <= 95
    cluster.undo_fault(etcd)
    cluster.advance(20)
    assert listed(cluster)["kube-apiserver-master-1"] == ["1/1", "Running", "1"]


def test_after_a_power_failure_everything_is_taken_over_again(cluster):
    fault = cluster.fault("power-off", "master-1")
    cluster.advance(10)
    cluster.undo_fault(fault)
    cluster.advance(30)
    assert listed(cluster) == dict.fromkeys(NAMES, ["1/1", "Running", "1"])


def test_a_mirror_survives_a_restart_of_the_kubelet(cluster):
    before = [pod["metadata"]["uid"] for pod in cluster.objects("pods", "kube-system")]
    fault = cluster.fault("stop", "master-1/kubelet")
    cluster.advance(5)
    cluster.undo_fault(fault)
    cluster.advance(5)
    assert [pod["metadata"]["uid"] for pod in cluster.objects("pods", "kube-system")] == before
    assert listed(cluster) == dict.fromkeys(NAMES, ["1/1", "Running", "0"])


@pytest.mark.parametrize("moment", [0.05, 0.2, 1, 11, 30])
def test_a_snapshot_goes_on_alike_while_a_process_crashes(cluster, moment):
    cluster.fault("stop", "master-1/kube-controller-manager")
    cluster.advance(moment)
    again = Cluster.restore(cluster.snapshot())
    for one in (cluster, again):
        one.undo_fault("fault-1")
        one.advance(20)
    assert cluster.state_hash() == again.state_hash()
