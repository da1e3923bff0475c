"""CEL as Kubernetes speaks it: the language is a library's, its dialect is added here.

What the library does not read is written differently before it is compiled: `a.?b` and `a[?k]` become function calls,
`cel.bind(x, value, body)` a map over one value, and objects with a name (`Object{spec: Object.spec{}}`) plain maps.
The real one checks types and bounds the cost of an expression; ours bounds its length.

Upstream: k8s.io/apiserver/pkg/cel/{environment,library}, github.com/google/cel-go/ext.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cel
from cel.stdlib import add_stdlib_to_context

from cluster_sim.api import quantity

MAX_LENGTH = 10 << 10  # letters


class ExpressionError(Exception):
    """An expression that cannot be compiled, in the words of CEL."""


def _nano(value: Any) -> int:
    return value if isinstance(value, int) else quantity.nano(value)


def _optional(value: Any, key: Any) -> Any:
    """`value.?key`: nothing, if there is no such key on the way."""
    if isinstance(value, cel.OptionalValue):
        if not value.has_value():
            return value
        value = value.value()
    if isinstance(value, dict):
        return cel.OptionalValue.of(value[key]) if key in value else cel.OptionalValue.none()
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return cel.OptionalValue.of(value[key])
    return cel.OptionalValue.none()


def _format(pattern: str, values: list[Any]) -> str:
    rest = iter(values)

    def one(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = next(rest)
        if match[1] == "f" or match[0].endswith("f"):
            return match[0] % float(value)
        if match[0][-1] in "xXob":
            return format(value, match[0][-1])
        return str(value).lower() if isinstance(value, bool) else str(value)

    return re.sub(r"%(?:\.\d+)?([sdfexXob%])", one, pattern)


def _is(read: Any) -> Any:
    def check(text: Any) -> bool:
        try:
            read(text)
        except ValueError:
            return False
        return True

    return check


def _url(text: str) -> dict[str, Any]:
    parts = urlsplit(text)
    if not parts.scheme and not text.startswith("/"):
        raise ValueError(f"URL parse error during conversion from string: {text}")
    host = parts.hostname or ""
    return {"scheme": parts.scheme, "host": parts.netloc, "hostname": host, "port": str(parts.port or ""),
            "path": parts.path, "query": parse_qs(parts.query)}


def _part(name: str) -> Any:
    return lambda url: url[name]


# What Kubernetes adds to CEL, as far as it is not among the extensions that come with the library.
FUNCTIONS: dict[str, Any] = {
    "optional_select": _optional,
    "format": _format,
    "isSorted": lambda items: all(a <= b for a, b in zip(items, items[1:], strict=False)),
    "quantity": _nano,
    "isQuantity": lambda text: quantity.is_valid(text),
    "isGreaterThan": lambda one, two: one > two,
    "isLessThan": lambda one, two: one < two,
    "compareTo": lambda one, two: (one > two) - (one < two),
    "asInteger": lambda value: value // quantity.NANO,
    "sign": lambda value: (value > 0) - (value < 0),
    "add": lambda one, two: one + _nano(two),
    "sub": lambda one, two: one - _nano(two),
    "find": lambda text, pattern: (re.search(pattern, text) or [""])[0],
    "findAll": lambda text, pattern: [match[0] for match in re.finditer(pattern, text)],
    "url": _url, "isURL": _is(_url), "getScheme": _part("scheme"), "getHost": _part("host"), "getPort": _part("port"),
    "getHostname": _part("hostname"), "getEscapedPath": _part("path"), "getQuery": _part("query"),
    "ip": lambda text: str(ipaddress.ip_address(text)), "isIP": _is(ipaddress.ip_address),
    "family": lambda text: ipaddress.ip_address(text).version,
    "cidr": lambda text: str(ipaddress.ip_network(text, strict=False)), "isCIDR": _is(ipaddress.ip_network),
    "containsIP": lambda net, text: ipaddress.ip_address(text) in ipaddress.ip_network(net),
    "prefixLength": lambda net: ipaddress.ip_network(net).prefixlen,
}

_STRING = re.compile(r"""[rR]?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_OPTIONAL = re.compile(r"\.\?\s*([A-Za-z_]\w*)((?:\s*\.\s*[A-Za-z_]\w*(?![\w(]))*)")
_NAMED = re.compile(r"\b(?:Object(?:\.\w+)*|JSONPatch)\s*\{")
_LOCAL = re.compile(r"(?:\.(?:all|exists|exists_one|map|filter)|cel\.bind)\(\s*(\w+)\s*,")  # names an expression makes itself
_PLACE = re.compile(r"\x00(\d+)\x00")


@lru_cache(maxsize=2048)
def rewritten(expression: str) -> str:
    """The expression in what the library reads."""
    if not any(sign in expression for sign in (".?", "[?", "cel.bind", "Object", "JSONPatch")):
        return expression
    texts: list[str] = []

    def hide(match: re.Match[str]) -> str:
        texts.append(match[0])
        return f"\x00{len(texts) - 1}\x00"

    plain = _STRING.sub(hide, expression)
    plain = _OPTIONAL.sub(_selected, plain)
    plain = re.sub(r"\[\?", ".optional_select(", plain) if "[?" in plain else plain
    plain = _closed(plain) if "[?" in expression else plain
    plain = _bound(plain)
    plain = _maps(plain)
    return _PLACE.sub(lambda match: texts[int(match[1])], plain)


def _selected(match: re.Match[str]) -> str:
    names = [match[1], *re.findall(r"[A-Za-z_]\w*", match[2])]
    return "".join(f".optional_select('{name}')" for name in names)


def _closed(text: str) -> str:
    """`.optional_select(k]` closed by a parenthesis."""
    place = 0
    while (place := text.find(".optional_select(", place)) >= 0:
        start = place + len(".optional_select(")
        depth, here = 0, start
        while here < len(text) and (depth or text[here] not in "])"):
            depth += (text[here] in "([{") - (text[here] in ")]}")
            here += 1
        if here < len(text) and text[here] == "]":
            text = f"{text[:here]}){text[here + 1:]}"
        place = start
    return text


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """What stands between the bracket before `start` and the one that closes it, at commas, and where that ends."""
    depth, here, parts, begin = 0, start, [], start
    while here < len(text):
        letter = text[here]
        if letter in ")]}" and depth == 0:
            parts.append(text[begin:here])
            return parts, here
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(text[begin:here])
            begin = here + 1
        here += 1
    return [text[start:]], here


def _bound(text: str) -> str:
    while (place := text.rfind("cel.bind(")) >= 0:
        parts, end = _arguments(text, place + len("cel.bind("))
        if len(parts) != 3:
            return text
        name, value, body = (part.strip() for part in parts)
        text = f"{text[:place]}[{value}].map({name}, {body})[0]{text[end + 1:]}"
    return text


def _maps(text: str) -> str:
    while matches := list(_NAMED.finditer(text)):
        last = matches[-1]
        parts, end = _arguments(text, last.end())
        pairs = []
        for part in parts:
            key, colon, value = part.partition(":")
            if colon:
                name = key.strip()
                quoted = name if _PLACE.fullmatch(name) else f"'{name.strip('`')}'"
                pairs.append(f"{quoted}: {value.strip()}")
        text = f"{text[:last.start()]}{{{', '.join(pairs)}}}{text[end + 1:]}"
    return text


@lru_cache(maxsize=2048)
def compiled(expression: str) -> cel.Program:
    """The program; raises ExpressionError."""
    try:
        return cel.compile(rewritten(expression))
    except Exception as error:  # whatever the parser raises
        text = re.sub(r"^Failed to parse expression '.*?': ", "", str(error), flags=re.DOTALL)
        raise ExpressionError(text.replace("\n| ", "\n | ")) from None


def run(expression: str, variables: dict[str, Any], functions: dict[str, Any] | None = None) -> Any:
    """The value of an expression; raises what goes wrong."""
    program = compiled(expression)
    context = cel.Context(variables=variables)
    add_stdlib_to_context(context)
    for name, function in FUNCTIONS.items():
        context.add_function(name, function)
    for name, function in (functions or {}).items():
        context.add_function(name, function)
    return program.execute(context)


def reason(error: Exception) -> str:
    """CEL's complaint in upstream's words, for the usual ones."""
    if isinstance(error, KeyError):
        return f"no such key: {error.args[0] if error.args else ''}"
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    if isinstance(error, IndexError):
        return str(error)
    if isinstance(error, TypeError) and "No such overload" in str(error):
        return "no such overload"
    return (str(error).splitlines() or [""])[0]


def undeclared(expression: str, known: tuple[str, ...] | list[str]) -> str:
    """CEL's complaint about a name that nobody declared; "" if there is none. Raises ExpressionError."""
    for name in compiled(expression).variables():
        if name not in known and name not in _LOCAL.findall(expression):
            match = re.search(rf"(?<![\w.]){re.escape(name)}\b", expression)
            place = match.start() if match else 0
            line = expression.count("\n", 0, place) + 1
            column = place - (expression.rfind("\n", 0, place) + 1)
            shown = expression.split("\n")[line - 1]
            return (f"ERROR: <input>:{line}:{column + 1}: undeclared reference to '{name}' (in container '')\n | {shown}\n | "
                    f"{'.' * column}^")
    return ""
