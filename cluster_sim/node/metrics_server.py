"""The metrics server: asks every kubelet each 15 s what its containers use, and tells whoever asks the API server.

It is an add-on, a pod like any other: the API server passes requests for `metrics.k8s.io` on to it (`aggregation`). CPU is
a counter, so a rate needs two looks at the same container; a pod with a container that was seen only once is left out.
What a kubelet does not answer is not known, from the next look on. Nothing is kept but the last two looks.

Source: kubernetes-sigs/metrics-server pkg/scraper, pkg/storage (pod.go, node.go), pkg/api.
"""

from __future__ import annotations

from typing import Any

from cluster_sim.api import quantity, selectors, status
from cluster_sim.client import Process, Watch
from cluster_sim.kernel import SECOND
from cluster_sim.kernel.loop import register_connecting
from cluster_sim.kernel.span import register_phrases

register_connecting("aggregated", "kubelet")
register_phrases({
    "metrics.scrapes": "The metrics server asks every kubelet what its containers use",
    "metrics.unreachable": "The metrics server cannot reach the kubelet of {node}: what runs there is not known",
}, file="cluster_sim/node/metrics_server.py")

Object = dict[str, Any]
RESOLUTION = 15 * SECOND
FRESH = 10 * SECOND  # a container that has just started is told after so long, its start being the first look


class MetricsServer(Process):
    """Part `pod/NAMESPACE/NAME`; begun by its container."""

    kind = "metrics-server"
    watches = (Watch("nodes"), Watch("pods"))

    def reset(self) -> None:
        """The process ended: what it had seen is gone."""
        kept: dict[str, Any] = {name: self.state[name] for name in ("process", "machine", "container") if name in self.state}
        super().reset()
        self.state.update({**kept, "asked": {}, "last": {}, "previous": {}, "fresh": {}})

    @property
    def node(self) -> str:
        """The machine its pod runs on."""
        return str(self.state.get("machine", ""))

    @property
    def user(self) -> str:  # type: ignore[override]
        """Its service account."""
        return f"system:serviceaccount:{self.part.split('/')[1]}:metrics-server"

    def synced(self, span: int) -> None:
        """The nodes are known: look for the first time."""
        self._scrape(span)

    # Looking

    def on_timer(self, kind: str, payload: Any, span: int) -> None:
        """The rhythm, the kubelets' answers, and the API server's questions."""
        if kind == "scrape":
            self._scrape(span)
        elif kind == "kubelet-answer":
            self._seen(payload, span)
        elif kind == "refused" and payload.get("kind") == "kubelet":
            self._missed(self.state["asked"].pop(str(payload["id"]), None), span)
        elif kind == "aggregated":
            self._serve(payload, span)

    def _scrape(self, span: int) -> None:
        state = self.state
        self.kernel.tell(span, "metrics.scrapes", {})
        for node in [*state["asked"].values()]:  # it has not answered since the last look
            self._missed(node, span)
        state["asked"] = {}
        for node in self.informers["nodes"].list():
            state["next"] = number = state["next"] + 1
            name = node["metadata"]["name"]
            state["asked"][str(number)] = name
            self.kernel.send(self.part, f"{name}/kubelet", "kubelet", {"source": self.part, "id": number, "op": "metrics"}, span,
                             verb="scrape", subject=name)
        self.kernel.timer(self.part, RESOLUTION, "scrape", None, background=True)

    def _missed(self, node: str | None, span: int) -> None:
        if node is not None and self.state["last"].pop(node, None) is not None:
            self.state["previous"].pop(node, None)
            self.kernel.tell(span, "metrics.unreachable", {"node": node})

    def _seen(self, answer: Object, span: int) -> None:
        node = self.state["asked"].pop(str(answer["id"]), None)
        if node is None:
            return
        if answer["status"] != 200:
            self._missed(node, span)
            return
        last = self.state["last"].get(node)
        if last is not None:
            self.state["previous"][node] = last
        self.state["last"][node] = answer["body"]

    # Telling

    def _serve(self, ask: Object, span: int) -> None:
        code, body = 200, self._nodes(ask) if ask["plural"] == "nodes" else self._pods(ask)
        if ask["name"]:
            found = [item for item in body["items"] if item["metadata"]["name"] == ask["name"]]
            if found:
                body = {"kind": body["kind"].removesuffix("List"), "apiVersion": body["apiVersion"], **found[0]}
            else:
                known = self.informers[ask["plural"]].get("/".join(filter(None, (ask["namespace"], ask["name"]))))
                name, group = (ask["name"], "") if known is None else (
                    "/".join(filter(None, (ask["namespace"], ask["name"]))), "metrics.k8s.io")
                code, body = 404, status.not_found(ask["plural"], name, group)
        self.kernel.send(self.part, ask["source"], "aggregated-answer", {"id": ask["id"], "status": code, "body": body}, span,
                         verb="answer", subject=str(code))

    def _wanted(self, ask: Object) -> list[Object]:
        terms = selectors.parse_label_selector(ask["labels"]) if ask["labels"] else []
        found = [obj for obj in self.informers[ask["plural"]].list()
                 if not ask["namespace"] or obj["metadata"].get("namespace") == ask["namespace"]]
        found = [obj for obj in found if not terms or selectors.matches_requirements(terms, obj["metadata"].get("labels"))]
        return sorted(found, key=lambda obj: (obj["metadata"].get("namespace", ""), obj["metadata"]["name"]))

    def _nodes(self, ask: Object) -> Object:
        items = []
        for node in self._wanted(ask):
            name = node["metadata"]["name"]
            last, before = self.state["last"].get(name), self.state["previous"].get(name)
            if last is None or before is None:
                continue
            items.append({**self._head(node, last["time"], last["time"] - before["time"]),
                          "usage": _usage(last, before, last["time"] - before["time"])})
        return _list("NodeMetricsList", items)

    def _pods(self, ask: Object) -> Object:
        items = []
        for pod in self._wanted(ask):
            node, uid = pod["spec"].get("nodeName", ""), pod["metadata"]["uid"]
            last = self.state["last"].get(node)
            rows = [row for row in last["containers"] if row["uid"] == uid] if last is not None else []
            if last is None or not rows:
                continue
            pairs = [(row, self._before(node, row, last["time"])) for row in rows]
            if any(before is None for _, before in pairs):
                continue
            window = min(last["time"] - before["time"] for _, before in pairs if before is not None)
            containers = [{"name": row["name"], "usage": _usage(row, before, last["time"] - before["time"])}
                          for row, before in pairs if before is not None]
            items.append({**self._head(pod, last["time"], window), "containers": containers})
        return _list("PodMetricsList", items)

    def _before(self, node: str, row: Object, now: int) -> Object | None:
        """The look before: the same container's; of one that has just started, its start."""
        if row["started_at"] < now and FRESH <= now - row["started_at"] < RESOLUTION:
            return {"time": row["started_at"], "cpu": 0}
        previous = self.state["previous"].get(node)
        for other in previous["containers"] if previous is not None else ():
            if (other["uid"], other["name"], other["started_at"]) == (row["uid"], row["name"], row["started_at"]):
                return {"time": previous["time"], "cpu": other["cpu"]}
        return None

    def _head(self, obj: Object, time: int, window: int) -> Object:
        meta = obj["metadata"]
        kept = {name: meta[name] for name in ("name", "namespace") if name in meta}
        labels = {"labels": meta["labels"]} if meta.get("labels") else {}
        return {"metadata": {**kept, "creationTimestamp": self.kernel.timestamp(), **labels},
                "timestamp": self.kernel.timestamp(time), "window": f"{window // 1000 / 1000:g}s"}

    def view(self) -> Object:
        """Which nodes it knows about."""
        return {**super().view(), "known": [*self.state["previous"]]}


def _usage(last: Object, before: Object, window: int) -> Object:
    """CPU as a rate over the window, memory as it was last."""
    cores = max(0, last["cpu"] - before["cpu"]) * 1_000_000_000 // max(1, window)
    return {"cpu": quantity.format_nano(cores), "memory": quantity.format(last["memory"] >> 10 << 10, quantity.BINARY)}


def _list(kind: str, items: list[Object]) -> Object:
    return {"kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items}
