"""Tables: the words under STATUS and AGE, against kubernetes/pkg/printers/internalversion/printers_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from cluster_sim.api import tables
from cluster_sim.api.tables import human_duration, pod_ready, pod_restarts, pod_status
from cluster_sim.api.tables.custom import find
from cluster_sim.kernel.timestamps import parse

NOW = parse("2026-01-01T01:00:00Z")

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400

AGES = [
    (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (119, "119s"), (2 * MINUTE, "2m"), (2 * MINUTE + 1, "2m1s"),
    (10 * MINUTE - 1, "9m59s"), (10 * MINUTE, "10m"), (3 * HOUR - 1, "179m"), (3 * HOUR, "3h"),
    (3 * HOUR + MINUTE, "3h1m"),
    (8 * HOUR, "8h"), (48 * HOUR - 1, "47h"), (48 * HOUR, "2d"), (49 * HOUR, "2d1h"), (8 * DAY, "8d"),
    (2 * YEAR - 1, "729d"),
    (2 * YEAR, "2y"), (2 * YEAR + DAY, "2y1d"), (8 * YEAR, "8y"), (9 * YEAR + DAY, "9y"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "age"), AGES)
def test_an_age_is_told_in_few_letters(seconds: int, age: str) -> None:
    assert human_duration(seconds) == age


def running(ready: bool = True, restarts: int = 0, **more: Any) -> dict[str, Any]:
    return {"name": "c", "ready": ready, "restartCount": restarts, "state": {"running": {}}, **more}


def waiting(reason: str, **more: Any) -> dict[str, Any]:
    return {"name": "c", "ready": False, "restartCount": 0, "state": {"waiting": {"reason": reason}}, **more}


def ended(code: int = 0, **more: Any) -> dict[str, Any]:
    return {"name": "c", "ready": False, "restartCount": 0, "state": {"terminated": {"exitCode": code, **more}}}


def a_pod(
    phase: str = "Running", *statuses: dict[str, Any], init: list[Any] | None = None, **more: Any
) -> dict[str, Any]:
    spec: dict[str, Any] = {"containers": [{"name": "c"}] * max(1, len(statuses))}
    status = {"phase": phase, "containerStatuses": list(statuses), **more.pop("status", {})}
    if init is not None:
        spec["initContainers"] = [{"name": item["name"], **item.pop("spec", {})} for item in init]
        status["initContainerStatuses"] = init
    return {"metadata": {"name": "web", **more.pop("metadata", {})}, "spec": {**spec, **more}, "status": status}


READY = {"conditions": [{"type": "Ready", "status": "True"}]}
DELETED = {"deletionTimestamp": "2026-01-01T00:59:00Z"}

PODS: list[tuple[str, str, dict[str, Any]]] = [
    ("Pending", "0/1", a_pod("Pending")),
    ("Running", "1/1", a_pod("Running", running())),
    ("Running", "0/1", a_pod("Running", running(ready=False))),
    ("Evicted", "0/1", a_pod("Failed", status={"reason": "Evicted"})),
    ("ContainerCreating", "0/1", a_pod("Pending", waiting("ContainerCreating"))),
    ("CrashLoopBackOff", "1/2", a_pod("Running", running(), waiting("CrashLoopBackOff"))),
    ("ImagePullBackOff", "0/2", a_pod("Pending", waiting("ImagePullBackOff"), waiting("ErrImagePull"))),
    ("OOMKilled", "0/1", a_pod("Failed", ended(137, reason="OOMKilled"))),
    ("ExitCode:3", "0/1", a_pod("Failed", ended(3))),
    ("Signal:9", "0/1", a_pod("Failed", ended(137, signal=9))),
    ("Completed", "0/1", a_pod("Succeeded", ended(0, reason="Completed"))),
    ("Running", "1/2", a_pod("Running", ended(0, reason="Completed"), running(), status=READY)),
    ("NotReady", "1/2", a_pod("Running", ended(0, reason="Completed"), running())),
    ("Terminating", "1/1", a_pod("Running", running(), metadata=DELETED)),
    ("Completed", "0/1", a_pod("Succeeded", ended(0, reason="Completed"), metadata=DELETED)),
    ("Unknown", "1/1", a_pod("Running", running(), metadata=DELETED, status={"reason": "NodeLost"})),
    ("SchedulingGated", "0/1", a_pod("Pending", status={"conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]})),
    ("Init:0/2", "0/1", a_pod("Pending", init=[waiting("PodInitializing"), waiting("PodInitializing")])),
    ("Init:1/2", "0/1", a_pod("Pending", init=[ended(0), running()])),
    ("Init:ErrImagePull", "0/1", a_pod("Pending", init=[waiting("ErrImagePull")])),
    ("Init:Error", "0/1", a_pod("Pending", init=[ended(1, reason="Error")])),
    ("Init:ExitCode:1", "0/1", a_pod("Pending", init=[ended(1)])),
    ("Init:Signal:9", "0/1", a_pod("Pending", init=[ended(137, signal=9)])),
    ("Running", "2/2", a_pod("Running", running(), init=[
        running(started=True, name="proxy", spec={"restartPolicy": "Always"})])),
]  # fmt: skip


@pytest.mark.parametrize(("status", "ready", "pod"), PODS)
def test_a_pods_status_and_ready_are_what_kubectl_prints(status: str, ready: str, pod: dict[str, Any]) -> None:
    assert pod_status(pod) == status
    assert pod_ready(pod) == ready


def test_restarts_tell_when_the_last_one_was() -> None:
    last = {"terminated": {"finishedAt": "2026-01-01T00:58:00Z"}}
    assert pod_restarts(a_pod("Running", running(restarts=3, lastState=last)), NOW) == "3 (2m ago)"
    assert pod_restarts(a_pod("Running", running(restarts=3)), NOW) == "3"
    assert pod_restarts(a_pod("Running", running()), NOW) == "0"


def test_a_finished_pods_row_is_marked() -> None:
    [row] = tables.table("pods", [a_pod("Succeeded", ended(0, reason="Completed"))], NOW)["rows"]
    assert row["conditions"][0]["message"] == "The pod has completed successfully."


def test_a_row_carries_as_much_of_the_object_as_was_asked_for() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "resourceVersion": "7"}, "type": "Opaque"}
    assert tables.table("secrets", [secret], NOW)["rows"][0]["object"] == {
        "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": secret["metadata"],
    }  # fmt: skip
    assert tables.table("secrets", [secret], NOW, "Object")["rows"][0]["object"] is secret
    assert "object" not in tables.table("secrets", [secret], NOW, "None")["rows"][0]
    assert tables.table("secrets", [secret], NOW)["metadata"] == {"resourceVersion": "7"}


CELLS = [
    ("nodes", {"metadata": {"name": "n", "labels": {"node-role.kubernetes.io/control-plane": ""}},
               "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}},
     ["n", "NotReady", "control-plane", "<unknown>", "", "<none>", "<none>", "<unknown>", "<unknown>", "<unknown>"]),
    ("services", {"metadata": {"name": "s"}, "spec": {"type": "NodePort", "clusterIP": "10.0.0.1",
                  "selector": {"b": "2", "a": "1"},
                  "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}]}},
     ["s", "NodePort", "10.0.0.1", "<none>", "80:30080/TCP", "<unknown>", "a=1,b=2"]),
    ("services", {"metadata": {"name": "s"}, "spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}},
     ["s", "LoadBalancer", "10.0.0.1", "<pending>", "<none>", "<unknown>", "<none>"]),
    ("endpoints", {"metadata": {"name": "e"}, "subsets": [{"addresses": [{"ip": f"10.0.0.{n}"} for n in range(1, 6)],
                                                          "ports": [{"port": 80}]}]},
     ["e", "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...", "<unknown>"]),
    ("jobs.batch", {"metadata": {"name": "j"}, "spec": {"parallelism": 3}, "status": {
        "succeeded": 1, "startTime": "2026-01-01T00:00:00Z", "completionTime": "2026-01-01T00:00:42Z",
        "conditions": [{"type": "Complete", "status": "True"}]}},
     ["j", "Complete", "1/1 of 3", "42s", "<unknown>", "", "", "<none>"]),
    ("persistentvolumeclaims", {"metadata": {"name": "p"}, "spec": {"volumeName": "pv", "volumeMode": "Filesystem"},
                                "status": {"phase": "Bound", "capacity": {"storage": "1Gi"},
                                           "accessModes": ["ReadWriteOnce"]}},
     ["p", "Bound", "pv", "1Gi", "RWO", "", "<unset>", "<unknown>", "Filesystem"]),
    ("roles.rbac.authorization.k8s.io", {"metadata": {"name": "r", "creationTimestamp": "2026-01-01T00:00:00Z"}},
     ["r", "2026-01-01T00:00:00Z"]),
    ("controllerrevisions.apps", {"metadata": {"name": "c", "ownerReferences": [
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "ds", "controller": True}]}, "revision": 2},
     ["c", "daemonset.apps/ds", 2, "<unknown>"]),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "obj", "cells"), CELLS)
def test_cells(resource: str, obj: dict[str, Any], cells: list[Any]) -> None:
    table = tables.table(resource, [obj], NOW)
    assert table["rows"][0]["cells"] == cells
    assert len(table["columnDefinitions"]) == len(cells)


def test_every_printer_has_as_many_cells_as_columns() -> None:
    for resource in tables.CELLS:
        table = tables.table(resource, [{"metadata": {"name": "x"}}], NOW)
        assert len(table["rows"][0]["cells"]) == len(table["columnDefinitions"]), resource


PATHS = [
    (".spec.size", [3]),
    ("spec.size", [3]),
    (".metadata.labels.ex\\.com/a", ["b"]),
    (".metadata.labels['ex.com/a']", ["b"]),
    (".list[0].name", ["x"]),
    (".list[-1].name", ["y"]),
    (".list[*].name", ["x", "y"]),
    ('.list[?(@.name=="y")].on', [True]),
    (".nothing.here", []),
    (".list[?(", []),
]


@pytest.mark.parametrize(("path", "values"), PATHS)
def test_a_column_of_a_custom_resource_is_a_simple_path(path: str, values: list[Any]) -> None:
    obj = {
        "metadata": {"labels": {"ex.com/a": "b"}},
        "spec": {"size": 3},
        "list": [{"name": "x"}, {"name": "y", "on": True}],
    }
    assert find(obj, path) == values


def test_custom_resources_print_their_own_columns_or_their_age() -> None:
    obj = {"metadata": {"name": "w", "creationTimestamp": "2026-01-01T00:59:00Z"}, "spec": {"size": 3, "on": "yes"}}
    columns = [
        {"name": "Size", "type": "integer", "jsonPath": ".spec.size"},
        {"name": "On", "type": "boolean", "jsonPath": ".spec.on"},
        {"name": "Nope", "type": "string", "jsonPath": ".spec.nope", "priority": 1},
    ]
    table = tables.table("pods", [obj], NOW, columns=columns)
    assert table["rows"][0]["cells"] == ["w", 3, None, None]
    assert [column["priority"] for column in table["columnDefinitions"]] == [0, 0, 0, 1]
    assert tables.table("pods", [obj], NOW, columns=[])["rows"][0]["cells"] == ["w", "60s"]
