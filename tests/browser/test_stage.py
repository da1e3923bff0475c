"""The stage under a person's hands: one number in three places, the same in words, the layers, the inspector, the keys."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import names, open_lesson, pod, pods, wait_for_running


def full_speed(page: Page) -> None:
    """Leave slow motion: here nobody has to see each hop."""
    page.locator("#speed").fill("5")


def is_live(page: Page) -> None:
    """Wait until the page hears its cluster."""
    expect(page.locator("html")).to_have_attribute("data-connection", "open")


@pytest.fixture
def killed(page: Page) -> Page:
    """A page on which a pod was killed and replaced."""
    open_lesson(page)
    page.locator("#speed").fill("4")
    pod(page, names(page)[0]).click()
    expect(page.locator("#chain > li").nth(8)).to_be_visible()
    wait_for_running(page, "web", 3)
    return page


def test_a_number_lights_up_in_the_list_on_its_route_and_on_the_timeline(killed):
    line = killed.locator("#chain > li").nth(1)
    span = line.get_attribute("data-span")
    line.scroll_into_view_if_needed()
    line.hover()
    lit = killed.locator(f'.hot:is([data-span="{span}"], [data-of="{span}"])')
    expect(killed.locator(f'#lanes .hot[data-of="{span}"]')).to_have_count(1)
    expect(line).to_have_class(re.compile("hot"))
    assert lit.count() >= 2
    killed.mouse.move(5, 5)
    expect(lit).to_have_count(0)


def test_the_text_twin_says_the_same_in_tables_and_is_remembered(killed):
    killed.locator("[data-show-reading=text]").click()
    for name in names(killed):
        row = killed.locator("#twin-pods tr", has_text=name)
        expect(row).to_contain_text("Running")
    expect(killed.locator("#picture")).to_be_hidden()
    killed.reload()
    expect(killed.locator("#twin-pods tr").first).to_be_visible()
    killed.locator("[data-show-reading=picture]").click()
    expect(killed.locator("#picture")).to_be_visible()


def test_the_layers_show_who_owns_whom(killed):
    killed.locator("[data-show-view=layers]").click()
    expect(killed.locator("#layers .top")).to_have_count(1)
    expect(killed.locator("#layers .mid")).to_contain_text("wants 3, has 3")
    expect(killed.locator("#owns path.own.new")).to_have_count(1 + 3)


def test_a_replicaset_is_scaled_from_the_inspector_and_its_deployment_scales_it_back(killed):
    full_speed(killed)
    killed.locator("[data-show-view=layers]").click()
    killed.locator("#layers .mid .t").first.click()
    inspector = killed.locator("#inspector")
    expect(inspector).to_contain_text("It keeps 3 pods equal to its template")
    inspector.locator("input[name=replicas]").fill("5")
    inspector.get_by_role("button", name="Scale").click()
    expect(killed.locator("#chain")).to_contain_text(re.compile("You (scale|change) replicaset"))
    expect(killed.locator("#typed-box")).to_contain_text(re.compile("kubectl scale replicaset/web-\\S+ --replicas=5"))
    expect(killed.locator("#layers .mid")).to_contain_text("wants 3, has 3", timeout=30_000)


def test_a_stopped_controller_manager_heals_nothing_and_started_again_catches_up(page):
    open_lesson(page)
    full_speed(page)
    page.keyboard.press("i")
    page.locator(".part.cm").click()
    page.locator("#inspector").get_by_role("button", name="Stop").click()
    expect(page.locator(".part.cm")).to_have_attribute("data-state", "stopped")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    pod(page, names(page)[0]).click()
    expect(pods(page)).to_have_count(2)
    page.keyboard.press("i")
    page.locator(".part.cm").click()
    page.locator("#inspector").get_by_role("button", name="Start").click()
    wait_for_running(page, "web", 3)


def test_arrows_go_to_the_neighbour_in_the_room(page):
    open_lesson(page)
    is_live(page)
    first = page.locator("#bays-node-worker-2 [data-pod]").first
    first.focus()
    page.keyboard.press("ArrowRight")
    where = "document.activeElement.dataset"
    assert page.evaluate(f"{where}.col") == "2"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(f"{where}.col") == "1"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(f"{where}.part") is not None


def test_the_keys_are_on_a_sheet_and_the_colours_are_remembered(page):
    open_lesson(page)
    is_live(page)
    page.keyboard.press("?")
    sheet = page.locator("#keys")
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Dark").click()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_pause_stands_and_undo_goes_back(killed):
    killed.locator("#play-pause").click()
    expect(killed.locator("html")).to_have_attribute("data-mode", "paused")
    expect(killed.locator("#undo")).to_contain_text("Undo kill")
    now = names(killed)
    killed.locator("#undo").click()
    expect(killed.locator("#chain > li")).to_have_count(0)
    assert names(killed) != now
    killed.locator("#play-pause").click()
    expect(killed.locator("html")).to_have_attribute("data-mode", "running")


def test_a_frame_keeps_the_focus_where_it_is(page):
    open_lesson(page)
    page.locator("#speed").fill("4")
    name = names(page)[0]
    pod(page, name).focus()
    page.keyboard.press("Delete")
    expect(pod(page, name)).to_have_attribute("data-status", "Terminating")
    expect(pod(page, name)).to_be_focused()


def test_a_phone_has_the_list_and_the_inspector_in_its_sheet(stranger):
    phone = stranger(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.goto("/lessons/kill-a-pod/")
    is_live(phone)
    phone.locator("#tools [data-tool=inspect]").tap()
    pod(phone, names(phone)[0]).tap()
    expect(phone.locator("#inspector")).to_be_visible()
    expect(phone.locator("#inspector")).to_contain_text(names(phone)[0])
    phone.get_by_role("tab", name=re.compile("What happened")).tap()
    expect(phone.locator("#why")).to_be_visible()
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width == 390
