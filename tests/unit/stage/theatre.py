"""Scenes of cardboard. `kill_a_pod()` is the moment of the drawing board: web-x2k7q was deleted, web-m9t4w is being
made on worker-3.
"""

from typing import Any

from tests.unit.stage.cardboard import HASH, CardboardCluster, a_pod, at


def at_rest() -> CardboardCluster:
    """Three workers, web with three pods, and three pods more."""
    cluster = CardboardCluster()
    cluster.revision = 1030
    web = {
        "metadata": {"name": "web", "namespace": "default", "uid": "uid-web", "creationTimestamp": at(0)},
        "spec": {
            "replicas": 3,
            "template": {"spec": {"containers": [{"name": "c0", "image": "web:1.4"}]}},
            "strategy": {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        },
        "status": {},
    }
    cluster.write("/registry/deployments/default/web", web)
    cluster.write(f"/registry/replicasets/default/web-{HASH}", replicaset(3, 3))
    cluster.pod(a_pod(f"web-{HASH}-h4q8z", "worker-1", ip="10.1.1.4", owner="uid-rs", created=1))
    cluster.pod(a_pod(f"web-{HASH}-x2k7q", "worker-2", ip="10.1.2.7", owner="uid-rs", created=1))
    cluster.pod(a_pod(f"web-{HASH}-n6v2c", "worker-3", ip="10.1.3.2", owner="uid-rs", created=1))
    cluster.pod(a_pod("mail-0", "worker-1", ip="", containers=2, created=2))
    cluster.pod(a_pod("cache-0", "worker-2", ip="10.1.2.3", created=2))
    cluster.pod(a_pod("db-0", "worker-2", ip="10.1.2.4", cpu="500m", created=3))
    cluster.now = 41.0
    return cluster


def replicaset(has: int, ready: int) -> dict[str, Any]:
    """web's ReplicaSet."""
    return {
        "metadata": {
            "name": f"web-{HASH}",
            "namespace": "default",
            "uid": "uid-rs",
            "creationTimestamp": at(0),
            "ownerReferences": [{"kind": "Deployment", "name": "web", "uid": "uid-web", "controller": True}],
        },
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "c0", "image": "web:1.4"}]}}},
        "status": {"replicas": has, "readyReplicas": ready},
    }


def kill(cluster: CardboardCluster) -> int:
    """The act: web-x2k7q is deleted; → the root span."""
    name = f"web-{HASH}-x2k7q"
    path = f"/api/v1/namespaces/default/pods/{name}"
    cluster.records.append(
        {
            "n": 1,
            "at": int(cluster.now * 1e6),
            "kind": "request",
            "by": "admin",
            "body": {"verb": "DELETE", "path": path, "body": None},
        }
    )
    return cluster.tell(
        cluster.now,
        "user/admin",
        "master-1/kube-apiserver",
        f"You delete pod {name}",
        lands=cluster.now + 0.001,
        verb="DELETE",
        subject=path,
    )


def kill_a_pod(cluster: CardboardCluster | None = None) -> CardboardCluster:
    """The moment of the drawing board."""
    cluster = cluster or at_rest()
    root = kill(cluster)
    t = cluster.now
    api, etcd, new = "master-1/kube-apiserver", "master-1/etcd", f"web-{HASH}-m9t4w"
    cluster.pod(a_pod(f"web-{HASH}-x2k7q", "worker-2", ip="10.1.2.7", owner="uid-rs", created=1, deleted=71))
    wrote = cluster.tell(
        t + 0.004,
        api,
        etcd,
        "API server lets you, and writes down that the pod must go",
        root,
        lands=t + 0.005,
        revision=1042,
    )
    cluster.tell(
        t + 0.010,
        api,
        "worker-2/kubelet",
        "kubelet on worker-2 sees it and asks the container to stop: it has 30 s",
        wrote,
        lands=t + 0.011,
    )
    made = cluster.tell(
        t + 0.013,
        "master-1/kube-controller-manager",
        api,
        f"ReplicaSet controller counts 2, wants 3, creates {new}",
        wrote,
        lands=t + 0.014,
        revision=1043,
    )
    bound = cluster.tell(
        t + 0.021,
        "master-1/kube-scheduler",
        api,
        "Scheduler finds a pod without a node. worker-2 is full, so worker-3.",
        made,
        lands=t + 0.022,
        revision=1044,
    )
    seen = cluster.tell(
        t + 0.033,
        api,
        "worker-3/kubelet",
        "kubelet on worker-3 sees its new pod and prepares it",
        bound,
        lands=t + 0.034,
    )
    cluster.tell(t + 0.046, "worker-3/kubelet", api, "kubelet reports ContainerCreating", seen, lands=t + 0.047, revision=1045)
    asked = cluster.tell(
        t + 0.047,
        "worker-3/kubelet",
        "worker-3/container-runtime",
        "kubelet asks the runtime to start the container. The image is already here",
        seen,
        lands=t + 0.048,
    )
    cluster.pod(a_pod(new, "worker-3", ip="10.1.3.9", owner="uid-rs", waiting="ContainerCreating", created=41))
    cluster.write(f"/registry/replicasets/default/web-{HASH}", replicaset(3, 2))
    cluster.tell(
        t + 0.314,
        "worker-3/kubelet",
        api,
        "kubelet has a running container, and only it knows. Its report is on the way",
        asked,
        lands=t + 0.322,
        verb="PATCH",
        subject=f"/api/v1/namespaces/default/pods/{new}/status",
    )
    cluster.now = t + 0.318
    return cluster
