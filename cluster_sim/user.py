"""A person (or a program of one) at the API server's door: sends requests, keeps answers.

`kubectl` and a click are the same here: one HTTP request of a named user. Answers are kept for whoever asks for
them by the call's number; they are what was shown to the person, not state of the cluster, so the state hash leaves
them out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from cluster_sim import visits
from cluster_sim.kernel import STORY, Component
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases

register_connecting("request")
register_phrases({
    "user.create": "You create {what}",
    "user.delete": "You delete {what}",
    "user.delete-many": "You delete all matching {what}",
    "user.replace": "You replace {what}",
    "user.change": "You change {what}",
    "user.read": "You ask for {what}",
    "user.watch": "You watch {what}",
    "user.scale": "You scale {what}",
    "user.bind": "You bind {what}",
    "user.evict": "You evict {what}",
}, file="cluster_sim/user.py")

ANSWERS_KEPT = 1_000
PATCH_KIND = {"POST": "create", "DELETE": "delete", "PUT": "replace", "PATCH": "change", "GET": "read"}


class User(Component):
    """Part `user/NAME`."""

    kind = "user"
    server = ""

    def reset(self) -> None:
        """Nothing to remember but the calls under way: number → [is it a watch, when it was sent]."""
        self.state.clear()
        self.state.update({"next": 0, "waiting": {}})

    def rebuild(self) -> None:
        """Answers are not state: number → [status, body, headers, error]; streams: number → events so far."""
        self.answers: dict[str, list[Any]] = {}
        self.events: dict[str, list[Any]] = {}

    @property
    def name(self) -> str:
        """The user name the API server sees."""
        return self.part.partition("/")[2]

    def request(self, verb: str, path: str, body: Any, content_type: str | None, headers: dict[str, str] | None,
                cause: int = 0) -> tuple[str, int]:
        """Send a request; → its number and its span."""
        self.state["next"] = number = self.state["next"] + 1
        url = urlsplit(path)
        watching = verb == "GET" and parse_qs(url.query).get("watch", ["0"])[0] in ("1", "true")
        phrase, what = describe(verb, url.path, watching, body)
        self.state["waiting"][str(number)] = [watching, self.kernel.now]
        call = {"source": self.part, "id": number, "verb": verb, "path": path, "body": body, "user": self.name,
                "contentType": content_type, "headers": headers}
        self.kernel.connect(self.part, self.server)
        # Reading is no story of its own: it changes nothing.
        level = 1 if verb == "GET" else STORY
        span = self.kernel.send(self.part, self.server, "request", call, cause, verb=verb, subject=path, phrase=phrase,
                                args={"what": what}, level=level)
        return str(number), span

    def receive(self, kind: str, payload: Any, span: int) -> None:
        """An answer, events of a watch, or the news that nobody listens."""
        number = str(payload["id"]) if "id" in payload else ""
        if kind == "response":
            if self.state["waiting"].get(number, [False])[0] and payload["status"] == 200:
                self.events[number] = []
            else:
                self._done(number, payload["status"], payload["body"], payload.get("headers"), "")
        elif kind == "watch":
            events = self.events.setdefault(number, [])
            events.extend(payload.get("events", ()))
            if payload.get("end"):
                shaped = [{"type": event, "object": obj} for event, obj in self.events.pop(number)]
                self._done(number, 200, shaped, None, "")
        elif kind in visits.KINDS:
            visits.heard(self, kind, payload, span)
        elif kind == "refused" and number:
            self._done(number, 503, None, None, f"The connection to the server {self.server.partition('/')[0]}:6443 "
                                                "was refused - did you specify the right host or port?")
        elif kind == "closed":
            # A request sent after the server died finds nobody, and is refused by itself.
            ended = payload.get("calls", self.state["waiting"])  # a load balancer says which of them went to that server
            for waiting in [number for number, (_, sent) in self.state["waiting"].items()
                            if sent < payload["at"] and number in ended]:
                self._done(waiting, 503, None, None, "error: the server closed the connection (unexpected EOF)")

    def _done(self, number: str, status: int, body: Any, headers: Any, error: str) -> None:
        if self.state["waiting"].pop(number, None) is None:
            return
        self.answers[number] = [status, body, headers or {}, error]
        if len(self.answers) > ANSWERS_KEPT:
            del self.answers[next(iter(self.answers))]


def act(verb: str, path: str, user: str, body: Any) -> dict[str, Any]:
    """A request as a fact: {verb, resource, namespace, name, subresource, by}, with `create` … `delete` as verbs."""
    words = [word for word in urlsplit(path).path.split("/") if word]
    words = words[2:] if words[:1] == ["api"] else words[3:]
    namespace = None
    if len(words) > 2 and words[0] == "namespaces":
        namespace, words = words[1], words[2:]
    words = [*words, "", "", ""][:3]
    meta = body.get("metadata") if isinstance(body, dict) else None
    name = words[1] or (meta.get("name") if isinstance(meta, dict) else None)
    verbs = {"POST": "create", "DELETE": "delete", "PUT": "update", "PATCH": "patch"}
    return {"verb": verbs.get(verb, verb.lower()), "resource": words[0], "namespace": namespace, "name": name,
            "subresource": words[2] or None, "by": user}


def describe(verb: str, path: str, watching: bool, body: Any) -> tuple[str, str]:
    """The phrase for a request, and what it is about: ("user.delete", "pod web-x2k7q")."""
    words = [word for word in path.split("/") if word]
    words = words[2:] if words[:1] == ["api"] else words[3:]  # /api/v1/… or /apis/GROUP/VERSION/…
    if len(words) > 2 and words[0] == "namespaces":
        words = words[2:]
    kind = words[0] if words else path
    singular = kind[:-3] + "y" if kind.endswith("ies") else kind[:-2] if kind.endswith("sses") else kind.removesuffix("s")
    if watching:
        return "user.watch", kind
    if len(words) > 1:
        what = f"{singular} {words[1]}"
        special = {"scale": "user.scale", "binding": "user.bind", "eviction": "user.evict"}.get(words[2] if words[2:] else "")
        return special or f"user.{PATCH_KIND.get(verb, 'read')}", what
    if verb == "POST":
        meta = body.get("metadata") if isinstance(body, dict) else None
        name = (meta.get("name") or meta.get("generateName") or "") if isinstance(meta, dict) else ""
        return "user.create", f"{singular} {name}".strip()
    return ("user.delete-many" if verb == "DELETE" else "user.read"), kind
