"""The cluster in words: an outline down to the containers, and tables that say the same as the picture."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from lessons import hosting
from lessons.visitors import Visitor
from tests.pages.play import act, pods, until


@pytest.fixture
def owner(browser_of: Callable[[Visitor], Client], ada: Visitor) -> Client:
    return browser_of(ada)


def told(client: Client, cluster_id: str) -> str:
    return client.get(f"/clusters/{cluster_id}/twin/").content.decode()


def test_the_outline_leads_from_the_node_to_the_pod_to_its_container(opened: str, owner: Client) -> None:
    html = told(owner, opened)
    outline = html[html.index('role="tree"'):html.index("<h2>Pods")]
    node, pod, container = (outline.index(words) for words in ("Node worker-1, Ready", f"Pod {pods(opened)[0]}, Running",
                                                              "Container nginx, nginx:1.27, running, ready"))
    assert node < pod < container
    assert "wants 2, has 2, ready 2" in outline and "container-runtime, running<" in outline
    assert "kube-scheduler, running" in outline and "etcd, running" in outline
    assert outline.count('tabindex="0"') == 1
    assert "Pods without a node, none" in outline


def test_every_id_is_there_once(opened: str, owner: Client) -> None:
    ids = re.findall(r' id="([^"]+)"', told(owner, opened))
    assert sorted(set(ids)) == sorted(ids)


def test_the_tables_have_pods_workloads_services_nodes_and_processes(opened: str, owner: Client, ada: Visitor) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
               "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    act(opened, ada, op="speed", value=100)
    assert act(opened, ada, op="request", verb="POST", path="/api/v1/namespaces/default/services", body=service).ok
    until(opened, lambda hosted: any(each.get("endpoints") for each in hosted.cluster.objects("endpointslices", "default")
                                     if each["metadata"]["name"].startswith("web")))
    html = told(owner, opened)
    for table in ("pods", "owners", "services", "nodes", "processes"):
        assert f'<tbody id="twin-{table}"><tr' in html
    assert re.search(r"web</button></th><td>ClusterIP</td><td>10\.\S+ 80/TCP</td><td>2 of 2 ready", html)
    assert re.search(r"web</button></th><td>Deployment</td><td>wants 2", html)


def test_names_of_a_cluster_are_escaped(opened: str, owner: Client, ada: Visitor) -> None:
    body = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"},
            "spec": {"containers": [{"name": "a", "image": "<b>&x"}]}}
    act(opened, ada, op="request", verb="POST", path="/api/v1/namespaces/default/pods", body=body)
    assert "<b>&x" not in told(owner, opened)


def test_asking_for_it_keeps_the_state_of_the_cluster(opened: str, owner: Client, ada: Visitor) -> None:
    act(opened, ada, op="pause")
    before = hosting.ask_sync(opened, lambda hosted: hosted.cluster.state_hash())
    told(owner, opened)
    assert hosting.ask_sync(opened, lambda hosted: hosted.cluster.state_hash()) == before
