"""The Traffic view: who calls a Service, which rule of which machine sends the packets where, and how they fare.

Asked for by who looks at it, as the Memory view is. The machine whose rules are shown is the caller's own: a packet goes by
the rules of the machine it starts on, and kube-proxy, which wrote them, is in the way of none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cluster_sim.api import meta

ASKED = ("service", "node", "code")
LONGEST = 260
SECONDS = 30  # of the chart
FACTS = 4_000  # the newest, from which it is drawn
SERVICES, CALLERS = 40, 12
WHY = {"refused": "refused: nobody listens, or no endpoint", "timeout": "no answer in time", "reset": "the connection broke",
       "no-such-host": "DNS knows no such name", "dns-timeout": "DNS did not answer", "dns-refused": "no DNS server listens",
       "dns-failed": "DNS could not answer"}


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """What of the view is chosen, from a request's query; anything else is ignored."""
    return {name: query[name][:LONGEST] for name in ASKED if query.get(name)}


def traffic(cluster: Any, chosen: dict[str, str]) -> dict[str, Any]:
    """The context of `stage/traffic_body.html`."""
    services = {f"{meta.namespace(each)}/{meta.name(each)}": each for each in cluster.objects("services")}
    counted = cluster.traffic()
    key = _service(services, counted["targets"], chosen.get("service", ""))
    choices = [{"name": name, "on": name == key, "called": name in counted["targets"],
                "link": _link(chosen, service=name, node="")} for name in services][:SERVICES]
    base = {"here": _link(chosen), "services": choices, "service": None}
    if not key:
        return base
    routing = cluster.routing(key)
    pods = {f"{meta.namespace(pod)}/{meta.name(pod)}": pod for pod in cluster.objects("pods")}
    callers = _callers(counted["clients"], routing["latest"], pods, key)
    machines = routing["machines"]
    node = chosen.get("node", "")
    node = node if node in machines else next((each["node"] for each in callers if each["node"] in machines), "") or next(
        (name for name, each in machines.items() if each["wanted"]), "")
    total = counted["targets"].get(key) or {}
    answered = total.get("endpoints") or {}
    slices = [each for each in cluster.objects("endpointslices", key.partition("/")[0])
              if meta.labels(each).get("kubernetes.io/service-name") == key.partition("/")[2]]
    return {
        **base, "service": _told(services[key], key), "callers": callers[:CALLERS], "more": max(0, len(callers) - CALLERS),
        "chart": _chart(cluster, key), "totals": _totals(total), "node": node,
        "machines": [{"name": name, "on": name == node, "stale": each["rule"] != each["wanted"],
                      "link": _link(chosen, service=key, node=name)} for name, each in machines.items()],
        "table": _table(machines.get(node), node, answered), "state": _state(machines.get(node), node),
        "others": _others(slices, machines.get(node), services[key]["spec"].get("clusterIP") == "None"),
        "policies": [meta.name(each) for each in cluster.objects("networkpolicies", key.partition("/")[0])],
    }


def _link(chosen: dict[str, str], **changes: str) -> str:
    return "?" + urlencode({name: value for name, value in {**chosen, **changes}.items() if value})


def _service(services: Mapping[str, Any], called: Mapping[str, Any], wanted: str) -> str:
    """The one chosen; else one that is called; else one of somebody's own."""
    own = [name for name in services if not name.startswith("kube-system/") and name != "default/kubernetes"]
    return next((name for name in (wanted, *called, *own, *services) if name in services), "")


def _told(service: Any, key: str) -> dict[str, str]:
    spec = service["spec"]
    ports = ", ".join(f"{port['port']}" + (f" (node port {port['nodePort']})" if port.get("nodePort") else "")
                      for port in spec.get("ports") or ())
    said = {"Local": "only endpoints of the caller's machine"}.get(spec.get("internalTrafficPolicy") or "", "")
    affinity = "each client keeps its endpoint" if spec.get("sessionAffinity") == "ClientIP" else ""
    near = {"PreferSameZone": "the caller's zone first", "PreferClose": "the caller's zone first",
            "PreferSameNode": "the caller's machine first"}.get(spec.get("trafficDistribution") or "", "")
    headless = spec.get("clusterIP") == "None"
    return {"key": key, "name": meta.name(service), "type": "headless" if headless else spec.get("type", "ClusterIP"),
            "address": "" if headless else str(spec.get("clusterIP") or ""), "ports": ports,
            "rules": "; ".join(word for word in (said, near, affinity) if word)}


def _callers(clients: Mapping[str, Any], latest: list[Any], pods: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    last = {each["client"]: each for each in latest}
    found = []
    for client, targets in clients.items():
        if key in targets:
            pod = pods.get(client)
            found.append({"client": client, "name": client.partition("/")[2], "uid": meta.uid(pod) if pod else "",
                          "node": (pod["spec"].get("nodeName") or "") if pod else "", "gone": pod is None,
                          **_totals(targets[key]), "hops": _hops(last.get(client))})
    return sorted(found, key=lambda each: (each["gone"], each["client"]))


def _totals(counts: Mapping[str, Any]) -> dict[str, Any]:
    ok, lost = counts.get("ok", 0), counts.get("lost", 0)
    near, far = counts.get("sameNode", 0), counts.get("crossNode", 0)
    failed = sorted((counts.get("failed") or {}).items(), key=lambda row: -row[1])
    return {"ok": ok, "lost": lost, "sent": counts.get("sent", 0), "near": near, "far": far,
            "share": f"{100 * ok / (ok + lost):.1f} %" if ok + lost else "no answer yet",
            "p50": _time(counts.get("p50")), "p99": _time(counts.get("p99")),
            "failed": [{"count": number, "why": _why(reason)} for reason, number in failed[:3]]}


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f"{1e3 * seconds:.1f} ms"


def _why(reason: str) -> str:
    return WHY.get(reason) or reason.replace("status-", "HTTP status ")


def _hops(seen: Any) -> list[dict[str, str]]:
    """The last request, hop by hop."""
    if not seen:
        return []
    hop = seen["hop"]
    rules = "an open connection is used" if seen["kept"] else "its own rules are asked, nobody else"
    hops = [{"who": seen["node"], "does": rules}]
    if seen["dns"]:
        hops.insert(0, {"who": f"DNS {seen['dns']}", "does": "is asked for the name"})
    if hop:
        near = "on the same machine" if hop["sameNode"] else f"on {hop['node']}, across the network"
        hops.append({"who": hop["endpoint"].rpartition("/")[2], "does": f"{hop['address']}:{hop['port']}, {near}"})
    hops.append({"who": "failed" if seen["reason"] else "answered",
                 "does": _why(seen["reason"]) if seen["reason"] else f"after {_time(seen['took'])}"})
    return hops


def _state(machine: Any, node: str) -> str:
    """What is to be known of the machine's rules."""
    if machine is None:
        return "No machine has rules yet."
    if not machine["power"]:
        return f"{node} has no power: its rules are gone until it is back."
    if machine["rule"] == machine["wanted"]:
        return "" if machine["proxy"] else "kube-proxy is stopped here. Its rules stay and carry on; only nobody changes them."
    if not machine["proxy"]:
        return "kube-proxy is stopped here, and etcd has changed since: these rules are old, and packets go by them all the same."
    return "etcd has changed a moment ago: kube-proxy has not written it yet, and packets go by the old rules."


def _table(machine: Any, node: str, answered: Mapping[str, int]) -> list[dict[str, Any]]:
    """The machine's rules, one after the other as iptables tries them, for each port."""
    rule = machine["rule"] if machine else None
    most = max(answered.values(), default=0)
    made = []
    for port in (rule or {}).get("table", ()):
        ends = port["inside"]
        rows = []
        for place, one in enumerate(ends):
            count = answered.get(f"{one['namespace']}/{one['pod']}", 0)
            rows.append({"number": place + 1, "chance": f"1/{len(ends) - place}", "to": f"{one['address']}:{one['port']}",
                         "pod": one["pod"], "ref": f"pods/{one['namespace']}/{one['pod']}", "node": one["node"],
                         "near": one["node"] == node, "count": count, "width": round(100 * count / most) if most else 0})
        made.append({"port": port["port"], "protocol": port["protocol"], "rows": rows,
                     "otherwise": {"reject": "No endpoint: the connection is refused.",
                                   "drop": "No endpoint on this machine: the packet is dropped."}.get(port["otherwise"], "")})
    return made


def _others(slices: list[Any], machine: Any, headless: bool) -> list[dict[str, str]]:
    """Endpoints that this machine's rules leave out, and why; of a headless Service, which has none, all."""
    rule = (machine or {}).get("rule") or {}
    used = {one["address"] for port in rule.get("table", ()) for one in port["inside"]}
    found = []
    for each in slices:
        for one in each.get("endpoints") or ():
            if one["addresses"][0] in used:
                continue
            said = one.get("conditions") or {}
            why = ("terminating, still serving" if said.get("terminating") and said.get("serving") else
                   "terminating" if said.get("terminating") else "not ready" if said.get("ready") is False else
                   "ready" if headless else "ready, but left out here: by the policy, by topology, or not written yet")
            found.append({"pod": (one.get("targetRef") or {}).get("name", ""), "address": one["addresses"][0], "why": why})
    return found


def _chart(cluster: Any, key: str) -> dict[str, Any]:
    """The last seconds: {"bars": [{x, ok, lost}], heights in percent of the busiest second} from the facts."""
    end = cluster.facts(10**12)[0]
    rows = cluster.facts(max(0, end - FACTS))[1]
    now = int(cluster.now)
    counts = {second: [0, 0] for second in range(now - SECONDS, now + 1)}
    before: float | None = None if end > len(rows) else 0  # it counts from the beginning, if that is still here
    for row in rows:
        second = int(row["time"])
        if row["name"] == f"requests:{key}":
            if second in counts and before is not None:
                counts[second][0] += row["value"] - before
            before = row["value"]
        elif row["name"] == f"lost:{key}" and second in counts:
            counts[second][1] += 1
    most = max((max(sent, lost) for sent, lost in counts.values()), default=0)
    sent, lost = (sum(each[place] for each in counts.values()) for place in (0, 1))
    bars = [{"x": place * 10, "ok": round(40 * max(0, each[0] - each[1]) / most), "lost": round(40 * each[1] / most)}
            for place, each in enumerate(counts.values())] if most else []
    for bar in bars:
        bar["y"] = 40 - bar["ok"]
        bar["top"] = bar["y"] - bar["lost"] if bar["y"] >= bar["lost"] else 0
    return {"bars": bars, "sent": int(sent), "lost": int(lost), "seconds": SECONDS,
            "share": f"{100 * max(0, sent - lost) / sent:.1f} %" if sent else ""}
