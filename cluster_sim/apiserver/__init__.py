"""The API server: the one door. Authentication, authorization, admission, validation, storage, watch.

Follow a request through the files: `server` takes it, `request_info` reads its path, `authorization` asks RBAC,
`routes` finds the verb, `verbs/` does it with the kind's strategy (`strategies/`), defaults and checks it
(`defaulting/`, `admission/`, `validation/`), and etcd writes it down; `watch_cache` and `watchers` tell the rest.
"""

from cluster_sim.apiserver.server import APIServer

__all__ = ["APIServer"]
