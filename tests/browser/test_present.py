"""One presents, three follow: all see the same kill, and who only watches changes nothing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lesson_page import names, open_lesson, pod, wait_for_running


def present(page):
    """Start presenting; → the six characters of the code."""
    page.get_by_role("button", name=re.compile("Present", re.IGNORECASE)).first.click()
    chip = page.locator("[data-code]").first
    expect(chip).to_be_visible()
    return re.sub(r"\s", "", chip.get_attribute("data-code") or "")


def join(page, code):
    """Join a class as a student does: by the code."""
    page.goto("/join/")
    page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(code)
    page.get_by_role("main").get_by_role("button", name=re.compile("Join|Watch", re.IGNORECASE)).click()
    wait_for_running(page, "web", 3)
    expect(page.locator("html")).to_have_attribute("data-mode", "running")  # the socket has brought its first frame


def test_three_followers_see_the_presenters_kill_and_how_many_they_are(page, stranger):
    open_lesson(page)
    code = present(page)
    assert re.fullmatch("[A-HJKMNP-Z2-9]{6}", code)
    followers = [stranger() for _ in range(3)]
    for follower in followers:
        join(follower, code)
    for each in (page, *followers):
        expect(each.locator("[data-followers]").first).to_contain_text("3", timeout=15_000)

    victim = names(page)[0]
    assert all(sorted(names(follower)) == sorted(names(page)) for follower in followers)
    pod(page, victim).click()
    for each in (page, *followers):
        expect(pod(each, victim)).to_have_count(0, timeout=45_000)
        wait_for_running(each, "web", 3)
    assert all(sorted(names(follower)) == sorted(names(page)) for follower in followers)


def test_a_followers_click_changes_nothing_and_says_why(page, stranger):
    open_lesson(page)
    follower = stranger()
    join(follower, present(page))
    victim = names(follower)[0]
    pod(follower, victim).click()
    expect(follower.locator("#toasts")).to_contain_text(re.compile("watching", re.IGNORECASE))
    wait_for_running(page, "web", 3)
    assert victim in names(page)


@pytest.mark.console_errors  # the page is a 404, and the browser says so
def test_a_code_that_nobody_presents_under_says_so(page):
    page.goto("/join/")
    page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill("ZZZ ZZZ")
    page.get_by_role("main").get_by_role("button", name=re.compile("Join|Watch", re.IGNORECASE)).click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("ZZZ ?ZZZ"))
