"""What databases keep: rows in a data file, which lives as long as the place it lies on.

A directory on a volume lives as long as the volume: an emptyDir as long as the pod, a hostPath as long as the machine, a
claim's volume until the claim is gone. Anything else is the container's own layer, and goes with the container.
"""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]


def places(pod: Object, container: Object) -> dict[str, str]:
    """Mount path → the place behind it, for the volumes a container mounts."""
    meta = pod["metadata"]
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    found = {}
    for mount in container.get("volumeMounts") or ():
        volume = volumes.get(mount["name"]) or {}
        claim = volume.get("persistentVolumeClaim")
        if claim:
            place = f"claim {meta['namespace']}/{claim['claimName']}"
        elif volume.get("hostPath"):
            place = f"hostPath {volume['hostPath']['path']}"
        else:
            place = f"pod {meta['uid']} {mount['name']}"
        found[mount["mountPath"].rstrip("/") or "/"] = place
    return found


def place_of(container: Object) -> str:
    """Where a database's directory really lies: on the volume mounted at or above it, else in the container's layer."""
    path = container["program"]["data"].rstrip("/")
    mounts = container.get("mounts") or {}
    while path:
        if path in mounts:
            return str(mounts[path])
        path = path.rpartition("/")[0]
    return f"container {container['id']}"


def touch(runtime: Object, container: Object, write: bool) -> int:
    """Read (or write one row and read) a database's file; → how many rows it has."""
    disk, place = runtime.setdefault("disk", {}), place_of(container)
    rows: int = disk.get(place, 0) + int(write)
    if write:
        disk[place] = rows
    return rows


def forget(runtime: Object, sandbox: Object | None) -> None:
    """A sandbox was cleared away: with the last of its pod its emptyDirs go; with each, its containers' own layers."""
    if sandbox is None or not runtime.get("disk"):
        return
    over = not any(one["uid"] == sandbox["uid"] for one in runtime["sandboxes"].values())
    layers = [f"container {row['id']}" for row in runtime["containers"].values() if row["sandbox"] == sandbox["id"]]
    for place in [*runtime["disk"]]:
        if place in layers or (over and place.startswith(f"pod {sandbox['uid']} ")):
            del runtime["disk"][place]
