"""Every page and view, in light and in dark, against the rules of axe (WCAG A and AA): names, roles, contrast, targets."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.sights import SIGHTS

OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.mark.console_errors  # a page that is not there says so in the console
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SIGHTS)
def test_axe_finds_nothing(page, name, theme):
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    SIGHTS[name](page)
    found = Axe().run(page, options=OPTIONS).response["violations"]
    told = [f"{each['id']}: {node['target'][0]}: {node['any'][0]['message'] if node['any'] else node['html'][:120]}"
            for each in found for node in each["nodes"][:4]]
    assert told == []
