"""What a page says when things are not as usual: too many viewers, a lost line, a restart, a cluster put away or empty,
no script; and what is kept then."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import names, open_lesson, pod, wait_for_running
from tests.browser.sights import in_line, line_lost, put_away, scene
from tests.browser.test_present import join, present


def test_who_comes_too_late_stands_in_line_and_comes_in_by_itself(page):
    sockets = in_line(page)
    banner = page.locator("#connection")
    expect(banner).to_contain_text("You are number 3 in line")
    expect(page.locator("#picture [data-pod]").first).to_be_visible()  # how it stood when the page was loaded
    sockets[0].send(json.dumps({"t": "full", "place": 1}))
    expect(banner).to_contain_text("number 1 in line")
    sockets[0].send(json.dumps({"t": "frame", "full": False, "clock": {"now": 50, "mode": "running", "speed": 1}}))
    expect(banner).to_be_hidden()


def test_a_lost_line_says_what_is_kept_and_counts_down(page):
    line_lost(page)
    banner = page.locator("#connection")
    expect(banner).to_contain_text("The cluster is kept, and so is your place")
    expect(banner.locator("b")).to_have_text(re.compile(r"^Next try in \d+ s\.|^Trying now"))
    pod(page, names(page)[0]).click()
    expect(banner.locator("b")).to_contain_text("What you did is kept and will be sent: 1.", timeout=20_000)


def test_a_line_that_is_dead_without_saying_so_is_found_out_and_nothing_is_lost(page):
    lines = []

    def come(socket):
        server = socket.connect_to_server()
        mine = {"dead": False}  # once it is, nothing gets through either way
        lines.append(mine)
        socket.on_close(lambda code, reason: socket.close(code=1012))
        server.on_message(lambda message: None if mine["dead"] else socket.send(message))
        socket.on_message(lambda message: None if mine["dead"] else server.send(message))

    page.route_web_socket(re.compile("/ws/"), come)
    open_lesson(page)
    victim = names(page)[0]
    lines[0]["dead"] = True
    pod(page, victim).click()
    expect(pod(page, victim)).to_have_count(0, timeout=60_000)  # found out after eight seconds, and sent again
    wait_for_running(page, "web", 3)
    assert len(lines) == 2


@pytest.mark.console_errors  # the socket that is refused while the server is away
def test_a_page_says_that_the_server_was_started_again(fresh_server, browser):
    context = browser.new_context(base_url=fresh_server.url)
    page = context.new_page()
    open_lesson(page)
    fresh_server.restart()
    expect(page.locator("#toasts")).to_contain_text("The server was started again", timeout=30_000)
    expect(page.locator("#connection")).to_be_hidden()
    context.close()


@pytest.mark.console_errors  # the page is a 410, and the browser says so
def test_a_cluster_that_was_put_away_goes_on_with_one_click(page):
    put_away(page)
    expect(page.locator("#connection")).to_contain_text("put away")
    expect(page.locator("#connection").get_by_role("link", name="Go on from its log")).to_be_visible()


def test_an_empty_cluster_says_so_and_what_to_do(page):
    scene("c-empty")(page)
    expect(page.locator(".no-rooms")).to_be_hidden()
    page.locator("[data-show-view=layers]").click()
    expect(page.locator("#layers .none")).to_contain_text("Nothing of yours is here")
    page.locator("[data-show-view=cluster]").click()
    page.locator("#rooms").evaluate("rooms => rooms.replaceChildren()")  # the last machine has left
    expect(page.locator(".no-rooms")).to_contain_text("No worker yet")


def test_without_script_the_page_can_be_read(stranger):
    page = stranger(java_script_enabled=False)
    page.goto("/lessons/kill-a-pod/")
    expect(page.locator(".noscript")).to_contain_text("needs JavaScript")
    expect(page.locator("#picture [data-pod]").first).to_be_visible()
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("#time")).to_be_hidden()
    page.get_by_role("button", name="Next").click()  # the lesson itself goes on
    expect(page.locator(".lesson h1, .lesson h2").first).to_be_visible()


def test_followers_go_along_when_the_presenter_starts_over(page: Page, stranger):
    open_lesson(page)
    code = present(page)
    page.keyboard.press("Escape")
    follower = stranger()
    join(follower, code)
    wall = page.context.new_page()
    wall.goto(f"/present/{page.locator('#play').get_attribute('data-cluster')}/")
    first = page.locator("#play").get_attribute("data-cluster")
    page.get_by_role("button", name="Start over").first.click()
    expect(page.locator("#play")).not_to_have_attribute("data-cluster", first)
    second = page.locator("#play").get_attribute("data-cluster")
    for each in (follower, wall):
        expect(each.locator("#play")).to_have_attribute("data-cluster", second)
        expect(each.locator("html")).to_have_attribute("data-connection", "open")
    assert f"/present/{second}/" in wall.url
    wait_for_running(page, "web", 3)
    victim = names(page)[0]
    pod(page, victim).click()
    expect(pod(follower, victim)).not_to_have_attribute("data-status", "Running")
    expect(page.locator(".code-chip").first).to_have_attribute("data-code", code)


def test_the_timeline_stays_and_tells_where_one_is(page):
    open_lesson(page)
    pod(page, names(page)[0]).click()
    expect(page.locator("#chain > li").nth(8)).to_be_visible()
    wait_for_running(page, "web", 3)
    now = page.locator("#lanes .head-line").get_attribute("d")
    first = page.locator('#lanes .m:has(text:text-is("3")) circle').first
    before = first.bounding_box()
    page.mouse.click(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    expect(page.locator("#lanes .m.later").first).to_be_visible()
    expect(page.locator("#lanes .now-line")).to_have_count(1)
    there = page.locator('#lanes .m:has(text:text-is("3")) circle').first.bounding_box()
    head = page.locator("#lanes .head-line").bounding_box()
    assert 0 < head["x"] - there["x"] < 40  # the head stands right behind the step
    page.keyboard.press("Escape")
    expect(page.locator("#then")).to_have_count(0)
    expect(page.locator("#lanes .head-line")).to_have_attribute("d", now)


def test_what_is_done_before_the_script_has_come_is_done_when_it_has(fresh_server, browser):
    context = browser.new_context(base_url=fresh_server.url)
    page = context.new_page()
    held = []
    page.route(re.compile(r"/js/stage[^/]*\.js"), lambda route: held.append(route))
    page.goto("/lessons/kill-a-pod/", wait_until="commit")
    page.locator("#speed").fill("6")
    page.keyboard.press("i")
    page.locator("[data-show-reading=text]").click()
    expect(page.locator("#twin")).to_be_hidden()
    held[0].continue_()
    expect(page.locator("#twin")).to_be_visible()
    expect(page.locator("#tools [data-tool=inspect]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-speed]").first).to_have_text("5×")
    context.close()
