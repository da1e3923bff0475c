"""What a person does on a lesson page, in words: find pods, kill one, wait until the cluster has healed."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

FAST = "7"  # the slider's place for 10×
HEALING = 45_000  # ms: slow motion shows each hop of the story for 0.6 s


def open_lesson(page: Page, slug: str = "kill-a-pod", slowly: bool = False) -> None:
    """Open a lesson on its cluster at rest; leave slow motion, unless the test is about it."""
    page.goto(f"/lessons/{slug}/")
    wait_for_running(page, "web", 3)
    expect(page.locator("html")).to_have_attribute("data-mode", "running")  # the socket has brought its first frame
    if not slowly:
        page.locator("#speed").fill(FAST)
        expect(page.locator("[data-speed]").first).to_have_text(re.compile("^10"))


def pods(page: Page, app: str = "web", status: str = "") -> Locator:
    """The pods of a Deployment on the stage (of one status)."""
    wanted = f'[data-status="{status}"]' if status else ""
    return page.locator(f'#picture [data-pod^="{app}-"]{wanted}')


def names(page: Page, app: str = "web") -> list[str]:
    """Their names, as they are now."""
    return [str(pod.get_attribute("data-pod")) for pod in pods(page, app).all()]


def wait_for_running(page: Page, app: str, count: int, timeout: int = HEALING) -> None:
    """Wait until exactly so many pods are there and all of them run."""
    expect(pods(page, app)).to_have_count(count, timeout=timeout)
    expect(pods(page, app, "Running")).to_have_count(count, timeout=timeout)


def pod(page: Page, name: str) -> Locator:
    """One pod of the stage."""
    return page.locator(f'#picture [data-pod="{name}"]')


def chain_texts(page: Page) -> list[str]:
    """The lines of 'What just happened'."""
    return page.locator("[data-span]").all_inner_texts()


def first_line_about(lines: list[str], who: str) -> int:
    """The place of the first line that names somebody; fails with the lines if nobody does."""
    for place, line in enumerate(lines):
        if re.search(who, line, re.IGNORECASE):
            return place
    raise AssertionError(f"nobody called {who!r} in {lines}")
