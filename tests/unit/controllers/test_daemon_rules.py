"""Where daemon pods run and how they are rolled (pkg/controller/daemon/daemon_controller_test.go)."""

import pytest

from cluster_sim.controllers import daemon_rules
from cluster_sim.controllers.controller_history import HASH
from tests.unit.controllers.builders import a_node


def a_daemonset(rolling=None, **spec):
    return {"apiVersion": "apps/v1", "kind": "DaemonSet",
            "metadata": {"name": "agent", "namespace": "default", "uid": "uid-agent", "generation": 1},
            "spec": {"template": {"metadata": {"labels": {"app": "a"}}, "spec": spec},
                     "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": rolling or {}}}}


@pytest.mark.parametrize(("node", "expected"), [
    (a_node(labels={"disk": "ssd"}), (True, True)),
    (a_node(), (False, False)),
    (a_node(labels={"disk": "ssd"}, taints=[{"key": "a", "effect": "NoSchedule"}]), (False, True)),
    (a_node(labels={"disk": "ssd"}, taints=[{"key": "a", "effect": "NoExecute"}]), (False, False)),
    (a_node(labels={"disk": "ssd"}, taints=[{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}]),
     (True, True)),
    (a_node(labels={"disk": "ssd"}, taints=[{"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}]),
     (True, True)),
])
def test_a_node_runs_a_daemon_if_it_is_selected_and_its_taints_are_tolerated(node, expected):
    assert daemon_rules.should_run(a_daemonset(nodeSelector={"disk": "ssd"}), node) == expected


def test_a_daemon_pod_is_meant_for_one_node():
    pod = daemon_rules.daemon_pod(a_daemonset(), "worker-7", "abc")
    assert daemon_rules.node_of(pod) == "worker-7"
    assert pod["metadata"]["labels"][HASH] == "abc"


@pytest.mark.parametrize(("rolling", "desired", "expected"), [
    (None, 10, (0, 1)), ({"maxUnavailable": "30%"}, 10, (0, 3)), ({"maxUnavailable": "1%"}, 10, (0, 1)),
    ({"maxUnavailable": 0, "maxSurge": 1}, 10, (1, 0)), ({"maxUnavailable": 0}, 10, (0, 1))])
def test_both_limits_round_up_and_one_is_at_least_one(rolling, desired, expected):
    assert daemon_rules.limits(a_daemonset(rolling), desired) == expected
