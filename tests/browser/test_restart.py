"""The server dies in the middle and comes back: browsers reconnect by themselves, the cluster is where it was."""

from playwright.sync_api import expect

from tests.browser.lesson_page import names, open_lesson, pod, wait_for_running


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
