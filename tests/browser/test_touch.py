"""A phone under a finger: a tap kills, a line drawn across a route cuts it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import names, pod, wait_for_running


@pytest.fixture
def phone(stranger: Callable[..., Page]) -> Page:
    """Free play on a phone."""
    page = stranger(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto("/play/?fresh=1")
    wait_for_running(page, "web", 3)
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    return page


def drag(page: Page, points: list[tuple[float, float]]) -> None:
    """One finger along these points."""
    finger = page.context.new_cdp_session(page)
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(points) - 1)], points, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_tap_kills_a_pod(phone: Page) -> None:
    victim = names(phone)[0]
    pod(phone, victim).scroll_into_view_if_needed()
    pod(phone, victim).tap()
    expect(phone.locator(".toast.did")).to_contain_text(f"{victim} is asked to go")
    expect(pod(phone, victim)).to_have_count(0, timeout=60_000)
    wait_for_running(phone, "web", 3)


def test_a_line_drawn_by_a_finger_across_a_route_cuts_it(phone: Page) -> None:
    phone.locator("[data-open-drawer]").tap()
    phone.locator("#tools [data-tool=cut]").tap()
    head = phone.locator('#picture [data-node="worker-1"]').bounding_box()
    assert head
    y = head["y"] - 8
    drag(phone, [(head["x"] + step, y) for step in (2, 12, 24, 40, 60)])
    expect(phone.locator(".toast.did")).to_contain_text("no longer hear each other")
