"""The Layers view: who owns whom, from what somebody wanted down to the container, and the node it runs on.

Each owner at the top is a family with a column of its own, its members under it, so that lines between families never
cross: Deployment → ReplicaSet → pod, CronJob → Job → pod, StatefulSet and DaemonSet → pod, and what nobody owns. Every
card says what may change at once (`budgets`), and, when something does not go on, why it waits (`waits`).

Read in this order: `families` (who belongs to whom), `cards` (owners), `pieces` (pods, nodes), `waits`.
"""

from lessons.stage.element import View, put
from lessons.stage.layers import cards, families, pieces
from lessons.stage.layers.waits import Wait, why
from lessons.stage.mirror import Mirror

WAITS_SHOWN = 5

# plural → (name, what it does)
SAYS = {
    "deployments": ("Deployment", "says how a change may happen"),
    "statefulsets": ("StatefulSet", "keeps names and disks"),
    "daemonsets": ("DaemonSet", "keeps one on every node"),
    "cronjobs": ("CronJob", "makes a Job at its times"),
    "jobs": ("Job", "keeps at it until the work is done"),
    "replicasets": ("ReplicaSet", "keeps a number of equal pods"),
}
TOP = ("Owner", "says what should be, and how it may change")


def draw(view: View, mirror: Mirror, now: float) -> None:
    """Put every layer into the view."""
    found = families.of(mirror)
    one_by_one = sum(len(family.pods) for family in found) <= families.PODS_DRAWN
    _captions(view, found, one_by_one)
    waiting: list[tuple[families.Family, Wait]] = []
    for family in found:
        wait = why(family, mirror, now)
        if wait is not None:
            waiting.append((family, wait))
        cards.draw(view, family, wait, mirror, now, one_by_one)
        pieces.pods_of(view, family, mirror, now, one_by_one)
    for family, wait in waiting[:WAITS_SHOWN]:
        cards.waits(view, family, wait)
    more = len(waiting) - WAITS_SHOWN
    if more > 0:
        put(view, "waits-more", "waits", "layer_more", {"text": f"{more} more {'waits' if more == 1 else 'wait'}."})
    pieces.nodes_of(view, [pod for family in found for pod in family.pods], mirror, now, one_by_one)


def _captions(view: View, found: list[families.Family], one_by_one: bool) -> None:
    tops = sorted({family.kind for family in found if family.top is not None})
    middles = sorted({family.middle for family in found if family.middles})
    rows = [(1, SAYS[tops[0]] if len(tops) == 1 else TOP if tops else None),
            (2, SAYS[middles[0]] if len(middles) == 1 else ("ReplicaSet, Job", "keep count of pods") if middles else None),
            (3, ("Pod", "one place, one address, one fate") if found else None)]
    for row, words in rows:
        if words is not None:
            second = ("Container", "a process made from an image") if row == 3 and one_by_one else ("", "")
            put(view, f"layer-cap-{row}", "layer-caps", "layer_caption",
                {"@data-row": str(row), "name": words[0], "says": words[1], "second": second[0], "second_says": second[1],
                 "note": "" if one_by_one or row != 3 else f"more than {families.PODS_DRAWN}: counted, not drawn"})


__all__ = ["draw"]
