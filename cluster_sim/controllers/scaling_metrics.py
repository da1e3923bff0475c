"""The metrics an autoscaler can go by: where each is asked for, what it makes of the number of pods, how it is reported.

Resource and ContainerResource come from `metrics.k8s.io` (the metrics server), Pods and Object from
`custom.metrics.k8s.io`, External from `external.metrics.k8s.io`. Behind the latter two stands whatever somebody has
installed; where nobody has, the metric fails in upstream's words.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go (computeStatusFor…), metrics/client.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from cluster_sim.api import meta, quantity, resources, selectors
from cluster_sim.controllers import replica_calculator as calculator
from cluster_sim.controllers.disruption import go_selector
from cluster_sim.controllers.replica_calculator import MetricError, Sample, Tolerance
from cluster_sim.kernel import SECOND, timestamps

Object = dict[str, Any]
REASONS = {"Resource": "FailedGetResourceMetric", "ContainerResource": "FailedGetContainerResourceMetric",
           "Pods": "FailedGetPodsMetric", "Object": "FailedGetObjectMetric", "External": "FailedGetExternalMetric"}
FIELDS = {"Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object",
          "External": "external"}


@dataclass(frozen=True, slots=True)
class Scene:
    """What the evaluation of a metric looks at."""

    namespace: str
    selector: str
    spec_replicas: int
    status_replicas: int
    pods: list[Object]
    now: int
    tolerance: Tolerance


def path_of(metric: Object, namespace: str, selector: str) -> str:
    """Where the metric is asked for."""
    kind, spec = metric["type"], metric[FIELDS[metric["type"]]]
    chosen = quote(selector)
    if kind in ("Resource", "ContainerResource"):
        return f"/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods?labelSelector={chosen}"
    name = spec["metric"]["name"]
    more = quote(selectors.format_label_selector(spec["metric"].get("selector")) if spec["metric"].get("selector") else "")
    if kind == "External":
        return f"/apis/external.metrics.k8s.io/v1beta1/namespaces/{namespace}/{name}?labelSelector={more}"
    root = f"/apis/custom.metrics.k8s.io/v1beta2/namespaces/{namespace}"
    if kind == "Pods":
        return f"{root}/pods/*/{name}?labelSelector={chosen}&metricLabelSelector={more}"
    about = spec["describedObject"]
    found = resources.by_kind(about.get("apiVersion", "v1"), about["kind"])
    place = found.group_resource if found else about["kind"].lower()
    return f"{root}/{place}/{about['name']}/{name}?metricLabelSelector={more}"


def title(metric: Object) -> str:
    """What conditions and Events call it."""
    kind, spec = metric["type"], metric[FIELDS[metric["type"]]]
    percent = " utilization (percentage of request)" if (spec.get("target") or {}).get("averageUtilization") is not None else ""
    if kind == "Resource":
        return f"{spec['name']} resource{percent}"
    if kind == "ContainerResource":
        return f"{spec['name']} container resource{percent}"
    name = spec["metric"]["name"]
    if kind == "Pods":
        return f"pods metric {name}"
    if kind == "Object":
        return f"{spec['describedObject']['kind']} metric {name}"
    return f"external metric {name}({_go(spec['metric'].get('selector'))})"


def evaluate(metric: Object, status: int, body: Any, scene: Scene) -> tuple[int, Object]:
    """(pods wanted, the metric as status.currentMetrics reports it); raises MetricError with the whole text."""
    kind, spec = metric["type"], metric[FIELDS[metric["type"]]]
    found: dict[str, Any] = {"Resource": _resource, "ContainerResource": _resource, "Pods": _pods, "Object": _object,
                             "External": _external}
    wanted, current = found[kind](spec, status, body, scene)
    kept = {key: value for key, value in spec.items() if key != "target"}
    return wanted, {"type": kind, FIELDS[kind]: {**kept, "current": current}}


def _resource(spec: Object, status: int, body: Any, scene: Scene) -> tuple[int, Object]:
    name, target, container = spec["name"], spec["target"], spec.get("container", "")
    percent = target.get("averageUtilization")
    try:
        samples = resource_samples(name, container, status, body)
        if percent is None:
            aim = quantity.milli(target["averageValue"])
            wanted, average = calculator.by_value(scene.spec_replicas, aim, name, scene.pods, samples, scene.now, scene.tolerance)
            return wanted, {"averageValue": quantity.format_milli(average)}
        wanted, used, average = calculator.by_utilization(scene.spec_replicas, percent, name, scene.pods, samples, scene.now,
                                                          scene.tolerance, container)
        return wanted, {"averageUtilization": used, "averageValue": quantity.format_milli(average)}
    except MetricError as error:
        raise MetricError(f"failed to get {name} {'usage' if percent is None else 'utilization'}: {error}") from None


def resource_samples(name: str, container: str, status: int, body: Any) -> dict[str, Sample]:
    """What each pod uses of a resource, by the answer of the resource metrics API."""
    begin = f"unable to get metrics for resource {name}: "
    if status != 200:
        raise MetricError(f"{begin}unable to fetch metrics from resource metrics API: {(body or {}).get('message', 'no answer')}")
    if not body.get("items"):
        raise MetricError(f"{begin}no metrics returned from resource metrics API")
    found = {}
    for item in body["items"]:
        measured = [one["usage"].get(name) for one in item.get("containers") or () if container in ("", one["name"])]
        if container and not measured:
            raise MetricError(f"{begin}failed to get container metrics: container {container} not present in metrics for pod "
                              f"{meta.namespace(item)}/{meta.name(item)}")
        if measured and None not in measured:
            found[meta.name(item)] = Sample(sum(map(quantity.milli, measured)), timestamps.parse(item["timestamp"]),
                                            duration(item.get("window", "0s")))
    if not found:
        raise MetricError(f"{begin}no metrics returned from resource metrics API")
    return found


def duration(text: str) -> int:
    """Go's `1m30.5s` in µs."""
    units = {"h": 3_600, "m": 60, "s": 1}
    return sum(round(float(number) * units[unit] * SECOND) for number, unit in re.findall(r"([\d.]+)(h|m|s)", text))


def _pods(spec: Object, status: int, body: Any, scene: Scene) -> tuple[int, Object]:
    try:
        items = _items(spec["metric"]["name"], "custom", status, body)
        samples = {item["describedObject"]["name"]: Sample(quantity.milli(item["value"]), timestamps.parse(item["timestamp"]),
                                                           SECOND * item.get("windowSeconds", 60)) for item in items}
        aim = quantity.milli(spec["target"]["averageValue"])
        wanted, average = calculator.by_value(scene.status_replicas, aim, "", scene.pods, samples, scene.now, scene.tolerance)
    except MetricError as error:
        raise MetricError(f"failed to get pods metric value: {error}") from None
    return wanted, {"averageValue": quantity.format_milli(average)}


def _object(spec: Object, status: int, body: Any, scene: Scene) -> tuple[int, Object]:
    try:
        total = quantity.milli(_items(spec["metric"]["name"], "custom", status, body)[0]["value"])
        return _other(spec["target"], total, scene)
    except MetricError as error:
        raise MetricError(f"failed to get object metric value: {error}") from None


def _external(spec: Object, status: int, body: Any, scene: Scene) -> tuple[int, Object]:
    name = spec["metric"]["name"]
    try:
        total = sum(quantity.milli(item["value"]) for item in _items(
            f"{scene.namespace}/{name}/{_go(spec['metric'].get('selector'))}", "external", status, body))
        return _other(spec["target"], total, scene)
    except MetricError as error:
        raise MetricError(f"failed to get {name} external metric: {error}") from None


def _other(target: Object, total: int, scene: Scene) -> tuple[int, Object]:
    """A number with a target of its own, or with one that each pod has a share of."""
    if target.get("averageValue") is not None:
        wanted, share = calculator.by_share(scene.status_replicas, total, quantity.milli(target["averageValue"]), scene.tolerance)
        return wanted, {"averageValue": quantity.format_milli(share)}
    aim = quantity.milli(target["value"])
    return calculator.by_total(scene.spec_replicas, total / aim, scene.pods, scene.tolerance), {
        "value": quantity.format_milli(total)}


def _items(name: str, api: str, status: int, body: Any) -> list[Object]:
    kind = "external metric" if api == "external" else "metric"
    if status == 404:
        raise MetricError(f"unable to get {kind} {name}: unable to fetch metrics from {api} metrics API: no {api} metrics API "
                          f"({api}.metrics.k8s.io) registered")
    if status != 200:
        raise MetricError(f"unable to get {kind} {name}: unable to fetch metrics from {api} metrics API: "
                          f"{(body or {}).get('message', 'no answer')}")
    if not body.get("items"):
        raise MetricError(f"unable to get {kind} {name}: no metrics returned from {api} metrics API")
    found: list[Object] = body["items"]
    return found


def _go(selector: Object | None) -> str:
    """A selector as Go prints the struct behind a pointer."""
    return "nil" if selector is None else go_selector(selector)
