"""A process that is a client of the API server: requests with answers, and informers that keep themselves current.

What waits for an answer is plain data: the name of the method to go on with (`then`) and what it needs to know
(`data`). A request that nobody answers within 30 s counts as failed, with status 0, as does one whose connection
was refused or reset. Informers list, then watch; when the stream breaks they watch again from the last revision,
and list anew when that is too old.

Source: client-go rest/request.go, tools/cache/reflector.go (back-off 0.8 s to 30 s). A real reflector ends its
watches itself after 5 to 10 minutes to spread the load; ours leaves that to the API server.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from cluster_sim.api import resources
from cluster_sim.client.informer import Informer, Object, Watch, key_of
from cluster_sim.kernel import BACKGROUND, DETAIL, MS, SECOND, STORY, Component
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases

register_connecting("request")
register_phrases({
    "client.relist": "{process} on {node} asks anew for all {resource}",
}, file="cluster_sim/client/process.py")

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"

TIMEOUT = 30 * SECOND
MAX_RETRIES = 10  # of a request whose answer said Retry-After: client-go rest/with_retry.go
BACKOFF, MAX_BACKOFF = 800 * MS, 30 * SECOND
REFUSED: Object = {"message": "the connection to the server was refused"}


def unheard(status: int) -> bool:
    """Whether an answer says nothing about the request itself: nobody answered, the server could not, or it does not
    know any more who asks (the credential has expired)."""
    return status in (0, 401, 429) or status >= 500


class Process(Component):
    """Base of the scheduler, the controller manager, kubelets and kube-proxies."""

    user = "system:anonymous"
    token = ""  # a bearer token it shows instead of a certificate
    watches: tuple[Watch, ...] = ()
    # Part id of the API server it talks to, or of the load balancer before several; set by whoever assembles the cluster.
    server = ""

    def reset(self) -> None:
        """The process died: calls and copies are forgotten. The next call's number is new in its next life too."""
        next_call = self.state.get("next", 0)
        self.state.clear()
        self.state.update({"next": next_call, "calls": {}, "sweeping": False, "informers": {}, "events": {}})

    def rebuild(self) -> None:
        """Informers over the copies in the state."""
        self._streams: dict[int, Informer] = {}
        self.informers: dict[str, Informer] = {
            watch.resource: Informer(watch, self.state["informers"].setdefault(watch.resource, {}))
            for watch in self.interests()
        }

    def interests(self) -> tuple[Watch, ...]:
        """What it watches; a kubelet's depends on its node."""
        return self.watches

    def informer(self, resource: str) -> Informer:
        """The copy of a watched resource."""
        return self.informers[resource]

    def start(self, cause: int) -> None:
        """List and watch everything it is interested in."""
        self.kernel.connect(self.part, self.server)
        for informer in self.informers.values():
            self._list(informer, cause)

    # What subclasses override

    def observe(self, resource: str, event: str, old: Object | None, new: Object | None, span: int) -> None:
        """An object of a watched resource was ADDED, MODIFIED or DELETED."""

    def synced(self, span: int) -> None:
        """Every informer has its first list."""

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """One of its own timers, or a message of a kind that is not the API server's."""

    def answer(self, then: str, data: Any, status: int, body: Any, span: int) -> None:
        """A request was answered; by default `on_<then>(data, status, body, span)` goes on."""
        if then:
            getattr(self, f"on_{then}")(data, status, body, span)

    def follow(self, watch: Watch, cause: int) -> None:
        """Begin to watch one more resource. `interests` must name it too, for after a restore."""
        self.informers[watch.resource] = Informer(watch, self.state["informers"].setdefault(watch.resource, {}))
        self._list(self.informers[watch.resource], cause)

    def unfollow(self, resource: str) -> None:
        """No longer watch a resource."""
        self.informers.pop(resource, None)
        self._streams.clear()
        self.state["informers"].pop(resource, None)

    # Requests

    def request(self, verb: str, path: str, body: Any = None, *, cause: int, then: str = "", data: Any = None,
                content_type: str | None = None, phrase: str = "", args: dict[str, Any] | None = None,
                level: int = DETAIL, subject: str = "", detail: Any = None,
                also: list[int] | tuple[int, ...] = (), patient: bool = True, user: str = "") -> int:
        """Send a request to the API server; → the id of its span. `patient`: come back when a busy server says so.

        `user`: in whose name, if not the process's own.
        """
        state = self.state
        state["next"] = number = state["next"] + 1
        if not state["sweeping"]:
            state["sweeping"] = True
            self.kernel.timer(self.part, TIMEOUT, "sweep", background=True)
        call = {"source": self.part, "id": number, "verb": verb, "path": path, "body": body, "user": user or self.user,
                "contentType": content_type}
        if self.token:
            call["headers"] = {"Authorization": f"Bearer {self.token}"}
        state["calls"][str(number)] = [then, data, self.kernel.now, call, 0 if patient else MAX_RETRIES]
        args = {**(args or {}), "path": path} if subject and level else args  # for who asks the trace what was sent
        return self.kernel.send(self.part, self.server, "request", call, cause, verb=verb, subject=subject or path,
                                phrase=phrase, args=args, level=level, detail=detail, also=also)

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """Answers and watch events; everything else is a timer of the subclass."""
        if kind == "response":
            if not self._again_later(payload, span):
                self._answered(str(payload["id"]), payload["status"], payload["body"], span)
        elif kind == "watch":
            self._watched(payload, span)
        elif kind == "refused" and payload.get("kind") == "request":
            self._answered(str(payload["id"]), 0, REFUSED, span)
        elif kind == "closed" and (payload["peer"] == self.server or payload["peer"].endswith("/kube-apiserver")):
            self._closed(payload["at"], span)
        elif kind == "sweep":
            self._sweep(span)
        elif kind == "resend":
            self._resend(payload, span)
        elif kind == "relist":
            if payload in self.informers:
                self.kernel.tell(span, "client.relist", {"process": self.kind, "node": self.node, "resource": payload})
                self._list(self.informers[payload], span)
        else:
            self.on_timer(kind, payload, span)

    def _answered(self, number: str, status: int, body: Any, span: int) -> None:
        call = self.state["calls"].pop(number, None)
        if call is None:
            return
        then, data = call[0], call[1]
        if then in ("#list", "#watch") and data not in self.informers:
            return  # it is no longer watched
        if then == "#list":
            self._listed(self.informers[data], status, body, span)
        elif then == "#watch":
            if status != 200:
                self._retry(self.informers[data], span)
        else:
            self.answer(then, data, status, body, span)

    def _again_later(self, payload: dict[str, Any], span: int) -> bool:
        """A server that is busy or not ready says when to ask again; the same request is then sent once more."""
        after = (payload.get("headers") or {}).get("Retry-After")
        call = self.state["calls"].get(str(payload["id"]))
        if not after or call is None or call[0] in ("#list", "#watch") or call[4] >= MAX_RETRIES:
            return False
        if payload["status"] != 429 and payload["status"] < 500:
            return False
        call[4] += 1
        self.kernel.timer(self.part, int(after) * SECOND, "resend", str(payload["id"]), cause=span)
        return True

    def _resend(self, number: str, span: int) -> None:
        call = self.state["calls"].get(number)
        if call is not None:
            call[2] = self.kernel.now
            self.kernel.send(self.part, self.server, "request", call[3], span, verb=call[3]["verb"],
                             subject=call[3]["path"])

    def _sweep(self, span: int) -> None:
        """Give up requests that are older than 30 s; look again when the next one would be."""
        late = [number for number, call in self.state["calls"].items() if self.kernel.now - call[2] >= TIMEOUT]
        for number in late:
            self._answered(number, 0, {"message": "the server did not answer within 30s"}, span)
        times = [call[2] for call in self.state["calls"].values()]
        self.state["sweeping"] = bool(times)
        if times:
            self.kernel.timer(self.part, min(times) + TIMEOUT - self.kernel.now, "sweep", background=True)

    def _closed(self, at: int, span: int) -> None:
        """The API server's process died: calls it had taken fail, streams end (later calls are refused by themselves)."""
        for informer in self.informers.values():
            informer.state["call"] = None
        for number in [number for number, call in self.state["calls"].items() if call[2] < at]:
            self._answered(number, 0, REFUSED, span)
        for informer in self.informers.values():
            if informer.synced:
                self._retry(informer, span)

    # Informers

    def _list(self, informer: Informer, cause: int) -> None:
        """At first any state will do; later none that is older than what it knows; "" asks for the very latest."""
        path, revision = self._path(informer), informer.state["revision"]
        if revision:
            path += f"{'&' if '?' in path else '?'}resourceVersion={revision}"
        self.request("GET", path, cause=cause, then="#list", data=informer.watch.resource, level=BACKGROUND)

    def _listed(self, informer: Informer, status: int, body: Any, span: int) -> None:
        resource = informer.watch.resource
        if status == 504 and _too_large(body):  # the server knows less than this copy: etcd itself must tell
            informer.state["revision"] = ""
            self._list(informer, span)
            return
        if status != 200:
            self._retry(informer, span)
            return
        informer.state["failures"] = 0
        informer.state["revision"] = body["metadata"]["resourceVersion"]
        kind = {"apiVersion": body["apiVersion"], "kind": body["kind"].removesuffix("List")}
        fresh = {key_of(item): item if "kind" in item else {**kind, **item} for item in body["items"]}
        gone = [key for key in informer.objects if key not in fresh]
        first = not informer.synced
        informer.state["synced"] = True
        for key in gone:
            self.observe(resource, "DELETED", informer.remove(key), None, span)
        for key, obj in fresh.items():
            old = informer.put(key, obj)
            if old is None or old["metadata"].get("resourceVersion") != obj["metadata"].get("resourceVersion"):
                self.observe(resource, "ADDED" if old is None else "MODIFIED", old, obj, span)
        self._watch(informer, span)
        if first and all(other.synced for other in self.informers.values()):
            self.synced(span)

    def _watch(self, informer: Informer, cause: int) -> None:
        self.kernel.connect(self.part, self.server)  # anew: whoever died and came back knows nothing of the old one
        path = self._path(informer)
        path += f"{'&' if '?' in path else '?'}watch=1&resourceVersion={informer.state['revision']}"
        self.request("GET", path + "&allowWatchBookmarks=true", cause=cause, then="#watch",
                     data=informer.watch.resource, level=BACKGROUND)
        informer.state["call"] = self.state["next"]

    def _watched(self, payload: dict[str, Any], span: int) -> None:
        informer = self._stream(payload["id"])
        if informer is None:
            return
        resource = informer.watch.resource
        if payload.get("end"):
            self._watch(informer, span)
            return
        for event, obj in payload["events"]:
            if event == "ERROR":  # too old: everything must be listed anew
                informer.state.update(call=None, revision="")
                self._list(informer, span)
                return
            informer.state["revision"] = obj["metadata"]["resourceVersion"]
            if event == "BOOKMARK":
                continue
            key = key_of(obj)
            if event == "DELETED":
                old = informer.remove(key)
                self.observe(resource, event, old or obj, None, span)
            else:
                old = informer.put(key, obj)
                self.observe(resource, "ADDED" if old is None else "MODIFIED", old, obj, span)

    def _stream(self, call: int) -> Informer | None:
        """The informer whose watch has that number; the number last met is remembered, a process may have dozens."""
        informer = self._streams.get(call)
        if informer is None or informer.state["call"] != call:
            informer = next((one for one in self.informers.values() if one.state["call"] == call), None)
            if informer is not None:
                if len(self._streams) > 2 * len(self.informers):
                    self._streams.clear()
                self._streams[call] = informer
        return informer

    def _retry(self, informer: Informer, span: int) -> None:
        """List again after a pause that doubles."""
        failures = informer.state["failures"]
        informer.state["failures"] = failures + 1
        informer.state["call"] = None
        self.kernel.timer(self.part, min(BACKOFF << min(failures, 10), MAX_BACKOFF), "relist",
                          informer.watch.resource, background=True)

    def _path(self, informer: Informer) -> str:
        watch = informer.watch
        queries = [f"{name}={quote(value)}" for name, value in
                   (("fieldSelector", watch.field_selector), ("labelSelector", watch.label_selector)) if value]
        path = watch.path or resources.path(watch.resource, watch.namespace)
        return f"{path}?{'&'.join(queries)}" if queries else path


def _too_large(body: Any) -> bool:
    """Whether a Status says that the resource version asked for has yet to come."""
    causes = ((body or {}).get("details") or {}).get("causes") or ()
    return any(cause.get("reason") == "ResourceVersionTooLarge" for cause in causes)


__all__ = ["JSON_PATCH", "MERGE_PATCH", "STORY", "STRATEGIC_MERGE_PATCH", "Process", "unheard"]
