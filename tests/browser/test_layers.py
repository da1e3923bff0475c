"""The Layers view by mouse and by keyboard: every kind of owner, ties on pointing, pods collapsed, why a rollout waits."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sights import owners, rollout_waits, scene


@pytest.fixture
def layered(page: Page) -> Page:
    """The layers of every kind of owner, pods one by one."""
    page.set_viewport_size({"width": 1440, "height": 900})
    owners("one")(page)
    return page


def test_every_kind_of_owner_stands_over_its_own(layered):
    kinds = layered.locator("#layers .obj small").all_inner_texts()
    assert [kind.strip() for kind in kinds][:6] == ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob"]
    expect(layered.locator(".family[data-kind=pods] .alone")).to_have_text("no owner: nobody makes another")
    expect(layered.locator(".family[data-kind=statefulsets] .ordinals b")).to_have_text(["0", "1"])
    expect(layered.locator(".gov", has_text="PDB web")).to_contain_text("1 may be evicted now")


def test_what_is_pointed_at_or_has_the_focus_shows_its_ties(layered):
    pod = layered.locator("[data-layer-pod=store-0]")
    pod.hover()
    expect(layered.locator("#owns .sel")).to_have_count(2)  # to its owner and to its node
    expect(layered.locator(".slot.hot")).to_have_text("store-0")
    layered.locator("#layers .mid .t").first.focus()
    expect(layered.locator("#owns .sel")).to_have_count(1 + 3 + 3)  # its Deployment, its pods, their nodes
    layered.locator("#tools [data-tool=kill]").focus()
    layered.mouse.move(5, 5)
    expect(layered.locator("#owns .sel")).to_have_count(0)


def test_pods_collapse_to_counts_by_keyboard_and_come_back(layered):
    layered.locator("[data-show-pods=sum]").focus()
    layered.keyboard.press("Enter")
    expect(layered.locator("[data-layer-pod]").first).to_be_hidden()
    expect(layered.locator(".family[data-kind=daemonsets] .sum")).to_contain_text("3 Running")
    layered.locator("[data-show-pods=one]").focus()
    layered.keyboard.press("Enter")
    expect(layered.locator("[data-layer-pod]").first).to_be_visible()


def test_a_large_app_collapses_by_itself(page):
    scene("b-ten-workers")(page)
    page.locator("[data-show-view=layers]").click()
    expect(page.locator("[data-show-pods=sum]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#layers p.sum")).to_contain_text("24 Running")


def test_a_rollout_that_does_not_go_on_says_why(page):
    rollout_waits(page)
    waits = page.locator("#waits")
    expect(waits).to_contain_text("It can neither take an old pod nor add a new one")
    expect(waits.locator(".sums")).to_contain_text("available 3 − 1 < least 3")
    expect(page.locator("#layers .top").first).to_have_attribute("aria-label", re.compile("waits: (ErrImagePull|ImagePullBackOff)"))
    page.locator("[data-show-reading=text]").click()
    expect(page.locator("#twin-owners tr", has_text="web").first).to_contain_text(re.compile("ErrImagePull|ImagePullBackOff"))
    page.locator("[data-show-reading=picture]").click()
    waits.get_by_role("button", name="Deployment web").click()
    expect(page.locator("#inspector")).to_contain_text("It wants 3 pods of one template")


def test_on_a_phone_families_stand_under_each_other(stranger):
    phone = stranger(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    owners("one")(phone)
    expect(phone.locator("[data-layer-pod=store-0]")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert phone.evaluate("document.getElementById('layers').scrollWidth") <= 390
