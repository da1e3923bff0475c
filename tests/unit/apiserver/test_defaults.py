"""Defaults: what is filled in, and that nothing is copied without need."""

import pytest

from cluster_sim.apiserver.defaulting import pod, workloads
from cluster_sim.apiserver.strategies.pod import qos_class
from cluster_sim.kernel.frozen import freeze


@pytest.mark.parametrize(("image", "policy"), [
    ("nginx", "Always"), ("nginx:latest", "Always"), ("nginx:1.27", "IfNotPresent"), ("reg.example:5000/a", "Always"),
    ("reg.example:5000/a:2", "IfNotPresent"), ("a@sha256:00", "IfNotPresent")])
def test_the_tag_decides_whether_an_image_is_pulled_each_time(image, policy):
    assert pod.container({"name": "c", "image": image})["imagePullPolicy"] == policy


def test_what_has_its_defaults_is_given_back_as_it_is():
    template = pod.template({"spec": {"containers": [{"name": "c", "image": "x:1"}]}})
    assert pod.template(template) is template
    deployment = workloads.deployment({"spec": {"template": template}})
    assert workloads.deployment(freeze(deployment)) == deployment


def test_a_limit_without_a_request_is_one():
    obj = {"spec": {"containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}]}}
    assert pod.pod(obj)["spec"]["containers"][0]["resources"]["requests"] == {"cpu": "1"}


def test_a_template_is_not_a_pod_and_keeps_its_requests_empty():
    spec = {"containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}]}
    assert "requests" not in pod.template_spec(spec)["containers"][0]["resources"]


@pytest.mark.parametrize(("resources", "qos"), [
    ([{}], "BestEffort"), ([{"requests": {"cpu": "1"}}], "Burstable"), ([{"limits": {"cpu": "1"}}], "Burstable"),
    ([{"limits": {"cpu": "1", "memory": "1Gi"}}], "Guaranteed"),
    ([{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m", "memory": "1024Mi"}}], "Guaranteed"),
    ([{"limits": {"cpu": "1", "memory": "1Gi"}}, {}], "Burstable"),
    ([{"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}], "Burstable")])
def test_quality_of_service_follows_from_requests_and_limits(resources, qos):
    assert qos_class({"containers": [{"name": str(n), "resources": given} for n, given in enumerate(resources)]}) == qos
