"""The tools under a person's hands, each by mouse and by keyboard alone: what is on the screen afterwards."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lesson_page import names, pod, wait_for_running

LONG = 45_000
PROCESSES = ["master-1/etcd", "master-1/kube-apiserver", "master-1/kube-controller-manager", "master-1/kube-scheduler",
             "worker-1/kubelet", "worker-1/container-runtime", "worker-1/kube-proxy"]


@pytest.fixture
def playing(page: Page) -> Page:
    """Free play at ten times the speed."""
    page.goto("/play/?fresh=1")
    wait_for_running(page, "web", 3)
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    page.locator("#speed").fill("7")
    expect(page.locator("[data-speed]").first).to_have_text(re.compile("^10"))
    page.evaluate("document.activeElement.blur()")
    return page


def node(page: Page, name: str):
    return page.locator(f'#picture [data-node-name="{name}"]')


def room(page: Page, name: str):
    return page.locator(f'#picture [data-node="{name}"]')


def use(page: Page, key: str, thing, by: str) -> None:
    """Press a tool and use it on a thing: by mouse, or by keyboard alone."""
    if by == "mouse":
        page.locator(f'#tools [data-tool="{ {"k": "kill", "p": "power", "c": "cut", "i": "inspect"}[key]}"]').click()
        thing.click()
    else:
        page.keyboard.press(key)
        thing.focus()
        page.keyboard.press("Enter")


BOTH = pytest.mark.parametrize("by", ["mouse", "keyboard"])


@BOTH
def test_kill(playing: Page, by: str) -> None:
    victim = names(playing)[0]
    use(playing, "k", pod(playing, victim), by)
    expect(playing.locator(".toast.did")).to_contain_text(f"kubectl delete pod {victim}")
    expect(pod(playing, victim)).to_have_count(0, timeout=LONG)
    wait_for_running(playing, "web", 3)


@BOTH
def test_power_off_a_worker_and_on_again(playing: Page, by: str) -> None:
    use(playing, "p", node(playing, "worker-2"), by)
    expect(room(playing, "worker-2")).to_have_attribute("data-real", "off")
    expect(playing.locator(".toast.did")).to_contain_text("worker-2 is off")
    use(playing, "p", node(playing, "worker-2"), by)
    expect(room(playing, "worker-2")).not_to_have_attribute("data-real", "off")


@BOTH
def test_cut_a_worker_off_and_join_it_again(playing: Page, by: str) -> None:
    use(playing, "c", node(playing, "worker-3"), by)
    expect(playing.locator("#cut-hint")).to_contain_text("worker-3 is one side")
    if by == "mouse":
        playing.locator("[data-cut-all]").click()
    else:
        playing.keyboard.press("Enter")
    expect(room(playing, "worker-3")).to_have_attribute("data-real", "cut")
    playing.keyboard.press("b")
    broken = playing.locator("#broken-now")
    expect(broken).to_contain_text("cut worker-3")
    repair = broken.get_by_role("button", name="Repair")
    if by == "mouse":
        repair.click()
    else:
        repair.focus()
        playing.keyboard.press("Enter")
    expect(broken).to_contain_text("Nothing")
    expect(room(playing, "worker-3")).not_to_have_attribute("data-real", "cut")


def test_a_line_across_a_route_cuts_it(playing: Page) -> None:
    playing.keyboard.press("c")
    kubelet = playing.locator('#picture [data-part="worker-3/kubelet"]').bounding_box()
    head = room(playing, "worker-3").bounding_box()
    assert kubelet and head
    y = head["y"] - 8
    playing.mouse.move(head["x"] - 6, y)
    playing.mouse.down()
    playing.mouse.move(head["x"] + 40, y, steps=4)
    playing.mouse.move(head["x"] + head["width"] * 0.3, y, steps=4)
    playing.mouse.up()
    expect(playing.locator(".toast.did")).to_contain_text("no longer hear each other")


@BOTH
@pytest.mark.parametrize("part", PROCESSES)
def test_stop_a_process_and_start_it_again(playing: Page, part: str, by: str) -> None:
    thing = playing.locator(f'#picture [data-part="{part}"]')
    use(playing, "p", thing, by)
    expect(thing).to_have_attribute("data-state", "stopped")
    use(playing, "p", thing, by)
    expect(thing).not_to_have_attribute("data-state", "stopped")


@BOTH
def test_drain_a_worker(playing: Page, by: str) -> None:
    playing.keyboard.press("a")
    drain = playing.get_by_role("button", name="Drain worker-1")
    if by == "mouse":
        drain.click()
    else:
        drain.focus()
        playing.keyboard.press("Enter")
    expect(room(playing, "worker-1")).to_have_attribute("data-cordoned", "1")
    expect(playing.locator("#toasts")).to_contain_text("worker-1 is drained", timeout=LONG)
    expect(playing.locator('#bays-node-worker-1 [data-pod^="web-"]')).to_have_count(0, timeout=LONG)
    wait_for_running(playing, "web", 3)


@BOTH
def test_scale_and_roll_out_and_back(playing: Page, by: str) -> None:
    playing.keyboard.press("s")
    web = playing.locator('[data-workload="web"]')
    more = web.get_by_role("button", name="One more web")
    more.click() if by == "mouse" else (more.focus(), playing.keyboard.press("Enter"))
    wait_for_running(playing, "web", 4)
    old = names(playing)
    image = web.locator("input[name=image]")
    image.fill("nginx:1.28")
    web.get_by_role("button", name="Set image").click() if by == "mouse" else image.press("Enter")
    back = web.get_by_role("button", name="Back to revision 1")
    expect(back).to_be_visible()
    wait_for_running(playing, "web", 4)
    expect(pod(playing, old[0])).to_have_count(0, timeout=LONG)
    back.click() if by == "mouse" else (back.focus(), playing.keyboard.press("Enter"))
    expect(playing.locator("#typed-box")).to_contain_text("kubectl rollout undo deployment/web")
    expect(image).to_have_value("nginx:1.29")


@BOTH
def test_add_a_worker_and_remove_it(playing: Page, by: str) -> None:
    playing.keyboard.press("a")
    add = playing.get_by_role("button", name="Add it")
    expect(add).to_be_visible()
    if by == "mouse":
        add.click()
    else:
        playing.locator('#tool-panel input[name="option.name"]').focus()
        playing.keyboard.press("Enter")
    expect(room(playing, "worker-4")).to_be_visible(timeout=LONG)
    expect(room(playing, "worker-4")).to_contain_text("Ready", timeout=LONG)
    remove = playing.get_by_role("button", name="Remove worker-4")
    remove.click() if by == "mouse" else (remove.focus(), playing.keyboard.press("Enter"))
    expect(room(playing, "worker-4")).to_have_count(0, timeout=LONG)


def test_add_a_master_says_what_is_missing_or_joins(playing: Page) -> None:
    playing.keyboard.press("a")
    playing.get_by_label("One more of the control plane").check()
    playing.get_by_role("button", name="Add it").click()
    expect(playing.locator("#toasts")).to_contain_text("controlPlaneEndpoint")


def test_deploy_from_the_gallery_and_hear_of_bad_yaml(playing: Page) -> None:
    playing.keyboard.press("d")
    playing.get_by_role("button", name=re.compile("^Deployment three pods")).click()
    playing.locator("#tool-panel").get_by_role("button", name="Deploy", exact=True).click()
    expect(playing.locator("#applied")).to_contain_text("deployment.apps/hello created")
    wait_for_running(playing, "hello", 3)
    playing.locator("#manifest").fill("kind: [")
    playing.locator("#tool-panel").get_by_role("button", name="Dry run").click()
    expect(playing.locator("#applied")).to_contain_text(re.compile("Line \\d"))


def test_traffic_is_started_counted_and_stopped(playing: Page) -> None:
    playing.keyboard.press("t")
    playing.get_by_role("button", name="Start calling web").click()
    expect(playing.locator("#tool-panel")).to_contain_text("100.0 % answered well", timeout=LONG)
    playing.get_by_role("button", name="Stop traffic-web").click()
    expect(playing.locator("#tool-panel")).to_contain_text("Nobody calls yet", timeout=LONG)


def test_find_goes_to_a_thing_and_escape_comes_back(playing: Page) -> None:
    name = names(playing)[0]
    playing.keyboard.press("/")
    playing.keyboard.type(name)
    playing.keyboard.press("Enter")
    expect(pod(playing, name)).to_be_focused()
    expect(playing.locator("#inspector")).to_contain_text(name)
    playing.keyboard.press("Escape")
    expect(playing.locator("#inspector")).to_be_hidden()
    expect(pod(playing, name)).to_be_focused()
    playing.keyboard.press("/")
    playing.keyboard.type("-nothing-like-it")
    expect(playing.locator("#found")).to_contain_text("Nothing is called")


def test_the_inspector_follows_what_changes(playing: Page) -> None:
    name = names(playing)[0]
    use(playing, "i", pod(playing, name), "mouse")
    expect(playing.locator("#inspector")).to_contain_text("Running")
    pod(playing, name).focus()
    playing.keyboard.press("Delete")
    expect(playing.locator("#inspector")).to_contain_text(re.compile("Terminating|no longer in the cluster"))


def test_a_phone_has_a_drawer_of_tools(stranger) -> None:
    phone = stranger(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.goto("/play/?fresh=1")
    expect(phone.locator("html")).to_have_attribute("data-connection", "open")
    phone.locator("[data-open-drawer]").tap()
    phone.locator("#tools [data-tool=power]").tap()
    node(phone, "worker-1").tap()
    expect(room(phone, "worker-1")).to_have_attribute("data-real", "off")
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_one_more_control_plane_joins_where_there_is_a_stable_address(page: Page) -> None:
    page.goto("/play/?scene=d-ready-to-grow&fresh=1")
    wait_for_running(page, "web", 3)
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    page.locator("#speed").fill("7")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("a")
    page.get_by_label("One more of the control plane").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("button", name="Remove master-2")).to_be_visible(timeout=LONG)
    expect(page.locator("#tool-panel .steps")).to_have_count(0, timeout=LONG)
    expect(page.get_by_role("article", name="Node master-2, Ready")).to_be_attached()
    expect(page.locator(".wing .member")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.locator(".wing")).to_have_count(0)
    expect(page.locator("#memory .etcd")).to_be_visible()
