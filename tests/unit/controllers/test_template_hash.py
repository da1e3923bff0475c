"""pod-template-hash: what a real 1.36 called these templates (recorded), and the alphabet."""

import pytest

from cluster_sim.controllers.template_hash import ALPHABET, compute_hash, fnv32a, safe_encode


def a_template(app, container):
    """A template with the API server's defaults."""
    defaults = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                "imagePullPolicy": "IfNotPresent", "resources": {}}
    return {"metadata": {"labels": {"app": app}}, "spec": {
        "containers": [{**defaults, **container}], "restartPolicy": "Always", "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst", "securityContext": {}, "schedulerName": "default-scheduler"}}


NGINX = a_template("web", {"name": "c", "image": "nginx:1.27"})
BUSYBOX = a_template("d", {"name": "one", "image": "busybox:1", "command": ["sleep", "1"],
                           "ports": [{"containerPort": 80, "protocol": "TCP"}],
                           "resources": {"requests": {"cpu": "100m"}}})


@pytest.mark.parametrize(("template", "recorded"), [(NGINX, "bfb6488d7"), (BUSYBOX, "5976bb9d74")])
def test_a_template_has_the_hash_a_real_cluster_gave_it(template, recorded):
    assert compute_hash(template) == recorded


def test_a_collision_gives_another_hash_each_time():
    assert len({compute_hash(NGINX, count) for count in (None, 0, 1, 2)}) == 4


def test_any_change_of_the_template_changes_the_hash():
    other = a_template("web", {"name": "c", "image": "nginx:1.28"})
    assert compute_hash(other) != compute_hash(NGINX)


@pytest.mark.parametrize(("text", "value"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_fnv_1a_has_its_published_values(text, value):
    assert fnv32a(text.encode()) == value


def test_digits_are_spelled_without_vowels():
    assert safe_encode("0123456789") == "456789bcdf"
    assert all(letter in ALPHABET for letter in compute_hash(NGINX))
