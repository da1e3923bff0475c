"""Looking back by mouse and by keyboard: the whole page shows that moment; return, fork, a link for others."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import names, open_lesson, pod, wait_for_running
from tests.browser.test_present import join, present


@pytest.fixture
def killed(page: Page) -> Page:
    """A page on which a pod was killed and replaced."""
    open_lesson(page)
    page.victim = names(page)[0]  # type: ignore[attr-defined]
    pod(page, page.victim).click()  # type: ignore[attr-defined]
    expect(page.locator("#chain > li").nth(8)).to_be_visible()
    wait_for_running(page, "web", 3)
    expect(pod(page, page.victim)).to_have_count(0)  # type: ignore[attr-defined]
    return page


def back_to_the_kill(page: Page) -> None:
    """Drag the timeline back to the first step of the chain."""
    first = page.locator('#lanes .m[data-at]:has(text:text-is("1")) circle').first
    box = first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#then")).to_contain_text("You look at")


def test_dragged_back_the_page_shows_the_moment_and_return_leads_to_now(killed):
    back_to_the_kill(killed)
    expect(pod(killed, killed.victim)).to_have_count(1)
    expect(killed.locator("html")).to_have_attribute("data-mode", "past")
    pod(killed, killed.victim).click()
    expect(killed.locator(".toast").last).to_contain_text("You look at the past")
    killed.locator("#then").get_by_role("button", name="Return").click()
    expect(killed.locator("#then")).to_have_count(0)
    expect(pod(killed, killed.victim)).to_have_count(0)


def test_by_keyboard_alone_one_steps_back_and_returns(killed):
    killed.locator("#moment").focus()
    killed.keyboard.press("Home")
    expect(killed.locator("#then")).to_be_visible()
    expect(killed.locator("#moment")).to_have_attribute("aria-valuetext", re.compile("^You look at"))
    killed.keyboard.press("Escape")
    expect(killed.locator("#then")).to_have_count(0)
    killed.keyboard.press(",")
    expect(killed.locator("#then")).to_be_visible()


def test_a_fork_begins_at_the_moment_and_leads_back(killed):
    back_to_the_kill(killed)
    killed.locator("#then").get_by_role("button", name="Fork").click()
    expect(killed).to_have_url(re.compile("/clusters/"))
    expect(killed.locator("h1.what")).to_contain_text("Fork of")
    expect(pod(killed, killed.victim)).to_have_count(1)
    killed.get_by_role("link", name="Back to the cluster").click()
    expect(pod(killed, killed.victim)).to_have_count(0)


def test_a_link_opens_the_same_moment_for_anyone(killed, stranger):
    back_to_the_kill(killed)
    killed.locator(".transport [data-link]").click()
    told = killed.locator(".toast").last
    expect(told).to_contain_text("/m/")
    address = re.search(r"http\S+/m/\w+/", told.inner_text())[0]
    other = stranger()
    other.goto(address)
    expect(other.locator("html")).to_have_attribute("data-mode", "paused")
    expect(pod(other, killed.victim)).to_have_count(1)
    assert sorted(names(other)) == sorted(names(killed))


def test_loaded_again_in_the_past_the_page_is_still_there(killed):
    back_to_the_kill(killed)
    moment = killed.locator("#then").get_attribute("data-at")
    killed.reload()
    expect(killed.locator("#then")).to_have_attribute("data-at", moment)
    expect(killed.locator("html")).to_have_attribute("data-mode", "past")
    expect(pod(killed, killed.victim)).to_have_count(1)
    killed.locator("#then").get_by_role("button", name="Return").click()
    expect(pod(killed, killed.victim)).to_have_count(0)


def test_a_follower_sees_the_moment_the_presenter_looks_at_and_cannot_move_it(killed, stranger):
    code = present(killed)
    killed.keyboard.press("Escape")
    follower = stranger()
    join(follower, code)
    expect(pod(follower, killed.victim)).to_have_count(0)
    back_to_the_kill(killed)
    expect(follower.locator("#then")).to_contain_text("You look at")
    expect(pod(follower, killed.victim)).to_have_count(1)
    expect(follower.get_by_role("slider", name="Moment")).to_have_count(0)  # its timeline is a picture
    follower.keyboard.press(",")
    killed.locator("#then").get_by_role("button", name="Return").click()
    expect(follower.locator("#then")).to_have_count(0)
    expect(pod(follower, killed.victim)).to_have_count(0)


def test_the_inspector_follows_into_the_past_and_offers_no_acts_there(killed):
    back_to_the_kill(killed)
    killed.keyboard.press("i")
    pod(killed, killed.victim).click()
    inspector = killed.locator("#inspector")
    expect(inspector).to_contain_text(killed.victim)
    expect(inspector.locator('[data-op="kill"]')).to_have_count(0)
    killed.locator("#then").get_by_role("button", name="Return").click()
    expect(inspector).to_contain_text("no longer in the cluster")
