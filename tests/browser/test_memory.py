"""The Memory view by mouse and by keyboard: it follows the cluster, and what is open, typed or in focus stays."""

import re

from playwright.sync_api import expect

from tests.browser.lesson_page import names, open_lesson, pod
from tests.browser.sights import memories, memory


def test_a_killed_pod_s_key_goes_before_ones_eyes_and_the_focus_stays(page):
    open_lesson(page)
    victim = names(page)[0]
    page.get_by_role("tab", name="Memory").click()
    place = page.locator("#remembered")
    key = place.locator(".key-rows tr", has_text=victim).get_by_role("button")
    expect(key).to_be_visible()
    page.get_by_role("tab", name="Cluster").click()
    pod(page, victim).click()
    page.get_by_role("tab", name="Memory").click()
    place.locator("#key-text").fill("pods/default")
    expect(place.locator(".key-rows tr.gone")).to_contain_text(victim, timeout=30_000)
    expect(place.locator("#key-text")).to_be_focused()
    expect(place.locator("#key-text")).to_have_value("pods/default")
    expect(place.locator(".key-rows tbody tr").filter(has_not_text="/registry/pods/default")).to_have_count(0)


def test_a_write_is_opened_by_keyboard_and_stays_open_while_the_cluster_goes_on(page):
    memory(page)
    revision = page.locator("#remembered h2 small").inner_text()
    page.locator("#remembered .key-rows tbody button").first.focus()
    page.keyboard.press("Enter")
    written = page.locator("#remembered :is(.opened, .aside) .say")
    expect(written).to_have_count(1)
    expect(written).not_to_contain_text("removed the key")  # another one than the sight has opened
    what = written.inner_text()
    expect(page.locator("#remembered h2 small")).not_to_have_text(revision, timeout=30_000)
    expect(written).to_have_text(what)


def test_the_member_without_power_lags_behind_and_catches_up(page):
    memories(page)
    stopped = page.locator('#remembered .logs th[data-role="stopped"]')
    expect(stopped).to_contain_text(re.compile(r"lacks \d+ entr"))
    page.locator("#undo").click()
    expect(page.locator('#remembered .logs th[data-role="stopped"]')).to_have_count(0, timeout=30_000)
    expect(page.locator('#remembered .logs [data-state="gap"]')).to_have_count(0, timeout=30_000)


def test_a_client_s_watches_unfold_and_a_name_is_inspected(page):
    memory(page)
    more = page.locator("#remembered .streams li", has_text="kube-controller-manager").get_by_role("button", name="more")
    more.click()
    expect(page.locator("#remembered .streams li", has_text="kube-controller-manager").locator(".chips > span").nth(10)).to_be_visible()
    page.keyboard.press("l")
    page.locator("#remembered .streams .who", has_text="worker-1/kubelet").click()
    expect(page.locator("#inspector").first).to_contain_text("kubelet")


def test_a_look_under_way_does_not_bring_back_what_was_chosen_before(page):
    memory(page)
    held = []
    page.route("**/memory/?*", lambda route: held.append(route) if "text=" not in route.request.url else route.continue_())
    with page.expect_request(lambda request: "/memory/" in request.url):
        page.locator("#undo").focus()
    page.locator("#key-text").fill("pods/default")
    others = page.locator("#remembered .key-rows tbody tr").filter(has_not_text="/registry/pods/default")
    expect(others).to_have_count(0)
    with page.expect_response(lambda response: "/memory/" in response.url) as next_look:
        for route in held:
            route.continue_()
    assert "text=pods" in next_look.value.url
    expect(others).to_have_count(0)
