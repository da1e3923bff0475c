"""A small shell, for the `sh -c` of ordinary manifests: echo, sleep, exit, true, false, env, cat, trap, while, for, if.

The script is not run; its course over time is worked out once, with a limit on steps. A loop that comes round with
nothing changed but the clock is kept as a loop. Unknown commands print "sh: 1: NAME: not found" and fail with 127,
as dash does. Of files only their being there is known. No pipes, no arithmetic.
"""

from __future__ import annotations

import re
from typing import Any

from cluster_sim.apps.program import SIGTERM_CODE, Program, program
from cluster_sim.apps.shell_syntax import Node, parse
from cluster_sim.kernel import MS, SECOND

STEPS = 2_000
REACTION = 50 * MS  # of a trap
SILENT = (
    "true",
    ":",
    "wait",
    "set",
    "cd",
    "read",
    "hostname",
    "wget",
    "curl",
    "nslookup",
    "nc",
    "chmod",
    "chown",
    "cp",
    "mv",
    "/bin/true",
    "ln",
    "ps",
    "id",
    "stty",
    "ulimit",
    "umask",
)


class Exit(Exception):
    """The script ends."""


class Loop(Exception):
    """The script goes round for ever: [begin, period, number of lines before]."""


def run_command(words: list[str], env: dict[str, str], files: dict[str, bool]) -> Program:
    """A command run in a container beside its program (exec): `cat /tmp/healthy`, `sh -c "…"`."""
    if words[:1] in (["sh"], ["/bin/sh"], ["bash"], ["/bin/bash"]) and len(words) > 2 and words[1].endswith("c"):
        return run_script(words[2], env, words[3:], files)
    return run_script(" ".join(f"'{word}'" for word in words), env, None, files)


def run_script(script: str, env: dict[str, str], arguments: list[str] | None = None,
               files: dict[str, bool] | None = None) -> Program:
    """The program that this script is; `files` are there already."""
    shell = _Shell(env, arguments or [], files or {})
    repeat: list[int] | None = None
    ends: int | None = None
    try:
        shell.run(parse(script))
        ends = shell.clock
    except Exit:
        ends = shell.clock
    except Loop as loop:
        repeat = list(loop.args)
    # A shell as process 1 has no default action for SIGTERM, so without a trap only SIGKILL ends it; trap '' is deaf.
    term_after: int | None = None
    code = SIGTERM_CODE
    if shell.trap:
        match = re.search(r"exit\s+(\d+)", shell.trap)
        pause = re.search(r"sleep\s+(\d+)", shell.trap)
        code = int(match[1]) if match else 0
        term_after = REACTION + (int(pause[1]) * SECOND if pause else 0)
    return program(
        lines=shell.lines,
        repeat=repeat,
        ports=[],
        ends_after=ends,
        code=shell.status,
        term_after=term_after,
        term_code=code,
        files=shell.changes,
    )


class _Shell:
    def __init__(self, env: dict[str, str], arguments: list[str], files: dict[str, bool]) -> None:
        self.files = {**files}
        self.changes: list[list[Any]] = []
        self.env = {**env}
        self.arguments = arguments
        self.clock = 0
        self.status = 0
        self.steps = 0
        self.lines: list[list[Any]] = []
        self.trap: str | None = None

    def run(self, nodes: list[Node]) -> None:
        for node in nodes:
            if (node[-1] == "&&" and self.status) or (node[-1] == "||" and not self.status):
                continue
            if node[0] == "run":
                self._command(node[1])
            elif node[0] == "for":
                for value in [part for word in node[2] for part in self._expand(word).split()]:
                    self.env[node[1]] = value
                    self.run(node[3])
            elif node[0] == "if":
                self.run(node[1])
                self.run(node[2] if self.status == 0 else node[3])
            else:
                self._while(node)

    def _while(self, node: Node) -> None:
        while True:
            before = (self.clock, {**self.env}, len(self.lines))
            self.run(node[2])
            if (self.status == 0) == node[1]:
                self.status = 0
                return
            self.run(node[3])
            if self.clock == before[0]:
                self.clock += SECOND // 1000  # a loop that never waits still takes time
            if self.env == before[1]:
                raise Loop(before[0], self.clock - before[0], before[2])

    def _command(self, words: list[str]) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise Loop(self.clock, SECOND, len(self.lines))
        words = [self._expand(word) for word in words]
        words, target = _redirected(words)
        if target:
            self._file(target, True)
        while words and re.match(r"^[A-Za-z_]\w*=", words[0]):
            name, _, value = words.pop(0).partition("=")
            self.env[name] = value
        if not words:
            return
        name, rest = words[0], words[1:]
        self.status = 0
        if name in ("echo", "printf"):
            newline_free = rest[1:] if rest[:1] in (["-n"], ["-e"]) else rest
            if target:
                return
            for text in " ".join(newline_free).replace("\\n", "\n").rstrip("\n").split("\n"):
                self.lines.append([self.clock, text])
        elif name in ("sleep", "/bin/sleep"):
            self.clock += _seconds(rest)
        elif name == "exit":
            self.status = int(rest[0]) & 255 if rest and rest[0].isdigit() else self.status
            raise Exit
        elif name in ("false", "/bin/false"):
            self.status = 1
        elif name == "env":
            self.lines += [[self.clock, f"{key}={value}"] for key, value in self.env.items()]
        elif name == "date":
            self.lines.append([self.clock, "(the time)"])
        elif name == "trap":
            if any(signal in ("TERM", "SIGTERM", "15", "EXIT") for signal in rest[1:]):
                self.trap = rest[0]
        elif name == "exec":
            self._command(rest)
            raise Exit
        elif name == "tail" and "-f" in rest:
            raise Loop(self.clock, SECOND, len(self.lines))
        elif name in ("cat", "ls", "test", "["):
            self._look(name, rest)
        elif name in ("touch", "rm", "mkdir"):
            for path in rest:
                if not path.startswith("-"):
                    self._file(path, name != "rm")
        elif name == "export":
            self.env.update({key: value for key, _, value in (word.partition("=") for word in rest) if value})
        elif name not in SILENT:
            self.lines.append([self.clock, f"sh: 1: {name}: not found"])
            self.status = 127

    def _file(self, path: str, there: bool) -> None:
        self.files[path] = there
        self.changes.append([self.clock, path, there])

    def _look(self, name: str, rest: list[str]) -> None:
        """Files the script has made are there, those it removed or that live below /tmp are not, others are."""
        if name in ("test", "["):
            words = [word for word in rest if word != "]"]
            if words[:1] and words[0] in ("-f", "-e", "-d", "-s", "-r"):
                self.status = int(not self._exists(words[-1]))
            elif len(words) == 3 and words[1] in ("=", "==", "!="):
                self.status = int((words[0] == words[2]) == (words[1] == "!="))
            elif words[:1] and words[0] in ("-n", "-z"):
                self.status = int(bool(words[1:] and words[1]) == (words[0] == "-z"))
            return
        for path in rest:
            if not path.startswith("-") and not self._exists(path):
                self.lines.append([self.clock, f"{name}: can't open '{path}': No such file or directory"])
                self.status = 1

    def _exists(self, path: str) -> bool:
        return self.files.get(path, not path.startswith("/tmp"))

    def _expand(self, word: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name == "?":
                return str(self.status)
            if name.isdigit():
                return self.arguments[int(name)] if int(name) < len(self.arguments) else ""
            return self.env.get(name, "")
        return re.sub(r"\$\{(\w+)[^}]*\}|\$(\w+|\?)", value, word).replace("\0", "$")


def _redirected(words: list[str]) -> tuple[list[str], str]:
    """The words without redirections, and the file that the output goes to."""
    kept, target, i = [], "", 0
    while i < len(words):
        match = re.fullmatch(r"(\d?)(<|>>?)(&?\S*)", words[i])
        if match is None:
            kept.append(words[i])
        else:
            path = match[3]
            if not path and i + 1 < len(words):
                i, path = i + 1, words[i + 1]
            if match[2] != "<" and match[1] in ("", "1") and not path.startswith("&"):
                target = path
        i += 1
    return kept, target


def _seconds(words: list[str]) -> int:
    """`sleep 5`, `sleep 0.5`, `sleep 1m`, `sleep infinity`."""
    total = 0
    for word in words:
        match = re.fullmatch(r"(\d*)\.?(\d*)([smhd]?)", word)
        if word in ("infinity", "inf"):
            raise Loop(0, SECOND * 86_400, STEPS)
        if match and (match[1] or match[2]):
            unit = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}[match[3]]
            micro = int((match[1] or "0") + (match[2] + "000000")[:6])
            total += micro * unit
    return total
