"""A fresh API server for each test that asks for one."""

from __future__ import annotations

import pytest

from tests.unit.apiserver.door import Door


@pytest.fixture
def door() -> Door:
    """An API server that is ready."""
    return Door()
