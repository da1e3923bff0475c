"""What clients of an API server see when its etcd has three members, and when those fail.

Facts: etcd client/v3 retry_interceptor.go (reads are tried again, writes are not), apiserver storage/cacher/cacher.go,
client-go tools/cache/reflector.go (MaxInternalErrorRetryDuration 30 s).
"""

import pytest

from cluster_sim.apiserver import APIServer, etcd_client
from cluster_sim.etcd import Etcd, errors
from cluster_sim.kernel import Kernel
from tests.unit.apiserver.door import CONFIGS, Client, Door, a_config

MASTERS = ("m", "n", "o")


class Doors(Door):
    """Three machines, each with an API server before its own etcd member; the client talks to the first."""

    def __init__(self) -> None:
        self.kernel = Kernel(1)
        self.servers = {}
        for index, name in enumerate(MASTERS):
            self.kernel.machines[name] = {"name": name, "index": index}
            etcd, server = Etcd(self.kernel, f"{name}/etcd"), APIServer(self.kernel, f"{name}/kube-apiserver")
            etcd.initial, server.store = tuple(f"{master}/etcd" for master in MASTERS), etcd.part
            self.servers[name] = server
            self.kernel.register(etcd)
            self.kernel.register(server)
        self.server, self.etcd = self.servers["m"], self.kernel.components["m/etcd"]
        self.client = Client(self.kernel, "user/admin")
        self.kernel.register(self.client)
        for name in MASTERS:
            self.kernel.components[f"{name}/etcd"].start(0)
        for server in self.servers.values():
            server.start(0)
        self.run(10)

    def through(self, name, verb, path, body=None):
        """A request to another API server; → (status, body)."""
        self.client.state["n"] = number = self.client.state["n"] + 1
        call = {"source": self.client.part, "id": number, "verb": verb, "path": path, "body": body, "user": "admin",
                "contentType": None, "headers": None}
        self.kernel.send(self.client.part, f"{name}/kube-apiserver", "request", call, 0)
        return self.answer(number)

    def stop(self, *names):
        for name in names:
            self.kernel.stop(f"{name}/etcd", 0)


@pytest.fixture
def doors():
    return Doors()


def test_all_become_ready_and_create_what_every_cluster_begins_with_once(doors):
    assert [server.view()["ready"] for server in doors.servers.values()] == [True] * 3
    assert len({server.cache.revision for server in doors.servers.values()}) == 1


def test_what_one_has_answered_all_know(doors):
    for number, name in enumerate(MASTERS * 2):
        verb, path = ("POST", CONFIGS) if not number else ("PUT", f"{CONFIGS}/a")
        assert doors.through(name, verb, path, a_config(k=str(number)))[0] in (200, 201)
        for other in MASTERS:
            assert doors.through(other, "GET", f"{CONFIGS}/a")[1]["data"] == {"k": str(number)}
            assert doors.through(other, "GET", CONFIGS)[1]["items"][0]["data"] == {"k": str(number)}


def test_a_write_that_the_cache_would_refuse_is_looked_at_freshly(doors):
    _, made = doors.through("m", "POST", CONFIGS, a_config())
    _, changed = doors.through("n", "PUT", f"{CONFIGS}/a", {**made, "data": {"k": "1"}})
    assert doors.through("o", "PUT", f"{CONFIGS}/a", {**changed, "data": {"k": "2"}})[0] == 200
    assert doors.through("n", "DELETE", f"{CONFIGS}/a")[0] == 200
    assert doors.through("o", "DELETE", f"{CONFIGS}/a")[0] == 404


def test_without_a_quorum_a_write_fails_after_7_s_and_a_read_of_the_latest_after_a_minute(doors):
    doors.stop("n", "o")
    doors.run(5)
    start = doors.kernel.now
    status, body = doors.ask("POST", CONFIGS, a_config())
    assert (status, body.get("reason"), body["message"]) == (500, None, errors.TIMEOUT)
    assert round((doors.kernel.now - start) / 1e6, 2) == 7.0
    start = doors.kernel.now
    status, body = doors.ask("GET", CONFIGS)
    assert (status, body["reason"], (doors.kernel.now - start) / 1e6 > 52) == (504, "Timeout", True)
    assert body["message"] == "Timeout: request did not complete within requested timeout - context deadline exceeded"


def test_that_there_is_no_leader_is_hidden_for_30_s(doors):
    watch = doors.send("GET", f"{CONFIGS}?watch=1&resourceVersion={doors.server.cache.revision}")
    doors.run(0.1)
    doors.stop("n", "o")
    doors.run(30)
    assert doors.client.state["ended"] == []
    assert doors.ask("GET", f"{CONFIGS}?resourceVersion=0")[0] == 200
    doors.run(6)
    assert doors.client.state["ended"] == [watch]
    status, body = doors.ask("GET", f"{CONFIGS}?resourceVersion=0")
    assert (status, body["message"]) == (429, "storage is (re)initializing")
    doors.kernel.run("n/etcd", 0)
    doors.run(12)
    assert doors.ask("POST", CONFIGS, a_config())[0] == 201


def test_a_leader_that_dies_costs_clients_a_pause_and_watches_nothing(doors):
    leader = next(name for name in MASTERS if doors.kernel.components[f"{name}/etcd"].leads())
    other = next(name for name in MASTERS if name != leader)
    watch = doors.send("GET", f"{CONFIGS}?watch=1&resourceVersion={doors.server.cache.revision}")
    doors.run(0.1)
    doors.stop(leader)
    status, body = doors.through(other, "POST", CONFIGS, a_config())  # handed to the dead leader
    assert (status, body["message"]) == (500, errors.TIMEOUT_LEADER)
    assert doors.through(other, "POST", CONFIGS, a_config("b"))[0] == 201
    doors.kernel.run(f"{leader}/etcd", 0)
    doors.run(3)
    assert doors.events(watch) == [("ADDED", "b")] and doors.client.state["ended"] == []


def test_history_is_forgotten_after_five_to_ten_minutes_and_old_revisions_are_gone(doors):
    _, made = doors.ask("POST", CONFIGS, a_config())
    doors.run(2 * etcd_client.COMPACTION / 1e6 + 1)
    assert doors.etcd.store.state["compacted"] >= int(made["metadata"]["resourceVersion"])
    doors.kernel.stop("m/kube-apiserver", 0)
    doors.kernel.run("m/kube-apiserver", 0)
    doors.run(1)
    watch = doors.send("GET", f"{CONFIGS}?watch=1&resourceVersion=2")
    doors.run(0.1)
    kind, status = doors.client.state["events"][str(watch)][0]
    assert (kind, status["code"], status["reason"]) == ("ERROR", 410, "Expired")
