"""What may become of a pod: updates, resizes, statuses, and the label keys that are resolved when it begins."""

import pytest

from cluster_sim.apiserver.strategies import match_label_keys
from cluster_sim.apiserver.validation import pod_resize, pod_status, pod_update

CONTAINER = {"name": "c", "image": "x:1", "terminationMessagePolicy": "File", "imagePullPolicy": "Always", "resources": {}}
SPEC = {"restartPolicy": "Never", "dnsPolicy": "ClusterFirst", "containers": [CONTAINER]}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def pod(**spec):
    return {"metadata": {"name": "p"}, "spec": {**SPEC, **spec}, "status": {"phase": "Pending", "qosClass": "BestEffort"}}


def told(errors):
    return [f"{error.field}: {error.body()}" for error in errors]


def node_terms(*expressions):
    terms = [{"matchExpressions": [{"key": key, "operator": "Exists"} for key in expressions]}]
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": terms}}}


@pytest.mark.parametrize(("before", "after", "complaints"), [
    ({}, {"containers": [{**CONTAINER, "image": "x:2"}]}, []),
    ({}, {"containers": [{**CONTAINER, "image": "x:2 "}]},
     ['spec.containers[0].image: Invalid value: "x:2 ": must not have leading or trailing whitespace'] * 2),
    ({}, {"containers": [CONTAINER, {**CONTAINER, "name": "d"}]},
     ["spec.containers: Forbidden: pod updates may not add or remove containers"]),
    ({}, {"activeDeadlineSeconds": 5}, []),
    ({"activeDeadlineSeconds": 5}, {"activeDeadlineSeconds": 6},
     ["spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value"]),
    ({}, {"tolerations": [{"key": "a", "operator": "Exists"}]}, []),
    ({"tolerations": [{"key": "a", "operator": "Exists"}]}, {},
     ["spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds"]),
    ({}, {"nodeSelector": {"a": "b"}}, [f"spec: Forbidden: {pod_update.ALLOWED}"]),
    ({}, {"schedulingGates": [{"name": "ex.io/a"}]},
     ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'ex.io/a'"]),
    ({"schedulingGates": [{"name": "ex.io/a"}]}, {}, []),
    ({"schedulingGates": [{"name": "ex.io/a"}]}, {"nodeSelector": {"a": "b"}, "affinity": node_terms("a")}, []),
    ({"schedulingGates": [{"name": "ex.io/a"}], "nodeSelector": {"a": "b"}}, {"nodeSelector": {"a": "c"}},
     ['spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)']),
    ({"schedulingGates": [{"name": "ex.io/a"}], "affinity": node_terms("a")}, {"affinity": node_terms("a", "b")}, []),
    ({"schedulingGates": [{"name": "ex.io/a"}], "affinity": node_terms("a")}, {},
     [f"spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms: Invalid value: null: no additions/deletions to non-empty "
      "NodeSelectorTerms list are allowed"]),
    ({"schedulingGates": [{"name": "ex.io/a"}], "affinity": node_terms("a")}, {"affinity": node_terms("b")},
     [f"spec.affinity.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0]: Invalid value: "
      '{"MatchExpressions":[{"Key":"b","Operator":"Exists","Values":null}],"MatchFields":null}: only additions are allowed '
      "(no mutations or deletions)"]),
    ({"schedulingGates": [{"name": "ex.io/a"}]}, {"affinity": {"podAffinity": {REQUIRED: [{"topologyKey": "z"}]}}},
     [f"spec: Forbidden: {pod_update.ALLOWED}"]),
])
def test_an_update(before, after, complaints):
    assert told(pod_update.validate_update(pod(**after), pod(**before))) == complaints


def sized(requests, limits=None, **more):
    return {"containers": [{**CONTAINER, "resources": {"requests": requests, **({"limits": limits} if limits else {})}, **more}]}


@pytest.mark.parametrize(("before", "after", "complaints"), [
    (sized({"cpu": "1"}), sized({"cpu": "2"}), []),
    (sized({"cpu": "1"}, {"memory": "2Gi"}), sized({"cpu": "1"}, {"memory": "1Gi"}), []),
    (sized({"cpu": "1", "memory": "1"}), sized({"cpu": "1"}),
     ["spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed"]),
    (sized({"cpu": "1"}), sized({"cpu": "1", "ephemeral-storage": "1"}), ["spec: Forbidden: only cpu and memory resources are mutable"]),
    (sized({"cpu": "1"}), sized({"cpu": "1"}, name="d"),
     ["spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize"]),
    (sized({"cpu": "1"}), {"containers": [*sized({"cpu": "1"})["containers"], {**CONTAINER, "name": "d"}]},
     ["spec.containers: Forbidden: containers may not be added or removed on resize"]),
])
def test_a_resize(before, after, complaints):
    assert told(pod_resize.validate(pod(**after), pod(**before), "Burstable", "Burstable")) == complaints


def test_a_resize_keeps_the_quality_of_service():
    found = pod_resize.validate(pod(**sized({"cpu": "1"})), pod(), "BestEffort", "Burstable")
    assert told(found) == ['spec: Invalid value: "BestEffort": Pod QOS Class may not change as a result of resizing']


def with_status(policy="Never", rules=None, **status):
    container = {**CONTAINER, **({"restartPolicy": "Never", "restartPolicyRules": rules} if rules else {})}
    found = pod(restartPolicy=policy, containers=[container])
    return {**found, "status": {**found["status"], **status}}


def state(**kind):
    return [{"name": "c", "state": kind}]


@pytest.mark.parametrize(("policy", "code", "rules", "may"), [
    ("Always", 0, None, True), ("Never", 1, None, False), ("OnFailure", 1, None, True), ("OnFailure", 0, None, False),
    ("Never", 42, [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}], True),
    ("Never", 41, [{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}], False)])
def test_what_has_ended_stays_ended_unless_it_restarts(policy, code, rules, may):
    before = with_status(policy, rules, containerStatuses=state(terminated={"exitCode": code}))
    after = with_status(policy, rules, containerStatuses=state(running={}))
    complaints = [] if may else ["status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state"]
    assert told(pod_status.validate(after, before)) == complaints


@pytest.mark.parametrize(("status", "complaints"), [
    ({"qosClass": "Burstable"}, ['status.qosClass: Invalid value: "Burstable": field is immutable']),
    ({"podIPs": [{"ip": "10.0.0.x"}]},
     ['status.podIPs[0]: Invalid value: "10.0.0.x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']),
    ({"podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}]},
     ['status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each IP family']),
    ({"hostIP": "1.2.3.4", "hostIPs": [{"ip": "1.2.3.5"}]}, ['status.hostIPs[0].ip: Invalid value: "1.2.3.5": must be equal to `hostIP`']),
    ({"conditions": [{"type": "ex.io/ready"}, {"type": "Ready"}]}, []),
    ({"nominatedNodeName": "n"}, []),
])
def test_a_status(status, complaints):
    assert told(pod_status.validate(with_status(**status), with_status())) == complaints


def test_a_bound_pod_is_not_nominated():
    after, before = with_status(nominatedNodeName="n"), with_status()
    before["spec"] = {**before["spec"], "nodeName": "m"}
    assert told(pod_status.validate(after, before)) == [
        "status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node"]


def test_label_keys_are_resolved_with_the_pods_own_labels():
    term = {"topologyKey": "z", "labelSelector": {"matchLabels": {"app": "a"}}, "matchLabelKeys": ["hash", "none"],
            "mismatchLabelKeys": ["tenant"]}
    spread = {"topologyKey": "z", "matchLabelKeys": ["hash"]}
    given = {"affinity": {"podAntiAffinity": {REQUIRED: [term]}}, "topologySpreadConstraints": [spread]}
    found = match_label_keys.resolve(given, {"app": "a", "hash": "1", "tenant": "t"})
    assert found["affinity"]["podAntiAffinity"][REQUIRED][0]["labelSelector"]["matchExpressions"] == [
        {"key": "hash", "operator": "In", "values": ["1"]}, {"key": "tenant", "operator": "NotIn", "values": ["t"]}]
    assert found["topologySpreadConstraints"] == [spread]  # without a selector it chooses nothing
    plain = {"affinity": {"podAffinity": {REQUIRED: [{"topologyKey": "z"}]}}}
    assert match_label_keys.resolve(plain, {}) is plain
