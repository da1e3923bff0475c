"""Time zones by their name in the IANA database, the same on every machine.

The rules come from the package tzdata, whose version is pinned, and never from the machine's own files: a schedule
must mean the same wherever a cluster is replayed. kube-controller-manager, too, brings the database along (Go's
time/tzdata). Only whole minutes of offset matter here.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

UTC = "UTC"


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Every name there is."""
    return frozenset((resources.files("tzdata") / "zones").read_text().split())


@lru_cache(maxsize=64)
def find(name: str) -> ZoneInfo | None:
    """The zone of that name (upper and lower case count); None if there is none."""
    if name not in names():
        return None
    with (resources.files("tzdata") / "zoneinfo" / name).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)
