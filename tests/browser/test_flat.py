"""A page stays as small as it was, however long it is open."""

from playwright.sync_api import Page, expect

from tests.browser.lesson_page import open_lesson
from tests.browser.long_run import play

SLACK = 40  # nodes: what a step or a pod more or less on the page makes


def test_thousands_of_frames_leave_no_elements_and_no_listeners_behind(page: Page) -> None:
    open_lesson(page)
    page.locator("#play-pause").click()
    expect(page.locator("html")).to_have_attribute("data-mode", "paused")
    first = play(page, 0, 600)
    last = play(page, 600, 3_600)
    assert last["nodes"] <= first["nodes"] + SLACK, (first, last)
    assert last["listeners"] <= first["listeners"], (first, last)
