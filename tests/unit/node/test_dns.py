"""Names: what DNS answers (coredns plugin/kubernetes, kubernetes/dns docs/specification.md), and how pods ask."""

import pytest

from cluster_sim.kernel import SECOND
from cluster_sim.node import resolver
from cluster_sim.node.dns_records import answer
from tests.unit.node.traffic_scene import Counting, a_client, a_pod, a_service, open_cluster

SERVICES = {
    "default/web": {"spec": {"clusterIP": "10.96.0.50", "ports": [{"name": "http", "port": 80}]}},
    "default/db": {"spec": {"clusterIP": "None", "ports": [{"name": "sql", "port": 5432}]}},
    "default/empty": {"spec": {"clusterIP": "None"}},
    "other/out": {"spec": {"type": "ExternalName", "externalName": "db.example.com"}},
}
SLICES = {"default/db": [{"ports": [{"name": "sql", "port": 5432}], "endpoints": [
    {"addresses": ["10.244.1.2"], "hostname": "db-0", "conditions": {"ready": True}},
    {"addresses": ["10.244.2.2"], "conditions": {}},
    {"addresses": ["10.244.2.3"], "hostname": "db-2", "conditions": {"ready": False}}]}]}


def ask(name, *types):
    found = answer(name, [*types] or ["A", "AAAA"], SERVICES.get, lambda key: SLICES.get(key, []))
    return found["code"], [row[2] for row in found["answers"]]


@pytest.mark.parametrize(("name", "code", "data"), [
    ("web.default.svc.cluster.local", "NOERROR", ["10.96.0.50"]),
    ("web.other.svc.cluster.local", "NXDOMAIN", []),
    ("default.svc.cluster.local", "NXDOMAIN", []),
    ("db.default.svc.cluster.local", "NOERROR", ["10.244.1.2", "10.244.2.2"]),  # headless: the ready ones
    ("empty.default.svc.cluster.local", "NXDOMAIN", []),
    ("db-0.db.default.svc.cluster.local", "NOERROR", ["10.244.1.2"]),
    ("10-244-2-2.db.default.svc.cluster.local", "NOERROR", ["10.244.2.2"]),  # without a hostname: its address
    ("db-2.db.default.svc.cluster.local", "NXDOMAIN", []),  # not ready
    ("out.other.svc.cluster.local", "NOERROR", ["db.example.com"]),
    ("10-244-1-9.default.pod.cluster.local", "NOERROR", ["10.244.1.9"]),
    ("_http._tcp.web.default.svc.cluster.local", "NOERROR", ["0 100 80 web.default.svc.cluster.local."]),
    ("_sql._tcp.db.default.svc.cluster.local", "NOERROR",
     ["0 100 5432 db-0.db.default.svc.cluster.local.", "0 100 5432 10-244-2-2.db.default.svc.cluster.local."]),
    ("_sql._udp.db.default.svc.cluster.local", "NXDOMAIN", []),
])
def test_records_of_services(name, code, data):
    assert ask(name) == (code, data)


def test_a_name_without_an_address_of_that_type_exists():
    assert ask("web.default.svc.cluster.local", "AAAA") == ("NOERROR", [])


@pytest.mark.parametrize(("spec", "name", "candidates"), [
    ({}, "web", ["web.shop.svc.cluster.local", "web.svc.cluster.local", "web.cluster.local", "web"]),
    ({}, "web.other", ["web.other.shop.svc.cluster.local", "web.other.svc.cluster.local", "web.other.cluster.local", "web.other"]),
    ({}, "a.b.c.d.e.f", ["a.b.c.d.e.f", *(f"a.b.c.d.e.f.{one}" for one in ("shop.svc.cluster.local", "svc.cluster.local",
                                                                        "cluster.local"))]),
    ({}, "example.com.", ["example.com"]),
    ({"dnsPolicy": "Default"}, "web", ["web"]),
    ({"hostNetwork": True}, "web", ["web"]),
    ({"dnsConfig": {"options": [{"name": "ndots", "value": "1"}]}}, "web.other", [
        "web.other", "web.other.shop.svc.cluster.local", "web.other.svc.cluster.local", "web.other.cluster.local"]),
    ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.96.0.10"], "searches": ["my.org"]}}, "web", ["web.my.org", "web"]),
])
def test_resolv_conf_says_which_names_are_tried(spec, name, candidates):
    config = resolver.config({"metadata": {"namespace": "shop"}, "spec": spec})
    assert resolver.candidates(name, config) == candidates


def queries(cluster, since):
    return [span.args["name"] for span in cluster.kernel.trace.since(0, background=True)
            if span.phrase == "network.looks-up" and span.time >= since]


def test_a_name_outside_walks_the_search_path_first():
    cluster = open_cluster(a_client("client", "worker-1", "http://example.com", 1), addons=("dns",), rest=14)
    counting = Counting(cluster)
    start = cluster.now
    counts = counting.over(1)
    assert counts["lost"] == 0
    assert queries(cluster, start)[:4] == ["example.com.default.svc.cluster.local", "example.com.svc.cluster.local",
                                           "example.com.cluster.local", "example.com"]


def test_a_lookup_is_given_up_after_two_tries_of_five_seconds():
    assert resolver.ATTEMPTS * resolver.PATIENCE == 10 * SECOND
    client = a_pod("client", "worker-1", "podium/client:1", ("--url=http://nowhere", "--rate=1", "--timeout=60s", "--requests=1",
                                                           "--delay=20s"), app="client")
    cluster = open_cluster(client, addons=("dns",), rest=14)
    for target in [one for one in cluster.faults()["available"]["hang"]["targets"] if "coredns" in one]:
        cluster.fault("hang", target)
    cluster.advance(30)
    (told,) = [span for span in cluster.trace() if span.phrase == "client.lost"]
    asked = next(span for span in cluster.kernel.trace.since(0, background=True) if span.phrase == "network.looks-up")
    assert told.detail["reason"] == "dns-timeout"
    assert told.time - asked.time == pytest.approx(10)


def test_a_headless_service_leads_straight_to_its_pods():
    cluster = open_cluster(a_service(clusterIP="None"), a_client("client", "worker-1", "http://web", 20),
                           a_pod("one", "worker-1"), a_pod("two", "worker-2"), addons=("dns",), rest=14)
    counts = Counting(cluster).over(10)
    assert (sorted(counts["endpoints"]), counts["lost"]) == (["default/one", "default/two"], 0)
    assert min(counts["endpoints"].values()) > 60
