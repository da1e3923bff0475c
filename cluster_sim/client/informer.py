"""An informer: a local copy of one kind of object, kept by a list and a watch.

Controllers read this copy, never the API server; it may lag behind by a message. Objects in it are shared with
everybody else's copy and must not be changed.

Source: client-go tools/cache (reflector.go, thread_safe_store.go).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
Objects = list[Object]  # for annotations inside Informer, where `list` is a method
Names = list[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """What a process wants to know: a resource (`pods`), perhaps only some (`spec.nodeName=worker-1`)."""

    resource: str
    field_selector: str = ""
    label_selector: str = ""
    namespace: str | None = None
    path: str = ""  # where a custom resource is served; built-in ones are known by name


def key_of(obj: Object) -> str:
    """`namespace/name`, or `name` for what lives in no namespace."""
    meta = obj["metadata"]
    namespace = meta.get("namespace")
    return f"{namespace}/{meta['name']}" if namespace else str(meta["name"])


class Informer:
    """The copy, with indexes. `state` is plain data of the process; indexes are built from it."""

    def __init__(self, watch: Watch, state: dict[str, Any]) -> None:
        self.watch = watch
        self.state = state
        for name, value in (("objects", {}), ("synced", False), ("revision", "0"), ("call", None), ("failures", 0)):
            state.setdefault(name, value)
        self._functions: dict[str, Callable[[Object], str | None]] = {}
        self._indexes: dict[str, dict[str, dict[str, bool]]] = {}
        self._under: dict[str, dict[str, str]] = {}  # index → key → the value under which it stands there

    @property
    def synced(self) -> bool:
        """Whether the first list has come."""
        return bool(self.state["synced"])

    @property
    def objects(self) -> dict[str, Object]:
        """Key → object, in the order in which they became known."""
        objects: dict[str, Object] = self.state["objects"]
        return objects

    def get(self, key: str) -> Object | None:
        """The object of `namespace/name` (or `name`), as last heard of."""
        return self.objects.get(key)

    def list(self, namespace: str | None = None) -> Objects:
        """All objects (of a namespace), in the order in which they became known."""
        if namespace is None:
            return [*self.objects.values()]
        return [obj for obj in self.objects.values() if obj["metadata"].get("namespace") == namespace]

    def add_index(self, name: str, function: Callable[[Object], str | None]) -> None:
        """Index objects by what `function` says of them (None: not indexed)."""
        self._functions[name] = function
        self._indexes[name], self._under[name] = {}, {}
        for key, obj in self.objects.items():
            self._enter(name, key, function(obj))

    def has_index(self, name: str) -> bool:
        """Whether `add_index` was called with that name."""
        return name in self._functions

    def values(self, index: str) -> Names:
        """Every value that some object has under the index, sorted."""
        return sorted(self._indexes[index])

    def by(self, index: str, value: str) -> Objects:
        """The objects for which the index's function gave `value`, in the order in which they came under it."""
        objects = self.objects
        return [objects[key] for key in self._indexes[index].get(value, ())]

    def put(self, key: str, obj: Object) -> Object | None:
        """Take in a new or changed object; → the old one."""
        old = self.objects.get(key)
        self.objects[key] = obj
        for name, function in self._functions.items():
            before, after = self._under[name].get(key), function(obj)
            if before != after:
                if before is not None:
                    self._leave(name, before, key)
                self._enter(name, key, after)
        return old

    def remove(self, key: str) -> Object | None:
        """Forget an object; → it."""
        old = self.objects.pop(key, None)
        if old is not None:
            for name in self._functions:
                value = self._under[name].get(key)
                if value is not None:
                    self._leave(name, value, key)
        return old

    def _enter(self, index: str, key: str, value: str | None) -> None:
        if value is not None:
            self._under[index][key] = value
            self._indexes[index].setdefault(value, {})[key] = True

    def _leave(self, index: str, value: str, key: str) -> None:
        del self._under[index][key]
        keys = self._indexes[index].get(value)
        if keys is not None:
            keys.pop(key, None)
            if not keys:
                del self._indexes[index][value]
