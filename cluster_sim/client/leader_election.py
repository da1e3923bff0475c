"""Leader election by Lease: of several equal processes one works, the others wait for its Lease to run out.

A candidate reads the Lease and takes it when nobody holds it, or when it has not seen it change for 15 s; its own
clock counts, never the time written in the Lease. The leader renews every 2 s. If that fails for 10 s it stops
leading, which for these processes means that they exit; that leaves 5 s in which nobody works and no two do. A
process that was killed released nothing: even its own next life waits until the old Lease has run out.

Source: client-go tools/leaderelection/leaderelection.go, resourcelock/leaselock.go; the requests' own time-out is half
the deadline (component-base options). Releasing the Lease at an orderly exit is an alpha feature, off, and not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cluster_sim.client.event_recorder import record
from cluster_sim.client.informer import Object
from cluster_sim.kernel import BACKGROUND, MS, SECOND, STORY
from cluster_sim.kernel.span import register_phrases

if TYPE_CHECKING:
    from cluster_sim.client.process import Process

register_phrases({
    "election.leads": "{process} on {node} holds the Lease {lease} now and begins to work",
    "election.waits": "{process} on {node} waits: the Lease {lease} is held by {holder} and must run out first",
    "election.lost": "{process} on {node} could not renew the Lease {lease} for 10 s: it stops, lest two work at once",
    "election.renews": "{process} on {node} renews the Lease {lease}",
    "election.late": "{process} on {node} has had no answer about the Lease {lease}",
    "election.tries": "{process} on {node} looks whether the Lease {lease} has run out",
}, file="cluster_sim/client/leader_election.py")

LEASE_DURATION = 15 * SECOND
RENEW_DEADLINE = 10 * SECOND
RETRY_PERIOD = 2 * SECOND
JITTER = 12  # tenths: a candidate's pause is the retry period and up to 1.2 times as much again
REQUEST_TIMEOUT = RENEW_DEADLINE // 2
RESTART = 80 * MS  # where no kubelet runs it as a static pod, whoever provides the machine starts it again
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
TIMER = "election"


class Candidate(Protocol):
    """A process that works only while it leads."""

    def lead(self, span: int) -> None:
        """It holds the Lease: begin to work."""


class LeaderElector:
    """One process' candidacy for one Lease, over `process.state["election"]`.

    identity, leader; lease (the object as last seen), seen (when it was seen to change, µs); step (number of the
    request under way), doing, timer (its time-out or the next try), since (when this round of renewing began).
    """

    def __init__(self, process: Process, candidate: Candidate, lease: str, component: str) -> None:
        self.process, self.candidate = process, candidate
        self.kernel = process.kernel
        self.lease, self.component = lease, component

    @property
    def state(self) -> dict[str, Any]:
        """The candidacy as plain data."""
        state: dict[str, Any] = self.process.state.setdefault("election", {})
        return state

    @property
    def leads(self) -> bool:
        """Whether this process holds the Lease."""
        return bool(self.process.state.get("election", {}).get("leader"))  # asked by `view`, which must change nothing

    def begin(self, cause: int) -> None:
        """The process has started: stand for election."""
        identity = f"{self.process.node}_{self.kernel.uid(f'election {self.lease}')}"
        self.state.update(identity=identity, leader=False, lease=None, seen=0, step=0, doing="", timer=0, since=0,
                          waiting=False)
        self.kernel.connect(self.process.part, self.process.server)
        self._try(cause)

    # One try: renew, or read and then take

    def _try(self, span: int) -> None:
        if self.leads and self._valid():
            self._put("renew", span)
        else:
            self._send("get", "GET", f"{LEASES}/{self.lease}", None, span)

    def _put(self, doing: str, span: int) -> None:
        lease = self.state["lease"]
        self._send(doing, "PUT", f"{LEASES}/{self.lease}", {**lease, "spec": self._spec(lease["spec"])}, span)

    def _spec(self, old: Object | None) -> Object:
        """The Lease's spec with this process as holder, from now on."""
        now, mine = self.kernel.microtime(), self.state["identity"]
        spec: Object = {"holderIdentity": mine, "leaseDurationSeconds": LEASE_DURATION // SECOND, "acquireTime": now,
                        "renewTime": now, "leaseTransitions": 0}
        if old is not None:
            transitions = int(old.get("leaseTransitions") or 0)
            if old.get("holderIdentity") == mine:
                spec.update(acquireTime=old.get("acquireTime") or now, leaseTransitions=transitions)
            else:
                spec["leaseTransitions"] = transitions + 1
        return spec

    def _send(self, doing: str, verb: str, path: str, body: Any, span: int) -> None:
        state = self.state
        state["step"] += 1
        state["doing"] = doing
        patience = REQUEST_TIMEOUT
        if state["leader"]:
            patience = min(patience, max(0, state["since"] + RENEW_DEADLINE - self.kernel.now))
        self.process.request(verb, path, body, cause=span, then=TIMER, data=state["step"], level=BACKGROUND)
        self._plan(patience, f"late {state['step']}")

    def _plan(self, after: int, what: str) -> None:
        if self.state["timer"]:
            self.kernel.cancel(self.state["timer"])
        self.state["timer"] = self.kernel.timer(self.process.part, after, TIMER, what, background=True)

    def due(self, what: str, span: int) -> None:
        """A pause is over, or a request was not answered in time."""
        self.state["timer"] = 0
        if what != "try":
            self.kernel.tell(span, "election.late", self._words())
        if what == "try":
            self.kernel.tell(span, "election.renews" if self.leads else "election.tries", self._words())
            if self.leads and not self.state["since"]:
                self.state["since"] = self.kernel.now
            self._try(span)
        elif what == "lose":
            self._lose(span)
        elif what == f"late {self.state['step']}":
            self.answered(self.state["step"], 0, None, span)

    def answered(self, step: int, status: int, body: Any, span: int) -> None:
        """A request was answered; one that was given up does not count any more."""
        state = self.state
        if step != state["step"] or not state["doing"]:
            return
        doing, state["doing"] = state["doing"], ""
        if doing == "get" and status == 200:
            self._found(body, span)
        elif doing == "get" and status == 404:
            lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                     "metadata": {"name": self.lease, "namespace": "kube-system"}, "spec": self._spec(None)}
            self._send("create", "POST", LEASES, lease, span)
        elif doing != "get" and status in (200, 201):
            self._observe(body)
            self._succeeded(span)
        elif doing == "renew" and (not state["since"] or self.kernel.now < state["since"] + RENEW_DEADLINE):
            self._send("get", "GET", f"{LEASES}/{self.lease}", None, span)  # it was not as remembered: look
        else:
            self._failed(span)

    def _found(self, lease: Object, span: int) -> None:
        known = self.state["lease"]
        if known is None or known["spec"] != lease["spec"]:
            self._observe(lease)
        else:
            self.state["lease"] = lease
        holder = lease["spec"].get("holderIdentity") or ""
        if holder and holder != self.state["identity"] and self._valid():
            self._failed(span, holder)
        else:
            self._put("take", span)

    def _observe(self, lease: Object) -> None:
        self.state.update(lease=lease, seen=self.kernel.now)

    def _valid(self) -> bool:
        """Whether the Lease, as last seen to change, has not run out."""
        lease = self.state["lease"]
        seconds = int((lease or {"spec": {}})["spec"].get("leaseDurationSeconds") or 0)
        return bool(self.kernel.now < self.state["seen"] + seconds * SECOND)

    # How it ends

    def _succeeded(self, span: int) -> None:
        state = self.state
        state["since"] = 0
        self._plan(RETRY_PERIOD, "try")
        if not state["leader"]:
            state["leader"] = True
            span = self.kernel.work(self.process.part, span, verb="lead", subject=self.lease, phrase="election.leads",
                                    args=self._words(), level=STORY)
            self._record("became leader", span)
            self.candidate.lead(span)

    def _failed(self, span: int, holder: str = "") -> None:
        state, now = self.state, self.kernel.now
        if not state["leader"]:
            if holder and not state["waiting"]:
                state["waiting"] = True
                host = holder.partition("_")[0]
                self.kernel.work(self.process.part, span, verb="wait", subject=self.lease, phrase="election.waits",
                                 args={**self._words(), "holder": "its own earlier life" if host == self.process.node else host})
            jitter = self.kernel.draw(f"election {self.process.part}", RETRY_PERIOD // 10 * JITTER)
            self._plan(RETRY_PERIOD + jitter, "try")
            return
        left = state["since"] + RENEW_DEADLINE - now
        if left > 0:
            gone = (now - state["since"]) % RETRY_PERIOD
            self._plan(min(left, RETRY_PERIOD - gone), "try" if left > RETRY_PERIOD - gone else "lose")
        else:
            self._lose(span)

    def _lose(self, span: int) -> None:
        behind = self.kernel.behind_silence(self.process.server)
        span = self.kernel.work(self.process.part, span, verb="exit", subject=self.lease, phrase="election.lost",
                                args=self._words(), level=STORY, also=behind)
        self._record("stopped leading", span)
        self.kernel.stop(self.process.part, span)
        if "manifests" not in self.kernel.machines.get(self.process.node, {}):  # else the kubelet there sees that it ended
            self.kernel.restart(self.process.part, RESTART, span)

    def _record(self, what: str, span: int) -> None:
        record(self.process, self.component, self.state["lease"], "Normal", "LeaderElection",
               f"{self.state['identity']} {what}", span)

    def _words(self) -> dict[str, Any]:
        return {"process": self.process.kind, "node": self.process.node, "lease": self.lease}
