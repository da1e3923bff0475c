"""The outline by keyboard and by mouse: one stop for Tab, arrows inside, and it stays open while the cluster goes on."""

from playwright.sync_api import Page, expect

from tests.browser.lesson_page import names, open_lesson


def in_words(page: Page) -> None:
    open_lesson(page)
    page.locator("[data-show-reading=text]").click()
    expect(page.locator("#outline [role=treeitem]").first).to_be_visible()


def test_by_keyboard_the_outline_is_one_stop_and_arrows_walk_in_it(page: Page) -> None:
    in_words(page)
    first = page.locator("#outline > [role=treeitem]").first
    first.focus()
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#o-workers")).to_be_focused()
    expect(page.locator('#outline [tabindex="0"]')).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#o-node-worker-1")).to_be_focused()
    pod = page.locator('#o-node-worker-1 [role=treeitem]:has(> .label[data-twin-pod^="web-"])')
    for _ in range(12):
        if pod.evaluate("(each) => each === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(pod).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#outline :focus")).to_contain_text("Container nginx")
    page.keyboard.press("ArrowLeft")
    expect(pod).to_be_focused()
    page.keyboard.press("i")
    page.keyboard.press("Enter")
    expect(page.locator("#inspector h2")).to_contain_text("web-")
    page.keyboard.press("Home")


def test_what_is_open_and_in_focus_stays_while_pods_come_and_go(page: Page) -> None:
    in_words(page)
    page.locator("#o-node-worker-2").focus()
    page.keyboard.press("ArrowLeft")
    victim = names(page)[0]
    page.locator("#twin-pods").get_by_role("button", name=victim).click()
    expect(page.locator("#twin-pods tr", has_text=victim)).to_have_count(0)
    expect(page.locator("#o-node-worker-2")).to_have_attribute("aria-expanded", "false")


def test_by_mouse_a_line_opens_and_a_name_is_used(page: Page) -> None:
    in_words(page)
    workers = page.locator("#o-workers")
    page.locator("#o-workers > .label").click()
    expect(workers).to_have_attribute("aria-expanded", "false")
    page.locator("#o-workers > .label").click()
    expect(workers).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("i")
    page.locator("#o-node-worker-1 > .label").click()
    expect(page.locator("#inspector h2")).to_contain_text("worker-1")
