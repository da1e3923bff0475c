"""A served house and a real browser: one of each per worker, a fresh context (a stranger's browser) per test.

Tests speak HTTP, sockets and the page only. The server's fixture is not called live_server: pytest-django takes that
name for its own, and under Playwright's synchronous API every test would die.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect, sync_playwright

from tests.browser.server import Server

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
PATIENCE = 15_000  # ms for what should take a tenth of a second: the machine may be busy


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running house."""
    server = Server(tmp_path_factory.mktemp("house"))
    yield server
    server.close()


def launch(playwright: Playwright, path: str | None) -> Browser:
    """Chromium in its sandbox; without where it cannot have one: it refuses root's pages, and many containers."""
    arguments = ["--disable-dev-shm-usage"]
    if os.geteuid() != 0:
        try:
            return playwright.chromium.launch(executable_path=path, args=arguments)
        except Error as error:
            if "sandbox" not in str(error).lower():
                raise
    return playwright.chromium.launch(executable_path=path, args=[*arguments, "--no-sandbox"])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    path = os.environ.get("PODIUM_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def stranger(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Makes a page of somebody else's browser: cookies of their own. Options are those of `browser.new_context`."""
    contexts: list[BrowserContext] = []

    def come(**options: object) -> Page:
        context = browser.new_context(base_url=server.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def page(stranger: Callable[..., Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in a fresh browser. What its console complains of fails the test."""
    page = stranger()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    allowed = request.node.get_closest_marker("console_errors")
    assert allowed or not complaints, complaints


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A house of the test's own, to kill and restart."""
    server = Server(tmp_path)
    yield server
    server.close()
