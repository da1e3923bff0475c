"""Conditions, looks and processes in plain words: tables, with the API's own names beside them."""

# condition type → (when True, when not); `IN_REVERSE` are good when False.
CONDITIONS: dict[str, tuple[str, str]] = {
    "PodScheduled": ("It has a node", "It has no node yet"),
    "PodReadyToStartContainers": ("Its network and volumes are there", "Its network and volumes are not there yet"),
    "Initialized": ("Its init containers are done", "Its init containers are not done yet"),
    "ContainersReady": ("All its containers are ready", "Not all its containers are ready"),
    "Ready": ("It may get traffic", "It gets no traffic"),
    "DisruptionTarget": ("It is about to be ended by the cluster", "Nothing is about to end it"),
    "MemoryPressure": ("Memory runs out", "There is memory enough"),
    "DiskPressure": ("The disk runs out", "There is disk enough"),
    "PIDPressure": ("Process numbers run out", "There are process numbers enough"),
    "NetworkUnavailable": ("Its network is not set up", "Its network is set up"),
    "Available": ("Enough of its pods are available", "Too few of its pods are available"),
    "Progressing": ("Its rollout moves, or is complete", "Its rollout is stuck"),
    "ReplicaFailure": ("It could not make or delete a pod", "It can make and delete pods"),
}
NODE_READY = ("Its kubelet says it can run pods", "The control plane has no good news of it")
IN_REVERSE = (
    "MemoryPressure",
    "DiskPressure",
    "PIDPressure",
    "NetworkUnavailable",
    "ReplicaFailure",
    "DisruptionTarget",
)

# look of a pod → what it means and what comes next
LOOKS: dict[str, str] = {
    "pending": "It is written down and waits for a node.",
    "creating": "It has a node. The kubelet there asks the container runtime to make its sandbox and containers.",
    "notready": "Its process runs, but its readiness probe has not passed: no Service sends traffic to it.",
    "running": "Its containers run and it may get traffic.",
    "terminating": "It was asked to stop. Its containers got SIGTERM; what still runs when time is up gets SIGKILL.",
    "crash": "A container ends again and again. The kubelet waits before each new try: 10 s, doubled up to 5 minutes. "
    "The pod stays the same pod.",
    "image": "The image cannot be fetched: wrong name or tag, or no access. The kubelet tries again, later each time.",
    "completed": "It did its work and ended. It keeps its name and its logs, and uses no CPU.",
    "evicted": "Its node was short of something and sent it away. Whoever owns it makes another elsewhere.",
    "unknown": "There is no news of its node, so nobody knows how it is.",
}

# kind of process → (what it is, what it does, what no longer happens when it is stopped)
PROCESSES: dict[str, tuple[str, str, str]] = {
    "kube-apiserver": (
        "API server",
        "The only door. It asks who you are, whether you may, whether the object is right; then it writes to etcd and "
        "tells everyone who watches.",
        "Nothing can be read or changed. What runs, runs on.",
    ),
    "etcd": (
        "etcd",
        "The memory. Every object of the cluster is a key here, every change a new revision. Only the API server talks to it.",
        "The API server cannot write. What runs, runs on.",
    ),
    "kube-scheduler": (
        "Scheduler",
        "It watches for pods without a node, rules out the nodes that cannot take them, scores the others, and writes "
        "its choice at the API server. It never calls a kubelet.",
        "New pods stay Pending. Pods that have a node are not touched.",
    ),
    "kube-controller-manager": (
        "Controller manager",
        "Many small loops in one process: each compares what is wanted with what is there, and writes the next step at "
        "the API server.",
        "Nothing heals: a killed pod is not replaced, a scale changes nothing. When it starts, all of it catches up.",
    ),
    "kubelet": (
        "kubelet",
        "It watches the API server for pods of its own node, has the runtime start and stop their containers, probes "
        "them, and reports.",
        "Its pods run on, but nobody starts, probes or reports here. After 50 s without news its node is NotReady.",
    ),
    "container-runtime": (
        "Container runtime",
        "It fetches images and runs containers, when the kubelet of its own node asks.",
        "No container can be started or stopped here.",
    ),
    "kube-proxy": (
        "kube-proxy",
        "It watches Services and EndpointSlices and writes rules: which address of a Service leads to which pod.",
        "The rules stay as they are: traffic still flows the old way, and new endpoints are missed.",
    ),
    "registry": (
        "Image registry",
        "It holds the images that runtimes fetch.",
        "Images that are not on a node yet cannot be fetched.",
    ),
}
