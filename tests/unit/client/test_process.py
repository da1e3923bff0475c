"""A client of the API server: answers that ask to come back, silence, connections that break."""

import pytest

from cluster_sim.client import Process, unheard
from cluster_sim.kernel import SECOND, Component, Kernel

SERVER = "m/kube-apiserver"


class Busy(Component):
    """An API server that answers with the given statuses, one after the other, and says when to come back."""

    answers = []

    def receive(self, kind, payload, span):
        status, after = self.answers.pop(0)
        self.state.setdefault("asked", []).append(self.kernel.now)
        headers = {"Retry-After": str(after)} if after else {}
        self.kernel.send(self.part, payload["source"], "response",
                         {"id": payload["id"], "status": status, "body": {}, "headers": headers}, span)


class Client(Process):
    """Writes down the answers it gets."""

    server = SERVER

    def on_done(self, data, status, body, span):
        self.state.setdefault("done", []).append([data, status, self.kernel.now])


@pytest.fixture
def kernel():
    return Kernel(seed=7)


def ask(kernel, *answers):
    server, client = Busy(kernel, SERVER), Client(kernel, "n/client")
    server.answers = list(answers)
    for component in (server, client):
        kernel.register(component)
    client.request("POST", "/api/v1/pods", {}, cause=0, then="done", data="pod")
    kernel.run_until(60 * SECOND)
    return server, client


def test_a_server_that_says_when_to_come_back_is_asked_again_then(kernel):
    server, client = ask(kernel, (429, 1), (503, 2), (201, 0))
    assert [round(time / SECOND) for time in server.state["asked"]] == [0, 1, 3]
    assert [done[:2] for done in client.state["done"]] == [["pod", 201]]


@pytest.mark.parametrize("answer", [(429, 0), (500, 0), (409, 0), (404, 0), (200, 0)])
def test_any_other_answer_is_final(kernel, answer):
    server, client = ask(kernel, answer)
    assert len(server.state["asked"]) == 1
    assert [done[1] for done in client.state["done"]] == [answer[0]]


def test_after_ten_retries_the_answer_stands(kernel):
    server, client = ask(kernel, *[(429, 1)] * 20)
    assert len(server.state["asked"]) == 11
    assert [done[1] for done in client.state["done"]] == [429]


def test_who_is_not_answered_gives_up_after_thirty_seconds(kernel):
    client = Client(kernel, "n/client")
    kernel.register(client)
    kernel.stopped["m/"] = True
    client.request("POST", "/api/v1/pods", {}, cause=0, then="done", data="pod")
    kernel.run_until(60 * SECOND)
    assert client.state["done"] == [["pod", 0, 30 * SECOND]]


def test_calls_are_forgotten_when_the_process_dies_and_their_late_answers_fall_flat(kernel):
    client = Client(kernel, "n/client")
    kernel.register(client)
    client.request("POST", "/api/v1/pods", {}, cause=0, then="done", data="pod")
    kernel.stop("n/client", 0)
    kernel.run("n/client", 0)
    kernel.send(SERVER, "n/client", "response", {"id": 1, "status": 201, "body": {}}, 0)
    kernel.run_until(SECOND)
    assert "done" not in client.state


@pytest.mark.parametrize(("status", "said_nothing"), [(0, True), (429, True), (500, True), (503, True), (409, False), (201, False)])
def test_some_answers_say_nothing_about_the_request(status, said_nothing):
    assert unheard(status) is said_nothing
