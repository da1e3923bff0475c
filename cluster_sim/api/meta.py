"""Metadata: names, labels, owners, deletion. Small questions every component asks of an object.

Upstream: k8s.io/apimachinery/pkg/apis/meta/v1 (controller_ref.go, helpers.go) and client-go's tools/cache keys.
"""

from typing import Any

Object = dict[str, Any]


def metadata(obj: Object) -> dict[str, Any]:
    return obj.get("metadata") or {}


def name(obj: Object) -> str:
    return str(metadata(obj).get("name", ""))


def namespace(obj: Object) -> str:
    """The object's namespace, "" when its kind has none."""
    return str(metadata(obj).get("namespace", ""))


def uid(obj: Object) -> str:
    return str(metadata(obj).get("uid", ""))


def resource_version(obj: Object) -> int:
    """The store revision of its last write; 0 when it was never stored."""
    return int(metadata(obj).get("resourceVersion") or 0)


def generation(obj: Object) -> int:
    return int(metadata(obj).get("generation") or 0)


def key(obj: Object) -> str:
    """ "ns/name", or "name" for what lives in no namespace: the key of caches and work queues."""
    meta = metadata(obj)
    space = meta.get("namespace")
    return f"{space}/{meta.get('name', '')}" if space else str(meta.get("name", ""))


def split_key(key: str) -> tuple[str, str]:
    """(namespace, name) of a key; the namespace is "" when it has none."""
    space, _, rest = key.rpartition("/")
    return space, rest


def labels(obj: Object) -> dict[str, str]:
    return metadata(obj).get("labels") or {}


def annotations(obj: Object) -> dict[str, str]:
    return metadata(obj).get("annotations") or {}


def finalizers(obj: Object) -> list[str]:
    return metadata(obj).get("finalizers") or []


def owners(obj: Object) -> list[dict[str, Any]]:
    return metadata(obj).get("ownerReferences") or []


def controller_of(obj: Object) -> dict[str, Any] | None:
    """The owner reference that is marked controller, if any."""
    for reference in (obj.get("metadata") or {}).get("ownerReferences") or ():  # asked of every pod, many times
        if reference.get("controller"):
            return reference
    return None


def same_owners(old: Object, new: Object) -> bool:
    """Whether two versions share their owner references, as nearly all do: a change of status copies nothing else."""
    before, after = old["metadata"].get("ownerReferences"), new["metadata"].get("ownerReferences")
    return before is after and after is not None


def is_controlled_by(obj: Object, owner: Object) -> bool:
    reference = controller_of(obj)
    return reference is not None and reference.get("uid") == uid(owner)


def owner_reference(owner: Object, controller: bool = True) -> dict[str, Any]:
    """A reference to put into a dependent; a controller's one blocks the owner's foreground deletion."""
    reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": name(owner), "uid": uid(owner)}
    return {**reference, "controller": True, "blockOwnerDeletion": True} if controller else reference


def is_deleting(obj: Object) -> bool:
    return bool(metadata(obj).get("deletionTimestamp"))


def with_metadata(obj: Object, **changes: Any) -> Object:
    """A new object whose metadata has `changes`; a change to None removes the field."""
    merged = {**metadata(obj), **changes}
    return {**obj, "metadata": {name: value for name, value in merged.items() if value is not None}}


def reference(obj: Object) -> dict[str, Any]:
    """An ObjectReference to it, as Events carry in involvedObject."""
    found = {
        "kind": obj.get("kind", ""),
        "namespace": namespace(obj),
        "name": name(obj),
        "uid": uid(obj),
        "apiVersion": obj.get("apiVersion", ""),
        "resourceVersion": str(metadata(obj).get("resourceVersion", "")),
    }
    return {field: value for field, value in found.items() if value}


def group_version(api_version: str) -> tuple[str, str]:
    """("apps", "v1") of "apps/v1"; the core group is ""."""
    group, _, version = api_version.rpartition("/")
    return group, version
