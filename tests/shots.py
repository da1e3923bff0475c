"""Pictures of every page and view, in each size and theme: `make shots` (or `python -m tests.shots [NAME …]`).

They go to `shots/`, to be looked at beside one another. A sight that cannot be reached is named, and ends the command
with an error.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.browser.conftest import PATIENCE, launch
from tests.browser.server import ROOT, Server
from tests.browser.sights import SIGHTS

SIZES = {"1440x900": (1440, 900), "1920x1080": (1920, 1080), "390x844": (390, 844)}
THEMES = ("light", "dark")
FOLDER = ROOT / "shots"


def take(browser: Browser, url: str, name: str, theme: str) -> list[str]:
    """One sight in one theme, in all sizes; → what went wrong."""
    wrong = []
    context = browser.new_context(base_url=url, color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    try:
        page.set_viewport_size({"width": 1440, "height": 900})
        SIGHTS[name](page)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function("document.fonts.ready.then(() => true)")
            page.screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")
    except (Error, AssertionError) as error:
        wrong.append(f"{name}, {theme}: {str(error).splitlines()[0]}")
    finally:
        context.close()
    return wrong


def main(wanted: list[str]) -> int:
    """Take them all (or those named); → how many could not be taken."""
    expect.set_options(timeout=PATIENCE)
    FOLDER.mkdir(exist_ok=True)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server, browser = Server(Path(data)), launch(playwright, os.environ.get("PODIUM_CHROMIUM"))
        try:
            for name in wanted or SIGHTS:
                for theme in THEMES:
                    wrong += take(browser, server.url, name, theme)
                print(name, flush=True)
        finally:
            browser.close()
            server.close()
    print(*wrong, sep="\n")
    return len(wrong)


if __name__ == "__main__":
    unknown = [name for name in sys.argv[1:] if name not in SIGHTS]
    sys.exit(f"There is no {', '.join(unknown)}. There are {', '.join(SIGHTS)}." if unknown else bool(main(sys.argv[1:])))
