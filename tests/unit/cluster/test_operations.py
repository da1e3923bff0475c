"""What an administrator does at a machine: machines that join and leave, etcd's backup and restore."""

import base64

import pytest

from cluster_sim import Cluster, OperationError, mark

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"loadBalancer": True, "workers": 1, "addons": []}}
KUBE_SYSTEM = "/api/v1/namespaces/kube-system/secrets"


@pytest.fixture(scope="module")
def opened():
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(5)
    return cluster.snapshot()


@pytest.fixture
def cluster(opened):
    return Cluster.restore(opened)


def ready(cluster):
    return [node["metadata"]["name"] for node in cluster.objects("nodes")
            if any(one["type"] == "Ready" and one["status"] == "True" for one in node["status"]["conditions"])]


def texts(cluster, since=0.0):
    return [span.text for span in cluster.trace() if span.level == "story" and span.time >= since]


def a_pod(name, node=None):
    spec = {"containers": [{"name": "c", "image": "nginx:1.27"}], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}},
            "spec": {**spec, **({"nodeName": node} if node else {})}}


def create(cluster, path, body):
    assert cluster.request("POST", path, body).status == 201


def a_token(cluster, seconds, secret="0123456789abcdef"):
    end = cluster.kernel.timestamp(cluster.kernel.now + seconds * 1_000_000)
    data = {"token-id": "abcdef", "token-secret": secret, "expiration": end, "usage-bootstrap-authentication": "true",
            "auth-extra-groups": "system:bootstrappers:kubeadm:default-node-token"}
    create(cluster, KUBE_SYSTEM, {
        "apiVersion": "v1", "kind": "Secret", "type": "bootstrap.kubernetes.io/token",
        "metadata": {"name": "bootstrap-token-abcdef"},
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}})
    return "abcdef.0123456789abcdef"


def test_a_worker_joins_with_the_size_that_was_asked_for_and_runs_pods(cluster):
    cluster.operate("join-worker", name="big", cpu="8", memory="16Gi", zone="b", pods=50)
    cluster.advance(5)
    node = cluster.get("nodes", "big")
    assert (node["status"]["capacity"]["cpu"], node["status"]["capacity"]["pods"]) == ("8", "50")
    assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == "b"
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("p", "big"))
    assert cluster.advance_until(lambda c: c.get("pods", "p")["status"]["phase"] == "Running", 30)


def test_the_kubelet_s_certificate_was_asked_for_by_the_token_approved_and_signed(cluster):
    cluster.operate("join-worker")
    cluster.advance(5)
    request = cluster.objects("certificatesigningrequests")[0]
    assert request["spec"]["username"].startswith("system:bootstrap:")
    assert "system:bootstrappers:kubeadm:default-node-token" in request["spec"]["groups"]
    condition = request["status"]["conditions"][0]
    assert (condition["type"], condition["reason"]) == ("Approved", "AutoApproved")
    assert condition["message"] == "Auto approving kubelet client certificate after SubjectAccessReview."
    assert request["status"]["certificate"]


def test_operations_say_what_there_is_and_how_far_each_is(cluster):
    number = cluster.operate("join-worker")
    found = cluster.operations()
    assert found["available"]["join-worker"]["options"]["cpu"] == "2"
    assert found["available"]["join-worker"]["undo"] == "reset-node"
    assert found["active"][number]["about"] == "worker-2"
    cluster.advance(5)
    assert cluster.operations()["active"] == {}
    assert "worker-2" in cluster.operations()["available"]["reset-node"]["targets"]


def test_a_token_that_nobody_knows_brings_no_certificate(cluster):
    cluster.operate("join-worker")  # its rules are there now
    cluster.advance(5)
    cluster.operate("join-worker", name="stranger", token="zzzzzz.0123456789abcdef")
    cluster.advance(25)
    assert "stranger" not in ready(cluster)
    assert texts(cluster).count("kubelet on stranger may not ask for a certificate: Unauthorized") == 3


@pytest.mark.parametrize("secret", ["fedcba9876543210", "0123456789abcdef"], ids=["another secret", "expired"])
def test_a_token_must_be_the_right_one_and_in_time(cluster, secret):
    token = a_token(cluster, 3, secret)
    cluster.advance(4)
    cluster.operate("join-worker", token=token)
    cluster.advance(10)
    assert ready(cluster) == ["master-1", "worker-1"]


def test_an_expired_token_is_cleaned_away(cluster):
    a_token(cluster, 20)
    cluster.advance(15)
    assert cluster.get("secrets", "bootstrap-token-abcdef", "kube-system")
    cluster.advance(10)
    assert cluster.get("secrets", "bootstrap-token-abcdef", "kube-system") is None


@pytest.mark.parametrize(("user", "issued"), [("jane", False), ("admin", True)])
def test_a_request_is_signed_if_whoever_made_it_may_have_a_node_s_certificate(cluster, user, issued):
    create(cluster, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "jane"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:node-bootstrapper"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"}]})
    text = base64.b64encode(b"subject=O=system:nodes,CN=system:node:evil\n").decode()
    made = cluster.request("POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", {
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": "evil"},
        "spec": {"request": text, "signerName": "kubernetes.io/kube-apiserver-client-kubelet", "usages": ["client auth"]}},
        user=user)
    assert made.status == 201
    cluster.advance(5)
    assert bool(cluster.get("certificatesigningrequests", "evil")["status"].get("certificate")) == issued


def test_a_control_plane_joins_votes_serves_and_may_lead(cluster):
    cluster.operate("join-control-plane")
    cluster.advance(10)
    cluster.operate("join-control-plane")
    cluster.advance(10)
    members = cluster.parts()["master-1/etcd"]["raft"]["members"]
    assert [(one["name"], one["learner"]) for one in members] == [(f"master-{n}", False) for n in (1, 2, 3)]
    assert list(cluster.parts()["load-balancer"]["servers"]) == [f"master-{n}/kube-apiserver" for n in (1, 2, 3)]
    cluster.fault("power-off", "master-1")
    cluster.advance(45)
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("p"))
    assert cluster.advance_until(lambda c: c.get("pods", "p")["status"]["phase"] == "Running", 30)


def test_a_joined_control_plane_is_labelled_and_tainted(cluster):
    cluster.operate("join-control-plane")
    cluster.advance(10)
    node = cluster.get("nodes", "master-2")
    assert "node-role.kubernetes.io/control-plane" in node["metadata"]["labels"]
    assert {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"} in node["spec"]["taints"]


def test_who_joined_can_leave_and_nothing_of_it_stays(cluster):
    cluster.operate("join-worker")
    cluster.operate("join-control-plane")
    cluster.advance(10)
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("p", "worker-2"))
    cluster.advance(3)
    cluster.operate("reset-node", "worker-2")
    cluster.operate("reset-node", "master-2")
    cluster.advance(20)
    assert ready(cluster) == ["master-1", "worker-1"]
    assert cluster.get("pods", "p") is None  # evicted, and nobody's to make anew
    assert not [part for part in cluster.parts() if part.startswith(("worker-2/", "master-2/"))]
    assert list(cluster.machines()) == ["master-1", "worker-1"]
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("q"))


def test_a_drain_waits_for_a_disruption_budget(cluster):
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("p", "worker-1"))
    create(cluster, "/apis/policy/v1/namespaces/default/poddisruptionbudgets", {
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "p"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "p"}}}})
    cluster.advance(5)
    cluster.operate("reset-node", "worker-1")
    cluster.advance(20)
    assert "worker-1" in ready(cluster)
    assert any("disruption budget" in text for text in texts(cluster))
    cluster.request("DELETE", "/apis/policy/v1/namespaces/default/poddisruptionbudgets/p")
    cluster.advance(20)
    assert ready(cluster) == ["master-1"]


def test_a_machine_without_power_is_taken_out_by_the_others(cluster):
    cluster.operate("join-control-plane")
    cluster.operate("join-worker")
    cluster.advance(10)
    cluster.operate("join-control-plane")
    cluster.advance(10)
    for node in ("master-2", "worker-2"):
        cluster.fault("power-off", node)
    cluster.advance(5)
    cluster.operate("reset-node", "worker-2")
    cluster.advance(20)
    cluster.operate("reset-node", "master-2")
    cluster.advance(20)
    assert list(cluster.machines()) == ["master-1", "worker-1", "master-3"]
    assert [one["name"] for one in cluster.parts()["master-1/etcd"]["raft"]["members"]] == ["master-1", "master-3"]


@pytest.mark.parametrize(("name", "target", "options", "words"), [
    ("melt", None, {}, "There are join-worker"),
    ("join-worker", "worker-1", {}, "has no target"),
    ("join-worker", None, {"colour": "red"}, "it knows name"),
    ("join-worker", None, {"name": "worker-1"}, "already"),
    ("join-worker", None, {"name": "Big One"}, "lower case"),
    ("join-worker", None, {"cpu": "much"}, "no quantity"),
    ("join-worker", None, {"pods": 0}, "above 0"),
    ("reset-node", "master-1", {}, "It can be done to worker-1"),
    ("reset-node", "worker-1", {"drain": "no"}, "true or false"),
    ("etcd-restore", None, {}, "make one first"),
])
def test_an_operation_that_cannot_be_says_what_can(cluster, name, target, options, words):
    before = cluster.state_hash()
    with pytest.raises(OperationError, match=words):
        cluster.operate(name, target, **options)
    assert cluster.state_hash() == before


@pytest.mark.parametrize("spec", [{}, {"managedControlPlane": True, "loadBalancer": True}], ids=["no balancer", "managed"])
def test_not_every_control_plane_can_grow(spec):
    cluster = Cluster.open({**SCENE, "spec": {"workers": 0, "addons": [], **spec}})
    with pytest.raises(OperationError, match="controlPlaneEndpoint|provider"):
        cluster.operate("join-control-plane")


@pytest.mark.parametrize("moment", [0.0, 0.004, 0.02, 0.03, 1.0161, 2.02, 5])
def test_a_log_and_a_snapshot_lead_to_the_same_state_in_the_midst_of_a_join(moment):
    cluster = Cluster.open(SCENE, seed=3)
    cluster.advance(5)
    cluster.operate("join-control-plane")
    cluster.advance(moment)
    restored = Cluster.restore(cluster.snapshot())
    for one in (cluster, restored):
        one.operate("join-worker", zone="z")
        one.advance(8)
    replayed = Cluster.replay([*cluster.log(), mark(cluster.position)])
    assert cluster.state_hash() == restored.state_hash() == replayed.state_hash()


def test_a_restore_brings_back_what_the_backup_had_and_forgets_what_came_later(cluster):
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("old", "worker-1"))
    cluster.advance(5)
    cluster.operate("etcd-backup", "master-1/etcd")
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("new", "worker-1"))
    cluster.advance(5)
    cluster.operate("etcd-restore")
    cluster.advance(60)
    assert [pod["metadata"]["name"] for pod in cluster.objects("pods", "default")] == ["old"]
    running = [row["pod"] for row in cluster.parts()["worker-1/container-runtime"]["containers"] if row["state"] == "running"]
    assert running == ["old"]  # the kubelet found that nobody wants the other
    create(cluster, "/api/v1/namespaces/default/pods", a_pod("next"))
    assert cluster.advance_until(lambda c: c.get("pods", "next")["status"]["phase"] == "Running", 30)
