"""Validation of Jobs, what they report, autoscalers and ingresses, in upstream's words."""

import pytest

from cluster_sim.apiserver.validation import autoscaling, batch, indexes, ingress, job_status

POD = {"restartPolicy": "Never", "dnsPolicy": "ClusterFirst", "containers": [
    {"name": "c", "image": "x:1", "terminationMessagePolicy": "File", "imagePullPolicy": "Always"}]}
UID = {"controller-uid": "1", "job-name": "j", "batch.kubernetes.io/controller-uid": "1", "batch.kubernetes.io/job-name": "j"}
SELECTOR = {"matchLabels": {"batch.kubernetes.io/controller-uid": "1"}}


def told(errors):
    return [f"{error.field}: {error.body()}" for error in errors]


def job(labels=UID, **spec):
    template = {"metadata": {"labels": labels}, "spec": POD}
    return {"metadata": {"name": "j", "uid": "1"}, "spec": {"selector": SELECTOR, "template": template, **spec}}


@pytest.mark.parametrize(("obj", "complaints"), [
    (job(), []),
    (job({**UID, "job-name": "k"}), ['spec.template.metadata.labels[job-name]: Invalid value: {"batch.kubernetes.io/controller-uid":"1",'
                                     '"batch.kubernetes.io/job-name":"j","controller-uid":"1","job-name":"k"}: must be \'j\'']),
    (job(completionMode="Indexed"), ["spec.completions: Required value: when completion mode is Indexed"]),
    (job(maxFailedIndexes=1), ["spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
                               "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode"]),
    (job(managedBy="me"), ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")']),
    (job(podFailurePolicy={"rules": [{"onExitCodes": {"operator": "In", "values": [3, 0, 3]}}]}),
     ['spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
      "spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
      "spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 3",
      "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [3,0,3]: must be ordered"]),
    (job(completionMode="Indexed", completions=3, successPolicy={"rules": [{"succeededIndexes": "0,2-1"}, {"succeededCount": 4}]}),
     ['spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0,2-1": error parsing succeededIndexes: non-increasing order, '
      "previous: 2, current: 1",
      "spec.successPolicy.rules[1].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of specified completions)"]),
])
def test_a_job(obj, complaints):
    assert told(batch.job(obj)) == complaints


def test_an_elastic_job_changes_completions_with_its_parallelism():
    def elastic(size, parallelism):
        return job(completionMode="Indexed", completions=size, parallelism=parallelism)

    assert batch.job_update(elastic(3, 3), elastic(2, 2)) == []
    assert told(batch.job_update(elastic(3, 2), elastic(2, 2))) == [
        "spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"]


@pytest.mark.parametrize(("text", "number", "wrong"), [
    ("", 0, ""), ("0,2-3", 3, ""), ("3", 0, 'too large index: "3"'), ("a", 0, 'cannot convert string to integer for index: "a"'),
    ("1,1", 0, "non-increasing order, previous: 1, current: 1")])
def test_lists_of_indexes(text, number, wrong):
    assert indexes.count(text, 3 if text == "3" else 4) == (number, wrong)


def test_lists_that_overlap():
    assert indexes.overlap("0-2,5", "3-4,5", 9) == 5
    assert indexes.overlap("0-2", "3-4", 9) is None


START, END = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"
DONE = [{"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]


@pytest.mark.parametrize(("before", "after", "complaints"), [
    ({"active": 1}, {"active": 2, "ready": 1}, []),
    ({"active": 1}, {"active": 1, "ready": 2}, ["status.ready: Invalid value: 2: cannot set more ready pods than active"]),
    ({"startTime": START}, {"startTime": START, "completionTime": END, "conditions": DONE}, []),
    ({"startTime": START}, {"startTime": START, "conditions": DONE[1:]},
     ["status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
      "status.completionTime: Required value: completionTime is required for Complete jobs"]),
    ({"startTime": START}, {"startTime": START, "completionTime": END, "conditions": DONE, "active": 1},
     ["status.active: Invalid value: 1: active>0 is invalid for finished job"]),
    ({"failed": 2}, {"failed": 1}, ["status.failed: Invalid value: 1: cannot decrease the failed counter"]),
    ({"startTime": START}, {"startTime": END}, ["status.startTime: Required value: startTime cannot be removed for unsuspended job"]),
    ({"conditions": [{"type": "FailureTarget", "status": "True"}]}, {},
     ["status.conditions: Invalid value: cannot disable the terminal FailureTarget=True condition"]),
    ({}, {"completedIndexes": "0"},
     ['status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode']),
])
def test_a_jobs_status(before, after, complaints):
    assert told(job_status.validate({**job(), "status": after}, {**job(), "status": before})) == complaints


def scaler(*metrics):
    target = {"kind": "Deployment", "name": "d", "apiVersion": "apps/v1"}
    return {"spec": {"maxReplicas": 3, "scaleTargetRef": target, "metrics": list(metrics)}}


@pytest.mark.parametrize(("metric", "complaints"), [
    ({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}, []),
    ({}, ["spec.metrics[0].type: Required value: must specify a metric source type"] + [
        'spec.metrics[0].type: Unsupported value: "": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"'] * 2),
    ({"type": "Pods"}, ["spec.metrics[0].pods: Required value: must populate information for the given metric source"]),
    ({"type": "External", "external": {"metric": {"name": "m"}, "target": {"type": "Value", "value": "1", "averageValue": "1"}}},
     ["spec.metrics[0].external.target.value: Forbidden: may not set both a target value for metric and a per-pod target"]),
    ({"type": "Resource", "resource": {"name": "cpu", "target": {}}},
     ["spec.metrics[0].resource.target.type: Required value: must specify a metric target type",
      'spec.metrics[0].resource.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
      "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization"]),
])
def test_an_autoscaler(metric, complaints):
    assert told(autoscaling.validate(scaler(metric))) == complaints


def test_an_ingress_class_and_its_parameters():
    def given(controller, **parameters):
        return {"spec": {"controller": controller, "parameters": {"kind": "K", "name": "n", **parameters}}}

    assert ingress.validate_class(given("ex.io/c", scope="Cluster")) == []
    assert told(ingress.validate_class(given("ex.io/c", scope="Namespace"))) == [
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'"]
    assert told(ingress.validate_class_update(given("ex.io/d", scope="Cluster"), given("ex.io/c", scope="Cluster"))) == [
        'spec.controller: Invalid value: "ex.io/d": field is immutable']


def test_an_ingress_without_a_backend():
    path = {"path": "/", "pathType": "Prefix", "backend": {}}
    obj = {"metadata": {"annotations": {"kubernetes.io/ingress.class": "a"}},
           "spec": {"ingressClassName": "b", "rules": [{"http": {"paths": [path]}}]}}
    assert told(ingress.validate(obj)) == [
        'spec.rules[0].http.paths[0].backend: Invalid value: "": resource or service backend is required',
        'annotations.kubernetes.io/ingress.class: Invalid value: "a": must match `ingressClassName` when both are specified']
