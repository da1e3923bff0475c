"""What there is to see: each page and each view of the stage, by name, and how a person gets there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.lesson_page import names, open_lesson, pod, wait_for_running

Sight = Callable[[Page], object]


def page_at(path: str) -> Sight:
    """A page that is there once it is loaded."""
    def go(page: Page) -> None:
        page.goto(path)
        expect(page.locator("main, #play").first).to_be_visible()
    return go


def scene(slug: str) -> Sight:
    """Free play on a scene, when its cluster answers."""
    def go(page: Page) -> None:
        page.goto(f"/play/?scene={slug}")
        expect(page.locator("html")).to_have_attribute("data-connection", "open")
    return go


def after_a_kill(page: Page) -> None:
    """The first lesson, after a pod was killed and replaced."""
    open_lesson(page)
    pod(page, names(page)[0]).click()
    expect(page.locator("#chain > li").nth(8)).to_be_attached()
    wait_for_running(page, "web", 3)


def opened_step(page: Page) -> None:
    """The scheduler's line of the chain, opened, and the one of a write."""
    after_a_kill(page)
    for text in ("writes into etcd that it must go", "Scheduler finds a pod"):
        page.locator("#chain > li", has_text=text).get_by_role("button").click()
    expect(page.locator("#chain .score tr.chosen")).to_be_attached()


def view(name: str) -> Sight:
    """Another view of the same."""
    def go(page: Page) -> None:
        after_a_kill(page)
        page.locator(f"[data-show-view={name}]").first.click()
    return go


def in_words(page: Page) -> None:
    """The text twin."""
    after_a_kill(page)
    page.evaluate("localStorage.setItem('podium-reading', 'text')")
    page.reload()
    expect(page.locator("#twin-pods tr").first).to_be_visible()


def inspected(page: Page) -> None:
    """A pod under the inspector."""
    open_lesson(page)
    page.keyboard.press("l")
    pod(page, names(page)[0]).click()
    expect(page.locator("#inspector").first).to_be_visible()


def keys(page: Page) -> None:
    """The sheet of keys."""
    open_lesson(page)
    page.keyboard.press("?")
    expect(page.locator("dialog[open]").first).to_be_visible()


def tool(key: str) -> Sight:
    """A tool's panel, opened by its key."""
    def go(page: Page) -> None:
        open_lesson(page)
        page.keyboard.press(key)
        expect(page.locator("#tool-panel h2, #tool-panel [id=panel-title]").first).to_be_visible()
    return go


def looked_back(page: Page) -> None:
    """A moment of the past, under its banner."""
    after_a_kill(page)
    page.locator("#moment").focus()
    page.keyboard.press("Home")
    expect(page.locator("#then")).to_be_visible()


def owners(pods: str) -> Sight:
    """Every kind of owner in the layers, its pods one by one or collapsed."""
    def go(page: Page) -> None:
        scene("f-every-owner")(page)
        page.locator("[data-show-view=layers]").click()
        page.locator(f"[data-show-pods={pods}]").click()
        expect(page.locator("#layers .obj.top")).to_have_count(5)
    return go


def rollout_waits(page: Page) -> None:
    """A rollout to an image that is nowhere, and why it does not go on."""
    owners("one")(page)
    page.locator("#layers .top .t").first.click()
    form = page.locator("#inspector form", has=page.locator("input[name=image]"))
    form.locator("input[name=image]").fill("nginx:none")
    form.get_by_role("button").click()
    page.keyboard.press("Escape")
    expect(page.locator("#waits")).to_contain_text("cannot fetch", timeout=60_000)


def one_off(page: Page) -> None:
    """Three control planes, of which one has lost power."""
    scene("e-three-control-planes")(page)
    page.keyboard.press("p")
    page.locator(".wing .room-name").first.click()
    expect(page.locator('.wing[data-real="off"]')).to_have_count(1)


def export(page: Page) -> None:
    """The export menu."""
    after_a_kill(page)
    page.get_by_role("button", name="Export").click()
    expect(page.locator("#export-menu")).to_be_visible()


def rolled_out(page: Page) -> None:
    """A rollout that is through, plotted on the timeline."""
    open_lesson(page)
    page.keyboard.press("s")
    form = page.locator('[data-workload="web"] form', has=page.locator("input[name=image]")).first
    form.locator("input[name=image]").fill("nginx:1.28")
    form.get_by_role("button").first.click()
    page.keyboard.press("Escape")
    expect(page.locator("#lanes text.new")).to_have_text("3 new", timeout=60_000)
    expect(page.locator("#lanes text.old")).to_have_text("0 old of web")


def lost(page: Page, how: str = "c") -> None:
    """A node is cut off (or without power), and the control plane has noticed; its pods are not given up yet."""
    open_lesson(page)
    page.keyboard.press(how)
    page.locator('.room[data-node="worker-3"] .room-name').click()
    if how == "c":
        page.locator("[data-cut-all]").click()
    page.locator("#speed").fill("8")
    expect(page.locator("#differs tr", has_text="evicted in").first).to_be_attached(timeout=60_000)
    page.locator("#speed").fill("4")
    page.keyboard.press("Escape")


def lost_as(name: str, how: str = "c") -> Sight:
    """The same, as it is believed or as it really is."""
    def go(page: Page) -> None:
        lost(page, how)
        page.get_by_role("button", name=name, exact=True).click()
    return go


def in_line(page: Page) -> list[WebSocketRoute]:
    """Somebody for whom there is no place yet; → the page's sockets, which nobody else serves."""
    sockets: list[WebSocketRoute] = []
    page.route_web_socket(re.compile("/ws/"), lambda socket: sockets.append(socket))  # noqa: PLW0108
    page.goto("/play/")
    expect(page.locator("html")).to_have_attribute("data-connection", "open")
    sockets[0].send(json.dumps({"t": "full", "place": 3}))
    expect(page.locator("#connection")).to_be_visible()
    return sockets


def line_lost(page: Page) -> None:
    """The line to the server is gone, and no server takes another."""
    lines: list[WebSocketRoute] = []

    def come(socket: WebSocketRoute) -> None:
        lines.append(socket)
        if len(lines) > 1:
            socket.close(code=1012)
            return
        server = socket.connect_to_server()
        server.on_message(socket.send)
        socket.on_message(server.send)

    page.route_web_socket(re.compile("/ws/"), come)
    open_lesson(page)
    lines[0].close(code=1012)
    expect(page.locator("#connection")).to_contain_text("Connection lost")


def put_away(page: Page) -> None:
    """A page whose cluster had to go, because its visitor opened ten others."""
    scene("a-three-workers")(page)
    for _ in range(10):
        assert page.context.request.get("/play/?scene=c-empty&fresh=1").ok
    expect(page.locator("html")).to_have_attribute("data-connection", "ended")


def what_was_kept(page: Page) -> None:
    """The page of a cluster that was put away."""
    put_away(page)
    page.locator("#connection").get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("This cluster was put away")


def without_script(page: Page) -> None:
    """The first lesson as a browser without script shows it; there axe, itself a script, could not look."""
    def bare(route: Route) -> None:
        response = route.fetch()
        body = re.sub(r"<script.*?</script>|</?noscript[^>]*>", "", response.text(), flags=re.DOTALL)
        route.fulfill(response=response, body=body)

    page.route("**/lessons/kill-a-pod/", bare)
    page.goto("/lessons/kill-a-pod/")
    expect(page.locator("#tools")).to_be_hidden()


def memory(page: Page) -> None:
    """What etcd remembers after a kill, with the write opened that was the last of the killed pod."""
    after_a_kill(page)
    page.get_by_role("tab", name="Memory").click()
    page.locator("#remembered .key-rows .gone button").first.click()
    expect(page.locator("#remembered .opened .diff")).to_be_visible()


def memories(page: Page) -> None:
    """The logs of three members, of which one has lost power and lags behind."""
    one_off(page)
    page.get_by_role("tab", name="Memory").click()
    expect(page.locator('#remembered .logs [data-state="gap"]').first).to_be_visible(timeout=30_000)


SERVICE = """{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}"""


def traffic(page: Page) -> None:
    """A client calls a Service, and where its packets go."""
    scene("f-every-owner")(page)
    page.keyboard.press("d")
    page.locator("#manifest").fill(SERVICE)
    page.locator("form.deploy").get_by_role("button", name="Deploy", exact=True).click()
    expect(page.locator("#applied")).to_contain_text("web")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.get_by_role("button", name="Start calling web").click()
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Traffic").click()
    expect(page.locator("#carried .callers .hops")).to_contain_text("answered", timeout=60_000)


SIGHTS: dict[str, Sight] = {
    "home": page_at("/"),
    "instructors": page_at("/instructors/"),
    "join": page_at("/join/"),
    "nothing-here": page_at("/lessons/no-such-lesson/"),
    "lesson": open_lesson,
    "after-a-kill": after_a_kill,
    "step": opened_step,
    "layers": view("layers"),
    "every-owner": owners("one"),
    "owners-collapsed": owners("sum"),
    "rollout-waits": rollout_waits,
    "traffic": traffic,
    "no-traffic": view("traffic"),
    "memory": memory,
    "memory-of-three": memories,
    "text": in_words,
    "inspector": inspected,
    "keys": keys,
    "deploy": tool("d"),
    "ten-workers": scene("b-ten-workers"),
    "three-control-planes": scene("e-three-control-planes"),
    "control-plane-off": one_off,
    "export": export,
    "rolled-out": rolled_out,
    "lost": lost,
    "lost-believed": lost_as("Believed", "p"),
    "lost-real": lost_as("Real", "p"),
    "past": looked_back,
    "empty": scene("c-empty"),
    "in-line": in_line,
    "line-lost": line_lost,
    "put-away": put_away,
    "what-was-kept": what_was_kept,
    "without-script": without_script,
}
