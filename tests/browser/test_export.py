"""The export menu by mouse and by keyboard: pictures that need nothing of the page, a scene that opens again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.lesson_page import names
from tests.browser.sights import after_a_kill


def take(page: Page, name: str, by: str) -> Download:
    opener = page.get_by_role("button", name="Export")
    if by == "mouse":
        opener.click()
    else:
        opener.focus()
        page.keyboard.press("Enter")
    thing = page.locator("#export-menu").get_by_text(name, exact=True)
    expect(thing).to_be_visible()
    with page.expect_download() as coming:
        thing.click() if by == "mouse" else (thing.focus(), page.keyboard.press("Enter"))
    return coming.value


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_picture_in_svg_holds_everything_it_needs(page: Page, by: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    after_a_kill(page)
    file = take(page, "Picture, SVG", by)
    assert re.fullmatch(r"podium-kill-a-pod-\d+s\.svg", file.suggested_filename)
    text = Path(file.path()).read_text()
    assert [name for name in names(page) if name.rpartition("-")[2] not in text] == []
    assert text.count("@font-face") >= 4
    assert re.search(r'(?:href|src|url\()[=("\s]*["\']?(?:https?:|/)(?!/www\.w3)', text) is None
    assert "var(--" not in text and "class=" not in text


def test_a_picture_in_png_is_twice_as_large_as_the_stage(page: Page) -> None:
    after_a_kill(page)
    file = take(page, "Picture, PNG", "mouse")
    data = Path(file.path()).read_bytes()
    assert data.startswith(b"\x89PNG")
    box = page.locator("#picture").bounding_box()
    assert abs(int.from_bytes(data[16:20]) - 2 * (box["width"] + 24)) <= 4
    assert len(data) > 40_000  # something is on it


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_scene_is_taken_away_and_opens_again(page: Page, by: str, tmp_path: Path) -> None:
    after_a_kill(page)
    file = take(page, "Scene, YAML", by)
    kept = tmp_path / file.suggested_filename
    file.save_as(kept)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export").click()
    page.locator("#scene-file").set_input_files(kept)
    page.locator("#export-menu form").get_by_role("button", name="Open", exact=True).click()
    expect(page.locator("h1.what")).to_have_text("Your own scene")
    expect(page.locator('#picture [data-pod^="web-"]')).to_have_count(3)


def test_escape_closes_the_menu_and_gives_the_focus_back(page: Page) -> None:
    after_a_kill(page)
    opener = page.get_by_role("button", name="Export")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#export-menu")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#export-menu")).to_be_hidden()
    expect(opener).to_be_focused()
