"""Rules of the house that no other tool checks."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KINDS = (".py", ".js", ".css", ".html", ".md", ".yaml", ".toml", ".sh")
LIMIT = 400
TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "cluster_sim", "docs",
    "lessons", "manage.py", "pyproject.toml", "requirements.txt", "static", "templates", "tests",
}
NAMELESS = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py", "signals.py"}


def tracked() -> list[Path]:
    """The files of the repository, committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [Path(name) for name in names if (ROOT / name).is_file()]


def written() -> list[Path]:
    """Those people wrote: neither vendored nor generated."""
    return [file for file in tracked() if file.suffix in KINDS and not {"vendor", "migrations"} & set(file.parts)]


def test_no_file_is_longer_than_400_lines() -> None:
    long = {str(file): count for file in written() if (count := (ROOT / file).read_text().count("\n")) > LIMIT}
    assert long == {}


def test_the_top_level_stays_small() -> None:
    assert {file.parts[0] for file in tracked()} <= TOP


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(file) for file in tracked() if file.name in NAMELESS] == []


@pytest.mark.parametrize("room", ["cluster_sim", "lessons"])
def test_every_module_says_what_it_is(room: str) -> None:
    modules = [file for file in written() if file.parts[0] == room and file.suffix == ".py"]
    trees = {file: ast.parse((ROOT / file).read_text()) for file in modules}
    silent = [str(file) for file, tree in trees.items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_templates_have_no_inline_script_style_or_handler() -> None:
    words = ("style=\"", "<script>", "onclick=", "hx-on", "js:")
    found = [f"{file}: {word}" for file in written() if file.parts[0] == "templates"
             for word in words if word in (ROOT / file).read_text()]
    assert found == []


def test_our_javascript_stays_little() -> None:
    """What is ours, before compression; who needs more finds first what HTML, CSS or the server can do instead."""
    assert sum((ROOT / file).stat().st_size for file in tracked() if file.match("static/js/*.js")) < 120_000
