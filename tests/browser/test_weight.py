"""What a first visit costs over the wire, and what a page can do when the network has gone."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import open_lesson
from tests.browser.server import Server

MOST = 250 * 1024  # bytes of a first lesson page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A house as `manage.py serve` opens it: static files compressed."""
    server = Server(tmp_path_factory.mktemp("served"), collected=True)
    yield server
    server.close()


def weigh(page: Page, address: str) -> dict[str, int]:
    """Open a page with an empty cache; → URL → bytes that came over the wire for it, headers included."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    urls: dict[str, str] = {}
    found: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["request"]["url"]

    def came(event: dict[str, Any]) -> None:
        url = urls.get(event["requestId"], "?")
        found[url] = found.get(url, 0) + int(event["encodedDataLength"])

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", came)
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    page.wait_for_load_state("networkidle")
    return found


def test_the_first_lesson_page_is_light_and_asks_nobody_else(page: Page, served: Server) -> None:
    found = weigh(page, f"{served.url}/lessons/kill-a-pod/")
    own = urlsplit(served.url).netloc
    assert [url for url in found if not url.startswith("data:") and urlsplit(url).netloc != own] == []
    assert sum(found.values()) <= MOST, "\n".join(f"{size:7} {url}" for url, size in sorted(found.items(), key=lambda item: -item[1]))


def test_with_the_network_gone_the_page_lacks_nothing_that_it_has_shown(page: Page) -> None:
    open_lesson(page)
    page.wait_for_load_state("networkidle")
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.context.set_offline(True)
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("?")
    page.locator("[data-show-view=layers]").first.click()
    expect(page.locator("#layers .top")).to_have_count(1)
    page.locator("[data-show-view=cluster]").first.click()
    page.locator("[data-show-belief=real]").click()
    expect(page.locator("#picture .pod").first).to_be_visible()
    assert [url for url in failed if "/ws/" not in url] == []
