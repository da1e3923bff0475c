"""The whole way: load rises, the autoscaler adds pods; load falls, and five minutes later it takes them away.

Source: kubernetes pkg/controller/podautoscaler (the walkthrough of the documentation, with our own programs).
"""

from __future__ import annotations

from tests.unit.metrics.stage import METRICS, is_available, open_cluster

MANIFESTS = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: 'hpa-example:1', ports: [{containerPort: 80}], resources: {requests: {cpu: 200m}, limits: {cpu: 500m}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
"""
LOAD = """
apiVersion: v1
kind: Pod
metadata: {name: load}
spec: {containers: [{name: c, image: 'client:1', args: ['--url=http://web', '--rate=10']}]}
"""


def replicas(cluster):
    return cluster.get("deployments", "web")["spec"]["replicas"]


def condition(cluster, kind):
    for one in (cluster.get("horizontalpodautoscalers", "web").get("status") or {}).get("conditions", []):
        if one["type"] == kind:
            return one["status"], one["reason"]
    return None


def reasons(cluster):
    return {one["reason"] for one in cluster.objects("events") if one["involvedObject"]["name"] == "web"}


def test_load_that_rises_adds_pods_and_load_that_falls_takes_them_away_after_five_minutes():
    cluster = open_cluster(addons=("dns", "metrics"))
    assert cluster.advance_until(is_available, 60)
    cluster.apply(MANIFESTS)
    cluster.advance(90)
    assert (replicas(cluster), condition(cluster, "ScalingActive")) == (1, ("True", "ValidMetricFound"))
    cluster.apply(LOAD)  # ten requests a second, 40 ms of CPU each: 400m, where 100m a pod are aimed at
    assert cluster.advance_until(lambda one: replicas(one) >= 4, 180), replicas(cluster)
    assert "SuccessfulRescale" in reasons(cluster)
    cluster.advance(60)
    assert replicas(cluster) in (4, 5, 6)
    cluster.request("DELETE", "/api/v1/namespaces/default/pods/load?gracePeriodSeconds=0")
    fell = cluster.now
    cluster.advance(240)
    assert replicas(cluster) > 1
    assert cluster.advance_until(lambda one: replicas(one) == 1, 180)
    assert cluster.now - fell > 300


def test_without_the_metrics_server_the_autoscaler_says_so_and_leaves_everything_as_it_is():
    cluster = open_cluster(addons=("dns", "metrics"))
    assert cluster.advance_until(is_available, 60)
    cluster.apply(MANIFESTS)
    cluster.advance(90)
    assert condition(cluster, "ScalingActive") == ("True", "ValidMetricFound")
    fault = cluster.fault("break", "kube-system/metrics-server")
    cluster.advance(60)
    assert not is_available(cluster)
    assert cluster.request("GET", f"{METRICS}/nodes").status == 503
    assert condition(cluster, "ScalingActive") == ("False", "FailedGetResourceMetric")
    assert "FailedGetResourceMetric" in reasons(cluster)
    assert replicas(cluster) == 1
    cluster.undo_fault(fault)
    cluster.advance(400)
    assert condition(cluster, "ScalingActive") == ("True", "ValidMetricFound")


def test_the_pipeline_survives_a_snapshot():
    cluster = open_cluster(addons=("metrics",))
    cluster.advance(70)
    twin = type(cluster).restore(cluster.snapshot())
    for one in (cluster, twin):
        one.advance(60)
    assert cluster.state_hash() == twin.state_hash()
    assert twin.request("GET", f"{METRICS}/nodes").body["items"]
