"""How a shell script is read: words, quotes, separators, and the nesting of loops and conditions."""

from __future__ import annotations

from typing import Any


def tokens(script: str) -> list[str]:
    """Words and separators; a dollar sign in single quotes becomes a zero byte, so that it is not expanded."""
    found: list[str] = []
    word, quote, i = "", "", 0
    started = False
    while i < len(script):
        letter = script[i]
        if quote:
            if letter == quote:
                quote = ""
            elif letter == "\\" and quote == '"' and i + 1 < len(script):
                i += 1
                word += script[i]
            else:
                word += "\0" if letter == "$" and quote == "'" else letter
        elif letter in "\"'":
            quote, started = letter, True
        elif letter == "\\" and i + 1 < len(script):
            i += 1
            word, started = word + ("" if script[i] == "\n" else script[i]), True
        elif letter == "#" and not word and not started:
            while i + 1 < len(script) and script[i + 1] != "\n":
                i += 1
        elif letter == "&" and word.endswith(">"):
            word += letter  # 2>&1
        elif letter in " \t\n;&|":
            if word or started:
                found.append(word)
            word, started = "", False
            if letter in "\n;":
                found.append(";")
            elif letter in "&|":
                double = script[i:i + 2] in ("&&", "||")
                found.append(letter * 2 if double else letter)
                i += double
        else:
            word += letter
        i += 1
    if word or started:
        found.append(word)
    return found


Node = list[Any]


def parse(script: str) -> list[Node]:
    """The commands of a script, as nested lists."""
    return _block(tokens(script), 0, ())[0]


def _block(tokens: list[str], at: int, ends: tuple[str, ...]) -> tuple[list[Node], int]:
    """Commands up to one of `ends`, as ["run", words, joiner], ["while", until, condition, body, joiner] and so on."""
    nodes: list[Node] = []
    joiner = ";"
    while at < len(tokens):
        token = tokens[at]
        if token in ends:
            return nodes, at
        if token in (";", "&&", "||", "&", "|"):
            joiner = token if token in ("&&", "||") else ";"
            at += 1
            continue
        if token in ("while", "until"):
            condition, at = _block(tokens, at + 1, ("do",))
            body, at = _block(tokens, at + 1, ("done",))
            nodes.append(["while", token == "until", condition, body, joiner])
            at += 1
        elif token == "for" and at + 1 < len(tokens):
            name, words, at = tokens[at + 1], [], at + 3
            while at < len(tokens) and tokens[at] not in (";", "do"):
                words.append(tokens[at])
                at += 1
            at += at < len(tokens) and tokens[at] == ";"
            body, at = _block(tokens, at + 1, ("done",))
            nodes.append(["for", name, words, body, joiner])
            at += 1
        elif token == "if":
            condition, at = _block(tokens, at + 1, ("then",))
            yes, at = _block(tokens, at + 1, ("else", "fi"))
            no: list[Node] = []
            if at < len(tokens) and tokens[at] == "else":
                no, at = _block(tokens, at + 1, ("fi",))
            nodes.append(["if", condition, yes, no, joiner])
            at += 1
        else:
            words = []
            while at < len(tokens) and tokens[at] not in (";", "&&", "||", "&", "|"):
                words.append(tokens[at])
                at += 1
            nodes.append(["run", words, joiner])
        joiner = ";"
    return nodes, at
