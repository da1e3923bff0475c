"""One step of the chain, opened: the message, what it changed, the rule that decided, the file that did it.

Everything is read from the trace and from etcd's recent history when somebody asks; nothing is kept for it. What real
tools show of a request is an audit log entry; they have no record of what caused it.
"""

from lessons.stage.steps.describe import Step, describe

__all__ = ["Step", "describe"]
