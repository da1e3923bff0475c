"""The main job: click a pod, watch the cluster heal, with the cause of every step."""

import re

from playwright.sync_api import expect

from tests.browser.lesson_page import chain_texts, first_line_about, names, open_lesson, pod, pods, wait_for_running


def test_the_home_page_leads_to_the_first_lesson(page):
    page.goto("/")
    page.get_by_role("link", name=re.compile("Start with lesson 1", re.IGNORECASE)).first.click()
    expect(page).to_have_url(re.compile("/lessons/kill-a-pod/$"))
    wait_for_running(page, "web", 3)


def test_a_click_kills_the_pod_for_both_browsers_and_a_replacement_runs_without_reload(page, stranger):
    open_lesson(page)
    before = names(page)
    link = page.locator("a[data-share]").first.get_attribute("href")
    other = stranger()
    other.goto(link)
    wait_for_running(other, "web", 3)
    assert sorted(names(other)) == sorted(before)
    for each in (page, other):
        each.evaluate("window.notReloaded = true")

    victim = before[0]
    pod(page, victim).click()
    for each in (page, other):
        expect(pod(each, victim)).to_have_count(0, timeout=45_000)
        wait_for_running(each, "web", 3)
        assert each.evaluate("window.notReloaded") is True

    new = set(names(page)) - set(before)
    assert len(new) == 1 and victim not in new
    assert sorted(names(other)) == sorted(names(page))


def test_the_list_names_everybody_in_causal_order_in_slow_motion(page):
    open_lesson(page, slowly=True)
    victim = names(page)[0]
    pod(page, victim).click()
    expect(pod(page, victim)).to_have_count(0, timeout=45_000)
    wait_for_running(page, "web", 3)
    lines = chain_texts(page)
    order = [first_line_about(lines, who) for who in
             ("^1?\\s*You", "API server", "ReplicaSet controller", "Scheduler", "runtime")]
    assert order == sorted(order)
    assert re.search("kubelet", " ".join(lines))
    assert re.search("etcd|rev \\d+", " ".join(lines))
    expect(page.get_by_text(f"kubectl delete pod {victim}")).to_be_visible()


def test_every_pod_is_a_button_that_says_its_name_and_status(page):
    open_lesson(page)
    for name in names(page):
        expect(page.get_by_role("button", name=re.compile(f"^Pod {name}, Running"))).to_be_visible()


def test_the_keyboard_kills_with_delete_and_with_enter(page):
    open_lesson(page)
    for key in ("Delete", "Enter"):
        victim = names(page)[0]
        pod(page, victim).focus()
        page.keyboard.press(key)
        expect(pod(page, victim)).to_have_count(0, timeout=45_000)
        wait_for_running(page, "web", 3)


def test_inspect_opens_details_and_kills_nothing(page):
    open_lesson(page)
    page.keyboard.press("i")
    name = names(page)[0]
    pod(page, name).click()
    expect(page.locator("#inspector")).to_contain_text(name)
    expect(pods(page, "web", "Running")).to_have_count(3)


def test_a_second_click_on_a_pod_that_is_gone_is_answered_and_the_cluster_goes_on(page):
    open_lesson(page)
    page.evaluate("""() => { const gone = document.querySelector('#picture [data-pod^="web-"]').cloneNode(true);
        gone.dataset.pod = 'web-gone-00000'; gone.dataset.uid = '00000000-0000-4000-8000-000000000000';
        gone.id = 'pod-gone'; document.querySelector('#rooms').prepend(gone); }""")
    page.locator("#pod-gone").click(force=True)
    expect(page.locator("#toasts")).to_contain_text("web-gone-00000 is already gone")
    page.evaluate("document.querySelector('#pod-gone').remove()")
    wait_for_running(page, "web", 3)
