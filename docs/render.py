"""From `fidelity.yaml` to `fidelity.md`: `python -m docs.render` (or `make docs`)."""

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
SOURCE, PAGE = HERE / "fidelity.yaml", HERE / "fidelity.md"
HEAD = """# How true it is

*Faithful* behaves as Kubernetes does, as far as its API and the course of events show. *Simplified* comes to the same
in fewer or other steps. *Absent* is not there. Made from [fidelity.yaml](fidelity.yaml), which a test holds against the
code.
"""


def areas() -> list[dict[str, Any]]:
    """[{"area", "entries": [{"name", "is", "how", "code", "covers"}]}]"""
    found: list[dict[str, Any]] = yaml.safe_load(SOURCE.read_text())
    return found


def markdown() -> str:
    """The page."""
    entries = [entry for area in areas() for entry in area["entries"]]
    counts = ", ".join(f"{sum(entry['is'] == kind for entry in entries)} {kind}" for kind in ("faithful", "simplified", "absent"))
    lines = [HEAD, f"{len(entries)} features: {counts}.\n"]
    for area in areas():
        lines.append(f"## {area['area']}\n\n| | | |\n|-|-|-|")
        for entry in area["entries"]:
            code = " ".join(f"[{path.rpartition('/')[2]}](../cluster_sim/{path})" for path in entry.get("code", ()))
            lines.append(f"| {entry['name']} | {entry['is']} | {entry['how']} {code} |".replace("  ", " "))
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(markdown())
