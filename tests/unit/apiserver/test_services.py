"""Cluster IPs and node ports: each used once, given back with the Service."""

from tests.unit.apiserver.door import MERGE

PATH = "/api/v1/namespaces/default/services"


def a_service(name, **spec):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}], **spec}}


def test_no_two_services_share_an_address_or_a_port(door):
    calls = [door.send("POST", PATH, a_service(f"s{n}", type="NodePort")) for n in range(30)]
    specs = [door.answer(call)[1]["spec"] for call in calls]
    assert len(dict.fromkeys(spec["clusterIP"] for spec in specs)) == 30
    ports = [spec["ports"][0]["nodePort"] for spec in specs]
    assert len(dict.fromkeys(ports)) == 30
    assert all(30000 <= port <= 32767 for port in ports)


def test_a_chosen_address_is_refused_while_somebody_has_it(door):
    assert door.ask("POST", PATH, a_service("one", clusterIP="10.96.0.50"))[0] == 201
    status, body = door.ask("POST", PATH, a_service("two", clusterIP="10.96.0.50"))
    assert (status, "provided IP is already allocated" in body["message"]) == (422, True)
    door.ask("DELETE", f"{PATH}/one")
    assert door.ask("POST", PATH, a_service("two", clusterIP="10.96.0.50"))[0] == 201


def test_a_dry_run_takes_nothing(door):
    for _ in range(3):
        assert door.ask("POST", f"{PATH}?dryRun=All", a_service("s", clusterIP="10.96.0.51"))[0] == 201
    assert door.ask("POST", PATH, a_service("s", clusterIP="10.96.0.51"))[0] == 201


def test_a_service_keeps_its_address_through_changes_and_gets_a_port_when_it_needs_one(door):
    _, made = door.ask("POST", PATH, a_service("s"))
    _, opened = door.ask("PATCH", f"{PATH}/s", {"spec": {"type": "NodePort"}}, MERGE)
    assert opened["spec"]["clusterIP"] == made["spec"]["clusterIP"]
    port = opened["spec"]["ports"][0]["nodePort"]
    _, changed = door.ask("PUT", f"{PATH}/s", a_service("s", type="NodePort", selector={"a": "b"}))
    assert changed["spec"]["ports"][0]["nodePort"] == port
    _, closed = door.ask("PATCH", f"{PATH}/s", {"spec": {"type": "ClusterIP"}}, MERGE)
    assert "nodePort" not in closed["spec"]["ports"][0]
