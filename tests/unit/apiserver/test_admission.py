"""Admission plugins: what they fill in, and what they refuse."""

import pytest

from cluster_sim.apiserver.admission.pod_security_checks import evaluate
from tests.unit.apiserver.door import PODS, a_pod

OK = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
TAME = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}


def spec(context=None, pod=None, **more):
    return {"containers": [{"name": "c", **({"securityContext": context} if context else {})}],
            **({"securityContext": pod} if pod else {}), **more}


@pytest.mark.parametrize(("level", "given", "complaint"), [
    ("privileged", spec({"privileged": True}), ""), ("baseline", spec(), ""), ("restricted", spec(OK, TAME), ""),
    ("baseline", spec({"privileged": True}), 'privileged (container "c" must not set securityContext.privileged=true)'),
    ("baseline", spec(hostPID=True, hostIPC=True), "host namespaces (hostPID=true, hostIPC=true)"),
    ("baseline", spec({"capabilities": {"add": ["NET_RAW", "CHOWN"]}}),
     'non-default capabilities (container "c" must not include "NET_RAW" in securityContext.capabilities.add)'),
    ("baseline", spec(volumes=[{"name": "v", "hostPath": {"path": "/"}}, {"name": "w", "hostPath": {"path": "/"}}]),
     'hostPath volumes (volumes "v", "w")'),
    ("baseline", spec(pod={"seccompProfile": {"type": "Unconfined"}}),
     'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")'),
    ("baseline", spec(pod={"sysctls": [{"name": "kernel.msgmax"}]}), "forbidden sysctls (kernel.msgmax)"),
    ("restricted", spec(OK, TAME, volumes=[{"name": "v", "nfs": {}}]),
     'restricted volume types (volume "v" uses restricted volume type "nfs")'),
    ("restricted", spec({**OK, "runAsNonRoot": False}, TAME),
     'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false)'),
    ("restricted", spec({**OK, "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}}, TAME),
     'unrestricted capabilities (container "c" must not include "NET_ADMIN" in securityContext.capabilities.add)'),
])
def test_a_level_names_what_is_against_it(level, given, complaint):
    assert evaluate(given, level, {}) == complaint


def test_a_pod_gets_its_account_token_tolerations_and_priority(door):
    _, pod = door.ask("POST", PODS, a_pod())
    made = pod["spec"]
    assert made["serviceAccountName"] == "default"
    assert made["containers"][0]["volumeMounts"][0]["name"] == made["volumes"][0]["name"]
    assert [toleration["tolerationSeconds"] for toleration in made["tolerations"]] == [300, 300]
    assert (made["priority"], made["preemptionPolicy"]) == (0, "PreemptLowerPriority")


def test_a_pod_that_speaks_of_a_taint_itself_is_left_alone_about_it(door):
    own = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}
    _, pod = door.ask("POST", PODS, a_pod(tolerations=[own]))
    keys = [toleration["key"] for toleration in pod["spec"]["tolerations"]]
    assert keys == ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    assert "tolerationSeconds" not in pod["spec"]["tolerations"][0]


def test_a_refusal_names_a_pod_that_has_no_name_yet_by_its_base(door):
    pod = a_pod(serviceAccountName="ghost")
    pod["metadata"] = {"generateName": "web-"}
    status, body = door.ask("POST", PODS, pod)
    assert (status, body["message"].startswith('pods "web-" is forbidden: error looking up service account')) == (403, True)


def a_quota(door, hard):
    path = "/api/v1/namespaces/default/resourcequotas"
    _, quota = door.ask("POST", path, {"metadata": {"name": "q"}, "spec": {"hard": hard}})
    door.ask("PUT", f"{path}/q/status", {**quota, "status": {"hard": hard, "used": dict.fromkeys(hard, "0")}})


def test_of_two_pods_at_once_only_one_takes_the_last_place_of_a_quota(door):
    a_quota(door, {"pods": "1"})
    calls = [door.send("POST", PODS, a_pod(name)) for name in ("a", "b")]
    answers = [door.answer(call) for call in calls]
    assert sorted(status for status, _ in answers) == [201, 403]
    refused = next(body for status, body in answers if status == 403)
    assert refused["message"].endswith("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1")
    assert door.ask("GET", "/api/v1/namespaces/default/resourcequotas/q")[1]["status"]["used"] == {"pods": "1"}


@pytest.mark.parametrize(("limit", "resources", "message"), [
    ({"max": {"cpu": "1"}}, {"limits": {"cpu": "2"}}, "maximum cpu usage per Container is 1, but limit is 2"),
    ({"min": {"memory": "1Gi"}}, {"requests": {"memory": "1Mi"}}, "minimum memory usage per Container is 1Gi, but request is 1Mi"),
    ({"maxLimitRequestRatio": {"cpu": "3"}}, {"requests": {"cpu": "300m"}, "limits": {"cpu": "1"}},
     "cpu max limit to request ratio per Container is 3, but provided ratio is 3.333333"),
])
def test_a_limit_range_bounds_containers(door, limit, resources, message):
    spec = {"limits": [{"type": "Container", **limit}]}
    door.ask("POST", "/api/v1/namespaces/default/limitranges", {"metadata": {"name": "l"}, "spec": spec})
    pod = a_pod()
    pod["spec"]["containers"][0]["resources"] = resources
    status, body = door.ask("POST", PODS, pod)
    assert (status, body["message"]) == (403, f'pods "web" is forbidden: {message}')


def test_an_enforced_level_warns_of_workloads_and_of_pods_there_are(door):
    door.ask("POST", PODS, a_pod())
    number = door.send("PATCH", "/api/v1/namespaces/default", {"metadata": {"labels": {
        "pod-security.kubernetes.io/enforce": "restricted"}}}, "application/merge-patch+json")
    assert door.answer(number)[0] == 200
    warning = door.client.state["answers"][str(number)]["headers"]["Warning"].replace("\\", "")
    assert 'existing pods in namespace "default" violate the new PodSecurity enforce level "restricted:latest"' in warning
    assert "web: allowPrivilegeEscalation != false" in warning
