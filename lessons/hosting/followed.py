"""The chain of causes the audience follows: what the last act has led to so far, and its messages under way.

Below 1× time is paced by this chain (see `pacing`). The rest of the cluster's traffic does not slow it down.
"""

from collections.abc import Iterable

from cluster_sim import Span
from lessons.hosting.pacing import Hop

CHAIN_LIMIT = 5_000  # spans of one chain; a longer one is followed by its newest


class Followed:
    """Starts empty: nobody has acted, nothing is followed."""

    def __init__(self) -> None:
        self.root: int | None = None
        self.spans: dict[int, None] = {}
        self.hops: dict[int, Hop] = {}

    def begin(self, root: int) -> None:
        """Follow what this span will lead to; `take` its spans afterwards."""
        self.root = root
        self.spans = {root: None}
        self.hops = {}

    def take(self, spans: Iterable[Span], now: float) -> bool:
        """Take in new spans, in order; → whether one of the chain's messages has left and not landed."""
        left = False
        for span in spans:
            if span.id not in self.spans:
                if span.cause not in self.spans and not any(cause in self.spans for cause in span.also):
                    continue
                self.spans[span.id] = None
            if span.lands is not None and span.lands > now and span.source != span.target:
                self.hops[span.id] = Hop(span.id, span.time, span.lands)
                left = True
        while len(self.spans) > CHAIN_LIMIT:
            del self.spans[next(iter(self.spans))]
        return left

    def under_way(self, now: float) -> list[Hop]:
        """The messages that have not landed yet; the others are forgotten."""
        self.hops = {span: hop for span, hop in self.hops.items() if hop.lands > now}
        return list(self.hops.values())
