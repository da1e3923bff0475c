"""Names as people read them: 'web x2k7q' for web-7d4b9c6f5d-x2k7q. The full name stays in data-pod and aria-label."""

from typing import Any

from cluster_sim.api import resources


def split(pod: Any) -> tuple[str, str]:
    """A pod's name as (what it is of, its own ending); ('db-0', '') when it has no generated ending."""
    meta = pod["metadata"]
    name, prefix = meta["name"], meta.get("generateName") or ""
    if not prefix or not name.startswith(prefix) or name == prefix:
        return name, ""
    base = prefix.rstrip("-")
    template_hash = (meta.get("labels") or {}).get("pod-template-hash")
    if template_hash:
        base = base.removesuffix(f"-{template_hash}")
    return base, name[len(prefix) :]


def short(pod: Any) -> str:
    """The name on the stage."""
    base, ending = split(pod)
    return f"{base} {ending}".strip()


def ending(pod: Any) -> str:
    """The shortest name that still tells it from its equals, for running text."""
    base, own = split(pod)
    return own or base


def part_id(part: str) -> str:
    """The element id of a process."""
    return "part-" + part.replace("/", "-")


def kubectl_name(key: str) -> str:
    """A key of etcd as kubectl names the object: 'pod/web-x2k7q', 'deployment/web -n shop'."""
    words = key.removeprefix("/registry/").split("/")
    found = next((each for each in resources.RESOURCES if key.startswith(f"/registry/{each.storage_prefix}/")), None)
    singular = found.singular if found is not None else words[0]
    rest = key.removeprefix(f"/registry/{found.storage_prefix}/").split("/") if found is not None else words[1:]
    where = f" -n {rest[0]}" if len(rest) > 1 and rest[0] != "default" else ""
    return f"{singular}/{rest[-1]}{where}"
