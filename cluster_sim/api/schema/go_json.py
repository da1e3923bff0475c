"""How Go reads JSON into its types, value by value: the scalars, and the words of its complaints.

Upstream: sigs.k8s.io/json (a strict, case-sensitive encoding/json), and the UnmarshalJSON of metav1.Time, MicroTime,
resource.Quantity and intstr.IntOrString. Only the first complaint counts; unknown fields are gathered in order.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from cluster_sim.api import quantity

# A path is a chain of (parent, name): a str names a field, an int an element, a 1-tuple a key of a map.
Path = Any
MAX_UNKNOWN = 100


class Dropped:
    """The value of a field that is not written back."""

    def __repr__(self) -> str:
        return "DROP"


DROP = Dropped()


class Findings:
    """What one decode found wrong."""

    __slots__ = ("error", "unknown")

    def __init__(self) -> None:
        self.error: str | None = None
        self.unknown: list[str] = []

    def mismatch(self, value: Any, path: Path, struct: str, go_type: str, word: str = "") -> None:
        """A JSON value of the wrong type."""
        if self.error is None:
            place = f"Go struct field {struct}.{_fields(path)}" if struct else "Go value"
            self.error = f"json: cannot unmarshal {word or describe(value)} into {place} of type {go_type}"

    def complain(self, message: str) -> None:
        """A complaint of a type's own decoder, which does not know where it is."""
        if self.error is None:
            self.error = message

    def unknown_field(self, path: Path) -> None:
        place = render(path)
        if len(self.unknown) < MAX_UNKNOWN and place not in self.unknown:
            self.unknown.append(place)


Decode = Callable[[Any, Path, Findings], Any]


def describe(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, float)):
        return "number"
    return "array" if isinstance(value, list) else "object"


def _names(path: Path) -> list[Any]:
    found = []
    while path is not None:
        path, name = path
        found.append(name)
    return found[::-1]


def _fields(path: Path) -> str:
    """Go's error context knows struct fields only, no indexes and no keys of maps."""
    return ".".join(name for name in _names(path) if isinstance(name, str))


def render(path: Path) -> str:
    """ "spec.containers[0].imagePullPolcy"."""
    text = ""
    for name in _names(path):
        if isinstance(name, int):
            text += f"[{name}]"
        else:
            text += ("." if text else "") + (name if isinstance(name, str) else name[0])
    return text


def string(struct: str, go_type: str, keep: bool) -> Decode:
    """keep: write it back when it is empty, too."""

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if isinstance(value, str):
            return value if value or keep else DROP
        if value is not None:
            findings.mismatch(value, path, struct, go_type)
        return DROP

    return decode


def boolean(struct: str, go_type: str, keep: bool) -> Decode:
    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if isinstance(value, bool):
            return value if value or keep else DROP
        if value is not None:
            findings.mismatch(value, path, struct, go_type)
        return DROP

    return decode


def integer(struct: str, go_type: str, keep: bool, bits: int) -> Decode:
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if type(value) is int:
            if low <= value <= high:
                return value if value or keep else DROP
            findings.mismatch(value, path, struct, go_type, f"number {value}")
        elif isinstance(value, float):
            findings.mismatch(value, path, struct, go_type, f"number {value!r}")
        elif value is not None:
            findings.mismatch(value, path, struct, go_type)
        return DROP

    return decode


def number(struct: str, go_type: str, keep: bool) -> Decode:
    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value if value or keep else DROP
        if value is not None:
            findings.mismatch(value, path, struct, go_type)
        return DROP

    return decode


def data(struct: str, keep: bool) -> Decode:
    """[]byte, written as base64."""

    def decode(value: Any, path: Path, findings: Findings) -> Any:
        if not isinstance(value, str):
            if value is not None:
                findings.mismatch(value, path, struct, "[]uint8")
            return DROP
        if (place := _base64_error(value)) is not None:
            findings.complain(f"illegal base64 data at input byte {place}")
        return value if value or keep else DROP

    return decode


def _base64_error(text: str) -> int | None:
    """The byte Go's decoder stumbles over."""
    plain = text.replace("\n", "").replace("\r", "")
    bad = re.search(r"[^A-Za-z0-9+/]", plain.rstrip("="))
    if bad is not None:
        return bad.start()
    try:
        base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError):
        return max(0, len(plain) - len(plain) % 4)
    return None


def quantity_value(value: Any, path: Path, findings: Findings) -> Any:
    if value is None:
        return DROP
    try:
        return quantity.canonical(value.strip() if isinstance(value, str) else value)
    except quantity.QuantityError as error:
        findings.complain(str(error))
        return DROP


def int_or_string(value: Any, path: Path, findings: Findings) -> Any:
    if isinstance(value, str) or type(value) is int and -(1 << 31) <= value < 1 << 31:
        return value
    if value is not None:
        word = f"number {value!r}" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
        findings.mismatch(value, path, "", "int32", word)
    return DROP


_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


@lru_cache(maxsize=4096)
def _moment(text: str, micro: bool) -> str | None:
    """The time in UTC as Go writes it back, None when it is no RFC 3339 time."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00")).astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
    seconds = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    return f"{seconds}.{(found[2] or '')[:6].ljust(6, '0')}Z" if micro else f"{seconds}Z"


def _time(value: Any, micro: bool, findings: Findings) -> Any:
    if not isinstance(value, str):
        if value is not None:
            findings.mismatch(value, None, "", "string")
        return DROP
    moment = _moment(value, micro)
    if moment is None:
        layout = "2006-01-02T15:04:05.000000Z07:00" if micro else "2006-01-02T15:04:05Z07:00"
        rest, wanted = _unparsed(value)
        findings.complain(f'parsing time "{value}" as "{layout}": cannot parse "{rest}" as "{wanted}"')
        return DROP
    return value if value == moment else moment


def _unparsed(text: str) -> tuple[str, str]:
    """Where time.Parse gives up, and on which element of the layout."""
    layout = (("2006", r"\d{4}"), ("-", "-"), ("01", r"\d\d"), ("-", "-"), ("02", r"\d\d"), ("T", "T"), ("15", r"\d\d"),
              (":", ":"), ("04", r"\d\d"), (":", ":"), ("05", r"\d\d"), ("Z07:00", r"Z|[+-]\d\d:\d\d"))  # fmt: skip
    for word, expression in layout:
        found = re.match(expression, text)
        if found is None:
            return text, word
        text = text[found.end() :]
    return text, ""


def time_value(value: Any, path: Path, findings: Findings) -> Any:
    if type(value) is str and _SECONDS.fullmatch(value) and _moment(value, False) is not None:
        return value
    return _time(value, False, findings)


def micro_time_value(value: Any, path: Path, findings: Findings) -> Any:
    return _time(value, True, findings)
