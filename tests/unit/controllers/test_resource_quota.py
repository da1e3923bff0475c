"""Quotas counted again, in a running cluster: what admission gave back nobody but this controller takes out.

Facts: pkg/quota/v1/evaluator/core/services.go (node ports count by the Service's type), pkg/controller/resourcequota
(UpdateFilter).
"""

from cluster_sim import Cluster

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene",
         "spec": {"controlPlanes": 1, "managedControlPlane": True, "workers": 0, "addons": []}}
CORE = "/api/v1/namespaces/default"


def test_a_service_that_is_no_node_port_any_more_gives_its_place_back():
    cluster = Cluster.open(SCENE, seed=1)
    quota = {"metadata": {"name": "q"}, "spec": {"hard": {"services.nodeports": "1", "services": "5"}}}
    assert cluster.request("POST", f"{CORE}/resourcequotas", quota).status == 201
    cluster.advance(2)
    service = {"metadata": {"name": "s"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}
    assert cluster.request("POST", f"{CORE}/services", service).status == 201
    cluster.advance(2)
    assert cluster.get("resourcequotas", "q")["status"]["used"] == {"services.nodeports": "1", "services": "2"}  # `kubernetes` is one
    patch = {"spec": {"type": "ClusterIP"}}
    changed = cluster.request("PATCH", f"{CORE}/services/s", patch, content_type="application/merge-patch+json")
    assert changed.status == 200, changed.body
    cluster.advance(2)
    assert cluster.get("resourcequotas", "q")["status"]["used"] == {"services.nodeports": "0", "services": "2"}  # `kubernetes` is one
