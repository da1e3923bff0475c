"""What a kubelet may read (Node authorizer) and write (NodeRestriction), and what the other components may.

Upstream: kubernetes/plugin/pkg/auth/authorizer/node/node_authorizer_test.go,
plugin/pkg/admission/noderestriction/admission_test.go, rbac/bootstrappolicy/policy_test.go.
"""

import pytest

from cluster_sim.apiserver.rbac import defaults
from tests.unit.apiserver.door import CONFIGS, MERGE, PODS, Door, a_config, a_pod

NODES, LEASES = "/api/v1/nodes", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
SECRETS = "/api/v1/namespaces/default/secrets"
KUBELET = "system:node:n1"
NOBODY = "no relationship found between node 'n1' and this object"


@pytest.fixture
def nodes(door: Door) -> Door:
    """Two nodes, each with a pod; the first one's uses a ConfigMap, a Secret and a claim."""
    for name in ("n1", "n2"):
        door.ask("POST", NODES, {"metadata": {"name": name}})
        door.ask("POST", CONFIGS, a_config(f"config-{name}"))
        door.ask("POST", SECRETS, {"metadata": {"name": f"secret-{name}"}})
        status, body = door.ask("POST", PODS, a_pod(
            f"pod-{name}", nodeName=name, imagePullSecrets=[{"name": f"secret-{name}"}],
            volumes=[{"name": "c", "configMap": {"name": f"config-{name}"}}, {"name": "d", "persistentVolumeClaim": {"claimName": name}}]))
        assert status == 201, body
    return door


@pytest.mark.parametrize(("verb", "path", "reason"), [
    ("GET", f"{CONFIGS}/config-n1", None),
    ("GET", f"{SECRETS}/secret-n1", None),
    ("GET", f"{SECRETS}?fieldSelector=metadata.name=secret-n1", None),
    ("GET", f"{PODS}/pod-n1", None),
    ("GET", "/api/v1/pods?fieldSelector=spec.nodeName=n1", None),
    ("GET", f"{NODES}/n1", None),
    ("GET", f"{NODES}?fieldSelector=metadata.name=n1", None),
    ("GET", "/api/v1/services", None),
    ("GET", f"{CONFIGS}/config-n2", NOBODY),
    ("GET", f"{SECRETS}/secret-n2", NOBODY),
    ("GET", SECRETS, "No Object name found"),
    ("GET", "/api/v1/secrets", "can only read namespaced object of this type"),
    ("DELETE", f"{SECRETS}/secret-n1", "can only read resources of this type"),
    ("GET", f"{PODS}/pod-n2", NOBODY),
    ("GET", "/api/v1/pods", "can only list/watch pods with spec.nodeName field selector"),
    ("GET", "/api/v1/pods?fieldSelector=spec.nodeName=n2", "can only list/watch pods with spec.nodeName field selector"),
    ("GET", NODES, "node 'n1' cannot read all nodes, only its own Node object"),
    ("GET", f"{NODES}/n2", "node 'n1' cannot read 'n2', only its own Node object"),
    ("DELETE", f"{NODES}/n1", ""),
    ("GET", f"{LEASES}/n2", "can only access node lease with the same name as the requesting node"),
    ("GET", LEASES, "can only get, create, update, patch, or delete a node lease"),
    ("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", 'can only access leases in the "kube-node-lease" system namespace'),
    ("GET", "/api/v1/persistentvolumeclaims", "can only get individual resources of this type"),
    ("POST", "/api/v1/namespaces/default/serviceaccounts/other/token", NOBODY),
    ("GET", "/apis/apps/v1/deployments", ""),
])
def test_a_kubelet_reads_what_its_pods_use(nodes, verb, path, reason):
    status, body = nodes.ask(verb, path, {} if verb == "POST" else None, user=KUBELET)
    if reason is None:
        assert status == 200, body
    else:
        assert status == 403
        place = body["message"].rpartition(" scope" if "at the cluster scope" in body["message"] else '"')[2]
        assert place == (f": {reason}" if reason and '"' not in reason else place) and reason in body["message"]


def mirror(node: str, uid: str, **more):
    return {"metadata": {"name": "m", "annotations": {"kubernetes.io/config.mirror": "x"}, "ownerReferences": [
        {"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid, "controller": True}]},
        "spec": {"nodeName": node, "containers": [{"name": "c", "image": "x:1"}], **more}}


def test_a_kubelet_creates_mirrors_of_its_static_pods_and_no_other_pods(nodes):
    uid = nodes.ask("GET", f"{NODES}/n1")[1]["metadata"]["uid"]
    assert nodes.ask("POST", PODS, mirror("n1", uid), user=KUBELET)[0] == 201
    for pod, text in (
        (a_pod("p", nodeName="n1"), 'pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods'),
        (mirror("n2", uid), 'node "n1" can only create pods with spec.nodeName set to itself'),
        (mirror("n1", "wrong"), f"node n1 UID mismatch: expected wrong got {uid}"),
        (mirror("n1", uid, serviceAccountName="default"), 'node "n1" can not create pods that reference a service account'),
        (mirror("n1", uid, volumes=[{"name": "v", "secret": {"secretName": "s"}}]), 'node "n1" can not create pods that reference secrets'),
    ):
        status, body = nodes.ask("POST", PODS, pod, user=KUBELET)
        assert (status, body["message"].partition("is forbidden: ")[2]) == (403, text)


@pytest.mark.parametrize(("verb", "path", "body", "message"), [
    ("PATCH", f"{NODES}/n2", {"metadata": {"annotations": {"a": "b"}}}, 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"'),
    ("PATCH", f"{NODES}/n2/status", {"status": {"phase": "Running"}}, 'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"'),
    ("PATCH", f"{NODES}/n1", {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}},
     'nodes "n1" is forbidden: node "n1" is not allowed to modify taints'),
    ("PATCH", f"{NODES}/n1", {"metadata": {"labels": {"node-restriction.kubernetes.io/team": "a", "foo.kubernetes.io/x": "b", "mine": "c"}}},
     'nodes "n1" is forbidden: is not allowed to modify labels: foo.kubernetes.io/x, node-restriction.kubernetes.io/team'),
    ("PATCH", f"{PODS}/pod-n2/status", {"status": {"phase": "Failed"}},
     'pods "pod-n2" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself'),
    ("PATCH", f"{PODS}/pod-n1/status", {"metadata": {"labels": {"a": "b"}}},
     'pods "pod-n1" is forbidden: node "n1" cannot update labels through pod status'),
    ("DELETE", f"{PODS}/pod-n2", None, 'pods "pod-n2" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself'),
    ("POST", f"{PODS}/pod-n2/eviction", {}, 'pods "pod-n2" is forbidden: node n1 can only evict pods with spec.nodeName set to itself'),
    ("POST", LEASES, {"metadata": {"name": "n2"}},
     'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node'),
    ("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", {},
     'serviceaccounts "default" is forbidden: node requested token not bound to a pod'),
])
def test_a_kubelet_writes_what_is_its_own(nodes, verb, path, body, message):
    status, answer = nodes.ask(verb, path, body, MERGE if verb == "PATCH" else None, user=KUBELET)
    assert (status, answer["message"]) == (403, message)


def test_a_kubelet_labels_its_node_with_what_kubelets_know(nodes):
    labels = {"topology.kubernetes.io/zone": "a", "kubelet.kubernetes.io/x": "y", "team": "blue"}
    assert nodes.ask("PATCH", f"{NODES}/n1", {"metadata": {"labels": labels}}, MERGE, user=KUBELET)[0] == 200
    status, body = nodes.ask("POST", NODES, {"metadata": {"name": "n3", "labels": {"node-role.kubernetes.io/gpu": ""}}},
                             user="system:node:n3")
    assert (status, body["message"]) == (403, 'nodes "n3" is forbidden: node "n3" is not allowed to set the following labels: '
                                              "node-role.kubernetes.io/gpu")


@pytest.mark.parametrize(("user", "verb", "path", "status"), [
    ("system:kube-scheduler", "GET", "/api/v1/pods", 200),
    ("system:kube-scheduler", "GET", "/apis/storage.k8s.io/v1/storageclasses", 200),
    ("system:kube-scheduler", "GET", SECRETS, 403),
    ("system:kube-scheduler", "POST", CONFIGS, 403),
    ("system:kube-controller-manager", "GET", SECRETS, 200),
    ("system:kube-controller-manager", "POST", PODS, 403),
    ("system:serviceaccount:kube-system:replicaset-controller", "POST", PODS, 422),
    ("system:serviceaccount:kube-system:replicaset-controller", "GET", SECRETS, 403),
    ("system:serviceaccount:kube-system:generic-garbage-collector", "GET", SECRETS, 200),
    ("system:kube-proxy", "GET", "/api/v1/services", 200),
    ("system:kube-proxy", "GET", "/api/v1/pods", 403),
    ("system:anonymous", "GET", "/readyz", 200),
    ("system:anonymous", "GET", "/api", 403),
])
def test_components_may_what_their_roles_say(door, user, verb, path, status):
    assert door.ask(verb, path, {} if verb == "POST" else None, user=user)[0] == status


def test_without_its_binding_the_scheduler_is_powerless(door):
    door.ask("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/system:kube-scheduler")
    assert door.ask("GET", "/api/v1/pods", user="system:kube-scheduler")[0] == 403


def test_the_default_roles_are_upstreams():
    objects = {(o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in defaults.objects()}
    assert len([key for key in objects if key[0] == "ClusterRole" and key[2].startswith("system:controller:")]) == 37
    edit = objects["ClusterRole", "", "edit"]
    assert edit["metadata"]["labels"]["rbac.authorization.k8s.io/aggregate-to-admin"] == "true"
    assert {"verbs": ["impersonate"], "apiGroups": [""], "resources": ["serviceaccounts"]} in edit["rules"]
    assert {"verbs": ["get", "list", "watch"], "apiGroups": [""], "resources": ["namespaces"]} in edit["rules"]  # from view
    leader = objects["RoleBinding", "kube-system", "system::leader-locking-kube-scheduler"]
    assert [subject["name"] for subject in leader["subjects"]] == ["system:kube-scheduler", "kube-scheduler"]
