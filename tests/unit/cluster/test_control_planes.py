"""Several control planes: one may go, whichever it is, and nobody outside notices for long."""

import pytest

from cluster_sim import Cluster, SceneError
from cluster_sim.kernel import SECOND, Component, Kernel
from cluster_sim.load_balancer import LoadBalancer

SCENE = {"apiVersion": "podium.dev/v1", "kind": "Scene", "spec": {"controlPlanes": 3, "workers": 1, "addons": []}}


@pytest.fixture(scope="module")
def opened():
    cluster = Cluster.open(SCENE, seed=1)
    cluster.advance(10)
    return cluster.snapshot()


@pytest.fixture
def cluster(opened):
    return Cluster.restore(opened)


def write(cluster, name):
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
    return cluster.request("POST", "/api/v1/namespaces/default/configmaps", body)


def leader(cluster, process):
    views = [view for part, view in cluster.parts().items() if part.endswith(f"/{process}")]
    return [view["node"] for view in views if view.get("leader")]


def test_every_api_server_serves_what_another_has_written(cluster):
    for number in range(6):  # each command is a connection of its own, so the balancer's turn goes round
        assert write(cluster, f"c{number}").status == 201
        found = cluster.request("GET", "/api/v1/namespaces/default/configmaps").body["items"]
        assert len([one for one in found if one["metadata"]["name"].startswith("c")]) == number + 1
    assert len(dict.fromkeys(span.target for span in cluster.trace() if span.source == "load-balancer"
                             and span.verb == "POST")) == 3


@pytest.mark.parametrize("process", ["kube-apiserver", "kube-scheduler", "kube-controller-manager"])
@pytest.mark.parametrize("node", ["master-1", "master-2", "master-3"])
def test_any_process_may_stop_and_the_cluster_goes_on(cluster, node, process):
    cluster.fault("stop", f"{node}/{process}")
    cluster.advance(25)
    assert write(cluster, "after").status == 201
    for one in ("kube-scheduler", "kube-controller-manager"):
        assert len(leader(cluster, one)) == 1
    assert node not in leader(cluster, process)


def test_scheduler_and_controller_manager_use_their_own_machine_s_api_server_and_nodes_the_balancer(cluster):
    cluster.advance(20)
    asked = {(span.source, span.target) for span in cluster.kernel.trace.since(0, background=True) if span.verb == "PUT"}
    assert ("worker-1/kubelet", "load-balancer") in asked
    assert any(source.endswith("/kube-scheduler") and target == source.replace("kube-scheduler", "kube-apiserver")
               for source, target in asked)
    assert ("master-1/kubelet", "master-1/kube-apiserver") in asked


def test_the_same_seed_gives_the_same_state_and_a_snapshot_goes_on_alike(cluster):
    again = Cluster.restore(cluster.snapshot())
    for one in (cluster, again):
        fault = one.fault("power-off", "master-2")
        one.advance(40)
        one.undo_fault(fault)
        one.advance(20)
    assert cluster.state_hash() == again.state_hash()


@pytest.mark.parametrize(("spec", "words"), [
    ({"controlPlanes": 6}, "Odd numbers are wise"),
    ({"controlPlanes": 0}, "1 to 5"),
    ({"controlPlanes": 3, "loadBalancer": False}, "one address for all"),
    ({"loadBalancer": "yes"}, "true or false"),
])
def test_a_scene_that_cannot_be_says_why(spec, words):
    with pytest.raises(SceneError, match=words):
        Cluster.open({**SCENE, "spec": spec})


class Door(Component):
    """An API server that shakes hands and answers requests with its own name."""

    def receive(self, kind, payload, span):
        if kind == "connect":
            self.kernel.send(self.part, payload["source"], "connected", {"id": payload["id"], "server": self.part}, span)
        elif kind == "request":
            self.kernel.send(self.part, payload["source"], "response", {"id": payload["id"], "from": self.part}, span)


class Client(Component):
    """Writes down what it hears: [kind, who answered]."""

    def reset(self):
        self.state["heard"] = []

    def receive(self, kind, payload, span):
        self.state["heard"].append([kind, payload.get("from") or payload.get("peer")])

    def ask(self):
        self.state["next"] = number = self.state.get("next", 0) + 1
        self.kernel.send(self.part, "load-balancer", "request", {"source": self.part, "id": number}, 0)
        self.kernel.run_until(self.kernel.now + SECOND // 10)


@pytest.fixture
def kernel():
    made = Kernel(seed=1)
    balancer = LoadBalancer(made, "load-balancer")
    for component in (balancer, Door(made, "m1/kube-apiserver"), Door(made, "m2/kube-apiserver"), Client(made, "n/client")):
        made.register(component)
    balancer.add("m1/kube-apiserver")
    balancer.add("m2/kube-apiserver")
    balancer.start(0)
    return made


def heard(kernel):
    return kernel.components["n/client"].state["heard"]


def test_a_process_keeps_its_connection(kernel):
    for _ in range(3):
        kernel.components["n/client"].ask()
    assert heard(kernel) == [["response", "m2/kube-apiserver"]] * 3


def test_a_server_that_refuses_is_passed_over_at_once(kernel):
    kernel.stop("m2/kube-apiserver", 0)
    kernel.components["n/client"].ask()
    assert heard(kernel) == [["response", "m1/kube-apiserver"]]


def test_a_server_that_falls_silent_loses_its_connections_after_three_tries(kernel):
    kernel.components["n/client"].ask()
    kernel.network.cut("x", ["m2"], ["load-balancer", "n"])
    kernel.run_until(7 * SECOND)
    assert heard(kernel)[1:] == []
    kernel.run_until(9 * SECOND)
    assert heard(kernel)[1:] == [["closed", "load-balancer"]]
    kernel.components["n/client"].ask()
    assert heard(kernel)[2:] == [["response", "m1/kube-apiserver"]]


def test_a_silent_server_that_is_not_yet_known_to_be_costs_five_seconds(kernel):
    kernel.network.cut("x", ["m2"], ["load-balancer", "n"])
    kernel.components["n/client"].ask()
    kernel.run_until(4 * SECOND)
    assert heard(kernel) == []
    kernel.run_until(6 * SECOND)
    assert heard(kernel) == [["response", "m1/kube-apiserver"]]


def test_without_any_server_the_client_is_refused(kernel):
    kernel.stop("m1/kube-apiserver", 0)
    kernel.stop("m2/kube-apiserver", 0)
    kernel.components["n/client"].ask()
    assert heard(kernel) == [["refused", "load-balancer"]]


def test_two_answers_in_a_row_bring_a_server_back(kernel):
    kernel.stop("m1/kube-apiserver", 0)
    kernel.run_until(9 * SECOND)
    up = kernel.components["load-balancer"].state["backends"]["m1/kube-apiserver"]
    assert not up["up"]
    kernel.run("m1/kube-apiserver", 0)
    kernel.run_until(11 * SECOND)
    assert not up["up"]
    kernel.run_until(13 * SECOND)
    assert up["up"]


def test_without_the_load_balancer_workers_hear_nothing_and_afterwards_catch_up(cluster):
    fault = cluster.fault("stop", "load-balancer")
    assert "refused" in write(cluster, "a").error
    cluster.advance(5)
    cluster.undo_fault(fault)
    cluster.advance(60)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
           "spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}
    assert cluster.request("POST", "/api/v1/namespaces/default/pods", pod).status == 201
    assert cluster.advance_until(lambda c: c.get("pods", "p")["status"]["phase"] == "Running", 30)


def test_a_master_cut_off_from_the_network_serves_nobody_and_leads_nothing(cluster):
    node = leader(cluster, "kube-scheduler")[0]
    cluster.fault("cut", node)
    cluster.advance(40)
    assert write(cluster, "a").status == 201
    assert leader(cluster, "kube-scheduler") not in ([], [node])
