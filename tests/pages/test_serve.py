"""`manage.py serve`: one command opens the house."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The address of a house opened on an empty directory, as it was printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PODIUM_DATA": str(tmp_path / "data"), "HOST": "127.0.0.1", "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment,
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert f":{port}/" in line
    wait_for(port, process)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    assert process.wait(20) == 0
    process.stdout.close()


def wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    """Until the port answers; fails if the process ends."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("the server ended") from None


def test_it_migrates_says_its_address_and_serves_pages_with_lasting_static_files(served: str, tmp_path: Path) -> None:
    with urllib.request.urlopen(f"{served}/join/") as answer:
        page = answer.read().decode()
    sheet = re.search(r'href="(/static/css/base\.[0-9a-f]+\.css)"', page)
    assert sheet, "the page names its style sheet with the hash of its content"
    request = urllib.request.Request(served + sheet[1], headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "br"
        assert "immutable" in answer.headers["Cache-Control"]
    assert (tmp_path / "data" / "podium.sqlite3").exists()
