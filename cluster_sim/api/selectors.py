"""Label selectors: which objects are meant, by their labels. (By fields: field_selectors.py; both are reached here.)

Upstream: k8s.io/apimachinery/pkg/labels/selector.go, whose lexer, parser and errors are followed to the word, and
pkg/apis/meta/v1/helpers.go for LabelSelector objects. A requirement is a plain tuple (key, operator, values).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from . import names
from .field_selectors import check_field_selector, matches_fields, parse_field_selector
from .status import ApiError, bad_request

__all__ = [
    "Requirement",
    "check_field_selector",
    "format_label_selector",
    "format_requirements",
    "matches",
    "matches_fields",
    "matches_requirements",
    "parse_field_selector",
    "parse_label_selector",
    "requirements_of",
]

Requirement = tuple[str, str, tuple[str, ...]]  # key, operator, values
Selector = dict[str, Any]

EXISTS, MISSING, END, IDENTIFIER = "exists", "!", "", "identifier"
BINARY = ("in", "notin", "=", "==", "!=", "gt", "lt")  # as upstream lists them in its error
OPERATORS = {"=": "=", "==": "==", "!=": "!=", "in": "in", "notin": "notin", ">": "gt", "<": "lt"}

_TOKEN = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^=!(),<>\s]+)|$)")


class _ParseError(Exception):
    pass


class _Parser:
    """Upstream's recursive descent over scanned tokens: (kind, literal), where a kind is its literal or a class."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        place = 0
        while found := _TOKEN.match(text, place):
            place = found.end()
            if found[1]:
                self.tokens.append((found[1], found[1]))
            elif found[2]:
                self.tokens.append((found[2] if found[2] in ("in", "notin") else IDENTIFIER, found[2]))
            else:
                break
        self.tokens.append((END, ""))

    def look(self, values: bool = True) -> tuple[str, str]:
        kind, literal = self.tokens[min(self.at, len(self.tokens) - 1)]
        return (IDENTIFIER if values and kind in ("in", "notin") else kind), literal

    def take(self, values: bool = True) -> tuple[str, str]:
        token = self.look(values)
        self.at += 1
        return token

    def parse(self) -> list[Requirement]:
        found: list[Requirement] = []
        while True:
            kind, literal = self.look()
            if kind == END:
                return found
            if kind not in (IDENTIFIER, "!"):
                raise _ParseError(f"found '{literal}', expected: !, identifier, or 'end of string'")
            try:
                found.append(self.requirement())
            except _ParseError as error:
                raise _ParseError(f"unable to parse requirement: {error}") from None
            kind, literal = self.take()
            if kind == END:
                return found
            if kind != ",":
                raise _ParseError(f"found '{literal}', expected: ',' or 'end of string'")
            kind, literal = self.look()
            if kind not in (IDENTIFIER, "!"):
                raise _ParseError(f"found '{literal}', expected: identifier after ','")

    def requirement(self) -> Requirement:
        kind, key = self.take()
        negated = kind == "!"
        if negated:
            kind, key = self.take()
        if kind != IDENTIFIER:
            raise _ParseError(f"found '{key}', expected: identifier")
        if errors := names.qualified_name(key):
            raise _ParseError(_invalid("<nil>", key, "; ".join(errors)))  # upstream hands a nil path here
        if negated:
            return key, MISSING, ()
        if self.look()[0] in (END, ","):
            return key, EXISTS, ()
        kind, literal = self.take(values=False)
        operator = OPERATORS.get(kind)
        if operator is None:
            raise _ParseError(f"found '{literal}', expected: {', '.join(BINARY)}")
        values = self.listed() if operator in ("in", "notin") else self.exact()
        return _checked(key, operator, tuple(sorted(dict.fromkeys(values))))

    def exact(self) -> list[str]:
        if self.look()[0] in (END, ","):
            return [""]
        kind, literal = self.take()
        if kind != IDENTIFIER:
            raise _ParseError(f"found '{literal}', expected: identifier")
        return [literal]

    def listed(self) -> list[str]:
        kind, literal = self.take()
        if kind != "(":
            raise _ParseError(f"found '{literal}' expected: '('")
        kind, literal = self.look()
        if kind == ")":
            self.take()
            return [""]
        if kind not in (IDENTIFIER, ","):
            raise _ParseError(f"found '{literal}', expected: ',', ')' or identifier")
        values = self.identifiers()
        self.take()
        return values

    def identifiers(self) -> list[str]:
        """Up to, and without, the closing parenthesis; an empty place between commas is the empty value."""
        values: list[str] = []
        while True:
            kind, literal = self.take()
            if kind == IDENTIFIER:
                values.append(literal)
                following, word = self.look()
                if following == ")":
                    return values
                if following != ",":
                    raise _ParseError(f"found '{word}', expected: ',' or ')'")
            elif kind == ",":
                if not values:
                    values.append("")
                following = self.look()[0]
                if following in (")", ","):
                    values.append("")
                if following == ")":
                    return values
            else:
                raise _ParseError(f"found '{literal}', expected: ',', or identifier")


def _invalid(field: str, value: str, detail: str) -> str:
    shown = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field}: Invalid value: "{shown}": {detail}'


def _checked(key: str, operator: str, values: tuple[str, ...]) -> Requirement:
    for place, value in enumerate(values):
        if operator in ("gt", "lt") and not re.fullmatch(r"[+-]?[0-9]+", value):
            detail = "for 'Gt', 'Lt' operators, the value must be an integer"
            raise _ParseError(_invalid(f"values[{place}]", value, detail))
        if errors := names.label_value(value):
            raise _ParseError(_invalid(f"values[{place}][{key}]", value, "; ".join(errors)))
    return key, operator, values


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[Requirement, ...]:
    try:
        found = _Parser(text).parse()
    except _ParseError as error:
        raise ApiError(bad_request(str(error))) from None
    return tuple(sorted(found, key=lambda requirement: requirement[0]))


def parse_label_selector(text: str) -> list[Requirement]:
    """The requirements of "app=web,tier in (a,b),!legacy"; raises ApiError 400 in upstream's words."""
    return list(_parsed(text))


def _holds(requirement: Requirement, labels: dict[str, str]) -> bool:
    key, operator, values = requirement
    have = labels.get(key)
    if operator in ("=", "==", "in"):
        return have is not None and have in values
    if operator in ("!=", "notin"):
        return have is None or have not in values
    if operator == EXISTS:
        return have is not None
    if operator == MISSING:
        return have is None
    if have is None or not re.fullmatch(r"[+-]?[0-9]+", have):
        return False
    return int(have) > int(values[0]) if operator == "gt" else int(have) < int(values[0])


def matches_requirements(requirements: list[Requirement], labels: dict[str, str] | None) -> bool:
    found = labels or {}
    return all(_holds(requirement, found) for requirement in requirements)


_WORDS = {"In": "in", "NotIn": "notin", "Exists": EXISTS, "DoesNotExist": MISSING, "Gt": "gt", "Lt": "lt"}


def requirements_of(selector: Selector | None) -> list[Requirement]:
    """The requirements of a LabelSelector object, by key."""
    given = selector or {}
    found: list[Requirement] = [(key, "=", (value,)) for key, value in (given.get("matchLabels") or {}).items()]
    for expression in given.get("matchExpressions") or ():
        operator = _WORDS.get(expression.get("operator", ""), "in")
        found.append((expression["key"], operator, tuple(expression.get("values") or ())))
    return sorted(found, key=lambda requirement: requirement[0])


def matches(label_selector: Selector | None, labels: dict[str, str] | None) -> bool:
    """A LabelSelector object (matchLabels, matchExpressions): None matches nothing, an empty one everything."""
    if label_selector is None:
        return False
    found = labels or {}
    for key, value in (label_selector.get("matchLabels") or {}).items():
        if found.get(key) != value:
            return False
    expressions = label_selector.get("matchExpressions")
    return not expressions or matches_requirements(requirements_of({"matchExpressions": expressions}), found)


def format_requirements(requirements: list[Requirement]) -> str:
    """As upstream's Selector.String: "a=b,c in (d,e),!f"."""
    words = []
    for key, operator, values in requirements:
        if operator == MISSING:
            words.append(f"!{key}")
        elif operator == EXISTS:
            words.append(key)
        elif operator in ("in", "notin"):
            words.append(f"{key} {operator} ({','.join(sorted(values))})")
        else:
            words.append(f"{key}{ {'gt': '>', 'lt': '<'}.get(operator, operator) }{','.join(values)}")
    return ",".join(words)


def format_label_selector(label_selector: Selector | None) -> str:
    """A LabelSelector as kubectl prints it: "a=b,c in (d,e)", "<none>" when empty."""
    return format_requirements(requirements_of(label_selector)) or "<none>"
