"""Quantities: "500m", "1Gi", "2" as exact numbers, without floats.

Upstream: k8s.io/apimachinery/pkg/api/resource/quantity.go and suffix.go. A quantity is a signed decimal number with a
suffix of one of three formats; the canonical form keeps the format, has no fraction and uses the largest suffix that
fits. What is finer than a nano is rounded up, as upstream does. Text that is already as good as canonical ("1.500",
"+5") comes back as it was written: upstream keeps the string it parsed.
"""

from __future__ import annotations

import re
from functools import lru_cache

DECIMAL = "DecimalSI"
BINARY = "BinarySI"
EXPONENT = "DecimalExponent"

NANO = 1_000_000_000

_DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_NAMES = {exponent: suffix for suffix, exponent in _DECIMAL_SUFFIXES.items()}
_BINARY_NAMES = {power: suffix for suffix, power in _BINARY_SUFFIXES.items()}
_MAX_BINARY = (1 << 63) - 1

_PATTERN = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_EXPONENT = re.compile(r"[eE]([-+]?[0-9]+)")

WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
WRONG_NUMBER = "unable to parse numeric part of quantity"
WRONG_SUFFIX = "unable to parse quantity's suffix"


class QuantityError(ValueError):
    """Not a quantity; the message is Go's."""


@lru_cache(maxsize=16384)
def _parse(text: str) -> tuple[int, str, bool]:
    """(nanos, format, whether upstream would keep the text as it is)."""
    found = _PATTERN.fullmatch(text)
    if found is None or not text:
        raise QuantityError(WRONG_FORMAT)
    sign, whole, fraction, suffix = found[1], found[2], found[3] or "", found[4]
    if suffix in _DECIMAL_SUFFIXES:
        style, power = DECIMAL, _DECIMAL_SUFFIXES[suffix]
    elif suffix in _BINARY_SUFFIXES:
        style, power = BINARY, _BINARY_SUFFIXES[suffix]
    elif (exponent := _EXPONENT.fullmatch(suffix)) is not None and len(suffix) < 8:
        style, power = EXPONENT, int(exponent[1])
    else:
        raise QuantityError(WRONG_SUFFIX)
    digits = whole + fraction
    number = int(digits or "0")
    scale = -len(fraction) if style == BINARY else power - len(fraction)
    if style == BINARY:
        number <<= power
    number, inexact = _scaled(number, scale + 9)
    if style == BINARY:
        number = min(number, _MAX_BINARY * NANO)
        kept = not fraction and int(whole or "0") & 7 != 0 and len(whole) + power * 3 // 10 <= 14
        if 0 < number < NANO:
            style = DECIMAL
    else:
        kept = scale % 3 == 0 and scale >= -9 and not digits.endswith("000") and bool(whole)
    kept = kept and not inexact and len(digits) <= 18 or text == "0"
    return (-number if sign == "-" else number), style, kept


def _scaled(number: int, power: int) -> tuple[int, bool]:
    """number × 10^power, rounded up, and whether that lost something."""
    if power >= 0:
        return number * 10 ** min(power, 400), False
    quotient, rest = divmod(number, 10 ** min(-power, 400))
    return (quotient + 1, True) if rest else (quotient, False)


def _text(value: str | int | float) -> str:
    if isinstance(value, bool):
        raise QuantityError(WRONG_FORMAT)
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return repr(value)
    raise QuantityError(WRONG_FORMAT)


def parse(text: str | int | float) -> tuple[int, str]:
    """(number of nanos, format "DecimalSI"|"BinarySI"|"DecimalExponent"); raises QuantityError."""
    nanos, style, _ = _parse(_text(text))
    return nanos, style


def is_valid(text: str | int | float) -> bool:
    try:
        _parse(_text(text))
    except QuantityError:
        return False
    return True


def nano(text: str | int | float) -> int:
    """In billionths, exactly: for comparing and adding."""
    return _parse(_text(text))[0]


def milli(text: str | int | float) -> int:
    """In thousandths, rounded up: "100m" → 100, "2" → 2000."""
    return -(-_parse(_text(text))[0] // 1_000_000)


def value(text: str | int | float) -> int:
    """In units, rounded up: "1Gi" → 1073741824, "100m" → 1."""
    return -(-_parse(_text(text))[0] // NANO)


@lru_cache(maxsize=16384)
def _canonical(text: str) -> str:
    nanos, style, kept = _parse(text)
    return text if kept else format_nano(nanos, style)


def canonical(text: str | int | float) -> str:
    """As the API server writes it back: "0.5" → "500m", "1024Mi" → "1Gi"."""
    return _canonical(_text(text))


def format_nano(nanos: int, style: str = DECIMAL) -> str:
    """The canonical form of so many billionths."""
    if nanos == 0:
        return "0"
    sign, number = ("-", -nanos) if nanos < 0 else ("", nanos)
    if style == BINARY and number >= 1024 * NANO and number % NANO == 0:
        number, power = number // NANO, 0
        while number % 1024 == 0 and power < 60:
            number, power = number >> 10, power + 10
        return f"{sign}{number}{_BINARY_NAMES.get(power, '')}"
    exponent = -9
    while number % 1000 == 0 and (exponent < 18 or style == EXPONENT):
        number, exponent = number // 1000, exponent + 3
    if style == EXPONENT:
        return f"{sign}{number}e{exponent}" if exponent else f"{sign}{number}"
    return f"{sign}{number}{_DECIMAL_NAMES[exponent]}"


def format_milli(number: int, style: str = DECIMAL) -> str:
    """The canonical form of so many thousandths."""
    return format_nano(number * 1_000_000, style)


def format(number: int, style: str = DECIMAL) -> str:
    """The canonical form of so many units."""
    return format_nano(number * NANO, style)


def add(first: str | int | float, second: str | int | float) -> str:
    """The sum; in the format of the first, unless that is zero."""
    one, style = parse(first)
    two, other = parse(second)
    return format_nano(one + two, style if one else other)


def subtract(first: str | int | float, second: str | int | float) -> str:
    one, style = parse(first)
    two, other = parse(second)
    return format_nano(one - two, style if one else other)


def compare(first: str | int | float, second: str | int | float) -> int:
    """-1, 0 or 1."""
    one, two = nano(first), nano(second)
    return (one > two) - (one < two)
