"""Plain data as bytes: a pickle of builtins, read by an unpickler that refuses every class, so that bytes from anywhere
can at worst be nonsense."""

from __future__ import annotations

import gc
import io
import pickle
from typing import Any

from cluster_sim.kernel import frozen


class NotPlain(ValueError):
    """The bytes hold more than plain data."""


class _Builtins(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise NotPlain(f"a snapshot holds plain data only, not {module}.{name}")


def dumps(value: Any) -> bytes:
    """The value as bytes; what it shares stays shared."""
    return pickle.dumps(frozen.thaw(value) if frozen.enabled else value, protocol=5)


def loads(data: bytes) -> Any:
    """The value of those bytes; raises NotPlain, or whatever broken bytes do to pickle.

    So many new containers at once would make the garbage collector look through all of them several times over, to
    find that nothing is garbage: it waits until they are there.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _Builtins(io.BytesIO(data)).load()
    finally:
        if collecting:
            gc.enable()
