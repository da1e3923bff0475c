"""Three control planes under a person's hands: one loses power, another leads, and everything goes on."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def three(page: Page) -> Page:
    page.goto("/play/?scene=e-three-control-planes")
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    expect(page.locator('.member[data-role="leader"]')).to_have_count(1)
    page.locator("#speed").fill("7")
    return page


@pytest.mark.parametrize("keyboard", [False, True], ids=["by mouse", "by keyboard"])
def test_the_leader_loses_power_and_another_takes_over(three, keyboard):
    wing = three.locator('.wing:has(.member[data-role="leader"])')
    name = wing.get_attribute("data-node")
    old = three.locator(f'.wing[data-node="{name}"]')
    three.keyboard.press("p")
    if keyboard:
        old.locator(".room-name").focus()
        three.keyboard.press("Enter")
    else:
        old.locator(".room-name").click()
    expect(old).to_have_attribute("data-real", "off")
    expect(old.locator(".member i").first).to_have_text(re.compile("^was term"))
    leads = three.locator(f'.wing:not([data-node="{name}"]) .member[data-role="leader"]')
    expect(leads).to_have_count(1)
    expect(three.locator("#quorum")).to_contain_text("2 of 3, quorum holds")
    expect(three.locator("#chain")).to_contain_text("asks for votes")
    expect(three.locator('.seat[data-leads="1"]')).to_have_count(2, timeout=30_000)
