"""A rollout is plotted on the timeline while it happens: old, new and ready, by line and by word."""

from playwright.sync_api import Page, expect

from tests.browser.sights import rolled_out


def test_the_timeline_plots_a_rollout_until_the_next_act(page: Page) -> None:
    rolled_out(page)
    for kind in ("old", "new", "ready"):
        assert page.locator(f"#lanes .rollout path.{kind}").get_attribute("d").count("V") >= 3
    expect(page.locator("#lanes text", has_text="at most 4, 3 available")).to_have_count(1)
    page.keyboard.press("k")
    page.locator('#picture [data-pod="cache"]').click()
    expect(page.locator("#lanes .rollout")).to_have_count(0)
