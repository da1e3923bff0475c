"""From a span to what a page shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from lessons.stage import sentences
from lessons.stage.names import kubectl_name
from lessons.stage.routes import kind_of, node_of
from lessons.stage.steps import rules, scores
from lessons.stage.steps.difference import Line, difference

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ASKED = 400  # spans looked at for an answer, or for the write that belongs to a message
NEXT_SHOWN = 6
TABLES = ("phrases.py", "user.py", "faults.py")  # tables of words: the file that acts is another
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
NAMES = {"user": "You", "kube-apiserver": "API server", "etcd": "etcd", "kube-scheduler": "scheduler",
         "kube-controller-manager": "controller manager", "container-runtime": "container runtime", "registry": "image registry",
         "load-balancer": "load balancer"}
FORGOTTEN = "etcd has compacted this revision: it keeps a few minutes of history. Look back at this moment to see it again."


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A step before or after; `n` is its number if it has one on the page."""

    span: int
    n: str
    html: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a step shows when it is opened. Empty where there is nothing to say."""

    span: int
    html: str
    time: str
    message: tuple[tuple[str, str], ...]  # (what, in the machine's words)
    about: str  # the object, as kubectl names it
    change: str  # what became of it
    lines: tuple[Line, ...]
    forgotten: str
    rule: str
    rows: tuple[scores.Row, ...]
    file: str
    before: Neighbour | None
    after: tuple[Neighbour, ...]
    began: str  # the root, where it is neither this step nor the one before


def describe(cluster: Any, span_id: int, numbers: Mapping[int, int], names: Mapping[str, str]) -> Step | None:
    """Everything about a step; None when the trace no longer has it. `numbers` are those of the chain on the page."""
    spans = {span.id: span for span in cluster.chain(span_id)}
    span = spans.get(span_id)
    if span is None:
        return None
    led_to = _children(spans.values())
    write = _write(span, spans, led_to)
    about, change, lines, forgotten = _object(cluster, write)
    rows, say = scores.table(span.detail) if isinstance(span.detail, dict) and "fit" in span.detail else ((), "")

    def neighbour(other: Any) -> Neighbour:
        return Neighbour(other.id, str(numbers.get(other.id, "")), sentences.marked(other.text, names))

    above = told_before(span, spans)
    root = _root(span, spans)
    return Step(
        span=span.id,
        html=sentences.marked(span.text, names),
        time=f"{span.time:.3f} s",
        message=_message(span, spans, led_to),
        about=about,
        change=change,
        lines=lines,
        forgotten=forgotten,
        rule=say or rules.in_words(span),
        rows=rows,
        file=_file(span, spans),
        before=neighbour(above) if above is not None else None,
        after=tuple(neighbour(each) for each in told_after(span, led_to)[:NEXT_SHOWN]),
        began="" if root is span or root is above else sentences.marked(root.text, names),
    )


def part_name(part: str) -> str:
    """A part as a reader knows it: 'kubelet on worker-1'."""
    kind, node = kind_of(part), node_of(part)
    if kind == "user":
        user = part.partition("/")[2]
        return "You" if user == "admin" else f"You, as {user}"
    name = NAMES.get(kind, kind)
    return f"{name} on {node}" if node and kind not in ("pod",) else part if kind == "pod" else name


def _children(spans: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for span in spans:
        for cause in (span.cause, *span.also):
            if cause is not None:
                found.setdefault(cause, []).append(span)
    return found


def _message(span: Any, spans: Mapping[int, Any], led_to: Mapping[int, list[Any]]) -> tuple[tuple[str, str], ...]:
    """From, to, what was sent, and what was answered."""
    if span.source == span.target:
        return (("In", part_name(span.source)), ("Does", f"{span.verb} {span.subject}".strip()))
    rows = [("From", part_name(span.source)), ("To", part_name(span.target))]
    if span.verb in METHODS:
        rows.append(("Sends", f"{span.verb} {span.args.get('path') or span.subject}"))
        answer = _answer(span, led_to)
        rows.append(("Answer", _code(answer.subject) if answer else "none yet"))
    elif span.verb == "watch":
        rows.append(("Sends", f"watch event {span.subject}: it had asked to hear of every change"))
    else:
        rows.append(("Sends", f"{span.verb} {span.subject}".strip()))
        if span.revision:
            rows.append(("Answer", f"stored, revision {span.revision}"))
    request = _request_of(span, spans)
    if request is not None and request is not span and kind_of(span.target) == "etcd":
        rows.append(("For", f"{part_name(request.source)}: {request.verb} {request.args.get('path') or request.subject}"))
    if span.lands is None:
        rows.append(("Lost", "It never arrived: nothing got through at that moment."))
    else:
        rows.append(("On its way", f"{(span.lands - span.time) * 1000:.1f} ms"))
    return tuple(rows)


CODES = {"200": "200 OK", "201": "201 Created", "202": "202 Accepted", "400": "400 Bad Request", "401": "401 Unauthorized",
         "403": "403 Forbidden", "404": "404 Not Found", "409": "409 Conflict", "422": "422 Invalid",
         "429": "429 Too Many Requests", "500": "500 Internal Error", "503": "503 Unavailable", "504": "504 Timeout"}


def _code(code: str) -> str:
    return CODES.get(code, code)


def _answer(request: Any, led_to: Mapping[int, list[Any]]) -> Any:
    """The first response to who asked, of all that the request led to."""
    queue, seen = [request], {request.id}
    for each in queue:
        for child in led_to.get(each.id, ()):
            if child.verb == "response" and child.target == request.source:
                return child
            if child.id not in seen and len(seen) < ASKED:
                seen.add(child.id)
                queue.append(child)
    return None


def _request_of(span: Any, spans: Mapping[int, Any]) -> Any:
    """The nearest request on the way back."""
    for _ in range(ASKED):
        if span is None or span.verb in METHODS:
            return span
        span = spans.get(span.cause)
    return None


def _write(span: Any, spans: Mapping[int, Any], led_to: Mapping[int, list[Any]]) -> Any:
    """The write into etcd that a step is, asks for or hears of; None if it has none."""
    if span.revision and span.subject.startswith("/registry/"):
        return span
    if span.verb in METHODS:
        queue, seen = [span], {span.id}
        for each in queue:
            for child in led_to.get(each.id, ()):
                if child.revision and child.subject.startswith("/registry/"):
                    return child
                if kind_of(child.source) in ("kube-apiserver", "etcd") and child.verb not in ("watch", "response", *METHODS) and (
                        child.id not in seen and len(seen) < ASKED):
                    seen.add(child.id)
                    queue.append(child)
        return None
    if span.verb == "watch":
        above = spans.get(span.cause)
        return above if above is not None and above.revision and above.subject.startswith("/registry/") else None
    return None


def _object(cluster: Any, write: Any) -> tuple[str, str, tuple[Line, ...], str]:
    if write is None:
        return "", "", (), ""
    about = kubectl_name(write.subject)
    found = cluster.written(write.revision)
    if found is None or found[0] != write.subject:
        return about, f"written as revision {write.revision}", (), FORGOTTEN
    _, before, after = found
    word = "is new" if before is None else "is taken out of etcd" if after is None else "changes"
    return about, f"{word}, revision {write.revision}", difference(before, after), ""


def told_before(span: Any, spans: Mapping[int, Any]) -> Any:
    """The nearest step of the story that led here."""
    queue, seen = [span], {span.id}
    for each in queue:
        for cause in (each.cause, *each.also):
            above = spans.get(cause)
            if above is None or above.id in seen or len(seen) > ASKED:
                continue
            if above.level == "story":
                return above
            seen.add(above.id)
            queue.append(above)
    return None


def told_after(span: Any, led_to: Mapping[int, list[Any]]) -> list[Any]:
    """The nearest steps of the story it led to."""
    queue, seen, found = [span], {span.id}, []
    for each in queue:
        for child in led_to.get(each.id, ()):
            if child.id in seen or len(seen) > ASKED:
                continue
            seen.add(child.id)
            if child.level == "story":
                found.append(child)
            else:
                queue.append(child)
    return sorted(found, key=lambda child: (child.time, child.id))


def _root(span: Any, spans: Mapping[int, Any]) -> Any:
    while span.cause in spans:
        span = spans[span.cause]
    return span


def _file(span: Any, spans: Mapping[int, Any]) -> str:
    """The file of the model that did this; '' where a person did."""
    if span.file and not span.file.endswith(TABLES):
        return str(span.file)
    if span.phrase.startswith("raft."):
        return "cluster_sim/etcd/raft/raft.py"
    if span.phrase.startswith("etcd."):
        return "cluster_sim/etcd/server.py"
    if not span.phrase.startswith("apiserver.") or kind_of(span.source) != "kube-apiserver":
        return ""
    special = {"apiserver.bind": "subresources/binding", "apiserver.evict": "subresources/eviction",
               "apiserver.scale": "subresources/scale", "apiserver.refuse": "server", "apiserver.start": "watch_cache",
               "apiserver.bootstrap": "bootstrap"}.get(span.phrase)
    request = _request_of(span, spans)
    verb = f"verbs/{VERBS[request.verb]}" if request is not None and request.verb in VERBS else "server"
    return str(PurePosixPath("cluster_sim/apiserver") / f"{special or verb}.py")
