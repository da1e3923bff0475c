"""The same act, typed."""

from typing import Any

import pytest

from lessons.stage.kubectl import line

DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments/web"
CASES: list[tuple[str, str, Any, str]] = [
    ("DELETE", "/api/v1/namespaces/default/pods/web-1", None, "kubectl delete pod web-1"),
    (
        "DELETE",
        "/api/v1/namespaces/shop/pods/web-1",
        {"gracePeriodSeconds": 0},
        "kubectl delete pod web-1 --grace-period=0 --force -n shop",
    ),
    ("DELETE", DEPLOYMENT, {"propagationPolicy": "Orphan"}, "kubectl delete deployment web --cascade=orphan"),
    ("PATCH", f"{DEPLOYMENT}/scale", {"spec": {"replicas": 5}}, "kubectl scale deployment/web --replicas=5"),
    (
        "PATCH",
        "/api/v1/namespaces/default/pods/web-1",
        {"metadata": {"labels": {"app": "other", "old": None}}},
        "kubectl label pod web-1 app=other old- --overwrite",
    ),
    ("PATCH", "/api/v1/nodes/worker-1", {"spec": {"unschedulable": True}}, "kubectl cordon worker-1"),
    (
        "PATCH",
        DEPLOYMENT,
        {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "web:1.5"}]}}}},
        "kubectl set image deployment/web web=web:1.5",
    ),
    (
        "POST",
        "/apis/apps/v1/namespaces/default/deployments",
        {"metadata": {"name": "web"}},
        "kubectl create -f deployment.yaml",
    ),
]


@pytest.mark.parametrize(("verb", "path", "body", "typed"), CASES)
def test_a_request_as_a_kubectl_line(verb: str, path: str, body: Any, typed: str) -> None:
    assert line(verb, path, body) == typed
