"""Is a history of reads and writes of one register linearizable? After Wing and Gong, with Lowe's memory of dead ends.

An operation took effect at one moment between its call and its answer; one that was never answered took effect at some
moment after its call, or never. The search picks, again and again, an operation that may come next (no other was
answered before it was called) and goes back when a read does not fit.

Source: Wing and Gong, "Testing and Verifying Concurrent Objects" (1993); Lowe, "Testing for Linearizability" (2017);
Porcupine (github.com/anishathalye/porcupine), which etcd's robustness tests use.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Operation:
    """A "write" of a value or a "read" that gave one. `returned` None: nobody knows what became of it."""

    kind: str
    value: int | None
    called: int
    returned: int | None = None


def is_linearizable(history: list[Operation], first: int | None = None) -> bool:
    """Whether some order of the operations explains every read."""
    # A read without an answer says nothing; a write without one that nobody saw may as well not have happened.
    read = {operation.value for operation in history if operation.kind == "read" and operation.returned is not None}
    operations = [operation for operation in history
                  if operation.returned is not None or (operation.kind == "write" and operation.value in read)]
    operations.sort(key=lambda operation: operation.called)
    must = sum(1 << number for number, operation in enumerate(operations) if operation.returned is not None)
    seen: set[tuple[int, int | None]] = set()
    stack: list[tuple[int, int | None]] = [(0, first)]
    while stack:
        done, value = stack.pop()
        if done & must == must:
            return True
        if (done, value) in seen:
            continue
        seen.add((done, value))
        horizon = min((operation.returned for number, operation in enumerate(operations)
                       if operation.returned is not None and not done >> number & 1), default=None)
        for number, operation in enumerate(operations):
            if done >> number & 1:
                continue
            if horizon is not None and operation.called > horizon:
                break
            if operation.kind == "write":
                stack.append((done | 1 << number, operation.value))
            elif operation.value == value:
                stack.append((done | 1 << number, value))
    return False
