"""Believed, both, real: the switch by mouse and by key, what it shows, the table with its countdown, and the memory."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import open_lesson
from tests.browser.sights import lost


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_picture_can_be_what_is_believed_both_or_what_is_real(page: Page, by: str) -> None:
    lost(page)
    room = page.locator('.room[data-node="worker-3"]')

    def show(name: str) -> None:
        if by == "mouse":
            page.get_by_role("button", name=name, exact=True).click()
        else:
            page.keyboard.press("r")
        expect(page.locator("#play")).to_have_attribute("data-belief", name.lower())

    if by == "keyboard":
        show("Real")
        show("Believed")
    else:
        show("Believed")
    expect(room.locator(".says")).to_have_text("NotReady")
    expect(room.locator(".true")).to_be_hidden()
    show("Both")
    expect(room.locator(".true")).to_have_text("Cut off")
    expect(room.locator(".tag")).to_be_visible()
    show("Real")
    expect(room.locator(".tag")).to_be_hidden()
    page.reload()
    expect(page.locator("#play")).to_have_attribute("data-belief", "real")


def test_the_table_says_what_differs_and_counts_down_to_the_eviction(page: Page) -> None:
    lost(page)
    table = page.locator("#differs")
    expect(table.locator("tr", has_text="worker-3")).to_contain_text(re.compile("NotReady.*last news.*runs, cut off"))
    row = table.locator("tr", has_text="web")
    expect(row).to_contain_text(re.compile(r"Running.*Ready: false.*runs.*evicted in \d min \d+ s"))
    first = row.inner_text()
    expect(row).not_to_have_text(first)


def test_while_all_is_well_nothing_differs(page: Page) -> None:
    open_lesson(page)
    expect(page.locator("#belief-say")).to_have_text("What etcd says is what the machines do.")
    expect(page.locator("#differs tr")).to_have_count(0)
