"""Requests through a Service's rules: how they are spread, held, kept near, refused and lost. Public face only."""

import pytest

from tests.unit.node.traffic_scene import IP, Counting, a_client, a_pod, a_service, delete, open_cluster


def three_pods(**container):
    return [a_pod(name, node, **container) for name, node in (("one", "worker-1"), ("two", "worker-2"), ("three", "worker-2"))]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_endpoint_gets_about_the_same(seed):
    counts = Counting(open_cluster(a_service(), a_client(), *three_pods(), seed=seed)).over(30)
    answers = counts["endpoints"]
    assert sorted(answers) == ["default/one", "default/three", "default/two"] and counts["lost"] == 0
    expected = sum(answers.values()) / 3
    assert sum((count - expected) ** 2 / expected for count in answers.values()) < 13.8  # chi-square, 2 degrees, p = 0.001
    assert counts["sameNode"] == answers["default/one"]
    assert counts["crossNode"] == answers["default/two"] + answers["default/three"]


def test_affinity_holds_a_client_at_one_endpoint_until_that_is_gone():
    cluster = open_cluster(a_service(sessionAffinity="ClientIP"), a_client(), *three_pods())
    counting = Counting(cluster)
    (held,) = counting.over(10)["endpoints"]
    delete(cluster, held.partition("/")[2], 0)
    cluster.advance(3)
    (other,) = counting.over(10)["endpoints"]
    assert other != held


def test_affinity_ends_when_it_was_not_used_for_long_enough():
    config = {"clientIP": {"timeoutSeconds": 10}}
    slow = a_client("slow", "worker-1", f"http://{IP}", 0.05)  # every 20 s
    often = a_client("often", "worker-1", f"http://{IP}", 0.2)  # every 5 s
    cluster = open_cluster(a_service(sessionAffinity="ClientIP", sessionAffinityConfig=config), slow, often, *three_pods())
    cluster.advance(600)
    clients = cluster.traffic()["clients"]
    assert len(clients["default/slow"][IP]["endpoints"]) > 1
    assert len(clients["default/often"][IP]["endpoints"]) == 1  # renewed by use


def test_traffic_can_be_kept_in_its_zone_until_nobody_is_left_there():
    cluster = open_cluster(a_service(trafficDistribution="PreferSameZone"), a_client(), a_pod("one", "worker-1"),
                           a_pod("two", "worker-2"), a_pod("three", "worker-3"), zones=("a", "a", "b"))
    counting = Counting(cluster)
    counts = counting.over(20)
    assert sorted(counts["endpoints"]) == ["default/one", "default/two"]
    assert (counts["crossZone"], counts["sameZone"] > 900) == (0, True)
    for pod in ("one", "two"):
        delete(cluster, pod, 0)
    cluster.advance(3)
    counts = counting.over(10)
    assert (list(counts["endpoints"]), counts["sameZone"], counts["lost"]) == (["default/three"], 0, 0)


def test_when_kube_proxy_is_stopped_its_nodes_rules_freeze_and_the_others_do_not():
    cluster = open_cluster(a_service(), a_client("here", "worker-1"), a_client("there", "worker-2"), *three_pods())
    cluster.fault("stop", "worker-1/kube-proxy")
    delete(cluster, "two", 0)
    cluster.advance(3)
    here, there = Counting(cluster, "here"), Counting(cluster, "there")
    lost = here.over(20)
    assert lost["failed"]["timeout"] / lost["sent"] == pytest.approx(1 / 3, abs=0.06)  # one rule of three leads nowhere
    assert there.over(10)["lost"] == 0


def test_a_kept_connection_stays_at_its_endpoint_and_moves_on_without_loss_when_that_ends():
    cluster = open_cluster(a_service(), a_client("client", "worker-1", f"http://{IP}", 20, "--keepalive"), *three_pods())
    counting = Counting(cluster)
    (held,) = counting.over(20)["endpoints"]
    delete(cluster, held.partition("/")[2])
    counts = counting.over(20)
    assert held in counts["endpoints"] or len(counts["endpoints"]) == 1
    assert counts["failed"].get("timeout", 0) == 0
    assert len(counting.over(20)["endpoints"]) == 1


@pytest.mark.parametrize(("pods", "service", "reason"), [
    ([], {}, "refused"),  # no endpoint: the rules reject
    ([a_pod("far", "worker-2")], {"internalTrafficPolicy": "Local"}, "timeout"),  # none here: they drop
    ([a_pod("one", "worker-1", "nginx:1")], {"ports": [{"port": 80, "targetPort": 8080}]}, "refused"),  # nobody listens there
    ([a_pod("one", "worker-2", "slow-starter:1", ("60",))], {}, "refused"),  # not yet
    ([a_pod("one", "worker-2", "unhealthy:1")], {}, "status-503"),
    ([a_pod("one", "worker-2", env=[{"name": "LATENCY", "value": "3s"}])], {}, "timeout"),  # the client waits for 1 s
    ([a_pod("one", "worker-2", "db:1")], {"ports": [{"port": 80, "targetPort": 5432}]}, ""),
])
def test_requests_fail_for_the_true_reason(pods, service, reason):
    counts = Counting(open_cluster(a_service(**service), a_client(), *pods, rest=12)).over(5)
    assert list(counts["failed"]) == ([reason] if reason else [])


def test_a_process_that_hangs_takes_the_connection_and_never_answers():
    cluster = open_cluster(a_service(), a_client(), a_pod("one", "worker-2"))
    cluster.fault("hang", "pod/default/one/c")
    counting = Counting(cluster)
    cluster.advance(2)
    counts = counting.over(5)
    assert (list(counts["failed"]), counts["ok"]) == (["timeout"], 0)


def test_losses_are_facts_one_by_one_and_the_first_is_a_story():
    cluster = open_cluster(a_service(), a_client("client", "worker-1", f"http://{IP}", 100), a_pod("one", "worker-2"))
    before = cluster.now
    cluster.fault("crash", "pod/default/one/c")
    cluster.advance(5)
    lost = [fact["value"] for fact in cluster.facts()[1] if fact["name"] == f"lost:{IP}" and fact["time"] > before]
    assert len(lost) > 3 and lost == [*range(lost[0], lost[0] + len(lost))]
    told = [span for span in cluster.trace() if span.phrase == "client.lost" and span.time > before]
    assert [span.text for span in told[:1]] == [f"client loses a request to http://{IP}: connection refused"]
    chain = [span.text for span in cluster.chain(told[0].id)]
    assert any("rules for web send it to 10.244." in text for text in chain)
    assert any("one refuses the connection: nothing listens on port 80" in text for text in chain)


def test_without_clients_traffic_costs_nothing_and_with_them_few_events_a_request():
    quiet = open_cluster(a_service(), a_pod("one", "worker-2"), a_pod("other", "worker-1", "web:1", app="other"))
    busy = open_cluster(a_service(), a_pod("one", "worker-2"), a_client("other", "worker-1", f"http://{IP}", 10))
    assert not any("/network" in event[2] for event in quiet.kernel.queue)
    ran = []
    for cluster in (quiet, busy):
        start = cluster.position.after
        cluster.advance(100)
        ran.append(cluster.position.after - start)
    assert 3_000 < ran[1] - ran[0] < 5_500  # for 1,000 requests: the clock, there, the answer's time, back
