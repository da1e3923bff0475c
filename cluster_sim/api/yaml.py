"""YAML in and out, in one place, with limits.

Upstream: sigs.k8s.io/yaml, which turns YAML 1.1 into JSON: `yes` and `on` are true, a bare date stays text, keys become
strings, a key given twice is refused. Ours adds limits, since anyone may paste anything here: a size, a depth, a number
of nodes that aliases may expand to. Complaints name the line and are written for the person who typed it.
"""

from __future__ import annotations

import re
from typing import Any

import yaml as pyyaml

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_NODES = 200_000  # after aliases are expanded
MAX_DOCUMENTS = 10_000

_BaseLoader: Any = getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader)
_Dumper: Any = getattr(pyyaml, "CSafeDumper", pyyaml.SafeDumper)

_TAG = "tag:yaml.org,2002:"
_PLAIN = "!plain"  # the tag of a scalar without quotes or a tag of its own


class YamlError(ValueError):
    """Text that is no YAML we take; `line` counts from 1 (0: the whole text)."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.message = message
        self.line = line


class _Loader(_BaseLoader):  # type: ignore[misc]
    """Leaves it to us what a plain scalar means: PyYAML's rules are not those of Go's YAML."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is not pyyaml.ScalarNode:
            return super().resolve(kind, value, implicit)
        return _PLAIN if implicit[0] else f"{_TAG}str"


_WORDS = dict.fromkeys(("y", "yes", "true", "on"), True) | dict.fromkeys(("n", "no", "false", "off"), False)
_NULLS = ("", "~", "null", "Null", "NULL")
_INTEGER = re.compile(r"[-+]?(?:0[bB][01]+|0[xX][0-9a-fA-F]+|0[oO][0-7]+|[0-9]+)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def _integer(text: str) -> int | None:
    """0o17 and 017 are octal, 0x1f is hexadecimal, 1_000 a thousand; there is no base 60."""
    plain = text.replace("_", "")
    if not _INTEGER.fullmatch(plain):
        return None
    digits = plain.lstrip("+-").lower()
    base = {"0x": 16, "0b": 2, "0o": 8}.get(digits[:2], 8 if len(digits) > 1 and digits[0] == "0" else 10)
    if base == 8 and re.search("[89]", digits):
        return None
    number = int(digits[2:] if digits[:2] in ("0x", "0b", "0o") else digits, base)
    return -number if plain[0] == "-" else number


def _plain(text: str, line: int) -> Any:
    """What a scalar without quotes means. Dates stay text."""
    if text in _NULLS:
        return None
    if text.lower() in _WORDS and text in (text.lower(), text.upper(), text.capitalize()):
        return _WORDS[text.lower()]
    if text[0] in "+-.0123456789":
        number = _integer(text)
        if number is not None:
            return number
        if _FLOAT.fullmatch(text.replace("_", "")):
            value = float(text.replace("_", ""))
            if value not in (float("inf"), float("-inf")):
                return int(value) if value.is_integer() and abs(value) < 1e21 else value  # as JSON writes it
        elif not _NOT_JSON.fullmatch(text):
            return text
        raise YamlError(f"{text} is no number that JSON has", line)
    return text


def _scalar(node: Any) -> Any:
    tag, text, line = node.tag, node.value, node.start_mark.line + 1
    if tag == _PLAIN:
        return _plain(text, line)
    if tag in (f"{_TAG}str", f"{_TAG}binary", f"{_TAG}timestamp"):
        return text
    if tag in (f"{_TAG}int", f"{_TAG}float", f"{_TAG}bool", f"{_TAG}null"):
        return _plain(text, line)
    raise YamlError(f"the tag {tag.replace(_TAG, '!!')} is not allowed", line)


def _key(node: Any) -> str:
    line = node.start_mark.line + 1
    if not isinstance(node, pyyaml.ScalarNode):
        raise YamlError("a key must be a simple word, not a list or an object", line)
    value = _scalar(node)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


class _Builder:
    """Turns a document's nodes into JSON-shaped values, counting as it goes."""

    def __init__(self, twice: list[tuple[str, int]] | None = None) -> None:
        self.nodes = 0
        self.twice = twice  # where keys given twice are noted instead of refused; the last one counts
        self.open: list[Any] = []  # the nodes we are inside of: an alias to one of them would never end

    def build(self, node: Any) -> Any:
        line = node.start_mark.line + 1
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise YamlError(f"aliases make this more than {MAX_NODES:,} values", line)
        if isinstance(node, pyyaml.ScalarNode):
            return _scalar(node)
        if len(self.open) >= MAX_DEPTH:
            raise YamlError(f"this is nested deeper than {MAX_DEPTH} levels", line)
        if any(node is outer for outer in self.open):
            raise YamlError("this alias contains itself", line)
        self.open.append(node)
        sequence = isinstance(node, pyyaml.SequenceNode)
        if node.tag != (f"{_TAG}seq" if sequence else f"{_TAG}map"):
            raise YamlError(f"the tag {node.tag.replace(_TAG, '!!')} is not allowed", line)
        value = self.sequence(node) if sequence else self.mapping(node)
        self.open.pop()
        return value

    def sequence(self, node: Any) -> list[Any]:
        return [self.build(item) for item in node.value]

    def mapping(self, node: Any) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _PLAIN and key_node.value == "<<":
                merged = {**self.merge(value_node), **merged}
                continue
            key = _key(key_node)
            if key in own and self.twice is not None:
                self.twice.append((key, key_node.start_mark.line + 1))
            elif key in own:
                raise YamlError(f'the key "{key}" is already set in this object', key_node.start_mark.line + 1)
            own[key] = self.build(value_node)
        return {**merged, **own} if merged else own

    def merge(self, node: Any) -> dict[str, Any]:
        """`<<: *base`, or a list of such; the first one wins."""
        sources = node.value if isinstance(node, pyyaml.SequenceNode) else [node]
        merged: dict[str, Any] = {}
        for source in reversed(sources):
            if not isinstance(source, pyyaml.MappingNode):
                raise YamlError("<< merges objects only", node.start_mark.line + 1)
            merged = {**merged, **self.build(source)}
        return merged


def _reason(error: Any) -> YamlError:
    """PyYAML's complaint in a sentence."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    line = mark.line + 1 if mark is not None else 0
    if "tab character" in problem or "cannot start any token" in problem:
        problem = "a character that YAML does not allow here; indent with spaces, not tabs"
    elif "nesting depth" in problem:
        problem = f"this is nested deeper than {MAX_DEPTH} levels"
    return YamlError(problem, line)


def _check_depth(text: str) -> None:
    """Refuse what is nested too deep before any recursion meets it."""
    depth = 0
    for event in pyyaml.parse(text, Loader=_Loader):
        if isinstance(event, pyyaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise YamlError(f"this is nested deeper than {MAX_DEPTH} levels", event.start_mark.line + 1)
        elif isinstance(event, pyyaml.CollectionEndEvent):
            depth -= 1


def load_all(text: str, twice: list[tuple[str, int]] | None = None) -> list[Any]:
    """Every document that is not empty, as JSON-shaped values; raises YamlError.

    twice: collects (key, line) of keys given twice in an object, which are refused without it.
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise YamlError(f"this is larger than {MAX_BYTES >> 20} MiB")
    found = []
    builder = _Builder(twice)
    try:
        _check_depth(text)
        for node in pyyaml.compose_all(text, Loader=_Loader):
            if node is None:
                continue
            value = builder.build(node)
            if value is not None:
                found.append(value)
            if len(found) > MAX_DOCUMENTS:
                raise YamlError(f"these are more than {MAX_DOCUMENTS:,} documents", node.start_mark.line + 1)
    except pyyaml.YAMLError as error:
        raise _reason(error) from None
    except RecursionError:
        raise YamlError("this is nested too deeply") from None
    return found


def load(text: str, twice: list[tuple[str, int]] | None = None) -> Any:
    """The one document of a text; None when there is none."""
    found = load_all(text, twice)
    if len(found) > 1:
        raise YamlError("this should be one document, without ---")
    return found[0] if found else None


class _Plain(_Dumper):  # type: ignore[misc]
    """Never writes anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _thawed(value: Any) -> Any:
    """Plain containers: the dumper knows no subclasses."""
    if isinstance(value, dict):
        return {key: _thawed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_thawed(item) for item in value]
    return value


def _text(dumper: Any, value: str) -> Any:
    style = "|" if "\n" in value and not any(line.endswith(" ") for line in value.splitlines()) else None
    return dumper.represent_scalar(f"{_TAG}str", value, style=style)


_Plain.add_representer(str, _text)


def dump(obj: Any, sort_keys: bool = True) -> str:
    """As kubectl -o yaml writes: keys sorted, lists not indented, long text in blocks."""
    text: str = pyyaml.dump(
        _thawed(obj), Dumper=_Plain, sort_keys=sort_keys, allow_unicode=True, default_flow_style=False, width=1 << 20
    )
    return text


def dump_all(objects: list[Any], sort_keys: bool = True) -> str:
    return "---\n".join(dump(obj, sort_keys) for obj in objects)
