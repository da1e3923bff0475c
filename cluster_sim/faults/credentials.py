"""A credential has expired: the API server answers 401 Unauthorized to whoever shows it.

A kubelet's is its client certificate, a service account's a token. Watches that are open stay open until they end,
for a stream is authenticated when it begins. Undoing the fault renews the credential.
"""

from __future__ import annotations

from cluster_sim.faults.fault import Fault, Options, heard_again, silence
from cluster_sim.kernel import Kernel
from cluster_sim.kernel.span import register_phrases

register_phrases({
    "fault.expired-token": "You let the credential of {target} expire",
    "fault.renewed-token": "You renew the credential of {target}",
}, file="cluster_sim/faults/credentials.py")


def holders(kernel: Kernel) -> list[str]:
    """Clients of the API server: processes and users."""
    return [part for part, component in kernel.components.items() if hasattr(component, "server") and part != "user/admin"]


def _expire(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    kernel.world.setdefault("expired", {}).setdefault(target, {})[fault] = True
    silence(kernel, fault, target, cause)


def _renew(kernel: Kernel, fault: str, target: str, options: Options, cause: int) -> None:
    expired = kernel.world["expired"]
    expired[target].pop(fault)
    if not expired[target]:
        del expired[target]
    if not expired:
        del kernel.world["expired"]
    heard_again(kernel, fault, target)


FAULTS = (
    Fault("expired-token", "A client's certificate or token has expired: the API server refuses it (401)", holders, {},
          _expire, _renew, "fault.expired-token", "fault.renewed-token"),
)
