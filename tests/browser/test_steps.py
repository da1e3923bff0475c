"""A line of 'What just happened' opens by mouse and by keyboard: the message, the change, the rule, the file."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sights import after_a_kill


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_line_opens_and_closes(page: Page, by: str) -> None:
    after_a_kill(page)
    line = page.locator("#chain > li", has_text="writes into etcd that it must go")
    button = line.get_by_role("button")

    def use() -> None:
        if by == "mouse":
            button.click()
        else:
            button.focus()
            page.keyboard.press("Enter")

    use()
    expect(button).to_have_attribute("aria-expanded", "true")
    step = line.locator(".step")
    expect(step.locator("dl")).to_contain_text("stored, revision")
    expect(step.locator(".diff [data-kind=new]", has_text="deletionTimestamp")).to_have_count(1)
    expect(step.locator(".rule")).to_contain_text("Deleting a pod begins with a date")
    expect(step.get_by_role("link")).to_have_attribute("href", re.compile("/source/cluster_sim/apiserver/verbs/delete.py"))
    use()
    expect(step).to_be_hidden()


def test_the_schedulers_line_has_its_table_and_stays_open_while_the_cluster_goes_on(page: Page) -> None:
    after_a_kill(page)
    line = page.locator("#chain > li", has_text="Scheduler finds a pod")
    line.get_by_role("button").click()
    expect(line.locator(".score tr.chosen")).to_have_count(1)
    page.keyboard.press("n")
    expect(line.locator(".score tr.chosen")).to_be_attached()
    line.locator(".step [data-of]").first.hover()
    expect(page.locator("#chain > li.hot")).not_to_have_count(0)


def test_anything_inspected_has_its_chain_and_its_lines_open_too(page: Page) -> None:
    after_a_kill(page)
    page.keyboard.press("i")
    page.locator('#picture [data-pod^="web-"]').last.click()
    around = page.locator("#inspector .around")
    expect(around).to_contain_text("About it")
    line = around.get_by_role("button").first
    line.focus()
    page.keyboard.press("Enter")
    expect(around.locator(".step dl").first).to_be_visible()
    page.keyboard.press("n")
    expect(around.locator(".step dl").first).to_be_visible()
