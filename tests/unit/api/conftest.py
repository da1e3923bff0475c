"""Objects are frozen in these tests: a function that changes its input raises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cluster_sim.kernel.frozen import freeze as _freeze


@pytest.fixture
def freeze() -> Callable[[Any], Any]:
    return _freeze
