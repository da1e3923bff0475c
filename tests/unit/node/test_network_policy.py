"""NetworkPolicies as rules (kubernetes website docs/concepts/services-networking/network-policies)."""

import pytest

from cluster_sim.node.network_policy import compile_for, contains, may_receive, may_send

NAMESPACES = {name: {"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name, **labels}}}
              for name, labels in (("default", {}), ("shop", {"team": "shop"}))}


def pod(name, ip, namespace="default", ports=(), **labels):
    return {"metadata": {"name": name, "namespace": namespace, "labels": labels}, "status": {"podIP": ip},
            "spec": {"containers": [{"ports": [{"name": port, "containerPort": number} for port, number in ports]}]}}


WEB = pod("web", "10.244.1.2", ports=[("http", 8080)], app="web")
CLIENT, STRANGER = pod("client", "10.244.1.3", role="client"), pod("stranger", "10.244.1.4")
SHOP = pod("till", "10.244.2.2", "shop", role="client")
PODS = [WEB, CLIENT, STRANGER, SHOP]


def policy(name="p", selector=None, **spec):
    return {"metadata": {"name": name, "namespace": "default"}, "spec": {"podSelector": selector or {}, **spec}}


def reached_by(*policies, port=8080):
    """The pods that may connect to web."""
    rules = {"10.244.1.2": compile_for(WEB, list(policies), NAMESPACES, PODS)}
    return [one["metadata"]["name"] for one in PODS[1:] if may_receive(rules, "10.244.1.2", one["status"]["podIP"], port, "TCP")]


@pytest.mark.parametrize(("policies", "names"), [
    ([], ["client", "stranger", "till"]),
    ([policy(selector={"matchLabels": {"app": "other"}})], ["client", "stranger", "till"]),  # it selects somebody else
    ([policy()], []),  # isolated, nothing allowed
    ([policy(ingress=[{}])], ["client", "stranger", "till"]),  # an empty rule allows everything
    ([policy(ingress=[{"from": [{"podSelector": {"matchLabels": {"role": "client"}}}]}])], ["client"]),  # of this namespace
    ([policy(ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "shop"}}}]}])], ["till"]),
    ([policy(ingress=[{"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"role": "client"}}}]}])],
     ["client", "till"]),  # one item: both must hold
    ([policy(ingress=[{"from": [{"podSelector": {}}, {"namespaceSelector": {"matchLabels": {"team": "shop"}}}]}])],
     ["client", "stranger", "till"]),  # two items: either
    ([policy(), policy("q", ingress=[{"from": [{"podSelector": {"matchLabels": {"role": "client"}}}]}])], ["client"]),
    ([policy(ingress=[{"from": [{"ipBlock": {"cidr": "10.244.1.0/24", "except": ["10.244.1.4/32"]}}]}])], ["client"]),
    ([policy(ingress=[{"ports": [{"port": 80}]}])], []),
    ([policy(ingress=[{"ports": [{"port": 8000, "endPort": 8100}]}])], ["client", "stranger", "till"]),
    ([policy(ingress=[{"ports": [{"port": "http"}]}])], ["client", "stranger", "till"]),  # a port of web's containers
    ([policy(ingress=[{"ports": [{"port": 8080, "protocol": "UDP"}]}])], []),
    ([policy(policyTypes=["Egress"])], ["client", "stranger", "till"]),  # the other direction
])
def test_what_policies_let_in(policies, names):
    assert reached_by(*policies) == names


@pytest.mark.parametrize(("spec", "allowed"), [
    ({"policyTypes": ["Egress"]}, False), ({"egress": [{}]}, True), ({"policyTypes": ["Ingress"]}, True),
    ({"egress": [{"to": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": "http"}]}]}, True),
    ({"egress": [{"to": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 80}]}]}, False),
])
def test_what_policies_let_out(spec, allowed):
    rules = {"10.244.1.3": compile_for(CLIENT, [policy(**spec)], NAMESPACES, PODS)}
    assert may_send(rules, "10.244.1.3", {"address": "10.244.1.2", "port": 8080}, "TCP") is allowed


@pytest.mark.parametrize(("network", "address", "inside"), [
    ("10.0.0.0/8", "10.244.1.2", True), ("10.244.1.0/24", "10.244.2.2", False), ("10.244.1.2/32", "10.244.1.2", True),
    ("0.0.0.0/0", "192.168.0.1", True), ("fd00::/8", "10.244.1.2", False)])
def test_networks_contain_addresses(network, address, inside):
    assert contains(network, address) is inside
