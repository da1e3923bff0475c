"""Images and their registry, addresses, environments, admission."""

import pytest

from cluster_sim.node import admission, image_store, pod_network, registry, sources
from tests.unit.node.builders import a_pod


@pytest.mark.parametrize(("image", "full"), [
    ("nginx", ("docker.io/library/nginx", "latest")), ("nginx:1.27", ("docker.io/library/nginx", "1.27")),
    ("team/web:2", ("docker.io/team/web", "2")), ("registry.k8s.io/pause:3.10", ("registry.k8s.io/pause", "3.10")),
    ("localhost:5000/a", ("localhost:5000/a", "latest")), ("Nginx", None), ("a b", None), ("", None)])
def test_a_reference_is_completed_as_containerd_does(image, full):
    assert registry.parse(image) == full


@pytest.mark.parametrize(("image", "there"), [
    ("nginx:1.27", True), ("web:v2.0.1-alpine", True), ("x", True), ("nginx:nope", False), ("web:1.5x", False),
    ("does-not-exist:1", False)])
def test_the_registry_has_what_looks_like_a_version(image, there):
    assert registry.exists(image) == there


def test_a_missing_image_is_told_in_containerds_words():
    assert image_store.not_found("nginx:nope") == (
        'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nope": failed to '
        'resolve reference "docker.io/library/nginx:nope": docker.io/library/nginx:nope: not found')


def test_addresses_go_round_and_are_not_reused_at_once():
    state = {"addresses": {}, "last_address": -1}
    assert [pod_network.take(state, "10.244.3.0/24", uid) for uid in "ab"] == ["10.244.3.2", "10.244.3.3"]
    pod_network.release(state, "10.244.3.2", "a")
    assert pod_network.take(state, "10.244.3.0/24", "c") == "10.244.3.4"
    for number in range(251):
        pod_network.take(state, "10.244.3.0/24", str(number))
    assert pod_network.take(state, "10.244.3.0/24", "too many") == ""


def a_variable(name, **origin):
    return {"name": name, **({"valueFrom": origin} if "value" not in origin else origin)}


def test_the_environment_comes_from_values_fields_and_sources():
    container = {"name": "a", "envFrom": [{"configMapRef": {"name": "all"}, "prefix": "P_"}], "env": [
        a_variable("PLAIN", value="x"), a_variable("USES", value="$(PLAIN)y"),
        a_variable("IP", fieldRef={"fieldPath": "status.podIP"}),
        a_variable("SECRET", secretKeyRef={"name": "s", "key": "k"})]}
    known = {"configmaps/all": {"A": "1"}, "secrets/s": {"k": "v"}}
    variables, problem = sources.environment(a_pod("a"), container, known, "10.244.1.2", "h")
    assert problem == ""
    assert variables == {"HOSTNAME": "web", "P_A": "1", "PLAIN": "x", "USES": "xy", "IP": "10.244.1.2", "SECRET": "v"}


@pytest.mark.parametrize(("known", "problem"), [
    ({"configmaps/c": None}, 'configmap "c" not found'),
    ({"configmaps/c": {"other": "1"}}, "couldn't find key k in ConfigMap default/c")])
def test_what_is_missing_is_named(known, problem):
    container = {"name": "a", "env": [a_variable("V", configMapKeyRef={"name": "c", "key": "k"})]}
    assert sources.environment(a_pod("a"), container, known, "", "") == ({}, problem)


def test_secrets_are_decoded_and_the_root_certificate_is_taken_for_granted():
    assert sources.values_of("secrets", {"data": {"k": "aGk="}}) == {"k": "hi"}
    projected = {"name": "kube-api-access-x", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}}
    assert sources.needed(a_pod("a", volumes=[projected])) == []


def test_a_missing_configmap_volume_holds_the_whole_pod():
    pod = a_pod("a", volumes=[{"name": "v", "configMap": {"name": "c"}}])
    assert sources.needed(pod) == ["configmaps/c"]
    assert sources.missing_volume(pod, {"configmaps/c": None}) == (
        'MountVolume.SetUp failed for volume "v" : configmap "c" not found')
    assert sources.missing_volume(pod, {"configmaps/c": {}}) is None


@pytest.mark.parametrize(
    ("wanted", "used", "problem"),
    [
        ({"cpu": 500}, 1500, None),
        (
            {"cpu": 501},
            1500,
            ("OutOfcpu", "Node didn't have enough resource: cpu, requested: 501, used: 1500, capacity: 2000"),
        ),
    ],
)
def test_a_pod_that_does_not_fit_any_more_is_refused(wanted, used, problem):
    machine = {"cpu": "2", "memory": "4Gi", "pods": 110}
    assert admission.lacks_room(machine, [{"requests": {"cpu": used}}], wanted) == problem
