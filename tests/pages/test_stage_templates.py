"""What the content policy forbids is in no template; every mark that is named is drawn."""

import re
from pathlib import Path

import pytest

from lessons.stage import pods

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates" / "stage").glob("*.html"))
MARKS = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text()))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_style_script_or_handler(template: Path) -> None:
    html = template.read_text()
    assert re.search(r'\sstyle=|\son\w+=|hx-on|<script(?![^>]*\bsrc=)|hx-vals=["\']js:', html) is None


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_names_only_marks_that_are_drawn(template: Path) -> None:
    named = re.findall(r"icons\.svg' %\}#([\w-]+)", template.read_text())
    assert set(named) <= MARKS


def test_every_look_of_a_pod_has_its_two_marks_and_its_outline() -> None:
    looks = {*pods.LOOKS.values(), "notready"}
    sheet = (ROOT / "static" / "css" / "pods.css").read_text()
    assert {look for look in looks if look not in MARKS or f"c-{look}" not in MARKS} == set()
    assert {look for look in looks - {"running"} if f'.pod[data-look="{look}"]' not in sheet} == set()


def test_every_module_that_is_imported_is_there() -> None:
    scripts = ROOT / "static" / "js"
    wanted = {name for path in scripts.glob("*.js") for name in re.findall(r'from "\./([\w-]+\.js)"', path.read_text())}
    assert {name for name in wanted if not (scripts / name).exists()} == set()
