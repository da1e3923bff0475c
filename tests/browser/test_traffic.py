"""The Traffic view under a person's hands: a client's requests, and the rules of one machine or another."""

from playwright.sync_api import expect

from tests.browser.sights import traffic


def test_where_a_client_s_packets_go_by_the_rules_of_any_machine(page):
    traffic(page)
    place = page.locator("#carried")
    expect(place.locator(".rule-rows tbody tr")).to_have_count(3)
    expect(place.locator(".rule-rows tbody td:nth-child(2)")).to_have_text(["1/3", "1/2", "1/1"])
    expect(place.locator(".hops li").last).to_contain_text("after")
    expect(place.locator(".callers .fare")).to_contain_text("% answered")
    place.get_by_role("button", name="worker-3").focus()
    page.keyboard.press("Enter")
    expect(place.locator(".rule-rows caption")).to_contain_text("worker-3")
    expect(place.get_by_role("button", name="worker-3")).to_be_focused()
    expect(place.locator("[aria-label^='Requests a second']")).to_be_visible(timeout=30_000)
