"""`python -m tests.golden`: the pass rate by area. With names of cases or areas: what differs. `--add`: list what holds.

`--add` only adds: a listed case that no longer holds is reported, never struck.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.golden import stage


def show(names: list[str]) -> int:
    """Print the differences of the named cases or areas; → how many cases differ."""
    chosen = [case for case in stage.cases() if case["id"] in names or case["area"] in names]
    bad = 0
    for case in chosen:
        _, name, wrong, seconds = stage.outcome(case)
        bad += bool(wrong)
        print(f"{'differs' if wrong else 'holds  '} {name} ({seconds:.2f} s)")
        for line in wrong:
            print(f"    {line}")
    if not chosen:
        print("no such case or area")
    return bad or (not chosen)


def rates(add: bool) -> int:
    """Print the pass rate by area; → how many listed cases fail."""
    listed = stage.passing()
    with ProcessPoolExecutor(int(os.environ.get("WORKERS", "2"))) as pool:
        results = list(pool.map(stage.outcome, stage.cases(), chunksize=8))
    areas: dict[str, list[bool]] = {}
    for area, _, wrong, _ in results:
        areas.setdefault(area, []).append(not wrong)
    for area, holds in areas.items():
        print(f"{area:20} {sum(holds):4} of {len(holds):4}  {100 * sum(holds) // len(holds):3} %")
    good = [name for _, name, wrong, _ in results if not wrong]
    print(f"{'all':20} {len(good):4} of {len(results):4}  {100 * len(good) // len(results):3} %")
    slow = sorted(results, key=lambda result: -result[3])[:3]
    print("slowest: " + ", ".join(f"{name} {seconds:.2f} s" for _, name, _, seconds in slow))
    broken = [name for name in listed if name not in good]
    new = [name for name in good if name not in listed]
    for name in broken:
        print(f"listed, but differs: {name}")
    if add:
        stage.PASSING.write_text("".join(f"{name}\n" for name in sorted({*listed, *good})))
        print(f"{len(new)} added to passing.txt")
    elif new:
        print(f"{len(new)} more hold than are listed: python -m tests.golden --add")
    return len(broken)


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--add"]
    sys.exit(1 if (show(arguments) if arguments else rates("--add" in sys.argv)) else 0)
