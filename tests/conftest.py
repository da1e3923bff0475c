"""What every test stands on.

The database and everything else the house remembers go to a directory of their own, thrown away afterwards. Objects
are frozen: whoever changes one in place fails here, not in a lesson.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

DATA = Path(tempfile.mkdtemp(prefix="podium-test-"))
os.environ["PODIUM_DATA"] = str(DATA)
os.environ["DJANGO_SETTINGS_MODULE"] = "lessons.settings"

from cluster_sim.kernel import frozen  # noqa: E402

frozen.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--rewrite`: write what the stories in tests/unit/stories print now into them."""
    parser.addoption("--rewrite", action="store_true", help="write what the stories print now into them")


@pytest.fixture(scope="session", autouse=True)
def data_directory() -> Iterator[Path]:
    """Where this run's state lives; gone when it ends."""
    yield DATA
    shutil.rmtree(DATA, ignore_errors=True)
