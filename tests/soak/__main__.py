"""`python -m tests.soak [SECONDS] [FIRST]` searches; `python -m tests.soak KIND SEED` plays one run again (search.py).

The search lives in a module of its own, for processes that are spawned cannot import what stands in a `__main__`.
"""

from __future__ import annotations

import sys
import time

from cluster_sim.kernel import frozen
from tests.soak.search import KINDS, one, soak

if __name__ == "__main__":
    words = sys.argv[1:]
    if words and words[0] in KINDS:
        frozen.enable()
        sys.exit(0 if one(words[0], int(words[1])) else 1)
    sys.exit(1 if soak(float(words[0]) if words else 600, int(words[1]) if words[1:] else int(time.time())) else 0)
