"""Which endpoints a node's rules lead to."""

import pytest

from cluster_sim.node.service_rules import choose, rule, share


def an_endpoint(name, node="n1", ready=True, serving=None, terminating=False, zones=(), nodes=()):
    hints = {"forZones": [{"name": zone} for zone in zones], "forNodes": [{"name": one} for one in nodes]}
    return {"addresses": [f"ip-{name}"], "nodeName": node, "targetRef": {"name": name}, "hints": hints,
            "conditions": {"ready": ready, "serving": ready if serving is None else serving, "terminating": terminating}}


def chosen(*endpoints, node="n1", zone="a", policy="Cluster"):
    return [one["targetRef"]["name"] for one in choose(list(endpoints), node, zone, policy)]


def test_only_ready_endpoints_take_traffic():
    assert chosen(an_endpoint("a"), an_endpoint("b", ready=False)) == ["a"]


def test_when_nothing_is_ready_those_that_still_serve_do():
    going = an_endpoint("a", ready=False, serving=True, terminating=True)
    assert chosen(going, an_endpoint("b", ready=False)) == ["a"]
    assert chosen(going, an_endpoint("c")) == ["c"]


def test_local_policy_leaves_only_this_node():
    two = an_endpoint("a"), an_endpoint("b", node="n2")
    assert chosen(*two, policy="Local") == ["a"]
    assert chosen(*two, policy="Local", node="n3") == []


@pytest.mark.parametrize(("endpoints", "names"), [
    ([an_endpoint("a", zones=["a"]), an_endpoint("b", zones=["b"])], ["a"]),
    ([an_endpoint("a", zones=["a"]), an_endpoint("b")], ["a", "b"]),  # one without a hint: hints are ignored
    ([an_endpoint("b", zones=["b"]), an_endpoint("c", zones=["c"])], ["b", "c"]),  # none for this zone
    ([an_endpoint("a", zones=["a"], nodes=["n2"]), an_endpoint("b", zones=["a"], nodes=["n1"])], ["b"]),
    ([an_endpoint("a", zones=["a"], nodes=["n2"]), an_endpoint("b", zones=["b"], nodes=["n3"])], ["a"]),
])
def test_hints_count_if_all_have_them_and_one_is_for_here(endpoints, names):
    assert chosen(*endpoints) == names


def test_each_endpoint_gets_the_same_share():
    assert share(3) == ["1/3", "1/2", "1/1"]


def a_service(*ports, **spec):
    ports = ports or ({"port": 80},)
    return {"metadata": {"namespace": "default", "name": "web"}, "spec": {"clusterIP": "10.96.0.9", "ports": [*ports], **spec}}


def a_slice(*endpoints, **ports):
    return {"endpoints": [*endpoints], "ports": [{"name": name, "port": port} for name, port in (ports or {"": 8080}).items()]}


def made(service, *slices, node="n1", zone=None):
    return rule(service, slices, node, zone)


@pytest.mark.parametrize(("endpoints", "policy", "otherwise"), [
    ([], "Cluster", "reject"), ([an_endpoint("a", ready=False)], "Cluster", "reject"),
    ([an_endpoint("a", node="n2")], "Local", "drop"), ([an_endpoint("a")], "Local", ""), ([], "Local", "reject"),
    ([an_endpoint("a", node="n2", ready=False)], "Local", "reject")])  # upstream: hasAnyEndpoints counts usable ones only
def test_without_an_endpoint_a_connection_is_refused_or_lost(endpoints, policy, otherwise):
    found = made(a_service({"port": 80, "nodePort": 30080}, internalTrafficPolicy=policy), a_slice(*endpoints))
    assert found["otherwise"] == otherwise
    assert found["ports"] == [{"name": "", "port": 80, "protocol": "TCP", "nodePort": 30080}]


def test_each_port_of_a_service_leads_to_the_number_its_slices_name():
    service = a_service({"name": "http", "port": 80}, {"name": "metrics", "port": 9100})
    table = made(service, a_slice(an_endpoint("a"), http=8080, metrics=9090), a_slice(an_endpoint("b"), http=8081))["table"]
    assert [[(end["address"], end["port"]) for end in entry["inside"]] for entry in table] == [
        [("ip-a", 8080), ("ip-b", 8081)], [("ip-a", 9090)]]


def test_traffic_from_outside_has_a_policy_of_its_own():
    service = a_service({"port": 80, "nodePort": 30080}, externalTrafficPolicy="Local", type="NodePort")
    entry = made(service, a_slice(an_endpoint("a"), an_endpoint("b", node="n2")))["table"][0]
    assert [[end["pod"] for end in entry[which]] for which in ("inside", "outside", "everywhere")] == [
        ["a", "b"], ["a"], ["a", "b"]]
    elsewhere = made(service, a_slice(an_endpoint("b", node="n2")))["table"][0]
    assert (elsewhere["outside"], elsewhere["otherwiseOutside"], elsewhere["otherwise"]) == ([], "drop", "")


def test_external_and_balanced_addresses_are_the_services_too():
    service = a_service(type="LoadBalancer", externalIPs=["198.51.100.1"])
    service["status"] = {"loadBalancer": {"ingress": [{"ip": "198.51.100.7"}, {"ip": "198.51.100.8", "ipMode": "Proxy"},
                                                      {"hostname": "lb.example.com"}]}}
    assert made(service)["outside"] == ["198.51.100.1", "198.51.100.7"]
