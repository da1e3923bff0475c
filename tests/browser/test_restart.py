"""The server dies in the middle and comes back: browsers reconnect by themselves, the cluster is where it was."""

import re

from playwright.sync_api import expect

from tests.browser.lesson_page import names, open_lesson, pod, pods, wait_for_running


def test_after_a_kill_of_the_server_browsers_reconnect_and_nothing_is_lost(fresh_server, browser):
    context = browser.new_context(base_url=fresh_server.url)
    page = context.new_page()
    open_lesson(page)
    first = names(page)
    pod(page, first[0]).click()
    expect(pod(page, first[0])).to_have_count(0, timeout=45_000)
    wait_for_running(page, "web", 3)
    before = sorted(names(page))
    page.evaluate("window.notReloaded = true")

    fresh_server.kill()
    expect(page.locator("#connection")).to_be_visible()  # it says that the connection is lost, and when it tries again
    fresh_server.restart()
    expect(page.locator("#connection")).to_be_hidden(timeout=30_000)
    wait_for_running(page, "web", 3)
    assert sorted(names(page)) == before
    victim = before[0]
    pod(page, victim).click()  # and it lives on
    expect(pod(page, victim)).to_have_count(0, timeout=45_000)
    wait_for_running(page, "web", 3)
    assert page.evaluate("window.notReloaded") is True
    context.close()


def test_a_kill_of_a_pod_just_shown_by_a_server_that_is_dead_already_is_not_lost(fresh_server, browser):
    context = browser.new_context(base_url=fresh_server.url)
    page = context.new_page()
    open_lesson(page)
    first = names(page)
    pod(page, first[0]).click()
    newest = page.locator("#picture [data-pod^=web-]" + "".join(f":not([data-pod={name}])" for name in first))
    expect(newest).to_have_attribute("data-status", "Running")
    victim = newest.get_attribute("data-pod")

    fresh_server.kill()  # up to a second after its last mark: the disk may not know of that pod
    pod(page, victim).click()  # before the page says that the connection is lost, or just after
    fresh_server.restart()

    expect(page.locator("#connection")).to_be_hidden(timeout=30_000)
    expect(page.locator("#kubectl-text")).to_have_text(re.compile(victim), timeout=30_000)
    expect(pod(page, victim)).to_have_count(0, timeout=45_000)
    wait_for_running(page, "web", 3)
    expect(pod(page, victim)).to_have_count(0)
    expect(page.locator("#toasts")).to_be_empty()
    context.close()


def test_a_click_before_the_pages_script_has_come_is_not_lost(fresh_server, browser):
    context = browser.new_context(base_url=fresh_server.url)
    page = context.new_page()
    held = []
    page.route(re.compile(r"/js/stage[^/]*\.js"), lambda route: held.append(route))  # the page is there, its script is still on its way
    page.goto("/lessons/kill-a-pod/", wait_until="commit")
    victim = pods(page).first.get_attribute("data-pod")
    pod(page, victim).click()
    expect(pod(page, victim)).to_have_attribute("data-status", "Running")
    assert len(held) == 1

    held[0].continue_()

    expect(pod(page, victim)).not_to_have_attribute("data-status", "Running")
    expect(pod(page, victim)).to_have_count(0, timeout=60_000)
    context.close()


def test_a_server_that_dies_in_the_middle_of_a_kill_goes_on_with_it(fresh_server, browser):
    context = browser.new_context(base_url=fresh_server.url)
    page = context.new_page()
    open_lesson(page, slowly=True)
    victim = names(page)[0]
    pod(page, victim).click()
    expect(pod(page, victim)).not_to_have_attribute("data-status", "Running")

    fresh_server.restart()

    expect(pod(page, victim)).to_have_count(0, timeout=60_000)
    wait_for_running(page, "web", 3)
    context.close()
